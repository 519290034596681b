//! `merchants.csv`: key, premises_key, name; if there are columns stall_key, kind, credit_code, trade, goods, employees,
//! floor_area (m²), load (kW), hours, opened_on, phone, since, owner_key, operator_key, safety_key, contact_key,
//! employee_key (persons by key), more_places (beside the first), they are read too; a cell may name several ([`super::cells`]).
//! Who does business nowhere at present is filed under `community_code`. Matched by key, so a second run changes nothing. A
//! merchant that gave up stays so; one that stands at another stall in the file moves there.
//!
//! [`super::export`] writes such a file. At home it changes nothing, an empty house that has the same premises and persons
//! holds the same merchants afterwards, to the day.
//!
//! A desk's own list of merchants, without keys, comes in by [`shops`]. Both are taken back as a whole by [`undo`].

mod did;
mod file;
mod handover;
mod persons;
mod shops;
mod take;
mod undo;

use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use youlin_database::Database;
use youlin_imports::{Batch, ImportReport, Incoming, Plan, Register, Row, Step};
use youlin_kernel::{CommunityId, Ctx, Permission, Result};

use crate::Vault;
use crate::permissions::PEOPLE_WRITE;
use file::plan;

pub use shops::ShopSheets;

/// Columns a file of merchants must have.
pub const MERCHANT_COLUMNS: &[&str] = &["key", "premises_key", "name"];

/// Columns of a file that leaves, in their order; `phone` beside them where numbers may leave.
pub(in crate::merchants) const MERCHANT_FILE: [&str; 21] = [
    "key",
    "community_code",
    "premises_key",
    "stall_key",
    "since",
    "more_places",
    "name",
    "kind",
    "credit_code",
    "trade",
    "goods",
    "employees",
    "floor_area",
    "load",
    "hours",
    "opened_on",
    "owner_key",
    "operator_key",
    "safety_key",
    "contact_key",
    "employee_key",
];

/// CSV: merchants, each in the community of its premises.
#[derive(Clone, Debug)]
pub struct MerchantsRegister(pub Arc<Vault>);

impl Register for MerchantsRegister {
    fn kind(&self) -> &'static str {
        "merchants"
    }

    fn permission(&self) -> &'static Permission {
        &PEOPLE_WRITE
    }

    fn undoes(&self) -> bool {
        true
    }

    fn row_called(&self) -> Option<fn(&Row) -> String> {
        Some(|row| row.title(&["name", "key"]))
    }

    fn undo(&self, community: CommunityId, steps: Vec<Step>) -> Option<Batch> {
        Some(undo::batch(Vec::new(), community, steps))
    }

    fn plan<'a>(
        &'a self,
        db: &'a Database,
        ctx: &'a Ctx,
        file: &'a Incoming,
        dry_run: bool,
    ) -> BoxFuture<'a, Result<Plan>> {
        plan(db, ctx, &self.0, file, dry_run).boxed()
    }
}

/// Takes merchants in at once, for callers that wait.
///
/// # Errors
/// 422 for a file that cannot be read, 403 without the permission.
pub async fn merchants(
    db: &Database,
    ctx: &Ctx,
    vault: &Arc<Vault>,
    text: &str,
    dry_run: bool,
) -> Result<ImportReport> {
    let file = Incoming::of_text(text);
    let plan = plan(db, ctx, vault, &file, dry_run).await?;
    Ok(plan.run(db, ctx).await?.0)
}

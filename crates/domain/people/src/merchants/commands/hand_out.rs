//! Many merchants' numbers and names of their persons at once, for a form: whoever answers for one of them, and whoever is
//! named, can see who had them, and why.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{CommunityId, Ctx, Result};

use super::reveal::responsible;
use crate::commands::hand_out::note_looks;
use crate::commands::reveal::purpose;

/// See the module's text. Who may is decided where they are read.
#[derive(Debug)]
pub(crate) struct NoteMerchants {
    pub(crate) community: CommunityId,
    /// Merchants whose number was handed out.
    pub(crate) numbers: Vec<Uuid>,
    /// Persons of this community who were named.
    pub(crate) named: BTreeSet<Uuid>,
    pub(crate) purpose: String,
    pub(crate) form: Uuid,
}

impl Command for NoteMerchants {
    type Output = ();
    const NAME: &'static str = "people.hand-out-merchants";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let purpose = purpose(&self.purpose)?;
        let mut seen: BTreeMap<Uuid, Vec<&'static str>> = BTreeMap::new();
        for person in &self.named {
            seen.entry(*person).or_default().push("name");
        }
        for person in responsible(tx, self.community, &self.numbers).await? {
            seen.entry(person).or_default().push("merchant-phone");
        }
        let seen = seen
            .iter()
            .map(|(person, fields)| (*person, None, &fields[..]));
        note_looks(ctx, tx, (self.community, self.form), &purpose, seen).await?;
        let detail = json!({ "numbers": self.numbers.len(), "named": self.named.len() });
        tx.audit(
            ctx,
            self.community,
            AuditEntry::new(Self::NAME, "form", self.form).detail(detail),
        );
        Ok(())
    }
}

//! `organisations.csv`: key, kind, name, area_code, phone, uscc; if there is a column `email`, it is read too.

use std::collections::HashSet;
use std::sync::Arc;

use sea_orm::EntityTrait;
use youlin_database::{Command, Database, Tx};
use youlin_imports::{ImportReport, Incoming, Outcome, Plan, Refused, Row, read_csv};
use youlin_kernel::{AreaId, CommunityId, Ctx, Result};

use super::keys::{self, Keys};
use super::{allowed, planned, refused};
use crate::commands::filed_under;
use crate::commands::save_organisation::{Checked, email_place};
use crate::entities::organisation;
use crate::permissions::ORGANISATIONS_WRITE;
use crate::{OrganisationKind, SaveOrganisation, Vault};

/// Takes organisations in.
///
/// # Errors
/// 422 for a file that cannot be read, 403 without the permission.
pub async fn organisations(
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

pub(super) async fn plan(
    db: &Database,
    ctx: &Ctx,
    vault: &Arc<Vault>,
    file: &Incoming,
    dry_run: bool,
) -> Result<Plan> {
    allowed(ctx, &ORGANISATIONS_WRITE)?;
    let rows = read_csv(&file.text, &["key", "kind", "name", "area_code"])?;
    let known = keys::organisations(db.read(), rows.iter().map(|row| row.get("key"))).await?;
    let (mut refused, mut drafts) = (Vec::new(), Vec::new());
    let mut seen = HashSet::new();
    for row in rows {
        if !seen.insert(row.get("key").to_owned()) {
            refused.push(row.refuse("key", "key-twice"));
            continue;
        }
        match draft(ctx, vault, &row, &known) {
            Ok((community, save)) => drafts.push((community, row.line, (row, save))),
            Err(refusal) => refused.push(refusal),
        }
    }
    Ok(planned(file, refused, drafts, |rows| Import {
        rows,
        dry_run,
    }))
}

fn draft(
    ctx: &Ctx,
    vault: &Arc<Vault>,
    row: &Row,
    known: &Keys,
) -> std::result::Result<(CommunityId, SaveOrganisation), Refused> {
    let key = row.required("key", 100)?;
    let kind = OrganisationKind::parse(row.get("kind")).ok_or_else(|| {
        row.refuse("kind", "person-value")
            .arg("value", row.get("kind"))
    })?;
    let area = area(ctx, row, row.get("area_code"))?;
    let community = filed_under(ctx, area).map_err(|_| row.refuse("area_code", "area-unknown"))?;
    let filled = |column: &str| Some(row.get(column).to_owned()).filter(|text| !text.is_empty());
    let save = SaveOrganisation {
        vault: Arc::clone(vault),
        id: known.get(key).copied(),
        version: None,
        // A row under an id of this house names what has no key, and goes on without.
        ext_key: Some(key.to_owned()).filter(|_| !under_id(known, key)),
        kind,
        name: row.get("name").to_owned(),
        area,
        phone: filled("phone"),
        email: row.has("email").then(|| row.get("email").to_owned()),
        credit_code: filled("uscc"),
        closed: false,
    };
    Ok((community, save))
}

fn under_id(known: &Keys, key: &str) -> bool {
    known.get(key).is_some_and(|(_, id)| key.parse() == Ok(*id))
}

/// The area of a code.
pub(super) fn area(ctx: &Ctx, row: &Row, code: &str) -> std::result::Result<AreaId, Refused> {
    ctx.areas()
        .by_code(code)
        .map(|node| node.id)
        .ok_or_else(|| row.refuse("area_code", "area-unknown").arg("code", code))
}

struct Import {
    rows: Vec<(Row, SaveOrganisation)>,
    dry_run: bool,
}

impl Command for Import {
    type Output = ImportReport;
    const NAME: &'static str = "people.import-organisations";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<ImportReport> {
        let mut report = ImportReport::default();
        for (row, save) in &self.rows {
            let old = match save.id {
                Some((community, id)) => {
                    organisation::Entity::find_by_id((community.0, id))
                        .one(tx.conn())
                        .await?
                }
                None => None,
            };
            let checked = save.checked(ctx);
            let outcome = match (&checked, &old) {
                (Ok(fresh), Some(old)) if same(&save.vault, fresh, old)? => Outcome::Unchanged,
                (_, Some(_)) => Outcome::Changed,
                (_, None) => Outcome::New,
            };
            let saved = match checked {
                Err(problem) => Err(problem),
                Ok(_) if self.dry_run || outcome == Outcome::Unchanged => Ok(()),
                Ok(_) => save.run(ctx, tx).await.map(|_id| ()),
            };
            match saved {
                Ok(()) => report.count(outcome),
                Err(problem) => report.refused.push(refused(row, problem)?),
            }
        }
        Ok(report)
    }
}

fn same(vault: &Vault, fresh: &Checked, old: &organisation::Model) -> Result<bool> {
    let of = |row: &organisation::Model| {
        (
            row.kind.clone(),
            row.name.clone(),
            row.area_id,
            row.phone.clone(),
            row.credit_code.clone(),
            row.closed_at.is_some(),
        )
    };
    let email_stays = match &fresh.email {
        None => true,
        Some(wanted) => {
            let at = email_place(old.community_id, old.id);
            let held = old.email_sealed.as_deref();
            held.map(|sealed| vault.open(at, sealed)).transpose()? == *wanted
        }
    };
    Ok(email_stays && of(&fresh.row) == of(old))
}

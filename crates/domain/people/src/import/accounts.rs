//! `accounts.csv`: login, display_name, person_key, grants (`role@area;role@area#organisation`). No passwords: the caller
//! gives one for each new login, or none, and then an administrator sets one.

use std::collections::HashSet;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use youlin_database::{Command, Database, Tx};
use youlin_imports::{ImportReport, Incoming, Outcome, Plan, Refused, Row, read_csv};
use youlin_kernel::{Ctx, Grant, Problem, Result, Role};

use super::keys::{self, Keys};
use super::{allowed, planned, refused};
use crate::commands::accounts::{SYSTEM, login};
use crate::entities::{account, account_grant};
use crate::permissions::ACCOUNTS_ADMIN;
use crate::{CreateAccount, PasswordHash, SetGrants};

/// Takes accounts in. `password` is asked once for each login of the file and used for the new ones.
///
/// # Errors
/// 422 for a file that cannot be read, 403 without the permission.
pub async fn accounts(
    db: &Database,
    ctx: &Ctx,
    text: &str,
    password: &(dyn Fn(&str) -> Option<PasswordHash> + Sync),
    must_change: bool,
    dry_run: bool,
) -> Result<ImportReport> {
    let file = Incoming::of_text(text);
    let plan = plan(db, ctx, &file, password, must_change, dry_run).await?;
    Ok(plan.run(db, ctx).await?.0)
}

pub(super) async fn plan(
    db: &Database,
    ctx: &Ctx,
    file: &Incoming,
    password: &(dyn Fn(&str) -> Option<PasswordHash> + Sync),
    must_change: bool,
    dry_run: bool,
) -> Result<Plan> {
    allowed(ctx, &ACCOUNTS_ADMIN)?;
    let rows = read_csv(&file.text, &["login", "display_name", "grants"])?;
    let persons = keys::persons(db.read(), rows.iter().map(|row| row.get("person_key"))).await?;
    let organisations =
        keys::organisations(db.read(), rows.iter().flat_map(organisations_in)).await?;
    let (mut refused, mut drafts) = (Vec::new(), Vec::new());
    let mut seen = HashSet::new();
    for row in rows {
        if !seen.insert(row.get("login").to_lowercase()) {
            refused.push(row.refuse("login", "key-twice"));
            continue;
        }
        match draft(ctx, &row, &persons, &organisations) {
            Ok(mut create) => {
                if let Some(hash) = password(&create.login) {
                    create.password = hash;
                }
                create.must_change = must_change;
                drafts.push((SYSTEM, row.line, (row, create)));
            }
            Err(refusal) => refused.push(refusal),
        }
    }
    Ok(planned(file, refused, drafts, |rows| Import {
        rows,
        dry_run,
    }))
}

fn organisations_in(row: &Row) -> impl Iterator<Item = &str> {
    row.get("grants")
        .split(';')
        .filter_map(|grant| grant.split_once('#'))
        .map(|(_, organisation)| organisation.trim())
}

fn draft(
    ctx: &Ctx,
    row: &Row,
    persons: &Keys,
    organisations: &Keys,
) -> std::result::Result<CreateAccount, Refused> {
    let person = match row.get("person_key") {
        "" => None,
        key => Some(
            persons
                .get(key)
                .copied()
                .ok_or_else(|| row.refuse("person_key", "person-unknown").arg("value", key))?,
        ),
    };
    let grants = row
        .get("grants")
        .split(';')
        .map(str::trim)
        .filter(|text| !text.is_empty())
        .map(|text| grant(ctx, row, text, organisations))
        .collect::<std::result::Result<_, _>>()?;
    Ok(CreateAccount {
        login: row.required("login", 40)?.to_lowercase(),
        password: PasswordHash::none(),
        display_name: row.get("display_name").to_owned(),
        person,
        grants,
        must_change: false,
    })
}

fn grant(
    ctx: &Ctx,
    row: &Row,
    text: &str,
    organisations: &Keys,
) -> std::result::Result<Grant, Refused> {
    let wrong = || row.refuse("grants", "person-value").arg("value", text);
    let (role, rest) = text.split_once('@').ok_or_else(wrong)?;
    let (area, organisation) = rest
        .split_once('#')
        .map_or((rest, None), |(area, key)| (area, Some(key.trim())));
    let organisation = organisation
        .map(|key| {
            organisations.get(key).map(|(_, id)| *id).ok_or_else(|| {
                row.refuse("grants", "organisation-unknown")
                    .arg("value", key)
            })
        })
        .transpose()?;
    Ok(Grant {
        role: Role::parse(role.trim()).ok_or_else(wrong)?,
        area: super::organisations::area(ctx, row, area.trim())?,
        organisation,
    })
}

struct Import {
    rows: Vec<(Row, CreateAccount)>,
    dry_run: bool,
}

impl Command for Import {
    type Output = ImportReport;
    const NAME: &'static str = "people.import-accounts";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<ImportReport> {
        let mut report = ImportReport::default();
        for (row, create) in &self.rows {
            match take_in(ctx, tx, create, self.dry_run).await {
                Ok(outcome) => report.count(outcome),
                Err(problem) => report.refused.push(refused(row, problem)?),
            }
        }
        Ok(report)
    }
}

async fn take_in(ctx: &Ctx, tx: &Tx<'_>, create: &CreateAccount, dry_run: bool) -> Result<Outcome> {
    let known = account::Entity::find()
        .filter(account::Column::CommunityId.eq(SYSTEM.0))
        .filter(account::Column::Login.eq(login(&create.login)?))
        .one(tx.conn())
        .await?;
    let Some(known) = known else {
        if !dry_run {
            create.run(ctx, tx).await?;
        }
        return Ok(Outcome::New);
    };
    if known.closed_at.is_some() {
        return Err(Problem::invalid("login", "account-closed"));
    }
    let rows = account_grant::Entity::find()
        .filter(account_grant::Column::CommunityId.eq(SYSTEM.0))
        .filter(account_grant::Column::AccountId.eq(known.id))
        .all(tx.conn())
        .await?;
    let sorted = |mut grants: Vec<Grant>| {
        grants.sort_by_key(|grant| (grant.role, grant.area, grant.organisation));
        grants
    };
    if sorted(crate::accounts::grants_of(&rows)) == sorted(create.grants.clone()) {
        return Ok(Outcome::Unchanged);
    }
    if !dry_run {
        let set = SetGrants {
            account: known.id,
            version: None,
            grants: create.grants.clone(),
        };
        set.run(ctx, tx).await?;
    }
    Ok(Outcome::Changed)
}

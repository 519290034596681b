//! `memberships.csv`: person_key, organisation_key, role, area_code, valid_from (a day); if there is a column
//! `duty_phone`, it is read too. A membership that ended and stands in the file again begins anew.
//!
//! Somebody on duty as a grid worker who lives in no dwelling of the register is staff: the first number they were
//! entered with is that of the job, and becomes the duty number unless another is given.

use std::sync::Arc;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use youlin_database::{Command, Database, Tx};
use youlin_imports::{ImportReport, Incoming, Outcome, Plan, Refused, Row, read_csv};
use youlin_kernel::{CommunityId, Ctx, Micros, Result};

use super::keys::{self, Keys};
use super::{allowed, planned, refused};
use crate::commands::filed_under;
use crate::entities::{membership, person_phone, residence};
use crate::permissions::PEOPLE_WRITE;
use crate::vault::FieldPlace;
use crate::{MembershipRole, SaveMembership, Vault};

/// Takes memberships in.
///
/// # Errors
/// 422 for a file that cannot be read, 403 without the permission.
pub async fn memberships(
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
    allowed(ctx, &PEOPLE_WRITE)?;
    let rows = read_csv(&file.text, &["person_key", "role", "area_code"])?;
    let persons = keys::persons(db.read(), rows.iter().map(|row| row.get("person_key"))).await?;
    let organisations = keys::organisations(
        db.read(),
        rows.iter().map(|row| row.get("organisation_key")),
    )
    .await?;
    let (mut refused, mut drafts) = (Vec::new(), Vec::new());
    for row in rows {
        match draft(ctx, vault, &row, &persons, &organisations) {
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
    persons: &Keys,
    organisations: &Keys,
) -> std::result::Result<(CommunityId, SaveMembership), Refused> {
    let person = row.required("person_key", 100)?;
    let (person_community, person) = persons.get(person).copied().ok_or_else(|| {
        row.refuse("person_key", "person-unknown")
            .arg("value", person)
    })?;
    let organisation = match row.get("organisation_key") {
        "" => None,
        key => Some(organisations.get(key).copied().ok_or_else(|| {
            row.refuse("organisation_key", "organisation-unknown")
                .arg("value", key)
        })?),
    };
    let role = MembershipRole::parse(row.get("role")).ok_or_else(|| {
        row.refuse("role", "person-value")
            .arg("value", row.get("role"))
    })?;
    let area = super::organisations::area(ctx, row, row.get("area_code"))?;
    let community = filed_under(ctx, area).map_err(|_| row.refuse("area_code", "area-unknown"))?;
    let filled = |column: &str| Some(row.get(column).to_owned()).filter(|text| !text.is_empty());
    let save = SaveMembership {
        vault: Arc::clone(vault),
        person_community,
        person,
        organisation: organisation.map(|(_, id)| id),
        role,
        area,
        duty_phone: filled("duty_phone"),
        valid_from: filled("valid_from")
            .map(|day| midnight(row, &day))
            .transpose()?,
    };
    Ok((community, save))
}

/// The beginning of a day in local time.
fn midnight(row: &Row, day: &str) -> std::result::Result<Micros, Refused> {
    super::midnight(day).ok_or_else(|| row.refuse("valid_from", "cell-no-day").arg("value", day))
}

struct Import {
    rows: Vec<(Row, SaveMembership)>,
    dry_run: bool,
}

impl Command for Import {
    type Output = ImportReport;
    const NAME: &'static str = "people.import-memberships";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<ImportReport> {
        let mut report = ImportReport::default();
        for (row, save) in &self.rows {
            match take_in(ctx, tx, save, self.dry_run).await {
                Ok(outcome) => report.count(outcome),
                Err(problem) => report.refused.push(refused(row, problem)?),
            }
        }
        Ok(report)
    }
}

async fn take_in(ctx: &Ctx, tx: &Tx<'_>, save: &SaveMembership, dry_run: bool) -> Result<Outcome> {
    let community = filed_under(ctx, save.area)?;
    ctx.authorize(&PEOPLE_WRITE, save.area)?;
    let known = membership::Entity::find()
        .filter(membership::Column::CommunityId.eq(community.0))
        .filter(membership::Column::PersonId.eq(save.person))
        .filter(membership::Column::Role.eq(save.role.as_str()))
        .filter(membership::Column::AreaId.eq(save.area.0))
        .filter(membership::Column::ValidTo.is_null())
        .all(tx.conn())
        .await?
        .into_iter()
        .find(|row| row.organisation_id == save.organisation);
    let duty_phone = match &save.duty_phone {
        Some(number) => Some(number.clone()),
        None if known.is_none() => number_of_the_job(tx, save).await?,
        None => None,
    };
    let version_before = known.as_ref().map(|row| row.version);
    if dry_run {
        return Ok(match version_before {
            Some(_) => Outcome::Unchanged,
            None => Outcome::New,
        });
    }
    let save = SaveMembership {
        vault: Arc::clone(&save.vault),
        duty_phone,
        ..*save
    };
    let id = save.run(ctx, tx).await?;
    let now = membership::Entity::find_by_id((community.0, id))
        .one(tx.conn())
        .await?
        .map(|row| row.version);
    Ok(match version_before {
        None => Outcome::New,
        before if before == now => Outcome::Unchanged,
        Some(_) => Outcome::Changed,
    })
}

/// See the module's text.
async fn number_of_the_job(tx: &Tx<'_>, save: &SaveMembership) -> Result<Option<String>> {
    if save.role != MembershipRole::GridWorker {
        return Ok(None);
    }
    let lives_here = residence::Entity::find()
        .filter(residence::Column::CommunityId.eq(save.person_community.0))
        .filter(residence::Column::PersonId.eq(save.person))
        .one(tx.conn())
        .await?;
    if lives_here.is_some() {
        return Ok(None);
    }
    let first = person_phone::Entity::find()
        .filter(person_phone::Column::CommunityId.eq(save.person_community.0))
        .filter(person_phone::Column::PersonId.eq(save.person))
        .filter(person_phone::Column::Position.eq(0))
        .one(tx.conn())
        .await?;
    first
        .map(|row| {
            let at = FieldPlace::new("person_phone", "number", row.community_id, row.id);
            save.vault.open(at, &row.number_sealed)
        })
        .transpose()
}

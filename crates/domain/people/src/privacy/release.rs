//! A form with one person a line leaves the house like a list of persons ([`super::export`]): above [`EXPORT_FREE`] persons
//! a second person says yes first, to a number and a purpose, and then it is filled once. The yes is kept in the same
//! table, so whoever says yes finds both kinds on one page.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::json;
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Database, Tx};
use youlin_datasets::Release;
use youlin_kernel::{AreaId, CommunityId, Ctx, Micros, Problem, ProblemKind, Result};

use super::export::{EXPORT_FREE, ExportState, find, grown, too_late};
use crate::entities::person_export;
use crate::events;
use crate::fields::required;
use crate::permissions::PEOPLE_EXPORT;

/// Where a second person answers.
const APPROVE: &str = "/people/exports/approve";

/// The caller's newest request for a form.
async fn newest(db: &Database, ctx: &Ctx, form: Uuid) -> Result<Option<person_export::Model>> {
    let (Ok(scope), Some(me)) = (ctx.scope(&PEOPLE_EXPORT), ctx.actor().id()) else {
        return Ok(None);
    };
    Ok(person_export::Entity::find()
        .filter(person_export::Column::CommunityId.is_in(scope.communities()))
        .filter(person_export::Column::FormId.eq(form))
        .filter(person_export::Column::AskedBy.eq(me))
        .order_by_desc(person_export::Column::AskedAt)
        .one(db.read())
        .await?)
}

/// How filling a form with so many persons stands for the caller.
pub(crate) async fn release(
    db: &Database,
    ctx: &Ctx,
    form: Uuid,
    persons: usize,
) -> Result<Release> {
    if persons as u64 <= EXPORT_FREE {
        return Ok(Release::Free);
    }
    let needed = Release::Needed { free: EXPORT_FREE };
    let Some(row) = newest(db, ctx, form).await? else {
        return Ok(needed);
    };
    let by = row.decided_name.clone().unwrap_or_default();
    Ok(match ExportState::parse(&row.state) {
        Some(ExportState::Asked) => Release::Waiting {
            since: Micros(row.asked_at),
            page: APPROVE,
        },
        Some(ExportState::Approved) if !too_late(&row, ctx.now()) && !grown(&row, persons) => {
            Release::Granted {
                by,
                purpose: row.purpose,
            }
        }
        Some(ExportState::Declined) => Release::Declined {
            by,
            answer: row.answer.unwrap_or_default(),
            free: EXPORT_FREE,
        },
        _ => needed,
    })
}

/// The yes that lets so many persons out for a form; `None` where none is needed.
///
/// # Errors
/// 409 without it.
pub(crate) async fn released(
    db: &Database,
    ctx: &Ctx,
    form: Uuid,
    persons: usize,
) -> Result<Option<TakeRelease>> {
    match release(db, ctx, form, persons).await? {
        Release::Free => Ok(None),
        Release::Granted { .. } => {
            let row = newest(db, ctx, form)
                .await?
                .ok_or_else(Problem::not_found)?;
            Ok(Some(TakeRelease {
                community: CommunityId(row.community_id),
                id: row.id,
                form,
                persons,
                purpose: row.purpose,
            }))
        }
        _ => Err(Problem::new(ProblemKind::Conflict, "export-not-approved")),
    }
}

/// Asks for a yes. Permission `people.export` in the form's area. One that waits already is asked again with the new
/// number and purpose.
#[derive(Debug)]
pub(crate) struct AskRelease {
    /// Where it is filed: the form's community, or the first one whose people stand in it.
    pub(crate) community: CommunityId,
    pub(crate) area: AreaId,
    pub(crate) form: Uuid,
    pub(crate) page: String,
    /// 2 to 200 characters.
    pub(crate) purpose: String,
    pub(crate) persons: usize,
}

impl Command for AskRelease {
    type Output = ();
    const NAME: &'static str = "people.ask-release";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        ctx.authorize(&PEOPLE_EXPORT, self.area)?;
        let purpose = required("purpose", &self.purpose, 200)?;
        if purpose.chars().count() < 2 {
            return Err(Problem::invalid("purpose", "purpose-needed"));
        }
        let asked_by = ctx.actor().id().ok_or_else(Problem::forbidden)?;
        let persons = i64::try_from(self.persons).unwrap_or(i64::MAX);
        let waiting = person_export::Entity::find()
            .filter(person_export::Column::CommunityId.eq(self.community.0))
            .filter(person_export::Column::FormId.eq(self.form))
            .filter(person_export::Column::AskedBy.eq(asked_by))
            .filter(person_export::Column::State.eq(ExportState::Asked.as_str()))
            .one(tx.conn())
            .await?;
        let id = match waiting {
            Some(row) => {
                let id = row.id;
                tx.update::<person_export::Entity>(person_export::Model {
                    purpose,
                    persons,
                    asked_at: ctx.now().0,
                    ..row
                })
                .await?;
                id
            }
            None => {
                let row = self.row(ctx, asked_by, purpose, persons);
                tx.insert::<person_export::Entity>(row).await?.id
            }
        };
        tx.audit(
            ctx,
            self.community,
            AuditEntry::new(Self::NAME, "person_export", id)
                .detail(json!({ "form": self.form, "persons": persons })),
        );
        tx.emit(ctx, events::export_asked(self.community, id, asked_by));
        Ok(())
    }
}

impl AskRelease {
    fn row(
        &self,
        ctx: &Ctx,
        asked_by: Uuid,
        purpose: String,
        persons: i64,
    ) -> person_export::Model {
        person_export::Model {
            community_id: self.community.0,
            id: ctx.new_id(),
            version: 1,
            asked_by,
            asked_name: ctx.actor().name().to_owned(),
            area_id: self.area.0,
            purpose,
            persons,
            state: ExportState::Asked.as_str().to_owned(),
            asked_at: ctx.now().0,
            decided_by: None,
            decided_name: None,
            decided_at: None,
            answer: None,
            taken_at: None,
            form_id: Some(self.form),
            page: Some(self.page.clone()),
            contents: None,
            filter_sealed: None,
        }
    }
}

/// Uses a yes up, once. Whoever asked for it does, before anything is handed out.
#[derive(Debug)]
pub(crate) struct TakeRelease {
    pub(crate) community: CommunityId,
    pub(crate) id: Uuid,
    pub(crate) form: Uuid,
    pub(crate) persons: usize,
    /// What the second person said yes to.
    pub(crate) purpose: String,
}

impl Command for TakeRelease {
    type Output = ();
    const NAME: &'static str = "people.take-release";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let row = find(tx, self.community, self.id).await?;
        ctx.authorize(&PEOPLE_EXPORT, AreaId(row.area_id))?;
        if ctx.actor().id() != Some(row.asked_by) || row.form_id != Some(self.form) {
            return Err(Problem::not_found());
        }
        let good = row.state == ExportState::Approved.as_str()
            && !too_late(&row, ctx.now())
            && !grown(&row, self.persons);
        if !good {
            return Err(Problem::new(ProblemKind::Conflict, "export-not-approved"));
        }
        tx.update::<person_export::Entity>(person_export::Model {
            state: ExportState::Taken.as_str().to_owned(),
            taken_at: Some(ctx.now().0),
            ..row
        })
        .await?;
        tx.audit(
            ctx,
            self.community,
            AuditEntry::new(Self::NAME, "person_export", self.id)
                .detail(json!({ "form": self.form, "persons": self.persons })),
        );
        Ok(())
    }
}

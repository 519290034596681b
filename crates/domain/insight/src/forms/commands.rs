//! A form is entered with its blank workbook, mapped, and each filling is noted.

use sea_orm::EntityTrait;
use serde_json::json;
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Event, Tx};
use youlin_kernel::{AreaId, CommunityId, Ctx, Micros, Problem, ProblemKind, Result};

use super::queries::titled;
use super::{AnswerCount, Blank, Every, Mapping, Rows};
use crate::answers::FILLED;
use crate::compose::Composed;
use crate::entities::{report_answer, report_blank, report_fill, report_form};
use crate::permissions::INSIGHT_FORMS;

const NAME: usize = 120;
const NUMBER: usize = 40;
const PURPOSE: usize = 200;

/// Enters a form. Answers its id.
#[derive(Debug)]
pub struct SaveForm {
    pub number: String,
    pub name: String,
    /// Who asks for it.
    pub requester: String,
    pub every: Every,
    pub area: AreaId,
    pub file_name: String,
    pub workbook: Vec<u8>,
    pub blank: Blank,
    pub mapping: Mapping,
}

impl Command for SaveForm {
    type Output = Uuid;
    const NAME: &'static str = "insight.save-form";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<Uuid> {
        let name = tidy("name", &self.name, NAME, true)?;
        let requester = tidy("requester", &self.requester, NAME, true)?;
        let number = tidy("number", &self.number, NUMBER, false)?;
        if ctx.areas().get(self.area).is_none() {
            return Err(Problem::invalid("area", "query-area"));
        }
        ctx.authorize(&INSIGHT_FORMS, self.area)?;
        let community = filed(ctx, self.area);
        let form = report_form::Model {
            community_id: community.0,
            id: ctx.new_id(),
            version: 1,
            number,
            name,
            requester,
            every: self.every.as_str().to_owned(),
            area_id: self.area.0,
            file_name: self.file_name.chars().take(NAME).collect(),
            layout: json_of(&self.blank)?,
            mapping: json_of(&self.mapping)?,
            revision: 1,
            by_name: ctx.actor().name().to_owned(),
            created_at: ctx.now().0,
            closed_at: None,
        };
        let form = tx.insert::<report_form::Entity>(form).await?;
        tx.insert::<report_blank::Entity>(report_blank::Model {
            community_id: community.0,
            id: ctx.new_id(),
            version: 1,
            form_id: form.id,
            workbook: self.workbook.clone(),
        })
        .await?;
        tx.audit(ctx, community, AuditEntry::new(Self::NAME, "form", form.id));
        Ok(form.id)
    }
}

/// Says where the columns of a form come from; a new revision of it.
#[derive(Debug)]
pub struct MapForm {
    pub community: CommunityId,
    pub form: Uuid,
    /// The version the mapping was made on.
    pub version: i32,
    pub mapping: Mapping,
}

impl Command for MapForm {
    type Output = ();
    const NAME: &'static str = "insight.map-form";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let form = form_for(ctx, tx, self.community, self.form).await?;
        if let Rows::Records(address) = &self.mapping.rows {
            serde_html_form::from_str::<Composed>(address)
                .map_err(|_unreadable| Problem::invalid("rows", "query-value"))?;
        }
        let mapping = json_of(&self.mapping)?;
        if mapping == form.mapping {
            return Ok(());
        }
        let revision = form.revision + 1;
        let changed = report_form::Model {
            version: self.version,
            mapping,
            revision,
            ..form
        };
        tx.update::<report_form::Entity>(changed).await?;
        tx.audit(
            ctx,
            self.community,
            AuditEntry::new(Self::NAME, "form", self.form).detail(json!({ "revision": revision })),
        );
        Ok(())
    }
}

/// That a form was filled, and how much of it was held.
#[derive(Debug)]
pub struct NoteFill {
    pub community: CommunityId,
    pub form: Uuid,
    pub period: String,
    pub purpose: String,
    pub lines: usize,
    pub held: usize,
    pub missing: usize,
    /// Questions that are open at the door because of it.
    pub asked: usize,
    pub at: Micros,
    /// Where the answers of this community's lines came from.
    pub answers: Vec<AnswerCount>,
}

impl Command for NoteFill {
    type Output = ();
    const NAME: &'static str = "insight.fill-form";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let form = form_for(ctx, tx, self.community, self.form).await?;
        let number = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
        tx.insert::<report_fill::Entity>(report_fill::Model {
            community_id: self.community.0,
            id: ctx.new_id(),
            version: 1,
            form_id: self.form,
            revision: form.revision,
            period: self.period.clone(),
            purpose: tidy("purpose", &self.purpose, PURPOSE, true)?,
            lines: number(self.lines),
            held: number(self.held),
            missing: number(self.missing),
            asked: number(self.asked),
            by_name: ctx.actor().name().to_owned(),
            at: self.at.0,
        })
        .await?;
        let filling = Filling {
            form: &form,
            community: self.community,
            period: &self.period,
            at: self.at,
        };
        filling.note(ctx, tx, &self.answers).await?;
        tx.audit(
            ctx,
            self.community,
            AuditEntry::new(Self::NAME, "form", self.form)
                .detail(json!({ "lines": self.lines, "missing": self.missing })),
        );
        Ok(())
    }
}

/// Where the answers came from that another community's lines were filled with, of a form above communities.
#[derive(Debug)]
pub struct NoteAnswers {
    /// Where the form is filed.
    pub filed: CommunityId,
    /// Whose answers these are.
    pub community: CommunityId,
    pub form: Uuid,
    pub period: String,
    pub at: Micros,
    pub answers: Vec<AnswerCount>,
}

impl Command for NoteAnswers {
    type Output = ();
    const NAME: &'static str = "insight.note-answers";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let form = form_for(ctx, tx, self.filed, self.form).await?;
        ctx.authorize(&INSIGHT_FORMS, self.community)?;
        let filling = Filling {
            form: &form,
            community: self.community,
            period: &self.period,
            at: self.at,
        };
        filling.note(ctx, tx, &self.answers).await?;
        tx.audit(
            ctx,
            self.community,
            AuditEntry::new(Self::NAME, "form", self.form),
        );
        Ok(())
    }
}

/// One filling, as one community's lines of the ledger know it.
struct Filling<'a> {
    form: &'a report_form::Model,
    community: CommunityId,
    period: &'a str,
    at: Micros,
}

impl Filling<'_> {
    async fn note(&self, ctx: &Ctx, tx: &Tx<'_>, answers: &[AnswerCount]) -> Result<()> {
        if answers.is_empty() {
            return Ok(());
        }
        let form = self.form;
        // A form about a grid is counted there, one about a whole district in each of its communities.
        let own = ctx.areas().community_of(AreaId(form.area_id)) == Some(self.community);
        let area = if own { form.area_id } else { self.community.0 };
        let rows = answers.iter().map(|one| report_answer::Model {
            community_id: self.community.0,
            id: ctx.new_id(),
            version: 1,
            form_id: form.id,
            form_name: titled(&form.number, &form.name),
            requester: form.requester.clone(),
            area_id: area,
            period: self.period.to_owned(),
            column_name: one.column.clone(),
            origin: one.origin.as_str().to_owned(),
            cells: i32::try_from(one.cells).unwrap_or(i32::MAX),
            at: self.at.0,
        });
        tx.insert_all::<report_answer::Entity>(rows.collect())
            .await?;
        tx.emit(
            ctx,
            Event {
                topic: FILLED.to_owned(),
                community: self.community,
                subject: form.id,
                payload: json!({}),
            },
        );
        Ok(())
    }
}

/// A form the caller keeps, and that is not closed.
pub(super) async fn form_for(
    ctx: &Ctx,
    tx: &Tx<'_>,
    community: CommunityId,
    id: Uuid,
) -> Result<report_form::Model> {
    let form = any_form_for(ctx, tx, community, id).await?;
    if form.closed_at.is_some() {
        return Err(Problem::new(ProblemKind::Conflict, "form-closed"));
    }
    Ok(form)
}

/// The same, closed ones too.
pub(super) async fn any_form_for(
    ctx: &Ctx,
    tx: &Tx<'_>,
    community: CommunityId,
    id: Uuid,
) -> Result<report_form::Model> {
    let form = report_form::Entity::find_by_id((community.0, id))
        .one(tx.conn())
        .await?
        .ok_or_else(Problem::not_found)?;
    ctx.authorize(&INSIGHT_FORMS, AreaId(form.area_id))?;
    Ok(form)
}

/// The community a form about this area is filed under, or the system's for those above.
fn filed(ctx: &Ctx, area: AreaId) -> CommunityId {
    let community = ctx.areas().community_of(area);
    community.unwrap_or(CommunityId::SYSTEM)
}

pub(super) fn tidy(field: &'static str, text: &str, max: usize, needed: bool) -> Result<String> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if needed && text.is_empty() {
        return Err(Problem::invalid(field, "required"));
    }
    if text.chars().count() > max {
        return Err(Problem::invalid(field, "too-long").field_arg("max", max));
    }
    Ok(text)
}

pub(super) fn json_of(value: &impl serde::Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(Problem::internal)
}

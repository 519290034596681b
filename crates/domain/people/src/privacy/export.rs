//! Lists of persons that leave the house in the clear. Whoever takes one says why; it carries who, when and why in its
//! first line; everybody on it sees it among the looks at their file. Above [`EXPORT_FREE`] persons a second person must
//! say yes first, and then it is made once, with whoever is there at that moment.

use std::sync::Arc;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::json;
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{AreaId, CommunityId, Ctx, Micros, Problem, ProblemKind, Result, Scope, words};

use super::lines::{ExportLine, Lines};
use super::listed::{MOST, community_of, filter_of, kept, persons_of};
use super::merchants_list::{handed_out, merchants_of};
use super::processing::{NewProcessing, ProcessingKind, note_processing};
use crate::entities::person_export;
use crate::events;
use crate::fields::required;
use crate::permissions::{PEOPLE_EXPORT, PEOPLE_EXPORT_APPROVE};
use crate::{ListFilter, Vault};

/// Up to this many persons one takes a list alone.
pub const EXPORT_FREE: u64 = 50;
/// An approved list is taken within this time, or asked for again.
const APPROVED_FOR: i64 = 7 * Micros::DAY;

words! {
    /// Where a list stands.
    ExportState {
        /// Waits for a second person.
        Asked = "asked",
        /// May be taken once.
        Approved = "approved",
        Declined = "declined",
        Taken = "taken",
    }
}

words! {
    /// What a list says of each person.
    ExportContents {
        /// Name, numbers and address: to call on people.
        Contacts = "contacts",
        /// All the register holds, to be taken in elsewhere; identity numbers are covered.
        Register = "register",
        /// With identity numbers.
        Numbers = "numbers",
        /// No persons but merchants, with their telephone numbers.
        Merchants = "merchants",
    }
}

/// Lists of earlier versions hold contacts.
pub(super) fn contents_of(row: &person_export::Model) -> ExportContents {
    let said = row.contents.as_deref().and_then(ExportContents::parse);
    said.unwrap_or(ExportContents::Contacts)
}

/// A list somebody asked for.
#[derive(Clone, Debug)]
pub struct ExportView {
    pub id: Uuid,
    pub community: CommunityId,
    pub area: AreaId,
    pub asked_by: Uuid,
    pub asked_name: String,
    pub purpose: String,
    pub persons: i64,
    pub contents: ExportContents,
    /// What the list is cut down by beside its area.
    pub filter: ListFilter,
    pub state: ExportState,
    pub asked_at: Micros,
    pub decided_name: Option<String>,
    pub answer: Option<String>,
    pub taken_at: Option<Micros>,
    /// Of a form: the page where it is taken.
    pub page: Option<String>,
}

impl ExportView {
    fn of(vault: &Vault, row: person_export::Model) -> Result<Self> {
        Ok(Self {
            filter: filter_of(vault, &row)?,
            contents: contents_of(&row),
            id: row.id,
            community: CommunityId(row.community_id),
            area: AreaId(row.area_id),
            asked_by: row.asked_by,
            asked_name: row.asked_name,
            purpose: row.purpose,
            persons: row.persons,
            state: ExportState::parse(&row.state).unwrap_or(ExportState::Declined),
            asked_at: Micros(row.asked_at),
            decided_name: row.decided_name,
            answer: row.answer,
            taken_at: row.taken_at.map(Micros),
            page: row.page,
        })
    }
}

/// Lists of the scope's communities, the newest first.
pub(crate) async fn exports(
    db: &impl ConnectionTrait,
    vault: &Vault,
    scope: &Scope,
) -> Result<Vec<ExportView>> {
    let rows = person_export::Entity::find()
        .filter(person_export::Column::CommunityId.is_in(scope.communities()))
        .order_by_desc(person_export::Column::AskedAt)
        .limit(200)
        .all(db)
        .await?;
    let views = rows.into_iter().map(|row| ExportView::of(vault, row));
    views.collect()
}

/// Asks for a list of those who live in an area. Permission `people.export` there. A small one may be taken at once.
#[derive(Debug)]
pub struct AskExport {
    pub vault: Arc<Vault>,
    /// A community, or an area below one.
    pub area: AreaId,
    /// 2 to 200 characters in the own words of whoever asks.
    pub purpose: String,
    /// More than contacts always waits for a second person.
    pub contents: ExportContents,
    /// As the list stood on the page; it is read again when the file is made.
    pub filter: ListFilter,
}

impl Command for AskExport {
    type Output = (Uuid, ExportState);
    const NAME: &'static str = "people.ask-export";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<(Uuid, ExportState)> {
        let community = community_of(ctx, self.area)?;
        ctx.authorize(&PEOPLE_EXPORT, self.area)?;
        let purpose = required("purpose", &self.purpose, 200)?;
        if purpose.chars().count() < 2 {
            return Err(Problem::invalid("purpose", "purpose-needed"));
        }
        let asked_by = ctx.actor().id().ok_or_else(Problem::forbidden)?;
        self.filter.checked(ctx, &self.vault, self.area)?;
        let count = self.count(ctx, tx, community).await?;
        if count == 0 && !self.filter.is_empty() {
            return Err(Problem::invalid("filter", "export-filter-nobody"));
        }
        if count == 0 {
            return Err(Problem::invalid("area", "export-empty"));
        }
        if count > MOST {
            return Err(Problem::invalid("area", "export-too-many").field_arg("max", MOST));
        }
        let free = self.contents == ExportContents::Contacts && count <= EXPORT_FREE;
        let state = if free {
            ExportState::Approved
        } else {
            ExportState::Asked
        };
        let id = ctx.new_id();
        tx.insert::<person_export::Entity>(person_export::Model {
            community_id: community.0,
            id,
            version: 1,
            asked_by,
            asked_name: ctx.actor().name().to_owned(),
            area_id: self.area.0,
            purpose,
            persons: i64::try_from(count).unwrap_or(i64::MAX),
            state: state.as_str().to_owned(),
            asked_at: ctx.now().0,
            decided_by: None,
            decided_name: None,
            decided_at: None,
            answer: None,
            taken_at: None,
            form_id: None,
            page: None,
            contents: Some(self.contents.as_str().to_owned()),
            filter_sealed: kept(ctx, &self.vault, (community, id), &self.filter)?,
        })
        .await?;
        tx.audit(
            ctx,
            community,
            // Words that are searched for may be a name: they stand in the row alone, sealed.
            AuditEntry::new(Self::NAME, "person_export", id).detail(json!({
                "area": self.area,
                "persons": count,
                "contents": self.contents.as_str(),
                "filtered": !self.filter.is_empty(),
            })),
        );
        if state == ExportState::Asked {
            tx.emit(ctx, events::export_asked(community, id, asked_by));
        }
        Ok((id, state))
    }
}

impl AskExport {
    async fn count(&self, ctx: &Ctx, tx: &Tx<'_>, community: CommunityId) -> Result<u64> {
        let count = match self.contents {
            ExportContents::Merchants if !self.filter.is_empty() => {
                return Err(Problem::invalid("contents", "export-filter-persons"));
            }
            ExportContents::Merchants => merchants_of(tx.conn(), ctx, self.area).await?.len(),
            ExportContents::Contacts | ExportContents::Register | ExportContents::Numbers => {
                let asked = (community, self.area, &self.filter);
                let persons = persons_of(tx.conn(), &self.vault, ctx, asked).await?;
                persons.len()
            }
        };
        Ok(count as u64)
    }
}

pub(super) async fn find(
    tx: &Tx<'_>,
    community: CommunityId,
    id: Uuid,
) -> Result<person_export::Model> {
    person_export::Entity::find_by_id((community.0, id))
        .one(tx.conn())
        .await?
        .ok_or_else(Problem::not_found)
}

/// Says yes or no to somebody else's list. Permission `people.export-approve` in its area; nobody says yes to their own.
#[derive(Debug)]
pub struct DecideExport {
    pub community: CommunityId,
    pub id: Uuid,
    pub approve: bool,
    /// Needed to decline.
    pub answer: String,
}

impl Command for DecideExport {
    type Output = ();
    const NAME: &'static str = "people.decide-export";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let row = find(tx, self.community, self.id).await?;
        ctx.authorize(&PEOPLE_EXPORT_APPROVE, AreaId(row.area_id))?;
        let decider = ctx.actor().id().ok_or_else(Problem::forbidden)?;
        if decider == row.asked_by {
            return Err(Problem::new(ProblemKind::Conflict, "export-own"));
        }
        if row.state != ExportState::Asked.as_str() {
            return Err(Problem::new(ProblemKind::Conflict, "export-decided"));
        }
        let answer = if self.approve {
            crate::fields::optional("answer", Some(&self.answer), 200)?
        } else {
            Some(required("answer", &self.answer, 200)?)
        };
        let state = if self.approve {
            ExportState::Approved
        } else {
            ExportState::Declined
        };
        let decided = events::export_decided(
            self.community,
            self.id,
            row.asked_by,
            self.approve,
            row.page.as_deref(),
        );
        tx.update::<person_export::Entity>(person_export::Model {
            state: state.as_str().to_owned(),
            decided_by: Some(decider),
            decided_name: Some(ctx.actor().name().to_owned()),
            decided_at: Some(ctx.now().0),
            answer,
            ..row
        })
        .await?;
        tx.audit(
            ctx,
            self.community,
            AuditEntry::new(Self::NAME, "person_export", self.id)
                .detail(json!({ "approved": self.approve })),
        );
        tx.emit(ctx, decided);
        Ok(())
    }
}

/// A yes is good for some days.
pub(super) fn too_late(row: &person_export::Model, now: Micros) -> bool {
    let since = Micros(row.decided_at.unwrap_or(row.asked_at));
    since.plus(APPROVED_FOR) < now
}

/// Who said yes said it to a number; many more are another list.
pub(super) fn grown(row: &person_export::Model, persons: usize) -> bool {
    let approved = std::cmp::max(u64::try_from(row.persons).unwrap_or(0), EXPORT_FREE);
    persons as u64 > approved + approved / 10
}

/// A list with what stands in its first line.
#[derive(Clone, Debug)]
pub struct ExportedList {
    pub by: String,
    pub at: Micros,
    pub purpose: String,
    pub approved_by: Option<String>,
    pub filter: ListFilter,
    pub listed: Listed,
}

/// What stands on a list.
#[derive(Clone, Debug)]
pub enum Listed {
    Contacts(Vec<ExportLine>),
    Register {
        lines: Vec<ExportLine>,
        /// Of identity numbers only the ends are shown.
        covered: bool,
    },
    /// The file of merchants.
    Merchants(String),
}

/// Takes an approved list, once. Permission `people.export` in its area, and only whoever asked for it.
#[derive(Debug)]
pub struct TakeExport {
    pub vault: Arc<Vault>,
    pub community: CommunityId,
    pub id: Uuid,
}

impl Command for TakeExport {
    type Output = ExportedList;
    const NAME: &'static str = "people.take-export";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<ExportedList> {
        let row = find(tx, self.community, self.id).await?;
        let area = AreaId(row.area_id);
        ctx.authorize(&PEOPLE_EXPORT, area)?;
        // What is for a form is taken with the form.
        if ctx.actor().id() != Some(row.asked_by) || row.form_id.is_some() {
            return Err(Problem::not_found());
        }
        if row.state != ExportState::Approved.as_str() {
            return Err(Problem::new(ProblemKind::Conflict, "export-not-approved"));
        }
        if too_late(&row, ctx.now()) {
            return Err(Problem::new(ProblemKind::Conflict, "export-too-late"));
        }
        let filter = filter_of(&self.vault, &row)?;
        let (listed, concerned) = self.listed(ctx, tx, &row, &filter).await?;
        let new = NewProcessing {
            kind: ProcessingKind::Export,
            purpose: row.purpose.clone(),
            person: None,
            persons: i64::try_from(concerned).unwrap_or(i64::MAX),
            subject: self.id.to_string(),
        };
        note_processing(ctx, tx, self.community, new).await?;
        let list = ExportedList {
            by: row.asked_name.clone(),
            at: ctx.now(),
            purpose: row.purpose.clone(),
            approved_by: row.decided_name.clone(),
            filter,
            listed,
        };
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
                .detail(json!({ "persons": concerned })),
        );
        Ok(list)
    }
}

impl TakeExport {
    /// What the list says, and how many persons it concerns.
    async fn listed(
        &self,
        ctx: &Ctx,
        tx: &Tx<'_>,
        row: &person_export::Model,
        filter: &ListFilter,
    ) -> Result<(Listed, usize)> {
        let (vault, area, contents) = (&self.vault, AreaId(row.area_id), contents_of(row));
        let more = || Problem::new(ProblemKind::Conflict, "export-grown");
        if contents == ExportContents::Merchants {
            let rows = merchants_of(tx.conn(), ctx, area).await?;
            if grown(row, rows.len()) {
                return Err(more());
            }
            let asked = (rows, row.purpose.as_str());
            let (file, told) = handed_out(ctx, tx, vault, self.community, asked).await?;
            return Ok((Listed::Merchants(file), told));
        }
        // Whoever lost the right to see the label since gets no list by it.
        filter.checked(ctx, vault, area)?;
        let persons = persons_of(tx.conn(), vault, ctx, (self.community, area, filter)).await?;
        if grown(row, persons.len()) {
            return Err(more());
        }
        let lines = Lines {
            ctx,
            tx,
            vault,
            community: self.community,
            contents,
            purpose: &row.purpose,
        };
        let lines = lines.of(&persons).await?;
        let concerned = lines.len();
        let listed = match contents {
            ExportContents::Contacts | ExportContents::Merchants => Listed::Contacts(lines),
            ExportContents::Register | ExportContents::Numbers => Listed::Register {
                lines,
                covered: contents == ExportContents::Register,
            },
        };
        Ok((listed, concerned))
    }
}

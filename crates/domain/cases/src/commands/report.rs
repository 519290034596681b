//! A case comes in.

use std::collections::BTreeMap;
use std::sync::Arc;

use sea_orm::sea_query::ExprTrait;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{Actor, AreaId, CommunityId, Ctx, Micros, Problem, Result};
use youlin_people::{FieldPlace, Vault};
use youlin_places::{Place, PlaceInput};
use youlin_workday::Limit;

use super::save;
use crate::answers;
use crate::catalogue::Category;
use crate::entities::case_record;
use crate::model::{Happened, Source, Status, Urgency};
use crate::permissions::CASES_REPORT;
use crate::service::Cases;
use crate::tracking;

const MAX_TEXT: usize = 4_000;

/// Who reports, when it is no registered person.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Reporter {
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub phone: String,
    #[serde(default)]
    pub email: String,
}

/// A report as it comes in, from any source.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct NewCase {
    pub source: Source,
    /// What is the matter, 1 to 4,000 characters.
    pub text: String,
    /// Code of the catalogue.
    pub category: String,
    #[serde(default = "normal")]
    pub urgency: Urgency,
    pub place: PlaceInput,
    /// The registered person who reports.
    #[serde(default)]
    pub reporter: Option<Uuid>,
    #[serde(default)]
    pub contact: Option<Reporter>,
    /// Answers to the category's questions, by question code.
    #[serde(default)]
    pub answers: BTreeMap<String, Value>,
    /// Key in the sending system; sent again, the case is not doubled.
    #[serde(default)]
    pub external_key: Option<String>,
    /// The telephone call it came by.
    #[serde(default)]
    pub call: Option<Uuid>,
}

fn normal() -> Urgency {
    Urgency::Normal
}

/// What the reporter is told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Reported {
    pub id: Uuid,
    pub community: CommunityId,
    pub grid: Option<AreaId>,
    pub neighbourhood: Option<AreaId>,
    pub number: String,
    pub tracking_code: String,
    pub status: Status,
    pub due_at: Micros,
    /// The first year without a loaded calendar, when the due time leans on one.
    pub due_provisional: Option<i32>,
    pub version: i32,
}

/// A checked report: the place is found, the category exists, the texts fit.
#[derive(Debug)]
pub struct Report {
    cases: Arc<Cases>,
    new: NewCase,
    place: Place,
    category: Arc<Category>,
    by_rule: bool,
    limit: Option<Limit>,
    once: bool,
}

/// Checks a report before anything is written. Every fault is named at once.
///
/// # Errors
/// 422 with all fields that must be mended.
pub fn prepare(cases: &Arc<Cases>, mut new: NewCase) -> Result<Report> {
    new.text = new.text.trim().to_owned();
    let place = cases.locator.resolve(&new.place);
    let category = cases.catalogue().get(&new.category).cloned();
    let mut faults = Problem::new(youlin_kernel::ProblemKind::Invalid, "invalid");
    if new.text.is_empty() {
        faults = faults.and_field("text", "required");
    } else if new.text.chars().count() > MAX_TEXT {
        faults = faults
            .and_field("text", "too-long")
            .field_arg("max", MAX_TEXT);
    }
    if category.is_none() {
        faults = faults
            .and_field("category", "unknown-category")
            .field_arg("code", &new.category);
    }
    if let Some(category) = &category {
        faults = answers::check(category, &new.answers, faults);
    }
    if let Some(contact) = &mut new.contact {
        faults = check_contact(&cases.vault, contact, faults);
    }
    let place = match place {
        Ok(place) => Some(place),
        Err(problem) if problem.fields().is_empty() => return Err(problem),
        Err(problem) if faults.fields().is_empty() => return Err(problem),
        Err(problem) => {
            faults = faults.and_fields_of(&problem, str::to_owned);
            None
        }
    };
    match (place, category) {
        (Some(place), Some(category)) if faults.fields().is_empty() => Ok(Report {
            cases: Arc::clone(cases),
            new,
            place,
            category,
            by_rule: false,
            limit: None,
            once: false,
        }),
        _ => Err(faults),
    }
}

fn check_contact(vault: &Vault, contact: &mut Reporter, mut faults: Problem) -> Problem {
    contact.name = contact.name.trim().to_owned();
    contact.phone = contact.phone.trim().to_owned();
    contact.email = contact.email.trim().to_owned();
    if contact.name.chars().count() > 80 {
        faults = faults
            .and_field("contact.name", "too-long")
            .field_arg("max", 80);
    }
    if !contact.phone.is_empty() {
        match vault.phone("contact.phone", &contact.phone) {
            Ok(phone) => contact.phone = phone.as_str().to_owned(),
            Err(problem) => faults = faults.and_fields_of(&problem, str::to_owned),
        }
    }
    let at = contact.email.split_once('@');
    if !contact.email.is_empty()
        && at.is_none_or(|(name, host)| name.is_empty() || !host.contains('.'))
    {
        faults = faults.and_field("contact.email", "email");
    }
    faults
}

impl Report {
    #[must_use]
    pub fn community(&self) -> CommunityId {
        self.place.community
    }

    /// An upper floor decided before that this caller may file it: what somebody found on a round they were sent on.
    #[must_use]
    pub fn by_rule(self) -> Self {
        Self {
            by_rule: true,
            ..self
        }
    }

    /// Whose word it is: known to the caller only after it was checked.
    pub fn reported_by(&mut self, person: Uuid) {
        self.new.reporter = Some(person);
    }

    /// An upper floor says by when: an inspection gives a hazard its own time, whatever the category's is.
    #[must_use]
    pub fn within(self, limit: Limit) -> Self {
        Self {
            limit: Some(limit),
            ..self
        }
    }

    /// The caller keeps it from being taken twice: whether its key was there before is not looked for.
    pub fn taken_once(&mut self) {
        self.once = true;
    }

    #[must_use]
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Anybody may ask for help; on behalf of others only those who work here.
    fn authorize(&self, ctx: &Ctx) -> Result<()> {
        if self.by_rule {
            return Ok(());
        }
        let open_door = matches!(self.new.source, Source::Resident | Source::Open311);
        if open_door && !matches!(ctx.actor(), Actor::Link(_)) {
            return Ok(());
        }
        let area = self
            .place
            .neighbourhood
            .or(self.place.grid)
            .unwrap_or(self.place.community.into());
        ctx.require(&CASES_REPORT, area)
    }
}

impl Command for Report {
    type Output = Reported;
    const NAME: &'static str = "cases.report";

    /// But for what was sent before, or came by a call.
    fn blind(&self) -> bool {
        (self.once || self.new.external_key.is_none()) && self.new.call.is_none()
    }

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<Reported> {
        self.authorize(ctx)?;
        if let Some(known) = self.already_there(tx).await? {
            return Ok(known);
        }
        let id = ctx.new_id();
        let number = next_number(ctx, tx, self.place.community).await?;
        let case = self.row(ctx, id, number)?;
        let case = tx.insert::<case_record::Entity>(case).await?;
        let data = serde_json::json!({ "source": self.new.source, "category": case.category, "urgency": case.urgency });
        let happened = [Happened::new("reported").data(data)];
        save::history(ctx, tx, &case, &happened).await?;
        if let Some(call) = self.new.call {
            super::call::link_case(tx, self.place.community, call, id).await?;
        }
        save::count(tx, None, &case);
        let entry = AuditEntry::new("cases.report", "case", id)
            .detail(serde_json::json!({ "number": case.number, "source": case.source, "category": case.category }));
        tx.audit(ctx, self.place.community, entry);
        save::announce(ctx, tx, &case, &happened);
        Ok(reported(&case))
    }
}

impl Report {
    async fn already_there(&self, tx: &Tx<'_>) -> Result<Option<Reported>> {
        use sea_orm::{EntityTrait, QueryFilter};
        let Some(key) = self.new.external_key.as_ref().filter(|_| !self.once) else {
            return Ok(None);
        };
        let found = case_record::Entity::find()
            .filter(youlin_database::sql::col("community_id").eq(self.place.community.0))
            .filter(youlin_database::sql::col("external_key").eq(key.clone()))
            .one(tx.conn())
            .await?;
        Ok(found.as_ref().map(reported))
    }

    fn row(&self, ctx: &Ctx, id: Uuid, number: String) -> Result<case_record::Model> {
        let now = ctx.now();
        let limit = self.limit.unwrap_or(self.category.limit);
        let deadline = self.cases.calendar().deadline(now.timestamp(), limit, &[]);
        let contact = match &self.new.contact {
            Some(contact) if *contact != Reporter::default() => {
                let at = FieldPlace::new(
                    "case_record",
                    "reporter_contact",
                    self.place.community.0,
                    id,
                );
                let text = serde_json::to_string(contact).map_err(Problem::internal)?;
                Some(self.cases.vault.seal(ctx, at, &text)?)
            }
            _ => None,
        };
        Ok(case_record::Model {
            community_id: self.place.community.0,
            id,
            version: 1,
            number,
            tracking_code: tracking::new_code(ctx),
            status: Status::Reported.as_str().into(),
            source: self.new.source.as_str().into(),
            category: self.category.code.clone(),
            category_version: self.category.revision,
            urgency: self.new.urgency.as_str().into(),
            text: self.new.text.clone(),
            answers: serde_json::to_string(&self.new.answers).map_err(Problem::internal)?,
            grid_id: self.place.grid.map(|area| area.0),
            neighbourhood_id: self.place.neighbourhood.map(|area| area.0),
            building_id: self.place.building,
            dwelling_id: self.place.dwelling,
            address: self.place.address.clone(),
            lon: self.place.position.map(|position| position.0),
            lat: self.place.position.map(|position| position.1),
            reporter_person: self
                .new
                .reporter
                .or_else(|| reporting_self(ctx, self.new.source)),
            reporter_contact: contact,
            lead_kind: None,
            lead_id: None,
            handled_by: None,
            reported_at: now.0,
            accepted_at: None,
            dispatched_at: None,
            handled_at: None,
            ended_at: None,
            time_limit: serde_json::to_string(&limit).map_err(Problem::internal)?,
            due_at: Micros::from(deadline.at).0,
            due_provisional: deadline.provisional.map(i32::from),
            pauses: "[]".into(),
            clock_stopped: false,
            overdue: false,
            review_at: None,
            extension_asked: None,
            extensions: 0,
            reworks: 0,
            supervised: false,
            escalated_to: None,
            merged_into: None,
            status_before: None,
            responded: None,
            solved: None,
            satisfied: None,
            thanks: None,
            reopen_until: None,
            external_key: self.new.external_key.clone(),
        })
    }
}

/// A resident who is signed in reports for themselves.
fn reporting_self(ctx: &Ctx, source: Source) -> Option<Uuid> {
    if source == Source::Resident {
        ctx.actor().person()
    } else {
        None
    }
}

pub(crate) fn reported(case: &case_record::Model) -> Reported {
    Reported {
        id: case.id,
        community: CommunityId(case.community_id),
        grid: case.grid_id.map(AreaId),
        neighbourhood: case.neighbourhood_id.map(AreaId),
        number: case.number.clone(),
        tracking_code: tracking::shown(&case.tracking_code),
        status: Status::parse(&case.status).unwrap_or(Status::Reported),
        due_at: Micros(case.due_at),
        due_provisional: case.due_provisional,
        version: case.version,
    }
}

/// `20261111-0007`: the local day and a running number of the community.
async fn next_number(ctx: &Ctx, tx: &Tx<'_>, community: CommunityId) -> Result<String> {
    let local = ctx.now().local();
    let day =
        i32::from(local.year()) * 10_000 + i32::from(local.month()) * 100 + i32::from(local.day());
    let last = tx.next_number("case_sequence", community, day).await?;
    Ok(format!("{day}-{last:04}"))
}

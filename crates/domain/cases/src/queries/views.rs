//! What pages and interfaces show of a case.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use youlin_kernel::{AreaId, CommunityId, Locale, Micros};
use youlin_people::Party;
use youlin_workday::Light;

use crate::catalogue::Catalogue;
use crate::commands::Held;
use crate::entities::{case_event, case_file, case_record};
use crate::headline::headline;
use crate::model::{Source, Status, TaskRole, TaskStatus, Urgency};
use crate::service::Cases;

/// One line of a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CaseRow {
    pub id: Uuid,
    pub community: CommunityId,
    pub number: String,
    pub status: Status,
    pub urgency: Urgency,
    pub category: String,
    pub category_name: String,
    /// The beginning of the report, 120 characters at most; empty where it is withheld.
    pub text: String,
    pub address: String,
    pub grid: Option<AreaId>,
    pub neighbourhood: Option<AreaId>,
    pub position: Option<(f64, f64)>,
    pub reported_at: Micros,
    pub due_at: Micros,
    /// The first year without a loaded calendar that `due_at` leans on.
    pub due_provisional: Option<i32>,
    /// `on_time`, `due_soon`, `overdue`, or `waiting` while the clock stands, `done` at the end.
    pub light: &'static str,
    pub supervised: bool,
    pub version: i32,
    /// The category is sensitive and the caller only supports or follows up: what it is about the community tells them.
    pub withheld: bool,
}

impl CaseRow {
    /// What it is called where the line is short; the category's name, where what it is about is withheld.
    #[must_use]
    pub fn title(&self) -> String {
        match self.withheld {
            true => self.category_name.clone(),
            false => headline(&self.text),
        }
    }
}

/// A task as the case's page shows it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TaskView {
    pub id: Uuid,
    pub role: TaskRole,
    pub party: Party,
    pub party_name: String,
    pub text: String,
    pub status: TaskStatus,
    pub planned_at: Option<Micros>,
    pub note: Option<String>,
    /// Whether it is the caller's own.
    pub mine: bool,
}

/// One entry of the history.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EventView {
    pub at: Micros,
    pub kind: String,
    pub actor: String,
    pub actor_kind: String,
    pub text: Option<String>,
    #[schema(value_type = Object)]
    pub data: serde_json::Value,
}

/// A file of the case.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FileView {
    pub id: Uuid,
    pub name: String,
    pub content_type: String,
    pub bytes: i64,
    pub stage: String,
    pub taken_at: Option<String>,
    pub position: Option<(f64, f64)>,
    pub has_thumbnail: bool,
}

/// A case whole, as somebody of the house sees it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CaseView {
    #[serde(flatten)]
    pub row: CaseRow,
    pub source: Source,
    pub full_text: String,
    #[schema(value_type = Object)]
    pub answers: serde_json::Value,
    pub building: Option<Uuid>,
    pub dwelling: Option<Uuid>,
    pub reporter: Option<Uuid>,
    /// Name and phone of an unregistered reporter, masked.
    pub contact_masked: Option<String>,
    pub tracking_code: String,
    pub lead: Option<Party>,
    pub accepted_at: Option<Micros>,
    pub handled_at: Option<Micros>,
    pub ended_at: Option<Micros>,
    pub review_at: Option<Micros>,
    /// Working days asked for, and why.
    pub extension_asked: Option<(u32, String)>,
    pub extensions: i32,
    pub reworks: i32,
    pub responded: Option<bool>,
    pub solved: Option<bool>,
    pub satisfied: Option<bool>,
    pub thanks: Option<String>,
    pub merged_into: Option<Uuid>,
    /// Cases that go on in this one.
    pub merged: Vec<CaseRow>,
    pub tasks: Vec<TaskView>,
    pub events: Vec<EventView>,
    pub files: Vec<FileView>,
    /// Verbs this caller may use now.
    pub allowed: Vec<String>,
    /// Whether it can be verified by asking who reported it; else somebody has to go and look.
    pub may_call_back: bool,
    /// What a floor above holds of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub held: Option<Held>,
}

impl CaseView {
    /// Whether somebody reported it who can be asked and told.
    #[must_use]
    pub fn has_reporter(&self) -> bool {
        self.reporter.is_some() || self.contact_masked.is_some()
    }
}

/// `on_time`, `due_soon`, `overdue`, `waiting`, `done`.
pub(crate) fn light_word(case: &case_record::Model, cases: &Cases, now: Micros) -> &'static str {
    if case.ended_at.is_some() {
        return "done";
    }
    if case.clock_stopped {
        return "waiting";
    }
    match crate::model::light(case, &cases.calendar(), now) {
        Light::OnTime => "on_time",
        Light::DueSoon => "due_soon",
        Light::Overdue => "overdue",
    }
}

pub(crate) fn category_name(catalogue: &Catalogue, code: &str, locale: Locale) -> String {
    catalogue.any(code).map_or_else(
        || code.to_owned(),
        |category| category.name_in(locale).to_owned(),
    )
}

pub(crate) fn position(lon: Option<f64>, lat: Option<f64>) -> Option<(f64, f64)> {
    Some((lon?, lat?))
}

pub(crate) fn row(
    case: &case_record::Model,
    cases: &Cases,
    locale: Locale,
    now: Micros,
) -> CaseRow {
    let mut text: String = case.text.chars().take(120).collect();
    if text.len() < case.text.len() {
        text.push('…');
    }
    CaseRow {
        id: case.id,
        community: CommunityId(case.community_id),
        number: case.number.clone(),
        status: Status::parse(&case.status).unwrap_or(Status::Reported),
        urgency: Urgency::parse(&case.urgency).unwrap_or(Urgency::Normal),
        category: case.category.clone(),
        category_name: category_name(&cases.catalogue(), &case.category, locale),
        text,
        address: case.address.clone(),
        grid: case.grid_id.map(AreaId),
        neighbourhood: case.neighbourhood_id.map(AreaId),
        position: position(case.lon, case.lat),
        reported_at: Micros(case.reported_at),
        due_at: Micros(case.due_at),
        due_provisional: case.due_provisional,
        light: light_word(case, cases, now),
        supervised: case.supervised,
        version: case.version,
        withheld: false,
    }
}

pub(crate) fn event(event: case_event::Model) -> EventView {
    EventView {
        at: Micros(event.at),
        kind: event.kind,
        actor: event.actor_name,
        actor_kind: event.actor_kind,
        text: event.text,
        data: serde_json::from_str(&event.data).unwrap_or_default(),
    }
}

pub(crate) fn file(file: case_file::Model) -> FileView {
    FileView {
        id: file.id,
        name: file.name,
        content_type: file.content_type,
        bytes: file.bytes,
        stage: file.stage,
        taken_at: file.taken_at,
        position: position(file.lon, file.lat),
        has_thumbnail: file.thumbnail.is_some(),
    }
}

/// Names of parties, each asked once.
pub(crate) async fn party_names(
    db: &youlin_database::Database,
    cases: &Cases,
    parties: impl Iterator<Item = (CommunityId, Party)>,
) -> std::collections::HashMap<Party, String> {
    let parties: Vec<(CommunityId, Party)> = parties.collect();
    // A party that is gone is shown without a name; the task stays.
    youlin_people::Directory::party_names(db.read(), &cases.vault, &parties)
        .await
        .unwrap_or_default()
}

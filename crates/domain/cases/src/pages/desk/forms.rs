//! The forms of the record: one per step, opened in place, with everything needed to decide beside the fields.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use serde::Deserialize;
use uuid::Uuid;
use youlin_kernel::{Problem, Result, Scope};
use youlin_people::{Contact, Directory, OrganisationKind, OrganisationView, Party};
use youlin_places::{Place, PlaceInput};
use youlin_web::{ApiQuery, App, Caller, Prefs, Shell, WebResult};

use super::fields::{Faults, Fields, party_value};
use super::list::{Group, grouped};
use super::record::{self, Record};
use super::{Part, shell, suggestions};
use crate::permissions::CASES_READ;
use crate::service::Cases;
use crate::{CaseView, HelperChoice, SimilarCase, SuggestInput, TaskView, helpers_for, suggest};

/// Whom and what one may choose in a form; only what the step needs is loaded.
#[derive(Default)]
pub(super) struct Choices {
    grid_worker: Option<Contact>,
    staff: Vec<Contact>,
    helpers: Vec<HelperChoice>,
    organisations: Vec<OrganisationView>,
    departments: Vec<OrganisationView>,
    groups: Vec<Group>,
    similar: Vec<SimilarCase>,
}

#[derive(Template)]
#[template(path = "desk_form_part.html")]
pub(super) struct VerbForm<'a> {
    s: &'a Shell,
    v: &'a CaseView,
    verb: &'a str,
    typed: &'a Fields,
    faults: &'a Faults,
    c: Choices,
    task: Option<&'a TaskView>,
}

impl VerbForm<'_> {
    fn person(&self, id: &Uuid) -> String {
        party_value(&Party::person(*id))
    }

    fn organisation(&self, id: &Uuid) -> String {
        party_value(&Party::organisation(*id))
    }

    /// Chosen before the form came back, or the grid worker of the place in a fresh form.
    fn leads(&self, value: &str) -> bool {
        match self.typed.get("lead") {
            "" => self
                .c
                .grid_worker
                .as_ref()
                .is_some_and(|worker| self.person(&worker.person) == value),
            typed => typed == value,
        }
    }

    fn own_text(&self, value: &str) -> &str {
        self.typed.get(&format!("text-{value}"))
    }

    /// Whoever has a part in the case: the helpers one asks again for the way back.
    fn parties(&self) -> Vec<(String, String)> {
        let mut seen: Vec<(String, String)> = Vec::new();
        let willing = self.v.tasks.iter().filter(|task| {
            !matches!(
                task.status,
                crate::model::TaskStatus::Declined | crate::model::TaskStatus::Cancelled
            )
        });
        for task in willing {
            let value = party_value(&task.party);
            if !seen.iter().any(|(known, _)| *known == value) {
                seen.push((value, task.party_name.clone()));
            }
        }
        seen
    }

    /// Preset to the same helpers; what was unticked stays so when the form comes back.
    fn follows(&self, value: &str) -> bool {
        self.faults.is_empty() || self.typed.has("parties", value)
    }

    /// Steps that ask only for a reason, or only for a text.
    fn only_reason(&self) -> bool {
        matches!(
            self.verb,
            "decline" | "return" | "reopen" | "hand_back" | "cancel" | "cancel_task"
        )
    }

    fn only_text(&self) -> bool {
        matches!(self.verb, "note" | "handled" | "supervise" | "thank")
    }

    fn danger(&self) -> bool {
        matches!(self.verb, "decline" | "cancel" | "cancel_task")
    }

    fn confirm(&self) -> String {
        let verb = self.s.tt("verb", self.verb);
        self.s.t2(
            "confirm-end",
            &("verb", &verb),
            &("number", &self.v.row.number),
        )
    }

    /// Whether a party has a part in the case already.
    fn part_of(&self, value: &str) -> bool {
        self.v
            .tasks
            .iter()
            .any(|task| party_value(&task.party) == value)
    }

    fn alike(&self, one: &SimilarCase) -> String {
        suggestions::alike(self.s, one)
    }

    fn has_reporter(&self) -> bool {
        self.v.has_reporter()
    }

    fn yes(&self, name: &str) -> bool {
        self.typed.get(name) == "yes"
    }

    fn no(&self, name: &str) -> bool {
        self.typed.get(name) == "no"
    }

    fn action(&self) -> &'static str {
        if self.verb == "merge" { "merge" } else { "act" }
    }

    fn chosen(&self, code: &str) -> bool {
        self.typed.get("category") == code
    }

    fn open_follow_ups(&self) -> usize {
        let open =
            |task: &&TaskView| !task.status.is_ended() && task.role != crate::model::TaskRole::Lead;
        self.v.tasks.iter().filter(open).count()
    }
}

/// The form of a step, filled with what was typed.
pub(super) async fn drawn(
    s: &Shell,
    v: &CaseView,
    verb: &str,
    typed: &Fields,
    faults: &Faults,
) -> Result<String> {
    let c = choices(s, v, verb).await?;
    let task = Uuid::parse_str(typed.get("task")).ok();
    let task = task.and_then(|id| v.tasks.iter().find(|task| task.id == id));
    VerbForm {
        s,
        v,
        verb,
        typed,
        faults,
        c,
        task,
    }
    .render()
    .map_err(Problem::internal)
}

async fn choices(s: &Shell, v: &CaseView, verb: &str) -> Result<Choices> {
    let (app, ctx) = (s.app(), s.ctx());
    let cases = app.need::<Cases>()?;
    let mut c = Choices::default();
    if verb == "recategorise" {
        c.groups = grouped(&cases, ctx, &[]);
        return Ok(c);
    }
    // A lead from outside (a partner) plans with the parties the case has; the register is not theirs to read.
    let Ok(scope) = ctx.scope(&CASES_READ) else {
        return Ok(c);
    };
    let people = matches!(
        verb,
        "dispatch" | "reassign" | "add_task" | "plan_follow_up"
    );
    let db = app.db().read();
    if people {
        let place = place_of(&cases, v);
        let (community, area) = (v.row.community, Some(place.area()));
        c.grid_worker =
            Directory::grid_worker_of(db, cases.vault(), ctx.areas(), community, area).await?;
        let worker = c.grid_worker.as_ref().map(|worker| worker.person);
        let staff = Directory::staff(db, cases.vault(), community, &[]).await?;
        c.staff = staff
            .into_iter()
            .filter(|one| Some(one.person) != worker)
            .collect();
        c.staff.dedup_by_key(|one| one.person);
        c.organisations = here(Directory::organisations(db, &scope, None).await?, v);
        if verb != "reassign" {
            c.helpers = helpers_for(app.db(), &cases, ctx, &scope, &place).await?;
        }
    }
    if verb == "escalate" {
        c.departments =
            Directory::organisations(db, &scope, Some(OrganisationKind::LineDepartment)).await?;
    }
    if verb == "merge" {
        c.similar = similar(s, &cases, &scope, v).await?;
    }
    Ok(c)
}

/// Organisations of the case's community, and those of none.
fn here(all: Vec<OrganisationView>, v: &CaseView) -> Vec<OrganisationView> {
    let near = |one: &OrganisationView| {
        one.community == v.row.community || one.community == youlin_kernel::CommunityId::SYSTEM
    };
    all.into_iter().filter(near).collect()
}

async fn similar(
    s: &Shell,
    cases: &Cases,
    scope: &Scope,
    v: &CaseView,
) -> Result<Vec<SimilarCase>> {
    let place = place_of(cases, v);
    let input = SuggestInput {
        text: v.full_text.clone(),
        place: PlaceInput {
            dwelling: place.dwelling,
            building: place.building,
            area: Some(place.area()),
            lon: place.position.map(|at| at.0),
            lat: place.position.map(|at| at.1),
            ..PlaceInput::default()
        },
        category: Some(v.row.category.clone()),
    };
    let found = suggest(s.app().db(), cases, s.ctx(), scope, &input).await?;
    Ok(found
        .similar
        .into_iter()
        .filter(|one| one.case.id != v.row.id)
        .collect())
}

/// The place of a case as the register knows it today, else as it was filed.
fn place_of(cases: &Cases, v: &CaseView) -> Place {
    let known = v.dwelling.and_then(|id| cases.locator().dwelling(id));
    let known = known.or_else(|| v.building.and_then(|id| cases.locator().building(id)));
    let filed = Place {
        community: v.row.community,
        grid: v.row.grid,
        neighbourhood: v.row.neighbourhood,
        estate: None,
        building: v.building,
        dwelling: v.dwelling,
        address: v.row.address.clone(),
        position: v.row.position,
    };
    match known {
        Some(place) if place.community == filed.community => Place {
            position: filed.position.or(place.position),
            grid: filed.grid,
            neighbourhood: filed.neighbourhood,
            ..place
        },
        _ => filed,
    }
}

/// What a form is opened with.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct FormQuery {
    task: Option<Uuid>,
}

/// `GET /cases/{id}/forms/{verb}`.
pub(super) async fn form(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    wants: Part,
    Path((id, verb)): Path<(String, String)>,
    ApiQuery(query): ApiQuery<FormQuery>,
) -> WebResult<Response> {
    let id = Uuid::parse_str(&id).map_err(|_not_an_id| Problem::not_found())?;
    let s = shell(&app, &ctx, prefs);
    let r = Record::load(&s, id).await?;
    let allowed = r.v.allowed.contains(&verb) || (verb == "merge" && r.may_merge());
    if !allowed {
        // The step was there when the page was drawn: somebody was faster.
        return record::answer(&r, wants, "", "", StatusCode::OK);
    }
    let typed = Fields(
        query
            .task
            .map(|task| ("task".to_owned(), task.to_string()))
            .into_iter()
            .collect(),
    );
    let form = drawn(&s, &r.v, &verb, &typed, &Faults::default()).await?;
    if wants.0 {
        return Ok(Html(form).into_response());
    }
    record::answer(&r, wants, &form, "", StatusCode::OK)
}

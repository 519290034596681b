//! A policy: making it and changing it.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use youlin_kernel::{AreaId, CommunityId, Ctx, Problem, Result};
use youlin_people::labels::LabelPart;
use youlin_people::permissions::PEOPLE_SENSITIVE;
use youlin_people::{Directory, Party, Vault};
use youlin_places::rivers::ChiefLevel;
use youlin_web::{
    ApiForm, ApiQuery, App, Caller, Choice, Clash, ClashLine, FormFaults, IdempotencyHeader,
    PathId, Prefs, Shell, WebResult, idempotency, mendable, page, refused_with,
};

use super::shell;
use crate::SavePolicy;
use crate::model::{DoorQuestion, Every, Minimum, Policy, RoundKind, Season, SubjectKind, Walkers};
use crate::permissions::ROUNDS_PLAN;
use crate::queries::{PolicyView, checklists_for, policy_view, subjects_of};

/// The form as typed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct PolicyForm {
    #[serde(skip_serializing)]
    idempotency_key: String,
    version: String,
    /// Its number.
    community: i64,
    title: String,
    /// `chief:village`, `party:<id>` or `grid_worker`.
    walkers: String,
    every: String,
    count: String,
    weekdays: Vec<String>,
    season_from: String,
    season_to: String,
    from: String,
    to: String,
    /// What it is about: a word of [`SubjectKind`].
    about: String,
    minutes: String,
    gap: String,
    track: String,
    coverage: String,
    metres: String,
    photographs: String,
    basis: String,
    /// Of dwellings: which.
    doors_label: String,
    doors_age: String,
    doors_alone: String,
    subjects: Vec<String>,
    fixer: String,
    checklist: String,
}

#[derive(Template)]
#[template(path = "round_policy_form.html")]
struct FormPage {
    s: Shell,
    e: FormFaults,
    f: PolicyForm,
    id: Option<Uuid>,
    community: AreaId,
    walkers: Vec<Choice>,
    every: Vec<Choice>,
    weekdays: Vec<Choice>,
    subjects: Vec<Choice>,
    abouts: Vec<Choice>,
    labels: Vec<Choice>,
    fixers: Vec<Choice>,
    checklists: Vec<Choice>,
    clash: Option<Clash>,
    key: String,
}

impl FormPage {
    fn draft(&self) -> String {
        self.id
            .map_or_else(|| format!("new:{}", self.community), |id| id.to_string())
    }

    fn has_day(&self, value: &str) -> bool {
        self.f.weekdays.iter().any(|one| one == value)
    }

    fn has_subject(&self, value: &str) -> bool {
        self.f.subjects.iter().any(|one| one == value)
    }
}

/// What a policy of this page may be about.
const ABOUT: [SubjectKind; 2] = [SubjectKind::Reach, SubjectKind::Dwelling];

/// Labels a policy may ask for: those whoever plans may see.
fn labels(s: &Shell) -> Vec<Choice> {
    let mut all = vec![Choice::new("", s.t("policy-doors-any"))];
    let Some(vault) = s.app().service::<Vault>() else {
        return all;
    };
    let sensitive = s.ctx().may(&PEOPLE_SENSITIVE);
    let locale = s.ctx().locale();
    let offered = vault.labels();
    let of_care = offered
        .offered(sensitive)
        .filter(|one| one.part == LabelPart::Care);
    all.extend(of_care.map(|one| Choice::new(&one.code, one.name(locale))));
    all
}

async fn form_page(s: Shell, id: Option<Uuid>, f: PolicyForm, e: FormFaults) -> Result<FormPage> {
    let community = CommunityId(f.community);
    let db = s.app().db().clone();
    let mut walkers: Vec<Choice> = ChiefLevel::ALL
        .iter()
        .map(|level| Choice::new(format!("chief:{level}"), s.tt("chief-level", level)))
        .collect();
    walkers.push(Choice::new("grid_worker", s.t("policy-grid-worker")));
    let mut fixers = vec![Choice::new("", s.t("policy-fixer-none"))];
    let scope = s.ctx().authorize(&ROUNDS_PLAN, community)?;
    for one in Directory::organisations(db.read(), &scope, None).await? {
        walkers.push(Choice::new(format!("party:{}", one.id), &one.name));
        fixers.push(Choice::new(one.id.to_string(), &one.name));
    }
    let subjects = subjects_of(&db, &scope, SubjectKind::Reach).await?;
    let checklists = checklist_choices(&s, &scope, community, &f.checklist).await?;
    let every = Every::ALL
        .iter()
        .map(|every| Choice::new(every.as_str(), s.tt("patrol-every", every)));
    let weekdays =
        (0..7).map(|bit| Choice::new(bit.to_string(), s.t(&format!("patrol-weekday-{bit}"))));
    let abouts = ABOUT.map(|kind| Choice::new(kind.as_str(), s.tt("policy-about", kind)));
    Ok(FormPage {
        abouts: abouts.into(),
        labels: labels(&s),
        every: every.collect(),
        weekdays: weekdays.collect(),
        subjects: subjects
            .into_iter()
            .filter(|one| one.community == community)
            .map(|one| Choice::new(one.subject.id.to_string(), one.name))
            .collect(),
        community: community.into(),
        key: s.ctx().new_id().to_string(),
        clash: None,
        walkers,
        fixers,
        checklists,
        id,
        f,
        e,
        s,
    })
}

/// The published checklists that fit, and the one it has already.
async fn checklist_choices(
    s: &Shell,
    scope: &youlin_kernel::Scope,
    community: CommunityId,
    held: &str,
) -> Result<Vec<Choice>> {
    let app = s.app();
    let language = crate::checklists::language(s.ctx().locale());
    let mut choices = vec![Choice::new("", s.t("policy-checklist-none"))];
    let kind = SubjectKind::Reach;
    for line in checklists_for(app.db(), &app.areas(), scope, community, kind).await? {
        let title = youlin_checklist::word(&line.title, language);
        let label = format!("{title} · {}", line.name);
        choices.push(Choice::new(line.name, label));
    }
    if !held.is_empty() && !choices.iter().any(|one| one.value == held) {
        choices.push(Choice::new(held, held));
    }
    Ok(choices)
}

#[derive(Debug, Deserialize)]
pub(super) struct Start {
    community: Option<CommunityId>,
}

/// `GET /rounds/policies/new`.
pub(super) async fn fresh(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(start): ApiQuery<Start>,
) -> WebResult<Response> {
    let scope = ctx.scope(&ROUNDS_PLAN)?;
    let first = scope.parts().first().map(|part| part.community);
    let community = start.community.or(first).ok_or_else(Problem::not_found)?;
    ctx.authorize(&ROUNDS_PLAN, community)?;
    let f = PolicyForm {
        community: community.0,
        about: SubjectKind::Reach.to_string(),
        every: Every::Week.to_string(),
        count: "1".to_owned(),
        from: ctx.now().date().to_string(),
        ..PolicyForm::default()
    };
    let s = shell(&app, &ctx, prefs);
    page(&form_page(s, None, f, FormFaults::none()).await?)
}

fn form_of(view: &PolicyView) -> PolicyForm {
    let policy = &view.policy;
    let day = |number: i16| format!("{:02}-{:02}", number / 100, number % 100);
    let number = |value: u32| {
        if value == 0 {
            String::new()
        } else {
            value.to_string()
        }
    };
    PolicyForm {
        idempotency_key: String::new(),
        version: view.version.to_string(),
        community: view.community.0,
        title: view.title.clone(),
        walkers: match policy.walkers {
            Walkers::Chief { level } => format!("chief:{level}"),
            Walkers::Party { party } => format!("party:{}", party.id),
            Walkers::GridWorker => "grid_worker".to_owned(),
        },
        every: policy.every.to_string(),
        count: policy.count.to_string(),
        weekdays: (0..7)
            .filter(|bit| policy.weekdays & (1 << bit) != 0)
            .map(|bit: u8| bit.to_string())
            .collect(),
        season_from: policy.season.map_or_else(String::new, |one| day(one.from)),
        season_to: policy.season.map_or_else(String::new, |one| day(one.to)),
        from: policy.from.to_string(),
        to: policy.to.map_or_else(String::new, |to| to.to_string()),
        about: policy.subjects.to_string(),
        minutes: policy.minimum.minutes.map_or_else(String::new, number),
        gap: policy.minimum.gap_days.map_or_else(String::new, number),
        doors_label: policy.doors.label.clone().unwrap_or_default(),
        doors_age: policy.doors.age_from.map_or_else(String::new, number),
        doors_alone: if policy.doors.alone { "1" } else { "" }.to_owned(),
        track: if policy.track {
            "1".to_owned()
        } else {
            String::new()
        },
        coverage: policy.minimum.coverage.map_or_else(String::new, number),
        metres: policy.minimum.metres.map_or_else(String::new, number),
        photographs: number(policy.photographs),
        basis: policy.basis.clone(),
        subjects: view.subjects.iter().map(Uuid::to_string).collect(),
        fixer: view
            .fixer
            .map_or_else(String::new, |fixer| fixer.id.to_string()),
        checklist: view.checklist.clone().unwrap_or_default(),
    }
}

/// `GET /rounds/policies/{id}`.
pub(super) async fn edit(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
) -> WebResult<Response> {
    let scope = ctx.scope(&ROUNDS_PLAN)?;
    let f = form_of(&policy_view(app.db(), &scope, id).await?);
    let s = shell(&app, &ctx, prefs);
    page(&form_page(s, Some(id), f, FormFaults::none()).await?)
}

fn walkers(text: &str) -> Result<Walkers> {
    let unknown = || Problem::invalid("walkers", "required");
    Ok(match text.split_once(':') {
        Some(("chief", level)) => Walkers::Chief {
            level: ChiefLevel::parse(level).ok_or_else(unknown)?,
        },
        Some(("party", id)) => Walkers::Party {
            party: Party::organisation(id.parse().map_err(|_no_id| unknown())?),
        },
        None if text == "grid_worker" => Walkers::GridWorker,
        _ => return Err(unknown()),
    })
}

fn number(field: &'static str, text: &str) -> Result<Option<u32>> {
    match text.trim() {
        "" => Ok(None),
        text => text
            .parse()
            .map(Some)
            .map_err(|_no_number| Problem::invalid(field, "no-number")),
    }
}

fn day(field: &'static str, text: &str) -> Result<Option<Date>> {
    match text.trim() {
        "" => Ok(None),
        text => text
            .parse()
            .map(Some)
            .map_err(|_no_day| Problem::invalid(field, "policy-no-date")),
    }
}

/// `05-01` as month × 100 + day; the model says whether there is such a day.
fn season(f: &PolicyForm) -> Result<Option<Season>> {
    let read = |field: &'static str, text: &str| -> Result<Option<i16>> {
        if text.trim().is_empty() {
            return Ok(None);
        }
        let parts = text.trim().split_once(['-', '.', '/']);
        let number = parts.and_then(|(month, day)| {
            Some(month.parse::<i16>().ok()? * 100 + day.parse::<i16>().ok()?)
        });
        number
            .map(Some)
            .ok_or_else(|| Problem::invalid(field, "policy-season"))
    };
    match (
        read("season_from", &f.season_from)?,
        read("season_to", &f.season_to)?,
    ) {
        (None, None) => Ok(None),
        (Some(from), Some(to)) => Ok(Some(Season { from, to })),
        (None, _) => Err(Problem::invalid("season_from", "policy-season")),
        (_, None) => Err(Problem::invalid("season_to", "policy-season")),
    }
}

/// Asked only of dwellings; what was typed beside another subject counts nothing.
fn doors(about: SubjectKind, f: &PolicyForm) -> Result<DoorQuestion> {
    if about != SubjectKind::Dwelling {
        return Ok(DoorQuestion::default());
    }
    Ok(DoorQuestion {
        label: Some(f.doors_label.clone()).filter(|label| !label.is_empty()),
        age_from: number("doors_age", &f.doors_age)?,
        alone: !f.doors_alone.is_empty(),
    })
}

fn command(f: &PolicyForm, known: Option<Uuid>) -> Result<SavePolicy> {
    let weekdays = f
        .weekdays
        .iter()
        .filter_map(|bit| bit.parse::<u8>().ok())
        .filter(|bit| *bit < 7)
        .fold(0_u8, |mask, bit| mask | 1 << bit);
    let about = SubjectKind::parse(&f.about).unwrap_or(SubjectKind::Reach);
    let policy = Policy {
        kind: match about {
            SubjectKind::Dwelling => RoundKind::Visit,
            _ => RoundKind::Patrol,
        },
        subjects: about,
        doors: doors(about, f)?,
        walkers: walkers(&f.walkers)?,
        every: Every::parse(&f.every).ok_or_else(|| Problem::invalid("every", "required"))?,
        count: number("count", &f.count)?.unwrap_or(0),
        weekdays,
        season: season(f)?,
        from: day("from", &f.from)?.ok_or_else(|| Problem::invalid("from", "required"))?,
        to: day("to", &f.to)?,
        minimum: Minimum {
            minutes: number("minutes", &f.minutes)?,
            gap_days: number("gap", &f.gap)?,
            coverage: number("coverage", &f.coverage)?,
            metres: number("metres", &f.metres)?,
        },
        photographs: number("photographs", &f.photographs)?.unwrap_or(0),
        track: !f.track.is_empty(),
        basis: f.basis.trim().to_owned(),
    };
    Ok(SavePolicy {
        community: CommunityId(f.community),
        known: known.map(|id| (id, f.version.parse().unwrap_or(0))),
        title: f.title.clone(),
        policy,
        // Named one by one are reaches only.
        subjects: match about {
            SubjectKind::Reach => f.subjects.iter().filter_map(|id| id.parse().ok()).collect(),
            _ => Vec::new(),
        },
        fixer: f.fixer.parse().ok().map(Party::organisation),
        checklist: Some(f.checklist.clone()).filter(|name| !name.is_empty()),
    })
}

/// `POST /rounds/policies`.
pub(super) async fn create(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    header: IdempotencyHeader,
    ApiForm(mut f): ApiForm<PolicyForm>,
) -> WebResult<Response> {
    if f.community == 0 {
        let scope = ctx.scope(&ROUNDS_PLAN)?;
        let first = scope.parts().first().map(|part| part.community);
        f.community = first.ok_or_else(Problem::not_found)?.0;
    }
    let saved = async {
        let field = Some(f.idempotency_key.clone()).filter(|key| !key.is_empty());
        let sent = header.0.or(field);
        let community = CommunityId(f.community);
        let key = idempotency(sent.as_deref(), community, "/rounds/policies", &f)?;
        app.db().execute_once(&ctx, key, command(&f, None)?).await
    };
    match saved.await {
        Ok(_id) => Ok(Redirect::to("/rounds/policies?saved=1").into_response()),
        Err(problem) => refused(&app, &ctx, prefs, None, f, problem).await,
    }
}

/// `POST /rounds/policies/{id}`.
pub(super) async fn change(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiForm(mut f): ApiForm<PolicyForm>,
) -> WebResult<Response> {
    let scope = ctx.scope(&ROUNDS_PLAN)?;
    f.community = policy_view(app.db(), &scope, id).await?.community.0;
    let saved = async { app.db().execute(&ctx, command(&f, Some(id))?).await };
    match saved.await {
        Ok(_id) => Ok(Redirect::to("/rounds/policies?saved=1").into_response()),
        Err(problem) => refused(&app, &ctx, prefs, Some(id), f, problem).await,
    }
}

async fn refused(
    app: &App,
    ctx: &Ctx,
    prefs: Prefs,
    id: Option<Uuid>,
    mut f: PolicyForm,
    problem: Problem,
) -> WebResult<Response> {
    let problem = mendable(problem)?;
    let s = shell(app, ctx, prefs);
    let mut clash = None;
    let mut e = FormFaults::of(&s, &problem);
    if let Some(id) = id.filter(|_| problem.code() == "stale") {
        let scope = ctx.scope(&ROUNDS_PLAN)?;
        let theirs = form_of(&policy_view(app.db(), &scope, id).await?);
        clash = Some(differences(&s, &theirs, &f));
        f.version = theirs.version;
        e = FormFaults::none();
    }
    let body = FormPage {
        clash,
        ..form_page(s, id, f, e).await?
    };
    Ok(refused_with(&problem, page(&body)?))
}

fn differences(s: &Shell, theirs: &PolicyForm, f: &PolicyForm) -> Clash {
    let line = |field: &'static str, label: &str, theirs: &str, yours: &str| ClashLine {
        field,
        label: s.t(label),
        theirs: theirs.to_owned(),
        value: theirs.to_owned(),
        yours: yours.trim().to_owned(),
    };
    let lines = vec![
        line("title", "policy-title", &theirs.title, &f.title),
        line("count", "policy-count", &theirs.count, &f.count),
        line("from", "policy-from", &theirs.from, &f.from),
        line("to", "policy-to", &theirs.to, &f.to),
        line("minutes", "policy-minutes", &theirs.minutes, &f.minutes),
        line(
            "photographs",
            "policy-photographs",
            &theirs.photographs,
            &f.photographs,
        ),
        line("basis", "policy-basis", &theirs.basis, &f.basis),
    ];
    Clash::of("/rounds/policies".to_owned(), lines)
}

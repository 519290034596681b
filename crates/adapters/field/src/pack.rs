//! What somebody takes along for a day: everything they need and may see, in one answer.

use std::collections::HashSet;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;
use uuid::Uuid;
use youlin_cases::permissions::{CASES_READ, CASES_REPORT};
use youlin_cases::{Cases, numbered};
use youlin_checklist::RuleSet;
use youlin_kernel::{AreaId, CommunityId, Ctx, Problem, Result, Scope};
use youlin_people::permissions::PEOPLE_WRITE;
use youlin_places::queries::outlines;
use youlin_places::rivers::{self, Reach};
use youlin_rounds::model::SubjectKind;
use youlin_rounds::permissions::{ROUNDS_READ, ROUNDS_WALK, may_walk};
use youlin_rounds::{
    DueLine, FindingView, ListedHazard, PolicyView, RIVER_CATEGORIES, Remeasurable, Rounds,
    due_now, goes_back_to, listed_hazards, open_findings, policies, remeasurable,
};
use youlin_web::{App, Caller, NavPlace, Prefs, Refusals, Shell, WebResult};

use crate::CONTRACT;
use crate::doors::{DoorsOfDay, doors};
use crate::due::nearest;
use crate::forms::{self, PackChecklist};
use crate::outline::simplified;
use crate::parties::{PackParty, parties};
use crate::subjects::{PackSubject, subjects};
use crate::visits::{VisitingPack, visits};

/// Areas drawn on the map.
const AREAS: usize = 100;
/// Reaches taken along.
const REACHES: u64 = 200;
/// Hazards on lists taken along.
const LISTED: u64 = 1_000;

/// See the module's text.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FieldPack)]
pub(crate) struct Pack {
    pub(crate) contract: u32,
    /// The day it is for.
    #[schema(value_type = String, format = Date)]
    today: String,
    me: Me,
    /// Rounds of the caller that stand open today.
    due: Vec<DueLine>,
    /// Rounds that stand open besides: too many to be taken along.
    due_left_out: usize,
    /// What the policies behind them ask for.
    policies: Vec<PackPolicy>,
    /// Findings that are not ended, to be put right or to be looked at again.
    findings: Vec<PackFinding>,
    reaches: Vec<PackReach>,
    /// What is proposed from door to door.
    doors: Vec<DoorsOfDay>,
    /// Lists to be worked through.
    visits: Vec<VisitingPack>,
    categories: Vec<PackCategory>,
    areas: Vec<Outline>,
    /// Buildings and premises a round may go to.
    subjects: Vec<PackSubject>,
    /// Subjects there are besides: too many to be taken along.
    subjects_left_out: usize,
    /// Hazards on the list of premises that are due or among the subjects, as far as it takes to know one again.
    listed: Vec<ListedHazard>,
    /// Who may give a talk, put a hazard right, or have caused it.
    parties: Vec<PackParty>,
    /// Parties there are besides.
    parties_left_out: usize,
    /// Checklists to be filled in.
    checklists: Vec<PackChecklist>,
    /// What measured values are judged by, with its status.
    #[schema(value_type = Option<Object>)]
    rules: Option<RuleSet>,
}

/// Whose pack it is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FieldMe)]
struct Me {
    account: Uuid,
    name: String,
    roles: Vec<&'static str>,
    communities: Vec<PackCommunity>,
    /// Where the caller works: the place of a note that names no other.
    home: Option<AreaId>,
    may_visit: bool,
    /// Whether the page of a case opens for the caller.
    sees_cases: bool,
    /// Whether the page of a round opens for the caller.
    sees_rounds: bool,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FieldCommunity)]
struct PackCommunity {
    id: CommunityId,
    name: String,
}

/// What a policy asks a round to show, and the rule that rests on.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FieldPolicy)]
struct PackPolicy {
    id: Uuid,
    photographs: u32,
    /// Minutes a round has to last.
    minutes: Option<u32>,
    /// Per cent and metres of the reach its way has to cover to count.
    coverage: Option<u32>,
    metres: Option<u32>,
    track: bool,
    basis: String,
}

/// A finding, and whether a return visit of the caller would be taken.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FieldFinding)]
struct PackFinding {
    may_return: bool,
    /// What may be measured again on that visit; only where it would be taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    measured: Option<Remeasurable>,
    #[serde(flatten)]
    found: FindingView,
}

/// A reach with its line.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FieldReach)]
struct PackReach {
    /// Degrees, WGS-84, in the direction of chainage.
    line: Vec<(f64, f64)>,
    #[serde(flatten)]
    reach: Reach,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FieldCategory)]
struct PackCategory {
    code: String,
    name: String,
    group: String,
    keywords: Vec<String>,
    /// It has questions that must be answered: not for a note in passing.
    asks: bool,
    /// What is looked at on the water.
    river: bool,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FieldOutline)]
struct Outline {
    area: AreaId,
    name: String,
    #[schema(value_type = Object)]
    geometry: Value,
}

/// Today's pack of the caller. With `If-None-Match` 304 when nothing changed.
#[utoipa::path(
    get, path = "/api/v1/field/pack", operation_id = "fieldPack", tag = "field",
    responses(
        (status = 200, description = "What this person needs today and may see", body = Pack),
        (status = 304, description = "Nothing changed since"),
        Refusals
    )
)]
pub(crate) async fn pack(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    headers: HeaderMap,
) -> WebResult<Response> {
    let shell = Shell::new(&app, &ctx, prefs, NavPlace::None, "/field");
    let pack = packed(&shell).await?;
    let text = serde_json::to_vec(&pack).map_err(Problem::internal)?;
    let tag = format!("\"{}\"", hex::encode(&Sha256::digest(&text)[..12]));
    let known = headers
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok());
    // A proxy that packs answers makes the tag a weak one.
    if known.is_some_and(|known| known.trim_start_matches("W/") == tag) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response());
    }
    Ok(([(header::ETAG, tag)], Json(pack)).into_response())
}

async fn packed(s: &Shell) -> Result<Pack> {
    let (app, ctx) = (s.app(), s.ctx());
    let scope = ctx.scope(&ROUNDS_WALK)?;
    let db = app.db();
    let today = ctx.now().date();
    // What the command behind it would refuse is not offered.
    let walks = |community: CommunityId| may_walk(ctx, community, &[]).is_ok();
    let rounds = app.need::<Rounds>()?;
    let mut due = due_now(&rounds, db, ctx, &scope).await?;
    due.retain(|line| line.yours && walks(line.community));
    let due_left_out = nearest(&mut due);
    let mut findings = open_findings(db, &scope, None).await?;
    findings.retain(|found| walks(found.community));
    let back = goes_back_to(db, ctx, &findings).await?;
    let looked = findings.iter().filter(|found| back.contains(&found.id));
    let looked: Vec<&FindingView> = looked.collect();
    let mut measured = remeasurable(&rounds, db, &looked).await?;
    let findings: Vec<PackFinding> = findings
        .into_iter()
        .map(|mut found| {
            if let Some(case) = &mut found.case {
                case.number = numbered(s, &found.community, &case.number);
            }
            PackFinding {
                may_return: back.contains(&found.id),
                measured: measured.remove(&found.id),
                found,
            }
        })
        .collect();
    let mut reaches = reaches(app, &scope).await?;
    reaches.retain(|one| walks(one.reach.community));
    let visits = visits(app, ctx).await?;
    let (subjects, subjects_left_out) = subjects(app, ctx, &scope).await?;
    let listed = listed(app, ctx, &due, &subjects).await?;
    let taken = |kind| match kind {
        SubjectKind::Reach => !reaches.is_empty(),
        SubjectKind::Dwelling => ctx.may(&PEOPLE_WRITE),
        kind => subjects.iter().any(|one| one.kind == kind),
    };
    let mut checklists = forms::of(app, &scope, ctx.areas(), today, taken).await?;
    let rules = forms::rules(&mut checklists);
    let (parties, parties_left_out) = parties(app, &scope).await?;
    Ok(Pack {
        contract: CONTRACT,
        today: today.to_string(),
        me: me(ctx, &scope)?,
        policies: asked(app, &scope, &due).await?,
        due,
        due_left_out,
        findings,
        reaches,
        doors: doors(s).await?,
        visits,
        categories: categories(app, ctx)?,
        areas: areas(app, ctx, &scope).await?,
        subjects,
        subjects_left_out,
        listed,
        parties,
        parties_left_out,
        checklists,
        rules,
    })
}

pub(crate) fn name_of(ctx: &Ctx, area: AreaId) -> String {
    let english = ctx.locale() == youlin_kernel::Locale::En;
    ctx.areas().get(area).map_or_else(String::new, |node| {
        if english && !node.name_en.is_empty() {
            node.name_en.clone()
        } else {
            node.name.clone()
        }
    })
}

fn me(ctx: &Ctx, scope: &Scope) -> Result<Me> {
    let community = |id: i64| PackCommunity {
        id: CommunityId(id),
        name: name_of(ctx, AreaId(id)),
    };
    Ok(Me {
        account: ctx.actor().id().ok_or_else(Problem::forbidden)?,
        name: ctx.actor().name().to_owned(),
        roles: ctx
            .roles()
            .into_iter()
            .map(youlin_kernel::Role::as_str)
            .collect(),
        communities: scope.communities().into_iter().map(community).collect(),
        home: home(ctx),
        may_visit: ctx.may(&PEOPLE_WRITE),
        sees_cases: ctx.may(&CASES_READ),
        sees_rounds: ctx.may(&ROUNDS_READ),
    })
}

/// The one area of the caller's grants in which they may report, when it lies within one community.
fn home(ctx: &Ctx) -> Option<AreaId> {
    let mut areas: Vec<AreaId> = ctx
        .grants()
        .iter()
        .filter(|grant| CASES_REPORT.held_by(grant.role))
        .map(|grant| grant.area)
        .collect();
    areas.dedup();
    let only = areas.first().filter(|_| areas.len() == 1)?;
    ctx.areas().community_of(*only).map(|_| *only)
}

/// What is on the lists where rounds go today first, then of the other premises taken along.
async fn listed(
    app: &App,
    ctx: &Ctx,
    due: &[DueLine],
    subjects: &[PackSubject],
) -> Result<Vec<ListedHazard>> {
    let Ok(scope) = ctx.scope(&ROUNDS_READ) else {
        return Ok(Vec::new());
    };
    let due = due.iter().map(|line| line.subject);
    let of_due = due.filter(|one| one.kind == SubjectKind::Premises);
    let mut premises: Vec<Uuid> = of_due.map(|one| one.id).collect();
    let others = subjects
        .iter()
        .filter(|one| one.kind == SubjectKind::Premises);
    premises.extend(others.map(|one| one.id));
    let mut seen = HashSet::new();
    premises.retain(|id| seen.insert(*id));
    listed_hazards(app.db(), &scope, &premises, LISTED).await
}

async fn asked(app: &App, scope: &Scope, due: &[DueLine]) -> Result<Vec<PackPolicy>> {
    let all = policies(app.db(), scope).await?;
    let wanted = all
        .into_iter()
        .filter(|one| due.iter().any(|line| line.policy == Some(one.id)));
    let pack = |one: PolicyView| PackPolicy {
        id: one.id,
        photographs: one.policy.photographs,
        minutes: one.policy.minimum.minutes,
        coverage: one.policy.minimum.coverage,
        metres: one.policy.minimum.metres,
        track: one.policy.track,
        basis: one.policy.basis,
    };
    Ok(wanted.map(pack).collect())
}

async fn reaches(app: &App, scope: &Scope) -> Result<Vec<PackReach>> {
    let all = rivers::open_reaches(app.db(), scope, REACHES).await?;
    let packed = |reach: Reach| PackReach {
        line: reach.line.points().to_vec(),
        reach,
    };
    Ok(all.into_iter().map(packed).collect())
}

fn categories(app: &App, ctx: &Ctx) -> Result<Vec<PackCategory>> {
    let cases: Arc<Cases> = app.need()?;
    let catalogue = cases.catalogue();
    let mut all: Vec<PackCategory> = catalogue
        .iter()
        .map(|one| PackCategory {
            code: one.code.clone(),
            name: one.name_in(ctx.locale()).to_owned(),
            group: one.group.clone(),
            keywords: one.keywords.clone(),
            asks: one.questions.iter().any(|question| question.required),
            river: RIVER_CATEGORIES.contains(&one.code.as_str()),
        })
        .collect();
    all.sort_by(|a, b| a.code.cmp(&b.code));
    Ok(all)
}

/// Communities whose grids are drawn too.
const DRAWN_WHOLE: usize = 3;

/// Outlines of the caller's communities, and of their grids: those they have, or all where they have few communities.
async fn areas(app: &App, ctx: &Ctx, scope: &Scope) -> Result<Vec<Outline>> {
    let mut wanted: Vec<AreaId> = Vec::new();
    for part in scope.parts() {
        wanted.push(part.community.into());
        match &part.areas {
            Some(areas) => wanted.extend(areas.iter().copied()),
            None if scope.parts().len() <= DRAWN_WHOLE => {
                wanted.extend(ctx.areas().children(part.community.into()));
            }
            None => {}
        }
    }
    wanted.truncate(AREAS);
    let shapes = outlines(app.db(), &wanted, ctx.now()).await?;
    let outline = |(area, shape): (AreaId, String)| {
        Some(Outline {
            area,
            name: name_of(ctx, area),
            geometry: simplified(&shape)?,
        })
    };
    Ok(shapes.into_iter().filter_map(outline).collect())
}

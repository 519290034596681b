//! `/rosters`: what is covered and what is not, by area; each figure opens to its records, as a list and on the map.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};
use youlin_kernel::{AreaId, AreaLevel, Ctx, Problem, Result, Scope};
use youlin_web::{ApiQuery, App, Caller, Prefs, Shell, WebResult, page};

use super::{chosen, own_areas, shell};
use crate::Vault;
use crate::permissions::{ROSTERS_READ, ROSTERS_WRITE};
use crate::rosters::queries::names;
use crate::rosters::{AreaLine, Ground, Hole, HoleLine, area_lines, ground, hole_lines};

/// Communities counted at once.
const COMMUNITIES: usize = 40;
/// Lines shown behind a figure.
const SHOWN: usize = 500;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    area: Option<i64>,
    kind: String,
}

/// What is counted, and of which areas.
struct Counted {
    grounds: Vec<Ground>,
    /// Communities left out.
    more: usize,
}

async fn counted(app: &App, ctx: &Ctx, scope: &Scope, area: AreaId) -> Result<Counted> {
    let vault = app.need::<Vault>()?;
    let scope = scope.narrowed(ctx.areas(), area);
    let mut communities: Vec<_> = scope.parts().iter().map(|part| part.community).collect();
    communities.sort_unstable();
    communities.dedup();
    let more = communities.len().saturating_sub(COMMUNITIES);
    let mut grounds = Vec::new();
    for community in communities.into_iter().take(COMMUNITIES) {
        grounds.push(ground(app.db(), &vault, &scope, community).await?);
    }
    Ok(Counted { grounds, more })
}

/// The areas of the table: those just below, or the area itself where there is nothing below.
fn rows_of(ctx: &Ctx, counted: &Counted, area: AreaId) -> Vec<AreaLine> {
    let tree = ctx.areas();
    let mut lines = Vec::new();
    for ground in &counted.grounds {
        let inside = tree.is_within(area, ground.community.into());
        let mut areas: Vec<AreaId> = if inside {
            let children = tree.children(area).iter().copied();
            children
                .filter(|id| tree.get(*id).is_some_and(|node| !node.closed))
                .collect()
        } else {
            vec![ground.community.into()]
        };
        if areas.is_empty() {
            areas.push(area);
        }
        lines.extend(area_lines(ground, tree, &areas));
    }
    lines
}

fn total(ctx: &Ctx, counted: &Counted, area: AreaId) -> AreaLine {
    let tree = ctx.areas();
    let mut sum = AreaLine {
        area,
        dwellings: 0,
        workers: 0,
        no_worker: 0,
        too_many: 0,
        no_role: 0,
        grid_large: 0,
    };
    for ground in &counted.grounds {
        let within = tree.is_within(area, ground.community.into());
        let at = if within {
            area
        } else {
            ground.community.into()
        };
        for line in area_lines(ground, tree, &[at]) {
            sum.dwellings += line.dwellings;
            sum.workers += line.workers;
            sum.no_worker += line.no_worker;
            sum.too_many += line.too_many;
            sum.no_role += line.no_role;
            sum.grid_large += line.grid_large;
        }
    }
    sum
}

#[derive(Template)]
#[template(path = "rosters/coverage.html")]
struct CoveragePage {
    s: Shell,
    area: AreaId,
    /// Areas above, within the scope.
    way: Vec<AreaId>,
    /// Those the caller works in, to choose among.
    own: Vec<AreaId>,
    total: AreaLine,
    rows: Vec<AreaLine>,
    more: usize,
    /// What the community asks for, where there is one.
    policy: Option<(usize, usize)>,
    may_write: bool,
    tiles: String,
    /// A grid or neighbourhood: it has a team.
    has_team: bool,
}

/// `GET /rosters?area=`.
pub(super) async fn show(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(asked): ApiQuery<Asked>,
) -> WebResult<Response> {
    let scope = ctx.scope(&ROSTERS_READ)?;
    let area = chosen(&ctx, &scope, asked.area)?;
    let counted = counted(&app, &ctx, &scope, area).await?;
    let tree = ctx.areas();
    let mut way: Vec<AreaId> = tree
        .upwards(area)
        .skip(1)
        .map(|node| node.id)
        .take_while(|id| ctx.require(&ROSTERS_READ, *id).is_ok())
        .collect();
    way.reverse();
    let community = tree.community_of(area);
    page(&CoveragePage {
        total: total(&ctx, &counted, area),
        rows: rows_of(&ctx, &counted, area),
        more: counted.more,
        policy: community.and(counted.grounds.first()).map(|ground| {
            let policy = &ground.policy;
            (policy.worker_most, policy.grid_most)
        }),
        may_write: community.is_some_and(|id| ctx.authorize(&ROSTERS_WRITE, id).is_ok()),
        tiles: app.config().tile_url.clone().unwrap_or_default(),
        has_team: community.is_some(),
        own: own_areas(&ctx),
        way,
        area,
        s: shell(&app, &ctx, prefs),
    })
}

/// A line behind a figure, in words.
struct Line {
    title: String,
    more: String,
    href: String,
}

#[derive(Template)]
#[template(path = "rosters/holes.html")]
struct HolesPage {
    s: Shell,
    area: AreaId,
    kind: Hole,
    kinds: &'static [Hole],
    lines: Vec<Line>,
    all: usize,
    /// Areas of the records, with how many each has.
    teams: BTreeMap<AreaId, usize>,
    may_assign: bool,
}

/// `GET /rosters/holes?kind=&area=`.
pub(super) async fn holes(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(asked): ApiQuery<Asked>,
) -> WebResult<Response> {
    let scope = ctx.scope(&ROSTERS_READ)?;
    let area = chosen(&ctx, &scope, asked.area)?;
    let kind = Hole::parse(&asked.kind).unwrap_or(Hole::NoWorker);
    let counted = counted(&app, &ctx, &scope, area).await?;
    let s = shell(&app, &ctx, prefs);
    let tree = ctx.areas();
    let mut all = 0;
    let mut lines = Vec::new();
    let mut teams: BTreeMap<AreaId, usize> = BTreeMap::new();
    for ground in &counted.grounds {
        let within = tree.is_within(area, ground.community.into());
        let at = if within {
            area
        } else {
            ground.community.into()
        };
        let found = hole_lines(ground, tree, at, kind);
        all += found.len();
        for line in &found {
            *teams.entry(line.area()).or_default() += 1;
        }
        found_words(&s, ground, found, &mut lines).await?;
    }
    page(&HolesPage {
        may_assign: ctx.may(&ROSTERS_WRITE),
        kinds: Hole::ALL,
        teams,
        kind,
        area,
        lines,
        all,
        s,
    })
}

async fn found_words(
    s: &Shell,
    ground: &Ground,
    found: Vec<HoleLine>,
    lines: &mut Vec<Line>,
) -> Result<()> {
    let vault = s.app().need::<Vault>()?;
    let office = ground
        .office
        .iter()
        .map(|one| (one.row.person_community, one.row.person_id));
    let workers = found
        .iter()
        .any(|line| matches!(line, HoleLine::Worker { .. }));
    let names = if workers {
        names(s.app().db().read(), &vault, office).await?
    } else {
        Default::default()
    };
    for line in found.into_iter().take(SHOWN.saturating_sub(lines.len())) {
        lines.push(match line {
            HoleLine::Dwelling { dwelling, area } => Line {
                title: vault
                    .place(dwelling)
                    .map_or_else(String::new, |place| place.address),
                more: s.area(&area),
                href: format!("/people/dwellings/{dwelling}"),
            },
            HoleLine::Worker {
                person,
                area,
                dwellings,
                ..
            } => Line {
                title: names.get(&person).cloned().unwrap_or_default(),
                more: format!(
                    "{} · {}",
                    s.area(&area),
                    s.t1("roster-dwellings", "count", dwellings)
                ),
                href: format!("/rosters/teams/{area}"),
            },
            HoleLine::Role { area, role } => Line {
                title: s.area(&area),
                more: s.t1("roster-without", "role", s.tt("member", role)),
                href: format!("/rosters/teams/{area}"),
            },
            HoleLine::Grid { area, dwellings } => Line {
                title: s.area(&area),
                more: s.t1("roster-dwellings", "count", dwellings),
                href: format!("/rosters?area={area}"),
            },
        });
    }
    Ok(())
}

/// `GET /rosters/map.geojson?area=`: the boundaries in force, and for each area of the table how it stands.
pub(super) async fn map(
    State(app): State<App>,
    Caller(ctx): Caller,
    ApiQuery(asked): ApiQuery<Asked>,
) -> WebResult<Response> {
    let scope = ctx.scope(&ROSTERS_READ)?;
    let area = chosen(&ctx, &scope, asked.area)?;
    let counted = counted(&app, &ctx, &scope, area).await?;
    let s = Shell::plain(&app, &ctx);
    let tree = ctx.areas();
    let lines = rows_of(&ctx, &counted, area);
    let mut drawn: Vec<AreaId> = lines.iter().map(|line| line.area).collect();
    drawn.push(area);
    let shapes = youlin_places::queries::outlines(app.db(), &drawn, ctx.now()).await?;
    let mut features: Vec<Value> = Vec::new();
    for (id, shape) in shapes {
        let geometry: Value = serde_json::from_str(&shape).map_err(Problem::internal)?;
        let minor = tree
            .get(id)
            .is_some_and(|node| node.level > AreaLevel::Grid);
        let level = if minor { "minor" } else { "major" };
        features.push(
            json!({ "type": "Feature", "geometry": geometry, "properties": {
                "name": s.area(&id), "level": level, "url": format!("/rosters?area={id}"),
            }}),
        );
    }
    let vault = app.need::<Vault>()?;
    for line in &lines {
        if let Some((lon, lat)) = middle(&vault, &counted, line.area) {
            features.push(point(&s, line, lon, lat));
        }
    }
    let body = json!({ "type": "FeatureCollection", "features": features }).to_string();
    let kind = [(header::CONTENT_TYPE, "application/geo+json")];
    Ok((kind, body).into_response())
}

fn point(s: &Shell, line: &AreaLine, lon: f64, lat: f64) -> Value {
    let state = line.state();
    json!({
        "type": "Feature",
        "geometry": { "type": "Point", "coordinates": [lon, lat] },
        "properties": {
            "name": s.area(&line.area),
            "state": state,
            "state_word": s.tt("roster-state", state),
            "detail": s.tn("roster-map-detail", &[
                ("dwellings", line.dwellings.to_string()),
                ("bare", line.no_worker.to_string()),
                ("workers", line.workers.to_string()),
            ]),
            "url": format!("/rosters?area={}", line.area),
        },
    })
}

/// The middle of an area's buildings.
fn middle(vault: &Vault, counted: &Counted, area: AreaId) -> Option<(f64, f64)> {
    let mut sum = (0.0, 0.0, 0.0);
    for ground in &counted.grounds {
        for door in ground
            .doors
            .values()
            .filter(|door| door.areas.contains(&area))
        {
            if let Some((lon, lat)) = vault
                .building(door.building)
                .and_then(|place| place.position)
            {
                sum = (sum.0 + lon, sum.1 + lat, sum.2 + 1.0);
            }
        }
    }
    (sum.2 > 0.0).then(|| (sum.0 / sum.2, sum.1 / sum.2))
}

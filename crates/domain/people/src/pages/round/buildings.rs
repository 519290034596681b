//! `/people/buildings`: the buildings of one's area, those with most to ask first; one of them as a stack of dwellings.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use youlin_kernel::{AreaId, CommunityId, Micros, Result};
use youlin_places::queries::{BuildingDetail, building_detail, dwellings_of, register_of};
use youlin_web::{ApiForm, ApiQuery, App, Caller, Choice, PathId, Prefs, Shell, WebResult, page};

use super::{policy, shell};
use crate::facts::Fact;
use crate::pages::form::{Errors, shown, to, with_status};
use crate::pages::moving::MoveForm;
use crate::permissions::{PEOPLE_READ, PEOPLE_WRITE};
use crate::queries::{Emptied, emptied};
use crate::{Directory, DwellingFile, EmptyBuilding, Freshness, RefillBuilding, Vault};

/// A building and how much of it is known.
struct Line {
    id: uuid::Uuid,
    name: String,
    area: String,
    dwellings: usize,
    fresh: usize,
    to_ask: usize,
}

#[derive(Template)]
#[template(path = "people/round/buildings.html")]
struct BuildingsPage {
    s: Shell,
    here: String,
    communities: Vec<Choice>,
    lines: Vec<Line>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::pages) struct Where {
    community: Option<CommunityId>,
}

/// `GET /people/buildings?community=`.
pub(in crate::pages) async fn list(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(at): ApiQuery<Where>,
) -> WebResult<Response> {
    let scope = ctx.scope(&PEOPLE_READ)?;
    let s = shell(&app, &ctx, prefs);
    let communities = choices(&s, &scope.communities());
    let first = scope.parts().first().map(|part| part.community);
    let here = at.community.or(first);
    let lines = match here {
        Some(community) => lines(&s, &scope, community).await?,
        None => Vec::new(),
    };
    page(&BuildingsPage {
        here: here.map_or_else(String::new, |here| here.0.to_string()),
        communities,
        lines,
        s,
    })
}

fn choices(s: &Shell, communities: &[i64]) -> Vec<Choice> {
    let all = communities.iter();
    all.map(|id| Choice::new(id.to_string(), s.area(&AreaId(*id))))
        .collect()
}

async fn lines(
    s: &Shell,
    scope: &youlin_kernel::Scope,
    community: CommunityId,
) -> Result<Vec<Line>> {
    let (app, db) = (s.app(), s.app().db());
    let vault = app.need::<Vault>()?;
    let mut lines = Vec::new();
    let homes = dwellings_of(db, community).await?;
    for estate in register_of(db, scope, community).await? {
        for building in estate.buildings {
            let ids = homes.get(&building.id).cloned().unwrap_or_default();
            let area = building.neighbourhood.or(building.grid);
            lines.push((
                ids.clone(),
                Line {
                    id: building.id,
                    name: format!("{}{}", estate.name, building.name),
                    area: area.map_or_else(String::new, |area| s.area(&area)),
                    dwellings: ids.len(),
                    fresh: 0,
                    to_ask: 0,
                },
            ));
        }
    }
    let all: Vec<uuid::Uuid> = lines.iter().flat_map(|(ids, _)| ids.clone()).collect();
    let policy = policy(app);
    let asked = (community, all.as_slice());
    let now = s.ctx().now();
    let files = Directory::dwelling_files(db.read(), &vault, scope, &policy, now, asked).await?;
    let mut files = files.into_iter();
    for (ids, line) in &mut lines {
        for file in files.by_ref().take(ids.len()) {
            match file.freshness {
                Freshness::Fresh | Freshness::Empty => line.fresh += 1,
                Freshness::Unknown | Freshness::Stale | Freshness::Missing => line.to_ask += 1,
            }
        }
    }
    Ok(lines.into_iter().map(|(_, line)| line).collect())
}

/// A dwelling of the stack.
struct Cell {
    id: uuid::Uuid,
    room: String,
    usage: String,
    file: DwellingFile,
    /// 严**，男，约 85 岁: the first of them.
    who: String,
    /// How many live there.
    count: usize,
    /// What is to be asked, in place of the bare word for it.
    ask: String,
}

struct Floor {
    floor: Option<i32>,
    cells: Vec<Cell>,
}

struct Entrance {
    name: String,
    floors: Vec<Floor>,
}

#[derive(Template)]
#[template(path = "people/round/building.html")]
struct BuildingPage {
    s: Shell,
    building: BuildingDetail,
    entrances: Vec<Entrance>,
    to_ask: usize,
    /// How many live there.
    living: usize,
    may_write: bool,
    today: String,
    moving: MoveForm,
    e: Errors,
    emptied: Vec<Emptied>,
    saved: Saved,
}

/// What was just done.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::pages) struct Saved {
    /// `emptied`, `refilled`.
    saved: String,
    count: usize,
    /// Of those taken back, who stays away.
    left: usize,
}

/// `GET /people/buildings/{id}`.
pub(in crate::pages) async fn stack(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiQuery(saved): ApiQuery<Saved>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    let errors = Errors::none();
    page(&stack_page(s, id, errors, MoveForm::default(), saved).await?)
}

/// `POST /people/buildings/{id}/empty`: everybody moves away.
pub(in crate::pages) async fn empty(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiForm(form): ApiForm<MoveForm>,
) -> WebResult<Response> {
    let scope = ctx.scope(&PEOPLE_READ)?;
    let building = building_detail(app.db(), &scope, id).await?;
    let emptied = match form.day() {
        Ok(on) => {
            let command = EmptyBuilding {
                vault: app.need::<Vault>()?,
                building: id,
                dwellings: dwellings(&building),
                on,
                whereto: Some(form.whereto.clone()),
            };
            app.db().execute(&ctx, command).await
        }
        Err(problem) => Err(problem),
    };
    match emptied {
        Ok(count) => {
            let back = format!("/people/buildings/{id}?saved=emptied&count={count}");
            Ok(to(&back))
        }
        Err(problem) => {
            let problem = shown(problem)?;
            let s = shell(&app, &ctx, prefs);
            let e = Errors::of(&s, &problem);
            let body = stack_page(s, id, e, form, Saved::default()).await?;
            Ok(with_status(&problem, page(&body)?))
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::pages) struct RefillForm {
    noted_at: i64,
}

/// `POST /people/buildings/{id}/refill`: they did not.
pub(in crate::pages) async fn refill(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(id): PathId,
    ApiForm(form): ApiForm<RefillForm>,
) -> WebResult<Response> {
    let command = RefillBuilding {
        vault: app.need::<Vault>()?,
        building: id,
        noted_at: Micros(form.noted_at),
    };
    let done = app.db().execute(&ctx, command).await?;
    Ok(to(&format!(
        "/people/buildings/{id}?saved=refilled&count={}&left={}",
        done.back, done.left
    )))
}

fn dwellings(building: &BuildingDetail) -> Vec<uuid::Uuid> {
    let cells = building.entrances.iter().flat_map(|one| &one.floors);
    cells
        .flat_map(|floor| floor.dwellings.iter().map(|cell| cell.id))
        .collect()
}

async fn stack_page(
    s: Shell,
    id: uuid::Uuid,
    e: Errors,
    moving: MoveForm,
    saved: Saved,
) -> WebResult<BuildingPage> {
    let (app, ctx) = (s.app(), s.ctx());
    let scope = ctx.scope(&PEOPLE_READ)?;
    let building = building_detail(app.db(), &scope, id).await?;
    let vault = app.need::<Vault>()?;
    let ids = dwellings(&building);
    let asked = (building.community, ids.as_slice());
    let policy = policy(app);
    let files =
        Directory::dwelling_files(app.db().read(), &vault, &scope, &policy, ctx.now(), asked)
            .await?;
    let settled =
        |file: &DwellingFile| matches!(file.freshness, Freshness::Fresh | Freshness::Empty);
    let to_ask = files.iter().filter(|file| !settled(file)).count();
    let living = files.iter().map(|file| file.residents.len()).sum();
    let mut files = files.into_iter();
    let mut entrances = Vec::new();
    for entrance in &building.entrances {
        let mut floors = Vec::new();
        for floor in &entrance.floors {
            let own = files.by_ref().take(floor.dwellings.len());
            let cells = floor.dwellings.iter().zip(own).map(|(cell, file)| Cell {
                id: cell.id,
                room: cell.room.clone(),
                usage: s.tt("dwelling-use", &cell.usage),
                who: who(&s, &file),
                count: file.residents.len(),
                ask: ask(&s, &file),
                file,
            });
            floors.push(Floor {
                floor: floor.floor,
                cells: cells.collect(),
            });
        }
        entrances.push(Entrance {
            name: entrance.name.clone(),
            floors,
        });
    }
    let place = vault.building(id);
    let may_write = place.is_some_and(|place| ctx.authorize(&PEOPLE_WRITE, place.area()).is_ok());
    let emptied = match may_write {
        true => emptied(app.db().read(), ctx, building.community, id).await?,
        false => Vec::new(),
    };
    Ok(BuildingPage {
        to_ask,
        living,
        may_write,
        today: ctx.now().local().date().to_string(),
        moving,
        e,
        emptied,
        saved,
        entrances,
        building,
        s,
    })
}

/// 周** 女，84 岁: who opens the door, told apart from others of that masked name.
fn who(s: &Shell, file: &DwellingFile) -> String {
    let Some(first) = file.residents.first() else {
        return String::new();
    };
    let more = super::sex_and_age(s, first);
    let name = std::iter::once(first.card.name_masked.clone());
    name.chain(more).collect::<Vec<_>>().join(" ")
}

/// 缺电话、性别; 还有 2 个问题. Each thing once, whoever of them lacks it.
fn ask(s: &Shell, file: &DwellingFile) -> String {
    let missing: BTreeSet<Fact> = file
        .residents
        .iter()
        .flat_map(|one| one.missing.iter().copied())
        .collect();
    let words: Vec<String> = missing
        .iter()
        .map(|fact| s.tt("fact", fact.as_str()))
        .collect();
    if !words.is_empty() {
        return s.t1("round-lacks", "what", words.join("、"));
    }
    let questions: usize = file.residents.iter().map(|one| one.asked.len()).sum();
    match questions {
        0 => s.tt("fresh", file.freshness.as_str()),
        count => s.t1("round-questions", "count", count),
    }
}

/// The mark a dwelling's state is drawn with.
pub(in crate::pages) fn mark(freshness: Freshness) -> &'static str {
    match freshness {
        Freshness::Fresh => "ok",
        Freshness::Empty => "done",
        Freshness::Missing => "soon",
        Freshness::Stale => "late",
        Freshness::Unknown => "wait",
    }
}

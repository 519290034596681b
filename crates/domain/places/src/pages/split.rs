//! `/admin/areas/split`: a grid is split by ticking which neighbourhoods and buildings go. First a look at what would
//! move, then the deed; nothing is drawn and no file is needed.

use std::collections::HashSet;
use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use uuid::Uuid;
use youlin_kernel::{AreaId, AreaLevel, CommunityId, Ctx, Problem, ProblemKind, Result};
use youlin_web::{
    ApiForm, ApiQuery, App, Caller, NavPlace, Prefs, Shell, WebResult, page, status_of,
};

use crate::Locator;
use crate::commands::SplitGrid;
use crate::duties::{AreaDuties, Charge};
use crate::permissions::PLACES_ADMIN;
use crate::queries::split::{GridHouses, House, of_grid};
use crate::queries::{self, AreaDetail};

/// The form as typed; without a name it was just opened.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct SplitForm {
    area: AreaId,
    #[serde(default)]
    version: i32,
    #[serde(default)]
    name: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    neighbourhoods: Vec<AreaId>,
    #[serde(default)]
    buildings: Vec<Uuid>,
    /// Empty for nobody yet.
    #[serde(default)]
    taker: String,
}

/// What would move.
struct Preview {
    /// How many dwellings and buildings, and the new grid's name.
    moves: Vec<(&'static str, String)>,
    /// Look after what moves, and will after it moved.
    follow: Vec<Charge>,
    /// Takes the new grid over.
    taker: Option<Charge>,
    /// Dwellings that leave their neighbourhood, and with it whoever looked after them there.
    leave: u64,
}

/// A neighbourhood with its buildings; the last has none and holds what stands in the grid itself.
struct Group {
    area: Option<AreaId>,
    dwellings: u64,
    houses: Vec<House>,
}

#[derive(Template)]
#[template(path = "places_split.html")]
struct SplitPage {
    s: Shell,
    area: AreaDetail,
    groups: Vec<Group>,
    form: SplitForm,
    takers: Vec<Charge>,
    preview: Option<Preview>,
    faults: Vec<(String, String)>,
    sentence: String,
}

impl SplitPage {
    fn fault(&self, field: &str) -> &str {
        let found = self.faults.iter().find(|(name, _)| name == field);
        found.map_or("", |(_, sentence)| sentence)
    }

    fn goes(&self, group: &Group) -> bool {
        group
            .area
            .is_some_and(|id| self.form.neighbourhoods.contains(&id))
    }
}

/// What a page needs to know of the grid.
struct Grid {
    detail: AreaDetail,
    community: CommunityId,
    houses: GridHouses,
}

async fn grid(app: &App, ctx: &Ctx, area: AreaId) -> Result<Grid> {
    ctx.authorize(&PLACES_ADMIN, area)?;
    let detail = queries::area_detail(app.db(), area).await?;
    let parent = detail.parent.filter(|_| detail.level == AreaLevel::Grid);
    let open = detail.closed_at.is_none();
    let Some(parent) = parent.filter(|_| open) else {
        return Err(Problem::not_found());
    };
    let community = CommunityId(parent.0);
    let houses = of_grid(app.db(), ctx, community, area).await?;
    Ok(Grid {
        detail,
        community,
        houses,
    })
}

pub(crate) fn duties(app: &App) -> AreaDuties {
    let held: Option<Arc<AreaDuties>> = app.service::<AreaDuties>();
    held.map_or_else(AreaDuties::default, |held| AreaDuties::clone(&held))
}

fn command(app: &App, form: &SplitForm) -> SplitGrid {
    SplitGrid {
        grid: form.area,
        version: form.version,
        name: form.name.clone(),
        code: form.code.clone(),
        neighbourhoods: form.neighbourhoods.clone(),
        buildings: form.buildings.clone(),
        taker: form.taker.parse().ok(),
        duties: duties(app),
    }
}

pub(crate) async fn show(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(form): ApiQuery<SplitForm>,
) -> WebResult<Response> {
    render(&app, &ctx, prefs, form, None).await
}

pub(crate) async fn split(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiForm(form): ApiForm<SplitForm>,
) -> WebResult<Response> {
    match app.db().execute(&ctx, command(&app, &form)).await {
        Ok(new) => {
            let locator = app.need::<Locator>()?;
            locator.freshen(app.db()).await?;
            Ok(Redirect::to(&format!("/admin/areas?area={new}&done=split")).into_response())
        }
        Err(problem) if matches!(problem.kind(), ProblemKind::Invalid | ProblemKind::Conflict) => {
            render(&app, &ctx, prefs, form, Some(problem)).await
        }
        Err(problem) => Err(problem.into()),
    }
}

async fn render(
    app: &App,
    ctx: &Ctx,
    prefs: Prefs,
    mut form: SplitForm,
    mut problem: Option<Problem>,
) -> WebResult<Response> {
    let ctx = ctx.with_areas(app.areas());
    let grid = grid(app, &ctx, form.area).await?;
    let duties = duties(app);
    let tree = app.areas();
    let community = tree.subtree(grid.community.into());
    let charges = duties.charges(app.db().read(), &community).await?;
    let mut takers = charges.clone();
    takers.retain(|one| Charge::may_take_grid(one.role));
    let moving = command(app, &form);
    let mut preview = None;
    if problem.is_none() && !form.name.trim().is_empty() {
        match moving.check(&ctx, grid.community, &grid.houses) {
            Ok(going) => preview = Some(previewed(&form, &going, &grid, (&charges, &takers))),
            Err(refused) => problem = Some(refused),
        }
    }
    takers.sort_by(|a, b| (&a.name, a.account).cmp(&(&b.name, b.account)));
    takers.dedup_by_key(|one| one.account);
    if form.version == 0 {
        form.version = grid.detail.version;
    }
    let (i18n, locale) = (app.i18n(), ctx.locale());
    let status = problem.as_ref().map_or(http::StatusCode::OK, status_of);
    let body = SplitPage {
        sentence: problem
            .as_ref()
            .map_or(String::new(), |one| i18n.problem(locale, one)),
        faults: problem
            .iter()
            .flat_map(|one| one.fields())
            .map(|fault| (fault.field.clone(), i18n.field(locale, fault)))
            .collect(),
        groups: groups(grid.houses),
        area: grid.detail,
        takers,
        preview,
        form,
        s: Shell::new(app, &ctx, prefs, NavPlace::Settings, "/admin/areas"),
    };
    Ok((status, page(&body)?).into_response())
}

fn previewed(
    form: &SplitForm,
    going: &HashSet<Uuid>,
    grid: &Grid,
    (charges, takers): (&[Charge], &[Charge]),
) -> Preview {
    let houses = || grid.houses.all.iter().filter(|one| going.contains(&one.id));
    let dwellings: u64 = houses().map(|one| one.dwellings).sum();
    Preview {
        moves: vec![
            ("dwellings", dwellings.to_string()),
            ("buildings", going.len().to_string()),
            ("name", form.name.trim().to_owned()),
        ],
        follow: charges
            .iter()
            .filter(|one| form.neighbourhoods.contains(&one.area))
            .cloned()
            .collect(),
        taker: takers
            .iter()
            .find(|one| one.account.to_string() == form.taker)
            .cloned(),
        leave: houses()
            .filter(|one| one.area != form.area && !form.neighbourhoods.contains(&one.area))
            .map(|one| one.dwellings)
            .sum(),
    }
}

fn groups(houses: GridHouses) -> Vec<Group> {
    let group = |area: Option<AreaId>, houses: Vec<House>| Group {
        area,
        dwellings: houses.iter().map(|one| one.dwellings).sum(),
        houses,
    };
    let mut rest = houses.all;
    let mut all = Vec::new();
    for area in houses.neighbourhoods {
        let (inside, others) = rest.into_iter().partition(|one| one.area == area);
        rest = others;
        all.push(group(Some(area), inside));
    }
    if !rest.is_empty() {
        all.push(group(None, rest));
    }
    all
}

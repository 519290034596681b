//! 清: finding people, and lists of them by area, label and age. What the list is cut down by goes with it into the export.

use std::collections::HashSet;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use sea_orm::ConnectionTrait;
use serde::Deserialize;
use uuid::Uuid;
use youlin_datasets::Datasets;
use youlin_kernel::{AreaId, Ctx, Result, Scope};
use youlin_web::{ApiQuery, App, Caller, Choice, Paged, Pages, Prefs, Shell, WebResult, page};

use super::counted::{Chip, Counted};
use super::form::{Errors, area_of, areas_with, shown};
use super::person::shell;
use crate::permissions::{ORGANISATIONS_READ, PEOPLE_EXPORT, PEOPLE_READ, PEOPLE_WRITE};
use crate::{Directory, ListFilter, PersonCard, Vault};

/// Cards on the search page.
const SHOWN: usize = 50;
/// Buildings above them.
const BUILDINGS: usize = 5;

/// Where a list is of.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct In {
    area: String,
}

#[derive(Template)]
#[template(path = "people/people.html")]
struct PeoplePage {
    s: Shell,
    e: Errors,
    filter: ListFilter,
    /// The area chosen, and those there are to choose from.
    area: String,
    areas: Vec<Choice>,
    /// Where lists by label and age begin.
    lists: Option<String>,
    /// Of the dwelling asked about.
    community: Option<AreaId>,
    chips: Vec<Chip>,
    /// The dwelling asked about, and its address.
    dwelling: Option<(Uuid, String)>,
    /// Buildings the text names: whoever looks for a building's people goes from door to door.
    buildings: Vec<(Uuid, String)>,
    list: List,
    may_write: bool,
    may_organisations: bool,
    may_export: bool,
}

/// The cards of one page of a list.
#[derive(Default)]
struct List {
    cards: Vec<PersonCard>,
    /// How many there are; of a search only how many are shown.
    count: usize,
    at: Pages,
    /// There may be more than are shown.
    more: bool,
}

impl List {
    fn found(mut cards: Vec<PersonCard>) -> Self {
        let more = cards.len() > SHOWN;
        cards.truncate(SHOWN);
        Self {
            count: cards.len(),
            at: Pages { page: 1, pages: 1 },
            more,
            cards,
        }
    }
}

impl PeoplePage {
    /// Nothing was asked for yet.
    fn idle(&self) -> bool {
        self.filter.is_empty() && self.area.is_empty()
    }

    fn address(&self) -> String {
        self.filter.address(self.community.or(area_of(&self.area)))
    }

    fn to(&self, page: &usize) -> String {
        format!("/people?{}&page={page}", self.address())
    }

    /// What the list is cut down by beside its words, which stand in the box above.
    fn conditions(&self) -> bool {
        !self.area.is_empty() || !self.filter.label.is_empty() || self.filter.age.is_some()
    }

    /// The words alone.
    fn bare(&self) -> String {
        let words = ListFilter {
            q: self.filter.q.clone(),
            ..ListFilter::default()
        };
        format!("/people?{}", words.address(None))
    }
}

/// `GET /people?q=`.
pub(super) async fn search(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(filter): ApiQuery<ListFilter>,
    ApiQuery(within): ApiQuery<In>,
    ApiQuery(paged): ApiQuery<Paged>,
) -> WebResult<Response> {
    let whole = ctx.scope(&PEOPLE_READ)?;
    let vault = app.need::<Vault>()?;
    let s = shell(&app, &ctx, prefs);
    let filter = filter.trimmed();
    let cut = !filter.label.is_empty() || filter.age.is_some();
    let first = first_area(&ctx, &whole);
    let area = match area_of(&within.area) {
        Some(area) if whole.reaches(ctx.areas(), area) => Some(area),
        _ => first.filter(|_| cut),
    };
    let area = area.filter(|_| filter.dwelling.is_none());
    let scope = match area {
        Some(area) => whole.narrowed(ctx.areas(), area),
        None => whole,
    };
    // Who only looks for a name waits for no figures.
    let counted = match (app.service::<Datasets>(), area) {
        (Some(datasets), Some(area)) => Some(Counted::of(&ctx, &datasets, area).await?),
        _ => None,
    };
    let asked = Asked {
        ctx: &ctx,
        vault: &vault,
        scope: &scope,
        counted: counted.as_ref(),
        filter: &filter,
    };
    let (list, e) = match asked.list(app.db().read(), paged).await {
        Ok(list) => (list, Errors::none()),
        Err(problem) => {
            let problem = shown(problem)?;
            (List::default(), Errors::of(&s, &problem))
        }
    };
    let chips = match &counted {
        Some(counted) if e.fields.is_empty() => counted.chips(&s, &vault, &filter).await?,
        _ => Vec::new(),
    };
    let buildings = match filter.dwelling {
        Some(_) => Vec::new(),
        None => vault.buildings_at(&filter.q, &scope, BUILDINGS),
    };
    let buildings = buildings.into_iter();
    let place = filter.dwelling.and_then(|id| vault.place(id));
    page(&PeoplePage {
        buildings: buildings
            .filter_map(|place| Some((place.building?, place.address)))
            .collect(),
        may_write: ctx.may(&PEOPLE_WRITE),
        may_organisations: ctx.may(&ORGANISATIONS_READ),
        may_export: ctx.may(&PEOPLE_EXPORT),
        dwelling: filter
            .dwelling
            .zip(place.as_ref().map(|place| place.address.clone())),
        areas: match area {
            Some(_) => areas_with(&s, &PEOPLE_READ),
            None => Vec::new(),
        },
        lists: first.map(|area| ListFilter::default().address(Some(area))),
        community: place.as_ref().map(|place| place.community.into()),
        area: area.map_or_else(String::new, |area| area.to_string()),
        chips,
        filter,
        s,
        e,
        list,
    })
}

/// Where the lists of somebody begin: the first community they see, or the widest area of it.
fn first_area(ctx: &Ctx, scope: &Scope) -> Option<AreaId> {
    let part = scope.parts().first()?;
    let Some(areas) = &part.areas else {
        return Some(part.community.into());
    };
    let level = |area: &&AreaId| ctx.areas().get(**area).map(|node| (node.level, node.id));
    areas.iter().min_by_key(level).copied()
}

/// A list that is asked for.
struct Asked<'a> {
    ctx: &'a Ctx,
    vault: &'a Vault,
    scope: &'a Scope,
    counted: Option<&'a Counted>,
    filter: &'a ListFilter,
}

impl Asked<'_> {
    async fn list(&self, db: &impl ConnectionTrait, paged: Paged) -> Result<List> {
        let (vault, scope, filter) = (self.vault, self.scope, self.filter);
        if let Some(dwelling) = filter.dwelling {
            let cards = Directory::residents(db, vault, scope, dwelling).await?;
            return Ok(List::found(cards));
        }
        let Some(counted) = self.counted else {
            let cards = Directory::search_among(db, vault, scope, &filter.q, None, SHOWN + 1);
            return Ok(List::found(cards.await?));
        };
        let keys = counted.records(self.ctx, vault, filter).await?;
        if filter.q.is_empty() {
            let count = keys.len();
            let (keys, at) = paged.cut(keys, SHOWN);
            return Ok(List {
                cards: Directory::cards_at(db, vault, scope, &keys).await?,
                count,
                at,
                more: false,
            });
        }
        let among: HashSet<Uuid> = keys.into_iter().map(|(_, id)| id).collect();
        let cards =
            Directory::search_among(db, vault, scope, &filter.q, Some(&among), SHOWN + 1).await?;
        Ok(List::found(cards))
    }
}

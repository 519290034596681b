//! Lists of cases: filtered, sorted, paged by key. Each community's share is read from its own index and limited before
//! the shares are put together, so that a list costs the same with a thousand cases or a million.

use sea_orm::sea_query::{
    Condition, Expr, ExprTrait, Order, Query, SelectStatement, SimpleExpr, UnionType,
};
use sea_orm::{ConnectionTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use youlin_database::Database;
use youlin_database::sql::{col, name};
use youlin_database::text::{self, TextTerm};
use youlin_kernel::{AreaId, Ctx, Page, Problem, Result, Scope, ScopePart};
use youlin_people::Party;
use youlin_people::merge::same_person_of;

use super::called::{MOST, categories_called};
use super::number::of_community;
use super::views::{self, CaseRow};
use crate::entities::case_record;
use crate::model::{Source, Status, Urgency};
use crate::service::Cases;
use crate::tracking;

/// Order of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// Newest report first.
    #[default]
    Recent,
    /// What is due first.
    Due,
}

/// What a list shows. Everything is optional; in pages it stands in the URL.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct CaseFilter {
    /// Area of any level.
    pub area: Option<i64>,
    #[param(explode = true)]
    pub status: Vec<Status>,
    /// `true`: not ended. `false`: ended.
    pub open: Option<bool>,
    pub overdue: Option<bool>,
    #[param(explode = true)]
    pub category: Vec<String>,
    #[param(explode = true)]
    pub urgency: Vec<Urgency>,
    #[param(explode = true)]
    pub source: Vec<Source>,
    /// Only cases whose lead is the caller.
    pub mine: Option<bool>,
    /// Number, also with the name of its community; tracking code, or words of the report, of the address or of what the
    /// category is called.
    pub q: Option<String>,
    /// Reported by this person.
    pub person: Option<Uuid>,
    pub building: Option<Uuid>,
    /// About this dwelling.
    pub dwelling: Option<Uuid>,
    pub sort: Sort,
    /// The `next` of the page before.
    pub cursor: Option<String>,
    /// 1 to 200; 50 unless said.
    pub limit: Option<u64>,
}

/// More communities than this and they are asked in one query instead of one each.
const SPLIT_UP_TO: usize = 64;

/// One page of the cases within the scope.
///
/// # Errors
/// 400 for a cursor that is none; 404 for an area outside the scope; 503 when the database does not answer.
pub async fn list(
    db: &Database,
    cases: &Cases,
    ctx: &Ctx,
    scope: &Scope,
    filter: &CaseFilter,
) -> Result<Page<CaseRow>> {
    let scope = scope.asked(ctx.areas(), filter.area.map(AreaId))?;
    let typed = filter.q.as_deref().unwrap_or_default();
    let (scope, q) = match of_community(ctx, &scope, typed) {
        Some((there, number)) => (there, Some(number)),
        None => (scope, filter.q.clone()),
    };
    if scope.is_empty() {
        return Ok(Page {
            items: Vec::new(),
            next: None,
        });
    }
    let size = filter.limit.unwrap_or(50).clamp(1, 200);
    let after = filter.cursor.as_deref().map(parse_cursor).transpose()?;
    let reporters = match filter.person {
        Some(person) => Some(same_person_of(db.read(), &scope.communities(), person).await?),
        None => None,
    };
    let ask = Ask {
        db,
        ctx,
        filter,
        reporters,
        words: Words::read(cases, q.as_deref()),
        called: categories_called(cases, &scope, q.as_deref().unwrap_or_default()),
        after,
        limit: size + 1,
    };
    let keys = keys(&ask, &scope).await?;
    let more = keys.len() as u64 > size;
    let shown = &keys[..keys.len().min(usize::try_from(size).unwrap_or(200))];
    let rows = fetch(db, shown).await?;
    let items = rows
        .iter()
        .map(|case| views::row(case, cases, ctx.locale(), ctx.now()))
        .collect();
    let next = shown
        .last()
        .filter(|_| more)
        .map(|(_, id, key)| format!("{key}_{}", id.simple()));
    Ok(Page { items, next })
}

type Key = (i64, Uuid, i64);

fn parse_cursor(text: &str) -> Result<(i64, Uuid)> {
    let parsed = text
        .split_once('_')
        .and_then(|(key, id)| Some((key.parse().ok()?, Uuid::parse_str(id).ok()?)));
    parsed.ok_or_else(|| Problem::new(youlin_kernel::ProblemKind::Malformed, "cursor"))
}

/// What is asked of each share.
struct Ask<'a> {
    db: &'a Database,
    ctx: &'a Ctx,
    filter: &'a CaseFilter,
    /// Every id of the person whose cases are asked for.
    reporters: Option<Vec<Uuid>>,
    words: Option<Words>,
    /// Categories the words name: their cases are found too.
    called: Vec<String>,
    after: Option<(i64, Uuid)>,
    limit: u64,
}

/// What was typed into the search box.
enum Words {
    Code(String),
    Terms(Vec<TextTerm>),
}

impl Words {
    fn read(cases: &Cases, q: Option<&str>) -> Option<Self> {
        let q = q.map(str::trim).filter(|q| !q.is_empty())?;
        Some(match tracking::normalise(q) {
            Some(code) => Self::Code(code),
            None => Self::Terms(crate::text::terms(cases.segmenter(), q)),
        })
    }
}

async fn keys(ask: &Ask<'_>, scope: &Scope) -> Result<Vec<Key>> {
    let Ask {
        db, filter, limit, ..
    } = *ask;
    let parts = scope.parts();
    // Each category by itself too: so its share is read in the order of its index.
    let (parts_of_one, codes_of_one) = match parts.len() <= SPLIT_UP_TO {
        true => (1, 1),
        false => (parts.len(), MOST),
    };
    let mut shares: Vec<SelectStatement> = Vec::new();
    for some in parts.chunks(parts_of_one) {
        shares.push(share(ask, some, &[]));
        let of_codes = ask.called.chunks(codes_of_one);
        shares.extend(of_codes.map(|codes| share(ask, some, codes)));
    }
    let rows = if shares.len() == 1 {
        db.read().query_all(&shares.remove(0)).await?
    } else {
        // SQLite takes a LIMIT in a part of a UNION only inside a subselect.
        let mut wrapped = shares.into_iter().map(|one| {
            let mut outer = Query::select();
            outer
                .columns(["community_id", "id", "sort_key"].map(name))
                .from_subquery(one, name("share"));
            outer
        });
        let Some(mut all) = wrapped.next() else {
            return Ok(Vec::new());
        };
        // What is found by its words and by its category is one case.
        let kind = match ask.called.is_empty() {
            true => UnionType::All,
            false => UnionType::Distinct,
        };
        for one in wrapped {
            all.union(kind, one);
        }
        order(&mut all, filter.sort, Expr::col(name("sort_key")));
        all.limit(limit);
        db.read().query_all(&all).await?
    };
    let mut keys = Vec::with_capacity(rows.len());
    for row in rows {
        keys.push((
            row.try_get("", "community_id")?,
            row.try_get("", "id")?,
            row.try_get("", "sort_key")?,
        ));
    }
    Ok(keys)
}

fn order(query: &mut SelectStatement, sort: Sort, key: SimpleExpr) {
    match sort {
        Sort::Due => query
            .order_by_expr(key, Order::Asc)
            .order_by(name("id"), Order::Asc),
        Sort::Recent => query.order_by(name("id"), Order::Desc),
    };
}

/// The cases of these parts: by the words that were typed, or by the categories they name.
fn share(ask: &Ask<'_>, parts: &[ScopePart], codes: &[String]) -> SelectStatement {
    let Ask { ctx, filter, .. } = *ask;
    let sort_key = match filter.sort {
        Sort::Due => "due_at",
        Sort::Recent => "reported_at",
    };
    let mut query = Query::select();
    query
        .columns([name("community_id"), name("id")])
        .expr_as(col(sort_key), name("sort_key"))
        .from(name("case_record"));
    match parts {
        [one] => query.and_where(col("community_id").eq(one.community.0)),
        many => {
            query.and_where(col("community_id").is_in(many.iter().map(|part| part.community.0)))
        }
    };
    for part in parts {
        if let Some(areas) = &part.areas {
            let areas: Vec<i64> = areas.iter().map(|area| area.0).collect();
            let inside = col("neighbourhood_id")
                .is_in(areas.clone())
                .or(col("grid_id").is_in(areas));
            query.and_where(if parts.len() == 1 {
                inside
            } else {
                col("community_id").ne(part.community.0).or(inside)
            });
        }
    }
    query.cond_where(condition(ctx, filter));
    if let Some(reporters) = &ask.reporters {
        query.and_where(col("reporter_person").is_in(reporters.iter().copied()));
    }
    match (codes, &ask.words) {
        ([code], _) => {
            query.and_where(col("category").eq(code.as_str()));
        }
        ([_, ..], _) => {
            query.and_where(col("category").is_in(codes.iter().cloned()));
        }
        ([], Some(Words::Code(code))) => {
            query.and_where(col("tracking_code").eq(code.as_str()));
        }
        ([], Some(Words::Terms(terms))) => {
            let communities: Vec<i64> = parts.iter().map(|part| part.community.0).collect();
            let holds = text::holds(ask.db.read(), crate::text::KIND, &communities, terms);
            query.and_where(holds);
        }
        ([], None) => {}
    }
    if let Some((key, id)) = ask.after {
        match filter.sort {
            // Ids are in the order of their making, so the newest-first list needs no other key.
            Sort::Recent => query.and_where(col("id").lt(id)),
            Sort::Due => query.and_where(
                col(sort_key)
                    .gt(key)
                    .or(col(sort_key).eq(key).and(col("id").gt(id))),
            ),
        };
    }
    order(&mut query, filter.sort, col(sort_key));
    query.limit(ask.limit);
    query
}

fn condition(ctx: &Ctx, filter: &CaseFilter) -> Condition {
    let words = |words: Vec<&str>| words.into_iter().map(str::to_owned).collect::<Vec<_>>();
    let mut all = Condition::all();
    if !filter.status.is_empty() {
        all = all.add(col("status").is_in(words(
            filter.status.iter().map(|one| one.as_str()).collect(),
        )));
    }
    all = match filter.open {
        Some(true) => all.add(col("ended_at").is_null()),
        Some(false) => all.add(col("ended_at").is_not_null()),
        None => all,
    };
    if let Some(overdue) = filter.overdue {
        all = all.add(col("overdue").eq(overdue));
    }
    let categories: Vec<&String> = filter
        .category
        .iter()
        .filter(|code| !code.is_empty())
        .collect();
    if !categories.is_empty() {
        all = all.add(col("category").is_in(categories.into_iter().cloned()));
    }
    if !filter.urgency.is_empty() {
        all = all.add(col("urgency").is_in(words(
            filter.urgency.iter().map(|one| one.as_str()).collect(),
        )));
    }
    if !filter.source.is_empty() {
        all = all.add(col("source").is_in(words(
            filter.source.iter().map(|one| one.as_str()).collect(),
        )));
    }
    if filter.mine == Some(true) {
        let mine: Vec<Uuid> = youlin_people::Directory::parties_of(ctx)
            .iter()
            .map(|party: &Party| party.id)
            .collect();
        all = all.add(col("lead_id").is_in(mine));
    }
    if let Some(building) = filter.building {
        all = all.add(col("building_id").eq(building));
    }
    if let Some(dwelling) = filter.dwelling {
        all = all.add(col("dwelling_id").eq(dwelling));
    }
    all
}

async fn fetch(db: &Database, keys: &[Key]) -> Result<Vec<case_record::Model>> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let mut communities: Vec<i64> = keys.iter().map(|key| key.0).collect();
    communities.sort_unstable();
    communities.dedup();
    let rows = case_record::Entity::find()
        .filter(col("community_id").is_in(communities))
        .filter(col("id").is_in(keys.iter().map(|key| key.1)))
        .all(db.read())
        .await?;
    let mut by_id: std::collections::HashMap<Uuid, case_record::Model> =
        rows.into_iter().map(|row| (row.id, row)).collect();
    Ok(keys.iter().filter_map(|key| by_id.remove(&key.1)).collect())
}

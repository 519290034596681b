//! What foreign systems read over Open311: requests and their updates, through eyes that are mostly the public's.
//!
//! Open311 is read without signing in, so these are the only reads of cases without a [`Scope`]. What stands in its place
//! are [`Open311Eyes`]: cases of sensitive categories exist only for a key that may read them or that filed them itself;
//! of every other case the row says whether the caller sees it whole, and the adapter leaves out the rest (ADR 0006).

mod facts;
mod shares;

use std::collections::HashMap;

use sea_orm::sea_query::{Alias, Expr, ExprTrait, Order};
use sea_orm::{EntityTrait, QueryFilter};
use uuid::Uuid;
use youlin_database::Database;
use youlin_database::sql::col;
use youlin_kernel::{AreaId, CommunityId, Ctx, Micros, Result, Scope};

use super::withheld::within;
use crate::entities::{case_event, case_record};
use crate::model::{Source, Status};
use crate::service::Cases;
use facts::{Facts, communities_of, fetch, row};
use shares::{gather, hidden, request_share, trim, update_share};

/// What a case filed by a foreign system carries as its external key: which system, and that system's own key.
#[must_use]
pub fn open311_mark(machine: Uuid, key: &str) -> String {
    format!("open311:{}:{key}", machine.simple())
}

/// Who reads.
#[derive(Clone, Debug)]
pub struct Open311Eyes {
    /// The communities of the jurisdiction.
    pub communities: Vec<CommunityId>,
    /// Where the key may read cases.
    pub reads: Option<Scope>,
    /// The key itself: it sees what it filed.
    pub filer: Option<Uuid>,
    /// The organisations the key acts for: it sees what they lead.
    pub parties: Vec<Uuid>,
}

/// Which requests. Ids override everything else, as the specification says.
#[derive(Clone, Debug, Default)]
pub struct Open311Filter {
    pub ids: Vec<Uuid>,
    pub services: Vec<String>,
    /// Reported at or after.
    pub from: Option<Micros>,
    /// Reported before.
    pub until: Option<Micros>,
    /// `Some(true)`: not ended.
    pub open: Option<bool>,
    pub offset: u64,
    pub limit: u64,
}

/// A case as far as Open311 may be concerned with it.
#[derive(Clone, Debug)]
pub struct Open311Row {
    pub id: Uuid,
    pub community: CommunityId,
    pub number: String,
    pub status: Status,
    pub source: Source,
    pub category: String,
    /// Whether the caller may see everything: a key that may read here, or the one that filed it.
    pub whole: bool,
    pub text: String,
    pub grid: Option<AreaId>,
    pub neighbourhood: Option<AreaId>,
    pub building: Option<Uuid>,
    pub dwelling: Option<Uuid>,
    pub address: String,
    /// Longitude and latitude in degrees, WGS-84.
    pub position: Option<(f64, f64)>,
    pub reported_at: Micros,
    pub updated_at: Micros,
    pub due_at: Micros,
    pub due_provisional: Option<i32>,
    pub light: &'static str,
    pub merged_into: Option<Uuid>,
    /// The newest text meant for the reporter, for those who see it whole.
    pub last_words: Option<String>,
    /// The first photograph of the report, for those who see it whole.
    pub photograph: Option<Uuid>,
}

/// One step of a request.
#[derive(Clone, Debug)]
pub struct Open311Update {
    pub id: Uuid,
    pub case: Uuid,
    pub at: Micros,
    pub kind: String,
    /// Text meant for the reporter; only for those who see the case whole.
    pub text: Option<String>,
}

impl Open311Eyes {
    fn whole(&self, case: &case_record::Model) -> bool {
        let reads = self.reads.as_ref();
        let reads = reads.is_some_and(|scope| within(scope, case));
        let leads = case
            .lead_id
            .is_some_and(|lead| self.parties.contains(&lead));
        reads || leads || self.filed(case)
    }

    /// Whether the key filed this case.
    fn filed(&self, case: &case_record::Model) -> bool {
        let mark = self.filer.map(|machine| open311_mark(machine, ""));
        mark.zip(case.external_key.as_ref())
            .is_some_and(|(mark, key)| key.starts_with(&mark))
    }
}

/// Requests, newest first, and whether there are more.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn open311_requests(
    db: &Database,
    cases: &Cases,
    ctx: &Ctx,
    eyes: &Open311Eyes,
    filter: &Open311Filter,
) -> Result<(Vec<Open311Row>, bool)> {
    let hidden = hidden(cases);
    let share = |communities: &[CommunityId]| request_share(eyes, filter, &hidden, communities);
    let keys = gather(db, &eyes.communities, filter, Order::Desc, share).await?;
    let mut ids = Vec::with_capacity(keys.len());
    for key in &keys {
        ids.push((
            key.try_get::<i64>("", "community_id")?,
            key.try_get::<Uuid>("", "id")?,
        ));
    }
    let more = trim(&mut ids, filter);
    let rows = fetch(db, &ids).await?;
    let mut facts = Facts::load(db, &rows, eyes).await?;
    let catalogue = cases.catalogue();
    let shown = rows.iter().filter(|case| {
        // Categories no longer offered are not in the query's list; one nobody knows any more stays hidden.
        eyes.whole(case)
            || catalogue
                .any(&case.category)
                .is_some_and(|category| !category.sensitive)
    });
    Ok((
        shown
            .map(|case| row(case, cases, ctx, eyes, &mut facts))
            .collect(),
        more,
    ))
}

/// What happened to requests, oldest first, and whether there is more.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn open311_updates(
    db: &Database,
    cases: &Cases,
    eyes: &Open311Eyes,
    filter: &Open311Filter,
) -> Result<(Vec<Open311Update>, bool)> {
    let hidden = hidden(cases);
    let share = |communities: &[CommunityId]| update_share(eyes, filter, &hidden, communities);
    let mut keys = Vec::new();
    for row in gather(db, &eyes.communities, filter, Order::Asc, share).await? {
        keys.push((
            row.try_get::<i64>("", "community_id")?,
            row.try_get::<Uuid>("", "id")?,
        ));
    }
    let more = trim(&mut keys, filter);
    let events = case_event::Entity::find()
        .filter(col("community_id").is_in(communities_of(&keys)))
        .filter(col("id").is_in(keys.iter().map(|key| key.1)))
        .all(db.read())
        .await?;
    let mut about: Vec<(i64, Uuid)> = events
        .iter()
        .map(|event| (event.community_id, event.case_id))
        .collect();
    about.sort_unstable();
    about.dedup();
    let catalogue = cases.catalogue();
    let known: HashMap<Uuid, (bool, bool)> = fetch(db, &about)
        .await?
        .iter()
        .map(|case| {
            let public = catalogue
                .any(&case.category)
                .is_some_and(|category| !category.sensitive);
            (case.id, (eyes.whole(case), public))
        })
        .collect();
    let mut by_id: HashMap<Uuid, case_event::Model> =
        events.into_iter().map(|event| (event.id, event)).collect();
    let ordered = keys.iter().filter_map(|key| by_id.remove(&key.1));
    let updates = ordered.filter_map(|event| {
        let (whole, public) = known.get(&event.case_id).copied()?;
        // A note says nothing but its text, and that is for the reporter.
        let told = whole && event.public;
        if !(whole || public) || (event.kind == "noted" && !told) {
            return None;
        }
        let text = event.text.filter(|_| told);
        Some(Open311Update {
            id: event.id,
            case: event.case_id,
            at: Micros(event.at),
            kind: event.kind,
            text,
        })
    });
    Ok((updates.collect(), more))
}

/// A case that exists for these eyes.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn open311_request(
    db: &Database,
    cases: &Cases,
    ctx: &Ctx,
    eyes: &Open311Eyes,
    id: Uuid,
) -> Result<Option<Open311Row>> {
    let filter = Open311Filter {
        ids: vec![id],
        limit: 1,
        ..Open311Filter::default()
    };
    let (mut rows, _) = open311_requests(db, cases, ctx, eyes, &filter).await?;
    Ok(rows.pop())
}

/// Whether this key filed that case: then it speaks for the reporter.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn open311_filed_by(
    db: &Database,
    community: CommunityId,
    case: Uuid,
    machine: Uuid,
) -> Result<bool> {
    let found = case_record::Entity::find_by_id((community.0, case))
        .one(db.read())
        .await?;
    let mark = open311_mark(machine, "");
    Ok(found
        .and_then(|case| case.external_key)
        .is_some_and(|key| key.starts_with(&mark)))
}

/// The newest step of this actor with that text: what a foreign system's own update became.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn open311_step_of(
    db: &Database,
    community: CommunityId,
    case: Uuid,
    actor: Uuid,
    text: &str,
) -> Result<Option<Uuid>> {
    use sea_orm::QueryOrder;
    let found = case_event::Entity::find()
        .filter(col("community_id").eq(community.0))
        .filter(col("case_id").eq(case))
        .filter(col("actor_id").eq(actor))
        .filter(Expr::col(Alias::new("text")).eq(text))
        .order_by_desc(case_event::Column::Id)
        .one(db.read())
        .await?;
    Ok(found.map(|event| event.id))
}

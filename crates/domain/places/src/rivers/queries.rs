//! Reading reaches.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use youlin_database::Database;
use youlin_kernel::{CommunityId, Micros, Problem, Result, Scope};

use super::{Bank, ChiefLevel, Line, OutletKind};
use crate::entities::{outlet, reach, reach_chief};

/// A reach in a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReachLine {
    pub id: Uuid,
    pub community: CommunityId,
    pub water: String,
    pub name: String,
    /// Metres.
    pub length_m: f64,
    /// Today's chiefs, the highest level first.
    pub chiefs: Vec<(ChiefLevel, String)>,
    pub outlets: usize,
}

impl ReachLine {
    /// 新村中心河 东段.
    #[must_use]
    pub fn full_name(&self) -> String {
        full_name(&self.water, &self.name)
    }

    /// The chief nearest to the water: the lowest level there is.
    #[must_use]
    pub fn chief(&self) -> Option<&str> {
        self.chiefs.last().map(|(_, name)| name.as_str())
    }
}

fn full_name(water: &str, name: &str) -> String {
    format!("{water} {name}")
}

/// Who is or was chief.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Chief {
    pub id: Uuid,
    pub level: ChiefLevel,
    pub name: String,
    pub post: String,
    pub phone: String,
    pub since: Micros,
    pub until: Option<Micros>,
}

/// An outlet of a reach.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Outlet {
    pub id: Uuid,
    pub version: i32,
    pub name: String,
    pub kind: OutletKind,
    pub bank: Bank,
    /// Metres along the reach.
    pub chainage_m: f64,
    /// Degrees, WGS-84.
    pub lon: f64,
    pub lat: f64,
    pub permit: String,
    pub dry_flow: bool,
    pub note: String,
    pub closed: bool,
}

/// All there is to say about a reach.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Reach {
    pub id: Uuid,
    pub community: CommunityId,
    pub version: i32,
    pub water: String,
    pub name: String,
    /// The code on the sign at the bank.
    pub sign: String,
    #[serde(skip)]
    pub line: Line,
    /// Metres from the line to the water's edge.
    pub half_width_m: f64,
    /// Metres.
    pub length_m: f64,
    pub note: String,
    pub closed: bool,
    /// Today's chiefs, the highest level first; then former ones, the newest first.
    pub chiefs: Vec<Chief>,
    /// In the order of their chainage.
    pub outlets: Vec<Outlet>,
}

/// Something this far beyond the water's edge is at the river: the corridor of coverage (domain S4).
const BESIDE_M: f64 = 50.0;

impl Reach {
    /// Metres from the line within which something is at the reach: the water, a path on the bank, and a telephone that is off.
    #[must_use]
    pub fn corridor_m(&self) -> f64 {
        self.half_width_m + BESIDE_M
    }

    /// 新村中心河 东段.
    #[must_use]
    pub fn full_name(&self) -> String {
        full_name(&self.water, &self.name)
    }

    /// Those who are chief today, the highest level first.
    pub fn present(&self) -> impl Iterator<Item = &Chief> {
        self.chiefs.iter().filter(|chief| chief.until.is_none())
    }
}

/// The open reaches of the scope, by river and name.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn reaches(db: &Database, scope: &Scope) -> Result<Vec<ReachLine>> {
    let communities = scope.communities();
    let rows = reach::Entity::find()
        .filter(reach::Column::CommunityId.is_in(communities.clone()))
        .filter(reach::Column::ClosedAt.is_null())
        .order_by_asc(reach::Column::Water)
        .order_by_asc(reach::Column::Name)
        .all(db.read())
        .await?;
    let mut chiefs: HashMap<Uuid, Vec<(ChiefLevel, String)>> = HashMap::new();
    for row in reach_chief::Entity::find()
        .filter(reach_chief::Column::CommunityId.is_in(communities.clone()))
        .filter(reach_chief::Column::ValidTo.is_null())
        .all(db.read())
        .await?
    {
        if let Some(level) = ChiefLevel::parse(&row.level) {
            chiefs
                .entry(row.reach_id)
                .or_default()
                .push((level, row.name));
        }
    }
    for of_reach in chiefs.values_mut() {
        of_reach.sort();
    }
    let mut outlets: HashMap<Uuid, usize> = HashMap::new();
    for row in outlet::Entity::find()
        .filter(outlet::Column::CommunityId.is_in(communities))
        .filter(outlet::Column::ClosedAt.is_null())
        .all(db.read())
        .await?
    {
        *outlets.entry(row.reach_id).or_default() += 1;
    }
    let line = |row: reach::Model| ReachLine {
        community: CommunityId(row.community_id),
        length_m: f64::from(row.length_dm) / 10.0,
        chiefs: chiefs.remove(&row.id).unwrap_or_default(),
        outlets: outlets.get(&row.id).copied().unwrap_or(0),
        id: row.id,
        water: row.water,
        name: row.name,
    };
    Ok(rows.into_iter().map(line).collect())
}

/// One reach of the scope.
///
/// # Errors
/// 404 outside the scope.
pub async fn reach(db: &Database, scope: &Scope, id: Uuid) -> Result<Reach> {
    let row = reach::Entity::find()
        .filter(reach::Column::CommunityId.is_in(scope.communities()))
        .filter(reach::Column::Id.eq(id))
        .one(db.read())
        .await?
        .ok_or_else(Problem::not_found)?;
    whole(db, row).await
}

/// The open reach of a sign: what anybody may read who stands before it.
///
/// # Errors
/// 404 when no sign has this code.
pub async fn reach_by_sign(db: &Database, sign: &str) -> Result<Reach> {
    let row = sign_row(db, sign).await?.ok_or_else(Problem::not_found)?;
    whole(db, row).await
}

/// Whether a community has such an outlet.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn has_outlet(
    db: &impl ConnectionTrait,
    community: CommunityId,
    id: Uuid,
) -> Result<bool> {
    let row = outlet::Entity::find_by_id((community.0, id))
        .one(db)
        .await?;
    Ok(row.is_some())
}

async fn sign_row(db: &Database, sign: &str) -> Result<Option<reach::Model>> {
    // The one query without a community: the sign does not say which, and its code is known to no one but the sign.
    Ok(reach::Entity::find()
        .filter(reach::Column::Sign.eq(sign.trim().to_uppercase()))
        .filter(reach::Column::ClosedAt.is_null())
        .one(db.read())
        .await?)
}

async fn whole(db: &Database, row: reach::Model) -> Result<Reach> {
    let chiefs = reach_chief::Entity::find()
        .filter(reach_chief::Column::CommunityId.eq(row.community_id))
        .filter(reach_chief::Column::ReachId.eq(row.id))
        .all(db.read())
        .await?;
    let outlets = outlet::Entity::find()
        .filter(outlet::Column::CommunityId.eq(row.community_id))
        .filter(outlet::Column::ReachId.eq(row.id))
        .all(db.read())
        .await?;
    assembled(row, chiefs, outlets)
}

/// The open reaches of the scope with line, today's chiefs and open outlets, by river and name, at most so many. Three
/// questions, however many reaches there are: for whoever takes all of them along.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn open_reaches(db: &Database, scope: &Scope, most: u64) -> Result<Vec<Reach>> {
    let communities = scope.communities();
    let rows = reach::Entity::find()
        .filter(reach::Column::CommunityId.is_in(communities.clone()))
        .filter(reach::Column::ClosedAt.is_null())
        .order_by_asc(reach::Column::Water)
        .order_by_asc(reach::Column::Name)
        .limit(most)
        .all(db.read())
        .await?;
    let mut chiefs: HashMap<Uuid, Vec<reach_chief::Model>> = HashMap::new();
    for row in reach_chief::Entity::find()
        .filter(reach_chief::Column::CommunityId.is_in(communities.clone()))
        .filter(reach_chief::Column::ValidTo.is_null())
        .all(db.read())
        .await?
    {
        chiefs.entry(row.reach_id).or_default().push(row);
    }
    let mut outlets: HashMap<Uuid, Vec<outlet::Model>> = HashMap::new();
    for row in outlet::Entity::find()
        .filter(outlet::Column::CommunityId.is_in(communities))
        .filter(outlet::Column::ClosedAt.is_null())
        .all(db.read())
        .await?
    {
        outlets.entry(row.reach_id).or_default().push(row);
    }
    rows.into_iter()
        .map(|row| {
            let (chiefs, outlets) = (chiefs.remove(&row.id), outlets.remove(&row.id));
            assembled(row, chiefs.unwrap_or_default(), outlets.unwrap_or_default())
        })
        .collect()
}

fn assembled(
    row: reach::Model,
    chiefs: Vec<reach_chief::Model>,
    outlets: Vec<outlet::Model>,
) -> Result<Reach> {
    let mut chiefs: Vec<Chief> = chiefs.into_iter().filter_map(chief).collect();
    chiefs.sort_by_key(|one| (one.until.is_some(), one.until.map(|at| -at.0), one.level));
    let mut outlets: Vec<Outlet> = outlets.into_iter().filter_map(one_outlet).collect();
    outlets.sort_by(|a, b| {
        let place = |one: &Outlet| (one.closed, one.chainage_m);
        place(a)
            .0
            .cmp(&place(b).0)
            .then(a.chainage_m.total_cmp(&b.chainage_m))
    });
    Ok(Reach {
        id: row.id,
        community: CommunityId(row.community_id),
        version: row.version,
        water: row.water,
        name: row.name,
        sign: row.sign,
        line: Line::stored(&row.line).ok_or_else(|| Problem::internal("a reach's line"))?,
        half_width_m: f64::from(row.half_width_dm) / 10.0,
        length_m: f64::from(row.length_dm) / 10.0,
        note: row.note,
        closed: row.closed_at.is_some(),
        chiefs,
        outlets,
    })
}

fn chief(row: reach_chief::Model) -> Option<Chief> {
    Some(Chief {
        id: row.id,
        level: ChiefLevel::parse(&row.level)?,
        name: row.name,
        post: row.post,
        phone: row.phone,
        since: Micros(row.valid_from),
        until: row.valid_to.map(Micros),
    })
}

fn one_outlet(row: outlet::Model) -> Option<Outlet> {
    Some(Outlet {
        id: row.id,
        version: row.version,
        name: row.name,
        kind: OutletKind::parse(&row.kind)?,
        bank: Bank::parse(&row.bank)?,
        chainage_m: f64::from(row.chainage_dm) / 10.0,
        lon: row.lon,
        lat: row.lat,
        permit: row.permit,
        dry_flow: row.dry_flow,
        note: row.note,
        closed: row.closed_at.is_some(),
    })
}

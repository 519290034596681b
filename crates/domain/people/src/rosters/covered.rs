//! Dwellings by whether a micro-grid worker looks after them, through time: asked as of an earlier day, the figures are
//! those of that day.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;
use youlin_database::Database;
use youlin_datasets::cube::{Dim, Kind, Measure, Schema, Table, TableBuilder};
use youlin_datasets::{Dataset, NamedMeasure, RecordLine, known_since};
use youlin_kernel::{AreaId, AreaTree, CommunityId, Ctx, Locale, Permission, Result, Scope};
use youlin_places::Place;
use youlin_places::datasets::{Stay, grounds_of, place_lines};
use youlin_places::queries::doors_of;
use youlin_web::I18n;

use super::coverage::{Door, Share, Worker, workers_of};
use super::entities::roster_share;
use crate::entities::membership;
use crate::permissions::ROSTERS_READ;
use crate::{MembershipRole, Vault};

const SCHEMA: Schema = Schema {
    code: "looked_after",
    dims: &[
        Dim::new("area", Kind::Area),
        Dim::new("covered", Kind::Choice),
        Dim::new("workers", Kind::Number),
        Dim::new("building", Kind::Key),
        Dim::new("dwelling", Kind::Key),
    ],
};

/// Each dwelling is one record.
#[derive(Debug)]
pub struct LookedAfterDataset(pub Arc<Vault>);

impl Dataset for LookedAfterDataset {
    fn schema(&self) -> Schema {
        SCHEMA
    }

    fn permission(&self) -> &'static Permission {
        &ROSTERS_READ
    }

    fn measures(&self) -> Vec<NamedMeasure> {
        vec![NamedMeasure {
            code: "buildings",
            measure: Measure::Distinct("building".into()),
        }]
    }

    fn stale_by(&self, topic: &str) -> bool {
        topic.starts_with("places.")
            || topic == super::SAVED
            || topic == crate::events::MEMBERSHIP_SAVED
    }

    fn load<'a>(
        &'a self,
        db: &'a Database,
        tree: &'a AreaTree,
        community: CommunityId,
    ) -> BoxFuture<'a, Result<Table>> {
        load(db, tree, community).boxed()
    }

    fn describe<'a>(
        &'a self,
        _db: &'a Database,
        _ctx: &'a Ctx,
        scope: &'a Scope,
        _i18n: &'a I18n,
        records: &'a [(CommunityId, Uuid)],
    ) -> BoxFuture<'a, Result<HashMap<Uuid, RecordLine>>> {
        let places = records
            .iter()
            .filter_map(|(_, id)| Some((*id, self.0.place(*id)?)));
        let href = |id, _: &Place| format!("/people/dwellings/{id}");
        let lines = place_lines(places, scope, href);
        async { Ok(lines) }.boxed()
    }

    fn value_name(&self, i18n: &I18n, locale: Locale, dim: &str, value: &str) -> String {
        let known = match dim {
            "covered" => i18n.find(locale, &format!("data-{value}"), &[]),
            _ => None,
        };
        known.unwrap_or_else(|| value.to_owned())
    }
}

/// A membership and its shares with the time they held.
struct Held {
    from: i64,
    to: i64,
    area: AreaId,
    membership: Uuid,
    shares: Vec<(i64, i64, Share)>,
}

async fn held(db: &Database, community: CommunityId) -> Result<Vec<Held>> {
    let rows = membership::Entity::find()
        .filter(membership::Column::CommunityId.eq(community.0))
        .filter(membership::Column::Role.eq(MembershipRole::MicroGridWorker.as_str()))
        .all(db.read())
        .await?;
    let shares = roster_share::Entity::find()
        .filter(roster_share::Column::CommunityId.eq(community.0))
        .all(db.read())
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| Held {
            from: row.valid_from,
            to: row.valid_to.unwrap_or(i64::MAX),
            area: AreaId(row.area_id),
            shares: shares
                .iter()
                .filter(|share| share.membership_id == row.id)
                .map(|share| {
                    let what = Share {
                        building: share.building_id,
                        entrance: share.entrance.clone(),
                    };
                    let to = share.valid_to.unwrap_or(i64::MAX);
                    (share.valid_from, to, what)
                })
                .collect(),
            membership: row.id,
        })
        .collect())
}

/// Those in office at a moment, with the shares of that moment.
fn workers_at(all: &[Held], at: i64) -> Vec<Worker> {
    all.iter()
        .filter(|one| one.from <= at && at < one.to)
        .map(|one| Worker {
            membership: one.membership,
            area: one.area,
            shares: one
                .shares
                .iter()
                .filter(|(from, to, _)| *from <= at && at < *to)
                .map(|(_, _, share)| share.clone())
                .collect(),
        })
        .collect()
}

/// A stretch in which nothing changes: from, to, the area, and how many look after it.
type Piece = (i64, i64, AreaId, usize);

fn pieces(
    tree: &AreaTree,
    community: CommunityId,
    stays: &[Stay],
    moments: &[(i64, Vec<Worker>)],
    door: &Door,
) -> Vec<Piece> {
    let mut found: Vec<Piece> = Vec::new();
    for stay in stays {
        let areas: Vec<AreaId> = tree
            .upwards(stay.area)
            .map(|node| node.id)
            .take_while(|id| *id != AreaId::from(community))
            .chain([community.into()])
            .collect();
        let door = Door {
            areas,
            ..door.clone()
        };
        for (n, (from, workers)) in moments.iter().enumerate() {
            let to = moments.get(n + 1).map_or(i64::MAX, |next| next.0);
            let (from, to) = ((*from).max(stay.from), to.min(stay.to));
            if from >= to {
                continue;
            }
            let by = workers_of(&door, workers).len();
            match found.last_mut() {
                Some(last) if last.1 == from && (last.2, last.3) == (stay.area, by) => last.1 = to,
                _ => found.push((from, to, stay.area, by)),
            }
        }
    }
    found
}

async fn load(db: &Database, tree: &AreaTree, community: CommunityId) -> Result<Table> {
    let grounds = grounds_of(db, tree, community).await?;
    let held = held(db, community).await?;
    let mut cuts: BTreeSet<i64> = BTreeSet::from([i64::MIN]);
    for one in &held {
        cuts.extend([one.from, one.to]);
        cuts.extend(one.shares.iter().flat_map(|share| [share.0, share.1]));
    }
    cuts.remove(&i64::MAX);
    let moments: Vec<(i64, Vec<Worker>)> = cuts
        .into_iter()
        .map(|at| (at, workers_at(&held, at)))
        .collect();
    let entrances: HashMap<Uuid, String> = doors_of(db, community)
        .await?
        .into_iter()
        .map(|door| (door.dwelling, door.entrance))
        .collect();
    let mut table = TableBuilder::new(SCHEMA);
    // Dwellings of one entrance have the same life.
    let mut lives: HashMap<(Uuid, String), Vec<Piece>> = HashMap::new();
    for (id, dwelling) in &grounds.dwellings {
        let entrance = entrances.get(id).cloned().unwrap_or_default();
        let life = lives
            .entry((dwelling.building, entrance.clone()))
            .or_insert_with(|| {
                let door = Door {
                    dwelling: *id,
                    building: dwelling.building,
                    entrance,
                    areas: Vec::new(),
                };
                pieces(tree, community, grounds.stays(*id), &moments, &door)
            });
        let (known, closed) = (known_since(*id), dwelling.closed_at.unwrap_or(i64::MAX));
        for (from, to, area, by) in life.iter() {
            if !table.row(id.as_u128(), known.max(*from), closed.min(*to)) {
                continue;
            }
            table.area("area", Some(area.0));
            table.flag("covered", Some(*by > 0));
            table.number("workers", i64::try_from(*by).ok());
            table.key("building", Some(dwelling.building.as_u128()));
            table.key("dwelling", Some(id.as_u128()));
        }
    }
    Ok(table.finish())
}

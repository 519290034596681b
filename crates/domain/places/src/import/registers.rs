//! How each kind of file becomes a plan.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use sea_orm::{EntityTrait, QuerySelect};
use uuid::Uuid;
use youlin_database::{Command, Database};
use youlin_imports::{Batch, ImportReport, Incoming, Plan, Refused, Register, Row, read_csv};
use youlin_kernel::{AreaLevel, AreaTree, CommunityId, Ctx, Permission, Result};

use super::{AREA_COLUMNS, BUILDING_COLUMNS, DWELLING_COLUMNS, ESTATE_COLUMNS};
use crate::commands::{
    ImportAreas, ImportBoundaries, ImportBuildings, ImportDwellings, ImportEstates,
};
use crate::entities::{building, estate};
use crate::permissions::{PLACES_ADMIN, PLACES_REGISTER};
use crate::{Datum, Locator};
use youlin_database::keys::key_of;

/// Rows in one transaction: others wait at most about a tenth of a second behind it.
const CHUNK: usize = 1_000;
/// Areas in one transaction: they are imported rarely, and a country has 665,000 of them.
const AREAS_AT_ONCE: usize = 5_000;

/// A register of this module: its name, who may, what a row is called, and how a file becomes a plan.
macro_rules! register {
    ($(#[$doc:meta])* $name:ident, $kind:literal, $permission:ident, $called:expr, $plan:expr $(, { $($more:item)* })?) => {
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct $name(pub Arc<Locator>);

        impl Register for $name {
            fn kind(&self) -> &'static str {
                $kind
            }

            fn permission(&self) -> &'static Permission {
                &$permission
            }

            fn row_called(&self) -> Option<fn(&Row) -> String> {
                $called
            }

            fn plan<'a>(
                &'a self,
                db: &'a Database,
                ctx: &'a Ctx,
                file: &'a Incoming,
                dry_run: bool,
            ) -> BoxFuture<'a, Result<Plan>> {
                async move { $plan(&self.0, db, ctx, file, dry_run).await }.boxed()
            }

            fn taken<'a>(
                &'a self,
                db: &'a Database,
                community: CommunityId,
            ) -> BoxFuture<'a, Result<()>> {
                taken(&self.0, db, community).boxed()
            }

            $($($more)*)?
        }
    };
}

register!(
    /// CSV: the area tree, parents anywhere in it.
    AreasRegister,
    "areas",
    PLACES_ADMIN,
    Some(|row| row.title(&["name", "code"])),
    file_of_areas
);
register!(
    /// GeoJSON: boundaries, whole or not at all.
    BoundariesRegister,
    "boundaries",
    PLACES_ADMIN,
    None,
    plan_boundaries,
    {
        fn whole(&self) -> bool {
            true
        }

        fn settings(&self) -> &'static [&'static str] {
            &["datum-wgs84", "datum-gcj02"]
        }
    }
);
register!(
    /// CSV: estates, each under the community its row names.
    EstatesRegister,
    "estates",
    PLACES_REGISTER,
    Some(|row| row.title(&["name", "key"])),
    file_of_estates
);
register!(
    /// CSV: buildings, each in the community of its estate.
    BuildingsRegister,
    "buildings",
    PLACES_REGISTER,
    Some(|row| row.title(&["name", "key"])),
    file_of_buildings
);
register!(
    /// CSV: dwellings, each in the community of its building.
    DwellingsRegister,
    "dwellings",
    PLACES_REGISTER,
    Some(|row| row.title(&["room", "key"])),
    file_of_dwellings
);

pub(super) async fn taken(locator: &Locator, db: &Database, community: CommunityId) -> Result<()> {
    if community == CommunityId::SYSTEM {
        locator.reload_areas(db).await
    } else {
        locator.reload_community(db, community).await
    }
}

/// One transaction for all of it, unless it ran already.
fn at_once<C>(file: &Incoming, lines: Vec<u32>, command: C) -> Plan
where
    C: Command<Output = ImportReport>,
{
    let mut plan = Plan::default();
    if !lines.iter().all(|line| file.done.contains(line)) {
        plan.batches
            .push(Batch::new(CommunityId::SYSTEM, lines, command));
    }
    plan
}

async fn file_of_areas(
    locator: &Locator,
    db: &Database,
    _ctx: &Ctx,
    file: &Incoming,
    dry_run: bool,
) -> Result<Plan> {
    let rows = read_csv(&file.text, AREA_COLUMNS)?;
    plan_areas(locator, db, rows, file, dry_run).await
}

/// Parents first, a few thousand rows in a transaction. A trial run sees all rows at once, because it saves no parents.
pub(super) async fn plan_areas(
    _locator: &Locator,
    _db: &Database,
    rows: Vec<Row>,
    file: &Incoming,
    dry_run: bool,
) -> Result<Plan> {
    if dry_run {
        let lines = rows.iter().map(|row| row.line).collect();
        return Ok(at_once(file, lines, ImportAreas { rows, dry_run }));
    }
    let mut plan = Plan::default();
    let mut seen: HashSet<(String, String)> = HashSet::new();
    let mut once: Vec<(u32, Row)> = Vec::with_capacity(rows.len());
    for row in rows {
        let (scheme, code) = (row.get("scheme"), row.get("code"));
        if !code.is_empty() && !seen.insert((scheme.to_owned(), code.to_owned())) {
            plan.refused.push(row.refuse("code", "key-twice"));
        } else {
            once.push((row.line, row));
        }
    }
    // Stable; rows without a level are refused wherever they come.
    once.sort_by_key(|(_, row)| AreaLevel::parse(row.get("level")));
    plan.add(file, CommunityId::SYSTEM, once, AREAS_AT_ONCE, |rows| {
        ImportAreas {
            rows,
            dry_run: false,
        }
    });
    Ok(plan)
}

pub(super) async fn plan_boundaries(
    _locator: &Locator,
    db: &Database,
    ctx: &Ctx,
    file: &Incoming,
    dry_run: bool,
) -> Result<Plan> {
    let datum = match file.setting.as_str() {
        "datum-gcj02" => Datum::Gcj02,
        _ => Datum::Wgs84,
    };
    let command = ImportBoundaries {
        geojson: file.text.clone(),
        datum,
        dry_run,
        judged: None,
    };
    // The costly part, before the one writer is asked.
    let command = command.judged(db, ctx).await?;
    Ok(at_once(file, vec![0], command))
}

async fn file_of_estates(
    locator: &Locator,
    db: &Database,
    _ctx: &Ctx,
    file: &Incoming,
    dry_run: bool,
) -> Result<Plan> {
    let rows = read_csv(&file.text, ESTATE_COLUMNS)?;
    plan_estates(locator, db, rows, file, dry_run).await
}

pub(super) async fn plan_estates(
    locator: &Locator,
    _db: &Database,
    rows: Vec<Row>,
    file: &Incoming,
    dry_run: bool,
) -> Result<Plan> {
    let tree = locator.tree();
    let sorted = Sorted::by(rows, |row| community_named(&tree, row));
    Ok(sorted.plan(file, |community, rows| ImportEstates {
        community,
        rows,
        dry_run,
    }))
}

/// Rows by the community their `community_code` names, and those that name none or come twice.
pub(crate) fn rows_by_community(
    tree: &AreaTree,
    rows: Vec<Row>,
) -> (Vec<Refused>, BTreeMap<CommunityId, Vec<Row>>) {
    let sorted = Sorted::by(rows, |row| community_named(tree, row));
    (sorted.refused, sorted.by_community)
}

pub(super) fn community_named(tree: &AreaTree, row: &Row) -> Result<CommunityId, Refused> {
    let code = row.get("community_code");
    let node = tree.by_code(code).ok_or_else(|| {
        row.refuse("community_code", "area-unknown")
            .arg("code", code)
    })?;
    if node.level == AreaLevel::Community {
        Ok(CommunityId(node.id.0))
    } else {
        Err(row
            .refuse("community_code", "no-community")
            .arg("area", &node.name))
    }
}

async fn file_of_buildings(
    locator: &Locator,
    db: &Database,
    _ctx: &Ctx,
    file: &Incoming,
    dry_run: bool,
) -> Result<Plan> {
    let rows = read_csv(&file.text, BUILDING_COLUMNS)?;
    plan_buildings(locator, db, rows, file, dry_run).await
}

pub(super) async fn plan_buildings(
    _locator: &Locator,
    db: &Database,
    rows: Vec<Row>,
    file: &Incoming,
    dry_run: bool,
) -> Result<Plan> {
    let keys: Vec<(Option<String>, Uuid, i64)> = estate::Entity::find()
        .select_only()
        .columns([
            estate::Column::ExternalKey,
            estate::Column::Id,
            estate::Column::CommunityId,
        ])
        .into_tuple()
        .all(db.read())
        .await?;
    let owners = Owners::new(keys);
    let sorted = Sorted::by(rows, |row| owners.of(row, "estate_key", "estate-unknown"));
    Ok(sorted.plan(file, |community, rows| ImportBuildings {
        community,
        rows,
        dry_run,
    }))
}

async fn file_of_dwellings(
    locator: &Locator,
    db: &Database,
    _ctx: &Ctx,
    file: &Incoming,
    dry_run: bool,
) -> Result<Plan> {
    let rows = read_csv(&file.text, DWELLING_COLUMNS)?;
    plan_dwellings(locator, db, rows, file, dry_run).await
}

pub(super) async fn plan_dwellings(
    _locator: &Locator,
    db: &Database,
    rows: Vec<Row>,
    file: &Incoming,
    dry_run: bool,
) -> Result<Plan> {
    let keys: Vec<(Option<String>, Uuid, i64)> = building::Entity::find()
        .select_only()
        .columns([
            building::Column::ExternalKey,
            building::Column::Id,
            building::Column::CommunityId,
        ])
        .into_tuple()
        .all(db.read())
        .await?;
    let owners = Owners::new(keys);
    let sorted = Sorted::by(rows, |row| {
        owners.of(row, "building_key", "building-unknown")
    });
    Ok(sorted.plan(file, |community, rows| ImportDwellings {
        community,
        rows,
        dry_run,
    }))
}

/// In which community a key of the row above is held.
pub(super) struct Owners(HashMap<String, Option<CommunityId>>);

impl Owners {
    pub(super) fn new(keys: Vec<(Option<String>, Uuid, i64)>) -> Self {
        let mut owners: HashMap<String, Option<CommunityId>> = HashMap::new();
        for (key, id, community) in keys {
            owners
                .entry(key_of(key.as_deref(), id))
                // Held in two communities: the row cannot say which one it means.
                .and_modify(|held| *held = None)
                .or_insert(Some(CommunityId(community)));
        }
        Self(owners)
    }

    pub(super) fn of(
        &self,
        row: &Row,
        column: &'static str,
        unknown: &'static str,
    ) -> Result<CommunityId, Refused> {
        let key = row.get(column);
        match self.0.get(key) {
            Some(Some(community)) => Ok(*community),
            Some(None) => Err(row.refuse(column, "key-ambiguous").arg("key", key)),
            None if key.is_empty() => Err(row.refuse(column, "cell-empty")),
            None => Err(row.refuse(column, unknown).arg("key", key)),
        }
    }
}

/// Rows by community, and what was refused while sorting.
pub(super) struct Sorted {
    by_community: BTreeMap<CommunityId, Vec<Row>>,
    refused: Vec<Refused>,
}

impl Sorted {
    pub(super) fn by(
        rows: Vec<Row>,
        community: impl Fn(&Row) -> Result<CommunityId, Refused>,
    ) -> Self {
        let mut sorted = Self {
            by_community: BTreeMap::new(),
            refused: Vec::new(),
        };
        let mut seen: HashSet<(CommunityId, String)> = HashSet::new();
        for row in rows {
            match community(&row) {
                Err(refused) => sorted.refused.push(refused),
                Ok(at) => {
                    let key = row.get("key").to_owned();
                    if !key.is_empty() && !seen.insert((at, key.clone())) {
                        let refused = row.refuse("key", "key-twice").arg("code", key);
                        sorted.refused.push(refused);
                        continue;
                    }
                    sorted.by_community.entry(at).or_default().push(row);
                }
            }
        }
        sorted
    }

    pub(super) fn plan<C>(
        self,
        file: &Incoming,
        command: impl Fn(CommunityId, Vec<Row>) -> C + Copy,
    ) -> Plan
    where
        C: Command<Output = ImportReport>,
    {
        let mut plan = Plan {
            refused: self.refused,
            ..Plan::default()
        };
        for (community, rows) in self.by_community {
            let rows = rows.into_iter().map(|row| (row.line, row)).collect();
            plan.add(file, community, rows, CHUNK, |rows| {
                command(community, rows)
            });
        }
        plan
    }
}

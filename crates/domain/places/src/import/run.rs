//! The way of a large file: rows are sorted by community, each community's rows go in their own transactions of bounded
//! size, and the locator is brought up to date at the end.

use std::collections::{BTreeMap, HashMap, HashSet};

use sea_orm::{EntityTrait, QuerySelect};
use youlin_database::{Command, Database};
use youlin_kernel::{AreaLevel, CommunityId, Ctx, Result};

use super::{ImportReport, Row};
use crate::commands::{
    ImportAreas, ImportBoundaries, ImportBuildings, ImportDwellings, ImportEstates,
};
use crate::entities::{building, estate};
use crate::{Datum, Locator};

/// Rows in one transaction: others wait at most about a tenth of a second behind it.
const CHUNK: usize = 1_000;

/// Areas; see [`ImportAreas`].
///
/// # Errors
/// 503 when the database cannot answer.
pub async fn areas(
    db: &Database,
    ctx: &Ctx,
    locator: &Locator,
    rows: Vec<Row>,
    dry_run: bool,
) -> Result<ImportReport> {
    let ctx = ctx.with_areas(locator.tree());
    let report = db.execute(&ctx, ImportAreas { rows, dry_run }).await?;
    if !dry_run {
        locator.reload_areas(db).await?;
    }
    Ok(report)
}

/// Boundaries; see [`ImportBoundaries`]. A report with refusals means that nothing was taken in.
///
/// # Errors
/// 422 for a text that is no boundary file; 503 when the database cannot answer.
pub async fn boundaries(
    db: &Database,
    ctx: &Ctx,
    locator: &Locator,
    geojson: String,
    datum: Datum,
    dry_run: bool,
) -> Result<ImportReport> {
    let ctx = ctx.with_areas(locator.tree());
    let command = ImportBoundaries {
        geojson,
        datum,
        dry_run,
    };
    let report = db.execute(&ctx, command).await?;
    if !dry_run {
        locator.reload_areas(db).await?;
    }
    Ok(report)
}

/// Estates, each under the community its row names; see [`ImportEstates`].
///
/// # Errors
/// 403 outside the caller's area; 503 when the database cannot answer (communities before that are taken in).
pub async fn estates(
    db: &Database,
    ctx: &Ctx,
    locator: &Locator,
    rows: Vec<Row>,
    dry_run: bool,
) -> Result<ImportReport> {
    let tree = locator.tree();
    let sorted = Sorted::by(rows, |row| {
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
    });
    sorted
        .run(db, ctx, locator, dry_run, |community, rows| ImportEstates {
            community,
            rows,
            dry_run,
        })
        .await
}

/// Buildings, each in the community of its estate; see [`ImportBuildings`].
///
/// # Errors
/// As [`estates`].
pub async fn buildings(
    db: &Database,
    ctx: &Ctx,
    locator: &Locator,
    rows: Vec<Row>,
    dry_run: bool,
) -> Result<ImportReport> {
    let keys: Vec<(Option<String>, i64)> = estate::Entity::find()
        .select_only()
        .columns([estate::Column::ExternalKey, estate::Column::CommunityId])
        .into_tuple()
        .all(db.read())
        .await?;
    let owners = Owners::new(keys);
    let sorted = Sorted::by(rows, |row| owners.of(row, "estate_key", "estate-unknown"));
    sorted
        .run(db, ctx, locator, dry_run, |community, rows| {
            ImportBuildings {
                community,
                rows,
                dry_run,
            }
        })
        .await
}

/// Dwellings, each in the community of its building; see [`ImportDwellings`].
///
/// # Errors
/// As [`estates`].
pub async fn dwellings(
    db: &Database,
    ctx: &Ctx,
    locator: &Locator,
    rows: Vec<Row>,
    dry_run: bool,
) -> Result<ImportReport> {
    let keys: Vec<(Option<String>, i64)> = building::Entity::find()
        .select_only()
        .columns([building::Column::ExternalKey, building::Column::CommunityId])
        .into_tuple()
        .all(db.read())
        .await?;
    let owners = Owners::new(keys);
    let sorted = Sorted::by(rows, |row| {
        owners.of(row, "building_key", "building-unknown")
    });
    sorted
        .run(db, ctx, locator, dry_run, |community, rows| {
            ImportDwellings {
                community,
                rows,
                dry_run,
            }
        })
        .await
}

/// In which community a key of the row above is held.
struct Owners(HashMap<String, Option<CommunityId>>);

impl Owners {
    fn new(keys: Vec<(Option<String>, i64)>) -> Self {
        let mut owners: HashMap<String, Option<CommunityId>> = HashMap::new();
        for (key, community) in keys {
            let Some(key) = key else { continue };
            owners
                .entry(key)
                // Held in two communities: the row cannot say which one it means.
                .and_modify(|held| *held = None)
                .or_insert(Some(CommunityId(community)));
        }
        Self(owners)
    }

    fn of(
        &self,
        row: &Row,
        column: &'static str,
        unknown: &'static str,
    ) -> Result<CommunityId, super::Refused> {
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
struct Sorted {
    by_community: BTreeMap<CommunityId, Vec<Row>>,
    report: ImportReport,
}

impl Sorted {
    fn by(rows: Vec<Row>, community: impl Fn(&Row) -> Result<CommunityId, super::Refused>) -> Self {
        let mut sorted = Self {
            by_community: BTreeMap::new(),
            report: ImportReport::default(),
        };
        let mut seen: HashSet<(CommunityId, String)> = HashSet::new();
        for row in rows {
            match community(&row) {
                Err(refused) => sorted.report.refused.push(refused),
                Ok(at) => {
                    let key = row.get("key").to_owned();
                    if !key.is_empty() && !seen.insert((at, key.clone())) {
                        let refused = row.refuse("key", "key-twice").arg("code", key);
                        sorted.report.refused.push(refused);
                        continue;
                    }
                    sorted.by_community.entry(at).or_default().push(row);
                }
            }
        }
        sorted
    }

    async fn run<C>(
        self,
        db: &Database,
        ctx: &Ctx,
        locator: &Locator,
        dry_run: bool,
        command: impl Fn(CommunityId, Vec<Row>) -> C,
    ) -> Result<ImportReport>
    where
        C: Command<Output = ImportReport>,
    {
        let ctx = ctx.with_areas(locator.tree());
        let mut report = self.report;
        for (community, rows) in self.by_community {
            let mut rest = rows;
            while !rest.is_empty() {
                let later = rest.split_off(rest.len().min(CHUNK));
                let part = db.execute(&ctx, command(community, rest)).await?;
                report.absorb(part);
                rest = later;
            }
            if !dry_run {
                locator.reload_community(db, community).await?;
            }
        }
        report.refused.sort_by_key(|refused| refused.line);
        Ok(report)
    }
}

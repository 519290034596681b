//! The same at once, for callers that wait: REST, the command line, the example.

use std::collections::BTreeSet;

use youlin_database::Database;
use youlin_imports::{ImportReport, Incoming, Plan};
use youlin_kernel::{CommunityId, Ctx, Result};

use super::Row;
use super::registers::{
    plan_areas, plan_boundaries, plan_buildings, plan_dwellings, plan_estates, taken,
};
use crate::{Datum, Locator};

pub(super) async fn run(
    db: &Database,
    ctx: &Ctx,
    locator: &Locator,
    plan: Plan,
    dry_run: bool,
) -> Result<ImportReport> {
    let ctx = ctx.with_areas(locator.tree());
    let (report, reached) = plan.run(db, &ctx).await?;
    if !dry_run {
        follow(db, locator, reached).await?;
    }
    Ok(report)
}

async fn follow(db: &Database, locator: &Locator, reached: BTreeSet<CommunityId>) -> Result<()> {
    for community in reached {
        taken(locator, db, community).await?;
    }
    Ok(())
}

/// A function for each kind of CSV.
macro_rules! at_once {
    ($($(#[$doc:meta])* $name:ident, $plan:ident;)+) => {$(
        $(#[$doc])*
        ///
        /// # Errors
        /// 403 outside the caller's area; 503 when the database cannot answer (communities before that are taken in).
        pub async fn $name(
            db: &Database,
            ctx: &Ctx,
            locator: &Locator,
            rows: Vec<Row>,
            dry_run: bool,
        ) -> Result<ImportReport> {
            let plan = $plan(locator, db, rows, &Incoming::default(), dry_run).await?;
            run(db, ctx, locator, plan, dry_run).await
        }
    )+};
}

at_once! {
    /// Areas; see [`crate::commands::ImportAreas`].
    areas, plan_areas;
    /// Estates, each under the community its row names; see [`crate::commands::ImportEstates`].
    estates, plan_estates;
    /// Buildings, each in the community of its estate; see [`crate::commands::ImportBuildings`].
    buildings, plan_buildings;
    /// Dwellings, each in the community of its building; see [`crate::commands::ImportDwellings`].
    dwellings, plan_dwellings;
}

/// Boundaries; see [`crate::commands::ImportBoundaries`]. A report with refusals means that nothing was taken in.
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
    let setting = match datum {
        Datum::Wgs84 => "datum-wgs84",
        Datum::Gcj02 => "datum-gcj02",
    };
    let file = Incoming {
        text: geojson,
        setting: setting.to_owned(),
        ..Incoming::default()
    };
    let plan = plan_boundaries(locator, db, ctx, &file, dry_run).await?;
    run(db, ctx, locator, plan, dry_run).await
}

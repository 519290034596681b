//! Premises, stalls and equipment as files, on a page and at once.

use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use sea_orm::{EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;
use youlin_database::Database;
use youlin_imports::{ImportReport, Incoming, Plan, Register, Row, read_csv};
use youlin_kernel::{CommunityId, Ctx, Permission, Result};

use super::registers::{Owners, Sorted, community_named, taken};
use super::run::run;
use crate::Locator;
use crate::commands::{
    EQUIPMENT_COLUMNS, ImportEquipment, ImportPremises, ImportStalls, PREMISES_COLUMNS,
    STALL_COLUMNS,
};
use crate::entities::{building, premises as table};
use crate::permissions::PLACES_REGISTER;
use youlin_database::keys::meant;

/// A register of this file: its name, its columns, those a row is called by, and how its rows become a plan.
macro_rules! register {
    ($(#[$doc:meta])* $name:ident, $kind:literal, $columns:ident, $title:expr, $plan:ident, $at_once:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct $name(pub Arc<Locator>);

        impl Register for $name {
            fn kind(&self) -> &'static str {
                $kind
            }

            fn permission(&self) -> &'static Permission {
                &PLACES_REGISTER
            }

            fn row_called(&self) -> Option<fn(&Row) -> String> {
                Some(|row| row.title($title))
            }

            fn plan<'a>(
                &'a self,
                db: &'a Database,
                _ctx: &'a Ctx,
                file: &'a Incoming,
                dry_run: bool,
            ) -> BoxFuture<'a, Result<Plan>> {
                async move {
                    let rows = read_csv(&file.text, $columns)?;
                    $plan(&self.0, db, rows, file, dry_run).await
                }
                .boxed()
            }

            fn taken<'a>(
                &'a self,
                db: &'a Database,
                community: CommunityId,
            ) -> BoxFuture<'a, Result<()>> {
                taken(&self.0, db, community).boxed()
            }
        }

        /// The same at once, for callers that wait.
        ///
        /// # Errors
        /// 403 outside the caller's area; 503 when the database cannot answer (communities before that are taken in).
        pub async fn $at_once(
            db: &Database,
            ctx: &Ctx,
            locator: &Locator,
            rows: Vec<Row>,
            dry_run: bool,
        ) -> Result<ImportReport> {
            let plan = $plan(locator, db, rows, &Incoming::default(), dry_run).await?;
            run(db, ctx, locator, plan, dry_run).await
        }
    };
}

register!(
    /// CSV: premises, each under the community its row names.
    PremisesRegister,
    "premises",
    PREMISES_COLUMNS,
    &["name", "key"],
    plan_premises,
    premises
);
register!(
    /// CSV: stalls, each in the community of its premises.
    StallsRegister,
    "stalls",
    STALL_COLUMNS,
    &["number", "key"],
    plan_stalls,
    stalls
);
register!(
    /// CSV: equipment, each in the community of its building or premises.
    EquipmentRegister,
    "equipment",
    EQUIPMENT_COLUMNS,
    &["spot", "key"],
    plan_equipment,
    equipment
);

async fn plan_premises(
    locator: &Locator,
    _db: &Database,
    rows: Vec<Row>,
    file: &Incoming,
    dry_run: bool,
) -> Result<Plan> {
    let tree = locator.tree();
    let sorted = Sorted::by(rows, |row| community_named(&tree, row));
    Ok(sorted.plan(file, |community, rows| ImportPremises {
        community,
        rows,
        dry_run,
    }))
}

/// Which community holds the keys of a column.
async fn premises_owners(db: &Database, rows: &[Row]) -> Result<Owners> {
    let mut keys: Vec<&str> = rows.iter().map(|row| row.get("premises_key")).collect();
    keys.sort_unstable();
    keys.dedup();
    let mut found: Vec<(Option<String>, Uuid, i64)> = Vec::new();
    for some in keys.chunks(500) {
        let rows: Vec<(Option<String>, Uuid, i64)> = table::Entity::find()
            .select_only()
            .columns([
                table::Column::ExternalKey,
                table::Column::Id,
                table::Column::CommunityId,
            ])
            .filter(meant(
                (table::Column::ExternalKey, table::Column::Id),
                some.iter().map(|key| (*key).to_owned()),
            ))
            .into_tuple()
            .all(db.read())
            .await?;
        found.extend(rows);
    }
    Ok(Owners::new(found))
}

async fn plan_stalls(
    _locator: &Locator,
    db: &Database,
    rows: Vec<Row>,
    file: &Incoming,
    dry_run: bool,
) -> Result<Plan> {
    let owners = premises_owners(db, &rows).await?;
    let sorted = Sorted::by(rows, |row| {
        owners.of(row, "premises_key", "premises-unknown")
    });
    Ok(sorted.plan(file, |community, rows| ImportStalls {
        community,
        rows,
        dry_run,
    }))
}

async fn plan_equipment(
    _locator: &Locator,
    db: &Database,
    rows: Vec<Row>,
    file: &Incoming,
    dry_run: bool,
) -> Result<Plan> {
    let premises = premises_owners(db, &rows).await?;
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
    let buildings = Owners::new(keys);
    let sorted = Sorted::by(rows, |row| {
        if row.get("premises_key").is_empty() {
            buildings.of(row, "building_key", "building-unknown")
        } else {
            premises.of(row, "premises_key", "premises-unknown")
        }
    });
    Ok(sorted.plan(file, |community, rows| ImportEquipment {
        community,
        rows,
        dry_run,
    }))
}

//! Draws one area's boundary anew from a day on; the former one keeps its days.

use jiff::civil::Date;
use serde_json::{Value, json};
use youlin_database::{Command, Tx};
use youlin_kernel::{AreaId, Ctx, Problem, Result};

use super::ImportBoundaries;
use crate::Datum;
use crate::areas::AreaRows;
use crate::permissions::PLACES_ADMIN;

/// See the module's text. `geojson` is a geometry, a feature or a collection of one feature. Neighbours that change
/// with it must come in one file with it ([`ImportBoundaries`]): one alone would overlap.
#[derive(Clone, Debug)]
pub struct RedrawBoundary {
    pub area: AreaId,
    pub geojson: String,
    pub valid_from: Date,
}

impl RedrawBoundary {
    fn geometry(&self) -> Result<Value> {
        let mut value: Value = serde_json::from_str(&self.geojson).map_err(|error| {
            Problem::invalid("geojson", "geojson-syntax")
                .field_arg("line", error.line())
                .field_arg("column", error.column())
        })?;
        let one = match value.pointer("/features").and_then(Value::as_array) {
            Some(features) if features.len() == 1 => value.pointer_mut("/features/0/geometry"),
            Some(_) => return Err(Problem::invalid("geojson", "geojson-one")),
            None => value.pointer_mut("/geometry"),
        };
        Ok(match one {
            Some(geometry) => geometry.take(),
            None => value,
        })
    }
}

impl Command for RedrawBoundary {
    type Output = ();
    const NAME: &'static str = "places.redraw-boundary";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        ctx.authorize(&PLACES_ADMIN, self.area)?;
        let rows = AreaRows::around(tx.conn(), self.area.0).await?;
        let row = rows
            .by_id
            .get(&self.area.0)
            .ok_or_else(Problem::not_found)?;
        let file = json!({"type": "FeatureCollection", "features": [{
            "type": "Feature",
            "properties": {"code": row.code, "scheme": row.scheme, "valid_from": self.valid_from.to_string()},
            "geometry": self.geometry()?,
        }]});
        let import = ImportBoundaries {
            geojson: file.to_string(),
            datum: Datum::Wgs84,
            dry_run: false,
            // One area concerns its neighbours only: judged in the transaction.
            judged: None,
        };
        let report = import.run(ctx, tx).await?;
        if report.is_clean() {
            Ok(())
        } else {
            Err(report.problem())
        }
    }
}

//! A building is moved to another area or position: where it stood until now is kept, so that figures of the past stay.

use youlin_database::Tx;
use youlin_kernel::{Ctx, Result};

use crate::entities::{building, building_past};

/// See the module's text. The caller writes the audit entry.
pub(super) async fn keep_past(
    ctx: &Ctx,
    tx: &Tx<'_>,
    old: &building::Model,
    new: &building::Model,
) -> Result<()> {
    let stands = |row: &building::Model| (row.grid_id, row.neighbourhood_id, row.lon, row.lat);
    if stands(old) == stands(new) {
        return Ok(());
    }
    tx.insert::<building_past::Entity>(building_past::Model {
        community_id: old.community_id,
        id: ctx.new_id(),
        version: 1,
        building_id: old.id,
        area_id: old
            .neighbourhood_id
            .or(old.grid_id)
            .unwrap_or(old.community_id),
        lon: old.lon,
        lat: old.lat,
        valid_to: ctx.now().0,
    })
    .await?;
    Ok(())
}

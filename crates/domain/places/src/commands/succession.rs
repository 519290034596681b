//! Keeps which area came out of which.

use youlin_database::Tx;
use youlin_kernel::{AreaId, CommunityId, Ctx, Result};

use crate::entities::area_succession;

/// From the first area of each pair came the second. The caller writes the audit entry, filed under the system community.
pub(super) async fn came_out(ctx: &Ctx, tx: &Tx<'_>, pairs: &[(AreaId, AreaId)]) -> Result<()> {
    for (from, to) in pairs {
        tx.insert::<area_succession::Entity>(area_succession::Model {
            community_id: CommunityId::SYSTEM.0,
            id: ctx.new_id(),
            version: 1,
            area_id: from.0,
            successor_id: to.0,
            happened_at: ctx.now().0,
        })
        .await?;
    }
    Ok(())
}

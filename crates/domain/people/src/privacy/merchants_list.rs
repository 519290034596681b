//! A list of merchants with their numbers: the file that `/imports` reads. Names, goods and codes are business data and may be
//! taken from the page of merchants; the numbers are persons' own in most cases and leave as lists of persons do, with a
//! second person's yes. Whoever answers for a merchant sees the look.

use sea_orm::ConnectionTrait;
use uuid::Uuid;
use youlin_database::Tx;
use youlin_kernel::{AreaId, CommunityId, Ctx, Result};

use crate::Vault;
use crate::entities::merchant;
use crate::merchants::export::{file, open_merchants};
use crate::merchants::{Look, tell};
use crate::permissions::PEOPLE_EXPORT;

/// Open merchants that do business in the area.
pub(super) async fn merchants_of(
    db: &impl ConnectionTrait,
    ctx: &Ctx,
    area: AreaId,
) -> Result<Vec<merchant::Model>> {
    let scope = ctx.scope(&PEOPLE_EXPORT)?.asked(ctx.areas(), Some(area))?;
    open_merchants(db, &scope).await
}

/// The file, and how many persons answer for the merchants whose numbers are in it: those who see the look.
pub(super) async fn handed_out(
    ctx: &Ctx,
    tx: &Tx<'_>,
    vault: &Vault,
    community: CommunityId,
    (rows, purpose): (Vec<merchant::Model>, &str),
) -> Result<(String, usize)> {
    let numbered = rows.iter().filter(|row| row.phone_sealed.is_some());
    let ids: Vec<Uuid> = numbered.map(|row| row.id).collect();
    let look = Look {
        fields: "merchant-phone,export",
        purpose,
    };
    let told = tell(ctx, tx, community, &ids, look).await?;
    let text = file(tx.conn(), vault, ctx.areas(), rows, true).await?;
    Ok((text, told.len()))
}

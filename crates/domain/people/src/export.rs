//! Organisations as the file that [`crate::import`] reads. Their addresses for mail are protected and stay here; so do persons,
//! who leave the house by an approved list only ([`crate::privacy`]) or in a backup.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use youlin_database::Database;
use youlin_imports::write_csv;
use youlin_kernel::{AreaId, AreaTree, Result};

use crate::entities::organisation;
pub use crate::merchants::export::merchants;
use youlin_database::keys::key_of;

/// Open organisations of all communities and of none.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn organisations(db: &Database, tree: &AreaTree) -> Result<String> {
    let rows = organisation::Entity::find()
        .filter(organisation::Column::ClosedAt.is_null())
        .order_by_asc(organisation::Column::CommunityId)
        .order_by_asc(organisation::Column::Id)
        .all(db.read())
        .await?;
    let lines = rows.into_iter().filter_map(|row| {
        let node = tree.get(AreaId(row.area_id))?;
        Some([
            key_of(row.ext_key.as_deref(), row.id),
            row.kind,
            row.name,
            node.code.clone(),
            row.phone.unwrap_or_default(),
            row.credit_code.unwrap_or_default(),
        ])
    });
    write_csv(
        &["key", "kind", "name", "area_code", "phone", "uscc"],
        lines,
    )
}

//! Business rows: first column `community_id`, then `id`, an optimistic `version`, fingerprinted in the audit chain.

use sea_orm::{EntityTrait, IntoActiveModel};
use serde::Serialize;
use uuid::Uuid;

/// Implemented for entities by [`crate::record!`].
pub trait Record: EntityTrait
where
    Self::Model: Serialize + Clone + IntoActiveModel<Self::ActiveModel> + Sync,
{
    /// The table's name as the audit log stores it.
    const TABLE: &'static str;

    fn community(model: &Self::Model) -> i64;
    fn id(model: &Self::Model) -> Uuid;
    fn version(model: &Self::Model) -> i32;
    fn set_version(model: &mut Self::Model, version: i32);
}

/// Declares that the entity module `$entity` (with columns `community_id: i64`, `id: Uuid`, `version: i32`) is a [`Record`].
#[macro_export]
macro_rules! record {
    ($entity:path, $model:path, $table:literal) => {
        impl $crate::Record for $entity {
            const TABLE: &'static str = $table;

            fn community(model: &$model) -> i64 {
                model.community_id
            }

            fn id(model: &$model) -> uuid::Uuid {
                model.id
            }

            fn version(model: &$model) -> i32 {
                model.version
            }

            fn set_version(model: &mut $model, version: i32) {
                model.version = version;
            }
        }
    };
}

//! What belongs to a case, read by its id in the order it came. The caller has made sure that the case may be seen.

use sea_orm::sea_query::{Condition, ExprTrait};
use sea_orm::{ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;
use youlin_database::sql::col;
use youlin_kernel::Result;

use crate::entities::{case_event, case_file, case_record, case_task};

/// Which case: community and id.
pub(crate) type Of = (i64, Uuid);

fn of((community, case): Of) -> Condition {
    Condition::all()
        .add(col("community_id").eq(community))
        .add(col("case_id").eq(case))
}

pub(crate) async fn tasks(db: &impl ConnectionTrait, case: Of) -> Result<Vec<case_task::Model>> {
    Ok(case_task::Entity::find()
        .filter(of(case))
        .order_by_asc(case_task::Column::Id)
        .all(db)
        .await?)
}

pub(crate) async fn events(db: &impl ConnectionTrait, case: Of) -> Result<Vec<case_event::Model>> {
    Ok(case_event::Entity::find()
        .filter(of(case))
        .order_by_asc(case_event::Column::Id)
        .all(db)
        .await?)
}

pub(crate) async fn files(db: &impl ConnectionTrait, case: Of) -> Result<Vec<case_file::Model>> {
    Ok(case_file::Entity::find()
        .filter(of(case))
        .order_by_asc(case_file::Column::Id)
        .all(db)
        .await?)
}

/// The cases merged into it.
pub(crate) async fn merged(
    db: &impl ConnectionTrait,
    (community, case): Of,
) -> Result<Vec<case_record::Model>> {
    Ok(case_record::Entity::find()
        .filter(col("community_id").eq(community))
        .filter(col("merged_into").eq(case))
        .order_by_asc(case_record::Column::Id)
        .all(db)
        .await?)
}

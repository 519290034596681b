//! What is not done with yet follows its place when a grid is split or closed: hazards and the premises of a campaign go with
//! their premises, a finding goes with its spot as long as its case is open. Rounds that were made and judgements that were
//! passed stay where they were.

use futures::FutureExt;
use futures::future::BoxFuture;
use sea_orm::sea_query::{Condition, ExprTrait};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use uuid::Uuid;
use youlin_cases::footings;
use youlin_database::sql::col;
use youlin_database::{AuditEntry, Tx};
use youlin_kernel::{AreaId, CommunityId, Ctx, Result};
use youlin_places::duties::{Follows, NewGround, Spot};

use crate::entities::{campaign_premises, finding, hazard};
use crate::model::SubjectKind;

/// Put into the application among [`youlin_places::duties::AreaDuties`].
#[derive(Clone, Copy, Debug)]
pub struct RoundsFollow;

impl Follows for RoundsFollow {
    fn follow<'a, 'b: 'a>(
        &'a self,
        ctx: &'a Ctx,
        tx: &'a Tx<'b>,
        ground: &'a NewGround<'a>,
    ) -> BoxFuture<'a, Result<()>> {
        async move {
            let hazards = hazards(tx, ground).await?;
            let listed = listed(tx, ground).await?;
            let findings = findings(tx, ground).await?;
            if hazards + listed + findings > 0 {
                let entry = AuditEntry::new("rounds.follow", "area", ground.subject)
                    .detail(json!({"hazards": hazards, "premises": listed, "findings": findings}));
                tx.audit(ctx, ground.community, entry);
            }
            Ok(())
        }
        .boxed()
    }
}

/// Of the community, and filed under what was closed or split.
fn here(ground: &NewGround<'_>) -> Condition {
    let touched = || ground.touched().into_iter();
    Condition::all()
        .add(col("community_id").eq(ground.community.0))
        .add(
            Condition::any()
                .add(col("grid_id").is_in(touched()))
                .add(col("neighbourhood_id").is_in(touched())),
        )
}

/// Grid and neighbourhood.
type Areas = (Option<i64>, Option<i64>);

fn said((grid, neighbourhood): Areas, community: i64) -> AreaId {
    AreaId(neighbourhood.or(grid).unwrap_or(community))
}

fn of_premises(ground: &NewGround<'_>, areas: Areas, premises: Uuid) -> Option<Areas> {
    let spot = Spot {
        premises: Some(premises),
        ..Spot::of(said(areas, ground.community.0))
    };
    let to = ground.grid_and_neighbourhood(ground.stands(&spot));
    (to != areas).then_some(to)
}

async fn hazards(tx: &Tx<'_>, ground: &NewGround<'_>) -> Result<usize> {
    let rows = hazard::Entity::find()
        .filter(here(ground))
        .filter(hazard::Column::RemovedAt.is_null())
        .all(tx.conn())
        .await?;
    let mut moved = 0;
    for row in rows {
        let areas = (row.grid_id, row.neighbourhood_id);
        if let Some((grid_id, neighbourhood_id)) = of_premises(ground, areas, row.premises_id) {
            tx.update::<hazard::Entity>(hazard::Model {
                grid_id,
                neighbourhood_id,
                ..row
            })
            .await?;
            moved += 1;
        }
    }
    Ok(moved)
}

async fn listed(tx: &Tx<'_>, ground: &NewGround<'_>) -> Result<usize> {
    let rows = campaign_premises::Entity::find()
        .filter(here(ground))
        .filter(campaign_premises::Column::DroppedAt.is_null())
        .all(tx.conn())
        .await?;
    let mut moved = 0;
    for row in rows {
        let areas = (row.grid_id, row.neighbourhood_id);
        if let Some((grid_id, neighbourhood_id)) = of_premises(ground, areas, row.premises_id) {
            tx.update::<campaign_premises::Entity>(campaign_premises::Model {
                grid_id,
                neighbourhood_id,
                ..row
            })
            .await?;
            moved += 1;
        }
    }
    Ok(moved)
}

async fn findings(tx: &Tx<'_>, ground: &NewGround<'_>) -> Result<usize> {
    let rows = finding::Entity::find()
        .filter(here(ground))
        .filter(finding::Column::CaseId.is_not_null())
        .all(tx.conn())
        .await?;
    let cases: Vec<(CommunityId, Uuid)> = rows
        .iter()
        .filter_map(|row| Some((ground.community, row.case_id?)))
        .collect();
    let cases = footings(tx.conn(), &cases).await?;
    let open = |row: &finding::Model| {
        let case = row.case_id.and_then(|id| cases.get(&id));
        case.is_some_and(|case| case.ended_at.is_none())
    };
    let mut moved = 0;
    for row in rows.into_iter().filter(open) {
        let areas = (row.grid_id, row.neighbourhood_id);
        let subject = |kind: &str| (row.subject_kind == kind).then_some(row.subject_id);
        let building = match subject(SubjectKind::Dwelling.as_str()) {
            Some(dwelling) => ground.building_of(tx.conn(), dwelling).await?,
            None => subject(SubjectKind::Building.as_str()),
        };
        let spot = Spot {
            premises: subject(SubjectKind::Premises.as_str()),
            building,
            at: row.lon.zip(row.lat),
            ..Spot::of(said(areas, ground.community.0))
        };
        let (grid_id, neighbourhood_id) = ground.grid_and_neighbourhood(ground.stands(&spot));
        if (grid_id, neighbourhood_id) != areas {
            tx.update::<finding::Entity>(finding::Model {
                grid_id,
                neighbourhood_id,
                ..row
            })
            .await?;
            moved += 1;
        }
    }
    Ok(moved)
}

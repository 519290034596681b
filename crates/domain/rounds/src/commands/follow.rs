//! What is not done with yet follows its place when a grid is split, closed or drawn anew: hazards and the premises of a
//! campaign go with their premises, a finding goes with its spot as long as its case is open, and takes along a case that has
//! no place of its own. Rounds that were made and judgements that were passed stay where they were.

use futures::FutureExt;
use futures::future::BoxFuture;
use sea_orm::sea_query::{Condition, ExprTrait};
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, IntoActiveModel, QueryFilter};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;
use youlin_cases::{open_cases, stand_with};
use youlin_database::sql::col;
use youlin_database::{AuditEntry, Record, Tx};
use youlin_kernel::{AreaId, Ctx, Result};
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
            let findings = findings(ctx, tx, ground).await?;
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

/// Of the community, and filed under what was closed or split; where a boundary was drawn anew, anywhere in it.
fn here(ground: &NewGround<'_>) -> Condition {
    let touched = || ground.touched().into_iter();
    let own = Condition::all().add(col("community_id").eq(ground.community.0));
    if ground.area == ground.community.into() {
        return own;
    }
    own.add(
        Condition::any()
            .add(col("grid_id").is_in(touched()))
            .add(col("neighbourhood_id").is_in(touched())),
    )
}

/// Grid and neighbourhood a record is filed under.
type Areas = (Option<i64>, Option<i64>);
type Filed<M> = fn(&mut M) -> (&mut Option<i64>, &mut Option<i64>);

/// Where something stands from now on: by the areas it was filed under, and by what else is known of its place.
fn stands(
    ground: &NewGround<'_>,
    (grid, neighbourhood): Areas,
    known: impl FnOnce(Spot) -> Spot,
) -> Areas {
    let said = neighbourhood.or(grid).unwrap_or(ground.community.0);
    let spot = known(Spot::of(AreaId(said)));
    ground.grid_and_neighbourhood(ground.stands(&spot))
}

/// The same of what goes with its premises.
fn with_premises(ground: &NewGround<'_>, areas: Areas, premises: Uuid) -> Areas {
    stands(ground, areas, |said| Spot {
        premises: Some(premises),
        ..said
    })
}

/// Files each of these where it stands from now on; answers how many moved.
async fn refiled<E>(
    tx: &Tx<'_>,
    rows: Vec<E::Model>,
    to: Vec<Areas>,
    filed: Filed<E::Model>,
) -> Result<usize>
where
    E: Record,
    E::Model: Serialize + Clone + IntoActiveModel<E::ActiveModel> + Sync + FromQueryResult,
    E::ActiveModel: Send,
{
    let mut moved = 0;
    for (mut row, to) in rows.into_iter().zip(to) {
        let (grid, neighbourhood) = filed(&mut row);
        if (*grid, *neighbourhood) == to {
            continue;
        }
        (*grid, *neighbourhood) = to;
        tx.update::<E>(row).await?;
        moved += 1;
    }
    Ok(moved)
}

async fn hazards(tx: &Tx<'_>, ground: &NewGround<'_>) -> Result<usize> {
    let rows = hazard::Entity::find()
        .filter(here(ground))
        .filter(hazard::Column::RemovedAt.is_null())
        .all(tx.conn())
        .await?;
    let to = rows.iter().map(|row| {
        let areas = (row.grid_id, row.neighbourhood_id);
        with_premises(ground, areas, row.premises_id)
    });
    let to = to.collect();
    refiled::<hazard::Entity>(tx, rows, to, |row| {
        (&mut row.grid_id, &mut row.neighbourhood_id)
    })
    .await
}

async fn listed(tx: &Tx<'_>, ground: &NewGround<'_>) -> Result<usize> {
    let rows = campaign_premises::Entity::find()
        .filter(here(ground))
        .filter(campaign_premises::Column::DroppedAt.is_null())
        .all(tx.conn())
        .await?;
    let to = rows.iter().map(|row| {
        let areas = (row.grid_id, row.neighbourhood_id);
        with_premises(ground, areas, row.premises_id)
    });
    let to = to.collect();
    refiled::<campaign_premises::Entity>(tx, rows, to, |row| {
        (&mut row.grid_id, &mut row.neighbourhood_id)
    })
    .await
}

async fn findings(ctx: &Ctx, tx: &Tx<'_>, ground: &NewGround<'_>) -> Result<usize> {
    let rows = finding::Entity::find()
        .filter(here(ground))
        .filter(finding::Column::CaseId.in_subquery(open_cases(ground.community)))
        .all(tx.conn())
        .await?;
    let subject = |row: &finding::Model, kind: SubjectKind| {
        (row.subject_kind == kind.as_str()).then_some(row.subject_id)
    };
    let dwellings = rows
        .iter()
        .filter_map(|row| subject(row, SubjectKind::Dwelling));
    let buildings = ground.buildings_of(tx.conn(), dwellings).await?;
    let to = rows.iter().map(|row| {
        let areas = (row.grid_id, row.neighbourhood_id);
        stands(ground, areas, |said| Spot {
            premises: subject(row, SubjectKind::Premises),
            building: match subject(row, SubjectKind::Dwelling) {
                Some(dwelling) => buildings.get(&dwelling).copied(),
                None => subject(row, SubjectKind::Building),
            },
            at: row.lon.zip(row.lat),
            ..said
        })
    });
    let to: Vec<Areas> = to.collect();
    let cases = rows
        .iter()
        .zip(&to)
        .filter_map(|(row, to)| Some((row.case_id?, *to)));
    let cases: Vec<(Uuid, Areas)> = cases.collect();
    stand_with(ctx, tx, ground.community, &cases, ground.cause).await?;
    refiled::<finding::Entity>(tx, rows, to, |row| {
        (&mut row.grid_id, &mut row.neighbourhood_id)
    })
    .await
}

//! What stands beside the cases of one page: the newest step, the newest words, the first photograph.

use std::collections::HashMap;

use sea_orm::sea_query::{Alias, Expr, ExprTrait, Query};
use sea_orm::{ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;
use youlin_database::Database;
use youlin_database::sql::{col, name};
use youlin_kernel::{AreaId, CommunityId, Ctx, Micros, Result};

use super::{Open311Eyes, Open311Row};
use crate::entities::{case_event, case_file, case_record};
use crate::model::{Source, Status};
use crate::queries::views;
use crate::service::Cases;

pub(super) fn communities_of(keys: &[(i64, Uuid)]) -> Vec<i64> {
    let mut communities: Vec<i64> = keys.iter().map(|key| key.0).collect();
    communities.sort_unstable();
    communities.dedup();
    communities
}

/// The cases of these keys, in their order.
pub(super) async fn fetch(db: &Database, keys: &[(i64, Uuid)]) -> Result<Vec<case_record::Model>> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let rows = case_record::Entity::find()
        .filter(col("community_id").is_in(communities_of(keys)))
        .filter(col("id").is_in(keys.iter().map(|key| key.1)))
        .all(db.read())
        .await?;
    let mut by_id: HashMap<Uuid, case_record::Model> =
        rows.into_iter().map(|row| (row.id, row)).collect();
    Ok(keys.iter().filter_map(|key| by_id.remove(&key.1)).collect())
}

/// What stands beside the cases of one page.
#[derive(Default)]
pub(super) struct Facts {
    updated: HashMap<Uuid, i64>,
    words: HashMap<Uuid, String>,
    photographs: HashMap<Uuid, Uuid>,
}

impl Facts {
    pub(super) async fn load(
        db: &Database,
        rows: &[case_record::Model],
        eyes: &Open311Eyes,
    ) -> Result<Self> {
        let mut facts = Self::default();
        if rows.is_empty() {
            return Ok(facts);
        }
        let keys: Vec<(i64, Uuid)> = rows
            .iter()
            .map(|case| (case.community_id, case.id))
            .collect();
        let communities = communities_of(&keys);
        let mut newest = Query::select();
        newest
            .column(name("case_id"))
            .expr_as(col("at").max(), name("at"))
            .from(name("case_event"))
            .and_where(col("community_id").is_in(communities.clone()))
            .and_where(col("case_id").is_in(keys.iter().map(|key| key.1)))
            .group_by_col(name("case_id"));
        for row in db.read().query_all(&newest).await? {
            facts
                .updated
                .insert(row.try_get("", "case_id")?, row.try_get("", "at")?);
        }
        let whole: Vec<Uuid> = rows
            .iter()
            .filter(|case| eyes.whole(case))
            .map(|case| case.id)
            .collect();
        if !whole.is_empty() {
            facts.load_words(db, &communities, &whole).await?;
        }
        Ok(facts)
    }

    async fn load_words(
        &mut self,
        db: &Database,
        communities: &[i64],
        cases: &[Uuid],
    ) -> Result<()> {
        let events = case_event::Entity::find()
            .filter(col("community_id").is_in(communities.to_vec()))
            .filter(col("case_id").is_in(cases.to_vec()))
            .filter(col("public").eq(true))
            .filter(Expr::col(Alias::new("text")).is_not_null())
            .all(db.read())
            .await?;
        let mut newest: HashMap<Uuid, Uuid> = HashMap::new();
        for event in events {
            let seen = newest.entry(event.case_id).or_default();
            if *seen < event.id {
                *seen = event.id;
                self.words
                    .insert(event.case_id, event.text.unwrap_or_default());
            }
        }
        let files = case_file::Entity::find()
            .filter(col("community_id").is_in(communities.to_vec()))
            .filter(col("case_id").is_in(cases.to_vec()))
            .filter(col("stage").eq("report"))
            .all(db.read())
            .await?;
        for file in files
            .into_iter()
            .filter(|file| file.content_type.starts_with("image/"))
        {
            let first = self.photographs.entry(file.case_id).or_insert(file.id);
            *first = std::cmp::min(*first, file.id);
        }
        Ok(())
    }
}

pub(super) fn row(
    case: &case_record::Model,
    cases: &Cases,
    ctx: &Ctx,
    eyes: &Open311Eyes,
    facts: &mut Facts,
) -> Open311Row {
    Open311Row {
        id: case.id,
        community: CommunityId(case.community_id),
        number: case.number.clone(),
        status: Status::parse(&case.status).unwrap_or(Status::Reported),
        source: Source::parse(&case.source).unwrap_or(Source::Desk),
        category: case.category.clone(),
        whole: eyes.whole(case),
        text: case.text.clone(),
        grid: case.grid_id.map(AreaId),
        neighbourhood: case.neighbourhood_id.map(AreaId),
        building: case.building_id,
        dwelling: case.dwelling_id,
        address: case.address.clone(),
        position: views::position(case.lon, case.lat),
        reported_at: Micros(case.reported_at),
        updated_at: Micros(
            facts
                .updated
                .get(&case.id)
                .copied()
                .unwrap_or(case.reported_at),
        ),
        due_at: Micros(case.due_at),
        due_provisional: case.due_provisional,
        light: views::light_word(case, cases, ctx.now()),
        merged_into: case.merged_into,
        last_words: facts.words.remove(&case.id),
        photograph: facts.photographs.remove(&case.id),
    }
}

//! Premises, stalls and equipment as pages and upper floors read them.

mod rows;
mod view;

pub use view::{
    CheckView, EquipmentFilter, EquipmentView, PremisesFilter, PremisesView, StallView,
};

use std::collections::{BTreeSet, HashMap};

use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;
use youlin_database::sql::{holds, in_scope};
use youlin_kernel::{Micros, Problem, Result, Scope};

use self::rows::{check_view, equipment_views, stall_view, views};
use crate::entities::{equipment, equipment_check, premises, stall};
use crate::premises::Due;
use crate::{days, words};

/// Questions about premises. A namespace: it holds nothing.
#[derive(Clone, Copy, Debug)]
pub struct Premises;

/// Rows of premises within a scope of communities and grids.
fn within(scope: &Scope) -> Condition {
    use premises::Column::{CommunityId, GridId, NeighbourhoodId};
    in_scope(scope, (CommunityId, GridId, NeighbourhoodId))
}

fn as_on_the_plan(mut rows: Vec<stall::Model>) -> Vec<StallView> {
    rows.sort_by_cached_key(|row| (words::natural(&row.section), words::natural(&row.number)));
    rows.into_iter().map(stall_view).collect()
}

impl Premises {
    /// Premises of the scope by name, at most so many.
    ///
    /// # Errors
    /// 503 when the database does not answer.
    pub async fn list(
        db: &impl ConnectionTrait,
        scope: &Scope,
        filter: &PremisesFilter,
        limit: u64,
    ) -> Result<Vec<PremisesView>> {
        let mut find = premises::Entity::find().filter(within(scope));
        if let Some(kind) = filter.kind {
            find = find.filter(premises::Column::Kind.eq(kind.as_str()));
        }
        if let Some(building) = filter.building {
            find = find.filter(premises::Column::BuildingId.eq(building));
        }
        let text = words::clean(&filter.text);
        if !text.is_empty() {
            find = find.filter(
                Condition::any()
                    .add(holds(premises::Column::Name, &text))
                    .add(holds(premises::Column::StreetAddress, &text)),
            );
        }
        find = if filter.closed {
            find.filter(premises::Column::ClosedAt.is_not_null())
        } else {
            find.filter(premises::Column::ClosedAt.is_null())
        };
        let rows = find
            .order_by_asc(premises::Column::Name)
            .order_by_asc(premises::Column::Id)
            .limit(limit)
            .all(db)
            .await?;
        views(db, rows).await
    }

    /// One of them.
    ///
    /// # Errors
    /// 404 outside the scope.
    pub async fn one(db: &impl ConnectionTrait, scope: &Scope, id: Uuid) -> Result<PremisesView> {
        let row = premises::Entity::find()
            .filter(within(scope))
            .filter(premises::Column::Id.eq(id))
            .one(db)
            .await?
            .ok_or_else(Problem::not_found)?;
        views(db, vec![row])
            .await?
            .pop()
            .ok_or_else(Problem::not_found)
    }

    /// Those of the communities by their ids, closed ones too; for floors that keep the ids.
    ///
    /// # Errors
    /// 503 when the database does not answer.
    pub async fn named(
        db: &impl ConnectionTrait,
        communities: &[i64],
        ids: &[Uuid],
    ) -> Result<HashMap<Uuid, PremisesView>> {
        let mut found = HashMap::new();
        for some in ids.chunks(500) {
            let rows = premises::Entity::find()
                .filter(premises::Column::CommunityId.is_in(communities.iter().copied()))
                .filter(premises::Column::Id.is_in(some.iter().copied()))
                .all(db)
                .await?;
            found.extend(views(db, rows).await?.into_iter().map(|one| (one.id, one)));
        }
        Ok(found)
    }

    /// The stalls of premises one may see, in the order of the plan; ended ones too when asked for.
    ///
    /// # Errors
    /// 503 when the database does not answer.
    pub async fn stalls(
        db: &impl ConnectionTrait,
        of: &PremisesView,
        ended: bool,
    ) -> Result<Vec<StallView>> {
        let mut find = stall::Entity::find()
            .filter(stall::Column::CommunityId.eq(of.community.0))
            .filter(stall::Column::PremisesId.eq(of.id));
        if !ended {
            find = find.filter(stall::Column::EndedAt.is_null());
        }
        Ok(as_on_the_plan(find.all(db).await?))
    }

    /// The same of several premises, with one query.
    ///
    /// # Errors
    /// 503 when the database does not answer.
    pub async fn stalls_of(
        db: &impl ConnectionTrait,
        of: &[&PremisesView],
    ) -> Result<HashMap<Uuid, Vec<StallView>>> {
        let communities: BTreeSet<i64> = of.iter().map(|one| one.community.0).collect();
        let rows = stall::Entity::find()
            .filter(stall::Column::CommunityId.is_in(communities))
            .filter(stall::Column::PremisesId.is_in(of.iter().map(|one| one.id)))
            .filter(stall::Column::EndedAt.is_null())
            .all(db)
            .await?;
        let mut by: HashMap<Uuid, Vec<stall::Model>> = HashMap::new();
        for row in rows {
            by.entry(row.premises_id).or_default().push(row);
        }
        let by = by.into_iter();
        Ok(by.map(|(id, rows)| (id, as_on_the_plan(rows))).collect())
    }

    /// A stall with its premises.
    ///
    /// # Errors
    /// 404 outside the scope.
    pub async fn stall(
        db: &impl ConnectionTrait,
        scope: &Scope,
        id: Uuid,
    ) -> Result<(PremisesView, StallView)> {
        let row = stall::Entity::find()
            .filter(stall::Column::CommunityId.is_in(scope.communities()))
            .filter(stall::Column::Id.eq(id))
            .one(db)
            .await?
            .ok_or_else(Problem::not_found)?;
        let of = Self::one(db, scope, row.premises_id).await?;
        Ok((of, stall_view(row)))
    }

    /// Stalls of the communities by their ids, ended ones too.
    ///
    /// # Errors
    /// 503 when the database does not answer.
    pub async fn stalls_named(
        db: &impl ConnectionTrait,
        communities: &[i64],
        ids: &[Uuid],
    ) -> Result<HashMap<Uuid, StallView>> {
        let mut found = HashMap::new();
        for some in ids.chunks(500) {
            let rows = stall::Entity::find()
                .filter(stall::Column::CommunityId.is_in(communities.iter().copied()))
                .filter(stall::Column::Id.is_in(some.iter().copied()))
                .all(db)
                .await?;
            found.extend(rows.into_iter().map(|row| (row.id, stall_view(row))));
        }
        Ok(found)
    }

    /// Equipment of the scope, what is due first; at most so many.
    ///
    /// # Errors
    /// 503 when the database does not answer.
    pub async fn equipment(
        db: &impl ConnectionTrait,
        scope: &Scope,
        filter: &EquipmentFilter,
        now: Micros,
        limit: u64,
    ) -> Result<Vec<EquipmentView>> {
        use equipment::Column as C;
        let mut find = equipment::Entity::find().filter(C::CommunityId.is_in(scope.communities()));
        if let Some(kind) = filter.kind {
            find = find.filter(C::Kind.eq(kind.as_str()));
        }
        if let Some(state) = filter.state {
            find = find.filter(C::State.eq(state.as_str()));
        }
        if let Some(id) = filter.building {
            find = find.filter(C::BuildingId.eq(id));
        }
        if let Some(id) = filter.premises {
            find = find.filter(C::PremisesId.eq(id));
        }
        find = match filter.due {
            Some(Due::Overdue) => find.filter(C::DueOn.lt(days::of(now))),
            Some(Due::Soon) => {
                let soon = now.plus(i64::from(crate::premises::SOON_DAYS) * Micros::DAY);
                find.filter(C::DueOn.lte(days::of(soon)))
            }
            Some(Due::Unknown) => find.filter(C::DueOn.is_null()),
            Some(Due::Later) | None => find,
        };
        find = match (filter.ids.is_empty(), filter.ended) {
            (false, _) => find.filter(C::Id.is_in(filter.ids.iter().copied())),
            (true, true) => find.filter(C::EndedAt.is_not_null()),
            (true, false) => find.filter(C::EndedAt.is_null()),
        };
        let rows = find
            .order_by_with_nulls(
                C::DueOn,
                sea_orm::Order::Asc,
                sea_orm::sea_query::NullOrdering::Last,
            )
            .order_by_asc(C::Id)
            .limit(limit)
            .all(db)
            .await?;
        equipment_views(db, scope, rows, now).await
    }

    /// One piece of it with the looks at it, the latest first.
    ///
    /// # Errors
    /// 404 outside the scope.
    pub async fn equipment_one(
        db: &impl ConnectionTrait,
        scope: &Scope,
        id: Uuid,
        now: Micros,
    ) -> Result<(EquipmentView, Vec<CheckView>)> {
        let row = equipment::Entity::find()
            .filter(equipment::Column::CommunityId.is_in(scope.communities()))
            .filter(equipment::Column::Id.eq(id))
            .one(db)
            .await?
            .ok_or_else(Problem::not_found)?;
        let community = row.community_id;
        let view = equipment_views(db, scope, vec![row], now)
            .await?
            .pop()
            .ok_or_else(Problem::not_found)?;
        let checks = equipment_check::Entity::find()
            .filter(equipment_check::Column::CommunityId.eq(community))
            .filter(equipment_check::Column::EquipmentId.eq(id))
            .order_by_desc(equipment_check::Column::CheckedOn)
            .order_by_desc(equipment_check::Column::At)
            .all(db)
            .await?;
        Ok((view, checks.into_iter().map(check_view).collect()))
    }
}

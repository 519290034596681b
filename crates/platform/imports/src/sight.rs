//! Whose imports are whose business: one's own, and those that were taken in where one has the permission of the register.
//! What an import touched is known by its batches, each noted under its community, so that this holds for old ones too.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::sea_query::{ExprTrait, Order, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;
use youlin_database::Database;
use youlin_database::sql::{col, name};
use youlin_kernel::{AreaId, CommunityId, Ctx, Permission, Problem, Result};

use crate::entities::import_run;
use crate::queries::{ImportView, row_of, view};
use crate::{ImportState, Imports};

/// Of the imports that were taken in, as many of the latest are looked through.
const LOOKED_THROUGH: u64 = 200;

/// The communities each of these touched; the system's own for what belongs to none (areas, accounts).
async fn touched(
    conn: &impl ConnectionTrait,
    imports: &[Uuid],
) -> Result<BTreeMap<Uuid, BTreeSet<i64>>> {
    let mut find = Query::select();
    find.distinct()
        .columns(["import_id", "community_id"].map(name))
        .from(name("import_part"))
        .and_where(col("import_id").is_in(imports.iter().copied()));
    let mut all: BTreeMap<Uuid, BTreeSet<i64>> = BTreeMap::new();
    for row in conn.query_all(&find).await? {
        let import: Uuid = row.try_get("", "import_id")?;
        let community: i64 = row.try_get("", "community_id")?;
        all.entry(import).or_default().insert(community);
    }
    Ok(all)
}

/// What belongs to no community is the business of those who may do it everywhere.
fn everywhere(ctx: &Ctx, permission: &'static Permission) -> bool {
    let roots = ctx.areas().roots().to_vec();
    !roots.is_empty()
        && roots
            .iter()
            .all(|root| ctx.authorize(permission, *root).is_ok())
}

fn over(ctx: &Ctx, permission: &'static Permission, communities: &BTreeSet<i64>) -> bool {
    let may = |id: &i64| match CommunityId(*id) {
        CommunityId::SYSTEM => everywhere(ctx, permission),
        community => ctx.authorize(permission, AreaId::from(community)).is_ok(),
    };
    !communities.is_empty() && communities.iter().all(may)
}

/// Whether it is the caller's own, or everything it touched is theirs to take in.
pub(crate) async fn sees(
    conn: &impl ConnectionTrait,
    imports: &Imports,
    ctx: &Ctx,
    row: &import_run::Model,
) -> Result<bool> {
    if ctx.actor().id() == Some(row.account_id) {
        return Ok(true);
    }
    let permission = imports.register(&row.kind)?.permission();
    let all = touched(conn, &[row.id]).await?;
    Ok(all
        .get(&row.id)
        .is_some_and(|communities| over(ctx, permission, communities)))
}

/// One import, the caller's own or a colleague's.
///
/// # Errors
/// 404 for everybody else.
pub(crate) async fn seen(
    db: &Database,
    imports: &Imports,
    ctx: &Ctx,
    id: Uuid,
) -> Result<ImportView> {
    let row = row_of(db.read(), id).await?;
    if !sees(db.read(), imports, ctx, &row).await? {
        return Err(Problem::not_found());
    }
    view(&*imports.sealer, row, ctx)
}

/// What colleagues had taken in where the caller may too, newest first.
pub(crate) async fn of_colleagues(
    db: &Database,
    imports: &Imports,
    ctx: &Ctx,
) -> Result<Vec<ImportView>> {
    let mut communities: BTreeSet<i64> = BTreeSet::new();
    for register in &imports.registers {
        if let Ok(scope) = ctx.scope(register.permission()) {
            communities.extend(scope.communities());
        }
        if everywhere(ctx, register.permission()) {
            communities.insert(CommunityId::SYSTEM.0);
        }
    }
    let mut find = Query::select();
    find.distinct()
        .column(name("import_id"))
        .from(name("import_part"))
        .and_where(col("community_id").is_in(communities))
        .order_by(name("import_id"), Order::Desc)
        .limit(LOOKED_THROUGH);
    let mut ids: Vec<Uuid> = Vec::new();
    for row in db.read().query_all(&find).await? {
        ids.push(row.try_get("", "import_id")?);
    }
    let touched = touched(db.read(), &ids).await?;
    let mut rows = import_run::Entity::find()
        .filter(import_run::Column::CommunityId.eq(CommunityId::SYSTEM.0))
        .filter(import_run::Column::Id.is_in(ids))
        .all(db.read())
        .await?;
    rows.sort_by_key(|row| std::cmp::Reverse(row.id));
    let theirs = rows.into_iter().filter(|row| {
        let permission = imports.register(&row.kind).map(|one| one.permission());
        let communities = touched.get(&row.id);
        ctx.actor().id() != Some(row.account_id)
            && ImportState::parse(&row.state) != ImportState::Dropped
            && permission
                .ok()
                .zip(communities)
                .is_some_and(|(permission, communities)| over(ctx, permission, communities))
    });
    theirs.map(|row| view(&*imports.sealer, row, ctx)).collect()
}

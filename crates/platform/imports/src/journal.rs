//! What an import did, step by step, so that it can be taken back: written by a batch in its own transaction, sealed,
//! forgotten 30 days after.

use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{ExprTrait, Order, Query};
use uuid::Uuid;
use youlin_database::sql::{col, name};
use youlin_database::{Database, Tx};
use youlin_kernel::{CommunityId, Ctx, Result};

use crate::Sealer;

/// A record an import made or changed. `detail` is the register's own affair: what it needs to take the step back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Nil before it is written.
    pub id: Uuid,
    /// Row of the file.
    pub line: u32,
    pub subject: Uuid,
    pub detail: String,
}

impl Step {
    #[must_use]
    pub fn new(line: u32, subject: Uuid, detail: String) -> Self {
        Self {
            id: Uuid::nil(),
            line,
            subject,
            detail,
        }
    }
}

/// Writes steps in the transaction that makes them true.
///
/// # Errors
/// 503 when the database cannot write now.
pub async fn journal(
    ctx: &Ctx,
    tx: &Tx<'_>,
    sealer: &dyn Sealer,
    community: CommunityId,
    import: Uuid,
    steps: Vec<Step>,
) -> Result<()> {
    let columns = [
        "community_id",
        "id",
        "import_id",
        "line",
        "subject",
        "detail_sealed",
    ];
    let mut rows = Vec::with_capacity(steps.len());
    for step in steps {
        let id = ctx.new_id();
        rows.push(vec![
            community.0.into(),
            id.into(),
            import.into(),
            i64::from(step.line).into(),
            step.subject.into(),
            sealer.seal(ctx, id, &step.detail)?.into(),
        ]);
    }
    tx.insert_rows("import_step", &columns, rows).await
}

/// Strikes steps that were taken back, in the transaction that did it.
///
/// # Errors
/// 503 when the database cannot write now.
pub async fn strike(tx: &Tx<'_>, community: CommunityId, ids: &[Uuid]) -> Result<()> {
    for some in ids.chunks(500) {
        let mut delete = Query::delete();
        delete
            .from_table(name("import_step"))
            .and_where(col("community_id").eq(community.0))
            .and_where(col("id").is_in(some.iter().copied()));
        tx.conn().execute(&delete).await?;
    }
    Ok(())
}

/// The latest steps before one, latest first: what was done last is taken back first.
pub(crate) async fn steps_before(
    db: &Database,
    sealer: &dyn Sealer,
    community: CommunityId,
    import: Uuid,
    before: Option<Uuid>,
    most: u64,
) -> Result<Vec<Step>> {
    let mut find = Query::select();
    find.columns(["id", "line", "subject", "detail_sealed"].map(name))
        .from(name("import_step"))
        .and_where(col("community_id").eq(community.0))
        .and_where(col("import_id").eq(import))
        .order_by(name("id"), Order::Desc)
        .limit(most);
    if let Some(before) = before {
        find.and_where(col("id").lt(before));
    }
    let mut steps = Vec::new();
    for row in db.raw_write().query_all(&find).await? {
        let id: Uuid = row.try_get("", "id")?;
        let line: i64 = row.try_get("", "line")?;
        let sealed: Vec<u8> = row.try_get("", "detail_sealed")?;
        steps.push(Step {
            id,
            line: u32::try_from(line).unwrap_or_default(),
            subject: row.try_get("", "subject")?,
            detail: sealer.open(id, &sealed)?,
        });
    }
    Ok(steps)
}

/// Steps that are left, of all the communities an import reached.
pub(crate) async fn count(db: &Database, communities: &[i64], import: Uuid) -> Result<i64> {
    if communities.is_empty() {
        return Ok(0);
    }
    let mut find = Query::select();
    find.expr_as(col("id").count(), name("n"))
        .from(name("import_step"))
        .and_where(col("community_id").is_in(communities.iter().copied()))
        .and_where(col("import_id").eq(import));
    let row = db.raw_write().query_one(&find).await?;
    Ok(row
        .map(|row| row.try_get("", "n"))
        .transpose()?
        .unwrap_or(0))
}

/// The communities an import reached.
pub(crate) async fn communities(db: &impl ConnectionTrait, import: Uuid) -> Result<Vec<i64>> {
    let mut find = Query::select();
    find.distinct()
        .column(name("community_id"))
        .from(name("import_part"))
        .and_where(col("import_id").eq(import));
    let rows = db.query_all(&find).await?;
    let mut found = Vec::new();
    for row in rows {
        found.push(row.try_get("", "community_id")?);
    }
    Ok(found)
}

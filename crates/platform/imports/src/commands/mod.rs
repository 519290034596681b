//! A file is given, accepted, given up; and what the job writes down of it. One verb per file; here what they share.

mod accept;
mod columns;
mod forget;
mod kind;
mod settle;
mod sheets;
mod start;
mod undo;

pub use accept::{AcceptImport, AcceptSealer};
pub(crate) use columns::ShowColumns;
pub use columns::{MatchAgain, MatchColumns};
pub use forget::DropImport;
pub(crate) use forget::{Forget, ForgetSteps};
pub use kind::GiveAs;
pub(crate) use settle::Settle;
pub use sheets::ChooseSheets;
pub use start::StartImport;
pub use undo::UndoImport;

use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{ExprTrait, Query};
use serde_json::json;
use uuid::Uuid;
use youlin_database::sql::{col, name};
use youlin_database::{NewJob, Tx};
use youlin_kernel::{CommunityId, Ctx, Micros, Problem, Result};

use crate::Sealer;
use crate::entities::import_run;
use crate::job::{FORGET_KIND, Phase, RUN_KIND};
use crate::queries::row_of;

const SYSTEM: CommunityId = CommunityId::SYSTEM;
/// Bytes of a piece: a row of the database stays small whatever the file.
const PIECE: usize = 128 * 1024;
/// A file nobody accepted is forgotten after that.
const KEPT: i64 = 7 * Micros::DAY;
/// So long an import can be taken back, and the rows left of it be fetched.
pub(crate) const UNDONE_WITHIN: i64 = 30 * Micros::DAY;

/// A table of sealed pieces, and its column of them.
type Pieces = (&'static str, &'static str);

const FILE: Pieces = ("import_piece", "text_sealed");

const LEFT: Pieces = ("import_left", "rows_sealed");

/// Keeps a long content in sealed pieces.
async fn keep(
    ctx: &Ctx,
    tx: &Tx<'_>,
    sealer: &dyn Sealer,
    (table, column): Pieces,
    import: Uuid,
    content: &[u8],
) -> Result<()> {
    let columns = ["community_id", "id", "import_id", "place", column];
    for (place, piece) in content.chunks(PIECE).enumerate() {
        let id = ctx.new_id();
        let place = i32::try_from(place).unwrap_or(i32::MAX);
        let row = vec![
            SYSTEM.0.into(),
            id.into(),
            import.into(),
            place.into(),
            sealer.seal_bytes(ctx, id, piece)?.into(),
        ];
        tx.insert_rows(table, &columns, vec![row]).await?;
    }
    Ok(())
}

fn job(ctx: &Ctx, id: Uuid, phase: Phase, round: i32) -> NewJob {
    NewJob {
        community: SYSTEM,
        kind: RUN_KIND,
        key: phase.key(id, round),
        run_at: ctx.now(),
        payload: json!({"import": id, "phase": phase}),
    }
}

fn forgetting(ctx: &Ctx, id: Uuid, after: i64) -> NewJob {
    NewJob {
        community: SYSTEM,
        kind: FORGET_KIND,
        key: format!("{id}:{after}"),
        run_at: ctx.now().plus(after),
        payload: json!({"import": id}),
    }
}

/// The caller's own import in its present state.
async fn own(ctx: &Ctx, tx: &Tx<'_>, id: Uuid) -> Result<import_run::Model> {
    let row = row_of(tx.conn(), id).await?;
    if ctx.actor().id() != Some(row.account_id) {
        return Err(Problem::not_found());
    }
    Ok(row)
}

async fn clear(tx: &Tx<'_>, table: &'static str, id: Uuid) -> Result<()> {
    let mut pieces = Query::delete();
    pieces
        .from_table(name(table))
        .and_where(col("community_id").eq(SYSTEM.0))
        .and_where(col("import_id").eq(id));
    tx.conn().execute(&pieces).await?;
    Ok(())
}

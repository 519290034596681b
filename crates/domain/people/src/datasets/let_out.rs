//! What the forms of this module share on their way out of the house, whatever a line of them is.

use youlin_database::Database;
use youlin_datasets::{AskedRelease, Wanted};
use youlin_kernel::{Ctx, Problem, Result};

use crate::privacy::{AskRelease, released};

/// Uses up the yes that so many records need; answers with the purpose they leave for.
pub(crate) async fn purpose_of(
    db: &Database,
    ctx: &Ctx,
    wanted: &Wanted,
    records: usize,
) -> Result<String> {
    let Some(release) = released(db, ctx, wanted.form, records).await? else {
        return Ok(wanted.purpose.clone());
    };
    let purpose = release.purpose.clone();
    db.execute(ctx, release).await?;
    Ok(purpose)
}

/// Asks a second person for that yes.
pub(crate) async fn ask(db: &Database, ctx: &Ctx, asked: &AskedRelease) -> Result<()> {
    let own = ctx.areas().community_of(asked.area);
    let first = asked.records.iter().map(|(community, _)| *community).min();
    let ask = AskRelease {
        community: own.or(first).ok_or_else(Problem::not_found)?,
        area: asked.area,
        form: asked.form,
        page: asked.page.clone(),
        purpose: asked.purpose.clone(),
        persons: asked.records.len(),
    };
    db.execute(ctx, ask).await
}

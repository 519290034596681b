//! What ends by itself: a row of the page of keeping, and the look at what ends next.

use std::sync::Arc;

use askama::Template;
use axum::response::Response;
use youlin_kernel::{AreaId, Ctx, Micros, Problem, Result, Scope};
use youlin_web::{App, Shell, WebResult, page};

use crate::privacy::{EndingLine, KeptElsewhere, KeptParts};

/// Days ahead that are looked at.
const AHEAD: i64 = 7;
/// Entries of the list on the page.
const SHOWN: u64 = 500;

/// A row of the page of keeping.
pub(super) struct EndingRow {
    pub(super) name: &'static str,
    pub(super) days: i64,
    /// Over already: gone with the next run.
    pub(super) due: u64,
    /// Over within the next days.
    pub(super) soon: u64,
}

fn parts(app: &App) -> Vec<Arc<dyn KeptElsewhere>> {
    let parts = app.service::<KeptParts>();
    parts.map_or_else(Vec::new, |parts| parts.0.clone())
}

async fn count(part: &dyn KeptElsewhere, scope: &Scope, before: Micros) -> Result<u64> {
    let counts = part.counts(scope, before).await?;
    Ok(counts.iter().map(|(_, count)| count).sum())
}

fn ahead(ctx: &Ctx) -> Micros {
    ctx.now().plus(AHEAD * Micros::DAY)
}

async fn row(part: &dyn KeptElsewhere, ctx: &Ctx, scope: &Scope) -> Result<EndingRow> {
    let due = count(part, scope, ctx.now()).await?;
    let all = count(part, scope, ahead(ctx)).await?;
    Ok(EndingRow {
        name: part.name(),
        days: part.days(),
        due,
        soon: all.saturating_sub(due),
    })
}

pub(super) async fn rows(app: &App, ctx: &Ctx, scope: &Scope) -> Result<Vec<EndingRow>> {
    let mut rows = Vec::new();
    for part in parts(app) {
        rows.push(row(part.as_ref(), ctx, scope).await?);
    }
    Ok(rows)
}

#[derive(Template)]
#[template(path = "privacy/retention_ending.html")]
struct EndingPage {
    s: Shell,
    row: EndingRow,
    now: Micros,
    lines: Vec<EndingLine>,
}

impl EndingPage {
    fn over(&self, line: &EndingLine) -> bool {
        line.at < self.now
    }

    fn area(&self, line: &EndingLine) -> String {
        self.s.area(&AreaId::from(line.community))
    }

    fn more(&self) -> bool {
        self.row.due + self.row.soon > self.lines.len() as u64
    }
}

/// The look at what ends next, of the part with that name.
pub(super) async fn show(
    app: &App,
    ctx: &Ctx,
    s: Shell,
    scope: &Scope,
    name: &str,
) -> WebResult<Response> {
    let part = parts(app).into_iter().find(|part| part.name() == name);
    let part = part.ok_or_else(Problem::not_found)?;
    page(&EndingPage {
        lines: part.lines(ctx, scope, ahead(ctx), SHOWN).await?,
        row: row(part.as_ref(), ctx, scope).await?,
        now: ctx.now(),
        s,
    })
}

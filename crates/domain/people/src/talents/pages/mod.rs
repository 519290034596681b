//! Pages of leaders and talents: `/talents…` for the house, `/name-a-neighbour` for everybody.

mod asked;
mod named;
mod public;
mod rules;
mod suggested;

use youlin_kernel::{Access, AreaId, CommunityId, Ctx, Problem, Result};
use youlin_web::{App, NavPlace, Prefs, Routes, Shell};

use crate::permissions::{TALENTS_READ, TALENTS_WRITE};

pub(super) fn routes() -> Routes {
    let (read, write) = (Access::Needs(&TALENTS_READ), Access::Needs(&TALENTS_WRITE));
    Routes::new()
        .get("/talents", read, asked::list)
        .get("/talents/suggested", read, suggested::list)
        .post("/talents/ask", write, suggested::ask)
        .post("/talents/{id}/answer", write, asked::answer)
        .post("/talents/{id}/withdraw", write, asked::withdraw)
        .get("/talents/named", read, named::list)
        .post("/talents/named", write, named::name)
        .post("/talents/named/{id}", write, named::decide)
        .get("/talents/rules", write, rules::show)
        .post("/talents/rules", write, rules::save)
        .get("/name-a-neighbour", Access::Public, public::show)
        .post("/name-a-neighbour", Access::Public, public::send)
}

fn shell(app: &App, ctx: &Ctx, prefs: Prefs) -> Shell {
    Shell::new(app, ctx, prefs, NavPlace::Know, "/people")
}

/// The community asked for, or the first of those the caller may see.
fn community(ctx: &Ctx, area: Option<i64>) -> Result<CommunityId> {
    let scope = ctx.scope(&TALENTS_READ)?;
    let asked = area.and_then(|area| ctx.areas().community_of(AreaId(area)));
    let community = asked
        .or_else(|| scope.parts().first().map(|part| part.community))
        .ok_or_else(Problem::not_found)?;
    if scope.contains_community(community) {
        Ok(community)
    } else {
        Err(Problem::not_found())
    }
}

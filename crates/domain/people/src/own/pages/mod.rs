//! Pages of the own file: `/my-file…` for residents, `/people/corrections` for the desk. Whoever comes without a session
//! of their own is sent to the start, whatever the address says.

mod desk;
mod enter;
mod file;
mod phones;
mod take;

use uuid::Uuid;
use youlin_crypto::mask;
use youlin_kernel::{Access, CommunityId, Ctx, Result};
use youlin_web::{App, NavPlace, Prefs, Routes, Shell};

use super::guardians::is_child;
use super::session::{Opened, OwnSession};
use crate::Vault;
use crate::entities::person;
use crate::pages::age_words;
use crate::permissions::PEOPLE_WRITE;
use crate::queries::open_name;

pub(crate) fn routes() -> Routes {
    let (open, own) = (Access::Public, Access::Link);
    let desk = Access::Needs(&PEOPLE_WRITE);
    Routes::new()
        .get("/my-file", open, enter::show)
        .post("/my-file", open, enter::ask)
        .get("/my-file/code/{id}", open, enter::show_code)
        .post("/my-file/code/{id}", open, enter::enter)
        .get("/my-file/life", own, file::life)
        .post("/my-file/who", own, enter::choose)
        .post("/my-file/leave", own, enter::leave)
        .post("/my-file/identity", own, file::identity)
        .post("/my-file/consents", own, file::withdraw)
        .post("/my-file/corrections", own, file::correct)
        .post("/my-file/phones", own, phones::ask)
        .get("/my-file/phones/{id}", own, phones::show)
        .post("/my-file/phones/{id}", own, phones::confirm)
        .post("/my-file/phones/{id}/off", own, phones::off)
        .post("/my-file/take", own, take::take)
        .get("/people/corrections", desk, desk::list)
        .post("/people/corrections/{id}", desk, desk::decide)
        .post("/people/corrections/{id}/reveal", desk, desk::reveal_wish)
        .get("/people/{id}/guardians", desk, desk::guardians)
        .post("/people/{id}/guardians", desk, desk::set_guardian)
}

/// The files a proven number opens, so that two of one masked name can be told apart: 童* · 本人, 童* · 孩子 · 8 岁; and
/// whether a child's is among them.
fn named_files(
    s: &Shell,
    vault: &Vault,
    rows: &[person::Model],
) -> Result<(Vec<(Uuid, String)>, bool)> {
    let now = s.ctx().now();
    let mut children = Vec::with_capacity(rows.len());
    for row in rows {
        children.push(is_child(vault, row, now)?);
    }
    let one = children.iter().filter(|child| !**child).count() == 1;
    let mut files = Vec::with_capacity(rows.len());
    for (row, child) in rows.iter().zip(&children) {
        let mut words = vec![mask::name(&open_name(vault, row)?)];
        match (child, one) {
            (true, _) => words.push(s.t("own-of-child")),
            (false, true) => words.push(s.t("own-of-self")),
            (false, false) => words.extend(row.sex.as_deref().map(|sex| s.tt("sex", sex))),
        }
        if *child || !one {
            let age = crate::age::age_of(vault, row, now)?;
            words.extend(age.map(|age| age_words(s, age)));
        }
        files.push((row.id, words.join(" · ")));
    }
    Ok((files, one && children.contains(&true)))
}

/// The frame of a resident's page.
fn shell(app: &App, ctx: &Ctx, prefs: Prefs) -> Shell {
    Shell::new(app, ctx, prefs, NavPlace::None, "/my-file")
}

/// The open file of a request.
struct Own {
    community: CommunityId,
    person: Uuid,
    /// Acting for that person.
    ctx: Ctx,
    opened: Opened,
}

/// Where whoever comes without an open file is sent.
const START: &str = "/my-file";

/// The open file; without one, [`START`].
fn own(session: OwnSession) -> Option<Own> {
    let opened = session.opened?;
    let (community, person) = opened.person?;
    Some(Own {
        community,
        person,
        ctx: opened.ctx.clone(),
        opened,
    })
}

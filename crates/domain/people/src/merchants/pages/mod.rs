//! Pages of merchants.

mod form;
mod list;
mod persons;
mod show;

use youlin_kernel::{Access, Ctx};
use youlin_web::{App, Choice, NavItem, NavPlace, Prefs, Routes, Shell};

use crate::permissions::{PEOPLE_EXPORT, PEOPLE_READ, PEOPLE_REVEAL, PEOPLE_WRITE};

/// Doors of the navigation to these pages.
pub const NAV: &[NavItem] = &[NavItem {
    place: NavPlace::Know,
    href: "/people/merchants",
    label: "nav-merchants",
    icon: "building",
    access: Access::Needs(&PEOPLE_READ),
    phone: false,
}];

pub(super) fn routes() -> Routes {
    let (read, write) = (Access::Needs(&PEOPLE_READ), Access::Needs(&PEOPLE_WRITE));
    Routes::new()
        .get("/people/merchants", read, list::list)
        .get("/people/merchants/new", write, form::fresh)
        .get(
            "/people/merchants/file",
            Access::Needs(&PEOPLE_EXPORT),
            list::file,
        )
        .post("/people/merchants", write, form::create)
        .get("/people/merchants/{id}", read, show::show)
        .get("/people/merchants/{id}/edit", write, form::edit)
        .post("/people/merchants/{id}", write, form::change)
        .post("/people/merchants/{id}/places", write, show::place)
        .post("/people/merchants/{id}/places/end", write, show::leave)
        .get("/people/merchants/{id}/persons/new", write, persons::fresh)
        .post("/people/merchants/{id}/persons", write, persons::relate)
        .post("/people/merchants/{id}/persons/end", write, persons::end)
        .post("/people/merchants/{id}/close", write, show::close)
        .post(
            "/people/merchants/{id}/reveal",
            Access::Needs(&PEOPLE_REVEAL),
            show::reveal,
        )
}

fn shell(app: &App, ctx: &Ctx, prefs: Prefs) -> Shell {
    Shell::new(app, ctx, prefs, NavPlace::Know, "/people/merchants")
}

/// A choice for each word, named by `<prefix>-<word>`.
fn choices<'a>(s: &Shell, prefix: &str, words: impl Iterator<Item = &'a str>) -> Vec<Choice> {
    words
        .map(|word| Choice::new(word, s.tt(prefix, word)))
        .collect()
}

pub(crate) fn metres(centi: &i64) -> String {
    youlin_places::premises::square_metres(*centi)
}

pub(crate) fn kilowatts(watts: &i64) -> String {
    youlin_places::premises::kilowatts(*watts)
}

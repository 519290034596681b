//! Pages of premises, their stalls, and equipment.

mod equipment;
mod equipment_form;
mod finder;
mod form;
mod list;
mod show;
mod stall;

pub use finder::PremisesFinder;

use youlin_kernel::{Access, Ctx};
use youlin_web::{App, Choice, NavPlace, Prefs, Routes, Shell};

use crate::permissions::{PLACES_CHECK, PLACES_READ, PLACES_REGISTER};
use crate::premises::{Due, EquipmentState};

pub(crate) fn routes() -> Routes {
    let read = Access::Needs(&PLACES_READ);
    let keep = Access::Needs(&PLACES_REGISTER);
    let check = Access::Needs(&PLACES_CHECK);
    Routes::new()
        .get("/places/premises", read, list::list)
        .get("/places/premises/new", keep, form::fresh)
        .post("/places/premises", keep, form::create)
        .get("/places/premises/{id}", read, show::show)
        .get("/places/premises/{id}/edit", keep, form::edit)
        .post("/places/premises/{id}", keep, form::change)
        .post("/places/premises/{id}/close", keep, show::close)
        .post("/places/premises/{id}/stalls", keep, show::stalls)
        .get("/places/stalls/{id}", keep, stall::edit)
        .post("/places/stalls/{id}", keep, stall::change)
        .get("/places/equipment", read, equipment::list)
        .get("/places/equipment/new", check, equipment_form::fresh)
        .post("/places/equipment", check, equipment_form::create)
        .get("/places/equipment/{id}", read, equipment::show)
        .get("/places/equipment/{id}/edit", check, equipment_form::edit)
        .post("/places/equipment/{id}", check, equipment_form::change)
        .post("/places/equipment/{id}/check", check, equipment::check)
}

fn shell(app: &App, ctx: &Ctx, prefs: Prefs) -> Shell {
    Shell::new(app, ctx, prefs, NavPlace::Know, "/places/premises")
}

/// A choice for each word, named by `<prefix>-<word>`.
fn choices<'a>(s: &Shell, prefix: &str, words: impl Iterator<Item = &'a str>) -> Vec<Choice> {
    words
        .map(|word| Choice::new(word, s.tt(prefix, word)))
        .collect()
}

/// The mark of a badge: colours come with a word.
pub(crate) fn due_mark(due: &Due) -> &'static str {
    match due {
        Due::Overdue => "late",
        Due::Soon => "soon",
        Due::Later | Due::Unknown => "done",
    }
}

pub(crate) fn state_mark(state: &EquipmentState) -> &'static str {
    match state {
        EquipmentState::Working => "ok",
        EquipmentState::Faulty | EquipmentState::OutOfService => "late",
    }
}

pub(crate) fn metres(centi: &i64) -> String {
    crate::premises::square_metres(*centi)
}

pub(crate) fn kilowatts(watts: &i64) -> String {
    crate::premises::kilowatts(*watts)
}

//! Pages: indicators and saved views, the question composed by clicks, the records behind a figure.

mod chart;
mod evidence;
mod forms;
mod left_out;
mod mangled;
mod outline;
mod overview;
mod query;
mod steps;
mod table;
mod views;

pub(crate) use views::read as read_address;

use youlin_kernel::{Access, AreaId, AreaLevel, Ctx};
use youlin_web::{App, Choice, NavItem, NavPlace, Prefs, Routes, Shell, area_named};

use crate::export;
use crate::permissions::INSIGHT_READ;

/// The door of this module.
pub const NAV: &[NavItem] = &[NavItem {
    place: NavPlace::Know,
    href: "/insight",
    label: "nav-insight",
    icon: "board",
    access: Access::Needs(&INSIGHT_READ),
    phone: false,
}];

pub(crate) fn routes() -> Routes {
    let read = Access::Needs(&INSIGHT_READ);
    Routes::new()
        .get("/insight", read, overview::show)
        .get("/insight/query", read, query::show)
        .get("/insight/query/add", read, steps::add)
        .get("/insight/evidence", read, evidence::show)
        .post("/insight/evidence/list", read, evidence::hand_over)
        .get("/insight/export/{format}", read, export::file)
        .post("/insight/views", read, views::save)
        .get("/insight/views/{id}", read, views::open)
        .post("/insight/views/{id}/drop", read, views::drop)
        .merge(forms::routes())
}

/// Lines of a page.
const PAGE: usize = 100;

pub(crate) fn shell(app: &App, ctx: &Ctx, prefs: Prefs) -> Shell {
    Shell::new(app, ctx, prefs, NavPlace::Know, "/insight")
}

/// The areas one may ask about: those of one's grants and what lies below, down to grids; the widest first. Closed ones
/// too, because questions may be as of a day on which they were there.
pub(crate) fn areas_to_ask(s: &Shell) -> Vec<Choice> {
    let grants = s.ctx().grants();
    let mut tops: Vec<AreaId> = grants
        .iter()
        .filter(|grant| INSIGHT_READ.held_by(grant.role))
        .map(|grant| grant.area)
        .collect();
    tops.sort_unstable();
    tops.dedup();
    let mut choices = vec![Choice::new("", s.t("insight-area-all"))];
    for top in tops {
        let room = MOST_AREAS.saturating_sub(choices.len());
        choices.extend(s.areas_of(top, room, |node| node.level <= AreaLevel::Grid));
    }
    choices
}

/// The same; where the address names another one, that too: the field says what was asked.
pub(crate) fn areas_asked(s: &Shell, asked: &str) -> Vec<Choice> {
    let mut choices = areas_to_ask(s);
    if choices.iter().all(|one| one.value != asked) {
        let area = asked.trim().parse::<i64>().map(AreaId);
        let name = area.map_or_else(|_nan| String::new(), |area| area_named(s, area));
        let label = match name.is_empty() {
            true => asked.to_owned(),
            false => name,
        };
        choices.push(Choice::new(asked, label));
    }
    choices
}

/// More areas than this make no list to choose from; the address takes any.
const MOST_AREAS: usize = 400;

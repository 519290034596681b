//! `/rounds/checklists`: the checklists of an area with their versions; writing, publishing, withdrawing, and the way in
//! and out as a workbook.

mod acts;
mod book;
mod convert;
mod editor;
mod list;
mod rows;
mod view;

pub(crate) use book::{LARGEST, READ_PAST, XLSX, labels};
pub(super) use book::{bring_in, export, import};
pub(super) use editor::{edit, save};
pub(super) use list::{create, list, start};
pub(super) use view::{drop_draft, publish, withdraw};

use youlin_kernel::{AreaId, AreaLevel, Ctx};
use youlin_web::{Choice, Shell};

use crate::model::ChecklistState;
use crate::permissions::CHECKLISTS_KEEP;
use crate::queries::ChecklistLine;

/// Drafts are seen by who keeps checklists of their area.
pub(crate) fn may_see(ctx: &Ctx, line: &ChecklistLine) -> bool {
    let keeps = |area| ctx.require(&CHECKLISTS_KEEP, area).is_ok();
    line.state != ChecklistState::Draft || line.area.is_some_and(keeps)
}

/// A version as people call it: 河道巡查 第 1 版. The name says which version, also where another one reads it.
pub(in crate::pages) fn titled(s: &Shell, name: &str, form: &youlin_checklist::Form) -> String {
    let language = crate::checklists::language(s.ctx().locale());
    let title = youlin_checklist::word(&form.checklist().title, language);
    let number = name.rsplit_once('@').map_or("", |(_, number)| number);
    s.t2("checklist-titled", &("title", title), &("number", number))
}

/// The same to choose among versions: with its code, as two may be called alike.
pub(in crate::pages) fn choice_words(s: &Shell, line: &ChecklistLine) -> String {
    let language = crate::checklists::language(s.ctx().locale());
    let title = youlin_checklist::word(&line.title, language);
    let titled = s.t2(
        "checklist-titled",
        &("title", title),
        &("number", &line.number),
    );
    s.t2(
        "checklist-option",
        &("label", titled),
        &("code", &line.code),
    )
}

/// Areas the caller may keep checklists for: those of the grants, no smaller than a community.
fn areas(s: &Shell, ctx: &Ctx) -> Vec<Choice> {
    let mut found: Vec<AreaId> = Vec::new();
    for grant in ctx.grants() {
        let level = ctx.areas().get(grant.area).map(|area| area.level);
        let fits = level.is_some_and(|level| level <= AreaLevel::Community);
        if CHECKLISTS_KEEP.held_by(grant.role) && fits && !found.contains(&grant.area) {
            found.push(grant.area);
        }
    }
    found
        .into_iter()
        .map(|area| Choice::new(area.0.to_string(), s.area_path(area)))
        .collect()
}

//! The way of a hazard in the order it went: what was asked for and said at the premises, what its case holds of it (said to be put
//! right, more time asked for and decided), and who looked again. Photographs say of what moment they are.

use youlin_cases::{EventView, happenings};
use youlin_checklist::Form;
use youlin_kernel::{Micros, Result};
use youlin_web::{App, Shell};

use super::words;
use crate::commands::act::DROPPED;
use crate::queries::{HazardNote, HazardSeen, HazardView, ReturnView, photos_of};
use crate::water;

/// Lines of the case that belong to the way; the rest stands on the case's own page.
const OF_CASE: [&str; 7] = [
    "handled",
    "declined",
    "cancelled",
    "merged",
    "extension_asked",
    "extension_approved",
    "extension_refused",
];

/// One line of it.
pub(super) struct Line {
    pub(super) what: String,
    pub(super) text: String,
    /// What was measured again, and how that was judged.
    pub(super) measured: String,
    pub(super) at: Micros,
    pub(super) by: String,
    /// The round it was seen on again.
    pub(super) href: String,
}

/// A photograph with what it shows.
pub(super) struct Shot {
    pub(super) href: String,
    pub(super) name: String,
    /// 检查时, 整改中, 整改后, 复查时.
    pub(super) stage: String,
    pub(super) at: Micros,
}

/// See the module's text.
pub(super) async fn story(
    app: &App,
    s: &Shell,
    form: Option<&Form>,
    one: &HazardView,
) -> Result<Vec<Line>> {
    let case = (one.community, one.case);
    let told = happenings(app.db().read(), case, &OF_CASE).await?;
    let mut lines: Vec<Line> = one.notes.iter().map(|note| noted(s, note)).collect();
    // Said by the hazard itself already.
    let dropped = one.notes.iter().any(|note| note.kind == DROPPED);
    let told = told
        .iter()
        .filter(|event| !dropped || event.kind != "cancelled");
    lines.extend(told.map(|event| of_case(s, event)));
    lines.extend(one.seen.iter().map(|seen| met(s, form, seen)));
    lines.extend(one.rechecks.iter().map(|back| looked(s, form, back)));
    lines.sort_by_key(|line| line.at);
    Ok(lines)
}

fn noted(s: &Shell, note: &HazardNote) -> Line {
    Line {
        what: s.tt("hazard-note", &note.kind),
        text: note.text.clone(),
        measured: String::new(),
        at: note.at,
        by: note.by_name.clone(),
        href: String::new(),
    }
}

fn of_case(s: &Shell, event: &EventView) -> Line {
    let days = event.data["days"].as_u64().unwrap_or(0);
    Line {
        what: match event.kind.as_str() {
            "extension_asked" => s.t1("hazard-told-asked", "days", days),
            "extension_approved" => s.t1("hazard-told-approved", "days", days),
            "extension_refused" => s.t("hazard-told-refused"),
            kind @ ("declined" | "cancelled" | "merged") => s.tt("hazard-told", kind),
            _ => s.t("hazard-told-handled"),
        },
        text: event.text.clone().unwrap_or_default(),
        measured: String::new(),
        at: event.at,
        by: event.actor.clone(),
        href: String::new(),
    }
}

/// Met again on a later inspection: what was measured then, else what was said.
fn met(s: &Shell, form: Option<&Form>, seen: &HazardSeen) -> Line {
    let text = match &seen.judgement {
        Some(made) => {
            let measured = words::measured(s, form, &made.judgement);
            let required = words::required(s, form, &made.judgement);
            s.t2(
                "hazard-measured-line",
                &("was", measured),
                &("needed", required),
            )
        }
        None => seen.text.clone(),
    };
    Line {
        what: s.t("hazard-seen-again"),
        text,
        measured: String::new(),
        at: seen.at,
        by: seen.by_name.clone(),
        href: format!("/rounds/{}", seen.round),
    }
}

fn looked(s: &Shell, form: Option<&Form>, back: &ReturnView) -> Line {
    let made = back.judgement.as_ref();
    Line {
        what: s.t(match (back.noted, back.passed) {
            (false, true) => "hazard-recheck-passed",
            (false, false) => "hazard-recheck-failed",
            (true, true) => "hazard-recheck-noted-passed",
            (true, false) => "hazard-recheck-noted-failed",
        }),
        text: back.text.clone(),
        measured: made.map_or_else(String::new, |made| words::looked_again(s, form, made)),
        at: back.at,
        by: back.by_name.clone(),
        href: String::new(),
    }
}

/// All photographs of it, the oldest first.
pub(super) async fn shots(app: &App, s: &Shell, one: &HazardView) -> Result<Vec<Shot>> {
    let own = photos_of(app.db(), one.community, one.id).await?;
    let mut all: Vec<Shot> = own
        .into_iter()
        .map(|photo| Shot {
            href: format!("/rounds/{}/photos/{}", one.round, photo.id),
            name: photo.name,
            stage: s.t(match photo.stage.as_str() {
                "after" => "hazard-photo-after",
                "rectified" => "hazard-photo-rectified",
                "under_way" => "hazard-photo-under-way",
                _ => "hazard-photo-found",
            }),
            at: photo.taken.unwrap_or(photo.at),
        })
        .collect();
    let back = water::photos_of(app.db(), one.community, &[one.id]).await?;
    all.extend(back.into_iter().map(|photo| Shot {
        href: format!("/rounds/spots/{}", photo.id),
        name: photo.name,
        stage: s.t("hazard-photo-noted"),
        at: photo.taken_at,
    }));
    all.sort_by_key(|shot| shot.at);
    Ok(all)
}

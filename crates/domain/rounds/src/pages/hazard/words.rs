//! Hazards in the reader's language.

use youlin_checklist::{Form, Judgement, Test, Unit, Verdict};
use youlin_kernel::Micros;
use youlin_web::Shell;

use crate::checklists::{self, Words, choice, unit_name};
use crate::model::HazardStep;
use crate::queries::HazardView;

/// The badge's state.
pub(in crate::pages) fn badge(one: &HazardView) -> &'static str {
    match one.step {
        HazardStep::Removed => "ok",
        HazardStep::ToRecheck => "soon",
        HazardStep::Dropped => "done",
        _ if one.overdue => "late",
        HazardStep::Found | HazardStep::Rectifying | HazardStep::Rework => "wait",
    }
}

/// `C 区 · C-01、C-02`.
pub(in crate::pages) fn spot(s: &Shell, one: &HazardView) -> String {
    let mut parts = Vec::new();
    if !one.section.is_empty() {
        parts.push(s.t1("hazard-section-named", "section", &one.section));
    }
    if !one.spot.is_empty() {
        parts.push(one.spot.clone());
    }
    parts.join(" · ")
}

/// The same in a list: of many stalls the first and how many.
pub(in crate::pages) fn short_spot(s: &Shell, one: &HazardView) -> String {
    match one.spot.split('、').next() {
        Some(first) if one.stalls.len() > 3 => s.t2(
            "hazard-stalls-some",
            &("first", first),
            &("count", one.stalls.len()),
        ),
        _ => spot(s, one),
    }
}

/// What was measured: `3.1 m`, `58 A / 40 A`, 泡沫夹芯板. Names of classes are those of the checklist that was answered.
pub(in crate::pages) fn measured(s: &Shell, form: Option<&Form>, one: &Judgement) -> String {
    checklists::measured(&Words::of(s), form, one)
}

/// What had to hold: 不小于 4 m.
pub(in crate::pages) fn required(s: &Shell, form: Option<&Form>, one: &Judgement) -> String {
    checklists::required(&Words::of(s), form, one)
}

/// The same of a rule by itself; lengths in metres where what is measured is.
pub(in crate::pages) fn demand(
    s: &Shell,
    form: Option<&Form>,
    test: &Test,
    in_metres: bool,
) -> String {
    checklists::demand(&Words::of(s), form, test, in_metres)
}

pub(in crate::pages) fn verdict(s: &Shell, one: &Judgement) -> String {
    match one.verdict {
        Verdict::Meets => s.t("hazard-meets"),
        Verdict::Fails => s.t("hazard-fails"),
    }
}

/// `market-fire-example@1（示例，不是现行法规）`.
pub(in crate::pages) fn rule_set(s: &Shell, one: &Judgement) -> String {
    let status = crate::queries::status_code(&one.status);
    s.t2(
        "hazard-by-rules",
        &("set", format!("{}@{}", one.rule_set, one.version)),
        &("status", s.tt("rules-status", status)),
    )
}

/// Answers that belong to a hazard, with their questions: what is shown elsewhere is left out.
pub(in crate::pages) fn evidence(
    s: &Shell,
    form: Option<&Form>,
    one: &HazardView,
) -> Vec<(String, String)> {
    const SHOWN: [&str; 3] = ["section", "stall", "market_name"];
    let Some(form) = form else {
        return Vec::new();
    };
    let locale = s.ctx().locale();
    one.evidence
        .iter()
        .filter(|(name, value)| !SHOWN.contains(&name.as_str()) && !value.is_empty())
        .map(|(name, value)| {
            let unit = match form.node(name).map(|node| &node.kind) {
                Some(youlin_checklist::NodeKind::Field(field)) => {
                    match Unit::find(&field.question.unit) {
                        Some(found) => format!(" {}", unit_name(&Words::of(s), found)),
                        None => format!(" {}", field.question.unit),
                    }
                }
                _ => String::new(),
            };
            let value = choice(&Words::of(s), Some(form), value);
            (
                checklists::label(locale, form, name),
                format!("{value}{unit}").trim_end().to_owned(),
            )
        })
        .collect()
}

/// The day it must be put right by.
pub(in crate::pages) fn day(at: &Micros) -> String {
    at.date().to_string()
}

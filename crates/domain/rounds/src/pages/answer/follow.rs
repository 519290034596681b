//! What the answers lead to, as rows to be looked over before anything is filed.

use std::collections::BTreeMap;

use youlin_checklist::{Finding, Form, NodeKind, RuleSet, Value};
use youlin_web::Shell;

use super::key;
use crate::checklists::{Answered, Told, Words, told};
use crate::commands::same::Marks;

/// A finding the answers lead to.
#[derive(Clone, Debug)]
pub(in crate::pages) struct Proposed {
    /// Its rule and place: `lives-in.3`.
    pub(in crate::pages) key: String,
    pub(in crate::pages) rule: String,
    pub(in crate::pages) place: Vec<u32>,
    pub(in crate::pages) category: String,
    pub(in crate::pages) severity: &'static str,
    pub(in crate::pages) text: String,
    /// The same as it is kept where nobody changes a word of it.
    pub(in crate::pages) kept: String,
    /// What was measured against what had to hold, and the clause that says so; empty when nothing was judged.
    pub(in crate::pages) measured: String,
    pub(in crate::pages) clause: String,
    /// Where on the plan of premises, as answered.
    pub(in crate::pages) section: String,
    pub(in crate::pages) stall: String,
    /// What tells it from others of its rule.
    pub(in crate::pages) marks: Marks,
    /// Whether whoever finds it may put it right at once.
    pub(in crate::pages) may_on_spot: bool,
    /// Why it is no case but only noted; empty: it is one.
    pub(in crate::pages) noted: String,
    pub(in crate::pages) noted_kept: String,
    /// Questions whose files belong to it, with their places.
    pub(in crate::pages) files: Vec<String>,
    /// Longitude and latitude, when a position is evidence of it.
    pub(in crate::pages) position: Option<(f64, f64)>,
}

/// Everything that follows, in the order of the checklist.
pub(in crate::pages) fn proposed(
    s: &Shell,
    form: &Form,
    rules: Option<&RuleSet>,
    answered: &Answered,
) -> Vec<Proposed> {
    let all = answered.findings(form, rules).into_iter();
    all.map(|found| one(s, form, found)).collect()
}

fn one(s: &Shell, form: &Form, found: Finding) -> Proposed {
    let rules = &form.checklist().findings;
    let rule = rules.iter().find(|rule| rule.code == found.code);
    let Told { text, measured } = told(&Words::of(s), form, &found);
    let kept = Words::kept(s.app().i18n());
    let noted = |words: Words<'_>| match found.is_case {
        true => String::new(),
        false => words.t("finding-noted-by-checklist"),
    };
    let said = told(&kept, form, &found).text;
    let (noted, noted_kept) = (noted(Words::of(s)), noted(kept));
    let names = rule
        .map(|rule| rule.evidence.as_slice())
        .unwrap_or_default();
    let files = names.iter().filter_map(|name| {
        let node = form.node(name)?;
        let NodeKind::Field(field) = &node.kind else {
            return None;
        };
        let inside = found.place.get(..node.repeats.len()).unwrap_or_default();
        field.kind.is_file().then(|| key(name, inside))
    });
    let files = files.collect();
    let position = names
        .iter()
        .find_map(|name| match found.evidence.get(name) {
            Some(Value::Position(at)) => Some((at.lon, at.lat)),
            _ => None,
        });
    let answer = |name: &str| {
        let value = found.evidence.get(name);
        value.map_or_else(String::new, ToString::to_string)
    };
    let texts: BTreeMap<String, String> = found
        .evidence
        .iter()
        .map(|(name, value)| (name.clone(), value.to_string()))
        .collect();
    Proposed {
        marks: Marks::of(form, (&found.code, &found.category), &texts),
        key: key(&found.code, &found.place),
        section: answer("section").to_uppercase(),
        stall: answer("stall"),
        clause: found
            .judgement
            .as_ref()
            .map_or_else(String::new, |one| one.clause.clone()),
        measured,
        may_on_spot: found.on_the_spot,
        rule: found.code,
        place: found.place,
        category: found.category,
        severity: severity(found.severity),
        text,
        kept: said,
        noted,
        noted_kept,
        files,
        position,
    }
}

fn severity(severity: youlin_checklist::Severity) -> &'static str {
    use youlin_checklist::Severity as S;
    match severity {
        S::Low => "low",
        S::Medium => "medium",
        S::High => "high",
        S::Immediate => "immediate",
    }
}

//! What the answers lead to, as rows to be looked over before anything is filed.

use youlin_checklist::{Finding, Form, Kind, NodeKind, RuleSet, Trigger, Value, word};
use youlin_web::Shell;

use super::{key, said};
use crate::checklists::{self, Answered};
use crate::pages::hazard::words;

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
    /// What was measured against what had to hold, and the clause that says so; empty when nothing was judged.
    pub(in crate::pages) measured: String,
    pub(in crate::pages) clause: String,
    /// Where on the plan of premises, as answered.
    pub(in crate::pages) section: String,
    pub(in crate::pages) stall: String,
    /// Whether whoever finds it may put it right at once.
    pub(in crate::pages) may_on_spot: bool,
    /// Why it is no case but only noted; empty: it is one.
    pub(in crate::pages) noted: String,
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
    let locale = s.ctx().locale();
    let language = checklists::language(locale);
    let rules = &form.checklist().findings;
    let rule = rules.iter().find(|rule| rule.code == found.code);
    let mut text = rule.map_or_else(String::new, |rule| word(&rule.label, language).to_owned());
    let (yes, no) = (s.t("yes"), s.t("no"));
    let mut evidence = Vec::new();
    let measured = found.judgement.as_ref().map_or_else(String::new, |one| {
        let was = words::measured(s, Some(form), one);
        let needed = words::required(s, Some(form), one);
        s.t2("hazard-measured-line", &("was", was), &("needed", needed))
    });
    if !measured.is_empty() {
        evidence.push(measured.clone());
    }
    let mut files = Vec::new();
    let mut position = None;
    let names = rule
        .map(|rule| rule.evidence.as_slice())
        .unwrap_or_default();
    let judged: &[&String] = match rule.map(|rule| &rule.trigger) {
        Some(Trigger::Judgement { question, of, .. }) => &[question, of],
        _ => &[],
    };
    // In the order the rule names them; what was judged is said already.
    for name in names.iter().filter(|name| !judged.contains(name)) {
        let Some(NodeKind::Field(field)) = form.node(name).map(|node| &node.kind) else {
            continue;
        };
        if field.kind.is_file() {
            let depth = form.node(name).map_or(0, |node| node.repeats.len());
            files.push(key(name, found.place.get(..depth).unwrap_or_default()));
            continue;
        }
        match found.evidence.get(name) {
            Some(Value::Position(at)) => position = Some((at.lon, at.lat)),
            Some(Value::Track(_)) | None => {}
            Some(value) if field.kind == Kind::Text => {
                evidence.push(in_words(s, name, &value.to_string()));
            }
            Some(value) => {
                let label = word(&field.question.label, language);
                let value = said(locale, [&yes, &no], form, name, value);
                evidence.push(format!("{label} {value}"));
            }
        }
    }
    // A rule without words of its own says what was asked.
    if text.is_empty() {
        let asked = names.iter().chain(judged.iter().copied()).next();
        text = asked.map_or_else(String::new, |name| checklists::label(locale, form, name));
    }
    if !evidence.is_empty() {
        let colon = s.t("checklist-colon");
        text = format!("{text}{colon}{}", evidence.join(&s.t("list-comma")));
    }
    let answer = |name: &str| {
        let value = found.evidence.get(name);
        value.map_or_else(String::new, ToString::to_string)
    };
    Proposed {
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
        noted: match found.is_case {
            true => String::new(),
            false => s.t("finding-noted-by-checklist"),
        },
        files,
        position,
    }
}

/// An answer that says where, as people say it: "2" of the entrances is 2 单元.
fn in_words(s: &Shell, question: &str, answer: &str) -> String {
    let number = answer.trim();
    let short = number.chars().count() <= 8 && number.chars().any(|one| one.is_ascii_digit());
    match question {
        "entrance" if !number.is_empty() && number.chars().all(|one| one.is_ascii_digit()) => {
            s.t1("finding-at-entrance", "value", number)
        }
        "stall" if short => s.t1("finding-at-stall", "value", number),
        "circuit" if short => s.t1("finding-at-circuit", "value", number),
        _ => answer.to_owned(),
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

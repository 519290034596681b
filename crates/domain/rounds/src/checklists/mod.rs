//! Checklists as rounds use them: found by name and version, read from a sentence, checked, and turned into findings.
//! What a checklist is and how it is evaluated is the engine's affair (`youlin-checklist`).

mod faults;
mod kept;
mod scores;
mod spoken;
mod told;

pub use faults::{ChecklistFault, checklist_faults};
pub(crate) use faults::{MOST_QUESTIONS, size_faults};
pub use kept::{Known, form, known};
pub(crate) use kept::{answered_by, fits, read_by};
pub(crate) use scores::score_of;
pub use scores::{SCORES, score, sections, sentence};
pub(crate) use spoken::Spoken;
pub use told::{KEPT, Told, Words, shortened, told, told_by_answers};
pub(crate) use told::{as_measured, choice, demand, measured, required, said, unit_name};

use serde_json::Value as Json;
use youlin_checklist::{
    AnswerFault, Answers, DateTime, Finding, Form, NodeKind, Now, Reader, ReadingRules, RuleSet,
    State, Unsure, Wrong, read_answers, river_reading, shipped_versions, word,
};
use youlin_kernel::{Ctx, Locale, Problem, ProblemKind};
use youlin_web::I18n;

/// The checklist of river patrols.
pub const RIVER: &str = "river-patrol@1";

/// A checklist that comes with the house, by name and version, `river-patrol@1`. For those of places too: [`form`].
#[must_use]
pub fn shipped_form(name: &str) -> Option<Form> {
    let (id, version) = name.split_once('@')?;
    let mut versions = shipped_versions(id).into_iter();
    Form::build(versions.find(|one| one.version == version)?).ok()
}

/// Answers that were looked at.
#[derive(Debug)]
pub struct Answered {
    pub answers: Answers,
    pub state: State,
    pub faults: Vec<AnswerFault>,
}

/// Reads answers, works out what follows, and says what is wrong with them.
#[must_use]
pub fn answered(ctx: &Ctx, form: &Form, json: &Json) -> Answered {
    let (answers, unread) = read_answers(form, json);
    let mut answered = looked_at(ctx, form, answers);
    answered.faults.splice(0..0, unread);
    answered
}

/// The same with answers that were read before.
#[must_use]
pub fn looked_at(ctx: &Ctx, form: &Form, answers: Answers) -> Answered {
    let state = form.evaluate(&answers, now(ctx));
    let faults = form.validate(&answers, &state);
    Answered {
        answers,
        state,
        faults,
    }
}

/// The moment at the place, as the engine asks it.
pub(crate) fn now(ctx: &Ctx) -> Now {
    let now = ctx.now().local();
    Now(DateTime {
        local: now.datetime(),
        offset_minutes: i16::try_from(now.offset().seconds() / 60).unwrap_or(0),
    })
}

impl Answered {
    /// What the answers lead to, judged by these rules (`rules_for`).
    #[must_use]
    pub fn findings(&self, form: &Form, rules: Option<&RuleSet>) -> Vec<Finding> {
        form.findings(&self.state, rules).0
    }
}

/// How a sentence fills this checklist; none where it is filled by hand only. A place's own edition is read like the shipped
/// one as long as it asks the same.
#[must_use]
pub fn reading_rules(name: &str, form: &Form) -> Option<ReadingRules> {
    let code = name.split_once('@').map_or(name, |(code, _)| code);
    let is_river = RIVER
        .split_once('@')
        .is_some_and(|(river, _)| river == code);
    let rules = river_reading().filter(|_| is_river)?;
    Reader::new(form, &rules).is_ok().then_some(rules)
}

/// What was read from a sentence: answers as texts by question, and what was named without saying enough.
#[must_use]
pub fn read_sentence(name: &str, form: &Form, text: &str) -> (Vec<(String, String)>, Vec<Unsure>) {
    let rules = reading_rules(name, form);
    let Some(reader) = rules.and_then(|rules| Reader::new(form, &rules).ok()) else {
        return (Vec::new(), Vec::new());
    };
    let reading = reader.read(text);
    let filled = reading.filled.into_iter();
    (
        filled
            .map(|one| (one.question, one.value.to_string()))
            .collect(),
        reading.unsure,
    )
}

/// The engine's language code.
#[must_use]
pub fn language(locale: Locale) -> &'static str {
    match locale {
        Locale::Zh => "zh-CN",
        Locale::En => "en",
    }
}

/// A unit as people read it: the label of what is counted says what that is.
#[must_use]
pub fn unit(code: &str) -> &str {
    match code {
        "count" => "",
        "m2" => "m²",
        other => other,
    }
}

/// A question in the reader's language.
#[must_use]
pub fn label(locale: Locale, form: &Form, question: &str) -> String {
    match form.node(question).map(|node| &node.kind) {
        Some(NodeKind::Field(field)) => word(&field.question.label, language(locale)).to_owned(),
        _ => question.to_owned(),
    }
}

/// The fault as one of a form's field, `answers.<question>.<place>`, with the checklist's own words where it has any.
#[must_use]
pub fn with_fault(faults: Problem, locale: Locale, form: &Form, fault: &AnswerFault) -> Problem {
    let mut field = format!("answers.{}", fault.question);
    for number in &fault.place {
        field.push_str(&format!(".{number}"));
    }
    let own = match &fault.what {
        Wrong::Constraint(words) => word(words, language(locale)),
        _ => "",
    };
    let code = if own.is_empty() {
        code(&fault.what)
    } else {
        "answer-constraint-said"
    };
    let faults = faults
        .and_field(field, code)
        .field_arg("question", label(locale, form, &fault.question));
    if own.is_empty() {
        faults
    } else {
        faults.field_arg("why", own)
    }
}

/// The sentence of a fault.
#[must_use]
pub fn fault_sentence(i18n: &I18n, locale: Locale, form: &Form, fault: &AnswerFault) -> String {
    let problem = Problem::new(ProblemKind::Invalid, "invalid");
    let problem = with_fault(problem, locale, form, fault);
    let first = problem.fields().first();
    first.map_or_else(String::new, |fault| i18n.field(locale, fault))
}

/// The code of the sentence for people (`field-answer-…`).
#[must_use]
pub fn code(wrong: &Wrong) -> &'static str {
    match wrong {
        Wrong::Missing => "answer-missing",
        Wrong::NoSuchChoice(_) => "answer-no-such-choice",
        Wrong::Constraint(_) => "answer-constraint",
        Wrong::UnknownQuestion => "answer-unknown-question",
        _ => "answer-unreadable",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use youlin_checklist::{SHIPPED, shipped};

    use super::*;

    #[test]
    fn every_finding_of_a_shipped_checklist_has_a_category_of_the_catalogue() {
        let text = std::fs::read_to_string(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../../data/categories.json"
        ))
        .expect("the catalogue");
        let catalogue: Json = serde_json::from_str(&text).expect("JSON");
        let codes: BTreeSet<&str> = catalogue["categories"]
            .as_array()
            .expect("a list")
            .iter()
            .filter_map(|one| one["code"].as_str())
            .collect();
        for checklist in SHIPPED.iter().flat_map(|(id, _)| shipped_versions(id)) {
            let id = &checklist.id;
            for rule in &checklist.findings {
                let category = rule.category.as_str();
                assert!(codes.contains(category), "{id}: {} → {category}", rule.code);
            }
        }
    }

    #[test]
    fn the_sentence_of_the_source_fills_the_checklist() {
        let form = shipped_form(RIVER).expect("the checklist");
        let said = "河面漂浮垃圾少许、河道周边有一些垃圾堆放，暂未发现排污口。请安排相关人员进行现场处理。";
        let (filled, unsure) = read_sentence(RIVER, &form, said);
        let of = |name: &str| {
            let found = filled.iter().find(|(question, _)| question == name);
            found.map(|(_, value)| value.as_str())
        };
        assert_eq!(of("floating"), Some("few"));
        assert_eq!(of("bank"), Some("some"));
        assert_eq!(of("outlets"), Some("none"));
        assert!(unsure.is_empty(), "{unsure:?}");
    }

    #[test]
    fn what_asks_the_same_is_read_the_same() {
        let river = shipped_form(RIVER).expect("the checklist");
        assert!(reading_rules("river-patrol@2", &river).is_some());
        assert!(reading_rules("river-patrol-old@1", &river).is_none());
        let market = Form::build(shipped("market-fire").expect("a checklist")).expect("sound");
        assert!(
            reading_rules("river-patrol@3", &market).is_none(),
            "it asks something else"
        );
        assert!(reading_rules("market-fire@1", &market).is_none());
    }
}

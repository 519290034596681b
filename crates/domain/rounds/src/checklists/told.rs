//! What a finding says of itself: what it is, what was measured against what had to hold, and where. Made here for whoever
//! hands it in, at a page, from the field or from another client, so that a case reads the same whichever way it came.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde_json::Value as Json;
use youlin_checklist::{
    Decimal, Finding, Form, Judgement, Kind, Measured, NodeKind, Test, Trigger, Unit, Value, word,
};
use youlin_database::Database;
use youlin_kernel::{Ctx, Locale, Problem, Result};
use youlin_web::{I18n, Shell};

use super::{answered, known, label, language};
use crate::queries::rules_for;
use crate::service::Rounds;

/// Characters of one answer, and of the whole: what was written at length stands among the answers.
const ANSWER: usize = 400;
const WHOLE: usize = 3_500;

/// The language the house writes its own words in where they are kept, on a case or a round: they are for the community, whatever
/// language whoever caused them reads.
pub const KEPT: Locale = Locale::Zh;

/// The catalogue in a reader's language.
#[derive(Clone, Copy, Debug)]
pub struct Words<'a> {
    pub i18n: &'a I18n,
    pub locale: Locale,
}

impl<'a> Words<'a> {
    pub(crate) fn of(s: &'a Shell) -> Self {
        Self {
            i18n: s.app().i18n(),
            locale: s.ctx().locale(),
        }
    }

    /// For what is kept.
    #[must_use]
    pub fn kept(i18n: &'a I18n) -> Self {
        Self { i18n, locale: KEPT }
    }

    #[must_use]
    pub fn t(&self, key: &str) -> String {
        self.i18n.text(self.locale, key, &[])
    }

    pub(super) fn say(&self, key: &str, args: &[(&str, String)]) -> String {
        self.i18n.text(self.locale, key, args)
    }
}

/// See the module's text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    pub text: String,
    /// What was measured against what had to hold; empty when nothing was judged.
    pub measured: String,
}

/// The words of a finding of this checklist.
#[must_use]
pub fn told(words: &Words<'_>, form: &Form, found: &Finding) -> Told {
    let rules = &form.checklist().findings;
    let rule = rules.iter().find(|rule| rule.code == found.code);
    let locale = words.locale;
    let mut text = rule.map_or_else(String::new, |rule| {
        word(&rule.label, language(locale)).to_owned()
    });
    let measured = found.judgement.as_ref().map_or_else(String::new, |one| {
        let args = [
            ("was", measured(words, Some(form), one)),
            ("needed", required(words, Some(form), one)),
        ];
        words.say("hazard-measured-line", &args)
    });
    let names = rule
        .map(|rule| rule.evidence.as_slice())
        .unwrap_or_default();
    let judged: &[&String] = match rule.map(|rule| &rule.trigger) {
        Some(Trigger::Judgement { question, of, .. }) => &[question, of],
        _ => &[],
    };
    let mut evidence: Vec<String> = Vec::new();
    evidence.extend(Some(measured.clone()).filter(|said| !said.is_empty()));
    // In the order the rule names them; what was judged is said already.
    let others: Vec<&String> = names.iter().filter(|one| !judged.contains(one)).collect();
    let plain = !text.is_empty() && is_one_choice(form, &others);
    evidence.extend(others.into_iter().filter_map(|name| {
        let said = answer(words, form, (name, plain), found.evidence.get(name)?)?;
        Some(shortened(&said, ANSWER))
    }));
    // A rule without words of its own says what was asked.
    if text.is_empty() {
        let asked = names.iter().chain(judged.iter().copied()).next();
        text = asked.map_or_else(String::new, |name| label(locale, form, name));
    }
    if text.is_empty() {
        text.clone_from(&found.code);
    }
    if !evidence.is_empty() {
        let colon = words.t("checklist-colon");
        text = format!("{text}{colon}{}", evidence.join(&words.t("list-comma")));
    }
    Told {
        text: shortened(&text, WHOLE),
        measured,
    }
}

/// Rule, place among the repeats, and words to be kept of everything these answers led to on the day they were given; nothing
/// where nobody knows the checklist.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn told_by_answers(
    rounds: &Rounds,
    db: &Database,
    ctx: &Ctx,
    i18n: &I18n,
    (checklist, answers, day): (&str, &BTreeMap<String, Json>, Date),
) -> Result<Vec<(String, Vec<u32>, Told)>> {
    let Some(known) = known(rounds, db, checklist).await? else {
        return Ok(Vec::new());
    };
    let form = known.form.as_ref();
    let json = serde_json::to_value(answers).map_err(Problem::internal)?;
    let rules = rules_for(db.read(), form, day).await?;
    let all = answered(ctx, form, &json).findings(form, rules.as_ref());
    let words = Words::kept(i18n);
    let said = |found: Finding| {
        let told = told(&words, form, &found);
        (found.code, found.place, told)
    };
    Ok(all.into_iter().map(said).collect())
}

/// Whether a single choice is all there is to say beside texts: then what was asked goes without saying.
fn is_one_choice(form: &Form, names: &[&String]) -> bool {
    let kinds = names
        .iter()
        .filter_map(|name| match &form.node(name)?.kind {
            NodeKind::Field(field) => Some(&field.kind),
            _ => None,
        });
    let others: Vec<&Kind> = kinds
        .filter(|kind| **kind != Kind::Text && !kind.is_file())
        .collect();
    matches!(others.as_slice(), [only] if only.list().is_some())
}

/// An answer as evidence, with its question unless it speaks for itself; files and places are shown otherwise.
fn answer(
    words: &Words<'_>,
    form: &Form,
    (name, plain): (&str, bool),
    value: &Value,
) -> Option<String> {
    let Some(NodeKind::Field(field)) = form.node(name).map(|node| &node.kind) else {
        return None;
    };
    if field.kind.is_file() || matches!(value, Value::Position(_) | Value::Track(_)) {
        return None;
    }
    if field.kind == Kind::Text {
        return Some(in_words(words, name, &value.to_string()));
    }
    let (yes, no) = (words.t("yes"), words.t("no"));
    let value = said(words.locale, [&yes, &no], form, name, value);
    if plain {
        return Some(value);
    }
    let asked = word(&field.question.label, language(words.locale));
    Some(format!("{asked} {value}"))
}

/// An answer that says where, as people say it: "2" of the entrances is 2 单元.
fn in_words(words: &Words<'_>, question: &str, answer: &str) -> String {
    let number = answer.trim();
    let short = number.chars().count() <= 8 && number.chars().any(|one| one.is_ascii_digit());
    let whole = !number.is_empty() && number.chars().all(|one| one.is_ascii_digit());
    let key = match question {
        "entrance" if whole => "finding-at-entrance",
        "stall" if short => "finding-at-stall",
        "circuit" if short => "finding-at-circuit",
        _ => return answer.to_owned(),
    };
    words.say(key, &[("value", number.to_owned())])
}

/// An answer in words: labels of choices, numbers with their unit.
pub(crate) fn said(
    locale: Locale,
    yes_no: [&str; 2],
    form: &Form,
    name: &str,
    value: &Value,
) -> String {
    let language = language(locale);
    let field = match form.node(name).map(|node| &node.kind) {
        Some(NodeKind::Field(field)) => field,
        _ => return value.to_string(),
    };
    let list = field
        .kind
        .list()
        .and_then(|list| form.checklist().choices.get(list));
    let label = |code: &String| {
        let found = list.and_then(|all| all.iter().find(|one| one.name == *code));
        found.map_or_else(|| code.clone(), |one| word(&one.label, language).to_owned())
    };
    match value {
        Value::YesNo(yes) => yes_no[usize::from(!yes)].to_owned(),
        Value::Choice(code) => label(code),
        Value::Choices(all) => {
            let all: Vec<String> = all.iter().map(label).collect();
            all.join(between(locale))
        }
        Value::Number(number) => {
            let unit = super::unit(&field.question.unit);
            format!("{number} {unit}").trim_end().to_owned()
        }
        value => value.to_string(),
    }
}

/// The name of a choice of any list of the checklist; else the word itself.
pub(crate) fn choice(words: &Words<'_>, form: Option<&Form>, value: &str) -> String {
    form.and_then(|form| {
        let all = form.checklist().choices.values().flatten();
        let found = all.into_iter().find(|one| one.name == value)?;
        Some(word(&found.label, language(words.locale)).to_owned())
    })
    .unwrap_or_else(|| value.to_owned())
}

pub(crate) fn unit_name(words: &Words<'_>, unit: Unit) -> String {
    match unit {
        Unit::SquareMetre => "m²".to_owned(),
        Unit::Count => words.t("hazard-pieces"),
        other => other.code().to_owned(),
    }
}

fn choices(words: &Words<'_>, form: Option<&Form>, classes: &[String]) -> String {
    let named: Vec<String> = classes
        .iter()
        .map(|class| choice(words, form, class))
        .collect();
    named.join(between(words.locale))
}

/// What stands between choices that are named in a row.
fn between(locale: Locale) -> &'static str {
    match locale {
        Locale::Zh => "、",
        Locale::En => ", ",
    }
}

/// What was measured: `3.1 m`, `58 A / 40 A`, 泡沫夹芯板.
pub(crate) fn measured(words: &Words<'_>, form: Option<&Form>, one: &Judgement) -> String {
    match &one.measured {
        Measured::Quantity { value, unit: of } => format!("{value} {}", unit_name(words, *of)),
        Measured::Share {
            value,
            of,
            unit: named,
        } => {
            let name = unit_name(words, *named);
            let args = [
                ("value", format!("{value} {name}")),
                ("rating", format!("{of} {name}")),
            ];
            words.say("hazard-of-rating", &args)
        }
        Measured::Classes { classes } => choices(words, form, classes),
    }
}

/// What had to hold: 不小于 4 m.
pub(crate) fn required(words: &Words<'_>, form: Option<&Form>, one: &Judgement) -> String {
    let in_metres = matches!(
        one.measured,
        Measured::Quantity {
            unit: Unit::Metre,
            ..
        }
    );
    demand(words, form, &one.test, in_metres)
}

/// The same of a rule by itself; lengths in metres where what is measured is.
pub(crate) fn demand(
    words: &Words<'_>,
    form: Option<&Form>,
    test: &Test,
    in_metres: bool,
) -> String {
    let limit = |limit: i64, of: Unit| {
        let (number, unit) = as_measured(limit, of, in_metres);
        format!("{number} {}", unit_name(words, unit))
    };
    let (key, name, value) = match test {
        Test::AtLeast { limit: at, unit } => ("hazard-at-least", "limit", limit(*at, *unit)),
        Test::AtMost { limit: at, unit } => ("hazard-at-most", "limit", limit(*at, *unit)),
        Test::NoneOf { classes, .. } => {
            ("hazard-none-of", "classes", choices(words, form, classes))
        }
        Test::ShareAtMost { percent } => ("hazard-share", "percent", percent.to_string()),
    };
    words.say(key, &[(name, value)])
}

/// A limit in the unit it is compared in: metres for centimetres where what is measured is in metres.
pub(crate) fn as_measured(limit: i64, unit: Unit, in_metres: bool) -> (Decimal, Unit) {
    let (millionths, unit) = match unit {
        Unit::Centimetre if in_metres => (10_000, Unit::Metre),
        other => (1_000_000, other),
    };
    let number = Decimal::from_millionths(limit.saturating_mul(millionths));
    (number, unit)
}

/// A text cut to so many characters, visibly.
#[must_use]
pub fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(most - 1).collect();
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    use youlin_checklist::{DateTime, Now, example_rules, read_answers, shipped};

    use super::*;

    /// What the answers to a shipped checklist lead to, in words, judged by the example rules.
    fn words_of(i18n: &I18n, checklist: &str, locale: Locale, answers: &Json) -> Vec<String> {
        let form = Form::build(shipped(checklist).expect("a checklist")).expect("sound");
        let (answers, unread) = read_answers(&form, answers);
        assert!(unread.is_empty(), "{unread:?}");
        let at = jiff::civil::date(2026, 11, 27).at(9, 0, 0, 0);
        let state = form.evaluate(
            &answers,
            Now(DateTime {
                local: at,
                offset_minutes: 480,
            }),
        );
        let words = Words { i18n, locale };
        let (found, _not_judged) = form.findings(&state, example_rules().as_ref());
        let all = found.iter().map(|one| told(&words, &form, one).text);
        all.collect()
    }

    /// The field client says the same before it is sent (`web/tests/told.test.mjs` reads the same file).
    #[test]
    fn a_finding_says_what_was_measured_and_where() {
        let i18n = youlin_testkit::web::catalogues();
        let cases: Vec<Json> =
            serde_json::from_str(include_str!("../../tests/told.json")).expect("JSON");
        for case in &cases {
            let checklist = case["checklist"].as_str().expect("a checklist");
            for locale in [Locale::Zh, Locale::En] {
                let said = words_of(i18n.as_ref(), checklist, locale, &case["answers"]);
                assert_eq!(serde_json::json!(said), case[language(locale)], "{case}");
            }
        }
    }

    #[test]
    fn a_long_text_ends_visibly() {
        assert_eq!(shortened("河面漂浮", 3), "河面…");
        assert_eq!(shortened("河面", 3), "河面");
    }
}

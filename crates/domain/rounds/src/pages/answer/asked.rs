//! The questions of a checklist that stand, in the order they are asked, flat: sections and instances are opened and closed.

use youlin_checklist::{Checklist, Form, Kind, Node, NodeKind, Piece, Value, pieces, word};
use youlin_web::{Choice, FormFaults, Shell};

use super::{Kept, Typed, key};
use crate::checklists::{self, Answered};
use crate::model::RoundKind;
use std::collections::BTreeMap;

/// One step of drawing.
#[derive(Clone, Debug, Default)]
pub(in crate::pages) struct Part {
    /// `group`, `end-group`, `repeat`, `instance`, `end-instance`, `end-repeat`, `note`, `choice`, `several`, `number`,
    /// `text`, `day`, `time`, `moment`, `file`, `position`, `barcode`, `track` or `score`.
    pub(in crate::pages) what: &'static str,
    /// Question, group or repeat with its place.
    pub(in crate::pages) key: String,
    pub(in crate::pages) label: String,
    pub(in crate::pages) hint: String,
    pub(in crate::pages) unit: String,
    pub(in crate::pages) needed: bool,
    pub(in crate::pages) read_only: bool,
    pub(in crate::pages) signature: bool,
    pub(in crate::pages) choices: Vec<Choice>,
    pub(in crate::pages) value: String,
    /// What the register offers for it: `stalls`.
    pub(in crate::pages) list: &'static str,
    /// Of a repeat: instances there are; of an instance: its number.
    pub(in crate::pages) number: usize,
    /// Of a repeat: whether there may be another, which does not follow from answers.
    pub(in crate::pages) open: bool,
    /// Of a group, repeat or instance: questions that stand in it, and those that are answered.
    pub(in crate::pages) asked: usize,
    pub(in crate::pages) done: usize,
    /// Of a group or instance: what tells it from the others, and whether it may wait folded on a small screen.
    pub(in crate::pages) gist: String,
    pub(in crate::pages) folds: bool,
    /// Of a file: the name of what is already here, and its token.
    pub(in crate::pages) kept: Option<(String, String)>,
}

impl Part {
    /// What somebody answers.
    const ASKS: [&'static str; 10] = [
        "choice", "several", "number", "text", "day", "time", "moment", "file", "position",
        "barcode",
    ];

    /// Somebody has to answer it.
    pub(super) fn asks(&self) -> bool {
        Self::ASKS.contains(&self.what) && !self.read_only
    }

    fn is_done(&self) -> bool {
        !self.value.trim().is_empty() || self.kept.is_some()
    }

    /// The answer as it reads.
    fn said(&self) -> String {
        let chosen = self.choices.iter().filter(|one| self.has(&one.value));
        let labels: Vec<&str> = chosen.map(|one| one.label.as_str()).collect();
        if labels.is_empty() {
            format!("{} {}", self.value, self.unit)
                .trim_end()
                .to_owned()
        } else {
            labels.join("、")
        }
    }

    pub(in crate::pages) fn is(&self, what: &str) -> bool {
        self.what == what
    }

    /// The field its faults stand under.
    pub(in crate::pages) fn fault(&self) -> String {
        format!("a_{}", self.key)
    }

    /// Attributes of a field with a fault; the key has letters, digits, `-`, `_` and `.` only.
    pub(in crate::pages) fn described(&self, e: &FormFaults) -> String {
        if e.on(&self.fault()).is_empty() {
            String::new()
        } else {
            format!(
                " aria-invalid=\"true\" aria-describedby=\"f-a_{}-e\"",
                self.key
            )
        }
    }

    pub(in crate::pages) fn has(&self, value: &str) -> bool {
        self.value.split_whitespace().any(|one| one == value)
    }
}

struct Drawing<'a> {
    s: &'a Shell,
    form: &'a Form,
    typed: &'a Typed,
    kept: &'a BTreeMap<String, Kept>,
    answered: &'a Answered,
    parts: Vec<Part>,
}

/// The questions that stand.
pub(in crate::pages) fn parts(
    s: &Shell,
    form: &Form,
    typed: &Typed,
    kept: &BTreeMap<String, Kept>,
    answered: &Answered,
) -> Vec<Part> {
    let mut drawing = Drawing {
        s,
        form,
        typed,
        kept,
        answered,
        parts: Vec::new(),
    };
    drawing.below(None, &mut Vec::new());
    let kind = RoundKind::parse(&form.checklist().kind).unwrap_or(RoundKind::Inspection);
    if let Some(score) = checklists::score(form, &answered.state, kind) {
        let sentence = checklists::sentence(s, Some(form), &score);
        drawing.put("score", "score".to_owned(), sentence);
    }
    drawing.parts
}

impl Drawing<'_> {
    fn below(&mut self, parent: Option<usize>, place: &mut Vec<u32>) {
        let form = self.form;
        for (at, node) in form.nodes().iter().enumerate() {
            if node.parent != parent || !self.answered.state.stands(form, &node.name, place) {
                continue;
            }
            let own = key(&node.name, place);
            match &node.kind {
                NodeKind::Field(_) => self.question(node, place),
                NodeKind::Group => {
                    let label = self.label(at, place);
                    self.put("group", own.clone(), label);
                    let begin = self.parts.len();
                    self.below(Some(at), place);
                    self.count(begin);
                    self.put("end-group", own, String::new());
                }
                NodeKind::Repeat { count } => {
                    let label = self.label(at, place);
                    let number = self.typed.count(&own);
                    self.parts.push(Part {
                        what: "repeat",
                        key: own.clone(),
                        label: label.clone(),
                        number,
                        open: count.is_none(),
                        ..Part::default()
                    });
                    for one in 1..=number {
                        place.push(u32::try_from(one).unwrap_or(u32::MAX));
                        self.parts.push(Part {
                            what: "instance",
                            key: key(&node.name, place),
                            label: label.clone(),
                            number: one,
                            open: count.is_none(),
                            ..Part::default()
                        });
                        let begin = self.parts.len();
                        self.below(Some(at), place);
                        self.count(begin);
                        self.put("end-instance", own.clone(), String::new());
                        place.pop();
                    }
                    self.parts.push(Part {
                        what: "end-repeat",
                        key: own,
                        label,
                        open: count.is_none(),
                        number,
                        ..Part::default()
                    });
                }
            }
        }
    }

    /// Counts the questions from here on for the heading that stands before them.
    fn count(&mut self, begin: usize) {
        let own = &self.parts[begin..];
        let asks = |one: &&Part| one.asks();
        let asked = own.iter().filter(asks).count();
        let done = own.iter().filter(asks).filter(|one| one.is_done()).count();
        let first = own.iter().filter(asks).find(|one| !one.value.is_empty());
        let gist = first.map_or_else(String::new, Part::said);
        if let Some(head) = begin.checked_sub(1).and_then(|at| self.parts.get_mut(at)) {
            head.asked = asked;
            head.done = done;
            head.gist = gist;
        }
    }

    fn put(&mut self, what: &'static str, key: String, label: String) {
        self.parts.push(Part {
            what,
            key,
            label,
            ..Part::default()
        });
    }

    fn language(&self) -> &'static str {
        checklists::language(self.s.ctx().locale())
    }

    fn label(&self, at: usize, place: &[u32]) -> String {
        let name = &self.form.nodes()[at].name;
        let found = group_label(self.form.checklist(), name, self.language());
        filled(self.form, self.answered, &found, place)
    }

    fn question(&mut self, node: &Node, place: &[u32]) {
        let NodeKind::Field(field) = &node.kind else {
            return;
        };
        let own = key(&node.name, place);
        let language = self.language();
        let question = &field.question;
        let text = |words| filled(self.form, self.answered, word(words, language), place);
        let what = match &field.kind {
            Kind::Calculate => return,
            Kind::Note => "note",
            Kind::YesNo | Kind::One { .. } => "choice",
            Kind::Many { .. } => "several",
            Kind::Integer | Kind::Decimal => "number",
            Kind::Text => "text",
            Kind::Barcode => "barcode",
            Kind::Date => "day",
            Kind::Time => "time",
            Kind::DateTime => "moment",
            Kind::Photo | Kind::Signature => "file",
            Kind::Position => "position",
            Kind::Track => "track",
        };
        let calculated = (!question.calculation.is_empty())
            .then(|| self.answered.state.value(self.form, &node.name, place))
            .flatten();
        let value = calculated
            .map(Value::to_string)
            .or_else(|| self.typed.values.get(&own).cloned());
        self.parts.push(Part {
            what,
            label: text(&question.label),
            hint: text(&question.hint),
            unit: checklists::unit(&question.unit).to_owned(),
            list: match field.kind {
                Kind::Text if node.name == "stall" => "stalls",
                _ => "",
            },
            needed: field.required.is_some(),
            read_only: question.read_only || !question.calculation.is_empty(),
            signature: field.kind == Kind::Signature,
            choices: choices(self.s, self.form.checklist(), &field.kind),
            value: value.unwrap_or_default(),
            kept: self
                .kept
                .get(&own)
                .map(|one| (one.shown_name(), one.token.clone())),
            key: own,
            ..Part::default()
        });
    }
}

/// The title of a section or repeat.
pub(in crate::pages) fn group_title(form: &Form, name: &str, language: &str) -> String {
    group_label(form.checklist(), name, language)
}

/// The label of a group or repeat.
pub(super) fn group_label(checklist: &Checklist, name: &str, language: &str) -> String {
    fn find<'a>(
        items: &'a [youlin_checklist::Item],
        name: &str,
    ) -> Option<&'a youlin_checklist::Group> {
        items.iter().find_map(|item| match item {
            youlin_checklist::Item::Group(group) if group.name == name => Some(group),
            youlin_checklist::Item::Group(group) => find(&group.items, name),
            youlin_checklist::Item::Question(_) => None,
        })
    }
    find(&checklist.items, name)
        .map_or_else(String::new, |group| word(&group.label, language).to_owned())
}

/// A label with the answers it names: `${circuit}`.
fn filled(form: &Form, answered: &Answered, text: &str, place: &[u32]) -> String {
    let said = |name: &str| {
        let depth = form.node(name).map_or(0, |node| node.repeats.len());
        let value = place
            .get(..depth)
            .and_then(|place| answered.state.value(form, name, place));
        value.map_or_else(|| "…".to_owned(), Value::to_string)
    };
    let parts = pieces(text).into_iter().map(|piece| match piece {
        Piece::Words(words) => words.to_owned(),
        Piece::Answer(name) => said(name),
    });
    parts.collect()
}

fn choices(s: &Shell, checklist: &Checklist, kind: &Kind) -> Vec<Choice> {
    if *kind == Kind::YesNo {
        return vec![Choice::new("yes", s.t("yes")), Choice::new("no", s.t("no"))];
    }
    let language = checklists::language(s.ctx().locale());
    let list = kind.list().and_then(|list| checklist.choices.get(list));
    let all = list.map(Vec::as_slice).unwrap_or_default();
    all.iter()
        .map(|one| Choice::new(&one.name, word(&one.label, language)))
        .collect()
}

//! The checklist of an inspection as the page asks it: its questions, and so many instances of each repeat.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};
use youlin_cases::upload::Upload;
use youlin_checklist::{Form, Kind, Node, NodeKind, word};
use youlin_web::{Choice, Shell};

use crate::checklists;

/// Instances of a repeat a page has room for.
const ROOM: usize = 4;

/// One question as drawn, by the name of its field.
pub(super) struct Asked {
    pub(super) name: String,
    pub(super) label: String,
    /// `one`, `many`, `number`, `date` or `text`.
    pub(super) kind: &'static str,
    pub(super) choices: Vec<Choice>,
    /// Of `many`: blanks between them.
    pub(super) value: String,
}

impl Asked {
    pub(super) fn has(&self, value: &str) -> bool {
        self.value.split_whitespace().any(|one| one == value)
    }
}

/// A repeat as drawn: 分区, 配电回路, 摊位.
pub(super) struct Repeated {
    pub(super) label: String,
    /// Each with the questions of its own names.
    pub(super) instances: Vec<Vec<Asked>>,
    pub(super) filled: usize,
}

/// What the registers and the clock know is not asked again.
pub(super) const KNOWN: [&str; 2] = ["market_name", "inspected_on"];

/// The questions outside repeats.
pub(super) fn main(s: &Shell, form: &Form, answers: &BTreeMap<String, Json>) -> Vec<Asked> {
    let own = form.nodes().iter().filter(|node| node.repeats.is_empty());
    own.filter(|node| !KNOWN.contains(&node.name.as_str()))
        .filter_map(|node| {
            let value = answers.get(&node.name).and_then(Json::as_str);
            question(s, form, node, format!("a_{}", node.name), value)
        })
        .collect()
}

/// The repeats that stand in no other.
pub(super) fn repeats(s: &Shell, form: &Form, answers: &BTreeMap<String, Json>) -> Vec<Repeated> {
    let language = checklists::language(s.ctx().locale());
    let mut all = Vec::new();
    for (at, node) in form.nodes().iter().enumerate() {
        if !matches!(node.kind, NodeKind::Repeat { .. }) || !node.repeats.is_empty() {
            continue;
        }
        let held = answers.get(&node.name).and_then(Json::as_array);
        let filled = held.map_or(0, Vec::len);
        let instance = |index: usize| {
            let given = held.and_then(|all| all.get(index));
            form.nodes()
                .iter()
                .filter(|one| one.repeats == [at])
                .filter_map(|one| {
                    let name = format!("r_{}_{}_{}", node.name, index + 1, one.name);
                    let value = given.and_then(|given| given.get(&one.name)?.as_str());
                    question(s, form, one, name, value)
                })
                .collect()
        };
        all.push(Repeated {
            label: group_label(form, &node.name, language),
            instances: (0..ROOM.max(filled + 1)).map(instance).collect(),
            filled,
        });
    }
    all
}

fn group_label(form: &Form, name: &str, language: &str) -> String {
    use youlin_checklist::Item;
    fn find<'a>(items: &'a [Item], name: &str) -> Option<&'a youlin_checklist::Group> {
        items.iter().find_map(|item| match item {
            Item::Group(group) if group.name == name => Some(group),
            Item::Group(group) => find(&group.items, name),
            Item::Question(_) => None,
        })
    }
    find(&form.checklist().items, name).map_or_else(
        || name.to_owned(),
        |one| word(&one.label, language).to_owned(),
    )
}

fn question(
    s: &Shell,
    form: &Form,
    node: &Node,
    name: String,
    value: Option<&str>,
) -> Option<Asked> {
    let NodeKind::Field(field) = &node.kind else {
        return None;
    };
    let language = checklists::language(s.ctx().locale());
    let lists = &form.checklist().choices;
    let choices = |list: &str| -> Vec<Choice> {
        let all = lists.get(list).map(Vec::as_slice).unwrap_or_default();
        all.iter()
            .map(|one| Choice::new(&one.name, word(&one.label, language)))
            .collect()
    };
    let (kind, choices) = match &field.kind {
        Kind::One { list } => ("one", choices(list)),
        Kind::Many { list } => ("many", choices(list)),
        Kind::YesNo => (
            "one",
            vec![Choice::new("yes", s.t("yes")), Choice::new("no", s.t("no"))],
        ),
        Kind::Integer | Kind::Decimal => ("number", Vec::new()),
        Kind::Date => ("date", Vec::new()),
        Kind::Text => ("text", Vec::new()),
        _ => return None,
    };
    let mut label = word(&field.question.label, language).to_owned();
    if !field.question.unit.is_empty() && field.question.unit != "count" {
        label = s.t2(
            "round-question-unit",
            &("question", label),
            &("unit", &field.question.unit),
        );
    }
    Some(Asked {
        label,
        kind,
        choices,
        value: value.unwrap_or_default().to_owned(),
        name,
    })
}

/// What was answered; unanswered questions and empty instances are left out.
pub(super) fn read(form: &Form, upload: &Upload) -> BTreeMap<String, Json> {
    let mut answers: BTreeMap<String, Json> = upload
        .starting_with("a_")
        .into_iter()
        .map(|(question, values)| (question, Json::String(values.join(" "))))
        .collect();
    for node in form.nodes() {
        if !matches!(node.kind, NodeKind::Repeat { .. }) {
            continue;
        }
        let mut by: BTreeMap<usize, Map<String, Json>> = BTreeMap::new();
        for (rest, values) in upload.starting_with(&format!("r_{}_", node.name)) {
            let Some((index, question)) = rest.split_once('_') else {
                continue;
            };
            let Ok(index) = index.parse::<usize>() else {
                continue;
            };
            let value = Json::String(values.join(" "));
            by.entry(index)
                .or_default()
                .insert(question.to_owned(), value);
        }
        let all: Vec<Json> = by.into_values().map(Json::Object).collect();
        if !all.is_empty() {
            answers.insert(node.name.clone(), Json::Array(all));
        }
    }
    answers
}

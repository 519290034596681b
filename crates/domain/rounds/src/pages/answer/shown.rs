//! Answers as they read afterwards: section by section, repeats as tables, and what this version does not know.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json};
use youlin_checklist::{Form, Kind, NodeKind, Position, Value, word};
use youlin_web::Shell;

use super::asked::group_label;
use crate::checklists::{self, answered, said};

/// The answers of a round.
#[derive(Clone, Debug, Default)]
pub(in crate::pages) struct Shown {
    /// Question and answer.
    pub(in crate::pages) lines: Vec<(String, String)>,
    /// Repeats: title, heads, rows.
    pub(in crate::pages) tables: Vec<(String, Vec<String>, Vec<Vec<String>>)>,
    /// What came along and this version does not ask: name and answer as it came.
    pub(in crate::pages) unknown: Vec<(String, String)>,
}

impl Shown {
    pub(in crate::pages) fn is_empty(&self) -> bool {
        self.lines.is_empty() && self.tables.is_empty() && self.unknown.is_empty()
    }
}

/// Reads stored answers by a checklist.
pub(in crate::pages) fn shown(s: &Shell, form: &Form, answers: &Map<String, Json>) -> Shown {
    let mut shown = Shown::default();
    let done = answered(s.ctx(), form, &Json::Object(answers.clone()));
    let (yes, no) = (s.t("yes"), s.t("no"));
    let language = checklists::language(s.ctx().locale());
    let value = |name: &str, place: &[u32]| {
        Some(match done.state.value(form, name, place)? {
            Value::Position(at) => position(s, *at),
            Value::Track(way) => s.t1("answer-track", "count", way.len()),
            value => said(s.ctx().locale(), [&yes, &no], form, name, value),
        })
    };
    for (at, node) in form.nodes().iter().enumerate() {
        match &node.kind {
            NodeKind::Field(field) if node.repeats.is_empty() && asks(&field.kind) => {
                if let Some(value) = value(&node.name, &[]) {
                    let label = word(&field.question.label, language);
                    shown.lines.push((plain(label, &node.name), value));
                }
            }
            NodeKind::Repeat { .. } if node.repeats.is_empty() => {
                let columns: Vec<_> = form
                    .nodes()
                    .iter()
                    .filter(|one| one.repeats == [at])
                    .filter_map(|one| match &one.kind {
                        NodeKind::Field(field) if asks(&field.kind) => {
                            let label = word(&field.question.label, language);
                            Some((one.name.clone(), plain(label, &one.name)))
                        }
                        _ => None,
                    })
                    .collect();
                let count = answers
                    .get(&node.name)
                    .and_then(Json::as_array)
                    .map_or(0, Vec::len);
                let rows: Vec<Vec<String>> = (1..=count)
                    .map(|number| {
                        let place = [u32::try_from(number).unwrap_or(u32::MAX)];
                        let cell =
                            |(name, _): &(String, String)| value(name, &place).unwrap_or_default();
                        columns.iter().map(cell).collect()
                    })
                    .collect();
                if !rows.is_empty() {
                    let title = group_label(form.checklist(), &node.name, language);
                    let heads = columns.into_iter().map(|(_, label)| label).collect();
                    shown.tables.push((title, heads, rows));
                }
            }
            _ => {}
        }
    }
    let known: BTreeSet<&str> = form.nodes().iter().map(|node| node.name.as_str()).collect();
    for (name, json) in answers {
        if !known.contains(name.as_str()) {
            let text = json
                .as_str()
                .map_or_else(|| json.to_string(), str::to_owned);
            shown.unknown.push((name.clone(), text));
        }
    }
    shown
}

/// Where it was, and how far that may be off.
fn position(s: &Shell, at: Position) -> String {
    let (lat, lon) = (format!("{:.5}", at.lat), format!("{:.5}", at.lon));
    let place = s.t2("answer-position", &("lat", lat), &("lon", lon));
    match at.accuracy_m {
        off if off > 0.0 => format!(
            "{place}{}",
            s.t1("answer-accuracy", "metres", format!("{off:.0}"))
        ),
        _ => place,
    }
}

fn asks(kind: &Kind) -> bool {
    !matches!(kind, Kind::Note)
}

/// Calculated values often have no label.
fn plain(label: &str, name: &str) -> String {
    if label.is_empty() {
        name.to_owned()
    } else {
        label.to_owned()
    }
}

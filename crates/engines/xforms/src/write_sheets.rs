//! A checklist as an XLSForm workbook.

use youlin_checklist::{Checklist, Item, Kind, Severity, Status, Trigger, Words, points_text};
use youlin_tabular::{SheetOut, write_sheets};

use crate::names::{Labels, YES_NO, asks_yes_no, type_text};

/// Columns of `survey` that are the same in every language.
const PLAIN: [&str; 12] = [
    "type",
    "name",
    "required",
    "relevant",
    "constraint",
    "calculation",
    "default",
    "readonly",
    "appearance",
    "repeat_count",
    "unit",
    "points",
];

/// The workbook. [`crate::read_xlsform`] reads it back to the same checklist.
///
/// # Errors
/// Only sizes beyond the bounds of a workbook.
pub fn write_xlsform(checklist: &Checklist, labels: &Labels) -> Result<Vec<u8>, String> {
    write_sheets(&[
        survey(checklist, labels),
        choices(checklist, labels),
        settings(checklist, labels),
        findings(checklist, labels),
        about(checklist),
    ])
}

fn language_columns(checklist: &Checklist, labels: &Labels, names: &[&str]) -> Vec<String> {
    let of = |name: &&str| -> Vec<String> {
        let languages = checklist.languages.iter();
        languages
            .map(|code| format!("{name}::{}", labels.language(code)))
            .collect()
    };
    names.iter().flat_map(of).collect()
}

fn in_languages<'a>(
    checklist: &'a Checklist,
    words: &'a Words,
) -> impl Iterator<Item = String> + 'a {
    let languages = checklist.languages.iter();
    languages.map(|code| words.get(code).cloned().unwrap_or_default())
}

fn survey(checklist: &Checklist, labels: &Labels) -> SheetOut {
    let mut columns: Vec<String> = PLAIN.iter().map(|&name| name.to_owned()).collect();
    columns.extend(language_columns(
        checklist,
        labels,
        &["label", "hint", "constraint_message"],
    ));
    let mut rows = Vec::new();
    items(checklist, &checklist.items, &mut rows);
    SheetOut {
        name: "survey".into(),
        columns,
        rows,
    }
}

fn items(checklist: &Checklist, all: &[Item], rows: &mut Vec<Vec<String>>) {
    let empty = Words::new();
    for item in all {
        match item {
            Item::Question(one) => {
                let appearance = match one.kind {
                    Kind::Signature => "signature".to_owned(),
                    _ => one.appearance.clone(),
                };
                let mut row = vec![
                    type_text(&one.kind),
                    one.name.clone(),
                    match one.required.as_str() {
                        "true()" => "yes".to_owned(),
                        other => other.to_owned(),
                    },
                    one.relevant.clone(),
                    one.constraint.clone(),
                    one.calculation.clone(),
                    one.default.clone(),
                    if one.read_only { "yes" } else { "" }.to_owned(),
                    appearance,
                    String::new(),
                    one.unit.clone(),
                    points_text(&one.points),
                ];
                for words in [&one.label, &one.hint, &one.constraint_message] {
                    row.extend(in_languages(checklist, words));
                }
                rows.push(row);
            }
            Item::Group(group) => {
                let what = if group.repeat.is_some() {
                    "repeat"
                } else {
                    "group"
                };
                let mut row = vec![String::new(); PLAIN.len()];
                row[0] = format!("begin {what}");
                row[1] = group.name.clone();
                row[3] = group.relevant.clone();
                row[9] = group
                    .repeat
                    .as_ref()
                    .map_or(String::new(), |repeat| repeat.count.clone());
                for words in [&group.label, &empty, &empty] {
                    row.extend(in_languages(checklist, words));
                }
                rows.push(row);
                items(checklist, &group.items, rows);
                rows.push(vec![format!("end {what}")]);
            }
        }
    }
}

fn choices(checklist: &Checklist, labels: &Labels) -> SheetOut {
    let mut columns = vec!["list_name".to_owned(), "name".to_owned()];
    columns.extend(language_columns(checklist, labels, &["label"]));
    let mut rows = Vec::new();
    let mut add = |list: &str, name: &str, words: &Words| {
        let mut row = vec![list.to_owned(), name.to_owned()];
        row.extend(in_languages(checklist, words));
        rows.push(row);
    };
    for (list, all) in &checklist.choices {
        all.iter()
            .for_each(|choice| add(list, &choice.name, &choice.label));
    }
    if asks_yes_no(checklist) && !checklist.choices.contains_key(YES_NO) {
        add(YES_NO, "yes", &labels.yes);
        add(YES_NO, "no", &labels.no);
    }
    SheetOut {
        name: "choices".into(),
        columns,
        rows,
    }
}

fn settings(checklist: &Checklist, labels: &Labels) -> SheetOut {
    let language = checklist.languages.first().map_or("", String::as_str);
    SheetOut {
        name: "settings".into(),
        columns: ["form_title", "form_id", "version", "default_language"]
            .map(str::to_owned)
            .to_vec(),
        rows: vec![vec![
            youlin_checklist::word(&checklist.title, language).to_owned(),
            checklist.id.clone(),
            checklist.version.clone(),
            labels.language(language),
        ]],
    }
}

fn findings(checklist: &Checklist, labels: &Labels) -> SheetOut {
    let plain = [
        "code",
        "within",
        "when",
        "rule",
        "question",
        "of",
        "category",
        "severity",
        "is_case",
        "on_the_spot",
        "evidence",
    ];
    let mut columns = plain.map(str::to_owned).to_vec();
    columns.extend(language_columns(checklist, labels, &["label"]));
    let yes = |yes: bool| if yes { "yes" } else { "" }.to_owned();
    let rows = checklist.findings.iter().map(|rule| {
        let (when, judged, question, of) = match &rule.trigger {
            Trigger::When(text) => (text.clone(), String::new(), String::new(), String::new()),
            Trigger::Judgement { rule, question, of } => {
                (String::new(), rule.clone(), question.clone(), of.clone())
            }
        };
        let mut row = vec![
            rule.code.clone(),
            rule.within.clone(),
            when,
            judged,
            question,
            of,
            rule.category.clone(),
            severity(rule.severity).to_owned(),
            yes(rule.is_case),
            yes(rule.on_the_spot),
            rule.evidence.join(" "),
        ];
        row.extend(in_languages(checklist, &rule.label));
        row
    });
    SheetOut {
        name: "findings".into(),
        rows: rows.collect(),
        columns,
    }
}

pub(crate) fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Low => "low",
        Severity::Medium => "medium",
        Severity::High => "high",
        Severity::Immediate => "immediate",
    }
}

pub(crate) fn status(status: Status) -> &'static str {
    match status {
        Status::Draft => "draft",
        Status::InUse => "in_use",
        Status::Example => "example",
        Status::Retired => "retired",
    }
}

/// What settings have no place for: the title in every language, the status, what it is asked of and follows.
fn about(checklist: &Checklist) -> SheetOut {
    let mut rows = vec![vec![
        "status".to_owned(),
        String::new(),
        status(checklist.status).to_owned(),
    ]];
    for code in &checklist.languages {
        if let Some(title) = checklist.title.get(code) {
            rows.push(vec!["title".to_owned(), code.clone(), title.clone()]);
        }
    }
    let plain = |key: &str, value: &String| vec![key.to_owned(), String::new(), value.clone()];
    if !checklist.kind.is_empty() {
        rows.push(plain("kind", &checklist.kind));
    }
    rows.extend(checklist.subjects.iter().map(|one| plain("subject", one)));
    rows.extend(checklist.sources.iter().map(|one| plain("source", one)));
    let mark = checklist.pass_percent.map(|percent| percent.to_string());
    rows.extend(mark.iter().map(|one| plain("pass_percent", one)));
    SheetOut {
        name: "about".into(),
        columns: ["key", "language", "value"].map(str::to_owned).to_vec(),
        rows,
    }
}

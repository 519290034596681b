//! Rows of the editor's form from a checklist's parts, and back.

use youlin_checklist::{
    Choice, FindingRule, Group, Item, Kind, Question, Repeat, Severity, Trigger, Words, Worth,
    points_text,
};

use super::rows::{Row, RuleRow, Texts};

/// What is no share is one beyond a hundred, which is named as a fault.
pub(super) fn pass_percent(text: &str) -> Option<u32> {
    let text = text.trim().trim_end_matches('%').trim_end();
    (!text.is_empty()).then(|| text.parse().unwrap_or(u32::MAX))
}

pub(super) fn words(texts: &Texts) -> Words {
    let held = texts.iter().filter(|(_, text)| !text.trim().is_empty());
    held.map(|(language, text)| (language.clone(), text.trim().to_owned()))
        .collect()
}

pub(super) fn flatten(items: &[Item], rows: &mut Vec<Row>) {
    for item in items {
        match item {
            Item::Question(one) => rows.push(Row {
                kind: kind_text(&one.kind).to_owned(),
                name: one.name.clone(),
                list: one.kind.list().unwrap_or_default().to_owned(),
                label: one.label.clone(),
                hint: one.hint.clone(),
                message: one.constraint_message.clone(),
                unit: one.unit.clone(),
                required: one.required.clone(),
                relevant: one.relevant.clone(),
                constraint: one.constraint.clone(),
                calculation: one.calculation.clone(),
                default: one.default.clone(),
                read_only: one.read_only,
                appearance: one.appearance.clone(),
                points: points_text(&one.points),
                count: String::new(),
            }),
            Item::Group(group) => {
                let repeat = group.repeat.as_ref();
                rows.push(Row {
                    kind: if repeat.is_some() { "repeat" } else { "group" }.to_owned(),
                    name: group.name.clone(),
                    label: group.label.clone(),
                    relevant: group.relevant.clone(),
                    count: repeat.map_or_else(String::new, |repeat| repeat.count.clone()),
                    ..Row::default()
                });
                flatten(&group.items, rows);
                rows.push(Row {
                    kind: "end".to_owned(),
                    ..Row::default()
                });
            }
        }
    }
}

pub(super) fn nested(rows: &[Row]) -> Result<Vec<Item>, Vec<String>> {
    let mut open: Vec<Group> = Vec::new();
    let mut top = Vec::new();
    let mut faults = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        if row.is_group() {
            open.push(Group {
                name: row.name.clone(),
                label: words(&row.label),
                relevant: row.relevant.clone(),
                repeat: (row.kind == "repeat").then(|| Repeat {
                    count: row.count.clone(),
                }),
                items: Vec::new(),
            });
            continue;
        }
        let item = if row.is_end() {
            match open.pop() {
                Some(group) => Item::Group(group),
                None => {
                    faults.push(index.to_string());
                    continue;
                }
            }
        } else {
            Item::Question(question(row))
        };
        let into = open.last_mut().map_or(&mut top, |group| &mut group.items);
        into.push(item);
    }
    faults.extend(open.into_iter().map(|group| group.name));
    if faults.is_empty() {
        Ok(top)
    } else {
        Err(faults)
    }
}

fn question(row: &Row) -> Question {
    Question {
        name: row.name.clone(),
        kind: kind_of(&row.kind, &row.list),
        label: words(&row.label),
        hint: words(&row.hint),
        unit: row.unit.clone(),
        required: row.required.clone(),
        relevant: row.relevant.clone(),
        constraint: row.constraint.clone(),
        constraint_message: words(&row.message),
        calculation: row.calculation.clone(),
        default: row.default.clone(),
        read_only: row.read_only,
        appearance: row.appearance.clone(),
        points: points_of(&row.points),
    }
}

/// What cannot be read stands as points of a choice that is in no list, so that it is named at its question and nothing
/// that was typed is lost.
fn points_of(text: &str) -> Vec<Worth> {
    let of = |one: &str| {
        one.parse().unwrap_or_else(|_no_points| Worth {
            choice: one.to_owned(),
            ..Worth::default()
        })
    };
    text.split_whitespace().map(of).collect()
}

fn kind_text(kind: &Kind) -> &'static str {
    match kind {
        Kind::Text => "text",
        Kind::Integer => "integer",
        Kind::Decimal => "decimal",
        Kind::YesNo => "yes_no",
        Kind::One { .. } => "one",
        Kind::Many { .. } => "many",
        Kind::Date => "date",
        Kind::Time => "time",
        Kind::DateTime => "date_time",
        Kind::Photo => "photo",
        Kind::Signature => "signature",
        Kind::Position => "position",
        Kind::Track => "track",
        Kind::Barcode => "barcode",
        Kind::Note => "note",
        Kind::Calculate => "calculate",
    }
}

fn kind_of(text: &str, list: &str) -> Kind {
    let list = list.to_owned();
    match text {
        "integer" => Kind::Integer,
        "decimal" => Kind::Decimal,
        "yes_no" => Kind::YesNo,
        "one" => Kind::One { list },
        "many" => Kind::Many { list },
        "date" => Kind::Date,
        "time" => Kind::Time,
        "date_time" => Kind::DateTime,
        "photo" => Kind::Photo,
        "signature" => Kind::Signature,
        "position" => Kind::Position,
        "track" => Kind::Track,
        "barcode" => Kind::Barcode,
        "note" => Kind::Note,
        "calculate" => Kind::Calculate,
        _ => Kind::Text,
    }
}

pub(super) fn lines(all: &[Choice], languages: &[String]) -> String {
    let line = |one: &Choice| {
        let mut parts = vec![one.name.clone()];
        let labels = languages.iter();
        parts.extend(labels.map(|code| one.label.get(code).cloned().unwrap_or_default()));
        parts.join(" | ")
    };
    let all: Vec<String> = all.iter().map(line).collect();
    all.join("\n")
}

pub(super) fn choices_of(lines: &str, languages: &[String]) -> Vec<Choice> {
    let of = |line: &str| {
        let mut parts = line.split('|').map(str::trim);
        let name = parts.next().unwrap_or_default().to_owned();
        let labels = languages.iter().zip(parts);
        Choice {
            name,
            label: labels
                .filter(|(_, text)| !text.is_empty())
                .map(|(code, text)| (code.clone(), text.to_owned()))
                .collect(),
        }
    };
    let all = lines.lines().filter(|line| !line.trim().is_empty());
    all.map(of).collect()
}

pub(super) const SEVERITIES: [(&str, Severity); 4] = [
    ("low", Severity::Low),
    ("medium", Severity::Medium),
    ("high", Severity::High),
    ("immediate", Severity::Immediate),
];

pub(super) fn rule_row(rule: &FindingRule) -> RuleRow {
    let severity = SEVERITIES.iter().find(|one| one.1 == rule.severity);
    let mut row = RuleRow {
        code: rule.code.clone(),
        label: rule.label.clone(),
        within: rule.within.clone(),
        category: rule.category.clone(),
        severity: severity.map_or("medium", |one| one.0).to_owned(),
        is_case: rule.is_case,
        on_the_spot: rule.on_the_spot,
        evidence: rule.evidence.join(" "),
        ..RuleRow::default()
    };
    match &rule.trigger {
        Trigger::When(text) => row.when.clone_from(text),
        Trigger::Judgement { rule, question, of } => {
            row.rule.clone_from(rule);
            row.question.clone_from(question);
            row.of.clone_from(of);
        }
    }
    row
}

pub(super) fn rule(row: &RuleRow) -> FindingRule {
    let severity = SEVERITIES.iter().find(|one| one.0 == row.severity);
    FindingRule {
        code: row.code.clone(),
        label: words(&row.label),
        within: row.within.clone(),
        trigger: if row.rule.is_empty() {
            Trigger::When(row.when.clone())
        } else {
            Trigger::Judgement {
                rule: row.rule.clone(),
                question: row.question.clone(),
                of: row.of.clone(),
            }
        },
        category: row.category.clone(),
        severity: severity.map_or(Severity::Medium, |one| one.1),
        is_case: row.is_case,
        on_the_spot: row.on_the_spot,
        evidence: row.evidence.split_whitespace().map(str::to_owned).collect(),
    }
}

//! A checklist as rows of a form, and back: sections and repeats begin and end in rows of their own, as in a workbook.

use std::collections::BTreeMap;

use youlin_checklist::{
    Checklist, Choice, FindingRule, Group, Item, Kind, Question, Repeat, Severity, Status, Trigger,
    Words,
};

use crate::pages::upload::Upload;

/// Kinds of rows, in the order they are offered.
pub(super) const KINDS: [&str; 19] = [
    "text",
    "integer",
    "decimal",
    "yes_no",
    "one",
    "many",
    "date",
    "time",
    "date_time",
    "photo",
    "signature",
    "position",
    "track",
    "barcode",
    "note",
    "calculate",
    "group",
    "repeat",
    "end",
];

/// One text by language, in the order of the checklist's languages.
pub(super) type Texts = BTreeMap<String, String>;

/// A question, or where a section or repeat begins or ends.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) list: String,
    pub(super) label: Texts,
    pub(super) hint: Texts,
    pub(super) message: Texts,
    pub(super) unit: String,
    pub(super) required: String,
    pub(super) relevant: String,
    pub(super) constraint: String,
    pub(super) calculation: String,
    pub(super) default: String,
    pub(super) read_only: bool,
    pub(super) appearance: String,
    /// Of a repeat: how often, when that follows from answers.
    pub(super) count: String,
}

impl Row {
    pub(super) fn is_end(&self) -> bool {
        self.kind == "end"
    }

    pub(super) fn is_group(&self) -> bool {
        self.kind == "group" || self.kind == "repeat"
    }
}

/// Choices as lines: `few | 少许 | A little`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct List {
    pub(super) name: String,
    pub(super) lines: String,
}

/// What an answer leads to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct RuleRow {
    pub(super) code: String,
    pub(super) label: Texts,
    pub(super) within: String,
    pub(super) when: String,
    pub(super) rule: String,
    pub(super) question: String,
    pub(super) of: String,
    pub(super) category: String,
    pub(super) severity: String,
    pub(super) is_case: bool,
    pub(super) on_the_spot: bool,
    pub(super) evidence: String,
}

/// The editor's form as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct EditForm {
    pub(super) version: String,
    pub(super) languages: Vec<String>,
    pub(super) title: Texts,
    pub(super) kind: String,
    pub(super) subjects: Vec<String>,
    pub(super) sources: String,
    pub(super) example: bool,
    pub(super) rows: Vec<Row>,
    pub(super) lists: Vec<List>,
    pub(super) rules: Vec<RuleRow>,
}

impl EditForm {
    pub(super) fn of(checklist: &Checklist, version: i32) -> Self {
        let mut rows = Vec::new();
        flatten(&checklist.items, &mut rows);
        let lists = checklist.choices.iter().map(|(name, all)| List {
            name: name.clone(),
            lines: lines(all, &checklist.languages),
        });
        Self {
            version: version.to_string(),
            languages: checklist.languages.clone(),
            title: checklist.title.clone(),
            kind: checklist.kind.clone(),
            subjects: checklist.subjects.clone(),
            sources: checklist.sources.join("\n"),
            example: checklist.status == Status::Example,
            rows,
            lists: lists.collect(),
            rules: checklist.findings.iter().map(rule_row).collect(),
        }
    }

    /// The checklist, or the names of the rows that end what did not begin or do not end.
    pub(super) fn checklist(&self, id: &str, number: &str) -> Result<Checklist, Vec<String>> {
        let items = nested(&self.rows)?;
        let choices = self.lists.iter().filter(|list| !list.name.is_empty());
        let lines = self.sources.lines().map(str::trim);
        Ok(Checklist {
            id: id.to_owned(),
            version: number.to_owned(),
            status: if self.example {
                Status::Example
            } else {
                Status::Draft
            },
            languages: self.languages.clone(),
            title: words(&self.title),
            kind: self.kind.clone(),
            subjects: self.subjects.clone(),
            sources: lines
                .filter(|line| !line.is_empty())
                .map(str::to_owned)
                .collect(),
            choices: choices
                .map(|list| (list.name.clone(), choices_of(&list.lines, &self.languages)))
                .collect(),
            items,
            findings: self
                .rules
                .iter()
                .filter(|rule| !rule.code.is_empty())
                .map(rule)
                .collect(),
        })
    }
}

fn words(texts: &Texts) -> Words {
    let held = texts.iter().filter(|(_, text)| !text.trim().is_empty());
    held.map(|(language, text)| (language.clone(), text.trim().to_owned()))
        .collect()
}

fn flatten(items: &[Item], rows: &mut Vec<Row>) {
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

fn nested(rows: &[Row]) -> Result<Vec<Item>, Vec<String>> {
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
    }
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

fn lines(all: &[Choice], languages: &[String]) -> String {
    let line = |one: &Choice| {
        let mut parts = vec![one.name.clone()];
        let labels = languages.iter();
        parts.extend(labels.map(|code| one.label.get(code).cloned().unwrap_or_default()));
        parts.join(" | ")
    };
    let all: Vec<String> = all.iter().map(line).collect();
    all.join("\n")
}

fn choices_of(lines: &str, languages: &[String]) -> Vec<Choice> {
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

fn rule_row(rule: &FindingRule) -> RuleRow {
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

fn rule(row: &RuleRow) -> FindingRule {
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

/// Rows of one form; the engine's own limit is far above.
const MOST_ROWS: usize = 2_500;

impl EditForm {
    /// As it was sent: `q3_name`, `l0_lines`, `r2_when`.
    pub(super) fn read(upload: &Upload) -> Self {
        let languages: Vec<String> = upload.all("language").to_vec();
        let texts = |prefix: &str| -> Texts {
            let of = |code: &String| {
                let text = upload.text(&format!("{prefix}_{code}"));
                (!text.is_empty()).then(|| (code.clone(), text.to_owned()))
            };
            languages.iter().filter_map(of).collect()
        };
        let count = |name: &str| {
            upload
                .text(name)
                .parse::<usize>()
                .unwrap_or(0)
                .min(MOST_ROWS)
        };
        let row = |index: usize| {
            let text = |name: &str| upload.text(&format!("q{index}_{name}")).to_owned();
            Row {
                kind: text("kind"),
                name: text("name"),
                list: text("list"),
                label: texts(&format!("q{index}_label")),
                hint: texts(&format!("q{index}_hint")),
                message: texts(&format!("q{index}_message")),
                unit: text("unit"),
                required: text("required"),
                relevant: text("relevant"),
                constraint: text("constraint"),
                calculation: text("calculation"),
                default: text("default"),
                read_only: !text("read_only").is_empty(),
                appearance: text("appearance"),
                count: text("count"),
            }
        };
        let list = |index: usize| List {
            name: upload.text(&format!("l{index}_name")).to_owned(),
            lines: upload.text(&format!("l{index}_lines")).to_owned(),
        };
        let rule = |index: usize| {
            let text = |name: &str| upload.text(&format!("r{index}_{name}")).to_owned();
            RuleRow {
                code: text("code"),
                label: texts(&format!("r{index}_label")),
                within: text("within"),
                when: text("when"),
                rule: text("rule"),
                question: text("question"),
                of: text("of"),
                category: text("category"),
                severity: text("severity"),
                is_case: !text("is_case").is_empty(),
                on_the_spot: !text("on_the_spot").is_empty(),
                evidence: text("evidence"),
            }
        };
        Self {
            version: upload.text("version").to_owned(),
            title: texts("title"),
            kind: upload.text("kind").to_owned(),
            subjects: upload.all("subjects").to_vec(),
            sources: upload.text("sources").to_owned(),
            example: !upload.text("example").is_empty(),
            rows: (0..count("rows")).map(row).collect(),
            lists: (0..count("lists")).map(list).collect(),
            rules: (0..count("rules")).map(rule).collect(),
            languages,
        }
    }

    /// A button of the editor: `add:3:text`, `up:3`, `down:3`, `del:3`, `list`, `del-list:1`, `rule`, `del-rule:2`.
    /// Gives where to go on.
    pub(super) fn act(&mut self, what: &str) -> String {
        let mut parts = what.split(':');
        let verb = parts.next().unwrap_or_default();
        let at: usize = parts.next().and_then(|at| at.parse().ok()).unwrap_or(0);
        let row = |index: usize| format!("q-{index}");
        match verb {
            "add" => {
                let kind = parts.next().filter(|kind| KINDS.contains(kind));
                let at = (at + 1).min(self.rows.len());
                let new = |kind: &str| Row {
                    kind: kind.to_owned(),
                    ..Row::default()
                };
                let kind = kind.unwrap_or("text");
                self.rows.insert(at, new(kind));
                if kind == "group" || kind == "repeat" {
                    self.rows.insert(at + 1, new("end"));
                }
                row(at)
            }
            "up" if at > 0 && at < self.rows.len() => {
                self.rows.swap(at, at - 1);
                row(at - 1)
            }
            "down" if at + 1 < self.rows.len() => {
                self.rows.swap(at, at + 1);
                row(at + 1)
            }
            "del" if at < self.rows.len() => {
                let gone = self.rows.remove(at);
                // The end of a section goes with its beginning, what is in it stays.
                if gone.is_group() {
                    let mut depth = 0_usize;
                    let end = self.rows.iter().skip(at).position(|one| {
                        depth += usize::from(one.is_group());
                        if one.is_end() && depth == 0 {
                            return true;
                        }
                        depth -= usize::from(one.is_end());
                        false
                    });
                    if let Some(end) = end {
                        self.rows.remove(at + end);
                    }
                }
                row(at.saturating_sub(1))
            }
            "list" => {
                self.lists.push(List::default());
                format!("l-{}", self.lists.len() - 1)
            }
            "del-list" if at < self.lists.len() => {
                self.lists.remove(at);
                "lists".to_owned()
            }
            "rule" => {
                self.rules.push(RuleRow {
                    severity: "medium".to_owned(),
                    is_case: true,
                    ..RuleRow::default()
                });
                format!("r-{}", self.rules.len() - 1)
            }
            "del-rule" if at < self.rules.len() => {
                self.rules.remove(at);
                "rules".to_owned()
            }
            _ => String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use youlin_checklist::{SHIPPED, shipped};

    use super::*;

    #[test]
    fn every_shipped_checklist_goes_through_the_editor_unchanged() {
        for (id, _) in SHIPPED {
            let mut wanted = shipped(id).expect("shipped");
            let form = EditForm::of(&wanted, 1);
            if wanted.status != Status::Example {
                wanted.status = Status::Draft;
            }
            assert_eq!(form.checklist(id, "1"), Ok(wanted));
        }
    }

    #[test]
    fn an_end_without_a_beginning_is_named() {
        let mut form = EditForm::of(&shipped("river-patrol").expect("shipped"), 1);
        form.act("add:0:end");
        assert!(form.checklist("x", "1").is_err());
    }

    proptest! {
        /// Adding a section and taking it away again leaves everything as it was; nothing that is pressed breaks anything.
        #[test]
        fn buttons_never_lose_a_question(acts in prop::collection::vec(("add|up|down|list|rule", 0usize..80, "text|group|repeat|one"), 0..20)) {
            let mut form = EditForm::of(&shipped("market-fire").expect("shipped"), 1);
            let before = form.rows.iter().filter(|row| !row.name.is_empty()).count();
            for (verb, at, kind) in &acts {
                form.act(&format!("{verb}:{at}:{kind}"));
            }
            prop_assert_eq!(form.rows.iter().filter(|row| !row.name.is_empty()).count(), before);
            let held = form.clone();
            form.act("add:2:group");
            form.act("del:3");
            prop_assert_eq!(form, held);
        }
    }
}

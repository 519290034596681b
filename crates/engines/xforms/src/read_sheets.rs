//! An XLSForm workbook as a checklist.

use std::collections::BTreeMap;

use youlin_checklist::{
    Checklist, Choice, FindingRule, Group, Item, Question, Repeat, Severity, Status, Trigger,
    Words, read_points,
};
use youlin_tabular::{Limits, Line, Sheet, TableFault, Workbook, read};

use crate::fault::{SheetFault, WrongSheet};
use crate::names::{YES_NO, kind_of, language_code};
use crate::write_sheets::{severity, status};

/// Reads a workbook. The checklist is not checked for its meaning: that is [`youlin_checklist::Form::build`].
///
/// # Errors
/// Everything that is not supported, by sheet, row and name.
pub fn read_xlsform(bytes: &[u8]) -> Result<Checklist, Vec<SheetFault>> {
    let limits = Limits::default();
    let book = read(bytes, &limits).map_err(|error| vec![whole("", WrongSheet::File(error))])?;
    // Plain text reads as a table of one sheet, and would only lack sheets here.
    if !bytes.starts_with(b"PK") {
        return Err(vec![whole(
            "",
            WrongSheet::File(TableFault::OtherKind("txt")),
        )]);
    }
    let mut faults = Vec::new();
    for sheet in &book.sheets {
        let name = sheet.name.trim().to_ascii_lowercase();
        if MEANT_ELSEWHERE.contains(&name.as_str()) && sheet.lines.len() > 1 {
            faults.push(whole(&sheet.name, WrongSheet::Sheet(sheet.name.clone())));
        }
    }
    let settings = Table::of(
        &book,
        "settings",
        &["form_title", "form_id", "version", "default_language"],
        &mut faults,
    );
    let survey = Table::of(&book, "survey", SURVEY, &mut faults);
    let choices = Table::of(
        &book,
        "choices",
        &["list_name", "list name", "name", "label"],
        &mut faults,
    );
    let findings = Table::of(&book, "findings", FINDINGS, &mut faults);
    let about = Table::of(&book, "about", &["key", "language", "value"], &mut faults);
    let Some(survey) = survey else {
        faults.push(whole("survey", WrongSheet::Missing));
        return Err(faults);
    };
    let mut checklist = Checklist::default();
    let default = settings
        .as_ref()
        .and_then(|table| Some((table, table.lines.first()?)));
    let setting =
        |name: &str| default.map_or(String::new(), |(table, line)| table.cell(line, name));
    checklist.id = setting("form_id");
    checklist.version = setting("version");
    let language = match language_code(&setting("default_language")) {
        code if code.is_empty() => survey
            .languages()
            .into_iter()
            .next()
            .unwrap_or_else(|| "default".to_owned()),
        code => code,
    };
    checklist.languages = vec![language.clone()];
    for code in survey.languages() {
        if !checklist.languages.contains(&code) {
            checklist.languages.push(code);
        }
    }
    let title = setting("form_title");
    if !title.is_empty() {
        checklist.title.insert(language.clone(), title);
    }
    if let Some(table) = &choices {
        read_choices(table, &language, &mut checklist.choices, &mut faults);
    }
    let is_yes_no = take_yes_no(&mut checklist.choices);
    checklist.items = Reader {
        table: &survey,
        language: &language,
        is_yes_no,
        faults: &mut faults,
    }
    .items();
    if let Some(table) = &findings {
        checklist.findings = read_findings(table, &language, &mut faults);
    }
    if let Some(table) = &about {
        read_about(table, &mut checklist, &mut faults);
    }
    if faults.is_empty() {
        Ok(checklist)
    } else {
        Err(faults)
    }
}

/// Sheets of XLSForm we do not take. Others are remarks, which other programs skip too.
const MEANT_ELSEWHERE: [&str; 3] = ["entities", "external_choices", "osm"];
const SURVEY: &[&str] = &[
    "type",
    "name",
    "label",
    "hint",
    "required",
    "relevant",
    "constraint",
    "constraint_message",
    "calculation",
    "default",
    "readonly",
    "read_only",
    "appearance",
    "repeat_count",
    "unit",
    "points",
];
const FINDINGS: &[&str] = &[
    "code",
    "label",
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

fn whole(sheet: &str, what: WrongSheet) -> SheetFault {
    SheetFault {
        sheet: sheet.to_owned(),
        row: 0,
        what,
    }
}

/// A sheet with named columns.
struct Table<'a> {
    name: &'static str,
    columns: Vec<String>,
    lines: Vec<&'a Line>,
}

impl<'a> Table<'a> {
    /// Columns that hold anything must be known; in another language `label::…` is.
    fn of(
        book: &'a Workbook,
        name: &'static str,
        known: &[&str],
        faults: &mut Vec<SheetFault>,
    ) -> Option<Self> {
        let fits = |sheet: &&Sheet| sheet.name.trim().eq_ignore_ascii_case(name);
        let sheet = book.sheets.iter().find(fits)?;
        let (head, lines) = sheet.lines.split_first()?;
        let columns: Vec<String> = head.cells.iter().map(|cell| cell.shown()).collect();
        let lines: Vec<&Line> = lines.iter().collect();
        for (at, column) in columns.iter().enumerate() {
            let bare = column.split("::").next().unwrap_or_default();
            let is_known = known.contains(&bare.to_ascii_lowercase().as_str());
            let is_used = lines.iter().any(|line| !line.cell(at).is_empty());
            if !is_known && is_used {
                faults.push(whole(name, WrongSheet::Column(column.clone())));
            }
        }
        Some(Self {
            name,
            columns,
            lines,
        })
    }

    fn cell(&self, line: &Line, column: &str) -> String {
        let at = self
            .columns
            .iter()
            .position(|one| one.eq_ignore_ascii_case(column));
        at.map_or(String::new(), |at| line.cell(at).shown())
    }

    fn languages(&self) -> Vec<String> {
        let mut codes: Vec<String> = Vec::new();
        for column in &self.columns {
            if let Some((_, name)) = column.split_once("::") {
                let code = language_code(name);
                if !codes.contains(&code) {
                    codes.push(code);
                }
            }
        }
        codes
    }

    /// A text in all its languages; a column without one is in the default language.
    fn words(&self, line: &Line, column: &str, language: &str) -> Words {
        let mut words = Words::new();
        for (at, name) in self.columns.iter().enumerate() {
            let (bare, code) = match name.split_once("::") {
                Some((bare, name)) => (bare, language_code(name)),
                None => (name.as_str(), language.to_owned()),
            };
            let text = line.cell(at).shown();
            if bare.eq_ignore_ascii_case(column) && !text.is_empty() {
                words.insert(code, text);
            }
        }
        words
    }

    fn fault(&self, line: &Line, what: WrongSheet) -> SheetFault {
        SheetFault {
            sheet: self.name.to_owned(),
            row: line.number,
            what,
        }
    }

    fn yes(&self, line: &Line, column: &str, faults: &mut Vec<SheetFault>) -> bool {
        let value = self.cell(line, column);
        match value.to_ascii_lowercase().as_str() {
            "" | "no" | "false" | "false()" => false,
            "yes" | "true" | "true()" => true,
            _ => {
                let column = column.to_owned();
                faults.push(self.fault(line, WrongSheet::Value { column, value }));
                false
            }
        }
    }
}

fn read_choices(
    table: &Table<'_>,
    language: &str,
    all: &mut BTreeMap<String, Vec<Choice>>,
    faults: &mut Vec<SheetFault>,
) {
    for line in &table.lines {
        let list = match table.cell(line, "list_name") {
            list if list.is_empty() => table.cell(line, "list name"),
            list => list,
        };
        let name = table.cell(line, "name");
        if list.is_empty() || name.is_empty() {
            let column = if list.is_empty() { "list_name" } else { "name" };
            faults.push(table.fault(line, WrongSheet::NoColumn(column.to_owned())));
            continue;
        }
        let label = table.words(line, "label", language);
        all.entry(list).or_default().push(Choice { name, label });
    }
}

/// The list of yes and no is no list of the checklist's own.
fn take_yes_no(all: &mut BTreeMap<String, Vec<Choice>>) -> bool {
    let is_plain = all.get(YES_NO).is_some_and(|list| {
        let mut names: Vec<&str> = list.iter().map(|choice| choice.name.as_str()).collect();
        names.sort_unstable();
        names == ["no", "yes"]
    });
    if is_plain {
        all.remove(YES_NO);
    }
    is_plain
}

struct Reader<'a> {
    table: &'a Table<'a>,
    language: &'a str,
    is_yes_no: bool,
    faults: &'a mut Vec<SheetFault>,
}

impl Reader<'_> {
    fn items(&mut self) -> Vec<Item> {
        let mut open: Vec<(Group, u32)> = Vec::new();
        let mut top = Vec::new();
        let table = self.table;
        for line in &table.lines {
            let text = table.cell(line, "type");
            let words: Vec<&str> = text
                .split([' ', '_'])
                .filter(|word| !word.is_empty())
                .collect();
            match words[..] {
                [] => {
                    // A row that only holds a remark would be lost.
                    self.faults.push(
                        self.table
                            .fault(line, WrongSheet::NoColumn("type".to_owned())),
                    );
                }
                ["begin", what @ ("group" | "repeat")] => {
                    open.push((self.group(line, what), line.number))
                }
                ["end", what @ ("group" | "repeat")] => match open.pop() {
                    Some((group, _)) if group.repeat.is_some() == (what == "repeat") => {
                        let target = open.last_mut().map_or(&mut top, |held| &mut held.0.items);
                        target.push(Item::Group(group));
                    }
                    _ => self
                        .faults
                        .push(self.table.fault(line, WrongSheet::Nesting(text.clone()))),
                },
                _ => {
                    if let Some(question) = self.question(line, &text) {
                        let target = open.last_mut().map_or(&mut top, |held| &mut held.0.items);
                        target.push(Item::Question(question));
                    }
                }
            }
        }
        for (group, row) in open {
            self.faults.push(SheetFault {
                sheet: self.table.name.to_owned(),
                row,
                what: WrongSheet::Nesting(group.name),
            });
        }
        top
    }

    fn group(&mut self, line: &Line, what: &str) -> Group {
        let cell = |name| self.table.cell(line, name);
        let count = cell("repeat_count");
        Group {
            name: cell("name"),
            label: self.table.words(line, "label", self.language),
            relevant: cell("relevant"),
            repeat: (what == "repeat").then_some(Repeat { count }),
            items: Vec::new(),
        }
    }

    fn question(&mut self, line: &Line, text: &str) -> Option<Question> {
        let table = self.table;
        let cell = |name| table.cell(line, name);
        let appearance = cell("appearance");
        let Some(kind) = kind_of(text, &appearance, self.is_yes_no) else {
            self.faults
                .push(table.fault(line, WrongSheet::Type(text.to_owned())));
            return None;
        };
        let is_signature = kind == youlin_checklist::Kind::Signature;
        let required = match cell("required") {
            one if ["yes", "true", "true()"].contains(&one.to_ascii_lowercase().as_str()) => {
                "true()".to_owned()
            }
            one if ["no", "false", "false()"].contains(&one.to_ascii_lowercase().as_str()) => {
                String::new()
            }
            other => other,
        };
        let read_only =
            table.yes(line, "readonly", self.faults) || table.yes(line, "read_only", self.faults);
        let value = cell("points");
        let points = read_points(&value).unwrap_or_else(|_no_points| {
            let column = "points".to_owned();
            self.faults
                .push(table.fault(line, WrongSheet::Value { column, value }));
            Vec::new()
        });
        Some(Question {
            points,
            name: cell("name"),
            kind,
            label: table.words(line, "label", self.language),
            hint: table.words(line, "hint", self.language),
            unit: cell("unit"),
            required,
            relevant: cell("relevant"),
            constraint: cell("constraint"),
            constraint_message: table.words(line, "constraint_message", self.language),
            calculation: cell("calculation"),
            default: cell("default"),
            read_only,
            appearance: if is_signature {
                String::new()
            } else {
                appearance
            },
        })
    }
}

fn read_findings(
    table: &Table<'_>,
    language: &str,
    faults: &mut Vec<SheetFault>,
) -> Vec<FindingRule> {
    let mut rules = Vec::new();
    for line in &table.lines {
        let cell = |name| table.cell(line, name);
        let rule = cell("rule");
        let trigger = if rule.is_empty() {
            Trigger::When(cell("when"))
        } else {
            Trigger::Judgement {
                rule,
                question: cell("question"),
                of: cell("of"),
            }
        };
        let value = cell("severity");
        let all = [
            Severity::Low,
            Severity::Medium,
            Severity::High,
            Severity::Immediate,
        ];
        let found = all.into_iter().find(|one| severity(*one) == value);
        if found.is_none() && !value.is_empty() {
            let column = "severity".to_owned();
            faults.push(table.fault(line, WrongSheet::Value { column, value }));
        }
        rules.push(FindingRule {
            code: cell("code"),
            label: table.words(line, "label", language),
            within: cell("within"),
            trigger,
            category: cell("category"),
            severity: found.unwrap_or_default(),
            is_case: table.yes(line, "is_case", faults),
            on_the_spot: table.yes(line, "on_the_spot", faults),
            evidence: cell("evidence")
                .split_whitespace()
                .map(str::to_owned)
                .collect(),
        });
    }
    rules
}

fn read_about(table: &Table<'_>, checklist: &mut Checklist, faults: &mut Vec<SheetFault>) {
    for line in &table.lines {
        let (key, value) = (table.cell(line, "key"), table.cell(line, "value"));
        let all = [
            Status::Draft,
            Status::InUse,
            Status::Example,
            Status::Retired,
        ];
        let found = all.into_iter().find(|one| status(*one) == value);
        match (key.as_str(), found) {
            ("title", _) => {
                checklist.title.insert(table.cell(line, "language"), value);
            }
            ("status", Some(found)) => checklist.status = found,
            ("kind", _) => checklist.kind = value,
            ("subject", _) => checklist.subjects.push(value),
            ("source", _) => checklist.sources.push(value),
            ("pass_percent", _) if value.parse::<u32>().is_ok() => {
                checklist.pass_percent = value.parse().ok();
            }
            _ => faults.push(table.fault(line, WrongSheet::Value { column: key, value })),
        }
    }
}

//! The editor's form as it was sent, and what its buttons do to it.

use super::rows::{EditForm, KINDS, List, Row, RuleRow, Texts};
use crate::pages::upload::Upload;

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
                points: text("points"),
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
            pass_percent: upload.text("pass_percent").to_owned(),
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

//! The sheets of a workbook: those of one make (one for each building) are read as one table, the others are named.
//!
//! A row is known by one number everywhere (reports, journal, decisions): in a workbook read from several sheets it holds
//! the place of the sheet, too.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use youlin_kernel::Locale;
use youlin_tabular::{Layout, Line, Sheet, Spec, layout};
use youlin_web::I18n;

/// A sheet has fewer rows than this.
const ROWS: u32 = 1 << 21;

/// The number of a row in the sheet at that place.
pub(crate) fn number(sheet: usize, row: u32) -> u32 {
    let sheet = u32::try_from(sheet).unwrap_or(u32::MAX);
    sheet.saturating_mul(ROWS).saturating_add(row)
}

/// The sheet a number is of, where several were read, and its row there.
pub(crate) fn place(sheets: &[String], line: u32) -> (Option<&str>, u32) {
    match sheets {
        // Text may have more lines than any sheet has rows.
        [] | [_] => (None, line),
        sheets => {
            let sheet = sheets.get((line / ROWS) as usize);
            (sheet.map(String::as_str), line % ROWS)
        }
    }
}

/// A row as a list of rows names it: 12, or 2号楼 · 12.
pub(crate) fn row_of(sheets: &[String], line: u32) -> String {
    match place(sheets, line) {
        (Some(sheet), row) => format!("{sheet} · {row}"),
        (None, row) => row.to_string(),
    }
}

/// A visible sheet in which columns are named.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tab {
    pub name: String,
    /// Rows that hold data.
    pub rows: usize,
    /// Sheets with the same number name the same columns, and can be read together.
    pub make: usize,
    pub read: bool,
}

/// Words in the name of a sheet that shows how it is filled in: its people are made up.
const EXAMPLES: [&str; 6] = ["示例", "样例", "样表", "范例", "模板", "example"];

fn is_example(name: &str) -> bool {
    let name = name.to_lowercase();
    EXAMPLES.iter().any(|word| name.contains(word))
}

/// Sheets read as one.
pub(crate) struct Together {
    /// All rows of data, and those between them.
    pub(crate) sheet: Sheet,
    pub(crate) layout: Layout,
    pub(crate) parts: Vec<Part>,
    pub(crate) tabs: Vec<Tab>,
    /// Visible sheets that are not read.
    pub(crate) others: Vec<String>,
}

/// What is kept of each sheet apart from its rows.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub(crate) name: String,
    /// Rows above the names of the columns.
    pub(crate) above: Vec<Line>,
}

/// Reads the `chosen` sheets of one make together; where none is chosen, the sheet with the most known columns and those
/// like it. None: no sheet names columns that mean anything.
pub(crate) fn together(sheets: Vec<Sheet>, specs: &[Spec], chosen: &[String]) -> Option<Together> {
    let layouts: Vec<Option<Layout>> = sheets.iter().map(|sheet| layout(sheet, specs)).collect();
    let is_named = |at: usize| chosen.is_empty() || chosen.contains(&sheets[at].name);
    let found = |plain: bool| {
        let all = layouts.iter().enumerate();
        let mut best: Option<(usize, &Layout)> = None;
        for (at, one) in all.filter(|(at, _)| is_named(*at)) {
            let Some(one) = one else { continue };
            if plain && chosen.is_empty() && is_example(&sheets[at].name) {
                continue;
            }
            if best.is_none_or(|(_, held)| one.known() > held.known()) {
                best = Some((at, one));
            }
        }
        best
    };
    let (lead, best) = found(true).or_else(|| found(false))?;
    let (make, lead_example) = (best.make(), is_example(&sheets[lead].name));
    let is_read = |at: usize, one: &Layout| {
        let plain =
            at == lead || !chosen.is_empty() || lead_example || !is_example(&sheets[at].name);
        plain && is_named(at) && one.make() == make
    };
    let mut makes: BTreeMap<String, usize> = BTreeMap::new();
    let mut tabs = Vec::new();
    let mut read = Vec::with_capacity(sheets.len());
    for (at, (sheet, one)) in sheets.iter().zip(&layouts).enumerate() {
        let is_read = one.as_ref().is_some_and(|one| is_read(at, one));
        if let Some(one) = one {
            let next = makes.len();
            tabs.push(Tab {
                name: sheet.name.clone(),
                rows: one.data(sheet).count(),
                make: *makes.entry(one.make()).or_insert(next),
                read: is_read,
            });
        }
        read.push(is_read);
    }
    let mut whole = layouts[lead].clone()?;
    (whole.header, whole.skipped, whole.repeated) = Default::default();
    let mut joined = Together {
        sheet: Sheet {
            name: sheets[lead].name.clone(),
            from_1904: sheets[lead].from_1904,
            ..Sheet::default()
        },
        layout: Layout { first: 0, ..whole },
        parts: Vec::new(),
        tabs,
        others: Vec::new(),
    };
    for ((sheet, one), is_read) in sheets.into_iter().zip(layouts).zip(read) {
        match one.filter(|_| is_read) {
            Some(one) => joined.add(sheet, &one),
            None => joined.others.push(sheet.name),
        }
    }
    Some(joined)
}

impl Together {
    fn add(&mut self, mut sheet: Sheet, own: &Layout) {
        let at = self.parts.len();
        let named = own.header.first().copied().unwrap_or_default();
        let mut above: Vec<Line> = sheet.lines.drain(..own.first).collect();
        above.retain(|line| line.number < named);
        for line in &mut sheet.lines {
            line.number = number(at, line.number);
        }
        match self.sheet.lines.is_empty() {
            // Most files have one sheet, and it may be large.
            true => self.sheet.lines = sheet.lines,
            false => self.sheet.lines.append(&mut sheet.lines),
        }
        self.sheet.formulas += sheet.formulas;
        let of_sheet = |rows: &[u32]| rows.iter().map(|row| number(at, *row)).collect::<Vec<_>>();
        self.layout.header.extend(of_sheet(&own.header));
        self.layout.skipped.extend(of_sheet(&own.skipped));
        self.layout.repeated.extend(of_sheet(&own.repeated));
        self.parts.push(Part {
            name: sheet.name,
            above,
        });
    }
}

/// The sheet a number is of, whether one or several were read.
pub(crate) fn part_of(parts: &[Part], line: u32) -> usize {
    match parts {
        [] | [_] => 0,
        _ => (line / ROWS) as usize,
    }
}

/// The rows a message names (`3、5`), with the sheet of each where several were read: `1号楼!3、2号楼!5`.
pub(crate) fn spelled(sheets: &[String], rows: &str) -> String {
    let one = |text: &str| match text.parse().map(|line| place(sheets, line)) {
        // The marks between them are ours.
        Ok((Some(sheet), row)) => format!("{}!{row}", sheet.replace('、', ",")),
        _ => text.to_owned(),
    };
    rows.split('、').map(one).collect::<Vec<_>>().join("、")
}

/// Such rows as a sentence names them: 第 3、5 行, or with the sheet they are in.
pub(crate) fn in_words(i18n: &I18n, locale: Locale, text: &str) -> String {
    let Some(all) = rows_named(text) else {
        return text.to_owned();
    };
    let parts = all.into_iter().map(|(sheet, rows)| {
        let rows = ("rows", rows.join("、"));
        match sheet {
            Some(sheet) => {
                let args = [("sheet", sheet.to_owned()), rows];
                i18n.text(locale, "import-rows-of", &args)
            }
            None => i18n.text(locale, "import-rows-named", &[rows]),
        }
    });
    parts.collect::<Vec<_>>().join("、")
}

/// Such rows again, by sheet in their order; none where the text is no list of rows.
fn rows_named(text: &str) -> Option<Vec<(Option<&str>, Vec<&str>)>> {
    let mut all: Vec<(Option<&str>, Vec<&str>)> = Vec::new();
    for one in text.split('、') {
        let (sheet, row) = match one.rsplit_once('!') {
            Some((sheet, row)) => (Some(sheet), row),
            None => (None, one),
        };
        if row.is_empty() || !row.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        match all.last_mut() {
            Some((held, rows)) if *held == sheet => rows.push(row),
            _ => all.push((sheet, vec![row])),
        }
    }
    Some(all)
}

/// The names of the visible sheets a person may not have meant to leave out.
pub(crate) fn left_out(tabs: &[Tab]) -> Vec<&Tab> {
    let tabs = tabs.iter();
    tabs.filter(|tab| !tab.read && tab.rows > 0).collect()
}

/// Whether these sheets can be read together.
pub(crate) fn of_one_make(tabs: &[Tab], chosen: &[String]) -> bool {
    let mut makes = chosen.iter().map(|name| {
        tabs.iter()
            .find(|tab| tab.name == *name)
            .map(|tab| tab.make)
    });
    let first = makes.next().flatten();
    first.is_some() && makes.all(|make| make == first)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use youlin_tabular::Cell;

    use super::*;

    const SPECS: &[Spec] = &[spec("name", &["姓名"]), spec("room", &["室号"])];

    const fn spec(field: &'static str, names: &'static [&'static str]) -> Spec {
        Spec {
            field,
            names,
            unless: &[],
            like: None,
            many: false,
        }
    }

    fn sheet(name: &str, rows: &[&[&str]]) -> Sheet {
        let lines = rows.iter().zip(1..).map(|(row, number)| Line {
            number,
            cells: row.iter().map(|text| Cell::text(text)).collect(),
        });
        Sheet {
            name: name.to_owned(),
            lines: lines.collect(),
            ..Sheet::default()
        }
    }

    fn book() -> Vec<Sheet> {
        let head: &[&str] = &["姓名", "室号"];
        vec![
            sheet("说明", &[&["请按楼填写"]]),
            sheet("1号楼", &[head, &["周建国", "101"]]),
            sheet(
                "2号楼",
                &[
                    &["2号楼住户"],
                    head,
                    &["贺兰亭", "201"],
                    &["裘安", "202", "", "x"],
                ],
            ),
            sheet("填写示例", &[head, &["张三", "101"]]),
            sheet("租户", &[&["姓名", "室号", "押金"], &["沈云", "301", "5"]]),
        ]
    }

    #[test]
    fn sheets_of_one_make_are_one_table() {
        let all = together(book(), SPECS, &[]).unwrap();
        let names: Vec<&str> = all.parts.iter().map(|part| part.name.as_str()).collect();
        assert_eq!(names, ["1号楼", "2号楼"]);
        assert_eq!(all.others, ["说明", "填写示例", "租户"]);
        let rows: Vec<u32> = all
            .layout
            .data(&all.sheet)
            .map(|line| line.number)
            .collect();
        assert_eq!(rows, [2, number(1, 3), number(1, 4)]);
        let sheets = ["1号楼", "2号楼"].map(str::to_owned);
        assert_eq!(row_of(&sheets, rows[2]), "2号楼 · 4");
        assert_eq!(row_of(&sheets[..1], ROWS + 4), (ROWS + 4).to_string());
        assert_eq!(all.parts[1].above.len(), 1);
        let left: Vec<&str> = left_out(&all.tabs)
            .iter()
            .map(|tab| tab.name.as_str())
            .collect();
        assert_eq!(left, ["填写示例", "租户"]);
    }

    #[test]
    fn somebody_may_choose_the_sheets() {
        let named = |names: &[&str]| {
            names
                .iter()
                .map(|name| (*name).to_owned())
                .collect::<Vec<_>>()
        };
        let tabs = together(book(), SPECS, &[]).unwrap().tabs;
        assert!(of_one_make(&tabs, &named(&["1号楼", "填写示例"])));
        assert!(!of_one_make(&tabs, &named(&["1号楼", "租户"])));
        assert!(!of_one_make(&tabs, &named(&["说明"])));
        assert!(!of_one_make(&tabs, &[]));
        let other = together(book(), SPECS, &named(&["租户"])).unwrap();
        assert_eq!(other.parts.len(), 1);
        assert_eq!(other.sheet.name, "租户");
        let one = together(book(), SPECS, &named(&["2号楼"])).unwrap();
        assert_eq!((one.parts.len(), one.sheet.lines[0].number), (1, 3));
    }

    #[test]
    fn rows_are_named_with_their_sheet() {
        let sheets = ["1号楼", "2号楼"].map(str::to_owned);
        let text = spelled(&sheets, &format!("3、5、{}", number(1, 7)));
        assert_eq!(text, "1号楼!3、1号楼!5、2号楼!7");
        let named = rows_named(&text).unwrap();
        assert_eq!(
            named,
            [(Some("1号楼"), vec!["3", "5"]), (Some("2号楼"), vec!["7"])]
        );
        assert_eq!(spelled(&[], "3、5"), "3、5");
        assert_eq!(rows_named("3、5"), Some(vec![(None, vec!["3", "5"])]));
        assert_eq!(rows_named("周建国"), None);
    }
}

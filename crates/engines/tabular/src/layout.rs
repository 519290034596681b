//! Where a sheet's columns are named: below titles, in one row or two, above rows that only explain.

use std::collections::BTreeSet;

use crate::explaining::explaining;
use crate::header::{NAMES, days_of_years, divides, groups, spread, together};
use crate::match_columns::{Found, Spec, bare, by_name, columns};
use crate::{Cell, Line, Sheet, Workbook, fold};

/// How a sheet is laid out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Names of the columns; those of two rows put together.
    pub names: Vec<String>,
    pub found: Vec<Found>,
    /// Numbers of the rows that name the columns.
    pub header: Vec<u32>,
    /// Place in [`Sheet::lines`] of the first row below them.
    pub first: usize,
    /// Numbers of rows below that only explain, add up or sign, or name the columns again.
    pub skipped: Vec<u32>,
    /// Those of them that name the columns again, as sheets printed page by page do.
    pub repeated: Vec<u32>,
}

impl Layout {
    /// Tells sheets of the same make: the bare names of their columns.
    #[must_use]
    pub fn signature(&self) -> String {
        let names: Vec<String> = self.names.iter().map(|name| bare(name)).collect();
        names.join("|")
    }

    /// The same, whatever stray cells make one sheet wider than another.
    #[must_use]
    pub fn make(&self) -> String {
        self.signature().trim_end_matches('|').to_owned()
    }

    /// Columns that are known.
    #[must_use]
    pub fn known(&self) -> usize {
        let known = self.found.iter().filter(|one| one.field.is_some());
        known.count()
    }

    /// The column that holds a field.
    pub fn columns_of<'a>(&'a self, field: &'a str) -> impl Iterator<Item = usize> + 'a {
        let all = self.found.iter().enumerate();
        all.filter(move |(_, found)| found.field.as_deref() == Some(field))
            .map(|(at, _)| at)
    }

    /// Rows that hold data.
    pub fn data<'a>(&'a self, sheet: &'a Sheet) -> impl Iterator<Item = &'a Line> + 'a {
        let skipped: BTreeSet<u32> = self.skipped.iter().copied().collect();
        sheet
            .lines
            .iter()
            .skip(self.first)
            .filter(move |line| !skipped.contains(&line.number))
    }
}

/// Titles, dates and remarks stand above the names, but not more rows than these.
pub(crate) const LOOKED_AT: usize = 20;

/// The sheet that names the most known columns, and how it is laid out.
#[must_use]
pub fn best_layout(book: &Workbook, specs: &[Spec]) -> Option<(usize, Layout)> {
    let mut best: Option<(usize, Layout)> = None;
    for (at, sheet) in book.sheets.iter().enumerate() {
        let Some(found) = layout(sheet, specs) else {
            continue;
        };
        if best
            .as_ref()
            .is_none_or(|(_, held)| found.known() > held.known())
        {
            best = Some((at, found));
        }
    }
    best
}

/// No row of the file has two different cells: somebody wrote a text, and no table.
#[must_use]
pub fn only_words(book: &Workbook) -> bool {
    let lines = book.sheets.iter().flat_map(|sheet| &sheet.lines);
    lines.into_iter().all(|line| sole(line).is_some())
}

/// The only thing a row says, in one cell or drawn over several.
#[must_use]
pub fn sole(line: &Line) -> Option<String> {
    let mut filled = line.cells.iter().filter(|cell| !cell.is_empty());
    let first = filled.next()?;
    filled
        .all(|cell| cell == first)
        .then(|| fold(&first.shown()))
}

/// What the two rows of names are to each other.
#[derive(Clone, Copy)]
enum Pair {
    /// Nothing, or it is a row alone.
    Loose,
    /// The upper one names groups.
    Grouped,
    /// The lower one says of what some of the upper names are made.
    Divided,
}

/// How a sheet is laid out; `None` when no row names columns that mean anything.
#[must_use]
pub fn layout(sheet: &Sheet, specs: &[Spec]) -> Option<Layout> {
    let width = sheet.width();
    let head = &sheet.lines[..sheet.lines.len().min(LOOKED_AT)];
    let mut best: Option<(usize, usize, Vec<String>)> = None;
    // Of two readings that know as much, the one with both rows: its upper row may say whose the lower names are.
    let mut offer = |score: usize, after: usize, names: Vec<String>, pair: Pair| {
        let same = |at: usize| match pair {
            Pair::Loose => false,
            Pair::Grouped => after == at,
            // Its lower row stands below the names that were found, and is no row of data.
            Pair::Divided => after == at || after == at + 1,
        };
        if best
            .as_ref()
            .is_none_or(|(held, at, _)| score > *held || (score == *held && same(*at)))
        {
            best = Some((score, after, names));
        }
    };
    for (at, line) in head.iter().enumerate() {
        let names = names_of(line, width);
        let filled = names.iter().filter(|name| !name.is_empty()).count();
        let score = known(&names, specs);
        if score >= 2 || (score == 1 && filled <= 2) {
            offer(score, at + 1, names, Pair::Loose);
        }
    }
    for (at, pair) in head.windows(2).enumerate() {
        let (upper, lower) = (names_of(&pair[0], width), names_of(&pair[1], width));
        let named = known(&upper, specs) >= NAMES;
        let above = if named {
            spread(&upper, &lower)
        } else {
            upper.clone()
        };
        let divides = named && divides(&above, &upper, &lower);
        // A row of data names nothing; a second row of names does, or says of what the upper names are made.
        if !divides && (known(&lower, specs) == 0 || is_said_of(&above, &lower, specs)) {
            continue;
        }
        let names = together(&above, &lower, specs);
        let score = known(&names, specs);
        if score >= 2 {
            let pair = match divides {
                true => Pair::Divided,
                false if groups(&upper) => Pair::Grouped,
                false => Pair::Loose,
            };
            offer(score, at + 2, names, pair);
        }
    }
    let (_, first, names) = best.or_else(|| by_content(sheet, head, width, specs))?;
    Some(laid_out(sheet, first, names, specs))
}

/// Whether the lower row says something of what the upper one names, and so is data, whatever its words would name
/// (家庭情况说明已收).
fn is_said_of(above: &[String], lower: &[String], specs: &[Spec]) -> bool {
    let pairs = above.iter().zip(lower);
    let said = pairs.filter(|(upper, lower)| {
        let value = !lower.is_empty() && lower != upper && by_name(lower, specs).is_none();
        value && by_name(upper, specs).is_some()
    });
    let said = said.count();
    said >= 2 && said >= known(lower, specs)
}

/// No name is known, but what stands below a row of words is.
fn by_content(
    sheet: &Sheet,
    head: &[Line],
    width: usize,
    specs: &[Spec],
) -> Option<(usize, usize, Vec<String>)> {
    let words = |line: &Line| {
        line.cells.len() > 1
            && line.cells.iter().all(|cell| match cell {
                Cell::Text(text) => !text.chars().any(|c| c.is_ascii_digit()),
                cell => cell.is_empty(),
            })
    };
    let at = head.iter().position(words)?;
    let names = names_of(&head[at], width);
    let rest = &sheet.lines[at + 1..sheet.lines.len().min(at + 300)];
    let found = columns(&names, rest, specs)
        .iter()
        .filter(|one| one.field.is_some())
        .count();
    (found >= 2).then_some((found, at + 1, names))
}

pub(crate) fn names_of(line: &Line, width: usize) -> Vec<String> {
    (0..width)
        .map(|column| fold(&line.cell(column).shown()))
        .collect()
}

/// Different fields that names mean.
fn known(names: &[String], specs: &[Spec]) -> usize {
    let fields: BTreeSet<&str> = names
        .iter()
        // A sentence is no name.
        .filter(|name| name.chars().count() <= 20)
        .filter_map(|name| by_name(name, specs).map(|(field, _)| field))
        .collect();
    fields.len()
}

/// Beginnings of rows that add up or sign.
pub(crate) const SUMS: [&str; 8] = [
    "合计",
    "总计",
    "小计",
    "共计",
    "填表人",
    "制表人",
    "审核人",
    "备注：",
];

fn laid_out(sheet: &Sheet, first: usize, names: Vec<String>, specs: &[Spec]) -> Layout {
    let said = days_of_years(&names);
    let (mut skipped, found) = explaining(&sheet.lines[first..], &said, specs);
    let last = sheet.lines.len().saturating_sub(5).max(first);
    for line in &sheet.lines[last..] {
        let text = line
            .cells
            .iter()
            .map(Cell::shown)
            .find(|text| !text.is_empty());
        let text = text.unwrap_or_default();
        if SUMS.iter().any(|word| text.starts_with(word)) && !skipped.contains(&line.number) {
            skipped.push(line.number);
        }
    }
    let header_rows =
        if first >= 2 && is_pair(&sheet.lines[first - 2], &sheet.lines[first - 1], &names) {
            2
        } else {
            1
        };
    let header = &sheet.lines[first - header_rows..first];
    let again = |line: &&Line| header.iter().any(|named| named.cells == line.cells);
    let repeated: Vec<u32> = sheet
        .lines
        .iter()
        .skip(first)
        .filter(again)
        .map(|line| line.number)
        .collect();
    skipped.extend(&repeated);
    skipped.sort_unstable();
    skipped.dedup();
    Layout {
        header: header.iter().map(|line| line.number).collect(),
        names: said,
        found,
        first,
        skipped,
        repeated,
    }
}

fn is_pair(upper: &Line, lower: &Line, names: &[String]) -> bool {
    let alone = names_of(lower, names.len());
    alone != names && !upper.is_empty()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::match_columns::{Like, Why};

    const fn spec(
        field: &'static str,
        names: &'static [&'static str],
        unless: &'static [&'static str],
        like: Option<Like>,
    ) -> Spec {
        Spec {
            field,
            names,
            unless,
            like,
            many: false,
        }
    }

    const SPECS: &[Spec] = &[
        spec("name", &["姓名", "名字"], &["户主", "监护"], None),
        spec(
            "identity",
            &["身份证号", "证件号码"],
            &["户主", "监护"],
            Some(Like::Identity),
        ),
        spec("birth", &["出生日期", "生日"], &[], Some(Like::Birthday)),
        spec("sex", &["性别"], &[], Some(Like::Sex)),
        spec("relation", &["与户主关系"], &[], None),
        Spec {
            field: "phone",
            names: &["联系电话", "手机"],
            unless: &["监护", "紧急"],
            like: Some(Like::Phone),
            many: true,
        },
        spec("building", &["楼栋"], &[], None),
        spec("room", &["室号"], &[], None),
    ];

    fn sheet(rows: &[&[&str]]) -> Sheet {
        let line = |(at, cells): (usize, &&[&str])| Line {
            number: u32::try_from(at).unwrap() + 1,
            cells: cells.iter().map(|text| Cell::text(text)).collect(),
        };
        Sheet {
            lines: rows
                .iter()
                .enumerate()
                .map(line)
                .filter(|line| !line.is_empty())
                .collect(),
            ..Sheet::default()
        }
    }

    fn fields(layout: &Layout) -> Vec<&str> {
        layout
            .found
            .iter()
            .map(|found| found.field.as_deref().unwrap_or("-"))
            .collect()
    }

    #[test]
    fn below_titles_above_explanations() {
        let sheet = sheet(&[
            &[
                "跃龙社区居民信息登记表（2025年）",
                "跃龙社区居民信息登记表（2025年）",
            ],
            &["填表日期：2025-11-01"],
            &[
                "序号",
                " 姓 名*",
                "公民身份证号码",
                "联系电话（手机）",
                "紧急联系人电话",
                "与户主关系",
            ],
            &["", "必填", "18位，末位可为X", "必填", "", "户主/配偶…"],
            &[
                "1",
                "周建国",
                "32061119420305001X",
                "13800001111",
                "13900002222",
                "户主",
            ],
            &[
                "2",
                "贺兰亭",
                "32061119420305002X",
                "13800001112",
                "13900002223",
                "配偶",
            ],
            &["合计", "2"],
        ]);
        let layout = layout(&sheet, SPECS).unwrap();
        assert_eq!(
            fields(&layout),
            ["-", "name", "identity", "phone", "-", "relation"]
        );
        assert_eq!(
            (layout.header.as_slice(), layout.skipped.as_slice()),
            (&[3][..], &[4, 7][..])
        );
        assert_eq!(
            layout
                .data(&sheet)
                .map(|line| line.number)
                .collect::<Vec<_>>(),
            [5, 6]
        );
        assert_eq!(layout.found[1].why, Why::Name);
        assert_eq!(layout.found[2].why, Why::PartOfName);
    }

    #[test]
    fn a_record_is_one_whatever_its_notes_say() {
        let number = "32061119420305001X";
        let names: &[&str] = &["姓名", "身份证号", "手机", "室号", "备注", "原因"];
        let rest: &[&str] = &["贺兰亭", number, "13800001112", "102", "", ""];
        let skipped = |row: &[&str]| {
            let sheet = sheet(&[names, row, rest]);
            layout(&sheet, SPECS).unwrap().skipped == [2]
        };
        for row in [
            ["周建国", "", "13800001111", "101", "情况说明见附件", ""],
            ["周建国", "", "", "101", "家庭情况说明已收", ""],
            ["周建国", "", "", "101", "独居，不填家庭成员", ""],
            ["周建国", "", "不填", "101", "", ""],
            ["周建国", "", "", "101", "", "请填公历日期，或只填年份"],
            ["周建国", "", "格式不对", "101", "", ""],
        ] {
            assert!(!skipped(&row), "{row:?}");
        }
        for row in [
            ["必填", "18位，末位可为X", "", "", "", ""],
            ["必填", "", "选填", "如：101", "", ""],
            ["张三（示例）", "", "13800001111", "101", "", ""],
            ["真实姓名", "18位", "必填", "", "", ""],
            ["与身份证一致", "18位", "必填", "", "", ""],
            ["张三", "格式：18位", "例如：138", "101", "", ""],
            ["填写说明：一人一行", "", "", "", "", ""],
            ["", "", "必填", "", "", ""],
            ["例：周建国", "", "13800001111", "101", "", ""],
            ["# 从下一行起填", "", "", "", "", ""],
        ] {
            assert!(skipped(&row), "{row:?}");
        }
        // Nor does a word in it name a column.
        let sheet = sheet(&[
            &["姓名", "室号", "情况"],
            &["周建国", "101", "性别待核"],
            &["贺兰亭", "102", ""],
        ]);
        let found = layout(&sheet, SPECS).unwrap();
        assert_eq!(found.header, [1]);
        assert_eq!(found.data(&sheet).count(), 2);
    }

    #[test]
    fn names_that_come_again_on_every_page_are_no_row() {
        let sheet = sheet(&[
            &["东村1号楼"],
            &["姓名", "室号", "手机"],
            &["周建国", "101", "13800001111"],
            &["姓名", "室号", "手机"],
            &["贺兰亭", "102", "13800001112"],
            &["姓名", "102", ""],
        ]);
        let layout = layout(&sheet, SPECS).unwrap();
        assert_eq!(
            (layout.header.as_slice(), layout.repeated.as_slice()),
            (&[2][..], &[4][..])
        );
        let data: Vec<u32> = layout.data(&sheet).map(|line| line.number).collect();
        assert_eq!(data, [3, 5, 6]);
    }

    #[test]
    fn two_rows_of_names_are_one() {
        let sheet = sheet(&[
            &["姓名", "住址", "住址", "监护人", "监护人"],
            &["姓名", "楼栋", "室号", "姓名", "电话"],
            &["周建国", "12号楼", "304", "周大", "13800001111"],
            &["贺兰亭", "12号楼", "305", "贺大", "13800001112"],
        ]);
        let layout = layout(&sheet, SPECS).unwrap();
        assert_eq!(fields(&layout), ["name", "building", "room", "-", "-"]);
        assert_eq!(layout.header, [1, 2]);
        assert_eq!(layout.names[3], "监护人 姓名");
    }

    #[test]
    fn a_row_that_divides_the_names_above_is_no_row_of_data() {
        let merged: &[&[&str]] = &[
            &["姓名", "出生日期", "出生日期", "出生日期", "楼栋"],
            &["姓名", "年", "月", "日", "楼栋"],
            &["周建国", "1942", "3", "5", "1"],
        ];
        let loose: &[&[&str]] = &[
            &["姓名", "出生日期", "", "", "楼栋"],
            &["", "年", "月", "日", ""],
            &["周建国", "1942", "3", "5", "1"],
        ];
        for rows in [merged, loose] {
            let sheet = sheet(rows);
            let layout = layout(&sheet, SPECS).unwrap();
            assert_eq!(
                layout.names,
                ["姓名", "出生日期 年", "出生日期 月", "出生日期 日", "楼栋"]
            );
            assert_eq!(layout.header, [1, 2]);
            assert_eq!(layout.data(&sheet).count(), 1);
        }
        // Nor need anything stand above them.
        let bare = sheet(&[
            &["姓名", "出生年份", "月", "日", "楼栋", "月"],
            &["周建国", "1942", "3", "5", "1", "6"],
        ]);
        let found = layout(&bare, SPECS).unwrap();
        assert_eq!(
            found.names,
            ["姓名", "出生年份", "出生月", "出生日", "楼栋", "月"]
        );
        assert_eq!(found.header, [1]);
        // Parts nobody knows change nothing of what is found, and are no person all the same.
        let strange = sheet(&[
            &["姓名", "健康", "", "楼栋"],
            &["", "身高", "体重", ""],
            &["周建国", "170", "60", "1"],
        ]);
        let found = layout(&strange, SPECS).unwrap();
        assert_eq!(found.header, [1, 2]);
        // The number of a guardian is nobody else's, merged or not.
        let guarded = sheet(&[
            &["姓名", "楼栋", "监护人", ""],
            &["", "", "姓名", "联系电话"],
            &["周建国", "1", "周大", "13800001111"],
        ]);
        let found = layout(&guarded, SPECS).unwrap();
        assert_eq!(fields(&found), ["name", "building", "-", "-"]);
        assert_eq!(found.names[3], "监护人 联系电话");
        // A row of data with gaps is one.
        let gaps = sheet(&[
            &["姓名", "性别", "", "楼栋"],
            &["周建国", "男", "独居", ""],
            &["贺兰亭", "女", "", "2"],
        ]);
        assert_eq!(layout(&gaps, SPECS).unwrap().header, [1]);
    }

    #[test]
    fn contents_tell_where_names_do_not() {
        let sheet = sheet(&[
            &["人员", "编号", "", "手机"],
            &[
                "周建国",
                "32061119420305001X",
                "1942-03-05",
                "32061119420305001X",
            ],
            &[
                "贺兰亭",
                "32061119420305002X",
                "1942-03-06",
                "32061119420305001X",
            ],
        ]);
        let found = layout(&sheet, SPECS).unwrap();
        assert_eq!(fields(&found), ["-", "identity", "birth", "-"]);
        assert_eq!(found.found[3].why, Why::Taken);
        let wrong = self::sheet(&[&["品名", "单价"], &["毛巾", "3"], &["肥皂", "2"]]);
        assert_eq!(layout(&wrong, SPECS), None);
    }
}

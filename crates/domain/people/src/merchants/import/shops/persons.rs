//! The persons a row names: who runs the shop, whom it belongs to, whom one calls, who answers for fire safety. Who they are in
//! the register is decided where the row is saved ([`crate::merchants::import::persons`]).

use youlin_imports::armed;
use youlin_imports::tabular::{
    Cell, Line, absent, fold, foreign_document, outside_brackets, phones,
};

use super::read::{Reader, Unread};
use crate::import::{can_be_name, identity_number};
use crate::merchants::MerchantRelation;
use crate::merchants::import::persons::Named;

/// Columns of names. The number of the row is the first one's who is named in it.
const COLUMNS: [(&str, MerchantRelation); 4] = [
    ("contact", MerchantRelation::Contact),
    ("operator", MerchantRelation::Operator),
    ("owner", MerchantRelation::Owner),
    ("safety_officer", MerchantRelation::SafetyOfficer),
];

/// Longest name, characters.
const NAME: usize = 60;

/// Ends of names that are no person's.
const SHOPS: [&str; 9] = [
    "公司",
    "商行",
    "超市",
    "店",
    "厂",
    "中心",
    "合作社",
    "经营部",
    "门市部",
];

impl Reader<'_> {
    pub(super) fn persons(&self, line: &Line) -> Result<Vec<Named>, Unread> {
        let mut all: Vec<Named> = Vec::new();
        for (field, relation) in COLUMNS {
            for cell in self.table.cells(line, field) {
                if matches!(cell, Cell::Text(text) if text.contains(['*', '＊'])) {
                    let covered = self.refuse(line, field, "sheet-covered");
                    return Err(Unread::Refused(covered));
                }
                for (name, own) in named(cell) {
                    let at = match all.iter().position(|one| one.name == name) {
                        Some(at) => at,
                        None => {
                            let readable = is_name(&name);
                            all.push(Named::new(name, field, readable));
                            all.len() - 1
                        }
                    };
                    if !all[at].relations.contains(&relation) {
                        all[at].relations.push(relation);
                    }
                    all[at].phones.extend(own.map(|text| (field, text)));
                }
            }
        }
        self.numbers(line, "phone", &mut all, |one| {
            one.relations != [MerchantRelation::SafetyOfficer]
        });
        self.numbers(line, "safety_phone", &mut all, |one| {
            one.relations.contains(&MerchantRelation::SafetyOfficer)
        });
        self.identity(line, &mut all)?;
        Ok(all)
    }

    /// The numbers of a column are those of the first person they can be meant for; several in one cell are not told apart.
    fn numbers(
        &self,
        line: &Line,
        field: &'static str,
        all: &mut [Named],
        meant: impl Fn(&Named) -> bool,
    ) {
        let numbers = self.table.cells(line, field).flat_map(phones);
        let numbers: Vec<(&'static str, String)> = numbers.map(|text| (field, text)).collect();
        let Some(first) = all.iter().position(&meant) else {
            return;
        };
        let cell = all[first].field;
        let alone = all
            .iter()
            .filter(|one| one.field == cell && meant(one))
            .count()
            == 1;
        if alone && all[first].phones.is_empty() {
            all[first].phones = numbers;
        }
    }

    /// The identity number is the operator's, or whose the column says; without one, of the only person there is.
    fn identity(&self, line: &Line, all: &mut [Named]) -> Result<(), Unread> {
        let field = "operator_identity";
        let operates = |one: &Named| one.relations.contains(&MerchantRelation::Operator);
        let operators = all.iter().filter(|one| operates(one)).count();
        let only = all.len() == 1;
        let whose = all
            .iter_mut()
            .find(|one| only || (operators == 1 && operates(one)));
        let Some(whose) = whose else {
            return Ok(());
        };
        for cell in self.table.cells(line, field) {
            let refuse = |code| self.refuse(line, field, code);
            let number = identity_number(cell, self.today, refuse).map_err(Unread::Refused)?;
            if whose.identity.is_none() {
                whose.identity = number;
            }
            if let Some(document) = foreign_document(cell) {
                let column = self.table.name_of(field);
                whose.note = Some(format!("{column}：{document}"));
            }
        }
        Ok(())
    }
}

/// The names of a cell, each with the number written beside it: 周建国、吴美兰 13900001111.
fn named(cell: &Cell) -> Vec<(String, Option<String>)> {
    let text = fold(&armed(cell.shown()));
    if absent(&text) {
        return Vec::new();
    }
    let parts = text.split(['、', ',', ';', '/']);
    parts
        .filter(|part| !absent(part))
        .filter_map(|part| {
            let number = phones(&Cell::text(part)).into_iter().find(|text| {
                let digits = text.bytes().filter(u8::is_ascii_digit).count();
                digits >= 7
            });
            let name = match number {
                Some(_) => without_number(part),
                None => bare(part),
            };
            (!name.is_empty()).then_some((name, number))
        })
        .collect()
}

/// A name without remarks in brackets. 周 建 国: blanks make short names as wide as the others.
fn bare(text: &str) -> String {
    let kept = outside_brackets(text);
    let kept = kept.trim_matches([' ', ':', '：', '.', '。']);
    match kept.chars().any(|c| c.is_ascii_alphabetic()) {
        true => kept.to_owned(),
        false => kept.replace(' ', ""),
    }
}

fn without_number(text: &str) -> String {
    let text = ["联系电话", "电话", "手机"]
        .iter()
        .fold(text.to_owned(), |text, word| text.replace(word, " "));
    let digits = |c: char| c.is_ascii_digit() || matches!(c, '-' | '+');
    bare(&text.replace(digits, " "))
}

/// Whether it can be what a person is called.
fn is_name(text: &str) -> bool {
    text.chars().count() <= NAME
        && can_be_name(text)
        && !SHOPS.iter().any(|end| text.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_from_what_stands_around_them() {
        let of = |text: &str| -> Vec<(String, String)> {
            let all = named(&Cell::text(text)).into_iter();
            all.map(|(name, number)| (name, number.unwrap_or_default()))
                .collect()
        };
        let one = |name: &str, number: &str| vec![(name.to_owned(), number.to_owned())];
        assert_eq!(of("周 建 国"), one("周建国", ""));
        assert_eq!(of("周建国（店长）"), one("周建国", ""));
        assert_eq!(of("周建国 13900001111"), one("周建国", "13900001111"));
        assert_eq!(
            of("周建国电话：139-0000-1111"),
            one("周建国", "139-0000-1111")
        );
        assert_eq!(of("John Smith"), one("John Smith", ""));
        assert_eq!(of("周建国、吴美兰").len(), 2);
        for nobody in ["", "无", "/", "13900001111"] {
            assert!(of(nobody).is_empty(), "{nobody}");
        }
        assert!(is_name("周建国") && is_name("李知行"));
        for shop in ["南通顺达贸易有限公司", "老王五金店", "3号", "@坏人"] {
            assert!(!is_name(shop), "{shop}");
        }
    }
}

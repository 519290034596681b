//! Labels: 「12号楼」, 「12幢」 and 「012」 are one building.

use super::normalise::normalise;

/// Words after a building's number, longest first.
pub(super) const BUILDING_UNITS: [&str; 8] = ["号楼", "幢楼", "栋楼", "#楼", "幢", "栋", "座", "#"];
/// Words after an entrance's number, longest first.
pub(super) const ENTRANCE_UNITS: [&str; 5] = ["号门", "单元", "门洞", "梯", "门"];
/// Words after a room's number, longest first.
pub(super) const ROOM_UNITS: [&str; 5] = ["号室", "号房", "室", "房", "户"];
/// Letters that stand for a number before a unit.
pub(super) const LETTERS: &str = "甲乙丙丁戊己东西南北中前后";

/// The bare label of a building.
pub(super) fn building(text: &str) -> String {
    strip(text, &BUILDING_UNITS, &["号", "楼"])
}

/// The bare label of an entrance.
pub(super) fn entrance(text: &str) -> String {
    strip(text, &ENTRANCE_UNITS, &["号"])
}

/// The bare label of a room.
pub(super) fn room(text: &str) -> String {
    strip(text, &ROOM_UNITS, &["号"])
}

/// Whether a bare label can be read from the numbers of a text; other labels are names.
pub(super) fn is_number(label: &str) -> bool {
    let mut chars = label.chars();
    match (chars.next(), label.chars().count()) {
        (Some(c), 1) => c.is_ascii_alphanumeric() || LETTERS.contains(c),
        _ => label.chars().any(|c| c.is_ascii_digit()) && label.chars().all(is_label_char),
    }
}

fn is_label_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-' || LETTERS.contains(c)
}

fn strip(text: &str, units: &[&str], last: &[&str]) -> String {
    let plain: String = normalise(text).into_iter().collect();
    let bare = units
        .iter()
        .chain(last)
        .find_map(|unit| plain.strip_suffix(unit).filter(|rest| !rest.is_empty()))
        .filter(|rest| is_number(rest))
        .unwrap_or(&plain);
    without_zeros(bare)
}

/// 「0304」 and 「304」 are one room; 「0」 stays.
pub(super) fn without_zeros(label: &str) -> String {
    let rest = label.trim_start_matches('0');
    if rest.starts_with(|c: char| c.is_ascii_digit()) {
        rest.to_owned()
    } else if label.starts_with('0') {
        format!("0{rest}")
    } else {
        label.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_and_zeros_fall_away() {
        for text in [
            "12号楼",
            "12幢",
            "12栋",
            "12",
            "012",
            "十二号楼",
            "１２＃",
            "12号",
        ] {
            assert_eq!(building(text), "12", "{text}");
        }
        assert_eq!(building("A座"), "a");
        assert_eq!(building("幸福楼"), "幸福楼");
        assert_eq!(building("东楼"), "东");
        assert_eq!(entrance("三单元"), "3");
        assert_eq!(entrance("东单元"), "东");
        assert_eq!(room("0304室"), "304");
        assert_eq!(room("304号"), "304");
        assert_eq!(room("0"), "0");
    }
}

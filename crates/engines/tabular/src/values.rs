//! Cells read as what they mean: identity numbers, telephone numbers, sex, lists of words.

use crate::{Cell, ValueFault};

/// What a cell says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Read<T> {
    /// Nothing, or one of the words for it.
    Nothing,
    Sure(T),
    /// Read, but somebody should look at it.
    Doubtful(T, ValueFault),
    Refused(ValueFault),
}

/// Sex as sheets have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sex {
    Female,
    Male,
}

/// Full width to half width, blanks of all kinds to one, invisible characters away, trimmed.
#[must_use]
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let c = match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
            '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
            '【' => '[',
            '】' => ']',
            '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}'
            | '\u{feff}' => continue,
            c if c.is_whitespace() || c.is_control() => ' ',
            c => c,
        };
        if c != ' ' || !(out.is_empty() || out.ends_with(' ')) {
            out.push(c);
        }
    }
    if out.ends_with(' ') {
        out.pop();
    }
    out
}

/// Words for nothing.
#[must_use]
pub fn absent(text: &str) -> bool {
    matches!(
        text.trim(),
        "" | "无"
            | "暂无"
            | "没有"
            | "不详"
            | "未知"
            | "空"
            | "-"
            | "--"
            | "——"
            | "/"
            | "\\"
            | "N/A"
            | "n/a"
            | "#N/A"
            | "#REF!"
            | "#VALUE!"
            | "#NAME?"
            | "#DIV/0!"
            | "#NUM!"
            | "#NULL!"
            | "#GETTING_DATA"
    )
}

/// An identity number freed of what stands around it; whether it is one is for the caller to check.
#[must_use]
pub fn identity(cell: &Cell) -> Read<String> {
    let text = match cell {
        Cell::Empty => return Read::Nothing,
        Cell::Fault(_) | Cell::Uncalculated(_) | Cell::Day(_) => {
            return Read::Refused(ValueFault::Unreadable);
        }
        // Numbers keep 15 digits; the last three of an identity number became zeros.
        Cell::Number(number) if *number >= 1e15 => return Read::Refused(ValueFault::Rounded),
        other => fold(&other.shown()),
    };
    if absent(&text) {
        return Read::Nothing;
    }
    if text.contains('*') {
        return Read::Refused(ValueFault::Masked);
    }
    let upper: String = text
        .chars()
        .filter(|c| !matches!(c, ' ' | '-' | '\'' | '’' | '‘' | '`' | '"'))
        .map(|c| c.to_ascii_uppercase())
        .collect();
    if upper.contains("E+") {
        return Read::Refused(ValueFault::Rounded);
    }
    let mut runs = upper
        .split(|c: char| !(c.is_ascii_digit() || c == 'X'))
        .filter(|run| run.chars().any(|c| c.is_ascii_digit()));
    match (runs.next(), runs.next()) {
        (None, _) => Read::Refused(ValueFault::Unreadable),
        (Some(one), None) => Read::Sure(one.to_owned()),
        // Several numbers in one cell: only one of them can be the person's.
        (Some(_), Some(_)) => {
            let mut long = upper
                .split(|c: char| !(c.is_ascii_digit() || c == 'X'))
                .filter(|run| run.len() == 18);
            match (long.next(), long.next()) {
                (Some(one), None) => Read::Sure(one.to_owned()),
                _ => Read::Refused(ValueFault::Unreadable),
            }
        }
    }
}

/// A document of a foreigner, or of somebody from Hong Kong, Macao or Taiwan, that is no identity number: the old permanent
/// residence card (three letters of the country and twelve digits), a passport or a travel permit (up to three letters and
/// seven to nine digits). The new permanent residence card (2023) has eighteen digits like an identity number, begins with 9,
/// and is one.
#[must_use]
pub fn foreign_document(cell: &Cell) -> Option<String> {
    let mut text = fold(&cell.shown()).to_uppercase();
    if !text.is_ascii() {
        for word in ["永久居留身份证", "永久居留证", "居留证", "护照", "证件"] {
            text = text.replace(word, "");
        }
    }
    let text: String = text
        .chars()
        .filter(|c| !matches!(c, ' ' | '-' | ':' | '号' | '码' | '\'' | '(' | ')'))
        .collect();
    let digits = text.trim_start_matches(|c: char| c.is_ascii_uppercase());
    let letters = text.len() - digits.len();
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
    let known = match (letters, digits.len()) {
        (3, 12) => true,
        (1..=3, 7..=9) => true,
        // The permit of Hong Kong and Macao with the number of its issue.
        (1, 10) => text.starts_with(['H', 'M']),
        _ => false,
    };
    (plain && known).then_some(text)
}

/// 男, 女, male, F …
#[must_use]
pub fn sex(cell: &Cell) -> Read<Sex> {
    let text = fold(&cell.shown()).to_lowercase();
    match text.as_str() {
        text if absent(text) => Read::Nothing,
        "男" | "男性" | "m" | "male" | "1" => Read::Sure(Sex::Male),
        "女" | "女性" | "f" | "female" | "2" => Read::Sure(Sex::Female),
        _ => Read::Refused(ValueFault::Unreadable),
    }
}

/// 是, 否, √, yes, 0 … Words for nothing are no answer, and an answer of another kind is refused.
#[must_use]
pub fn yes(cell: &Cell) -> Read<bool> {
    let text = fold(&cell.shown()).to_lowercase();
    match text.as_str() {
        text if absent(text) => Read::Nothing,
        "是" | "是的" | "有" | "对" | "√" | "✓" | "✔" | "☑" | "y" | "yes" | "t" | "true" | "1" => {
            Read::Sure(true)
        }
        "否" | "不是" | "不" | "非" | "×" | "✗" | "✘" | "☐" | "x" | "n" | "no" | "f" | "false"
        | "0" => Read::Sure(false),
        _ => Read::Refused(ValueFault::Unreadable),
    }
}

/// The telephone numbers of a cell, freed of words (手机：, 儿子).
#[must_use]
pub fn phones(cell: &Cell) -> Vec<String> {
    let numbers = phones_and_words(cell).into_iter();
    numbers.map(|(number, _words)| number).collect()
}

/// Words beside a number that only say that it is one.
const OF_NUMBERS: [&str; 16] = [
    "手机号码",
    "手机号",
    "手机",
    "电话号码",
    "电话",
    "号码",
    "联系方式",
    "联系",
    "座机",
    "固话",
    "固定",
    "家庭",
    "本人",
    "微信",
    "同号",
    "的",
];

/// The telephone numbers of a cell, each with what is said of it (13800001111（儿子）: 儿子), where anything is.
#[must_use]
pub fn phones_and_words(cell: &Cell) -> Vec<(String, String)> {
    let text = fold(&cell.shown());
    if absent(&text) {
        return Vec::new();
    }
    text.split(['、', ',', ';', '/', '或', '；', '，'])
        .flat_map(|part| {
            // 138 0000 1111 is one number, 13800001111 13900002222 are two.
            let words: Vec<&str> = part.split(' ').collect();
            let whole = words
                .iter()
                .all(|word| word.chars().filter(char::is_ascii_digit).count() >= 7);
            if whole { words } else { vec![part] }
        })
        .map(|part| {
            let kept = part
                .chars()
                .filter(|c| c.is_ascii() && !matches!(c, '\'' | '"' | ':' | '.'));
            let number = kept.collect::<String>().replace("()", "").trim().to_owned();
            let said = part
                .chars()
                .filter(|c| !c.is_ascii() && c.is_alphanumeric());
            let said = OF_NUMBERS
                .iter()
                .fold(said.collect::<String>(), |said, word| {
                    said.replace(word, "")
                });
            (number, said)
        })
        .filter(|(number, _)| !number.is_empty())
        .collect()
}

/// The words of a cell that lists some. What stands in 「」 is one word, exactly as it is written there.
#[must_use]
pub fn words(cell: &Cell) -> Vec<String> {
    let text = cell.shown();
    let mut found = Vec::new();
    let mut rest = text.as_str();
    while let Some((before, (quoted, after))) = rest
        .split_once('「')
        .and_then(|(before, rest)| Some((before, rest.split_once('」')?)))
    {
        found.extend(unquoted(before));
        found.extend((!quoted.trim().is_empty()).then(|| quoted.to_owned()));
        rest = after;
    }
    found.extend(unquoted(rest));
    found
}

fn unquoted(text: &str) -> Vec<String> {
    let text = fold(text);
    if absent(&text) {
        return Vec::new();
    }
    text.split(['、', ',', ';', '/', '|', ' ', '，', '；'])
        .map(str::trim)
        .filter(|word| !absent(word))
        .map(str::to_owned)
        .collect()
}

/// A list that [`words`] reads as these again; a word that would not come out as it is stands in 「」.
#[must_use]
pub fn listed(all: &[String]) -> String {
    let quoted = all.iter().map(|word| {
        let plain = words(&Cell::text(word));
        if plain.len() == 1 && plain[0] == *word {
            word.clone()
        } else {
            format!("「{word}」")
        }
    });
    quoted.collect::<Vec<_>>().join("、")
}

/// A folded text without what stands in brackets.
#[must_use]
pub fn outside_brackets(text: &str) -> String {
    let mut depth = 0_u32;
    let outside = text.chars().filter(|c| match c {
        '(' | '[' => {
            depth += 1;
            false
        }
        ')' | ']' => {
            depth = depth.saturating_sub(1);
            false
        }
        _ => depth == 0,
    });
    outside.collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn documents_of_foreigners_are_known_as_such() {
        for (text, document) in [
            ("USA310076092301", "USA310076092301"),
            ("护照：E12345678", "E12345678"),
            ("h1234567890", "H1234567890"),
            ("KOR 110 080 010 112", "KOR110080010112"),
        ] {
            let found = foreign_document(&Cell::text(text));
            assert_eq!(found.as_deref(), Some(document), "{text}");
        }
        for text in [
            "32061119420305001X",
            "911840198001010014",
            "12345678",
            "X",
            "",
            "E1234",
        ] {
            assert_eq!(foreign_document(&Cell::text(text)), None, "{text}");
        }
    }

    #[test]
    fn identity_numbers_lose_what_stands_around_them() {
        let number = Read::Sure("32061119420305001X".to_owned());
        for text in [
            "32061119420305001X",
            "'32061119420305001x",
            "320611 19420305 001X",
            "身份证：32061119420305001X",
            "３２０６１１１９４２０３０５００１Ｘ",
            "32061119420305001X号",
            "320611-19420305-001X",
            "\u{200b}32061119420305001X ",
            "32061119420305001X（已过期，1）",
        ] {
            assert_eq!(identity(&Cell::text(text)), number, "{text}");
        }
        assert_eq!(
            identity(&Cell::Number(3.206_111_942_03e17)),
            Read::Refused(ValueFault::Rounded)
        );
        assert_eq!(
            identity(&Cell::text("3.20611E+17")),
            Read::Refused(ValueFault::Rounded)
        );
        assert_eq!(
            identity(&Cell::text("3206**********001X")),
            Read::Refused(ValueFault::Masked)
        );
        assert_eq!(identity(&Cell::text("暂无")), Read::Nothing);
        assert_eq!(
            identity(&Cell::text("办理中")),
            Read::Refused(ValueFault::Unreadable)
        );
    }

    #[test]
    fn phones_are_parted_and_bared() {
        let of = |text: &str| phones(&Cell::text(text));
        assert_eq!(
            of("13800001111、13900002222"),
            ["13800001111", "13900002222"]
        );
        assert_eq!(of("手机：13800001111（儿子）"), ["13800001111"]);
        assert_eq!(of("138 0000 1111"), ["138 0000 1111"]);
        assert_eq!(
            of("13800001111 13900002222"),
            ["13800001111", "13900002222"]
        );
        assert_eq!(of("0513-85550001/无"), ["0513-85550001"]);
        assert!(of("无").is_empty());
        let said = |text: &str| phones_and_words(&Cell::text(text));
        let with = |number: &str, said: &str| (number.to_owned(), said.to_owned());
        assert_eq!(
            said("手机：13800001111（儿子）、13900002222 女儿的电话"),
            [with("13800001111", "儿子"), with("13900002222", "女儿")]
        );
        assert_eq!(said("本人电话：13800001111"), [with("13800001111", "")]);
        assert_eq!(phones(&Cell::Number(13_800_001_111.0)), ["13800001111"]);
    }

    #[test]
    fn words_and_sex() {
        assert_eq!(
            words(&Cell::text("独居、残疾；党员")),
            ["独居", "残疾", "党员"]
        );
        assert_eq!(sex(&Cell::text(" 男 ")), Read::Sure(Sex::Male));
        assert_eq!(sex(&Cell::text("女性")), Read::Sure(Sex::Female));
        assert_eq!(sex(&Cell::text("?")), Read::Refused(ValueFault::Unreadable));
        for (text, said) in [
            (" 是 ", Read::Sure(true)),
            ("√", Read::Sure(true)),
            ("TRUE", Read::Sure(true)),
            ("否", Read::Sure(false)),
            ("×", Read::Sure(false)),
            ("", Read::Nothing),
            ("无", Read::Nothing),
            ("二级", Read::Refused(ValueFault::Unreadable)),
        ] {
            assert_eq!(yes(&Cell::text(text)), said, "{text}");
        }
        assert_eq!(yes(&Cell::Number(1.0)), Read::Sure(true));
    }

    proptest! {
        #[test]
        fn a_list_is_read_as_it_was_written(all in prop::collection::vec("[甲乙a/、，（）１ ]{0,4}[甲乙]", 0..6)) {
            let all: Vec<String> = all.iter().map(|word| word.trim().to_owned()).collect();
            prop_assert_eq!(words(&Cell::text(&listed(&all))), all);
        }

        #[test]
        fn no_text_breaks_the_readers(text in "\\PC{0,60}") {
            let cell = Cell::text(&text);
            let _any = (identity(&cell), phones(&cell), words(&cell), sex(&cell));
            prop_assert_eq!(fold(&fold(&text)), fold(&text));
        }
    }
}

//! Hiding personal data on screens: enough left to recognise, not enough to use (domain §3.5, §5).
//!
//! Masks are for showing only. What must not reach a reader is left out on the server, not masked in the page.
//! Telephone numbers mask themselves ([`crate::Phone::masked`]).

use crate::text;

/// Family names of two characters that are common enough to matter; any other name is taken to have one.
const DOUBLE_SURNAMES: [&str; 22] = [
    "欧阳", "司马", "上官", "诸葛", "皇甫", "尉迟", "公孙", "慕容", "令狐", "司徒", "东方", "夏侯",
    "端木", "长孙", "宇文", "申屠", "钟离", "淳于", "轩辕", "闻人", "独孤", "南宫",
];

/// Words that end the part of an address that names the house.
const HOUSE: [&str; 6] = ["号楼", "幢", "栋", "座", "号院", "弄"];
/// Words before which a number tells the door.
const DOOR: [char; 9] = ['室', '户', '号', '单', '楼', '层', '弄', '幢', '栋'];
/// Digits in a row from which on they are taken for somebody's number.
const LONG_NUMBER: usize = 7;
const CHINESE_DIGITS: &str = "〇零一二三四五六七八九十百";

/// A person's name: the family name stays, every further character becomes a star: 周建国 → 周**, 欧阳秋 → 欧阳*.
/// Of names in Latin letters the first letter of each word stays, followed by two stars whatever the length.
#[must_use]
pub fn name(name: &str) -> String {
    let name = name.trim();
    if name
        .chars()
        .any(|character| character.is_ascii_alphabetic())
    {
        let words = name
            .split_whitespace()
            .filter_map(|word| word.chars().next());
        return words
            .map(|first| format!("{first}**"))
            .collect::<Vec<_>>()
            .join(" ");
    }
    let count = name.chars().count();
    let shown = if count > 2
        && DOUBLE_SURNAMES
            .iter()
            .any(|surname| name.starts_with(surname))
    {
        2
    } else {
        1
    };
    if count == 1 {
        return "*".to_owned();
    }
    // Long names with a middle dot would betray themselves by their length.
    let hidden = count.saturating_sub(shown).min(2);
    name.chars()
        .take(shown)
        .chain(std::iter::repeat_n('*', hidden))
        .collect()
}

/// An identity or passport number: the first and the last two characters stay of long ones, nothing of short ones.
#[must_use]
pub fn identity(number: &str) -> String {
    ends(&text::compact(number), 2, 2, 12)
}

/// A bank account or card: the last four digits stay.
#[must_use]
pub fn account(number: &str) -> String {
    ends(&text::compact(number), 0, 4, 12)
}

/// An e-mail address: the first letter and the domain stay: z***@example.org.
#[must_use]
pub fn email(address: &str) -> String {
    match address.trim().rsplit_once('@') {
        Some((local, domain)) => {
            let first: String = local
                .chars()
                .take(usize::from(local.chars().count() > 1))
                .collect();
            format!("{first}***@{domain}")
        }
        None => "***".to_owned(),
    }
}

/// An address: what leads to the house stays, what leads to the door does not:
/// 光明东村12号楼304 → 光明东村12号楼***. Where no house is marked, every number is hidden:
/// 人民路18号304室 → 人民路**号**室.
#[must_use]
pub fn address(address: &str) -> String {
    let address = address.trim();
    let house = HOUSE
        .iter()
        .filter_map(|word| address.find(word).map(|at| at + word.len()))
        .min();
    match house {
        Some(end) if end == address.len() => address.to_owned(),
        Some(end) => format!("{}***", &address[..end]),
        None => hide_numbers(address),
    }
}

fn hide_numbers(address: &str) -> String {
    let characters: Vec<char> = address.chars().map(text::ascii).collect();
    let mut hidden = String::with_capacity(address.len());
    let mut at = 0;
    while at < characters.len() {
        let run =
            |test: &dyn Fn(char) -> bool| characters[at..].iter().take_while(|c| test(**c)).count();
        let digits = run(&|c| c.is_ascii_alphanumeric());
        let chinese = run(&|c| CHINESE_DIGITS.contains(c));
        let chinese_door = characters
            .get(at + chinese)
            .is_some_and(|after| DOOR.contains(after));
        if digits > 0 {
            hidden.push_str("**");
            at += digits;
        } else if chinese > 0 && chinese_door {
            hidden.push_str("**");
            at += chinese;
        } else {
            // A run of Chinese digits that names no door (三里村) is part of a name and stays in one piece.
            let kept = chinese.max(1);
            hidden.extend(&characters[at..at + kept]);
            at += kept;
        }
    }
    hidden
}

/// Keeps `first` and `last` characters of a text of at least `least` characters; shorter ones are hidden in full.
fn ends(text: &str, first: usize, last: usize, least: usize) -> String {
    let count = text.chars().count();
    let shown = |at: usize| count >= least && (at < first || at >= count - last);
    text.chars()
        .enumerate()
        .map(|(at, character)| if shown(at) { character } else { '*' })
        .collect()
}

/// Words somebody wrote freely, without long numbers (telephones, identity numbers, accounts), addresses of mail and of
/// pages.
#[must_use]
pub fn free_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for piece in text.split_inclusive(char::is_whitespace) {
        let word = piece.trim_end();
        let blank = &piece[word.len()..];
        if word.contains("://") || word.contains('@') {
            out.push_str("***");
            out.push_str(blank);
        } else {
            out.push_str(piece);
        }
    }
    without_numbers(&out)
}

fn without_numbers(text: &str) -> String {
    let is_digit = |c: char| c.is_ascii_digit() || ('０'..='９').contains(&c);
    let between = |c: char| matches!(c, ' ' | '-' | '－' | '—' | '\u{a0}');
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let (mut end, mut digits, mut next) = (at, 0, at);
        // A run of digits, with single signs between them as people group telephone numbers.
        while next < chars.len()
            && (is_digit(chars[next])
                || (digits > 0 && between(chars[next]) && between_digits(&chars, next, is_digit)))
        {
            digits += usize::from(is_digit(chars[next]));
            next += 1;
            end = next;
        }
        if digits >= LONG_NUMBER {
            out.push_str("***");
        } else {
            out.extend(&chars[at..end]);
        }
        if end == at {
            out.push(chars[at]);
            end += 1;
        }
        at = end;
    }
    out
}

fn between_digits(chars: &[char], at: usize, is_digit: impl Fn(char) -> bool) -> bool {
    at > 0 && is_digit(chars[at - 1]) && chars.get(at + 1).is_some_and(|next| is_digit(*next))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_keep_the_family_name() {
        for (plain, masked) in [
            ("周建国", "周**"),
            ("周国", "周*"),
            ("周", "*"),
            ("", ""),
            ("欧阳秋", "欧阳*"),
            ("欧阳", "欧*"),
            ("欧阳建国", "欧阳**"),
            ("阿依古丽·买买提", "阿**"),
            ("Mary Ann Smith", "M** A** S**"),
        ] {
            assert_eq!(name(plain), masked, "{plain}");
        }
    }

    #[test]
    fn numbers_keep_their_ends_only_when_long() {
        assert_eq!(identity("320602199001011234"), "32**************34");
        assert_eq!(identity("32060219900101123x"), "32**************3X");
        assert_eq!(identity("G1234567"), "********");
        assert_eq!(account("6222 0000 1111 2222"), "************2222");
        assert_eq!(account("1234"), "****");
        assert_eq!(email("zhou@example.org"), "z***@example.org");
        assert_eq!(email("z@example.org"), "***@example.org");
        assert_eq!(email("nothing"), "***");
    }

    #[test]
    fn addresses_keep_the_house_and_hide_the_door() {
        for (plain, masked) in [
            ("光明东村12号楼304", "光明东村12号楼***"),
            ("光明东村12号楼", "光明东村12号楼"),
            ("光明东村12幢2单元304室", "光明东村12幢***"),
            ("人民路18号304室", "人民路**号**室"),
            ("光明东村12-3-304", "光明东村**-**-**"),
            ("光明东村１２－３０４", "光明东村**-**"),
            ("三里村四〇四室", "三里村**室"),
            ("跃龙社区", "跃龙社区"),
            ("", ""),
        ] {
            assert_eq!(address(plain), masked, "{plain}");
        }
    }

    #[test]
    fn free_words_lose_long_numbers_and_addresses() {
        for (text, public) in [
            ("路灯不亮", "路灯不亮"),
            ("12号楼3单元路灯不亮 2026", "12号楼3单元路灯不亮 2026"),
            ("请打13812345678找我", "请打***找我"),
            ("请打 138-1234-5678 找我", "请打 *** 找我"),
            ("１３８１２３４５６７８", "***"),
            ("身份证 320613195001010011", "身份证 ***"),
            ("写信到 a.b@example.cn 谢谢", "写信到 *** 谢谢"),
            ("照片：https://example.cn/1.jpg\n谢谢", "***\n谢谢"),
            ("", ""),
        ] {
            assert_eq!(free_text(text), public, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_long_run_of_digits_survives(text in "[0-9 a井\\-]{0,60}") {
            let mut run = 0;
            for c in without_numbers(&text).chars() {
                run = if c.is_ascii_digit() { run + 1 } else { 0 };
                prop_assert!(run < LONG_NUMBER);
            }
        }

        #[test]
        fn short_numbers_stay(text in "([0-9]{1,6}[a井]){0,8}") {
            prop_assert_eq!(without_numbers(&text), text);
        }
    }
}

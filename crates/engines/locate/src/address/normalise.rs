//! One spelling for text and register: half width, small letters, one dash, one comma, Arabic numerals.

/// Longer texts are read up to here: an address comes early, and ten megabytes of text are no address.
pub(super) const MAX_CHARS: usize = 400;

/// The normalised characters of a text. Blanks stay only between two Latin letters or digits, where they divide.
pub(super) fn normalise(text: &str) -> Vec<char> {
    let plain: Vec<char> = text.chars().take(MAX_CHARS).map(plain).collect();
    let counted = arabic(&plain);
    let mut out: Vec<char> = Vec::with_capacity(counted.len());
    for (at, &c) in counted.iter().enumerate() {
        if c != ' ' {
            out.push(c);
            continue;
        }
        let next = counted[at + 1..].iter().find(|next| **next != ' ');
        let divides = out.last().is_some_and(char::is_ascii_alphanumeric)
            && next.is_some_and(char::is_ascii_alphanumeric);
        if divides {
            out.push(' ');
        }
    }
    out
}

fn plain(c: char) -> char {
    let half = match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        other => other,
    };
    match half {
        c if c.is_whitespace() => ' ',
        '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '~' | '_' | '/' | '\\' => '-',
        '#' | '№' => '#',
        '〇' | '○' => '零',
        '楝' => '栋',
        c if c.is_ascii_punctuation() => ',',
        '。' | '、' | '，' | '；' | '：' | '！' | '？' | '…' | '“' | '”' | '‘' | '’' | '《'
        | '》' | '「' | '」' | '【' | '】' | '·' => ',',
        c => c.to_ascii_lowercase(),
    }
}

fn digit(c: char) -> Option<u32> {
    Some(match c {
        '零' => 0,
        '一' => 1,
        '二' => 2,
        '三' => 3,
        '四' => 4,
        '五' => 5,
        '六' => 6,
        '七' => 7,
        '八' => 8,
        '九' => 9,
        _ => return None,
    })
}

fn unit(c: char) -> Option<u32> {
    Some(match c {
        '十' => 10,
        '百' => 100,
        '千' => 1000,
        _ => return None,
    })
}

/// Chinese numerals as Arabic ones. Names are rewritten too (七一小区 → 71小区), on both sides alike, so nothing is lost.
/// A run that is no number (百花, 千禧) stays.
fn arabic(chars: &[char]) -> Vec<char> {
    let mut out = Vec::with_capacity(chars.len());
    let mut at = 0;
    while at < chars.len() {
        let run = chars[at..]
            .iter()
            .take_while(|c| digit(**c).is_some() || unit(**c).is_some())
            .count();
        if run == 0 {
            out.push(chars[at]);
            at += 1;
            continue;
        }
        match value(&chars[at..at + run]) {
            Some(number) => out.extend(number.chars()),
            None => out.extend(&chars[at..at + run]),
        }
        at += run;
    }
    out
}

/// The number a run of numerals says: with units positional (三百零四, 十二), without them digit by digit (三〇四).
fn value(run: &[char]) -> Option<String> {
    if run.iter().all(|c| digit(*c).is_some()) {
        return run
            .iter()
            .map(|c| digit(*c).and_then(|d| char::from_digit(d, 10)))
            .collect();
    }
    let mut total = 0;
    let mut waiting: Option<u32> = None;
    let mut last_unit = u32::MAX;
    for (at, &c) in run.iter().enumerate() {
        if let Some(size) = unit(c) {
            let count = match waiting.take() {
                Some(0) | None if size == 10 && (at == 0 || run[at - 1] == '零') => 1,
                Some(count) if count > 0 => count,
                _ => return None,
            };
            if size >= last_unit {
                return None;
            }
            total += count * size;
            last_unit = size;
        } else {
            let number = digit(c)?;
            if waiting.is_some_and(|waiting| waiting != 0) {
                return None;
            }
            waiting = Some(number);
        }
    }
    // 三百五 is 350 in speech, but nobody writes a room so; it counts as 305 only with its zero.
    match waiting {
        Some(number) if number > 0 && last_unit > 10 && run[run.len() - 2] != '零' => {
            Some((total + number * last_unit / 10).to_string())
        }
        Some(number) => Some((total + number).to_string()),
        None => Some(total.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> String {
        normalise(text).into_iter().collect()
    }

    #[test]
    fn numerals_become_arabic() {
        for (text, plain) in [
            ("十二号楼", "12号楼"),
            ("二十幢", "20幢"),
            ("三百零四室", "304室"),
            ("三〇四", "304"),
            ("一千二百零一", "1201"),
            ("一千零一十", "1010"),
            ("三百一十二", "312"),
            ("三百五", "350"),
            ("百花新村", "百花新村"),
            ("千禧园", "千禧园"),
            ("七一小区", "71小区"),
            ("一二十", "一二十"),
        ] {
            assert_eq!(said(text), plain);
        }
    }

    #[test]
    fn widths_blanks_and_dashes_become_one() {
        assert_eq!(said("光明东村　１２－３０４"), "光明东村12-304");
        assert_eq!(said("光明东村 12 304 室"), "光明东村12 304室");
        assert_eq!(said("Ａ座（东）"), "a座,东,");
    }

    #[test]
    fn endless_text_is_cut() {
        assert_eq!(normalise(&"灯".repeat(1_000_000)).len(), MAX_CHARS);
    }
}

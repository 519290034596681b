//! Folding of characters people type: full-width forms to ASCII, invisible ones away.

/// Full-width digits, letters and signs (U+FF01..U+FF5E) as their ASCII counterparts, the ideographic space as a
/// space; other characters unchanged.
pub(crate) fn ascii(character: char) -> char {
    match character {
        '\u{ff01}'..='\u{ff5e}' => {
            char::from_u32(u32::from(character) - 0xff01 + 0x21).unwrap_or(character)
        }
        '\u{3000}' | '\u{a0}' => ' ',
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        other => other,
    }
}

/// Characters without a width that come along when numbers are copied from contact lists: zero-width spaces and
/// joiners, direction marks, byte order mark.
pub(crate) fn invisible(character: char) -> bool {
    matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// A number typed by a person: folded, without spaces, hyphens and invisible characters, upper case.
pub(crate) fn compact(text: &str) -> String {
    text.chars()
        .map(ascii)
        .filter(|character| {
            !invisible(*character) && !character.is_whitespace() && *character != '-'
        })
        .map(|character| character.to_ascii_uppercase())
        .collect()
}

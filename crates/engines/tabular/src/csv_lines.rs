//! Values separated by commas, for those who open them: UTF-8 with a mark that spreadsheets recognise.

/// What a spreadsheet takes for a formula begins with one of these; a quote in front makes it text again.
fn neutral(text: &str) -> String {
    match text.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r') => format!("'{text}"),
        _ => text.to_owned(),
    }
}

fn quoted(text: &str) -> String {
    let text = neutral(text);
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

/// A file of these lines, of any length each: what it says about itself may stand above its columns. No cell is a formula.
#[must_use]
pub fn csv_lines(lines: impl IntoIterator<Item = Vec<String>>) -> Vec<u8> {
    let mut text = String::from("\u{feff}");
    for line in lines {
        let cells: Vec<String> = line.iter().map(|cell| quoted(cell)).collect();
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    }
    text.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::{csv_lines, quoted};

    #[test]
    fn nothing_leaves_as_a_formula() {
        for text in ["=cmd|' /C calc'!A0", "+1", "-1", "@sum", "\t=1"] {
            assert!(quoted(text).trim_matches('"').starts_with('\''), "{text}");
        }
        assert_eq!(quoted("a,\"b\""), "\"a,\"\"b\"\"\"");
        assert_eq!(quoted("光明东村"), "光明东村");
    }

    #[test]
    fn lines_may_differ_in_length() {
        let lines = [
            vec!["口径".to_owned()],
            vec![],
            vec!["a".to_owned(), "b".to_owned()],
        ];
        assert_eq!(csv_lines(lines), "\u{feff}口径\r\n\r\na,b\r\n".as_bytes());
    }
}

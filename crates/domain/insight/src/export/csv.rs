//! csv in UTF-8 with a mark that spreadsheets recognise.

use super::Sheet;

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

fn line(cells: impl IntoIterator<Item = String>) -> String {
    let cells: Vec<String> = cells.into_iter().map(|cell| quoted(&cell)).collect();
    cells.join(",") + "\r\n"
}

pub(super) fn write(sheet: &Sheet) -> Vec<u8> {
    let mut text = String::from("\u{feff}");
    for (name, said) in &sheet.definition {
        text.push_str(&line([name.clone(), said.clone()]));
    }
    text.push_str("\r\n");
    text.push_str(&line(sheet.groups.iter().chain(&sheet.columns).cloned()));
    for (one, _total) in sheet.read() {
        let figures = [
            Some(one.count.to_string()),
            one.part.map(|part| part.to_string()),
            Some(one.text.clone()),
        ];
        text.push_str(&line(
            one.names
                .iter()
                .cloned()
                .chain(figures.into_iter().flatten()),
        ));
    }
    text.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leaves_as_a_formula() {
        for text in ["=cmd|' /C calc'!A0", "+1", "-1", "@sum", "\t=1"] {
            assert!(quoted(text).trim_matches('"').starts_with('\''), "{text}");
        }
        assert_eq!(quoted("a,\"b\""), "\"a,\"\"b\"\"\"");
        assert_eq!(quoted("光明东村"), "光明东村");
    }
}

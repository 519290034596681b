//! Text as it is kept: one Unicode form, no control characters, no blanks around it.

use unicode_normalization::UnicodeNormalization;

/// NFC, control characters become blanks, runs of blanks become one.
pub(crate) fn clean(text: &str) -> String {
    let composed: String = text
        .nfc()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    composed.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Names separated by `;`, `；`, `、` or a comma of either kind, each once, joined by `;`.
pub(crate) fn aliases(text: &str) -> String {
    let mut names: Vec<String> = Vec::new();
    for name in text.split([';', '；', '、', ',', '，']).map(clean) {
        if !name.is_empty() && !names.contains(&name) {
            names.push(name);
        }
    }
    names.join(";")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cleaned_once_and_for_all() {
        assert_eq!(clean(" e\u{301}\tx\u{0}\u{3000}y "), "é x y");
        assert_eq!(aliases("12幢； 12栋;;12幢、12号"), "12幢;12栋;12号");
    }
}

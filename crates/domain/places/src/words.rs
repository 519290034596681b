//! Text as it is kept: one Unicode form, no control characters, no blanks around it.

pub(crate) use youlin_imports::clean;

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

/// A key that sorts 2号楼 before 12号楼: numbers count as numbers.
#[must_use]
pub fn natural(text: &str) -> Vec<(u64, char)> {
    let mut key = Vec::new();
    let mut number: Option<u64> = None;
    for c in text.chars() {
        match c.to_digit(10) {
            Some(digit) => {
                let so_far = number.unwrap_or(0);
                number = Some(so_far.saturating_mul(10).saturating_add(u64::from(digit)));
            }
            None => {
                key.extend(number.take().map(|number| (number, '\0')));
                key.push((u64::MAX, c));
            }
        }
    }
    key.extend(number.map(|number| (number, '\0')));
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cleaned_once_and_for_all() {
        assert_eq!(clean(" e\u{301}\tx\u{0}\u{3000}y "), "é x y");
        let mut names = ["12号楼", "幸福楼", "2号楼", "1号楼"];
        names.sort_by_key(|name| natural(name));
        assert_eq!(names, ["1号楼", "2号楼", "12号楼", "幸福楼"]);
        assert_eq!(aliases("12幢； 12栋;;12幢、12号"), "12幢;12栋;12号");
    }
}

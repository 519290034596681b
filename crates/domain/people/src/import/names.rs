//! What a person can be called.

/// Signs no name is written with; brackets, points and hyphens are.
const SIGNS: &str = "=@#$%^&<>{}[]|\\~+_?!:;\"/*";

/// Whether a text, folded, can be a person's name: no digit, nothing of a formula, an address of the net or a handle.
pub(crate) fn can_be_name(text: &str) -> bool {
    !text
        .chars()
        .any(|c| c.is_ascii_digit() || SIGNS.contains(c))
}

#[cfg(test)]
mod tests {
    use super::can_be_name;

    #[test]
    fn names_have_no_signs() {
        for name in [
            "周建国",
            "买买提·艾力",
            "John Smith",
            "O'Neil-Wu",
            "周建国(小)",
        ] {
            assert!(can_be_name(name), "{name}");
        }
        for none in [
            "周建国2",
            "=HYPERLINK(\"http://x\")",
            "@坏人",
            "???",
            "张三/李四",
        ] {
            assert!(!can_be_name(none), "{none}");
        }
    }
}

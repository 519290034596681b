//! Every word for people is in both catalogues: keys that templates and code use, found by reading their sources.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use youlin::assets::catalogues;
use youlin_kernel::Locale;

fn crates() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Files under the crates with that ending, without tests.
fn files(ending: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![crates()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                if !matches!(name.as_str(), "tests" | "target" | "benches") {
                    folders.push(path);
                }
            } else if name.ends_with(ending) && name != "tests.rs" {
                let text = std::fs::read_to_string(&path).unwrap();
                let text = text.split("#[cfg(test)]").next().unwrap().to_owned();
                found.push((path.display().to_string(), text));
            }
        }
    }
    found
}

/// The arguments of each call written `name(`, as they stand in the source.
fn calls<'a>(text: &'a str, name: &str) -> Vec<Vec<&'a str>> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices(name) {
        let start = at + name.len();
        let mut arguments = Vec::new();
        let (mut depth, mut quoted, mut escaped, mut from) = (0usize, false, false, start);
        for (offset, c) in text[start..].char_indices() {
            let here = start + offset;
            match c {
                _ if escaped => escaped = false,
                '\\' if quoted => escaped = true,
                '"' => quoted = !quoted,
                _ if quoted => {}
                '(' | '[' | '{' => depth += 1,
                ')' if depth == 0 => {
                    arguments.push(text[from..here].trim());
                    break;
                }
                ')' | ']' | '}' => depth = depth.saturating_sub(1),
                ',' if depth == 0 => {
                    arguments.push(text[from..here].trim());
                    from = here + 1;
                }
                _ => {}
            }
        }
        found.push(arguments);
    }
    found
}

/// The text of an argument that is a literal and nothing else.
fn literal<'a>(arguments: &[&'a str], at: usize) -> Option<&'a str> {
    let inner = arguments.get(at)?.strip_prefix('"')?.strip_suffix('"')?;
    (!inner.contains('"') && !inner.contains('{')).then_some(inner)
}

/// Key or family (with a `*` at its end) → where it is used.
fn used() -> BTreeMap<String, String> {
    let mut used = BTreeMap::new();
    for (file, text) in files(".html") {
        for name in ["s.t(", "s.t1(", "s.t2(", "s.tn("] {
            for call in calls(&text, name) {
                if let Some(key) = literal(&call, 0) {
                    used.insert(key.to_owned(), file.clone());
                }
            }
        }
        for call in calls(&text, "s.tt(") {
            if let Some(family) = literal(&call, 0) {
                let code = literal(&call, 1).unwrap_or("*");
                used.insert(format!("{family}-{code}"), file.clone());
            }
        }
    }
    for (file, text) in files(".rs") {
        for (name, at, prefix) in [
            ("Problem::new(", 1, "problem-"),
            ("Problem::invalid(", 1, "field-"),
            (".and_field(", 1, "field-"),
            ("Refused::new(", 2, "import-"),
            // What is counted by: every dimension of every dataset has its name.
            ("Dim::new(", 0, "data-dim-"),
        ] {
            for call in calls(&text, name) {
                if let Some(code) = literal(&call, at) {
                    used.insert(format!("{prefix}{code}"), file.clone());
                }
            }
        }
        for (_, after) in text
            .match_indices("NavItem {")
            .map(|(at, found)| (at, &text[at + found.len()..]))
        {
            let inside = after.split('}').next().unwrap_or_default();
            let label = inside
                .split("label: \"")
                .nth(1)
                .and_then(|rest| rest.split('"').next());
            if let Some(label) = label {
                used.insert(label.to_owned(), file.clone());
            }
        }
    }
    used
}

#[test]
fn no_key_is_missing_in_either_language() {
    let i18n = catalogues().unwrap();
    let mut missing = Vec::new();
    let used = used();
    assert!(
        used.len() > 30,
        "the reading of the sources found only {} keys",
        used.len()
    );
    for locale in [Locale::Zh, Locale::En] {
        let keys = i18n.keys(locale);
        for (key, file) in &used {
            let there = match key.strip_suffix('*') {
                Some(family) => keys.iter().any(|known| known.starts_with(family)),
                None => keys.contains(key),
            };
            if !there {
                missing.push(format!("{} {key} ({file})", locale.tag()));
            }
        }
    }
    assert!(
        missing.is_empty(),
        "{} are missing:\n{}",
        missing.len(),
        missing.join("\n")
    );
}

#[test]
fn both_catalogues_have_the_same_keys() {
    let i18n = catalogues().unwrap();
    let (zh, en) = (i18n.keys(Locale::Zh), i18n.keys(Locale::En));
    let only_zh: Vec<&String> = zh.difference(&en).collect();
    let only_en: Vec<&String> = en.difference(&zh).collect();
    assert!(
        only_zh.is_empty() && only_en.is_empty(),
        "only zh-CN: {only_zh:?}; only en: {only_en:?}"
    );
}

#[test]
fn the_reading_of_calls_knows_strings_and_brackets() {
    let text = r#"Problem::new(Kind::A, "one") x Problem::new(kind(a, b), code) Problem::new(f("),("), "two",)"#;
    let found = calls(text, "Problem::new(");
    assert_eq!(literal(&found[0], 1), Some("one"));
    assert_eq!(literal(&found[1], 1), None);
    assert_eq!(literal(&found[2], 1), Some("two"));
}

//! `docs/configuration.md` and the list of settings are one.

use std::collections::BTreeSet;
use std::path::Path;

use youlin::config::SETTINGS;

fn page() -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/configuration.md");
    std::fs::read_to_string(file).unwrap()
}

/// Rows of the page's tables: `| \`name\` | default | … |`.
fn rows(page: &str) -> Vec<(String, String)> {
    page.lines()
        .filter_map(|line| {
            let mut cells = line.strip_prefix("| `")?.split('|').map(str::trim);
            let name = cells.next()?.strip_suffix('`')?;
            let default = cells.next()?.trim_matches('`');
            Some((name.to_owned(), default.to_owned()))
        })
        .collect()
}

#[test]
fn every_setting_is_described_with_its_default_and_nothing_else_is() {
    let rows = rows(&page());
    let described: BTreeSet<&str> = rows.iter().map(|(name, _)| name.as_str()).collect();
    let known: BTreeSet<&str> = SETTINGS.iter().map(|setting| setting.name).collect();
    assert_eq!(described, known);
    assert_eq!(rows.len(), SETTINGS.len(), "a setting is described twice");
    for setting in SETTINGS {
        let (_, default) = rows.iter().find(|(name, _)| name == setting.name).unwrap();
        if !setting.default.is_empty() {
            assert_eq!(default, setting.default, "{}", setting.name);
        }
    }
}

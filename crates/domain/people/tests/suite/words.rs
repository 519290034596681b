//! Both catalogues have every word this module says.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use youlin_kernel::Locale;
use youlin_people::{KeyKind, MembershipRole, OrganisationKind};

use crate::browser::catalogues;

fn sources() -> Vec<String> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else {
                found.push(path);
            }
        }
    }
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    walk(&root.join("src"), &mut files);
    walk(&root.join("templates"), &mut files);
    files
        .iter()
        .map(|file| std::fs::read_to_string(file).unwrap())
        .collect()
}

/// The text between `before` and the next quotation mark, wherever it stands.
fn quoted_after(text: &str, before: &str) -> Vec<String> {
    text.match_indices(before)
        .filter_map(|(at, _)| text[at + before.len()..].split('"').next())
        .map(str::to_owned)
        .collect()
}

/// The last of so many string literals before each closing parenthesis of `call`: the code of a refusal.
fn second_literals(text: &str, call: &str, least: usize) -> Vec<String> {
    text.match_indices(call)
        .filter_map(|(at, _)| {
            let arguments = text[at + call.len()..].split(')').next()?;
            let literals: Vec<&str> = arguments.split('"').skip(1).step_by(2).collect();
            literals
                .last()
                .filter(|code| literals.len() >= least && !code.is_empty())
                .map(|code| (*code).to_owned())
        })
        .collect()
}

#[test]
fn every_word_stands_in_both_catalogues() {
    let i18n = catalogues();
    let mut wanted = BTreeSet::new();
    for text in sources() {
        let text = text
            .split("#[cfg(test)]")
            .next()
            .unwrap_or_default()
            .to_owned();
        for before in ["s.t(\"", "s.t1(\"", "s.t2(\"", "s.tn(\"", "label: \"nav-"] {
            for key in quoted_after(&text, before) {
                let nav = before.ends_with("nav-");
                wanted.insert(if nav { format!("nav-{key}") } else { key });
            }
        }
        for code in second_literals(&text, "Problem::invalid(", 1) {
            wanted.insert(format!("field-{code}"));
        }
        for code in second_literals(&text, "Problem::new(", 1) {
            wanted.insert(format!("problem-{code}"));
        }
        for code in second_literals(&text, ".refuse(", 2) {
            wanted.insert(format!("import-{code}"));
        }
    }
    for text in sources() {
        // What is said of rows of a spreadsheet.
        for code in quoted_after(&text, "\"sheet-") {
            wanted.insert(format!("import-sheet-{code}"));
        }
    }
    for role in MembershipRole::ALL {
        wanted.insert(format!("member-{}", role.as_str()));
    }
    for kind in OrganisationKind::ALL {
        wanted.insert(format!("organisation-{}", kind.as_str()));
    }
    let residents = youlin_people::import::RESIDENT_COLUMNS;
    wanted.extend(
        residents
            .iter()
            .map(|spec| format!("import-field-{}", spec.field)),
    );
    use youlin_people::{rosters, talents};
    let families: [(&str, Vec<&str>); 11] = [
        (
            "duty-kind",
            rosters::DutyKind::ALL
                .iter()
                .map(|one| one.as_str())
                .collect(),
        ),
        (
            "duty-days",
            rosters::DutyDays::ALL
                .iter()
                .map(|one| one.as_str())
                .collect(),
        ),
        (
            "duty-origin",
            rosters::ShiftOrigin::ALL
                .iter()
                .map(|one| one.as_str())
                .collect(),
        ),
        (
            "absence-state",
            rosters::Consent::ALL
                .iter()
                .map(|one| one.as_str())
                .collect(),
        ),
        (
            "hours",
            rosters::HoursState::ALL
                .iter()
                .map(|one| one.as_str())
                .collect(),
        ),
        (
            "hole",
            rosters::Hole::ALL.iter().map(|one| one.as_str()).collect(),
        ),
        (
            "hole-more",
            rosters::Hole::ALL.iter().map(|one| one.as_str()).collect(),
        ),
        (
            "talent-kind",
            talents::TalentKind::ALL
                .iter()
                .map(|one| one.as_str())
                .collect(),
        ),
        (
            "talent-state",
            talents::TalentState::ALL
                .iter()
                .map(|one| one.as_str())
                .collect(),
        ),
        (
            "named-state",
            talents::NamingState::ALL
                .iter()
                .map(|one| one.as_str())
                .collect(),
        ),
        (
            "reason-kind",
            talents::ReasonKind::ALL
                .iter()
                .map(|one| one.as_str())
                .collect(),
        ),
    ];
    for (family, all) in families {
        wanted.extend(all.into_iter().map(|one| format!("{family}-{one}")));
    }
    wanted.extend(["ok", "soon", "late"].map(|one| format!("roster-state-{one}")));
    wanted.extend((0..7).map(|day| format!("weekday-{day}")));
    for consent in youlin_people::consent::ALL {
        wanted.insert(format!("consent-{}", consent.replace('.', "-")));
    }
    for kind in KeyKind::ALL {
        wanted.insert(format!("people-key-{}", kind.as_str()));
    }
    assert!(
        wanted.len() > 150,
        "the search finds the words: {}",
        wanted.len()
    );
    for locale in [Locale::Zh, Locale::En] {
        let keys = i18n.keys(locale);
        let missing: Vec<&String> = wanted.iter().filter(|key| !keys.contains(*key)).collect();
        assert!(missing.is_empty(), "{}: {missing:?}", locale.tag());
    }
}

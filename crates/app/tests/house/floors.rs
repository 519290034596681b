//! Architecture §1: a crate uses only crates of lower floors; engines are usable from everywhere and use nothing that
//! touches the world.

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::Value;

/// Floor and place on it. A crate may use what stands lower; within a floor only what has a lower place. Two crates of
/// one place never use one another.
fn place(name: &str) -> Option<(u8, u8)> {
    Some(match name {
        "youlin-workday" | "youlin-locate" | "youlin-matching" | "youlin-cube"
        | "youlin-tabular" | "youlin-routes" | "youlin-checklist" => (0, 0),
        "youlin-coverage" | "youlin-xforms" => (0, 1),
        "youlin-kernel" | "youlin-crypto" => (1, 0),
        "youlin-database" | "youlin-files" => (1, 1),
        "youlin-web" => (1, 2),
        "youlin-imports" => (1, 3),
        "youlin-datasets" => (1, 3),
        "youlin-testkit" => (1, 4),
        "youlin-places" => (2, 0),
        "youlin-people" => (2, 1),
        "youlin-cases" => (2, 2),
        "youlin-rounds" => (2, 3),
        "youlin-insight" => (2, 4),
        "youlin-sharing" => (2, 3),
        "youlin-open311" => (3, 0),
        "youlin-field" => (3, 0),
        "youlin-openrosa" => (3, 0),
        "youlin-notices" => (3, 0),
        "youlin" => (4, 0),
        "youlin-bench" => (5, 0),
        _ => return None,
    })
}

/// Crates that read clocks, sockets, files or chance, or bring an async runtime.
const WORLD: &[&str] = &[
    "tokio",
    "sea-orm",
    "axum",
    "reqwest",
    "rand",
    "async-trait",
    "futures",
    "object_store",
    "tempfile",
    "tracing",
];

/// Normal dependencies of each of our crates.
fn packages() -> BTreeMap<String, Vec<String>> {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--no-deps",
            "--format-version",
            "1",
            "--offline",
        ])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    metadata["packages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|package| {
            let uses = package["dependencies"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|dependency| dependency["kind"].is_null())
                .map(|dependency| text(&dependency["name"]))
                .collect();
            (text(&package["name"]), uses)
        })
        .collect()
}

#[test]
fn a_crate_uses_only_what_stands_lower() {
    let packages = packages();
    assert!(packages.len() >= 10, "cargo metadata lists the workspace");
    for (name, uses) in &packages {
        let (floor, at) = place(name)
            .unwrap_or_else(|| panic!("say in tests/house/floors.rs where {name} stands"));
        for used in uses.iter().filter(|used| packages.contains_key(*used)) {
            let (lower, below) = place(used).unwrap();
            assert!(
                lower < floor || (lower == floor && below < at),
                "{name} must not use {used}: it does not stand lower"
            );
            assert_ne!(used, "youlin-testkit", "{name}: the test kit is for tests");
        }
    }
}

#[test]
fn engines_touch_nothing_of_the_world() {
    for (name, uses) in packages()
        .iter()
        .filter(|(name, _)| place(name).is_some_and(|(floor, _)| floor == 0))
    {
        for used in uses {
            assert!(
                !WORLD.contains(&used.as_str()),
                "{name} is pure and must not use {used}"
            );
        }
    }
}

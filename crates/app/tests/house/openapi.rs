//! The description of the REST interface is a promise to foreign programs: a change of it is seen and read.

use std::path::Path;

#[test]
fn the_description_is_the_one_that_was_read() {
    let described = youlin_web::describe(&youlin::house::modules(), youlin::house::api_info());
    let described = serde_json::to_value(&described).unwrap();
    let text = serde_json::to_string_pretty(&described).unwrap() + "\n";
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/openapi.json");
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(&file, &text).unwrap();
    }
    let known = std::fs::read_to_string(&file).unwrap_or_default();
    let differs = text
        .lines()
        .zip(known.lines())
        .position(|(now, then)| now != then);
    assert!(
        text == known,
        "tests/openapi.json differs from line {:?} on; read the change, then UPDATE_SNAPSHOTS=1 writes it",
        differs.map(|line| line + 1)
    );
}

#[test]
fn every_operation_has_its_own_name_and_says_how_it_fails() {
    let described = youlin_web::describe(&youlin::house::modules(), youlin::house::api_info());
    let value = serde_json::to_value(&described).unwrap();
    let mut names = std::collections::BTreeSet::new();
    for (path, item) in value["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let name = operation["operationId"].as_str().unwrap_or_default();
            assert!(
                !name.is_empty() && names.insert(name.to_owned()),
                "{method} {path}: {name:?}"
            );
            let responses = operation["responses"].as_object().unwrap();
            assert!(
                responses.keys().any(|status| status.starts_with('4')),
                "{method} {path} never fails?"
            );
        }
    }
}

//! A change of keys must find every sealed field: each column that holds envelopes is in the list of its module.

use youlin::house::{migrations, sealed_tables};
use youlin_database::schema::{ColumnKind, tables};

/// Columns of bytes that hold no envelope.
const PLAIN: &[&str] = &[
    "sha256",
    "token_hash",
    "salt",
    "hash",
    "prev_hash",
    "body_hash",
    "request_hash",
    "workbook",
];

#[test]
fn every_sealed_column_is_listed_by_its_module() {
    let listed = sealed_tables();
    for table in tables(&migrations()).unwrap() {
        for column in &table.columns {
            let index = column.name.ends_with("_index") || PLAIN.contains(&column.name.as_str());
            if column.kind != ColumnKind::Bytes || index {
                continue;
            }
            let known = listed.iter().any(|one| {
                one.table == table.name
                    && one
                        .columns
                        .iter()
                        .any(|sealed| sealed.column == column.name)
            });
            assert!(
                known,
                "{}.{} holds bytes: list it in the module's `sealed`, or say here that it is no envelope",
                table.name, column.name
            );
        }
    }
    for one in &listed {
        for locale in ["zh-CN", "en"] {
            let i18n = youlin::assets::catalogues().unwrap();
            let locale = youlin_kernel::Locale::negotiate(locale);
            let key = format!("sealed-{}", one.table);
            assert!(i18n.find(locale, &key, &[]).is_some(), "{key}");
        }
    }
}

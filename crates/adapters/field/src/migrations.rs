//! The table of this module, add-only.

use youlin_database::Migration;

/// All steps, oldest first.
pub const MIGRATIONS: &[Migration] = &[Migration {
    module: "field",
    version: 1,
    name: "items of outboxes that were taken",
    sql: r"
CREATE TABLE field_item (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    kind TEXT NOT NULL,
    account_id {uuid} NOT NULL,
    fingerprint TEXT NOT NULL,
    answer TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);
",
}];

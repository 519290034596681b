//! The tables of this module, add-only.

use youlin_database::Migration;

/// A view is filed under the community of its area, or under the system for areas above communities.
pub const MIGRATIONS: &[Migration] = &[Migration {
    module: "insight",
    version: 1,
    name: "saved views",
    sql: r"
CREATE TABLE insight_view (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    title TEXT NOT NULL,
    address TEXT NOT NULL,
    area_id BIGINT NOT NULL,
    account_id {uuid} NOT NULL,
    account_name TEXT NOT NULL,
    shared BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX insight_view_account ON insight_view (community_id, account_id);
",
}];

//! The tables of this module, add-only.

use youlin_database::Migration;

/// All steps, oldest first.
pub const MIGRATIONS: &[Migration] = &[Migration {
    module: "openrosa",
    version: 1,
    name: "addresses of phones, submissions that were taken",
    sql: r"
CREATE TABLE openrosa_token (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    account_id {uuid} NOT NULL,
    name TEXT NOT NULL,
    hash {bytes} NOT NULL,
    language TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    revoked_at BIGINT,
    PRIMARY KEY (community_id, id)
);
CREATE UNIQUE INDEX openrosa_token_hash ON openrosa_token (community_id, hash);
CREATE INDEX openrosa_token_account ON openrosa_token (community_id, account_id);
CREATE TABLE openrosa_use (
    community_id BIGINT NOT NULL,
    token_id {uuid} NOT NULL,
    used_at BIGINT NOT NULL,
    PRIMARY KEY (community_id, token_id)
);
CREATE TABLE openrosa_submission (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    account_id {uuid} NOT NULL,
    instance_id TEXT NOT NULL,
    form TEXT NOT NULL,
    read_as TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    xml_sealed {bytes},
    answer TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);
",
}];

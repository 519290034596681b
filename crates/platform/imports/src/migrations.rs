//! The tables of this module, add-only.

use youlin_database::Migration;

/// All steps, oldest first. A file's pieces and reports are sealed: they may hold anything. `import_part` is filed under
/// the community its batch belongs to, because it is written in the batch's transaction.
pub const MIGRATIONS: &[Migration] = &[
    Migration {
        module: "imports",
        version: 1,
        name: "imports: files, what became of them, batches done",
        sql: r"
CREATE TABLE import_run (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    kind TEXT NOT NULL,
    setting TEXT NOT NULL,
    file_name TEXT NOT NULL,
    account_id {uuid} NOT NULL,
    account_name TEXT NOT NULL,
    state TEXT NOT NULL,
    rows_total BIGINT NOT NULL,
    report_sealed {bytes},
    fault TEXT,
    created_at BIGINT NOT NULL,
    ended_at BIGINT,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX import_run_account ON import_run (community_id, account_id, id);
CREATE TABLE import_piece (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    import_id {uuid} NOT NULL,
    place INTEGER NOT NULL,
    text_sealed {bytes} NOT NULL,
    PRIMARY KEY (community_id, id),
    UNIQUE (community_id, import_id, place)
);
CREATE TABLE import_part (
    community_id BIGINT NOT NULL,
    import_id {uuid} NOT NULL,
    first_line BIGINT NOT NULL,
    lines TEXT NOT NULL,
    id {uuid} NOT NULL,
    report_sealed {bytes} NOT NULL,
    PRIMARY KEY (community_id, import_id, first_line)
);
CREATE INDEX import_part_import ON import_part (import_id);
",
    },
    Migration {
        module: "imports",
        version: 2,
        name: "imports: spreadsheets, their columns, what is left of them, taking back",
        // `import_step` is filed under the community of what was changed, because it is written in the same transaction.
        sql: r"
ALTER TABLE import_run ADD COLUMN round INTEGER;
ALTER TABLE import_run ADD COLUMN columns_sealed {bytes};
ALTER TABLE import_run ADD COLUMN choices TEXT;
ALTER TABLE import_run ADD COLUMN undone_sealed {bytes};
CREATE TABLE import_mapping (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    kind TEXT NOT NULL,
    signature TEXT NOT NULL,
    columns TEXT NOT NULL,
    account_id {uuid} NOT NULL,
    made_at BIGINT NOT NULL,
    PRIMARY KEY (community_id, id),
    UNIQUE (community_id, kind, signature)
);
CREATE TABLE import_left (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    import_id {uuid} NOT NULL,
    place INTEGER NOT NULL,
    rows_sealed {bytes} NOT NULL,
    PRIMARY KEY (community_id, id),
    UNIQUE (community_id, import_id, place)
);
CREATE TABLE import_step (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    import_id {uuid} NOT NULL,
    line BIGINT NOT NULL,
    subject {uuid} NOT NULL,
    detail_sealed {bytes} NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX import_step_import ON import_step (community_id, import_id, id);
",
    },
    Migration {
        module: "imports",
        version: 3,
        name: "imports: who took them back",
        sql: r"
ALTER TABLE import_run ADD COLUMN undone_by {uuid};
ALTER TABLE import_run ADD COLUMN undone_by_name TEXT;
",
    },
];

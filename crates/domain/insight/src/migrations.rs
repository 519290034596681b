//! The tables of this module, add-only.

use youlin_database::Migration;

/// A view is filed under the community of its area, or under the system for areas above communities.
pub const MIGRATIONS: &[Migration] = &[VIEWS, FORMS, ANSWERS, TYPED];

const VIEWS: Migration = Migration {
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
};

/// Forms others ask for: the blank workbook, how its columns are mapped, and each time it was filled.
const FORMS: Migration = Migration {
    module: "insight",
    version: 2,
    name: "forms of others",
    sql: r"
CREATE TABLE report_form (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    number TEXT NOT NULL,
    name TEXT NOT NULL,
    requester TEXT NOT NULL,
    every TEXT NOT NULL,
    area_id BIGINT NOT NULL,
    file_name TEXT NOT NULL,
    layout TEXT NOT NULL,
    mapping TEXT NOT NULL,
    revision INTEGER NOT NULL,
    by_name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    closed_at BIGINT,
    PRIMARY KEY (community_id, id)
);
CREATE TABLE report_blank (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    form_id {uuid} NOT NULL,
    workbook {bytes} NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX report_blank_form ON report_blank (community_id, form_id);
CREATE TABLE report_fill (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    form_id {uuid} NOT NULL,
    revision INTEGER NOT NULL,
    period TEXT NOT NULL,
    purpose TEXT NOT NULL,
    lines INTEGER NOT NULL,
    held INTEGER NOT NULL,
    missing INTEGER NOT NULL,
    asked INTEGER NOT NULL,
    by_name TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX report_fill_form ON report_fill (community_id, form_id, at);
",
};

/// Where the answers of each filling came from, column by column: what "counts out" (统得出) is counted from.
const ANSWERS: Migration = Migration {
    module: "insight",
    version: 3,
    name: "where the answers of forms came from",
    sql: r"
CREATE TABLE report_answer (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    form_id {uuid} NOT NULL,
    form_name TEXT NOT NULL,
    requester TEXT NOT NULL,
    area_id BIGINT NOT NULL,
    period TEXT NOT NULL,
    column_name TEXT NOT NULL,
    origin TEXT NOT NULL,
    cells INTEGER NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX report_answer_form ON report_answer (community_id, form_id, at);
",
};

/// Answers a desk typed in where there is neither a record nor a door to ask at: said by whom, as of which day.
const TYPED: Migration = Migration {
    module: "insight",
    version: 4,
    name: "answers typed into forms",
    sql: r"
CREATE TABLE report_typed (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    form_id {uuid} NOT NULL,
    period TEXT NOT NULL,
    area_id BIGINT NOT NULL,
    column_key TEXT NOT NULL,
    value TEXT NOT NULL,
    said_by TEXT NOT NULL,
    said_on TEXT NOT NULL,
    by_name TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX report_typed_form ON report_typed (community_id, form_id, period);
",
};

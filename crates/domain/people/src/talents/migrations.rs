//! Tables of talents.

use youlin_database::Migration;

/// See the module's text.
pub(crate) const TALENTS: Migration = Migration {
    module: "people",
    version: 9,
    name: "leaders and talents: rules, namings, asking",
    sql: r"
CREATE TABLE talent_rule (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    reason TEXT NOT NULL,
    counts BOOLEAN NOT NULL,
    least INTEGER NOT NULL,
    within_days INTEGER NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (community_id, id),
    UNIQUE (community_id, reason)
);
CREATE TABLE talent_named (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    area_id BIGINT NOT NULL,
    name_sealed {bytes} NOT NULL,
    where_sealed {bytes},
    why_sealed {bytes} NOT NULL,
    source TEXT NOT NULL,
    by_name TEXT NOT NULL,
    named_at BIGINT NOT NULL,
    state TEXT NOT NULL,
    person_id {uuid},
    decided_at BIGINT,
    decided_by TEXT,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX talent_named_state ON talent_named (community_id, state, named_at);
CREATE INDEX talent_named_person ON talent_named (community_id, person_id);
CREATE TABLE talent (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    person_id {uuid} NOT NULL,
    kind TEXT NOT NULL,
    field TEXT NOT NULL,
    state TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    asked_by TEXT NOT NULL,
    answered_at BIGINT,
    answered_by TEXT,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX talent_person ON talent (community_id, person_id);
CREATE INDEX talent_state ON talent (community_id, state);
",
};

//! The tables of this module, add-only.

use youlin_database::Migration;

/// All steps, oldest first.
pub const MIGRATIONS: &[Migration] = &[TABLES, CHECKLISTS];

const TABLES: Migration = Migration {
    module: "rounds",
    version: 1,
    name: "policies, rounds, findings, return visits",
    sql: r"
CREATE TABLE round_policy (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    title TEXT NOT NULL,
    policy TEXT NOT NULL,
    subjects TEXT NOT NULL,
    fixer TEXT,
    closed_at BIGINT,
    PRIMARY KEY (community_id, id)
);
CREATE TABLE round (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    kind TEXT NOT NULL,
    policy_id {uuid},
    subject_kind TEXT NOT NULL,
    subject_id {uuid} NOT NULL,
    subject_name TEXT NOT NULL,
    grid_id BIGINT,
    neighbourhood_id BIGINT,
    outcome TEXT NOT NULL,
    channel TEXT NOT NULL,
    began_at BIGINT NOT NULL,
    ended_at BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    clock_off BIGINT,
    text_sealed {bytes},
    answers_sealed {bytes},
    checklist TEXT,
    reason TEXT NOT NULL,
    try_again_at BIGINT,
    by_id {uuid},
    by_person {uuid},
    by_name TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX round_subject ON round (community_id, subject_kind, subject_id, began_at);
CREATE INDEX round_began ON round (community_id, began_at);
CREATE INDEX round_policy_began ON round (community_id, policy_id, began_at);
CREATE TABLE finding (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    round_id {uuid} NOT NULL,
    category TEXT NOT NULL,
    severity TEXT NOT NULL,
    state TEXT NOT NULL,
    text TEXT NOT NULL,
    lon DOUBLE PRECISION,
    lat DOUBLE PRECISION,
    chainage_dm INTEGER,
    bank TEXT,
    subject_kind TEXT NOT NULL,
    subject_id {uuid} NOT NULL,
    grid_id BIGINT,
    neighbourhood_id BIGINT,
    case_id {uuid},
    found_at BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX finding_round ON finding (community_id, round_id);
CREATE INDEX finding_subject ON finding (community_id, subject_kind, subject_id, found_at);
CREATE INDEX finding_case ON finding (community_id, case_id);
CREATE TABLE round_file (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    round_id {uuid} NOT NULL,
    finding_id {uuid},
    sha256 TEXT NOT NULL,
    thumbnail TEXT,
    content_type TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    name TEXT NOT NULL,
    lon DOUBLE PRECISION,
    lat DOUBLE PRECISION,
    stage TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX round_file_round ON round_file (community_id, round_id);
CREATE TABLE return_visit (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    finding_id {uuid} NOT NULL,
    case_id {uuid} NOT NULL,
    passed BOOLEAN NOT NULL,
    text TEXT NOT NULL,
    at BIGINT NOT NULL,
    by_id {uuid},
    by_name TEXT NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX return_visit_finding ON return_visit (community_id, finding_id);
",
};

const CHECKLISTS: Migration = Migration {
    module: "rounds",
    version: 4,
    name: "checklists of a place, and which one a policy asks",
    sql: r"
CREATE TABLE checklist (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    area_id BIGINT NOT NULL,
    code TEXT NOT NULL,
    number INTEGER NOT NULL,
    state TEXT NOT NULL,
    content TEXT NOT NULL,
    copied_from TEXT,
    made_at BIGINT NOT NULL,
    published_at BIGINT,
    withdrawn_at BIGINT,
    by_name TEXT NOT NULL,
    PRIMARY KEY (community_id, id),
    UNIQUE (community_id, code, number)
);
ALTER TABLE round_policy ADD COLUMN checklist TEXT;
",
};

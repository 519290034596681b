//! Tables of the own file and of privacy. What stands in a code or a session is worthless without the keys; corrections
//! are sealed like the facts they correct.

use youlin_database::Migration;

/// See the module's text.
pub(crate) const PRIVACY: Migration = Migration {
    module: "people",
    version: 4,
    name: "own file, corrections, guardians, processing record, sealing passes, retention, exports of persons",
    sql: r"
CREATE TABLE own_code (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    number_index {bytes} NOT NULL,
    number_sealed {bytes} NOT NULL,
    salt {bytes} NOT NULL,
    person_community BIGINT,
    person_id {uuid},
    tries INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX own_code_number ON own_code (community_id, number_index, created_at);
CREATE TABLE own_session (
    community_id BIGINT NOT NULL,
    token_hash {bytes} NOT NULL,
    number_index {bytes} NOT NULL,
    person_community BIGINT,
    person_id {uuid},
    ends_at BIGINT NOT NULL,
    PRIMARY KEY (community_id, token_hash)
);
CREATE INDEX person_phone_number ON person_phone (number_index);
CREATE TABLE correction (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    person_id {uuid} NOT NULL,
    fact TEXT NOT NULL,
    wish_sealed {bytes} NOT NULL,
    state TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    decided_at BIGINT,
    decided_by TEXT,
    answer_sealed {bytes},
    PRIMARY KEY (community_id, id)
);
CREATE INDEX correction_state ON correction (community_id, state, asked_at);
CREATE INDEX correction_person ON correction (community_id, person_id, asked_at);
CREATE TABLE guardianship (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    child_id {uuid} NOT NULL,
    guardian_id {uuid} NOT NULL,
    valid_from BIGINT NOT NULL,
    valid_to BIGINT,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX guardianship_guardian ON guardianship (community_id, guardian_id);
CREATE INDEX guardianship_child ON guardianship (community_id, child_id);
CREATE TABLE processing (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    kind TEXT NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id {uuid},
    actor_name TEXT NOT NULL,
    purpose TEXT NOT NULL,
    person_id {uuid},
    persons BIGINT NOT NULL,
    subject TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX processing_at ON processing (community_id, at);
CREATE INDEX processing_person ON processing (community_id, person_id) WHERE person_id IS NOT NULL;
CREATE TABLE sealing_pass (
    community_id BIGINT NOT NULL,
    key_id INTEGER NOT NULL,
    part TEXT NOT NULL,
    after_community BIGINT NOT NULL,
    after_id {uuid} NOT NULL,
    seen BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    started_at BIGINT NOT NULL,
    ended_at BIGINT,
    PRIMARY KEY (community_id, key_id, part)
);
CREATE TABLE retention_rule (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    subject TEXT NOT NULL,
    days INTEGER NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (community_id, id),
    UNIQUE (community_id, subject)
);
CREATE INDEX residence_ended ON residence (community_id, valid_to);
CREATE TABLE person_export (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    asked_by {uuid} NOT NULL,
    asked_name TEXT NOT NULL,
    area_id BIGINT NOT NULL,
    purpose TEXT NOT NULL,
    persons BIGINT NOT NULL,
    state TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    decided_by {uuid},
    decided_name TEXT,
    decided_at BIGINT,
    answer TEXT,
    taken_at BIGINT,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX person_export_state ON person_export (community_id, state, asked_at);
ALTER TABLE who_looked ADD COLUMN of_child BOOLEAN;
CREATE INDEX who_looked_at ON who_looked (community_id, at);
",
};

/// Forms with one person a line leave the house like lists: a large one waits for a second person.
pub(crate) const RELEASES: Migration = Migration {
    module: "people",
    version: 10,
    name: "lists of persons for forms",
    sql: r"
ALTER TABLE person_export ADD COLUMN form_id {uuid};
ALTER TABLE person_export ADD COLUMN page TEXT;
CREATE INDEX person_export_form ON person_export (community_id, form_id);
",
};

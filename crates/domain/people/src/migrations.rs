//! Tables of this module. Personal fields are `*_sealed` (envelope of youlin-crypto) with a `*_index` beside them where
//! exact search is needed; nothing that names a resident stands in the clear.

use youlin_database::Migration;

/// Add-only; see [`Migration`].
pub const MIGRATIONS: &[Migration] = &[
    Migration {
        module: "people",
        version: 1,
        name: "persons, organisations, memberships, accounts, grants, keys, looks",
        sql: r"
CREATE TABLE person (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    ext_key TEXT,
    name_sealed {bytes} NOT NULL,
    name_index {bytes} NOT NULL,
    surname_index {bytes} NOT NULL,
    sex TEXT,
    birth_year INTEGER,
    language TEXT,
    note_sealed {bytes},
    identity_sealed {bytes},
    identity_index {bytes},
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (community_id, id),
    UNIQUE (community_id, ext_key)
);
CREATE INDEX person_name ON person (community_id, name_index);
CREATE INDEX person_surname ON person (community_id, surname_index, id);
CREATE INDEX person_identity ON person (community_id, identity_index);
CREATE INDEX person_key ON person (ext_key);
CREATE TABLE person_phone (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    person_id {uuid} NOT NULL,
    position INTEGER NOT NULL,
    number_sealed {bytes} NOT NULL,
    number_index {bytes} NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (community_id, id),
    UNIQUE (community_id, number_index, person_id)
);
CREATE INDEX person_phone_person ON person_phone (community_id, person_id, position);
CREATE TABLE person_label (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    person_id {uuid} NOT NULL,
    label_sealed {bytes} NOT NULL,
    label_index {bytes} NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (community_id, id),
    UNIQUE (community_id, label_index, person_id)
);
CREATE INDEX person_label_person ON person_label (community_id, person_id);
CREATE TABLE person_consent (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    person_id {uuid} NOT NULL,
    consent TEXT NOT NULL,
    given_at BIGINT NOT NULL,
    withdrawn_at BIGINT,
    PRIMARY KEY (community_id, id),
    UNIQUE (community_id, person_id, consent)
);
CREATE TABLE household (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    ext_key TEXT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (community_id, id),
    UNIQUE (community_id, ext_key)
);
CREATE TABLE residence (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    person_id {uuid} NOT NULL,
    dwelling_id {uuid} NOT NULL,
    household_id {uuid},
    relation TEXT NOT NULL,
    valid_from BIGINT NOT NULL,
    valid_to BIGINT,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX residence_person ON residence (community_id, person_id, valid_from);
CREATE INDEX residence_dwelling ON residence (community_id, dwelling_id);
CREATE TABLE organisation (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    ext_key TEXT,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    area_id BIGINT NOT NULL,
    phone TEXT,
    credit_code TEXT,
    created_at BIGINT NOT NULL,
    closed_at BIGINT,
    PRIMARY KEY (community_id, id),
    UNIQUE (community_id, ext_key)
);
CREATE INDEX organisation_kind ON organisation (community_id, kind, name);
CREATE INDEX organisation_key ON organisation (ext_key);
CREATE TABLE membership (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    person_community BIGINT NOT NULL,
    person_id {uuid} NOT NULL,
    organisation_id {uuid},
    role TEXT NOT NULL,
    area_id BIGINT NOT NULL,
    duty_phone_sealed {bytes},
    valid_from BIGINT NOT NULL,
    valid_to BIGINT,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX membership_role ON membership (community_id, role, area_id);
CREATE INDEX membership_person ON membership (community_id, person_id);
CREATE INDEX membership_organisation ON membership (community_id, organisation_id);
CREATE TABLE account (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    login TEXT NOT NULL,
    display_name TEXT NOT NULL,
    person_community BIGINT,
    person_id {uuid},
    password_hash TEXT NOT NULL,
    must_change BOOLEAN NOT NULL,
    totp_sealed {bytes},
    totp_confirmed BOOLEAN NOT NULL,
    totp_step BIGINT NOT NULL,
    recovery_hashes TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    password_at BIGINT NOT NULL,
    closed_at BIGINT,
    PRIMARY KEY (community_id, id),
    UNIQUE (community_id, login)
);
CREATE INDEX account_person ON account (community_id, person_id);
CREATE TABLE account_grant (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    account_id {uuid} NOT NULL,
    role TEXT NOT NULL,
    area_id BIGINT NOT NULL,
    organisation_id {uuid},
    PRIMARY KEY (community_id, id)
);
CREATE INDEX account_grant_account ON account_grant (community_id, account_id);
CREATE TABLE api_key (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    sha256 {bytes} NOT NULL,
    grants TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    revoked_at BIGINT,
    PRIMARY KEY (community_id, id),
    UNIQUE (community_id, sha256)
);
CREATE TABLE who_looked (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    person_id {uuid} NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id {uuid},
    actor_name TEXT NOT NULL,
    fields TEXT NOT NULL,
    purpose TEXT NOT NULL,
    case_id {uuid},
    at BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX who_looked_person ON who_looked (community_id, person_id, at);
",
    },
    Migration {
        module: "people",
        version: 2,
        name: "organisations have an e-mail address",
        // Sealed: a committee's address is often the private one of a member.
        sql: "ALTER TABLE organisation ADD COLUMN email_sealed {bytes};\n",
    },
    REGISTERS,
    crate::privacy::PRIVACY,
    QUESTIONS,
    crate::merchants::TABLES,
    crate::merge::WHOLE_FILE,
    crate::rosters::ROSTERS,
    crate::talents::TALENTS,
    crate::privacy::RELEASES,
    crate::privacy::CONTENTS,
    crate::life::MOVED_AWAY,
    crate::life::EMPTIED,
    crate::privacy::FILTERS,
    SENSITIVE_LISTS,
    ROLES_GO_ON,
];

/// What is known gets a day of birth, a source and a time; what held once is kept; who was seen when, and visits to make.
const REGISTERS: Migration = Migration {
    module: "people",
    version: 3,
    name: "facts with their source, ended labels, visits to dwellings, visiting lists",
    sql: r"
ALTER TABLE person ADD COLUMN birth_sealed {bytes};
ALTER TABLE person ADD COLUMN facts TEXT;
ALTER TABLE person ADD COLUMN seen_at BIGINT;
ALTER TABLE person_label ADD COLUMN expires_at BIGINT;
ALTER TABLE person_label ADD COLUMN source TEXT;
CREATE TABLE person_label_past (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    person_id {uuid} NOT NULL,
    label_sealed {bytes} NOT NULL,
    label_index {bytes} NOT NULL,
    source TEXT,
    valid_from BIGINT NOT NULL,
    valid_to BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX person_label_past_person ON person_label_past (community_id, person_id);
CREATE TABLE dwelling_visit (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    dwelling_id {uuid} NOT NULL,
    at BIGINT NOT NULL,
    outcome TEXT NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id {uuid},
    actor_name TEXT NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX dwelling_visit_dwelling ON dwelling_visit (community_id, dwelling_id, at);
CREATE TABLE sighting (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    person_id {uuid} NOT NULL,
    at BIGINT NOT NULL,
    how TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX sighting_person ON sighting (community_id, person_id, at);
CREATE TABLE visiting_list (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    title TEXT NOT NULL,
    reason TEXT NOT NULL,
    area_id BIGINT NOT NULL,
    by_id {uuid},
    by_name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    closed_at BIGINT,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX visiting_list_open ON visiting_list (community_id, created_at) WHERE closed_at IS NULL;
CREATE TABLE visiting_entry (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    list_id {uuid} NOT NULL,
    person_id {uuid} NOT NULL,
    position INTEGER NOT NULL,
    state TEXT NOT NULL,
    note_sealed {bytes},
    tries INTEGER NOT NULL,
    at BIGINT,
    by_name TEXT,
    PRIMARY KEY (community_id, id),
    UNIQUE (community_id, list_id, person_id)
);
CREATE INDEX visiting_entry_person ON visiting_entry (community_id, person_id);
",
};

/// A title tells why people are on a list.
const SENSITIVE_LISTS: Migration = Migration {
    module: "people",
    version: 15,
    name: "visiting lists that came from something sensitive",
    sql: "ALTER TABLE visiting_list ADD COLUMN sensitive BOOLEAN;\n",
};

/// As of a day before a split the role is asked for in the old area, so its row ends; for the person nothing ended.
const ROLES_GO_ON: Migration = Migration {
    module: "people",
    version: 16,
    name: "roles that go on in a new area after a split",
    sql: r"
ALTER TABLE membership ADD COLUMN since BIGINT;
ALTER TABLE membership ADD COLUMN continues {uuid};
",
};

/// What forms ask for and nobody holds becomes questions at the door.
const QUESTIONS: Migration = Migration {
    module: "people",
    version: 5,
    name: "questions of forms",
    sql: r"
CREATE TABLE form_question (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    form_id {uuid} NOT NULL,
    key TEXT NOT NULL,
    text TEXT NOT NULL,
    by_name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (community_id, id),
    UNIQUE (community_id, form_id, key)
);
CREATE TABLE form_asked (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    question_id {uuid} NOT NULL,
    person_id {uuid} NOT NULL,
    answer_sealed {bytes},
    answered_at BIGINT,
    by_name TEXT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (community_id, id),
    UNIQUE (community_id, question_id, person_id)
);
CREATE INDEX form_asked_person ON form_asked (community_id, person_id);
",
};

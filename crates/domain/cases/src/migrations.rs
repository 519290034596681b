//! Tables of the cases module. Indexes are few because each costs every report: lists of open cases, the reporter's
//! code, the number, what is due.

use youlin_database::Migration;

pub const MIGRATIONS: &[Migration] = &[TABLES, BY_ID, BY_DWELLING, BY_CATEGORY];

/// A case is asked for by its id alone; without this, a caller with many communities looks into each of them.
const BY_ID: Migration = Migration {
    module: "cases",
    version: 2,
    name: "cases by id",
    sql: "CREATE INDEX case_by_id ON case_record (id);\n",
};

/// A dwelling's file lists what was reported of it, the newest first. Only reports that name one are in it, so others cost
/// nothing more.
const BY_DWELLING: Migration = Migration {
    module: "cases",
    version: 3,
    name: "cases by dwelling",
    sql: "CREATE INDEX case_dwelling ON case_record (community_id, dwelling_id, id) WHERE dwelling_id IS NOT NULL;\n",
};

/// Cases are looked for by what their category is called, the newest first; without this, for a rare one all cases of a
/// community are read.
const BY_CATEGORY: Migration = Migration {
    module: "cases",
    version: 4,
    name: "cases by category",
    sql: "CREATE INDEX case_category ON case_record (community_id, category, id);\n",
};

const TABLES: Migration = Migration {
    module: "cases",
    version: 1,
    name: "cases, tasks, events, files, calls, categories, calendar",
    sql: r"
CREATE TABLE case_record (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    number TEXT NOT NULL,
    tracking_code TEXT NOT NULL,
    status TEXT NOT NULL,
    source TEXT NOT NULL,
    category TEXT NOT NULL,
    category_version INTEGER NOT NULL,
    urgency TEXT NOT NULL,
    text TEXT NOT NULL,
    answers TEXT NOT NULL,
    grid_id BIGINT,
    neighbourhood_id BIGINT,
    building_id {uuid},
    dwelling_id {uuid},
    address TEXT NOT NULL,
    lon DOUBLE PRECISION,
    lat DOUBLE PRECISION,
    reporter_person {uuid},
    reporter_contact {bytes},
    lead_kind TEXT,
    lead_id {uuid},
    handled_by {uuid},
    reported_at BIGINT NOT NULL,
    accepted_at BIGINT,
    dispatched_at BIGINT,
    handled_at BIGINT,
    ended_at BIGINT,
    time_limit TEXT NOT NULL,
    due_at BIGINT NOT NULL,
    due_provisional INTEGER,
    pauses TEXT NOT NULL,
    clock_stopped BOOLEAN NOT NULL,
    overdue BOOLEAN NOT NULL,
    review_at BIGINT,
    extension_asked TEXT,
    extensions INTEGER NOT NULL,
    reworks INTEGER NOT NULL,
    supervised BOOLEAN NOT NULL,
    escalated_to TEXT,
    merged_into {uuid},
    status_before TEXT,
    responded BOOLEAN,
    solved BOOLEAN,
    satisfied BOOLEAN,
    thanks TEXT,
    reopen_until BIGINT,
    external_key TEXT,
    PRIMARY KEY (community_id, id)
);
CREATE UNIQUE INDEX case_number ON case_record (community_id, number);
CREATE INDEX case_tracking ON case_record (tracking_code);
CREATE INDEX case_open ON case_record (community_id, due_at) WHERE ended_at IS NULL;
CREATE INDEX case_status ON case_record (community_id, status, id);
CREATE INDEX case_reporter ON case_record (community_id, reporter_person) WHERE reporter_person IS NOT NULL;
CREATE UNIQUE INDEX case_external ON case_record (community_id, external_key) WHERE external_key IS NOT NULL;
CREATE INDEX case_due ON case_record (due_at) WHERE ended_at IS NULL AND overdue = FALSE AND clock_stopped = FALSE;
CREATE INDEX case_review ON case_record (review_at) WHERE review_at IS NOT NULL;
CREATE INDEX case_provisional ON case_record (due_provisional) WHERE due_provisional IS NOT NULL;
CREATE INDEX case_merged ON case_record (community_id, merged_into) WHERE merged_into IS NOT NULL;
CREATE TABLE case_sequence (
    community_id BIGINT NOT NULL,
    day INTEGER NOT NULL,
    last INTEGER NOT NULL,
    PRIMARY KEY (community_id, day)
);
CREATE TABLE case_task (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    case_id {uuid} NOT NULL,
    role TEXT NOT NULL,
    party_kind TEXT NOT NULL,
    party_id {uuid} NOT NULL,
    text TEXT NOT NULL,
    status TEXT NOT NULL,
    planned_at BIGINT,
    reminded_at BIGINT,
    note TEXT,
    link_nonce BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    ended_at BIGINT,
    PRIMARY KEY (community_id, id),
    FOREIGN KEY (community_id, case_id) REFERENCES case_record (community_id, id)
);
CREATE INDEX case_task_case ON case_task (community_id, case_id);
CREATE INDEX case_task_party ON case_task (community_id, party_id) WHERE ended_at IS NULL;
CREATE INDEX case_task_planned ON case_task (planned_at) WHERE ended_at IS NULL AND planned_at IS NOT NULL AND reminded_at IS NULL;
CREATE TABLE case_event (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    case_id {uuid} NOT NULL,
    at BIGINT NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id {uuid},
    actor_name TEXT NOT NULL,
    kind TEXT NOT NULL,
    text TEXT,
    public BOOLEAN NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX case_event_case ON case_event (community_id, case_id);
CREATE TABLE case_file (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    case_id {uuid} NOT NULL,
    sha256 TEXT NOT NULL,
    thumbnail TEXT,
    content_type TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    name TEXT NOT NULL,
    lon DOUBLE PRECISION,
    lat DOUBLE PRECISION,
    taken_at TEXT,
    stage TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX case_file_case ON case_file (community_id, case_id);
CREATE TABLE phone_call (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    call_key TEXT NOT NULL,
    phone {bytes} NOT NULL,
    phone_masked TEXT NOT NULL,
    phone_index {bytes} NOT NULL,
    called TEXT NOT NULL,
    at BIGINT NOT NULL,
    person_id {uuid},
    case_id {uuid},
    taken_by {uuid},
    PRIMARY KEY (community_id, id),
    UNIQUE (community_id, call_key)
);
CREATE TABLE category_row (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    code TEXT NOT NULL,
    revision INTEGER NOT NULL,
    active BOOLEAN NOT NULL,
    data TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (community_id, id),
    UNIQUE (community_id, code, revision)
);
CREATE TABLE calendar_year (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    year INTEGER NOT NULL,
    data TEXT NOT NULL,
    loaded_at BIGINT NOT NULL,
    PRIMARY KEY (community_id, id),
    UNIQUE (community_id, year)
);
",
};

//! The tables of this module, add-only.

use youlin_database::Migration;

/// All steps, oldest first.
pub const MIGRATIONS: &[Migration] = &[
    TABLES,
    HAZARDS,
    crate::visits::VISITS,
    CHECKLISTS,
    crate::tracks::TRACKS_AND_WATER,
    TALKS,
    crate::checklists::SCORES,
    CONCERNED,
    WHO_COUNTS,
    CAMPAIGN_PARTIES,
    TAKEN_BACK,
    NOTED,
    SEEN_AGAIN,
    FALLS_SHORT,
    TAKEN_AT,
    MEASURED_AGAIN,
    READ_BY,
];

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

const HAZARDS: Migration = Migration {
    module: "rounds",
    version: 2,
    name: "hazards, judgements, rule sets, campaigns",
    sql: r"
CREATE TABLE hazard (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    round_id {uuid} NOT NULL,
    case_id {uuid} NOT NULL,
    campaign_id {uuid},
    premises_id {uuid} NOT NULL,
    grid_id BIGINT,
    neighbourhood_id BIGINT,
    section TEXT NOT NULL,
    stalls TEXT NOT NULL,
    spot TEXT NOT NULL,
    evidence TEXT NOT NULL,
    cause_kind TEXT,
    cause_id {uuid},
    found_at BIGINT NOT NULL,
    removed_at BIGINT,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX hazard_campaign ON hazard (community_id, campaign_id, removed_at, found_at, case_id);
CREATE INDEX hazard_premises ON hazard (community_id, premises_id, found_at);
CREATE INDEX hazard_found ON hazard (community_id, removed_at, found_at);
CREATE TABLE hazard_note (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    hazard_id {uuid} NOT NULL,
    kind TEXT NOT NULL,
    text TEXT NOT NULL,
    at BIGINT NOT NULL,
    by_id {uuid},
    by_name TEXT NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX hazard_note_hazard ON hazard_note (community_id, hazard_id, at);
CREATE TABLE judgement (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    round_id {uuid} NOT NULL,
    finding_id {uuid},
    premises_id {uuid} NOT NULL,
    grid_id BIGINT,
    neighbourhood_id BIGINT,
    rule_set TEXT NOT NULL,
    edition TEXT NOT NULL,
    rule TEXT NOT NULL,
    place TEXT NOT NULL,
    verdict TEXT NOT NULL,
    body TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX judgement_round ON judgement (community_id, round_id);
CREATE INDEX judgement_finding ON judgement (community_id, finding_id);
CREATE INDEX judgement_set ON judgement (community_id, rule_set, edition, at);
CREATE TABLE rule_set (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    code TEXT NOT NULL,
    edition TEXT NOT NULL,
    checklist TEXT NOT NULL,
    status TEXT NOT NULL,
    used_from TEXT,
    body TEXT NOT NULL,
    saved_at BIGINT NOT NULL,
    saved_by TEXT NOT NULL,
    PRIMARY KEY (community_id, id),
    UNIQUE (community_id, code, edition)
);
CREATE TABLE campaign (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    title TEXT NOT NULL,
    area_id BIGINT NOT NULL,
    first_day TEXT NOT NULL,
    last_day TEXT NOT NULL,
    checklist TEXT NOT NULL,
    question TEXT NOT NULL,
    photographs INTEGER NOT NULL,
    basis TEXT NOT NULL,
    started_at BIGINT,
    closed_at BIGINT,
    PRIMARY KEY (community_id, id)
);
CREATE TABLE campaign_premises (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    campaign_id {uuid} NOT NULL,
    premises_id {uuid} NOT NULL,
    grid_id BIGINT,
    neighbourhood_id BIGINT,
    added_at BIGINT NOT NULL,
    dropped_at BIGINT,
    inspected_at BIGINT,
    PRIMARY KEY (community_id, id),
    UNIQUE (community_id, premises_id, campaign_id)
);
CREATE INDEX campaign_premises_list ON campaign_premises (community_id, campaign_id, dropped_at, inspected_at, premises_id);
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
ALTER TABLE round ADD COLUMN told_by_sealed {bytes};
",
};

const TALKS: Migration = Migration {
    module: "rounds",
    version: 6,
    name: "what a talk adds to its round",
    sql: r"
ALTER TABLE round ADD COLUMN reached INTEGER;
ALTER TABLE round ADD COLUMN topic TEXT;
ALTER TABLE round ADD COLUMN handed_out TEXT;
ALTER TABLE round ADD COLUMN given_by TEXT;
",
};

const WHO_COUNTS: Migration = Migration {
    module: "rounds",
    version: 9,
    name: "rounds that stand beside the policy they were handed in by",
    sql: r"
ALTER TABLE round ADD COLUMN extra_of {uuid};
",
};

const CAMPAIGN_PARTIES: Migration = Migration {
    module: "rounds",
    version: 10,
    name: "who inspects in a campaign and who looks again",
    sql: r"
ALTER TABLE campaign ADD COLUMN inspectors TEXT;
ALTER TABLE campaign ADD COLUMN recheckers TEXT;
",
};

const TAKEN_BACK: Migration = Migration {
    module: "rounds",
    version: 11,
    name: "rounds that were taken back",
    sql: r"
ALTER TABLE round ADD COLUMN withdrawn_at BIGINT;
ALTER TABLE round ADD COLUMN withdrawn_reason TEXT;
ALTER TABLE round ADD COLUMN withdrawn_by TEXT;
ALTER TABLE round ADD COLUMN withdrawn_by_id {uuid};
ALTER TABLE round ADD COLUMN withdrawn_outcome TEXT;
ALTER TABLE hazard ADD COLUMN withdrawn_at BIGINT;
CREATE INDEX hazard_campaign_held ON hazard (community_id, campaign_id, withdrawn_at, removed_at, found_at, case_id);
",
};

const CONCERNED: Migration = Migration {
    module: "rounds",
    version: 8,
    name: "for which organisation a round was walked",
    sql: r"
ALTER TABLE round ADD COLUMN by_organisation {uuid};
CREATE INDEX round_by_organisation ON round (community_id, by_organisation) WHERE by_organisation IS NOT NULL;
",
};

const NOTED: Migration = Migration {
    module: "rounds",
    version: 12,
    name: "return visits that were left as a note",
    sql: r"
ALTER TABLE return_visit ADD COLUMN noted BOOLEAN;
",
};

const SEEN_AGAIN: Migration = Migration {
    module: "rounds",
    version: 13,
    name: "hazards that are seen again on a later round",
    sql: r"
ALTER TABLE hazard ADD COLUMN rule TEXT;
ALTER TABLE finding ADD COLUMN seen_of {uuid};
CREATE INDEX finding_seen_of ON finding (community_id, seen_of) WHERE seen_of IS NOT NULL;
",
};

const FALLS_SHORT: Migration = Migration {
    module: "rounds",
    version: 14,
    name: "what rounds lack of what is asked, and times no clock can mean",
    sql: r"
ALTER TABLE round ADD COLUMN phone_began_at BIGINT;
ALTER TABLE round ADD COLUMN phone_ended_at BIGINT;
ALTER TABLE round ADD COLUMN extra_short TEXT;
ALTER TABLE round ADD COLUMN short_walk BOOLEAN;
",
};

const TAKEN_AT: Migration = Migration {
    module: "rounds",
    version: 15,
    name: "when photographs of rounds were taken",
    sql: r"
ALTER TABLE round_file ADD COLUMN taken_at BIGINT;
",
};

const MEASURED_AGAIN: Migration = Migration {
    module: "rounds",
    version: 16,
    name: "what was measured again when somebody looked again",
    sql: r"
ALTER TABLE judgement ADD COLUMN return_id {uuid};
",
};

const READ_BY: Migration = Migration {
    module: "rounds",
    version: 17,
    name: "the version by which answers to one that nobody here knew are read",
    sql: r"
ALTER TABLE round ADD COLUMN read_by TEXT;
",
};

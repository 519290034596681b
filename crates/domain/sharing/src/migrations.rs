//! Tables of this module. What is written of persons is sealed; a loan names its borrower by id.

use youlin_database::Migration;

/// Add-only; see [`Migration`].
pub const MIGRATIONS: &[Migration] = &[TABLES, PAST];

/// Where a resource or a request for support stood before it was moved to another area, so that figures of the past stay.
const PAST: Migration = Migration {
    module: "sharing",
    version: 2,
    name: "where resources and requests stood",
    sql: r"
CREATE TABLE sharing_past (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    subject_id {uuid} NOT NULL,
    area_id BIGINT NOT NULL,
    valid_to BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);
",
};

const TABLES: Migration = Migration {
    module: "sharing",
    version: 1,
    name: "resources, loans, professional support",
    sql: r"
CREATE TABLE resource (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    ext_key TEXT,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    area_id BIGINT NOT NULL,
    building_id {uuid},
    address TEXT NOT NULL,
    lon DOUBLE PRECISION,
    lat DOUBLE PRECISION,
    amount INTEGER NOT NULL,
    seats INTEGER,
    contact TEXT NOT NULL,
    key_keeper TEXT,
    opening TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    retired_at BIGINT,
    PRIMARY KEY (community_id, id),
    UNIQUE (community_id, ext_key)
);
CREATE INDEX resource_kind ON resource (community_id, kind, name);
CREATE TABLE resource_stock (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    handed_out INTEGER NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE TABLE resource_loan (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    resource_id {uuid} NOT NULL,
    state TEXT NOT NULL,
    state_before TEXT,
    amount INTEGER NOT NULL,
    from_at BIGINT NOT NULL,
    to_at BIGINT NOT NULL,
    borrower_kind TEXT NOT NULL,
    borrower_id {uuid} NOT NULL,
    case_id {uuid},
    note_sealed {bytes},
    reason_sealed {bytes},
    by_id {uuid},
    by_name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    out_at BIGINT,
    back_at BIGINT,
    late_told_at BIGINT,
    damage_case {uuid},
    PRIMARY KEY (community_id, id),
    FOREIGN KEY (community_id, resource_id) REFERENCES resource (community_id, id)
);
CREATE INDEX resource_loan_resource ON resource_loan (community_id, resource_id, to_at);
CREATE INDEX resource_loan_case ON resource_loan (community_id, case_id) WHERE case_id IS NOT NULL;
CREATE INDEX resource_loan_borrower ON resource_loan (community_id, borrower_id);
CREATE INDEX resource_loan_state ON resource_loan (community_id, state, to_at);
CREATE INDEX resource_loan_late ON resource_loan (to_at) WHERE state = 'out' AND late_told_at IS NULL;
CREATE TABLE support_request (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    field TEXT NOT NULL,
    state TEXT NOT NULL,
    urgent BOOLEAN NOT NULL,
    area_id BIGINT NOT NULL,
    case_id {uuid},
    dwelling_id {uuid},
    question_sealed {bytes} NOT NULL,
    asked_by {uuid},
    asked_by_name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    due_provisional INTEGER,
    late_told_at BIGINT,
    rounds INTEGER NOT NULL,
    follow_by BIGINT,
    helped TEXT,
    ended_at BIGINT,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX support_request_open ON support_request (community_id, due_at) WHERE ended_at IS NULL;
CREATE INDEX support_request_case ON support_request (community_id, case_id) WHERE case_id IS NOT NULL;
CREATE INDEX support_request_late ON support_request (due_at) WHERE ended_at IS NULL AND late_told_at IS NULL;
CREATE TABLE support_offer (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    request_id {uuid} NOT NULL,
    party_kind TEXT NOT NULL,
    party_id {uuid} NOT NULL,
    state TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (community_id, id),
    UNIQUE (community_id, request_id, party_id)
);
CREATE INDEX support_offer_party ON support_offer (community_id, party_id);
CREATE TABLE support_entry (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    request_id {uuid} NOT NULL,
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    party_kind TEXT,
    party_id {uuid},
    text_sealed {bytes},
    PRIMARY KEY (community_id, id)
);
CREATE INDEX support_entry_request ON support_entry (community_id, request_id);
",
};

//! Tables of rosters.

use youlin_database::Migration;

/// See the module's text.
pub(crate) const ROSTERS: Migration = Migration {
    module: "people",
    version: 8,
    name: "rosters: shares, duty rotas, absences, secondments",
    sql: r"
CREATE TABLE roster_setting (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    code TEXT NOT NULL,
    value TEXT NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (community_id, id),
    UNIQUE (community_id, code)
);
CREATE TABLE roster_share (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    membership_id {uuid} NOT NULL,
    building_id {uuid} NOT NULL,
    entrance TEXT NOT NULL,
    valid_from BIGINT NOT NULL,
    valid_to BIGINT,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX roster_share_membership ON roster_share (community_id, membership_id);
CREATE INDEX roster_share_building ON roster_share (community_id, building_id);
CREATE TABLE duty_rota (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    area_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    days TEXT NOT NULL,
    weekdays INTEGER NOT NULL,
    turn_weeks INTEGER NOT NULL,
    from_minute INTEGER NOT NULL,
    to_minute INTEGER NOT NULL,
    heads INTEGER NOT NULL,
    starts_on TEXT NOT NULL,
    ends_on TEXT,
    planned_to TEXT,
    changed_at BIGINT NOT NULL,
    closed_at BIGINT,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX duty_rota_area ON duty_rota (community_id, area_id);
CREATE TABLE duty_member (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    rota_id {uuid} NOT NULL,
    person_community BIGINT NOT NULL,
    person_id {uuid} NOT NULL,
    position INTEGER NOT NULL,
    ended_at BIGINT,
    PRIMARY KEY (community_id, id),
    UNIQUE (community_id, rota_id, person_id)
);
CREATE INDEX duty_member_person ON duty_member (community_id, person_id);
CREATE TABLE duty_shift (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    rota_id {uuid} NOT NULL,
    area_id BIGINT NOT NULL,
    day TEXT NOT NULL,
    place INTEGER NOT NULL,
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    person_community BIGINT,
    person_id {uuid},
    origin TEXT NOT NULL,
    PRIMARY KEY (community_id, id),
    UNIQUE (community_id, rota_id, day, place)
);
CREATE INDEX duty_shift_starts ON duty_shift (community_id, starts_at);
CREATE INDEX duty_shift_person ON duty_shift (community_id, person_id, starts_at);
CREATE TABLE duty_swap (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    shift_id {uuid} NOT NULL,
    from_person {uuid} NOT NULL,
    to_community BIGINT NOT NULL,
    to_person {uuid} NOT NULL,
    state TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    asked_by TEXT NOT NULL,
    answered_at BIGINT,
    answered_by TEXT,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX duty_swap_shift ON duty_swap (community_id, shift_id);
CREATE INDEX duty_swap_person ON duty_swap (community_id, to_person, state);
CREATE TABLE absence (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    person_community BIGINT NOT NULL,
    person_id {uuid} NOT NULL,
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    substitute_community BIGINT,
    substitute_id {uuid},
    state TEXT NOT NULL,
    noted_at BIGINT NOT NULL,
    noted_by TEXT NOT NULL,
    answered_at BIGINT,
    answered_by TEXT,
    withdrawn_at BIGINT,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX absence_person ON absence (community_id, person_id, ends_at);
CREATE INDEX absence_ends ON absence (community_id, ends_at);
CREATE TABLE secondment (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    person_community BIGINT NOT NULL,
    person_id {uuid} NOT NULL,
    unit TEXT NOT NULL,
    purpose TEXT NOT NULL,
    weekdays INTEGER NOT NULL,
    week_minutes INTEGER NOT NULL,
    valid_from TEXT NOT NULL,
    valid_to TEXT,
    noted_at BIGINT NOT NULL,
    noted_by TEXT NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX secondment_person ON secondment (community_id, person_id);
CREATE TABLE secondment_hours (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    secondment_id {uuid} NOT NULL,
    day TEXT NOT NULL,
    minutes INTEGER NOT NULL,
    what TEXT NOT NULL,
    state TEXT NOT NULL,
    noted_at BIGINT NOT NULL,
    noted_by TEXT NOT NULL,
    decided_at BIGINT,
    decided_by TEXT,
    answer TEXT,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX secondment_hours_secondment ON secondment_hours (community_id, secondment_id, day);
CREATE INDEX secondment_hours_state ON secondment_hours (community_id, state, day);
",
};

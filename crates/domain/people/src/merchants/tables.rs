//! Tables of merchants.

use youlin_database::Migration;

/// A step of this module's migrations.
pub(crate) const TABLES: Migration = Migration {
    module: "people",
    version: 6,
    name: "merchants, where they do business, their persons",
    sql: r"
CREATE TABLE merchant (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    ext_key TEXT,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    credit_code TEXT,
    trade TEXT NOT NULL,
    goods TEXT NOT NULL,
    employees INTEGER,
    area_centi BIGINT,
    load_w BIGINT,
    hours TEXT NOT NULL,
    opened_on INTEGER,
    phone_sealed {bytes},
    facts TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    closed_on INTEGER,
    closed_at BIGINT,
    PRIMARY KEY (community_id, id),
    UNIQUE (community_id, ext_key)
);
CREATE INDEX merchant_name ON merchant (community_id, name);
CREATE INDEX merchant_code ON merchant (community_id, credit_code);
CREATE TABLE merchant_past (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    merchant_id {uuid} NOT NULL,
    kind TEXT NOT NULL,
    coded BOOLEAN NOT NULL,
    trade TEXT NOT NULL,
    employees INTEGER,
    area_centi BIGINT,
    load_w BIGINT,
    valid_to BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE TABLE merchant_place (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    merchant_id {uuid} NOT NULL,
    premises_id {uuid} NOT NULL,
    stall_id {uuid},
    valid_from BIGINT NOT NULL,
    valid_to BIGINT,
    ended_at BIGINT,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX merchant_place_merchant ON merchant_place (community_id, merchant_id);
CREATE INDEX merchant_place_premises ON merchant_place (community_id, premises_id);
CREATE INDEX merchant_place_stall ON merchant_place (community_id, stall_id);
CREATE TABLE merchant_person (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    merchant_id {uuid} NOT NULL,
    person_community BIGINT NOT NULL,
    person_id {uuid} NOT NULL,
    relation TEXT NOT NULL,
    valid_from BIGINT NOT NULL,
    valid_to BIGINT,
    ended_at BIGINT,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX merchant_person_merchant ON merchant_person (community_id, merchant_id);
CREATE INDEX merchant_person_person ON merchant_person (community_id, person_id);
",
};

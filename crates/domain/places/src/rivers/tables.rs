//! The tables of rivers, add-only.

use youlin_database::Migration;

pub(crate) const TABLES: Migration = Migration {
    module: "places",
    version: 4,
    name: "reaches, their chiefs and outlets",
    sql: r"
CREATE TABLE reach (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    water TEXT NOT NULL,
    name TEXT NOT NULL,
    sign TEXT NOT NULL,
    external_key TEXT,
    line TEXT NOT NULL,
    half_width_dm INTEGER NOT NULL,
    length_dm INTEGER NOT NULL,
    west DOUBLE PRECISION NOT NULL,
    south DOUBLE PRECISION NOT NULL,
    east DOUBLE PRECISION NOT NULL,
    north DOUBLE PRECISION NOT NULL,
    note TEXT NOT NULL,
    closed_at BIGINT,
    PRIMARY KEY (community_id, id),
    UNIQUE (community_id, sign)
);
CREATE INDEX reach_sign ON reach (sign);
CREATE INDEX reach_key ON reach (community_id, external_key);
CREATE TABLE reach_chief (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    reach_id {uuid} NOT NULL,
    level TEXT NOT NULL,
    name TEXT NOT NULL,
    post TEXT NOT NULL,
    phone TEXT NOT NULL,
    valid_from BIGINT NOT NULL,
    valid_to BIGINT,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX reach_chief_reach ON reach_chief (community_id, reach_id);
CREATE TABLE outlet (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    reach_id {uuid} NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    bank TEXT NOT NULL,
    chainage_dm INTEGER NOT NULL,
    lon DOUBLE PRECISION NOT NULL,
    lat DOUBLE PRECISION NOT NULL,
    permit TEXT NOT NULL,
    dry_flow BOOLEAN NOT NULL,
    note TEXT NOT NULL,
    closed_at BIGINT,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX outlet_reach ON outlet (community_id, reach_id);
",
};

//! The tables of premises, stalls and equipment, and the reason a building was closed for.

use youlin_database::Migration;

/// A step of this module's migrations.
pub(crate) const TABLES: Migration = Migration {
    module: "places",
    version: 3,
    name: "premises, stalls, equipment",
    sql: r"
CREATE TABLE premises (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    external_key TEXT,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    building_id {uuid},
    street_address TEXT NOT NULL,
    lon DOUBLE PRECISION,
    lat DOUBLE PRECISION,
    grid_id BIGINT,
    neighbourhood_id BIGINT,
    area_centi BIGINT,
    storeys INTEGER,
    built_year INTEGER,
    circuit_w BIGINT,
    note TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    closed_at BIGINT,
    closed_reason TEXT,
    PRIMARY KEY (community_id, id),
    UNIQUE (community_id, external_key)
);
CREATE INDEX premises_building ON premises (community_id, building_id);
CREATE INDEX premises_kind ON premises (community_id, kind, name);
CREATE TABLE premises_past (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    premises_id {uuid} NOT NULL,
    building_id {uuid},
    area_id BIGINT NOT NULL,
    lon DOUBLE PRECISION,
    lat DOUBLE PRECISION,
    valid_to BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE TABLE stall (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    external_key TEXT,
    premises_id {uuid} NOT NULL,
    section TEXT NOT NULL,
    number TEXT NOT NULL,
    area_centi BIGINT,
    usage TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    ended_at BIGINT,
    PRIMARY KEY (community_id, id),
    UNIQUE (community_id, external_key)
);
CREATE INDEX stall_premises ON stall (community_id, premises_id, section, number);
CREATE TABLE equipment (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    external_key TEXT,
    building_id {uuid},
    premises_id {uuid},
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    spot TEXT NOT NULL,
    count INTEGER NOT NULL,
    state TEXT NOT NULL,
    maintainer_id {uuid},
    maintainer TEXT NOT NULL,
    checked_on INTEGER,
    due_on INTEGER,
    note TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    ended_at BIGINT,
    PRIMARY KEY (community_id, id),
    UNIQUE (community_id, external_key)
);
CREATE INDEX equipment_building ON equipment (community_id, building_id);
CREATE INDEX equipment_premises ON equipment (community_id, premises_id);
CREATE INDEX equipment_due ON equipment (community_id, due_on) WHERE ended_at IS NULL;
CREATE TABLE equipment_check (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    equipment_id {uuid} NOT NULL,
    at BIGINT NOT NULL,
    checked_on INTEGER NOT NULL,
    state TEXT NOT NULL,
    due_on INTEGER,
    note TEXT NOT NULL,
    by_name TEXT NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX equipment_check_of ON equipment_check (community_id, equipment_id, at);
ALTER TABLE building ADD COLUMN closed_reason TEXT;
",
};

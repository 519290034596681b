//! The tables of this module, add-only.

use youlin_database::Migration;

/// All steps, oldest first.
pub const MIGRATIONS: &[Migration] = &[
    TABLES,
    PAST,
    crate::premises::TABLES,
    crate::rivers::TABLES,
    SUCCESSION,
];

/// What was kept about a grid goes on to mean what came out of it when it was split.
const SUCCESSION: Migration = Migration {
    module: "places",
    version: 5,
    name: "which area came out of which",
    sql: r"
CREATE TABLE area_succession (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    area_id BIGINT NOT NULL,
    successor_id BIGINT NOT NULL,
    happened_at BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);
",
};

/// Figures of the past need to know where buildings stood then, also by the register's own word.
const PAST: Migration = Migration {
    module: "places",
    version: 2,
    name: "where buildings stood before",
    sql: r"
CREATE TABLE building_past (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    building_id {uuid} NOT NULL,
    area_id BIGINT NOT NULL,
    lon DOUBLE PRECISION,
    lat DOUBLE PRECISION,
    valid_to BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);
",
};

const TABLES: Migration = Migration {
    module: "places",
    version: 1,
    name: "areas, boundaries, estates, buildings, entrances, dwellings",
    sql: r"
CREATE TABLE area (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    area_id BIGINT NOT NULL,
    parent_id BIGINT,
    level INTEGER NOT NULL,
    code TEXT NOT NULL,
    scheme TEXT NOT NULL,
    scheme_version TEXT NOT NULL,
    name TEXT NOT NULL,
    name_en TEXT NOT NULL,
    short_name TEXT NOT NULL,
    closed_at BIGINT,
    closed_reason TEXT,
    PRIMARY KEY (community_id, id),
    UNIQUE (community_id, area_id),
    UNIQUE (community_id, code, scheme)
);
CREATE TABLE area_code (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    area_id BIGINT NOT NULL,
    scheme TEXT NOT NULL,
    scheme_version TEXT NOT NULL,
    code TEXT NOT NULL,
    replaced_at BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX area_code_code ON area_code (community_id, code);
CREATE INDEX area_code_area ON area_code (community_id, area_id);
CREATE TABLE area_boundary (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    area_id BIGINT NOT NULL,
    valid_from INTEGER NOT NULL,
    valid_to INTEGER,
    shape TEXT NOT NULL,
    west DOUBLE PRECISION NOT NULL,
    south DOUBLE PRECISION NOT NULL,
    east DOUBLE PRECISION NOT NULL,
    north DOUBLE PRECISION NOT NULL,
    cell BIGINT NOT NULL,
    area_m2 DOUBLE PRECISION NOT NULL,
    illustrative BOOLEAN NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX area_boundary_area ON area_boundary (community_id, area_id, valid_from);
CREATE TABLE estate (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    external_key TEXT,
    name TEXT NOT NULL,
    aliases TEXT NOT NULL,
    street_address TEXT NOT NULL,
    built_year INTEGER,
    lon DOUBLE PRECISION,
    lat DOUBLE PRECISION,
    grid_id BIGINT,
    neighbourhood_id BIGINT,
    closed_at BIGINT,
    PRIMARY KEY (community_id, id),
    UNIQUE (community_id, external_key)
);
CREATE TABLE building (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    external_key TEXT,
    estate_id {uuid},
    name TEXT NOT NULL,
    aliases TEXT NOT NULL,
    street_address TEXT NOT NULL,
    floors INTEGER,
    lon DOUBLE PRECISION,
    lat DOUBLE PRECISION,
    cell BIGINT,
    grid_id BIGINT,
    neighbourhood_id BIGINT,
    closed_at BIGINT,
    PRIMARY KEY (community_id, id),
    UNIQUE (community_id, external_key)
);
CREATE INDEX building_estate ON building (community_id, estate_id);
CREATE TABLE entrance (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    building_id {uuid} NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (community_id, id),
    UNIQUE (community_id, building_id, name)
);
CREATE TABLE dwelling (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    external_key TEXT,
    building_id {uuid} NOT NULL,
    entrance_id {uuid},
    room TEXT NOT NULL,
    floor INTEGER,
    usage TEXT NOT NULL,
    area_centi BIGINT,
    closed_at BIGINT,
    PRIMARY KEY (community_id, id),
    UNIQUE (community_id, external_key)
);
CREATE INDEX dwelling_building ON dwelling (community_id, building_id);
",
};

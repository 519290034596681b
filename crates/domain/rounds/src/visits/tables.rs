//! The tables of visits. Proposals are not among them: they are worked out when somebody looks.

use youlin_database::Migration;

pub(crate) const VISITS: Migration = Migration {
    module: "rounds",
    version: 3,
    name: "visits by need, what rounds show, findings that are noted",
    sql: r"
ALTER TABLE round ADD COLUMN photographs INTEGER;
ALTER TABLE finding ADD COLUMN noted_reason TEXT;
CREATE TABLE visit_rule (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    rule TEXT NOT NULL,
    by_name TEXT NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE TABLE visit_pick (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    day TEXT NOT NULL,
    dwelling_id {uuid} NOT NULL,
    kind TEXT NOT NULL,
    by_id {uuid},
    by_name TEXT NOT NULL,
    picked_at BIGINT NOT NULL,
    PRIMARY KEY (community_id, id),
    UNIQUE (community_id, day, dwelling_id)
);
",
};

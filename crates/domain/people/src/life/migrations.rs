//! The table of what is said about moving away.

use youlin_database::Migration;

/// See the module's text.
pub(crate) const MOVED_AWAY: Migration = Migration {
    module: "people",
    version: 12,
    name: "who said that somebody moved away, from when and where to, and that it was taken back",
    sql: r"
CREATE TABLE move_out (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    person_id {uuid} NOT NULL,
    left_at BIGINT NOT NULL,
    homes TEXT NOT NULL,
    whereto_sealed {bytes},
    by_id {uuid},
    by_name TEXT NOT NULL,
    noted_at BIGINT NOT NULL,
    undone_at BIGINT,
    undone_by TEXT,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX move_out_person ON move_out (community_id, person_id);
CREATE INDEX move_out_noted ON move_out (community_id, noted_at);
",
};

/// A building that is emptied is told by the notes of those who lived there.
pub(crate) const EMPTIED: Migration = Migration {
    module: "people",
    version: 13,
    name: "who moved away because a whole building was emptied",
    sql: r"
ALTER TABLE move_out ADD COLUMN building_id {uuid};
CREATE INDEX move_out_building ON move_out (community_id, building_id);
",
};

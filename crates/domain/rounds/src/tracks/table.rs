//! The tables of tracks and of water, add-only.

use youlin_database::Migration;

pub(crate) const TRACKS_AND_WATER: Migration = Migration {
    module: "rounds",
    version: 5,
    name: "tracks, points of water and what was measured there",
    sql: r"
CREATE TABLE round_track (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    round_id {uuid} NOT NULL,
    subject_id {uuid} NOT NULL,
    policy_id {uuid} NOT NULL,
    began_at BIGINT NOT NULL,
    source TEXT NOT NULL,
    fixes_sealed {bytes},
    summary_sealed {bytes} NOT NULL,
    words_sealed {bytes},
    released_at BIGINT,
    keep_until BIGINT NOT NULL,
    fingerprint TEXT NOT NULL,
    by_id {uuid},
    created_at BIGINT NOT NULL,
    PRIMARY KEY (community_id, id),
    UNIQUE (community_id, round_id)
);
CREATE INDEX round_track_subject ON round_track (community_id, subject_id, began_at);
CREATE INDEX round_track_kept ON round_track (community_id, keep_until);
CREATE TABLE live_track (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    token TEXT NOT NULL,
    reach_id {uuid} NOT NULL,
    policy_id {uuid} NOT NULL,
    by_id {uuid} NOT NULL,
    began_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    ended_at BIGINT,
    points INTEGER NOT NULL,
    tail_sealed {bytes},
    round_id {uuid},
    PRIMARY KEY (community_id, id)
);
CREATE INDEX live_track_token ON live_track (token);
CREATE INDEX live_track_by ON live_track (community_id, by_id, began_at);
CREATE TABLE live_part (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    live_id {uuid} NOT NULL,
    turn INTEGER NOT NULL,
    fixes_sealed {bytes} NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX live_part_live ON live_part (community_id, live_id, turn);
CREATE TABLE water_point (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    reach_id {uuid} NOT NULL,
    outlet_id {uuid},
    name TEXT NOT NULL,
    chainage_dm INTEGER NOT NULL,
    bank TEXT,
    class TEXT NOT NULL,
    closed_at BIGINT,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX water_point_reach ON water_point (community_id, reach_id);
CREATE TABLE water_reading (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    point_id {uuid} NOT NULL,
    reach_id {uuid} NOT NULL,
    round_id {uuid},
    at BIGINT NOT NULL,
    values_json TEXT NOT NULL,
    limits TEXT NOT NULL,
    note TEXT NOT NULL,
    case_id {uuid},
    by_id {uuid},
    by_name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX water_reading_point ON water_reading (community_id, point_id, at);
CREATE INDEX water_reading_round ON water_reading (community_id, round_id);
CREATE TABLE spot_file (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    of_kind TEXT NOT NULL,
    of_id {uuid} NOT NULL,
    spot_id {uuid} NOT NULL,
    sha256 TEXT NOT NULL,
    thumbnail TEXT,
    content_type TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    name TEXT NOT NULL,
    taken_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX spot_file_of ON spot_file (community_id, of_id);
CREATE INDEX spot_file_spot ON spot_file (community_id, spot_id, taken_at);
",
};

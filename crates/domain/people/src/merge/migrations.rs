//! Tables of what makes a person's file whole: merges with their journal, deaths, the catalogue of labels.

use youlin_database::Migration;

/// See the module's text.
pub(crate) const WHOLE_FILE: Migration = Migration {
    module: "people",
    version: 7,
    name: "doubled persons merged with a journal, second homes, deaths, the catalogue of labels",
    sql: r"
ALTER TABLE person ADD COLUMN merged_into {uuid};
CREATE INDEX person_merged ON person (community_id, merged_into) WHERE merged_into IS NOT NULL;
ALTER TABLE residence ADD COLUMN also BOOLEAN;
CREATE TABLE person_merge (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    kept_id {uuid} NOT NULL,
    gone_id {uuid} NOT NULL,
    merged_at BIGINT NOT NULL,
    by_id {uuid},
    by_name TEXT NOT NULL,
    before_sealed {bytes} NOT NULL,
    after_sealed {bytes} NOT NULL,
    undone_at BIGINT,
    undone_by TEXT,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX person_merge_kept ON person_merge (community_id, kept_id, merged_at);
CREATE INDEX person_merge_gone ON person_merge (community_id, gone_id, merged_at);
CREATE TABLE person_merge_row (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    merge_id {uuid} NOT NULL,
    part TEXT NOT NULL,
    row_community BIGINT NOT NULL,
    row_id {uuid} NOT NULL,
    row_version INTEGER NOT NULL,
    moved BOOLEAN NOT NULL,
    before TEXT,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX person_merge_row_merge ON person_merge_row (community_id, merge_id);
CREATE INDEX person_merge_row_row ON person_merge_row (community_id, row_id);
CREATE TABLE person_apart (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    one_id {uuid} NOT NULL,
    other_id {uuid} NOT NULL,
    by_name TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (community_id, id),
    UNIQUE (community_id, one_id, other_id)
);
CREATE TABLE person_death (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    person_id {uuid} NOT NULL,
    day_sealed {bytes},
    source TEXT NOT NULL,
    by_name TEXT NOT NULL,
    noted_at BIGINT NOT NULL,
    withdrawn_at BIGINT,
    PRIMARY KEY (community_id, id)
);
CREATE INDEX person_death_person ON person_death (community_id, person_id);
CREATE TABLE label_kind (
    community_id BIGINT NOT NULL,
    id {uuid} NOT NULL,
    version INTEGER NOT NULL,
    code TEXT NOT NULL,
    name_zh TEXT NOT NULL,
    name_en TEXT NOT NULL,
    part TEXT NOT NULL,
    sensitivity TEXT NOT NULL,
    source TEXT,
    days INTEGER,
    purpose TEXT NOT NULL,
    consent TEXT,
    position INTEGER NOT NULL,
    retired_at BIGINT,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (community_id, id),
    UNIQUE (community_id, code)
);
",
};

//! What a list says of each person, and the indexes by which households are found.

use youlin_database::Migration;

/// The register leaves the house whole; its rows say who lives together.
pub(crate) const CONTENTS: Migration = Migration {
    module: "people",
    version: 11,
    name: "contents of lists, households by key",
    sql: r"
ALTER TABLE person_export ADD COLUMN contents TEXT;
CREATE INDEX household_key ON household (community_id, ext_key);
CREATE INDEX residence_household ON residence (community_id, household_id);
",
};

/// A list leaves as it stood on the page.
pub(crate) const FILTERS: Migration = Migration {
    module: "people",
    version: 14,
    name: "what lists of persons are cut down by",
    sql: "ALTER TABLE person_export ADD COLUMN filter_sealed {bytes};\n",
};

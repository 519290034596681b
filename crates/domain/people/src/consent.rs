//! What people agree to. The keys are shared with the matching engine.

/// To be asked for help at all.
pub const BE_ASKED: &str = "help.be-asked";
/// To be matched with people who speak the same language.
pub const MATCH_LANGUAGE: &str = "help.match-language";
/// To be matched with people from the same home town.
pub const MATCH_HOME_TOWN: &str = "help.match-home-town";

/// To stand in the list of leaders and talents.
pub const BE_LISTED: &str = "talent.be-listed";

/// Nobody can agree to these for a child under 14.
pub const NOT_OF_CHILDREN: [&str; 2] = [BE_ASKED, BE_LISTED];

/// All that can be given or withdrawn.
pub const ALL: [&str; 4] = [BE_ASKED, MATCH_LANGUAGE, MATCH_HOME_TOWN, BE_LISTED];

//! SeaORM entities; nobody outside this crate sees them.

pub(crate) mod account;
pub(crate) mod account_grant;
pub(crate) mod api_key;
pub(crate) mod correction;
pub(crate) mod dwelling_visit;
pub(crate) mod form_asked;
pub(crate) mod form_question;
pub(crate) mod guardianship;
pub(crate) mod household;
pub(crate) mod membership;
pub(crate) mod organisation;
pub(crate) mod person;
pub(crate) mod person_consent;
pub(crate) mod person_export;
pub(crate) mod person_label;
pub(crate) mod person_label_past;
pub(crate) mod person_phone;
pub(crate) mod processing;
pub(crate) mod residence;
pub(crate) mod retention_rule;
pub(crate) mod sighting;
pub(crate) mod visiting_entry;
pub(crate) mod visiting_list;
pub(crate) mod who_looked;

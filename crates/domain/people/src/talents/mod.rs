//! Natural leaders (带头人) and talents (达人): who might be asked, why, and who agreed to be listed (domain S2, S3).
//!
//! Suggestions are sentences, each with its record; there is no score and no order by merit anywhere. What counts as a
//! reason and how often is data ([`Rule`]). Somebody is asked in person, and stands in the list only while they agree: the
//! consent [`crate::consent::BE_LISTED`] in the ledger decides, so that taking it back in one's own file takes one off the
//! list in that moment. Reasons of floors above come through [`ReasonSource`].

mod commands;
pub(crate) mod entities;
mod migrations;
mod own;
mod pages;
mod queries;
mod reasons;

use youlin_database::sealed::{SealedColumn, SealedTable, sealed_record};
use youlin_database::{AuditedTable, Event, audited_table};
use youlin_kernel::CommunityId;
use youlin_web::Routes;

pub use commands::{
    AnswerTalent, AskTalent, DecideNaming, NameNeighbour, SetTalentRules, WithdrawTalent,
};
pub(crate) use migrations::TALENTS;
pub use own::TalentsOfPerson;
pub use queries::{
    NamingView, Sentences, Suggestion, TalentView, listed, namings, rules, suggestions, talents,
};
pub use reasons::{
    NamingState, Reason, ReasonKind, ReasonSource, ReasonSources, Rule, TalentKind, TalentState,
    counted, usual_rules,
};

/// Something of leaders and talents changed.
pub const SAVED: &str = "talents.saved";

fn saved(community: CommunityId, subject: uuid::Uuid) -> Event {
    crate::events::event(SAVED, community, subject)
}

pub(crate) fn audited() -> Vec<AuditedTable> {
    vec![
        audited_table::<entities::talent_rule::Entity>(),
        audited_table::<entities::talent_named::Entity>(),
        audited_table::<entities::talent::Entity>(),
    ]
}

pub(crate) fn sealed() -> Vec<SealedTable> {
    const NAMED: &[SealedColumn] = &[
        SealedColumn::new("name_sealed", "talent_named", "name"),
        SealedColumn::new("where_sealed", "talent_named", "where"),
        SealedColumn::new("why_sealed", "talent_named", "why"),
    ];
    vec![sealed_record::<entities::talent_named::Entity>(NAMED)]
}

pub(crate) fn routes() -> Routes {
    pages::routes()
}

//! Who lives here, who works here, which organisations there are, who may do what, and who looked at whom.
//!
//! Names, numbers, notes and labels are sealed field by field and leave this crate masked ([`PersonCard`]); showing one
//! in the clear is a command of its own ([`Reveal`]) with a purpose, which the person concerned can read later. Accounts,
//! grants (role × area), keys and signing in are here too: they are the other side of the same register.
//!
//! Other floors use [`Directory`] for questions, [`Vault`] where a sealed field of their own must be searched by number,
//! and [`Party`] for whoever can be given a task.

mod accounts;
mod age;
mod api;
mod api_enter;
mod area_charges;
mod area_follow;
mod commands;
pub mod consent;
pub mod datasets;
mod entities;
pub mod events;
pub mod export;
pub mod facts;
mod fields;
mod find;
pub mod import;
pub mod labels;
pub mod life;
mod listing;
pub mod merchants;
pub mod merge;
mod migrations;
mod model;
pub mod own;
mod pages;
mod password;
pub mod permissions;
pub mod privacy;
pub mod quality;
mod queries;
pub mod rosters;
pub mod talents;
mod totp;
mod vault;

use std::sync::Arc;

use youlin_database::text::TextSource;
use youlin_database::{AuditedTable, audited_table};
use youlin_web::{App, Module};

pub use accounts::{
    AccountPolicy, AccountView, Accounts, KeyView, account_list, account_names, key_list,
    password_set_at,
};
pub use age::{Age, age_on};
pub use area_charges::AreaCharges;
pub use area_follow::PeopleFollow;
pub use commands::accounts::{CloseAccount, CreateAccount};
pub use commands::api_keys::{CreateApiKey, NewKey, RevokeApiKey};
pub use commands::ask_next_time::AskNextTime;
pub use commands::attach_phone::AttachPhone;
pub use commands::correct_resident::{CorrectResident, SeenBefore};
pub use commands::detach_phone::DetachPhone;
pub use commands::empty_building::{EmptyBuilding, RefillBuilding, Refilled};
pub use commands::end_membership::EndMembership;
pub use commands::heard::Heard;
pub use commands::learn_facts::LearnFacts;
pub use commands::move_out::{MoveOut, UndoMoveOut};
pub use commands::reveal::Reveal;
pub use commands::save_membership::SaveMembership;
pub use commands::save_organisation::SaveOrganisation;
pub use commands::save_person::{Home, OtherHome, PersonInput, SamePerson, SavePerson};
pub use commands::second_factor::{
    ConfirmTotp, DisableTotp, EnrolTotp, Enrolment, UseSecondFactor,
};
pub use commands::set_consent::SetConsent;
pub use commands::set_grants::SetGrants;
pub use commands::set_label::SetLabel;
pub use commands::set_password::SetPassword;
pub use commands::visit_dwelling::{VisitDwelling, VisitOutcome};
pub use commands::visiting::{MarkVisit, StartVisitingList, VisitState};
pub use find::PersonTexts;
pub use listing::ListFilter;
pub use migrations::MIGRATIONS;
pub use model::{
    Contact, HelperView, KeyKind, Look, MemberView, MembershipRole, MembershipView,
    OrganisationKind, OrganisationView, Party, PartyKind, PersonCard, PersonFile, Relation,
    RevealField, Revealed, RevealedField, Sex,
};
pub use pages::{CorrectionsToday, NAV, OrganisationFinder, PersonFinder, VisitingToday};
pub use password::{PasswordHash, hash_password, one_time_password, verify_password};
pub(crate) use queries::find_membership;
pub use queries::{
    Directory, DoorFacts, DoorsOf, DwellingFile, Freshness, HeldOf, HouseholdFile, HouseholdStay,
    KnownFact, KnownOf, ListedOn, LivesThere, OnDuty, OpenQuestion, OrganisationsAtWork, Resident,
    Responsible, VisitingEntry, VisitingLine, looks_at_me, who_looked,
};
pub use totp::code_at;
pub use vault::{FieldPlace, Vault};

fn audited() -> Vec<AuditedTable> {
    use entities::*;
    vec![
        audited_table::<person::Entity>(),
        audited_table::<person_phone::Entity>(),
        audited_table::<person_label::Entity>(),
        audited_table::<person_label_past::Entity>(),
        audited_table::<dwelling_visit::Entity>(),
        audited_table::<sighting::Entity>(),
        audited_table::<visiting_list::Entity>(),
        audited_table::<visiting_entry::Entity>(),
        audited_table::<person_consent::Entity>(),
        audited_table::<household::Entity>(),
        audited_table::<form_question::Entity>(),
        audited_table::<form_asked::Entity>(),
        audited_table::<residence::Entity>(),
        audited_table::<organisation::Entity>(),
        audited_table::<merchant::Entity>(),
        audited_table::<merchant_past::Entity>(),
        audited_table::<merchant_place::Entity>(),
        audited_table::<merchant_person::Entity>(),
        audited_table::<membership::Entity>(),
        audited_table::<account::Entity>(),
        audited_table::<account_grant::Entity>(),
        audited_table::<api_key::Entity>(),
        audited_table::<who_looked::Entity>(),
        audited_table::<correction::Entity>(),
        audited_table::<guardianship::Entity>(),
        audited_table::<person_export::Entity>(),
        audited_table::<processing::Entity>(),
        audited_table::<retention_rule::Entity>(),
        audited_table::<person_merge::Entity>(),
        audited_table::<person_merge_row::Entity>(),
        audited_table::<person_apart::Entity>(),
        audited_table::<person_death::Entity>(),
        audited_table::<move_out::Entity>(),
        audited_table::<label_kind::Entity>(),
    ]
    .into_iter()
    .chain(rosters::audited())
    .chain(talents::audited())
    .collect()
}

fn texts(app: &App) -> Vec<Arc<dyn TextSource>> {
    match app.service::<Vault>() {
        Some(vault) => vec![
            Arc::new(PersonTexts(vault)),
            Arc::new(merchants::MerchantTexts),
        ],
        None => Vec::new(),
    }
}

/// This module as the composition root takes it in.
#[must_use]
pub fn module() -> Module {
    Module {
        migrations: MIGRATIONS,
        permissions: permissions::ALL,
        audited: audited(),
        sealed: privacy::sealed(),
        routes: || {
            pages::routes()
                .merge(api::routes())
                .merge(own::pages::routes())
                .merge(merchants::routes())
                .merge(privacy::pages::routes())
                .merge(merge::pages::routes())
                .merge(life::pages::routes())
                .merge(labels::pages::routes())
                .merge(rosters::routes())
                .merge(talents::routes())
        },
        jobs: privacy::jobs,
        recurring: privacy::RECURRING,
        texts,
        ..Module::named("people")
    }
}

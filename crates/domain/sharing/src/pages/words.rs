//! Words and marks the pages share.

use std::collections::BTreeMap;

use youlin_kernel::{CommunityId, Result};
use youlin_people::Directory;
use youlin_web::Shell;

use crate::commands::Contact;
use crate::model::{LoanState, ResourceState, SupportState};
use crate::service::Sharing;

/// The look of a badge: `data-state` of the design system.
pub(super) fn loan_badge(state: LoanState, late: bool) -> &'static str {
    match state {
        _ if late => "late",
        LoanState::Asked => "wait",
        LoanState::Booked => "ok",
        LoanState::Out => "soon",
        LoanState::Back | LoanState::Declined | LoanState::Cancelled => "done",
    }
}

pub(super) fn resource_badge(state: ResourceState) -> &'static str {
    match state {
        ResourceState::InService => "ok",
        ResourceState::Resting => "wait",
        ResourceState::Retired => "done",
    }
}

pub(super) fn support_badge(state: SupportState, late: bool) -> &'static str {
    match state {
        _ if late => "late",
        SupportState::Asked | SupportState::Offered => "wait",
        SupportState::Accepted | SupportState::Following => "ok",
        SupportState::Answered => "soon",
        SupportState::Closed | SupportState::Cancelled => "done",
    }
}

/// A skill in words: known ones from the catalogue, others as they were entered.
pub(super) fn skill(s: &Shell, skill: &str) -> String {
    let key = format!("talent-{skill}");
    let found = s.app().i18n().find(s.ctx().locale(), &key, &[]);
    found.unwrap_or_else(|| skill.to_owned())
}

/// Skills in words, joined.
pub(super) fn skills(s: &Shell, all: &[String]) -> String {
    let words: Vec<String> = all.iter().map(|one| skill(s, one)).collect();
    words.join(&s.t("list-comma"))
}

/// Whoever is reached: an organisation with its number, or those on duty in the role with their duty numbers.
#[derive(Clone, Debug, Default)]
pub(super) struct Reached {
    pub(super) name: String,
    pub(super) phone: String,
}

/// Who stands behind a contact today.
pub(super) async fn reached(
    s: &Shell,
    sharing: &Sharing,
    community: CommunityId,
    contact: Option<Contact>,
) -> Result<Vec<Reached>> {
    let db = sharing.db.read();
    Ok(match contact {
        None => Vec::new(),
        Some(Contact::Organisation(id)) => Directory::organisation(db, community, id)
            .await?
            .into_iter()
            .map(|one| Reached {
                name: one.name,
                phone: one.phone.unwrap_or_default(),
            })
            .collect(),
        Some(Contact::Role(role)) => {
            let staff = Directory::staff(db, sharing.vault(), community, &[role]).await?;
            let word = s.tt("member", role.as_str());
            staff
                .into_iter()
                .take(3)
                .map(|one| Reached {
                    name: format!("{word} {}", one.name),
                    phone: one.duty_phone.unwrap_or_default(),
                })
                .collect()
        }
    })
}

/// Contacts as choices: organisations that are open, and roles on duty.
pub(super) async fn contacts(
    s: &Shell,
    sharing: &Sharing,
    scope: &youlin_kernel::Scope,
) -> Result<Vec<youlin_web::Choice>> {
    use youlin_people::MembershipRole;
    let mut all: Vec<youlin_web::Choice> = MembershipRole::ALL
        .iter()
        .filter(|role| role.on_duty())
        .map(|role| {
            let value = Contact::Role(*role).text();
            youlin_web::Choice::new(value, s.tt("member", role.as_str()))
        })
        .collect();
    let mut named = BTreeMap::new();
    for one in Directory::organisations(sharing.db.read(), scope, None).await? {
        named.insert((one.name.clone(), one.id), one.id);
    }
    all.extend(
        named
            .into_iter()
            .map(|((name, _), id)| youlin_web::Choice::new(Contact::Organisation(id).text(), name)),
    );
    Ok(all)
}

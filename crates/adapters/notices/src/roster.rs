//! Accounts by what they may do where, kept for half a minute: every event asks for the desk of its community, and
//! accounts change rarely.

use uuid::Uuid;
use youlin_kernel::{AreaTree, CommunityId, Grant, Permission, Role};
use youlin_people::{AccountView, Party, PartyKind};

/// Roles that do the desk's work of a community.
const DESK: &[Role] = &[Role::CommunityDesk, Role::CommunityLead];
/// Roles above it, the nearest first.
const ABOVE: &[Role] = &[Role::SubdistrictSupervisor, Role::DistrictOperator];

/// See the module's text.
#[derive(Debug, Default)]
pub(crate) struct Roster(Vec<Entry>);

#[derive(Debug)]
struct Entry {
    account: Uuid,
    person: Option<Uuid>,
    grants: Vec<Grant>,
}

impl Roster {
    pub(crate) fn new(accounts: Vec<AccountView>) -> Self {
        let open = accounts
            .into_iter()
            .filter(|account| account.closed_at.is_none());
        Self(
            open.map(|account| Entry {
                account: account.id,
                person: account.person,
                grants: account.grants,
            })
            .collect(),
        )
    }

    /// The desk of a community.
    pub(crate) fn desk(&self, areas: &AreaTree, community: CommunityId) -> Vec<Uuid> {
        self.with(|grant| {
            DESK.contains(&grant.role) && areas.is_within(community.into(), grant.area)
        })
    }

    /// Those who may do this about the community.
    pub(crate) fn may(
        &self,
        areas: &AreaTree,
        permission: &Permission,
        community: CommunityId,
    ) -> Vec<Uuid> {
        self.with(|grant| {
            permission.held_by(grant.role) && areas.is_within(community.into(), grant.area)
        })
    }

    /// Those above it who take what is escalated: the subdistrict, or the district where it has nobody.
    pub(crate) fn above(&self, areas: &AreaTree, community: CommunityId) -> Vec<Uuid> {
        ABOVE
            .iter()
            .map(|role| {
                self.with(|grant| {
                    grant.role == *role && areas.is_within(community.into(), grant.area)
                })
            })
            .find(|found| !found.is_empty())
            .unwrap_or_default()
    }

    /// Accounts that answer for a party: the person's own, or those of an organisation's members.
    pub(crate) fn of_party(&self, party: Party) -> Vec<Uuid> {
        match party.kind {
            PartyKind::Person => self.of_person(party.id),
            PartyKind::Organisation => self
                .with(|grant| grant.role == Role::Partner && grant.organisation == Some(party.id)),
        }
    }

    /// Where a notice of this account about that community is filed: there if the account may look there, else in a
    /// community where it may (a helper from across the street is told too, and finds it in the list).
    pub(crate) fn home(
        &self,
        areas: &AreaTree,
        account: Uuid,
        community: CommunityId,
    ) -> CommunityId {
        let Some(entry) = self.0.iter().find(|entry| entry.account == account) else {
            return community;
        };
        let mut seen = entry
            .grants
            .iter()
            .flat_map(|grant| areas.communities_of(grant.area));
        let mut first = None;
        let here = seen.any(|one| {
            first.get_or_insert(one);
            one == community
        });
        match first {
            Some(first) if !here => first,
            _ => community,
        }
    }

    pub(crate) fn of_person(&self, person: Uuid) -> Vec<Uuid> {
        let own = |entry: &&Entry| entry.person == Some(person);
        self.0
            .iter()
            .filter(own)
            .map(|entry| entry.account)
            .collect()
    }

    fn with(&self, fits: impl Fn(&Grant) -> bool) -> Vec<Uuid> {
        let has = |entry: &&Entry| entry.grants.iter().any(&fits);
        self.0
            .iter()
            .filter(has)
            .map(|entry| entry.account)
            .collect()
    }
}

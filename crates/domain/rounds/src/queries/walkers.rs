//! Who may fulfil a policy (谁走的算数): whoever it names, and whoever stands in for them. A round of anybody else is kept and
//! stands beside the policy. Asked once when a round comes in and written down with it, so that what counted then counts on when
//! somebody leaves the team or the office; a list asks it to say what is one's own to do.

use std::collections::{BTreeSet, HashMap};

use sea_orm::ConnectionTrait;
use uuid::Uuid;
use youlin_kernel::{CommunityId, Ctx, Micros, Result, Role};
use youlin_people::{Directory, Party, PartyKind, rosters};

use super::{PolicyView, SubjectView};
use crate::model::{Policy, SubjectKind, Walkers};
use crate::service::Rounds;

/// What the caller is to policies.
#[derive(Clone, Debug, Default)]
pub(crate) struct Walker {
    /// The house itself: what it plays or brings in is as it was.
    service: bool,
    parties: BTreeSet<Party>,
    /// People whose work the caller does just now, by community.
    stood_in: HashMap<CommunityId, Vec<Uuid>>,
    /// As the caller is called.
    names: BTreeSet<String>,
}

impl Walker {
    /// The caller at a moment, as far as these policies ask: what none of them names is not looked up.
    ///
    /// # Errors
    /// 503 when the database does not answer.
    pub(crate) async fn of<'a>(
        rounds: &Rounds,
        db: &impl ConnectionTrait,
        ctx: &Ctx,
        at: Micros,
        asking: impl IntoIterator<Item = &'a PolicyView>,
    ) -> Result<Self> {
        Self::asked(rounds, db, ctx, at, Asks::of(asking)).await
    }

    /// The same, as far as these ask.
    ///
    /// # Errors
    /// 503 when the database does not answer.
    pub(crate) async fn asked(
        rounds: &Rounds,
        db: &impl ConnectionTrait,
        ctx: &Ctx,
        at: Micros,
        asks: Asks,
    ) -> Result<Self> {
        let mut walker = Self {
            service: ctx.is_service(),
            parties: ctx.actor().persons().map(Party::person).collect(),
            ..Self::default()
        };
        let of_grants = ctx.grants().iter().filter_map(|grant| grant.organisation);
        walker.parties.extend(of_grants.map(Party::organisation));
        if walker.service {
            return Ok(walker);
        }
        let (mut teams, mut people) = (BTreeSet::new(), BTreeSet::new());
        let others = asks.parties.iter();
        for (community, party) in others.filter(|(_, party)| !walker.parties.contains(party)) {
            match party.kind {
                PartyKind::Organisation => teams.insert(community.0),
                PartyKind::Person => people.insert(community.0),
            };
        }
        let persons: Vec<Uuid> = ctx.actor().persons().collect();
        if !teams.is_empty() {
            let teams: Vec<i64> = teams.into_iter().collect();
            let found = Directory::organisations_of(db, &teams, &persons, at).await?;
            walker
                .parties
                .extend(found.into_iter().map(Party::organisation));
        }
        for community in people.into_iter().map(CommunityId) {
            let held = rosters::stood_in_for(db, community, &persons, at).await?;
            walker.stood_in.insert(community, held);
        }
        if asks.chiefs {
            walker.names = names(rounds, db, ctx, &persons).await?;
        }
        Ok(walker)
    }

    /// Whether a round of the caller to this subject is one the policy asked for.
    pub(crate) fn is_of(&self, ctx: &Ctx, view: &PolicyView, subject: &SubjectView) -> bool {
        // To a household goes only whoever goes from door to door there, and every visit counts.
        if self.service || view.policy.subjects == SubjectKind::Dwelling {
            return true;
        }
        let is_named = match view.policy.walkers {
            Walkers::GridWorker => looks_after(ctx, subject),
            Walkers::Party { party } => self.is_party(view.community, party),
            Walkers::Chief { level } => {
                let mut chiefs = subject.chiefs.iter();
                chiefs.any(|(held, name)| *held == level && self.is_called(name))
            }
        };
        let mut stand_ins = view.policy.stand_ins.iter();
        is_named || stand_ins.any(|party| self.is_party(view.community, *party))
    }

    /// Whether the caller is one of those who inspect in a campaign: those it names, or whoever looks after the grid.
    pub(crate) fn inspects(&self, ctx: &Ctx, named: &[Party], subject: &SubjectView) -> bool {
        if named.is_empty() {
            return self.service || looks_after(ctx, subject);
        }
        let mut named = named.iter();
        self.service || named.any(|party| self.is_party(subject.community, *party))
    }

    /// Whether it is the caller's own name.
    pub(crate) fn is_called(&self, name: &str) -> bool {
        self.names.contains(name.trim())
    }

    /// Whether it is the caller, one of their organisations, or somebody whose work they do just now.
    pub(crate) fn is_party(&self, community: CommunityId, party: Party) -> bool {
        let stood_in = || self.stood_in.get(&community);
        self.parties.contains(&party)
            || (party.kind == PartyKind::Person
                && stood_in().is_some_and(|held| held.contains(&party.id)))
    }
}

/// Whom policies and campaigns name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asks {
    parties: BTreeSet<(CommunityId, Party)>,
    chiefs: bool,
}

impl Asks {
    pub(crate) fn of<'a>(policies: impl IntoIterator<Item = &'a PolicyView>) -> Self {
        let mut asks = Self::default();
        for one in policies {
            asks.chiefs |= matches!(one.policy.walkers, Walkers::Chief { .. });
            let named = named(&one.policy).map(|party| (one.community, *party));
            asks.parties.extend(named);
        }
        asks
    }

    /// And these, in a community.
    pub(crate) fn name(&mut self, community: CommunityId, parties: &[Party]) {
        let named = parties.iter().map(|party| (community, *party));
        self.parties.extend(named);
    }
}

/// The parties whose rounds count for it.
fn named(policy: &Policy) -> impl Iterator<Item = &Party> {
    let walks = match &policy.walkers {
        Walkers::Party { party } => Some(party),
        Walkers::Chief { .. } | Walkers::GridWorker => None,
    };
    walks.into_iter().chain(&policy.stand_ins)
}

/// A grid worker of the place; of a reach, which lies in no one grid, of any grid of its community. Whoever stands in for one
/// holds their grant while it lasts.
fn looks_after(ctx: &Ctx, subject: &SubjectView) -> bool {
    let tree = ctx.areas();
    let placed = [subject.grid, subject.neighbourhood];
    let mut workers = ctx
        .grants()
        .iter()
        .filter(|grant| grant.role == Role::GridWorker)
        .map(|grant| grant.area);
    workers.any(|area| {
        let mut places = placed.iter().flatten();
        let community = subject.community.into();
        tree.is_within(community, area)
            || places.any(|place| tree.is_within(*place, area))
            || (placed.iter().all(Option::is_none) && tree.is_within(area, community))
    })
}

/// The caller's names, see [`names_of`].
async fn names(
    rounds: &Rounds,
    db: &impl ConnectionTrait,
    ctx: &Ctx,
    persons: &[Uuid],
) -> Result<BTreeSet<String>> {
    let communities = ctx
        .grants()
        .iter()
        .filter_map(|grant| ctx.areas().community_of(grant.area));
    let asked: Vec<(CommunityId, Party)> = communities
        .flat_map(|community| {
            persons
                .iter()
                .map(move |id| (community, Party::person(*id)))
        })
        .collect();
    names_of(rounds, db, ctx.actor().name(), &asked).await
}

/// The account's own name, without what is written beside it (顾建明（村支书）), and the person's in the register.
///
/// # Errors
/// 503 when the database does not answer.
pub(crate) async fn names_of(
    rounds: &Rounds,
    db: &impl ConnectionTrait,
    shown: &str,
    persons: &[(CommunityId, Party)],
) -> Result<BTreeSet<String>> {
    let beside = |letter: char| !letter.is_alphanumeric();
    let mut names: BTreeSet<String> = shown.split(beside).map(str::to_owned).collect();
    names.insert(shown.trim().to_owned());
    if !persons.is_empty() {
        let found = Directory::party_names(db, &rounds.vault, persons).await?;
        names.extend(found.into_values());
    }
    names.retain(|name| !name.is_empty());
    Ok(names)
}

/// Whether a round of the caller to this subject at that moment is one the policy asked for.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn walks_by(
    rounds: &Rounds,
    db: &impl ConnectionTrait,
    ctx: &Ctx,
    (policy, subject): (&PolicyView, &SubjectView),
    at: Micros,
) -> Result<bool> {
    let walker = Walker::of(rounds, db, ctx, at, [policy]).await?;
    Ok(walker.is_of(ctx, policy, subject))
}

//! Who sees which round. One predicate for rounds, findings, hazards and judgements, so that a list, a page, a photograph, a
//! figure and what a telephone takes along can never disagree:
//!
//! - what is about a household is for whoever goes from door to door there and for the desk and the levels above;
//! - everything else in an area is for those who work for it;
//! - a volunteer or a partner sees what concerns them: what they or their organisation walked, what their organisation puts
//!   right or is asked to help with, and the reaches and premises of a policy of theirs; the fire station sees premises.
//!
//! For most callers nothing has to be asked: every role they hold sees all of it.

use sea_orm::sea_query::{Query, SelectStatement};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;
use youlin_cases::cases_of_parties;
use youlin_database::sql::in_scope;
use youlin_kernel::{CommunityId, Result, Scope};

use super::campaigns::view as campaign_row;
use super::recheck::is_fire_station;
use super::rounds::visible;
use crate::entities::{
    campaign, campaign_premises, finding, hazard, judgement, round, round_policy,
};
use crate::model::{FindingState, Policy, SubjectKind, Walkers};
use crate::permissions::{HOUSEHOLDS_READ, ROUNDS_READ_ALL};

/// See the module's text.
#[derive(Debug)]
pub(crate) struct Sight<'a> {
    scope: &'a Scope,
    /// Where households are seen; none: everywhere the scope reaches.
    households: Option<Scope>,
    /// Where everything else is seen, and what concerns the caller elsewhere; none: everywhere.
    concern: Option<(Scope, Concern)>,
}

/// What concerns somebody who does not work for the area.
#[derive(Debug, Default)]
struct Concern {
    account: Option<Uuid>,
    parties: Vec<Uuid>,
    policies: Vec<Uuid>,
    /// All subjects of a kind in a community.
    kinds: Vec<(i64, &'static str)>,
    subjects: Vec<Uuid>,
    /// Campaigns that name them: the premises on their lists.
    campaigns: Vec<Uuid>,
}

impl<'a> Sight<'a> {
    /// What the scope's caller sees of it.
    ///
    /// # Errors
    /// 503 when the database does not answer.
    pub(crate) async fn of(db: &impl ConnectionTrait, scope: &'a Scope) -> Result<Self> {
        let nothing = || narrowed_to_nothing(scope);
        let households = (!scope.holds_also(&HOUSEHOLDS_READ) || !scope.is_whole()).then(|| {
            let asker = scope.asker();
            asker.map_or_else(nothing, |asker| asker.scope(&HOUSEHOLDS_READ))
        });
        let concern = if scope.holds_also(&ROUNDS_READ_ALL) {
            None
        } else {
            let asker = scope.asker();
            let whole = asker.map_or_else(nothing, |asker| asker.scope(&ROUNDS_READ_ALL));
            Some((whole, Concern::of(db, scope).await?))
        };
        Ok(Self {
            scope,
            households,
            concern,
        })
    }

    /// Rounds that are seen.
    pub(crate) fn rounds(&self) -> Condition {
        use round::Column as C;
        let place = (C::CommunityId, C::GridId, C::NeighbourhoodId);
        let all = self.placed(place, Some(C::SubjectKind));
        match &self.concern {
            None => all,
            Some((whole, concern)) => all.add(
                concern
                    .walked()
                    .add(visible(whole, place.0, place.1, place.2))
                    .add(concern.at(C::CommunityId, C::SubjectKind, C::SubjectId))
                    .add(C::SubjectId.in_subquery(concern.listed(self.scope)))
                    .add(C::Id.in_subquery(concern.rounds_of_cases(self.scope))),
            ),
        }
    }

    /// Findings that are seen.
    pub(crate) fn findings(&self) -> Condition {
        use finding::Column as C;
        let place = (C::CommunityId, C::GridId, C::NeighbourhoodId);
        // What was found on a round that was taken back is read with that round only.
        let all = self
            .placed(place, Some(C::SubjectKind))
            .add(C::State.ne(FindingState::Withdrawn.as_str()));
        match &self.concern {
            None => all,
            Some((whole, concern)) => all.add(
                Condition::any()
                    .add(visible(whole, place.0, place.1, place.2))
                    .add(concern.at(C::CommunityId, C::SubjectKind, C::SubjectId))
                    .add(C::SubjectId.in_subquery(concern.listed(self.scope)))
                    .add(C::CaseId.in_subquery(concern.cases(self.scope)))
                    .add(C::Id.in_subquery(concern.caused(self.scope)))
                    .add(C::RoundId.in_subquery(concern.rounds_walked(self.scope))),
            ),
        }
    }

    /// Hazards that are seen and were not taken back: all of them are at premises.
    pub(crate) fn hazards(&self) -> Condition {
        self.hazards_ever()
            .add(hazard::Column::WithdrawnAt.is_null())
    }

    /// The same with those that were taken back.
    pub(crate) fn hazards_ever(&self) -> Condition {
        use hazard::Column as C;
        let place = (C::CommunityId, C::GridId, C::NeighbourhoodId);
        let all = self.placed(place, None);
        match &self.concern {
            None => all,
            Some((whole, concern)) => all.add(
                Condition::any()
                    .add(visible(whole, place.0, place.1, place.2))
                    .add(C::CauseId.is_in(concern.parties.iter().copied()))
                    .add(C::PremisesId.is_in(concern.subjects.iter().copied()))
                    .add(C::PremisesId.in_subquery(concern.listed(self.scope)))
                    .add(C::CommunityId.is_in(concern.whole_of(SubjectKind::Premises)))
                    .add(C::CaseId.in_subquery(concern.cases(self.scope)))
                    .add(C::RoundId.in_subquery(concern.rounds_walked(self.scope))),
            ),
        }
    }

    /// Judgements that are seen: those of rounds that are.
    pub(crate) fn judgements(&self) -> Condition {
        use judgement::Column as C;
        let place = (C::CommunityId, C::GridId, C::NeighbourhoodId);
        let all = self.placed(place, None);
        match &self.concern {
            None => all,
            Some(_) => all.add(
                C::RoundId.in_subquery(
                    Query::select()
                        .column(round::Column::Id)
                        .from(round::Entity)
                        .cond_where(self.rounds())
                        .take(),
                ),
            ),
        }
    }

    /// Where it lies, and of what is about a household whether that is seen.
    fn placed<C: ColumnTrait>(&self, place: (C, C, C), subject_kind: Option<C>) -> Condition {
        let all = visible(self.scope, place.0, place.1, place.2);
        let (Some(seen), Some(kind)) = (&self.households, subject_kind) else {
            return all;
        };
        let mut shown = Condition::any().add(kind.ne(SubjectKind::Dwelling.as_str()));
        if !seen.is_empty() {
            shown = shown.add(in_scope(seen, place));
        }
        all.add(shown)
    }
}

/// A scope nobody answers for reaches nothing.
fn narrowed_to_nothing(scope: &Scope) -> Scope {
    let none = youlin_kernel::AreaTree::build(Vec::new());
    scope.narrowed(&none, youlin_kernel::AreaId(i64::MIN))
}

impl Concern {
    async fn of(db: &impl ConnectionTrait, scope: &Scope) -> Result<Self> {
        let Some(asker) = scope.asker() else {
            return Ok(Self::default());
        };
        let mut concern = Self {
            account: asker.account(),
            parties: asker.parties(),
            ..Self::default()
        };
        if concern.parties.is_empty() {
            return Ok(concern);
        }
        let rows = round_policy::Entity::find()
            .filter(round_policy::Column::CommunityId.is_in(scope.communities()))
            .all(db)
            .await?;
        for row in rows {
            let Ok(policy) = serde_json::from_str::<Policy>(&row.policy) else {
                continue;
            };
            if concern.names(&policy) {
                concern.policy(&row, &policy);
            }
        }
        concern.fire_station(db, scope).await?;
        concern.campaigns(db).await?;
        Ok(concern)
    }

    /// Whoever a campaign names to inspect or to look again sees the premises on its list.
    async fn campaigns(&mut self, db: &impl ConnectionTrait) -> Result<()> {
        let rows = campaign::Entity::find()
            .filter(campaign::Column::CommunityId.eq(CommunityId::SYSTEM.0))
            .filter(campaign::Column::StartedAt.is_not_null())
            .all(db)
            .await?;
        for row in rows {
            let one = campaign_row(row)?;
            let mut named = one.inspectors.iter().chain(&one.recheckers);
            if named.any(|party| self.parties.contains(&party.id)) {
                self.campaigns.push(one.id);
            }
        }
        Ok(())
    }

    /// The fire station looks again at premises (`recheck`), so it sees them.
    async fn fire_station(&mut self, db: &impl ConnectionTrait, scope: &Scope) -> Result<()> {
        if is_fire_station(db, scope, &self.parties).await? {
            let premises = SubjectKind::Premises.as_str();
            let here = scope.communities().into_iter();
            self.kinds
                .extend(here.map(|community| (community, premises)));
        }
        Ok(())
    }

    /// Whether a policy is of these parties: they walk it, or it names them to look again.
    fn names(&self, policy: &Policy) -> bool {
        let walks = match policy.walkers {
            Walkers::Party { party } => self.parties.contains(&party.id),
            Walkers::Chief { .. } | Walkers::GridWorker => false,
        };
        let mut again = policy.recheckers.iter();
        walks || again.any(|party| self.parties.contains(&party.id))
    }

    fn policy(&mut self, row: &round_policy::Model, policy: &Policy) {
        self.policies.push(row.id);
        let subjects: Vec<Uuid> = serde_json::from_str(&row.subjects).unwrap_or_default();
        if !subjects.is_empty() {
            self.subjects.extend(subjects);
        } else if policy.question.is_none() {
            let kind = policy.subjects.as_str();
            self.kinds.push((row.community_id, kind));
        }
    }

    /// Communities in which all subjects of a kind are theirs.
    fn whole_of(&self, kind: SubjectKind) -> Vec<i64> {
        let of = |(community, held): &(i64, &'static str)| {
            (*held == kind.as_str()).then_some(*community)
        };
        self.kinds.iter().filter_map(of).collect()
    }

    /// Rounds by the caller, by their organisation, or by a policy of theirs.
    fn walked(&self) -> Condition {
        use round::Column as C;
        Condition::any()
            .add_option(self.account.map(|account| C::ById.eq(account)))
            .add(C::ByPerson.is_in(self.parties.iter().copied()))
            .add(C::ByOrganisation.is_in(self.parties.iter().copied()))
            .add(C::PolicyId.is_in(self.policies.iter().copied()))
    }

    /// Reaches and premises of their policies.
    fn at<C: ColumnTrait>(&self, community: C, kind: C, subject: C) -> Condition {
        let whole = self
            .kinds
            .iter()
            .map(|(id, held)| Condition::all().add(community.eq(*id)).add(kind.eq(*held)));
        let listed = subject.is_in(self.subjects.iter().copied());
        whole.fold(Condition::any().add(listed), Condition::add)
    }

    fn listed(&self, scope: &Scope) -> SelectStatement {
        use campaign_premises::Column;
        Query::select()
            .column(Column::PremisesId)
            .from(campaign_premises::Entity)
            .and_where(Column::CommunityId.is_in(scope.communities()))
            .and_where(Column::CampaignId.is_in(self.campaigns.iter().copied()))
            .and_where(Column::DroppedAt.is_null())
            .take()
    }

    fn cases(&self, scope: &Scope) -> SelectStatement {
        cases_of_parties(&scope.communities(), &self.parties)
    }

    fn rounds_walked(&self, scope: &Scope) -> SelectStatement {
        Query::select()
            .column(round::Column::Id)
            .from(round::Entity)
            .and_where(round::Column::CommunityId.is_in(scope.communities()))
            .cond_where(self.walked())
            .take()
    }

    /// Hazards they caused.
    fn caused(&self, scope: &Scope) -> SelectStatement {
        Query::select()
            .column(hazard::Column::Id)
            .from(hazard::Entity)
            .and_where(hazard::Column::CommunityId.is_in(scope.communities()))
            .and_where(hazard::Column::CauseId.is_in(self.parties.iter().copied()))
            .take()
    }

    /// Rounds that found what they caused or put right.
    fn rounds_of_cases(&self, scope: &Scope) -> SelectStatement {
        Query::select()
            .column(finding::Column::RoundId)
            .from(finding::Entity)
            .and_where(finding::Column::CommunityId.is_in(scope.communities()))
            .cond_where(
                Condition::any()
                    .add(finding::Column::CaseId.in_subquery(self.cases(scope)))
                    .add(finding::Column::Id.in_subquery(self.caused(scope))),
            )
            .take()
    }
}

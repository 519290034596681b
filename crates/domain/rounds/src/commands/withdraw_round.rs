//! Takes back a round that was written down by mistake (撤回): it stays to be read, with the reason and who took it back, and
//! counts nowhere. What it found goes with it: a case of it is cancelled, and as long as somebody works at one only the
//! community's staff may say so. What a visit confirmed in the register of persons stays: people were seen, or are put right
//! there.

use std::sync::Arc;

use jiff::civil::Date;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::json;
use uuid::Uuid;
use youlin_cases::model::{Status, Verb};
use youlin_cases::{Act, Via, footings};
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{AreaId, CommunityId, Ctx, Micros, Problem, Result};

use crate::entities::{campaign, campaign_premises, finding, hazard, round};
use crate::events::{self, event};
use crate::model::{FindingState, Outcome, RoundKind, SubjectKind};
use crate::permissions::{ROUNDS_PLAN, may_walk_to};
use crate::service::Rounds;

const REASON: usize = 500;
/// How long whoever handed it in may take it back; after that the community's staff does.
const OWN: i64 = 3 * Micros::DAY;

/// See the module's text.
#[derive(Clone, Debug)]
pub struct WithdrawRound {
    pub rounds: Arc<Rounds>,
    pub community: CommunityId,
    pub round: Uuid,
    /// 1 to 500 characters.
    pub reason: String,
    /// Cases of its findings that are open are cancelled with it.
    pub take_along: bool,
}

/// Who may take a round back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum May {
    Staff,
    Own,
    Late,
    No,
}

fn standing(ctx: &Ctx, community: CommunityId, by_id: Option<Uuid>, received: Micros) -> May {
    if ctx.authorize(&ROUNDS_PLAN, community).is_ok() {
        return May::Staff;
    }
    match by_id.is_some() && by_id == ctx.actor().id() {
        true if ctx.now().0 - received.0 <= OWN => May::Own,
        true => May::Late,
        false => May::No,
    }
}

/// Whether the caller may take a round back that was handed in by this account at that moment.
#[must_use]
pub fn may_withdraw(
    ctx: &Ctx,
    community: CommunityId,
    by_id: Option<Uuid>,
    received: Micros,
) -> bool {
    matches!(
        standing(ctx, community, by_id, received),
        May::Staff | May::Own
    )
}

impl Command for WithdrawRound {
    type Output = ();
    const NAME: &'static str = "rounds.withdraw";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let row = round::Entity::find_by_id((self.community.0, self.round))
            .one(tx.conn())
            .await?
            .ok_or_else(Problem::not_found)?;
        let kind = SubjectKind::parse(&row.subject_kind).unwrap_or(SubjectKind::Dwelling);
        let areas = [row.grid_id, row.neighbourhood_id].map(|id| id.map(AreaId));
        may_walk_to(ctx, self.community, kind, &areas)?;
        let may = standing(ctx, self.community, row.by_id, Micros(row.received_at));
        match may {
            May::Staff | May::Own => {}
            May::Late => return Err(Problem::invalid("reason", "round-withdraw-late")),
            May::No => return Err(Problem::forbidden()),
        }
        if row.withdrawn_at.is_some() {
            return Ok(());
        }
        let reason = self.checked()?;
        let found = self.findings(ctx, tx, may, &reason).await?;
        self.inspected(tx, &row).await?;
        let was = row.outcome.clone();
        let withdrawn = round::Model {
            outcome: Outcome::Withdrawn.as_str().to_owned(),
            withdrawn_at: Some(ctx.now().0),
            withdrawn_reason: Some(reason),
            withdrawn_by: Some(ctx.actor().name().to_owned()),
            withdrawn_by_id: ctx.actor().id(),
            withdrawn_outcome: Some(was),
            ..row
        };
        tx.update::<round::Entity>(withdrawn).await?;
        let entry = AuditEntry::new(Self::NAME, "round", self.round)
            .detail(json!({ "findings": found.0, "cases": found.1 }));
        tx.audit(ctx, self.community, entry);
        tx.emit(
            ctx,
            event(events::ROUND_WITHDRAWN, self.community, self.round),
        );
        Ok(())
    }
}

impl WithdrawRound {
    fn checked(&self) -> Result<String> {
        let reason = self.reason.trim();
        if reason.is_empty() {
            return Err(Problem::invalid("reason", "round-withdraw-why"));
        }
        if reason.chars().count() > REASON {
            return Err(Problem::invalid("reason", "too-long").field_arg("max", REASON));
        }
        Ok(reason.to_owned())
    }

    /// Takes what was found back; answers how many findings, and how many open cases went with them.
    async fn findings(
        &self,
        ctx: &Ctx,
        tx: &Tx<'_>,
        may: May,
        reason: &str,
    ) -> Result<(usize, usize)> {
        let rows = finding::Entity::find()
            .filter(finding::Column::CommunityId.eq(self.community.0))
            .filter(finding::Column::RoundId.eq(self.round))
            .all(tx.conn())
            .await?;
        let rows = self.not_met_again(tx, rows).await?;
        let cases = self.cases(tx, &rows, may).await?;
        for case in &cases {
            let cancel = Act {
                cases: Arc::clone(&self.rounds.cases),
                community: self.community,
                case: *case,
                version: None,
                verb: Verb::Cancel {
                    reason: reason.to_owned(),
                },
                via: Via::Rule,
            };
            cancel.run(ctx, tx).await?;
        }
        let count = rows.len();
        let found: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
        for row in rows {
            tx.update::<finding::Entity>(finding::Model {
                state: FindingState::Withdrawn.as_str().to_owned(),
                ..row
            })
            .await?;
        }
        let hazards = hazard::Entity::find()
            .filter(hazard::Column::CommunityId.eq(self.community.0))
            .filter(hazard::Column::RoundId.eq(self.round))
            .filter(hazard::Column::Id.is_in(found))
            .filter(hazard::Column::WithdrawnAt.is_null())
            .all(tx.conn())
            .await?;
        for row in hazards {
            tx.update::<hazard::Entity>(hazard::Model {
                withdrawn_at: Some(ctx.now().0),
                ..row
            })
            .await?;
        }
        Ok((count, cases.len()))
    }

    /// A hazard that was seen again on another round is there, whatever became of the first one.
    async fn not_met_again(
        &self,
        tx: &Tx<'_>,
        mut rows: Vec<finding::Model>,
    ) -> Result<Vec<finding::Model>> {
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
        let met: Vec<Option<Uuid>> = finding::Entity::find()
            .select_only()
            .column(finding::Column::SeenOf)
            .filter(finding::Column::CommunityId.eq(self.community.0))
            .filter(finding::Column::SeenOf.is_in(ids))
            .filter(finding::Column::State.eq(FindingState::Seen.as_str()))
            .into_tuple()
            .all(tx.conn())
            .await?;
        rows.retain(|row| !met.contains(&Some(row.id)));
        Ok(rows)
    }

    /// The open cases that go with it, when that may be and was said.
    async fn cases(&self, tx: &Tx<'_>, rows: &[finding::Model], may: May) -> Result<Vec<Uuid>> {
        let wanted: Vec<(CommunityId, Uuid)> = rows
            .iter()
            .filter_map(|row| Some((self.community, row.case_id?)))
            .collect();
        let mut open: Vec<_> = footings(tx.conn(), &wanted)
            .await?
            .into_values()
            .filter(|case| !case.status.is_ended())
            .collect();
        open.sort_by_key(|case| case.id);
        let waits = |status: Status| {
            matches!(
                status,
                Status::Reported | Status::Accepted | Status::Dispatched
            )
        };
        let worked = open.iter().filter(|case| !waits(case.status)).count();
        if worked > 0 && may != May::Staff {
            let problem = Problem::invalid("take_along", "round-withdraw-worked");
            return Err(problem.field_arg("count", worked));
        }
        if !open.is_empty() && !self.take_along {
            let problem = Problem::invalid("take_along", "round-withdraw-cases");
            return Err(problem
                .field_arg("count", open.len())
                .field_arg("worked", worked));
        }
        Ok(open.into_iter().map(|case| case.id).collect())
    }

    /// Premises of a campaign are inspected as of the last other inspection there, or not yet.
    async fn inspected(&self, tx: &Tx<'_>, row: &round::Model) -> Result<()> {
        if row.subject_kind != SubjectKind::Premises.as_str() {
            return Ok(());
        }
        let listed = campaign_premises::Entity::find()
            .filter(campaign_premises::Column::CommunityId.eq(self.community.0))
            .filter(campaign_premises::Column::PremisesId.eq(row.subject_id))
            .filter(campaign_premises::Column::InspectedAt.eq(row.began_at))
            .all(tx.conn())
            .await?;
        for one in listed {
            let held = campaign::Entity::find_by_id((CommunityId::SYSTEM.0, one.campaign_id))
                .one(tx.conn())
                .await?;
            let Some(held) = held else {
                continue;
            };
            let first = held.first_day.parse::<Date>();
            let since = first.map_or(one.added_at, |day| Micros::start_of(day).0);
            let last = held.last_day.parse::<Date>().ok();
            let end = last.and_then(|day| day.tomorrow().ok());
            let end = end.map_or(i64::MAX, |day| Micros::start_of(day).0);
            let left = round::Entity::find()
                .filter(round::Column::CommunityId.eq(self.community.0))
                .filter(round::Column::SubjectKind.eq(SubjectKind::Premises.as_str()))
                .filter(round::Column::SubjectId.eq(row.subject_id))
                .filter(round::Column::Kind.eq(RoundKind::Inspection.as_str()))
                .filter(round::Column::Outcome.eq(Outcome::Done.as_str()))
                .filter(round::Column::Checklist.starts_with(format!("{}@", held.checklist)))
                .filter(round::Column::Id.ne(row.id))
                .filter(round::Column::BeganAt.gte(since))
                .filter(round::Column::BeganAt.lt(end))
                .order_by_desc(round::Column::BeganAt)
                .one(tx.conn())
                .await?;
            tx.update::<campaign_premises::Entity>(campaign_premises::Model {
                inspected_at: left.map(|left| left.began_at),
                ..one
            })
            .await?;
        }
        Ok(())
    }
}

//! One step of a case: the rule table decides, this command loads, asks and saves.

use std::sync::Arc;

use sea_orm::sea_query::ExprTrait;
use sea_orm::{EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use youlin_database::sql::col;
use youlin_database::{Command, Tx};
use youlin_kernel::{CommunityId, Ctx, Problem, Result};
use youlin_people::Party;

use super::save;
use crate::catalogue::Evidence;
use crate::entities::{case_event, case_file, case_record};
use crate::model::{CaseState, Facts, Policy, Refusal, Status, Verb, decide};
use crate::permissions;
use crate::queries::{parts, reported_by_caller};
use crate::service::Cases;

/// By which way the caller came to the case.
#[derive(Clone, Debug)]
pub enum Via {
    /// An account or a key with its grants.
    Account,
    /// The bearer of the tracking code: the reporter.
    Tracking,
    /// The bearer of a task's link.
    TaskLink { task: Uuid, nonce: i64 },
    /// A rule of an upper floor that decided before who may: a patrol's finding goes to the party its policy names, a return
    /// visit by somebody else verifies. What the model forbids stays forbidden, above all verifying one's own work.
    Rule,
}

/// One step.
#[derive(Debug)]
pub struct Act {
    pub cases: Arc<Cases>,
    pub community: CommunityId,
    pub case: Uuid,
    /// The version the caller saw; another one by now: 409 with the newer state.
    pub version: Option<i32>,
    pub verb: Verb,
    pub via: Via,
}

/// What the case is now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Acted {
    pub id: Uuid,
    pub community: CommunityId,
    pub number: String,
    pub status: Status,
    pub version: i32,
}

impl Command for Act {
    type Output = Acted;
    const NAME: &'static str = "cases.act";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<Acted> {
        let state = load(tx, self.community, self.case).await?;
        let is_reporter = match self.via {
            Via::Account => reported_by_caller(tx.conn(), ctx, &state.case).await?,
            Via::Tracking => true,
            Via::TaskLink { .. } | Via::Rule => false,
        };
        let facts = self.facts(ctx, &state, is_reporter)?;
        self.check_version(&state)?;
        let policy = self.policy(&state)?;
        if matches!(self.verb, Verb::Handled { .. }) {
            evidence(tx, &policy, &state).await?;
        }
        let outcome = decide(&state, &self.verb, &facts, &policy, ctx.now())?;
        let by_rule = matches!(self.via, Via::Rule);
        if !by_rule {
            let (holder, verb) = (&self.cases.holder, self.verb.name());
            holder.check(tx, self.community, self.case, verb).await?;
        }
        let mut happened = outcome.happened;
        let (after, moved) = self.cases.begun_anew(&state, outcome.state);
        happened.extend(moved);
        let saved = save::outcome(ctx, tx, &state, after, &happened, action(&self.verb)).await?;
        if !by_rule {
            let of = (self.community, self.case);
            let holder = &self.cases.holder;
            holder.verified(ctx, tx, of, &self.verb).await?;
        }
        Ok(Acted {
            id: saved.case.id,
            community: self.community,
            status: saved.status(),
            number: saved.case.number,
            version: saved.case.version,
        })
    }
}

impl Act {
    fn check_version(&self, state: &CaseState) -> Result<()> {
        match self.version {
            Some(seen) if seen != state.case.version => Err(Problem::stale(serde_json::json!({
                "version": state.case.version,
                "status": state.case.status,
                "number": state.case.number,
            }))),
            _ => Ok(()),
        }
    }

    /// The category as it is today, or as it was filed when it is no longer offered.
    fn policy(&self, state: &CaseState) -> Result<Policy> {
        let catalogue = self.cases.catalogue();
        let category = match &self.verb {
            Verb::Recategorise { category, .. } => catalogue.get(category).ok_or_else(|| {
                Problem::invalid("category", "unknown-category").field_arg("code", category)
            })?,
            _ => catalogue.any(&state.case.category).ok_or_else(|| {
                Problem::internal(format!("category {} is gone", state.case.category))
            })?,
        };
        Ok(Policy {
            category: category.as_ref().clone(),
            calendar: self.cases.calendar(),
        })
    }

    fn facts(&self, ctx: &Ctx, state: &CaseState, is_reporter: bool) -> Result<Facts> {
        let ids = (0..24).map(|_| ctx.new_id()).collect::<Vec<_>>();
        let mut facts = Facts {
            permissions: Vec::new(),
            parties: Vec::new(),
            is_reporter,
            actor: ctx.actor().id(),
            nonces: ids.iter().map(|_| nonce(ctx)).collect(),
            ids,
        };
        match &self.via {
            Via::Tracking => {
                // A visitor has no id of their own; the case stands for its reporter.
                facts.actor = facts.actor.or(Some(self.case));
            }
            Via::TaskLink { task, nonce } => {
                let task = state
                    .tasks
                    .iter()
                    .find(|known| known.id == *task && known.link_nonce == *nonce);
                let task = task
                    .ok_or_else(|| Problem::new(youlin_kernel::ProblemKind::Gone, "link-over"))?;
                facts.parties.push(crate::model::task_party(task));
                facts.actor = Some(task.party_id);
            }
            Via::Rule => {
                facts.permissions = permissions::ALL.to_vec();
                facts.parties = youlin_people::Directory::parties_of(ctx);
            }
            Via::Account => account_facts(ctx, state, &mut facts)?,
        }
        Ok(facts)
    }
}

/// What the rules ask of somebody with an account, before it is known what they want.
pub(crate) fn standing(ctx: &Ctx, state: &CaseState, facts: &mut Facts) {
    let area = state.area();
    facts.permissions = permissions::ALL
        .iter()
        .copied()
        .filter(|one| ctx.authorize(one, area).is_ok())
        .collect();
    facts.parties = youlin_people::Directory::parties_of(ctx);
}

/// A case outside the caller's areas exists for them only as a party or as its reporter.
fn account_facts(ctx: &Ctx, state: &CaseState, facts: &mut Facts) -> Result<()> {
    if ctx.is_service() {
        return Ok(());
    }
    standing(ctx, state, facts);
    let party = |party: &Party| {
        state
            .tasks
            .iter()
            .any(|task| crate::model::task_party(task) == *party)
    };
    let sees = facts
        .permissions
        .iter()
        .any(|held| held.name == permissions::CASES_READ.name);
    if !sees && !facts.is_reporter && !facts.parties.iter().any(party) {
        return Err(if ctx.is_signed_in() {
            Problem::not_found()
        } else {
            ctx.scope(&permissions::CASES_READ)
                .err()
                .unwrap_or_else(Problem::not_found)
        });
    }
    Ok(())
}

/// Evidence is asked for only where a rule of the category says so, and the rule names its basis.
async fn evidence(tx: &Tx<'_>, policy: &Policy, state: &CaseState) -> Result<()> {
    use sea_orm::PaginatorTrait;
    if policy.category.evidence != Evidence::Required {
        return Ok(());
    }
    let shown = case_file::Entity::find()
        .filter(col("community_id").eq(state.case.community_id))
        .filter(col("case_id").eq(state.case.id))
        .filter(col("stage").eq("handling"))
        .filter(col("created_at").gte(sent_back_at(tx, state).await?))
        .count(tx.conn())
        .await?;
    if shown > 0 {
        return Ok(());
    }
    let basis = policy.category.evidence_basis.clone().unwrap_or_default();
    Err(Refusal::EvidenceNeeded { basis }.into())
}

/// When the work last came back: what was shown until then did not convince.
async fn sent_back_at(tx: &Tx<'_>, state: &CaseState) -> Result<i64> {
    use sea_orm::QueryOrder;
    let last = case_event::Entity::find()
        .filter(col("community_id").eq(state.case.community_id))
        .filter(col("case_id").eq(state.case.id))
        .filter(col("kind").is_in(["rework", "reopened"]))
        .order_by_desc(case_event::Column::At)
        .one(tx.conn())
        .await?;
    Ok(last.map_or(i64::MIN, |event| event.at))
}

fn nonce(ctx: &Ctx) -> i64 {
    let mut bytes = [0u8; 8];
    ctx.random(&mut bytes);
    i64::from_be_bytes(bytes)
}

pub(crate) async fn load(tx: &Tx<'_>, community: CommunityId, id: Uuid) -> Result<CaseState> {
    let case = case_record::Entity::find_by_id((community.0, id))
        .one(tx.conn())
        .await?
        .ok_or_else(Problem::not_found)?;
    let tasks = parts::tasks(tx.conn(), (community.0, id)).await?;
    Ok(CaseState { case, tasks })
}

/// The action of the audit log.
fn action(verb: &Verb) -> &'static str {
    match verb {
        Verb::Accept => "cases.accept",
        Verb::Decline { .. } => "cases.decline",
        Verb::Dispatch { .. } => "cases.dispatch",
        Verb::Return { .. } => "cases.return",
        Verb::Reassign { .. } => "cases.reassign",
        Verb::Start => "cases.start",
        Verb::Note { .. } => "cases.note",
        Verb::AskExtension { .. } => "cases.ask-extension",
        Verb::DecideExtension { .. } => "cases.decide-extension",
        Verb::Defer { .. } => "cases.defer",
        Verb::Resume => "cases.resume",
        Verb::Handled { .. } => "cases.handled",
        Verb::Verify { .. } => "cases.verify",
        Verb::Reopen { .. } => "cases.reopen",
        Verb::Escalate { .. } => "cases.escalate",
        Verb::HandBack { .. } => "cases.hand-back",
        Verb::Supervise { .. } => "cases.supervise",
        Verb::Cancel { .. } => "cases.cancel",
        Verb::PlanFollowUp { .. } => "cases.plan-follow-up",
        Verb::AddTask { .. } => "cases.add-task",
        Verb::AnswerTask { .. } => "cases.answer-task",
        Verb::FinishTask { .. } => "cases.finish-task",
        Verb::CancelTask { .. } => "cases.cancel-task",
        Verb::Recategorise { .. } => "cases.recategorise",
        Verb::Rate { .. } => "cases.rate",
        Verb::Thank { .. } => "cases.thank",
    }
}

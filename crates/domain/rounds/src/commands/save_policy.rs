//! Says who goes where how often.

use sea_orm::EntityTrait;
use serde_json::json;
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{CommunityId, Ctx, Problem, ProblemKind, Result};
use youlin_people::Party;

use crate::checklists;
use crate::entities::round_policy;
use crate::events::{self, event};
use crate::model::Policy;
use crate::permissions::ROUNDS_PLAN;
use crate::queries::{count_meant, kept, policy_held};
use crate::service::Rounds;

const TITLE: usize = 80;
/// Subjects named one by one; more is a question.
const SUBJECTS: usize = 500;

/// Makes a policy or changes it. Rounds handed in before stay what they were.
#[derive(Clone, Debug)]
pub struct SavePolicy {
    pub community: CommunityId,
    /// The policy to change and the version it was shown with.
    pub known: Option<(Uuid, i32)>,
    pub title: String,
    pub policy: Policy,
    /// Empty: every subject of its kind in the community.
    pub subjects: Vec<Uuid>,
    /// Whoever puts right what is found; without one the desk decides case by case.
    pub fixer: Option<Party>,
    /// `id@version` of the checklist its rounds answer.
    pub checklist: Option<String>,
}

impl Command for SavePolicy {
    type Output = Uuid;
    const NAME: &'static str = "rounds.save-policy";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<Uuid> {
        ctx.authorize(&ROUNDS_PLAN, self.community)?;
        let title = self.checked()?;
        if let Some(name) = &self.checklist
            && !checklists::fits(tx.conn(), name, self.policy.subjects).await?
        {
            return Err(Problem::invalid("checklist", "checklist-other-subject"));
        }
        let old = match self.known {
            None => None,
            Some((id, _)) => Some(
                round_policy::Entity::find_by_id((self.community.0, id))
                    .one(tx.conn())
                    .await?
                    .ok_or_else(Problem::not_found)?,
            ),
        };
        let model = round_policy::Model {
            community_id: self.community.0,
            id: old.as_ref().map_or_else(|| ctx.new_id(), |old| old.id),
            version: self.known.map_or(1, |(_, version)| version),
            title,
            policy: serde_json::to_string(&self.held(ctx, old.as_ref())?)
                .map_err(Problem::internal)?,
            subjects: serde_json::to_string(&self.subjects).map_err(Problem::internal)?,
            fixer: self
                .fixer
                .map(|fixer| serde_json::to_string(&fixer))
                .transpose()
                .map_err(Problem::internal)?,
            closed_at: old.as_ref().and_then(|old| old.closed_at),
            checklist: self.checklist.clone(),
        };
        let saved = match old {
            None => tx.insert::<round_policy::Entity>(model).await?,
            Some(_) => tx.update::<round_policy::Entity>(model).await?,
        };
        let entry = AuditEntry::new(Self::NAME, "round_policy", saved.id)
            .detail(json!({"title": saved.title, "version": saved.version}));
        tx.audit(ctx, self.community, entry);
        tx.emit(ctx, event(events::POLICY_SAVED, self.community, saved.id));
        Ok(saved.id)
    }
}

/// Asks a policy's question once, with the rights of whoever plans: what is wrong with it is said before anything is
/// written, and nobody plans over a register they may not count.
///
/// # Errors
/// 422 naming each fault under `question`; 403 outside the caller's area or where the register may not be counted.
pub async fn check_policy(rounds: &Rounds, ctx: &Ctx, save: &SavePolicy) -> Result<()> {
    ctx.authorize(&ROUNDS_PLAN, save.community)?;
    save.checked()?;
    let Some(question) = &save.policy.question else {
        return Ok(());
    };
    match count_meant(rounds, ctx, save.community, question).await {
        Ok(_count) => Ok(()),
        Err(problem) if problem.fields().is_empty() => Err(problem),
        Err(problem) => {
            let faults = Problem::new(ProblemKind::Invalid, "invalid");
            Err(faults.and_fields_of(&problem, |field| format!("question.{field}")))
        }
    }
}

impl SavePolicy {
    /// The policy as it is kept: on which days it was stopped is history, and so is when its areas were named.
    fn held(&self, ctx: &Ctx, old: Option<&round_policy::Model>) -> Result<Policy> {
        let old = old.map(policy_held).transpose()?;
        let asked = old.as_ref().and_then(|old| old.question.as_ref());
        let question = self.policy.question.as_ref();
        Ok(Policy {
            question: question.map(|question| kept(ctx, question, asked)),
            pauses: old.map_or_else(Vec::new, |old| old.pauses),
            ..self.policy.clone()
        })
    }

    /// Every fault is named at once.
    fn checked(&self) -> Result<String> {
        let title = self.title.trim().to_owned();
        let mut faults = Problem::new(ProblemKind::Invalid, "invalid");
        if title.is_empty() {
            faults = faults.and_field("title", "required");
        } else if title.chars().count() > TITLE {
            faults = faults
                .and_field("title", "too-long")
                .field_arg("max", TITLE);
        }
        if self.subjects.len() > SUBJECTS {
            faults = faults
                .and_field("subjects", "policy-subjects")
                .field_arg("max", SUBJECTS);
        }
        if self.policy.question.is_some() && !self.subjects.is_empty() {
            faults = faults.and_field("subjects", "policy-either");
        }
        for fault in self.policy.faults() {
            faults = faults.and_field(fault.0, fault.1);
        }
        if faults.fields().is_empty() {
            Ok(title)
        } else {
            Err(faults)
        }
    }
}

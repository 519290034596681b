//! Rule sets: a version is taken in once and never changed; putting it to use is a step of its own, after looking at what it
//! judges otherwise.

mod read;

use jiff::civil::Date;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use uuid::Uuid;
use youlin_checklist::{RuleSet, RuleStatus, SHIPPED, example_rules};
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{CommunityId, Ctx, Problem, ProblemKind, Result};

use crate::entities::rule_set;
use crate::events::{self, event};
use crate::permissions::ROUNDS_RULES;

/// Bytes of a rule set.
pub(crate) const MOST_RULES: usize = 200_000;
const RULES: usize = 500;

/// Rules are written by whoever holds the right anywhere: they hold for the whole house.
fn authorize(ctx: &Ctx) -> Result<()> {
    ctx.scope(&ROUNDS_RULES).map(|_scope| ())
}

/// Takes a version in. The same again is answered as before; another content under its code and version is refused.
#[derive(Clone, Debug)]
pub struct SaveRuleSet {
    /// The engine's JSON.
    pub text: String,
    /// Id of the checklist whose answers it judges.
    pub checklist: String,
}

impl Command for SaveRuleSet {
    type Output = Uuid;
    const NAME: &'static str = "rounds.save-rule-set";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<Uuid> {
        authorize(ctx)?;
        let set = self.checked()?;
        let body = serde_json::to_string(&set).map_err(Problem::internal)?;
        let known = rule_set::Entity::find()
            .filter(rule_set::Column::CommunityId.eq(CommunityId::SYSTEM.0))
            .filter(rule_set::Column::Code.eq(&set.code))
            .filter(rule_set::Column::Edition.eq(&set.version))
            .one(tx.conn())
            .await?;
        if let Some(known) = known {
            return if known.body == body {
                Ok(known.id)
            } else {
                Err(Problem::invalid("text", "rules-version-taken"))
            };
        }
        let row = tx
            .insert::<rule_set::Entity>(rule_set::Model {
                community_id: CommunityId::SYSTEM.0,
                id: ctx.new_id(),
                version: 1,
                status: serde_json::to_string(&set.status).map_err(Problem::internal)?,
                code: set.code,
                edition: set.version,
                checklist: self.checklist.clone(),
                used_from: None,
                body,
                saved_at: ctx.now().0,
                saved_by: ctx.actor().name().to_owned(),
            })
            .await?;
        let entry = AuditEntry::new(Self::NAME, "rule_set", row.id)
            .detail(json!({ "code": row.code, "edition": row.edition }));
        tx.audit(ctx, CommunityId::SYSTEM, entry);
        Ok(row.id)
    }
}

impl SaveRuleSet {
    fn checked(&self) -> Result<RuleSet> {
        if self.text.trim().is_empty() {
            return Err(Problem::invalid("text", "required"));
        }
        if self.text.len() > MOST_RULES {
            return Err(Problem::invalid("text", "too-long").field_arg("max", MOST_RULES));
        }
        if !SHIPPED.iter().any(|one| one.0 == self.checklist) {
            return Err(Problem::invalid("checklist", "checklist-unknown")
                .field_arg("name", &self.checklist));
        }
        let set = read::rule_set(&self.text)?;
        let fault = |code| Err(Problem::invalid("text", code));
        let word = |text: &str| {
            (1..=64).contains(&text.len())
                && text
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
        };
        if !word(&set.code) || !word(&set.version) {
            return fault("rules-code");
        }
        if set.source.trim().is_empty() {
            return fault("rules-source");
        }
        let mut codes: Vec<&str> = set.rules.iter().map(|rule| rule.code.as_str()).collect();
        codes.sort_unstable();
        let twice = codes.windows(2).any(|two| two[0] == two[1]);
        if twice || codes.is_empty() || codes.len() > RULES {
            return fault("rules-rules");
        }
        let shipped = example_rules();
        if shipped.is_some_and(|one| one.code == set.code && one.version == set.version) {
            return fault("rules-version-taken");
        }
        Ok(set)
    }
}

/// Judges by this version from a day on. What it replaces is marked as superseded; what was judged stays as it was.
#[derive(Clone, Debug)]
pub struct UseRuleSet {
    pub id: Uuid,
    pub version: i32,
    pub from: Date,
}

impl Command for UseRuleSet {
    type Output = ();
    const NAME: &'static str = "rounds.use-rule-set";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        authorize(ctx)?;
        if self.from < ctx.now().date() {
            return Err(Problem::invalid("from", "rules-from-past"));
        }
        let rows = rule_set::Entity::find()
            .filter(rule_set::Column::CommunityId.eq(CommunityId::SYSTEM.0))
            .all(tx.conn())
            .await?;
        let chosen = rows.iter().find(|row| row.id == self.id);
        let chosen = chosen.cloned().ok_or_else(Problem::not_found)?;
        if chosen.used_from.is_some() {
            return Err(Problem::new(ProblemKind::Conflict, "rules-in-use"));
        }
        let name = format!("{}@{}", chosen.code, chosen.edition);
        let superseded = RuleStatus::Superseded {
            by: name.clone(),
            on: self.from,
        };
        for row in rows {
            let replaced = row.checklist == chosen.checklist
                && row.id != chosen.id
                && row.used_from.is_some()
                && !row.status.contains("superseded");
            if replaced {
                let status = serde_json::to_string(&superseded).map_err(Problem::internal)?;
                tx.update::<rule_set::Entity>(rule_set::Model { status, ..row })
                    .await?;
            }
        }
        tx.update::<rule_set::Entity>(rule_set::Model {
            version: self.version,
            used_from: Some(self.from.to_string()),
            ..chosen
        })
        .await?;
        let entry = AuditEntry::new(Self::NAME, "rule_set", self.id)
            .detail(json!({ "rule_set": name, "from": self.from.to_string() }));
        tx.audit(ctx, CommunityId::SYSTEM, entry);
        tx.emit(ctx, event(events::RULES_USED, CommunityId::SYSTEM, self.id));
        Ok(())
    }
}

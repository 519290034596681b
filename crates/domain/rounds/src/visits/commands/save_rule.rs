//! Says what counts when visits are proposed in a community.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{CommunityId, Ctx, Problem, ProblemKind, Result};

use crate::events::{self, event};
use crate::permissions::ROUNDS_PLAN;
use crate::visits::VisitRule;
use crate::visits::entities::visit_rule;

/// See the module's text.
#[derive(Clone, Debug)]
pub struct SaveVisitRule {
    pub community: CommunityId,
    /// The version it was shown with; 0 is what is shipped.
    pub version: i32,
    pub rule: VisitRule,
}

impl Command for SaveVisitRule {
    type Output = ();
    const NAME: &'static str = "rounds.save-visit-rule";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        ctx.authorize(&ROUNDS_PLAN, self.community)?;
        let mut faults = Problem::new(ProblemKind::Invalid, "invalid");
        for (field, code) in self.rule.faults() {
            faults = faults.and_field(field, code);
        }
        if !faults.fields().is_empty() {
            return Err(faults);
        }
        let known = visit_rule::Entity::find()
            .filter(visit_rule::Column::CommunityId.eq(self.community.0))
            .one(tx.conn())
            .await?;
        let model = visit_rule::Model {
            community_id: self.community.0,
            id: known.as_ref().map_or_else(|| ctx.new_id(), |row| row.id),
            version: self.version.max(1),
            rule: serde_json::to_string(&self.rule).map_err(Problem::internal)?,
            by_name: ctx.actor().name().to_owned(),
            changed_at: ctx.now().0,
        };
        let saved = match known {
            // Somebody else was first, when the page still showed what is shipped.
            Some(row) if self.version == 0 => {
                return Err(Problem::stale(json!({ "version": row.version })));
            }
            Some(_) => tx.update::<visit_rule::Entity>(model).await?,
            None => tx.insert::<visit_rule::Entity>(model).await?,
        };
        let entry = AuditEntry::new(Self::NAME, "visit_rule", saved.id)
            .detail(json!({ "version": saved.version }));
        tx.audit(ctx, self.community, entry);
        tx.emit(
            ctx,
            event(events::VISIT_RULE_SAVED, self.community, saved.id),
        );
        Ok(())
    }
}

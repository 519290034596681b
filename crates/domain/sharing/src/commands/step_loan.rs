//! A step of a loan: confirm, hand out, take back, … What comes back damaged becomes a case in the same transaction.

use std::sync::Arc;

use sea_orm::EntityTrait;
use serde_json::json;
use uuid::Uuid;
use youlin_cases::model::{Source, Urgency};
use youlin_cases::{NewCase, prepare};
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{AreaId, CommunityId, Ctx, Problem, Result};
use youlin_places::PlaceInput;

use super::stock::{self, Scene};
use crate::entities::{resource, resource_loan};
use crate::events::{self, event};
use crate::model::{LoanState, LoanVerb, decide_loan};
use crate::permissions::SHARING_LEND;
use crate::service::Sharing;
use crate::text::{clean, required};

/// What came back broken.
#[derive(Clone, Debug)]
pub struct Damage {
    pub text: String,
    /// Code of the catalogue of cases.
    pub category: String,
}

/// See the module's text. Answers the case of the damage, where one was made.
#[derive(Clone, Debug)]
pub struct StepLoan {
    pub sharing: Arc<Sharing>,
    pub community: CommunityId,
    pub loan: Uuid,
    /// The version the step was decided on; `None` skips the comparison.
    pub version: Option<i32>,
    pub verb: LoanVerb,
    /// Only when it is taken back.
    pub damage: Option<Damage>,
}

impl Command for StepLoan {
    type Output = Option<Uuid>;
    const NAME: &'static str = "sharing.step-loan";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<Option<Uuid>> {
        let (sharing, now) = (&self.sharing, ctx.now().0);
        let row = resource_loan::Entity::find_by_id((self.community.0, self.loan))
            .one(tx.conn())
            .await?
            .ok_or_else(Problem::not_found)?;
        let key = (row.community_id, row.resource_id);
        let scene = Scene::load(sharing, tx, key, Some(row.id), now).await?;
        self.authorize(ctx, &scene.resource, &row)?;
        let next = decide_loan(
            &stock::loan(&row),
            &self.verb,
            &scene.around(sharing, true),
            now,
        )?;
        let damage = match (&self.verb, &self.damage) {
            (LoanVerb::Return, Some(damage)) => {
                Some(self.raise(ctx, tx, &scene.resource, damage).await?)
            }
            _ => None,
        };
        let reason_sealed = match &self.verb {
            LoanVerb::Decline { reason } | LoanVerb::Cancel { reason } => {
                let place = (self.community, row.id);
                sharing.seal(ctx, "resource_loan", "reason", place, &clean(reason))?
            }
            LoanVerb::Undo => None,
            _ => row.reason_sealed.clone(),
        };
        scene.save(tx, &next).await?;
        let late_told_at = row.late_told_at.filter(|_| next.to == row.to_at);
        tx.update::<resource_loan::Entity>(resource_loan::Model {
            version: self.version.unwrap_or(row.version),
            state: next.state.as_str().to_owned(),
            state_before: next.before.map(|state| state.as_str().to_owned()),
            changed_at: now,
            from_at: next.from,
            to_at: next.to,
            out_at: next.out_at,
            back_at: next.back_at,
            late_told_at,
            reason_sealed,
            damage_case: damage.or(row.damage_case),
            ..row.clone()
        })
        .await?;
        let step = self.verb.word();
        tx.audit(
            ctx,
            self.community,
            AuditEntry::new(Self::NAME, "resource_loan", self.loan)
                .detail(json!({ "step": step, "state": next.state })),
        );
        let payload = json!({ "step": step, "resource": row.resource_id, "case": row.case_id });
        tx.emit(
            ctx,
            event(events::LOAN_SAVED, self.community, self.loan, payload),
        );
        Ok(damage)
    }
}

impl StepLoan {
    /// Lenders take every step; who asked for it may give it up again.
    fn authorize(
        &self,
        ctx: &Ctx,
        resource: &resource::Model,
        row: &resource_loan::Model,
    ) -> Result<()> {
        let area = AreaId(resource.area_id);
        let own = row.by_id.is_some() && row.by_id == ctx.actor().id();
        let asked = stock::state(row) == LoanState::Asked;
        if own && asked && matches!(self.verb, LoanVerb::Cancel { .. }) {
            super::book_loan::may_ask(ctx, self.community)?;
        } else {
            ctx.authorize(&SHARING_LEND, area)?;
        }
        Ok(())
    }

    async fn raise(
        &self,
        ctx: &Ctx,
        tx: &Tx<'_>,
        resource: &resource::Model,
        damage: &Damage,
    ) -> Result<Uuid> {
        let text = required("damage", &damage.text, 1_000)?;
        let new = NewCase {
            source: Source::Worker,
            text: format!("{}\n{text}", resource.name),
            category: damage.category.clone(),
            urgency: Urgency::Normal,
            place: PlaceInput {
                building: resource.building_id,
                area: resource
                    .building_id
                    .is_none()
                    .then_some(AreaId(resource.area_id)),
                text: Some(resource.address.clone()).filter(|text| !text.is_empty()),
                ..PlaceInput::default()
            },
            reporter: None,
            contact: None,
            answers: Default::default(),
            external_key: Some(format!("loan-damage:{}", self.loan)),
            call: None,
        };
        let report = prepare(&self.sharing.cases, new)?;
        Ok(report.run(ctx, tx).await?.id)
    }
}

//! What this module holds of cases: a hazard ends by its own rules, and what was found on a round is looked at again by somebody
//! whose visit is written down beside it, whichever page they say so on.

use futures::FutureExt;
use futures::future::BoxFuture;
use sea_orm::{ColumnTrait, DatabaseExecutor, EntityTrait, QueryFilter};
use serde_json::json;
use uuid::Uuid;
use youlin_cases::{Held, HoldsCases, SeenOnSpot};
use youlin_database::{AuditEntry, Tx};
use youlin_kernel::{CommunityId, Ctx, Result};

use super::return_visit::Visit;
use crate::entities::{finding, hazard};
use crate::events::{self, event};
use crate::model::FindingState;

/// See the module's text; said to the cases when the service is made ([`crate::Rounds::new`]), so that no house is without.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RoundsHold;

impl HoldsCases for RoundsHold {
    fn held<'a>(
        &'a self,
        db: DatabaseExecutor<'a>,
        community: CommunityId,
        case: Uuid,
    ) -> BoxFuture<'a, Result<Option<Held>>> {
        async move {
            let Some(found) = found(&db, community, case).await? else {
                return Ok(None);
            };
            let hazard = hazard::Entity::find_by_id((community.0, found.id))
                .one(&db)
                .await?;
            Ok(match hazard {
                Some(hazard) if hazard.removed_at.is_none() && hazard.withdrawn_at.is_none() => {
                    Some(Held {
                        ends_there: true,
                        code: "hazard-ends-case",
                        href: format!("/rounds/hazards/{}", found.id),
                    })
                }
                Some(_) => None,
                None => Some(Held {
                    ends_there: false,
                    code: "finding-ends-on-spot",
                    href: format!("/rounds/{}#f-{}", found.round_id, found.id),
                }),
            })
        }
        .boxed()
    }

    fn seen<'a, 'b: 'a>(
        &'a self,
        ctx: &'a Ctx,
        tx: &'a Tx<'b>,
        seen: &'a SeenOnSpot,
    ) -> BoxFuture<'a, Result<()>> {
        async move {
            let Some(found) = found(tx.conn(), seen.community, seen.case).await? else {
                return Ok(());
            };
            let visit = Visit {
                community: seen.community,
                finding: found.id,
                case: seen.case,
                passed: seen.passed,
                text: &seen.text,
                noted: None,
                measured: None,
            };
            visit.save(ctx, tx).await?;
            let entry = AuditEntry::new("rounds.return-visit", "finding", found.id)
                .detail(json!({ "passed": seen.passed, "case": seen.case }));
            tx.audit(ctx, seen.community, entry);
            let event = event(events::RETURN_VISITED, seen.community, found.id);
            tx.emit(ctx, event);
            Ok(())
        }
        .boxed()
    }
}

/// The finding a case came from.
async fn found(
    db: &impl sea_orm::ConnectionTrait,
    community: CommunityId,
    case: Uuid,
) -> Result<Option<finding::Model>> {
    Ok(finding::Entity::find()
        .filter(finding::Column::CommunityId.eq(community.0))
        .filter(finding::Column::CaseId.eq(case))
        .filter(finding::Column::State.eq(FindingState::Case.as_str()))
        .one(db)
        .await?)
}

//! What cases say for asking somebody to lead or to share a talent: the bridge between two modules of which one lies
//! above the other.

use std::sync::Arc;

use futures::future::BoxFuture;
use uuid::Uuid;
use youlin_cases::Cases;
use youlin_database::Database;
use youlin_kernel::{CommunityId, Ctx, Result};
use youlin_people::talents::{Reason, ReasonKind, ReasonSource};
use youlin_web::I18n;

/// Those who finished a task as a neighbour.
pub(crate) struct HelpedInCases {
    pub(crate) db: Database,
    pub(crate) cases: Arc<Cases>,
    pub(crate) i18n: Arc<I18n>,
}

impl ReasonSource for HelpedInCases {
    fn reasons<'a>(
        &'a self,
        ctx: &'a Ctx,
        community: CommunityId,
    ) -> BoxFuture<'a, Result<Vec<(Uuid, Reason)>>> {
        Box::pin(async move {
            let found = youlin_cases::helped(&self.db, &self.cases, ctx, community).await?;
            Ok(found
                .into_iter()
                .map(|one| {
                    let args = [("number", one.number), ("what", one.category_name)];
                    let reason = Reason {
                        kind: ReasonKind::Helped,
                        at: one.at,
                        text: self.i18n.text(ctx.locale(), "reason-helped", &args),
                        href: format!("/cases/{}", one.case),
                    };
                    (one.person, reason)
                })
                .collect())
        })
    }
}

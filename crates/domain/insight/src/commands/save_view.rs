//! Keep a question under a title.

use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{AreaId, CommunityId, Ctx, Problem, Result};

use crate::Composed;
use crate::entities::view;
use crate::permissions::INSIGHT_READ;

const TITLE: usize = 80;
/// Longer addresses do not travel everywhere.
const ADDRESS: usize = 4_000;

/// See the module's text. The figures are never kept: whoever opens the view sees what they may see, then.
#[derive(Debug)]
pub struct SaveView {
    pub title: String,
    pub question: Composed,
    /// Where it belongs: who may see this area may open it, when it is shared.
    pub area: AreaId,
    pub shared: bool,
}

impl Command for SaveView {
    type Output = Uuid;
    const NAME: &'static str = "insight.save-view";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<Uuid> {
        let title = self.title.split_whitespace().collect::<Vec<_>>().join(" ");
        if title.is_empty() {
            return Err(Problem::invalid("title", "required"));
        }
        if title.chars().count() > TITLE {
            return Err(Problem::invalid("title", "too-long").field_arg("max", TITLE));
        }
        if ctx.areas().get(self.area).is_none() {
            return Err(Problem::invalid("area", "query-area"));
        }
        ctx.authorize(&INSIGHT_READ, self.area)?;
        let address = self.question.clone().named_at(ctx.now()).address();
        if address.len() > ADDRESS {
            return Err(Problem::invalid("title", "query-large"));
        }
        let account = ctx.actor().id().ok_or_else(Problem::forbidden)?;
        let community = ctx
            .areas()
            .community_of(self.area)
            .unwrap_or(CommunityId::SYSTEM);
        let saved = tx
            .insert::<view::Entity>(view::Model {
                community_id: community.0,
                id: ctx.new_id(),
                version: 1,
                title,
                address,
                area_id: self.area.0,
                account_id: account,
                account_name: ctx.actor().name().to_owned(),
                shared: self.shared,
                created_at: ctx.now().0,
            })
            .await?;
        tx.audit(
            ctx,
            community,
            AuditEntry::new(Self::NAME, "insight_view", saved.id),
        );
        Ok(saved.id)
    }
}

//! What a resident's own file says of leaders and talents: that they were named, asked, and what they said.

use std::sync::Arc;

use futures::future::BoxFuture;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;
use youlin_database::Database;
use youlin_kernel::{CommunityId, Ctx, Micros, Problem, Result};
use youlin_web::I18n;

use super::commands::named_place;
use super::entities::{talent, talent_named};
use crate::Vault;
use crate::own::{FileSection, SectionLine};

/// See the module's text.
pub struct TalentsOfPerson {
    pub db: Database,
    pub vault: Arc<Vault>,
    pub i18n: Arc<I18n>,
}

impl std::fmt::Debug for TalentsOfPerson {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TalentsOfPerson")
    }
}

impl FileSection for TalentsOfPerson {
    fn name(&self) -> &'static str {
        "talents"
    }

    fn title(&self) -> &'static str {
        "own-talents"
    }

    fn lines<'a>(
        &'a self,
        ctx: &'a Ctx,
        community: CommunityId,
        person: Uuid,
    ) -> BoxFuture<'a, Result<Vec<SectionLine>>> {
        Box::pin(async move {
            if ctx.actor().person() != Some(person) {
                return Err(Problem::not_found());
            }
            let say = |key: &str, args: &[(&str, String)]| self.i18n.text(ctx.locale(), key, args);
            let db = self.db.read();
            let asked = talent::Entity::find()
                .filter(talent::Column::CommunityId.eq(community.0))
                .filter(talent::Column::PersonId.eq(person))
                .order_by_desc(talent::Column::AskedAt)
                .all(db)
                .await?;
            let mut lines: Vec<SectionLine> = asked
                .into_iter()
                .map(|row| {
                    let kind = say(&format!("talent-kind-{}", row.kind), &[]);
                    let state = say(&format!("talent-state-{}", row.state), &[]);
                    let args = [("kind", kind), ("field", row.field), ("name", row.asked_by)];
                    SectionLine {
                        at: Some(Micros(row.asked_at)),
                        text: say("own-talent-asked", &args),
                        more: state,
                        href: None,
                    }
                })
                .collect();
            let named = talent_named::Entity::find()
                .filter(talent_named::Column::CommunityId.eq(community.0))
                .filter(talent_named::Column::PersonId.eq(person))
                .order_by_desc(talent_named::Column::NamedAt)
                .all(db)
                .await?;
            for row in named {
                let at = named_place("why", row.community_id, row.id);
                lines.push(SectionLine {
                    at: Some(Micros(row.named_at)),
                    text: say("own-talent-named", &[]),
                    more: self.vault.open(at, &row.why_sealed)?,
                    href: None,
                });
            }
            Ok(lines)
        })
    }
}

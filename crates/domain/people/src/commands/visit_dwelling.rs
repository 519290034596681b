//! Somebody was at a dwelling: what the register says of it holds, or nobody was at home, or it stands empty.

use std::collections::BTreeSet;
use std::sync::Arc;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{Ctx, Problem, Result, words};

use super::see;
use crate::Vault;
use crate::entities::{dwelling_visit, person, person_label, person_phone, residence};
use crate::events::{self, event};
use crate::facts::{self, Fact, How};
use crate::permissions::PEOPLE_WRITE;

words! {
    /// What a visit to a dwelling came to.
    VisitOutcome {
        /// Everything the register says was asked for and holds.
        Confirmed = "confirmed",
        NobodyHome = "nobody_home",
        /// Nobody lives there.
        Empty = "empty",
    }
}

/// See the module's text. Answers the visit's id.
#[derive(Debug)]
pub struct VisitDwelling {
    pub vault: Arc<Vault>,
    pub dwelling: Uuid,
    pub outcome: VisitOutcome,
}

impl Command for VisitDwelling {
    type Output = Uuid;
    const NAME: &'static str = "people.visit-dwelling";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<Uuid> {
        let place = self.vault.place(self.dwelling);
        let place = place.ok_or_else(Problem::not_found)?;
        ctx.authorize(&PEOPLE_WRITE, place.area())?;
        let community = place.community;
        let living = residence::Entity::find()
            .filter(residence::Column::CommunityId.eq(community.0))
            .filter(residence::Column::DwellingId.eq(self.dwelling))
            .filter(residence::current())
            .all(tx.conn())
            .await?;
        if self.outcome == VisitOutcome::Empty && !living.is_empty() {
            return Err(
                Problem::invalid("outcome", "dwelling-not-empty").field_arg("count", living.len())
            );
        }
        let persons: BTreeSet<Uuid> = living.iter().map(|home| home.person_id).collect();
        if self.outcome == VisitOutcome::Confirmed {
            confirm(ctx, tx, community.0, &persons).await?;
        }
        let visit = dwelling_visit::Model {
            community_id: community.0,
            id: ctx.new_id(),
            version: 1,
            dwelling_id: self.dwelling,
            at: ctx.now().0,
            outcome: self.outcome.as_str().to_owned(),
            actor_kind: ctx.actor().kind().to_owned(),
            actor_id: ctx.actor().id(),
            actor_name: ctx.actor().name().to_owned(),
        };
        let visit = tx.insert::<dwelling_visit::Entity>(visit).await?;
        tx.audit(
            ctx,
            community,
            AuditEntry::new(Self::NAME, "dwelling", self.dwelling)
                .detail(json!({ "outcome": self.outcome, "persons": persons.len() })),
        );
        for person in persons {
            tx.emit(ctx, event(events::PERSON_SAVED, community, person));
        }
        tx.emit(
            ctx,
            event(events::DWELLING_VISITED, community, self.dwelling),
        );
        Ok(visit.id)
    }
}

/// Everything held of these persons was said again now.
async fn confirm(ctx: &Ctx, tx: &Tx<'_>, community: i64, persons: &BTreeSet<Uuid>) -> Result<()> {
    let ids = || persons.iter().copied();
    let rows = person::Entity::find()
        .filter(person::Column::CommunityId.eq(community))
        .filter(person::Column::Id.is_in(ids()))
        .all(tx.conn())
        .await?;
    let phones = person_phone::Entity::find()
        .filter(person_phone::Column::CommunityId.eq(community))
        .filter(person_phone::Column::PersonId.is_in(ids()))
        .all(tx.conn())
        .await?;
    let phones: BTreeSet<Uuid> = phones.into_iter().map(|row| row.person_id).collect();
    let labels = person_label::Entity::find()
        .filter(person_label::Column::CommunityId.eq(community))
        .filter(person_label::Column::PersonId.is_in(ids()))
        .all(tx.conn())
        .await?;
    let labels: BTreeSet<Uuid> = labels.into_iter().map(|row| row.person_id).collect();
    for row in rows {
        let held = [
            (Fact::Name, true),
            (Fact::Home, true),
            (Fact::Phone, phones.contains(&row.id)),
            (Fact::Birth, row.birth_year.is_some()),
            (Fact::Sex, row.sex.is_some()),
            (Fact::Labels, labels.contains(&row.id)),
        ];
        let held = held.into_iter().filter(|(_, held)| *held);
        let mut row = person::Model {
            updated_at: ctx.now().0,
            ..row
        };
        facts::say(ctx, &mut row, How::Visit, held.map(|(fact, _)| fact));
        see(ctx, tx, &mut row, How::Visit).await?;
        tx.update::<person::Entity>(row).await?;
    }
    Ok(())
}

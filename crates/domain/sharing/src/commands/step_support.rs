//! A step of a request for support: offer, accept, answer, … What is said is sealed and stands in its history.

use std::sync::Arc;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::json;
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{AreaId, CommunityId, Ctx, Micros, Problem, Result};
use youlin_people::permissions::PEOPLE_READ;
use youlin_people::{Directory, Party, PartyKind};

use super::ask_support::limit;
use crate::entities::{support_entry, support_offer, support_request};
use crate::events::support_step;
use crate::model::{
    Helped, Offer, OfferState, Support, SupportState, SupportVerb, Who, decide_support,
};
use crate::permissions::SUPPORT_ASK;
use crate::service::{Sharing, party};
use crate::text::clean;

/// See the module's text.
#[derive(Clone, Debug)]
pub struct StepSupport {
    pub sharing: Arc<Sharing>,
    pub community: CommunityId,
    pub request: Uuid,
    /// The version the step was decided on; `None` skips the comparison.
    pub version: Option<i32>,
    pub verb: SupportVerb,
}

impl Command for StepSupport {
    type Output = ();
    const NAME: &'static str = "sharing.step-support";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let row = support_request::Entity::find_by_id((self.community.0, self.request))
            .one(tx.conn())
            .await?
            .ok_or_else(Problem::not_found)?;
        let offers = support_offer::Entity::find()
            .filter(support_offer::Column::CommunityId.eq(self.community.0))
            .filter(support_offer::Column::RequestId.eq(self.request))
            .order_by_asc(support_offer::Column::Id)
            .all(tx.conn())
            .await?;
        let who = who(ctx, &row);
        let support = support(&row, &offers);
        let next = decide_support(&support, &self.verb, &who, ctx.now().0)?;
        if let SupportVerb::Offer { parties } = &self.verb {
            for party in parties {
                self.may_be_asked(ctx, *party).await?;
            }
        }
        self.save_offers(ctx, tx, &offers, &next).await?;
        let row = self.row(ctx, row, &next);
        let row = tx.update::<support_request::Entity>(row).await?;
        let (party, said) = self.said(&support, &who);
        let step = self.verb.word();
        let place = (self.community, self.request);
        let noted = Noted {
            kind: step,
            state: next.state,
            party,
            said,
        };
        note(&self.sharing, ctx, tx, place, noted).await?;
        tx.audit(
            ctx,
            self.community,
            AuditEntry::new(Self::NAME, "support_request", self.request)
                .detail(json!({ "step": step, "state": next.state })),
        );
        let told = self.concerned(&support, &next);
        let event = support_step(self.community, self.request, step, &told, row.asked_by);
        tx.emit(ctx, event);
        Ok(())
    }
}

/// What the caller is to the request.
pub(crate) fn who(ctx: &Ctx, row: &support_request::Model) -> Who {
    Who {
        asker: row.asked_by.is_some() && row.asked_by == ctx.actor().id(),
        desk: ctx.authorize(&SUPPORT_ASK, AreaId(row.area_id)).is_ok(),
        parties: Directory::parties_of(ctx),
    }
}

/// The model's request of its rows.
pub(crate) fn support(row: &support_request::Model, offers: &[support_offer::Model]) -> Support {
    let offer = |one: &support_offer::Model| {
        Some(Offer {
            party: party(&one.party_kind, one.party_id)?,
            state: OfferState::parse(&one.state)?,
        })
    };
    Support {
        state: SupportState::parse(&row.state).unwrap_or(SupportState::Cancelled),
        offers: offers.iter().filter_map(offer).collect(),
        rounds: u32::try_from(row.rounds).unwrap_or(0),
        follow_by: row.follow_by,
        helped: row.helped.as_deref().and_then(Helped::parse),
    }
}

impl StepSupport {
    fn row(
        &self,
        ctx: &Ctx,
        row: support_request::Model,
        next: &Support,
    ) -> support_request::Model {
        let now = ctx.now();
        let mut fresh = support_request::Model {
            version: self.version.unwrap_or(row.version),
            state: next.state.as_str().to_owned(),
            rounds: i32::try_from(next.rounds).unwrap_or(i32::MAX),
            follow_by: next.follow_by,
            helped: next.helped.map(|one| one.as_str().to_owned()),
            ended_at: next.state.is_ended().then_some(now.0),
            ..row
        };
        match &self.verb {
            // Another round has the time of a first one.
            SupportVerb::AskAgain { .. } => {
                let calendar = self.sharing.cases.calendar();
                let due = calendar.deadline(now.timestamp(), limit(fresh.urgent), &[]);
                fresh.due_at = Micros::from(due.at).0;
                fresh.due_provisional = due.provisional.map(i32::from);
                fresh.late_told_at = None;
            }
            SupportVerb::Follow { by, .. } => {
                fresh.due_at = by.0;
                fresh.due_provisional = None;
                fresh.late_told_at = None;
            }
            _ => {}
        }
        fresh
    }

    async fn save_offers(
        &self,
        ctx: &Ctx,
        tx: &Tx<'_>,
        old: &[support_offer::Model],
        next: &Support,
    ) -> Result<()> {
        for offer in &next.offers {
            let known = old.iter().find(|one| {
                one.party_id == offer.party.id && one.party_kind == offer.party.kind.as_str()
            });
            match known {
                Some(one) if one.state == offer.state.as_str() => {}
                Some(one) => {
                    tx.update::<support_offer::Entity>(support_offer::Model {
                        state: offer.state.as_str().to_owned(),
                        changed_at: ctx.now().0,
                        ..one.clone()
                    })
                    .await?;
                }
                None => {
                    tx.insert::<support_offer::Entity>(support_offer::Model {
                        community_id: self.community.0,
                        id: ctx.new_id(),
                        version: 1,
                        request_id: self.request,
                        party_kind: offer.party.kind.as_str().to_owned(),
                        party_id: offer.party.id,
                        state: offer.state.as_str().to_owned(),
                        created_at: ctx.now().0,
                        changed_at: ctx.now().0,
                    })
                    .await?;
                }
            }
        }
        Ok(())
    }

    /// An organisation of the community, somebody on duty there, or a neighbour who agreed to be asked.
    async fn may_be_asked(&self, ctx: &Ctx, party: Party) -> Result<()> {
        let (sharing, db) = (&self.sharing, self.sharing.db.read());
        let unknown = || Problem::invalid("parties", "sharing-may-not-be-asked");
        match party.kind {
            PartyKind::Organisation => {
                let found = Directory::organisation(db, self.community, party.id).await?;
                found
                    .filter(|one| one.closed_at.is_none())
                    .ok_or_else(unknown)?;
            }
            PartyKind::Person => {
                let staff = Directory::staff(db, sharing.vault(), self.community, &[]).await?;
                if staff.iter().any(|one| one.person == party.id) {
                    return Ok(());
                }
                let scope = ctx.scope(&PEOPLE_READ)?;
                let agreed = crate::queries::skilled(sharing, &scope, self.community).await?;
                if !agreed.iter().any(|one| one.person == party.id) {
                    return Err(unknown());
                }
            }
        }
        Ok(())
    }

    /// Whom the step is about, and what was said.
    fn said(&self, before: &Support, who: &Who) -> (Option<Party>, &str) {
        let own = before
            .offers
            .iter()
            .map(|offer| offer.party)
            .find(|party| who.parties.contains(party));
        match &self.verb {
            SupportVerb::Offer { parties } => (parties.first().copied(), ""),
            SupportVerb::Withdraw { party } => (Some(*party), ""),
            SupportVerb::Accept => (own, ""),
            SupportVerb::Decline { reason } => (own, reason),
            SupportVerb::Answer { text } => (own, text),
            SupportVerb::AskAgain { reason } | SupportVerb::Cancel { reason } => (None, reason),
            SupportVerb::Follow { what, .. } => (None, what),
            SupportVerb::Confirm { done, .. } => (None, done),
        }
    }

    /// Specialists who are to hear of the step: those asked now, those no longer needed, whoever has taken it.
    fn concerned(&self, before: &Support, next: &Support) -> Vec<Party> {
        let was = |party: Party| before.offers.iter().find(|one| one.party == party);
        let changed = |offer: &&Offer| was(offer.party).map(|one| one.state) != Some(offer.state);
        let taken = |offer: &&Offer| offer.state == OfferState::Accepted;
        match &self.verb {
            SupportVerb::Offer { .. } | SupportVerb::Withdraw { .. } => {
                let all = next.offers.iter().filter(changed);
                all.map(|offer| offer.party).collect()
            }
            SupportVerb::Accept | SupportVerb::Decline { .. } | SupportVerb::Answer { .. } => {
                Vec::new()
            }
            _ => next
                .offers
                .iter()
                .filter(taken)
                .map(|offer| offer.party)
                .collect(),
        }
    }
}

/// What an entry of the history says.
pub(super) struct Noted<'a> {
    pub(super) kind: &'a str,
    /// Of the request, afterwards.
    pub(super) state: SupportState,
    pub(super) party: Option<Party>,
    pub(super) said: &'a str,
}

/// One entry of a request's history.
pub(super) async fn note(
    sharing: &Sharing,
    ctx: &Ctx,
    tx: &Tx<'_>,
    (community, request): (CommunityId, Uuid),
    noted: Noted<'_>,
) -> Result<()> {
    let id = ctx.new_id();
    let text_sealed = sharing.seal(
        ctx,
        "support_entry",
        "text",
        (community, id),
        &clean(noted.said),
    )?;
    tx.insert::<support_entry::Entity>(support_entry::Model {
        community_id: community.0,
        id,
        version: 1,
        request_id: request,
        at: ctx.now().0,
        kind: noted.kind.to_owned(),
        state: noted.state.as_str().to_owned(),
        actor_name: ctx.actor().name().to_owned(),
        party_kind: noted.party.map(|party| party.kind.as_str().to_owned()),
        party_id: noted.party.map(|party| party.id),
        text_sealed,
    })
    .await?;
    Ok(())
}

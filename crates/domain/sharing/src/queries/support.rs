//! Requests for professional support: those of one's area, and those one was asked oneself. What was written is for the
//! asker's side and for the specialist who is asked or has taken it.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use youlin_kernel::{AreaId, CommunityId, Ctx, Micros, Problem, Result};
use youlin_people::{Directory, Party};

use crate::commands::step_support;
use crate::entities::{support_entry, support_offer, support_request};
use crate::model::{Helped, OfferState, SupportField, SupportState, possible_support};
use crate::permissions::SUPPORT_READ;
use crate::service::{Sharing, party};

const MOST: u64 = 300;

/// What the list is narrowed by.
#[derive(Clone, Debug, Default)]
pub struct SupportFilter {
    pub area: Option<i64>,
    pub case: Option<Uuid>,
    pub field: Option<SupportField>,
    /// Ended ones instead of open ones; of a case both.
    pub ended: bool,
    /// Only what the caller was asked.
    pub mine: bool,
}

impl SupportFilter {
    /// What the database narrows; `mine`: what the caller was asked.
    pub(super) fn select(
        &self,
        communities: Vec<i64>,
        mine: &[Uuid],
    ) -> sea_orm::Select<support_request::Entity> {
        let mut find = support_request::Entity::find()
            .filter(support_request::Column::CommunityId.is_in(communities));
        if let Some(case) = self.case {
            find = find.filter(support_request::Column::CaseId.eq(case));
        } else if self.ended {
            find = find.filter(support_request::Column::EndedAt.is_not_null());
        } else {
            find = find.filter(support_request::Column::EndedAt.is_null());
        }
        if let Some(field) = self.field {
            find = find.filter(support_request::Column::Field.eq(field.as_str()));
        }
        if self.mine {
            find = find.filter(support_request::Column::Id.is_in(mine.iter().copied()));
        }
        find
    }

    /// What is narrowed afterwards: to what the caller may see, to the area.
    pub(super) fn keep(&self, ctx: &Ctx, mine: &[Uuid], rows: &mut Vec<support_request::Model>) {
        rows.retain(|row| sees(ctx, row, mine.contains(&row.id)));
        if let Some(area) = self.area {
            rows.retain(|row| ctx.areas().is_within(AreaId(row.area_id), AreaId(area)));
        }
    }
}

/// One specialist who was asked.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = SupportParty)]
pub struct SupportParty {
    /// A neighbour's is masked.
    pub name: String,
    pub state: OfferState,
}

/// One line.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SupportRow {
    pub id: Uuid,
    pub community: CommunityId,
    pub version: i32,
    pub field: SupportField,
    pub state: SupportState,
    pub urgent: bool,
    pub area: AreaId,
    pub case: Option<Uuid>,
    /// For those who may read what was written.
    pub dwelling: Option<Uuid>,
    pub asked_by: String,
    pub created_at: Micros,
    /// When the answer is due, later what follows from it.
    pub due_at: Micros,
    pub due_provisional: Option<i32>,
    pub late: bool,
    pub helped: Option<Helped>,
    /// Who has taken it, or was asked.
    pub parties: Vec<SupportParty>,
    /// The caller was asked, or has taken it.
    pub mine: bool,
    /// The first words, for those who may read them.
    pub beginning: String,
}

/// An entry of the history.
#[derive(Clone, Debug)]
pub struct SupportEntry {
    pub at: Micros,
    pub kind: String,
    pub actor: String,
    /// Whom it is about.
    pub party: String,
    pub text: String,
}

/// One request, whole.
#[derive(Clone, Debug)]
pub struct SupportView {
    pub row: SupportRow,
    /// Empty for those who may not read it.
    pub question: String,
    pub readable: bool,
    pub asker: bool,
    /// The caller asked, or may ask there.
    pub near: bool,
    pub entries: Vec<SupportEntry>,
    pub offers: Vec<(Party, String, OfferState)>,
    pub possible: Vec<&'static str>,
}

struct Loaded {
    rows: Vec<support_request::Model>,
    offers: HashMap<Uuid, Vec<support_offer::Model>>,
    names: HashMap<Party, String>,
}

/// Requests the caller may see.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn supports(
    sharing: &Sharing,
    ctx: &Ctx,
    filter: &SupportFilter,
) -> Result<Vec<SupportRow>> {
    let communities = communities(ctx);
    let mine = asked_of(sharing, ctx, &communities).await?;
    let mut rows = filter
        .select(communities, &mine)
        .order_by_asc(support_request::Column::DueAt)
        .limit(MOST)
        .all(sharing.db.read())
        .await?;
    filter.keep(ctx, &mine, &mut rows);
    lines(sharing, ctx, rows).await
}

/// The rows as the caller may read them.
pub(super) async fn lines(
    sharing: &Sharing,
    ctx: &Ctx,
    rows: Vec<support_request::Model>,
) -> Result<Vec<SupportRow>> {
    let loaded = with_offers(sharing, rows).await?;
    loaded
        .rows
        .iter()
        .map(|row| line(sharing, ctx, &loaded, row))
        .collect()
}

/// Communities the caller has anything to do with.
pub(super) fn communities(ctx: &Ctx) -> Vec<i64> {
    if ctx.is_service() {
        return ctx.areas().communities().iter().map(|one| one.0).collect();
    }
    let mut all: Vec<i64> = ctx
        .grants()
        .iter()
        .flat_map(|grant| match ctx.areas().community_of(grant.area) {
            Some(community) => vec![community],
            None => ctx.areas().communities_of(grant.area),
        })
        .map(|one| one.0)
        .collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// Requests one of the caller's parties is asked, has taken, or was asked.
pub(super) async fn asked_of(
    sharing: &Sharing,
    ctx: &Ctx,
    communities: &[i64],
) -> Result<Vec<Uuid>> {
    let parties = Directory::parties_of(ctx);
    if parties.is_empty() {
        return Ok(Vec::new());
    }
    let gone = OfferState::Withdrawn.as_str();
    let offers = support_offer::Entity::find()
        .filter(support_offer::Column::CommunityId.is_in(communities.iter().copied()))
        .filter(support_offer::Column::PartyId.is_in(parties.iter().map(|party| party.id)))
        .filter(support_offer::Column::State.ne(gone))
        .all(sharing.db.read())
        .await?;
    Ok(offers.into_iter().map(|offer| offer.request_id).collect())
}

fn sees(ctx: &Ctx, row: &support_request::Model, asked: bool) -> bool {
    let asker = row.asked_by.is_some() && row.asked_by == ctx.actor().id();
    let here = ctx.scope(&SUPPORT_READ).is_ok_and(|scope| {
        let area = AreaId(row.area_id);
        let community = CommunityId(row.community_id);
        // A matter of the whole community is seen by those who work in all of it.
        scope.contains(community, &[Some(area)])
    });
    asked || asker || here
}

async fn with_offers(sharing: &Sharing, rows: Vec<support_request::Model>) -> Result<Loaded> {
    let communities: std::collections::BTreeSet<i64> =
        rows.iter().map(|row| row.community_id).collect();
    let found = support_offer::Entity::find()
        .filter(support_offer::Column::CommunityId.is_in(communities))
        .filter(support_offer::Column::RequestId.is_in(rows.iter().map(|row| row.id)))
        .order_by(support_offer::Column::Id, sea_orm::Order::Asc)
        .all(sharing.db.read())
        .await?;
    let parties: Vec<(CommunityId, Party)> = found
        .iter()
        .filter_map(|row| {
            let party = party(&row.party_kind, row.party_id)?;
            Some((CommunityId(row.community_id), party))
        })
        .collect();
    let names = Directory::party_names(sharing.db.read(), sharing.vault(), &parties).await?;
    let mut offers: HashMap<Uuid, Vec<support_offer::Model>> = HashMap::new();
    for offer in found {
        offers.entry(offer.request_id).or_default().push(offer);
    }
    Ok(Loaded {
        rows,
        offers,
        names,
    })
}

/// Whether the caller may read what was written.
fn reads(ctx: &Ctx, row: &support_request::Model, offers: &[support_offer::Model]) -> bool {
    let who = step_support::who(ctx, row);
    let asked = step_support::support(row, offers)
        .offers
        .iter()
        .any(|offer| {
            who.parties.contains(&offer.party)
                && matches!(offer.state, OfferState::Offered | OfferState::Accepted)
        });
    who.asker || who.desk || asked || ctx.is_service()
}

fn line(
    sharing: &Sharing,
    ctx: &Ctx,
    loaded: &Loaded,
    row: &support_request::Model,
) -> Result<SupportRow> {
    let none = Vec::new();
    let offers = loaded.offers.get(&row.id).unwrap_or(&none);
    let own = Directory::parties_of(ctx);
    let state = SupportState::parse(&row.state).unwrap_or(SupportState::Cancelled);
    let readable = reads(ctx, row, offers);
    let beginning = if readable {
        let text = question(sharing, row)?;
        let first: String = text.chars().take(60).collect();
        if first.len() < text.len() {
            format!("{first}…")
        } else {
            first
        }
    } else {
        String::new()
    };
    let parties: Vec<(Party, String, OfferState)> = offers
        .iter()
        .filter_map(|offer| {
            let party = party(&offer.party_kind, offer.party_id)?;
            let name = loaded.names.get(&party).cloned().unwrap_or_default();
            Some((party, name, OfferState::parse(&offer.state)?))
        })
        .collect();
    Ok(SupportRow {
        id: row.id,
        community: CommunityId(row.community_id),
        version: row.version,
        field: SupportField::parse(&row.field).unwrap_or(SupportField::Other),
        urgent: row.urgent,
        area: AreaId(row.area_id),
        case: row.case_id,
        dwelling: row.dwelling_id.filter(|_| readable),
        asked_by: row.asked_by_name.clone(),
        created_at: Micros(row.created_at),
        due_at: Micros(row.due_at),
        due_provisional: row.due_provisional,
        late: !state.is_ended() && state != SupportState::Answered && row.due_at < ctx.now().0,
        helped: row.helped.as_deref().and_then(Helped::parse),
        mine: parties
            .iter()
            .any(|(party, _, state)| own.contains(party) && *state != OfferState::Withdrawn),
        parties: parties
            .into_iter()
            .filter(|(_, _, state)| *state != OfferState::Withdrawn)
            .map(|(_, name, state)| SupportParty { name, state })
            .collect(),
        state,
        beginning,
    })
}

fn question(sharing: &Sharing, row: &support_request::Model) -> Result<String> {
    let place = (CommunityId(row.community_id), row.id);
    let sealed = Some(row.question_sealed.as_slice());
    sharing.open("support_request", "question", place, sealed)
}

/// One request.
///
/// # Errors
/// 404 for those who may not see it.
pub async fn support(sharing: &Sharing, ctx: &Ctx, id: Uuid) -> Result<SupportView> {
    let communities = communities(ctx);
    let mine = asked_of(sharing, ctx, &communities).await?;
    let row = support_request::Entity::find()
        .filter(
            Condition::all()
                .add(support_request::Column::CommunityId.is_in(communities))
                .add(support_request::Column::Id.eq(id)),
        )
        .one(sharing.db.read())
        .await?
        .filter(|row| sees(ctx, row, mine.contains(&row.id)))
        .ok_or_else(Problem::not_found)?;
    let loaded = with_offers(sharing, vec![row.clone()]).await?;
    let none = Vec::new();
    let offers = loaded.offers.get(&id).unwrap_or(&none);
    let who = step_support::who(ctx, &row);
    let readable = reads(ctx, &row, offers);
    let model = step_support::support(&row, offers);
    let entries = entries(sharing, &row, &loaded.names, readable).await?;
    Ok(SupportView {
        question: if readable {
            question(sharing, &row)?
        } else {
            String::new()
        },
        readable,
        asker: who.asker,
        near: who.asker || who.desk,
        possible: possible_support(&model, &who),
        offers: model
            .offers
            .iter()
            .map(|offer| {
                let name = loaded.names.get(&offer.party).cloned();
                (offer.party, name.unwrap_or_default(), offer.state)
            })
            .collect(),
        entries,
        row: line(sharing, ctx, &loaded, &row)?,
    })
}

async fn entries(
    sharing: &Sharing,
    row: &support_request::Model,
    names: &HashMap<Party, String>,
    readable: bool,
) -> Result<Vec<SupportEntry>> {
    let found = support_entry::Entity::find()
        .filter(support_entry::Column::CommunityId.eq(row.community_id))
        .filter(support_entry::Column::RequestId.eq(row.id))
        .order_by_desc(support_entry::Column::Id)
        .all(sharing.db.read())
        .await?;
    found
        .into_iter()
        .map(|one| {
            let place = (CommunityId(one.community_id), one.id);
            let party = one
                .party_kind
                .as_deref()
                .zip(one.party_id)
                .and_then(|(kind, id)| party(kind, id));
            Ok(SupportEntry {
                text: if readable {
                    sharing.open("support_entry", "text", place, one.text_sealed.as_deref())?
                } else {
                    String::new()
                },
                party: party
                    .and_then(|party| names.get(&party).cloned())
                    .unwrap_or_default(),
                at: Micros(one.at),
                kind: one.kind,
                actor: one.actor_name,
            })
        })
        .collect()
}

//! Suggestions with their reasons, namings, who was asked, and who is listed.

use std::collections::{BTreeMap, HashMap, HashSet};

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;
use youlin_database::Database;
use youlin_kernel::{AreaId, CommunityId, Ctx, Micros, Result, Scope};

use super::commands::named_place;
use super::entities::{talent, talent_named, talent_rule};
use super::{
    NamingState, Reason, ReasonKind, ReasonSources, Rule, TalentKind, TalentState, counted,
    usual_rules,
};
use crate::entities::{membership, person, person_consent, person_label};
use crate::own::is_child;
use crate::queries::{open_label, visible_cards};
use crate::{MembershipRole, PersonCard, Vault, consent};

/// How long a no holds.
const ASK_AGAIN: i64 = 365 * Micros::DAY;
/// Suggestions shown at once.
const MOST: usize = 200;

/// Somebody who might be asked, and why.
#[derive(Clone, Debug)]
pub struct Suggestion {
    pub card: PersonCard,
    /// The newest first; each leads to its record.
    pub reasons: Vec<Reason>,
}

/// Somebody who was asked.
#[derive(Clone, Debug)]
pub struct TalentView {
    pub id: Uuid,
    pub community: CommunityId,
    pub card: PersonCard,
    pub kind: TalentKind,
    pub field: String,
    pub state: TalentState,
    /// Stands in the list: agreed, and the consent holds.
    pub listed: bool,
    pub asked_at: Micros,
    pub asked_by: String,
    pub answered_at: Option<Micros>,
    pub answered_by: Option<String>,
}

/// Somebody was named.
#[derive(Clone, Debug)]
pub struct NamingView {
    pub id: Uuid,
    pub community: CommunityId,
    pub area: AreaId,
    pub name: String,
    pub place: Option<String>,
    pub why: String,
    pub from_resident: bool,
    pub by: String,
    pub named_at: Micros,
    pub state: NamingState,
    pub person: Option<Uuid>,
}

/// Sentences of the reasons this floor knows, in the reader's language.
pub trait Sentences: Send + Sync {
    fn named(&self, why: &str) -> String;
    fn skill(&self, label: &str) -> String;
    fn joined(&self) -> String;
    fn office(&self, role: MembershipRole, area: AreaId) -> String;
}

/// What counts in a community.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn rules(db: &impl ConnectionTrait, community: CommunityId) -> Result<Vec<Rule>> {
    let rows = talent_rule::Entity::find()
        .filter(talent_rule::Column::CommunityId.eq(community.0))
        .all(db)
        .await?;
    let mut rules = usual_rules();
    for rule in &mut rules {
        if let Some(row) = rows.iter().find(|row| row.reason == rule.kind.as_str()) {
            rule.counts = row.counts;
            rule.least = row.least;
            rule.within_days = row.within_days;
        }
    }
    Ok(rules)
}

/// Who might be asked in a community: whoever has reasons that count, was not asked, did not say no within a year, and is
/// not employed to look after others anyway. In the order of the newest reason.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn suggestions(
    db: &Database,
    vault: &Vault,
    ctx: &Ctx,
    scope: &Scope,
    (community, words, sources): (CommunityId, &dyn Sentences, Option<&ReasonSources>),
) -> Result<Vec<Suggestion>> {
    let mut all: BTreeMap<Uuid, Vec<Reason>> = BTreeMap::new();
    for (person, reason) in own_reasons(db, vault, community, words).await? {
        all.entry(person).or_default().push(reason);
    }
    for source in sources.map_or(&[][..], |sources| sources.0.as_slice()) {
        for (person, reason) in source.reasons(ctx, community).await? {
            all.entry(person).or_default().push(reason);
        }
    }
    let rules = rules(db.read(), community).await?;
    let closed = not_to_be_asked(db.read(), community, ctx.now()).await?;
    let mut found: HashMap<Uuid, Vec<Reason>> = all
        .into_iter()
        .filter(|(person, _)| !closed.contains(person))
        .map(|(person, reasons)| (person, counted(&reasons, &rules, ctx.now())))
        .filter(|(_, reasons)| !reasons.is_empty())
        .collect();
    let rows = person::Entity::find()
        .filter(person::Column::CommunityId.eq(community.0))
        .filter(person::Column::Id.is_in(found.keys().copied()))
        .all(db.read())
        .await?;
    let mut grown = Vec::with_capacity(rows.len());
    for row in rows {
        if !is_child(vault, &row, ctx.now())? {
            grown.push(row);
        }
    }
    let cards = visible_cards(db.read(), vault, scope, grown).await?;
    let mut list: Vec<Suggestion> = cards
        .into_iter()
        .filter_map(|card| {
            let reasons = found.remove(&card.id)?;
            Some(Suggestion { card, reasons })
        })
        .collect();
    let newest = |one: &Suggestion| one.reasons.first().map(|reason| reason.at);
    list.sort_by(|a, b| newest(b).cmp(&newest(a)).then(a.card.id.cmp(&b.card.id)));
    list.truncate(MOST);
    Ok(list)
}

/// Those who were asked and those whose work it is.
async fn not_to_be_asked(
    db: &impl ConnectionTrait,
    community: CommunityId,
    now: Micros,
) -> Result<HashSet<Uuid>> {
    let asked = talent::Entity::find()
        .filter(talent::Column::CommunityId.eq(community.0))
        .all(db)
        .await?;
    let employed = [
        MembershipRole::GridWorker,
        MembershipRole::CommunityWorker,
        MembershipRole::PropertyStaff,
    ];
    let staff: Vec<Uuid> = membership::Entity::find()
        .select_only()
        .column(membership::Column::PersonId)
        .filter(membership::Column::CommunityId.eq(community.0))
        .filter(membership::Column::Role.is_in(employed.map(MembershipRole::as_str)))
        .filter(membership::Column::ValidTo.is_null())
        .into_tuple()
        .all(db)
        .await?;
    let mut closed: HashSet<Uuid> = staff.into_iter().collect();
    closed.extend(
        asked
            .into_iter()
            .filter(|row| {
                row.state != TalentState::Declined.as_str()
                    || row.answered_at.is_some_and(|at| now.0 - at < ASK_AGAIN)
            })
            .map(|row| row.person_id),
    );
    Ok(closed)
}

async fn own_reasons(
    db: &Database,
    vault: &Vault,
    community: CommunityId,
    words: &dyn Sentences,
) -> Result<Vec<(Uuid, Reason)>> {
    let db = db.read();
    let mut all = Vec::new();
    let named = talent_named::Entity::find()
        .filter(talent_named::Column::CommunityId.eq(community.0))
        .filter(talent_named::Column::State.eq(NamingState::Matched.as_str()))
        .all(db)
        .await?;
    for row in named {
        let Some(person) = row.person_id else {
            continue;
        };
        let at = named_place("why", row.community_id, row.id);
        all.push((
            person,
            Reason {
                kind: ReasonKind::Named,
                at: Micros(row.named_at),
                text: words.named(&vault.open(at, &row.why_sealed)?),
                href: format!("/talents/named?state=matched#n-{}", row.id),
            },
        ));
    }
    let labels = person_label::Entity::find()
        .filter(person_label::Column::CommunityId.eq(community.0))
        .all(db)
        .await?;
    for row in labels {
        let label = open_label(vault, &row)?;
        if label.starts_with("talent:") {
            all.push((
                row.person_id,
                Reason {
                    kind: ReasonKind::Skill,
                    at: Micros(row.created_at),
                    text: words.skill(&label),
                    href: format!("/people/{}", row.person_id),
                },
            ));
        }
    }
    let roles = membership::Entity::find()
        .filter(membership::Column::CommunityId.eq(community.0))
        .filter(membership::Column::ValidTo.is_null())
        .order_by_asc(membership::Column::Id)
        .all(db)
        .await?;
    for row in roles {
        let Some(role) = MembershipRole::parse(&row.role) else {
            continue;
        };
        let (kind, text) = match role {
            MembershipRole::Volunteer => (ReasonKind::Joined, words.joined()),
            MembershipRole::OwnersCommitteeMember
            | MembershipRole::PartyGroupLeader
            | MembershipRole::MicroGridWorker => {
                (ReasonKind::Office, words.office(role, AreaId(row.area_id)))
            }
            _ => continue,
        };
        all.push((
            row.person_id,
            Reason {
                kind,
                at: Micros(row.begun()),
                text,
                href: format!("/people/{}", row.person_id),
            },
        ));
    }
    Ok(all)
}

/// Everybody who was asked, as far as the scope reaches; the newest first.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn talents(
    db: &impl ConnectionTrait,
    vault: &Vault,
    scope: &Scope,
) -> Result<Vec<TalentView>> {
    let rows = talent::Entity::find()
        .filter(talent::Column::CommunityId.is_in(scope.communities()))
        .order_by_desc(talent::Column::AskedAt)
        .order_by_desc(talent::Column::Id)
        .all(db)
        .await?;
    let persons = person::Entity::find()
        .filter(person::Column::CommunityId.is_in(scope.communities()))
        .filter(person::Column::Id.is_in(rows.iter().map(|row| row.person_id)))
        .all(db)
        .await?;
    let agreed: HashSet<Uuid> = person_consent::Entity::find()
        .filter(person_consent::Column::CommunityId.is_in(scope.communities()))
        .filter(person_consent::Column::PersonId.is_in(rows.iter().map(|row| row.person_id)))
        .filter(person_consent::Column::Consent.eq(consent::BE_LISTED))
        .filter(person_consent::Column::WithdrawnAt.is_null())
        .all(db)
        .await?
        .into_iter()
        .map(|row| row.person_id)
        .collect();
    let cards = visible_cards(db, vault, scope, persons).await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            let card = cards.iter().find(|card| card.id == row.person_id)?.clone();
            let state = TalentState::parse(&row.state).unwrap_or(TalentState::Withdrawn);
            Some(TalentView {
                id: row.id,
                community: CommunityId(row.community_id),
                listed: state == TalentState::Agreed && agreed.contains(&card.id),
                card,
                kind: TalentKind::parse(&row.kind).unwrap_or(TalentKind::Talent),
                field: row.field,
                state,
                asked_at: Micros(row.asked_at),
                asked_by: row.asked_by,
                answered_at: row.answered_at.map(Micros),
                answered_by: row.answered_by,
            })
        })
        .collect())
}

/// The list: those who agreed and still do, by what they are good at and name.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn listed(
    db: &impl ConnectionTrait,
    vault: &Vault,
    scope: &Scope,
) -> Result<Vec<TalentView>> {
    let mut all = talents(db, vault, scope).await?;
    all.retain(|one| one.listed);
    all.sort_by(|a, b| {
        let of = |one: &TalentView| (one.kind, one.field.clone(), one.card.name_masked.clone());
        of(a).cmp(&of(b))
    });
    Ok(all)
}

/// Namings in that state, as far as the scope reaches; the oldest open and the newest decided first.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn namings(
    db: &impl ConnectionTrait,
    vault: &Vault,
    scope: &Scope,
    state: NamingState,
) -> Result<Vec<NamingView>> {
    let mut find = talent_named::Entity::find()
        .filter(talent_named::Column::CommunityId.is_in(scope.communities()))
        .filter(talent_named::Column::State.eq(state.as_str()))
        .limit(200);
    find = match state {
        NamingState::Open => find.order_by_asc(talent_named::Column::NamedAt),
        _ => find.order_by_desc(talent_named::Column::DecidedAt),
    };
    let mut found = Vec::new();
    for row in find.all(db).await? {
        let (community, area) = (CommunityId(row.community_id), AreaId(row.area_id));
        if !scope.contains(community, &[Some(area)]) {
            continue;
        }
        let open = |column, sealed: &[u8]| {
            let at = named_place(column, row.community_id, row.id);
            vault.open(at, sealed)
        };
        found.push(NamingView {
            id: row.id,
            community,
            area,
            name: open("name", &row.name_sealed)?,
            place: row
                .where_sealed
                .as_deref()
                .map(|sealed| open("where", sealed))
                .transpose()?,
            why: open("why", &row.why_sealed)?,
            from_resident: row.source == "resident",
            by: row.by_name.clone(),
            named_at: Micros(row.named_at),
            state: NamingState::parse(&row.state).unwrap_or(NamingState::Open),
            person: row.person_id,
        });
    }
    Ok(found)
}

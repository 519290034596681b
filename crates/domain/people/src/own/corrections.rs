//! Requests to put a fact right: what the person wished, and what the desk answered. What is accepted is
//! entered by accepting it where the wish says it plainly (nothing is typed twice); other facts have their own pages.

use std::sync::Arc;

use jiff::civil::Date;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;
use youlin_crypto::{IdentityNumber, mask};
use youlin_database::{AuditEntry, Command, Tx};
use youlin_imports::tabular::{Birth, Cell, Read, ValueFault, birthday};
use youlin_kernel::{CommunityId, Ctx, Micros, Problem, ProblemKind, Result, Scope, words};

use crate::commands::person_for;
use crate::entities::{correction, person, residence};
use crate::events::{self, event};
use crate::facts::{self, Fact, Facts, How};
use crate::fields::{optional, required};
use crate::merge::{Entering, not_twice};
use crate::permissions::PEOPLE_WRITE;
use crate::queries::visible_cards;
use crate::vault::FieldPlace;
use crate::{PersonCard, SamePerson, Sex, Vault};

words! {
    /// What is said to be wrong.
    CorrectionFact {
        Name = "name",
        Identity = "identity",
        Birth = "birth",
        Sex = "sex",
        Language = "language",
        Home = "home",
        Label = "label",
        Role = "role",
        Note = "note",
        Other = "other",
    }
}

words! {
    /// Where a request stands.
    CorrectionState { Open = "open", Accepted = "accepted", Declined = "declined" }
}

impl CorrectionFact {
    /// Accepting enters these, a birthday and a sex where the wish says nothing else; the others the desk changes where they
    /// stand.
    #[must_use]
    pub fn is_entered_by_accepting(self, wish: &str, today: Date) -> bool {
        match self {
            Self::Name | Self::Identity => true,
            Self::Birth => born(wish, today).is_some(),
            Self::Sex => sex(wish).is_some(),
            _ => false,
        }
    }

    /// Of those the desk changes where they stand: what the file says of who said it.
    fn said_as(self) -> Option<Fact> {
        match self {
            Self::Birth => Some(Fact::Birth),
            Self::Sex => Some(Fact::Sex),
            Self::Language => Some(Fact::Language),
            _ => None,
        }
    }

    /// Whether an accepted one is known to stand in the file: of the others the desk only says so.
    #[must_use]
    pub fn is_seen_to(self) -> bool {
        matches!(self, Self::Name | Self::Identity | Self::Home) || self.said_as().is_some()
    }

    /// A wish with what is personal in it covered, as lists show it.
    pub(crate) fn covered(self, wish: &str, today: Date) -> String {
        match self {
            Self::Name => mask::name(wish),
            Self::Identity => mask::identity(wish),
            Self::Birth => match born(wish, today) {
                Some(birth) if birth.day.is_some() => format!("{}-**-**", birth.year),
                _ => wish.replace(|c: char| c.is_numeric(), "*"),
            },
            Self::Home => mask::address(wish),
            // Free words may hold a number of any kind.
            _ => mask::free_text(wish),
        }
    }

    /// A wish that could not be entered is refused when it is made.
    pub(crate) fn check(self, wish: &str, today: Date) -> Result<()> {
        match self {
            Self::Name => required("wish", wish, 60).map(|_name| ()),
            Self::Identity => IdentityNumber::parse(wish)
                .map(|_number| ())
                .map_err(|_fault| Problem::invalid("wish", "identity-number")),
            Self::Birth => match birthday(&Cell::Text(wish.into()), false, today) {
                Read::Refused(ValueFault::Future) => Err(Problem::invalid("wish", "birth-future")),
                Read::Sure(birth) if is_month_alone(birth, wish) => {
                    Err(Problem::invalid("wish", "birth-month-alone"))
                }
                Read::Refused(ValueFault::TooLongAgo) => {
                    Err(Problem::invalid("wish", "birth-year"))
                }
                _ => Ok(()),
            },
            _ => Ok(()),
        }
    }
}

/// The day or year of birth, where the wish says it and nothing else.
fn born(wish: &str, today: Date) -> Option<Birth> {
    match birthday(&Cell::Text(wish.into()), false, today) {
        // A file holds a day or a year: a month by itself would be lost.
        Read::Sure(birth) if !is_month_alone(birth, wish) => Some(birth),
        _ => None,
    }
}

/// Whether no day was read of words that say more than a year.
fn is_month_alone(birth: Birth, wish: &str) -> bool {
    let more = || wish.contains('月') || wish.chars().filter(char::is_ascii_digit).count() > 4;
    birth.day.is_none() && more()
}

fn sex(wish: &str) -> Option<Sex> {
    match wish.trim() {
        "男" => Some(Sex::Male),
        "女" => Some(Sex::Female),
        other => Sex::parse(&other.to_lowercase()),
    }
}

/// A request in the clear: for the person, and for the desk that decides.
#[derive(Clone, Debug, Serialize)]
pub struct CorrectionView {
    pub id: Uuid,
    #[serde(skip)]
    pub community: CommunityId,
    #[serde(skip)]
    pub person: Uuid,
    #[serde(skip)]
    pub version: i32,
    pub fact: CorrectionFact,
    pub wish: String,
    pub state: CorrectionState,
    pub asked_at: Micros,
    pub decided_at: Option<Micros>,
    pub decided_by: Option<String>,
    pub answer: Option<String>,
}

pub(crate) fn wish_place(community: i64, id: Uuid) -> FieldPlace {
    FieldPlace::new("correction", "wish", community, id)
}

fn answer_place(community: i64, id: Uuid) -> FieldPlace {
    FieldPlace::new("correction", "answer", community, id)
}

fn view(vault: &Vault, row: correction::Model) -> Result<CorrectionView> {
    Ok(CorrectionView {
        wish: vault.open(wish_place(row.community_id, row.id), &row.wish_sealed)?,
        answer: row
            .answer_sealed
            .as_deref()
            .map(|sealed| vault.open(answer_place(row.community_id, row.id), sealed))
            .transpose()?,
        id: row.id,
        community: CommunityId(row.community_id),
        person: row.person_id,
        version: row.version,
        fact: CorrectionFact::parse(&row.fact).unwrap_or(CorrectionFact::Other),
        state: CorrectionState::parse(&row.state).unwrap_or(CorrectionState::Open),
        asked_at: Micros(row.asked_at),
        decided_at: row.decided_at.map(Micros),
        decided_by: row.decided_by,
    })
}

/// The requests of one person, the newest first.
pub(crate) async fn of_person(
    db: &impl ConnectionTrait,
    vault: &Vault,
    community: CommunityId,
    person: Uuid,
) -> Result<Vec<CorrectionView>> {
    let rows = correction::Entity::find()
        .filter(correction::Column::CommunityId.eq(community.0))
        .filter(correction::Column::PersonId.eq(person))
        .order_by_desc(correction::Column::AskedAt)
        .all(db)
        .await?;
    rows.into_iter().map(|row| view(vault, row)).collect()
}

/// What one request asks for, in the clear.
pub(crate) async fn wish(
    tx: &Tx<'_>,
    vault: &Vault,
    (community, person): (i64, Uuid),
    id: Uuid,
) -> Result<Option<String>> {
    let row = correction::Entity::find_by_id((community, id))
        .one(tx.conn())
        .await?
        .filter(|row| row.person_id == person)
        .ok_or_else(|| Problem::invalid("fields", "unknown-wish"))?;
    let at = wish_place(row.community_id, row.id);
    vault.open(at, &row.wish_sealed).map(Some)
}

/// A request as a list shows it.
#[derive(Debug)]
pub(crate) struct ToDecide {
    /// Its wish is covered as the fact it is about is everywhere.
    pub request: CorrectionView,
    /// The person, masked.
    pub card: PersonCard,
    /// Whether something of the wish is covered.
    pub is_covered: bool,
    /// Whether accepting enters it.
    pub enters: bool,
}

impl ToDecide {
    fn new(mut request: CorrectionView, card: PersonCard, today: Date) -> Self {
        let enters = request.fact.is_entered_by_accepting(&request.wish, today);
        let covered = request.fact.covered(&request.wish, today);
        let is_covered = covered != request.wish;
        request.wish = covered;
        Self {
            request,
            card,
            is_covered,
            enters,
        }
    }
}

/// Requests of the scope in that state, the oldest open and the newest decided ones first.
pub(crate) async fn to_decide(
    db: &impl ConnectionTrait,
    vault: &Vault,
    scope: &Scope,
    state: CorrectionState,
    today: Date,
) -> Result<Vec<ToDecide>> {
    let mut find = correction::Entity::find()
        .filter(correction::Column::CommunityId.is_in(scope.communities()))
        .filter(correction::Column::State.eq(state.as_str()))
        .limit(200);
    find = if state == CorrectionState::Open {
        find.order_by_asc(correction::Column::AskedAt)
    } else {
        find.order_by_desc(correction::Column::DecidedAt)
    };
    let rows = find.all(db).await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let persons = person::Entity::find()
        .filter(person::Column::CommunityId.is_in(scope.communities()))
        .filter(person::Column::Id.is_in(rows.iter().map(|row| row.person_id)))
        .all(db)
        .await?;
    let cards = visible_cards(db, vault, scope, persons).await?;
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        // Outside a scope of grids it does not exist.
        if let Some(card) = cards.iter().find(|card| card.id == row.person_id) {
            found.push(ToDecide::new(view(vault, row)?, card.clone(), today));
        }
    }
    Ok(found)
}

/// Accepts or declines a request. Permission `people.write` where the person lives; a refusal needs a reason, which the
/// person reads in their file.
#[derive(Debug)]
pub struct DecideCorrection {
    pub vault: Arc<Vault>,
    pub community: CommunityId,
    pub id: Uuid,
    pub accept: bool,
    pub answer: String,
}

impl Command for DecideCorrection {
    type Output = ();
    const NAME: &'static str = "people.decide-correction";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let vault = &self.vault;
        let row = correction::Entity::find_by_id((self.community.0, self.id))
            .one(tx.conn())
            .await?
            .ok_or_else(Problem::not_found)?;
        let person =
            person_for(ctx, tx, vault, &PEOPLE_WRITE, self.community, row.person_id).await?;
        if row.state != CorrectionState::Open.as_str() {
            return Err(Problem::new(ProblemKind::Conflict, "correction-decided"));
        }
        let answer = if self.accept {
            optional("answer", Some(&self.answer), 500)?
        } else {
            Some(required("answer", &self.answer, 500)?)
        };
        let person_id = row.person_id;
        let fact = CorrectionFact::parse(&row.fact).unwrap_or(CorrectionFact::Other);
        let wish = vault.open(wish_place(row.community_id, row.id), &row.wish_sealed)?;
        if self.accept && fact.is_entered_by_accepting(&wish, ctx.now().date()) {
            enter(ctx, tx, vault, person, fact, &wish).await?;
        } else if self.accept && !is_changed(tx, &person, fact, row.asked_at).await? {
            // Nobody is told that it was put right while it still stands as it was.
            return Err(Problem::new(ProblemKind::Conflict, "correction-not-yet"));
        }
        let state = if self.accept {
            CorrectionState::Accepted
        } else {
            CorrectionState::Declined
        };
        let answer_sealed = answer
            .map(|answer| vault.seal(ctx, answer_place(row.community_id, row.id), &answer))
            .transpose()?;
        tx.update::<correction::Entity>(correction::Model {
            state: state.as_str().to_owned(),
            decided_at: Some(ctx.now().0),
            decided_by: Some(ctx.actor().name().to_owned()),
            answer_sealed,
            ..row
        })
        .await?;
        tx.audit(
            ctx,
            self.community,
            AuditEntry::new(Self::NAME, "person", person_id).detail(
                json!({ "correction": self.id, "fact": fact.as_str(), "state": state.as_str() }),
            ),
        );
        tx.emit(ctx, event(events::PERSON_SAVED, self.community, person_id));
        Ok(())
    }
}

/// Whether what is said to be wrong was changed since; of what leaves no trace of its own the desk's word counts.
async fn is_changed(
    tx: &Tx<'_>,
    person: &person::Model,
    fact: CorrectionFact,
    asked_at: i64,
) -> Result<bool> {
    if fact == CorrectionFact::Home {
        let stays = residence::Entity::find()
            .filter(residence::Column::CommunityId.eq(person.community_id))
            .filter(residence::Column::PersonId.eq(person.id))
            .filter(
                Condition::any()
                    .add(residence::Column::ValidFrom.gt(asked_at))
                    .add(residence::Column::ValidTo.gt(asked_at)),
            )
            .count(tx.conn())
            .await?;
        return Ok(stays > 0);
    }
    let Some(fact) = fact.said_as() else {
        return Ok(true);
    };
    let facts = Facts::read(person.facts.as_deref());
    Ok(facts.get(fact).is_some_and(|said| said.at.0 > asked_at))
}

async fn enter(
    ctx: &Ctx,
    tx: &Tx<'_>,
    vault: &Vault,
    mut row: person::Model,
    fact: CorrectionFact,
    wish: &str,
) -> Result<()> {
    let (community, id) = (row.community_id, row.id);
    let at = |column| FieldPlace::new("person", column, community, id);
    match fact {
        CorrectionFact::Name => {
            row.name_sealed = vault.seal(ctx, at("name"), wish)?;
            row.name_index = vault.name_index(wish);
            row.surname_index = vault.surname_index(&crate::vault::surname(wish));
            facts::say(ctx, &mut row, How::Resident, [Fact::Name]);
        }
        CorrectionFact::Identity => {
            let number = IdentityNumber::parse(wish)
                .map_err(|_fault| Problem::invalid("wish", "identity-number"))?;
            let index = vault.identity_index(&number);
            // As when the desk enters it: one number, one person.
            let entering = Entering {
                community: CommunityId(community),
                id: Some(id),
                name: Vec::new(),
                identity: Some(index.clone()),
                birth: None,
                birth_year: None,
                phones: Vec::new(),
                dwelling: None,
            };
            not_twice(ctx, tx, vault, &entering, SamePerson::Ask).await?;
            row.identity_sealed = Some(vault.seal(ctx, at("identity"), number.as_str())?);
            row.identity_index = Some(index);
            facts::say(ctx, &mut row, How::Resident, [Fact::Identity]);
        }
        CorrectionFact::Birth => {
            let Some(birth) = born(wish, ctx.now().date()) else {
                return Ok(());
            };
            row.birth_sealed = birth
                .day
                .map(|day| vault.seal(ctx, at("birth"), &day.to_string()))
                .transpose()?;
            row.birth_year = Some(birth.year.into());
            facts::say(ctx, &mut row, How::Resident, [Fact::Birth]);
        }
        CorrectionFact::Sex => {
            row.sex = sex(wish).map(|sex| sex.as_str().to_owned());
            facts::say(ctx, &mut row, How::Resident, [Fact::Sex]);
        }
        _ => return Ok(()),
    }
    row.updated_at = ctx.now().0;
    tx.update::<person::Entity>(row).await?;
    Ok(())
}

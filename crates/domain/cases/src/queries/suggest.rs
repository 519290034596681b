//! Suggestions before saving: category and urgency with their reasons, similar open cases nearby, helpers. Nothing is
//! applied by itself; the reasons are shown in words.

use sea_orm::sea_query::ExprTrait;
use sea_orm::{EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use youlin_database::Database;
use youlin_database::sql::col;
use youlin_kernel::{CommunityId, Ctx, Micros, Result, Scope};
use youlin_matching::{
    Candidate, CaseText, HelpNeed, Helper, HelperReason, PlaceKeys, Position, Reason,
    SimilarReason, Window, rank_helpers, similar,
};
use youlin_people::{Directory, HelperView};
use youlin_places::{Place, PlaceInput};

use super::views::{self, CaseRow};
use super::withheld::within;
use crate::entities::case_record;
use crate::model::Urgency;
use crate::service::Cases;

/// What is known while somebody is typing.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct SuggestInput {
    pub text: String,
    pub place: PlaceInput,
    pub category: Option<String>,
}

/// A category that may fit, and why.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CategoryChoice {
    pub code: String,
    pub name: String,
    pub score: f64,
    /// Words of the report that speak for it.
    pub because: Vec<String>,
    /// So many closed cases were worded alike.
    pub past_cases: u32,
}

/// A case that may be the same matter.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SimilarCase {
    pub case: CaseRow,
    pub score: f64,
    pub same_words: Vec<String>,
    /// `same-building`, `same-neighbourhood`, `same-grid`, `same-category`.
    pub because: Vec<String>,
    pub metres: Option<u32>,
    pub hours: Option<u32>,
}

/// Everything shown beside the form.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Suggestions {
    pub categories: Vec<CategoryChoice>,
    pub urgency: Urgency,
    pub urgency_because: Vec<String>,
    pub similar: Vec<SimilarCase>,
    /// The place as it was understood.
    pub place: Option<Place>,
}

const CANDIDATES: u64 = 500;

/// Suggestions for a report in the making.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn suggest(
    db: &Database,
    cases: &Cases,
    ctx: &Ctx,
    scope: &Scope,
    input: &SuggestInput,
) -> Result<Suggestions> {
    let text = input.text.trim();
    let place = cases.locator.resolve(&input.place).ok();
    if text.is_empty() {
        return Ok(Suggestions {
            categories: Vec::new(),
            urgency: Urgency::Normal,
            urgency_because: Vec::new(),
            similar: Vec::new(),
            place,
        });
    }
    let model = cases.model().await?;
    let catalogue = cases.catalogue();
    let categories = model
        .suggest(cases.segmenter(), text, 3)
        .into_iter()
        .map(|one| {
            let (because, past_cases) = reasons(&one.reasons);
            CategoryChoice {
                name: views::category_name(&catalogue, &one.key, ctx.locale()),
                code: one.key,
                score: one.score,
                because,
                past_cases,
            }
        });
    let urgency = model.suggest_urgency(text, input.category.as_deref());
    Ok(Suggestions {
        categories: categories.collect(),
        urgency: match urgency.level {
            youlin_matching::Urgency::Normal => Urgency::Normal,
            youlin_matching::Urgency::Urgent => Urgency::Urgent,
            youlin_matching::Urgency::Emergency => Urgency::Emergency,
        },
        urgency_because: urgency
            .reasons
            .into_iter()
            .map(|reason| reason.word)
            .collect(),
        similar: match &place {
            Some(place) => similar_cases(db, cases, ctx, scope, place, input).await?,
            None => Vec::new(),
        },
        place,
    })
}

fn reasons(reasons: &[Reason]) -> (Vec<String>, u32) {
    let mut words = Vec::new();
    let mut past = 0;
    for reason in reasons {
        match reason {
            Reason::Keyword(word) | Reason::NameWord(word) => words.push(word.clone()),
            Reason::RelatedWord { word, .. } => words.push(word.clone()),
            Reason::PastCases { count, .. } => past = *count,
        }
    }
    (words, past)
}

async fn similar_cases(
    db: &Database,
    cases: &Cases,
    ctx: &Ctx,
    scope: &Scope,
    place: &Place,
    input: &SuggestInput,
) -> Result<Vec<SimilarCase>> {
    if !scope.contains_community(place.community) {
        return Ok(Vec::new());
    }
    let open = case_record::Entity::find()
        .filter(col("community_id").eq(place.community.0))
        .filter(col("ended_at").is_null())
        .order_by_desc(case_record::Column::DueAt)
        .limit(CANDIDATES)
        .all(db.read())
        .await?;
    let seen = open.iter().filter(|case| within(scope, case));
    let open: Vec<&case_record::Model> = seen.collect();
    let query = CaseText {
        tokens: cases.segmenter().tokens(&input.text),
        position: place
            .position
            .and_then(|(lon, lat)| Position::new(lon, lat)),
        places: keys(
            place.building,
            place.neighbourhood.map(|area| area.0),
            place.grid.map(|area| area.0),
        ),
        category: input.category.clone(),
        at_micros: ctx.now().0,
    };
    let candidates: Vec<Candidate> = open.iter().map(|case| candidate(cases, case)).collect();
    let found = similar(&query, &candidates, 5);
    Ok(found
        .into_iter()
        .filter_map(|one| {
            let case = open.iter().find(|case| case.id.as_u128() == one.id)?;
            Some(worded(
                views::row(case, cases, ctx.locale(), ctx.now()),
                one.score,
                one.reasons,
            ))
        })
        .collect())
}

fn keys(building: Option<Uuid>, neighbourhood: Option<i64>, grid: Option<i64>) -> PlaceKeys {
    let key = |id: i64| u128::from(id.unsigned_abs());
    PlaceKeys {
        building: building.map(|id| id.as_u128()),
        neighbourhood: neighbourhood.map(key),
        grid: grid.map(key),
    }
}

fn candidate(cases: &Cases, case: &case_record::Model) -> Candidate {
    Candidate {
        id: case.id.as_u128(),
        case: CaseText {
            tokens: cases.segmenter().tokens(&case.text),
            position: views::position(case.lon, case.lat)
                .and_then(|(lon, lat)| Position::new(lon, lat)),
            places: keys(case.building_id, case.neighbourhood_id, case.grid_id),
            category: Some(case.category.clone()),
            at_micros: case.reported_at,
        },
    }
}

fn worded(case: CaseRow, score: f64, reasons: Vec<SimilarReason>) -> SimilarCase {
    let mut shown = SimilarCase {
        case,
        score,
        same_words: Vec::new(),
        because: Vec::new(),
        metres: None,
        hours: None,
    };
    for reason in reasons {
        match reason {
            SimilarReason::SameWords(words) => shown.same_words = words,
            SimilarReason::SameBuilding => shown.because.push("same-building".into()),
            SimilarReason::SameNeighbourhood => shown.because.push("same-neighbourhood".into()),
            SimilarReason::SameGrid => shown.because.push("same-grid".into()),
            SimilarReason::SameCategory => shown.because.push("same-category".into()),
            SimilarReason::Within { metres } => shown.metres = Some(metres),
            SimilarReason::WithinHours { hours } => shown.hours = Some(hours),
        }
    }
    shown
}

/// A neighbour who could help, why, and how far.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HelperChoice {
    pub person: Uuid,
    pub name_masked: String,
    pub metres: Option<u32>,
    /// Tasks of the last thirty days: load is shared fairly.
    pub recent: u32,
    pub skills: Vec<String>,
}

/// Neighbours able to help at a case's place, the best first; hard conditions first, order second.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn helpers_for(
    db: &Database,
    cases: &Cases,
    ctx: &Ctx,
    scope: &Scope,
    place: &Place,
) -> Result<Vec<HelperChoice>> {
    let known = Directory::helpers(db.read(), &cases.vault, scope, place, 1_500.0).await?;
    let load = recent_load(db, ctx, place.community).await?;
    let now = ctx.now();
    let Ok(window) = Window::new(now.0, now.plus(2 * Micros::HOUR).0) else {
        return Ok(Vec::new());
    };
    let need = HelpNeed {
        position: place
            .position
            .and_then(|(lon, lat)| Position::new(lon, lat)),
        window,
        skills: Vec::new(),
        licences: Vec::new(),
        consents: Vec::new(),
        language: None,
        home_town: None,
    };
    let helpers: Vec<Helper> = known.iter().map(|one| helper(one, &load)).collect();
    let ranking = rank_helpers(&need, &helpers);
    Ok(ranking
        .ranked
        .into_iter()
        .take(12)
        .filter_map(|ranked| {
            let one = known.iter().find(|one| one.person.as_u128() == ranked.id)?;
            let metres = ranked.reasons.iter().find_map(|reason| match reason {
                HelperReason::Distance { metres } => Some(*metres),
                _ => None,
            });
            Some(HelperChoice {
                person: one.person,
                name_masked: one.name_masked.clone(),
                metres,
                recent: load.get(&one.person).copied().unwrap_or(0),
                skills: one.skills.clone(),
            })
        })
        .collect())
}

async fn recent_load(
    db: &Database,
    ctx: &Ctx,
    community: CommunityId,
) -> Result<std::collections::HashMap<Uuid, u32>> {
    use crate::entities::case_task;
    let parties: Vec<Uuid> = case_task::Entity::find()
        .select_only()
        .column(case_task::Column::PartyId)
        .filter(col("community_id").eq(community.0))
        .filter(col("party_kind").eq("person"))
        .filter(col("created_at").gte(ctx.now().plus(-30 * Micros::DAY).0))
        .into_tuple()
        .all(db.read())
        .await?;
    let signposts = youlin_people::merge::Signposts::of(db.read(), &[community.0]).await?;
    let mut load = std::collections::HashMap::new();
    for party in parties {
        *load.entry(signposts.led(party)).or_insert(0) += 1;
    }
    Ok(load)
}

fn helper(view: &HelperView, load: &std::collections::HashMap<Uuid, u32>) -> Helper {
    let position = view.place.as_ref().and_then(|place| place.position);
    Helper {
        id: view.person.as_u128(),
        position: position.and_then(|(lon, lat)| Position::new(lon, lat)),
        free: None,
        busy: Vec::new(),
        skills: view.skills.clone(),
        licences: Vec::new(),
        consents: view.consents.clone(),
        recent_load: load.get(&view.person).copied().unwrap_or(0),
        languages: view.languages.clone(),
        home_town: view.home_town.clone(),
    }
}

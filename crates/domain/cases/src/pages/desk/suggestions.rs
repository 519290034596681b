//! What stands beside the form of a new case while it is typed: addresses, categories with their reasons, urgency,
//! similar open cases, the questions of the chosen category. Nothing is applied by itself.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use uuid::Uuid;
use youlin_kernel::{AreaId, Result};
use youlin_places::{AddressCandidate, PlaceInput};
use youlin_web::{ApiQuery, App, Caller, Prefs, Shell, WebResult, part};

use super::fields::Fields;
use super::list::{Group, grouped};
use super::{shell, words};
use crate::catalogue::{Category, Question, QuestionType};
use crate::permissions::{CASES_READ, CASES_REPORT};
use crate::service::Cases;
use crate::{
    CaseRow, CategoryChoice, SimilarCase, SuggestInput, Suggestions, suggest as suggestions_for,
};

/// Addresses offered at once.
const ADDRESSES: usize = 6;

#[derive(Template)]
#[template(path = "desk_places_part.html")]
struct Places<'a> {
    s: &'a Shell,
    found: Vec<AddressCandidate>,
    asked: String,
}

impl Places<'_> {
    fn value(&self, one: &AddressCandidate) -> String {
        spot_value(&one.place)
    }

    fn why(&self, one: &AddressCandidate) -> String {
        let why: Vec<String> = one
            .why
            .iter()
            .map(|why| self.s.tt("address-why", why.as_str()))
            .collect();
        why.join(&self.s.t("list-comma"))
    }

    fn area(&self, one: &AddressCandidate) -> String {
        self.s.area(&one.place.area())
    }
}

/// A place as a form carries it: `dwelling:<id>`, `building:<id>` or `area:<id>`.
pub(super) fn spot_value(place: &youlin_places::Place) -> String {
    match (place.dwelling, place.building) {
        (Some(id), _) => format!("dwelling:{id}"),
        (None, Some(id)) => format!("building:{id}"),
        (None, None) => format!("area:{}", place.area()),
    }
}

/// The place a form speaks of: what was chosen, else what was written.
pub(super) fn place_input(f: &Fields) -> PlaceInput {
    let mut input = PlaceInput {
        text: Some(f.text("place")).filter(|text| !text.is_empty()),
        ..PlaceInput::default()
    };
    let (kind, id) = f.get("spot").split_once(':').unwrap_or_default();
    match kind {
        "dwelling" => input.dwelling = Uuid::parse_str(id).ok(),
        "building" => input.building = Uuid::parse_str(id).ok(),
        "area" => input.area = id.parse().ok().map(AreaId),
        _ => {}
    }
    input
}

/// What is asked of the address search.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct PlaceQuery {
    q: String,
    place: String,
}

/// `GET /cases/place`: what a text may mean, to choose from.
pub(super) async fn places(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(query): ApiQuery<PlaceQuery>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    let scope = ctx.scope(&CASES_REPORT)?;
    let asked = if query.q.is_empty() {
        query.place
    } else {
        query.q
    };
    let asked: String = asked.trim().chars().take(200).collect();
    let cases = app.need::<Cases>()?;
    let found = if asked.is_empty() {
        Vec::new()
    } else {
        cases.locator().candidates(&asked, Some(&scope), ADDRESSES)
    };
    part(&Places {
        s: &s,
        found,
        asked,
    })
}

/// Everything that follows from what was typed so far.
#[derive(Template)]
#[template(path = "desk_suggest_part.html")]
pub(super) struct Beside<'a> {
    s: &'a Shell,
    found: Suggestions,
    chosen: String,
    groups: Vec<Group>,
    asked: bool,
    questions: Questions<'a>,
}

impl Beside<'_> {
    /// Why a category is offered, in words.
    fn why(&self, one: &CategoryChoice) -> String {
        let quoted: Vec<String> = one
            .because
            .iter()
            .map(|word| self.s.t1("quoted", "word", word))
            .collect();
        let mut why = Vec::new();
        if !quoted.is_empty() {
            why.push(self.s.t1("suggest-because-words", "words", quoted.join("")));
        }
        if one.past_cases > 0 {
            why.push(self.s.t1("suggest-because-past", "n", one.past_cases));
        }
        why.join(&self.s.t("list-comma"))
    }

    fn urgent_words(&self) -> String {
        let words: String = self
            .found
            .urgency_because
            .iter()
            .map(|word| self.s.t1("quoted", "word", word))
            .collect();
        let level = self.s.tt("urgency", self.found.urgency);
        self.s
            .t2("suggest-urgency", &("level", &level), &("words", &words))
    }

    fn urgent(&self) -> bool {
        self.found.urgency != crate::model::Urgency::Normal
    }

    /// Why a case may be the same matter, in words.
    fn alike(&self, one: &SimilarCase) -> String {
        alike(self.s, one)
    }

    fn badge(&self, row: &CaseRow) -> &'static str {
        words::badge(row.light)
    }

    fn light(&self, row: &CaseRow) -> String {
        words::light_words(self.s, row)
    }

    /// A chosen category that is not among the suggested ones stays in sight.
    fn chosen_elsewhere(&self) -> bool {
        !self.chosen.is_empty()
            && !self
                .found
                .categories
                .iter()
                .any(|one| one.code == self.chosen)
    }

    fn understood(&self, place: &youlin_places::Place) -> String {
        let area = self.s.area(&place.area());
        self.s.t2(
            "place-understood",
            &("address", &place.address),
            &("area", &area),
        )
    }

    fn category_fault(&self) -> &str {
        self.questions
            .faults
            .get("category")
            .map_or("", String::as_str)
    }

    fn questions(&self) -> String {
        self.questions.render().unwrap_or_default()
    }
}

/// 「同一栋楼，相距 40 米，都提到“路灯”」.
pub(super) fn alike(s: &Shell, one: &SimilarCase) -> String {
    let mut why: Vec<String> = one
        .because
        .iter()
        .map(|code| s.tt("similar", code))
        .collect();
    if let Some(metres) = one.metres {
        why.push(s.t1("similar-metres", "n", metres));
    }
    if let Some(hours) = one.hours {
        why.push(match hours {
            0..48 => s.t1("similar-hours", "n", hours),
            _ => s.t1("similar-days", "n", hours / 24),
        });
    }
    if !one.same_words.is_empty() {
        let quoted: String = one
            .same_words
            .iter()
            .map(|word| s.t1("quoted", "word", word))
            .collect();
        why.push(s.t1("similar-words", "words", quoted));
    }
    why.join(&s.t("list-comma"))
}

/// The questions of the chosen category.
#[derive(Template)]
#[template(path = "desk_questions_part.html")]
pub(super) struct Questions<'a> {
    s: &'a Shell,
    questions: Vec<Question>,
    typed: &'a Fields,
    faults: BTreeMap<String, String>,
}

impl<'a> Questions<'a> {
    pub(super) fn of(
        s: &'a Shell,
        category: Option<&Category>,
        typed: &'a Fields,
        faults: BTreeMap<String, String>,
    ) -> Self {
        let mut questions = category
            .map(|category| category.questions.clone())
            .unwrap_or_default();
        questions.sort_by_key(|question| question.order);
        Self {
            s,
            questions,
            typed,
            faults,
        }
    }

    fn label(&self, question: &Question) -> String {
        if self.s.is_english() && !question.label_en.is_empty() {
            question.label_en.clone()
        } else {
            question.label.clone()
        }
    }

    fn name(&self, question: &Question) -> String {
        format!("answers.{}", question.code)
    }

    fn typed(&self, question: &Question) -> &str {
        self.typed.get(&self.name(question))
    }

    fn has(&self, question: &Question, key: &str) -> bool {
        self.typed.has(&self.name(question), key)
    }

    fn fault(&self, question: &Question) -> &str {
        self.faults
            .get(&self.name(question))
            .map_or("", String::as_str)
    }

    fn kind(&self, question: &Question) -> &'static str {
        match question.kind {
            QuestionType::String => "string",
            QuestionType::Number => "number",
            QuestionType::Datetime => "datetime",
            QuestionType::Text => "text",
            QuestionType::SingleValueList => "one",
            QuestionType::MultiValueList => "many",
        }
    }
}

/// The category a form speaks of: a suggested one, or another from the whole list.
pub(super) fn category_of(f: &Fields) -> String {
    match f.get("category") {
        "" | "other" => f.text("category_other"),
        code => code.to_owned(),
    }
}

/// Everything beside the form, for a form in this state.
pub(super) async fn beside<'a>(
    s: &'a Shell,
    f: &'a Fields,
    faults: BTreeMap<String, String>,
) -> Result<Beside<'a>> {
    let (app, ctx) = (s.app(), s.ctx());
    let cases = app.need::<Cases>()?;
    let chosen = category_of(f);
    let input = SuggestInput {
        text: f.text("text"),
        place: place_input(f),
        category: Some(chosen.clone()).filter(|code| !code.is_empty()),
    };
    // Partners and volunteers report without seeing the others' cases: nothing similar is shown to them.
    let scope = ctx
        .scope(&CASES_READ)
        .or_else(|_| ctx.scope(&CASES_REPORT))?;
    let mut found = suggestions_for(app.db(), &cases, ctx, &scope, &input).await?;
    if !ctx.may(&CASES_READ) {
        found.similar.clear();
    }
    let catalogue = cases.catalogue();
    let questions = Questions::of(s, catalogue.get(&chosen).map(|one| &**one), f, faults);
    let groups = grouped(&cases, ctx, std::slice::from_ref(&chosen));
    Ok(Beside {
        s,
        found,
        groups,
        asked: !input.text.is_empty(),
        chosen,
        questions,
    })
}

/// `POST /cases/suggest`.
pub(super) async fn suggest(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    typed: Fields,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    part(&beside(&s, &typed, BTreeMap::new()).await?)
}

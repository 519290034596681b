//! What kind of matter it is: suggested from the words, chosen by the person, never needed. A kind brings its questions.

use std::sync::Arc;

use youlin_kernel::{Ctx, Locale, Result, Scope};
use youlin_places::PlaceInput;
use youlin_web::App;

use super::report_form::ReportForm;
use crate::catalogue::{Catalogue, Category, Question, QuestionType};
use crate::model::Urgency;
use crate::permissions::CASES_READ;
use crate::queries::{CategoryChoice, SimilarCase, SuggestInput, suggest};
use crate::service::Cases;

/// 其他事件 of the shipped catalogue: what nobody could name is filed here, and the desk files it anew.
const OTHER: &str = "E-0699";

/// Share of the best suggestion's score that the others must reach.
const NEAR: f64 = 0.5;

/// A kind to choose.
#[derive(Clone, Debug)]
pub(in crate::pages) struct KindOption {
    pub(in crate::pages) code: String,
    pub(in crate::pages) name: String,
    /// Words of the report that speak for it, or empty.
    pub(in crate::pages) why: String,
    pub(in crate::pages) chosen: bool,
}

/// One question of the chosen kind, with what was answered.
#[derive(Clone, Debug)]
pub(in crate::pages) struct QuestionView {
    pub(in crate::pages) code: String,
    pub(in crate::pages) label: String,
    /// `string`, `number`, `datetime`, `text`, `one`, `many`.
    pub(in crate::pages) kind: &'static str,
    pub(in crate::pages) required: bool,
    pub(in crate::pages) values: Vec<(String, String, bool)>,
    pub(in crate::pages) answer: String,
}

/// The part of the form that changes with the words.
#[derive(Clone, Debug, Default)]
pub(in crate::pages) struct Kinds {
    pub(in crate::pages) options: Vec<KindOption>,
    pub(in crate::pages) questions: Vec<QuestionView>,
    /// The words sound like danger to life: say whom to call first.
    pub(in crate::pages) emergency: bool,
    pub(in crate::pages) similar: Vec<SimilarCase>,
    /// Every kind by group, for those who know the catalogue.
    pub(in crate::pages) groups: Vec<(String, Vec<KindOption>)>,
    /// Where the part is asked for anew.
    pub(in crate::pages) refresh: &'static str,
}

/// Suggestions for a resident: kinds only, nothing about other people's cases.
pub(in crate::pages) async fn for_resident(
    app: &App,
    cases: &Cases,
    ctx: &Ctx,
    form: &ReportForm,
) -> Result<Kinds> {
    let scope = app.service_ctx("suggest").scope(&CASES_READ)?;
    let input = SuggestInput {
        text: form.text.clone(),
        ..SuggestInput::default()
    };
    let mut kinds = kinds(app, cases, ctx, &scope, form, &input).await?;
    kinds.similar.clear();
    kinds.refresh = "/help/kinds";
    Ok(kinds)
}

/// Suggestions for somebody who works here: similar open cases nearby too.
pub(in crate::pages) async fn for_worker(
    app: &App,
    cases: &Cases,
    ctx: &Ctx,
    form: &ReportForm,
) -> Result<Kinds> {
    let input = SuggestInput {
        text: form.text.clone(),
        category: Some(form.category.clone()).filter(|code| !code.is_empty()),
        place: place(form),
    };
    let mut kinds = match ctx.scope(&CASES_READ) {
        Ok(scope) => kinds(app, cases, ctx, &scope, form, &input).await?,
        // Volunteers and partners report without seeing the cases of the area.
        Err(_denied) => for_resident(app, cases, ctx, form).await?,
    };
    kinds.groups = groups(&cases.catalogue(), ctx.locale(), &form.category);
    kinds.refresh = "/note/kinds";
    Ok(kinds)
}

fn place(form: &ReportForm) -> PlaceInput {
    PlaceInput {
        lon: form.lon.parse().ok(),
        lat: form.lat.parse().ok(),
        text: Some(form.place.clone()).filter(|text| !text.is_empty()),
        ..PlaceInput::default()
    }
}

async fn kinds(
    app: &App,
    cases: &Cases,
    ctx: &Ctx,
    scope: &Scope,
    form: &ReportForm,
    input: &SuggestInput,
) -> Result<Kinds> {
    let found = suggest(app.db(), cases, ctx, scope, input).await?;
    // A far second is noise to somebody in need: shown is what comes near the best.
    let best = found.categories.first().map_or(0.0, |one| one.score);
    let mut options: Vec<KindOption> = found
        .categories
        .into_iter()
        .filter(|one| one.score >= best * NEAR)
        .map(|one| option(one, &form.category))
        .collect();
    let catalogue = cases.catalogue();
    let chosen = catalogue.get(&form.category);
    if let Some(chosen) = chosen.filter(|chosen| options.iter().all(|one| one.code != chosen.code))
    {
        options.insert(0, named(chosen, ctx.locale(), &form.category));
    }
    Ok(Kinds {
        options,
        questions: chosen
            .map(|category| questions(category, form, ctx.locale()))
            .unwrap_or_default(),
        emergency: found.urgency == Urgency::Emergency,
        similar: found.similar,
        groups: Vec::new(),
        refresh: "",
    })
}

fn option(choice: CategoryChoice, chosen: &str) -> KindOption {
    KindOption {
        chosen: choice.code == chosen,
        why: choice.because.join("、"),
        name: choice.name,
        code: choice.code,
    }
}

fn named(category: &Category, locale: Locale, chosen: &str) -> KindOption {
    KindOption {
        chosen: category.code == chosen,
        code: category.code.clone(),
        name: category.name_in(locale).to_owned(),
        why: String::new(),
    }
}

fn groups(catalogue: &Catalogue, locale: Locale, chosen: &str) -> Vec<(String, Vec<KindOption>)> {
    let mut groups: Vec<(String, Vec<KindOption>)> = Vec::new();
    for category in catalogue.iter() {
        let option = named(category, locale, chosen);
        match groups.iter_mut().find(|(name, _)| *name == category.group) {
            Some((_, list)) => list.push(option),
            None => groups.push((category.group.clone(), vec![option])),
        }
    }
    groups
}

fn questions(category: &Category, form: &ReportForm, locale: Locale) -> Vec<QuestionView> {
    let mut sorted: Vec<&Question> = category.questions.iter().collect();
    sorted.sort_by_key(|question| question.order);
    sorted
        .into_iter()
        .map(|question| view(question, form, locale))
        .collect()
}

fn view(question: &Question, form: &ReportForm, locale: Locale) -> QuestionView {
    let given = form
        .answers
        .get(&question.code)
        .map_or(&[][..], Vec::as_slice);
    let english = locale == Locale::En && !question.label_en.is_empty();
    QuestionView {
        code: question.code.clone(),
        label: if english {
            question.label_en.clone()
        } else {
            question.label.clone()
        },
        kind: match question.kind {
            QuestionType::String => "string",
            QuestionType::Number => "number",
            QuestionType::Datetime => "datetime",
            QuestionType::Text => "text",
            QuestionType::SingleValueList => "one",
            QuestionType::MultiValueList => "many",
        },
        required: question.required,
        values: question
            .values
            .iter()
            .map(|choice| {
                (
                    choice.key.clone(),
                    choice.name.clone(),
                    given.contains(&choice.key),
                )
            })
            .collect(),
        answer: given.first().cloned().unwrap_or_default(),
    }
}

/// The kind a report is filed under: the chosen one; else the best suggestion that asks nothing which was not answered;
/// else "other". A kind nobody chose must not stand between a person and help with its questions.
pub(in crate::pages) async fn kind_of(
    app: &App,
    cases: &Cases,
    ctx: &Ctx,
    form: &ReportForm,
) -> Result<Option<Arc<Category>>> {
    let catalogue = cases.catalogue();
    if !form.category.is_empty() {
        return Ok(catalogue.get(&form.category).cloned());
    }
    let guessed = for_resident(app, cases, ctx, form).await?;
    let answered = |category: &Category| {
        let open =
            |question: &&Question| question.required && !form.answers.contains_key(&question.code);
        !category.questions.iter().any(|question| open(&question))
    };
    let best = guessed
        .options
        .iter()
        .filter_map(|option| catalogue.get(&option.code))
        .find(|category| answered(category));
    let any = || {
        catalogue
            .get(OTHER)
            .or_else(|| catalogue.iter().find(|category| answered(category)))
    };
    Ok(best.or_else(any).cloned())
}

impl QuestionView {
    /// The fault beside this question.
    pub(in crate::pages) fn anchor(&self) -> String {
        format!("a-{}", self.code)
    }
}

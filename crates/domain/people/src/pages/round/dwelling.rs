//! `/people/dwellings/{id}`: who lives there, what is missing, and the few things one does at a door.

use std::collections::HashMap;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use uuid::Uuid;
use youlin_kernel::Problem;
use youlin_places::Place;
use youlin_web::{ApiForm, ApiQuery, App, Caller, Choice, PathId, Prefs, Shell, WebResult, page};

use super::{policy, shell};
use crate::commands::learn_facts::answer_field;
use crate::facts::{Fact, How};
use crate::fields::Faults;
use crate::life::{LifeLine, dwelling_life};
use crate::pages::form::{Errors, own_path, shown, to, with_status};
use crate::pages::organisations::aged_words;
use crate::pages::person_form::aged;
use crate::pages::unlikely::{Asked, alone, very_old};
use crate::pages::{LabelGroup, label_groups, seen};
use crate::permissions::{PEOPLE_READ, PEOPLE_WRITE};
use crate::queries::{MovedAway, moved_away_from, numbers_of};
use crate::{
    Directory, DwellingFile, LearnFacts, Resident, Sex, Vault, VisitDwelling, VisitOutcome,
};

#[derive(Template)]
#[template(path = "people/round/dwelling.html")]
struct DwellingPage {
    s: Shell,
    e: Errors,
    /// The person whose form was refused.
    at: Option<Uuid>,
    typed: FactsForm,
    place: Place,
    file: DwellingFile,
    /// What happened here, the newest first.
    life: Vec<LifeLine>,
    /// The household somebody is entered under, by person.
    households: HashMap<Uuid, Uuid>,
    /// The numbers of each person with their ids, masked, the newest first.
    numbers: HashMap<Uuid, Vec<(Uuid, String)>>,
    labels: Vec<LabelGroup>,
    sexes: Vec<Choice>,
    /// The same where the sex is known: what is left alone stays.
    other_sexes: Vec<Choice>,
    may_write: bool,
    /// Who moved away lately, with a name where the reader may see it; it can be taken back.
    away: Vec<(MovedAway, String)>,
    saved: Saved,
}

/// What is said after a save, beside the person it was about.
#[derive(Default)]
struct Saved {
    words: String,
    of: Option<Uuid>,
    changed: bool,
    /// Somebody new turned out to be somebody known.
    known: bool,
}

impl DwellingPage {
    /// Whether this caller has a page where specialists are asked.
    fn supports(&self) -> bool {
        self.may_write && self.s.doors().iter().any(|door| door.href == "/support")
    }

    /// 户主 · 女 · 84 岁: what tells two people of one masked name apart.
    fn who(&self, one: &Resident) -> String {
        let relation = self.s.tt("relation", one.relation.as_str());
        let more = super::sex_and_age(&self.s, one);
        [relation]
            .into_iter()
            .chain(more)
            .collect::<Vec<_>>()
            .join(" · ")
    }

    /// Nothing is held of it: it is asked. What is held can be corrected.
    fn asks(&self, one: &Resident, fact: &str) -> bool {
        let _shape_of_templates = self;
        one.missing.iter().any(|lacked| lacked.as_str() == fact)
    }

    fn to_ask(&self, one: &Resident) -> bool {
        let mut facts = ["phone", "birth", "sex"].iter();
        !one.asked.is_empty() || facts.any(|fact| self.asks(one, fact))
    }

    fn numbers(&self, one: &Resident) -> &[(Uuid, String)] {
        self.numbers.get(&one.card.id).map_or(&[], Vec::as_slice)
    }

    /// What a number that is typed takes the place of: the newest, unless said otherwise.
    fn replaces(&self, one: &Resident, number: &Uuid) -> bool {
        match (self.here(one), self.typed.instead_of.as_deref()) {
            (true, Some(said)) => said == number.to_string(),
            _ => self
                .numbers(one)
                .first()
                .is_some_and(|(id, _)| id == number),
        }
    }

    fn keeps_all(&self, one: &Resident) -> bool {
        self.here(one) && self.typed.instead_of.as_deref() == Some("")
    }

    /// The id of a field: the plain one where the summary of a refusal leads to it.
    fn field(&self, one: &Resident, name: &str) -> String {
        match self.here(one) {
            true => format!("f-{name}"),
            false => format!("{name}-{}", one.card.id),
        }
    }

    /// What was typed into a field before it was refused.
    fn was(&self, one: &Resident, name: &str) -> &str {
        match (self.here(one), name) {
            (true, "phone") => &self.typed.phone,
            (true, "birth") => &self.typed.birth,
            (true, "sex") => &self.typed.sex,
            _ => "",
        }
    }

    fn answer_id(&self, one: &Resident, asked: &Uuid) -> String {
        self.field(one, &answer_field(*asked))
    }

    fn answer_fault(&self, one: &Resident, asked: &Uuid) -> &str {
        match self.here(one) {
            true => self.e.on(&answer_field(*asked)),
            false => "",
        }
    }

    fn answered(&self, one: &Resident, asked: &Uuid) -> &str {
        let at = self.typed.asked.iter().position(|id| id == asked);
        let answer = at.and_then(|at| self.typed.answer.get(at));
        answer.filter(|_| self.here(one)).map_or("", String::as_str)
    }

    /// Whether something was typed among the corrections, or a fault is there.
    fn corrects(&self, one: &Resident) -> bool {
        ["phone", "birth", "sex"].iter().any(|name| {
            !self.asks(one, name)
                && (!self.was(one, name).is_empty()
                    || (self.here(one) && !self.e.on(name).is_empty()))
        }) || (self.here(one) && !self.asks(one, "birth") && !self.e.on("old").is_empty())
    }

    /// Whether ticks of labels differ from what is held.
    fn relabels(&self, one: &Resident) -> bool {
        let added = |label: &String| !one.card.labels.contains(label);
        let taken = |label: &String| !self.typed.label.contains(label);
        self.here(one)
            && (self.typed.label.iter().any(added)
                || self.typed.held.iter().any(taken)
                || !self.e.on("alone").is_empty()
                || !self.e.on("label").is_empty())
    }

    fn saved_of(&self, one: &Resident) -> &str {
        match self.saved.of == Some(one.card.id) {
            true => &self.saved.words,
            false => "",
        }
    }

    fn saved_here(&self) -> &str {
        match self.saved.of {
            None => &self.saved.words,
            Some(_) => "",
        }
    }

    /// Drafts that are saved once this page says so.
    fn drafts(&self) -> String {
        match (self.saved.of, self.saved.changed) {
            (Some(person), true) => format!(
                "facts:{person}{}",
                match self.saved.known {
                    true => format!(" person:{person} person:new:{}", self.file.dwelling),
                    false => String::new(),
                }
            ),
            (Some(_), false) => String::new(),
            (None, _) => format!("person:new:{}", self.file.dwelling),
        }
    }

    /// 周**，2026-11-20搬走
    fn left(&self, note: &MovedAway, name: &str) -> String {
        let args = [
            ("name", name.to_owned()),
            ("day", self.s.day(&note.left_at)),
            ("by", note.by.clone()),
        ];
        self.s.tn("move-line", &args)
    }

    fn household(&self, one: &Resident) -> Option<Uuid> {
        self.households.get(&one.card.id).copied()
    }

    fn here(&self, one: &Resident) -> bool {
        self.at == Some(one.card.id)
    }

    fn has(&self, one: &Resident, label: &str) -> bool {
        let _shape_of_templates = self;
        one.card.labels.iter().any(|own| own == label)
    }

    fn ticked(&self, one: &Resident, label: &str) -> bool {
        match self.here(one) {
            true => self.typed.label.iter().any(|typed| typed == label),
            false => self.has(one, label),
        }
    }

    fn missing(&self, one: &Resident) -> String {
        let words = |fact: &Fact| self.s.tt("fact", fact.as_str());
        one.missing.iter().map(words).collect::<Vec<_>>().join("、")
    }

    fn said(&self, one: &Resident) -> Option<String> {
        let said = one.said.as_ref()?;
        Some(self.s.tn(
            "round-said",
            &[
                ("when", self.s.when(&said.at)),
                ("by", said.by.clone()),
                ("how", self.s.tt("how", said.how.as_str())),
            ],
        ))
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::pages) struct Done {
    saved: String,
    /// The person it was about.
    of: Option<Uuid>,
    /// The age that was typed in place of a birthday.
    aged: Option<i16>,
}

/// `GET /people/dwellings/{id}`.
pub(in crate::pages) async fn show(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiQuery(done): ApiQuery<Done>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    let saved = Saved {
        words: match done.saved.as_str() {
            "" => String::new(),
            "visit" => s.t("round-visit-noted"),
            "nothing" => s.t("round-nothing-changed"),
            "new" => s.t("round-person-entered"),
            "moved" => s.t("round-moved-out"),
            "unmoved" => s.t("round-move-undone"),
            _ => s.t("people-changed"),
        } + &aged_words(&s, done.aged),
        of: done.of,
        changed: done.saved != "nothing",
        known: done.saved == "known",
    };
    dwelling_page(s, id, Errors::none(), None, FactsForm::default(), saved).await
}

async fn dwelling_page(
    s: Shell,
    id: Uuid,
    e: Errors,
    at: Option<Uuid>,
    typed: FactsForm,
    saved: Saved,
) -> WebResult<Response> {
    let (app, ctx) = (s.app().clone(), s.ctx().clone());
    let scope = ctx.scope(&PEOPLE_READ)?;
    let vault = app.need::<Vault>()?;
    let place = vault.place(id).ok_or_else(Problem::not_found)?;
    if !scope.contains(place.community, &[place.grid, place.neighbourhood]) {
        return Err(Problem::not_found().into());
    }
    let asked = (place.community, [id]);
    let policy = policy(&app);
    let db = app.db().read();
    let asked = (asked.0, asked.1.as_slice());
    let files = Directory::dwelling_files(db, &vault, &scope, &policy, ctx.now(), asked).await?;
    let file = files.into_iter().next().ok_or_else(Problem::not_found)?;
    let mut numbers = HashMap::new();
    for one in &file.residents {
        let id = one.card.id;
        numbers.insert(id, numbers_of(db, &vault, place.community, id).await?);
    }
    let may_write = ctx.authorize(&PEOPLE_WRITE, place.area()).is_ok();
    let mut away = Vec::new();
    if may_write {
        for note in moved_away_from(db, &ctx, place.community, id).await? {
            let card = Directory::card(db, &vault, &scope, note.person).await;
            let name = card.map_or_else(
                |_hidden| s.t("dwelling-life-somebody"),
                |card| card.name_masked,
            );
            away.push((note, name));
        }
    }
    let life = dwelling_life(&s, &vault, &scope, place.community, id).await?;
    let mut sexes = vec![Choice::new("", s.t("people-unsaid"))];
    let words = |sex: &Sex| Choice::new(sex.as_str(), s.tt("sex", sex.as_str()));
    sexes.extend(Sex::ALL.iter().map(words));
    let mut other_sexes = vec![Choice::new("", s.t("round-sex-stays"))];
    other_sexes.extend(Sex::ALL.iter().map(words));
    page(&DwellingPage {
        may_write,
        away,
        households: Directory::households_in(db, place.community, id).await?,
        labels: label_groups(&s, How::Visit),
        numbers,
        sexes,
        other_sexes,
        e,
        at,
        typed,
        place,
        file,
        life,
        saved,
        s,
    })
}

#[derive(Debug, Deserialize)]
pub(in crate::pages) struct VisitForm {
    outcome: VisitOutcome,
    #[serde(default)]
    next: Option<String>,
}

/// `POST /people/dwellings/{id}/visit`.
pub(in crate::pages) async fn visit(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiForm(form): ApiForm<VisitForm>,
) -> WebResult<Response> {
    let command = VisitDwelling {
        vault: app.need::<Vault>()?,
        dwelling: id,
        outcome: form.outcome,
    };
    match app.db().execute(&ctx, command).await {
        Ok(_visit) => Ok(to(&match form.next.as_deref() {
            Some(next) => own_path(Some(next)).to_owned(),
            None => format!("/people/dwellings/{id}?saved=visit"),
        })),
        Err(problem) => {
            let problem = shown(problem)?;
            let s = shell(&app, &ctx, prefs);
            let e = Errors::of(&s, &problem);
            let typed = FactsForm::default();
            let body = dwelling_page(s, id, e, None, typed, Saved::default()).await?;
            Ok(with_status(&problem, body))
        }
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::pages) struct FactsForm {
    /// The dwelling whose page asked.
    dwelling: Option<Uuid>,
    phone: String,
    /// The number a new one takes the place of, by its id; empty: all are kept.
    instead_of: Option<String>,
    birth: String,
    sex: String,
    label: Vec<String>,
    /// Labels that were offered as held: one of them that is not ticked any more is taken off.
    held: Vec<String>,
    /// Questions of forms by the id under which each was asked, and what was answered, in the same order.
    asked: Vec<Uuid>,
    answer: Vec<String>,
    /// Ticked where the person was met.
    seen: String,
    /// Ticked where it was asked: lives alone though others are registered.
    alone: String,
    /// Ticked where it was asked: as old as that.
    old: String,
}

/// `POST /people/{id}/facts`: what was heard at the door.
pub(in crate::pages) async fn facts(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiForm(form): ApiForm<FactsForm>,
) -> WebResult<Response> {
    let vault = app.need::<Vault>()?;
    let card = seen(&app, &ctx, id).await?;
    let off = form.held.iter().filter(|held| !form.label.contains(held));
    let command = LearnFacts {
        vault,
        community: card.community,
        person: id,
        how: How::Visit,
        phone: Some(form.phone.clone()),
        instead_of: form.instead_of.as_deref().and_then(|id| id.parse().ok()),
        birth: form.birth.clone(),
        sex: Sex::parse(&form.sex),
        labels: form.label.clone(),
        labels_off: off.cloned().collect(),
        answers: form
            .asked
            .iter()
            .copied()
            .zip(form.answer.iter().cloned())
            .collect(),
        seen: !form.seen.is_empty(),
    };
    let back = form
        .dwelling
        .or_else(|| card.place.as_ref().and_then(|place| place.dwelling));
    let s = shell(&app, &ctx, prefs);
    let learnt = async {
        let mut faults = Faults::default();
        let home = card.place.as_ref().and_then(|place| place.dwelling);
        let (person, sure) = ((card.community, Some(id)), !form.alone.is_empty());
        let new = |label: &&String| !card.labels.contains(label);
        let new: Vec<String> = form.label.iter().filter(new).cloned().collect();
        faults.mend(alone(&app, &s, person, home, (&new, sure)).await)?;
        faults.take(very_old(&s, &form.birth, !form.old.is_empty()));
        let open = faults.done().err();
        let step = command;
        app.db().execute(&ctx, Asked { step, open }).await
    };
    match (learnt.await, back) {
        (Ok(changed), Some(dwelling)) => {
            let saved = if changed { "changed" } else { "nothing" };
            let aged = aged(&form.birth);
            let at = format!("/people/dwellings/{dwelling}?saved={saved}&of={id}{aged}#p-{id}");
            Ok(to(&at))
        }
        (Ok(_), None) => {
            let aged = aged(&form.birth);
            Ok(to(&format!("/people/{id}?saved=changed{aged}")))
        }
        (Err(problem), Some(dwelling)) => {
            let problem = shown(problem)?;
            let e = Errors::of(&s, &problem);
            let form = FactsForm {
                label: taken(&problem, form.label),
                ..form
            };
            let body = dwelling_page(s, dwelling, e, Some(id), form, Saved::default()).await?;
            Ok(with_status(&problem, body))
        }
        (Err(problem), None) => Err(problem.into()),
    }
}

/// The ticks that stay: a label that was refused would be refused again with everything else.
fn taken(problem: &Problem, mut labels: Vec<String>) -> Vec<String> {
    let args = problem.fields().iter().flat_map(|fault| &fault.args);
    for (_, code) in args.filter(|(name, _)| *name == "code") {
        labels.retain(|label| label != code);
    }
    labels
}

/// `GET /people/{id}/facts`: a refused save was reloaded; the dwelling's page is where it came from.
pub(in crate::pages) async fn reloaded(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(id): PathId,
) -> WebResult<Response> {
    let card = seen(&app, &ctx, id).await?;
    let home = card.place.and_then(|place| place.dwelling);
    Ok(to(&match home {
        Some(dwelling) => format!("/people/dwellings/{dwelling}#p-{id}"),
        None => format!("/people/{id}"),
    }))
}

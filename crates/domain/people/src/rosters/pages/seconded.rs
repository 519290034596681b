//! `/rosters/seconded`: staff of the subdistrict or district who give time (下沉), and the hours they gave.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use uuid::Uuid;
use youlin_kernel::{AreaId, CommunityId, Ctx, Problem, Result};
use youlin_web::{ApiForm, ApiQuery, App, Caller, Choice, PathId, Prefs, Shell, WebResult, page};

use super::rota_form::person_of;
use super::{hours_words, minutes_of, shell};
use crate::pages::form::{Errors, shown, to, with_status};
use crate::permissions::{ORGANISATIONS_READ, PEOPLE_READ, ROSTERS_READ, ROSTERS_WRITE};
use crate::rosters::queries::{Unit, units};
use crate::rosters::{
    DecideHours, EndSecondment, HoursState, HoursView, NoteHours, SaveSecondment, SecondmentView,
    hours_of, secondments,
};
use crate::{Directory, Vault};

/// People offered for a name that was typed.
const OFFERED: u64 = 20;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct SentForm {
    area: Option<i64>,
    /// A name or number, to look for.
    who: String,
    person: String,
    unit: String,
    purpose: String,
    weekday: Vec<i32>,
    hours: String,
    from: String,
    to: String,
}

#[derive(Template)]
#[template(path = "rosters/seconded.html")]
struct ListPage {
    s: Shell,
    e: Errors,
    f: SentForm,
    units: Vec<((CommunityId, String), Unit)>,
    rows: Vec<SecondmentView>,
    communities: Vec<Choice>,
    found: Vec<Choice>,
    organisations: Vec<String>,
    may_write: bool,
}

impl ListPage {
    fn hours(&self, minutes: &i64) -> String {
        let _shape_of_templates = self;
        hours_words(*minutes)
    }

    fn week(&self, row: &SecondmentView) -> String {
        let _shape_of_templates = self;
        hours_words(i64::from(row.week_minutes))
    }

    fn has_day(&self, day: &i32) -> bool {
        self.f.weekday.contains(day)
    }

    fn area(&self, community: &CommunityId) -> String {
        self.s.area(&AreaId::from(*community))
    }

    fn is_area(&self, value: &str) -> bool {
        self.f.area.is_some_and(|area| area.to_string() == value)
    }
}

async fn list_page(app: &App, ctx: &Ctx, s: Shell, f: SentForm, e: Errors) -> WebResult<ListPage> {
    let vault = app.need::<Vault>()?;
    let scope = ctx.scope(&ROSTERS_READ)?;
    let db = app.db().read();
    let rows = secondments(db, &vault, &scope).await?;
    let may_write = ctx.may(&ROSTERS_WRITE);
    let mut found = Vec::new();
    if may_write && !f.who.trim().is_empty() {
        let people = ctx.scope(&PEOPLE_READ)?;
        for card in Directory::search(db, &vault, &people, &f.who, OFFERED).await? {
            let place = card.place.as_ref().map(|place| place.address.clone());
            let label = [Some(card.name_masked), card.phone_masked, place];
            let label: Vec<String> = label.into_iter().flatten().collect();
            let value = format!("{}:{}", card.community, card.id);
            found.push(Choice::new(value, label.join(" · ")));
        }
    }
    let mut organisations: Vec<String> = match ctx.scope(&ORGANISATIONS_READ) {
        Ok(scope) => Directory::organisations(db, &scope, None)
            .await?
            .into_iter()
            .map(|one| one.name)
            .collect(),
        Err(_may_not) => Vec::new(),
    };
    organisations.dedup();
    let communities = match ctx.scope(&ROSTERS_WRITE) {
        Ok(scope) => scope
            .parts()
            .iter()
            .filter(|part| part.areas.is_none())
            .map(|part| Choice::new(part.community.to_string(), s.area(&part.community.into())))
            .collect(),
        Err(_may_not) => Vec::new(),
    };
    Ok(ListPage {
        units: units(&rows),
        rows,
        communities,
        found,
        organisations,
        may_write,
        e,
        f,
        s,
    })
}

/// `GET /rosters/seconded?who=`.
pub(super) async fn list(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(mut f): ApiQuery<SentForm>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    if f.from.is_empty() {
        f.from = ctx.now().local().date().to_string();
    }
    page(&list_page(&app, &ctx, s, f, Errors::none()).await?)
}

fn command(ctx: &Ctx, f: &SentForm) -> Result<SaveSecondment> {
    let community = f
        .area
        .and_then(|area| ctx.areas().community_of(AreaId(area)))
        .ok_or_else(|| Problem::invalid("area", "required"))?;
    Ok(SaveSecondment {
        community,
        person: person_of("person", &f.person)?,
        unit: f.unit.clone(),
        purpose: f.purpose.clone(),
        weekdays: f
            .weekday
            .iter()
            .filter(|day| (0..7).contains(*day))
            .fold(0, |set, day| set | (1 << day)),
        week_minutes: minutes_of(&f.hours),
        from: f.from.clone(),
        to: f.to.clone(),
    })
}

/// `POST /rosters/seconded`.
pub(super) async fn save(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiForm(f): ApiForm<SentForm>,
) -> WebResult<Response> {
    let saved = async { app.db().execute(&ctx, command(&ctx, &f)?).await };
    match saved.await {
        Ok(id) => Ok(to(&format!("/rosters/seconded/{id}"))),
        Err(problem) => {
            let problem = shown(problem)?;
            let s = shell(&app, &ctx, prefs);
            let e = Errors::of(&s, &problem);
            let body = list_page(&app, &ctx, s, f, e).await?;
            Ok(with_status(&problem, page(&body)?))
        }
    }
}

#[derive(Template)]
#[template(path = "rosters/seconded_one.html")]
struct OnePage {
    s: Shell,
    e: Errors,
    f: HoursForm,
    row: SecondmentView,
    hours: Vec<HoursView>,
    may_note: bool,
    may_decide: bool,
    ended: bool,
}

impl OnePage {
    fn hours_of(&self, minutes: &i32) -> String {
        let _shape_of_templates = self;
        hours_words(i64::from(*minutes))
    }

    fn total(&self, minutes: &i64) -> String {
        let _shape_of_templates = self;
        hours_words(*minutes)
    }
}

async fn one_page(
    app: &App,
    ctx: &Ctx,
    s: Shell,
    id: Uuid,
    f: HoursForm,
    e: Errors,
) -> WebResult<OnePage> {
    let vault = app.need::<Vault>()?;
    let scope = ctx.scope(&ROSTERS_READ)?;
    let db = app.db().read();
    let mut all = secondments(db, &vault, &scope).await?;
    all.retain(|one| one.id == id);
    let hours = hours_of(db, &scope, &all, None).await?;
    let row = all.pop().ok_or_else(Problem::not_found)?;
    let keeps = ctx.authorize(&ROSTERS_WRITE, row.community).is_ok();
    let own = ctx.actor().person() == Some(row.person);
    let today = ctx.now().local().date().to_string();
    Ok(OnePage {
        may_note: keeps || own,
        may_decide: keeps && !own,
        ended: row.to.as_ref().is_some_and(|to| *to < today),
        row,
        hours,
        e,
        f,
        s,
    })
}

/// `GET /rosters/seconded/{id}`.
pub(super) async fn show(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    let f = HoursForm {
        day: ctx.now().local().date().to_string(),
        ..HoursForm::default()
    };
    page(&one_page(&app, &ctx, s, id, f, Errors::none()).await?)
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct HoursForm {
    day: String,
    hours: String,
    what: String,
}

/// `POST /rosters/seconded/{id}/hours`.
pub(super) async fn note(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiForm(f): ApiForm<HoursForm>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    let body = one_page(&app, &ctx, s, id, f.clone(), Errors::none()).await?;
    let command = NoteHours {
        community: body.row.community,
        secondment: id,
        day: f.day,
        minutes: minutes_of(&f.hours),
        what: f.what,
    };
    match app.db().execute(&ctx, command).await {
        Ok(_id) => Ok(to(&format!("/rosters/seconded/{id}"))),
        Err(problem) => {
            let problem = shown(problem)?;
            let e = Errors::of(&body.s, &problem);
            Ok(with_status(&problem, page(&OnePage { e, ..body })?))
        }
    }
}

/// `POST /rosters/seconded/{id}/end`.
pub(super) async fn end(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    let body = one_page(&app, &ctx, s, id, HoursForm::default(), Errors::none()).await?;
    let command = EndSecondment {
        community: body.row.community,
        id,
    };
    app.db().execute(&ctx, command).await?;
    Ok(to(&format!("/rosters/seconded/{id}")))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Which {
    area: Option<i64>,
    unit: String,
    state: String,
}

#[derive(Template)]
#[template(path = "rosters/seconded_hours.html")]
struct HoursPage {
    s: Shell,
    unit: String,
    state: Option<HoursState>,
    rows: Vec<HoursView>,
    total: String,
}

impl HoursPage {
    fn hours_of(&self, minutes: &i32) -> String {
        let _shape_of_templates = self;
        hours_words(i64::from(*minutes))
    }
}

/// `GET /rosters/seconded/hours?area=&unit=&state=`: the records behind a figure.
pub(super) async fn hours(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(which): ApiQuery<Which>,
) -> WebResult<Response> {
    let vault = app.need::<Vault>()?;
    let scope = ctx.scope(&ROSTERS_READ)?;
    let db = app.db().read();
    let mut all = secondments(db, &vault, &scope).await?;
    all.retain(|one| {
        (which.unit.is_empty() || one.unit == which.unit)
            && which.area.is_none_or(|area| one.community.0 == area)
    });
    let state = HoursState::parse(&which.state);
    let rows = hours_of(db, &scope, &all, state).await?;
    page(&HoursPage {
        total: hours_words(rows.iter().map(|row| i64::from(row.minutes)).sum()),
        unit: which.unit,
        state,
        rows,
        s: shell(&app, &ctx, prefs),
    })
}

#[derive(Debug, Deserialize)]
pub(super) struct DecideForm {
    secondment: Uuid,
    #[serde(default)]
    decision: String,
    #[serde(default)]
    answer: String,
}

/// `POST /rosters/hours/{id}/decide`.
pub(super) async fn decide(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiForm(form): ApiForm<DecideForm>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    let one = form.secondment;
    let body = one_page(&app, &ctx, s, one, HoursForm::default(), Errors::none()).await?;
    let command = DecideHours {
        community: body.row.community,
        id,
        confirm: form.decision == "confirm",
        answer: form.answer,
    };
    match app.db().execute(&ctx, command).await {
        Ok(()) => Ok(to(&format!("/rosters/seconded/{one}"))),
        Err(problem) => {
            let problem = shown(problem)?;
            let e = Errors::of(&body.s, &problem);
            Ok(with_status(&problem, page(&OnePage { e, ..body })?))
        }
    }
}

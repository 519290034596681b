//! `/duty/absences`: who is away, who stands in, and saying so.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use jiff::ToSpan;
use jiff::civil::Date;
use serde::Deserialize;
use uuid::Uuid;
use youlin_kernel::{AreaId, CommunityId, Ctx, Problem, Result};
use youlin_web::{ApiForm, ApiQuery, App, Caller, Choice, PathId, Prefs, Shell, WebResult, page};

use super::rota_form::person_of;
use super::shell;
use crate::Vault;
use crate::pages::form::{Errors, shown, to, with_status};
use crate::permissions::{ROSTERS_READ, ROSTERS_WRITE};
use crate::rosters::planner::midnight;
use crate::rosters::queries::{find_absence, people_in_office};
use crate::rosters::{AbsenceView, AnswerAbsence, Consent, NoteAbsence, WithdrawAbsence, absences};

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct AbsenceForm {
    area: Option<i64>,
    person: String,
    from: String,
    to: String,
    substitute: String,
}

#[derive(Template)]
#[template(path = "rosters/absences.html")]
struct AbsencesPage {
    s: Shell,
    e: Errors,
    f: AbsenceForm,
    community: CommunityId,
    rows: Vec<AbsenceView>,
    /// Whom one may say it of.
    people: Vec<Choice>,
    others: Vec<Choice>,
    me: Option<Uuid>,
    may_write: bool,
    now: youlin_kernel::Micros,
}

impl AbsencesPage {
    fn last(&self, row: &AbsenceView) -> String {
        self.s.day(&row.to.plus(-1))
    }

    fn first(&self, row: &AbsenceView) -> String {
        self.s.day(&row.from)
    }

    fn may_answer(&self, row: &AbsenceView) -> bool {
        row.state == Consent::Asked
            && row.to > self.now
            && (self.may_write || row.substitute == self.me)
    }

    fn may_withdraw(&self, row: &AbsenceView) -> bool {
        row.to > self.now && (self.may_write || self.me == Some(row.person))
    }

    fn mark(&self, row: &AbsenceView) -> &'static str {
        let _shape_of_templates = self;
        match row.state {
            Consent::Accepted => "ok",
            Consent::Asked => "wait",
            Consent::None | Consent::Declined => "late",
        }
    }
}

async fn absences_page(
    app: &App,
    ctx: &Ctx,
    s: Shell,
    mut f: AbsenceForm,
    e: Errors,
) -> WebResult<AbsencesPage> {
    let vault = app.need::<Vault>()?;
    let scope = ctx.scope(&ROSTERS_READ)?;
    let db = app.db().read();
    let asked = f
        .area
        .and_then(|area| ctx.areas().community_of(AreaId(area)))
        .filter(|community| scope.contains_community(*community));
    let community = asked
        .or_else(|| scope.parts().first().map(|part| part.community))
        .ok_or_else(Problem::not_found)?;
    let (me, may_write) = (
        ctx.actor().person(),
        ctx.authorize(&ROSTERS_WRITE, community).is_ok(),
    );
    let others: Vec<Choice> = people_in_office(db, &vault, community)
        .await?
        .into_iter()
        .map(|(home, id, name)| Choice::new(format!("{home}:{id}"), name))
        .collect();
    let mine = |one: &&Choice| me.is_some_and(|me| one.value.ends_with(&me.to_string()));
    let people: Vec<Choice> = match may_write {
        true => others.clone(),
        false => others.iter().filter(mine).cloned().collect(),
    };
    if f.person.is_empty() {
        let first = people.iter().find(mine).or(people.first());
        f.person = first.map_or_else(String::new, |one| one.value.clone());
    }
    let today = ctx.now().local().date().to_string();
    if f.from.is_empty() {
        f.from.clone_from(&today);
    }
    if f.to.is_empty() {
        f.to = today;
    }
    Ok(AbsencesPage {
        rows: absences(db, &vault, &scope, ctx.now()).await?,
        now: ctx.now(),
        community,
        people,
        others,
        me,
        may_write,
        e,
        f,
        s,
    })
}

/// `GET /duty/absences?area=`.
pub(super) async fn list(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(f): ApiQuery<AbsenceForm>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    page(&absences_page(&app, &ctx, s, f, Errors::none()).await?)
}

/// From the first day to the end of the last.
pub(crate) fn whole_days(
    from: &str,
    to: &str,
) -> Result<(youlin_kernel::Micros, youlin_kernel::Micros)> {
    let day = |field: &'static str, text: &str| -> Result<Date> {
        text.trim()
            .parse()
            .map_err(|_no_day| Problem::invalid(field, "no-day"))
    };
    let (from, to) = (day("from", from)?, day("to", to)?);
    Ok((midnight(from), midnight(to.saturating_add(1.day()))))
}

/// `POST /duty/absences`.
pub(super) async fn note(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiForm(f): ApiForm<AbsenceForm>,
) -> WebResult<Response> {
    let scope = ctx.scope(&ROSTERS_READ)?;
    let noted = async {
        let community = f
            .area
            .and_then(|area| ctx.areas().community_of(AreaId(area)))
            .filter(|community| scope.contains_community(*community))
            .ok_or_else(Problem::not_found)?;
        let (from, to) = whole_days(&f.from, &f.to)?;
        let command = NoteAbsence {
            community,
            person: person_of("person", &f.person)?,
            from,
            to,
            substitute: match f.substitute.as_str() {
                "" => None,
                text => Some(person_of("substitute", text)?),
            },
        };
        app.db().execute(&ctx, command).await
    };
    match noted.await {
        Ok(_id) => Ok(to("/duty/absences")),
        Err(problem) => {
            let problem = shown(problem)?;
            let s = shell(&app, &ctx, prefs);
            let e = Errors::of(&s, &problem);
            let body = absences_page(&app, &ctx, s, f, e).await?;
            Ok(with_status(&problem, page(&body)?))
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct AnswerForm {
    answer: String,
}

/// `POST /duty/absences/{id}/answer`.
pub(super) async fn answer(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(id): PathId,
    ApiForm(form): ApiForm<AnswerForm>,
) -> WebResult<Response> {
    let scope = ctx.scope(&ROSTERS_READ)?;
    let command = AnswerAbsence {
        community: find_absence(app.db().read(), &scope, id).await?,
        id,
        yes: form.answer == "yes",
    };
    app.db().execute(&ctx, command).await?;
    Ok(to("/duty/absences"))
}

/// `POST /duty/absences/{id}/withdraw`.
pub(super) async fn withdraw(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(id): PathId,
) -> WebResult<Response> {
    let scope = ctx.scope(&ROSTERS_READ)?;
    let command = WithdrawAbsence {
        community: find_absence(app.db().read(), &scope, id).await?,
        id,
    };
    app.db().execute(&ctx, command).await?;
    Ok(to("/duty/absences"))
}

//! `/rounds/talks`: a talk (宣传) at a reach, building or premises, written down in a few fields by any team.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use uuid::Uuid;
use youlin_kernel::{Ctx, Micros, Problem, Result};
use youlin_people::{Directory, Party};
use youlin_web::{
    ApiForm, ApiQuery, App, Caller, Choice, FormFaults, Prefs, Shell, WebResult, mendable, page,
    refused_with,
};

use super::form::{Asking, asking, moment, policies_for, subject_of, typed_time};
use super::{shell, ways};
use crate::model::{Channel, Outcome, RoundKind, Subject, Talk};
use crate::permissions::ROUNDS_READ;
use crate::{NewRound, prepare};

/// As typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct TalkForm {
    id: String,
    /// `reach:<id>`.
    subject: String,
    policy: String,
    began: String,
    ended: String,
    topic: String,
    reached: String,
    handed_out: String,
    /// Id of the organisation that gave it; empty: whoever writes it down.
    by: String,
    text: String,
}

#[derive(Template)]
#[template(path = "round_talk.html")]
struct TalkPage {
    s: Shell,
    e: FormFaults,
    f: TalkForm,
    name: String,
    /// The policy it was begun from asks others to go.
    not_yours: String,
    back: String,
    policies: Vec<Choice>,
    parties: Vec<Choice>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Start {
    subject: String,
    policy: String,
}

async fn talk_page(
    s: Shell,
    app: &App,
    asking: &Asking,
    mut f: TalkForm,
    e: FormFaults,
) -> Result<TalkPage> {
    let scope = s.ctx().scope(&ROUNDS_READ)?;
    let subject = &asking.subject;
    let mut parties = vec![Choice::new("", s.t("talk-by-me"))];
    for one in Directory::organisations(app.db().read(), &scope, None).await? {
        parties.push(Choice::new(one.id.to_string(), one.name));
    }
    let offered = policies_for(&s, app, subject, &mut f.policy, |kind| {
        kind == RoundKind::Talk
    })
    .await?;
    Ok(TalkPage {
        not_yours: offered.not_yours,
        name: subject.name.clone(),
        back: ways::subject_href(subject.subject),
        policies: offered.choices,
        parties,
        f,
        e,
        s,
    })
}

/// A talk is given at a place, not to a household.
fn place(text: &str) -> Result<Subject> {
    subject_of(text)
        .filter(|subject| subject.kind.takes_talks())
        .ok_or_else(Problem::not_found)
}

/// `GET /rounds/talks/new?subject=&policy=`.
pub(super) async fn fresh(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(start): ApiQuery<Start>,
) -> WebResult<Response> {
    let asking = asking(&app, &ctx, place(&start.subject)?, "").await?;
    let now = ctx.now();
    let f = TalkForm {
        id: ctx.new_id().to_string(),
        subject: start.subject,
        policy: start.policy,
        began: typed_time(now.plus(-60 * Micros::MINUTE)),
        ended: typed_time(now),
        ..TalkForm::default()
    };
    let s = shell(&app, &ctx, prefs);
    page(&talk_page(s, &app, &asking, f, FormFaults::none()).await?)
}

fn new_round(asking: &Asking, f: &TalkForm) -> Result<NewRound> {
    let id: Uuid =
        f.id.parse()
            .map_err(|_no_id| Problem::invalid("id", "required"))?;
    let reached = match f.reached.trim() {
        "" => 0,
        text => text
            .parse()
            .map_err(|_no_number| Problem::invalid("talk.reached", "no-number"))?,
    };
    Ok(NewRound {
        id,
        kind: RoundKind::Talk,
        community: asking.subject.community,
        subject: asking.subject.subject,
        policy: f.policy.parse().ok(),
        outcome: Outcome::Done,
        channel: Channel::Page,
        began_at: moment("began", &f.began)?,
        ended_at: moment("ended", &f.ended)?,
        sent_at: None,
        text: f.text.clone(),
        checklist: None,
        answers: std::collections::BTreeMap::new(),
        findings: Vec::new(),
        reason: String::new(),
        try_again_at: None,
        photographs: 0,
        told_by: None,
        on_behalf: false,
        track: None,
        talk: Some(Talk {
            reached,
            topic: f.topic.clone(),
            handed_out: f.handed_out.clone(),
            by: f.by.parse().ok().map(Party::organisation),
        }),
    })
}

async fn handed_in(app: &App, ctx: &Ctx, asking: &Asking, f: &TalkForm) -> Result<Uuid> {
    let new = new_round(asking, f)?;
    let command = prepare(&asking.rounds, app.db(), ctx, new).await?;
    Ok(app.db().execute(ctx, command).await?.id)
}

/// `GET /rounds/talks`: those that were given stand among the rounds.
pub(super) async fn seen() -> Redirect {
    Redirect::to("/rounds?kind=talk#rounds")
}

/// `POST /rounds/talks`.
pub(super) async fn hand_in(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiForm(f): ApiForm<TalkForm>,
) -> WebResult<Response> {
    let asking = asking(&app, &ctx, place(&f.subject)?, "").await?;
    match handed_in(&app, &ctx, &asking, &f).await {
        Ok(id) => Ok(Redirect::to(&format!("/rounds/{id}?saved=1")).into_response()),
        Err(problem) => {
            let problem = mendable(problem)?;
            let s = shell(&app, &ctx, prefs);
            let mut e = FormFaults::of(&s, &problem);
            for (field, _) in &mut e.fields {
                if let Some(own) = field.strip_prefix("talk.") {
                    *field = own.to_owned();
                }
            }
            let body = talk_page(s, &app, &asking, f, e).await?;
            Ok(refused_with(&problem, page(&body)?))
        }
    }
}

//! Making a policy and changing it.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use uuid::Uuid;
use youlin_kernel::{CommunityId, Ctx, Problem, Result};
use youlin_web::{
    ApiForm, ApiQuery, App, Caller, Clash, ClashLine, FormFaults, IdempotencyHeader, PathId, Prefs,
    Shell, WebResult, idempotency, mendable, page, refused_with,
};

use super::form::{FormPage, Held, PolicyForm, form_page, kept};
use super::read::{command, form_of};
use crate::model::{Every, SubjectKind};
use crate::pages::shell;
use crate::permissions::ROUNDS_PLAN;
use crate::queries::{PolicyView, count_meant, policy_view};
use crate::service::Rounds;
use crate::{SavePolicy, check_policy};

#[derive(Debug, Deserialize)]
pub(in crate::pages) struct Start {
    community: Option<CommunityId>,
    about: Option<SubjectKind>,
}

/// `GET /rounds/policies/new?community=&about=`.
pub(in crate::pages) async fn fresh(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(start): ApiQuery<Start>,
) -> WebResult<Response> {
    let scope = ctx.scope(&ROUNDS_PLAN)?;
    let first = scope.parts().first().map(|part| part.community);
    let community = start.community.or(first).ok_or_else(Problem::not_found)?;
    ctx.authorize(&ROUNDS_PLAN, community)?;
    let about = start.about.unwrap_or(SubjectKind::Reach);
    let every = match about {
        SubjectKind::Reach => Every::Week,
        SubjectKind::Premises | SubjectKind::Building | SubjectKind::Dwelling => Every::Month,
    };
    let f = PolicyForm {
        community: community.0,
        about: about.to_string(),
        every: every.to_string(),
        count: "1".to_owned(),
        from: ctx.now().date().to_string(),
        ..PolicyForm::default()
    };
    let s = shell(&app, &ctx, prefs);
    page(&form_page(s, Held::default(), f, FormFaults::none()).await?)
}

async fn held(app: &App, s: &Shell, view: &PolicyView) -> Result<Held> {
    let rounds = app.need::<Rounds>()?;
    let meant = match &view.policy.question {
        None => None,
        // Whoever may not count the register is not told how many.
        Some(question) => count_meant(&rounds, s.ctx(), view.community, question)
            .await
            .ok(),
    };
    Ok(Held {
        id: Some(view.id),
        kept: kept(s, view),
        meant,
    })
}

/// `GET /rounds/policies/{id}`.
pub(in crate::pages) async fn edit(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
) -> WebResult<Response> {
    let scope = ctx.scope(&ROUNDS_PLAN)?;
    let view = policy_view(app.db(), &scope, id).await?;
    let s = shell(&app, &ctx, prefs);
    let held = held(&app, &s, &view).await?;
    page(&form_page(s, held, form_of(&view), FormFaults::none()).await?)
}

/// The command, with its question asked once: what is wrong with it is said before anything is written.
async fn checked(app: &App, ctx: &Ctx, save: SavePolicy) -> Result<SavePolicy> {
    let rounds = app.need::<Rounds>()?;
    check_policy(&rounds, ctx, &save).await?;
    Ok(save)
}

/// `POST /rounds/policies`.
pub(in crate::pages) async fn create(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    header: IdempotencyHeader,
    ApiForm(mut f): ApiForm<PolicyForm>,
) -> WebResult<Response> {
    if f.community == 0 {
        let scope = ctx.scope(&ROUNDS_PLAN)?;
        let first = scope.parts().first().map(|part| part.community);
        f.community = first.ok_or_else(Problem::not_found)?.0;
    }
    let saved = async {
        let field = Some(f.idempotency_key.clone()).filter(|key| !key.is_empty());
        let sent = header.0.or(field);
        let community = CommunityId(f.community);
        let key = idempotency(sent.as_deref(), community, "/rounds/policies", &f)?;
        let save = checked(&app, &ctx, command(&f, None)?).await?;
        app.db().execute_once(&ctx, key, save).await
    };
    match saved.await {
        Ok(id) => Ok(Redirect::to(&format!("/rounds/policies?saved={id}")).into_response()),
        Err(problem) => refused(&app, &ctx, prefs, None, f, problem).await,
    }
}

/// `POST /rounds/policies/{id}`.
pub(in crate::pages) async fn change(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiForm(mut f): ApiForm<PolicyForm>,
) -> WebResult<Response> {
    let scope = ctx.scope(&ROUNDS_PLAN)?;
    let view = policy_view(app.db(), &scope, id).await?;
    f.community = view.community.0;
    // What a policy is about stays: rounds were handed in by it.
    f.about = view.policy.subjects.to_string();
    let saved = async {
        let save = checked(&app, &ctx, command(&f, Some(&view))?).await?;
        app.db().execute(&ctx, save).await
    };
    match saved.await {
        Ok(id) => Ok(Redirect::to(&format!("/rounds/policies?saved={id}")).into_response()),
        Err(problem) => refused(&app, &ctx, prefs, Some(id), f, problem).await,
    }
}

async fn refused(
    app: &App,
    ctx: &Ctx,
    prefs: Prefs,
    id: Option<Uuid>,
    mut f: PolicyForm,
    problem: Problem,
) -> WebResult<Response> {
    let problem = mendable(problem)?;
    let s = shell(app, ctx, prefs);
    let (mut clash, mut shown) = (None, Held::default());
    let mut e = FormFaults::of(&s, &problem);
    if let Some(id) = id {
        let scope = ctx.scope(&ROUNDS_PLAN)?;
        let view = policy_view(app.db(), &scope, id).await?;
        shown = held(app, &s, &view).await?;
        if problem.code() == "stale" {
            let theirs = form_of(&view);
            clash = Some(differences(&s, &theirs, &f));
            f.version = theirs.version;
            e = FormFaults::none();
        }
    }
    let body = FormPage {
        clash,
        ..form_page(s, shown, f, e).await?
    };
    Ok(refused_with(&problem, page(&body)?))
}

fn differences(s: &Shell, theirs: &PolicyForm, f: &PolicyForm) -> Clash {
    let line = |field: &'static str, label: &str, theirs: &str, yours: &str| ClashLine {
        field,
        label: s.t(label),
        theirs: theirs.to_owned(),
        value: theirs.to_owned(),
        yours: yours.trim().to_owned(),
    };
    let lines = vec![
        line("title", "policy-title", &theirs.title, &f.title),
        line("count", "policy-count", &theirs.count, &f.count),
        line("from", "policy-from", &theirs.from, &f.from),
        line("to", "policy-to", &theirs.to, &f.to),
        line("minutes", "policy-minutes", &theirs.minutes, &f.minutes),
        line(
            "photographs",
            "policy-photographs",
            &theirs.photographs,
            &f.photographs,
        ),
        line("basis", "policy-basis", &theirs.basis, &f.basis),
    ];
    Clash::of("/rounds/policies".to_owned(), lines)
}

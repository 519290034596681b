//! 并单 and back: two reports of one matter go on as one case; both reporters keep their codes.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use uuid::Uuid;
use youlin_kernel::Problem;
use youlin_web::{App, Caller, PathId, Prefs, Shell, WebResult};

use super::fields::Fields;
use super::{Part, act, shell};
use crate::permissions::CASES_DESK;
use crate::service::Cases;
use crate::{Merge, Unmerge, case_by_number, visible};

/// `POST /cases/{id}/merge`: this case ends in favour of another, named by number or chosen from the similar ones.
pub(super) async fn merge(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    wants: Part,
    PathId(id): PathId,
    typed: Fields,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    match join(&app, &s, id, &typed).await {
        Ok(into) => {
            Ok(Redirect::to(&format!("/cases/{into}?done=merge&other={id}")).into_response())
        }
        Err(problem) => act::refused(&s, wants, id, &typed, problem).await,
    }
}

async fn join(app: &App, s: &Shell, id: Uuid, typed: &Fields) -> Result<Uuid, Problem> {
    let ctx = s.ctx();
    let (community, duplicate) = visible(app.db(), ctx, id).await?;
    let chosen = match typed.get("into_number") {
        "" => typed.text("into"),
        number => number.to_owned(),
    };
    if chosen.is_empty() {
        return Err(Problem::invalid("into", "required"));
    }
    let scope = ctx.scope(&CASES_DESK)?;
    // Numbers begin anew in each community: one's own is meant before another's.
    let here = scope.narrowed(ctx.areas(), community.into());
    let found = match case_by_number(app.db(), &here, &chosen).await {
        Err(problem) if problem.code() == "not-found" => {
            case_by_number(app.db(), &scope, &chosen).await
        }
        found => found,
    };
    let (other, into) = found.map_err(|problem| match problem.code() {
        "not-found" => Problem::invalid("into", "case-unknown").field_arg("number", &chosen),
        _ => problem,
    })?;
    if other != community {
        return Err(Problem::invalid("into", "case-elsewhere").field_arg("number", &chosen));
    }
    let version = typed.get("version").parse().ok();
    app.db()
        .execute(
            ctx,
            Merge {
                cases: app.need::<Cases>()?,
                community,
                duplicate,
                into,
                version,
            },
        )
        .await?;
    Ok(into)
}

/// `POST /cases/{id}/unmerge`: takes it out again.
pub(super) async fn unmerge(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(id): PathId,
) -> WebResult<Response> {
    let cases = app.need::<Cases>()?;
    let (community, duplicate) = visible(app.db(), &ctx, id).await?;
    app.db()
        .execute(
            &ctx,
            Unmerge {
                cases,
                community,
                duplicate,
            },
        )
        .await?;
    Ok(Redirect::to(&format!("/cases/{id}?done=unmerge")).into_response())
}

//! Service requests as they are read: the list with its filters, one, and the id behind a token.

use axum::http::StatusCode;
use axum::response::Response;
use youlin_cases::{Open311Filter, open311_request, open311_requests, track_key};

use crate::call::{Call, Named, Outcome};
use crate::item::{Format, Item};
use crate::paging;
use crate::params::{self, Params};
use crate::shown;

const ROOT: &str = "service_requests";

pub(crate) async fn list(call: Call) -> Response {
    match requests(&call).await {
        Ok((item, page, more)) => {
            let mut response = item.answer(ROOT, call.format, StatusCode::OK);
            paging::link(&call, &mut response, page, more);
            response
        }
        Err(refusal) => refusal.answer(call.format),
    }
}

async fn requests(call: &Call) -> Outcome<(Item, u64, bool)> {
    let params = call.query()?;
    let known = call.identify(&params, false).await?;
    let eyes = call.eyes(&known, &params)?;
    let cases = call.cases()?;
    let (filter, page) = filter(call, &params)?;
    let (rows, more) = open311_requests(call.app.db(), &cases, &known.ctx, &eyes, &filter)
        .await
        .map_err(|problem| call.refused(problem))?;
    let extensions = extensions(&params);
    let base = &call.app.config().public_url;
    let shown = rows
        .iter()
        .map(|row| shown::request(row, &cases, &known.ctx, call.words(), extensions, base));
    Ok((Item::List("request", shown.collect()), page, more))
}

fn filter(call: &Call, params: &Params) -> Outcome<(Open311Filter, u64)> {
    let mut filter = Open311Filter::default();
    let page = paging::page(call, params, &mut filter)?;
    let ids = params.list("service_request_id");
    if !ids.is_empty() {
        if ids.len() as u64 > paging::MOST {
            return Err(call.words().refuse(
                400,
                "too-many-ids",
                &[("most", paging::MOST.to_string())],
            ));
        }
        // What is no id of ours belongs to no request; one of them must remain so that the list stays a list of ids.
        filter.ids = ids
            .into_iter()
            .map(|text| params::id(text).unwrap_or_default())
            .collect();
        return Ok((filter, page));
    }
    paging::span(call, params, &mut filter)?;
    filter.services = params
        .list("service_code")
        .into_iter()
        .map(str::to_owned)
        .collect();
    let (mut open, mut closed) = (false, false);
    for state in params.list("status") {
        match state.to_ascii_lowercase().as_str() {
            "open" => open = true,
            "closed" => closed = true,
            _ => {
                return Err(call.words().refuse(
                    400,
                    "status-unknown",
                    &[("text", paging::shortened(state))],
                ));
            }
        }
    }
    filter.open = (open != closed).then_some(open);
    Ok((filter, page))
}

fn extensions(params: &Params) -> bool {
    params
        .get("extensions")
        .is_some_and(|text| text.eq_ignore_ascii_case("true") || text == "1")
}

pub(crate) async fn one(call: Call, Named(file): Named<String>) -> Response {
    let outcome = match Format::split(&file) {
        Some((id, _)) => request(&call, id).await,
        None => Err(call.words().refuse(404, "format-unknown", &[])),
    };
    call.answer(ROOT, StatusCode::OK, outcome)
}

async fn request(call: &Call, id: &str) -> Outcome {
    let params = call.query()?;
    let known = call.identify(&params, false).await?;
    let eyes = call.eyes(&known, &params)?;
    let cases = call.cases()?;
    let unknown = || {
        call.words()
            .refuse(404, "request-unknown", &[("id", paging::shortened(id))])
    };
    let id = params::id(id).ok_or_else(unknown)?;
    let row = open311_request(call.app.db(), &cases, &known.ctx, &eyes, id)
        .await
        .map_err(|problem| call.refused(problem))?
        .ok_or_else(unknown)?;
    let base = &call.app.config().public_url;
    let shown = shown::request(
        &row,
        &cases,
        &known.ctx,
        call.words(),
        extensions(&params),
        base,
    );
    Ok(Item::List("request", vec![shown]))
}

/// Requests get their id at once, so no answer holds a token; the reporter's tracking code is taken for one.
pub(crate) async fn token(call: Call, Named(file): Named<String>) -> Response {
    let outcome = match Format::split(&file) {
        Some((token, _)) => behind(&call, token).await,
        None => Err(call.words().refuse(404, "format-unknown", &[])),
    };
    call.answer(ROOT, StatusCode::OK, outcome)
}

async fn behind(call: &Call, token: &str) -> Outcome {
    let params = call.query()?;
    call.identify(&params, false).await?;
    let communities = call.communities(&params)?;
    let unknown = || {
        call.words()
            .refuse(404, "token-unknown", &[("token", paging::shortened(token))])
    };
    let (community, id) = track_key(call.app.db(), token).await.map_err(|problem| {
        if problem.kind().status() == 404 {
            unknown()
        } else {
            call.refused(problem)
        }
    })?;
    if !communities.contains(&community) {
        return Err(unknown());
    }
    let request = vec![
        ("service_request_id", Item::text(id.to_string())),
        ("token", Item::text(token)),
    ];
    Ok(Item::List("request", vec![Item::Record(request)]))
}

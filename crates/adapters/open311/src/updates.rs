//! The extension for updates of service requests: what happened, told oldest first, and what others add.
//!
//! A foreign system adds notes, and asks to reopen. It cannot close: a case ends when somebody has verified that the matter
//! is solved, and a field in a form is not that.

use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::Response;
use youlin_cases::model::Verb;
use youlin_cases::{
    Act, Open311Filter, Open311Row, Open311Update, Via, open311_filed_by, open311_request,
    open311_step_of, open311_updates,
};

use crate::body::{self, Posted};
use crate::call::{Call, Known, Outcome};
use crate::create::{self, Once};
use crate::item::Item;
use crate::paging::{self, shortened};
use crate::params;
use crate::shown;

const ROOT: &str = "service_request_updates";

pub(crate) async fn list(call: Call) -> Response {
    match updates(&call).await {
        Ok((item, page, more)) => {
            let mut response = item.answer(ROOT, call.format, StatusCode::OK);
            paging::link(&call, &mut response, page, more);
            response
        }
        Err(refusal) => refusal.answer(call.format),
    }
}

async fn updates(call: &Call) -> Outcome<(Item, u64, bool)> {
    let params = call.query()?;
    let known = call.identify(&params, false).await?;
    let eyes = call.eyes(&known, &params)?;
    let cases = call.cases()?;
    let mut filter = Open311Filter::default();
    let page = paging::page(call, &params, &mut filter)?;
    let ids = params.list("service_request_id");
    filter.ids = ids
        .iter()
        .map(|text| params::id(text).unwrap_or_default())
        .collect();
    if filter.ids.is_empty()
        || params.get("start_date").is_some()
        || params.get("end_date").is_some()
    {
        paging::span(call, &params, &mut filter)?;
    }
    let (updates, more) = open311_updates(call.app.db(), &cases, &eyes, &filter)
        .await
        .map_err(|problem| call.refused(problem))?;
    let shown = updates.iter().map(|one| update(call, one)).collect();
    Ok((Item::List("request_update", shown), page, more))
}

fn update(call: &Call, update: &Open311Update) -> Item {
    let closed = matches!(
        update.kind.as_str(),
        "closed" | "declined" | "cancelled" | "merged"
    );
    let said = call
        .words()
        .say(&format!("update-{}", update.kind.replace('_', "-")), &[]);
    let description = match &update.text {
        Some(text) if update.kind == "noted" => text.clone(),
        Some(text) => format!("{said} {text}"),
        None => said,
    };
    Item::Record(vec![
        ("update_id", Item::text(update.id.to_string())),
        ("service_request_id", Item::text(update.case.to_string())),
        ("status", Item::text(if closed { "closed" } else { "open" })),
        ("updated_datetime", Item::time(update.at)),
        ("description", Item::Text(description)),
        ("media_url", Item::Null),
    ])
}

pub(crate) async fn create(call: Call, request: Request) -> Response {
    let outcome = add(&call, request).await;
    call.answer(ROOT, StatusCode::CREATED, outcome)
}

async fn add(call: &Call, request: Request) -> Outcome {
    let posted = body::read(call, request).await?;
    let words = call.words();
    let cases = call.cases()?;
    let Some(sent) = posted.params.get("service_request_id") else {
        return Err(words.refuse(400, "request-needed", &[]));
    };
    let unknown = || words.refuse(404, "request-unknown", &[("id", shortened(sent))]);
    let id = params::id(sent).ok_or_else(unknown)?;
    let known = Known {
        ctx: posted.ctx.clone(),
        machine: Some(posted.machine),
    };
    let eyes = call.eyes(&known, &posted.params)?;
    let found = open311_request(call.app.db(), &cases, &posted.ctx, &eyes, id).await;
    let row = found
        .map_err(|problem| call.refused(problem))?
        .ok_or_else(unknown)?;
    if !row.whole {
        return Err(words.refuse(403, "key-elsewhere", &[]));
    }
    let verb = verb(call, &posted, &row)?;
    let filed = open311_filed_by(call.app.db(), row.community, row.id, posted.machine)
        .await
        .map_err(|problem| call.refused(problem))?;
    // Whoever filed it speaks for the reporter; others by what their key may do there.
    let (via, stage) = if filed {
        (Via::Tracking, "report")
    } else {
        (Via::Account, "handling")
    };
    let once = once(call, &posted, &row)?;
    let key = once
        .key("open311.update", &(row.id, &verb))
        .map_err(|problem| call.refused(problem))?;
    let act = Act {
        cases,
        community: row.community,
        case: row.id,
        version: None,
        verb,
        via,
    };
    let acted = call
        .app
        .db()
        .execute_once(&posted.ctx, key, act)
        .await
        .map_err(|problem| call.refused(problem))?;
    create::attach(
        call,
        &posted.ctx,
        (row.community, row.id),
        posted.files,
        stage,
    )
    .await?;
    let text = posted.params.get("description").unwrap_or_default();
    let step = open311_step_of(call.app.db(), row.community, row.id, posted.machine, text).await;
    let step = step.map_err(|problem| call.refused(problem))?;
    Ok(Item::List(
        "request_update",
        vec![Item::Record(vec![
            ("update_id", Item::maybe(step.map(|id| id.to_string()))),
            ("service_request_id", Item::text(row.id.to_string())),
            ("status", Item::text(shown::state(acted.status))),
        ])],
    ))
}

/// The header's key, else the client's own `update_id`: sent again, an update is not doubled.
fn once(call: &Call, posted: &Posted, row: &Open311Row) -> Outcome<Once> {
    let own = posted
        .params
        .get("update_id")
        .map(|id| format!("update:{}:{}", row.id.simple(), shortened(id)));
    let key = create::sent_key(&call.headers, call.words())?.or(own);
    Ok(Once {
        key,
        community: row.community,
    })
}

fn verb(call: &Call, posted: &Posted, row: &Open311Row) -> Outcome<Verb> {
    let words = call.words();
    let Some(text) = posted.params.get("description").map(str::to_owned) else {
        return Err(words.refuse(400, "description-needed", &[]));
    };
    let wanted = posted.params.get("status").map(str::to_ascii_lowercase);
    match wanted.as_deref() {
        None => Ok(Verb::Note { text, public: true }),
        Some("open") if row.status.is_ended() => Ok(Verb::Reopen { reason: text }),
        Some("closed") if !row.status.is_ended() => Err(words.refuse(409, "close-refused", &[])),
        Some("open" | "closed") => Ok(Verb::Note { text, public: true }),
        Some(other) => Err(words.refuse(400, "status-unknown", &[("text", shortened(other))])),
    }
}

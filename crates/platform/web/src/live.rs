//! Server-sent events: what happened, told to the open pages of those who may see it. Only ids travel; the page fetches
//! what it shows, with its own rights.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::response::sse::{Event as SseEvent, KeepAlive, Sse};
use futures::{Stream, StreamExt};
use serde_json::json;
use tokio_stream::wrappers::BroadcastStream;
use youlin_database::Event;
use youlin_kernel::{Ctx, Permission};

use crate::service::LiveTopics;
use crate::{App, Caller, WebResult};

/// An outbox topic that reaches open pages.
#[derive(Clone, Copy, Debug)]
pub struct LiveTopic {
    /// Events whose topic starts with this.
    pub prefix: &'static str,
    /// The event's name in the browser: `case`, `call`, `notice`.
    pub name: &'static str,
    /// Who hears of it, in the event's community.
    pub permission: &'static Permission,
    /// Address of what the page may fetch, with `{id}`; empty when the page knows by itself.
    pub url: &'static str,
}

pub(crate) async fn stream(
    State(app): State<App>,
    Caller(ctx): Caller,
) -> WebResult<Sse<impl Stream<Item = Result<SseEvent, Infallible>>>> {
    let topics = app.need::<LiveTopics>()?;
    let events = BroadcastStream::new(app.db().subscribe()).filter_map(move |event| {
        let told = match event {
            Ok(event) => tell(&topics, &ctx, &event),
            // The page was slower than the events: it should look again at everything it shows.
            Err(_lagged) => Some(SseEvent::default().event("case").data(r#"{"id":"*"}"#)),
        };
        futures::future::ready(told.map(Ok))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(Duration::from_secs(20))))
}

fn tell(topics: &LiveTopics, ctx: &Ctx, event: &Event) -> Option<SseEvent> {
    let topic = topics
        .0
        .iter()
        .find(|topic| event.topic.starts_with(topic.prefix))?;
    let scope = ctx.scope(topic.permission).ok()?;
    let areas =
        ["grid", "neighbourhood"].map(|key| event.payload[key].as_i64().map(youlin_kernel::AreaId));
    // An event that names an account is for that account alone, whichever part of the community it looks after.
    let visible = match event.payload["account"].as_str() {
        Some(account) => {
            ctx.actor().id().is_some_and(|id| id.to_string() == account)
                && scope.contains_community(event.community)
        }
        None => scope.contains(event.community, &areas),
    };
    if !visible {
        return None;
    }
    let url = event.payload["url"].as_str().map_or_else(
        || topic.url.replace("{id}", &event.subject.to_string()),
        str::to_owned,
    );
    let mut data = json!({"id": event.subject, "url": url, "topic": event.topic, "community": event.community.0});
    if let Some(text) = event.payload["text"][ctx.locale().tag()].as_str() {
        data["text"] = text.into();
    }
    Some(SseEvent::default().event(topic.name).data(data.to_string()))
}

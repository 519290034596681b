//! One request of a phone, its owner found.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header::ACCEPT_LANGUAGE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Uri};
use jiff::fmt::rfc2822;
use uuid::Uuid;
use youlin_kernel::{Ctx, Locale, Micros, Problem};
use youlin_rounds::checklists::KEPT;
use youlin_web::{App, Caller, ClientAddr};

use crate::PREFIX;
use crate::access::owner;
use crate::refusal::Refusal;
use crate::service::OpenRosa;

/// See the module's text.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) app: App,
    pub(crate) service: Arc<OpenRosa>,
    /// The owner's.
    pub(crate) ctx: Ctx,
    pub(crate) account: Uuid,
    pub(crate) headers: HeaderMap,
    uri: Uri,
    secret: String,
}

impl FromRequestParts<App> for Call {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refusal> {
        let early = |problem: Problem| Refusal::of(app, Locale::Zh, &problem);
        let Caller(visitor) = Caller::from_request_parts(parts, app)
            .await
            .map_err(|fault| early(fault.0))?;
        let ClientAddr(client) = ClientAddr::from_request_parts(parts, app)
            .await
            .map_err(|fault| early(fault.0))?;
        let refused = |problem: Problem| Refusal::of(app, visitor.locale(), &problem);
        let secret = secret_of(&parts.uri).to_owned();
        let service: Arc<OpenRosa> = app.need().map_err(refused)?;
        let owner = owner(app, &service, &visitor, client, &secret)
            .await
            .map_err(refused)?;
        let account = owner.who.actor.id();
        let locale = match parts.headers.contains_key(ACCEPT_LANGUAGE) {
            true => visitor.locale(),
            false => owner.locale,
        };
        let ctx = app.ctx(
            owner.who.actor,
            owner.who.grants,
            locale,
            visitor.request_id(),
        );
        Ok(Self {
            account: account.ok_or_else(|| refused(Problem::forbidden()))?,
            app: app.clone(),
            service,
            ctx,
            headers: parts.headers.clone(),
            uri: parts.uri.clone(),
            secret,
        })
    }
}

/// The part of the path behind the prefix.
fn secret_of(uri: &Uri) -> &str {
    let rest = uri.path().strip_prefix(PREFIX).unwrap_or_default();
    rest.split('/').next().unwrap_or_default()
}

impl Call {
    /// The address of something of this phone's, as clients outside reach it.
    pub(crate) fn address(&self, path: &str) -> String {
        let house = &self.app.config().public_url;
        format!("{house}{PREFIX}{}/{path}", self.secret)
    }

    pub(crate) fn refused(&self, problem: impl Into<Problem>) -> Refusal {
        let problem = problem.into();
        if problem.kind().status() >= 500 {
            let request_id = self.ctx.request_id();
            tracing::error!(%request_id, %problem, "an OpenRosa request failed");
        }
        Refusal::of(&self.app, self.ctx.locale(), &problem)
    }

    /// The message `openrosa-<key>`.
    pub(crate) fn say(&self, key: &str, args: &[(&str, String)]) -> String {
        let key = format!("openrosa-{key}");
        self.app.i18n().text(self.ctx.locale(), &key, args)
    }

    /// The same as it is kept with the round.
    pub(crate) fn note(&self, key: &str, args: &[(&str, String)]) -> String {
        let key = format!("openrosa-{key}");
        self.app.i18n().text(KEPT, &key, args)
    }

    /// The parts of the path behind the secret, decoded.
    pub(crate) fn part(&self, at: usize) -> String {
        let rest = self.uri.path().strip_prefix(PREFIX).unwrap_or_default();
        let part = rest.split('/').nth(at + 1).unwrap_or_default();
        decoded(part)
    }

    /// A parameter of the query.
    pub(crate) fn query(&self, name: &str) -> Option<String> {
        let query = self.uri.query().unwrap_or_default();
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs
            .find(|(key, _)| *key == name)
            .map(|(_, value)| decoded(value))
    }

    /// What time it is by the client's clock: the standard asks every request to say so.
    pub(crate) fn sent_at(&self) -> Option<Micros> {
        let text = self.headers.get("date")?.to_str().ok()?;
        let at = rfc2822::parse(text).ok()?;
        Some(Micros(at.timestamp().as_microsecond()))
    }
}

/// Percent-encoded UTF-8; what is none stays as it is.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let pair = after
            .get(..2)
            .and_then(|pair| std::str::from_utf8(pair).ok());
        match (
            first,
            pair.and_then(|pair| u8::from_str_radix(pair, 16).ok()),
        ) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            (b'+', _) => {
                bytes.push(b' ');
                rest = after;
            }
            (byte, _) => {
                bytes.push(byte);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_not_utf8| text.to_owned())
}

/// A part of a path, percent-encoded.
pub(crate) fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                out.push(char::from(byte));
            }
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{decoded, encoded};

    #[test]
    fn what_is_encoded_is_decoded() {
        for text in ["river-patrol", "1 of 2", "河道/1", "100%", "a+b"] {
            assert_eq!(decoded(&encoded(text)), text);
        }
        assert_eq!(decoded("100%zz"), "100%zz");
    }
}

//! One request: its format, its parameters, whose key it carries, which jurisdiction it means.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::Response;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use uuid::Uuid;
use youlin_cases::permissions::CASES_READ;
use youlin_cases::{Cases, Open311Eyes};
use youlin_kernel::{Actor, CommunityId, Ctx, Problem};
use youlin_people::{Accounts, Directory, KeyKind};
use youlin_web::{App, Caller, ClientAddr, Fault};

use crate::item::{Format, Item};
use crate::params::Params;
use crate::refusal::{Refusal, Words};
use crate::settings::Open311Settings;

/// What an answer or its refusal is made of.
pub(crate) type Outcome<T = Item> = Result<T, Refusal>;

/// A request before anybody knows whose it is.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) app: App,
    /// The visitor's; [`Call::identify`] makes it the key's.
    pub(crate) ctx: Ctx,
    pub(crate) format: Format,
    pub(crate) headers: HeaderMap,
    uri: Uri,
    client: std::net::IpAddr,
}

/// A request whose caller is known: a key, or the public.
#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) ctx: Ctx,
    /// The key.
    pub(crate) machine: Option<Uuid>,
}

impl FromRequestParts<App> for Call {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Fault> {
        let Caller(ctx) = Caller::from_request_parts(parts, app).await?;
        let ClientAddr(client) = ClientAddr::from_request_parts(parts, app).await?;
        Ok(Self {
            app: app.clone(),
            ctx,
            format: Format::of_path(parts.uri.path()),
            headers: parts.headers.clone(),
            uri: parts.uri.clone(),
            client,
        })
    }
}

impl Call {
    pub(crate) fn words(&self) -> Words<'_> {
        Words::of(&self.app, &self.ctx)
    }

    /// A problem of the house as a refusal; our own faults go to the log.
    pub(crate) fn refused(&self, problem: impl Into<Problem>) -> Refusal {
        let problem = problem.into();
        if problem.kind().status() >= 500 {
            let request_id = self.ctx.request_id();
            tracing::error!(%request_id, %problem, "an Open311 request failed");
        }
        self.words().problem(&problem)
    }

    /// The query string.
    pub(crate) fn query(&self) -> Outcome<Params> {
        Params::parse(self.uri.query().unwrap_or_default())
            .map_err(|_| self.words().refuse(400, "not-utf8", &[]))
    }

    /// Where the same question is asked for another page.
    pub(crate) fn with_page(&self, page: u64) -> String {
        let rest = self.uri.query().unwrap_or_default().split('&');
        // The key is the caller's business and stays out of what we write.
        let kept = rest.filter(|pair| {
            !pair.is_empty() && !pair.starts_with("page=") && !pair.starts_with("api_key=")
        });
        let mut query: Vec<String> = kept.map(str::to_owned).collect();
        query.push(format!("page={page}"));
        format!(
            "{}{}?{}",
            self.app.config().public_url,
            self.uri.path(),
            query.join("&")
        )
    }

    /// Whose request it is. Those without a key are counted, per client.
    pub(crate) async fn identify(&self, params: &Params, writes: bool) -> Outcome<Known> {
        let Some(key) = self.key(params) else {
            self.count(writes)?;
            return Ok(Known {
                ctx: self.ctx.clone(),
                machine: None,
            });
        };
        let accounts = self
            .app
            .need::<Accounts>()
            .map_err(|problem| self.refused(problem))?;
        let hash: [u8; 32] = Sha256::digest(key.as_bytes()).into();
        let found = accounts
            .key_of(KeyKind::Open311, hash)
            .await
            .map_err(|problem| self.refused(problem))?;
        let Some(who) = found else {
            self.count(true)?;
            return Err(self.words().refuse(403, "key-unknown", &[]));
        };
        let machine = match &who.actor {
            Actor::Machine { id, .. } => Some(*id),
            _ => None,
        };
        Ok(Known {
            ctx: self.ctx.acting_as(who.actor, who.grants),
            machine,
        })
    }

    /// The same, where the specification asks for a key.
    pub(crate) async fn identify_key(&self, params: &Params) -> Outcome<(Ctx, Uuid)> {
        let known = self.identify(params, true).await?;
        match known.machine {
            Some(machine) => Ok((known.ctx, machine)),
            None => Err(self.words().refuse(403, "key-missing", &[])),
        }
    }

    fn count(&self, writes: bool) -> Outcome<()> {
        self.app
            .limits()
            .public(self.client, writes)
            .map_err(|problem| self.refused(problem))
    }

    /// The specification's parameter, or a header for those who keep keys out of logs.
    fn key(&self, params: &Params) -> Option<String> {
        let header = |name: &str| self.headers.get(name).and_then(|value| value.to_str().ok());
        let bearer =
            header(header::AUTHORIZATION.as_str()).and_then(|value| value.strip_prefix("Bearer "));
        let named = params
            .get("api_key")
            .or_else(|| header("x-api-key"))
            .or(bearer);
        named
            .map(str::trim)
            .filter(|key| !key.is_empty())
            .map(str::to_owned)
    }

    pub(crate) fn settings(&self) -> Arc<Open311Settings> {
        self.app.service().unwrap_or_default()
    }

    pub(crate) fn cases(&self) -> Outcome<Arc<Cases>> {
        self.app.need().map_err(|problem| self.refused(problem))
    }

    /// The communities of the jurisdiction named.
    pub(crate) fn communities(&self, params: &Params) -> Outcome<Vec<CommunityId>> {
        let settings = self.settings();
        let named = params.get("jurisdiction_id");
        let found = match (settings.jurisdictions.as_slice(), named) {
            ([], _) => return Ok(self.ctx.areas().communities_with_records()),
            ([only], None) => Some(only),
            (_, None) => return Err(self.words().refuse(400, "jurisdiction-needed", &[])),
            (all, Some(id)) => all.iter().find(|one| one.id == id),
        };
        let area = found.and_then(|one| self.ctx.areas().by_code(&one.area_code));
        match area {
            Some(area) => Ok(self.ctx.areas().communities_of(area.id)),
            None => {
                let id = named.unwrap_or_default().to_owned();
                Err(self
                    .words()
                    .refuse(404, "jurisdiction-unknown", &[("id", id)]))
            }
        }
    }

    /// What these callers see.
    pub(crate) fn eyes(&self, known: &Known, params: &Params) -> Outcome<Open311Eyes> {
        Ok(Open311Eyes {
            communities: self.communities(params)?,
            reads: known
                .machine
                .and_then(|_| known.ctx.scope(&CASES_READ).ok()),
            filer: known.machine,
            parties: Directory::parties_of(&known.ctx)
                .iter()
                .map(|party| party.id)
                .collect(),
        })
    }

    /// The answer, or the refusal in its place.
    pub(crate) fn answer(
        &self,
        root: &'static str,
        status: StatusCode,
        outcome: Outcome,
    ) -> Response {
        match outcome {
            Ok(item) => item.answer(root, self.format, status),
            Err(refusal) => refusal.answer(self.format),
        }
    }
}

/// The parts of the path, as text; what is no text names nothing.
#[derive(Debug)]
pub(crate) struct Named<T>(pub(crate) T);

impl<T: DeserializeOwned + Send> FromRequestParts<App> for Named<T> {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Fault> {
        axum::extract::Path::<T>::from_request_parts(parts, app)
            .await
            .map(|path| Self(path.0))
            .map_err(|_not_utf8| Problem::not_found().into())
    }
}

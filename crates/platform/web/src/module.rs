//! How a module describes itself, and the one way to declare a route.

use std::sync::Arc;

use axum::Router;
use axum::handler::Handler;
use axum::response::Response;
use axum::routing::{MethodRouter, on};
use utoipa_axum::router::UtoipaMethodRouter;
use youlin_database::sealed::SealedTable;
use youlin_database::text::TextSource;
use youlin_database::{AuditedTable, Consumer, JobHandler, Migration, Recurring};
use youlin_kernel::{Access, Ctx, Permission, Problem};

use crate::App;
use crate::described::Described;
use crate::door::door;
use crate::live::LiveTopic;

/// Methods in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

impl Method {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    /// As OpenAPI writes it.
    pub(crate) fn in_description(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::Post => "post",
            Self::Put => "put",
            Self::Patch => "patch",
            Self::Delete => "delete",
        }
    }

    fn filter(self) -> axum::routing::MethodFilter {
        use axum::routing::MethodFilter as Filter;
        match self {
            Self::Get => Filter::GET,
            Self::Post => Filter::POST,
            Self::Put => Filter::PUT,
            Self::Patch => Filter::PATCH,
            Self::Delete => Filter::DELETE,
        }
    }
}

/// One line of the authorization matrix.
#[derive(Clone, Debug)]
pub struct RouteInfo {
    pub method: Method,
    pub path: String,
    pub access: Access,
}

/// A module's routes. There is no way to add one without saying who may call it.
#[derive(Default)]
pub struct Routes {
    pub(crate) router: Router<App>,
    pub(crate) table: Vec<RouteInfo>,
    pub(crate) described: Described,
}

impl std::fmt::Debug for Routes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Routes")
            .field("table", &self.table)
            .finish_non_exhaustive()
    }
}

impl Routes {
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    #[must_use]
    pub fn get<H: Handler<T, App>, T: 'static>(
        self,
        path: &str,
        access: Access,
        handler: H,
    ) -> Self {
        self.page(Method::Get, path, access, handler)
    }

    #[must_use]
    pub fn post<H: Handler<T, App>, T: 'static>(
        self,
        path: &str,
        access: Access,
        handler: H,
    ) -> Self {
        self.page(Method::Post, path, access, handler)
    }

    /// A route outside the OpenAPI description: pages, webhooks, foreign protocols.
    #[must_use]
    pub fn page<H: Handler<T, App>, T: 'static>(
        self,
        method: Method,
        path: &str,
        access: Access,
        handler: H,
    ) -> Self {
        self.route(method, path, access, on(method.filter(), handler))
    }

    /// Like [`Routes::page`] for a handler that carries its own layers (a larger body limit for uploads).
    #[must_use]
    pub fn route(
        mut self,
        method: Method,
        path: &str,
        access: Access,
        router: MethodRouter<App>,
    ) -> Self {
        self.table.push(RouteInfo {
            method,
            path: path.to_owned(),
            access,
        });
        self.router = self.router.route(path, door(router, access));
        self
    }

    /// A route of the REST interface: `routes!(handler)`, described by its `#[utoipa::path]`.
    #[must_use]
    pub fn api(
        mut self,
        access: Access,
        (schemas, paths, router): UtoipaMethodRouter<App>,
    ) -> Self {
        let router = door(router, access);
        for (path, item) in &paths.paths {
            for method in self.described.add(path, item) {
                self.table.push(RouteInfo {
                    method,
                    path: path.clone(),
                    access,
                });
            }
            self.router = self.router.route(path, router.clone());
        }
        self.described.name(&schemas);
        self
    }

    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.router = self.router.merge(other.router);
        self.table.extend(other.table);
        self.described.merge(other.described);
        self
    }

    #[must_use]
    pub fn table(&self) -> &[RouteInfo] {
        &self.table
    }
}

/// A foreign protocol under a path of its own. It uses no cookies, finds out itself who calls (its keys need not be in a
/// header) and therefore limits its anonymous callers itself ([`crate::RateLimits::public`]), and its clients understand
/// refusals only in its own form, also those of the router and of the middleware.
#[derive(Clone, Copy, Debug)]
pub struct Protocol {
    /// `/open311/`
    pub prefix: &'static str,
    /// The refusal of a request to this path.
    pub refuse: fn(&App, &Ctx, path: &str, &Problem) -> Response,
}

type Handlers = fn(&App) -> Vec<Arc<dyn JobHandler>>;
type Consumers = fn(&App) -> Vec<Arc<dyn Consumer>>;
type Texts = fn(&App) -> Vec<Arc<dyn TextSource>>;

/// What a module brings to the house.
pub struct Module {
    pub name: &'static str,
    pub migrations: &'static [Migration],
    /// Tables that every machine holds whole when the database is distributed: small, read everywhere, rarely written.
    /// All others that begin with a `community_id` are spread by it.
    pub reference: &'static [&'static str],
    pub permissions: &'static [&'static Permission],
    pub audited: Vec<AuditedTable>,
    /// Tables with sealed columns, so that a change of keys finds all of them.
    pub sealed: Vec<SealedTable>,
    /// Only the server and the description of the interface need them, so they are not made for who asks for something else.
    pub routes: fn() -> Routes,
    pub jobs: Handlers,
    /// Those of its jobs that run again and again; every server plans them at its start.
    pub recurring: &'static [Recurring],
    pub consumers: Consumers,
    /// Records that are found by what they say.
    pub texts: Texts,
    /// Events that reach open pages.
    pub live: &'static [LiveTopic],
    /// The foreign protocol this module speaks.
    pub protocol: Option<Protocol>,
}

impl std::fmt::Debug for Module {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Module")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl Module {
    /// A module without anything yet; fill in what it has with struct update syntax.
    #[must_use]
    pub fn named(name: &'static str) -> Self {
        Self {
            name,
            migrations: &[],
            reference: &[],
            permissions: &[],
            audited: Vec::new(),
            sealed: Vec::new(),
            routes: Routes::new,
            jobs: |_| Vec::new(),
            recurring: &[],
            consumers: |_| Vec::new(),
            texts: |_| Vec::new(),
            live: &[],
            protocol: None,
        }
    }
}

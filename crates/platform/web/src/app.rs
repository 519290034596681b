//! What every handler can reach: the database, the areas, the catalogues, settings, and the modules' own services.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use futures::future::BoxFuture;
use uuid::Uuid;
use youlin_database::Database;
use youlin_kernel::{Actor, AreaTree, Clock, Ctx, Entropy, Grant, Locale, Result};

use crate::I18n;
use crate::ratelimit::RateLimits;
use crate::session::{CookiePolicy, SessionCache};

/// Settings of the web floor.
#[derive(Clone, Debug)]
pub struct WebConfig {
    /// Where people reach Youlin, without a slash at the end; used in links that leave the house.
    pub public_url: String,
    /// Shows a line on every page that this is an example.
    pub demo: bool,
    pub cookies: CookiePolicy,
    /// Raster tiles for maps (`https://…/{z}/{x}/{y}.png`); none: boundaries and points only.
    pub tile_url: Option<String>,
    /// Largest upload in bytes.
    pub max_upload: usize,
}

/// What a session or key stands for, as the people module knows it.
#[derive(Clone, Debug)]
pub struct SignedIn {
    pub actor: Actor,
    pub grants: Arc<[Grant]>,
    /// The language the person chose, if any.
    pub locale: Option<Locale>,
    /// The account must pass a second factor before it may do anything else.
    pub second_factor_required: bool,
}

/// Implemented by the people module.
pub trait AccountSource: Send + Sync {
    /// The account's present name and grants; `None` when it is closed.
    fn account(&self, id: Uuid) -> BoxFuture<'_, Result<Option<SignedIn>>>;
    /// The owner of a key sent as `Authorization: Bearer …`.
    fn key(&self, sha256: [u8; 32]) -> BoxFuture<'_, Result<Option<SignedIn>>>;
}

struct Inner {
    db: Database,
    areas: Arc<ArcSwap<AreaTree>>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    i18n: Arc<I18n>,
    config: WebConfig,
    accounts: Arc<dyn AccountSource>,
    sessions: SessionCache,
    limits: RateLimits,
    services: HashMap<TypeId, Arc<dyn Any + Send + Sync>>,
}

/// The state of the router; cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Inner>);

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App")
            .field("config", &self.0.config)
            .finish_non_exhaustive()
    }
}

impl App {
    #[must_use]
    pub fn db(&self) -> &Database {
        &self.0.db
    }

    #[must_use]
    pub fn areas(&self) -> Arc<AreaTree> {
        self.0.areas.load_full()
    }

    /// Where the places module puts a newer tree.
    #[must_use]
    pub fn area_cell(&self) -> Arc<ArcSwap<AreaTree>> {
        Arc::clone(&self.0.areas)
    }

    #[must_use]
    pub fn i18n(&self) -> &Arc<I18n> {
        &self.0.i18n
    }

    #[must_use]
    pub fn config(&self) -> &WebConfig {
        &self.0.config
    }

    #[must_use]
    pub fn accounts(&self) -> &Arc<dyn AccountSource> {
        &self.0.accounts
    }

    #[must_use]
    pub fn limits(&self) -> &RateLimits {
        &self.0.limits
    }

    pub(crate) fn sessions(&self) -> &SessionCache {
        &self.0.sessions
    }

    /// Forgets what is remembered of sessions and keys, after a change of grants or a sign-out.
    pub fn forget_sessions(&self) {
        self.0.sessions.clear();
    }

    /// A module's own service (the locator, the key ring …), put in at start.
    #[must_use]
    pub fn service<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        self.0
            .services
            .get(&TypeId::of::<T>())
            .and_then(|service| Arc::clone(service).downcast().ok())
    }

    /// A module's own service that the composition root must have put in.
    ///
    /// # Errors
    /// 500 when it did not.
    pub fn need<T: Send + Sync + 'static>(&self) -> Result<Arc<T>> {
        self.service().ok_or_else(|| {
            youlin_kernel::Problem::internal(format!(
                "no {} was put in at start",
                std::any::type_name::<T>()
            ))
        })
    }

    /// A context for any actor.
    #[must_use]
    pub fn ctx(&self, actor: Actor, grants: Arc<[Grant]>, locale: Locale, request_id: Uuid) -> Ctx {
        Ctx::new(
            actor,
            grants,
            self.areas(),
            Arc::clone(&self.0.clock),
            Arc::clone(&self.0.entropy),
            locale,
            request_id,
        )
    }

    /// Youlin's own context, for jobs and consumers.
    #[must_use]
    pub fn service_ctx(&self, name: &'static str) -> Ctx {
        Ctx::service(
            name,
            self.areas(),
            Arc::clone(&self.0.clock),
            Arc::clone(&self.0.entropy),
        )
    }
}

/// Collects what an [`App`] needs.
pub struct AppBuilder {
    pub db: Database,
    pub areas: Arc<ArcSwap<AreaTree>>,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
    pub i18n: Arc<I18n>,
    pub config: WebConfig,
    pub accounts: Arc<dyn AccountSource>,
    pub limits: RateLimits,
    services: HashMap<TypeId, Arc<dyn Any + Send + Sync>>,
}

impl std::fmt::Debug for AppBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AppBuilder")
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}

impl AppBuilder {
    #[must_use]
    pub fn new(
        db: Database,
        areas: Arc<ArcSwap<AreaTree>>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        i18n: Arc<I18n>,
        config: WebConfig,
        accounts: Arc<dyn AccountSource>,
        limits: RateLimits,
    ) -> Self {
        Self {
            db,
            areas,
            clock,
            entropy,
            i18n,
            config,
            accounts,
            limits,
            services: HashMap::new(),
        }
    }

    /// Puts in a service that handlers fetch with [`App::need`].
    #[must_use]
    pub fn with<T: Send + Sync + 'static>(mut self, service: Arc<T>) -> Self {
        self.services.insert(TypeId::of::<T>(), service);
        self
    }

    #[must_use]
    pub fn finish(self) -> App {
        App(Arc::new(Inner {
            db: self.db,
            areas: self.areas,
            clock: self.clock,
            entropy: self.entropy,
            i18n: self.i18n,
            config: self.config,
            accounts: self.accounts,
            sessions: SessionCache::default(),
            limits: self.limits,
            services: self.services,
        }))
    }
}

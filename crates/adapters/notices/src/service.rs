//! The module's service: settings, connections, and what is remembered for a moment.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use arc_swap::ArcSwapOption;
use tokio::sync::Notify;
use uuid::Uuid;
use youlin_database::{Database, Event};
use youlin_kernel::{CommunityId, Result};
use youlin_people::{Vault, account_list};
use youlin_web::I18n;

use crate::courier::mail::Mailer;
use crate::entities::webhook_subscription;
use crate::guard::GuardedResolver;
use crate::roster::Roster;
use crate::settings::{NoticesSettings, SettingsFault};
use crate::source::{CaseBrief, CaseSource};
use crate::{commands, queries};

/// What is kept of accounts and subscriptions is read again after this long, should another process change them.
const REMEMBERED: Duration = Duration::from_secs(30);
/// A receiver that has not answered by then has not answered.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(10);

type Kept<T> = ArcSwapOption<(Instant, T)>;

/// Put into the application at start as `Arc<Notices>`; consumers, courier and pages work with it.
pub struct Notices {
    pub(crate) db: Database,
    pub(crate) vault: Arc<Vault>,
    pub(crate) i18n: Arc<I18n>,
    pub(crate) settings: NoticesSettings,
    pub(crate) source: Arc<dyn CaseSource>,
    /// To the SMS gateway, which the installation chose.
    pub(crate) gateway: reqwest::Client,
    /// To webhooks, which somebody typed in: guarded.
    pub(crate) hooks: reqwest::Client,
    pub(crate) mailer: Option<Mailer>,
    /// Something to deliver was saved.
    pub(crate) wake: Notify,
    /// What the events at hand are about, by the event's id.
    foreseen: Mutex<HashMap<Uuid, CaseBrief>>,
    roster: Kept<Arc<Roster>>,
    webhooks: Kept<Arc<Vec<webhook_subscription::Model>>>,
}

impl std::fmt::Debug for Notices {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Notices")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

impl Notices {
    /// Prepares the ways out. Nothing is connected yet.
    ///
    /// # Errors
    /// The setting that cannot be used.
    pub fn new(
        db: Database,
        vault: Arc<Vault>,
        i18n: Arc<I18n>,
        settings: NoticesSettings,
        source: Arc<dyn CaseSource>,
    ) -> Result<Arc<Self>, SettingsFault> {
        settings.check()?;
        let guard = GuardedResolver {
            private_allowed: settings.private_webhooks,
        };
        let hooks = client()
            .dns_resolver(guard)
            .build()
            .map_err(|error| SettingsFault::Client(error.to_string()))?;
        let gateway = client()
            .build()
            .map_err(|error| SettingsFault::Client(error.to_string()))?;
        let mailer = settings.smtp.as_ref().map(Mailer::new).transpose()?;
        Ok(Arc::new(Self {
            db,
            vault,
            i18n,
            settings,
            source,
            gateway,
            hooks,
            mailer,
            wake: Notify::new(),
            foreseen: Mutex::default(),
            roster: ArcSwapOption::empty(),
            webhooks: ArcSwapOption::empty(),
        }))
    }

    pub(crate) async fn roster(&self) -> Result<Arc<Roster>> {
        if let Some(kept) = self.roster.load_full().filter(|kept| fresh(kept.0)) {
            return Ok(Arc::clone(&kept.1));
        }
        let roster = Arc::new(Roster::new(account_list(self.db.read()).await?));
        self.roster
            .store(Some(Arc::new((Instant::now(), Arc::clone(&roster)))));
        Ok(roster)
    }

    pub(crate) async fn webhooks(&self) -> Result<Arc<Vec<webhook_subscription::Model>>> {
        if let Some(kept) = self.webhooks.load_full().filter(|kept| fresh(kept.0)) {
            return Ok(Arc::clone(&kept.1));
        }
        let active = Arc::new(queries::active_webhooks(self.db.read()).await?);
        self.webhooks
            .store(Some(Arc::new((Instant::now(), Arc::clone(&active)))));
        Ok(active)
    }

    /// Reads the cases of the events at hand together.
    pub(crate) async fn foresee(&self, events: &[(Uuid, &Event)]) -> Result<()> {
        let mut wanted: Vec<(CommunityId, Uuid)> = events
            .iter()
            .map(|(_, event)| (event.community, event.subject))
            .collect();
        wanted.sort_unstable();
        wanted.dedup();
        let briefs = match wanted.is_empty() {
            true => HashMap::new(),
            false => self.source.briefs(wanted).await?,
        };
        let by_event = events
            .iter()
            .filter_map(|(id, event)| Some((*id, briefs.get(&event.subject)?.clone())));
        *self.foreseen() = by_event.collect();
        Ok(())
    }

    /// The case an event is about.
    pub(crate) async fn brief(&self, id: Uuid, event: &Event) -> Result<Option<CaseBrief>> {
        let foreseen = self.foreseen().get(&id).cloned();
        match foreseen {
            Some(brief) => Ok(Some(brief)),
            None => self.source.brief(event.community, event.subject).await,
        }
    }

    fn foreseen(&self) -> MutexGuard<'_, HashMap<Uuid, CaseBrief>> {
        match self.foreseen.lock() {
            Ok(foreseen) => foreseen,
            Err(poisoned) => poisoned.into_inner(),
        }
    }

    /// Accounts changed: read them again when next asked.
    pub(crate) fn forget_accounts(&self) {
        self.roster.store(None);
    }

    /// Subscriptions changed.
    pub(crate) fn forget_webhooks(&self) {
        self.webhooks.store(None);
    }

    /// Whether messages by that way can be sent at all.
    pub(crate) fn has(&self, channel: crate::Channel) -> bool {
        use crate::Channel;
        match channel {
            Channel::Page | Channel::Webhook => true,
            Channel::Sms => self.settings.sms.is_some(),
            Channel::Mail => self.mailer.is_some(),
        }
    }

    /// Saves what is to be told, and wakes the courier.
    pub(crate) async fn enqueue(
        &self,
        ctx: &youlin_kernel::Ctx,
        order: commands::Enqueue,
    ) -> Result<()> {
        let queued = self.db.execute(ctx, order).await?;
        if queued > 0 {
            self.wake.notify_one();
        }
        Ok(())
    }
}

fn fresh(at: Instant) -> bool {
    at.elapsed() < REMEMBERED
}

/// A client that follows no redirect and waits no longer than [`TIMEOUT`].
pub(crate) fn client() -> reqwest::ClientBuilder {
    // Only the first caller's provider counts; this one is what the whole program uses.
    let _already_there = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .timeout(TIMEOUT)
        .connect_timeout(TIMEOUT)
        .redirect(reqwest::redirect::Policy::none())
        // A proxy would resolve names itself, past the guard.
        .no_proxy()
        .user_agent(concat!("Youlin/", env!("CARGO_PKG_VERSION")))
}

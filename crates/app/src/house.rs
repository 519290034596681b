//! The house: opened once for the server and for every command. What it is made of stands in [`lists`]; how its parts get
//! to know one another, in [`furnish`].

mod furnish;
mod lists;

use std::sync::Arc;

use anyhow::{Context, Result, bail};
use arc_swap::ArcSwap;
use youlin_cases::{Cases, CasesSettings};
use youlin_crypto::Keyring;
use youlin_database::Database;
use youlin_kernel::{AreaTree, Clock, Ctx, Entropy, OsEntropy, SystemClock};
use youlin_people::Vault;
use youlin_places::Locator;
use youlin_sharing::Sharing;
use youlin_web::App;

pub use self::lists::{
    api_info, finders, migrations, modules, navigation, sealed_tables, texts, today, topbar,
};
use crate::config::{Config, Mode};
use crate::installation::{DEMO, fact};
use crate::keys;

/// How to open the house.
#[derive(Debug)]
pub struct Opening {
    pub config: Config,
    /// Apply migrations; without it a database that lacks some is refused.
    pub migrate: bool,
    /// The machine's clock, or one that is moved by hand.
    pub clock: Arc<dyn Clock>,
}

impl Opening {
    /// As the server does it.
    #[must_use]
    pub fn new(config: Config) -> Self {
        Self {
            config,
            migrate: true,
            clock: Arc::new(SystemClock),
        }
    }
}

/// An opened house.
#[derive(Debug)]
pub struct House {
    pub config: Config,
    pub db: Database,
    pub app: App,
    pub services: Services,
}

/// What the modules keep in memory; handlers fetch the same from the application.
#[derive(Clone, Debug)]
pub struct Services {
    pub locator: Arc<Locator>,
    pub vault: Arc<Vault>,
    pub cases: Arc<Cases>,
    pub sharing: Arc<Sharing>,
}

impl House {
    /// Opens the database, brings it up to date, loads areas and keys, and puts the services in place.
    ///
    /// # Errors
    /// Sentences for the administrator who starts Youlin.
    pub async fn open(opening: Opening) -> Result<Self> {
        let Opening {
            config,
            migrate,
            clock,
        } = opening;
        prepare_folder(&config)?;
        let entropy: Arc<dyn Entropy> = Arc::new(OsEntropy);
        let db = Database::open(&config.database).await?;
        bring_up_to_date(&db, migrate, &*clock).await?;
        if config.mode == Mode::Production && fact(db.read(), DEMO).await?.is_some() {
            bail!(
                "this database was made by the demo: its people are invented and its passwords were printed, so \
                 YOULIN_MODE=production refuses it. Choose another database or folder (YOULIN_DATABASE_URL, \
                 YOULIN_DATA_DIR), or run the command with YOULIN_MODE=demo where the example itself is meant."
            );
        }
        let areas = Arc::new(ArcSwap::from_pointee(AreaTree::default()));
        let ctx = Ctx::service(
            "start",
            areas.load_full(),
            Arc::clone(&clock),
            Arc::clone(&entropy),
        );
        let keyring = keys::ring(&config, &db, &ctx, &*entropy).await?;
        let locator = Locator::load_with_clock(&db, Arc::clone(&areas), Arc::clone(&clock)).await?;
        let vault = Arc::new(vault(&config, keyring).with_places(Arc::clone(&locator)));
        let cases = Cases::load(
            db.clone(),
            Arc::clone(&locator),
            Arc::clone(&vault),
            cases_settings(&config),
        )
        .await?;
        let sharing = Sharing::new(db.clone(), Arc::clone(&cases));
        let services = Services {
            locator,
            vault,
            cases,
            sharing,
        };
        let app = furnish::furnish(&config, &db, areas, clock, entropy, &services)?;
        Ok(Self {
            config,
            db,
            app,
            services,
        })
    }

    /// Youlin's own context for a command.
    #[must_use]
    pub fn ctx(&self, name: &'static str) -> Ctx {
        self.app.service_ctx(name)
    }

    /// Closes the database.
    pub async fn close(self) {
        self.db.close().await;
    }
}

/// Other people of the machine have no business in the data folder.
pub(crate) fn prepare_folder(config: &Config) -> Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    let folder = &config.data_dir;
    if folder.is_dir() {
        return Ok(());
    }
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .with_context(|| {
            format!(
                "YOULIN_DATA_DIR: the folder {} cannot be made",
                folder.display()
            )
        })
}

async fn bring_up_to_date(db: &Database, migrate: bool, clock: &dyn Clock) -> Result<()> {
    if migrate {
        let ran = db
            .migrate(&migrations(), clock.now())
            .await
            .context("the database cannot be brought up to date")?;
        if ran > 0 {
            tracing::info!(migrations = ran, "the database was brought up to date");
        }
        return Ok(());
    }
    let missing = missing_migrations(db).await?;
    if missing.is_empty() {
        return Ok(());
    }
    bail!(
        "the database lacks {} migrations ({}): run `youlin migrate`",
        missing.len(),
        missing.join(", ")
    )
}

/// Migrations of this build that the database has not seen, as `module version name`.
pub(crate) async fn missing_migrations(db: &Database) -> Result<Vec<String>> {
    // A new database has no ledger yet: then everything is missing.
    let applied = youlin_database::migrate::applied(db.read())
        .await
        .unwrap_or_default();
    let mut wanted = wanted_migrations();
    wanted.retain(|line| !applied.contains(line));
    Ok(wanted)
}

/// Migrations that the database has seen and this build does not know: a newer version was at work.
pub(crate) async fn unknown_migrations(db: &Database) -> Result<Vec<String>> {
    let wanted = wanted_migrations();
    let mut applied = youlin_database::migrate::applied(db.read()).await?;
    applied.retain(|line| !wanted.contains(line));
    Ok(applied)
}

fn wanted_migrations() -> Vec<String> {
    let platform = youlin_database::migrate::PLATFORM.iter().copied();
    platform
        .chain(migrations())
        .map(|step| format!("{} {} {}", step.module, step.version, step.name))
        .collect()
}

/// The area tree alone, for commands that need no more of the house.
pub(crate) async fn load_areas(db: &Database) -> Result<Arc<AreaTree>> {
    let cell = Arc::new(ArcSwap::from_pointee(AreaTree::default()));
    Locator::load(db, Arc::clone(&cell)).await?;
    Ok(cell.load_full())
}

fn vault(config: &Config, keyring: Keyring) -> Vault {
    let (path, mode, check) = (config.key_file(), config.mode, keys::fingerprint(&keyring));
    let vault = Vault::new(keyring).with_refill(move || {
        let ring = keys::read(&path, mode).ok()?;
        (keys::fingerprint(&ring) == check).then_some(ring)
    });
    match &config.area_code {
        Some(code) => vault.with_area_code(code.clone()),
        None => vault,
    }
}

fn cases_settings(config: &Config) -> CasesSettings {
    CasesSettings {
        hours: config.working_hours.clone(),
        lines: config.telephony_lines.clone(),
        telephony_secrets: config.telephony_secrets.clone(),
        link_days: config.link_days,
        public_url: config.public_url.clone(),
    }
}

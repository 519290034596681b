//! The house: one list of modules, and everything they need, opened once for the server and for every command.

use std::sync::Arc;

use anyhow::{Context, Result, bail};
use arc_swap::ArcSwap;
use youlin_cases::{CaseSections, Cases, CasesSettings};
use youlin_crypto::Keyring;
use youlin_database::sealed::SealedTable;
use youlin_database::text::TextSource;
use youlin_database::{Database, Migration};
use youlin_datasets::{Dataset, Datasets, DatasetsSettings};
use youlin_field::{Uploads, UploadsSettings};
use youlin_files::{FileStore, FilesConfig};
use youlin_imports::{Imports, Register};
use youlin_kernel::{AreaTree, Clock, Ctx, Entropy, OsEntropy, SystemClock};
use youlin_notices::Notices;
use youlin_openrosa::OpenRosa;
use youlin_people::own::FileSections;
use youlin_people::privacy::{KeptParts, SealedTables, WorkingDays};
use youlin_people::quality::QualityParts;
use youlin_people::talents::{ReasonSources, TalentsOfPerson};
use youlin_people::{AccountPolicy, Accounts, Vault};
use youlin_places::Locator;
use youlin_places::premises::{Maintainers, Occupants};
use youlin_rounds::Rounds;
use youlin_rounds::tracks::TracksKept;
use youlin_rounds::visits::{OpenFormSources, VisitsOfPerson};
use youlin_sharing::{Sharing, UsedInCase};
use youlin_web::{
    App, AppBuilder, Assets, Finder, Finders, LiveTopics, Module, NavItem, Navigation, RateLimits,
    SESSION_MIGRATIONS, SourceAddress, TopbarPart, TopbarParts,
};

use crate::assets::{Bundles, catalogues};
use crate::config::{Config, Mode};
use crate::installation::{self, DEMO, fact};
use crate::notices::FromCases;
use crate::own_file::{CasesOfPerson, LoansOfPerson};
use crate::quality::CountsOut;
use crate::talents::HelpedInCases;
use crate::{VERSION, keys, metering};

/// Every module, lowest floor first: migrations run in this order.
#[must_use]
pub fn modules() -> Vec<Module> {
    vec![
        youlin_imports::module(),
        youlin_places::module(),
        youlin_people::module(),
        youlin_cases::module(),
        youlin_rounds::module(),
        youlin_insight::module(),
        youlin_sharing::module(),
        youlin_notices::module(),
        youlin_open311::module(),
        youlin_field::module(),
        youlin_openrosa::module(),
    ]
}

/// The doors of the navigation, in the order they are shown.
#[must_use]
pub fn navigation() -> Vec<NavItem> {
    let mut all: Vec<NavItem> = [
        youlin_cases::STREET_NAV,
        youlin_cases::DESK_NAV,
        youlin_places::NAV,
        youlin_people::NAV,
        youlin_rounds::NAV,
        youlin_people::merchants::NAV,
        youlin_insight::NAV,
        youlin_sharing::NAV,
        youlin_people::privacy::NAV,
        youlin_people::labels::NAV,
        youlin_imports::NAV,
        youlin_cases::ADMIN_NAV,
        youlin_notices::NAV,
        youlin_field::NAV,
        youlin_openrosa::NAV,
    ]
    .concat();
    // The same order on every page: by place, within a place as the modules list them.
    all.sort_by_key(|item| item.place as u8);
    all
}

/// What stands in the bar on top of every page.
#[must_use]
pub fn topbar() -> Vec<TopbarPart> {
    [youlin_people::rosters::TOPBAR, youlin_notices::TOPBAR].concat()
}

/// Everything that is found by what it says.
#[must_use]
pub fn texts(app: &App) -> Vec<Arc<dyn TextSource>> {
    let modules = modules().into_iter();
    modules.flat_map(|module| (module.texts)(app)).collect()
}

/// What the one search box looks through, in the order it is shown.
#[must_use]
pub fn finders() -> Vec<Arc<dyn Finder>> {
    vec![
        Arc::new(youlin_people::PersonFinder),
        Arc::new(youlin_places::PlaceFinder),
        Arc::new(youlin_places::AreaFinder),
        Arc::new(youlin_cases::CaseFinder),
        Arc::new(youlin_sharing::ResourceFinder),
        Arc::new(youlin_people::OrganisationFinder),
        Arc::new(youlin_people::merchants::MerchantFinder),
        Arc::new(youlin_places::PremisesFinder),
    ]
}

/// All migrations after the platform's own.
#[must_use]
pub fn migrations() -> Vec<Migration> {
    let mut all = SESSION_MIGRATIONS.to_vec();
    all.extend_from_slice(installation::MIGRATIONS);
    for module in modules() {
        all.extend_from_slice(module.migrations);
    }
    all
}

/// Every table with sealed fields.
#[must_use]
pub fn sealed_tables() -> Vec<SealedTable> {
    modules()
        .into_iter()
        .flat_map(|module| module.sealed)
        .collect()
}

/// Title and version of the REST description.
#[must_use]
pub fn api_info() -> utoipa::openapi::Info {
    let mut info = utoipa::openapi::Info::new("Youlin", VERSION);
    info.description = Some(
        "Neighbourhood affairs: places, people, cases. Errors are application/problem+json (RFC 9457).".to_owned(),
    );
    info.license = Some(
        utoipa::openapi::LicenseBuilder::new()
            .name("AGPL-3.0-or-later")
            .identifier(Some("AGPL-3.0-or-later"))
            .build(),
    );
    info
}

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
                 YOULIN_DATA_DIR)."
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
        let app = furnish(&config, &db, areas, clock, entropy, &services)?;
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

/// What can be taken in on a page, in the order in which it must be.
fn registers(services: &Services) -> Vec<Arc<dyn Register>> {
    use youlin_people::import as people;
    use youlin_places::import as places;
    let locator = || Arc::clone(&services.locator);
    let vault = || Arc::clone(&services.vault);
    vec![
        Arc::new(places::AreasRegister(locator())),
        Arc::new(places::BoundariesRegister(locator())),
        Arc::new(places::EstatesRegister(locator())),
        Arc::new(places::BuildingsRegister(locator())),
        Arc::new(places::DwellingsRegister(locator())),
        Arc::new(youlin_places::rivers::ReachesRegister(locator())),
        Arc::new(places::PremisesRegister(locator())),
        Arc::new(places::StallsRegister(locator())),
        Arc::new(places::EquipmentRegister(locator())),
        Arc::new(people::OrganisationsRegister(vault())),
        Arc::new(people::ResidentsRegister {
            vault: vault(),
            locator: locator(),
            in_use: vec![
                Arc::new(youlin_cases::PeopleInCases),
                Arc::new(youlin_sharing::PeopleInSharing),
            ],
        }),
        Arc::new(people::PersonsRegister(vault())),
        Arc::new(people::MembershipsRegister(vault())),
        Arc::new(youlin_people::merchants::MerchantsRegister(vault())),
        Arc::new(people::AccountsRegister(vault())),
        Arc::new(youlin_cases::CategoriesRegister(Arc::clone(
            &services.cases,
        ))),
    ]
}

/// Who may still be in what is closed.
fn occupants(services: &Services) -> Occupants {
    let people = youlin_people::merchants::PeopleAtPlaces(Arc::clone(&services.vault));
    Occupants(vec![Arc::new(people)])
}

/// What can be counted.
fn datasets(
    config: &Config,
    db: &Database,
    areas: &Arc<ArcSwap<AreaTree>>,
    services: &Services,
) -> Arc<Datasets> {
    use youlin_cases::datasets::CasesDataset;
    use youlin_people::datasets::PersonsDataset;
    use youlin_people::merchants::MerchantsDataset;
    use youlin_people::rosters::LookedAfterDataset;
    use youlin_people::rosters::datasets::SecondedHoursDataset;
    use youlin_places::datasets::{
        BuildingsDataset, DwellingsDataset, EquipmentDataset, PremisesDataset,
    };
    use youlin_sharing::datasets::{LoansDataset, ResourcesDataset, SupportDataset};
    let sets: Vec<Arc<dyn Dataset>> = vec![
        Arc::new(PersonsDataset(Arc::clone(&services.vault))),
        Arc::new(DwellingsDataset(Arc::clone(&services.locator))),
        Arc::new(MerchantsDataset(Arc::clone(&services.vault))),
        Arc::new(BuildingsDataset(Arc::clone(&services.locator))),
        Arc::new(EquipmentDataset),
        Arc::new(PremisesDataset),
        Arc::new(CasesDataset(Arc::clone(&services.cases))),
        Arc::new(youlin_insight::AnswersDataset),
        Arc::new(ResourcesDataset(Arc::clone(&services.sharing))),
        Arc::new(LoansDataset(Arc::clone(&services.sharing))),
        Arc::new(SupportDataset(Arc::clone(&services.sharing))),
        Arc::new(LookedAfterDataset(Arc::clone(&services.vault))),
        Arc::new(SecondedHoursDataset(Arc::clone(&services.vault))),
    ];
    let settings = DatasetsSettings {
        memory: config.figures_memory,
    };
    Arc::new(Datasets::new(db.clone(), Arc::clone(areas), sets, settings))
}

fn furnish(
    config: &Config,
    db: &Database,
    areas: Arc<ArcSwap<AreaTree>>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    services: &Services,
) -> Result<App> {
    let i18n = Arc::new(catalogues().map_err(anyhow::Error::msg)?);
    let limits = RateLimits::per_minute(
        config.public_writes_per_minute,
        config.public_reads_per_minute,
        config.sign_ins_per_minute,
    );
    let mut files = FilesConfig::folder(config.files_folder());
    files.max_bytes = config.max_upload as u64;
    let store = FileStore::open(files).context("the folder of attached files cannot be opened")?;
    let half = UploadsSettings::folder(config.files_folder().join("field"));
    let uploads =
        Uploads::open(half, store.clone()).context("the folder of half uploads cannot be made")?;
    let rounds = Rounds::new(Arc::clone(&services.cases), Arc::clone(&services.vault));
    let openrosa = OpenRosa::new(Arc::clone(&rounds), Arc::clone(&services.vault));
    let policy = AccountPolicy {
        require_second_factor: config.require_second_factor,
    };
    let accounts = Accounts::new(db.clone(), policy).with_places(Arc::clone(&services.locator));
    let accounts = Arc::new(accounts);
    let notices = Notices::new(
        db.clone(),
        Arc::clone(&services.vault),
        Arc::clone(&i18n),
        config.notices.clone(),
        Arc::new(FromCases {
            db: db.clone(),
            cases: Arc::clone(&services.cases),
            public_url: config.public_url.clone(),
            ctx: Ctx::service(
                "notices",
                areas.load_full(),
                Arc::clone(&clock),
                Arc::clone(&entropy),
            ),
        }),
    )?;
    let live = modules()
        .iter()
        .flat_map(|module| module.live.iter().copied())
        .collect();
    let imports = Arc::new(Imports {
        registers: registers(services),
        sealer: Arc::<Vault>::clone(&services.vault),
    });
    let datasets = datasets(config, db, &areas, services);
    rounds.ask_registers(Arc::clone(&datasets));
    let calendar = Arc::clone(&services.cases);
    let working_days = WorkingDays(Arc::new(move |day| {
        calendar.calendar().is_working_day(day).is_working()
    }));
    let own_file = FileSections(vec![
        Arc::new(CasesOfPerson {
            db: db.clone(),
            cases: Arc::clone(&services.cases),
            i18n: Arc::clone(&i18n),
        }),
        Arc::new(LoansOfPerson {
            sharing: Arc::clone(&services.sharing),
            i18n: Arc::clone(&i18n),
        }),
        Arc::new(VisitsOfPerson {
            db: db.clone(),
            i18n: Arc::clone(&i18n),
        }),
        Arc::new(TalentsOfPerson {
            db: db.clone(),
            vault: Arc::clone(&services.vault),
            i18n: Arc::clone(&i18n),
        }),
    ]);
    let kept = Arc::new(KeptParts(vec![Arc::new(TracksKept {
        db: db.clone(),
        i18n: Arc::clone(&i18n),
    })]));
    let reasons = ReasonSources(vec![Arc::new(HelpedInCases {
        db: db.clone(),
        cases: Arc::clone(&services.cases),
        i18n: Arc::clone(&i18n),
    })]);
    let mut builder = AppBuilder::new(
        db.clone(),
        areas,
        clock,
        entropy,
        i18n,
        config.web(),
        Arc::<Accounts>::clone(&accounts),
        limits,
    )
    .with(Arc::clone(&services.vault))
    .with(accounts)
    .with(Arc::clone(&services.locator))
    .with(Arc::clone(&services.cases))
    .with(Arc::clone(&services.sharing))
    .with(Arc::new(CaseSections(vec![
        Arc::new(UsedInCase(Arc::clone(&services.sharing))),
        Arc::new(youlin_rounds::PairInCase(Arc::clone(&rounds))),
    ])))
    .with(notices)
    .with(imports)
    .with(Arc::new(QualityParts(vec![Arc::new(CountsOut(
        Arc::clone(&datasets),
    ))])))
    .with(datasets)
    .with(Arc::new(occupants(services)))
    .with(Arc::new(Maintainers(vec![Arc::new(
        youlin_people::OrganisationsAtWork,
    )])))
    .with(Arc::new(own_file))
    .with(kept)
    .with(Arc::new(reasons))
    .with(Arc::new(OpenFormSources(vec![Arc::new(
        youlin_insight::QuestionsAtDoors {
            db: db.clone(),
            vault: Arc::clone(&services.vault),
        },
    )])))
    .with(Arc::new(working_days))
    .with(Arc::new(SealedTables(sealed_tables())))
    .with(Arc::new(config.open311.clone()))
    .with(Arc::new(services.vault.keyring().link_signer()))
    .with(Arc::new(store))
    .with(Arc::new(uploads))
    .with(rounds)
    .with(openrosa)
    .with(Arc::new(Navigation(navigation())))
    .with(Arc::new(TopbarParts(topbar())))
    .with(Arc::new(Finders(finders())))
    .with(Arc::new(SourceAddress(config.source_url.clone())))
    .with(Arc::new(LiveTopics(live)))
    .with(Arc::new(Assets(Box::new(Bundles))));
    if let Some(handle) = metering::handle() {
        builder = builder.with(handle);
    }
    Ok(builder.finish())
}

//! How the parts get to know one another: a module asks for what it needs by a trait of its own, and here stands who gives it.

use std::sync::Arc;

use anyhow::{Context, Result};
use arc_swap::ArcSwap;
use youlin_cases::CaseSections;
use youlin_database::Database;
use youlin_datasets::{Dataset, Datasets, DatasetsSettings};
use youlin_field::{Uploads, UploadsSettings};
use youlin_files::{FileStore, FilesConfig};
use youlin_imports::{Imports, Register};
use youlin_kernel::{AreaTree, Clock, Ctx, Entropy};
use youlin_notices::Notices;
use youlin_openrosa::OpenRosa;
use youlin_people::own::FileSections;
use youlin_people::privacy::{KeptParts, SealedTables, WorkingDays};
use youlin_people::quality::QualityParts;
use youlin_people::talents::{ReasonSources, TalentsOfPerson};
use youlin_people::{AccountPolicy, Accounts, Vault};
use youlin_places::premises::{Maintainers, Occupants};
use youlin_rounds::Rounds;
use youlin_rounds::tracks::TracksKept;
use youlin_rounds::visits::{OpenFormSources, VisitsOfPerson};
use youlin_sharing::UsedInCase;
use youlin_web::{
    App, AppBuilder, Assets, Finders, LiveTopics, Navigation, RateLimits, SourceAddress,
    TodayParts, TopbarParts,
};

use super::{Services, finders, modules, navigation, sealed_tables, today, topbar};
use crate::assets::{Bundles, catalogues};
use crate::config::Config;
use crate::metering;
use crate::notices::FromCases;
use crate::own_file::{CasesOfPerson, LoansOfPerson};
use crate::quality::CountsOut;
use crate::talents::HelpedInCases;

/// What can be taken in on a page, in the order in which it must be.
fn registers(services: &Services) -> Vec<Arc<dyn Register>> {
    use youlin_people::import as people;
    use youlin_places::import as places;
    let locator = || Arc::clone(&services.locator);
    let vault = || Arc::clone(&services.vault);
    let in_use = || -> Vec<Arc<dyn people::InUse>> {
        vec![
            Arc::new(youlin_cases::PeopleInCases),
            Arc::new(youlin_sharing::PeopleInSharing),
        ]
    };
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
            in_use: in_use(),
        }),
        Arc::new(youlin_people::merchants::ShopSheets {
            vault: vault(),
            in_use: in_use(),
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

/// The application: services and parts, put where handlers find them.
pub(super) fn furnish(
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
    .with(Arc::new(config.register.clone()))
    .with(imports)
    .with(Arc::new(QualityParts(vec![Arc::new(CountsOut(
        Arc::clone(&datasets),
    ))])))
    .with(datasets)
    .with(Arc::new(occupants(services)))
    .with(Arc::new(youlin_places::duties::AreaDuties {
        charges: vec![Arc::new(youlin_people::AreaCharges(Arc::clone(
            &services.vault,
        )))],
        // Cases first: what a finding does depends on its case.
        follows: vec![
            Arc::new(youlin_cases::CasesFollow),
            Arc::new(youlin_rounds::RoundsFollow),
            Arc::new(youlin_sharing::SharingFollow),
            Arc::new(youlin_people::PeopleFollow),
        ],
    }))
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
    .with(Arc::new(TodayParts(today())))
    .with(Arc::new(Finders(finders())))
    .with(Arc::new(SourceAddress(config.source_url.clone())))
    .with(Arc::new(LiveTopics(live)))
    .with(Arc::new(Assets(Box::new(Bundles))));
    if let Some(handle) = metering::handle() {
        builder = builder.with(handle);
    }
    Ok(builder.finish())
}

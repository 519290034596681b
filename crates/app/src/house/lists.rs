//! What the house is made of: one list of modules, and what is gathered from them.

use std::sync::Arc;

use youlin_database::Migration;
use youlin_database::sealed::SealedTable;
use youlin_database::text::TextSource;
use youlin_web::{App, Finder, Module, NavItem, SESSION_MIGRATIONS, TodayPart, TopbarPart};

use crate::{VERSION, installation};

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

/// What stands on 今天, the next thing first.
#[must_use]
pub fn today() -> Vec<Arc<dyn TodayPart>> {
    vec![
        Arc::new(youlin_rounds::visits::VisitsToday),
        Arc::new(youlin_rounds::RoundsToday),
        Arc::new(youlin_people::VisitingToday),
        Arc::new(youlin_people::CorrectionsToday),
        Arc::new(youlin_field::FieldToday),
    ]
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

//! Places: the area tree with codes and boundaries through time, estates, buildings, entrances and dwellings, and the
//! [`Locator`] that every other module asks where something is.
//!
//! Areas and boundaries are reference data, filed under the system community; estates and everything below belong to
//! their community. Boundaries are never overwritten: a redraw ends the former one on the day the new one begins,
//! so any record can be asked where it was on a day ([`where_was`]).

mod api;
mod areas;
pub mod commands;
pub mod datasets;
mod days;
pub mod duties;
mod entities;
pub mod events;
pub mod export;
mod history;
pub mod import;
mod locator;
mod migrations;
mod model;
mod pages;
pub mod permissions;
pub mod premises;
pub mod queries;
pub mod rivers;
mod shape;
mod stand;
mod words;

pub use history::where_was;
pub use locator::{Locator, Looked, Picture};
pub use migrations::MIGRATIONS;
pub use model::{AddressCandidate, Datum, Place, PlaceInput, SURE, Why};
pub use pages::{AreaFinder, NAV, PlaceFinder, PremisesFinder};
pub use words::natural;

use std::sync::Arc;

use youlin_database::JobHandler;
use youlin_web::{App, Module};

/// This module as the composition root takes it in.
#[must_use]
pub fn module() -> Module {
    Module {
        migrations: MIGRATIONS,
        reference: &["area", "area_code", "area_boundary", "area_succession"],
        permissions: permissions::ALL,
        audited: entities::audited(),
        routes: || api::routes().merge(pages::routes()).merge(rivers::routes()),
        jobs,
        recurring: &[commands::FOLLOW],
        ..Module::named("places")
    }
}

fn jobs(app: &App) -> Vec<Arc<dyn JobHandler>> {
    match app.service::<Locator>() {
        Some(locator) => {
            let follow = commands::FollowGrounds::new(locator, pages::duties(app));
            vec![Arc::new(follow)]
        }
        None => Vec::new(),
    }
}

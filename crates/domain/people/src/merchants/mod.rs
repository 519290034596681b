//! Merchants: who does business in the premises and stalls of `youlin-places`, with their persons, through time.
//!
//! A merchant has a table of its own and is no kind of organisation: organisations are parties one calls on, listed whole
//! in every choice; merchants are counted by the thousand, mostly individual businesses, and what matters of them (place,
//! trade, load, persons) changes with every tenant.

mod api;
mod cells;
mod commands;
mod dataset;
pub(crate) mod export;
mod fields;
mod find;
mod import;
mod model;
mod occupancy;
mod pages;
mod queries;
mod tables;

pub use commands::close::CloseMerchant;
pub use commands::persons::{EndRelation, RelatePerson};
pub use commands::places::{LeavePlace, PlaceMerchant, Where};
pub use commands::reveal::RevealMerchantPhone;
pub(crate) use commands::reveal::{Look, tell};
pub use commands::save::{MerchantInput, SaveMerchant};
pub use dataset::MerchantsDataset;
pub use find::{MerchantFinder, MerchantTexts};
use import::MERCHANT_FILE;
pub use import::{MERCHANT_COLUMNS, MerchantsRegister, ShopSheets, merchants};
pub use model::{LegalKind, MerchantPerson, MerchantPlace, MerchantRelation, MerchantView, Trade};
pub use occupancy::PeopleAtPlaces;
pub use pages::NAV;
pub(crate) use pages::{kilowatts, metres};
pub(crate) use queries::work_areas;
pub use queries::{MerchantFilter, Merchants};
pub(crate) use tables::TABLES;

use youlin_web::Routes;

pub(crate) fn routes() -> Routes {
    pages::routes().merge(api::routes())
}

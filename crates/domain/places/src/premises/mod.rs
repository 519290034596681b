//! Premises (a market, a shop, a school …), the stalls in them, and the equipment of premises and buildings.
//!
//! Upper floors use [`Premises`] for questions and the views it answers; who does business there is told by
//! [`Occupancy`], so that nothing is closed while somebody is in it.

mod maintainers;
pub(crate) mod model;
mod occupancy;
mod tables;

pub use maintainers::{Maintainer, MaintainerSource, Maintainers};
pub use model::{
    Due, EquipmentKind, EquipmentState, PremisesKind, SOON_DAYS, StallUse, kilowatts,
    square_metres, watts,
};
pub(crate) use occupancy::still_there;
pub use occupancy::{Occupancy, Occupants, Occupier, Spots};
pub(crate) use tables::TABLES;

pub use crate::queries::premises::{
    CheckView, EquipmentFilter, EquipmentView, Premises, PremisesFilter, PremisesView, StallView,
};

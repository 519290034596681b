//! Hazards: made with the inspection that finds them, then one verb at a time until they are removed from the list.

pub(crate) mod act;
mod plan;
pub(crate) mod record;
mod remeasure;
pub(crate) mod same;
pub(crate) mod stalls;
mod told;

pub use act::{ActOnHazard, HazardActed};
pub use plan::{NewHazard, NewInspection};
pub(crate) use plan::{Plan, plan};
pub(crate) use remeasure::{Remeasured, not_measurable, remeasured};
pub(crate) use told::understood;
pub use told::{ToldHazard, told_hazards};

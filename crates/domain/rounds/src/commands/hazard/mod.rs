//! Hazards: made with the inspection that finds them, then one verb at a time until they are removed from the list.

pub(crate) mod act;
mod plan;
pub(crate) mod record;

pub use act::{ActOnHazard, HazardActed};
pub use plan::{NewHazard, NewInspection};
pub(crate) use plan::{Plan, plan};

//! Finding places: a point on the map, an address in somebody's own words, and boundary files that can be trusted.
//!
//! Three questions are answered here, each without I/O, clock or shared state:
//!
//! - [`AreaIndex`]: in which area of the tree (province … neighbourhood) does this point lie, and if in none, which
//!   one is nearest;
//! - [`AddressBook`]: which dwelling, entrance, building or estate does this text name, how sure is that, and why;
//! - [`check_boundaries`]: what is wrong with these boundaries, and where, before anything is imported.
//!
//! Positions are longitude and latitude in degrees, WGS-84. Chinese map kits hand out GCJ-02, hundreds of metres
//! away: [`Datum`] converts at the edge of the system. [`check_position`] tells a typing slip (latitude and longitude
//! exchanged) from a place outside the service area.

mod address;
mod area;
mod boundary;
mod datum;
mod geometry;
mod position;
#[cfg(any(test, feature = "workload"))]
pub mod workload;

pub use address::{AddressBook, Candidate, DwellingEntry, Label, Match, Why};
pub use area::{AreaIndex, AreaShape, Located};
pub use boundary::{
    BoundaryArea, BoundaryFault, BoundaryOptions, FaultKind, RawShape, Site, check_boundaries,
    check_boundaries_with, share_out,
};
pub use datum::{Datum, gcj02_to_wgs84, is_outside_china, wgs84_to_gcj02};
pub use geometry::{Bbox, area_m2, bbox, centroid, distance_m};
pub use position::{PositionFault, check_position};

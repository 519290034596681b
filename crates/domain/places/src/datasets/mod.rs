//! What of the register can be counted, and where each building stood through time, for all that counts by area.

mod dwellings;
mod standing;

pub use dwellings::DwellingsDataset;
pub use standing::{Building, Dwelling, Grounds, Stay, grounds_of};

//! What of the register can be counted, and where each building stood through time, for all that counts by area.

mod buildings;
mod dwellings;
mod equipment;
mod premises;
mod standing;

pub use buildings::BuildingsDataset;
pub use dwellings::DwellingsDataset;
pub use equipment::EquipmentDataset;
pub use premises::PremisesDataset;
pub use standing::{Building, Dwelling, Grounds, PremisesGround, Stay, grounds_of};

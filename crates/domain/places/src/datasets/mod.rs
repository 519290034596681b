//! What of the register can be counted, and where each building stood through time, for all that counts by area.

mod buildings;
mod dwellings;
mod equipment;
mod fields;
mod premises;
mod standing;

use std::collections::HashMap;

use uuid::Uuid;
use youlin_datasets::RecordLine;
use youlin_kernel::Scope;

use crate::Place;

pub use buildings::BuildingsDataset;
pub use dwellings::DwellingsDataset;
pub use equipment::EquipmentDataset;
pub use fields::{COMMUNITY, GRID, NEIGHBOURHOOD};
pub use premises::PremisesDataset;
pub use standing::{Building, Dwelling, Grounds, PremisesGround, Stay, grounds_of};

/// Records that are places: the address of each the scope lets one see, with the page it opens to.
pub fn place_lines(
    places: impl Iterator<Item = (Uuid, Place)>,
    scope: &Scope,
    href: impl Fn(Uuid, &Place) -> String,
) -> HashMap<Uuid, RecordLine> {
    let seen = places
        .filter(|(_, place)| scope.contains(place.community, &[place.grid, place.neighbourhood]));
    let line = |(id, place): (Uuid, Place)| {
        let line = RecordLine {
            href: href(id, &place),
            area: Some(place.area()),
            title: place.address,
            facts: Vec::new(),
        };
        (id, line)
    };
    seen.map(line).collect()
}

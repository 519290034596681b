//! Who looks after an address: public, so it names the people on duty and nothing about who lives there.

use sea_orm::ConnectionTrait;
use serde::Serialize;
use utoipa::ToSchema;
use youlin_kernel::{AreaTree, Result};
use youlin_places::{Locator, Place};

use super::Directory;
use crate::rosters::micro_grid_worker_at;
use crate::{Contact, Vault};

/// Different neighbourhoods shown for one text.
const MOST: usize = 3;
/// Addresses looked at to find them.
const LOOKED_AT: usize = 12;

/// Who is responsible for an address, as anybody may know it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Responsible {
    /// What the address was understood as; without the room.
    pub understood: String,
    /// 跃龙社区 · 悦美网格 · 第一邻里
    pub area: String,
    pub grid_worker: Option<OnDuty>,
    pub micro_grid_worker: Option<OnDuty>,
}

/// Name and duty number; no ids.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OnDuty {
    pub name: String,
    /// Published number of the duty.
    pub phone: Option<String>,
    /// Whose substitute this is just now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stands_in_for: Option<String>,
}

impl From<Contact> for OnDuty {
    fn from(contact: Contact) -> Self {
        Self {
            name: contact.name,
            phone: contact.duty_phone,
            stands_in_for: contact.stands_in_for,
        }
    }
}

/// Those responsible for what the text may mean: one entry for each neighbourhood, the likeliest first.
pub(crate) async fn responsible_at(
    db: &impl ConnectionTrait,
    vault: &Vault,
    locator: &Locator,
    tree: &AreaTree,
    address: &str,
) -> Result<Vec<Responsible>> {
    let mut found: Vec<Responsible> = Vec::new();
    let mut areas = Vec::new();
    for candidate in locator.candidates(address, None, LOOKED_AT) {
        let area = candidate.place.area();
        if areas.contains(&area) {
            continue;
        }
        areas.push(area);
        let label = without_room(&candidate.label, locator, &candidate.place);
        found.push(responsible_for(db, vault, tree, &candidate.place, label).await?);
        if found.len() == MOST {
            break;
        }
    }
    Ok(found)
}

/// Those responsible for a place.
pub(crate) async fn responsible_for(
    db: &impl ConnectionTrait,
    vault: &Vault,
    tree: &AreaTree,
    place: &Place,
    understood: String,
) -> Result<Responsible> {
    let (community, area) = (place.community, Some(place.area()));
    let grid_worker = Directory::grid_worker_of(db, vault, tree, community, area).await?;
    let micro = micro_grid_worker_at(db, vault, place).await?;
    Ok(Responsible {
        understood,
        area: tree.short_path(place.area()),
        grid_worker: grid_worker.map(OnDuty::from),
        micro_grid_worker: micro.map(OnDuty::from),
    })
}

/// The building's address for a dwelling's: enough to be recognised by whoever asked.
fn without_room(label: &str, locator: &Locator, place: &Place) -> String {
    place
        .building
        .and_then(|id| locator.building(id))
        .map_or_else(|| label.to_owned(), |building| building.address)
}

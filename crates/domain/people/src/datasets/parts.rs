//! The address of a home in a column for each of its parts.

use std::collections::{BTreeSet, HashMap};

use uuid::Uuid;
use youlin_database::Database;
use youlin_kernel::{CommunityId, Result};
use youlin_places::queries::{DwellingParts, dwelling_parts};

/// The building without its estate, which stands in a column of its own.
pub(super) const ALONE: &str = "building-alone";

/// The fields with the building named alone, where the estate stands beside it.
pub(super) fn apart(fields: &[String]) -> Vec<String> {
    let split = fields.iter().any(|field| field == "estate");
    let alone = |field: &String| match field.as_str() {
        "building" if split => ALONE.to_owned(),
        _ => field.clone(),
    };
    fields.iter().map(alone).collect()
}

/// Whether one of these is a part of an address.
pub(super) fn any_part(fields: &[String]) -> bool {
    let parts = ["estate", ALONE, "entrance", "room", "floor"];
    fields.iter().any(|field| parts.contains(&field.as_str()))
}

/// The addresses of these homes by their parts.
pub(super) async fn parts_of(
    db: &Database,
    community: CommunityId,
    homes: impl Iterator<Item = Uuid>,
) -> Result<HashMap<Uuid, DwellingParts>> {
    let homes: BTreeSet<Uuid> = homes.collect();
    let homes: Vec<Uuid> = homes.into_iter().collect();
    dwelling_parts(db.read(), community, &homes).await
}

/// One part; empty for what is none.
pub(super) fn part(of: &DwellingParts, field: &str) -> String {
    match field {
        "estate" => of.estate.clone(),
        ALONE => of.building.clone(),
        "entrance" => of.entrance.clone(),
        "room" => of.room.clone(),
        "floor" => of.floor.map_or_else(String::new, |floor| floor.to_string()),
        _ => String::new(),
    }
}

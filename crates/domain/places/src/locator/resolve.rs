//! From what was said to one place, or to a problem that says what to do.

use serde_json::json;
use youlin_kernel::{AreaId, AreaLevel, AreaTree, Problem, Result};
use youlin_locate::{PositionFault, check_position};

use super::Locator;
use crate::{AddressCandidate, Datum, Place, PlaceInput};

/// A text is taken for one place when the best candidate reaches this score …
const CLEAR_SCORE: f32 = 0.8;
/// … and the next different one has at most this share of it.
const CLEAR_LEAD: f32 = 0.9;
/// What is kept of a place in somebody's own words.
const TEXT_MAX: usize = 200;

pub(super) fn resolve(locator: &Locator, input: &PlaceInput) -> Result<Place> {
    let tree = locator.tree();
    let spot = position(input)?;
    let place = if let Some(id) = input.dwelling {
        let found = locator.dwelling(id);
        registered(locator, found, "dwelling", spot)?
    } else if let Some(id) = input.building {
        let found = locator.building(id);
        registered(locator, found, "building", spot)?
    } else if let Some((lon, lat)) = spot {
        let area = locate(locator, &tree, input, lon, lat)?;
        let mut place = of_area(&tree, area, "lon")?;
        place.position = Some((lon, lat));
        with_words(place, input)
    } else if let Some(area) = input.area {
        with_words(of_area(&tree, area, "area")?, input)
    } else {
        by_text(locator, words(input).unwrap_or_default())?
    };
    open(&tree, place)
}

/// The position sent, as WGS-84.
fn position(input: &PlaceInput) -> Result<Option<(f64, f64)>> {
    match (input.lon, input.lat) {
        (None, None) => Ok(None),
        (Some(lon), Some(lat)) => {
            let datum: youlin_locate::Datum = input.datum.unwrap_or(Datum::Wgs84).into();
            Ok(Some(datum.to_wgs84(lon, lat)))
        }
        (None, Some(_)) => Err(Problem::invalid("lon", "position-incomplete")),
        (Some(_), None) => Err(Problem::invalid("lat", "position-incomplete")),
    }
}

/// A place of the register; an exact spot in the same community is kept.
fn registered(
    locator: &Locator,
    found: Option<Place>,
    field: &str,
    spot: Option<(f64, f64)>,
) -> Result<Place> {
    let mut place = found.ok_or_else(|| Problem::invalid(field, "place-unknown"))?;
    if let Some((lon, lat)) = spot {
        let tree = locator.tree();
        let there = locator
            .area_at(lon, lat)
            .and_then(|area| tree.community_of(area));
        if there == Some(place.community) {
            place.position = Some((lon, lat));
        }
    }
    Ok(place)
}

fn locate(
    locator: &Locator,
    tree: &AreaTree,
    input: &PlaceInput,
    lon: f64,
    lat: f64,
) -> Result<AreaId> {
    let grounds = locator.grounds.load();
    let ground = grounds.at(locator.clock.now());
    let Some(bounds) = ground.bounds() else {
        return Err(Problem::invalid("lon", "no-boundaries"));
    };
    match check_position(lon, lat, &bounds) {
        Err(PositionFault::NotFinite | PositionFault::OutOfRange { .. }) => {
            Err(Problem::invalid("lon", "position-range"))
        }
        Err(PositionFault::ProbablySwapped { .. }) => {
            // As the sender wrote them, so that they recognise their numbers.
            let (sent_lon, sent_lat) = (input.lon.unwrap_or(lon), input.lat.unwrap_or(lat));
            Err(Problem::invalid("lon", "position-swapped")
                .field_arg("lon", sent_lat)
                .field_arg("lat", sent_lon)
                .with_data(json!({"suggestion": {"lon": sent_lat, "lat": sent_lon}})))
        }
        Ok(()) | Err(PositionFault::OutsideServiceArea { .. }) => ground
            .locate(lon, lat)
            .map_err(|nearest| outside(tree, nearest)),
    }
}

fn outside(tree: &AreaTree, nearest: Option<(AreaId, f64)>) -> Problem {
    let Some((area, metres)) = nearest else {
        return Problem::invalid("lon", "no-boundaries");
    };
    let community = tree.at_level(area, AreaLevel::Community);
    let name = community.map_or("", |node| &node.name);
    let metres = metres.round();
    Problem::invalid("lon", "position-outside")
        .field_arg("nearest", name)
        .field_arg("distance", metres)
        .with_data(json!({"nearest": {
            "area": community.map(|node| node.id),
            "name": name,
            "distance_m": metres,
        }}))
}

fn of_area(tree: &AreaTree, area: AreaId, field: &str) -> Result<Place> {
    if tree.get(area).is_none() {
        return Err(Problem::invalid(field, "place-unknown"));
    }
    let Some(community) = tree.community_of(area) else {
        return Err(Problem::invalid(field, "place-too-wide"));
    };
    Ok(Place {
        community,
        grid: tree.at_level(area, AreaLevel::Grid).map(|node| node.id),
        neighbourhood: tree
            .at_level(area, AreaLevel::Neighbourhood)
            .map(|node| node.id),
        estate: None,
        building: None,
        dwelling: None,
        address: tree.short_path(area),
        position: None,
    })
}

fn words(input: &PlaceInput) -> Option<&str> {
    let text = input.text.as_deref()?.trim();
    (!text.is_empty()).then_some(text)
}

/// What the reporter wrote says more than the name of the area.
fn with_words(mut place: Place, input: &PlaceInput) -> Place {
    if let Some(text) = words(input) {
        place.address = text.chars().take(TEXT_MAX).collect();
    }
    place
}

fn by_text(locator: &Locator, text: &str) -> Result<Place> {
    if text.is_empty() {
        return Err(Problem::invalid("place", "place-needed"));
    }
    let mut found = locator.candidates(text, None, 5);
    let Some(best) = found.first() else {
        return Err(Problem::invalid("place", "place-unknown"));
    };
    let clear = best.score >= CLEAR_SCORE
        && found
            .get(1)
            .is_none_or(|next| next.score <= best.score * CLEAR_LEAD);
    if clear {
        return Ok(found.swap_remove(0).place);
    }
    let labels: Vec<&str> = found.iter().map(|one| one.label.as_str()).collect();
    Err(Problem::invalid("place", "place-ambiguous")
        .field_arg("candidates", labels.join("、"))
        .with_data(json!({"candidates": candidates(&found)})))
}

fn candidates(found: &[AddressCandidate]) -> serde_json::Value {
    serde_json::to_value(found).unwrap_or_default()
}

/// New records are not filed under a closed area, nor under one inside a closed area.
fn open(tree: &AreaTree, place: Place) -> Result<Place> {
    match tree.upwards(place.area()).find(|node| node.closed) {
        Some(closed) => {
            Err(Problem::invalid("place", "area-closed").field_arg("area", &closed.name))
        }
        None => Ok(place),
    }
}

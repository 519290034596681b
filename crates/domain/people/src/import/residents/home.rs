//! Where a row's person lives: the address or its parts, what they are to the dwelling, with whom, and where else.

use uuid::Uuid;
use youlin_imports::Refused;
use youlin_imports::tabular::{absent, fold};
use youlin_kernel::CommunityId;

use super::place::{Found, Heading, Homes, Spot, below, composed};
use super::read::Cells;
use crate::Relation;

const HOUSEHOLD: usize = 100;
const SECOND: usize = 5;

/// Where somebody lives.
pub(super) struct Stay {
    pub(super) community: CommunityId,
    pub(super) dwelling: Option<Uuid>,
    pub(super) household: Option<String>,
    pub(super) second: Vec<(Uuid, Relation)>,
    /// The address as it was written, where it names no dwelling: it is kept as a note.
    pub(super) written: Option<String>,
}

/// What the address of a row means.
enum Lives {
    At(Spot),
    /// Somewhere in a building, with the address as it was written.
    InBuilding(CommunityId, String),
    /// The row says no address.
    Unsaid,
}

pub(super) fn stay(
    cells: &Cells<'_>,
    homes: &mut Homes<'_>,
    heading: Option<&Heading>,
    doubts: &mut Vec<Refused>,
) -> Result<Stay, Refused> {
    let nowhere = |community, written| Stay {
        community,
        dwelling: None,
        household: None,
        second: Vec::new(),
        written,
    };
    let spot = match spot(cells, homes, heading, doubts)? {
        Lives::At(spot) => spot,
        Lives::InBuilding(community, written) => return Ok(nowhere(community, Some(written))),
        Lives::Unsaid => {
            let code = cells.text("community");
            let community = homes.community(&code).ok_or_else(|| {
                cells
                    .refuse("community", "sheet-community")
                    .arg("value", &code)
            })?;
            return Ok(nowhere(community, None));
        }
    };
    let household = Some(cells.text("household")).filter(|key| !key.is_empty());
    if household
        .as_ref()
        .is_some_and(|key| key.chars().count() > HOUSEHOLD)
    {
        return Err(cells
            .refuse("household", "cell-too-long")
            .arg("max", HOUSEHOLD));
    }
    Ok(Stay {
        community: spot.community,
        dwelling: Some(spot.dwelling),
        household,
        second: second(cells, homes, spot)?,
        written: None,
    })
}

/// The dwelling of the address. A row below the name of a building may leave the building out.
fn spot(
    cells: &Cells<'_>,
    homes: &mut Homes<'_>,
    heading: Option<&Heading>,
    doubts: &mut Vec<Refused>,
) -> Result<Lives, Refused> {
    let parts = ["estate", "building", "entrance", "room"].map(|field| cells.text(field));
    let [estate, building, entrance, room] = &parts;
    let said = cells.text("address");
    let is_bare = parts.iter().all(String::is_empty) && said.is_empty();
    // Who says nothing of where they live does not live in the estate of the others.
    let given = match estate.is_empty() && !is_bare {
        true => homes.estate().to_owned(),
        false => String::new(),
    };
    let address = composed(&said, [estate, building, entrance, room]);
    let address = match heading {
        Some(Heading::Row(heading)) if building.is_empty() && !is_sure(homes, &given, &address) => {
            below(heading, &said, [estate, entrance, room])
        }
        // The name of a sheet says less than an address does.
        Some(Heading::Tab(heading)) if building.is_empty() && said.is_empty() && !is_bare => {
            below(heading, "", [estate, entrance, room])
        }
        _ => address,
    };
    let (address, found) = looked_up(homes, &given, address);
    let field = if cells.has("address") {
        "address"
    } else {
        "room"
    };
    let refuse = |code| cells.refuse(field, code).arg("value", &address);
    if address.is_empty() && !cells.text("community").is_empty() {
        return Ok(Lives::Unsaid);
    }
    if address.is_empty() {
        return Err(cells.refuse(field, "sheet-place-empty"));
    }
    // Building and room are of one of several estates.
    let estateless = [estate, &given, &said].iter().all(|text| text.is_empty());
    match found {
        Found::Sure(spot) => Ok(Lives::At(spot)),
        Found::Unsure(labels) if estateless && !labels.is_empty() => {
            Err(refuse("sheet-place-estate-of").arg("places", labels))
        }
        Found::Unsure(_) | Found::Unknown if estateless => Err(refuse("sheet-place-estate")),
        Found::Perhaps(spot, label) => {
            doubts.push(refuse("sheet-place-perhaps").arg("place", label));
            Ok(Lives::At(spot))
        }
        // Nobody is lost for want of a room: they are known in the community until somebody says which dwelling.
        Found::Building(community, label) if homes.may_be_nowhere(community) => {
            doubts.push(refuse("sheet-place-building").arg("place", label));
            Ok(Lives::InBuilding(community, address))
        }
        Found::Building(_, label) => Err(refuse("sheet-place-room").arg("place", label)),
        Found::Unsure(labels) => Err(refuse("sheet-place-unsure").arg("places", labels)),
        Found::Unknown => Err(refuse("sheet-place-unknown")),
    }
}

fn is_sure(homes: &mut Homes<'_>, given: &str, address: &str) -> bool {
    matches!(
        looked_up(homes, given, address.to_owned()).1,
        Found::Sure(_)
    )
}

/// What an address means; where the estate of all rows is given, in that one, unless it is found as it is written.
fn looked_up(homes: &mut Homes<'_>, given: &str, address: String) -> (String, Found) {
    if given.is_empty() || address.starts_with(given) {
        let found = homes.find_given(&address);
        return (address, found);
    }
    let whole = format!("{given}{address}");
    match homes.find_given(&whole) {
        found @ Found::Sure(_) => (whole, found),
        inside => match homes.find(&address) {
            found @ Found::Sure(_) => (address, found),
            _ => (whole, inside),
        },
    }
}

/// Homes beside the main one, each with what the person is to it in brackets: 东村1号楼102（租户）；西村1号楼101.
fn second(
    cells: &Cells<'_>,
    homes: &mut Homes<'_>,
    main: Spot,
) -> Result<Vec<(Uuid, Relation)>, Refused> {
    let text = cells.text("second_home");
    let mut found: Vec<(Uuid, Relation)> = Vec::new();
    for part in text.split([';', '、']).map(str::trim) {
        if absent(part) {
            continue;
        }
        let (address, said) = match part
            .strip_suffix(')')
            .and_then(|rest| rest.rsplit_once('('))
        {
            Some((address, said)) => (address.trim(), said),
            None => (part, ""),
        };
        let refuse = |code| cells.refuse("second_home", code).arg("value", address);
        // A second home is not guessed: what is not written as the register writes it is not taken.
        let spot = match homes.find(address) {
            Found::Sure(spot) if spot.community == main.community => spot,
            Found::Perhaps(_, label) | Found::Unsure(label) | Found::Building(_, label) => {
                return Err(refuse("sheet-place-unsure").arg("places", label));
            }
            Found::Sure(_) | Found::Unknown => return Err(refuse("sheet-place-unknown")),
        };
        if spot.dwelling == main.dwelling || found.iter().any(|(held, _)| *held == spot.dwelling) {
            continue;
        }
        found.push((spot.dwelling, relation(said, "").unwrap_or(Relation::Other)));
    }
    if found.len() > SECOND {
        return Err(cells
            .refuse("second_home", "sheet-homes-many")
            .arg("max", SECOND));
    }
    Ok(found)
}

/// What the register calls it. `column`: its name; in one that asks about the head of the household, the head says nothing of
/// whose the dwelling is.
pub(super) fn relation(text: &str, column: &str) -> Option<Relation> {
    if text.is_empty() || text == "户主" || (text == "本人" && column.contains("户主")) {
        return None;
    }
    if let Some(known) = Relation::parse(&fold(text).to_lowercase()) {
        return Some(known);
    }
    let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
    Some(if has(&["租", "承租"]) {
        Relation::Tenant
    } else if has(&["业主", "本人", "产权", "房主"]) {
        Relation::Owner
    } else if has(&[
        "家人",
        "家属",
        "家庭成员",
        "配偶",
        "妻",
        "夫",
        "丈",
        "子",
        "女",
        "儿",
        "父",
        "母",
        "孙",
        "媳",
        "婿",
        "兄",
        "弟",
        "姐",
        "妹",
        "岳",
        "公",
        "婆",
    ]) {
        Relation::Family
    } else {
        Relation::Other
    })
}

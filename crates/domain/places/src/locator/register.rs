//! Estates, buildings and dwellings in memory, one shard for each community.
//!
//! Compact on purpose: 200,000 dwellings must leave the server small. A dwelling is 32 bytes here; the words of rooms and
//! entrances, which repeat endlessly, are kept once. Ids are UUIDv7, so a shard's ids lie close together and
//! most shards are ruled out by comparing with their first and last id.

use std::collections::HashMap;
use std::sync::Arc;

use uuid::Uuid;
use youlin_kernel::{AreaId, AreaLevel, AreaTree, CommunityId, Scope};
use youlin_locate::{AddressBook, DwellingEntry, Match};

use super::ground::{Ground, Grounds, Turn};
use crate::{AddressCandidate, Place, stand};

/// Grid and neighbourhood of a place.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Areas {
    pub(super) grid: Option<AreaId>,
    pub(super) neighbourhood: Option<AreaId>,
}

impl Spot {
    fn place(&mut self, community: CommunityId, tree: &AreaTree, ground: &Ground) {
        let said = self.said.neighbourhood.or(self.said.grid);
        let said = said.unwrap_or(community.into());
        if tree.get(said).is_none() {
            self.stands = self.said;
            return;
        }
        let found = self
            .position
            .and_then(|at| ground.within(tree, community, at));
        let area = stand::open(tree, stand::stands(tree, said, found));
        let at = |level| tree.at_level(area, level).map(|node| node.id);
        self.stands = Areas {
            grid: at(AreaLevel::Grid),
            neighbourhood: at(AreaLevel::Neighbourhood),
        };
    }
}

/// An estate or building as it is looked up.
#[derive(Debug, Clone)]
pub(super) struct Spot {
    pub(super) id: Uuid,
    pub(super) name: Box<str>,
    /// By the register's word.
    pub(super) said: Areas,
    /// By the rule of [`crate::stand`], once it was placed.
    pub(super) stands: Areas,
    pub(super) position: Option<(f64, f64)>,
    /// The building's estate.
    pub(super) estate: Option<Uuid>,
}

#[derive(Debug)]
struct Home {
    id: u128,
    building: u32,
    entrance: u32,
    room: u32,
}

/// Rows as the loader hands them over.
#[derive(Debug)]
pub(super) struct SpotRow {
    pub(super) spot: Spot,
    pub(super) aliases: Vec<String>,
    pub(super) street_address: String,
}

#[derive(Debug)]
pub(super) struct HomeRow {
    pub(super) id: Uuid,
    pub(super) building: Uuid,
    pub(super) entrance: Option<Uuid>,
    pub(super) room: String,
}

/// One community's part.
#[derive(Debug, Clone)]
pub(super) struct Shard {
    community: CommunityId,
    estates: Vec<Spot>,
    buildings: Vec<Spot>,
    homes: Arc<Vec<Home>>,
    words: Arc<Vec<Box<str>>>,
    book: Arc<AddressBook>,
}

/// Keeps each word once.
#[derive(Default)]
struct Words {
    list: Vec<Box<str>>,
    known: HashMap<Box<str>, u32>,
}

impl Words {
    fn number(&mut self, word: &str) -> u32 {
        if let Some(number) = self.known.get(word) {
            return *number;
        }
        let number = u32::try_from(self.list.len()).unwrap_or(u32::MAX);
        self.list.push(word.into());
        self.known.insert(word.into(), number);
        number
    }
}

impl Shard {
    pub(super) fn build(
        community: CommunityId,
        mut estates: Vec<SpotRow>,
        mut buildings: Vec<SpotRow>,
        entrances: &HashMap<Uuid, String>,
        homes: Vec<HomeRow>,
    ) -> Self {
        estates.sort_by_key(|row| row.spot.id);
        buildings.sort_by_key(|row| row.spot.id);
        let mut words = Words::default();
        let nothing = words.number("");
        let mut kept: Vec<Home> = Vec::with_capacity(homes.len());
        let mut entries = entries_of_spots(&estates, &buildings);
        for row in homes {
            let Ok(building) = buildings.binary_search_by_key(&row.building, |row| row.spot.id)
            else {
                continue;
            };
            let entrance = row.entrance.and_then(|id| entrances.get(&id));
            entries.push(DwellingEntry {
                key: row.id.as_u128(),
                estate: estate_name(&estates, buildings[building].spot.estate).to_owned(),
                building: buildings[building].spot.name.to_string(),
                entrance: entrance.cloned(),
                dwelling: row.room.clone(),
                ..DwellingEntry::default()
            });
            kept.push(Home {
                id: row.id.as_u128(),
                building: u32::try_from(building).unwrap_or(u32::MAX),
                entrance: entrance.map_or(nothing, |text| words.number(text)),
                room: words.number(&row.room),
            });
        }
        kept.sort_by_key(|home| home.id);
        kept.shrink_to_fit();
        Self {
            community,
            estates: estates.into_iter().map(|row| row.spot).collect(),
            buildings: buildings.into_iter().map(|row| row.spot).collect(),
            homes: Arc::new(kept),
            words: Arc::new(words.list),
            book: Arc::new(AddressBook::build(entries)),
        }
    }

    /// This shard with everything where it stands on that ground; what is large is shared.
    fn placed(&self, tree: &AreaTree, ground: &Ground) -> Self {
        let mut placed = self.clone();
        for spot in placed.estates.iter_mut().chain(&mut placed.buildings) {
            spot.place(self.community, tree, ground);
        }
        placed
    }

    fn estate(&self, id: Uuid) -> Option<&Spot> {
        let at = self.estates.binary_search_by_key(&id, |spot| spot.id);
        at.ok().map(|at| &self.estates[at])
    }

    fn home(&self, id: u128) -> Option<&Home> {
        let (first, last) = (self.homes.first()?, self.homes.last()?);
        if id < first.id || id > last.id {
            return None;
        }
        let at = self.homes.binary_search_by_key(&id, |home| home.id);
        at.ok().map(|at| &self.homes[at])
    }

    fn building(&self, id: Uuid) -> Option<&Spot> {
        let at = self.buildings.binary_search_by_key(&id, |spot| spot.id);
        at.ok().map(|at| &self.buildings[at])
    }

    fn place_of_estate(&self, spot: &Spot) -> Place {
        Place {
            community: self.community,
            grid: spot.stands.grid,
            neighbourhood: spot.stands.neighbourhood,
            estate: Some(spot.id),
            building: None,
            dwelling: None,
            address: spot.name.to_string(),
            position: spot.position,
        }
    }

    fn place_of_building(&self, spot: &Spot) -> Place {
        let estate = spot.estate.and_then(|id| self.estate(id));
        Place {
            estate: spot.estate,
            building: Some(spot.id),
            address: estate.map_or(String::new(), |estate| estate.name.to_string()) + &spot.name,
            ..self.place_of_estate(spot)
        }
    }

    fn place_of_home(&self, home: &Home) -> Option<Place> {
        let spot = self.buildings.get(home.building as usize)?;
        let word = |number: u32| self.words.get(number as usize).map_or("", |word| &**word);
        let mut place = self.place_of_building(spot);
        place.dwelling = Some(Uuid::from_u128(home.id));
        place.address.push_str(word(home.entrance));
        place.address.push_str(word(home.room));
        Some(place)
    }

    fn place_of(&self, matched: &Match) -> Option<Place> {
        match matched {
            Match::Dwelling { key } => self.place_of_home(self.home(*key)?),
            Match::Entrance { dwellings } => {
                let home = self.home(*dwellings.first()?)?;
                let mut place = self.place_of_home(home)?;
                place.dwelling = None;
                let room = self.words.get(home.room as usize)?;
                let shorter = place.address.len().saturating_sub(room.len());
                place.address.truncate(shorter);
                Some(place)
            }
            Match::Building { key, dwellings } => {
                let spot = match key {
                    Some(key) => self.building(Uuid::from_u128(*key))?,
                    None => {
                        let home = self.home(*dwellings.first()?)?;
                        self.buildings.get(home.building as usize)?
                    }
                };
                Some(self.place_of_building(spot))
            }
            Match::Estate { key, .. } => {
                let spot = self.estate(Uuid::from_u128((*key)?))?;
                Some(self.place_of_estate(spot))
            }
        }
    }
}

fn estate_name(estates: &[SpotRow], id: Option<Uuid>) -> &str {
    id.and_then(|id| estates.binary_search_by_key(&id, |row| row.spot.id).ok())
        .map_or("", |at| &estates[at].spot.name)
}

/// Estates and buildings can be named without a dwelling; they carry the other names and the street address.
fn entries_of_spots(estates: &[SpotRow], buildings: &[SpotRow]) -> Vec<DwellingEntry> {
    let street = |row: &SpotRow| Some(row.street_address.clone()).filter(|text| !text.is_empty());
    let of_estates = estates.iter().map(|row| DwellingEntry {
        key: row.spot.id.as_u128(),
        estate: row.spot.name.to_string(),
        estate_aliases: row.aliases.clone(),
        street_address: street(row),
        ..DwellingEntry::default()
    });
    let of_buildings = buildings.iter().map(|row| DwellingEntry {
        key: row.spot.id.as_u128(),
        estate: estate_name(estates, row.spot.estate).to_owned(),
        building: row.spot.name.to_string(),
        building_aliases: row.aliases.clone(),
        street_address: street(row),
        ..DwellingEntry::default()
    });
    of_estates.chain(of_buildings).collect()
}

/// All shards.
#[derive(Debug, Default)]
pub(super) struct Register {
    /// By community.
    shards: Vec<Arc<Shard>>,
    /// The ground everything was placed on.
    turn: Option<Turn>,
}

impl Register {
    pub(super) fn new(mut shards: Vec<Arc<Shard>>, turn: Option<Turn>) -> Self {
        shards.sort_by_key(|shard| shard.community);
        Self { shards, turn }
    }

    pub(super) fn turn(&self) -> Option<Turn> {
        self.turn
    }

    /// This register placed on another ground.
    pub(super) fn placed(&self, grounds: &Grounds, turn: Turn) -> Self {
        let ground = grounds.of_turn(turn);
        let placed = |shard: &Arc<Shard>| Arc::new(shard.placed(grounds.tree(), ground));
        Self::new(self.shards.iter().map(placed).collect(), Some(turn))
    }

    /// This register with one community's shard replaced or added, placed on that ground.
    pub(super) fn with(&self, shard: &Shard, grounds: &Grounds, turn: Turn) -> Self {
        let placed = shard.placed(grounds.tree(), grounds.of_turn(turn));
        let others = self
            .shards
            .iter()
            .filter(|other| other.community != shard.community);
        let all = others.cloned().chain([Arc::new(placed)]).collect();
        Self::new(all, self.turn.filter(|held| *held == turn))
    }

    pub(super) fn dwellings(&self) -> usize {
        self.shards.iter().map(|shard| shard.homes.len()).sum()
    }

    pub(super) fn dwelling(&self, id: Uuid) -> Option<Place> {
        self.shards
            .iter()
            .find_map(|shard| shard.place_of_home(shard.home(id.as_u128())?))
    }

    pub(super) fn each_dwelling(&self, within: &Scope, mut with: impl FnMut(Place)) {
        let shards = self.shards.iter();
        for shard in shards.filter(|shard| within.contains_community(shard.community)) {
            for place in shard
                .homes
                .iter()
                .filter_map(|home| shard.place_of_home(home))
            {
                if within.contains(place.community, &[place.grid, place.neighbourhood]) {
                    with(place);
                }
            }
        }
    }

    pub(super) fn each_estate(&self, within: &Scope, mut with: impl FnMut(Place)) {
        let shards = self.shards.iter();
        for shard in shards.filter(|shard| within.contains_community(shard.community)) {
            for place in shard.estates.iter().map(|spot| shard.place_of_estate(spot)) {
                // Buildings of an estate may stand in several grids: what is seen of it is what stands in them.
                let seen = |spot: &Spot| {
                    spot.estate == place.estate
                        && within.contains(
                            place.community,
                            &[spot.stands.grid, spot.stands.neighbourhood],
                        )
                };
                if within.contains(place.community, &[place.grid, place.neighbourhood])
                    || shard.buildings.iter().any(seen)
                {
                    with(place);
                }
            }
        }
    }

    pub(super) fn building(&self, id: Uuid) -> Option<Place> {
        self.shards
            .iter()
            .find_map(|shard| Some(shard.place_of_building(shard.building(id)?)))
    }

    pub(super) fn candidates(
        &self,
        text: &str,
        within: Option<&Scope>,
        limit: usize,
    ) -> Vec<AddressCandidate> {
        let visible = |place: &Place| {
            within.is_none_or(|scope| {
                scope.contains(place.community, &[place.grid, place.neighbourhood])
            })
        };
        let mut all: Vec<AddressCandidate> = self
            .shards
            .iter()
            .filter(|shard| within.is_none_or(|scope| scope.contains_community(shard.community)))
            .flat_map(|shard| {
                // Some may be invisible to the caller; a few more leave enough.
                let found = shard.book.find(text, limit.saturating_mul(2).max(8));
                found.into_iter().filter_map(|candidate| {
                    let place = shard.place_of(&candidate.matched)?;
                    Some(AddressCandidate {
                        label: place.address.clone(),
                        place,
                        score: candidate.score,
                        why: candidate.why.into_iter().map(Into::into).collect(),
                    })
                })
            })
            .filter(|candidate| visible(&candidate.place))
            .collect();
        // Stable: candidates of one shard stay in the book's order, shards in the order of their communities.
        all.sort_by(|a, b| b.score.total_cmp(&a.score));
        all.truncate(limit);
        all
    }
}

//! From an address in a sheet to a dwelling. Most addresses are written as the register writes them, but for signs and
//! units: those are found by one exact key. The others are asked of the locator, which forgives more and takes longer.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use uuid::Uuid;
use youlin_imports::Table;
use youlin_imports::tabular::{Line, fold, sole};
use youlin_kernel::{AreaLevel, AreaTree, CommunityId, Scope};
use youlin_places::{Locator, Place};

/// So sure the locator must be to be believed, and so far ahead of its second best.
const SURE: f32 = 0.9;
const AHEAD: f32 = 0.05;
/// So sure it must be for a question to be worth asking.
const WORTH: f32 = 0.5;
const NAMED: usize = 3;

/// A dwelling and where it is filed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spot {
    pub(super) community: CommunityId,
    pub(super) dwelling: Uuid,
}

/// What an address was found to mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    Sure(Spot),
    /// With the address of the register.
    Perhaps(Spot, String),
    /// A building, and none of its dwellings; with its name.
    Building(CommunityId, String),
    /// With what it may mean.
    Unsure(String),
    Unknown,
}

/// Dwellings a caller may write people into, by how they are written.
pub(super) struct Dwellings<'a> {
    locator: &'a Locator,
    scope: &'a Scope,
    areas: Arc<AreaTree>,
    /// `None`: several have the same key.
    exact: HashMap<String, Option<Spot>>,
    /// The estates of rows that name none, with their dwellings.
    given: HashMap<Uuid, Given>,
}

struct Given {
    name: String,
    exact: HashMap<String, Spot>,
}

/// The same for one reader of rows.
pub(super) struct Homes<'a> {
    all: &'a Dwellings<'a>,
    asked: HashMap<String, Found>,
    /// The estate of the rows that are read now, where they name none.
    here: Option<Uuid>,
}

impl<'a> Dwellings<'a> {
    /// `estates`: those of rows that name none.
    pub(super) fn of(
        locator: &'a Locator,
        scope: &'a Scope,
        estates: impl IntoIterator<Item = Uuid>,
    ) -> Self {
        let mut exact = HashMap::new();
        let mut given: HashMap<Uuid, Given> = HashMap::new();
        let wanted: HashSet<Uuid> = estates.into_iter().collect();
        if !wanted.is_empty() {
            locator.each_estate(scope, |place: Place| {
                if let Some(estate) = place.estate.filter(|id| wanted.contains(id)) {
                    let of_it = Given {
                        name: place.address,
                        exact: HashMap::new(),
                    };
                    given.insert(estate, of_it);
                }
            });
        }
        locator.each_dwelling(scope, |place| {
            let Some(dwelling) = place.dwelling else {
                return;
            };
            let spot = Spot {
                community: place.community,
                dwelling,
            };
            let spelled = key(&place.address);
            if let Some(given) = place.estate.and_then(|id| given.get_mut(&id)) {
                given.exact.insert(spelled.clone(), spot);
            }
            exact
                .entry(spelled)
                .and_modify(|held| *held = None)
                .or_insert(Some(spot));
        });
        Self {
            locator,
            scope,
            areas: locator.tree(),
            exact,
            given,
        }
    }

    pub(super) fn homes(&self) -> Homes<'_> {
        Homes {
            all: self,
            asked: HashMap::new(),
            here: None,
        }
    }
}

impl Homes<'_> {
    /// From here on rows that name no estate are of this one.
    pub(super) fn stand_in(&mut self, estate: Option<Uuid>) {
        self.here = estate;
    }

    fn given(&self) -> Option<&Given> {
        self.here.and_then(|id| self.all.given.get(&id))
    }

    /// The name of the estate of rows that name none.
    pub(super) fn estate(&self) -> &str {
        self.given().map_or("", |given| &given.name)
    }

    /// An address in that estate: of two estates of one name, the one that was said.
    pub(super) fn find_given(&mut self, address: &str) -> Found {
        match self
            .given()
            .and_then(|given| given.exact.get(&key(address)))
        {
            Some(spot) => Found::Sure(*spot),
            None => self.find(address),
        }
    }

    pub(super) fn find(&mut self, address: &str) -> Found {
        if let Some(Some(spot)) = self.all.exact.get(&key(address)) {
            return Found::Sure(*spot);
        }
        if let Some(found) = self.asked.get(address) {
            return found.clone();
        }
        let found = self.ask(address);
        self.asked.insert(address.to_owned(), found.clone());
        found
    }

    /// The community of that code, where the caller may write people who live nowhere in it.
    pub(super) fn community(&self, code: &str) -> Option<CommunityId> {
        let areas = &self.all.areas;
        let area = areas.by_code(code)?;
        let community = areas.community_of(area.id)?;
        (area.level == AreaLevel::Community && self.may_be_nowhere(community)).then_some(community)
    }

    /// The caller may write people who live nowhere in this community.
    pub(super) fn may_be_nowhere(&self, community: CommunityId) -> bool {
        self.all.scope.contains(community, &[])
    }

    fn ask(&self, address: &str) -> Found {
        let (locator, scope) = (self.all.locator, self.all.scope);
        let candidates = locator.candidates(address, Some(scope), NAMED + 1);
        let Some(best) = candidates.first() else {
            return Found::Unknown;
        };
        let second = candidates.get(1).map_or(0.0, |other| other.score);
        let spot = best.place.dwelling.map(|dwelling| Spot {
            community: best.place.community,
            dwelling,
        });
        match spot {
            Some(spot) if best.score >= SURE && best.score - second >= AHEAD => Found::Sure(spot),
            Some(spot) if best.score >= WORTH && best.score > second => {
                Found::Perhaps(spot, best.label.clone())
            }
            None if best.place.building.is_some() && best.score >= WORTH => {
                Found::Building(best.place.community, best.label.clone())
            }
            _ => {
                let labels: Vec<&str> = candidates
                    .iter()
                    .take(NAMED)
                    .map(|one| one.label.as_str())
                    .collect();
                Found::Unsure(labels.join("、"))
            }
        }
    }
}

/// The building that rows without one are in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Heading {
    /// Named in a row of its own above them.
    Row(String),
    /// Named by their sheet: one tab for each building.
    Tab(String),
}

impl Heading {
    /// What stands above the columns of a sheet, as it may between its rows, or its name.
    pub(super) fn above(table: &Table, part: usize) -> Option<Self> {
        let row = table.above(part).filter_map(heading).last();
        let tab = || tab(table.part_name(part));
        row.map(Self::Row).or_else(|| tab().map(Self::Tab))
    }
}

/// The building in the name of a sheet: 12号楼, 东村3幢住户.
fn tab(name: &str) -> Option<String> {
    let name = fold(name).replace(' ', "");
    let ends = ["号楼", "幢", "栋", "#楼", "#"].map(|unit| Some(name.find(unit)? + unit.len()));
    let end = ends.into_iter().flatten().max()?;
    let building = name.get(..end)?;
    names_building(building).then(|| building.to_owned())
}

/// A row between the others that only names a building (12号楼, 东村 3 幢（36户）): the rows below live there.
pub(super) fn heading(line: &Line) -> Option<String> {
    let text = sole(line)?.replace(' ', "");
    let text = text.split(['(', ':']).next().unwrap_or_default().to_owned();
    names_building(&text).then_some(text)
}

/// Whether a text names a building or its entrance, and none of its dwellings.
pub(super) fn names_building(text: &str) -> bool {
    let text = text.replace(' ', "");
    let named = ["号楼", "幢", "栋", "#楼", "#", "单元"]
        .iter()
        .find_map(|unit| text.strip_suffix(*unit));
    let numbered = named.is_some_and(|named| named.ends_with(|c: char| c.is_ascii_alphanumeric()));
    numbered && text.chars().count() <= 30
}

/// The address of a row below such a heading.
pub(super) fn below(heading: &str, address: &str, [estate, entrance, room]: [&str; 3]) -> String {
    let front = match heading.starts_with(estate) {
        true => heading.to_owned(),
        false => format!("{estate}{heading}"),
    };
    match address {
        "" => composed(&front, ["", "", entrance, room]),
        address => format!("{front}{address}"),
    }
}

/// One spelling of an address: 光明东村12号楼1单元304室 and 光明东村 12-1-304 are one.
fn key(address: &str) -> String {
    let mut text = fold(address).to_lowercase();
    text.retain(|c| c != ' ');
    for (long, short) in [
        ("号楼", "-"),
        ("单元", "-"),
        ("幢", "-"),
        ("栋", "-"),
        ("#", "-"),
        ("号", "-"),
        ("室", "-"),
    ] {
        if text.contains(long) {
            text = text.replace(long, short);
        }
    }
    while text.contains("--") {
        text = text.replace("--", "-");
    }
    text.trim_end_matches('-').to_owned()
}

/// The address of a row from its parts; bare numbers get the units the register's readers expect.
pub(super) fn composed(address: &str, [estate, building, entrance, room]: [&str; 4]) -> String {
    let unit = |text: &str, unit: &str| {
        let bare = !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric());
        if bare {
            format!("{text}{unit}")
        } else {
            text.to_owned()
        }
    };
    let parts = [
        unit(building, "号楼"),
        unit(entrance, "单元"),
        room.to_owned(),
    ]
    .concat();
    if parts.is_empty() || (estate.is_empty() && address.ends_with(&parts)) {
        return if address.is_empty() {
            estate.to_owned()
        } else {
            address.to_owned()
        };
    }
    let front = if estate.is_empty() { address } else { estate };
    format!("{front}{parts}")
}

#[cfg(test)]
mod tests {
    use youlin_imports::tabular::{Cell, Line};

    use super::{below, composed, heading, key, tab};

    #[test]
    fn a_building_alone_in_a_row_is_a_heading() {
        let row = |cells: &[&str]| Line {
            number: 3,
            cells: cells.iter().map(|text| Cell::text(text)).collect(),
        };
        for (cells, found) in [
            (&["12号楼", "", ""][..], Some("12号楼")),
            (
                &["东村 3 幢（36户）", "东村 3 幢（36户）"][..],
                Some("东村3幢"),
            ),
            (&["", "5栋2单元："][..], Some("5栋2单元")),
            (&["周建国", "12号楼"][..], None),
            (&["以下为租户"][..], None),
            (&["号楼"][..], None),
        ] {
            assert_eq!(heading(&row(cells)).as_deref(), found, "{cells:?}");
        }
        assert_eq!(
            below("12号楼", "", ["东村", "1", "304"]),
            "东村12号楼1单元304"
        );
        assert_eq!(
            below("东村12号楼", "1-304", ["", "", ""]),
            "东村12号楼1-304"
        );
    }

    #[test]
    fn a_sheet_may_be_called_after_its_building() {
        for (name, building) in [
            ("12号楼", Some("12号楼")),
            ("东村3幢住户", Some("东村3幢")),
            ("3＃", Some("3#")),
            ("Sheet1", None),
            ("楼栋长", None),
            ("号楼", None),
        ] {
            assert_eq!(tab(name).as_deref(), building, "{name}");
        }
    }

    #[test]
    fn one_spelling() {
        for text in [
            "光明东村12号楼1单元304",
            "光明东村12幢1单元304室",
            "光明东村 12-1-304",
            "光明东村１２＃－１－３０４",
        ] {
            assert_eq!(key(text), "光明东村12-1-304", "{text}");
        }
        assert_ne!(key("东村1号楼11"), key("东村11号楼1"));
    }

    #[test]
    fn parts_make_an_address() {
        assert_eq!(
            composed("", ["东村", "12", "1", "304"]),
            "东村12号楼1单元304"
        );
        assert_eq!(
            composed("", ["东村", "12号楼", "", "304室"]),
            "东村12号楼304室"
        );
        assert_eq!(composed("东村12号楼304", ["", "", "", ""]), "东村12号楼304");
        assert_eq!(composed("东村", ["", "12", "", "304"]), "东村12号楼304");
        assert_eq!(
            composed("东村12号楼304", ["", "", "", "304"]),
            "东村12号楼304"
        );
    }
}

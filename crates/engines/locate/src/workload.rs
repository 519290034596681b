//! Synthetic towns and address books for measuring: the same for the same seed, everything in them invented.

use crate::{AreaShape, DwellingEntry};
use geo::{LineString, MultiPolygon, Polygon};

/// Splitmix64: small, fast, the same on every machine.
#[derive(Debug, Clone)]
pub struct Rng(u64);

impl Rng {
    /// A generator for a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// In `[0, 1)`.
    pub fn unit(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// In `0..bound`; `bound` must not be zero.
    pub fn below(&mut self, bound: usize) -> usize {
        (self.next_u64() % bound as u64) as usize
    }
}

/// South-west corner (longitude, latitude) and side in degrees of the synthetic town.
pub const TOWN: (f64, f64, f64) = (120.5, 31.8, 1.0);

/// Points between two corners of a tile: with four sides and the closing point a ring has 125 positions.
const BETWEEN: usize = 30;

/// `side` × `side` neighbourhoods that tile the town without gap, each with a wavy ring of 125 positions; neighbours
/// share their wavy edge exactly. Keys count from 1.
#[must_use]
pub fn tiled_town(side: usize, seed: u64) -> Vec<AreaShape> {
    let corner = |column: usize, row: usize| {
        let (west, south, size) = TOWN;
        (
            west + size * column as f64 / side as f64,
            south + size * row as f64 / side as f64,
        )
    };
    let wave = TOWN.2 / side as f64 * 0.05;
    // An edge is drawn from its own seed, west to east or south to north, so both neighbours get the same points.
    let edge = |from: (usize, usize), to: (usize, usize)| -> Vec<(f64, f64)> {
        let upright = from.0 == to.0;
        let id = ((from.1 * (side + 1) + from.0) * 2 + usize::from(upright)) as u64;
        let mut rng = Rng::new(seed ^ id.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let (a, b) = (corner(from.0, from.1), corner(to.0, to.1));
        let mut line = vec![a];
        for step in 1..=BETWEEN {
            let along = step as f64 / (BETWEEN + 1) as f64;
            let aside = (rng.unit() - 0.5) * wave;
            let (x, y) = (a.0 + (b.0 - a.0) * along, a.1 + (b.1 - a.1) * along);
            line.push(if upright {
                (x + aside, y)
            } else {
                (x, y + aside)
            });
        }
        line.push(b);
        line
    };
    let mut shapes = Vec::with_capacity(side * side);
    for row in 0..side {
        for column in 0..side {
            let (east, north) = (column + 1, row + 1);
            let south_side = edge((column, row), (east, row));
            let east_side = edge((east, row), (east, north));
            let north_side = edge((column, north), (east, north));
            let west_side = edge((column, row), (column, north));
            let ring: Vec<(f64, f64)> = south_side
                .iter()
                .chain(&east_side[1..])
                .chain(north_side.iter().rev().skip(1))
                .chain(west_side.iter().rev().skip(1))
                .copied()
                .collect();
            shapes.push(AreaShape {
                key: shapes.len() as i64 + 1,
                level: 6,
                shape: MultiPolygon(vec![Polygon::new(LineString::from(ring), Vec::new())]),
            });
        }
    }
    shapes
}

/// Points (longitude, latitude) spread evenly over the town.
#[must_use]
pub fn points(count: usize, seed: u64) -> Vec<(f64, f64)> {
    let mut rng = Rng::new(seed);
    let (west, south, size) = TOWN;
    (0..count)
        .map(|_| (west + size * rng.unit(), south + size * rng.unit()))
        .collect()
}

/// Fronts and ends of invented estate names.
const FRONTS: [&str; 24] = [
    "光明", "学田", "跃龙", "虹桥", "濠河", "紫琅", "文峰", "易家", "新城", "金沙", "星湖", "翠湖",
    "桃坞", "柳岸", "白鹭", "长桥", "南濠", "北濠", "青枫", "银杏", "锦绣", "望江", "临川", "海棠",
];
const ENDS: [&str; 12] = [
    "东村", "西村", "南村", "新村", "花园", "花苑", "家园", "公寓", "雅苑", "小区", "北苑", "里",
];
const ROADS: [&str; 8] = [
    "青年中路",
    "人民西路",
    "濠东路",
    "工农路",
    "洪江路",
    "外环北路",
    "桃坞路",
    "姚港路",
];

/// A register of at least `dwellings` invented dwellings in estates of a size as cities have them: twenty buildings,
/// every second estate with three entrances a building. Names repeat their parts, so they resemble each other.
#[must_use]
pub fn register(dwellings: usize, seed: u64) -> Vec<DwellingEntry> {
    let mut rng = Rng::new(seed);
    let mut entries = Vec::with_capacity(dwellings + 2_000);
    let mut number = 0;
    while entries.len() < dwellings {
        let front = FRONTS[number % FRONTS.len()];
        let end = ENDS[number / FRONTS.len() % ENDS.len()];
        // From the second round on, names are told apart by a letter that no other name has in that place.
        let round = number / (FRONTS.len() * ENDS.len());
        let extra = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"][round % 10];
        let estate = format!("{front}{extra}{end}");
        let street = format!("{}{}号", ROADS[rng.below(ROADS.len())], number * 2 + 1);
        let entrances = if number.is_multiple_of(2) { 3 } else { 0 };
        for building in 1..=20 {
            estate_building(&mut entries, &estate, building, entrances, &street);
        }
        number += 1;
    }
    entries
}

fn estate_building(
    entries: &mut Vec<DwellingEntry>,
    estate: &str,
    building: usize,
    entrances: usize,
    street: &str,
) {
    for entrance in 1..=entrances.max(1) {
        for floor in 1..=6 {
            for room in 1..=2 {
                entries.push(DwellingEntry {
                    key: entries.len() as u128 + 1,
                    estate: estate.to_owned(),
                    building: format!(
                        "{building}{}",
                        if building.is_multiple_of(2) {
                            "号楼"
                        } else {
                            "幢"
                        }
                    ),
                    entrance: (entrances > 0).then(|| format!("{entrance}单元")),
                    dwelling: format!("{floor}0{room}"),
                    street_address: Some(street.to_owned()),
                    ..DwellingEntry::default()
                });
            }
        }
    }
}

/// Ways in which people write a dwelling's address.
pub const FORMATS: usize = 10;

/// The address of a dwelling in one of [`FORMATS`] ways. All but the last two name the dwelling without doubt.
#[must_use]
pub fn address(entry: &DwellingEntry, format: usize) -> String {
    let digits = |text: &str| {
        text.chars()
            .filter(char::is_ascii_digit)
            .collect::<String>()
    };
    let (estate, building, room) = (
        &entry.estate,
        digits(&entry.building),
        digits(&entry.dwelling),
    );
    let entrance = entry.entrance.as_deref().map(digits);
    let unit = entrance
        .as_ref()
        .map(|number| format!("{number}单元"))
        .unwrap_or_default();
    let dashed = entrance
        .as_ref()
        .map(|number| format!("{number}-"))
        .unwrap_or_default();
    let chinese =
        |text: &str| -> String { text.chars().map(|c| numeral(c).unwrap_or(c)).collect() };
    let wide = |text: &str| -> String { text.chars().map(full_width).collect() };
    match format % FORMATS {
        0 => format!("{estate}{building}号楼{unit}{room}"),
        1 => format!("{estate}{building}幢{unit}{room}室"),
        2 => format!("{estate} {building}-{dashed}{room}"),
        3 => format!(
            "{estate}{}号楼{}{}室",
            chinese(&building),
            chinese(&unit),
            chinese(&room)
        ),
        4 => wide(&format!("{estate}{building}栋{unit}{room}")),
        5 => format!("我住{estate}{building}号楼{unit}{room}，楼道灯坏了，请派人来看看"),
        6 => format!(
            "{}{estate}{building}幢{unit}{room}室",
            entry.street_address.as_deref().unwrap_or("")
        ),
        7 => format!("{estate}小区，{building}号楼，{unit}{room}室，13800000000"),
        8 => format!("{building}号楼{unit}{room}"),
        _ => format!("{}{building}号楼{unit}{room}", slip(estate)),
    }
}

/// Digit by digit, as on a door plate.
fn numeral(c: char) -> Option<char> {
    c.to_digit(10)
        .and_then(|digit| "〇一二三四五六七八九".chars().nth(digit as usize))
}

fn full_width(c: char) -> char {
    if c.is_ascii_graphic() {
        char::from_u32(c as u32 + 0xfee0).unwrap_or(c)
    } else {
        c
    }
}

/// The name with its second character mistyped.
fn slip(name: &str) -> String {
    name.chars()
        .enumerate()
        .map(|(at, c)| if at == 1 { '某' } else { c })
        .collect()
}

//! What is exported and taken in by an empty house is the same register, and taken in again at home changes nothing; names
//! that a spreadsheet would run as formulas included, and what was entered by hand and never had a key.

use uuid::Uuid;
use youlin_kernel::CommunityId;
use youlin_places::commands::{
    OpenStalls, PremisesInput, SaveBuilding, SaveDwelling, SaveEstate, SavePremises,
};
use youlin_places::export;
use youlin_places::import::{ImportReport, premises, read_csv, stalls};
use youlin_places::premises::Occupants;
use youlin_testkit::databases;

use crate::ground::Town;

/// Made-up registers of each database.
const REGISTERS: u64 = 2;

struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % bound as u64).unwrap()
    }

    fn word(&mut self) -> String {
        let starts = [
            "=cmd|",
            "+1",
            "-",
            "@SUM(A1)",
            "'=",
            "光明",
            "东\"村\"",
            "a,b",
            "1号楼",
            "é",
        ];
        let ends = ["", "东村", ",二期", " 12", "'", "=1+1"];
        let start = starts[self.below(starts.len())];
        format!(
            "{start}{}{}",
            ends[self.below(ends.len())],
            self.below(1_000)
        )
    }

    fn maybe(&mut self, text: String) -> String {
        if self.below(3) == 0 {
            String::new()
        } else {
            text
        }
    }
}

fn quoted(cell: &str) -> String {
    format!("\"{}\"", cell.replace('"', "\"\""))
}

/// Areas, estates, buildings, dwellings, premises, stalls as a desk would give them; names go in as they are, without a quote in front.
fn made_up(dice: &mut Dice) -> [String; 6] {
    let mut files = [
        "code,scheme,scheme_version,level,parent_code,name,name_en,short\n".to_owned(),
        "key,community_code,name,aliases,street_address,built_year,lon,lat,neighbourhood_code\n"
            .to_owned(),
        "key,estate_key,name,aliases,street_address,floors,lon,lat,neighbourhood_code\n".to_owned(),
        "key,building_key,entrance,room,floor,use,area\n".to_owned(),
        "key,community_code,kind,name,building_key,street_address,lon,lat,neighbourhood_code,floor_area,storeys,built_year,circuit,note\n".to_owned(),
        "key,premises_key,section,number,floor_area,use\n".to_owned(),
    ];
    let mut add = |file: usize, cells: &[String]| {
        let cells: Vec<String> = cells.iter().map(|cell| quoted(cell)).collect();
        files[file] += &format!("{}\n", cells.join(","));
    };
    let mut area = |dice: &mut Dice, code: &str, level: &str, parent: &str| {
        let (name, english) = (dice.word(), dice.word());
        let (english, short) = (dice.maybe(english), dice.word());
        let cells = [
            code,
            "t",
            "1",
            level,
            parent,
            &name,
            &english,
            &dice.maybe(short),
        ];
        add(0, &cells.map(str::to_owned));
    };
    area(dice, "D", "district", "");
    for community in 0..2 {
        area(dice, &format!("C{community}"), "community", "D");
        area(
            dice,
            &format!("G{community}"),
            "grid",
            &format!("C{community}"),
        );
        area(
            dice,
            &format!("N{community}"),
            "neighbourhood",
            &format!("G{community}"),
        );
    }
    let uses = ["owned", "let", "empty", "shop", "office", "other"];
    for estate in 0..2 + dice.below(3) {
        let community = dice.below(2);
        let near = ["", "G", "N"][dice.below(3)];
        let near = if near.is_empty() {
            String::new()
        } else {
            format!("{near}{community}")
        };
        let (alias, street, year) = (dice.word(), dice.word(), 1950 + dice.below(70));
        let name = dice.word();
        let alias = dice.maybe(alias.replace(';', ""));
        let spot = if dice.below(2) == 0 {
            ("120.8731", "32.01")
        } else {
            ("", "")
        };
        let cells = [
            format!("e{estate}"),
            format!("C{community}"),
            name,
            alias,
            dice.maybe(street),
            dice.maybe(year.to_string()),
            spot.0.to_owned(),
            spot.1.to_owned(),
            near.clone(),
        ];
        add(1, &cells);
        for building in 0..1 + dice.below(3) {
            let key = format!("e{estate}b{building}");
            let (name, street, floors) = (dice.word(), dice.word(), 1 + dice.below(30));
            let cells = [
                key.clone(),
                format!("e{estate}"),
                name,
                String::new(),
                dice.maybe(street),
                dice.maybe(floors.to_string()),
                spot.0.to_owned(),
                spot.1.to_owned(),
                near.clone(),
            ];
            add(2, &cells);
            for room in 0..dice.below(5) {
                let (floor, centi) = (1 + dice.below(6), 1 + dice.below(30_000));
                let entrance = dice.maybe(format!("{}单元", room % 2 + 1));
                let cells = [
                    format!("{key}r{room}"),
                    key.clone(),
                    entrance,
                    format!("{room}01"),
                    dice.maybe(floor.to_string()),
                    uses[dice.below(uses.len())].to_owned(),
                    dice.maybe(format!("{}.{:02}", centi / 100, centi % 100)),
                ];
                add(3, &cells);
            }
        }
        let inside = dice.maybe(format!("e{estate}b0"));
        let (street, metres, note) = (dice.word(), 1 + dice.below(90_000), dice.word());
        let (storeys, year, watts) = (1 + dice.below(9), 1950 + dice.below(70), dice.below(9_000));
        let cells = [
            format!("p{estate}"),
            format!("C{community}"),
            ["market", "shop", "school"][dice.below(3)].to_owned(),
            dice.word(),
            inside,
            dice.maybe(street),
            spot.0.to_owned(),
            spot.1.to_owned(),
            near.clone(),
            dice.maybe(format!("{}.{:02}", metres / 100, metres % 100)),
            dice.maybe(storeys.to_string()),
            dice.maybe(year.to_string()),
            dice.maybe(format!("{}.{:03}", 1 + watts / 1_000, watts % 1_000)),
            dice.maybe(note),
        ];
        add(4, &cells);
        for stall in 0..dice.below(4) {
            let metres = 100 + dice.below(5_000);
            let cells = [
                format!("p{estate}s{stall}"),
                format!("p{estate}"),
                dice.maybe("C".to_owned()),
                format!("{stall:02}"),
                dice.maybe(format!("{}.{:02}", metres / 100, metres % 100)),
                ["selling", "cooking", "storage"][dice.below(3)].to_owned(),
            ];
            add(5, &cells);
        }
    }
    files
}

/// One of each, as a desk enters them on pages: none has a key.
async fn by_hand(town: &Town) {
    let (db, ctx) = (town.world.db(), town.service());
    let community = CommunityId(town.id("C0").0);
    let estate = SaveEstate {
        community,
        known: None,
        name: "手工小区".to_owned(),
        aliases: String::new(),
        street_address: String::new(),
        built_year: Some(1998),
        position: None,
        area: None,
        closed: false,
    };
    let estate = db.execute(&ctx, estate).await.unwrap();
    let building = SaveBuilding {
        community,
        known: None,
        estate: Some(estate),
        name: "1号楼".to_owned(),
        aliases: String::new(),
        street_address: String::new(),
        floors: Some(6),
        position: None,
        area: Some(town.id("N0")),
        closed: false,
        closed_reason: String::new(),
        occupants: Occupants::default(),
    };
    let building: Uuid = db.execute(&ctx, building).await.unwrap();
    let dwelling = SaveDwelling {
        community,
        known: None,
        building,
        entrance: "1单元".to_owned(),
        room: "101".to_owned(),
        floor: Some(1),
        usage: "owned".to_owned(),
        area: "88.5".to_owned(),
        closed: false,
        occupants: Occupants::default(),
    };
    db.execute(&ctx, dwelling).await.unwrap();
    let market = SavePremises {
        community,
        known: None,
        input: PremisesInput {
            kind: "market".to_owned(),
            name: "手工市场".to_owned(),
            building: Some(building),
            ..PremisesInput::default()
        },
        position: None,
        area: None,
    };
    let market = db.execute(&ctx, market).await.unwrap();
    let row = OpenStalls {
        community,
        premises: market,
        section: "A".to_owned(),
        numbers: "1-3".to_owned(),
        floor_area: String::new(),
        usage: "selling".to_owned(),
    };
    db.execute(&ctx, row).await.unwrap();
}

async fn take_in(town: &Town, files: &[String; 6]) -> Vec<ImportReport> {
    let rows = |text: &str| read_csv(text, &["key"]).unwrap();
    let mut reports = vec![town.areas(&files[0]).await];
    town.locator.reload_areas(town.world.db()).await.unwrap();
    reports.push(town.estates(rows(&files[1])).await);
    reports.push(town.buildings(rows(&files[2])).await);
    reports.push(town.dwellings(rows(&files[3])).await);
    let (db, ctx, locator) = (town.world.db(), town.service(), &town.locator);
    let taken = premises(db, &ctx, locator, rows(&files[4]), false).await;
    reports.push(taken.unwrap());
    let taken = stalls(db, &ctx, locator, rows(&files[5]), false).await;
    reports.push(taken.unwrap());
    for report in &reports {
        assert!(report.is_clean(), "{report:?}");
    }
    reports
}

async fn exported(town: &Town) -> [String; 6] {
    let (db, tree) = (town.world.db(), town.locator.tree());
    [
        export::areas(db).await.unwrap(),
        export::estates(db, &tree).await.unwrap(),
        export::buildings(db, &tree).await.unwrap(),
        export::dwellings(db).await.unwrap(),
        export::premises(db, &tree).await.unwrap(),
        export::stalls(db).await.unwrap(),
    ]
}

/// The rows in the order of their keys: ids of another house sort otherwise.
fn sorted(files: &[String; 6]) -> Vec<Vec<String>> {
    let lines = |text: &String| {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    files.iter().map(lines).collect()
}

#[tokio::test]
async fn an_exported_register_is_the_same_in_an_empty_house() {
    for seed in 0..REGISTERS {
        for (here, there) in databases().await.into_iter().zip(databases().await) {
            let (here, there) = (Town::empty(here).await, Town::empty(there).await);
            take_in(&here, &made_up(&mut Dice(seed))).await;
            by_hand(&here).await;
            let out = exported(&here).await;
            for line in out.iter().flat_map(|text| text.lines()) {
                for cell in line.split(',') {
                    let cell = cell.trim_matches('"');
                    let number = cell.parse::<f64>().is_ok();
                    assert!(number || !cell.starts_with(['=', '+', '@']), "{line}");
                }
            }
            take_in(&there, &out).await;
            assert_eq!(sorted(&exported(&there).await), sorted(&out));
            for report in take_in(&here, &out).await {
                assert_eq!((report.new, report.changed), (0, 0), "{report:?}");
            }
        }
    }
}

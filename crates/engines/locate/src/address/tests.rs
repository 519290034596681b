#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;

fn entry(
    key: u128,
    estate: &str,
    building: &str,
    entrance: Option<&str>,
    dwelling: &str,
) -> DwellingEntry {
    DwellingEntry {
        key,
        estate: estate.to_owned(),
        building: building.to_owned(),
        entrance: entrance.map(str::to_owned),
        dwelling: dwelling.to_owned(),
        ..DwellingEntry::default()
    }
}

/// 光明东村: buildings 1–12, two entrances each, floors 1–5, two rooms on a floor. 光明西村: buildings 1–3 without
/// entrances. 濠河花园: an A座, a named building. 学田一村, 学田二村. A lone house by its street address.
fn town() -> AddressBook {
    AddressBook::build(entries())
}

fn entries() -> Vec<DwellingEntry> {
    let mut entries = Vec::new();
    let mut key = 0;
    for building in 1..=12 {
        for entrance in 1..=2 {
            for floor in 1..=5 {
                for room in 1..=2 {
                    key += 1;
                    let number = format!("{floor}0{}", (entrance - 1) * 2 + room);
                    let label = format!("{building}号楼");
                    let unit = format!("{entrance}单元");
                    entries.push(DwellingEntry {
                        estate_aliases: vec!["东光明".into()],
                        street_address: Some("南通市崇川区青年中路50号".into()),
                        ..entry(key, "光明东村", &label, Some(&unit), &number)
                    });
                }
            }
        }
    }
    for building in 1..=3 {
        for room in [101, 304] {
            key += 1;
            entries.push(entry(
                key,
                "光明西村",
                &format!("{building}幢"),
                None,
                &room.to_string(),
            ));
        }
    }
    for (building, aliases) in [("A座", vec![]), ("幸福楼", vec!["红楼", "88号楼"])] {
        for room in ["0301", "1201"] {
            key += 1;
            entries.push(DwellingEntry {
                building_aliases: aliases.iter().map(|alias| (*alias).to_owned()).collect(),
                ..entry(key, "濠河花园", building, None, room)
            });
        }
    }
    for estate in ["学田一村", "学田二村"] {
        key += 1;
        entries.push(entry(key, estate, "2", None, "201"));
    }
    entries.push(DwellingEntry {
        street_address: Some("濠东路21号".into()),
        ..entry(9001, "", "", None, "1")
    });
    entries.push(entry(9100, "光明西村", "1幢", None, ""));
    entries.push(entry(9200, "光明西村", "", None, ""));
    entries
}

fn first(text: &str) -> Candidate {
    town()
        .find(text, 5)
        .into_iter()
        .next()
        .unwrap_or_else(|| panic!("nothing found for {text}"))
}

fn place(candidate: &Candidate) -> String {
    let Label {
        estate,
        building,
        entrance,
        dwelling,
    } = &candidate.label;
    let parts = [
        Some(estate),
        building.as_ref(),
        entrance.as_ref(),
        dwelling.as_ref(),
    ];
    parts
        .into_iter()
        .flatten()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join("/")
}

#[test]
fn one_dwelling_in_every_spelling() {
    for text in [
        "光明东村12号楼304",
        "光明东村12幢304室",
        "光明东村 12-304",
        "光明东村12-2-304",
        "光明东村12号楼2单元304",
        "光明东村十二号楼三〇四",
        "光明东村十二幢二单元三百零四室",
        "光明东村１２号楼３０４",
        "光明东村 12 304",
        "光明东村12#304",
        "光明东村12号304室",
        "光明东村小区12号楼3楼304",
        "光明东村，12号楼，304室",
        "我住光明东村12号楼304，楼道灯坏了",
        "南通市崇川区虹桥街道光明东村12号楼304室 张先生 13812345678",
        "青年中路50号光明东村12号楼304",
        "光明东村（青年中路50号）12号楼304",
        "东光明12号楼304",
        "12号楼304，光明东村",
    ] {
        let candidate = first(text);
        assert_eq!(place(&candidate), "光明东村/12号楼/2单元/304", "{text}");
        assert!(
            matches!(candidate.matched, Match::Dwelling { .. }),
            "{text}"
        );
        assert!(candidate.score > 0.85, "{text}: {}", candidate.score);
    }
}

#[test]
fn everything_said_and_found_scores_one() {
    let candidate = first("光明东村12号楼2单元304室");
    assert!((candidate.score - 1.0).abs() < 1e-6);
    assert_eq!(
        candidate.why,
        [
            Why::EstateName,
            Why::BuildingNumber,
            Why::EntranceNumber,
            Why::RoomNumber
        ]
    );
}

#[test]
fn coarser_texts_give_coarser_places() {
    let building = first("光明东村十二号楼");
    assert!(
        matches!(&building.matched, Match::Building { key: None, dwellings } if dwellings.len() == 20)
    );
    assert_eq!(place(&building), "光明东村/12号楼");
    let entrance = first("光明东村3号楼2单元");
    assert!(matches!(&entrance.matched, Match::Entrance { dwellings } if dwellings.len() == 10));
    let estate = first("光明东村");
    assert!(matches!(&estate.matched, Match::Estate { dwellings, .. } if dwellings.len() == 240));
    let keyed = first("光明西村1幢");
    assert!(
        matches!(&keyed.matched, Match::Building { key: Some(9100), dwellings } if dwellings.len() == 2)
    );
    assert!(
        matches!(&first("光明西村").matched, Match::Estate { key: Some(9200), dwellings } if dwellings.len() == 6)
    );
}

#[test]
fn a_missing_estate_gives_every_fitting_place_a_low_score() {
    let found = town().find("2号楼304", 10);
    let places: Vec<String> = found.iter().map(place).collect();
    assert_eq!(places, ["光明东村/2号楼/2单元/304", "光明西村/2幢/304"]);
    assert!(found.iter().all(|candidate| candidate.score < 0.5));
    let only = town().find("12号楼304", 10);
    assert_eq!(only.len(), 1);
    assert!(only[0].score < first("光明东村12号楼304").score);
    assert_eq!(only[0].why, [Why::BuildingNumber, Why::RoomNumber]);
    assert!(town().find("304", 10).is_empty());
    assert_eq!(
        town()
            .find("12号楼", 10)
            .iter()
            .map(place)
            .collect::<Vec<_>>(),
        ["光明东村/12号楼"]
    );
}

#[test]
fn a_typing_error_in_the_estate_is_forgiven_and_said() {
    for text in [
        "光鸣东村12号楼304",
        "光明冬村12号楼304",
        "光明东12号楼304",
        "光明大东村12号楼304",
    ] {
        let candidate = first(text);
        assert_eq!(place(&candidate), "光明东村/12号楼/2单元/304", "{text}");
        assert!(
            candidate.why.contains(&Why::Fuzzy { distance: 1 }),
            "{text}"
        );
        assert!(candidate.score < 0.85);
    }
    // One character apart, but both exist: no slip.
    let west = town().find("光明西村3幢304", 10);
    assert_eq!(place(&west[0]), "光明西村/3幢/304");
    assert!(
        west.iter()
            .all(|candidate| !candidate.why.contains(&Why::Fuzzy { distance: 1 }))
    );
    assert_eq!(place(&first("学田二村2号楼201")), "学田二村/2/201");
}

#[test]
fn a_part_of_the_name_is_offered_as_such() {
    let found = town().find("光明12号楼304", 10);
    assert_eq!(place(&found[0]), "光明东村/12号楼/2单元/304");
    let short = first("濠河1201");
    assert_eq!(place(&short).split('/').next(), Some("濠河花园"));
    assert!(short.why.contains(&Why::Partial));
}

#[test]
fn what_the_register_lacks_leads_to_what_it_has() {
    let candidate = first("光明东村12号楼999");
    assert_eq!(place(&candidate), "光明东村/12号楼");
    assert!(candidate.why.contains(&Why::Partial) && candidate.score < 0.8);
    let nowhere = first("光明东村77号楼304");
    assert!(matches!(nowhere.matched, Match::Estate { .. }));
    assert!(nowhere.why.contains(&Why::Partial));
    let no_entrances = first("光明西村2幢1单元304");
    assert_eq!(place(&no_entrances), "光明西村/2幢/304");
}

#[test]
fn buildings_have_letters_and_names() {
    assert_eq!(place(&first("濠河花园A座1201")), "濠河花园/A座/1201");
    for text in [
        "濠河花园幸福楼301",
        "濠河花园红楼301室",
        "幸福楼301",
        "濠河花园88号楼301",
    ] {
        assert_eq!(place(&first(text)), "濠河花园/幸福楼/0301", "{text}");
    }
    assert_eq!(
        first("濠河花园红楼301").why,
        [Why::EstateName, Why::BuildingAlias, Why::RoomNumber]
    );
}

#[test]
fn street_addresses_lead_to_what_stands_there() {
    for text in [
        "青年中路50号",
        "崇川区青年中路50号",
        "青年中路 五十号",
        "青年中路50",
    ] {
        let candidate = first(text);
        assert!(
            matches!(candidate.matched, Match::Estate { .. }),
            "{text}: {candidate:?}"
        );
        assert_eq!(candidate.why[0], Why::StreetAddress);
    }
    assert_eq!(
        place(&first("青年中路50号12幢304")),
        "光明东村/12号楼/2单元/304"
    );
    assert!(matches!(
        first("濠东路21号").matched,
        Match::Dwelling { key: 9001 }
    ));
    for text in [
        "青年中路505号",
        "青年中路150号",
        "青年中路50-2号",
        "人民路12号",
    ] {
        let found = town().find(text, 5);
        let exact = found
            .iter()
            .any(|candidate| candidate.why == [Why::StreetAddress]);
        assert!(!exact, "{text}: {found:?}");
    }
}

#[test]
fn texts_without_an_address_find_nothing() {
    for text in [
        "",
        "   ",
        "楼道灯坏了",
        "13812345678",
        "3个人8点来",
        "。。。",
        "\u{0}\u{ffff}",
        "水管漏了2天",
    ] {
        assert_eq!(town().find(text, 5), [], "{text}");
    }
    assert_eq!(
        AddressBook::build(Vec::new()).find("光明东村12号楼304", 5),
        []
    );
}

#[test]
fn the_order_of_entries_changes_nothing() {
    let mut reversed = entries();
    reversed.reverse();
    let reversed = AddressBook::build(reversed);
    for text in [
        "2号楼304",
        "光明",
        "光明东村12号楼",
        "青年中路50号",
        "学田村2号楼",
    ] {
        assert_eq!(town().find(text, 20), reversed.find(text, 20), "{text}");
    }
}

#[test]
fn a_longer_name_hides_a_shorter_one_in_it() {
    let mut all = entries();
    all.push(entry(9300, "光明", "12号楼", None, "304"));
    let found = AddressBook::build(all).find("光明东村12号楼304", 10);
    assert_eq!(
        found.iter().map(place).collect::<Vec<_>>(),
        ["光明东村/12号楼/2单元/304"]
    );
}

#[test]
fn what_is_left_unsaid_costs() {
    let full = first("光明东村12号楼2单元304").score;
    let apart = first("光明东村老张他家12号楼2单元304");
    assert_eq!(place(&apart), "光明东村/12号楼/2单元/304");
    assert!(apart.score < full);
    let rooms = town().find("光明东村304室", 20);
    assert_eq!(rooms.len(), 12);
    assert!(rooms.iter().all(
        |candidate| candidate.score < 0.7 && candidate.label.dwelling.as_deref() == Some("304")
    ));
    // A座 and 幸福楼 both have a 301.
    let open = town().find("濠河花园301", 20);
    assert_eq!(open.len(), 2);
    assert!(open[0].score < 0.7);
}

#[test]
fn a_telephone_number_beside_the_address_is_not_read_as_part_of_it() {
    for text in [
        "光明东村12号楼304 138 1234 5678",
        "光明东村12-304，13812345678",
        "13812345678光明东村12-304",
        "光明东村12号楼304 0513-85123456",
    ] {
        assert_eq!(place(&first(text)), "光明东村/12号楼/2单元/304", "{text}");
    }
}

//! The register leaves the house with a second person's yes, through the pages, and comes in again: an empty house holds the
//! same afterwards, at home nothing changes, and what is covered never takes the place of what is clear.

use jiff::civil::date;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use youlin_crypto::IdentityNumber;
use youlin_imports::tabular::{Cell, Limits, read};
use youlin_people::{AccountPolicy, Home, OtherHome, PersonInput, Relation, SavePerson, Sex};

use crate::browser::{Browser, account, house, imports};
use crate::ground::{Ground, JIA, grant, grounds};
use crate::imports::{Desk, counts};

/// Made-up registers of each database, and the people in each.
const REGISTERS: usize = 1;
const PEOPLE: usize = 40;

/// Somebody made up; the number of the row tells them apart.
#[derive(Clone, Debug)]
struct Made {
    name: String,
    birth: (i16, i8, i8),
    /// Nothing, the year, the day, an identity number.
    known: u8,
    female: Option<bool>,
    phones: Vec<u32>,
    home: Option<(u8, u8)>,
    second: Option<u8>,
    household: Option<u8>,
    labels: Vec<&'static str>,
    note: Option<String>,
    language: Option<String>,
}

fn made() -> impl Strategy<Value = Made> {
    let label = prop::sample::select(vec![
        "living_alone",
        "party_member",
        "talent:老党员/骨干",
        "talent:（热心）",
        "talent:下棋",
        "talent:=标签",
    ]);
    let note = "(=cmd\\|1|[+]1|-|@SUM|)(你好，世界！|“轮椅”（折叠）|a;b, c|\n二楼|１２|'=x){1,3}";
    let who = (
        "(欧阳|周|沈|=施|阿卜杜拉·)[一-龥]{1,3}",
        (1930i16..2020, 1i8..=12, 1i8..=28),
        0u8..4,
        prop::option::of(any::<bool>()),
        prop::collection::vec(0u32..10_000, 0..3),
    );
    let where_ = (
        prop::option::weighted(0.9, (0u8..3, 0u8..4)),
        prop::option::weighted(0.2, 0u8..3),
        prop::option::of(0u8..4),
        prop::collection::vec(label, 0..3),
        prop::option::of(note),
        prop::option::of(prop::sample::select(vec!["zh", "en", "手语", "=x"])),
    );
    (who, where_).prop_map(|(who, place)| Made {
        name: who.0,
        birth: who.1,
        known: who.2,
        female: who.3,
        phones: who.4,
        home: place.0,
        second: place.1,
        household: place.2,
        labels: place.3,
        note: place.4,
        language: place.5.map(str::to_owned),
    })
}

/// A number of GB 11643 for this birthday.
fn number(row: usize, (year, month, day): (i16, i8, i8), female: bool) -> String {
    let order = (row % 499) * 2 + usize::from(!female);
    let body = format!("320611{year:04}{month:02}{day:02}{order:03}");
    "0123456789X"
        .chars()
        .map(|check| format!("{body}{check}"))
        .find(|text| IdentityNumber::parse(text).is_ok())
        .unwrap()
}

impl Made {
    fn input(&self, ground: &Ground, row: usize) -> PersonInput {
        let dwelling = |at: u8| {
            let homes = &ground.homes;
            [homes.east_101, homes.east_102, homes.west_101][usize::from(at)]
        };
        let (year, month, day) = self.birth;
        let female = self.female.unwrap_or(true);
        let sex = [Sex::Male, Sex::Female][usize::from(female)];
        PersonInput {
            // Nobody can tell two people apart who have everything in common.
            name: format!(
                "{}{}",
                self.name,
                ["甲", "乙", "丙", "丁"][row % 4].repeat(row / 4 + 1)
            ),
            sex: (self.female.is_some() || self.known == 3).then_some(sex),
            birth: (self.known >= 2).then(|| date(year, month, day)),
            birth_year: (self.known == 1).then(|| i32::from(year)),
            identity: (self.known == 3).then(|| number(row, self.birth, female)),
            phones: self
                .phones
                .iter()
                .map(|end| match end % 3 {
                    0 => format!("0513-8555{end:04}"),
                    _ => format!("138{:04}{end:04}", row % 10_000),
                })
                .collect(),
            labels: self
                .labels
                .iter()
                .map(|label| (*label).to_owned())
                .collect(),
            note: self.note.clone(),
            language: self.language.clone(),
            home: self.home.map(|(at, relation)| Home {
                dwelling: dwelling(at),
                relation: Relation::ALL[usize::from(relation) % Relation::ALL.len()],
                household_key: self.household.map(|key| format!("h{at}-{key}")),
            }),
            ..PersonInput::default()
        }
    }

    /// The home beside the main one.
    fn second(&self, ground: &Ground) -> Option<Home> {
        let (main, second) = (self.home?.0, self.second?);
        let homes = [
            ground.homes.east_101,
            ground.homes.east_102,
            ground.homes.west_101,
        ];
        (main != second).then(|| Home {
            dwelling: homes[usize::from(second)],
            relation: Relation::Tenant,
            household_key: None,
        })
    }
}

async fn enter(ground: &Ground, people: &[Made]) {
    for (row, one) in people.iter().enumerate() {
        let mut input = one.input(ground, row);
        let id = ground
            .save(&ground.world.service(), JIA, None, input.clone())
            .await
            .unwrap();
        if let Some(home) = one.second(ground) {
            input = PersonInput {
                home: Some(home),
                other_home: OtherHome::Also,
                ..input
            };
            let save = SavePerson {
                vault: std::sync::Arc::clone(&ground.vault),
                community: JIA,
                id: Some(id),
                version: None,
                ext_key: None,
                input,
            };
            ground
                .world
                .db()
                .execute(&ground.world.service(), save)
                .await
                .unwrap();
        }
    }
}

/// The desk asks, the lead says yes, the desk takes it.
pub(crate) async fn taken(ground: &Ground, contents: &str) -> Vec<u8> {
    let house = house(ground, 1_000, AccountPolicy::default());
    let mut desk = Browser::signed_in(&house, "taker").await;
    let mut lead = Browser::signed_in(&house, "lead").await;
    let ask = [
        ("area", "10"),
        ("purpose", "交接名册"),
        ("contents", contents),
    ];
    assert_eq!(desk.post("/people/exports", &ask).await.status, 303);
    let waiting = lead.get("/people/exports/approve").await.text;
    if let Some(asked) = waiting.split("data-export=\"asked\"").nth(1) {
        let path = asked.split("action=\"").nth(1).unwrap();
        let path = path.split('"').next().unwrap();
        assert!(path.ends_with("/decide"), "{path}");
        let yes = lead.post(path, &[("decision", "approve")]).await;
        assert_eq!(yes.status, 303, "{}", yes.text);
    } else {
        assert_eq!(contents, "contacts", "a register needs a second yes");
    }
    let page = desk.get("/people/exports").await.text;
    let take = page
        .split("action=\"")
        .filter_map(|part| part.split('"').next())
        .find(|path| path.ends_with("/take"))
        .unwrap();
    let answer = desk.post(take, &[]).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.bytes
}

/// The rows of the register's sheet without who took it.
fn rows(bytes: &[u8]) -> Vec<Vec<String>> {
    let book = read(bytes, &Limits::default()).unwrap();
    assert_eq!(
        book.sheets.len(),
        2,
        "what the columns hold, and the persons"
    );
    let lines = book.sheets[1].lines.iter().skip(1);
    let mut rows: Vec<Vec<String>> = lines
        .map(|line| {
            let cells = line.cells.iter().map(Cell::shown);
            cells.take(16).collect()
        })
        .collect();
    rows[1..].sort();
    rows
}

pub(crate) async fn accounts(ground: &Ground) {
    use youlin_kernel::Role;
    account(ground, "taker", vec![grant(Role::CommunityDesk, 10)], None).await;
    account(ground, "lead", vec![grant(Role::CommunityLead, 10)], None).await;
}

#[tokio::test]
async fn an_exported_register_of_persons_is_the_same_in_an_empty_house() {
    let mut runner = TestRunner::deterministic();
    for (here, there) in grounds().await.into_iter().zip(grounds().await) {
        let (desk, other) = (
            Desk::at(&here, imports(&here)).await,
            Desk::at(&there, imports(&there)).await,
        );
        accounts(&here).await;
        accounts(&there).await;
        for round in 0..REGISTERS {
            let strategy = prop::collection::vec(made(), PEOPLE);
            let mut people = strategy.new_tree(&mut runner).unwrap().current();
            for one in &mut people {
                // Another register beside the first.
                one.name = format!(
                    "{}{}",
                    ["赵", "钱", "孙"][round],
                    one.name.trim_start_matches('=')
                );
            }
            people[0].name = format!("-cmd{}", ["甲", "乙", "丙"][round]);
            enter(&here, &people).await;
            let total = u32::try_from(PEOPLE * (round + 1)).unwrap();
            let out = taken(&here, "numbers").await;
            let expected = rows(&out);
            assert_eq!(expected.len(), total as usize + 1);
            // At home.
            for contents in ["numbers", "register", "contacts"] {
                let bytes = match contents {
                    "numbers" => out.clone(),
                    other => taken(&here, other).await,
                };
                let view = desk.judged(bytes).await;
                let report = view.report.clone().unwrap();
                let (new, changed, same, _) = counts(&view);
                assert_eq!((new, changed), (0, 0), "{contents}: {report:?}");
                // Contacts say nothing of where those are filed who live nowhere.
                let nowhere = here_nowhere(&expected);
                let left = if contents == "contacts" { nowhere } else { 0 };
                assert_eq!(same + left, total, "{contents}: {report:?}");
                desk.decide(view.id, &[], false).await;
            }
            assert_eq!(rows(&taken(&here, "numbers").await), expected);
            // Elsewhere.
            let view = other.judged(out.clone()).await;
            assert_eq!(
                counts(&view).0,
                u32::try_from(PEOPLE).unwrap(),
                "{:?}",
                view.report
            );
            other.decide(view.id, &[], false).await;
            assert_eq!(rows(&taken(&there, "numbers").await), expected);
        }
        here.verify().await;
        there.verify().await;
    }
}

fn here_nowhere(rows: &[Vec<String>]) -> u32 {
    let nowhere = rows[1..].iter().filter(|row| row[5].is_empty());
    u32::try_from(nowhere.count()).unwrap()
}

const COVERED: &str = "姓名,身份证号,出生日期,性别,电话,现住址,与房屋的关系,标签,备注
周*,,,,,东村1号楼101,,,
周建国,,,,138****1111,东村1号楼101,,,
周建国,32***************X,,,,东村1号楼101,,,
周建国,,19**-03-05,,,东村1号楼101,,,
周建国,,,＊,,东村1号楼101,,,
周建国,,,,,东村1号楼***,,,
周建国,,,,,东村1号楼101,**,,
周建国,,,,,东村1号楼101,,***,
周建国,,,,,东村1号楼101,,,轮椅***
周建国,,,,,东村1号楼101,,,*先打电话
";

#[tokio::test]
async fn what_is_covered_is_refused_by_name_and_overwrites_nothing() {
    let ground = Ground::sqlite().await;
    let desk = Desk::at(&ground, imports(&ground)).await;
    let input = PersonInput {
        name: "周建国".to_owned(),
        birth: Some(date(1942, 3, 5)),
        phones: vec!["13800001111".to_owned()],
        note: Some("*先打电话".to_owned()),
        home: Some(Home {
            dwelling: ground.homes.east_101,
            relation: Relation::Owner,
            household_key: None,
        }),
        ..PersonInput::default()
    };
    let service = ground.world.service();
    ground.save(&service, JIA, None, input).await.unwrap();
    let view = desk.judged(COVERED.as_bytes().to_vec()).await;
    let report = view.report.clone().unwrap();
    let said: Vec<(u32, &str, &str)> = report
        .refused
        .iter()
        .map(|one| (one.line, one.column.as_str(), one.code.as_str()))
        .collect();
    assert_eq!(
        said,
        [
            (2, "姓名", "sheet-covered"),
            (3, "电话", "sheet-covered"),
            (4, "身份证号", "sheet-identity-masked"),
            (5, "出生日期", "sheet-covered"),
            (6, "性别", "sheet-covered"),
            (7, "现住址", "sheet-covered"),
            (8, "与房屋的关系", "sheet-covered"),
            (9, "标签", "sheet-covered"),
            (10, "备注", "sheet-covered"),
        ]
    );
    assert_eq!(counts(&view), (0, 0, 1, 9));
}

#[tokio::test]
async fn households_and_second_homes_of_a_sheet_are_taken_back_with_it() {
    for ground in grounds().await {
        let desk = Desk::at(&ground, imports(&ground)).await;
        let before = desk.count("household").await;
        let sheet = "姓名,现住址,家庭编号,另有住处,社区编码\n\
            周建国,东村1号楼101,h1,东村1号楼102（租户）；西村1号楼101,\n\
            周小妹,东村1号楼101,h1,,\n\
            方知远,东村1号楼101,,北村1号楼1,\n\
            裘安,,,,T10\n\
            施明,,,,T99\n";
        let view = desk.judged(sheet.as_bytes().to_vec()).await;
        let report = view.report.clone().unwrap();
        let codes: Vec<&str> = report.refused.iter().map(|one| one.code.as_str()).collect();
        assert_eq!(
            codes,
            ["sheet-place-unsure", "sheet-community"],
            "{report:?}"
        );
        desk.decide(view.id, &[], false).await;
        assert_eq!(desk.count("household").await, before + 1);
        assert_eq!(desk.count("residence").await, 4);
        let again = desk.judged(sheet.as_bytes().to_vec()).await;
        assert_eq!(counts(&again), (0, 0, 3, 2));
        // Moved, and still living in the second home.
        let moved = "姓名,电话,现住址,家庭编号\n周小妹,13800001111,东村1号楼101,h2\n";
        let view2 = desk.judged(moved.as_bytes().to_vec()).await;
        assert_eq!(counts(&view2), (0, 1, 0, 0));
        desk.decide(view2.id, &[], false).await;
        assert_eq!(desk.count("household").await, before + 2);
        for (id, households, persons) in [(view2.id, 1, 3), (view.id, 0, 0)] {
            let command = youlin_imports::UndoImport {
                imports: std::sync::Arc::clone(&desk.imports),
                id,
            };
            desk.db().execute(&desk.ctx().await, command).await.unwrap();
            desk.work().await;
            // What the second file changed of 周小妹 is taken back by then: nothing speaks against the first one.
            assert_eq!(desk.count("household").await, before + households);
            assert_eq!(desk.count("person").await, persons);
        }
        ground.verify().await;
    }
}

//! What real lists of residents have: people named again far below, notes that differ, heads who name each other, columns
//! answered by yes and no, addresses in two columns, names of columns on every page; ages said in place of birthdays.

use std::sync::Arc;

use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{ExprTrait, Query};
use uuid::Uuid;
use youlin_database::sql::{col, name};
use youlin_datasets::{Dataset, Wanted};
use youlin_imports::{Choice, FILE_MAX, ImportView};
use youlin_kernel::{Locale, Micros, Role};
use youlin_people::datasets::PersonsDataset;
use youlin_people::import::ResidentsRegister;
use youlin_people::{
    AccountPolicy, AttachPhone, Directory, FieldPlace, Home, PersonInput, Relation,
};
use youlin_tabular::workload::person;

use crate::browser::{Browser, account, catalogues, house, imports};
use crate::ground::{Ground, JIA, grant, grounds};
use crate::imports::{Desk, Dying};
use crate::residents::post_file;

/// The notes of everybody, and of what it is written who said it when.
async fn notes(ground: &Ground) -> Vec<(String, bool)> {
    let mut find = Query::select();
    find.columns(["id", "note_sealed", "facts"].map(name))
        .from(name("person"))
        .and_where(col("community_id").eq(JIA.0));
    let mut found = Vec::new();
    for row in ground
        .world
        .db()
        .raw_write()
        .query_all(&find)
        .await
        .unwrap()
    {
        let id: Uuid = row.try_get("", "id").unwrap();
        let sealed: Option<Vec<u8>> = row.try_get("", "note_sealed").unwrap();
        let facts: Option<String> = row.try_get("", "facts").unwrap();
        let at = FieldPlace::new("person", "note", JIA.0, id);
        let note = sealed.map(|sealed| ground.vault.open(at, &sealed).unwrap());
        let said = facts.unwrap_or_default().contains("\"note\"");
        found.push((note.unwrap_or_default(), said));
    }
    found.sort();
    found
}

fn said(view: &ImportView) -> Vec<(u32, String)> {
    let report = view.report.clone().unwrap();
    let all = report.refused.iter().chain(&report.doubtful);
    all.map(|one| (one.line, one.code.clone())).collect()
}

fn figures(view: &ImportView) -> (u32, u32, u32) {
    let report = view.report.clone().unwrap();
    (report.new, report.changed, report.unchanged)
}

/// One person in the first row and the last, with another number, another note and another dwelling, and 450 between.
fn far_apart() -> String {
    let row = |n: u32, phone: &str, place: &str, note: &str| {
        let one = person(n, 1);
        format!("{},{},{phone},{place},{note}\n", one.name, one.identity)
    };
    let mut sheet = "姓名,身份证号,手机,现住址,备注\n".to_owned();
    sheet += &row(0, "13800001111", "东村1号楼101", "对青霉素过敏");
    for n in 1..=450 {
        sheet += &row(n, "", "东村1号楼101", "");
    }
    sheet += &row(0, "13900002222", "东村1号楼102", "换了手机");
    sheet
}

#[tokio::test]
async fn an_import_is_taken_back_with_people_named_again_far_below() {
    for ground in grounds().await {
        // The power goes between the two rows of one person: what is left is known from the journal alone.
        let inner = ResidentsRegister {
            vault: Arc::clone(&ground.vault),
            locator: Arc::clone(&ground.locator),
            in_use: Vec::new(),
        };
        let imports = Dying::imports(&ground, inner, true, 1);
        let desk = Desk::at(&ground, imports).await;
        let view = desk.judged(far_apart().into_bytes()).await;
        let done = desk.decide(view.id, &[], true).await;
        assert_eq!(figures(&done), (451, 1, 0));
        assert_eq!(desk.register().await, [451, 2, 0, 452]);
        desk.undo(view.id).await;
        desk.work().await;
        assert_eq!(
            desk.register().await[1],
            1,
            "the latest batch is taken back"
        );
        ground.world.clock.advance(Micros::HOUR);
        desk.work().await;
        let undone = desk.view(view.id).await.undone.unwrap();
        assert_eq!((undone.undone, undone.refused), (452, Vec::new()));
        assert_eq!(desk.register().await, [0; 4]);
        ground.verify().await;
    }
}

#[tokio::test]
async fn notes_of_several_rows_stand_side_by_side() {
    for ground in grounds().await {
        let desk = Desk::at(&ground, imports(&ground)).await;
        let number = person(7, 1).identity;
        let sheet = format!(
            "姓名,身份证号,现住址,电话,备注\n\
            周建国,{number},东村1号楼101,13511110001（儿子）,对青霉素过敏\n\
            周建国,{number},东村1号楼101,13511110001,换了手机\n"
        );
        let view = desk.judged(sheet.clone().into_bytes()).await;
        desk.decide(view.id, &[], true).await;
        let both = "对青霉素过敏；电话：…0001 儿子；换了手机".to_owned();
        assert_eq!(notes(&ground).await, [(both.clone(), true)]);
        let again = desk.judged(sheet.into_bytes()).await;
        assert_eq!(figures(&again), (0, 0, 2));
        assert!(said(&again).is_empty(), "{:?}", said(&again));
        // What has no room is not cut off.
        let long = format!(
            "姓名,身份证号,现住址,备注\n周建国,{number},东村1号楼101,{}\n",
            "长".repeat(990)
        );
        let view = desk.judged(long.into_bytes()).await;
        assert_eq!(said(&view), [(2, "sheet-note-full".to_owned())]);
        assert_eq!(notes(&ground).await, [(both, true)]);
        ground.verify().await;
    }
}

#[tokio::test]
async fn heads_who_name_each_other_or_live_elsewhere_are_asked_about() {
    for ground in grounds().await {
        let desk = Desk::at(&ground, imports(&ground)).await;
        let sheet = "姓名,住址,户主姓名,与户主关系\n\
            环甲,东村1号楼101,环乙,妻\n\
            环乙,东村1号楼101,环甲,夫\n\
            环戊,东村1号楼101,环乙,子\n\
            环丙,东村1号楼102,环丙,户主\n\
            环丁,西村1号楼101,环丙,子\n\
            环己,西村1号楼101,不在表里的人,女\n";
        let view = desk.judged(sheet.as_bytes().to_vec()).await;
        let doubts = [
            (2, "sheet-head-circular".to_owned()),
            (3, "sheet-head-circular".to_owned()),
            (6, "sheet-head-elsewhere".to_owned()),
        ];
        assert_eq!(said(&view), doubts);
        let report = view.report.clone().unwrap();
        let sentence = report.doubtful[0].sentence(&catalogues(), Locale::Zh);
        assert!(sentence.contains("第 2、3 行互相写成户主"), "{sentence}");
        let done = desk.decide(view.id, &[], true).await;
        assert_eq!(figures(&done), (6, 0, 0));
        // One for the ring and who is of it, one each for the others.
        assert_eq!(desk.count("household").await, 4);
        assert_eq!(desk.register().await[3], 6);
        let again = desk.judged(sheet.as_bytes().to_vec()).await;
        assert_eq!(figures(&again), (0, 0, 6));
        assert!(said(&again).is_empty());
        desk.undo(view.id).await;
        desk.work().await;
        assert_eq!(desk.count("household").await, 0);
        ground.verify().await;
    }
}

#[tokio::test]
async fn columns_answered_by_yes_and_no_are_labels() {
    for ground in grounds().await {
        let desk = Desk::at(&ground, imports(&ground)).await;
        let sheet = "姓名,现住址,是否独居,党员（是/否）,是否低保\n\
            标一,东村1号楼101,是,否,是\n\
            标二,东村1号楼101,否,√,否\n\
            标三,东村1号楼101,,,\n";
        let view = desk.judged(sheet.as_bytes().to_vec()).await;
        let columns = view.columns.clone().unwrap();
        let fields: Vec<&str> = columns
            .found
            .iter()
            .map(|one| one.field.as_deref().unwrap_or("-"))
            .collect();
        assert_eq!(fields, ["name", "address", "labels", "labels", "-"]);
        // Alone with two others is asked about.
        assert_eq!(said(&view), [(2, "sheet-alone-with".to_owned())]);
        desk.decide(view.id, &[], true).await;
        assert_eq!(desk.register().await, [3, 0, 2, 3]);
        // No takes nothing away.
        let other = sheet.replace("是,否,是", "否,否,是");
        let again = desk.judged(other.into_bytes()).await;
        assert_eq!(figures(&again), (0, 0, 3));
        // A word the catalogue does not know is asked about by itself, not as yes and no.
        let sheet = "姓名,现住址,是否低保\n标四,东村1号楼101,是\n标五,东村1号楼101,否\n";
        let id = desk.give_sheet(sheet.as_bytes().to_vec()).await;
        desk.work().await;
        desk.matched(id, &[(2, Some("labels"))]).await;
        desk.work().await;
        let report = desk.view(id).await.report.unwrap();
        let asked: Vec<_> = report
            .doubtful
            .iter()
            .map(|one| (one.line, one.column.as_str(), one.value("value")))
            .collect();
        assert_eq!(asked, [(2, "是否低保", Some("低保"))]);
        ground.verify().await;
    }
}

#[tokio::test]
async fn pages_with_their_own_names_and_addresses_in_two_columns_are_read() {
    for ground in grounds().await {
        let desk = Desk::at(&ground, imports(&ground)).await;
        // The building above the names of the columns counts as it does between the rows.
        let sheet = "东村1号楼,,\n姓名,室号,电话\n页一,101,13700000001\n小计,1,\n\
            西村1号楼,,\n姓名,室号,电话\n页二,101,13700000002\n";
        let view = desk.judged(sheet.as_bytes().to_vec()).await;
        assert_eq!(view.columns.clone().unwrap().repeated, [6]);
        assert_eq!((figures(&view), said(&view)), ((2, 0, 0), Vec::new()));
        desk.decide(view.id, &[], false).await;
        for sheet in [
            "姓名,常住地址,常住地址,生日\n址一,东村1号楼,101,60\n址二,西村1号楼,101,1960-01-01\n",
            "姓名,常住地址,常住地址,生日\n姓名,小区及楼号,单元室,生日\n\
                址一,东村1号楼,101,60\n址二,西村1号楼,101,1960-01-01\n",
        ] {
            let view = desk.judged(sheet.as_bytes().to_vec()).await;
            let header = view.columns.clone().unwrap().header;
            let first = header.last().unwrap() + 1;
            assert_eq!(figures(&view), (1, 0, 0), "{sheet}: {:?}", view.columns);
            // Sixty years are no day of 1900.
            assert_eq!(said(&view), [(first, "sheet-birth-age".to_owned())]);
        }
        ground.verify().await;
    }
}

#[tokio::test]
async fn an_age_in_place_of_a_birthday_is_said_back_as_a_year() {
    for ground in grounds().await {
        let house = house(&ground, 1_000, AccountPolicy::default());
        let home = ground.homes.east_101;
        let zhou = ground.person(JIA, "周建国", &[], Some(home)).await;
        let grants = vec![grant(Role::GridWorker, 100)];
        account(&ground, "shi", grants, None).await;
        let mut shi = Browser::signed_in(&house, "shi").await;
        let home_text = home.to_string();
        let fields = [("dwelling", home_text.as_str()), ("birth", "84岁")];
        let saved = shi.post(&format!("/people/{zhou}/facts"), &fields).await;
        assert!(saved.location.contains("aged=84"), "{}", saved.location);
        let year = ground.world.service().now().local().date().year() - 84;
        let page = shi.get(saved.location.split('#').next().unwrap()).await;
        let words = format!("按 84 岁记为 {year} 年左右");
        assert!(page.text.contains(&words), "{}", page.text);
        let worker = ground
            .world
            .caller(Role::GridWorker, youlin_kernel::AreaId(100));
        let file = ground.file(&worker, home).await;
        assert_eq!(
            file.residents[0].birth_year,
            Some(i32::from(year)),
            "as it was said"
        );
        account(&ground, "gu", vec![grant(Role::CommunityDesk, 10)], None).await;
        let mut gu = Browser::signed_in(&house, "gu").await;
        let form = gu.get("/people/new").await.text;
        assert!(
            form.contains("写 84岁"),
            "the form says that it may be an age"
        );
        let fields = [("name", "贺兰亭"), ("birth", "84"), ("community", "10")];
        let saved = gu.post("/people", &fields).await;
        assert!(saved.location.contains("aged=84"), "{}", saved.text);
        assert!(gu.get(&saved.location).await.text.contains(&words));
        ground.verify().await;
    }
}

#[tokio::test]
async fn a_file_too_large_is_told_to_be_split_on_the_form() {
    let ground = Ground::sqlite().await;
    let house = house(&ground, 1_000, AccountPolicy::default());
    account(&ground, "desk2", vec![grant(Role::CommunityDesk, 10)], None).await;
    let mut desk = Browser::signed_in(&house, "desk2").await;
    let (status, _, page) = post_file(&house, &desk, &vec![b'a'; FILE_MAX + 100_000]).await;
    assert_eq!(status, 413);
    assert!(
        page.contains("拆成几份") && page.contains("id=\"f-file\""),
        "{page}"
    );
    // Before it is sent, the page says so itself.
    let form = desk.get("/imports").await.text;
    assert!(form.contains(&format!("data-max-bytes=\"{FILE_MAX}\"")));
}

#[tokio::test]
async fn what_was_left_is_counted_and_named_after_the_end() {
    for ground in grounds().await {
        let house = house(&ground, 1_000, AccountPolicy::default());
        let desk = Desk::at(&ground, imports(&ground)).await;
        let mut browser = Browser::signed_in(&house, "desk").await;
        let sheet = "姓名,现住址,标签\n甲一,东村1号楼101,低保\n甲二,东村1号楼101,广场舞\n\
            甲三,东村1号楼101,低保\n甲四,东村1号楼101,\n甲五,人民公园,\n";
        let view = desk.judged(sheet.as_bytes().to_vec()).await;
        let path = format!("/imports/{}", view.id);
        let page = browser.get(&path).await.text;
        // Each word by itself, with its count.
        assert!(
            page.contains("“低保”") || page.contains("&#8220;低保"),
            "{page}"
        );
        assert!(page.contains("2 行是同一种情况"), "{page}");
        desk.decide(view.id, &[(3, Choice::Take)], false).await;
        let page = browser.get(&path).await.text;
        assert!(page.contains("已导入 2 条，还有 3 条没有导入"), "{page}");
        assert!(page.contains("存疑、没有导入的行"), "{page}");
        assert!(!page.contains("不选就不导入"), "{page}");
    }
}

#[tokio::test]
async fn a_head_of_a_household_is_not_said_to_own_the_dwelling() {
    for ground in grounds().await {
        let desk = Desk::at(&ground, imports(&ground)).await;
        let known = "姓名,住址,人房关系\n周建国,东村1号楼101,租户\n贺兰亭,东村1号楼102,本人\n";
        let view = desk.judged(known.as_bytes().to_vec()).await;
        desk.decide(view.id, &[], true).await;
        // Year, month and day stand in columns of their own, without a name above them.
        let sheet = "姓名,出生年,月,日,住址,与户主关系\n\
            周建国,1942,8,15,东村1号楼101,本人\n\
            沈桂英,1945,3,2,东村1号楼101,配偶\n\
            方知远,1970,10,1,西村1号楼101,户主\n\
            方小满,一九九八,八月,十五,西村1号楼101,子\n";
        let view = desk.judged(sheet.as_bytes().to_vec()).await;
        assert_eq!(said(&view), [(5, "sheet-birth-lunar".to_owned())]);
        desk.decide(view.id, &[], true).await;
        let mut find = Query::select();
        find.column(name("relation")).from(name("residence"));
        let rows = ground.world.db().raw_write().query_all(&find).await;
        let rows = rows.unwrap().into_iter();
        let mut relations: Vec<String> = rows
            .map(|row| row.try_get("", "relation").unwrap())
            .collect();
        relations.sort_unstable();
        assert_eq!(relations, ["family", "other", "owner", "tenant"]);
        let mut find = Query::select();
        find.column(name("birth_year"))
            .from(name("person"))
            .and_where(col("birth_sealed").is_not_null());
        let rows = ground.world.db().raw_write().query_all(&find).await;
        assert_eq!(rows.unwrap().len(), 3, "whole days");
        ground.verify().await;
    }
}

#[tokio::test]
async fn a_first_row_that_says_something_freely_is_no_explanation() {
    for ground in grounds().await {
        let house = house(&ground, 1_000, AccountPolicy::default());
        let desk = Desk::at(&ground, imports(&ground)).await;
        let mut browser = Browser::signed_in(&house, "desk").await;
        let sheet = "姓名,出生日期,住址,备注,原因\n\
            周建国,1942-03-05,东村1号楼101,情况说明见附件,\n\
            贺兰亭,1950-01-01,东村1号楼102,家庭情况说明已收,看不懂；请填公历日期\n\
            方知远,1960-01-01,西村1号楼101,独居，不填家庭成员,\n";
        let view = desk.judged(sheet.as_bytes().to_vec()).await;
        assert_eq!((figures(&view), said(&view)), ((3, 0, 0), Vec::new()));
        let page = browser.get(&format!("/imports/{}", view.id)).await.text;
        assert!(!page.contains("当作填表说明"), "{page}");
        // No column of it is known, and its words are no names of columns.
        let sheet = "姓名,住址,情况\n甲一,东村1号楼101,家庭情况说明已收\n";
        let view = desk.judged(sheet.as_bytes().to_vec()).await;
        assert_eq!(view.columns.clone().unwrap().header, [1]);
        assert_eq!((figures(&view), said(&view)), ((1, 0, 0), Vec::new()));
        let sheet = "姓名,身份证号,住址\n必填,18位，末位可为X,如：东村1号楼101\n\
            周建国,,东村1号楼101\n";
        let view = desk.judged(sheet.as_bytes().to_vec()).await;
        assert_eq!((figures(&view), said(&view)), ((1, 0, 0), Vec::new()));
        let page = browser.get(&format!("/imports/{}", view.id)).await.text;
        assert!(page.contains("第 2 行当作填表说明"), "{page}");
        ground.verify().await;
    }
}

#[tokio::test]
async fn who_lives_alone_beside_others_is_asked_about() {
    for ground in grounds().await {
        let desk = Desk::at(&ground, imports(&ground)).await;
        let asked = |view: &ImportView| -> Vec<(u32, String, String)> {
            let report = view.report.clone().unwrap();
            let doubts = report.doubtful.iter();
            let count = |one: &youlin_imports::Refused| one.value("count").map(str::to_owned);
            doubts
                .map(|one| (one.line, one.code.clone(), count(one).unwrap_or_default()))
                .collect()
        };
        let alone = |count: &str| vec![(2, "sheet-alone-with".to_owned(), count.to_owned())];
        let sheet = "姓名,住址,标签,户主\n\
            周建国,东村1号楼101,独居,周建国\n\
            周大,东村1号楼101,,周建国\n\
            周小,东村1号楼101,,周建国\n";
        let view = desk.judged(sheet.as_bytes().to_vec()).await;
        assert_eq!((figures(&view), asked(&view)), ((2, 0, 0), alone("2")));
        let sentence = view.report.clone().unwrap().doubtful[0].sentence(&catalogues(), Locale::Zh);
        assert!(sentence.contains("还有 2 人"), "{sentence}");
        desk.decide(view.id, &[], true).await;
        assert_eq!(desk.register().await, [3, 0, 1, 3]);
        // What was answered is not asked again.
        let again = desk.judged(sheet.as_bytes().to_vec()).await;
        assert_eq!((figures(&again), asked(&again)), ((0, 0, 3), Vec::new()));
        // The register has others there: of somebody new, and of somebody known.
        for (name, count) in [("沈云", "3"), ("周大", "2")] {
            let sheet = format!("姓名,住址,标签\n{name},东村1号楼101,独居\n");
            let view = desk.judged(sheet.into_bytes()).await;
            assert_eq!(asked(&view), alone(count), "{name}");
        }
        // Another household of the same dwelling is no company.
        let sheet = "姓名,住址,标签,家庭编号\n\
            甲一,东村1号楼102,独居,a\n甲二,东村1号楼102,,b\n";
        let view = desk.judged(sheet.as_bytes().to_vec()).await;
        assert_eq!((figures(&view), asked(&view)), ((2, 0, 0), Vec::new()));
        ground.verify().await;
    }
}

#[tokio::test]
async fn a_month_of_birth_is_kept_in_the_note_by_every_way_in() {
    for ground in grounds().await {
        let house = house(&ground, 1_000, AccountPolicy::default());
        let desk = Desk::at(&ground, imports(&ground)).await;
        let sheet = "姓名,出生年月,住址,备注\n周建国,1941.8,东村1号楼101,常年在外\n";
        let view = desk.judged(sheet.as_bytes().to_vec()).await;
        desk.decide(view.id, &[], false).await;
        let noted = |text: &str, said| (text.to_owned(), said);
        let kept = notes(&ground).await;
        let of_sheet = noted("常年在外；出生年月：1941年8月", true);
        assert!(kept.contains(&of_sheet), "{kept:?}");
        let again = desk.judged(sheet.as_bytes().to_vec()).await;
        assert_eq!(figures(&again), (0, 0, 1));
        // In the form of the desk, beside what was noted.
        let home = ground.homes.east_102;
        let he = ground.person(JIA, "贺兰亭", &[], Some(home)).await;
        let shen = ground.person(JIA, "沈云", &[], Some(home)).await;
        let mut browser = Browser::signed_in(&house, "desk").await;
        let path = format!("/people/{he}");
        let saved = browser.post(&path, &[("note", "轮椅")]).await;
        assert_eq!(saved.status, 303, "{}", saved.text);
        let saved = browser.post(&path, &[("birth", "1950年3月")]).await;
        assert_eq!(saved.status, 303, "{}", saved.text);
        let kept = notes(&ground).await;
        let of_form = noted("轮椅；出生年月：1950年3月", true);
        assert!(kept.contains(&of_form), "{kept:?}");
        // At the door.
        account(&ground, "shi", vec![grant(Role::GridWorker, 100)], None).await;
        let mut shi = Browser::signed_in(&house, "shi").await;
        let home_text = home.to_string();
        let told = [("dwelling", home_text.as_str()), ("birth", "195104")];
        let saved = shi.post(&format!("/people/{shen}/facts"), &told).await;
        assert_eq!(saved.status, 303, "{}", saved.text);
        let kept = notes(&ground).await;
        let of_door = noted("出生年月：1951年4月", false);
        assert!(kept.contains(&of_door), "{kept:?}");
        ground.verify().await;
    }
}

#[tokio::test]
async fn a_form_has_the_number_said_last_and_whom_the_household_has() {
    for ground in grounds().await {
        let (db, desk) = (ground.world.db(), ground.desk());
        let mut records = Vec::new();
        for (name, household) in [("周建国", Some("a")), ("周大", Some("a")), ("沈云", None)]
        {
            let input = PersonInput {
                name: name.to_owned(),
                phones: vec!["13800001111".to_owned(), "13800002222".to_owned()],
                home: Some(Home {
                    dwelling: ground.homes.east_101,
                    relation: Relation::Owner,
                    household_key: household.map(str::to_owned),
                }),
                ..PersonInput::default()
            };
            let service = ground.world.service();
            let id = ground.save(&service, JIA, None, input).await.unwrap();
            records.push((JIA, id));
        }
        ground.world.clock.advance(Micros::MINUTE);
        let attach = |phone: &str| AttachPhone {
            vault: Arc::clone(&ground.vault),
            community: JIA,
            person: records[0].1,
            phone: phone.to_owned(),
            how: youlin_people::facts::How::Desk,
        };
        let service = ground.world.service();
        let new = attach("13900003333");
        db.execute(&service, new).await.unwrap();
        let fields = ["phone", "household_size", "household_members"];
        let wanted = Wanted {
            records: records.clone(),
            fields: fields.map(str::to_owned).to_vec(),
            purpose: "报街道".to_owned(),
            form: Uuid::nil(),
        };
        let persons = PersonsDataset(Arc::clone(&ground.vault));
        let given = persons.hand_out(db, &desk, &catalogues(), &wanted).await;
        let given = given.unwrap();
        let of = |at: usize| -> (String, &str, &str) {
            let line = &given[&records[at].1];
            let digits = line[0].chars().filter(char::is_ascii_digit);
            (digits.collect(), &line[1], &line[2])
        };
        assert_eq!(of(0), ("13900003333".to_owned(), "3", "2"));
        // Said together: the first. Of no household: the dwelling.
        assert_eq!(of(2), ("13800001111".to_owned(), "3", "3"));
        let scope = ground.scope(&desk);
        let card = Directory::card(db.read(), &ground.vault, &scope, records[0].1).await;
        let masked = card.unwrap().phone_masked.unwrap();
        assert!(masked.ends_with("3333"), "{masked}");
        // Said again, an earlier one is theirs once more; once more again, that is no news.
        ground.world.clock.advance(Micros::MINUTE);
        let shown = async || {
            let card = Directory::card(db.read(), &ground.vault, &scope, records[0].1).await;
            card.unwrap().phone_masked.unwrap()
        };
        let again = db.execute(&service, attach("13800002222")).await.unwrap();
        assert!(shown().await.ends_with("2222"));
        let held = db.execute(&service, attach("13800002222")).await.unwrap();
        assert_eq!(again, held);
        let named = persons.fields(&catalogues(), Locale::Zh);
        let called = |name: &str| {
            let field = named
                .iter()
                .find(|field| field.names.iter().any(|one| one == name));
            field.map(|field| field.code.as_str())
        };
        for (name, code) in [
            ("家庭人口数", "household_members"),
            ("家庭成员数", "household_members"),
            ("户内人数", "household_members"),
            ("同住人数", "household_size"),
            ("常住人数", "household_size"),
            ("常用语言", "language"),
            ("人员标签", "labels"),
        ] {
            assert_eq!(called(name), Some(code), "{name}");
        }
        ground.verify().await;
    }
}

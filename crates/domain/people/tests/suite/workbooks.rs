//! Workbooks as communities keep them: one tab for each building, a birthday in three columns, a list of one estate.

use std::collections::BTreeMap;

use youlin_imports::{Choice, ChooseSheets, ImportState, ImportView, MatchColumns};
use youlin_kernel::Locale;
use youlin_people::AccountPolicy;
use youlin_tabular::workload::with_formulas;
use youlin_tabular::{Limits, SheetOut, read, write_sheets};

use crate::browser::{Browser, catalogues, house, imports};
use crate::ground::grounds;
use crate::imports::{Desk, counts};
use crate::residents::{download, posted};

fn book(sheets: &[(&str, &[&[&str]])]) -> Vec<u8> {
    let sheets = sheets.iter().map(|(name, rows)| {
        let row = |cells: &&[&str]| cells.iter().map(|text| (*text).to_owned()).collect();
        SheetOut {
            name: (*name).to_owned(),
            columns: row(&rows[0]),
            rows: rows[1..].iter().map(row).collect(),
        }
    });
    write_sheets(&sheets.collect::<Vec<_>>()).unwrap()
}

fn csv(rows: &[&[&str]]) -> Vec<u8> {
    let lines = rows.iter().map(|row| row.join(","));
    lines.collect::<Vec<_>>().join("\n").into_bytes()
}

fn codes(view: &ImportView) -> Vec<(u32, String, String)> {
    let report = view.report.clone().unwrap();
    let left = report.refused.iter().chain(&report.doubtful);
    left.map(|one| {
        (
            one.line,
            one.code.clone(),
            one.sentence(&catalogues(), Locale::Zh),
        )
    })
    .collect()
}

/// The second sheet's rows are counted from here.
const SECOND: u32 = 1 << 21;

#[tokio::test]
async fn tabs_of_one_make_are_one_table() {
    for ground in grounds().await {
        let house = house(&ground, 1_000, AccountPolicy::default());
        let desk = Desk::at(&ground, imports(&ground)).await;
        let mut browser = Browser::signed_in(&house, "desk").await;
        let head: &[&str] = &["姓名", "小区", "室号", "联系电话"];
        let file = book(&[
            ("说明", &[&["每楼一张表"]]),
            ("1号楼", &[head, &["周建国", "东村", "101", "13800001111"]]),
            (
                "1幢",
                &[
                    &["登记表"],
                    head,
                    &["贺兰亭", "东村", "102", "13800002222"],
                    &["裘安2", "东村", "102", ""],
                    &["周建国", "东村", "101", "13800001111"],
                ],
            ),
            ("租户", &[&["姓名", "住址"], &["沈云", "西村1号楼101"]]),
        ]);
        let path = posted(&house, &browser, &file).await;
        desk.work().await;
        // The sheet of another make is named, and may be chosen.
        let page = browser.get(&path).await.text;
        assert!(page.contains("有数据但没有读的工作表：租户"), "{page}");
        let id = path.rsplit('/').next().unwrap().parse().unwrap();
        desk.matched(id, &[]).await;
        desk.work().await;
        let view = desk.view(id).await;
        assert_eq!(
            (view.state, counts(&view)),
            (ImportState::Ready, (2, 0, 0, 1))
        );
        let said = codes(&view);
        assert_eq!(said[0].0, SECOND + 4);
        assert_eq!(
            (said[1].0, said[1].1.as_str()),
            (SECOND + 5, "sheet-perhaps-twice-near")
        );
        assert!(said[1].2.contains("与「1号楼」第 2 行姓名相同"), "{said:?}");
        let page = browser.get(&path).await.text;
        for words in ["1幢 · 4", "1幢 · 5", "「1幢」第 5 行怎么办", "租户"] {
            assert!(page.contains(words), "{words}: {page}");
        }
        // The rows come back in their sheets: the sheet says the building.
        let left = download(&house, &browser, &format!("{path}/refused.xlsx")).await;
        let left = read(&left, &Limits::default()).unwrap();
        assert_eq!(left.sheets.len(), 1);
        assert_eq!(
            (left.sheets[0].name.as_str(), left.sheets[0].lines.len()),
            ("1幢", 3)
        );
        assert_eq!(left.sheets[0].lines[1].cell(5).shown(), "4");
        let done = desk.decide(id, &[(SECOND + 5, Choice::Take)], false).await;
        assert_eq!(counts(&done), (2, 0, 1, 1));
        assert_eq!(
            desk.register().await[3],
            2,
            "both live in the building of their sheet"
        );
        // The same again changes nothing; and all of it can be taken back.
        let again = desk.judged(file.clone()).await;
        assert_eq!(counts(&again), (0, 0, 3, 1));
        desk.undo(id).await;
        desk.work().await;
        assert_eq!(desk.count("person").await, 0);
        ground.verify().await;
    }
}

#[tokio::test]
async fn somebody_chooses_the_sheets() {
    for ground in grounds().await {
        let house = house(&ground, 1_000, AccountPolicy::default());
        let desk = Desk::at(&ground, imports(&ground)).await;
        let mut browser = Browser::signed_in(&house, "desk").await;
        let file = book(&[
            (
                "在册",
                &[
                    &["姓名", "小区", "楼栋", "室号"],
                    &["周建国", "东村", "1", "101"],
                ],
            ),
            ("租户", &[&["姓名", "住址"], &["沈云", "西村1号楼101"]]),
        ]);
        let view = desk.judged(file).await;
        let path = format!("/imports/{}", view.id);
        let page = browser.get(&path).await.text;
        // A file that is not read whole is not said to be in order.
        assert!(page.contains("还有工作表没有读：租户"), "{page}");
        assert!(!page.contains("确认无误"), "{page}");
        let to = format!("{path}/sheets");
        for (sheets, fault) in [
            (&[][..], "至少勾选一张"),
            (&["在册", "租户"][..], "列名不一样"),
        ] {
            let answer = browser.post(&to, &chosen(sheets)).await;
            assert_eq!(answer.status, 422);
            assert!(answer.text.contains(fault), "{}", answer.text);
        }
        let answer = browser.post(&to, &chosen(&["租户"])).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        desk.work().await;
        assert_eq!(desk.view(view.id).await.state, ImportState::Matching);
        desk.matched(view.id, &[]).await;
        desk.work().await;
        let view = desk.view(view.id).await;
        let columns = view.columns.clone().unwrap();
        assert_eq!((columns.sheet.as_str(), columns.read.len()), ("租户", 1));
        let done = desk.decide(view.id, &[], false).await;
        assert_eq!(counts(&done), (1, 0, 0, 0));
        let late = ChooseSheets {
            imports: std::sync::Arc::clone(&desk.imports),
            id: view.id,
            sheets: vec!["在册".to_owned()],
        };
        let ctx = desk.ctx().await;
        assert!(
            desk.db().execute(&ctx, late).await.is_err(),
            "it was taken in"
        );
        ground.verify().await;
    }
}

#[tokio::test]
async fn a_birthday_may_stand_in_three_columns() {
    for ground in grounds().await {
        let desk = Desk::at(&ground, imports(&ground)).await;
        let view = desk
            .judged(csv(&[
                &["姓名", "出生日期", "", "", "住址"],
                &["", "年", "月", "日", ""],
                &["周建国", "1942", "3", "5", "东村1号楼101"],
                &["贺兰亭", "1943", "2", "30", "东村1号楼102"],
                &["裘安", "1950", "", "", "东村1号楼102"],
            ]))
            .await;
        let found = view.columns.clone().unwrap().found;
        let fields: Vec<String> = found.into_iter().filter_map(|one| one.field).collect();
        assert_eq!(
            fields,
            ["name", "birth_year", "birth_month", "birth_day", "address"]
        );
        let said = codes(&view);
        assert_eq!(said.len(), 1);
        assert_eq!((said[0].0, said[0].1.as_str()), (4, "sheet-birth-no-day"));
        assert!(said[0].2.contains("1943年2月30日"), "{said:?}");
        let done = desk.decide(view.id, &[], false).await;
        assert_eq!(counts(&done), (2, 0, 0, 1));
        // The same people with their birthdays in one column are the same.
        let one = csv(&[
            &["姓名", "出生日期", "住址"],
            &["周建国", "1942-03-05", "东村1号楼101"],
            &["裘安", "1950", "东村1号楼102"],
        ]);
        assert_eq!(counts(&desk.judged(one).await), (0, 0, 2, 0));
        ground.verify().await;
    }
}

#[tokio::test]
async fn the_estate_is_said_once_for_a_list_of_one() {
    for ground in grounds().await {
        let house = house(&ground, 1_000, AccountPolicy::default());
        let desk = Desk::at(&ground, imports(&ground)).await;
        let mut browser = Browser::signed_in(&house, "desk").await;
        let rows: &[&[&str]] = &[&["姓名", "楼号", "房号"], &["周建国", "1", "101"]];
        let path = posted(&house, &browser, &csv(rows)).await;
        desk.work().await;
        let page = browser.get(&path).await.text;
        for words in ["几个小区可能有同号的楼", ">东村</option>", ">西村</option>"] {
            assert!(page.contains(words), "{words}: {page}");
        }
        assert!(
            !page.contains(">南村</option>"),
            "of another community: {page}"
        );
        let id = path.rsplit('/').next().unwrap().parse().unwrap();
        // Without it the reason is what is missing.
        desk.matched(id, &[]).await;
        desk.work().await;
        let view = desk.view(id).await;
        let said = codes(&view);
        assert_eq!(said.len(), 1);
        assert!(said[0].1.starts_with("sheet-place-estate"), "{said:?}");
        assert!(said[0].2.contains("没有写小区"), "{said:?}");
        let answer = browser.post(&format!("{path}/match"), &[]).await;
        assert_eq!(answer.status, 303);
        let given = |value: &str| MatchColumns {
            imports: std::sync::Arc::clone(&desk.imports),
            id,
            fields: view
                .columns
                .clone()
                .unwrap()
                .found
                .into_iter()
                .map(|one| one.field)
                .collect(),
            given: BTreeMap::from([("estate".to_owned(), value.to_owned())]),
        };
        let ctx = desk.ctx().await;
        assert!(desk.db().execute(&ctx, given("nonsense")).await.is_err());
        let east = desk
            .ground
            .locator
            .dwelling(desk.ground.homes.east_101)
            .unwrap();
        let east = east.estate.unwrap().to_string();
        desk.db().execute(&ctx, given(&east)).await.unwrap();
        desk.work().await;
        assert_eq!(counts(&desk.view(id).await), (1, 0, 0, 0));
        assert!(browser.get(&path).await.text.contains("小区：东村"));
        desk.decide(id, &[], false).await;
        // The columns are remembered, the estate of another file is not: somebody is asked again.
        let again = posted(&house, &browser, &csv(rows)).await;
        desk.work().await;
        let again = again.rsplit('/').next().unwrap().parse().unwrap();
        assert_eq!(desk.view(again).await.state, ImportState::Matching);
        // A file whose title names the estate needs no question.
        let mut titled: Vec<&[&str]> = vec![&["西村居民登记表", "", ""]];
        titled.extend(rows);
        let id = desk.give_sheet(csv(&titled)).await;
        desk.work().await;
        desk.work().await;
        let view = desk.view(id).await;
        assert_eq!(view.state, ImportState::Ready, "{view:?}");
        let done = desk.decide(id, &[], true).await;
        let west = desk.ground.homes.west_101;
        assert!(lives(&desk, west).await, "{done:?}");
        ground.verify().await;
    }
}

/// One tab for each estate: the same doors in both, and every tab says which estate it is of.
#[tokio::test]
async fn tabs_of_several_estates_are_each_of_their_own() {
    for ground in grounds().await {
        let desk = Desk::at(&ground, imports(&ground)).await;
        let head: &[&str] = &["姓名", "楼号", "房号"];
        let file = book(&[
            ("东村", &[head, &["周建国", "1", "101"]]),
            ("西村居民花名册", &[head, &["裘安", "1", "101"]]),
        ]);
        let view = desk.judged(file).await;
        assert_eq!(counts(&view), (2, 0, 0, 0), "{view:?}");
        desk.decide(view.id, &[], false).await;
        for home in [desk.ground.homes.east_101, desk.ground.homes.west_101] {
            assert!(lives(&desk, home).await);
        }
        // The columns are known by now: where every tab says its estate nobody is asked, where one does not somebody is.
        let file = book(&[
            ("东村", &[head, &["周建国", "1", "101"]]),
            ("西村", &[head, &["裘安", "1", "101"]]),
        ]);
        let id = desk.give_sheet(file).await;
        desk.work().await;
        desk.work().await;
        let again = desk.view(id).await;
        assert_eq!(
            (again.state, counts(&again)),
            (ImportState::Ready, (0, 0, 2, 0))
        );
        let file = book(&[
            ("东村", &[head, &["丁一", "1", "102"]]),
            ("西村", &[head, &["丁二", "1", "101"]]),
            ("其他", &[head, &["丁三", "1", "101"]]),
        ]);
        let id = desk.give_sheet(file).await;
        desk.work().await;
        assert_eq!(desk.view(id).await.state, ImportState::Matching);
        ground.verify().await;
    }
}

#[tokio::test]
async fn what_says_nothing_is_said_to_say_nothing() {
    for ground in grounds().await {
        let desk = Desk::at(&ground, imports(&ground)).await;
        let sheet = with_formulas(&[
            &["姓名", "住址", "联系电话", "政治面貌"],
            &["周建国", "东村1号楼101", "=1/0|#DIV/0!", "中共党员"],
            &["贺兰亭", "东村1号楼102", "", "群众"],
            &["@坏人", "东村1号楼102", "", ""],
            &["'=HYPERLINK(\"http://x\")", "东村1号楼102", "", ""],
        ]);
        let view = desk.judged(sheet.unwrap()).await;
        let report = view.report.clone().unwrap();
        let refused: Vec<_> = report
            .refused
            .iter()
            .map(|one| (one.line, one.code.as_str()))
            .collect();
        assert_eq!(refused, [(4, "sheet-name"), (5, "sheet-name")]);
        let noted: Vec<_> = report
            .noted
            .iter()
            .map(|one| (one.line, one.code.as_str(), one.value("value")))
            .collect();
        assert_eq!(noted, [(2, "sheet-cell-fault", Some("#DIV/0!"))]);
        assert!(
            report.doubtful.is_empty(),
            "群众 is no label and no question"
        );
        desk.decide(view.id, &[], false).await;
        assert_eq!(desk.register().await[..3], [2, 0, 1]);
        ground.verify().await;
    }
}

async fn lives(desk: &Desk<'_>, dwelling: uuid::Uuid) -> bool {
    use sea_orm::ConnectionTrait;
    use sea_orm::sea_query::{ExprTrait, Query};
    use youlin_database::sql::{col, name};
    let mut find = Query::select();
    find.column(name("person_id"))
        .from(name("residence"))
        .and_where(col("dwelling_id").eq(dwelling));
    desk.db()
        .raw_write()
        .query_one(&find)
        .await
        .unwrap()
        .is_some()
}

/// The sheets ticked on the form.
fn chosen<'a>(sheets: &[&'a str]) -> Vec<(&'static str, &'a str)> {
    sheets.iter().map(|name| ("sheet", *name)).collect()
}

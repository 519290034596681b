//! Sheets of residents as desks really keep them: buildings as headings, formulas, passports, a building without a room; and
//! files in which there is nothing to take in.

use youlin_imports::Choice;
use youlin_kernel::Locale;
use youlin_people::AccountPolicy;
use youlin_tabular::workload::{person, with_formulas};
use youlin_tabular::{Limits, read};

use crate::browser::{Browser, catalogues, house, imports};
use crate::ground::grounds;
use crate::imports::Desk;
use crate::residents::{download, posted};

const NUMBER: &str = "11010519491231002X";

#[tokio::test]
async fn headings_formulas_and_passports_are_read_as_they_are_meant() {
    for ground in grounds().await {
        let desk = Desk::at(&ground, imports(&ground)).await;
        let sheet = with_formulas(&[
            &["姓名", "证件号码", "手机", "小区", "室号", "住址"],
            &["东村1号楼"],
            &["周建国", NUMBER, "=C9|13800001111", "", "101", ""],
            &["JOHN SMITH", "护照E12345678", "", "", "102", ""],
            &["贺兰亭", "", "=C9", "", "102", ""],
            &["西村1号楼（6户）"],
            &["方知远", "USA310076092301", "", "", "101", ""],
            &["沈云", "", "", "", "", "东村1号楼101"],
            &["裘安", "", "", "", "", ""],
        ]);
        let view = desk.judged(sheet.unwrap()).await;
        let columns = view.columns.clone().unwrap();
        assert_eq!(columns.formulas, 1);
        let report = view.report.clone().unwrap();
        let refused: Vec<_> = report
            .refused
            .iter()
            .map(|one| (one.line, one.code.as_str(), one.value("cell")))
            .collect();
        assert_eq!(refused, [(5, "sheet-formula", Some("C5"))]);
        let doubts: Vec<_> = report
            .doubtful
            .iter()
            .map(|one| (one.line, one.code.as_str()))
            .collect();
        assert_eq!(doubts, [(9, "sheet-place-building")]);
        assert_eq!(report.new, 4);
        // Somebody of a building and no dwelling is not lost: known in the community, the address kept as a note.
        let done = desk.decide(view.id, &[(9, Choice::Take)], false).await;
        assert_eq!(done.report.unwrap().new, 5);
        assert_eq!(desk.register().await, [5, 1, 0, 4]);
        ground.verify().await;
    }
}

/// Several readers share a long sheet: each has to know the heading its first row stands under.
#[tokio::test]
async fn a_long_sheet_is_read_below_its_headings_to_the_end() {
    let row = |n: u32, room: &str| {
        let one = person(n, 1);
        format!("{},{},{room}\n", one.name, one.identity)
    };
    let mut sheet = "姓名,身份证号,室号\n东村1号楼\n".to_owned();
    // Of these two buildings only the first has a room 102.
    sheet.extend((0..1_800).map(|n| row(n, "102")));
    sheet += "西村1号楼\n";
    sheet.extend((1_800..2_200).map(|n| row(n, "101")));
    sheet += "周建国,110105194912310021,101\n";
    for ground in grounds().await {
        let desk = Desk::at(&ground, imports(&ground)).await;
        let view = desk.judged(sheet.clone().into_bytes()).await;
        let report = view.report.unwrap();
        let named = report.refused.iter().chain(&report.doubtful);
        let named: Vec<_> = named.map(|one| (one.line, one.code.as_str())).collect();
        assert_eq!(named, [(2_204, "sheet-identity-check")]);
        assert_eq!(report.new, 2_200);
    }
}

#[tokio::test]
async fn a_file_with_nothing_to_take_in_says_what_is_missing() {
    for ground in grounds().await {
        let house = house(&ground, 1_000, AccountPolicy::default());
        let desk = Desk::at(&ground, imports(&ground)).await;
        let mut browser = Browser::signed_in(&house, "desk").await;
        let words = catalogues();
        for (text, code) in [
            ("姓名,身份证号,住址\n", "sheet-only-header"),
            (
                "姓名,身份证号,住址\n# 从下一行起填,,\n",
                "sheet-only-header",
            ),
            (
                "请各网格员按楼栋填报居民信息\n填好后发回社区\n",
                "sheet-only-words",
            ),
        ] {
            let path = posted(&house, &browser, text.as_bytes()).await;
            desk.work().await;
            let page = browser.get(&path).await.text;
            let sentence = words.text(Locale::Zh, &format!("field-{code}"), &[]);
            assert!(page.contains(&sentence), "{code}: {page}");
        }
        ground.verify().await;
    }
}

#[tokio::test]
async fn a_sheet_of_another_kind_is_said_to_be_one_and_a_blank_one_comes_back() {
    for ground in grounds().await {
        let house = house(&ground, 1_000, AccountPolicy::default());
        let desk = Desk::at(&ground, imports(&ground)).await;
        let mut browser = Browser::signed_in(&house, "desk").await;
        let page = browser.get("/people").await.text;
        assert_eq!(
            page.contains("/imports/blank.xlsx?kind=residents"),
            page.contains("href=\"/imports\"")
        );
        let bytes = download(&house, &browser, "/imports/blank.xlsx?kind=residents").await;
        let book = read(&bytes, &Limits::default()).unwrap();
        let names: Vec<String> = book.sheets[0].lines[0]
            .cells
            .iter()
            .map(youlin_tabular::Cell::shown)
            .collect();
        assert_eq!(names[..3], ["姓名", "性别", "身份证号"]);
        // Given back as it is, there is nothing in it; filled in, every column is known.
        let path = posted(&house, &browser, &bytes).await;
        desk.work().await;
        assert!(browser.get(&path).await.text.contains("一行数据也没有"));
        let filled = format!(
            "{}\n# 说明\n周建国,女,{NUMBER},,,东村,1,,101,业主,,\n",
            names.join(",")
        );
        let view = desk.judged(filled.into_bytes()).await;
        let found = view.columns.unwrap().found;
        assert!(found.iter().all(|one| one.field.is_some()), "{found:?}");
        assert_eq!(view.report.unwrap().new, 1);
        let unknown = browser.get("/imports/blank.xlsx?kind=nothing").await;
        assert_eq!(unknown.status, 422);
        ground.verify().await;
    }
}

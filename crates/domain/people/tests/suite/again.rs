//! The same person again: entered by hand, by another program, and several times in one sheet. And labels nobody knows.

use std::sync::Arc;

use youlin_imports::Choice;
use youlin_kernel::Role;
use youlin_people::{AccountPolicy, PersonInput, SamePerson, SavePerson};

use crate::browser::{Browser, account, house, imports};
use crate::ground::{JIA, grant, grounds};
use crate::imports::Desk;

const NUMBER: &str = "11010519491231002X";

fn person<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![
        ("name", "郁念慈"),
        ("community", "10"),
        ("relation", "owner"),
    ];
    fields.extend_from_slice(more);
    fields
}

fn id_of(location: &str) -> String {
    let path = location.split(['?', '#']).next().unwrap();
    path.rsplit('/').next().unwrap().to_owned()
}

#[tokio::test]
async fn who_may_be_known_is_shown_before_a_second_file_is_made() {
    for ground in grounds().await {
        let house = house(&ground, 1_000, AccountPolicy::default());
        account(&ground, "desk", vec![grant(Role::CommunityDesk, 10)], None).await;
        account(&ground, "shi", vec![grant(Role::GridWorker, 1000)], None).await;
        let mut desk = Browser::signed_in(&house, "desk").await;
        let mut shi = Browser::signed_in(&house, "shi").await;
        let first = person(&[
            ("birth", "1949-12-31"),
            ("identity", NUMBER),
            ("phone", "13800002222"),
            ("address", "西村1号楼101"),
        ]);
        let made = desk.post("/people", &first).await;
        assert!(made.location.ends_with("?saved=new"), "{}", made.text);
        let known = id_of(&made.location);

        // Where one may not look it is said whom to ask, and nothing of the file.
        let numbered = person(&[("identity", NUMBER), ("address", "东村1号楼101")]);
        let hidden = shi.post("/people", &numbered).await;
        assert_eq!(hidden.status, 409);
        assert!(
            hidden.text.contains("id=\"f-identity-e\"")
                && hidden.text.contains("不在您能看的范围里")
        );
        assert!(!hidden.text.contains(&known) && !hidden.text.contains("data-alike"));
        // The name with nothing else asks nothing, and neither do two who share no more than that.
        let other = shi
            .post("/people", &person(&[("address", "东村1号楼101")]))
            .await;
        assert!(other.location.ends_with("?saved=new"), "{}", other.text);

        let choice = format!("name=\"same_person\" value=\"{known}\"");
        let seen = desk.post("/people", &numbered).await;
        assert_eq!(seen.status, 409);
        assert!(seen.text.contains(&choice) && seen.text.contains("身份证号相同"));
        assert!(
            !seen.text.contains("name=\"same_person\" value=\"other\""),
            "a number has one holder"
        );
        assert!(seen.text.contains("郁**") && seen.text.contains("138****2222"));
        let insisted = person(&[
            ("identity", NUMBER),
            ("address", "东村1号楼101"),
            ("same_person", "other"),
        ]);
        assert_eq!(desk.post("/people", &insisted).await.status, 409);

        // Name and birthday, name and telephone, name and dwelling.
        for (more, why) in [
            (("birth", "1949-12-31"), "姓名、生日相同"),
            (("birth", "1949"), "姓名、生日相同"),
            (("phone", "138 0000 2222"), "姓名、电话相同"),
            (("address", "西村1号楼101"), "姓名相同、同住一户"),
        ] {
            let asked = desk.post("/people", &person(&[more])).await;
            assert_eq!(asked.status, 409, "{why}");
            assert!(
                asked.text.contains(&choice) && asked.text.contains(why),
                "{why}"
            );
            assert!(asked.text.contains("name=\"same_person\" value=\"other\""));
            assert!(
                asked.text.contains(&format!("value=\"{}\"", more.1)),
                "typed is kept"
            );
        }
        let day = person(&[("birth", "1949-12-30"), ("phone", "13900009999")]);
        let free = desk.post("/people", &day).await;
        assert!(
            free.location.ends_with("?saved=new"),
            "another day: {}",
            free.text
        );

        // It is this one: what was typed stands in that file's form, and nothing is saved before somebody says so.
        let this = person(&[
            ("phone", "13900003333"),
            ("birth", "1949-12-31"),
            ("label", "elderly"),
            ("same_person", &known),
        ]);
        let proposed = desk.post("/people", &this).await;
        assert_eq!(proposed.status, 200);
        for part in [
            "data-proposed",
            "value=\"13900003333\"",
            &format!("action=\"/people/{known}\""),
        ] {
            assert!(proposed.text.contains(part), "{part}");
        }
        let file = desk.get(&format!("/people/{known}")).await.text;
        assert!(!file.contains("139****3333"));
        let save = [
            ("version", "1"),
            ("phone", "13900003333"),
            ("birth", "1949-12-31"),
            ("label", "elderly"),
            ("proposed", "1"),
        ];
        let saved = desk.post(&format!("/people/{known}"), &save).await;
        assert!(saved.location.ends_with("?saved=changed"), "{}", saved.text);
        let file = desk.get(&format!("/people/{known}")).await.text;
        assert!(file.contains("139****3333") && file.contains("老年人"));

        // Another person of the same name and birthday is entered once that was said.
        let different = person(&[("birth", "1949-12-31"), ("same_person", "other")]);
        let made = desk.post("/people", &different).await;
        assert!(made.location.ends_with("?saved=new"), "{}", made.text);
        assert_ne!(id_of(&made.location), known);
        // A number that is another file's cannot be typed into this one either.
        let twin = format!("/people/{}", id_of(&made.location));
        let taken = desk
            .post(&twin, &[("version", "1"), ("identity", NUMBER)])
            .await;
        assert_eq!(taken.status, 409);
        assert!(taken.text.contains("/people/merge?kept="));
        ground.verify().await;
    }
}

#[tokio::test]
async fn another_program_is_told_and_says_that_it_is_somebody_else() {
    for ground in grounds().await {
        let house = house(&ground, 1_000, AccountPolicy::default());
        account(&ground, "desk", vec![grant(Role::CommunityDesk, 10)], None).await;
        let mut desk = Browser::signed_in(&house, "desk").await;
        let body =
            |more: &str| format!(r#"{{"community":10,"name":"郁念慈","birth":"1951"{more}}}"#);
        let made = desk.post_json("/api/v1/people", &body("")).await;
        assert_eq!(made.status, 201, "{}", made.text);
        let first = id_of(&made.location);
        let alike = desk.post_json("/api/v1/people", &body("")).await;
        assert_eq!(alike.status, 409);
        let said: serde_json::Value = serde_json::from_str(&alike.text).unwrap();
        assert!(
            alike.text.contains("person-alike") && alike.text.contains("birthday"),
            "{said}"
        );
        assert!(
            alike.text.contains(&first) && !alike.text.contains("念慈"),
            "masked"
        );
        let different = r#","different_person":true"#;
        let made = desk.post_json("/api/v1/people", &body(different)).await;
        assert_eq!(made.status, 201, "{}", made.text);
        let numbered = format!(r#","identity":"{NUMBER}"{different}"#);
        assert_eq!(
            desk.post_json("/api/v1/people", &body(&numbered))
                .await
                .status,
            201
        );
        let known = desk.post_json("/api/v1/people", &body(&numbered)).await;
        assert_eq!(known.status, 409);
        assert!(known.text.contains("person-known"), "{}", known.text);
        let label = r#","labels":["低保户"],"different_person":true"#;
        let refused = desk.post_json("/api/v1/people", &body(label)).await;
        assert_eq!(refused.status, 422);
        assert!(refused.text.contains("低保户"), "{}", refused.text);
        ground.verify().await;
    }
}

const TWICE: &str = "姓名,出生日期,手机,现住址,标签
郁念慈,1951-03-02,13800002222,东村1号楼101,
郁念慈,1951-03-02,13900003333,东村1号楼101,独居老人
郁念慈,1951-03-02,13800002222,东村1号楼102,
沈云,1960-01-01,,东村1号楼102,低保户
";

#[tokio::test]
async fn one_person_three_times_in_a_sheet_is_one_question_each() {
    for ground in grounds().await {
        let desk = Desk::at(&ground, imports(&ground)).await;
        let view = desk.judged(TWICE.as_bytes().to_vec()).await;
        let report = view.report.clone().unwrap();
        assert_eq!((report.new, report.refused.len()), (1, 0));
        let doubts: Vec<_> = report
            .doubtful
            .iter()
            .map(|one| (one.line, one.code.as_str(), one.value("first")))
            .collect();
        assert_eq!(
            doubts,
            [
                (3, "sheet-perhaps-twice-near", Some("2")),
                (4, "sheet-perhaps-twice-near", Some("2")),
                (5, "sheet-label-unknown", None),
            ]
        );
        // The second row adds to the first, the third is somebody else of that name, the fourth goes in without the label.
        let choices = [(3, Choice::Take), (4, Choice::New), (5, Choice::Take)];
        let done = desk.decide(view.id, &choices, false).await;
        let report = done.report.unwrap();
        assert_eq!(
            (report.new, report.changed, report.doubtful_rows()),
            (3, 1, 0)
        );
        assert_eq!(desk.register().await, [3, 3, 1, 3]);
        desk.undo(view.id).await;
        desk.work().await;
        assert_eq!(desk.register().await, [0; 4]);
        ground.verify().await;
    }
}

#[tokio::test]
async fn a_label_nobody_knows_is_refused_at_its_field_with_what_comes_near() {
    for ground in grounds().await {
        let house = house(&ground, 1_000, AccountPolicy::default());
        account(&ground, "desk", vec![grant(Role::CommunityDesk, 10)], None).await;
        let mut desk = Browser::signed_in(&house, "desk").await;
        let near = desk
            .post("/people", &person(&[("other_labels", "孤寡独居")]))
            .await;
        assert_eq!(near.status, 422);
        assert!(near.text.contains("id=\"f-label-e\"") && near.text.contains("是不是：独居"));
        assert!(near.text.contains("value=\"孤寡独居\""), "typed is kept");
        let called = person(&[("other_labels", "独居老人，特长：剪纸")]);
        let made = desk.post("/people", &called).await;
        assert!(made.location.ends_with("?saved=new"), "{}", made.text);
        let path = format!("/people/{}", id_of(&made.location));
        let file = desk.get(&path).await.text;
        assert!(file.contains(">独居</span>") && file.contains(">剪纸</span>"));
        let labels = format!("{path}/labels");
        let refused = desk
            .post(&labels, &[("label", "低保户"), ("set", "on")])
            .await;
        assert_eq!(refused.status, 422);
        assert!(refused.text.contains("标签目录里没有"));
        let off = desk
            .post(&labels, &[("label", "独居"), ("set", "off")])
            .await;
        assert_eq!(off.location, path);
        assert!(!desk.get(&path).await.text.contains(">独居</span>"));
        ground.verify().await;
    }
}

/// Two desks at the same instant: one file, and the other is told whose it is.
#[tokio::test]
async fn of_two_who_enter_the_same_number_at_once_one_is_led_to_the_file() {
    for ground in grounds().await {
        let db = ground.world.db();
        let (one, other) = (ground.desk(), ground.desk());
        let year = 1950..1956;
        for born in year {
            let save = || {
                let input = PersonInput {
                    name: "郁念慈".to_owned(),
                    identity: Some(number(born)),
                    same_person: SamePerson::Different,
                    ..PersonInput::default()
                };
                SavePerson::new(Arc::clone(&ground.vault), JIA, input)
            };
            let (first, second) =
                tokio::join!(db.execute(&one, save()), db.execute(&other, save()));
            let (made, refused) = match (first, second) {
                (Ok(made), Err(refused)) | (Err(refused), Ok(made)) => (made, refused),
                (first, second) => panic!("{first:?} {second:?}"),
            };
            assert_eq!(refused.code(), "person-known", "{refused:?}");
            let file = refused.data().and_then(|data| data.get("person"));
            assert_eq!(file, Some(&serde_json::json!(made)));
        }
        ground.verify().await;
    }
}

/// An identity number of that year with its check character.
fn number(born: i32) -> String {
    let digits = format!("110105{born}1231002");
    let weighed = (1..=17_u32).rev().zip(digits.chars());
    let sum: u32 = weighed
        .map(|(power, digit)| digit.to_digit(10).unwrap() * (2_u32.pow(power) % 11))
        .sum();
    let check = b"10X98765432"[(sum % 11) as usize];
    format!("{digits}{}", char::from(check))
}

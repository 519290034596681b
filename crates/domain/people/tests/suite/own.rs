//! Story 6: a resident opens their file with a code, sees it, puts it right, takes it away.

use std::sync::Arc;

use sea_orm::ConnectionTrait;
use uuid::Uuid;
use youlin_kernel::{Micros, Role};
use youlin_people::own::{
    AskCode, AskCorrection, CorrectionState, DecideCorrection, EnterCode, Entered, SetGuardian,
    code_to_send, own_file,
};
use youlin_people::{
    AccountPolicy, Home, PersonInput, Relation, Reveal, RevealField, SavePerson, SetConsent, Sex,
    consent,
};

use crate::browser::{Browser, account, house};
use crate::ground::{Ground, JIA, YI, grant, grounds};

const NUMBER: &str = "13800001234";

impl Ground {
    pub(crate) async fn ask(&self, phone: &str) -> youlin_kernel::Result<Uuid> {
        let command = AskCode {
            vault: Arc::clone(&self.vault),
            phone: phone.to_owned(),
            person: None,
        };
        self.world
            .db()
            .execute(&self.world.visitor(), command)
            .await
    }

    /// The code as the message says it.
    pub(crate) async fn code(&self, id: Uuid) -> Option<String> {
        let now = self.world.service().now();
        code_to_send(self.world.db().read(), &self.vault, now, id)
            .await
            .unwrap()
            .map(|sent| sent.code)
    }

    async fn enter(&self, id: Uuid, typed: &str) -> Entered {
        let command = EnterCode {
            vault: Arc::clone(&self.vault),
            id,
            typed: typed.to_owned(),
        };
        let visitor = self.world.visitor();
        self.world.db().execute(&visitor, command).await.unwrap()
    }
}

/// Another code than this one.
fn wrong(code: &str) -> String {
    if code == "000000" { "000001" } else { "000000" }.to_owned()
}

#[tokio::test]
async fn a_code_is_sent_only_to_a_number_that_stands_in_a_file_and_never_stored() {
    for ground in grounds().await {
        ground
            .person(JIA, "周建国", &[NUMBER, "0513-85001234"], None)
            .await;
        let known = ground.ask(NUMBER).await.unwrap();
        let unknown = ground.ask("13999999999").await.unwrap();
        let landline = ground.ask("0513-85001234").await.unwrap();
        let code = ground.code(known).await.unwrap();
        assert!(code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit()));
        assert_eq!(ground.code(unknown).await, None);
        assert_eq!(ground.code(landline).await, None, "no SMS to a landline");
        // Neither the code nor the number can be read from the tables or the event.
        for table in ["own_code", "outbox"] {
            let rows = ground
                .world
                .db()
                .read()
                .query_all_raw(sea_orm::Statement::from_string(
                    ground.world.db().read().get_database_backend(),
                    format!("SELECT * FROM {table}"),
                ))
                .await
                .unwrap();
            let text = format!("{rows:?}");
            assert!(!rows.is_empty() && !text.contains(NUMBER), "{table}");
            assert!(!text.contains(&format!("\"{code}\"")), "{table}");
        }
    }
}

#[tokio::test]
async fn five_tries_ten_minutes_once_and_few_codes_an_hour() {
    for ground in grounds().await {
        ground.person(JIA, "周建国", &[NUMBER], None).await;
        let id = ground.ask(NUMBER).await.unwrap();
        let code = ground.code(id).await.unwrap();
        for left in [4, 3, 2, 1] {
            match ground.enter(id, &wrong(&code)).await {
                Entered::Wrong(said) => assert_eq!(said, left),
                other => panic!("{other:?}"),
            }
        }
        assert!(matches!(
            ground.enter(id, &wrong(&code)).await,
            Entered::Over
        ));
        assert!(
            matches!(ground.enter(id, &code).await, Entered::Over),
            "the right one comes too late"
        );

        let late = ground.ask(NUMBER).await.unwrap();
        let code = ground.code(late).await.unwrap();
        ground.world.clock.advance(10 * Micros::MINUTE);
        assert_eq!(
            ground.code(late).await,
            None,
            "a late message does not go out"
        );
        assert!(matches!(ground.enter(late, &code).await, Entered::Over));

        let good = ground.ask(NUMBER).await.unwrap();
        let code = ground.code(good).await.unwrap();
        let spaced = format!(" {} {}", &code[..3], &code[3..]);
        assert!(matches!(
            ground.enter(good, &spaced).await,
            Entered::Right(_)
        ));
        assert!(
            matches!(ground.enter(good, &code).await, Entered::Over),
            "once"
        );

        ground.ask(NUMBER).await.unwrap();
        let refused = ground.ask(NUMBER).await.unwrap_err();
        assert_eq!(refused.code(), "own-code-often");
        ground.ask("13999999999").await.unwrap();
        ground.world.clock.advance(Micros::HOUR);
        ground.ask(NUMBER).await.unwrap();
        assert!(matches!(
            ground.enter(Uuid::nil(), "123456").await,
            Entered::Over
        ));
        ground.verify().await;
    }
}

#[tokio::test]
async fn a_couple_chooses_and_the_session_reaches_their_files_only() {
    for ground in grounds().await {
        let home = Some(ground.homes.east_101);
        let zhou = ground.person(JIA, "周建国", &[NUMBER], home).await;
        let li = ground.person(JIA, "李秀英", &[NUMBER], home).await;
        let stranger = ground.person(YI, "王大明", &["13700007777"], None).await;
        account(&ground, "desk", vec![grant(Role::CommunityDesk, 10)], None).await;
        let house = house(&ground, 1_000, AccountPolicy::default());
        let mut browser = Browser::new(&house);
        assert_eq!(
            browser
                .post("/my-file/take", &[("form", "json")])
                .await
                .location,
            "/my-file"
        );
        let asked = browser
            .post("/my-file", &[("phone", "138 0000 1234")])
            .await;
        assert_eq!(asked.status, 303);
        let id: Uuid = asked.location.rsplit('/').next().unwrap().parse().unwrap();
        let other = browser.post("/my-file", &[("phone", "13999999999")]).await;
        assert_eq!(other.status, 303, "an unknown number is answered the same");
        let page = |text: String| text.replace(|c: char| c.is_ascii_hexdigit() || c == '-', "");
        let (one, two) = (
            browser.get(&asked.location).await,
            browser.get(&other.location).await,
        );
        assert_eq!(page(one.text), page(two.text));
        let code = ground.code(id).await.unwrap();
        let path = format!("/my-file/code/{id}");
        let refused = browser.post(&path, &[("code", &wrong(&code))]).await;
        assert_eq!(refused.status, 422);
        assert!(refused.text.contains("还可以试 4 次"), "{}", refused.text);
        assert_eq!(
            browser.post(&path, &[("code", &code)]).await.location,
            "/my-file"
        );
        let choice = browser.get("/my-file").await;
        assert!(choice.text.contains("周**") && choice.text.contains("李**"));
        assert!(!choice.text.contains("建国"));
        let who = |id: Uuid| id.to_string();
        assert_eq!(
            browser
                .post("/my-file/who", &[("person", &who(stranger))])
                .await
                .status,
            404
        );
        browser
            .post("/my-file/who", &[("person", &who(zhou))])
            .await;
        let file = browser.get("/my-file").await;
        assert!(file.text.contains("<h1>周建国</h1>") && file.text.contains("138 0000 1234"));
        assert!(
            file.text.contains("李**") && !file.text.contains("秀英"),
            "the other is masked"
        );
        browser.post("/my-file/who", &[("person", &who(li))]).await;
        assert!(
            browser
                .get("/my-file")
                .await
                .text
                .contains("<h1>李秀英</h1>")
        );
        // It is no account: nothing else opens.
        for closed in ["/people", "/account", "/people/corrections"] {
            assert_eq!(browser.get(closed).await.status, 303, "{closed}");
        }
        assert_eq!(browser.get("/api/v1/me").await.status, 401);
        ground.world.clock.advance(30 * Micros::MINUTE);
        assert!(
            browser
                .get("/my-file")
                .await
                .text
                .contains("name=\"phone\""),
            "over"
        );
        ground.verify().await;
    }
}

/// A browser in the file of the only person with that number.
pub(crate) async fn opened(ground: &Ground, browser: &mut Browser, phone: &str) {
    let asked = browser.post("/my-file", &[("phone", phone)]).await;
    let id: Uuid = asked.location.rsplit('/').next().unwrap().parse().unwrap();
    let code = ground.code(id).await.unwrap();
    let entered = browser.post(&asked.location, &[("code", &code)]).await;
    assert_eq!(entered.location, "/my-file");
}

#[tokio::test]
async fn one_sees_who_looked_withdraws_adds_a_number_and_takes_it_away() {
    for ground in grounds().await {
        let ctx = ground.world.service();
        let input = PersonInput {
            name: "周建国".to_owned(),
            phones: vec![NUMBER.to_owned()],
            identity: Some("32060219520214351X".to_owned()),
            note: Some("<b>要人陪</b>".to_owned()),
            labels: vec!["elderly".to_owned()],
            consents: vec![consent::BE_ASKED.to_owned()],
            home: Some(Home {
                dwelling: ground.homes.east_101,
                relation: Relation::Owner,
                household_key: None,
            }),
            ..PersonInput::default()
        };
        let saved = ground.save(&ctx, JIA, None, input.clone()).await;
        let zhou = match saved {
            Ok(id) => id,
            Err(_check_digit) => {
                let identity = None;
                ground
                    .save(&ctx, JIA, None, PersonInput { identity, ..input })
                    .await
                    .unwrap()
            }
        };
        let desk = ground.desk();
        let look = Reveal {
            vault: Arc::clone(&ground.vault),
            community: JIA,
            person: zhou,
            fields: vec![RevealField::Name, RevealField::Address],
            purpose: "回访轮椅".to_owned(),
            case: None,
        };
        ground.world.db().execute(&desk, look).await.unwrap();
        let house = house(&ground, 1_000, AccountPolicy::default());
        let mut browser = Browser::new(&house);
        opened(&ground, &mut browser, NUMBER).await;
        let file = browser.get("/my-file").await;
        for shown in [
            "周建国",
            "东村1号楼101",
            "老年人",
            "可以请我帮忙",
            "回访轮椅",
            "&#60;b&#62;要人陪",
        ] {
            assert!(file.text.contains(shown), "{shown}: {}", file.text);
        }
        // Withdrawn at once, and nobody asks any longer.
        let fields = [("consent", consent::BE_ASKED), ("set", "off")];
        assert_eq!(
            browser.post("/my-file/consents", &fields).await.location,
            "/my-file?saved=consent"
        );
        let file = browser.get("/my-file?saved=consent").await;
        assert!(file.text.contains("撤回") && file.text.contains("已经记下"));

        // A new number is entered once its code is right.
        let asked = browser
            .post("/my-file/phones", &[("phone", "13900005678")])
            .await;
        assert!(
            asked.location.starts_with("/my-file/phones/"),
            "{}",
            asked.text
        );
        assert!(!browser.get("/my-file").await.text.contains("139 0000 5678"));
        let id: Uuid = asked.location.rsplit('/').next().unwrap().parse().unwrap();
        let code = ground.code(id).await.unwrap();
        assert!(
            matches!(ground.enter(id, &code).await, Entered::Over),
            "it opens no file"
        );
        let done = browser.post(&asked.location, &[("code", &code)]).await;
        assert_eq!(done.location, "/my-file?saved=phone", "{}", done.text);
        assert!(browser.get("/my-file").await.text.contains("139 0000 5678"));

        let print = browser.post("/my-file/take", &[("form", "print")]).await;
        assert!(print.text.contains("data-own-document") && print.text.contains("回访轮椅"));
        let json = browser.post("/my-file/take", &[("form", "json")]).await;
        let json: serde_json::Value = serde_json::from_str(&json.text).unwrap();
        assert_eq!(json["file"]["name"], "周建国");
        assert_eq!(json["file"]["looks"][0]["purpose"], "回访轮椅");
        assert_eq!(json["file"]["phones"].as_array().unwrap().len(), 2);
        assert!(browser.get("/my-file").await.text.contains("您带走过"));

        browser.post("/my-file/leave", &[]).await;
        assert!(
            browser
                .get("/my-file")
                .await
                .text
                .contains("name=\"phone\"")
        );
        ground.verify().await;
    }
}

#[tokio::test]
async fn what_a_resident_asks_for_stays_covered_until_a_purpose_is_said() {
    for ground in grounds().await {
        let zhou = ground
            .person(JIA, "周建国", &[NUMBER], Some(ground.homes.east_101))
            .await;
        let me = ground.world.caller_with(vec![], Some(zhou));
        let db = ground.world.db();
        let ask = |fact: &str, wish: &str| AskCorrection {
            vault: Arc::clone(&ground.vault),
            community: JIA,
            person: zhou,
            fact: fact.to_owned(),
            wish: wish.to_owned(),
        };
        let number = "320602196103050017";
        let asked = db.execute(&me, ask("identity", number)).await.unwrap();
        db.execute(&me, ask("birth", "1961-03-05")).await.unwrap();
        let free = "我妹妹的电话是 138-0000-9999";
        db.execute(&me, ask("other", free)).await.unwrap();
        // A month would be lost: the file holds a day or a year.
        for month_alone in ["1961年3月", "1961-03", "一九六一年三月"] {
            let refused = db.execute(&me, ask("birth", month_alone)).await;
            let code = refused.unwrap_err().fields()[0].code;
            assert_eq!(code, "birth-month-alone", "{month_alone}");
        }
        db.execute(&me, ask("birth", "1961年")).await.unwrap();

        let house = house(&ground, 1_000, AccountPolicy::default());
        account(&ground, "desk", vec![grant(Role::CommunityDesk, 10)], None).await;
        let mut desk = Browser::signed_in(&house, "desk").await;
        let list = desk.get("/people/corrections").await.text;
        for hidden in [number, "1961-03-05", "9999"] {
            assert!(!list.contains(hidden), "{hidden} stands there");
        }
        for shown in ["32**************17", "1961-**-**", "我妹妹的电话是 ***"] {
            assert!(list.contains(shown), "{shown}");
        }
        let path = format!("/people/corrections/{asked}/reveal");
        let silent = desk.post(&path, &[("purpose", " ")]).await;
        assert_eq!(silent.status, 422);
        assert!(!silent.text.contains(number));
        let open = desk.post(&path, &[("purpose", "核对户口簿")]).await;
        assert!(open.text.contains(number));
        assert!(!desk.get("/people/corrections").await.text.contains(number));
        let file = own_file(db.read(), &ground.vault, &me, JIA, zhou).await;
        let looks = file.unwrap().looks;
        assert_eq!(looks.len(), 1);
        assert_eq!(
            (looks[0].fields.as_slice(), looks[0].purpose.as_str()),
            (["wish".to_owned()].as_slice(), "核对户口簿")
        );
        ground.verify().await;
    }
}

#[tokio::test]
async fn a_correction_is_answered_and_a_name_entered_by_accepting_it() {
    for ground in grounds().await {
        let zhou = ground
            .person(JIA, "周建囯", &[NUMBER], Some(ground.homes.east_101))
            .await;
        let other = ground.person(JIA, "李秀英", &[], None).await;
        let me = ground.world.caller_with(vec![], Some(zhou));
        let db = ground.world.db();
        let ask = |person, fact: &str, wish: &str| AskCorrection {
            vault: Arc::clone(&ground.vault),
            community: JIA,
            person,
            fact: fact.to_owned(),
            wish: wish.to_owned(),
        };
        assert_eq!(
            db.execute(&me, ask(other, "name", "x"))
                .await
                .unwrap_err()
                .code(),
            "not-found"
        );
        let refused = db
            .execute(&me, ask(zhou, "identity", "123"))
            .await
            .unwrap_err();
        assert_eq!(refused.fields()[0].code, "identity-number");
        let name = db.execute(&me, ask(zhou, "name", "周建国")).await.unwrap();
        let home = db
            .execute(&me, ask(zhou, "home", "搬到102了"))
            .await
            .unwrap();
        let decide = |id, accept, answer: &str| DecideCorrection {
            vault: Arc::clone(&ground.vault),
            community: JIA,
            id,
            accept,
            answer: answer.to_owned(),
        };
        let desk = ground.desk();
        let elsewhere = ground.world.caller(Role::CommunityDesk, YI);
        assert!(
            db.execute(&elsewhere, decide(name, true, ""))
                .await
                .is_err()
        );
        assert!(db.execute(&me, decide(name, true, "")).await.is_err());
        db.execute(&desk, decide(name, true, "")).await.unwrap();
        // What the desk changes itself is accepted once it is changed, and not by a save that says nothing of it.
        let sex = db.execute(&me, ask(zhou, "sex", "写成女了")).await.unwrap();
        let save = |sex: Sex, note: &str| SavePerson {
            vault: Arc::clone(&ground.vault),
            community: JIA,
            id: Some(zhou),
            version: None,
            ext_key: None,
            input: PersonInput {
                sex: Some(sex),
                note: Some(note.to_owned()),
                keep_hidden: true,
                ..PersonInput::default()
            },
        };
        db.execute(&desk, save(Sex::Female, "")).await.unwrap();
        let asked_again = db.execute(&me, ask(zhou, "sex", "是男的")).await.unwrap();
        ground.world.clock.advance(1_000_000);
        db.execute(&desk, save(Sex::Female, "来过电话"))
            .await
            .unwrap();
        let untrue = db.execute(&desk, decide(asked_again, true, "")).await;
        assert_eq!(untrue.unwrap_err().code(), "correction-not-yet");
        db.execute(&desk, save(Sex::Male, "")).await.unwrap();
        for id in [sex, asked_again] {
            db.execute(&desk, decide(id, true, "")).await.unwrap();
        }
        // What is said plainly is entered by accepting it; a day to come is refused at once.
        let future = db.execute(&me, ask(zhou, "birth", "2031-01-01")).await;
        assert_eq!(future.unwrap_err().fields()[0].code, "birth-future");
        for (fact, wish) in [("birth", "1942年3月5日"), ("sex", "女")] {
            let plain = db.execute(&me, ask(zhou, fact, wish)).await.unwrap();
            db.execute(&desk, decide(plain, true, "")).await.unwrap();
        }
        let entered = own_file(db.read(), &ground.vault, &me, JIA, zhou).await;
        let entered = entered.unwrap();
        assert_eq!(entered.birth.as_deref(), Some("1942-03-05"));
        assert_eq!(entered.sex.as_deref(), Some("female"));
        // Nobody moved: it cannot be said that the home was put right.
        let untrue = db.execute(&desk, decide(home, true, "")).await;
        assert_eq!(untrue.unwrap_err().code(), "correction-not-yet");
        let silent = db
            .execute(&desk, decide(home, false, " "))
            .await
            .unwrap_err();
        assert_eq!(silent.fields()[0].field, "answer");
        db.execute(&desk, decide(home, false, "房产证上还是101"))
            .await
            .unwrap();
        let twice = db.execute(&desk, decide(home, true, "")).await.unwrap_err();
        assert_eq!(twice.code(), "correction-decided");
        // A number that stands in another entry is not entered a second time.
        let number = "320602196103050017";
        let held = PersonInput {
            name: "周德明".to_owned(),
            identity: Some(number.to_owned()),
            ..PersonInput::default()
        };
        ground.save(&desk, JIA, None, held).await.unwrap();
        let same = db
            .execute(&me, ask(zhou, "identity", number))
            .await
            .unwrap();
        let known = db.execute(&desk, decide(same, true, "")).await.unwrap_err();
        assert_eq!(known.code(), "person-known");
        db.execute(&desk, decide(same, false, "这个号码登记在另一个人名下"))
            .await
            .unwrap();
        let file = own_file(db.read(), &ground.vault, &me, JIA, zhou)
            .await
            .unwrap();
        assert_eq!(file.name, "周建国");
        let answers: Vec<(CorrectionState, Option<&str>)> = file
            .corrections
            .iter()
            .map(|one| (one.state, one.answer.as_deref()))
            .collect();
        assert!(answers.contains(&(CorrectionState::Accepted, None)));
        assert!(answers.contains(&(CorrectionState::Declined, Some("房产证上还是101"))));
        assert!(
            own_file(db.read(), &ground.vault, &desk, JIA, zhou)
                .await
                .is_err()
        );
        ground.verify().await;
    }
}

#[tokio::test]
async fn a_parents_number_opens_no_childs_file_until_the_guardian_is_noted() {
    for ground in grounds().await {
        let year = i32::from(ground.world.service().now().local().year());
        let home = ground.homes.east_101;
        let mother = ground.person(JIA, "李秀英", &[NUMBER], Some(home)).await;
        let input = PersonInput {
            name: "周小宝".to_owned(),
            birth_year: Some(year - 9),
            phones: vec![NUMBER.to_owned()],
            home: Some(Home {
                dwelling: home,
                relation: Relation::Family,
                household_key: None,
            }),
            ..PersonInput::default()
        };
        let service = ground.world.service();
        let child = ground.save(&service, JIA, None, input).await.unwrap();
        let house = house(&ground, 1_000, AccountPolicy::default());
        let mut browser = Browser::new(&house);
        opened(&ground, &mut browser, NUMBER).await;
        let file = browser.get("/my-file").await;
        assert!(
            file.text.contains("<h1>李秀英</h1>"),
            "the mother's opens at once"
        );
        assert!(!file.text.contains("name=\"person\""), "and no other");
        let open_child = [("person", child.to_string())];
        let fields = [("person", open_child[0].1.as_str())];
        assert_eq!(browser.post("/my-file/who", &fields).await.status, 404);
        // Nobody agrees for a child but its guardian, and to some things not even they.
        let agree = |consent: &str| SetConsent {
            vault: Arc::clone(&ground.vault),
            community: JIA,
            person: child,
            consent: consent.to_owned(),
            given: true,
        };
        let (db, as_child) = (
            ground.world.db(),
            ground.world.caller_with(vec![], Some(child)),
        );
        for (ctx, consent, code) in [
            (
                &ground.desk(),
                consent::MATCH_LANGUAGE,
                "consent-of-guardian",
            ),
            (&ground.desk(), consent::BE_ASKED, "consent-of-child"),
            (&as_child, consent::BE_ASKED, "consent-of-child"),
        ] {
            let refused = db.execute(ctx, agree(consent)).await.unwrap_err();
            assert_eq!(refused.fields()[0].code, code);
        }
        db.execute(&as_child, agree(consent::MATCH_LANGUAGE))
            .await
            .unwrap();
        let note = |on| SetGuardian {
            vault: Arc::clone(&ground.vault),
            community: JIA,
            child,
            guardian: mother,
            on,
        };
        let db = ground.world.db();
        db.execute(&ground.desk(), note(true)).await.unwrap();
        browser.post("/my-file/who", &fields).await;
        assert!(
            browser
                .get("/my-file")
                .await
                .text
                .contains("<h1>周小宝</h1>")
        );
        let swapped = SetGuardian {
            child: mother,
            guardian: child,
            ..note(true)
        };
        let refused = db.execute(&ground.desk(), swapped).await.unwrap_err();
        assert_eq!(refused.fields()[0].code, "no-child");
        // Once they live apart, it opens no longer.
        let moved = youlin_people::MoveOut {
            vault: Arc::clone(&ground.vault),
            community: JIA,
            person: mother,
            dwelling: None,
            on: None,
            whereto: None,
        };
        db.execute(&ground.desk(), moved).await.unwrap();
        assert_eq!(browser.post("/my-file/who", &fields).await.status, 404);
        // A look at the child is marked.
        let look = Reveal {
            vault: Arc::clone(&ground.vault),
            community: JIA,
            person: child,
            fields: vec![RevealField::Name],
            purpose: "入学登记".to_owned(),
            case: None,
        };
        db.execute(&ground.desk(), look).await.unwrap();
        let own = ground.world.caller_with(vec![], Some(child));
        let file = own_file(db.read(), &ground.vault, &own, JIA, child)
            .await
            .unwrap();
        assert!(file.looks[0].of_child);
        ground.verify().await;
    }
}

#[tokio::test]
async fn nobody_withdraws_for_another() {
    for ground in grounds().await {
        let zhou = ground.person(JIA, "周建国", &[NUMBER], None).await;
        let other = ground.person(JIA, "李秀英", &["13700007777"], None).await;
        let set = |person| SetConsent {
            vault: Arc::clone(&ground.vault),
            community: JIA,
            person,
            consent: consent::BE_ASKED.to_owned(),
            given: true,
        };
        let db = ground.world.db();
        let me = ground.world.caller_with(vec![], Some(zhou));
        db.execute(&me, set(zhou)).await.unwrap();
        assert!(db.execute(&me, set(other)).await.is_err());
    }
}

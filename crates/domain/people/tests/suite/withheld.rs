//! What is offered and told only to those it is for: titles of lists that came from something sensitive, days of keeping,
//! consents of children; and which of several requests an answer was refused to.

use std::sync::Arc;

use youlin_kernel::{AreaId, Ctx, Role};
use youlin_people::permissions::{PEOPLE_READ, PEOPLE_SENSITIVE};
use youlin_people::{
    AccountPolicy, Directory, MarkVisit, PersonInput, StartVisitingList, VisitState,
};

use crate::browser::{Browser, account, house};
use crate::ground::{Ground, JIA, grant, grounds};

/// Title and reason of every list, and the notes of one, as the caller is told.
async fn told(ground: &Ground, ctx: &Ctx) -> Vec<(Option<String>, String, Option<String>)> {
    let (db, vault) = (ground.world.db().read(), &*ground.vault);
    let (scope, sensitive) = (ctx.scope(&PEOPLE_READ), ctx.scope(&PEOPLE_SENSITIVE));
    let (scope, sensitive) = (scope.unwrap(), sensitive.ok());
    let scopes = (&scope, sensitive.as_ref());
    let lists = Directory::visiting_lists(db, vault, scopes, false).await;
    let mut all = Vec::new();
    for line in lists.unwrap() {
        let (one, entries) = Directory::visiting_list(db, vault, scopes, line.id)
            .await
            .unwrap();
        assert_eq!(
            (&one.title, &one.reason),
            (&line.title, &line.reason),
            "both say the same"
        );
        let note = entries.into_iter().find_map(|entry| entry.note);
        all.push((line.title, line.reason, note));
    }
    all.sort();
    all
}

#[tokio::test]
async fn a_list_from_something_sensitive_is_named_only_to_whoever_may_see_that() {
    for ground in grounds().await {
        let (home, west) = (ground.homes.east_101, ground.homes.west_101);
        let zhou = ground.person(JIA, "周建国", &[], Some(home)).await;
        let wang = ground.person(JIA, "王芳", &[], Some(west)).await;
        let db = ground.world.db();
        let desk = ground.desk();
        let start = |title: &str, persons: &[uuid::Uuid], sensitive: bool| StartVisitingList {
            vault: Arc::clone(&ground.vault),
            community: JIA,
            title: title.into(),
            reason: "问候".into(),
            persons: persons.to_vec(),
            sensitive,
        };
        let list = db.execute(&desk, start("回访", &[zhou], true)).await;
        let list = list.unwrap();
        // Across grids; typed by hand, the name itself tells a label.
        let typed = start("看望出院康复的人", &[zhou, wang], false);
        db.execute(&desk, typed).await.unwrap();
        let open = start("送挂历", &[zhou], false);
        db.execute(&desk, open).await.unwrap();
        let scope = ground.scope(&desk);
        let (_, entries) = Directory::visiting_list(db.read(), &ground.vault, (&scope, None), list)
            .await
            .unwrap();
        let mark = MarkVisit {
            vault: Arc::clone(&ground.vault),
            community: JIA,
            list,
            entry: entries[0].id,
            state: VisitState::Tried,
            note: "刚做完手术".into(),
        };
        db.execute(&desk, mark).await.unwrap();
        let some = |text: &str| Some(text.to_owned());
        let reason = || "问候".to_owned();
        let withheld = [
            (None, String::new(), None),
            (None, String::new(), None),
            (some("送挂历"), reason(), None),
        ];
        for (role, area) in [
            (Role::MicroGridWorker, 1000),
            (Role::SubdistrictSupervisor, 2),
            (Role::DistrictOperator, 1),
            (Role::Auditor, 1),
            (Role::Administrator, 1),
        ] {
            let caller = ground.world.caller(role, AreaId(area));
            if caller.may(&PEOPLE_READ) {
                assert_eq!(told(&ground, &caller).await, withheld, "{role:?}");
            }
        }
        // Who looks after the grid knows why theirs are on a list, of one across grids too.
        let worker = ground.world.caller(Role::GridWorker, AreaId(100));
        for caller in [&desk, &worker] {
            let all = [
                (some("回访"), reason(), some("刚做完手术")),
                (some("看望出院康复的人"), reason(), None),
                (some("送挂历"), reason(), None),
            ];
            assert_eq!(told(&ground, caller).await, all);
        }
        account(
            &ground,
            "micro",
            vec![grant(Role::MicroGridWorker, 1000)],
            None,
        )
        .await;
        let house = house(&ground, 1_000, AccountPolicy::default());
        let mut micro = Browser::signed_in(&house, "micro").await;
        for path in [
            "/people/visits".to_owned(),
            format!("/people/visits/{list}"),
        ] {
            let page = micro.get(&path).await;
            assert_eq!(page.status, 200);
            let telling = ["出院", "回访", "手术", "问候"];
            let leaks = telling.iter().find(|word| page.text.contains(**word));
            assert!(
                leaks.is_none_or(|word| *word == "问候" && path.len() < 20),
                "{}",
                page.text
            );
        }
        ground.verify().await;
    }
}

#[tokio::test]
async fn days_of_keeping_are_chosen_by_whoever_looks_after_every_community() {
    for ground in grounds().await {
        // Every community lies in area 2, which is not the root; area 10 is one of them.
        account(&ground, "all", vec![grant(Role::Administrator, 2)], None).await;
        account(&ground, "one", vec![grant(Role::Administrator, 10)], None).await;
        let house = house(&ground, 1_000, AccountPolicy::default());
        let path = "/admin/retention/looks";
        let days = format!("{path}/days");
        let mut one = Browser::signed_in(&house, "one").await;
        let page = one.get(path).await.text;
        assert!(
            !page.contains("name=\"days\"") && page.contains("管理范围包括全部社区"),
            "{page}"
        );
        assert_eq!(one.post(&days, &[("days", "2000")]).await.status, 403);
        let mut all = Browser::signed_in(&house, "all").await;
        assert!(all.get(path).await.text.contains("name=\"days\""));
        let saved = all.post(&days, &[("days", "2000")]).await;
        assert_eq!(saved.status, 303, "{}", saved.text);
        assert!(all.get(path).await.text.contains("value=\"2000\""));
        ground.verify().await;
    }
}

#[tokio::test]
async fn of_several_requests_the_one_whose_answer_was_refused_is_marked() {
    for ground in grounds().await {
        for n in 0..52 {
            ground.person(JIA, &format!("王{n}"), &[], None).await;
        }
        account(&ground, "desk", vec![grant(Role::CommunityDesk, 10)], None).await;
        account(&ground, "lead", vec![grant(Role::CommunityLead, 10)], None).await;
        let house = house(&ground, 1_000, AccountPolicy::default());
        let mut desk = Browser::signed_in(&house, "desk").await;
        for purpose in ["重阳节慰问", "防汛联系"] {
            let ask = [("area", "10"), ("purpose", purpose)];
            assert_eq!(desk.post("/people/exports", &ask).await.status, 303);
        }
        let mut lead = Browser::signed_in(&house, "lead").await;
        let waiting = lead.get("/people/exports/approve").await.text;
        let paths = waiting.split("action=\"/people/exports/").skip(1);
        let ids: Vec<&str> = paths
            .filter_map(|rest| rest.split("/decide").next())
            .collect();
        let ids: Vec<&str> = ids.into_iter().filter(|id| id.len() == 36).collect();
        assert_eq!(ids.len(), 2, "{waiting}");
        let decide = format!("/people/exports/{}/decide", ids[1]);
        let answer = [
            ("decision", "decline"),
            ("answer", "x".repeat(201).as_str()),
        ]
        .map(|(name, text)| (name, text.to_owned()));
        let long: Vec<(&str, &str)> = answer.iter().map(|(n, t)| (*n, t.as_str())).collect();
        for fields in [&[("decision", "decline")][..], &long] {
            let page = lead.post(&decide, fields).await;
            assert_eq!(page.status, 422);
            let field = format!("id=\"f-answer-{}\"", ids[1]);
            let typed = page.text.split(&field).nth(1).unwrap();
            let typed = typed.split('>').next().unwrap();
            assert!(typed.contains("aria-invalid"), "{typed}");
            assert_eq!(
                typed.contains("xxx"),
                fields.len() > 1,
                "what was typed stays"
            );
            let box_of = format!("href=\"#f-answer-{}\"", ids[1]);
            assert!(page.text.contains(&box_of), "{}", page.text);
            let other = page
                .text
                .split(&format!("id=\"f-answer-{}\"", ids[0]))
                .nth(1);
            assert!(
                !other
                    .unwrap()
                    .split('>')
                    .next()
                    .unwrap()
                    .contains("aria-invalid")
            );
        }
    }
}

#[tokio::test]
async fn nobody_is_offered_to_agree_for_a_child() {
    for ground in grounds().await {
        let year = i32::from(ground.world.service().now().local().year());
        account(&ground, "desk", vec![grant(Role::CommunityDesk, 10)], None).await;
        let house = house(&ground, 1_000, AccountPolicy::default());
        let mut desk = Browser::signed_in(&house, "desk").await;
        for (age, offered) in [(9, 0), (40, 4)] {
            let input = PersonInput {
                name: "周小宝".to_owned(),
                birth_year: Some(year - age),
                ..PersonInput::default()
            };
            let id = ground.save(&ground.desk(), JIA, None, input).await.unwrap();
            let page = desk.get(&format!("/people/{id}")).await.text;
            // Labels are put on by buttons of the same name.
            let forms = page.split("/consents\"").skip(1);
            let forms = forms.filter_map(|form| form.split("</form>").next());
            let on = |form: &&str| form.contains("name=\"set\" value=\"on\"");
            let buttons = forms.filter(on).count();
            assert_eq!(buttons, offered, "{page}");
            assert_eq!(page.contains("要由监护人同意"), offered == 0);
        }
    }
}

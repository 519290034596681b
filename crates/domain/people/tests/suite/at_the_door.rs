//! The forms one fills in at a door, on a telephone: everything wrong is said at once, each at its field, and nothing typed
//! is lost.

use youlin_kernel::Role;
use youlin_people::{AccountPolicy, AskNextTime};

use crate::browser::{Browser, account, house};
use crate::ground::{JIA, grant, grounds};

/// Fields a page shows a fault at.
fn faults(page: &str) -> Vec<&str> {
    let all = page.split("class=\"error\" id=\"f-").skip(1);
    let names = all.filter_map(|rest| rest.split("-e\"").next());
    let mut names: Vec<&str> = names.collect();
    names.sort_unstable();
    names.dedup();
    names
}

#[tokio::test]
async fn what_was_heard_is_refused_in_one_go() {
    for ground in grounds().await {
        let home = ground.homes.east_101;
        let zhou = ground
            .person(JIA, "周建国", &["13800001234"], Some(home))
            .await;
        let ask = AskNextTime {
            community: JIA,
            form: uuid::Uuid::from_u128(7),
            questions: vec![("饮食".to_owned(), "饮食禁忌".to_owned())],
            persons: vec![zhou],
        };
        let db = ground.world.db();
        db.execute(&ground.desk(), ask).await.unwrap();
        let house = house(&ground, 1_000, AccountPolicy::default());
        account(&ground, "shi", vec![grant(Role::GridWorker, 100)], None).await;
        let mut shi = Browser::signed_in(&house, "shi").await;
        let door = format!("/people/dwellings/{home}");
        let page = shi.get(&door).await.text;
        let asked = page.split("name=\"asked\" value=\"").nth(1).unwrap();
        let asked = asked.split('"').next().unwrap().to_owned();
        let (home, long) = (home.to_string(), "花生".repeat(260));
        let fields = [
            ("dwelling", home.as_str()),
            ("phone", "138"),
            ("birth", "1942-13-40"),
            ("sex", "male"),
            ("label", "nonsense"),
            ("asked", &asked),
            ("answer", &long),
            ("seen", "1"),
        ];
        let path = format!("/people/{zhou}/facts");
        let refused = shi.post(&path, &fields).await;
        assert_eq!(refused.status, 422);
        let answer = format!("answer-{asked}");
        assert_eq!(
            faults(&refused.text),
            [answer.as_str(), "birth", "label", "phone"]
        );
        for (_, typed) in &fields[1..] {
            let kept = refused.text.contains(&format!("value=\"{typed}\""));
            assert!(kept || *typed == "nonsense", "{typed}");
        }
        assert!(refused.text.contains("value=\"male\" selected"));
        // Nothing was kept of it: no sighting, no sex, no number.
        let page = shi.get(&door).await.text;
        assert!(page.contains("138****1234") && !page.contains("今天见过"));
        let right = [
            ("dwelling", home.as_str()),
            ("phone", "13900005678"),
            ("birth", "1942-03-05"),
            ("asked", &asked),
            ("answer", "花生"),
        ];
        assert_eq!(shi.post(&path, &right).await.status, 303);
        ground.verify().await;
    }
}

#[tokio::test]
async fn somebody_new_is_refused_in_one_go() {
    for ground in grounds().await {
        let house = house(&ground, 1_000, AccountPolicy::default());
        account(&ground, "shi", vec![grant(Role::GridWorker, 100)], None).await;
        let mut shi = Browser::signed_in(&house, "shi").await;
        let home = ground.homes.east_101.to_string();
        let form = shi
            .get(&format!("/people/new?dwelling={home}&door=1"))
            .await;
        assert_eq!(form.status, 200);
        let fields = [
            ("door", home.as_str()),
            ("community", "10"),
            ("name", ""),
            ("phone", "12"),
            ("phone2", "13x"),
            ("birth", "昨天"),
            ("identity", "320602194203050000"),
            ("address", "月亮上1号楼"),
            ("relation", ""),
            ("label", "elderly"),
        ];
        let refused = shi.post("/people", &fields).await;
        assert_eq!(refused.status, 422);
        let all = [
            "address", "birth", "identity", "name", "phone", "phone2", "relation",
        ];
        assert_eq!(faults(&refused.text), all, "{}", refused.text);
        for typed in ["12", "13x", "昨天", "320602194203050000", "月亮上1号楼"] {
            assert!(
                refused.text.contains(&format!("value=\"{typed}\"")),
                "{typed}"
            );
        }
        assert!(refused.text.contains("value=\"elderly\" checked"));
        let right = [
            ("door", home.as_str()),
            ("community", "10"),
            ("name", "周建国"),
            ("birth", "1942-03-05"),
            ("address", "东村1号楼101"),
            ("dwelling", &home),
            ("relation", "tenant"),
        ];
        let saved = shi.post("/people", &right).await;
        assert_eq!(saved.status, 303, "{}", saved.text);
        // A change is read the same way.
        let id = saved.location.split("#p-").nth(1).unwrap().to_owned();
        let wrong = [
            ("version", "1"),
            ("birth", "昨天"),
            ("phone", "12"),
            ("address", "月亮上1号楼"),
            ("relation", "tenant"),
        ];
        let refused = shi.post(&format!("/people/{id}"), &wrong).await;
        assert_eq!(faults(&refused.text), ["address", "birth", "phone"]);
        ground.verify().await;
    }
}

/// The draft a form keeps what is typed under.
fn draft_of<'a>(page: &'a str, action: &str) -> &'a str {
    let (_, form) = page.split_once(&format!("action=\"{action}\"")).unwrap();
    let (tag, _) = form.split_once('>').unwrap();
    assert!(
        tag.contains(" data-draft-tab"),
        "nothing sealed outlives the tab: {tag}"
    );
    let (_, key) = tag.split_once("data-draft=\"").unwrap();
    key.split_once('"').unwrap().0
}

#[tokio::test]
async fn every_door_has_a_draft_of_its_own() {
    for ground in grounds().await {
        let house = house(&ground, 1_000, AccountPolicy::default());
        account(&ground, "shi", vec![grant(Role::GridWorker, 100)], None).await;
        let mut shi = Browser::signed_in(&house, "shi").await;
        let (one, two) = (ground.homes.east_101, ground.homes.east_102);
        let mut keys = Vec::new();
        for home in [one, two] {
            let path = format!("/people/new?dwelling={home}&door=1");
            let form = shi.get(&path).await.text;
            keys.push(draft_of(&form, "/people").to_owned());
        }
        assert_eq!(
            keys,
            [format!("person:new:{one}"), format!("person:new:{two}")]
        );
        let plain = shi.get("/people/new").await.text;
        assert_eq!(draft_of(&plain, "/people"), "person:new");
        // What the server refuses comes back under the same draft, and its own words win.
        let (one, two) = (one.to_string(), two.to_string());
        let fields = [
            ("door", one.as_str()),
            ("from", &one),
            ("community", "10"),
            ("name", ""),
            ("address", "东村1号楼102"),
            ("dwelling", &two),
            ("relation", "tenant"),
        ];
        let refused = shi.post("/people", &fields).await;
        assert_eq!(refused.status, 422);
        assert_eq!(draft_of(&refused.text, "/people"), keys[0]);
        assert!(refused.text.contains(" data-draft-served"));
        // Saved, that draft goes, and no other.
        let mut right = fields;
        right[3].1 = "周建国";
        let saved = shi.post("/people", &right).await;
        let page = shi.get(saved.location.split('#').next().unwrap()).await;
        let gone = format!("data-draft-clear=\"{}\"", keys[0]);
        assert!(page.text.contains(&gone), "{}", page.text);
        let page = shi.get(&format!("/people/dwellings/{two}")).await.text;
        let (_, person) = page
            .split_once("<section class=\"card stack-s\" id=\"p-")
            .unwrap();
        let person = person.split_once('"').unwrap().0;
        let facts = draft_of(&page, &format!("/people/{person}/facts"));
        assert_eq!(facts, format!("facts:{person}"));
        // At the desk the file that follows drops the draft of the dwelling that led there.
        right[0].1 = "";
        right[1].1 = &two;
        right[3].1 = "沈桂英";
        let saved = shi.post("/people", &right).await;
        let page = shi.get(&saved.location).await.text;
        let (_, cleared) = page.split_once("data-draft-clear=\"").unwrap();
        let (cleared, _) = cleared.split_once('"').unwrap();
        assert!(cleared.split(' ').any(|key| key == keys[1]), "{cleared}");
        ground.verify().await;
    }
}

#[tokio::test]
async fn what_is_seldom_true_is_asked_once_at_the_door() {
    for ground in grounds().await {
        let house = house(&ground, 1_000, AccountPolicy::default());
        let home = ground.homes.east_101;
        let zhou = ground.person(JIA, "周建国", &[], Some(home)).await;
        ground.person(JIA, "沈桂英", &[], Some(home)).await;
        account(&ground, "shi", vec![grant(Role::GridWorker, 100)], None).await;
        account(&ground, "desk", vec![grant(Role::CommunityDesk, 10)], None).await;
        let mut shi = Browser::signed_in(&house, "shi").await;
        let (door, facts) = (home.to_string(), format!("/people/{zhou}/facts"));
        // What a door is never taken at its word for is not offered there, and the refusal names it.
        let page = shi.get(&format!("/people/dwellings/{home}")).await.text;
        for never in ["party_member", "veteran", "disabled"] {
            assert!(!page.contains(&format!("value=\"{never}\"")), "{never}");
        }
        assert!(page.contains("value=\"living_alone\""));
        let typed = [
            ("dwelling", door.as_str()),
            ("label", "elderly"),
            ("label", "party_member"),
        ];
        let refused = shi.post(&facts, &typed).await;
        assert!(
            refused.text.contains("「党员」不能凭这种方式记"),
            "{}",
            refused.text
        );
        assert!(refused.text.contains("value=\"elderly\" checked"));
        assert!(!refused.text.contains("value=\"party_member\""));
        // Lives alone, where somebody else is registered.
        let mut alone = vec![("dwelling", door.as_str()), ("label", "living_alone")];
        let asked = shi.post(&facts, &alone).await;
        assert_eq!(asked.status, 422);
        assert!(asked.text.contains("这里还登记着沈**"), "{}", asked.text);
        assert!(asked.text.contains("value=\"living_alone\" checked"));
        alone.push(("alone", "1"));
        assert_eq!(shi.post(&facts, &alone).await.status, 303);
        // As old as nobody is.
        let mut old = vec![("dwelling", door.as_str()), ("birth", "1900-01-01")];
        let asked = shi.post(&facts, &old).await;
        assert_eq!(asked.status, 422);
        assert!(asked.text.contains("126 岁") || asked.text.contains("125 岁"));
        old.push(("old", "1"));
        assert_eq!(shi.post(&facts, &old).await.status, 303);
        // The same on the person's page and in the form of somebody new.
        let mut desk = Browser::signed_in(&house, "desk").await;
        let page = desk.get("/people/new").await.text;
        assert!(page.contains("value=\"party_member\""), "the desk may");
        let new = [
            ("community", "10"),
            ("name", "方知远"),
            ("address", "东村1号楼101"),
            ("dwelling", door.as_str()),
            ("relation", "tenant"),
            ("birth", "1900-01-01"),
            ("label", "living_alone"),
        ];
        let asked = desk.post("/people", &new).await;
        assert_eq!(faults(&asked.text), ["alone", "old"], "{}", asked.text);
        let mut sure = new.to_vec();
        sure.extend([("alone", "1"), ("old", "1")]);
        let saved = desk.post("/people", &sure).await;
        assert_eq!(saved.status, 303, "{}", saved.text);
        let label = [("label", "living_alone"), ("set", "on")];
        let shen = ground.person(JIA, "顾小满", &[], Some(home)).await;
        let path = format!("/people/{shen}/labels");
        let asked = desk.post(&path, &label).await;
        assert!(asked.text.contains("id=\"f-alone\""), "{}", asked.text);
        let sure = [label[0], label[1], ("alone", "1")];
        assert_eq!(desk.post(&path, &sure).await.status, 303);
        ground.verify().await;
    }
}

#[tokio::test]
async fn an_age_told_at_the_door_is_that_age() {
    for ground in grounds().await {
        let house = house(&ground, 1_000, AccountPolicy::default());
        let home = ground.homes.east_101;
        let zhou = ground.person(JIA, "周建国", &[], Some(home)).await;
        account(&ground, "shi", vec![grant(Role::GridWorker, 100)], None).await;
        let mut shi = Browser::signed_in(&house, "shi").await;
        let door = home.to_string();
        let told = [("dwelling", door.as_str()), ("birth", "80岁")];
        let saved = shi.post(&format!("/people/{zhou}/facts"), &told).await;
        let page = shi
            .get(saved.location.split('#').next().unwrap())
            .await
            .text;
        assert!(page.contains("约 80 岁"), "{page}");
        ground.verify().await;
    }
}

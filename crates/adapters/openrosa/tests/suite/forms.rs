//! What a phone may fetch.

use std::sync::Arc;

use axum::http::StatusCode;
use md5::{Digest, Md5};
use youlin_checklist::shipped;
use youlin_kernel::Role;
use youlin_rounds::{PublishChecklist, SaveChecklist, SavedChecklist, WithdrawChecklist};
use youlin_testkit::databases;

use crate::ground::Ground;
use crate::phone::{Part, Patrol};

fn md5(text: &str) -> String {
    format!("md5:{}", hex::encode(Md5::digest(text.as_bytes())))
}

#[tokio::test]
async fn a_phone_finds_its_forms_and_the_places_of_its_owner() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        ground.policy("绿如蓝周六巡河", true).await;
        let phone = ground.phone(0).await;
        let list = phone
            .get(&ground, &format!("{}/formList", phone.server))
            .await;
        assert_eq!(list.status, StatusCode::OK, "{}", list.text);
        assert!(list.text.contains("http://openrosa.org/xforms/xformsList"));
        assert_eq!(list.headers["x-openrosa-version"], "1.0");
        let ids = list.all("formID");
        // There is a river and nothing else: what is asked of shops and homes could never be sent.
        assert!(ids.contains(&"river-patrol".to_owned()), "{ids:?}");
        for other in ["market-fire", "door-visit", "elder-home"] {
            assert!(!ids.contains(&other.to_owned()), "{other}");
        }
        let river = ids.iter().position(|id| id == "river-patrol").unwrap();
        assert_eq!(list.all("name")[river], "河道巡查");
        for ((at, id), hash) in list
            .all("downloadUrl")
            .iter()
            .zip(&ids)
            .zip(list.all("hash"))
        {
            let form = phone.get(&ground, at).await;
            assert_eq!(form.status, StatusCode::OK, "{at}");
            assert_eq!(md5(&form.text), hash, "{id}");
            assert!(
                form.text
                    .contains(&format!("<data id=\"{id}\" version=\"1\">"))
            );
            assert!(form.text.contains("jr://file-csv/subjects.csv"));
        }
        let manifest = phone.get(&ground, &list.all("manifestUrl")[0]).await;
        assert_eq!(manifest.all("filename"), ["subjects.csv", "policies.csv"]);
        let mut files = Vec::new();
        for (at, hash) in manifest.all("downloadUrl").iter().zip(manifest.all("hash")) {
            let file = phone.get(&ground, at).await;
            assert_eq!(md5(&file.text), hash);
            files.push(file.text);
        }
        let reach = format!("{},\"中心河 东段, 桥北\",1,reach", ground.reach.id);
        assert_eq!(files[0].lines().next(), Some("name,label,__version,kind"));
        assert!(files[0].contains(&reach), "{}", files[0]);
        assert!(files[1].contains("绿如蓝周六巡河"), "{}", files[1]);
        // One form only, when one is asked for.
        let one = format!("{}/formList?formID=river-patrol&verbose=true", phone.server);
        assert_eq!(
            phone.get(&ground, &one).await.all("formID"),
            ["river-patrol"]
        );
    }
}

#[tokio::test]
async fn a_talk_is_no_policy_of_a_walk() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let walk = ground.policy("绿如蓝周六巡河", false).await;
        let talk = ground.talk("护河宣讲").await;
        let phone = ground.phone(0).await;
        let at = format!("{}/media/policies.csv", phone.server);
        let said = phone.get(&ground, &at).await.text;
        assert!(said.contains(&walk.to_string()), "{said}");
        assert!(!said.contains(&talk.to_string()), "{said}");
    }
}

#[tokio::test]
async fn another_communitys_worker_sees_none_of_it() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        ground.policy("绿如蓝周六巡河", false).await;
        let phone = ground.phone(2).await;
        for file in ["subjects", "policies"] {
            let at = format!("{}/media/{file}.csv", phone.server);
            let said = phone.get(&ground, &at).await;
            assert_eq!(said.text, "name,label,__version,kind\n", "{file}");
        }
        let at = format!("{}/media/etc.csv", phone.server);
        assert_eq!(phone.get(&ground, &at).await.status, StatusCode::NOT_FOUND);
        let at = format!("{}/forms/river-patrol/99", phone.server);
        let said = phone.get(&ground, &at).await;
        assert_eq!(said.status, StatusCode::NOT_FOUND);
        assert!(!said.message().is_empty());
    }
}

/// A version of the community's own river list, published.
async fn published(ground: &Ground) -> SavedChecklist {
    let lead = ground.world.caller(Role::CommunityLead, ground.community());
    let mut checklist = shipped("river-patrol").unwrap();
    checklist.id = "river-jia".into();
    let save = SaveChecklist {
        known: None,
        area: ground.community().into(),
        checklist,
        copied_from: None,
    };
    let db = ground.world.db();
    let saved = db.execute(&lead, save).await.unwrap();
    let publish = PublishChecklist {
        rounds: Arc::clone(&ground.rounds),
        id: saved.id,
        version: 1,
    };
    db.execute(&lead, publish).await.unwrap();
    saved
}

#[tokio::test]
async fn a_places_own_checklist_is_offered_there_and_every_version_of_it_is_read() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let first = published(&ground).await;
        let (phone, outsider) = (ground.phone(0).await, ground.phone(2).await);
        let at = |server: &str| format!("{server}/formList?formID=river-jia");
        let list = phone.get(&ground, &at(&phone.server)).await;
        assert_eq!(list.all("version"), ["1"]);
        let foreign = outsider.get(&ground, &at(&outsider.server)).await;
        assert!(foreign.all("formID").is_empty());
        let form = list.all("downloadUrl")[0].clone();
        let theirs = form.replace(&phone.server, &outsider.server);
        let said = outsider.get(&ground, &theirs).await;
        assert_eq!(said.status, StatusCode::NOT_FOUND);

        // A second version comes while the phone is half way through the first, which is withdrawn.
        published(&ground).await;
        let lead = ground.world.caller(Role::CommunityLead, ground.community());
        let withdraw = WithdrawChecklist {
            id: first.id,
            version: 2,
        };
        ground.world.db().execute(&lead, withdraw).await.unwrap();
        let list = phone.get(&ground, &at(&phone.server)).await;
        assert_eq!(list.all("version"), ["2"]);
        assert_eq!(phone.get(&ground, &form).await.status, StatusCode::OK);
        for (n, version) in [(1, "1"), (2, "2")] {
            let patrol = Patrol {
                version,
                ..Patrol::new(&ground, n)
            };
            let xml = patrol.xml().replace("river-patrol", "river-jia");
            let said = phone.submit(&ground, &[Part::Form(xml)]).await;
            assert_eq!(said.status, StatusCode::CREATED, "{}", said.text);
            assert!(!said.message().contains("旧版"), "{}", said.text);
        }
        let mut read = Vec::new();
        for line in ground.all_rounds().await {
            read.extend(ground.round(line.id).await.checklist);
        }
        read.sort();
        assert_eq!(read, ["river-jia@1", "river-jia@2"]);
    }
}

//! Entering the register on the pages alone: organisations, persons, who belongs where.

use std::sync::Arc;

use youlin_kernel::{AreaId, Micros, Role};
use youlin_people::{
    AccountPolicy, Directory, EndMembership, MembershipRole, OrganisationKind, Party,
    SaveMembership, SaveOrganisation,
};

use crate::browser::{Browser, account, house};
use crate::ground::{Ground, JIA, YI, grant, grounds};

fn property(ground: &Ground) -> SaveOrganisation {
    SaveOrganisation {
        vault: Arc::clone(&ground.vault),
        id: None,
        version: None,
        ext_key: None,
        kind: OrganisationKind::PropertyCompany,
        name: "城洁物业".to_owned(),
        area: AreaId(10),
        phone: Some("0513-00000016".to_owned()),
        email: Some("Wuye@Chengjie.EXAMPLE".to_owned()),
        credit_code: None,
        closed: false,
    }
}

#[tokio::test]
async fn an_address_is_sealed_and_stays_until_it_is_changed() {
    for ground in grounds().await {
        let (db, service) = (ground.world.db(), ground.world.service());
        let id = db.execute(&service, property(&ground)).await.unwrap();
        let email = async |community| {
            Directory::party_email(db.read(), &ground.vault, community, Party::organisation(id))
                .await
        };
        assert_eq!(email(JIA).await.unwrap().unwrap(), "Wuye@chengjie.example");
        assert!(email(YI).await.is_err(), "another community's");
        let change = |email: Option<&str>| SaveOrganisation {
            id: Some((JIA, id)),
            email: email.map(str::to_owned),
            ..property(&ground)
        };
        db.execute(&service, change(None)).await.unwrap();
        assert!(email(JIA).await.unwrap().is_some(), "an import without it");
        let wrong = db.execute(&service, change(Some("wuye"))).await;
        assert_eq!(wrong.unwrap_err().fields()[0].field, "email");
        db.execute(&service, change(Some(""))).await.unwrap();
        assert_eq!(email(JIA).await.unwrap(), None);
        ground.verify().await;
    }
}

#[tokio::test]
async fn a_membership_ends_on_a_day_and_begins_anew_beside_the_old_one() {
    for ground in grounds().await {
        let (db, service) = (ground.world.db(), ground.world.service());
        let company = db.execute(&service, property(&ground)).await.unwrap();
        let shi = ground.person(JIA, "施雨晴", &["13800008130"], None).await;
        let begin = |days: i64| SaveMembership {
            vault: Arc::clone(&ground.vault),
            person_community: JIA,
            person: shi,
            organisation: Some(company),
            role: MembershipRole::PropertyStaff,
            area: AreaId(10),
            duty_phone: None,
            valid_from: Some(service.now().plus(-days * Micros::DAY)),
        };
        let first = db.execute(&service, begin(30)).await.unwrap();
        let end = |days: i64| EndMembership {
            community: JIA,
            id: first,
            at: Some(service.now().plus(-days * Micros::DAY)),
        };
        let code = |problem: youlin_kernel::Problem| problem.fields()[0].code;
        let early = db.execute(&service, end(40)).await.unwrap_err();
        assert_eq!(code(early), "before-beginning");
        let late = db.execute(&service, end(-1)).await.unwrap_err();
        assert_eq!(code(late), "in-the-future-end");
        db.execute(&service, end(5)).await.unwrap();
        let second = db.execute(&service, begin(0)).await.unwrap();
        assert_ne!(first, second);
        let scope = ground.scope(&ground.desk());
        let members = Directory::members(db.read(), &ground.vault, &scope, company)
            .await
            .unwrap();
        let seen: Vec<_> = members
            .iter()
            .map(|one| (one.membership, one.name.as_str(), one.valid_to.is_some()))
            .collect();
        assert_eq!(seen, [(second, "施雨晴", false), (first, "施**", true)]);
        ground.verify().await;
    }
}

#[tokio::test]
async fn the_desk_enters_an_organisation_a_person_and_a_membership_on_the_pages() {
    for ground in grounds().await {
        let house = house(&ground, 1_000, AccountPolicy::default());
        account(&ground, "desk", vec![grant(Role::CommunityDesk, 10)], None).await;
        account(&ground, "other", vec![grant(Role::CommunityDesk, 11)], None).await;
        let mut desk = Browser::signed_in(&house, "desk").await;
        let wrong = [
            ("kind", "property_company"),
            ("name", ""),
            ("area", "10"),
            ("email", "wuye"),
        ];
        let refused = desk.post("/people/organisations", &wrong).await;
        assert_eq!(refused.status, 422);
        for kept in ["id=\"f-name-e\"", "id=\"f-email-e\"", "value=\"wuye\""] {
            assert!(refused.text.contains(kept), "{kept}");
        }
        let right = [
            ("kind", "property_company"),
            ("name", "城洁物业"),
            ("area", "10"),
            ("email", "wuye@chengjie.example"),
            ("idempotency_key", "k1"),
        ];
        let made = desk.post("/people/organisations", &right).await;
        assert!(made.location.ends_with("?saved=new"), "{}", made.text);
        let again = desk.post("/people/organisations", &right).await;
        assert_eq!(made.location, again.location, "sent twice, entered once");
        let path = made.location.trim_end_matches("?saved=new").to_owned();
        let page = desk.get(&made.location).await;
        assert!(page.text.contains("mailto:wuye@chengjie.example"));
        let mut other = Browser::signed_in(&house, "other").await;
        assert_eq!(other.get(&path).await.status, 404);
        assert_eq!(other.post(&path, &right).await.status, 404);

        // Two windows on one record: the second is told what changed and loses nothing.
        let change = |version: &'static str, name: &'static str| {
            [
                ("version", version),
                ("kind", "property_company"),
                ("name", name),
                ("area", "10"),
                ("email", "wuye@chengjie.example"),
            ]
        };
        let saved = desk.post(&path, &change("1", "城洁物业一部")).await;
        assert!(saved.location.ends_with("?saved=changed"));
        let clash = desk.post(&path, &change("1", "城洁物业二部")).await;
        assert_eq!(clash.status, 409);
        for part in [
            "城洁物业一部",
            "value=\"城洁物业二部\"",
            "name=\"version\" value=\"2\"",
        ] {
            assert!(clash.text.contains(part), "{part}");
        }
        let on_top = desk.post(&path, &change("2", "城洁物业二部")).await;
        assert!(on_top.location.ends_with("?saved=changed"));

        let person = [
            ("name", "郁念慈"),
            ("phone", "138 0000 2222"),
            ("phone2", "139"),
            ("address", "1号楼101"),
            ("relation", "tenant"),
            ("community", "10"),
            ("label", "elderly"),
            ("consent", "help.be-asked"),
        ];
        let refused = desk.post("/people", &person).await;
        assert_eq!(refused.status, 422);
        assert!(
            refused.text.contains("name=\"dwelling\"") && refused.text.contains("138 0000 2222")
        );
        let mut person = person.to_vec();
        person[3].1 = "东村1号楼101";
        let refused = desk.post("/people", &person).await;
        assert!(
            refused.text.contains("id=\"f-phone2-e\""),
            "{}",
            refused.text
        );
        person[2].1 = "0513-85550000";
        let made = desk.post("/people", &person).await;
        assert!(made.location.ends_with("?saved=new"), "{}", made.text);
        let file = desk.get(&made.location).await.text;
        for part in ["郁**", "138****2222", "老年人", "东村1号楼101", "已同意"] {
            assert!(file.contains(part), "{part}");
        }
        assert!(!file.contains("念慈"));
        let id = made.location["/people/".len()..]
            .split('?')
            .next()
            .unwrap()
            .to_owned();

        // The form shows nothing hidden, and what is left empty stays.
        let form = desk.get(&format!("/people/{id}/edit")).await.text;
        assert!(form.contains("value=\"东村1号楼101\"") && !form.contains("念慈"));
        let moved = [
            ("version", "1"),
            ("address", "东村1号楼102"),
            ("relation", "owner"),
            ("other_home", "moved"),
        ];
        let changed = desk.post(&format!("/people/{id}"), &moved).await;
        assert!(
            changed.location.ends_with("?saved=changed"),
            "{}",
            changed.text
        );
        let file = desk.get(&format!("/people/{id}")).await.text;
        assert!(file.contains("郁**") && file.contains("东村1号楼102"));
        let late = desk.post(&format!("/people/{id}"), &moved).await;
        assert_eq!(late.status, 409);

        let organisation = path.rsplit('/').next().unwrap().to_owned();
        let found = desk
            .get(&format!(
                "/people/memberships/new?organisation={organisation}&who=13800002222"
            ))
            .await;
        assert!(found.text.contains(&format!("person={id}")));
        let role = [
            ("person", id.as_str()),
            ("organisation", organisation.as_str()),
            ("role", "property_staff"),
            ("area", "10"),
            ("valid_from", "2024-03-01"),
        ];
        let joined = desk.post("/people/memberships", &role).await;
        assert_eq!(joined.location, format!("{path}?saved=changed"));
        let page = desk.get(&path).await.text;
        assert!(
            page.contains("郁念慈") && page.contains("2024年3月1日"),
            "on duty: by name"
        );
        let end = page.split("/people/memberships/").nth(2).unwrap();
        let end = format!("/people/memberships/{}", end.split('?').next().unwrap());
        let early = [("valid_to", "2020-01-01"), ("next", path.as_str())];
        assert_eq!(desk.post(&end, &early).await.status, 422);
        let ended = desk.post(&end, &[("next", path.as_str())]).await;
        assert_eq!(ended.location, format!("{path}?saved=ended"));
        assert!(desk.get(&path).await.text.contains("以前的成员（1 人）"));
        ground.verify().await;
    }
}

#[tokio::test]
async fn a_grid_worker_enters_people_of_the_own_grid_only() {
    for ground in grounds().await {
        let house = house(&ground, 1_000, AccountPolicy::default());
        account(&ground, "shi", vec![grant(Role::GridWorker, 1000)], None).await;
        let mut shi = Browser::signed_in(&house, "shi").await;
        let person = |address: &'static str| {
            [
                ("name", "郁念慈"),
                ("address", address),
                ("community", "10"),
                ("relation", "owner"),
            ]
        };
        for elsewhere in ["", "西村1号楼101"] {
            let refused = shi.post("/people", &person(elsewhere)).await;
            assert_eq!(refused.status, 422, "{elsewhere}");
            assert!(refused.text.contains("id=\"f-address-e\""), "{elsewhere}");
        }
        let made = shi.post("/people", &person("东村1号楼101")).await;
        assert!(made.location.ends_with("?saved=new"), "{}", made.text);
        let refused = shi.post("/people/organisations", &[("name", "x")]).await;
        assert_eq!(refused.status, 403);
    }
}

//! A household's file: who belongs to it now and did earlier, where it lives and lived, what happened at its door; reached
//! from the person and from the dwelling, masked, and of no concern to whoever looks after another neighbourhood.

use std::sync::Arc;

use uuid::Uuid;
use youlin_kernel::{Micros, Role};
use youlin_people::{AccountPolicy, Home, PersonInput, Relation, VisitDwelling, VisitOutcome};

use crate::browser::{Browser, account, house};
use crate::ground::{Ground, JIA, grant, grounds};

fn entered(name: &str, dwelling: Uuid, relation: Relation) -> PersonInput {
    PersonInput {
        name: name.to_owned(),
        home: Some(Home {
            dwelling,
            relation,
            household_key: Some("h1".to_owned()),
        }),
        ..PersonInput::default()
    }
}

async fn save(ground: &Ground, id: Option<Uuid>, input: PersonInput) -> Uuid {
    let service = ground.world.service();
    ground.save(&service, JIA, id, input).await.unwrap()
}

#[tokio::test]
async fn a_household_has_a_file_of_its_own() {
    for ground in grounds().await {
        let (east, west) = (ground.homes.east_101, ground.homes.west_101);
        let zhou = save(&ground, None, entered("周建国", east, Relation::Owner)).await;
        let wife = save(&ground, None, entered("沈桂英", east, Relation::Family)).await;
        // Who comes to live with them is of their household: nobody asks for its code at the door.
        let baby = PersonInput {
            home: Some(Home {
                dwelling: east,
                relation: Relation::Family,
                household_key: None,
            }),
            ..entered("周宝宝", east, Relation::Family)
        };
        save(&ground, None, baby).await;
        // In the same dwelling and not of the household.
        let lodger = PersonInput {
            home: Some(Home {
                dwelling: east,
                relation: Relation::Tenant,
                household_key: None,
            }),
            ..entered("方知远", east, Relation::Tenant)
        };
        let lodger = save(&ground, None, lodger).await;
        let visit = VisitDwelling {
            vault: Arc::clone(&ground.vault),
            dwelling: east,
            outcome: VisitOutcome::Confirmed,
        };
        ground
            .world
            .db()
            .execute(&ground.desk(), visit)
            .await
            .unwrap();
        ground.world.clock.advance(400 * Micros::DAY);
        // The wife moved to the other neighbourhood, within the household.
        save(
            &ground,
            Some(wife),
            entered("沈桂英", west, Relation::Tenant),
        )
        .await;
        account(&ground, "desk", vec![grant(Role::CommunityDesk, 10)], None).await;
        account(&ground, "west", vec![grant(Role::GridWorker, 1001)], None).await;
        account(&ground, "south", vec![grant(Role::GridWorker, 11)], None).await;
        let house = house(&ground, 1_000, AccountPolicy::default());
        let mut desk = Browser::signed_in(&house, "desk").await;
        let file = |text: &str| {
            let at = text.find("/people/households/").unwrap();
            text[at..].split('"').next().unwrap().to_owned()
        };
        let person = desk.get(&format!("/people/{zhou}")).await;
        let path = file(&person.text);
        let dwelling = desk.get(&format!("/people/dwellings/{east}")).await;
        assert_eq!(file(&dwelling.text), path);
        let alone = desk.get(&format!("/people/{lodger}")).await;
        let own = format!("href=\"/people/dwellings/{east}\"");
        assert!(
            alone.text.contains(&own),
            "no household: the dwelling's file"
        );

        let page = desk.get(&path).await;
        assert_eq!(page.status, 200, "{}", page.text);
        assert!(
            !page.text.contains("建国") && !page.text.contains("桂英"),
            "masked"
        );
        let part = |name: &str| {
            let from = page.text.split(name).nth(1).unwrap();
            from.split("</section>").next().unwrap().to_owned()
        };
        let now = part("data-members");
        assert!(now.contains("周**") && now.contains("业主"), "{now}");
        assert!(now.contains("沈**") && now.contains("租户"), "{now}");
        assert_eq!(now.matches("周**").count(), 2, "the child too: {now}");
        assert!(now.contains("还缺"), "what is missing: {now}");
        assert!(!now.contains("方**"), "the lodger keeps house alone: {now}");
        let former = part("data-former");
        assert!(
            former.contains("沈**") && former.contains("家人"),
            "{former}"
        );
        assert!(former.contains(" 至 "), "{former}");
        let life = part("data-life");
        for told in ["沈** 搬走", "上门核对过", "周** 住进来（业主）"] {
            assert!(life.contains(told), "{told}: {life}");
        }
        assert!(page.text.contains(&format!("/people/dwellings/{west}")));

        let mut worker = Browser::signed_in(&house, "west").await;
        let page = worker.get(&path).await;
        assert_eq!(page.status, 200);
        assert!(
            page.text.contains("沈**") && !page.text.contains("周**"),
            "only what lies in the neighbourhood: {}",
            page.text
        );
        assert!(!page.text.contains(&format!("/people/dwellings/{east}")));
        let mut other = Browser::signed_in(&house, "south").await;
        assert_eq!(other.get(&path).await.status, 404);
    }
}

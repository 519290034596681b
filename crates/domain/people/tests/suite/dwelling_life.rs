//! The page of a dwelling tells what happened there: who came and went, masked, and who was at the door.

use std::sync::Arc;

use youlin_kernel::{Micros, Role};
use youlin_people::{AccountPolicy, Home, PersonInput, Relation, VisitDwelling, VisitOutcome};

use crate::browser::{Browser, account, house};
use crate::ground::{JIA, grant, grounds};

#[tokio::test]
async fn a_dwelling_tells_who_came_and_went() {
    for ground in grounds().await {
        let (east, west) = (ground.homes.east_101, ground.homes.west_101);
        let zhou = ground.person(JIA, "周建国", &[], Some(east)).await;
        let desk = ground.desk();
        let visit = VisitDwelling {
            vault: Arc::clone(&ground.vault),
            dwelling: east,
            outcome: VisitOutcome::Confirmed,
        };
        ground.world.db().execute(&desk, visit).await.unwrap();
        ground.world.clock.advance(Micros::DAY);
        let moved = PersonInput {
            name: "周建国".to_owned(),
            home: Some(Home {
                dwelling: west,
                relation: Relation::Tenant,
                household_key: None,
            }),
            ..PersonInput::default()
        };
        let service = ground.world.service();
        ground.save(&service, JIA, Some(zhou), moved).await.unwrap();
        account(&ground, "desk", vec![grant(Role::CommunityDesk, 10)], None).await;
        // First neighbourhood only: whoever moved to the second is nobody it may see.
        account(&ground, "worker", vec![grant(Role::GridWorker, 1000)], None).await;
        let house = house(&ground, 1_000, AccountPolicy::default());
        let path = format!("/people/dwellings/{east}");
        let mut desk = Browser::signed_in(&house, "desk").await;
        let page = desk.get(&path).await;
        assert_eq!(page.status, 200, "{}", page.text);
        let life = page.text.split("data-life").nth(1).unwrap();
        let told = ["周** 搬走", "上门核对过", "周** 住进来（业主）"];
        let places: Vec<Option<usize>> = told.iter().map(|line| life.find(line)).collect();
        assert!(places.iter().all(Option::is_some), "{life}");
        assert!(
            places[0] < places[1].min(places[2]),
            "the newest first: {life}"
        );
        assert!(!page.text.contains("建国"), "masked");
        let mut worker = Browser::signed_in(&house, "worker").await;
        let page = worker.get(&path).await;
        let life = page.text.split("data-life").nth(1).unwrap();
        assert!(
            life.contains("有人 搬走") && !life.contains("周**"),
            "{life}"
        );
    }
}

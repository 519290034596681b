//! The page of a team and the one of its areas: what has nobody is named, and so is what is given to somebody though it is
//! another's.

use youlin_kernel::{AreaId, Role};
use youlin_people::{AccountPolicy, MembershipRole};

use crate::browser::{Browser, account, house};
use crate::ground::{JIA, grant, grounds};

#[tokio::test]
async fn a_worker_of_two_grids_chooses_between_them() {
    for ground in grounds().await {
        let house = house(&ground, 100, AccountPolicy::default());
        let two = vec![grant(Role::GridWorker, 100), grant(Role::GridWorker, 101)];
        account(&ground, "two", two, None).await;
        let one = vec![grant(Role::GridWorker, 100)];
        account(&ground, "one", one, None).await;
        let mut worker = Browser::signed_in(&house, "two").await;
        for path in ["/rosters", "/rosters?area=101"] {
            let page = worker.get(path).await.text;
            for area in [100, 101] {
                let link = format!(r#"class="chip" href="/rosters?area={area}""#);
                assert!(page.contains(&link), "{path}: {page}");
            }
        }
        let mut worker = Browser::signed_in(&house, "one").await;
        let page = worker.get("/rosters").await.text;
        assert!(!page.contains("data-own"), "nothing to choose: {page}");
        ground.verify().await;
    }
}

#[tokio::test]
async fn holes_are_named_while_there_is_somebody_to_fill_them() {
    for ground in grounds().await {
        let chen = ground.person(JIA, "陈芳", &[], None).await;
        let lin = ground.person(JIA, "林玉", &[], None).await;
        let of_chen = ground
            .joins(chen, MembershipRole::MicroGridWorker, JIA.into())
            .await;
        account(&ground, "desk", vec![grant(Role::CommunityDesk, 10)], None).await;
        let house = house(&ground, 100, AccountPolicy::default());
        let mut desk = Browser::signed_in(&house, "desk").await;
        let east = ground.locator.dwelling(ground.homes.east_101).unwrap();
        let (of_chen, door) = (of_chen.to_string(), format!("{}:", east.building.unwrap()));
        let share = [
            ("area", "10"),
            ("membership", of_chen.as_str()),
            ("door", door.as_str()),
        ];
        assert_eq!(desk.post("/rosters/shares", &share).await.status, 303);

        // Whoever has a share has only that: the other building has nobody, and it can be given.
        let page = desk.get("/rosters/teams/10").await.text;
        assert!(page.contains(r#"data-free="1001""#), "{page}");
        assert!(!page.contains("data-bare") && !page.contains(r#"data-free="1000""#));
        let marked = page.matches("西村1号楼（1 户没有人管）").count();
        assert_eq!(marked, 2, "above the list, and where it is chosen: {page}");
        assert!(!page.contains("data-others"), "{page}");

        // Somebody of a smaller area goes first: that the one above has nothing left there is said.
        ground
            .joins(lin, MembershipRole::MicroGridWorker, AreaId(1000))
            .await;
        let page = desk.get("/rosters/teams/10").await.text;
        assert!(page.contains("其中 2 户现在由林玉负责"), "{page}");
        ground.verify().await;
    }
}

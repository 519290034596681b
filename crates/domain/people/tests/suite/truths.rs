//! What a page must not say: a move that never happened, two people by one name, an age nobody told.

use std::sync::Arc;

use youlin_kernel::{AreaId, Micros, Role};
use youlin_people::facts::How;
use youlin_people::life::{NoteDeath, WithdrawDeath};
use youlin_people::merge::Choices;
use youlin_people::own::SetGuardian;
use youlin_people::permissions::ROSTERS_READ;
use youlin_people::rosters::{TakeShare, team};
use youlin_people::talents::{Rule, SetTalentRules, usual_rules};
use youlin_people::{
    AccountPolicy, AreaCharges, Directory, EmptyBuilding, EndMembership, Freshness, MembershipRole,
    PersonInput, SaveMembership,
};
use youlin_places::duties::{Charges, HandOver};

use crate::browser::{Browser, account, house};
use crate::ground::{Ground, JIA, grant, grounds};

/// Gives the charge of an area to somebody, as a split does.
struct Split {
    charges: AreaCharges,
    what: HandOver,
}

impl youlin_database::Command for Split {
    type Output = ();
    const NAME: &'static str = "test.split";

    async fn run(
        &self,
        ctx: &youlin_kernel::Ctx,
        tx: &youlin_database::Tx<'_>,
    ) -> youlin_kernel::Result<()> {
        self.charges.hand_over(ctx, tx, &self.what).await
    }
}

#[tokio::test]
async fn the_duty_telephone_goes_with_who_takes_the_new_grid() {
    for ground in grounds().await {
        let db = ground.world.db();
        let shi = ground.person(JIA, "施雨晴", &["13800008130"], None).await;
        let duty = SaveMembership {
            vault: Arc::clone(&ground.vault),
            person_community: JIA,
            person: shi,
            organisation: None,
            role: MembershipRole::GridWorker,
            area: AreaId(100),
            duty_phone: Some("13900007799".to_owned()),
            valid_from: None,
        };
        db.execute(&ground.world.service(), duty).await.unwrap();
        let grants = vec![grant(Role::GridWorker, 100)];
        let taker = account(&ground, "shi", grants, Some(shi)).await;
        ground.world.clock.advance(Micros::HOUR);
        let split = Split {
            charges: AreaCharges(Arc::clone(&ground.vault)),
            what: HandOver {
                community: JIA,
                moved: Vec::new(),
                taker: Some((taker, AreaId(101))),
            },
        };
        db.execute(&ground.world.service(), split).await.unwrap();
        let tree = ground.world.areas.load_full();
        let of = Some(AreaId(101));
        let contact = Directory::grid_worker_of(db.read(), &ground.vault, &tree, JIA, of).await;
        let contact = contact.unwrap().unwrap();
        assert_eq!(contact.person, shi);
        assert_eq!(contact.duty_phone.as_deref(), Some("139 0000 7799"));
        ground.verify().await;
    }
}

#[tokio::test]
async fn a_split_ends_nothing_for_those_who_go_along() {
    for ground in grounds().await {
        let db = ground.world.db();
        let (old, new) = (AreaId(1000), AreaId(1001));
        let chen = ground.person(JIA, "陈芳", &[], None).await;
        let began = ground.world.service().now();
        let member = ground
            .joins(chen, MembershipRole::MicroGridWorker, old)
            .await;
        let east = ground.vault.place(ground.homes.east_101).unwrap();
        let share = TakeShare {
            vault: Arc::clone(&ground.vault),
            community: JIA,
            membership: member,
            building: east.building.unwrap(),
            entrance: String::new(),
        };
        db.execute(&ground.desk(), share).await.unwrap();
        ground.world.clock.advance(400 * Micros::DAY);
        let split = Split {
            charges: AreaCharges(Arc::clone(&ground.vault)),
            what: HandOver {
                community: JIA,
                moved: vec![(old, new)],
                taker: None,
            },
        };
        db.execute(&ground.world.service(), split).await.unwrap();

        let desk = ground.desk();
        let scope = desk.scope(&ROSTERS_READ).unwrap();
        let tree = ground.world.areas.load_full();
        let found = team(db, &ground.vault, &scope, &tree, desk.now(), new).await;
        let found = found.unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].area, found[0].since), (new, began));
        assert_eq!(found[0].shares.len(), 1, "not the whole area of a sudden");
        let held = Directory::memberships(db.read(), &scope, chen).await;
        let held = held.unwrap();
        assert_eq!(held.len(), 1, "one role, not one that ended and one more");
        assert_eq!((held[0].area, held[0].valid_from), (new, began));

        let house = house(&ground, 1_000, AccountPolicy::default());
        account(&ground, "desk", vec![grant(Role::CommunityDesk, 10)], None).await;
        let mut browser = Browser::signed_in(&house, "desk").await;
        let life = browser.get(&format!("/people/{chen}/life")).await.text;
        assert!(
            life.contains("网格拆分，继续担任微网格员（第二邻里）"),
            "{life}"
        );
        assert!(!life.contains("不再担任"));
        let listed = format!(r#"data-suggestion="{chen}""#);
        let page = browser.get("/talents/suggested").await.text;
        assert!(page.contains(&listed), "{page}");
        let recent = usual_rules().into_iter().map(|rule| Rule {
            within_days: 30,
            ..rule
        });
        let rules = SetTalentRules {
            community: JIA,
            rules: recent.collect(),
        };
        db.execute(&desk, rules).await.unwrap();
        let page = browser.get("/talents/suggested").await.text;
        assert!(!page.contains(&listed), "in office for more than a year");

        // One learns later that it was over long before the split.
        let last = began.plus(Micros::DAY);
        let end = EndMembership {
            community: JIA,
            id: held[0].id,
            at: Some(last),
        };
        db.execute(&desk, end).await.unwrap();
        let held = Directory::memberships(db.read(), &scope, chen).await;
        let held = held.unwrap();
        assert_eq!(held.len(), 1);
        assert_eq!((held[0].area, held[0].valid_to), (old, Some(last)));
        let life = browser.get(&format!("/people/{chen}/life")).await.text;
        assert!(life.contains("不再担任微网格员（第一邻里）"), "{life}");
        assert!(!life.contains("继续担任"));
        ground.verify().await;
    }
}

/// How often a person's page and the dwelling's say that somebody came, and that somebody went.
async fn moves(desk: &mut Browser, person: uuid::Uuid, home: uuid::Uuid) -> [(usize, usize); 2] {
    let life = desk.get(&format!("/people/{person}/life")).await.text;
    let door = desk.get(&format!("/people/dwellings/{home}")).await.text;
    let door = door.split_once("data-life").map_or("", |(_, life)| life);
    [
        (life.matches("住进").count(), life.matches("搬离").count()),
        (
            door.matches("住进来").count(),
            door.matches("** 搬走").count(),
        ),
    ]
}

#[tokio::test]
async fn two_entries_of_one_home_become_one_and_nobody_moved_out() {
    for ground in grounds().await {
        let house = house(&ground, 1_000, AccountPolicy::default());
        let home = ground.homes.east_101;
        let kept = ground.double("周福生", 1942, "13800001234", home).await;
        let gone = ground.double("周福生", 1942, "13800001234", home).await;
        account(&ground, "desk", vec![grant(Role::CommunityDesk, 10)], None).await;
        ground.world.clock.advance(Micros::DAY);
        let mut desk = Browser::signed_in(&house, "desk").await;
        let ctx = ground.desk();
        let merge = ground.merge(&ctx, kept, gone, Choices::default()).await;
        let merge = merge.unwrap();
        let said = moves(&mut desk, kept, home).await;
        assert_eq!(said, [(1, 0), (1, 0)], "one came, and nobody moved out");
        ground.undo(&ctx, merge).await.unwrap();
        let said = moves(&mut desk, gone, home).await;
        assert_eq!(said, [(1, 0), (2, 0)]);
        // Who really moves out is told so.
        let left = [("on", ""), ("whereto", "")];
        let done = desk.post(&format!("/people/{gone}/move-out"), &left).await;
        assert_eq!(done.status, 303, "{}", done.text);
        let said = moves(&mut desk, gone, home).await;
        assert_eq!(said, [(1, 1), (2, 1)]);
        ground.verify().await;
    }
}

impl Ground {
    async fn family(&self) -> [uuid::Uuid; 2] {
        let of = |name: &str, year: i32, phones: &[&str]| PersonInput {
            name: name.to_owned(),
            birth_year: Some(year),
            phones: phones.iter().map(|one| (*one).to_owned()).collect(),
            home: Some(youlin_people::Home {
                dwelling: self.homes.east_101,
                relation: youlin_people::Relation::Owner,
                household_key: None,
            }),
            ..PersonInput::default()
        };
        let service = self.world.service();
        let parent = of("童谣", 1990, &["13800001234"]);
        let parent = self.save(&service, JIA, None, parent).await.unwrap();
        let year = i32::from(service.now().local().date().year()) - 8;
        let child = of("童年", year, &[]);
        let child = self.save(&service, JIA, None, child).await.unwrap();
        let guardian = SetGuardian {
            vault: Arc::clone(&self.vault),
            community: JIA,
            child,
            guardian: parent,
            on: true,
        };
        self.world
            .db()
            .execute(&self.desk(), guardian)
            .await
            .unwrap();
        [parent, child]
    }
}

#[tokio::test]
async fn a_parent_and_a_child_of_one_masked_name_are_told_apart() {
    for ground in grounds().await {
        let house = house(&ground, 1_000, AccountPolicy::default());
        let [_parent, child] = ground.family().await;
        let code = ground.ask("13800001234").await.unwrap();
        let digits = ground.code(code).await.unwrap();
        let mut own = Browser::new(&house);
        let entered = own
            .post(&format!("/my-file/code/{code}"), &[("code", &digits)])
            .await;
        assert_eq!(entered.status, 303, "{}", entered.text);
        let page = own.get("/my-file").await.text;
        assert!(page.contains("童* · 本人"), "{page}");
        assert!(page.contains("童* · 孩子 · 约 8 岁"), "{page}");
        assert!(page.contains("您是孩子的监护人") && !page.contains("登记在几个人名下"));
        account(&ground, "desk", vec![grant(Role::CommunityDesk, 10)], None).await;
        let mut desk = Browser::signed_in(&house, "desk").await;
        let page = desk.get(&format!("/people/{child}/guardians")).await.text;
        let year = i32::from(ground.world.service().now().local().date().year());
        assert!(page.contains(&format!("约 {} 岁", year - 1990)), "{page}");
        assert!(page.contains("童* · 约 8 岁"), "{page}");
        ground.verify().await;
    }
}

#[tokio::test]
async fn a_death_ends_the_home_on_its_day() {
    for ground in grounds().await {
        let house = house(&ground, 1_000, AccountPolicy::default());
        let db = ground.world.db();
        let home = ground.homes.east_101;
        let zhou = ground.person(JIA, "周建国", &[], Some(home)).await;
        account(&ground, "desk", vec![grant(Role::CommunityDesk, 10)], None).await;
        let mut desk = Browser::signed_in(&house, "desk").await;
        let path = format!("/people/{zhou}/death");
        let refused = desk.post(&path, &[("day", "前天")]).await;
        assert_eq!(refused.status, 422);
        assert!(refused.text.contains("读不懂这个日期") && !refused.text.contains("出生日期"));
        ground.world.clock.advance(10 * Micros::DAY);
        let ctx = ground.desk();
        let died = ctx.now().plus(-3 * Micros::DAY).local().date();
        let death = NoteDeath {
            vault: Arc::clone(&ground.vault),
            community: JIA,
            person: zhou,
            day: died.to_string(),
            how: How::Desk,
        };
        db.execute(&ctx, death).await.unwrap();
        let homes = Directory::homes_over_time(db.read(), JIA, zhou)
            .await
            .unwrap();
        let ended = homes[0].2.unwrap();
        assert_eq!(ended.local().date(), died, "not the day it was noted");
        let page = desk.get(&format!("/people/{zhou}")).await.text;
        assert!(page.contains("此人已去世，不再登记同意"), "{page}");
        assert!(
            !page.contains("name=\"set\" value=\"on\" data-confirm")
                && !page.contains(">登记同意<")
        );
        let withdrawn = WithdrawDeath {
            vault: Arc::clone(&ground.vault),
            community: JIA,
            person: zhou,
        };
        db.execute(&ctx, withdrawn).await.unwrap();
        let homes = Directory::homes_over_time(db.read(), JIA, zhou)
            .await
            .unwrap();
        assert_eq!(homes[0].2, None, "the home goes on");
        ground.verify().await;
    }
}

#[tokio::test]
async fn an_emptied_building_has_nothing_to_ask() {
    for ground in grounds().await {
        let db = ground.world.db();
        let (one, two) = (ground.homes.east_101, ground.homes.east_102);
        ground.person(JIA, "周建国", &[], Some(one)).await;
        ground.world.clock.advance(Micros::HOUR);
        let desk = ground.desk();
        assert_eq!(ground.file(&desk, two).await.freshness, Freshness::Unknown);
        let empty = EmptyBuilding {
            vault: Arc::clone(&ground.vault),
            building: ground.vault.place(one).unwrap().building.unwrap(),
            dwellings: vec![one, two],
            on: None,
            whereto: None,
        };
        db.execute(&desk, empty).await.unwrap();
        for home in [one, two] {
            assert_eq!(ground.file(&desk, home).await.freshness, Freshness::Empty);
        }
        // Somebody new is asked about as ever.
        ground.person(JIA, "沈桂英", &[], Some(two)).await;
        assert_ne!(ground.file(&desk, two).await.freshness, Freshness::Empty);
        ground.verify().await;
    }
}

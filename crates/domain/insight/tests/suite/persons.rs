//! Story 4 and the second half of story 5: the composed question, within what one may see; and last month's figures after
//! a grid was split, people moved and labels came.

use std::sync::Arc;

use youlin_datasets::cube::{Query, Value};
use youlin_kernel::{Micros, Role};
use youlin_people::{MoveOut, SetLabel};

use crate::ground::{Ground, grounds, person, story};

async fn people(ground: &Ground) {
    ground
        .person("周一", 1940, &["living_alone"], "甲西村1号楼101")
        .await;
    ground
        .person("周二", 1941, &["living_alone"], "甲中村1号楼101")
        .await;
    ground
        .person("周三", 1942, &["living_alone", "elderly"], "甲东村1号楼101")
        .await;
    ground
        .person("周四", 1990, &["talent:first_aid"], "甲东村1号楼102")
        .await;
    ground.person("周五", 1939, &[], "甲远村1号楼101").await;
    ground
        .person("周六", 1938, &["living_alone"], "甲远村1号楼102")
        .await;
    ground
        .person("周七", 1937, &["living_alone"], "乙村1号楼101")
        .await;
}

fn pairs(all: &[(&str, u64)]) -> Vec<(String, u64)> {
    all.iter()
        .map(|(code, count)| ((*code).to_owned(), *count))
        .collect()
}

#[tokio::test]
async fn over_eighty_alone_and_nobody_trained_in_the_same_building() {
    for ground in grounds().await {
        people(&ground).await;
        let desk = ground.caller(Role::CommunityDesk, "A");
        assert_eq!(
            ground.by_grid(&desk, &story()).await,
            pairs(&[("A1", 1), ("A2", 2)])
        );
        // In grid A2 alone, and by somebody who sees no more than that.
        let there = Query {
            area: Some(ground.id("A2").0),
            ..story()
        };
        assert_eq!(ground.answer(&desk, &there).await.total.count, 2);
        let worker = ground.caller(Role::GridWorker, "A2");
        assert_eq!(ground.answer(&worker, &story()).await.total.count, 2);
        let elsewhere = Query {
            area: Some(ground.id("A1").0),
            ..story()
        };
        assert_eq!(ground.answer(&worker, &elsewhere).await.total.count, 0);
        let district = ground.caller(Role::DistrictOperator, "91");
        assert_eq!(ground.answer(&district, &story()).await.total.count, 4);
        // Whoever may not see people may not count them.
        let partner = ground.caller(Role::Partner, "A");
        assert!(ground.datasets.ask(&partner, story()).await.is_err());
        // Somebody in 甲远村 learns first aid: the next answer knows.
        let trained = ground.person("周八", 1985, &[], "甲远村1号楼103").await;
        assert_eq!(ground.answer(&desk, &there).await.total.count, 2);
        ground.world.clock.advance(Micros::MINUTE);
        let label = SetLabel {
            vault: Arc::clone(&ground.vault),
            community: ground.community("A"),
            person: trained,
            label: "talent:first_aid".into(),
            how: youlin_people::facts::How::Desk,
            on: true,
        };
        ground
            .world
            .db()
            .execute(&ground.world.service(), label)
            .await
            .unwrap();
        assert_eq!(ground.answer(&desk, &there).await.total.count, 1);
        let (tables, bytes) = ground.datasets.held();
        assert!(tables > 0 && bytes > 0);
    }
}

#[tokio::test]
async fn last_months_figures_are_the_same_after_a_grid_was_split() {
    for ground in grounds().await {
        people(&ground).await;
        let desk = ground.caller(Role::CommunityDesk, "A");
        let everybody = Query {
            dataset: "persons".into(),
            ..Query::default()
        };
        let dwellings = Query {
            dataset: "dwellings".into(),
            ..Query::default()
        };
        let day = ground.world.service().now().local().date().to_string();
        let before = [
            ground.by_grid(&desk, &everybody).await,
            ground.by_grid(&desk, &story()).await,
            ground.by_grid(&desk, &dwellings).await,
        ];
        assert_eq!(before[0], pairs(&[("A1", 1), ("A2", 5)]));
        assert_eq!(before[2], pairs(&[("A1", 4), ("A2", 12)]));

        ground.world.clock.advance(30 * Micros::DAY);
        ground.split().await;
        let desk = ground.caller(Role::CommunityDesk, "A");
        // From that day people fall into the new grids.
        assert_eq!(
            ground.by_grid(&desk, &everybody).await,
            pairs(&[("A1", 1), ("A3", 1), ("A4", 4)])
        );
        assert_eq!(
            ground.by_grid(&desk, &dwellings).await,
            pairs(&[("A1", 4), ("A3", 4), ("A4", 8)])
        );
        // And life goes on: one moves out, one moves, one comes, one is labelled.
        ground.world.clock.advance(Micros::DAY);
        let answer = ground
            .answer(
                &desk,
                &Query {
                    dataset: "persons".into(),
                    ..Query::default()
                },
            )
            .await;
        assert_eq!(answer.total.count, 6);
        let ids = ground.evidence(&desk, &everybody, &[]).await;
        let [first, second, ..] = ids.as_slice() else {
            panic!("people")
        };
        let out = MoveOut {
            vault: Arc::clone(&ground.vault),
            community: ground.community("A"),
            person: uuid::Uuid::from_u128(first.id),
            dwelling: None,
            on: None,
            whereto: None,
        };
        ground
            .world
            .db()
            .execute(&ground.world.service(), out)
            .await
            .unwrap();
        let moved = person(
            "周二",
            1941,
            &["talent:first_aid"],
            Some(ground.home("甲远村1号楼104")),
        );
        ground
            .save("A", Some(uuid::Uuid::from_u128(second.id)), moved)
            .await;
        ground
            .person("周九", 1930, &["living_alone"], "甲西村1号楼102")
            .await;
        let now = ground.by_grid(&desk, &everybody).await;
        assert_eq!(now, pairs(&[("-", 1), ("A1", 1), ("A4", 5)]));

        // The register now says that 甲东村 belongs to A3, whatever the boundary.
        ground.assign("甲东村", "e", 6.5, 2.0).await;
        let now = ground.by_grid(&desk, &dwellings).await;
        assert_eq!(now, pairs(&[("A1", 4), ("A3", 8), ("A4", 4)]));

        // Asked again as of then, all is as it was.
        let then = |query: &Query| Query {
            as_of: Some(day.clone()),
            ..query.clone()
        };
        assert_eq!(ground.by_grid(&desk, &then(&everybody)).await, before[0]);
        assert_eq!(ground.by_grid(&desk, &then(&story())).await, before[1]);
        assert_eq!(ground.by_grid(&desk, &then(&dwellings)).await, before[2]);
        // Before anybody was entered nobody was known.
        let early = Query {
            as_of: Some("2026-11-01".into()),
            ..everybody.clone()
        };
        assert_eq!(ground.answer(&desk, &early).await.total.count, 0);
        let future = Query {
            as_of: Some("2030-01-01".into()),
            ..everybody
        };
        assert!(ground.datasets.ask(&desk, future).await.is_err());
    }
}

#[tokio::test]
async fn whoever_is_known_by_a_year_alone_is_as_old_as_told_all_through_it() {
    for ground in grounds().await {
        // Said to be 79 in 2026: 80 from the next year on.
        ground.person("周一", 1947, &[], "甲西村1号楼101").await;
        let desk = ground.caller(Role::CommunityDesk, "A");
        let old = Query {
            dataset: "persons".into(),
            filter: crate::ground::test("age", youlin_datasets::cube::Op::Ge, Value::Number(80)),
            ..Query::default()
        };
        assert_eq!(ground.answer(&desk, &old).await.total.count, 0);
        ground.world.clock.advance(60 * Micros::DAY);
        let desk = ground.caller(Role::CommunityDesk, "A");
        assert_eq!(ground.answer(&desk, &old).await.total.count, 1);
    }
}

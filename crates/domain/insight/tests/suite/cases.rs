//! Cases through their life: figures follow, indicators count, and what was known last month stays.

use std::sync::Arc;

use uuid::Uuid;
use youlin_cases::model::{Assignment, Source, Urgency, Verb, VerifyMethod};
use youlin_cases::{Act, NewCase, Reporter, Via, case, prepare};
use youlin_datasets::cube::{Group, Query};
use youlin_insight::figures;
use youlin_kernel::{Micros, Role};
use youlin_people::Party;
use youlin_places::PlaceInput;

use crate::ground::{Ground, grounds};

pub(crate) async fn report(ground: &Ground, home: &str) -> Uuid {
    ground.world.clock.advance(Micros::MINUTE);
    let new = NewCase {
        source: Source::Desk,
        text: "路灯不亮".into(),
        category: "E-0699".into(),
        urgency: Urgency::Normal,
        place: PlaceInput {
            dwelling: Some(ground.home(home)),
            ..PlaceInput::default()
        },
        reporter: None,
        contact: Some(Reporter {
            name: "李建国".into(),
            phone: "13800000001".into(),
            ..Reporter::default()
        }),
        answers: Default::default(),
        external_key: None,
        call: None,
    };
    let report = prepare(&ground.cases, new).unwrap();
    ground
        .world
        .db()
        .execute(&ground.world.service(), report)
        .await
        .unwrap()
        .id
}

async fn act(ground: &Ground, id: Uuid, verb: Verb) {
    ground.world.clock.advance(Micros::HOUR);
    let ctx = ground.world.service();
    let view = case(ground.world.db(), &ground.cases, &ctx, id)
        .await
        .unwrap();
    let act = Act {
        cases: Arc::clone(&ground.cases),
        community: view.row.community,
        case: id,
        version: None,
        verb,
        via: Via::Account,
    };
    ground.world.db().execute(&ctx, act).await.unwrap();
}

/// One is accepted, one declined, the others stay as they came.
pub(crate) async fn settle(ground: &Ground, cases: &[Uuid]) {
    if let [one, two, ..] = cases {
        act(ground, *one, Verb::Accept).await;
        let reason = "不属于本社区".into();
        act(ground, *two, Verb::Decline { reason }).await;
    }
}

fn by_status() -> Query {
    Query {
        dataset: "cases".into(),
        group: vec![Group {
            dim: "status".into(),
            ..Group::default()
        }],
        ..Query::default()
    }
}

async fn statuses(ground: &Ground, query: &Query) -> Vec<(String, u64)> {
    let desk = ground.caller(Role::CommunityDesk, "A");
    let answer = ground.answer(&desk, query).await;
    let mut all = Vec::new();
    for cell in answer.cells {
        assert_eq!(
            ground.evidence(&desk, query, &cell.keys).await.len() as u64,
            cell.figure.count
        );
        all.push((cell.keys[0].clone().unwrap().to_string(), cell.figure.count));
    }
    all
}

#[tokio::test]
async fn figures_follow_the_case_and_the_past_stays() {
    for ground in grounds().await {
        let one = report(&ground, "甲西村1号楼101").await;
        let two = report(&ground, "甲中村1号楼101").await;
        report(&ground, "甲东村1号楼101").await;
        act(&ground, one, Verb::Accept).await;
        act(
            &ground,
            two,
            Verb::Decline {
                reason: "不属于本社区".into(),
            },
        )
        .await;
        let then = statuses(&ground, &by_status()).await;
        assert_eq!(
            then,
            [
                ("accepted".into(), 1),
                ("declined".into(), 1),
                ("reported".into(), 1)
            ]
        );
        let day = ground.world.service().now().local().date().to_string();

        ground.world.clock.advance(5 * Micros::DAY);
        let helper = ground.person("陆师傅", 1980, &[], "甲西村1号楼102").await;
        let lead = Assignment {
            party: Party::person(helper),
            text: "请去看看".into(),
        };
        act(
            &ground,
            one,
            Verb::Dispatch {
                lead,
                supporting: Vec::new(),
            },
        )
        .await;
        act(&ground, one, Verb::Start).await;
        act(
            &ground,
            one,
            Verb::Handled {
                text: "换了灯".into(),
            },
        )
        .await;
        let verified = Verb::Verify {
            method: VerifyMethod::CallBack,
            passed: true,
            responded: Some(true),
            solved: Some(true),
            satisfied: Some(false),
            text: "打过电话，已经亮了".into(),
            thanks: None,
        };
        act(&ground, one, verified).await;
        let now = statuses(&ground, &by_status()).await;
        assert_eq!(
            now,
            [
                ("closed".into(), 1),
                ("declined".into(), 1),
                ("reported".into(), 1)
            ]
        );
        let past = Query {
            as_of: Some(day),
            ..by_status()
        };
        assert_eq!(statuses(&ground, &past).await, then);

        let desk = ground.caller(Role::CommunityDesk, "A");
        let period = youlin_insight::Period {
            from: "2026-11-01".into(),
            to: "2026-11-30".into(),
            ..Default::default()
        };
        let all = figures(&ground.datasets, &desk, &period).await.unwrap();
        let of = |code: &str| {
            let one = all.iter().find(|one| one.code == code).unwrap();
            (one.part, one.of, one.percent.as_deref())
        };
        assert_eq!(of("acceptance"), (1, 3, Some("33.33")));
        assert_eq!(of("closing"), (1, 1, Some("100.00")));
        // Five days for a limit of one.
        assert_eq!(of("on_time"), (0, 1, Some("0.00")));
        assert_eq!(of("satisfaction"), (0, 1, Some("0.00")));
        assert_eq!(of("resolution"), (1, 1, Some("100.00")));
        assert_eq!(of("rework"), (0, 1, Some("0.00")));
    }
}

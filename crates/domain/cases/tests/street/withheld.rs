//! What a sensitive matter is about is not read by who only lends a hand: over REST, in the lists, on the pages, by its files.

use axum::http::StatusCode;
use serde_json::json;
use uuid::Uuid;
use youlin_cases::model::{Assignment, Verb};
use youlin_cases::{CaseView, ImportCategories, case, link_token, tasks_of};
use youlin_kernel::{Ctx, Grant, Role};
use youlin_people::Party;

use crate::ground::Ground;

const STORY: &str = "两家为漏水吵了三天，一方有病史";
const LEAD: u128 = 7;
const HELPER: u128 = 8;

/// A quarrel that 7 looks after and 8 helps with, and the same of a lamp.
async fn town(ground: &Ground) -> (Uuid, Uuid) {
    let import = ImportCategories {
        text: json!({"categories": [{
            "code": "E-0601", "class": "event", "group": "邻里", "name": "邻里纠纷", "name_en": "Quarrels", "keywords": [],
            "sensitive": true,
            "limit": {"amount": 24, "unit": "hours"}, "accept_limit": {"amount": 1, "unit": "hours"},
        }]})
        .to_string(),
        dry_run: false,
    };
    let ctx = ground.world.service();
    ground.world.db().execute(&ctx, import).await.unwrap();
    ground.cases.reload().await.unwrap();
    let (quarrel, _) = ground.filed("A", "E-0601", STORY).await;
    let (lamp, _) = ground.filed("A", "P-1", "路灯不亮").await;
    for id in [quarrel, lamp] {
        let part = |n: u128, text: &str| Assignment {
            party: Party::person(Uuid::from_u128(n)),
            text: text.into(),
        };
        ground.act(id, Verb::Accept).await;
        let dispatch = Verb::Dispatch {
            lead: part(LEAD, "先去病人家里"),
            supporting: vec![part(HELPER, "")],
        };
        ground.act(id, dispatch).await;
    }
    (quarrel, lamp)
}

fn volunteer(ground: &Ground, person: u128) -> Ctx {
    let grant = Grant {
        role: Role::Volunteer,
        area: ground.area("A"),
        organisation: None,
    };
    let person = Uuid::from_u128(person);
    ground.world.caller_with(vec![grant], Some(person))
}

async fn seen(ground: &Ground, who: &Ctx, id: Uuid) -> CaseView {
    case(ground.world.db(), &ground.cases, who, id)
        .await
        .unwrap()
}

#[tokio::test]
async fn who_only_lends_a_hand_does_not_read_what_a_sensitive_matter_is_about() {
    for base in youlin_testkit::databases().await {
        let ground = Ground::new(base).await;
        let (quarrel, lamp) = town(&ground).await;
        let helper = volunteer(&ground, HELPER);

        let view = seen(&ground, &helper, quarrel).await;
        assert!(view.row.withheld);
        assert_eq!(view.row.title(), "邻里纠纷");
        let body = serde_json::to_string(&view).unwrap();
        for word in ["漏水", "病", "先去"] {
            assert!(!body.contains(word), "{word}: {body}");
        }
        assert_eq!(view.tracking_code, "");
        assert_eq!(view.tasks.len(), 1);
        assert!(view.tasks[0].mine);
        let kinds: Vec<&str> = view.events.iter().map(|one| one.kind.as_str()).collect();
        assert_eq!(kinds, ["task_given"]);

        let db = ground.world.db();
        let tasks = tasks_of(db, &ground.cases, &helper, None).await.unwrap();
        let of = |id: Uuid| tasks.iter().find(|task| task.case.id == id).unwrap();
        assert_eq!(of(quarrel).case.text, "");
        assert_eq!(of(quarrel).case.title(), "邻里纠纷");
        assert_eq!(
            of(lamp).case.text,
            "路灯不亮",
            "what is not sensitive stays"
        );
        assert!(!seen(&ground, &helper, lamp).await.row.withheld);
    }
}

#[tokio::test]
async fn the_lead_and_the_desk_read_all_of_it() {
    for base in youlin_testkit::databases().await {
        let ground = Ground::new(base).await;
        let (quarrel, _) = town(&ground).await;
        let desk = ground.world.caller(Role::CommunityDesk, ground.area("A"));
        for who in [volunteer(&ground, LEAD), desk] {
            let view = seen(&ground, &who, quarrel).await;
            assert!(!view.row.withheld);
            assert_eq!((view.full_text.as_str(), view.tasks.len()), (STORY, 2));
            assert_ne!(view.tracking_code, "");
            assert!(view.events.len() > 2);
        }
        // What a lead read before it was given to somebody else they have read.
        let reassign = Verb::Reassign {
            lead: Assignment {
                party: Party::person(Uuid::from_u128(9)),
                text: String::new(),
            },
            reason: "他病了".into(),
        };
        ground.act(quarrel, reassign).await;
        let former = volunteer(&ground, LEAD);
        assert!(!seen(&ground, &former, quarrel).await.row.withheld);
    }
}

#[tokio::test]
async fn the_helpers_link_says_no_more() {
    for base in youlin_testkit::databases().await {
        let ground = Ground::new(base).await;
        let (quarrel, _) = town(&ground).await;
        let service = ground.world.service();
        let view = seen(&ground, &service, quarrel).await;
        let mut pages = Vec::new();
        for party in [HELPER, LEAD] {
            let party = Party::person(Uuid::from_u128(party));
            let task = view.tasks.iter().find(|task| task.party == party).unwrap();
            let community = view.row.community;
            let token = link_token(
                ground.world.db(),
                &ground.cases,
                &service,
                community,
                task.id,
            )
            .await
            .unwrap();
            let page = ground.get(&format!("/t/{token}")).await;
            assert_eq!(page.status, StatusCode::OK);
            pages.push(page.text);
        }
        assert!(!pages[0].contains("漏水") && pages[0].contains("当面告诉"));
        assert!(pages[1].contains("漏水") && !pages[1].contains("当面告诉"));
    }
}

//! A lawyer is asked, answers, is asked again, and the asker ends it.

use std::sync::Arc;

use uuid::Uuid;
use youlin_kernel::{Micros, ProblemKind};
use youlin_people::Party;
use youlin_sharing::model::{Helped, OfferState, SupportField, SupportState, SupportVerb};
use youlin_sharing::{AskSupport, StepSupport, SupportFilter, support, supports};

use crate::ground::{Ground, grounds};

impl Ground {
    async fn ask(&self, key: &str, case: Option<Uuid>) -> Uuid {
        let command = AskSupport {
            sharing: Arc::clone(&self.sharing),
            field: SupportField::Law,
            urgent: false,
            area: Some(self.area("A")),
            case,
            dwelling: None,
            question: "周福生家能不能在公共通道上装扶手？".into(),
        };
        self.run(key, command).await.unwrap()
    }

    async fn go(&self, key: &str, request: Uuid, verb: SupportVerb) -> youlin_kernel::Result<()> {
        let command = StepSupport {
            sharing: Arc::clone(&self.sharing),
            community: self.community(),
            request,
            version: None,
            verb,
        };
        self.run(key, command).await
    }
}

#[tokio::test]
async fn only_the_asker_ends_it() {
    for g in grounds().await {
        let case = g.case(None).await;
        let id = g.ask("desk", Some(case)).await;
        let firm = Party::organisation(g.law_firm);
        // Not asked, the lawyer knows nothing of it.
        let unseen = support(&g.sharing, &g.as_("lawyer"), id).await.unwrap_err();
        assert_eq!(unseen.kind(), ProblemKind::NotFound);
        g.go(
            "desk",
            id,
            SupportVerb::Offer {
                parties: vec![firm],
            },
        )
        .await
        .unwrap();
        let seen = support(&g.sharing, &g.as_("lawyer"), id).await.unwrap();
        assert!(seen.question.contains("周福生") && seen.row.mine);
        assert_eq!(seen.possible, ["accept", "decline"]);
        let early = g
            .go(
                "lawyer",
                id,
                SupportVerb::Answer {
                    text: "可以".into(),
                },
            )
            .await
            .unwrap_err();
        assert_eq!(early.kind(), ProblemKind::Conflict);
        g.go("lawyer", id, SupportVerb::Accept).await.unwrap();
        g.go(
            "lawyer",
            id,
            SupportVerb::Answer {
                text: "要过半数业主同意".into(),
            },
        )
        .await
        .unwrap();
        // The auditor sees that there is one, and not what it says.
        let audited = support(&g.sharing, &g.as_("auditor"), id).await.unwrap();
        assert!(!audited.readable && audited.question.is_empty());
        assert!(audited.entries.iter().all(|entry| entry.text.is_empty()));
        let confirm = || SupportVerb::Confirm {
            helped: Helped::Yes,
            done: "已经装好".into(),
        };
        for key in ["lawyer", "lead"] {
            let refused = g.go(key, id, confirm()).await.unwrap_err();
            assert_eq!(refused.code(), "sharing-asker-only", "{key}");
        }
        g.go(
            "desk",
            id,
            SupportVerb::AskAgain {
                reason: "一楼住户不同意怎么办？".into(),
            },
        )
        .await
        .unwrap();
        g.go(
            "lawyer",
            id,
            SupportVerb::Answer {
                text: "先协商".into(),
            },
        )
        .await
        .unwrap();
        let by = g.desk.now().plus(5 * Micros::DAY);
        g.go(
            "desk",
            id,
            SupportVerb::Follow {
                what: "请物业协商".into(),
                by,
            },
        )
        .await
        .unwrap();
        g.go("desk", id, confirm()).await.unwrap();
        let ended = support(&g.sharing, &g.as_("desk"), id).await.unwrap();
        assert_eq!(
            (ended.row.state, ended.row.helped),
            (SupportState::Closed, Some(Helped::Yes))
        );
        assert_eq!(ended.entries.len(), 8);
        let of_case = SupportFilter {
            case: Some(case),
            ..SupportFilter::default()
        };
        assert_eq!(
            supports(&g.sharing, &g.as_("desk"), &of_case)
                .await
                .unwrap()
                .len(),
            1
        );
        let after = g
            .go("desk", id, SupportVerb::Cancel { reason: "x".into() })
            .await
            .unwrap_err();
        assert_eq!(after.kind(), ProblemKind::Conflict);
        // Nothing that was said stands in the clear.
        let stored = g.world.base.kind == "sqlite";
        if stored {
            let path = g.world.base.url.trim_start_matches("sqlite:").to_owned();
            for file in [path.clone(), format!("{path}-wal")] {
                let bytes = std::fs::read(&file).unwrap_or_default();
                let said = "要过半数业主同意".as_bytes();
                assert!(
                    !bytes.windows(said.len()).any(|part| part == said),
                    "{file}"
                );
            }
        }
    }
}

#[tokio::test]
async fn a_declined_request_goes_back_and_is_due_by_working_time() {
    for g in grounds().await {
        let id = g.ask("desk", None).await;
        let row = support(&g.sharing, &g.as_("desk"), id).await.unwrap().row;
        // Asked on Wednesday morning, three working days: Monday at the close of business.
        assert_eq!(row.due_at.local().date().to_string(), "2026-11-16");
        let firm = Party::organisation(g.law_firm);
        g.go(
            "desk",
            id,
            SupportVerb::Offer {
                parties: vec![firm],
            },
        )
        .await
        .unwrap();
        let twice = g
            .go(
                "desk",
                id,
                SupportVerb::Offer {
                    parties: vec![firm],
                },
            )
            .await
            .unwrap_err();
        assert_eq!(twice.code(), "sharing-asked-already");
        let stranger = Party::person(Uuid::from_u128(7));
        let wrong = g
            .go(
                "desk",
                id,
                SupportVerb::Offer {
                    parties: vec![stranger],
                },
            )
            .await
            .unwrap_err();
        assert_eq!(wrong.fields()[0].code, "sharing-may-not-be-asked");
        g.go(
            "lawyer",
            id,
            SupportVerb::Decline {
                reason: "这周出差".into(),
            },
        )
        .await
        .unwrap();
        let view = support(&g.sharing, &g.as_("desk"), id).await.unwrap();
        assert_eq!(view.row.state, SupportState::Asked);
        assert_eq!(view.offers[0].2, OfferState::Declined);
        assert!(view.entries.iter().any(|entry| entry.text == "这周出差"));
        // Whoever declined reads no more of it.
        let mine = SupportFilter {
            mine: true,
            ..SupportFilter::default()
        };
        let seen = supports(&g.sharing, &g.as_("lawyer"), &mine).await.unwrap();
        assert!(seen.iter().all(|row| row.beginning.is_empty()));
    }
}

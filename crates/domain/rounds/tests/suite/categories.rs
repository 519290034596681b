//! Foam panels and overloaded circuits have categories of their own by the newer checklist; what was found by the older one
//! stays what it was, and is known again.

use std::sync::Arc;

use youlin_cases::SaveCategory;
use youlin_kernel::Role;
use youlin_rounds::checklists::known;
use youlin_rounds::{HandedIn, NewInspection};
use youlin_testkit::databases;

use crate::market::Market;

/// The same by the newer checklist.
async fn newer(market: &Market) -> NewInspection {
    let mut new = market.inspection().await;
    new.round.checklist = Some("market-fire@2".into());
    new.round.findings[1].category = "E-0508".into();
    new.round.findings[2].category = "E-0509".into();
    new
}

async fn categories(market: &Market, done: &HandedIn) -> Vec<String> {
    let mut all = Vec::new();
    for one in &done.findings {
        all.push(market.view(one.id).await.category);
    }
    all
}

#[tokio::test]
async fn panels_and_circuits_are_filed_under_their_own_categories() {
    for base in databases().await {
        let market = Market::new(base).await;
        let worker = market.ground.caller(Role::GridWorker, "A1");
        let done = market.hand_in(&worker, newer(&market).await).await.unwrap();
        let filed = categories(&market, &done).await;
        assert_eq!(filed, ["E-0504", "E-0508", "E-0509"]);
    }
}

#[tokio::test]
async fn what_the_older_checklist_found_stays_and_is_known_again() {
    for base in databases().await {
        let market = Market::new(base).await;
        let worker = market.ground.caller(Role::GridWorker, "A1");
        let first = market.inspection().await;
        let first = market.hand_in(&worker, first).await.unwrap();
        let rounds = &market.ground.rounds;
        for (name, exact) in [
            ("market-fire@1", true),
            ("market-fire@2", true),
            ("market-fire@9", false),
        ] {
            let read = known(rounds, market.ground.world.db(), name)
                .await
                .unwrap()
                .unwrap();
            assert_eq!(read.exact, exact, "{name}");
        }
        let again = market.hand_in(&worker, newer(&market).await).await.unwrap();
        let seen: Vec<_> = again.findings.iter().map(|one| one.seen_of).collect();
        let listed: Vec<_> = first.findings.iter().map(|one| Some(one.id)).collect();
        assert_eq!(seen, listed);
        let filed = categories(&market, &first).await;
        assert_eq!(filed, ["E-0504", "E-0699", "E-0699"]);
    }
}

#[tokio::test]
async fn a_catalogue_without_them_files_them_as_others() {
    for base in databases().await {
        let market = Market::new(base).await;
        let ground = &market.ground;
        let (worker, service) = (
            ground.caller(Role::GridWorker, "A1"),
            ground.world.service(),
        );
        for code in ["E-0508", "E-0509"] {
            let held = Arc::clone(ground.cases.catalogue().get(code).unwrap());
            let retire = SaveCategory {
                seen: Some(held.revision),
                category: (*held).clone(),
                active: false,
            };
            ground.world.db().execute(&service, retire).await.unwrap();
        }
        ground.cases.reload().await.unwrap();
        let done = market.hand_in(&worker, newer(&market).await).await.unwrap();
        let filed = categories(&market, &done).await;
        assert_eq!(filed, ["E-0504", "E-0699", "E-0699"]);
        // What no checklist names is a mistake, and is said.
        let mut strange = newer(&market).await;
        strange.round.findings[0].category = "E-9999".into();
        let refused = market.hand_in(&worker, strange).await.unwrap_err();
        assert_eq!(refused.fields()[0].field, "findings.0.category");
    }
}

//! Many at once, each once.

use axum::http::StatusCode;
use futures::future::join_all;
use youlin_database::audit::verify;
use youlin_kernel::CommunityId;
use youlin_testkit::databases;

use crate::ground::Ground;
use crate::phone::Patrol;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_same_submission_sent_many_times_at_once_is_one_round() {
    for base in databases().await {
        let kind = base.kind;
        let ground = Ground::new(base).await;
        let (phone, other) = (ground.phone(0).await, ground.phone(1).await);
        // Twelve patrols, each sent six times, by two phones, all at once.
        let sent = (0..72u128).map(|n| {
            let patrol = Patrol::new(&ground, n % 12);
            let phone = if n % 12 < 6 { &phone } else { &other };
            let ground = &ground;
            async move { phone.submit(ground, &[patrol.form()]).await }
        });
        let said = join_all(sent).await;
        let taken = said
            .iter()
            .filter(|one| one.status == StatusCode::CREATED)
            .count();
        // PostgreSQL may tell one of two that meet to come again; nobody is told anything else.
        for one in &said {
            let fine =
                one.status == StatusCode::CREATED || one.status == StatusCode::SERVICE_UNAVAILABLE;
            assert!(fine, "{kind}: {} {}", one.status, one.text);
        }
        assert!(taken >= 12, "{kind}: {taken}");
        assert_eq!(ground.all_rounds().await.len(), 12, "{kind}");
        assert_eq!(ground.count("case_record").await, 24, "{kind}");
        assert_eq!(ground.count("openrosa_submission").await, 12, "{kind}");
        // What was written together is proved together.
        let modules = [
            youlin_openrosa::module(),
            youlin_rounds::module(),
            youlin_cases::module(),
        ];
        let tables: Vec<_> = modules.into_iter().flat_map(|one| one.audited).collect();
        let chains = [ground.community(), CommunityId::SYSTEM];
        let proof = verify(ground.world.db().read(), &tables, &chains, None).await;
        let faults = proof.unwrap().faults;
        assert!(faults.is_empty(), "{kind}: {faults:?}");
    }
}

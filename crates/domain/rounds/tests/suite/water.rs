//! Water: points, readings with their limits, a case when somebody says so, photographs of the same spot.

use std::sync::Arc;

use axum::http::StatusCode;
use youlin_cases::model::{Status, Verb};
use youlin_database::audit::verify;
use youlin_files::{ContentType, StoredFile};
use youlin_kernel::{CommunityId, Micros, Role};
use youlin_rounds::permissions::ROUNDS_READ;
use youlin_rounds::water::{
    AttachSpotPhoto, FileReading, Measured, NewReading, SavePoint, SpotKind, TakeReading, Values,
    photos_of, point_view, points_of, readings_of, readings_of_round, spot_photo,
};
use youlin_rounds::{AttachPhoto, ReturnVisit, module};
use youlin_testkit::databases;

use crate::ground::Ground;
use crate::site::{Site, jpeg, value};

fn point(ground: &Ground) -> SavePoint {
    SavePoint {
        community: ground.community(),
        reach: ground.reach.id,
        length_m: ground.reach.length_m,
        outlet: None,
        name: "东桥下".into(),
        chainage_m: 350.0,
        bank: None,
        class: "IV".into(),
    }
}

fn values(ammonia: f64) -> Values {
    [
        ("ammonia".to_owned(), Measured::Number(ammonia)),
        ("ph".to_owned(), Measured::Number(7.4)),
        ("colour".to_owned(), Measured::Choice("normal".into())),
    ]
    .into()
}

pub(crate) fn picture(sha: &str) -> StoredFile {
    StoredFile {
        sha256: sha.repeat(64),
        bytes: 1_000,
        content_type: ContentType::Jpeg,
        thumbnail_sha256: None,
        name: Some("河.jpg".into()),
        position: None,
        taken_at: None,
        width: Some(4),
        height: Some(3),
    }
}

#[tokio::test]
async fn a_point_is_read_again_and_again_and_what_is_beyond_may_become_a_case() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let db = ground.world.db();
        let desk = ground.caller(Role::CommunityDesk, "A");
        let volunteer = ground.of(ground.team);
        let refused = db.execute(&volunteer, point(&ground)).await.unwrap_err();
        assert_eq!(refused.code(), "forbidden");
        let far = SavePoint {
            chainage_m: 5_000.0,
            ..point(&ground)
        };
        let refused = db.execute(&desk, far).await.unwrap_err();
        assert_eq!(refused.fields()[0].code, "water-chainage");
        let id = db.execute(&desk, point(&ground)).await.unwrap();
        let twin = db.execute(&desk, point(&ground)).await.unwrap_err();
        assert_eq!(twin.fields()[0].code, "water-name-taken");

        let round = ground
            .hand_in(&volunteer, ground.patrol(None))
            .await
            .unwrap()
            .id;
        let reading = |ammonia: f64, days: i64| TakeReading {
            community: ground.community(),
            new: NewReading {
                id: desk.new_id(),
                point: id,
                round: Some(round),
                at: desk.now().plus(-days * Micros::DAY),
                values: values(ammonia),
                note: String::new(),
            },
        };
        let good = reading(1.4, 30);
        let first = db.execute(&volunteer, good.clone()).await.unwrap();
        assert_eq!(db.execute(&volunteer, good.clone()).await.unwrap(), first);
        let mut other = good;
        other.new.values = values(9.0);
        let refused = db.execute(&volunteer, other).await.unwrap_err();
        assert_eq!(refused.code(), "water-other-content");
        let bad = db.execute(&volunteer, reading(2.4, 0)).await.unwrap();
        let mut slips = reading(-3.0, -2);
        slips
            .new
            .values
            .insert("flow".into(), Measured::Choice("drip".into()));
        let refused = db.execute(&volunteer, slips).await.unwrap_err();
        let mut codes: Vec<&str> = refused.fields().iter().map(|one| one.code).collect();
        codes.sort_unstable();
        assert_eq!(codes, ["water-range", "water-unknown", "water-when"]);

        let scope = volunteer.scope(&ROUNDS_READ).unwrap();
        let all = readings_of(db, &scope, &[id]).await.unwrap();
        assert_eq!(all.len(), 2);
        assert_eq!(all[0].beyond[0].most, Some(1.5));
        assert!(all[1].beyond.is_empty());
        assert_eq!(readings_of_round(db, &scope, round).await.unwrap().len(), 2);
        let elsewhere = ground.caller(Role::GridWorker, "B");
        let there = elsewhere.scope(&ROUNDS_READ).unwrap();
        assert!(point_view(db, &there, id).await.is_err());
        assert!(
            points_of(db, &there, ground.reach.id)
                .await
                .unwrap()
                .is_empty()
        );

        let file = || {
            FileReading::prepare(
                &ground.rounds,
                ground.community(),
                bad,
                "氨氮 2.40 mg/L，高于 1.5 mg/L".into(),
                "中心河 东段 K0+350".into(),
            )
            .unwrap()
        };
        let case = db.execute(&volunteer, file()).await.unwrap();
        assert_eq!(db.execute(&volunteer, file()).await.unwrap(), case, "once");
        assert_eq!(ground.status(case).await, Status::Reported);
        let again = readings_of(db, &scope, &[id]).await.unwrap();
        assert_eq!(again[0].case.as_ref().unwrap().id, case);

        // The same spot, first and latest.
        for (of, sha) in [(first, "a"), (bad, "b")] {
            let attach = AttachSpotPhoto {
                community: ground.community(),
                kind: SpotKind::Reading,
                of,
                file: picture(sha),
            };
            let one = db.execute(&volunteer, attach.clone()).await.unwrap();
            assert_eq!(db.execute(&volunteer, attach).await.unwrap(), one);
        }
        let photos = photos_of(db, ground.community(), &[id]).await.unwrap();
        let of: Vec<_> = photos.iter().map(|photo| photo.of).collect();
        assert_eq!(of, [first, bad]);
        assert!(spot_photo(db, &there, photos[0].id).await.is_err());
        let chains = [CommunityId::SYSTEM, ground.community()];
        let proof = verify(db.read(), &module().audited, &chains, None)
            .await
            .unwrap();
        assert!(proof.faults.is_empty(), "{proof:?}");
    }
}

#[tokio::test]
async fn a_return_visit_has_its_photographs() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let db = ground.world.db();
        let policy = ground.weekly().await;
        let volunteer = ground.of(ground.team);
        let cleaner = ground.of(ground.cleaner);
        let sent = ground.patrol(Some(policy));
        let filed = ground.hand_in(&volunteer, sent).await.unwrap();
        let (finding, case) = (filed.findings[0].id, filed.findings[0].case.unwrap());
        ground.act(&cleaner, case, Verb::Start).await.unwrap();
        let handled = Verb::Handled {
            text: "已打捞".into(),
        };
        ground.act(&cleaner, case, handled).await.unwrap();
        let visit = ReturnVisit {
            rounds: Arc::clone(&ground.rounds),
            community: ground.community(),
            finding,
            passed: true,
            text: "干净了".into(),
            measured: None,
            photographs: vec![picture("a"), picture("b")],
        };
        // What was photographed when it was found shows nothing of now.
        let found = AttachPhoto {
            community: ground.community(),
            round: filed.id,
            finding: Some(finding),
            stage: "",
            file: picture("f"),
        };
        db.execute(&volunteer, found).await.unwrap();
        let same = ReturnVisit {
            measured: None,
            photographs: vec![picture("a"), picture("f")],
            ..visit.clone()
        };
        let refused = db.execute(&volunteer, same).await.unwrap_err();
        let field = &refused.fields()[0];
        assert_eq!(
            (field.field.as_str(), field.code),
            ("photo", "return-photo-same")
        );
        let visit = db.execute(&volunteer, visit).await.unwrap();
        let attach = AttachSpotPhoto {
            community: ground.community(),
            kind: SpotKind::Return,
            of: visit,
            file: picture("c"),
        };
        db.execute(&volunteer, attach).await.unwrap();
        let photos = photos_of(db, ground.community(), &[finding]).await.unwrap();
        assert_eq!((photos.len(), photos[0].of), (3, visit));
    }
}

#[tokio::test]
async fn a_slip_in_a_reading_loses_no_photograph() {
    for base in databases().await {
        let site = Site::new(base).await;
        let (ground, desk) = (&site.ground, site.ground.caller(Role::CommunityDesk, "A"));
        let point = ground.world.db().execute(&desk, point(ground)).await;
        let point = point.unwrap();
        let uri = format!("/rounds/water/{point}");
        let (id, now) = (desk.new_id().to_string(), desk.now().local());
        let now = now.strftime("%Y-%m-%dT%H:%M").to_string();
        let (id, now) = (id.as_bytes(), now.as_bytes());
        let photo = jpeg();
        let slip: [(&str, Option<&str>, &[u8]); 4] = [
            ("id", None, id),
            ("at", None, now),
            ("v_ph", None, b"74"),
            ("photo", Some("river.jpg"), &photo),
        ];
        let answer = site.upload("green", &uri, &slip).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        let page = answer.text();
        let kept = value(&page, "kept").as_bytes();
        let good: [(&str, Option<&str>, &[u8]); 4] = [
            ("id", None, id),
            ("at", None, now),
            ("v_ph", None, b"7.4"),
            ("kept", None, kept),
        ];
        let answer = site.upload("green", &uri, &good).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
        let page = site.get("green", &answer.location).await.text();
        let draft = format!("data-draft=\"reading:{point}\"");
        assert!(page.contains(&draft), "{page}");
        let gone = format!("data-draft-clear=\"reading:{point}\"");
        assert!(page.contains(&gone), "{page}");
        let at = page.find("/rounds/spots/").expect("the photograph");
        let href: String = page[at..].chars().take_while(|one| *one != '"').collect();
        let shown = site.get("green", &href).await;
        assert_eq!(shown.status, StatusCode::OK);
        assert_eq!(shown.bytes[..2], [0xFF, 0xD8], "a JPEG");
    }
}

#[tokio::test]
async fn a_new_point_is_not_offered_again() {
    for base in databases().await {
        let site = Site::new(base).await;
        let reach = site.ground.reach.id;
        let uri = format!("/rounds/reaches/{reach}/water");
        let list = site.get("desk", &uri).await.text();
        let draft = format!("data-draft=\"water:{reach}\"");
        assert!(list.contains(&draft), "{list}");
        let fields = [
            ("name", "老石桥下"),
            ("chainage", "100"),
            ("bank", ""),
            ("class", "IV"),
        ];
        let answer = site.post("desk", &uri, &fields).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
        let page = site.get("desk", &answer.location).await.text();
        let gone = format!("data-draft-clear=\"water:{reach}\"");
        assert!(page.contains(&gone), "{page}");
    }
}

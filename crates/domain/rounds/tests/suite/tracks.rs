//! Tracks: taken in only where the policy asks, seen first by whoever walked, judged by the reach, deleted when their time
//! is over.

use youlin_database::audit::verify;
use youlin_kernel::{CommunityId, Ctx, Micros, Role};
use youlin_people::privacy::KeptElsewhere;
use youlin_rounds::model::{Channel, Due, Policy};
use youlin_rounds::permissions::ROUNDS_READ;
use youlin_rounds::tracks::{
    EndLive, EndTracks, Intake, LivePoint, MOST_FIXES, NewTrack, ReleaseTrack, RemoveTrack,
    StartLive, TrackAccess, TrackFix, TrackFlag, TrackSource, TrackTaken, TrackView, TracksKept,
    WireFix, coverage_over, engine_reach, live_fixes, live_of, own_fixes, prepare_shift,
    prepare_track, read_gpx, track_of, write_gpx,
};
use youlin_rounds::{DueLine, SavePolicy, module, policy_view, standing_of_policy};
use youlin_testkit::databases;
use youlin_testkit::web::catalogues;

use crate::ground::{Ground, weekly};

pub(crate) fn tracked(ground: &Ground) -> SavePolicy {
    let policy = Policy {
        track: true,
        basis: "《河湖长巡查办法》第九条".into(),
        ..weekly(ground.team)
    };
    SavePolicy {
        community: ground.community(),
        known: None,
        title: "“绿如蓝”周六巡河".into(),
        policy,
        subjects: Vec::new(),
        fixer: Some(ground.cleaner),
        checklist: None,
    }
}

/// A walk along one bank, from and to shares of the reach, in so many seconds of the last 50 minutes.
pub(crate) fn walk(ground: &Ground, (from, to): (f64, f64), left_m: f64) -> Vec<TrackFix> {
    let reach = engine_reach(&ground.reach).unwrap();
    let length = reach.length_m();
    let began = ground.world.service().now().plus(-50 * Micros::MINUTE).0 / 1_000;
    let steps = ((to - from).abs() * length / 5.0) as i64;
    (0..=steps)
        .map(|step| {
            let share = from + (to - from) * step as f64 / steps as f64;
            let (lon, lat) = reach.position(share * length, left_m);
            TrackFix {
                at_ms: began + step * 10_000,
                lon,
                lat,
                accuracy_m: Some(6.0),
                speed_mps: Some(0.5),
                mock: false,
            }
        })
        .collect()
}

fn wire(fixes: &[TrackFix]) -> NewTrack {
    let one = |fix: &TrackFix| -> WireFix {
        (
            fix.at_ms as f64,
            fix.lon,
            fix.lat,
            fix.accuracy_m,
            fix.speed_mps,
        )
    };
    NewTrack {
        fixes: fixes.iter().map(one).collect(),
        mock: false,
    }
}

async fn seen(ground: &Ground, ctx: &Ctx, round: uuid::Uuid) -> TrackAccess {
    let db = ground.world.db();
    track_of(&ground.rounds, db, ctx, round).await.unwrap().0
}

async fn view(ground: &Ground, ctx: &Ctx, round: uuid::Uuid) -> Box<TrackView> {
    match seen(ground, ctx, round).await {
        TrackAccess::Seen(view) => view,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_track_comes_with_its_round_and_is_seen_by_the_walker_first() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let db = ground.world.db();
        let desk = ground.caller(Role::CommunityDesk, "A");
        let policy = db.execute(&desk, tracked(&ground)).await.unwrap();
        let volunteer = ground.of(ground.team);
        let mut sent = ground.patrol(Some(policy));
        sent.track = Some(wire(&walk(&ground, (0.0, 0.7), 12.0)));
        let filed = ground.hand_in(&volunteer, sent.clone()).await.unwrap();
        assert_eq!(filed.track, Some(TrackTaken::Kept));
        // Sent again after a lost answer: once.
        let again = ground.hand_in(&volunteer, sent).await.unwrap();
        assert!(again.again);

        let own = view(&ground, &volunteer, filed.id).await;
        let coverage = &own.summary.coverage;
        assert!((coverage.left.percent - 70.0).abs() < 2.0, "{coverage:?}");
        assert!(coverage.right.percent < 1.0);
        assert_eq!(own.summary.flags(), []);
        // Whoever plans waits for the walker's word; others never see it.
        assert!(matches!(
            seen(&ground, &desk, filed.id).await,
            TrackAccess::First(_)
        ));
        let worker = ground.caller(Role::GridWorker, "A1");
        assert!(matches!(
            seen(&ground, &worker, filed.id).await,
            TrackAccess::NotYours
        ));
        let copied = own_fixes(&ground.rounds, db, &volunteer, filed.id).await;
        assert_eq!(copied.unwrap().len(), own.summary.points);
        let refused = own_fixes(&ground.rounds, db, &desk, filed.id).await;
        assert_eq!(refused.unwrap_err().code(), "forbidden");

        let release = ReleaseTrack {
            rounds: std::sync::Arc::clone(&ground.rounds),
            community: ground.community(),
            round: filed.id,
            text: "桥下修路，绕过去了".into(),
        };
        let refused = db.execute(&desk, release.clone()).await.unwrap_err();
        assert_eq!(refused.code(), "forbidden");
        db.execute(&volunteer, release).await.unwrap();
        let planners = view(&ground, &desk, filed.id).await;
        assert_eq!(planners.words, "桥下修路，绕过去了");
        let remove = RemoveTrack {
            community: ground.community(),
            round: filed.id,
        };
        let refused = db.execute(&volunteer, remove).await.unwrap_err();
        assert_eq!(refused.fields()[0].code, "track-passed-on");

        // The reach over the month, for the organisation.
        let scope = desk.scope(&ROUNDS_READ).unwrap();
        let now = desk.now();
        let span = (now.plus(-30 * Micros::DAY), now, now);
        let (reaches, waiting) = coverage_over(&ground.rounds, db, &scope, Some(policy), span)
            .await
            .unwrap();
        let reach = &reaches[&(ground.community(), ground.reach.id)];
        assert_eq!((reach.tracks, waiting), (1, 0));
        assert!((reach.percent(&reach.left) - 70.0).abs() < 2.0);

        // The page of keeping sees it coming, names its reach and nothing of where it went.
        let kept = TracksKept {
            db: db.clone(),
            i18n: catalogues(),
        };
        let ends = now.plus(91 * Micros::DAY);
        assert!(kept.counts(&scope, now).await.unwrap().is_empty());
        let counts = kept.counts(&scope, ends).await.unwrap();
        assert_eq!(counts, [(ground.community(), 1)]);
        let lines = kept.lines(&desk, &scope, ends, 10).await.unwrap();
        assert_eq!(lines.len(), 1);
        assert!(lines[0].text.contains("中心河"), "{}", lines[0].text);
        assert_eq!(lines[0].href, Some(format!("/rounds/{}", filed.id)));

        // Its time over, the positions go and the figures stay.
        ground.world.clock.advance(91 * Micros::DAY);
        let service = ground.world.service();
        let end = EndTracks {
            community: ground.community(),
        };
        assert_eq!(db.execute(&service, end).await.unwrap(), 1);
        assert_eq!(db.execute(&service, end).await.unwrap(), 0);
        assert!(kept.counts(&scope, ends).await.unwrap().is_empty());
        let volunteer = ground.of(ground.team);
        let gone = own_fixes(&ground.rounds, db, &volunteer, filed.id).await;
        assert!(gone.is_err());
        let chains = [CommunityId::SYSTEM, ground.community()];
        let proof = verify(db.read(), &module().audited, &chains, None)
            .await
            .unwrap();
        assert!(proof.faults.is_empty(), "{proof:?}");
    }
}

#[tokio::test]
async fn a_walk_that_was_not_far_enough_is_told_apart_from_done() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let db = ground.world.db();
        let desk = ground.caller(Role::CommunityDesk, "A");
        let mut save = tracked(&ground);
        save.policy.minimum.coverage = Some(80);
        let policy = db.execute(&desk, save).await.unwrap();
        let volunteer = ground.of(ground.team);
        let scope = desk.scope(&ROUNDS_READ).unwrap();
        let stands = async || {
            let view = policy_view(db, &scope, policy).await.unwrap();
            let today = ground.world.service().now().date();
            let desk = ground.caller(Role::CommunityDesk, "A");
            let over = (today.saturating_sub(jiff::Span::new().days(6)), today);
            let lines = standing_of_policy(&ground.rounds, db, &desk, &scope, view, over);
            let lines = lines.await.unwrap();
            let of = |line: DueLine| (line.due, line.short);
            lines.into_iter().map(of).collect::<Vec<_>>()
        };
        // Without a track yet nothing shows how far it was; with half of the reach it is known.
        let mut sent = ground.patrol(Some(policy));
        sent.id = ground.world.service().new_id();
        let bare = ground.hand_in(&volunteer, sent).await.unwrap();
        let mut half = ground.patrol(Some(policy));
        half.track = Some(wire(&walk(&ground, (0.0, 0.5), 12.0)));
        let half = ground.hand_in(&volunteer, half).await.unwrap();
        assert_eq!(half.track, Some(TrackTaken::Kept));
        assert_eq!(stands().await.last(), Some(&(Due::Open { left: 1 }, 2)));
        // A file is handed in afterwards: all of it, so it counts; taken away again, it does not.
        let intake = Intake::new(TrackSource::Gpx, walk(&ground, (0.0, 1.0), 12.0));
        let attach = prepare_track(&ground.rounds, db, &volunteer, bare.id, intake).await;
        db.execute(&volunteer, attach.unwrap()).await.unwrap();
        assert_eq!(stands().await.last(), Some(&(Due::Done, 1)));
        let remove = RemoveTrack {
            community: ground.community(),
            round: bare.id,
        };
        db.execute(&volunteer, remove).await.unwrap();
        assert_eq!(stands().await.last(), Some(&(Due::Open { left: 1 }, 2)));
        // When the week is over it is neither done nor missed.
        ground.world.clock.advance(7 * Micros::DAY);
        let all = stands().await;
        assert_eq!(all[0], (Due::Short { left: 1 }, 2), "{all:?}");
        // Somebody vouches for what was told: no track is asked of it.
        let mut told = ground.patrol(Some(policy));
        told.channel = Channel::Phone;
        told.on_behalf = true;
        told.told_by = Some("“绿如蓝”老陈".into());
        let desk = ground.caller(Role::CommunityDesk, "A");
        ground.hand_in(&desk, told).await.unwrap();
        assert_eq!(stands().await.last(), Some(&(Due::Done, 0)));
        let chains = [CommunityId::SYSTEM, ground.community()];
        let proof = verify(db.read(), &module().audited, &chains, None).await;
        assert!(proof.unwrap().faults.is_empty());
    }
}

#[tokio::test]
async fn where_none_is_asked_none_is_recorded() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let db = ground.world.db();
        let volunteer = ground.of(ground.team);
        let policy = ground.weekly().await;
        for policy in [None, Some(policy)] {
            let mut sent = ground.patrol(policy);
            sent.track = Some(wire(&walk(&ground, (0.0, 1.0), 12.0)));
            let filed = ground.hand_in(&volunteer, sent).await.unwrap();
            assert_eq!(filed.track, Some(TrackTaken::NotAsked));
            let access = seen(&ground, &volunteer, filed.id).await;
            assert!(matches!(access, TrackAccess::None));
            let intake = Intake::new(TrackSource::Gpx, walk(&ground, (0.0, 1.0), 12.0));
            let refused = prepare_track(&ground.rounds, db, &volunteer, filed.id, intake).await;
            assert_eq!(refused.unwrap_err().fields()[0].code, "track-not-asked");
        }
    }
}

#[tokio::test]
async fn a_file_is_taken_once_and_bad_ones_say_why() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let db = ground.world.db();
        let desk = ground.caller(Role::CommunityDesk, "A");
        let policy = db.execute(&desk, tracked(&ground)).await.unwrap();
        let volunteer = ground.of(ground.team);
        let filed = ground
            .hand_in(&volunteer, ground.patrol(Some(policy)))
            .await
            .unwrap();
        let take = async |fixes: Vec<TrackFix>| {
            let intake = Intake::new(TrackSource::Gpx, fixes);
            let command = prepare_track(&ground.rounds, db, &volunteer, filed.id, intake).await?;
            db.execute(&volunteer, command).await
        };
        let remove = RemoveTrack {
            community: ground.community(),
            round: filed.id,
        };
        let flags = async || view(&ground, &volunteer, filed.id).await.summary.flags();

        let empty = take(Vec::new()).await.unwrap_err();
        assert_eq!(empty.fields()[0].code, "track-empty");
        let good = walk(&ground, (0.0, 1.0), 12.0);
        // One point more than is taken.
        let endless = vec![good[0]; MOST_FIXES + 1];
        let refused = take(endless).await.unwrap_err();
        assert_eq!(refused.fields()[0].code, "track-too-many");
        let file = read_gpx(write_gpx(std::slice::from_ref(&good)).as_bytes()).unwrap();
        let first = take(file.segments.concat()).await.unwrap();
        assert_eq!(take(file.segments.concat()).await.unwrap(), first, "once");
        let other = take(walk(&ground, (0.0, 0.5), 12.0)).await.unwrap_err();
        assert_eq!(other.fields()[0].code, "track-there");
        db.execute(&volunteer, remove.clone()).await.unwrap();

        // Of yesterday.
        let old: Vec<TrackFix> = good
            .iter()
            .map(|fix| TrackFix {
                at_ms: fix.at_ms - 86_400_000,
                ..*fix
            })
            .collect();
        take(old).await.unwrap();
        assert_eq!(flags().await, [TrackFlag::OtherDay]);
        db.execute(&volunteer, remove.clone()).await.unwrap();

        // The Gulf of Guinea, times backwards.
        let mut odd = good.clone();
        odd[3].lon = 0.0;
        odd[3].lat = 0.0;
        odd[20].at_ms -= 600_000;
        odd[40].lon = f64::NAN;
        take(odd).await.unwrap();
        let told = flags().await;
        for flag in [
            TrackFlag::NullIsland,
            TrackFlag::Backwards,
            TrackFlag::Unreadable,
        ] {
            assert!(told.contains(&flag), "{told:?}");
        }
        db.execute(&volunteer, remove.clone()).await.unwrap();

        // Positions of a Chinese map: asked, and moved back on the walker's word.
        let moved: Vec<TrackFix> = good
            .iter()
            .map(|fix| {
                let (lon, lat) = youlin_locate::wgs84_to_gcj02(fix.lon, fix.lat);
                TrackFix { lon, lat, ..*fix }
            })
            .collect();
        take(moved).await.unwrap();
        let before = view(&ground, &volunteer, filed.id).await.summary;
        if before.flags().contains(&TrackFlag::Shifted) {
            let shift = prepare_shift(&ground.rounds, db, &volunteer, filed.id).await;
            db.execute(&volunteer, shift.unwrap()).await.unwrap();
            let after = view(&ground, &volunteer, filed.id).await.summary;
            assert!(after.shifted && after.coverage.left.percent > 95.0);
            assert!(!after.flags().contains(&TrackFlag::Shifted));
            let again = prepare_shift(&ground.rounds, db, &volunteer, filed.id).await;
            assert_eq!(again.unwrap_err().fields()[0].code, "track-no-shift");
        } else {
            panic!("{before:?}");
        }

        // The same walk handed in for another round.
        let second = ground
            .hand_in(&volunteer, ground.patrol(Some(policy)))
            .await
            .unwrap();
        db.execute(&volunteer, remove).await.unwrap();
        take(good.clone()).await.unwrap();
        let intake = Intake::new(TrackSource::Gpx, good);
        let copy = prepare_track(&ground.rounds, db, &volunteer, second.id, intake).await;
        db.execute(&volunteer, copy.unwrap()).await.unwrap();
        let copied = view(&ground, &volunteer, second.id).await.summary;
        assert_eq!(copied.flags(), [TrackFlag::Copied]);
        assert_eq!(copied.alike.unwrap().round, filed.id);
        // Another's round.
        let colleague = ground.of(ground.cleaner);
        let intake = Intake::new(TrackSource::Gpx, walk(&ground, (0.0, 1.0), 12.0));
        let refused = prepare_track(&ground.rounds, db, &colleague, second.id, intake).await;
        assert_eq!(refused.unwrap_err().code(), "forbidden");
    }
}

#[tokio::test]
async fn live_positions_become_the_track_of_the_round() {
    for base in databases().await {
        let ground = Ground::new(base).await;
        let db = ground.world.db();
        let desk = ground.caller(Role::CommunityDesk, "A");
        let policy = db.execute(&desk, tracked(&ground)).await.unwrap();
        let volunteer = ground.of(ground.team);
        let start = |policy, hours| StartLive {
            rounds: std::sync::Arc::clone(&ground.rounds),
            community: ground.community(),
            reach: ground.reach.id,
            policy,
            hours,
        };
        let untracked = ground.weekly().await;
        let refused = start(untracked, 2).check(db, &volunteer).await.unwrap_err();
        assert_eq!(refused.fields()[0].code, "track-not-asked");
        let refused = db.execute(&volunteer, start(policy, 40)).await.unwrap_err();
        assert_eq!(refused.fields()[0].code, "track-hours");
        let begun = db.execute(&volunteer, start(policy, 2)).await.unwrap();

        let service = ground.world.service();
        let send = async |token: &str, fix: TrackFix| {
            let point = LivePoint::of(&ground.rounds, db, token, fix).await?;
            db.execute(&service, point).await
        };
        let mut fixes = walk(&ground, (0.0, 1.0), -12.0);
        fixes.truncate(150);
        for fix in &fixes {
            send(&begun.token, *fix).await.unwrap();
        }
        // Sent again, and out of order.
        send(&begun.token, fixes[149]).await.unwrap();
        let unknown = send("0123", fixes[0]).await.unwrap_err();
        assert_eq!(unknown.code(), "not-found");
        let nowhere = TrackFix {
            lat: 99.0,
            ..fixes[0]
        };
        assert!(send(&begun.token, nowhere).await.is_err());

        let own = live_of(db, &volunteer).await.unwrap();
        assert_eq!((own.len(), own[0].points, own[0].running), (1, 150, true));
        assert!(live_of(db, &desk).await.unwrap().is_empty());
        let end = EndLive {
            community: ground.community(),
            live: begun.id,
        };
        assert!(db.execute(&desk, end).await.is_err(), "another's");
        db.execute(&volunteer, end).await.unwrap();
        let over = send(&begun.token, fixes[0]).await.unwrap_err();
        assert_eq!(over.code(), "track-live-over");

        let filed = ground
            .hand_in(&volunteer, ground.patrol(Some(policy)))
            .await
            .unwrap();
        let back = live_fixes(&ground.rounds, db, &volunteer, begun.id)
            .await
            .unwrap();
        assert_eq!(back.len(), 150);
        let intake = Intake::new(TrackSource::Live, back);
        let command = prepare_track(&ground.rounds, db, &volunteer, filed.id, intake)
            .await
            .unwrap()
            .of_live(begun.id);
        db.execute(&volunteer, command).await.unwrap();
        let own = view(&ground, &volunteer, filed.id).await;
        assert_eq!((own.source, own.summary.points), (TrackSource::Live, 150));
        assert!(own.summary.coverage.right.covered_m > 700.0);
        assert!(live_of(db, &volunteer).await.unwrap().is_empty());

        // Two hours and a minute later a token is worth nothing by itself.
        let begun = db.execute(&volunteer, start(policy, 2)).await.unwrap();
        ground
            .world
            .clock
            .advance(2 * Micros::HOUR + Micros::MINUTE);
        let service = ground.world.service();
        let point = LivePoint::of(&ground.rounds, db, &begun.token, fixes[0]).await;
        let over = db.execute(&service, point.unwrap()).await.unwrap_err();
        assert_eq!(over.code(), "track-live-over");
        let chains = [CommunityId::SYSTEM, ground.community()];
        let proof = verify(db.read(), &module().audited, &chains, None)
            .await
            .unwrap();
        assert!(proof.faults.is_empty(), "{proof:?}");
    }
}

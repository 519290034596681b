//! Reaches: taken in from a file, changed by two at once, their chiefs and outlets, the sign anybody may read.

use youlin_kernel::{CommunityId, Role};
use youlin_places::Datum;
use youlin_places::permissions::PLACES_READ;
use youlin_places::rivers::{
    Bank, ChiefLevel, EndChief, OutletKind, Reach, SaveChief, SaveOutlet, SaveReach,
    import_reaches, reach, reach_by_sign, reaches, read_line,
};
use youlin_testkit::databases;

use crate::ground::{Town, at};

const HEAD: &str = "key,community_code,water,name,half_width_m,line,note,chiefs\n";

fn line() -> String {
    let points = [at(1.0, 1.0), at(3.0, 1.0), at(5.0, 2.0)];
    points.map(|(lon, lat)| format!("{lon} {lat}")).join("; ")
}

fn row(key: &str, name: &str, chief: &str) -> String {
    format!("{key},A,中心河,{name},6,{},,{chief}\n", line())
}

async fn only(town: &Town) -> Reach {
    let ctx = town.world.caller(Role::CommunityDesk, town.id("A"));
    let scope = ctx.scope(&PLACES_READ).unwrap();
    let all = reaches(town.world.db(), &scope).await.unwrap();
    reach(town.world.db(), &scope, all[0].id).await.unwrap()
}

#[tokio::test]
async fn a_file_of_reaches_comes_in_once() {
    for base in databases().await {
        let town = Town::drawn(base).await;
        let (db, ctx) = (town.world.db(), town.service());
        let text = HEAD.to_owned()
            + &row(
                "r1",
                "东段",
                "village:顾建明:村支书:0513-1; township:陆晓东:副主任:0513-2",
            )
            + &row("r2", "西段", "mayor:某人:市长:1")
            + "r3,A,中心河,北段,6,120.86,,\n"
            + "r4,A,中心河,南段,宽,120 31;120.1 31,,\n"
            + "r5,ZZ,中心河,中段,6,120 31;120.1 31,,\n";
        let take = |dry| import_reaches(db, &ctx, &town.locator, &text, Datum::Wgs84, dry);
        let judged = take(true).await.unwrap();
        assert_eq!((judged.new, judged.refused.len()), (1, 4), "{judged:?}");
        let taken = take(false).await.unwrap();
        let codes: Vec<&str> = taken.refused.iter().map(|one| one.code.as_str()).collect();
        assert_eq!(
            codes,
            [
                "chief-unreadable",
                "line-unreadable",
                "cell-no-number",
                "area-unknown"
            ]
        );
        let again = take(false).await.unwrap();
        assert_eq!((again.new, again.changed, again.unchanged), (0, 0, 1));

        let text = HEAD.to_owned() + &row("r1", "东段", "village:钱文:村支书:0513-1");
        let report = import_reaches(db, &ctx, &town.locator, &text, Datum::Wgs84, false)
            .await
            .unwrap();
        assert_eq!(report.changed, 1);
        let reach = only(&town).await;
        let chiefs = reach
            .chiefs
            .iter()
            .map(|one| (one.name.as_str(), one.until.is_some()));
        let chiefs: Vec<_> = chiefs.collect();
        assert_eq!(
            chiefs,
            [("陆晓东", false), ("钱文", false), ("顾建明", true)]
        );
        town.prove(&["A"]).await;
    }
}

#[tokio::test]
async fn a_reach_is_kept_by_two_desks_without_loss() {
    for base in databases().await {
        let town = Town::drawn(base).await;
        let db = town.world.db();
        let desk = town.world.caller(Role::CommunityDesk, town.id("A"));
        let elsewhere = town.world.caller(Role::CommunityDesk, town.id("B"));
        let community = CommunityId(town.id("A").0);
        let new = SaveReach {
            community,
            known: None,
            water: "中心河".into(),
            name: "东段".into(),
            external_key: None,
            line: read_line(&line(), Datum::Wgs84).unwrap(),
            half_width_dm: 60,
            note: String::new(),
            closed: false,
        };
        let refused = db.execute(&elsewhere, new.clone()).await.unwrap_err();
        assert_eq!(refused.code(), "forbidden");
        let id = db.execute(&desk, new.clone()).await.unwrap();
        let twin = db.execute(&desk, new.clone()).await.unwrap_err();
        assert_eq!(twin.fields()[0].code, "reach-taken");
        let held = only(&town).await;
        assert!((held.length_m - held.line.length_m()).abs() < 0.1);

        let change = |name: &str| SaveReach {
            known: Some((id, held.version)),
            name: name.into(),
            ..new.clone()
        };
        db.execute(&desk, change("一段")).await.unwrap();
        let lost = db.execute(&desk, change("二段")).await.unwrap_err();
        assert_eq!(lost.code(), "stale");

        let chief = db
            .execute(
                &desk,
                SaveChief {
                    community,
                    reach: id,
                    level: ChiefLevel::Village,
                    name: "顾建明".into(),
                    post: "村支书".into(),
                    phone: "0513-1".into(),
                },
            )
            .await
            .unwrap();
        let (lon, lat) = at(3.0, 1.0);
        let outlet = SaveOutlet {
            community,
            reach: id,
            known: None,
            name: "桥下口".into(),
            kind: OutletKind::Unknown,
            bank: Bank::Left,
            position: (lon, lat),
            permit: String::new(),
            dry_flow: false,
            note: String::new(),
            closed: false,
        };
        db.execute(&desk, outlet.clone()).await.unwrap();
        let far = SaveOutlet {
            position: at(3.0, 8.0),
            ..outlet
        };
        let far = db.execute(&desk, far).await.unwrap_err();
        assert_eq!(far.fields()[0].code, "outlet-far");

        let shown = only(&town).await;
        let half = shown.outlets[0].chainage_m / shown.length_m;
        assert!((0.3..0.6).contains(&half), "{half}");
        // Anybody who stands before the sign.
        let public = reach_by_sign(db, &shown.sign.to_lowercase()).await.unwrap();
        assert_eq!((public.id, public.name.as_str()), (id, "一段"));
        db.execute(&desk, EndChief { community, chief })
            .await
            .unwrap();
        let ended = reach_by_sign(db, &shown.sign).await.unwrap();
        assert_eq!(ended.present().count(), 0);
        assert_eq!(ended.chiefs.len(), 1);
        town.prove(&["A"]).await;
    }
}

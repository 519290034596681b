//! A form with more persons than one takes alone waits for a second person, once; and what forms were filled with is
//! counted: counts out (统得出).

use axum::http::StatusCode;
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::Query;
use uuid::Uuid;
use youlin_database::sql::name;
use youlin_datasets::cube::{Filter, Measure};
use youlin_insight::{Period, counts_out, figures};
use youlin_kernel::{CommunityId, Micros, Role};
use youlin_people::privacy::{DecideExport, EXPORT_FREE};

use crate::forms::{COLUMNS, blank};
use crate::http::{DESK, Web, webs};

const ROWS: &str = "d=persons&f=labels~is~living_alone";

async fn form(web: &Web) -> String {
    let fields = [
        ("number", "37"),
        ("requester", "街道民政"),
        ("every", "quarter"),
        ("area", &web.area()),
        ("rows", ROWS),
    ];
    let sent = web.hand_in(DESK, &fields, &blank(&COLUMNS)).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text());
    sent.location().split('?').next().unwrap().to_owned()
}

/// The community's lead answers what waits.
async fn answer(web: &Web, approve: bool) {
    let db = web.ground.world.db();
    let mut waiting = Query::select();
    waiting
        .columns(["community_id", "id", "state"].map(name))
        .from(name("person_export"));
    let rows = db.read().query_all(&waiting).await.unwrap();
    for row in rows {
        if row.try_get::<String>("", "state").unwrap() != "asked" {
            continue;
        }
        let decide = DecideExport {
            community: CommunityId(row.try_get("", "community_id").unwrap()),
            id: row.try_get::<Uuid>("", "id").unwrap(),
            approve,
            answer: "先说清用处".into(),
        };
        let lead = web.ground.caller(Role::CommunityLead, "A");
        db.execute(&lead, decide).await.unwrap();
    }
}

#[tokio::test]
async fn a_large_form_waits_for_a_second_person_and_goes_once() {
    for web in webs().await {
        for n in 0..EXPORT_FREE {
            web.ground
                .person(&format!("甲{n}"), 1940, &["living_alone"], "甲中村1号楼101")
                .await;
        }
        let form = form(&web).await;
        let fill = format!("{form}/fill");
        let alone = web.post(DESK, &fill, &[("purpose", "")]).await;
        assert_eq!(alone.status, StatusCode::CONFLICT, "{}", alone.text());
        let page = web.get(DESK, &form).await.text();
        assert!(page.contains("请另一个人同意"), "{page}");

        let release = format!("{form}/release");
        let asked = web
            .post(DESK, &release, &[("purpose", "慰问独居老人")])
            .await;
        assert_eq!(asked.status, StatusCode::SEE_OTHER, "{}", asked.text());
        assert!(web.get(DESK, &form).await.text().contains("还没有答复"));
        answer(&web, false).await;
        assert!(web.get(DESK, &form).await.text().contains("先说清用处"));
        web.ground.world.clock.advance(Micros::MINUTE);
        web.post(DESK, &release, &[("purpose", "慰问独居老人")])
            .await;
        answer(&web, true).await;
        let page = web.get(DESK, &form).await.text();
        assert!(
            page.contains("慰问独居老人") && page.contains("只能下载一次"),
            "{page}"
        );

        let got = web.post(DESK, &fill, &[("purpose", "别的用处")]).await;
        assert_eq!(got.status, StatusCode::OK, "{}", got.text());
        let mut archive = zip_text(&got.bytes);
        archive.retain(|c| c != '\n');
        assert!(
            archive.contains("慰问独居老人") && archive.contains("同意"),
            "{archive}"
        );
        assert!(
            !archive.contains("别的用处"),
            "what was said yes to is what it is for"
        );
        let again = web.post(DESK, &fill, &[("purpose", "")]).await;
        assert_eq!(again.status, StatusCode::CONFLICT, "once");
    }
}

/// The sheet with its footer.
fn zip_text(bytes: &[u8]) -> String {
    use std::io::Read;
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    let mut file = archive.by_name("xl/worksheets/sheet1.xml").unwrap();
    file.read_to_string(&mut text).unwrap();
    text
}

#[tokio::test]
async fn what_came_from_records_is_counted_and_opens_to_its_columns() {
    for web in webs().await {
        let form = form(&web).await;
        let desk = web.ground.caller(Role::CommunityDesk, "A");
        let day = desk.now().local().date().to_string();
        let period = Period {
            from: day.clone(),
            to: day,
            ..Period::default()
        };
        let datasets = &web.ground.datasets;
        let before = counts_out(datasets, &desk, &period).await.unwrap().unwrap();
        assert_eq!((before.part, before.of), (0, 0));
        let fill = format!("{form}/fill");
        for _again in 0..2 {
            web.ground.world.clock.advance(Micros::MINUTE);
            let got = web.post(DESK, &fill, &[("purpose", "")]).await;
            assert_eq!(got.status, StatusCode::OK, "{}", got.text());
        }
        // Two persons; of eight columns one is a running number, two nobody holds; filled again, it is counted once.
        let desk = web.ground.caller(Role::CommunityDesk, "A");
        let figure = counts_out(datasets, &desk, &period).await.unwrap().unwrap();
        assert_eq!(figure.of, 2 * 7, "{figure:?}");
        let empty = figure.of - figure.part;
        assert!(empty >= 2 * 2 && figure.part >= 2 * 3, "{figure:?}");
        let page = web.get(DESK, &figure.part_href).await.text();
        assert!(page.contains("姓名") && page.contains("2 格"), "{page}");
        assert!(!page.contains("饮食禁忌"), "{page}");
        let rest = web.get(DESK, &figure.rest_href).await.text();
        assert!(
            rest.contains("饮食禁忌") && !rest.contains("· 姓名"),
            "{rest}"
        );

        let all = figures(datasets, &desk, &period).await.unwrap();
        let one = all.iter().find(|one| one.code == "counts_out").unwrap();
        assert_eq!((one.part, one.of), (figure.part, figure.of));
        let worker = web.ground.caller(Role::GridWorker, "A2");
        assert!(
            counts_out(datasets, &worker, &period)
                .await
                .unwrap()
                .is_none()
        );
        let seen = figures(datasets, &worker, &period).await.unwrap();
        assert!(seen.iter().all(|one| one.code != "counts_out") && !seen.is_empty());

        // The sum of the records behind it is the figure.
        let query = youlin_datasets::cube::Query {
            dataset: "answers".into(),
            measure: Measure::Sum("cells".into()),
            filter: Filter::is("origin", "records"),
            ..Default::default()
        };
        let sum = web.ground.answer(&desk, &query).await.total.sum;
        assert_eq!(sum, i64::try_from(figure.part).ok());
    }
}

//! A real-life spreadsheet of residents goes the whole way: columns matched, judged, doubts decided, taken in, given again,
//! taken back; and every kind of bad file is answered by its own sentence.

use std::collections::BTreeMap;
use std::sync::Arc;

use uuid::Uuid;
use youlin_imports::tabular::{Limits, Why, read};
use youlin_imports::{
    AcceptImport, AcceptSealer, Choice, ImportState, ImportView, MatchAgain, MatchColumns,
    UndoImport,
};
use youlin_kernel::{Locale, Micros, Role};
use youlin_people::import::ResidentsRegister;
use youlin_people::{AccountPolicy, AttachPhone};
use youlin_tabular::workload::{Mess, person, workbook};

use crate::browser::{Browser, House, account, catalogues, house, imports};
use crate::ground::{Ground, JIA, grant, grounds};
use crate::imports::{Desk, Dying, counts};
use crate::moving::present_homes;

fn messy(people: u32) -> Vec<u8> {
    let mess = Mess {
        people,
        dwellings: 2,
        messy: true,
        faulty: true,
    };
    let place = |n: u32| {
        let room = if n == 0 { "101" } else { "102室" };
        ["东村", "1幢", "", room].map(str::to_owned)
    };
    workbook(mess, &place).unwrap()
}

impl Desk<'_> {
    /// The columns as they were found, with some of them corrected.
    pub(crate) async fn matched(&self, id: Uuid, corrected: &[(usize, Option<&str>)]) {
        let columns = self.view(id).await.columns.unwrap();
        let mut fields: Vec<Option<String>> = columns
            .found
            .iter()
            .map(|found| found.field.clone())
            .collect();
        for (at, field) in corrected {
            fields[*at] = field.map(str::to_owned);
        }
        let command = MatchColumns {
            imports: Arc::clone(&self.imports),
            id,
            fields,
            given: Default::default(),
        };
        self.db().execute(&self.ctx().await, command).await.unwrap();
    }

    /// Given, matched as found if it asks, and judged.
    pub(crate) async fn judged(&self, bytes: Vec<u8>) -> ImportView {
        let id = self.give_sheet(bytes).await;
        self.work().await;
        if self.view(id).await.state == ImportState::Matching {
            self.matched(id, &[]).await;
        }
        self.work().await;
        self.work().await;
        let view = self.view(id).await;
        assert_eq!(view.state, ImportState::Ready, "{view:?}");
        view
    }

    pub(crate) async fn decide(
        &self,
        id: Uuid,
        choices: &[(u32, Choice)],
        rest: bool,
    ) -> ImportView {
        let report = self.view(id).await.report.unwrap_or_default();
        let doubts = report.doubts();
        let others = doubts.iter().filter(|_| rest);
        let others = others.map(|doubt| (doubt.line, Choice::Take));
        let command = AcceptImport {
            id,
            whole: false,
            sealer: AcceptSealer(Arc::clone(&self.imports.sealer)),
            choices: others
                .chain(choices.iter().copied())
                .collect::<BTreeMap<_, _>>(),
        };
        self.db().execute(&self.ctx().await, command).await.unwrap();
        self.work().await;
        let view = self.view(id).await;
        assert_eq!(view.state, ImportState::Done, "{view:?}");
        view
    }

    pub(crate) async fn undo(&self, id: Uuid) {
        let command = UndoImport {
            imports: Arc::clone(&self.imports),
            id,
        };
        self.db().execute(&self.ctx().await, command).await.unwrap();
    }

    pub(crate) async fn register(&self) -> [i64; 4] {
        let mut counts = [0; 4];
        for (at, table) in ["person", "person_phone", "person_label", "residence"]
            .into_iter()
            .enumerate()
        {
            counts[at] = self.count(table).await;
        }
        counts
    }
}

fn codes(view: &ImportView) -> Vec<(u32, String)> {
    let report = view.report.clone().unwrap();
    let all = report.refused.iter().chain(&report.doubtful);
    all.map(|one| (one.line, one.code.clone())).collect()
}

#[tokio::test]
async fn last_years_sheet_goes_in_once_and_comes_out_whole() {
    for ground in grounds().await {
        let desk = Desk::at(&ground, imports(&ground)).await;
        let id = desk.give_sheet(messy(700)).await;
        assert_eq!(desk.view(id).await.state, ImportState::Reading);
        desk.work().await;
        let view = desk.view(id).await;
        assert_eq!(view.state, ImportState::Matching);
        let columns = view.columns.unwrap();
        let fields: Vec<&str> = columns
            .found
            .iter()
            .map(|one| one.field.as_deref().unwrap_or("-"))
            .collect();
        assert_eq!(
            fields,
            [
                "-", "name", "sex", "identity", "birth", "estate", "building", "entrance", "room",
                "phone", "note"
            ]
        );
        assert_eq!(
            (columns.header, columns.skipped, columns.rows),
            (vec![3], vec![4], 703)
        );
        assert_eq!(columns.hidden, ["字典"]);
        assert!(desk.accept(id).await.is_err(), "not judged yet");
        desk.matched(id, &[]).await;
        desk.work().await;
        let view = desk.view(id).await;
        assert_eq!(
            (view.state, counts(&view)),
            (ImportState::Ready, (700, 0, 0, 1))
        );
        assert_eq!(
            codes(&view),
            [
                (707, "sheet-identity-check".to_owned()),
                (705, "sheet-twice".to_owned()),
                (706, "sheet-twice".to_owned())
            ]
        );
        assert_eq!(desk.register().await, [0; 4], "judging saves nothing");
        desk.decide(id, &[], false).await;
        assert_eq!(desk.register().await, [700, 700, 0, 700]);
        ground.verify().await;

        let again = desk.judged(messy(700)).await;
        assert!(again.columns.as_ref().unwrap().remembered);
        assert_eq!(counts(&again), (0, 0, 702, 1), "what repeats adds nothing");
        desk.decide(again.id, &[], false).await;
        assert_eq!(desk.register().await, [700, 700, 0, 700]);

        desk.undo(id).await;
        desk.undo(id).await;
        desk.work().await;
        let view = desk.view(id).await;
        assert_eq!(view.state, ImportState::Undone);
        let undone = view.undone.unwrap();
        assert_eq!((undone.undone, undone.refused.len()), (700, 0));
        assert_eq!(desk.register().await, [0; 4]);
        desk.undo(id).await;
        desk.work().await;
        assert_eq!(desk.count("import_step").await, 0);
        ground.verify().await;
    }
}

/// 周建国 is known at 东村1号楼101.
async fn with_known(ground: &Ground) {
    let input = youlin_people::PersonInput {
        name: "周建国".to_owned(),
        birth_year: Some(1942),
        phones: vec!["13800001111".to_owned()],
        home: Some(youlin_people::Home {
            dwelling: ground.homes.east_101,
            relation: youlin_people::Relation::Owner,
            household_key: None,
        }),
        ..youlin_people::PersonInput::default()
    };
    ground
        .save(&ground.world.service(), JIA, None, input)
        .await
        .unwrap();
}

const DOUBTS: &str = "姓名,身份证号,出生日期,手机,现住址,备注
周建国,,1942-3-5,13800002222,东村1号楼102,
贺兰亭,,42.3.5,,东村1号楼102,
方知远,,1950年,13800003333,东村1号楼101,轮椅
周建国,,1942,13800001111,东村1号楼101,
裘安,,农历1950年三月初五,,东村1号楼101,
郁念慈,,2150-01-01,,东村1号楼101,
施明,,1960-01-01,,东村9号楼999,
沈云,,1960-01-01,,人民公园,
韩梅,,1960-01-01,138,东村1号楼101,
";

#[tokio::test]
async fn doubts_wait_for_a_decision_and_gbk_is_read() {
    for ground in grounds().await {
        with_known(&ground).await;
        let desk = Desk::at(&ground, imports(&ground)).await;
        let (gbk, _, _) = encoding_rs::GBK.encode(DOUBTS);
        let view = desk.judged(gbk.into_owned()).await;
        assert_eq!(
            view.columns.as_ref().unwrap().encoding.as_deref(),
            Some("GBK")
        );
        let report = view.report.clone().unwrap();
        let doubtful: Vec<_> = report
            .doubtful
            .iter()
            .map(|one| (one.line, one.code.as_str()))
            .collect();
        assert_eq!(
            doubtful,
            [(2, "sheet-perhaps-known-at"), (3, "sheet-birth-century")]
        );
        let refused: Vec<_> = report
            .refused
            .iter()
            .map(|one| (one.line, one.code.as_str()))
            .collect();
        assert_eq!(
            refused,
            [
                (6, "sheet-birth-lunar"),
                (7, "sheet-birth-future"),
                (8, "sheet-place-unsure"),
                (9, "sheet-place-unknown"),
                (10, "phone-too-short"),
            ]
        );
        // Row 5 doubts that it is row 2, but the register knows whom it means.
        assert_eq!((report.new, report.changed, report.unchanged), (1, 0, 1));
        let done = desk
            .decide(view.id, &[(2, Choice::New), (3, Choice::Take)], false)
            .await;
        assert_eq!(counts(&done), (3, 0, 1, 5));
        assert_eq!(desk.register().await[0], 4);
        let again = desk.judged(gbk_of(DOUBTS)).await;
        let report = again.report.clone().unwrap();
        assert_eq!((report.new, report.changed), (0, 0));
        desk.decide(again.id, &[], false).await;
        assert_eq!(desk.register().await[0], 4);
        ground.verify().await;
    }
}

#[tokio::test]
async fn a_row_with_two_doubts_needs_an_answer_that_fits_both() {
    for ground in grounds().await {
        with_known(&ground).await;
        let desk = Desk::at(&ground, imports(&ground)).await;
        let sheet = "姓名,生日,住址\n周建国,42.3.5,东村1号楼102\n";
        let view = desk.judged(sheet.as_bytes().to_vec()).await;
        assert_eq!(view.report.as_ref().unwrap().doubtful.len(), 2);
        assert_eq!(view.report.as_ref().unwrap().doubtful_rows(), 1);
        let done = desk.decide(view.id, &[], true).await;
        // The same person by the proposals, with a home of their own elsewhere: that they moved was not asked.
        let report = done.report.unwrap();
        assert_eq!(
            (report.new, report.changed, report.doubtful_rows()),
            (0, 1, 0)
        );
        assert_eq!(desk.register().await, [1, 1, 0, 2]);
        desk.undo(view.id).await;
        desk.work().await;
        assert_eq!(desk.register().await, [1, 1, 0, 1]);
        ground.verify().await;
    }
}

/// Where everybody lives, and whether it is beside a main home.
async fn homes(ground: &Ground) -> Vec<Vec<(Uuid, bool)>> {
    let mut persons = BTreeMap::<Uuid, Vec<(Uuid, bool)>>::new();
    for (person, dwelling, also) in present_homes(ground).await {
        let home = (dwelling, also == Some(true));
        persons.entry(person).or_default().push(home);
    }
    let mut homes: Vec<_> = persons.into_values().collect();
    homes.iter_mut().for_each(|homes| homes.sort_unstable());
    homes
}

#[tokio::test]
async fn somebody_may_live_in_two_dwellings_at_once() {
    for ground in grounds().await {
        with_known(&ground).await;
        let desk = Desk::at(&ground, imports(&ground)).await;
        let sheet = "姓名,手机,住址,身份证号\n\
            周建国,13800001111,东村1号楼102,\n\
            沈桂英,,东村1号楼101,320602194801010021\n\
            沈桂英,,东村1号楼102,320602194801010021\n";
        let view = desk.judged(sheet.as_bytes().to_vec()).await;
        let report = view.report.clone().unwrap();
        let rows: Vec<_> = report
            .doubts()
            .iter()
            .map(|doubt| (doubt.line, doubt.sort(), doubt.choices()))
            .collect();
        let both = vec![Choice::Take, Choice::Both];
        assert_eq!(
            rows,
            [
                (2, "sheet-moved".to_owned(), both.clone()),
                (4, "sheet-twice+sheet-twice-elsewhere".to_owned(), both),
            ]
        );
        // Whom a row is about is said without their name.
        assert_eq!(report.doubtful[0].about(), "周** · 东村1号楼102");
        let named: Vec<_> = report
            .touched
            .iter()
            .map(|one| (one.line, one.called.as_str()))
            .collect();
        assert_eq!(named, [(3, "沈** · 东村1号楼101")]);
        let choices = [(2, Choice::Both), (4, Choice::Both)];
        desk.decide(view.id, &choices, false).await;
        let mut both = [
            (ground.homes.east_101, false),
            (ground.homes.east_102, true),
        ];
        both.sort_unstable();
        assert_eq!(homes(&ground).await, [both, both]);
        // The same again asks nothing and changes nothing.
        let again = desk.judged(sheet.as_bytes().to_vec()).await;
        let report = again.report.unwrap();
        assert_eq!((report.new, report.changed, report.unchanged), (0, 0, 3));
        assert_eq!(report.doubtful_rows(), 0);
        desk.undo(view.id).await;
        desk.work().await;
        assert_eq!(homes(&ground).await, [[(ground.homes.east_101, false)]]);
        ground.verify().await;
    }
}

fn gbk_of(text: &str) -> Vec<u8> {
    encoding_rs::GBK.encode(text).0.into_owned()
}

#[tokio::test]
async fn a_list_by_households_makes_them_and_names_no_head_in_the_clear() {
    for ground in grounds().await {
        let desk = Desk::at(&ground, imports(&ground)).await;
        let sheet = "户主姓名,姓名,与户主关系,住址\n\
            周建国,周建国,户主,东村1号楼101\n\
            周建国,沈桂英,配偶,东村1号楼101\n\
            方知远,方知远,租户,东村1号楼101\n\
            周建国,周建国,户主,西村1号楼101\n";
        let view = desk.judged(sheet.as_bytes().to_vec()).await;
        desk.decide(view.id, &[], true).await;
        assert_eq!(desk.count("household").await, 3);
        let named = {
            use sea_orm::{ConnectionTrait, Statement};
            let db = desk.db().raw_write();
            let find = "SELECT COUNT(*) AS n FROM household WHERE ext_key LIKE '%周%'";
            let find = Statement::from_string(db.get_database_backend(), find);
            let row = db.query_one_raw(find).await.unwrap().unwrap();
            row.try_get::<i64>("", "n").unwrap()
        };
        assert_eq!(named, 0);
        // The same again finds them.
        let again = desk.judged(sheet.as_bytes().to_vec()).await;
        desk.decide(again.id, &[], true).await;
        assert_eq!(desk.count("household").await, 3);
        ground.verify().await;
    }
}

#[tokio::test]
async fn changes_are_taken_back_unless_somebody_went_on_with_them() {
    for ground in grounds().await {
        with_known(&ground).await;
        let desk = Desk::at(&ground, imports(&ground)).await;
        let before = desk.register().await;
        let sheet = "姓名,性别,手机,住址,标签,与户主关系\n\
            周建国,男,13800009999,东村1号楼101,独居,户主\n\
            贺兰亭,女,13800008888,东村1号楼102,,配偶\n\
            方知远,男,,西村1号楼101,,\n";
        let view = desk.judged(sheet.as_bytes().to_vec()).await;
        assert_eq!(counts(&view), (2, 1, 0, 0));
        desk.decide(view.id, &[], false).await;
        assert_eq!(desk.register().await, [3, 3, 1, 3]);
        // Somebody goes on with 贺兰亭: a second number.
        let helan = {
            use sea_orm::ConnectionTrait;
            let find = "SELECT person_id FROM residence WHERE relation = 'family'";
            let row = desk
                .db()
                .raw_write()
                .query_one_raw(sea_orm::Statement::from_string(
                    desk.db().raw_write().get_database_backend(),
                    find,
                ));
            row.await
                .unwrap()
                .unwrap()
                .try_get::<Uuid>("", "person_id")
                .unwrap()
        };
        let attach = AttachPhone {
            vault: Arc::clone(&ground.vault),
            community: JIA,
            person: helan,
            phone: "0513-85550001".to_owned(),
            how: youlin_people::facts::How::Desk,
        };
        desk.db()
            .execute(&ground.world.service(), attach)
            .await
            .unwrap();
        desk.undo(view.id).await;
        desk.work().await;
        let undone = desk.view(view.id).await.undone.unwrap();
        assert_eq!(undone.undone, 2);
        let left: Vec<_> = undone
            .refused
            .iter()
            .map(|one| (one.line, one.code.as_str()))
            .collect();
        assert_eq!(left, [(3, "sheet-undo-changed")]);
        assert_eq!(desk.register().await, [2, before[1] + 2, 0, 2]);
        ground.verify().await;
    }
}

#[tokio::test]
async fn cut_off_in_the_middle_it_goes_on_and_doubles_nothing() {
    for ground in grounds().await {
        let inner = ResidentsRegister {
            vault: Arc::clone(&ground.vault),
            locator: Arc::clone(&ground.locator),
            in_use: Vec::new(),
        };
        let imports = Dying::imports(&ground, inner, false, 2);
        let desk = Desk::at(&ground, imports).await;
        let view = desk.judged(messy(1_100)).await;
        desk.accept(view.id).await.unwrap();
        desk.work().await;
        assert_eq!(desk.view(view.id).await.state, ImportState::Running);
        assert_eq!(desk.register().await[0], 500, "one batch went in");
        ground.world.clock.advance(Micros::HOUR);
        desk.work().await;
        let view = desk.view(view.id).await;
        assert_eq!(
            (view.state, counts(&view)),
            (ImportState::Done, (1_100, 0, 2, 1))
        );
        assert_eq!(desk.register().await, [1_100, 1_100, 0, 1_100]);
        assert_eq!(desk.count("import_step").await, 1_100);
        desk.undo(view.id).await;
        desk.work().await;
        assert_eq!(desk.view(view.id).await.state, ImportState::Undoing);
        assert_eq!(desk.register().await[0], 700, "two batches were taken back");
        ground.world.clock.advance(Micros::HOUR);
        desk.work().await;
        let undone = desk.view(view.id).await.undone.unwrap();
        assert_eq!((undone.undone, undone.refused.len()), (1_100, 0));
        assert_eq!(desk.register().await, [0; 4]);
        ground.verify().await;
    }
}

#[tokio::test]
async fn a_wrong_match_is_corrected_and_remembered() {
    for ground in grounds().await {
        let desk = Desk::at(&ground, imports(&ground)).await;
        let one = person(5, 2);
        let sheet = format!(
            "甲,乙,丙,丁\n{},{},{},东村1号楼101\n贺兰亭,,,东村1号楼102\n",
            one.name, one.identity, one.phone
        );
        // Nothing names a column, and two rows are too few to tell by what stands in them.
        let id = desk.give_sheet(sheet.clone().into_bytes()).await;
        desk.work().await;
        assert_eq!(desk.view(id).await.state, ImportState::Failed);
        let sheet = sheet.replace("甲,", "姓名,").replace(",丁", ",现住址");
        let id = desk.give_sheet(sheet.clone().into_bytes()).await;
        desk.work().await;
        let wrong = MatchColumns {
            imports: Arc::clone(&desk.imports),
            id,
            fields: vec![None, None, None, Some("address".to_owned())],
            given: Default::default(),
        };
        assert!(
            desk.db().execute(&desk.ctx().await, wrong).await.is_err(),
            "no names"
        );
        desk.matched(id, &[(1, Some("identity")), (2, Some("phone"))])
            .await;
        desk.work().await;
        assert_eq!(counts(&desk.view(id).await), (2, 0, 0, 0));
        let ctx = desk.ctx().await;
        desk.db().execute(&ctx, MatchAgain { id }).await.unwrap();
        desk.matched(id, &[(2, None)]).await;
        desk.work().await;
        desk.decide(id, &[], false).await;
        assert_eq!(desk.register().await, [2, 0, 0, 2]);
        let again = desk.judged(sheet.into_bytes()).await;
        let columns = again.columns.as_ref().unwrap();
        assert!(columns.remembered);
        assert_eq!(
            (columns.found[1].why, &columns.found[2].field),
            (Why::Chosen, &None)
        );
    }
}

/// A browser that can give files.
pub(crate) async fn posted(house: &House, desk: &Browser, bytes: &[u8]) -> String {
    let (_, location, text) = post_file(house, desk, bytes).await;
    location.unwrap_or_else(|| panic!("{text}"))
}

/// Status, where it leads, and the page.
pub(crate) async fn post_file(
    house: &House,
    desk: &Browser,
    bytes: &[u8],
) -> (u16, Option<String>, String) {
    use axum::body::Body;
    use axum::http::{Request, header};
    use http_body_util::BodyExt;
    use tower::ServiceExt;
    let mut body = Vec::new();
    body.extend_from_slice(
        b"--x\r\ncontent-disposition: form-data; name=\"kind\"\r\n\r\nresidents\r\n",
    );
    body.extend_from_slice(
        b"--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.xlsx\"\r\n\r\n",
    );
    body.extend_from_slice(bytes);
    body.extend_from_slice(b"\r\n--x--\r\n");
    let request = Request::post("/imports")
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=x")
        .header("sec-fetch-site", "same-origin")
        .header(header::HOST, "localhost")
        .header(header::ACCEPT, "text/html")
        .header(header::COOKIE, &desk.cookie)
        .body(Body::from(body))
        .unwrap();
    let response = house.router.clone().oneshot(request).await.unwrap();
    let location = response
        .headers()
        .get(header::LOCATION)
        .map(|value| value.to_str().unwrap().to_owned());
    let status = response.status().as_u16();
    let text = response.into_body().collect().await.unwrap().to_bytes();
    (
        status,
        location,
        String::from_utf8_lossy(&text).into_owned(),
    )
}

fn compound(stream: &str) -> Vec<u8> {
    let mut bytes = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec();
    bytes.resize(512, 0);
    bytes.extend(stream.encode_utf16().flat_map(u16::to_le_bytes));
    bytes
}

#[tokio::test]
async fn a_lunar_birthday_gives_way_to_the_identity_number_beside_it() {
    for ground in grounds().await {
        let desk = Desk::at(&ground, imports(&ground)).await;
        let csv = "姓名,身份证号,出生日期,现住址,备注\n\
            裘安,320602195004208812,农历1950年三月初四,东村1号楼101,爱下棋\n";
        let number = youlin_crypto::IdentityNumber::parse("320602195004208812");
        let csv = match number {
            Ok(_) => csv.to_owned(),
            // Only the last character is made to fit.
            Err(_) => ('0'..='9')
                .chain(['X'])
                .map(|last| csv.replace("320602195004208812", &format!("32060219500420881{last}")))
                .find(|text| {
                    let number = text.split(',').nth(5).unwrap();
                    youlin_crypto::IdentityNumber::parse(number).is_ok()
                })
                .unwrap(),
        };
        let view = desk.judged(csv.clone().into_bytes()).await;
        let report = view.report.clone().unwrap();
        assert!(
            report.refused.is_empty() && report.doubtful.is_empty(),
            "{report:?}"
        );
        assert_eq!(report.new, 1);
        desk.decide(view.id, &[], false).await;
        let again = desk.judged(csv.into_bytes()).await;
        let report = again.report.clone().unwrap();
        assert_eq!((report.new, report.changed, report.unchanged), (0, 0, 1));
        let house = house(&ground, 1_000, AccountPolicy::default());
        let mut browser = Browser::signed_in(&house, "desk").await;
        let list = browser.get("/imports").await.text;
        assert!(
            list.contains("没有变化") && !list.contains("等您确认"),
            "a file that brings nothing waits for nobody: {list}"
        );
        ground.verify().await;
    }
}

#[tokio::test]
async fn every_bad_file_has_its_own_sentence() {
    let ground = Ground::sqlite().await;
    let house = house(&ground, 1_000, AccountPolicy::default());
    let desk = Desk::at(&ground, imports(&ground)).await;
    account(
        &ground,
        "desk2",
        vec![grant(youlin_kernel::Role::CommunityDesk, 10)],
        None,
    )
    .await;
    let mut browser = Browser::signed_in(&house, "desk2").await;
    let mut rows = "姓名,现住址\n".to_owned();
    rows.push_str(&"周,东村\n".repeat(1_000_001));
    let bad: Vec<(Vec<u8>, &str)> = vec![
        (compound("EncryptedPackage"), "sheet-password"),
        (compound("Workbook"), "sheet-old-excel"),
        (b"%PDF-1.4".to_vec(), "sheet-other-kind"),
        (b"PK\x03\x04broken".to_vec(), "sheet-damaged"),
        (rows.into_bytes(), "sheet-too-many-rows"),
        (
            "品名,单价\n毛巾,3\n肥皂,2\n".as_bytes().to_vec(),
            "sheet-no-columns",
        ),
        (b"\xff\xff\xff,\x80\x81\xff\n".to_vec(), "sheet-encoding"),
    ];
    let words = catalogues();
    for (bytes, code) in bad {
        let path = posted(&house, &browser, &bytes).await;
        desk.work().await;
        let page = browser.get(&path).await.text;
        let args = [("max", "1000000".to_owned()), ("kind", "pdf".to_owned())];
        for locale in [Locale::Zh, Locale::En] {
            let sentence = words.text(locale, &format!("field-{code}"), &args);
            assert!(!sentence.contains(code), "{code} has no words");
            if locale == Locale::Zh {
                let shown = sentence.replace('“', "&#8220;").replace('”', "&#8221;");
                assert!(
                    page.contains(&sentence) || page.contains(&shown),
                    "{code}: {sentence}\n{page}"
                );
            }
        }
    }
}

#[tokio::test]
async fn the_pages_match_decide_and_give_back() {
    for ground in grounds().await {
        let house = house(&ground, 1_000, AccountPolicy::default());
        let desk = Desk::at(&ground, imports(&ground)).await;
        let mut browser = Browser::signed_in(&house, "desk").await;
        let path = posted(
            &house,
            &browser,
            DOUBTS
                .replace("轮椅", "=cmd|'/C calc'!A0")
                .replace("13800003333", "138")
                .as_bytes(),
        )
        .await;
        desk.work().await;
        let page = browser.get(&path).await.text;
        assert!(
            page.contains("name=\"column\"") && page.contains("周建国"),
            "{page}"
        );
        let fields = ["name", "identity", "birth", "phone", "address", "note"]
            .map(|field| ("column", field));
        let answer = browser.post(&format!("{path}/columns"), &fields).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        desk.work().await;
        let page = browser.get(&path).await.text;
        assert!(
            page.contains("id=\"doubts\"") && page.contains("id=\"refused\""),
            "{page}"
        );
        let decided = [
            ("line", "3"),
            ("choice", "take"),
            ("line", "5"),
            ("choice", ""),
        ];
        let answer = browser.post(&format!("{path}/accept"), &decided).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        desk.work().await;
        assert_eq!(desk.count("person").await, 2);
        let book = download(&house, &browser, &format!("{path}/refused.xlsx")).await;
        let book = read(&book, &Limits::default()).unwrap();
        let lines = &book.sheets[0].lines;
        let last: Vec<String> = lines.iter().map(|line| line.cell(7).shown()).collect();
        assert_eq!(last, ["行号", "4", "5", "6", "7", "8", "9", "10"]);
        assert_eq!(lines[1].cell(5).shown(), "'=cmd|'/C calc'!A0");
        assert!(lines[3].cell(6).shown().contains("农历"));
        // Whoever keeps the register of the same community sees who took in what, not what stands in the file, and may
        // take it back. For others there is none.
        for (login, area) in [("colleague", 10), ("elsewhere", 11)] {
            account(&ground, login, vec![grant(Role::CommunityDesk, area)], None).await;
        }
        let mut elsewhere = Browser::signed_in(&house, "elsewhere").await;
        assert!(!elsewhere.get("/imports").await.text.contains(&path));
        assert_eq!(elsewhere.get(&path).await.status, 404);
        let answer = elsewhere.post(&format!("{path}/undo"), &[]).await;
        assert_eq!(answer.status, 404);
        let mut colleague = Browser::signed_in(&house, "colleague").await;
        let list = colleague.get("/imports").await.text;
        assert!(
            list.contains(&path) && list.contains("同事导入的文件"),
            "{list}"
        );
        let page = colleague.get(&path).await.text;
        assert!(
            page.contains("desk 的名字 · ") && page.contains("id=\"undo\""),
            "{page}"
        );
        for hidden in ["id=\"faults\"", "id=\"doubts\"", "id=\"refused\"", "农历"] {
            assert!(!page.contains(hidden), "{hidden}: {page}");
        }
        let book = colleague.get(&format!("{path}/refused.xlsx")).await;
        assert_eq!(book.status, 404);
        let answer = colleague.post(&format!("{path}/undo"), &[]).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        desk.work().await;
        assert_eq!(desk.count("person").await, 0);
        let page = browser.get(&path).await.text;
        assert!(page.contains("恢复到导入之前"), "{page}");
        assert!(page.contains("由 colleague 的名字 撤销"), "{page}");
    }
}

pub(crate) async fn download(house: &House, desk: &Browser, path: &str) -> Vec<u8> {
    use axum::body::Body;
    use axum::http::{Request, header};
    use http_body_util::BodyExt;
    use tower::ServiceExt;
    let request = Request::get(path)
        .header(header::HOST, "localhost")
        .header(header::COOKIE, &desk.cookie)
        .body(Body::empty())
        .unwrap();
    let response = house.router.clone().oneshot(request).await.unwrap();
    assert_eq!(response.status(), 200);
    response
        .into_body()
        .collect()
        .await
        .unwrap()
        .to_bytes()
        .to_vec()
}

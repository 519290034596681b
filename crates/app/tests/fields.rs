//! The field matrix: who sees which personal field through which door, asked of a running house and compared with a
//! checked-in table, a filled form's workbook among them. `C` in the clear, `m` masked, `.` not there. Each field holds something nothing else holds, so what
//! an answer shows is read from the answer, not believed. `UPDATE_SNAPSHOTS=1` writes the table anew; the difference is
//! read before it is committed. A sealed column that is neither probed here nor said to be no fact of a person fails.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;

use reqwest::Method;
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::Query;
use sha2::{Digest, Sha256};
use support::{TestHouse, houses, signed_in};
use uuid::Uuid;
use youlin_cases::{Cases, ImportCategories};
use youlin_database::sql::name;
use youlin_kernel::{AreaId, CommunityId, Micros, Role};
use youlin_people::facts::How;
use youlin_people::merchants::{LegalKind, MerchantInput, SaveMerchant, Trade};
use youlin_people::{
    MembershipRole, OrganisationKind, PersonInput, SaveMembership, SaveOrganisation, SavePerson,
    SetLabel, Vault, consent,
};

/// A field: its name, the sealed column it comes from, how it looks in the clear and how behind its mask.
struct Field {
    name: &'static str,
    column: &'static str,
    clear: &'static [&'static str],
    masked: &'static [&'static str],
}

const fn field(
    name: &'static str,
    column: &'static str,
    clear: &'static [&'static str],
    masked: &'static [&'static str],
) -> Field {
    Field {
        name,
        column,
        clear,
        masked,
    }
}

const FIELDS: &[Field] = &[
    field(
        "name",
        "person.name_sealed",
        &["欧阳知秋"],
        &["欧阳**", "欧**"],
    ),
    field(
        "phone",
        "person_phone.number_sealed",
        &["13812345678", "138 1234 5678"],
        &["138****5678"],
    ),
    field(
        "identity",
        "person.identity_sealed",
        &["11010519491231002X"],
        &["110105********002X", "1101**********002X"],
    ),
    field("birth", "person.birth_sealed", &["1949-12-31"], &[]),
    field("note", "person.note_sealed", &["备注甲乙丙"], &[]),
    field(
        "label open",
        "person_label.label_sealed",
        &[
            "class=\"tag\">志愿者",
            "\"volunteer\"",
            "<li>志愿者",
            "记为「志愿者",
        ],
        &[],
    ),
    field(
        "label personal",
        "person_label.label_sealed",
        &[
            "class=\"tag\">独居",
            "\"living_alone\"",
            "<li>独居",
            "记为「独居",
        ],
        &[],
    ),
    field(
        "label sensitive",
        "person_label.label_sealed",
        &[
            "class=\"tag\">残疾人",
            "\"disabled\"",
            "<li>残疾人",
            "记为「残疾人",
        ],
        &[],
    ),
    field(
        "label past",
        "person_label_past.label_sealed",
        &["「出院康复」到此为止"],
        &[],
    ),
    field("home town", "person_label.label_sealed", &["海门"], &[]),
    field(
        "duty phone",
        "membership.duty_phone_sealed",
        &["13900008888", "139 0000 8888"],
        &["139****8888"],
    ),
    field(
        "organisation e-mail",
        "organisation.email_sealed",
        &["yewei@yuelong.example"],
        &[],
    ),
    field(
        "case reporter name",
        "case_record.reporter_contact",
        &["司马问路"],
        &["司马**", "司**"],
    ),
    field(
        "case reporter phone",
        "case_record.reporter_contact",
        &["13711112222", "137 1111 2222"],
        &["137****2222"],
    ),
    field(
        "merchant phone",
        "merchant.phone_sealed",
        &["13733334444", "137 3333 4444"],
        &["137****4444"],
    ),
];

/// Sealed columns that are no fact of a person anybody asks for, or that only the own file, the walk from door to door and
/// forms show, which have tests of their own.
const ELSEWHERE: &[(&str, &str)] = &[
    ("person_merge", "a journal: nothing shows it"),
    (
        "person_death",
        "shown in the timeline of a person who died: tests/suite/whole.rs",
    ),
    (
        "move_out",
        "where somebody moved to, shown for a purpose: tests/suite/round.rs",
    ),
    ("visiting_entry", "from door to door: tests/suite/round.rs"),
    (
        "form_asked",
        "own file and forms: tests/suite/own.rs, insight forms",
    ),
    ("correction", "own file and desk: tests/suite/own.rs"),
    (
        "person_export",
        "what an export is narrowed by, for who asked and who approves: tests/suite/lists.rs",
    ),
    ("account", "a secret of signing in"),
    (
        "talent_named",
        "who was named and why: people's tests/suite/talents.rs",
    ),
    ("resource_loan", "a note on a loan: sharing's stories"),
    (
        "support_request",
        "a question to a specialist: sharing's stories",
    ),
    (
        "support_entry",
        "what a specialist answered: sharing's stories",
    ),
    ("round", "words and answers of a round: rounds' stories"),
    (
        "round_track",
        "where somebody walked: rounds' tests/suite/tracks.rs",
    ),
    (
        "live_track",
        "where somebody walks: rounds' tests/suite/tracks.rs",
    ),
    (
        "live_part",
        "where somebody walks: rounds' tests/suite/tracks.rs",
    ),
    (
        "openrosa_submission",
        "what another program sent, for who sent it: openrosa's tests/suite",
    ),
    ("own_code", "a secret of signing in"),
    ("import_run", "a file's rows, for who imported it"),
    ("import_piece", "a file, for who imported it"),
    ("import_part", "a file's rows, for who imported it"),
    ("import_left", "a file's rows, for who imported it"),
    ("import_step", "how an import is taken back"),
    ("delivery", "a message on its way"),
    ("webhook_subscription", "a secret of another system"),
    ("phone_call", "telephone intake: cases' own tests"),
];

struct Ground {
    person: Uuid,
    organisation: Uuid,
    case: Uuid,
    desk: Uuid,
    merchant: Uuid,
    form: Uuid,
}

const HOME: CommunityId = CommunityId(10);

async fn prepare(house: &TestHouse) -> Ground {
    let app = &house.running.app;
    let (db, ctx) = (app.db(), app.service_ctx("test"));
    let vault = app.need::<Vault>().unwrap();
    let input = PersonInput {
        name: "欧阳知秋".into(),
        birth: Some("1949-12-31".parse().unwrap()),
        phones: vec!["13812345678".into()],
        identity: Some("11010519491231002X".into()),
        note: Some("备注甲乙丙".into()),
        labels: [
            "volunteer",
            "living_alone",
            "disabled",
            "discharged",
            "hometown:海门",
        ]
        .map(str::to_owned)
        .into(),
        consents: vec![consent::MATCH_HOME_TOWN.into()],
        ..PersonInput::default()
    };
    let save = SavePerson {
        vault: Arc::clone(&vault),
        community: HOME,
        id: None,
        version: None,
        ext_key: None,
        input,
    };
    let person = db.execute(&ctx, save).await.unwrap();
    let off = SetLabel {
        vault: Arc::clone(&vault),
        community: HOME,
        person,
        label: "discharged".into(),
        how: How::Desk,
        on: false,
    };
    db.execute(&ctx, off).await.unwrap();
    let organisation = SaveOrganisation {
        vault: Arc::clone(&vault),
        id: None,
        version: None,
        ext_key: None,
        kind: OrganisationKind::OwnersCommittee,
        name: "悦龙业委会".into(),
        area: AreaId(10),
        phone: None,
        email: Some("yewei@yuelong.example".into()),
        credit_code: None,
        closed: false,
    };
    let organisation = db.execute(&ctx, organisation).await.unwrap();
    let merchant = SaveMerchant {
        vault: Arc::clone(&vault),
        community: HOME,
        known: None,
        at: None,
        input: MerchantInput {
            name: "知秋布行".into(),
            kind: LegalKind::Individual.as_str().into(),
            trade: Trade::ALL[0].as_str().into(),
            phone: Some("13733334444".into()),
            ..MerchantInput::default()
        },
    };
    let merchant = db.execute(&ctx, merchant).await.unwrap();
    let member = SaveMembership {
        vault,
        person_community: HOME,
        person,
        organisation: Some(organisation),
        role: MembershipRole::OwnersCommitteeMember,
        area: AreaId(10),
        duty_phone: Some("13900008888".into()),
        valid_from: None,
    };
    db.execute(&ctx, member).await.unwrap();
    let desk = house.account(Role::CommunityDesk).await;
    Ground {
        person,
        organisation,
        case: report(house, desk).await,
        desk,
        merchant,
        form: form(house).await,
    }
}

/// Names of a form's columns and the fields they are filled from.
const COLUMNS: [(&str, &str); 9] = [
    ("姓名", "name"),
    ("电话", "phone"),
    ("身份证号", "identity"),
    ("出生日期", "birth"),
    ("备注", "note"),
    ("人员类别", "labels"),
    ("志愿者", "label:volunteer"),
    ("独居", "label:living_alone"),
    ("残疾人", "label:disabled"),
];

/// A blank form of somebody upstairs that asks for everything there is of a person.
async fn form(house: &TestHouse) -> Uuid {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (at, (name, _)) in (0..).zip(COLUMNS) {
        sheet.write(0, at, name).unwrap();
    }
    let workbook = book.save_to_buffer().unwrap();
    let blank = youlin_insight::read_blank(&workbook).unwrap();
    let columns = blank.layout.columns.iter().zip(COLUMNS);
    let columns = columns.map(|(one, (_, field))| youlin_insight::Column {
        column: one.column,
        row: one.row,
        name: one.name.clone(),
        source: youlin_insight::Source::Field(field.into()),
    });
    let save = youlin_insight::SaveForm {
        number: String::new(),
        name: "人员情况".into(),
        requester: "街道".into(),
        every: youlin_insight::Every::Year,
        area: AreaId(10),
        file_name: "form.xlsx".into(),
        mapping: youlin_insight::Mapping {
            rows: youlin_insight::Rows::default(),
            columns: columns.collect(),
        },
        blank,
        workbook,
    };
    let app = &house.running.app;
    let ctx = app.service_ctx("test");
    app.db().execute(&ctx, save).await.unwrap()
}

/// What a filled form says, a label as a page would show it.
fn sheet(bytes: &[u8]) -> String {
    let book = youlin_tabular::read(bytes, &youlin_tabular::Limits::default()).unwrap();
    let mut said = String::new();
    for line in book
        .sheets
        .iter()
        .flat_map(|sheet| sheet.lines.iter().skip(1))
    {
        for (cell, (column, _)) in line.cells.iter().zip(COLUMNS) {
            let text = cell.shown();
            let labels = text.split(['、', ',', '，']);
            let labels = labels.map(|one| if one == "是" { column } else { one });
            for label in labels {
                writeln!(said, "class=\"tag\">{label}").unwrap();
            }
            writeln!(said, "{text}").unwrap();
        }
    }
    said
}

const CATEGORIES: &str = r#"{"categories":[{"code":"E-0699","class":"event","group":"其他","name":"其他事件",
"keywords":[],"limit":{"amount":24,"unit":"hours"},"accept_limit":{"amount":1,"unit":"hours"}}]}"#;

/// A case from somebody who leaves a name and a number, noted at the desk.
async fn report(house: &TestHouse, desk: Uuid) -> Uuid {
    let app = &house.running.app;
    let import = ImportCategories {
        text: CATEGORIES.into(),
        dry_run: false,
    };
    app.db()
        .execute(&app.service_ctx("test"), import)
        .await
        .unwrap();
    app.need::<Cases>().unwrap().reload().await.unwrap();
    let desk = house.session(desk).await;
    let text = serde_json::json!({
        "source": "desk", "category": "E-0699", "text": "路灯不亮", "place": { "area": 10 },
        "contact": { "name": "司马问路", "phone": "13711112222" },
    });
    let answer = signed_in(house.post("/api/v1/cases", text.to_string()), &desk)
        .send()
        .await
        .unwrap();
    let status = answer.status();
    let body: serde_json::Value = answer.json().await.unwrap();
    let id = body["id"].as_str().and_then(|id| id.parse().ok());
    id.unwrap_or_else(|| panic!("{status}: {body}"))
}

/// Name, method, address, and what is sent.
type Door = (&'static str, Method, String, Option<String>);

fn doors(ground: &Ground, export: Option<Uuid>) -> Vec<Door> {
    let id = ground.person;
    let get = |name, path: String| (name, Method::GET, path, None);
    let reveal = serde_json::json!({
        "fields": [{"field": "name"}, {"field": "identity"}, {"field": "note"}], "purpose": "核对身份",
    });
    let mut all = vec![
        get("page search", "/people?q=13812345678".into()),
        get("page person", format!("/people/{id}")),
        get("page life", format!("/people/{id}/life")),
        get("page edit", format!("/people/{id}/edit")),
        get("page doubles", "/people/doubles".into()),
        get(
            "page organisation",
            format!("/people/organisations/{}", ground.organisation),
        ),
        get("REST people", "/api/v1/people?phone=13812345678".into()),
        get("REST person", format!("/api/v1/people/{id}")),
        (
            "REST reveal",
            Method::POST,
            format!("/api/v1/people/{id}/reveal"),
            Some(reveal.to_string()),
        ),
        get("REST organisations", "/api/v1/organisations".into()),
        get("page merchants", "/people/merchants".into()),
        get(
            "page merchant",
            format!("/people/merchants/{}", ground.merchant),
        ),
        get(
            "page merchant edit",
            format!("/people/merchants/{}/edit", ground.merchant),
        ),
        (
            "page merchant reveal",
            Method::POST,
            format!("/people/merchants/{}/reveal", ground.merchant),
            Some("purpose=%E6%A0%B8%E5%AF%B9%E7%85%A7%E7%89%8C".into()),
        ),
        get("REST merchants", "/api/v1/merchants".into()),
        get(
            "REST merchant",
            format!("/api/v1/merchants/{}", ground.merchant),
        ),
        get("page case", format!("/cases/{}", ground.case)),
        get("REST case", format!("/api/v1/cases/{}", ground.case)),
        (
            "filled form",
            Method::POST,
            format!("/insight/forms/{}/fill", ground.form),
            Some(String::new()),
        ),
        get("own file", "/my-file".into()),
        get("own life", "/my-file/life".into()),
    ];
    if let Some(export) = export {
        all.push((
            "export",
            Method::POST,
            format!("/people/exports/{export}/take"),
            Some(String::new()),
        ));
    }
    all
}

async fn shown(house: &TestHouse, cookie: Option<&str>, (_, method, path, body): &Door) -> String {
    let rest = path.starts_with("/api/");
    let accept = if rest {
        "application/json"
    } else {
        "text/html"
    };
    let mut request = house
        .client
        .request(method.clone(), house.url(path))
        .header("accept", accept);
    if let Some(body) = body {
        let kind = if rest {
            "application/json"
        } else {
            "application/x-www-form-urlencoded"
        };
        request = request.header("content-type", kind).body(body.clone());
    }
    if let Some(cookie) = cookie {
        request = signed_in(request, cookie);
    }
    let answer = request.send().await.unwrap();
    assert!(
        answer.status().as_u16() < 500,
        "{path}: {}",
        answer.status()
    );
    if answer.status().is_success() {
        let bytes = answer.bytes().await.unwrap();
        match bytes.starts_with(b"PK") {
            true => sheet(&bytes),
            false => String::from_utf8_lossy(&bytes).into_owned(),
        }
    } else {
        String::new()
    }
}

/// The cookie of a session in the person's own file, as a code opens it.
async fn own_session(house: &TestHouse, person: Uuid) -> String {
    let app = &house.running.app;
    let token = "0123456789abcdef0123456789abcdef";
    let mut insert = Query::insert();
    insert
        .into_table(name("own_session"))
        .columns(
            [
                "community_id",
                "token_hash",
                "number_index",
                "person_community",
                "person_id",
                "ends_at",
            ]
            .map(name),
        )
        .values_panic([
            0_i64.into(),
            Sha256::digest(token.as_bytes()).to_vec().into(),
            vec![0_u8; 16].into(),
            HOME.0.into(),
            person.into(),
            app.service_ctx("test").now().plus(Micros::HOUR).0.into(),
        ]);
    app.db().raw_write().execute(&insert).await.unwrap();
    let secure = app.config().cookies.secure;
    let cookie = if secure {
        "__Host-youlin-file"
    } else {
        "youlin-file"
    };
    format!("{cookie}={token}")
}

/// Asks for a list of the community, as somebody who may; taken by that account only.
async fn export(house: &TestHouse, cookie: &str) -> Option<Uuid> {
    let body = "area=10&purpose=%E9%80%9A%E7%9F%A5%E5%81%9C%E6%B0%B4";
    let request = house
        .client
        .post(house.url("/people/exports"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body);
    let answer = signed_in(request, cookie).send().await.unwrap();
    if !answer.status().is_redirection() {
        return None;
    }
    let list = signed_in(
        house
            .client
            .get(house.url("/people/exports"))
            .header("accept", "text/html"),
        cookie,
    );
    let page = list.send().await.unwrap().text().await.unwrap();
    let at = page.find("/people/exports/")?;
    page.match_indices("/people/exports/")
        .filter(|(found, _)| *found >= at)
        .find_map(|(found, text)| page[found + text.len()..].get(..36)?.parse().ok())
}

fn letter(text: &str, field: &Field) -> char {
    if field.clear.iter().any(|one| text.contains(one)) {
        'C'
    } else if field.masked.iter().any(|one| text.contains(one)) {
        'm'
    } else {
        '.'
    }
}

async fn matrix(house: &TestHouse) -> String {
    let ground = prepare(house).await;
    let mut actors: Vec<(String, Option<String>)> = vec![("visitor".into(), None)];
    for role in Role::ALL {
        let account = match role {
            Role::CommunityDesk => ground.desk,
            _ => house.account(role).await,
        };
        actors.push((role.as_str().to_owned(), Some(house.session(account).await)));
    }
    actors.push((
        "person".into(),
        Some(own_session(house, ground.person).await),
    ));
    let mut table = String::from("# C in the clear, m masked, . not there; fields:\n");
    for (at, field) in FIELDS.iter().enumerate() {
        writeln!(table, "# {at:2} {} ({})", field.name, field.column).unwrap();
    }
    let mut lines = BTreeSet::new();
    for (actor, cookie) in &actors {
        let export = match cookie {
            Some(cookie) => export(house, cookie).await,
            None => None,
        };
        for door in doors(&ground, export) {
            let text = shown(house, cookie.as_deref(), &door).await;
            let letters: String = FIELDS.iter().map(|field| letter(&text, field)).collect();
            if letters.chars().any(|one| one != '.') {
                lines.insert(format!("{:20} {:22} {letters}", door.0, actor));
            }
        }
    }
    for line in lines {
        table.push_str(&line);
        table.push('\n');
    }
    table
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_field_is_shown_to_whom_the_table_says() {
    for house in houses(&[], Vec::new).await {
        let table = matrix(&house).await;
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/field_matrix.txt");
        if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
            std::fs::write(&file, &table).unwrap();
        }
        let known = std::fs::read_to_string(&file).unwrap_or_default();
        assert_eq!(
            table, known,
            "tests/field_matrix.txt (UPDATE_SNAPSHOTS=1 writes it anew)"
        );
        house.running.stop().await;
    }
}

#[test]
fn every_sealed_field_is_in_the_matrix() {
    let mut known: BTreeSet<&str> = FIELDS.iter().map(|field| field.column).collect();
    let sealed = youlin::house::sealed_tables();
    for table in &sealed {
        for column in table.columns.iter() {
            let name = format!("{}.{}", table.table, column.column);
            let elsewhere = ELSEWHERE.iter().any(|(one, _)| *one == table.table);
            assert!(
                known.remove(name.as_str())
                    || elsewhere
                    || FIELDS.iter().any(|field| field.column == name),
                "{name} is sealed: probe it in FIELDS, or say in ELSEWHERE why it is none anybody is shown"
            );
        }
    }
    assert!(known.is_empty(), "no such sealed columns: {known:?}");
}

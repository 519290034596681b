//! The square town, the four categories and the house around them.

use std::sync::Arc;

use axum::Router;
use serde_json::{Value, json};
use youlin_cases::Cases;
use youlin_database::Migration;
use youlin_files::{FileStore, FilesConfig};
use youlin_people::{AccountPolicy, Accounts, Vault};
use youlin_places::import::{self, AREA_COLUMNS, Row, read_csv};
use youlin_places::{Datum, Locator};
use youlin_testkit::World;
use youlin_testkit::town::small_town;
use youlin_testkit::web::{catalogues, web_config};
use youlin_web::{RateLimits, WebConfig};

use crate::ground::Wishes;

const AREAS: &str = "\
code,scheme,scheme_version,level,parent_code,name,name_en,short
91,t,1,district,,测试区,Test District,测试区
S1,t,1,subdistrict,91,一街道,First,一
A,t,1,community,S1,甲社区,A Community,甲
B,t,1,community,S1,乙社区,B Community,乙
A1,t,1,grid,A,甲一网格,A1,甲一
A2,t,1,grid,A,甲二网格,A2,甲二
";

/// One category with all six types of question, an event, a neighbourly service, and a sensitive one.
pub(crate) fn categories() -> String {
    let question = |code: &str, kind: &str, required: bool, order: i32, values: &[(&str, &str)]| {
        let values: Vec<Value> = values
            .iter()
            .map(|(key, name)| json!({"key": key, "name": name}))
            .collect();
        json!({"code": code, "label": format!("问题{code}"), "label_en": format!("Question {code}"), "type": kind,
               "required": required, "order": order, "values": values})
    };
    let list = [("low", "低 <1m>"), ("high", "高 & 远")];
    let category = |code: &str,
                    class: &str,
                    name: &str,
                    name_en: &str,
                    sensitive: bool,
                    questions: Vec<Value>| {
        json!({"code": code, "class": class, "group": "公用设施", "name": name, "name_en": name_en,
               "keywords": ["路灯", "灯"], "limit": {"amount": 24, "unit": "hours"},
               "accept_limit": {"amount": 1, "unit": "hours"}, "questions": questions, "sensitive": sensitive})
    };
    let six = vec![
        question("when", "datetime", false, 3, &[]),
        question("pole", "string", true, 1, &[]),
        question("lamps", "number", false, 2, &[]),
        question("story", "text", false, 4, &[]),
        question("height", "singlevaluelist", false, 5, &list),
        question(
            "colours",
            "multivaluelist",
            false,
            6,
            &[("red", "红"), ("green", "绿")],
        ),
    ];
    json!({"categories": [
        category("P-1", "part", "路灯不亮", "Street light out", false, six),
        category("E-1", "event", "垃圾堆放", "Rubbish", false, vec![]),
        category("S-1", "service", "家中小修", "Small repairs at home", false, vec![]),
        category("S-9", "service", "陪诊就医", "Going to hospital together", true, vec![]),
    ]})
    .to_string()
}

pub(crate) fn migrations() -> Vec<Migration> {
    let mut all = youlin_places::MIGRATIONS.to_vec();
    all.extend_from_slice(youlin_people::MIGRATIONS);
    all.extend_from_slice(youlin_cases::MIGRATIONS);
    all
}

pub(crate) async fn town(world: &World, locator: &Arc<Locator>) {
    let (db, ctx) = (world.db(), world.service());
    let areas = import::areas(
        db,
        &ctx,
        locator,
        read_csv(AREAS, AREA_COLUMNS).unwrap(),
        false,
    )
    .await
    .unwrap();
    assert_eq!((areas.new, areas.refused.len()), (6, 0), "{areas:?}");
    let drawing = small_town(&["91", "S1", "A", "B", "A1", "A2"]);
    let drawn = import::boundaries(db, &ctx, locator, drawing, Datum::Wgs84, false)
        .await
        .unwrap();
    assert_eq!((drawn.new, drawn.refused.len()), (6, 0), "{drawn:?}");
    let estate = Row::new(
        2,
        &[
            ("key", "e1"),
            ("community_code", "A"),
            ("name", "光明东村"),
            ("aliases", "东村"),
            ("street_address", "青年中路"),
            ("lon", "120.8021"),
            ("lat", "32.0051"),
        ],
    );
    let report = import::estates(db, &ctx, locator, vec![estate], false)
        .await
        .unwrap();
    assert!(report.is_clean(), "{report:?}");
    let building = |line, key, name| {
        let at = [
            ("lon", "120.8021"),
            ("lat", "32.0051"),
            ("floors", "6"),
            ("aliases", ""),
        ];
        Row::new(
            line,
            &[
                [("key", key), ("estate_key", "e1"), ("name", name)].as_slice(),
                &at,
            ]
            .concat(),
        )
    };
    let rows = vec![building(2, "b12", "12号楼"), building(3, "b13", "13号楼")];
    let report = import::buildings(db, &ctx, locator, rows, false)
        .await
        .unwrap();
    assert!(report.is_clean(), "{report:?}");
    let dwelling = Row::new(
        2,
        &[
            ("key", "d304"),
            ("building_key", "b12"),
            ("entrance", "1单元"),
            ("room", "304"),
            ("floor", "3"),
            ("use", "owned"),
            ("area", "88.50"),
        ],
    );
    let report = import::dwellings(db, &ctx, locator, vec![dwelling], false)
        .await
        .unwrap();
    assert!(report.is_clean(), "{report:?}");
}

pub(crate) fn router(
    world: &World,
    cases: &Arc<Cases>,
    locator: &Arc<Locator>,
    vault: &Arc<Vault>,
    files: &std::path::Path,
    wishes: Wishes,
) -> Router {
    let config = WebConfig {
        public_url: "https://youlin.example.cn".to_owned(),
        max_upload: 1_000_000,
        ..web_config()
    };
    let accounts = Arc::new(Accounts::new(world.db().clone(), AccountPolicy::default()));
    let mut store = FilesConfig::folder(files);
    store.max_bytes = 300_000;
    let source = Arc::<Accounts>::clone(&accounts);
    let limits = RateLimits::per_minute(wishes.public.1, wishes.public.0, 10);
    let mut builder = world
        .app(catalogues(), config, source, limits)
        .with(accounts)
        .with(Arc::clone(vault))
        .with(Arc::clone(locator))
        .with(Arc::clone(cases))
        .with(Arc::new(FileStore::open(store).unwrap()));
    if let Some(settings) = wishes.settings {
        builder = builder.with(Arc::new(settings));
    }
    let info = utoipa::openapi::Info::new("test", "0");
    youlin_web::build(builder.finish(), &[youlin_open311::module()], info).router
}

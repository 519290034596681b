//! A small town with pages, a form as a browser sends it, and photographs that know where they were taken.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use axum::response::Response;
use http_body_util::BodyExt;
use serde_json::json;
use tempfile::TempDir;
use tower::ServiceExt;
use uuid::Uuid;
use youlin_cases::model::Verb;
use youlin_cases::{Act, Cases, CasesSettings, ImportCategories, Via, case};
use youlin_crypto::Keyring;
use youlin_files::{FileStore, FilesConfig};
use youlin_kernel::{AreaTree, ManualClock, Micros};
use youlin_people::{AccountPolicy, Accounts, Vault};
use youlin_places::import::{self, AREA_COLUMNS, Row, read_csv};
use youlin_places::{Datum, Locator};
use youlin_testkit::town::small_town;
use youlin_testkit::web::{catalogues, web_config, wide_limits};
use youlin_testkit::{TestDatabase, World};
use youlin_web::{App, WebConfig};

const AREAS: &str = "\
code,scheme,scheme_version,level,parent_code,name,name_en,short
91,t,1,district,,测试区,Test District,测试区
S1,t,1,subdistrict,91,一街道,First,一
A,t,1,community,S1,甲社区,A Community,甲
B,t,1,community,S1,乙社区,B Community,乙
A1,t,1,grid,A,甲一网格,A1,甲一
";

pub(crate) struct Ground {
    pub(crate) world: World,
    pub(crate) cases: Arc<Cases>,
    pub(crate) app: App,
    router: Router,
    _files: TempDir,
}

impl Ground {
    pub(crate) async fn new(base: TestDatabase) -> Self {
        let mut migrations = youlin_web::SESSION_MIGRATIONS.to_vec();
        migrations.extend_from_slice(youlin_places::MIGRATIONS);
        migrations.extend_from_slice(youlin_people::MIGRATIONS);
        migrations.extend_from_slice(youlin_cases::MIGRATIONS);
        let world = World::new(base, &migrations).await;
        world.areas.store(Arc::new(AreaTree::default()));
        let clock = Arc::<ManualClock>::clone(&world.clock);
        let locator = Locator::load_with_clock(world.db(), Arc::clone(&world.areas), clock)
            .await
            .unwrap();
        town(&world, &locator).await;
        let ctx = world.service();
        let vault = Vault::new(Keyring::generate(&|bytes| ctx.random(bytes)))
            .with_places(Arc::clone(&locator));
        let vault = Arc::new(vault);
        let settings = CasesSettings {
            hours: youlin_workday::DayHours::default(),
            lines: vec![("051300001000".into(), "A".into())],
            telephony_secrets: Vec::new(),
            link_days: 14,
            public_url: "http://localhost".into(),
        };
        let cases = Cases::load(
            world.db().clone(),
            Arc::clone(&locator),
            Arc::clone(&vault),
            settings,
        )
        .await
        .unwrap();
        let import = ImportCategories {
            text: categories(),
            dry_run: false,
        };
        world.db().execute(&ctx, import).await.unwrap();
        cases.reload().await.unwrap();
        let files = tempfile::tempdir().unwrap();
        let app = app(&world, &cases, &locator, &vault, files.path());
        Self {
            world,
            cases,
            router: routes(app.clone()),
            app,
            _files: files,
        }
    }

    /// One step by Youlin itself.
    pub(crate) async fn act(&self, id: Uuid, verb: Verb) {
        let ctx = self.world.service();
        let view = case(self.world.db(), &self.cases, &ctx, id).await.unwrap();
        let act = Act {
            cases: Arc::clone(&self.cases),
            community: view.row.community,
            case: id,
            version: None,
            verb,
            via: Via::Account,
        };
        self.world.clock.advance(Micros::MINUTE);
        self.world.db().execute(&ctx, act).await.unwrap();
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        let request = Request::get(path).header(header::ACCEPT, "text/html");
        self.send(request.body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn post(&self, path: &str, form: Form) -> Answer {
        let request = Request::post(path)
            .header(header::ACCEPT, "text/html")
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=XyZ");
        self.send(request.body(Body::from(form.multipart())).unwrap())
            .await
    }

    /// A neighbour's report of a dark lamp; its case.
    pub(crate) async fn lamp(&self) -> Uuid {
        let form = Form::new()
            .text("text", "路灯不亮")
            .text("place", "甲小区12号楼");
        self.post("/help", form).await;
        self.cases().await.remove(0)
    }

    pub(crate) async fn post_plain(&self, path: &str, form: Form) -> Answer {
        let request = Request::post(path)
            .header(header::ACCEPT, "text/html")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(form.urlencoded())).unwrap())
            .await
    }

    async fn send(&self, request: Request<Body>) -> Answer {
        self.world.clock.advance(Micros::SECOND);
        answered(self.router.clone().oneshot(request).await.unwrap()).await
    }

    /// What an application of this town answers to whoever signs in there.
    pub(crate) async fn over(&self, app: App, request: Request<Body>) -> Answer {
        answered(routes(app).oneshot(request).await.unwrap()).await
    }
}

fn routes(app: App) -> Router {
    let info = utoipa::openapi::Info::new("test", "0");
    youlin_web::build(app, &[youlin_cases::module()], info).router
}

async fn answered(response: Response) -> Answer {
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes().to_vec();
    let named = |name| {
        let value = parts.headers.get(name).map(|value| value.to_str().unwrap());
        value.unwrap_or_default().to_owned()
    };
    Answer {
        status: parts.status,
        location: named(header::LOCATION),
        kind: named(header::CONTENT_TYPE),
        text: String::from_utf8_lossy(&bytes).into_owned(),
        bytes,
    }
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) location: String,
    pub(crate) kind: String,
    pub(crate) text: String,
    pub(crate) bytes: Vec<u8>,
}

impl Answer {
    #[track_caller]
    pub(crate) fn between(&self, before: &str, after: &str) -> String {
        let from = self.text.find(before).unwrap() + before.len();
        let len = self.text[from..].find(after).unwrap();
        self.text[from..from + len].to_owned()
    }
}

/// A form's fields and files in the order they are sent.
#[derive(Default)]
pub(crate) struct Form(Vec<(String, Option<String>, Vec<u8>)>);

impl Form {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn text(mut self, name: &str, value: &str) -> Self {
        self.0.push((name.into(), None, value.into()));
        self
    }

    pub(crate) fn photo(mut self, file: &str, bytes: Vec<u8>) -> Self {
        self.0.push(("photo".into(), Some(file.into()), bytes));
        self
    }

    fn multipart(self) -> Vec<u8> {
        let mut body = Vec::new();
        for (name, file, bytes) in self.0 {
            let file = file
                .map(|file| format!("; filename=\"{file}\""))
                .unwrap_or_default();
            body.extend(
                format!("--XyZ\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n")
                    .bytes(),
            );
            body.extend(bytes);
            body.extend(b"\r\n");
        }
        body.extend(b"--XyZ--\r\n");
        body
    }

    fn urlencoded(&self) -> String {
        let text = |value: &'_ [u8]| std::str::from_utf8(value).unwrap().to_owned();
        let fields: Vec<(&str, String)> = self
            .0
            .iter()
            .map(|(name, _, value)| (name.as_str(), text(value)))
            .collect();
        let fields: Vec<(&str, &str)> = fields
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        youlin_testkit::web::form(&fields)
    }
}

/// A small JPEG; with a position it carries the EXIF a telephone writes. Latitude, longitude.
pub(crate) fn photograph(at: Option<(f64, f64)>) -> Vec<u8> {
    let picture = image::RgbImage::from_fn(64, 48, |x, y| {
        image::Rgb([
            (x * 4) as u8,
            (y * 5) as u8,
            at.map_or(0, |at| (at.1 * 1e4) as u64 as u8),
        ])
    });
    let mut jpeg = std::io::Cursor::new(Vec::new());
    picture
        .write_to(&mut jpeg, image::ImageFormat::Jpeg)
        .unwrap();
    let jpeg = jpeg.into_inner();
    let Some((lat, lon)) = at else { return jpeg };
    let tiff = gps(lat, lon);
    let mut all = jpeg[..2].to_vec();
    all.extend([0xff, 0xe1]);
    all.extend(u16::try_from(tiff.len() + 8).unwrap().to_be_bytes());
    all.extend(b"Exif\0\0");
    all.extend(tiff);
    all.extend(&jpeg[2..]);
    all
}

fn gps(lat: f64, lon: f64) -> Vec<u8> {
    let mut tiff = b"MM\0\x2a\0\0\0\x08".to_vec();
    let entry = |tiff: &mut Vec<u8>, tag: u16, kind: u16, count: u32, value: [u8; 4]| {
        tiff.extend(tag.to_be_bytes());
        tiff.extend(kind.to_be_bytes());
        tiff.extend(count.to_be_bytes());
        tiff.extend(value);
    };
    tiff.extend([0, 1]);
    entry(&mut tiff, 0x8825, 4, 1, 26u32.to_be_bytes());
    tiff.extend([0; 4]);
    let values = 26 + 2 + 4 * 12 + 4u32;
    tiff.extend([0, 4]);
    entry(&mut tiff, 1, 2, 2, *b"N\0\0\0");
    entry(&mut tiff, 2, 5, 3, values.to_be_bytes());
    entry(&mut tiff, 3, 2, 2, *b"E\0\0\0");
    entry(&mut tiff, 4, 5, 3, (values + 24).to_be_bytes());
    tiff.extend([0; 4]);
    for degrees in [lat, lon] {
        let seconds = (degrees.fract() * 3600.0 * 10_000.0).round() as u32;
        for (number, of) in [(degrees as u32, 1), (0, 1), (seconds, 10_000)] {
            tiff.extend(u32::to_be_bytes(number));
            tiff.extend(u32::to_be_bytes(of));
        }
    }
    tiff
}

fn categories() -> String {
    let category = |code: &str, name: &str, words: &[&str]| {
        json!({"code": code, "class": "event", "group": "公用设施", "name": name, "keywords": words,
               "limit": {"amount": 24, "unit": "hours"}, "accept_limit": {"amount": 1, "unit": "hours"}})
    };
    json!({"categories": [category("P-1", "路灯不亮", &["路灯"]), category("E-0699", "其他事件", &[])]})
        .to_string()
}

async fn town(world: &World, locator: &Locator) {
    let (db, ctx) = (world.db(), world.service());
    let rows = read_csv(AREAS, AREA_COLUMNS).unwrap();
    assert!(
        import::areas(db, &ctx, locator, rows, false)
            .await
            .unwrap()
            .is_clean()
    );
    let ctx = world.service();
    let report = import::boundaries(
        db,
        &ctx,
        locator,
        small_town(&["91", "S1", "A", "B", "A1"]),
        Datum::Wgs84,
        false,
    )
    .await
    .unwrap();
    assert!(report.is_clean(), "{report:?}");
    let at = [("lon", "120.8021"), ("lat", "32.0051"), ("aliases", "")];
    let estate = [
        [("key", "e1"), ("community_code", "A"), ("name", "甲小区")].as_slice(),
        &at,
    ]
    .concat();
    let report = import::estates(db, &ctx, locator, vec![Row::new(2, &estate)], false)
        .await
        .unwrap();
    assert!(report.is_clean(), "{report:?}");
    let building = [
        [
            ("key", "b12"),
            ("estate_key", "e1"),
            ("name", "12号楼"),
            ("floors", "6"),
        ]
        .as_slice(),
        &at,
    ]
    .concat();
    let report = import::buildings(db, &ctx, locator, vec![Row::new(2, &building)], false)
        .await
        .unwrap();
    assert!(report.is_clean(), "{report:?}");
}

fn app(
    world: &World,
    cases: &Arc<Cases>,
    locator: &Arc<Locator>,
    vault: &Arc<Vault>,
    files: &std::path::Path,
) -> App {
    let config = WebConfig {
        max_upload: 300_000,
        ..web_config()
    };
    let accounts = Arc::new(Accounts::new(world.db().clone(), AccountPolicy::default()));
    let mut store = FilesConfig::folder(files);
    store.max_bytes = 300_000;
    let source = Arc::<Accounts>::clone(&accounts);
    world
        .app(catalogues(), config, source, wide_limits())
        .with(accounts)
        .with(Arc::clone(vault))
        .with(Arc::clone(locator))
        .with(Arc::clone(cases))
        .with(Arc::new(FileStore::open(store).unwrap()))
        .finish()
}

//! A file goes the whole way: given, judged, accepted, taken in; and a server dies in the middle of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};

use futures::FutureExt;
use futures::future::BoxFuture;
use uuid::Uuid;
use youlin_database::{Command, Database, JobHandler, JobWorker, Tx};
use youlin_imports::{
    AcceptImport, AcceptSealer, Batch, DropImport, ForgetImport, ImportReport, ImportState,
    ImportView, Imports, Incoming, Plan, Register, RunImport, StartImport, import_view,
};
use youlin_kernel::{CommunityId, Ctx, Locale, Micros, Permission, Problem, Result, Role};
use youlin_people::import::PersonsRegister;
use youlin_people::{AccountPolicy, CloseAccount, SetGrants};
use youlin_web::App;

use crate::browser::{Browser, account, house};
use crate::ground::{Ground, JIA, grant, grounds};

pub(crate) struct Desk<'a> {
    pub(crate) ground: &'a Ground,
    pub(crate) app: App,
    pub(crate) imports: Arc<Imports>,
    account: Uuid,
}

impl<'a> Desk<'a> {
    pub(crate) async fn at(ground: &'a Ground, imports: Arc<Imports>) -> Self {
        let app = house(ground, 1_000, AccountPolicy::default()).app;
        let account = account(ground, "desk", vec![grant(Role::CommunityDesk, 10)], None).await;
        Self {
            ground,
            app,
            imports,
            account,
        }
    }

    pub(crate) fn db(&self) -> &Database {
        self.ground.world.db()
    }

    pub(crate) async fn ctx(&self) -> Ctx {
        let who = self.app.accounts().account(self.account).await.unwrap();
        let who = who.unwrap();
        let id = self.ground.world.service().new_id();
        self.app.ctx(who.actor, who.grants, Locale::Zh, id)
    }

    async fn give(&self, text: &str) -> Uuid {
        let command = StartImport {
            imports: Arc::clone(&self.imports),
            kind: "persons".to_owned(),
            file_name: "persons.csv".to_owned(),
            file: Incoming::of_text(text),
        };
        self.db().execute(&self.ctx().await, command).await.unwrap()
    }

    pub(crate) async fn accept(&self, id: Uuid) -> Result<()> {
        let command = AcceptImport {
            id,
            whole: false,
            sealer: AcceptSealer(Arc::clone(&self.imports.sealer)),
            choices: Default::default(),
        };
        self.db().execute(&self.ctx().await, command).await
    }

    /// A spreadsheet of residents.
    pub(crate) async fn give_sheet(&self, bytes: Vec<u8>) -> Uuid {
        self.give_as("residents", bytes).await
    }

    /// A spreadsheet of any kind.
    pub(crate) async fn give_as(&self, kind: &str, bytes: Vec<u8>) -> Uuid {
        let command = StartImport {
            imports: Arc::clone(&self.imports),
            kind: kind.to_owned(),
            file_name: "居民.xlsx".to_owned(),
            file: Incoming {
                bytes,
                ..Incoming::default()
            },
        };
        self.db().execute(&self.ctx().await, command).await.unwrap()
    }

    /// What is due runs.
    pub(crate) async fn work(&self) {
        let run = RunImport {
            app: self.app.clone(),
            imports: Arc::clone(&self.imports),
        };
        let handlers: Vec<Arc<dyn JobHandler>> = vec![Arc::new(run), Arc::new(ForgetImport)];
        let worker = JobWorker::new(self.db().clone(), handlers);
        worker.run_due(&self.ground.world.service()).await.unwrap();
    }

    pub(crate) async fn view(&self, id: Uuid) -> ImportView {
        import_view(self.db(), &*self.imports.sealer, &self.ctx().await, id)
            .await
            .unwrap()
    }

    pub(crate) async fn count(&self, table: &'static str) -> i64 {
        use sea_orm::ConnectionTrait;
        use sea_orm::sea_query::{Expr, ExprTrait, Query};
        use youlin_database::sql::{col, name};
        let mut find = Query::select();
        find.expr_as(Expr::col(name("community_id")).count(), name("n"))
            .from(name(table))
            .and_where(col("community_id").gte(0i64));
        let row = self.db().raw_write().query_one(&find).await.unwrap();
        row.unwrap().try_get("", "n").unwrap()
    }
}

pub(crate) fn counts(view: &ImportView) -> (u32, u32, u32, usize) {
    let report = view.report.clone().unwrap_or_default();
    let refused = report.refused.len();
    (report.new, report.changed, report.unchanged, refused)
}

const FAULTY: &str = "key,name,phones,dwelling_key,relation
p1,郁念慈,13800002222,e101,owner
p2,贺兰亭,138,e102,owner
p3,方知远,13800004444;0513-85550001,e102,tenant
p4,裘安,,nowhere,owner
";

#[tokio::test]
async fn a_faulty_file_is_judged_mended_and_taken_in_once() {
    for ground in grounds().await {
        let imports = crate::browser::imports(&ground);
        let desk = Desk::at(&ground, imports).await;
        let id = desk.give(FAULTY).await;
        assert_eq!(desk.view(id).await.state, ImportState::Checking);
        assert!(desk.accept(id).await.is_err(), "not judged yet");
        desk.work().await;
        let view = desk.view(id).await;
        assert_eq!(
            (view.state, counts(&view)),
            (ImportState::Ready, (2, 0, 0, 2))
        );
        let refused = view.report.unwrap().refused;
        let places: Vec<_> = refused
            .iter()
            .map(|one| {
                let (column, code) = (one.column.as_str(), one.code.as_str());
                (one.line, column, code, one.about())
            })
            .collect();
        assert_eq!(
            places,
            [
                (3, "phones", "phone-too-short", "贺** · p2"),
                (5, "dwelling_key", "dwelling-unknown", "裘* · p4")
            ]
        );
        assert_eq!(desk.count("person").await, 0, "judging saves nothing");
        let drop = DropImport { id };
        desk.db().execute(&desk.ctx().await, drop).await.unwrap();
        assert_eq!(desk.count("import_piece").await, 0, "the file is gone");

        let mended = FAULTY
            .replace(",138,", ",13800003333,")
            .replace("nowhere", "e102");
        for expected in [(4, 0, 0, 0), (0, 0, 4, 0)] {
            let id = desk.give(&mended).await;
            desk.work().await;
            assert_eq!(counts(&desk.view(id).await), expected);
            desk.accept(id).await.unwrap();
            desk.accept(id).await.unwrap();
            desk.work().await;
            desk.work().await;
            let view = desk.view(id).await;
            assert_eq!((view.state, counts(&view)), (ImportState::Done, expected));
            assert_eq!(desk.count("person").await, 4);
        }
        assert_eq!(desk.count("import_piece").await, 0);
        let stranger = ground.world.caller(Role::CommunityDesk, JIA);
        let sealer = &*desk.imports.sealer;
        assert!(import_view(desk.db(), sealer, &stranger, id).await.is_err());
        ground.verify().await;
    }
}

/// A server that dies after the first batch, once.
pub(crate) struct Dying<R> {
    inner: R,
    healthy: AtomicBool,
    /// Batches it takes back before it dies again, once.
    undoes: AtomicI32,
}

impl<R: Register + 'static> Dying<R> {
    /// Imports that know no other register.
    pub(crate) fn imports(ground: &Ground, inner: R, healthy: bool, undoes: i32) -> Arc<Imports> {
        let dying = Self {
            inner,
            healthy: healthy.into(),
            undoes: undoes.into(),
        };
        Arc::new(Imports {
            registers: vec![Arc::new(dying)],
            sealer: Arc::<youlin_people::Vault>::clone(&ground.vault),
        })
    }
}

struct PowerCut;

impl Command for PowerCut {
    type Output = ImportReport;
    const NAME: &'static str = "test.power-cut";

    async fn run(&self, _ctx: &Ctx, _tx: &Tx<'_>) -> Result<ImportReport> {
        Err(Problem::unavailable("the power went"))
    }
}

impl<R: Register> Register for Dying<R> {
    fn columns(&self) -> &'static [youlin_imports::tabular::Spec] {
        self.inner.columns()
    }

    fn undoes(&self) -> bool {
        self.inner.undoes()
    }

    fn undo(&self, community: CommunityId, steps: Vec<youlin_imports::Step>) -> Option<Batch> {
        match self.undoes.fetch_sub(1, Ordering::SeqCst) {
            0 => Some(Batch::new(community, Vec::new(), PowerCut)),
            _ => self.inner.undo(community, steps),
        }
    }

    fn kind(&self) -> &'static str {
        self.inner.kind()
    }

    fn permission(&self) -> &'static Permission {
        self.inner.permission()
    }

    fn plan<'a>(
        &'a self,
        db: &'a Database,
        ctx: &'a Ctx,
        file: &'a Incoming,
        dry_run: bool,
    ) -> BoxFuture<'a, Result<Plan>> {
        async move {
            let mut plan = self.inner.plan(db, ctx, file, dry_run).await?;
            if !dry_run && !self.healthy.swap(true, Ordering::SeqCst) {
                plan.batches.truncate(1);
                plan.batches
                    .push(Batch::new(CommunityId::SYSTEM, vec![9_999], PowerCut));
            }
            Ok(plan)
        }
        .boxed()
    }

    fn taken<'a>(&'a self, db: &'a Database, community: CommunityId) -> BoxFuture<'a, Result<()>> {
        self.inner.taken(db, community)
    }
}

#[tokio::test]
async fn an_import_cut_off_in_the_middle_goes_on_and_doubles_nothing() {
    for ground in grounds().await {
        let inner = PersonsRegister(Arc::clone(&ground.vault));
        let imports = Dying::imports(&ground, inner, false, 1);
        let desk = Desk::at(&ground, imports).await;
        let mut text = "key,name,dwelling_key\n".to_owned();
        for n in 0..450 {
            text += &format!("p{n},周{n},e101\n");
        }
        let id = desk.give(&text).await;
        desk.work().await;
        assert_eq!(counts(&desk.view(id).await), (450, 0, 0, 0));
        desk.accept(id).await.unwrap();
        desk.work().await;
        assert_eq!(desk.view(id).await.state, ImportState::Running);
        assert_eq!(desk.count("person").await, 200, "one batch went in");
        ground.world.clock.advance(Micros::HOUR);
        desk.work().await;
        let view = desk.view(id).await;
        assert_eq!(
            (view.state, counts(&view)),
            (ImportState::Done, (450, 0, 0, 0))
        );
        assert_eq!(view.rows, 450);
        assert_eq!(desk.count("person").await, 450);
        ground.verify().await;
    }
}

#[tokio::test]
async fn there_is_a_bar_only_once_the_rows_are_counted() {
    for ground in grounds().await {
        let desk = Desk::at(&ground, crate::browser::imports(&ground)).await;
        let house = house(&ground, 1_000, AccountPolicy::default());
        let mut seen = Browser::signed_in(&house, "desk").await;
        let id = desk.give(FAULTY).await;
        let (page, progress) = (format!("/imports/{id}"), format!("/imports/{id}/progress"));
        let text = seen.get(&page).await.text;
        assert!(text.contains("正在读取文件") && text.contains(" hidden></progress>"));
        let said = seen.get(&progress).await.text;
        let said: serde_json::Value = serde_json::from_str(&said).unwrap();
        assert_eq!(
            (&said["state"], &said["total"], &said["message"]),
            (&"running".into(), &0.into(), &"正在读取文件".into())
        );
        desk.work().await;
        desk.accept(id).await.unwrap();
        let text = seen.get(&page).await.text;
        assert!(text.contains("正在导入") && !text.contains(" hidden></progress>"));
        let said = seen.get(&progress).await.text;
        let said: serde_json::Value = serde_json::from_str(&said).unwrap();
        assert_eq!(
            (&said["total"], &said["message"]),
            (&4.into(), &"正在导入".into())
        );
    }
}

#[tokio::test]
async fn rights_that_are_gone_and_files_nobody_wants_end() {
    for ground in grounds().await {
        let desk = Desk::at(&ground, crate::browser::imports(&ground)).await;
        let id = desk.give("key,name\n").await;
        ground.world.clock.advance(8 * Micros::DAY);
        desk.work().await;
        desk.work().await;
        assert_eq!(desk.view(id).await.state, ImportState::Dropped);
        let id = desk.give("no,columns\n").await;
        desk.work().await;
        assert_eq!(desk.view(id).await.state, ImportState::Failed);
        let id = desk.give(FAULTY).await;
        let none = SetGrants {
            account: desk.account,
            version: None,
            grants: vec![grant(Role::Volunteer, 10)],
        };
        desk.db()
            .execute(&ground.world.service(), none)
            .await
            .unwrap();
        desk.work().await;
        assert_eq!(desk.view(id).await.state, ImportState::Failed);
        let close = CloseAccount {
            account: desk.account,
            closed: true,
        };
        desk.db()
            .execute(&ground.world.service(), close)
            .await
            .unwrap();
        assert_eq!(desk.count("person").await, 0);
    }
}

#[tokio::test]
async fn the_pages_offer_what_the_caller_may_take_in() {
    for ground in grounds().await {
        let house = house(&ground, 1_000, AccountPolicy::default());
        account(&ground, "desk", vec![grant(Role::CommunityDesk, 10)], None).await;
        account(&ground, "helper", vec![grant(Role::Volunteer, 10)], None).await;
        let mut desk = Browser::signed_in(&house, "desk").await;
        let page = desk.get("/imports").await.text;
        assert!(page.contains("value=\"persons\"") && !page.contains("value=\"accounts\""));
        let mut helper = Browser::signed_in(&house, "helper").await;
        assert_eq!(helper.get("/imports").await.status, 403);
        let nobody = format!("/imports/{}", ground.world.service().new_id());
        assert_eq!(desk.get(&nobody).await.status, 404);
    }
}

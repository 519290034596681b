//! The ground of the stories: accounts of a desk, a lead and a partner, people with telephones, one case told by a
//! stand-in for the cases module.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use futures::FutureExt;
use futures::future::BoxFuture;
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{ExprTrait, Order, Query};
use serde_json::{Value, json};
use uuid::Uuid;
use youlin_crypto::Keyring;
use youlin_database::sql::{col, name};
use youlin_database::{AuditEntry, Command, Consumer, Event, Migration, OutboxDispatcher, Tx};
use youlin_kernel::{AreaId, CommunityId, Ctx, Grant, Result, Role};
use youlin_notices::{
    CaseBrief, CaseNotices, CaseSource, Courier, Notices, NoticesSettings, ReporterBrief,
    TaskBrief, WebhookFeed,
};
use youlin_people::{
    CreateAccount, OrganisationKind, Party, PasswordHash, PersonInput, SaveOrganisation,
    SavePerson, Vault,
};
use youlin_testkit::web::catalogues_of;
use youlin_testkit::{World, databases};
use youlin_web::I18n;

pub(crate) const JIA: CommunityId = CommunityId(10);
pub(crate) const YI: CommunityId = CommunityId(11);
pub(crate) const LEAD_PHONE: &str = "13800000001";
pub(crate) const SON_PHONE: &str = "13800000002";
pub(crate) const STRANGER_PHONE: &str = "13800000003";
pub(crate) const CODE: &str = "ABCDE12345";
pub(crate) const CODE_OF_SECOND: &str = "FGHJK67890";
pub(crate) const OFFICE: &str = "office@property.example";

pub(crate) fn migrations() -> Vec<Migration> {
    [
        youlin_web::SESSION_MIGRATIONS,
        youlin_people::MIGRATIONS,
        youlin_notices::MIGRATIONS,
    ]
    .concat()
}

/// The catalogues this module uses.
pub(crate) fn catalogue() -> Arc<I18n> {
    catalogues_of(|name| matches!(name, "web.ftl" | "notices.ftl" | "people-own.ftl"))
}

/// Stands in for the cases module: one case in a table of its own.
#[derive(Default)]
pub(crate) struct FakeCases(pub(crate) Mutex<HashMap<Uuid, CaseBrief>>);

impl CaseSource for FakeCases {
    fn briefs(
        &self,
        wanted: Vec<(CommunityId, Uuid)>,
    ) -> BoxFuture<'_, Result<HashMap<Uuid, CaseBrief>>> {
        let known = self.0.lock().unwrap();
        let found = wanted
            .into_iter()
            .filter_map(|(_, case)| Some((case, known.get(&case)?.clone())))
            .collect();
        async move { Ok(found) }.boxed()
    }

    fn task_url(
        &self,
        _community: CommunityId,
        task: Uuid,
    ) -> BoxFuture<'_, Result<Option<String>>> {
        async move { Ok(Some(format!("https://youlin.example/t/signed-{task}"))) }.boxed()
    }

    fn tracking_url(&self, code: &str) -> String {
        format!("https://youlin.example/track/{code}")
    }

    fn shown_code(&self, code: &str) -> String {
        let (head, tail) = code.split_at(5);
        format!("{head}-{tail}")
    }
}

/// People and accounts of the story.
pub(crate) struct Cast {
    pub(crate) desk: Uuid,
    pub(crate) other_desk: Uuid,
    pub(crate) lead_account: Uuid,
    pub(crate) partner: Uuid,
    pub(crate) supervisor: Uuid,
    pub(crate) lead: Party,
    pub(crate) son: Uuid,
    pub(crate) company: Party,
    pub(crate) lead_task: Uuid,
    pub(crate) company_task: Uuid,
    pub(crate) case: Uuid,
}

pub(crate) struct Ground {
    pub(crate) world: World,
    pub(crate) vault: Arc<Vault>,
    pub(crate) cases: Arc<FakeCases>,
    pub(crate) cast: Cast,
    pub(crate) notices: Arc<Notices>,
}

/// The ground on every database there is.
pub(crate) async fn grounds(settings: &NoticesSettings) -> Vec<Ground> {
    let mut all = Vec::new();
    for base in databases().await {
        let world = World::new(base, &migrations()).await;
        all.push(Ground::prepare(world, settings.clone()).await);
    }
    all
}

/// SQLite alone, for what does not depend on the database.
pub(crate) async fn ground(settings: NoticesSettings) -> Ground {
    let world = World::new(youlin_testkit::sqlite().await, &migrations()).await;
    Ground::prepare(world, settings).await
}

impl Ground {
    async fn prepare(world: World, settings: NoticesSettings) -> Self {
        let ctx = world.service();
        let ring = Keyring::generate(&|bytes: &mut [u8]| ctx.random(bytes));
        let vault = Arc::new(Vault::new(ring));
        let cast = cast(&world, &vault).await;
        let cases = Arc::new(FakeCases::default());
        cases.0.lock().unwrap().insert(cast.case, brief(&cast));
        let notices = Notices::new(
            world.db().clone(),
            Arc::clone(&vault),
            catalogue(),
            settings,
            Arc::<FakeCases>::clone(&cases),
        )
        .unwrap();
        Self {
            world,
            vault,
            cases,
            cast,
            notices,
        }
    }

    pub(crate) fn consumers(&self) -> Vec<Arc<dyn Consumer>> {
        vec![
            Arc::new(CaseNotices(Arc::clone(&self.notices))),
            Arc::new(WebhookFeed(Arc::clone(&self.notices))),
        ]
    }

    /// An event of the case, as the cases module puts it in the outbox; its id.
    pub(crate) fn event(&self, kind: &str, data: Value) -> (Uuid, Event) {
        let event = Event {
            topic: format!("cases.{kind}"),
            community: JIA,
            subject: self.cast.case,
            payload: json!({"grid": 100, "neighbourhood": 1000, "category": "help", "status": "x", "data": data}),
        };
        let id = self.world.service().new_id();
        // Ids made in one millisecond have no order among them.
        self.world.clock.advance(1_000);
        (id, event)
    }

    /// Hands the event to the consumers, as the outbox does.
    pub(crate) async fn deliver(&self, id: Uuid, event: &Event) {
        let ctx = self.world.service();
        for consumer in self.consumers() {
            if consumer.wants(&event.topic) {
                consumer.handle(&ctx, id, event).await.unwrap();
            }
        }
    }

    /// An event, delivered once.
    pub(crate) async fn happens(&self, kind: &str, data: Value) -> Uuid {
        let (id, event) = self.event(kind, data);
        self.deliver(id, &event).await;
        id
    }

    /// By way of the real outbox.
    pub(crate) async fn through_the_outbox(&self, event: Event) {
        let ctx = self.world.service();
        self.world.db().execute(&ctx, Emit(event)).await.unwrap();
        let dispatcher = OutboxDispatcher {
            db: self.world.db().clone(),
            consumers: self.consumers(),
        };
        while dispatcher.drain(&ctx).await.unwrap() > 0 {}
    }

    /// Sends what is due now.
    pub(crate) async fn send(&self) -> usize {
        let courier = Courier::new(Arc::clone(&self.notices));
        courier.run_due(&self.world.service()).await.unwrap()
    }

    /// Rows of a table as JSON-like pairs, in order of their ids.
    pub(crate) async fn rows<const N: usize>(
        &self,
        table: &'static str,
        columns: [&'static str; N],
    ) -> Vec<[String; N]> {
        let mut find = Query::select();
        find.columns(columns.map(name))
            .from(name(table))
            .order_by(name("id"), Order::Asc);
        let rows = self.world.db().read().query_all(&find).await.unwrap();
        rows.iter()
            .map(|row| {
                columns.map(|column| {
                    row.try_get::<Option<String>>("", column)
                        .map(Option::unwrap_or_default)
                        .or_else(|_| row.try_get::<i64>("", column).map(|n| n.to_string()))
                        .or_else(|_| row.try_get::<i32>("", column).map(|n| n.to_string()))
                        .or_else(|_| row.try_get::<Uuid>("", column).map(|id| id.to_string()))
                        .unwrap()
                })
            })
            .collect()
    }

    /// Sealed columns of all deliveries: present or not.
    pub(crate) async fn sealed(&self) -> Vec<Option<Vec<u8>>> {
        let mut find = Query::select();
        find.columns([name("target_sealed"), name("args_sealed")])
            .from(name("delivery"))
            .order_by(name("id"), Order::Asc);
        let rows = self.world.db().read().query_all(&find).await.unwrap();
        rows.iter()
            .flat_map(|row| {
                ["target_sealed", "args_sealed"].map(|column| row.try_get("", column).unwrap())
            })
            .collect()
    }

    /// Lines of one account: kinds, the oldest first.
    pub(crate) async fn told(&self, account: Uuid) -> Vec<String> {
        let mut find = Query::select();
        find.column(name("kind"))
            .from(name("notice"))
            .and_where(col("account_id").eq(account))
            .order_by(name("id"), Order::Asc);
        let rows = self.world.db().read().query_all(&find).await.unwrap();
        rows.iter()
            .map(|row| row.try_get("", "kind").unwrap())
            .collect()
    }
}

struct Emit(Event);

impl Command for Emit {
    type Output = ();
    const NAME: &'static str = "test.emit";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        tx.emit(ctx, self.0.clone());
        tx.audit(
            ctx,
            self.0.community,
            AuditEntry::new("test.emit", "case", self.0.subject),
        );
        Ok(())
    }
}

async fn cast(world: &World, vault: &Arc<Vault>) -> Cast {
    let ctx = world.service();
    let lead = person(world, vault, "施岚", LEAD_PHONE).await;
    let son = person(world, vault, "周明", SON_PHONE).await;
    let company = SaveOrganisation {
        vault: Arc::clone(vault),
        id: None,
        version: None,
        ext_key: None,
        kind: OrganisationKind::PropertyCompany,
        name: "安居物业".into(),
        area: AreaId(10),
        phone: Some("0513-85550000".into()),
        email: Some(OFFICE.into()),
        credit_code: None,
        closed: false,
    };
    let company = world.db().execute(&ctx, company).await.unwrap();
    let grant = |role, area| Grant {
        role,
        area: AreaId(area),
        organisation: None,
    };
    let partner = Grant {
        organisation: Some(company),
        ..grant(Role::Partner, 10)
    };
    Cast {
        desk: account(world, "desk", None, vec![grant(Role::CommunityDesk, 10)]).await,
        other_desk: account(world, "other", None, vec![grant(Role::CommunityDesk, 11)]).await,
        lead_account: account(
            world,
            "lead",
            Some(lead),
            vec![grant(Role::GridWorker, 101)],
        )
        .await,
        partner: account(world, "partner", None, vec![partner]).await,
        supervisor: account(
            world,
            "above",
            None,
            vec![grant(Role::SubdistrictSupervisor, 2)],
        )
        .await,
        lead: Party::person(lead),
        son,
        company: Party::organisation(company),
        lead_task: ctx.new_id(),
        company_task: ctx.new_id(),
        case: ctx.new_id(),
    }
}

pub(crate) async fn person(world: &World, vault: &Arc<Vault>, called: &str, phone: &str) -> Uuid {
    let save = SavePerson {
        vault: Arc::clone(vault),
        community: JIA,
        id: None,
        version: None,
        ext_key: None,
        input: PersonInput {
            name: called.to_owned(),
            phones: vec![phone.to_owned()],
            ..PersonInput::default()
        },
    };
    world.db().execute(&world.service(), save).await.unwrap()
}

pub(crate) async fn account(
    world: &World,
    login: &str,
    person: Option<Uuid>,
    grants: Vec<Grant>,
) -> Uuid {
    let create = CreateAccount {
        login: login.to_owned(),
        password: PasswordHash::none(),
        display_name: login.to_owned(),
        person: person.map(|id| (JIA, id)),
        grants,
        must_change: false,
    };
    world.db().execute(&world.service(), create).await.unwrap()
}

/// 施岚 leads, the company helps; the son reported it, and a stranger's report was merged into it.
fn brief(cast: &Cast) -> CaseBrief {
    CaseBrief {
        number: "20261111-0007".into(),
        category_name: "邻里帮扶".into(),
        category_name_en: "Neighbourly help".into(),
        grid: Some(AreaId(100)),
        neighbourhood: Some(AreaId(1000)),
        tasks: vec![
            TaskBrief {
                id: cast.lead_task,
                party: cast.lead,
                role: "lead".into(),
                open: true,
                planned_at: None,
            },
            TaskBrief {
                id: cast.company_task,
                party: cast.company,
                role: "supporting".into(),
                open: true,
                planned_at: None,
            },
        ],
        reporters: vec![
            ReporterBrief {
                case: cast.case,
                number: "20261111-0007".into(),
                tracking_code: CODE.into(),
                person: Some(cast.son),
                phone: None,
                email: None,
            },
            ReporterBrief {
                case: Uuid::from_u128(77),
                number: "20261111-0009".into(),
                tracking_code: CODE_OF_SECOND.into(),
                person: None,
                phone: Some(STRANGER_PHONE.into()),
                email: None,
            },
        ],
    }
}

impl Ground {
    /// The context of that very account.
    pub(crate) fn as_account(&self, id: Uuid, role: Role, area: i64) -> Ctx {
        let actor = youlin_kernel::Actor::Account(youlin_kernel::AccountActor {
            id,
            person: None,
            former: Vec::new(),
            display_name: "测试".to_owned(),
        });
        let grant = Grant {
            role,
            area: AreaId(area),
            organisation: None,
        };
        self.world.service().acting_as(actor, vec![grant].into())
    }
}

//! A square town with a river through community A, two who walk it and one who does not, and the router in process.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use axum::response::Response;
use futures::FutureExt;
use futures::future::BoxFuture;
use tempfile::TempDir;
use tower::ServiceExt;
use uuid::Uuid;
use youlin_files::{FileStore, FilesConfig};
use youlin_kernel::{CommunityId, Ctx, Role};
use youlin_openrosa::{MakeToken, OpenRosa};
use youlin_people::{OrganisationKind, Party, Vault};
use youlin_places::rivers::Reach;
use youlin_rounds::model::{Minimum, Policy, RoundKind, Walkers};
use youlin_rounds::permissions::ROUNDS_READ;
use youlin_rounds::{RoundFilter, RoundLine, RoundView, Rounds, SavePolicy, round_view, rounds_of};
use youlin_testkit::town::at;
use youlin_testkit::web::{catalogues, web_config, wide_limits};
use youlin_testkit::{TestDatabase, World};
use youlin_web::{AccountSource, SignedIn};

use crate::phone::Phone;
use crate::river_town::{RiverTown, organisation, weekly};

pub(crate) struct Ground {
    pub(crate) world: World,
    pub(crate) rounds: Arc<Rounds>,
    pub(crate) vault: Arc<Vault>,
    pub(crate) reach: Reach,
    /// Two of the river team, and a grid worker of the other community.
    pub(crate) walkers: Vec<Ctx>,
    router: Router,
    _files: TempDir,
}

/// The team of the volunteers.
pub(crate) const TEAM: Uuid = Uuid::from_u128(0x7ea3);

/// Accounts by id.
struct People(Vec<Ctx>);

impl AccountSource for People {
    fn account(&self, id: Uuid) -> BoxFuture<'_, youlin_kernel::Result<Option<SignedIn>>> {
        let found = self.0.iter().find(|ctx| ctx.actor().id() == Some(id));
        let found = found.map(|ctx| SignedIn {
            actor: ctx.actor().clone(),
            grants: ctx.grants().into(),
            locale: None,
            second_factor_required: false,
        });
        async move { Ok(found) }.boxed()
    }

    fn key(&self, _sha256: [u8; 32]) -> BoxFuture<'_, youlin_kernel::Result<Option<SignedIn>>> {
        async { Ok(None) }.boxed()
    }
}

impl Ground {
    pub(crate) async fn new(base: TestDatabase) -> Self {
        let RiverTown {
            world,
            vault,
            cases,
            rounds,
            reach,
        } = RiverTown::new(base, youlin_openrosa::MIGRATIONS, "东段, 桥北").await;
        let files = tempfile::tempdir().unwrap();
        let mut config = FilesConfig::folder(files.path());
        config.max_bytes = 300_000;
        let store = FileStore::open(config).unwrap();
        let walkers: Vec<Ctx> = [
            ("顾红", Role::Volunteer, "A"),
            ("陆青", Role::Volunteer, "A"),
            ("外人", Role::GridWorker, "B"),
        ]
        .map(|(name, role, area)| {
            world.member(name, role, area, (role == Role::Volunteer).then_some(TEAM))
        })
        .into();
        let app = world
            .app(
                catalogues(),
                web_config(),
                Arc::new(People(walkers.clone())),
                wide_limits(),
            )
            .with(Arc::clone(&vault))
            .with(Arc::clone(cases.locator()))
            .with(cases)
            .with(Arc::clone(&rounds))
            .with(OpenRosa::new(Arc::clone(&rounds), Arc::clone(&vault)))
            .with(Arc::new(store))
            .finish();
        let info = utoipa::openapi::Info::new("test", "0");
        Self {
            router: youlin_web::build(app, &[youlin_openrosa::module()], info).router,
            world,
            rounds,
            vault,
            reach,
            walkers,
            _files: files,
        }
    }

    pub(crate) fn community(&self) -> CommunityId {
        self.reach.community
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Response {
        self.router.clone().oneshot(request).await.unwrap()
    }

    /// A phone of that walker, connected.
    pub(crate) async fn phone(&self, walker: usize) -> Phone {
        let make = MakeToken {
            vault: Arc::clone(&self.vault),
            name: "手机".into(),
        };
        let made = self
            .world
            .db()
            .execute(&self.walkers[walker], make)
            .await
            .unwrap();
        Phone::new(made.id, &format!("/openrosa/{}", made.secret))
    }

    pub(crate) async fn all_rounds(&self) -> Vec<RoundLine> {
        let scope = self.world.service().scope(&ROUNDS_READ).unwrap();
        rounds_of(self.world.db(), &scope, RoundFilter::default())
            .await
            .unwrap()
    }

    pub(crate) async fn round(&self, id: Uuid) -> RoundView {
        let scope = self.world.service().scope(&ROUNDS_READ).unwrap();
        round_view(&self.rounds, self.world.db(), &scope, id)
            .await
            .unwrap()
    }

    /// A weekly patrol of the river; with a company that puts right what is found.
    pub(crate) async fn policy(&self, title: &str, with_fixer: bool) -> Uuid {
        let name = format!("保洁队{title}");
        let company = (name.as_str(), OrganisationKind::VolunteerTeam);
        let party = organisation(&self.world, &self.vault, self.community(), company).await;
        self.save(title, team_weekly(), with_fixer.then_some(party))
            .await
    }

    /// The same, with so many minutes that a round has to last.
    pub(crate) async fn strict(&self, title: &str, minutes: u32) -> Uuid {
        let minimum = Minimum {
            minutes: Some(minutes),
            ..Minimum::default()
        };
        let policy = Policy {
            minimum,
            ..team_weekly()
        };
        self.save(title, policy, None).await
    }

    /// What the team tells people at the river, once a week.
    pub(crate) async fn talk(&self, title: &str) -> Uuid {
        let policy = Policy {
            kind: RoundKind::Talk,
            ..team_weekly()
        };
        self.save(title, policy, None).await
    }

    async fn save(&self, title: &str, policy: Policy, fixer: Option<Party>) -> Uuid {
        let save = SavePolicy {
            community: self.community(),
            known: None,
            title: title.into(),
            policy,
            subjects: Vec::new(),
            fixer,
            checklist: None,
        };
        let (db, above) = (self.world.db(), self.world.service());
        db.execute(&above, save).await.unwrap()
    }

    /// Everything the audit log says of all communities still holds.
    pub(crate) async fn count(&self, table: &str) -> i64 {
        use sea_orm::{ConnectionTrait, Statement};
        let db = self.world.db().read();
        let text = format!("SELECT COUNT(*) AS n FROM {table}");
        let statement = Statement::from_string(db.get_database_backend(), text);
        let row = db.query_one_raw(statement).await.unwrap().unwrap();
        row.try_get("", "n").unwrap()
    }
}

fn team_weekly() -> Policy {
    weekly(Walkers::Party {
        party: Party::organisation(TEAM),
    })
}

pub(crate) fn at_river(east: f64) -> (f64, f64) {
    at(east, 5.1)
}

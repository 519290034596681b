//! The ground of the stories: two communities with a few dwellings, a register of invented people, callers by role.

use std::sync::Arc;

use sea_orm::ConnectionTrait;
use sea_orm::sea_query::Query;
use uuid::Uuid;
use youlin_crypto::Keyring;
use youlin_database::Migration;
use youlin_database::sql::name;
use youlin_database::text::{PutTexts, TextSource};
use youlin_kernel::{CommunityId, Ctx, Grant, Role, Scope};
use youlin_people::permissions::PEOPLE_READ;
use youlin_people::{Home, PersonInput, PersonTexts, Relation, SavePerson, Vault};
use youlin_places::Locator;
use youlin_places::import::read_csv;
use youlin_testkit::{World, databases};

pub(crate) const JIA: CommunityId = CommunityId(10);
pub(crate) const YI: CommunityId = CommunityId(11);

pub(crate) struct Ground {
    pub(crate) world: World,
    pub(crate) vault: Arc<Vault>,
    pub(crate) locator: Arc<Locator>,
    pub(crate) homes: Homes,
}

/// Dwellings of the ground.
pub(crate) struct Homes {
    /// 东村1号楼101, first neighbourhood.
    pub(crate) east_101: Uuid,
    pub(crate) east_102: Uuid,
    /// 西村1号楼101, second neighbourhood.
    pub(crate) west_101: Uuid,
    /// 南村1号楼101, the other community.
    pub(crate) south_101: Uuid,
}

pub(crate) fn migrations() -> Vec<Migration> {
    [
        youlin_web::SESSION_MIGRATIONS,
        youlin_imports::MIGRATIONS,
        youlin_places::MIGRATIONS,
        youlin_people::MIGRATIONS,
    ]
    .concat()
}

/// The ground on every database there is.
pub(crate) async fn grounds() -> Vec<Ground> {
    let mut all = Vec::new();
    for base in databases().await {
        all.push(Ground::prepare(World::new(base, &migrations()).await).await);
    }
    all
}

const ESTATES: &str =
    "key,community_code,name,aliases,street_address,built_year,lon,lat,neighbourhood_code
e,T10,东村,,,1990,120.87,32.0,T1000
w,T10,西村,,,1990,120.88,32.0,T1001
s,T11,南村,,,1990,120.89,32.0,
";
const BUILDINGS: &str = "key,estate_key,name,aliases,floors,lon,lat,neighbourhood_code
e1,e,1号楼,1幢,6,120.8700,32.0000,T1000
w1,w,1号楼,,6,120.8800,32.0000,T1001
s1,s,1号楼,,6,120.8900,32.0000,
";
const DWELLINGS: &str = "key,building_key,entrance,room,floor,use
e101,e1,,101,1,owned
e102,e1,,102,1,owned
w101,w1,,101,1,owned
s101,s1,,101,1,owned
";

/// The areas of the small tree as rows, for imports look their codes up in the table.
async fn enter_areas(world: &World) {
    let tree = world.areas.load_full();
    for node in tree.iter() {
        let mut insert = Query::insert();
        insert
            .into_table(name("area"))
            .columns(
                [
                    "community_id",
                    "id",
                    "version",
                    "area_id",
                    "parent_id",
                    "level",
                    "code",
                    "scheme",
                    "scheme_version",
                    "name",
                    "name_en",
                    "short_name",
                ]
                .map(name),
            )
            .values_panic([
                0i64.into(),
                Uuid::from_u128(u128::try_from(node.id.0).unwrap()).into(),
                1i32.into(),
                node.id.0.into(),
                node.parent.map(|parent| parent.0).into(),
                (node.level as i32).into(),
                node.code.clone().into(),
                "test".into(),
                "1".into(),
                node.name.clone().into(),
                node.name_en.clone().into(),
                node.name.clone().into(),
            ]);
        world.db().raw_write().execute(&insert).await.unwrap();
    }
}

impl Ground {
    async fn prepare(world: World) -> Self {
        let db = world.db();
        enter_areas(&world).await;
        let clock = Arc::<youlin_kernel::ManualClock>::clone(&world.clock);
        let locator = Locator::load_with_clock(db, Arc::clone(&world.areas), clock)
            .await
            .unwrap();
        let ctx = world.service();
        let rows = |text: &str| read_csv(text, &["key"]).unwrap();
        use youlin_places::import::{buildings, dwellings, estates};
        for report in [
            estates(db, &ctx, &locator, rows(ESTATES), false)
                .await
                .unwrap(),
            buildings(db, &ctx, &locator, rows(BUILDINGS), false)
                .await
                .unwrap(),
            dwellings(db, &ctx, &locator, rows(DWELLINGS), false)
                .await
                .unwrap(),
        ] {
            assert!(report.is_clean(), "{report:?}");
        }
        locator.reload_addresses(db).await.unwrap();
        let find = |text: &str| {
            let found = locator.candidates(text, None, 1);
            let best = found
                .first()
                .unwrap_or_else(|| panic!("{text} is not found"));
            best.place
                .dwelling
                .unwrap_or_else(|| panic!("{text} is no dwelling"))
        };
        let homes = Homes {
            east_101: find("东村1号楼101"),
            east_102: find("东村1号楼102"),
            west_101: find("西村1号楼101"),
            south_101: find("南村1号楼101"),
        };
        let keyring = Keyring::generate(&|bytes| ctx.random(bytes));
        let vault = Vault::new(keyring)
            .with_area_code("0513")
            .with_places(Arc::clone(&locator));
        Self {
            vault: Arc::new(vault),
            locator,
            homes,
            world,
        }
    }

    /// Enters a person as the service does.
    pub(crate) async fn person(
        &self,
        community: CommunityId,
        name: &str,
        phones: &[&str],
        dwelling: Option<Uuid>,
    ) -> Uuid {
        let input = PersonInput {
            name: name.to_owned(),
            phones: phones.iter().map(|phone| (*phone).to_owned()).collect(),
            home: dwelling.map(|dwelling| Home {
                dwelling,
                relation: Relation::Owner,
                household_key: None,
            }),
            ..PersonInput::default()
        };
        self.save(&self.world.service(), community, None, input)
            .await
            .unwrap()
    }

    pub(crate) async fn save(
        &self,
        ctx: &Ctx,
        community: CommunityId,
        id: Option<Uuid>,
        input: PersonInput,
    ) -> youlin_kernel::Result<Uuid> {
        let command = SavePerson {
            vault: Arc::clone(&self.vault),
            community,
            id,
            version: None,
            ext_key: None,
            input,
        };
        self.world.db().execute(ctx, command).await
    }

    /// Puts everybody into the text index, as the outbox does a second later.
    pub(crate) async fn index(&self) {
        let (db, source) = (self.world.db(), PersonTexts(Arc::clone(&self.vault)));
        let everybody = source.after(db, Uuid::nil(), 10_000).await.unwrap();
        let put = PutTexts::of(db, &source, &everybody).await.unwrap();
        db.execute(&self.world.service(), put).await.unwrap();
    }

    pub(crate) fn desk(&self) -> Ctx {
        self.world.caller(Role::CommunityDesk, JIA)
    }

    pub(crate) fn scope(&self, ctx: &Ctx) -> Scope {
        ctx.scope(&PEOPLE_READ).unwrap()
    }

    /// The audit chain is whole and fits the rows.
    pub(crate) async fn verify(&self) {
        let mut tables = youlin_people::module().audited;
        tables.extend(youlin_imports::module().audited);
        let communities = [CommunityId::SYSTEM, JIA, YI];
        let report =
            youlin_database::audit::verify(self.world.db().read(), &tables, &communities, None)
                .await
                .unwrap();
        assert!(report.faults.is_empty(), "{:?}", report.faults);
        assert!(report.entries > 0);
    }
}

pub(crate) fn grant(role: Role, area: i64) -> Grant {
    Grant {
        role,
        area: youlin_kernel::AreaId(area),
        organisation: None,
    }
}

impl Ground {
    /// The ground on SQLite alone, for what concerns its file.
    pub(crate) async fn sqlite() -> Self {
        let world = World::new(youlin_testkit::sqlite().await, &migrations()).await;
        Self::prepare(world).await
    }
}

//! Merchants through time: entered at a stall, taken over, given up; their persons; what figures said then and say now.

use std::sync::Arc;

use uuid::Uuid;
use youlin_database::text::{PutTexts, TextSource};
use youlin_datasets::cube::{Filter, Measure, Op, Query, Test};
use youlin_datasets::{Dataset, Datasets, DatasetsSettings};
use youlin_imports::{Choice, ImportState, ImportView};
use youlin_kernel::{Ctx, Micros, Problem, ProblemKind, Result, Role};
use youlin_people::merchants::{
    CloseMerchant, LeavePlace, MerchantFilter, MerchantInput, MerchantRelation, MerchantTexts,
    MerchantView, Merchants, MerchantsDataset, PeopleAtPlaces, PlaceMerchant, RelatePerson,
    RevealMerchantPhone, SaveMerchant, Where, merchants,
};
use youlin_people::{AccountPolicy, Directory};
use youlin_places::commands::{ClosePremises, EndStall, SaveDwelling};
use youlin_places::import::read_csv;
use youlin_places::permissions::PLACES_READ;
use youlin_places::premises::{Occupants, Premises, PremisesFilter, PremisesView, StallView};

use crate::browser::{Browser, account, house, imports};
use crate::ground::{Ground, JIA, grant, grounds};
use crate::imports::Desk;

const PREMISES: &str = "\
key,community_code,kind,name,neighbourhood_code,floor_area
m1,T10,market,中原综合批发市场,T1000,20000
s1,T10,shop,西村便利店,T1001,40
";
const STALLS: &str = "\
key,premises_key,section,number,floor_area,use
c1,m1,C,01,24,selling
c2,m1,C,02,24,selling
c3,m1,C,03,24,selling
";

/// A market with three stalls in the first neighbourhood, a shop in the second.
pub(crate) struct Market {
    market: PremisesView,
    stalls: Vec<StallView>,
}

impl Market {
    pub(crate) async fn on(ground: &Ground) -> Self {
        use youlin_places::import::{premises, stalls};
        let (db, ctx) = (ground.world.db(), ground.world.service());
        let rows = |text: &str| read_csv(text, &["key"]).unwrap();
        let first = premises(db, &ctx, &ground.locator, rows(PREMISES), false).await;
        let second = stalls(db, &ctx, &ground.locator, rows(STALLS), false).await;
        for report in [first.unwrap(), second.unwrap()] {
            assert!(report.is_clean(), "{report:?}");
        }
        let scope = ctx.scope(&PLACES_READ).unwrap();
        let all = Premises::list(db.read(), &scope, &PremisesFilter::default(), 10).await;
        let market = all
            .unwrap()
            .into_iter()
            .find(|one| one.stalls == 3)
            .unwrap();
        let stalls = Premises::stalls(db.read(), &market, false).await.unwrap();
        Self { market, stalls }
    }

    pub(crate) fn stall(&self, at: usize, take_over: bool) -> Where {
        Where {
            premises: self.market.id,
            stall: Some(self.stalls[at].id),
            since: String::new(),
            take_over,
        }
    }
}

pub(crate) fn input(name: &str) -> MerchantInput {
    MerchantInput {
        name: name.into(),
        kind: "individual".into(),
        trade: "hardware".into(),
        goods: "螺丝、锁具".into(),
        employees: "3".into(),
        floor_area: "24".into(),
        load: "2.5".into(),
        phone: Some("13900001111".into()),
        ..MerchantInput::default()
    }
}

pub(crate) async fn enter(ground: &Ground, ctx: &Ctx, name: &str, at: Where) -> Result<Uuid> {
    let command = SaveMerchant {
        vault: Arc::clone(&ground.vault),
        community: JIA,
        known: None,
        input: input(name),
        at: Some(at),
    };
    ground.world.db().execute(ctx, command).await
}

async fn one(ground: &Ground, ctx: &Ctx, id: Uuid) -> MerchantView {
    let db = ground.world.db().read();
    Merchants::one(db, &ground.vault, &ground.scope(ctx), id)
        .await
        .unwrap()
}

fn code(problem: &Problem) -> (&str, &str) {
    let fault = &problem.fields()[0];
    (fault.field.as_str(), fault.code)
}

#[tokio::test]
async fn a_stall_changes_hands_and_nothing_is_overwritten() {
    for ground in grounds().await {
        let market = Market::on(&ground).await;
        let (db, desk) = (ground.world.db(), ground.desk());
        let old = enter(&ground, &desk, "顺达五金商行", market.stall(0, false))
            .await
            .unwrap();
        let refused = enter(&ground, &desk, "永源布行", market.stall(0, false))
            .await
            .unwrap_err();
        assert_eq!(code(&refused), ("stall", "stall-occupied"));
        assert_eq!(refused.fields()[0].args[0].1, "顺达五金商行");
        ground.world.clock.advance(Micros::DAY);
        let new = enter(&ground, &desk, "永源布行", market.stall(0, true))
            .await
            .unwrap();
        let before = one(&ground, &desk, old).await;
        assert!(before.places.is_empty());
        assert_eq!(before.former_places.len(), 1);
        assert_eq!(before.former_places[0].label(), "中原综合批发市场 C-01");
        assert_eq!(
            one(&ground, &desk, new).await.place_label(),
            "中原综合批发市场 C-01"
        );
        // A second stall is a second place of the same merchant.
        let place = PlaceMerchant {
            community: JIA,
            merchant: new,
            at: market.stall(1, false),
        };
        db.execute(&desk, place.clone()).await.unwrap();
        db.execute(&desk, place).await.unwrap();
        let view = one(&ground, &desk, new).await;
        assert_eq!(view.places.len(), 2, "the same place is not doubled");
        let leave = LeavePlace {
            community: JIA,
            merchant: new,
            place: view.places[0].id,
            until: String::new(),
        };
        db.execute(&desk, leave).await.unwrap();

        let zhou = ground.person(JIA, "周建国", &[], None).await;
        let wu = ground.person(JIA, "吴美兰", &[], None).await;
        let owner = |person: Uuid, take_over: bool| RelatePerson {
            community: JIA,
            merchant: new,
            person_community: JIA,
            person,
            relation: MerchantRelation::Owner,
            since: String::new(),
            take_over,
        };
        db.execute(&desk, owner(zhou, false)).await.unwrap();
        ground.world.clock.advance(Micros::DAY);
        db.execute(&desk, owner(wu, true)).await.unwrap();
        let view = one(&ground, &desk, new).await;
        assert_eq!((view.persons.len(), view.former_persons.len()), (1, 1));
        assert_eq!(view.persons[0].name_masked, "吴**");
        assert!(view.responsible);
        let own = Merchants::of_person(db.read(), &ground.vault, &ground.scope(&desk), zhou)
            .await
            .unwrap();
        assert_eq!(own.len(), 1);
        assert!(own[0].1.valid_to.is_some(), "was its owner once");

        let close = CloseMerchant {
            community: JIA,
            merchant: new,
            version: view.version,
            closed_on: String::new(),
        };
        db.execute(&desk, close).await.unwrap();
        let view = one(&ground, &desk, new).await;
        assert!(view.places.is_empty() && view.persons.is_empty() && view.closed_on.is_some());
        let place = PlaceMerchant {
            community: JIA,
            merchant: new,
            at: market.stall(2, false),
        };
        let refused = db.execute(&desk, place).await.unwrap_err();
        assert_eq!(code(&refused), ("merchant", "merchant-closed"));
        ground.verify().await;
    }
}

#[tokio::test]
async fn a_code_is_checked_and_stands_for_one_merchant() {
    for ground in grounds().await {
        let market = Market::on(&ground).await;
        let (db, desk) = (ground.world.db(), ground.desk());
        let save = |known: Option<(Uuid, i32)>, text: &str, at: Option<Where>| SaveMerchant {
            vault: Arc::clone(&ground.vault),
            community: JIA,
            known,
            input: MerchantInput {
                credit_code: text.into(),
                ..input("顺达五金商行")
            },
            at,
        };
        let wrong = save(None, "92320613000010014V", Some(market.stall(0, false)));
        assert_eq!(
            code(&db.execute(&desk, wrong).await.unwrap_err()),
            ("credit_code", "credit-code")
        );
        let right = "92320613000010014U";
        let id = db
            .execute(&desk, save(None, right, Some(market.stall(0, false))))
            .await
            .unwrap();
        let twin = save(None, right, Some(market.stall(1, false)));
        assert_eq!(
            code(&db.execute(&desk, twin).await.unwrap_err()),
            ("credit_code", "credit-code-taken")
        );
        db.execute(&desk, save(Some((id, 1)), "", None))
            .await
            .unwrap();
        let stale = db
            .execute(&desk, save(Some((id, 1)), right, None))
            .await
            .unwrap_err();
        assert_eq!(stale.kind(), ProblemKind::Conflict);
        let without = MerchantFilter {
            without_code: true,
            without_responsible: true,
            ..MerchantFilter::default()
        };
        let scope = ground.scope(&desk);
        let list = Merchants::list(db.read(), &ground.vault, &scope, &without, 10).await;
        assert_eq!(list.unwrap().len(), 1);
        let source = MerchantTexts;
        let everybody = source.after(db, Uuid::nil(), 100).await.unwrap();
        let put = PutTexts::of(db, &source, &everybody).await.unwrap();
        db.execute(&ground.world.service(), put).await.unwrap();
        for (text, found) in [
            ("锁具", 1),
            ("顺达", 1),
            ("五金", 1),
            ("布行", 0),
            ("92320613", 0),
            // What a database reads as anything is a sign like every other.
            ("%", 0),
            ("_", 0),
        ] {
            let filter = MerchantFilter {
                text: text.into(),
                ..MerchantFilter::default()
            };
            let list = Merchants::list(db.read(), &ground.vault, &scope, &filter, 10).await;
            assert_eq!(list.unwrap().len(), found, "{text}");
        }
        // Another grid's worker sees nothing of it.
        let other = ground
            .world
            .caller(Role::GridWorker, youlin_kernel::AreaId(101));
        let list = Merchants::list(
            db.read(),
            &ground.vault,
            &ground.scope(&other),
            &MerchantFilter::default(),
            10,
        )
        .await;
        assert!(list.unwrap().is_empty());
        ground.verify().await;
    }
}

#[tokio::test]
async fn a_number_is_sealed_and_shown_for_a_purpose_only() {
    for ground in grounds().await {
        let market = Market::on(&ground).await;
        let (db, desk) = (ground.world.db(), ground.desk());
        let id = enter(&ground, &desk, "顺达五金商行", market.stall(0, false))
            .await
            .unwrap();
        let zhou = ground.person(JIA, "周建国", &[], None).await;
        let relate = RelatePerson {
            community: JIA,
            merchant: id,
            person_community: JIA,
            person: zhou,
            relation: MerchantRelation::Operator,
            since: String::new(),
            take_over: false,
        };
        db.execute(&desk, relate).await.unwrap();
        let view = one(&ground, &desk, id).await;
        assert_eq!(view.phone_masked.as_deref(), Some("139****1111"));
        let reveal = |purpose: &str| RevealMerchantPhone {
            vault: Arc::clone(&ground.vault),
            community: JIA,
            merchant: id,
            purpose: purpose.into(),
        };
        let refused = db.execute(&desk, reveal(" ")).await.unwrap_err();
        assert_eq!(code(&refused), ("purpose", "purpose-needed"));
        let shown = db.execute(&desk, reveal("通知消防演练")).await.unwrap();
        assert_eq!(shown.as_deref(), Some("139 0000 1111"));
        account(&ground, "zhou", vec![grant(Role::Resident, 10)], Some(zhou)).await;
        let house = house(&ground, 1_000, AccountPolicy::default());
        let mut own = Browser::signed_in(&house, "zhou").await;
        let page = own.get("/account").await;
        assert!(
            page.text.contains("通知消防演练"),
            "whoever answers for it sees who looked"
        );
        // The grid worker of the market sees who works there, though they live elsewhere.
        let worker = ground
            .world
            .caller(Role::GridWorker, youlin_kernel::AreaId(100));
        let scope = ground.scope(&worker);
        let card = Directory::card(db.read(), &ground.vault, &scope, zhou).await;
        assert_eq!(card.unwrap().name_masked, "周**");
        ground.verify().await;
    }
}

#[tokio::test]
async fn nothing_is_closed_over_merchants_or_residents() {
    for ground in grounds().await {
        let market = Market::on(&ground).await;
        let (db, desk) = (ground.world.db(), ground.desk());
        let id = enter(&ground, &desk, "顺达五金商行", market.stall(0, false))
            .await
            .unwrap();
        let occupants = Occupants(vec![Arc::new(PeopleAtPlaces(Arc::clone(&ground.vault)))]);
        let close = ClosePremises {
            community: JIA,
            id: market.market.id,
            version: 1,
            reason: "搬迁".into(),
            occupants: occupants.clone(),
        };
        let refused = db.execute(&desk, close.clone()).await.unwrap_err();
        assert_eq!(code(&refused), ("closed", "inside-merchants"));
        let end = EndStall {
            community: JIA,
            id: market.stalls[0].id,
            version: 1,
            occupants: occupants.clone(),
        };
        assert_eq!(
            code(&db.execute(&desk, end).await.unwrap_err()),
            ("closed", "inside-merchants")
        );
        let gone = CloseMerchant {
            community: JIA,
            merchant: id,
            version: 1,
            closed_on: String::new(),
        };
        db.execute(&desk, gone).await.unwrap();
        db.execute(&desk, close).await.unwrap();
        ground
            .person(JIA, "周建国", &[], Some(ground.homes.east_101))
            .await;
        let place = ground.locator.dwelling(ground.homes.east_101).unwrap();
        let dwelling = SaveDwelling {
            community: JIA,
            known: Some((ground.homes.east_101, 1)),
            building: place.building.unwrap(),
            entrance: String::new(),
            room: "101".into(),
            floor: Some(1),
            usage: "owned".into(),
            area: String::new(),
            closed: true,
            occupants,
        };
        let refused = db.execute(&desk, dwelling).await.unwrap_err();
        assert_eq!(code(&refused), ("closed", "inside-residents"));
        ground.verify().await;
    }
}

#[tokio::test]
async fn figures_of_an_earlier_day_stay() {
    for ground in grounds().await {
        let market = Market::on(&ground).await;
        let (db, desk) = (ground.world.db(), ground.desk());
        let id = enter(&ground, &desk, "顺达五金商行", market.stall(0, false))
            .await
            .unwrap();
        enter(&ground, &desk, "永源布行", market.stall(1, false))
            .await
            .unwrap();
        let day = desk.now().local().date().to_string();
        ground.world.clock.advance(3 * Micros::DAY);
        let change = SaveMerchant {
            vault: Arc::clone(&ground.vault),
            community: JIA,
            known: Some((id, 1)),
            input: MerchantInput {
                employees: "10".into(),
                trade: "textiles".into(),
                ..input("顺达五金商行")
            },
            at: None,
        };
        db.execute(&desk, change).await.unwrap();
        let set: Arc<dyn Dataset> = Arc::new(MerchantsDataset(Arc::clone(&ground.vault)));
        let datasets = Datasets::new(
            db.clone(),
            Arc::clone(&ground.world.areas),
            vec![set],
            DatasetsSettings::default(),
        );
        let ask = |as_of: Option<String>, trade: &str| Query {
            dataset: "merchants".into(),
            filter: Filter::Test(Test {
                dim: "trade".into(),
                op: Op::Is,
                values: vec![trade.into()],
            }),
            measure: Measure::Sum("employees".into()),
            as_of,
            ..Query::default()
        };
        let figure = |query: Query| {
            let (datasets, ctx) = (&datasets, ground.desk());
            async move {
                let asked = datasets.ask(&ctx, query).await.unwrap();
                let total = asked.answer().await.unwrap().total;
                (total.count, total.sum)
            }
        };
        assert_eq!(figure(ask(None, "hardware")).await, (1, Some(3)));
        assert_eq!(figure(ask(None, "textiles")).await, (1, Some(10)));
        assert_eq!(
            figure(ask(Some(day.clone()), "hardware")).await,
            (2, Some(6))
        );
        assert_eq!(figure(ask(Some(day), "textiles")).await.0, 0);
    }
}

const MERCHANTS: &str = "\
key,premises_key,stall_key,name,kind,credit_code,trade,goods,employees,floor_area,load,hours,opened_on,phone,since,owner_key
a,m1,c1,顺达五金商行,individual,92320613000010014U,hardware,螺丝,2,24,2.5,6:30–17:30,2016-12-09,13900011000,2024-03-01,p1
b,m1,c2,永源布行,unknown,,textiles,布,1,18,1.2,,,,,
c,m1,c2,瑞和布行,unknown,,textiles,布,1,18,1.2,,,,,
d,m1,c9,错摊位,unknown,,textiles,,,,,,,,,
e,s1,,西村便利店,individual,92320613000010014V,grocery,,,,,,,,,
f,s1,,西村便利店,individual,,grocery,,two,,,,,,,
g,s1,,西村便利店,individual,,grocery,饮料,2,40,5,,,x,,
";

#[tokio::test]
async fn the_same_file_again_changes_nothing() {
    for ground in grounds().await {
        Market::on(&ground).await;
        let (db, ctx) = (ground.world.db(), ground.world.service());
        let persons = "key,name,sex,birth_year,phones,dwelling_key,relation,household_key,labels,language,note\n\
            p1,周建国,,,,e101,owner,,,,\n";
        let staff = std::collections::HashMap::new();
        let report =
            youlin_people::import::persons(db, &ctx, &ground.vault, persons, &staff, false)
                .await
                .unwrap();
        assert_eq!(report.new, 1, "{report:?}");
        let why = [
            (4, "stall-occupied"),
            (5, "stall-unknown"),
            (6, "credit-code"),
            (7, "no-number"),
            (8, "phone-letters"),
        ];
        let run = |text: String| {
            let (db, ctx, vault) = (db, &ctx, &ground.vault);
            async move {
                let report = merchants(db, ctx, vault, &text, false).await.unwrap();
                let refused: Vec<(u32, String)> = report
                    .refused
                    .iter()
                    .map(|one| (one.line, one.code.clone()))
                    .collect();
                (report.new, report.changed, report.unchanged, refused)
            }
        };
        let why: Vec<(u32, String)> = why.map(|(line, code)| (line, code.to_owned())).to_vec();
        let judged = merchants(db, &ctx, &ground.vault, MERCHANTS, true)
            .await
            .unwrap();
        assert_eq!((judged.new, judged.refused.len()), (3, 4), "{judged:?}");
        assert_eq!(run(MERCHANTS.to_owned()).await, (2, 0, 0, why.clone()));
        assert_eq!(run(MERCHANTS.to_owned()).await, (0, 0, 2, why.clone()));
        let moved = MERCHANTS
            .replace("b,m1,c2", "b,m1,c3")
            .replace("螺丝,2", "螺丝,4");
        let after = run(moved.clone()).await;
        assert_eq!(
            (after.0, after.1, after.2),
            (1, 2, 0),
            "the stall is free for the next"
        );
        assert_eq!(run(moved).await.2, 3);
        let desk = ground.desk();
        let scope = ground.scope(&desk);
        let all = Merchants::list(
            db.read(),
            &ground.vault,
            &scope,
            &MerchantFilter::default(),
            10,
        )
        .await
        .unwrap();
        let names: Vec<(&str, usize, usize)> = all
            .iter()
            .map(|one| (one.name.as_str(), one.places.len(), one.former_places.len()))
            .collect();
        assert_eq!(
            names,
            [
                ("永源布行", 1, 1),
                ("瑞和布行", 1, 0),
                ("顺达五金商行", 1, 0)
            ]
        );
        let shun = &all[2];
        assert!(shun.responsible && shun.opened_on.as_deref() == Some("2016-12-09"));
        ground.verify().await;
    }
}

#[tokio::test]
async fn the_desk_enters_and_changes_merchants_on_pages() {
    for ground in grounds().await {
        let market = Market::on(&ground).await;
        account(&ground, "desk", vec![grant(Role::CommunityDesk, 10)], None).await;
        account(&ground, "far", vec![grant(Role::GridWorker, 101)], None).await;
        let house = house(&ground, 1_000, AccountPolicy::default());
        let mut desk = Browser::signed_in(&house, "desk").await;
        let (premises, stall) = (
            market.market.id.to_string(),
            market.stalls[0].id.to_string(),
        );
        let form = desk
            .get(&format!(
                "/people/merchants/new?premises={premises}&stall={stall}"
            ))
            .await;
        assert!(form.text.contains("中原综合批发市场 C-01"), "{}", form.text);
        let fields = |code: &'static str, phone: &'static str| {
            vec![
                ("premises", premises.as_str()),
                ("stall", stall.as_str()),
                ("name", "顺达<b>五金</b>"),
                ("kind", "individual"),
                ("trade", "hardware"),
                ("goods", "螺丝"),
                ("credit_code", code),
                ("phone", phone),
            ]
        };
        let wrong = desk.post("/people/merchants", &fields("92X", "138")).await;
        assert_eq!(wrong.status, 422);
        for kept in [
            "id=\"f-credit_code-e\"",
            "id=\"f-phone-e\"",
            "value=\"92X\"",
            "value=\"螺丝\"",
        ] {
            assert!(wrong.text.contains(kept), "{kept}");
        }
        let saved = desk
            .post(
                "/people/merchants",
                &fields("92320613000010014U", "13900001111"),
            )
            .await;
        assert_eq!(saved.status, 303, "{}", saved.text);
        let path = saved.location.split('?').next().unwrap().to_owned();
        let page = desk.get(&path).await.text;
        assert!(page.contains("139****1111") && !page.contains("13900001111"));
        assert!(page.contains("顺达&#60;b&#62;五金&#60;/b&#62;") && !page.contains("<b>五金"));
        let list = desk
            .get("/people/merchants?without=responsible&trade=hardware")
            .await;
        assert!(list.text.contains(&path));
        assert!(
            !desk
                .get("/people/merchants?without=code")
                .await
                .text
                .contains(&path)
        );
        let change = |version: &'static str| {
            let mut all = fields("92320613000010014U", "");
            all.push(("version", version));
            all
        };
        assert_eq!(desk.post(&path, &change("1")).await.status, 303);
        let clash = desk.post(&path, &change("1")).await;
        assert_eq!(clash.status, 409);
        assert!(clash.text.contains("data-conflict"));
        let page = desk.get(&path).await.text;
        assert!(page.contains("139****1111"), "a number left empty stays");
        let none = desk
            .post(&format!("{path}/reveal"), &[("purpose", "")])
            .await;
        assert_eq!(none.status, 422);
        let shown = desk
            .post(&format!("{path}/reveal"), &[("purpose", "通知")])
            .await;
        assert!(shown.text.contains("139 0000 1111"));
        let found = desk
            .get(&format!("/api/v1{}", path.replace("/people", "")))
            .await;
        assert!(
            found
                .text
                .contains("\"credit_code\":\"92320613000010014U\""),
            "{}",
            found.text
        );
        let mut far = Browser::signed_in(&house, "far").await;
        assert_eq!(far.get(&path).await.status, 404);
        assert_eq!(far.post(&path, &change("2")).await.status, 404);
        ground.verify().await;
    }
}

/// As a market keeps it: units in cells, a stall beside the market's name, a place nobody registered, somebody twice.
const LIST: &str = "\
序号,商户名称,统一社会信用代码,联系电话,经营地址,摊位号,主营商品,从业人数,面积（㎡）,行业
1,老王五金,,139 0000 1111,中原综合批发市场,C-01,螺丝,2人,24㎡,五金
2,张记布行,,,中原综合批发市场C区02号,,,3,,布料
3,云上花店,,,人民公园南门,,鲜花,,,
4,李记,,,中原综合批发市场,C-99,,,,
5,老王五金,,,中原综合批发市场,C-01,,,,
6,错码商行,91320600MA1X,,中原综合批发市场,,,,,
";

pub(crate) fn said(view: &ImportView) -> Vec<(u32, &str)> {
    let report = view.report.as_ref().unwrap();
    let all = report.refused.iter().chain(&report.doubtful);
    all.map(|one| (one.line, one.code.as_str())).collect()
}

pub(crate) fn figures(view: &ImportView) -> (u32, u32, u32) {
    let report = view.report.as_ref().unwrap();
    (report.new, report.changed, report.unchanged)
}

impl Desk<'_> {
    /// A list of merchants, judged.
    pub(crate) async fn listed(&self, text: &str) -> ImportView {
        let id = self.give_as("shops", text.as_bytes().to_vec()).await;
        self.work().await;
        if self.view(id).await.state == ImportState::Matching {
            self.matched(id, &[]).await;
        }
        self.work().await;
        let view = self.view(id).await;
        assert_eq!(view.state, ImportState::Ready, "{view:?}");
        view
    }
}

#[tokio::test]
async fn a_list_given_as_the_wrong_kind_goes_on_as_what_it_is() {
    for ground in grounds().await {
        Market::on(&ground).await;
        let house = house(&ground, 1_000, AccountPolicy::default());
        let desk = Desk::at(&ground, imports(&ground)).await;
        let mut browser = Browser::signed_in(&house, "desk").await;
        let id = desk.give_sheet(LIST.as_bytes().to_vec()).await;
        desk.work().await;
        let path = format!("/imports/{id}");
        let page = browser.get(&path).await.text;
        assert!(page.contains("data-looks-like=\"shops\""), "{page}");
        assert!(page.contains("name=\"kind\" value=\"shops\""), "{page}");
        // A kind nobody matches columns for is none to go on as.
        let kind = format!("{path}/kind");
        let wrong = browser.post(&kind, &[("kind", "merchants")]).await;
        assert_eq!(wrong.status, 422);
        assert_eq!(browser.post(&kind, &[("kind", "shops")]).await.status, 303);
        desk.work().await;
        let view = desk.view(id).await;
        assert_eq!(
            (view.state, view.kind.as_str()),
            (ImportState::Matching, "shops")
        );
        // What was chosen stays chosen when the name is missing.
        let chosen = [
            "", "", "", "phone", "premises", "stall", "hours", "", "", "",
        ];
        let columns: Vec<(&str, &str)> = chosen.iter().map(|one| ("column", *one)).collect();
        let refused = browser.post(&format!("{path}/columns"), &columns).await;
        assert_eq!(refused.status, 422);
        assert!(refused.text.contains("<option value=\"hours\" selected"));
        desk.matched(id, &[]).await;
        assert_eq!(
            browser.post(&kind, &[("kind", "residents")]).await.status,
            409
        );
        desk.work().await;
        let view = desk.view(id).await;
        assert_eq!(
            (view.state, figures(&view)),
            (ImportState::Ready, (2, 0, 0))
        );
        // Columns that mean nothing for residents at all: the file waits for one press.
        let bare = "商户名称,信用代码,摊位号,主营商品\n云上花店,,,鲜花\n".as_bytes();
        let id = desk.give_sheet(bare.to_vec()).await;
        desk.work().await;
        assert_eq!(desk.view(id).await.state, ImportState::Failed);
        let path = format!("/imports/{id}");
        assert!(browser.get(&path).await.text.contains("value=\"shops\""));
        let kind = format!("{path}/kind");
        assert_eq!(browser.post(&kind, &[("kind", "shops")]).await.status, 303);
        desk.work().await;
        assert_eq!(desk.view(id).await.state, ImportState::Matching);
        ground.verify().await;
    }
}

#[tokio::test]
async fn a_desks_own_list_is_taken_in_and_moves_nobody_unasked() {
    for ground in grounds().await {
        Market::on(&ground).await;
        let desk = Desk::at(&ground, imports(&ground)).await;
        let view = desk.listed(LIST).await;
        assert_eq!(
            said(&view),
            [
                (5, "shop-stall-unknown"),
                (6, "shop-twice"),
                (7, "credit-code"),
                (4, "shop-place-unknown"),
            ]
        );
        assert_eq!(
            view.report.as_ref().unwrap().refused[2].column,
            "统一社会信用代码"
        );
        let done = desk.decide(view.id, &[(4, Choice::Take)], false).await;
        assert_eq!(figures(&done), (3, 0, 0));
        let shown = async |name: &str| {
            let filter = MerchantFilter {
                text: name.to_owned(),
                ..MerchantFilter::default()
            };
            let scope = ground.scope(&ground.desk());
            let db = ground.world.db().read();
            let found = Merchants::list(db, &ground.vault, &scope, &filter, 10).await;
            found.unwrap().remove(0)
        };
        let wang = shown("老王五金").await;
        assert_eq!(wang.place_label(), "中原综合批发市场 C-01");
        assert_eq!((wang.employees, wang.area_centi), (Some(2), Some(2_400)));
        assert_eq!(wang.trade.as_str(), "hardware");
        assert_eq!(wang.phone_masked.as_deref(), Some("139****1111"));
        assert_eq!(
            shown("张记布行").await.place_label(),
            "中原综合批发市场 C-02"
        );
        assert!(shown("云上花店").await.places.is_empty());
        // Again: nothing changes, and who is known is asked about no more.
        let again = desk.listed(LIST).await;
        assert_eq!(figures(&again), (0, 0, 3));
        assert!(again.report.unwrap().doubtful.is_empty());
        // A shorter list clears nothing, and the market alone means the stall held in it.
        let short = desk.listed("店名,市场\n老王五金,中原综合批发市场\n").await;
        assert_eq!(figures(&short), (0, 0, 1));
        // Somewhere else: asked whether it is the same one.
        let moved = desk
            .listed("店名,市场,摊位\n老王五金,中原综合批发市场,C03\n")
            .await;
        assert_eq!(said(&moved), [(2, "shop-same-name")]);
        let done = desk.decide(moved.id, &[(2, Choice::Take)], false).await;
        assert_eq!(figures(&done), (0, 1, 0));
        let wang = shown("老王五金").await;
        assert_eq!(wang.place_label(), "中原综合批发市场 C-03");
        assert_eq!((wang.former_places.len(), wang.goods.as_str()), (1, "螺丝"));
        let other = desk
            .listed("店名,市场,摊位\n老王五金,中原综合批发市场,C01\n")
            .await;
        let done = desk.decide(other.id, &[(2, Choice::New)], false).await;
        assert_eq!(figures(&done), (1, 0, 0));
        ground.verify().await;
    }
}

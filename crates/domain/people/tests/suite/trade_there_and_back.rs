//! Merchants and organisations leave as files and come in again: at home nothing changes, also for what was entered by hand
//! and never had a key; a house with the same places and persons holds the same afterwards. Numbers leave with a second yes.

use std::collections::HashMap;
use std::sync::Arc;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use uuid::Uuid;
use youlin_crypto::CreditCode;
use youlin_kernel::{AreaId, Ctx, Micros, Role};
use youlin_people::merchants::{
    LeavePlace, LegalKind, MerchantFilter, MerchantInput, MerchantRelation, MerchantView,
    Merchants, PlaceMerchant, RelatePerson, SaveMerchant, Trade, Where, merchants,
};
use youlin_people::{AccountPolicy, OrganisationKind, SaveOrganisation, export, import};
use youlin_places::import::{premises, read_csv, stalls};
use youlin_places::permissions::PLACES_READ;
use youlin_places::premises::{Premises, PremisesFilter};

use crate::browser::{Browser, account, house};
use crate::ground::{Ground, JIA, grant, grounds};

const MERCHANTS: usize = 24;
const ORGANISATIONS: usize = 20;

const PREMISES: &str = "key,community_code,kind,name,neighbourhood_code
m#1;x,T10,market,中原市场,T1000
s1,T10,shop,西村商铺,T1001
";
const STALLS: &str = "key,premises_key,section,number
c%31,m#1;x,C,01
c2,m#1;x,C,02
c3,m#1;x,C,03
";
const PERSONS: &str = "key,name,dwelling_key,relation
p@1,周建国,e101,owner
p;2,沈桂英,e102,owner
p3,方知远,,
";

/// Places and persons that both houses hold.
struct Shared {
    /// A place without stalls, then stalls.
    places: Vec<(Uuid, Option<Uuid>)>,
    persons: Vec<Uuid>,
}

async fn shared(ground: &Ground) -> Shared {
    let (db, ctx) = (ground.world.db(), ground.world.service());
    let rows = |text: &str| read_csv(text, &["key"]).unwrap();
    premises(db, &ctx, &ground.locator, rows(PREMISES), false)
        .await
        .unwrap();
    stalls(db, &ctx, &ground.locator, rows(STALLS), false)
        .await
        .unwrap();
    let staff = HashMap::from([("p3".to_owned(), "T10".to_owned())]);
    let report = import::persons(db, &ctx, &ground.vault, PERSONS, &staff, false)
        .await
        .unwrap();
    assert_eq!(report.new, 3, "{report:?}");
    let scope = ctx.scope(&PLACES_READ).unwrap();
    let all = Premises::list(db.read(), &scope, &PremisesFilter::default(), 10)
        .await
        .unwrap();
    let mut places = Vec::new();
    for one in &all {
        places.push((one.id, None));
        let inside = Premises::stalls(db.read(), one, false).await.unwrap();
        places.extend(inside.iter().map(|stall| (one.id, Some(stall.id))));
    }
    places.sort_by_key(|(_, stall)| stall.is_some());
    let mut persons = Vec::new();
    for name in ["周建国", "沈桂英", "方知远"] {
        ground.index().await;
        let scope = ground.scope(&ctx);
        let found =
            youlin_people::Directory::search(db.read(), &ground.vault, &scope, name, 5).await;
        persons.push(found.unwrap()[0].id);
    }
    Shared { places, persons }
}

/// A merchant made up.
#[derive(Clone, Debug)]
struct Made {
    words: (String, String, String),
    kind: LegalKind,
    trade: Trade,
    employees: Option<u16>,
    metres: Option<u32>,
    watts: Option<u32>,
    opened: Option<(i16, i8, i8)>,
    coded: bool,
    phone: bool,
    /// Premises without a stall of its own.
    shared: usize,
    second: bool,
    left: bool,
    persons: Vec<(usize, usize)>,
}

fn made() -> impl Strategy<Value = Made> {
    let word = || "(=cmd\\|1|[+]1|-|@SUM|'=|顺达|永源,|\"布\"行|；a;b#c@d){1,2}[一-龥]{0,3}";
    let some_word = prop::option::of(word()).prop_map(Option::unwrap_or_default);
    let hours = prop::option::of("6:30–1[0-9]:30").prop_map(Option::unwrap_or_default);
    let said = (
        (word(), some_word, hours),
        prop::sample::select(LegalKind::ALL.to_vec()),
        prop::sample::select(Trade::ALL.to_vec()),
        prop::option::of(0u16..500),
        prop::option::of(1u32..900_000),
        prop::option::of(1u32..900_000),
        prop::option::of((1990i16..2026, 1i8..=12, 1i8..=28)),
    );
    let place = (
        any::<bool>(),
        any::<bool>(),
        0usize..2,
        any::<bool>(),
        prop::bool::weighted(0.2),
        prop::collection::vec((0usize..3, 0usize..5), 0..4),
    );
    (said, place).prop_map(|(said, place)| Made {
        words: said.0,
        kind: said.1,
        trade: said.2,
        employees: said.3,
        metres: said.4,
        watts: said.5,
        opened: said.6,
        coded: place.0,
        phone: place.1,
        shared: place.2,
        second: place.3,
        left: place.4,
        persons: place.5,
    })
}

/// A code of GB 32100.
fn code(row: usize) -> Option<String> {
    let organisation = "0123456789X".chars();
    let last = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    organisation
        .flat_map(|check| last.chars().map(move |end| (check, end)))
        .map(|(check, end)| format!("92320613{:08}{check}{end}", 10_000 + row))
        .find(|text| CreditCode::parse(text).is_ok())
}

impl Made {
    fn input(&self, row: usize) -> MerchantInput {
        let text = |value: Option<u32>, places: u32| {
            let unit = 10u32.pow(places);
            let width = usize::try_from(places).unwrap();
            value.map_or_else(String::new, |value| {
                format!("{}.{:0width$}", value / unit, value % unit)
            })
        };
        MerchantInput {
            name: self.words.0.clone(),
            goods: self.words.1.clone(),
            hours: self.words.2.clone(),
            kind: self.kind.as_str().to_owned(),
            trade: self.trade.as_str().to_owned(),
            employees: self.employees.map_or_else(String::new, |n| n.to_string()),
            floor_area: text(self.metres, 2),
            load: text(self.watts, 3),
            opened_on: self
                .opened
                .map_or_else(String::new, |(y, m, d)| format!("{y:04}-{m:02}-{d:02}")),
            credit_code: code(row).filter(|_| self.coded).unwrap_or_default(),
            phone: self.phone.then(|| format!("1390000{row:04}")),
            ..MerchantInput::default()
        }
    }
}

async fn enter(ground: &Ground, shared: &Shared, all: &[Made]) {
    let (db, ctx) = (ground.world.db(), ground.world.service());
    let at = |(premises, stall): (Uuid, Option<Uuid>)| Where {
        premises,
        stall,
        since: String::new(),
        take_over: false,
    };
    // Stalls are given away once.
    let mut stalls = shared.places[2..].iter();
    for (row, one) in all.iter().enumerate() {
        ground.world.clock.advance(Micros::HOUR * 5);
        let save = SaveMerchant {
            vault: Arc::clone(&ground.vault),
            community: JIA,
            known: None,
            input: one.input(row),
            at: Some(at(shared.places[one.shared])),
        };
        let merchant = db.execute(&ctx, save).await.unwrap();
        for (person, relation) in &one.persons {
            ground.world.clock.advance(Micros::HOUR);
            let relate = RelatePerson {
                community: JIA,
                merchant,
                person_community: JIA,
                person: shared.persons[*person],
                relation: MerchantRelation::ALL[*relation],
                since: String::new(),
                take_over: false,
            };
            db.execute(&ctx, relate).await.unwrap();
        }
        if one.left {
            let scope = ground.scope(&ctx);
            let view = Merchants::one(db.read(), &ground.vault, &scope, merchant)
                .await
                .unwrap();
            let leave = LeavePlace {
                community: JIA,
                merchant,
                place: view.places[0].id,
                until: String::new(),
            };
            db.execute(&ctx, leave).await.unwrap();
        } else if let (true, Some(stall)) = (one.second, stalls.next()) {
            let place = PlaceMerchant {
                community: JIA,
                merchant,
                at: at(*stall),
            };
            db.execute(&ctx, place).await.unwrap();
        }
    }
}

async fn out(ground: &Ground, ctx: &Ctx) -> String {
    let (db, tree) = (ground.world.db(), ctx.areas());
    let scope = ground.scope(ctx);
    export::merchants(db.read(), &ground.vault, tree, &scope)
        .await
        .unwrap()
}

/// What pages show of each, but ids and the moments of a day.
async fn seen(ground: &Ground, ctx: &Ctx, numbers: bool) -> Vec<String> {
    let filter = MerchantFilter::default();
    let scope = ground.scope(ctx);
    let db = ground.world.db().read();
    let all = Merchants::list(db, &ground.vault, &scope, &filter, 100).await;
    let told = |one: MerchantView| {
        let places: Vec<String> = one
            .places
            .iter()
            .map(|place| format!("{} {}", place.label(), place.valid_from.date()))
            .collect();
        let mut persons: Vec<String> = one
            .persons
            .iter()
            .map(|row| {
                format!(
                    "{} {} {}",
                    row.name_masked,
                    row.relation,
                    row.valid_from.date()
                )
            })
            .collect();
        persons.sort();
        let said = (&one.name, one.kind, &one.credit_code, one.trade, &one.goods);
        let size = (one.employees, one.area_centi, one.load_w, &one.hours);
        let phone = one.phone_masked.filter(|_| numbers);
        format!(
            "{said:?} {size:?} {:?} {phone:?} {places:?} {persons:?}",
            one.opened_on
        )
    };
    let mut all: Vec<String> = all.unwrap().into_iter().map(told).collect();
    all.sort();
    all
}

#[tokio::test]
async fn an_exported_file_of_merchants_is_the_same_elsewhere_and_changes_nothing_at_home() {
    let mut runner = TestRunner::deterministic();
    for (here, there) in grounds().await.into_iter().zip(grounds().await) {
        let made = prop::collection::vec(made(), MERCHANTS)
            .new_tree(&mut runner)
            .unwrap()
            .current();
        let places = shared(&here).await;
        shared(&there).await;
        enter(&here, &places, &made).await;
        there.world.clock.advance(Micros::DAY * 60);
        let (ctx, other) = (here.world.service(), there.world.service());
        let file = out(&here, &ctx).await;
        let before = seen(&here, &ctx, true).await;
        assert_eq!(before.len(), MERCHANTS);
        // At home.
        for dry_run in [true, false] {
            let report = merchants(here.world.db(), &ctx, &here.vault, &file, dry_run).await;
            let report = report.unwrap();
            assert_eq!(
                (report.new, report.changed, report.refused.len()),
                (0, 0, 0),
                "{report:?}"
            );
            assert_eq!(report.unchanged as usize, MERCHANTS);
        }
        assert_eq!(seen(&here, &ctx, true).await, before);
        assert_eq!(out(&here, &ctx).await, file);
        // Elsewhere.
        let report = merchants(there.world.db(), &other, &there.vault, &file, false).await;
        let report = report.unwrap();
        assert_eq!(report.new as usize, MERCHANTS, "{report:?}");
        assert_eq!(out(&there, &other).await, file);
        assert_eq!(
            seen(&there, &other, true).await,
            seen(&here, &ctx, false).await,
            "all but the numbers"
        );
        // With numbers, by a second person's yes.
        let list = taken(&here).await;
        let again = merchants(here.world.db(), &ctx, &here.vault, &list, false).await;
        assert_eq!(again.unwrap().unchanged as usize, MERCHANTS);
        let more = merchants(there.world.db(), &other, &there.vault, &list, false).await;
        let with_numbers = made.iter().filter(|one| one.phone).count();
        assert_eq!(more.unwrap().changed as usize, with_numbers);
        assert_eq!(seen(&there, &other, true).await, before);
        here.verify().await;
        there.verify().await;
    }
}

/// The list of merchants with their numbers: the desk asks, the lead says yes, the desk takes it.
async fn taken(ground: &Ground) -> String {
    for (login, role) in [
        ("taker", Role::CommunityDesk),
        ("lead", Role::CommunityLead),
    ] {
        account(ground, login, vec![grant(role, 10)], None).await;
    }
    account(ground, "worker", vec![grant(Role::GridWorker, 1000)], None).await;
    let house = house(ground, 1_000, AccountPolicy::default());
    let mut desk = Browser::signed_in(&house, "taker").await;
    let mut lead = Browser::signed_in(&house, "lead").await;
    let mut worker = Browser::signed_in(&house, "worker").await;
    assert_eq!(worker.get("/people/merchants/file").await.status, 403);
    let plain = desk.get("/people/merchants/file?area=10").await;
    assert_eq!(plain.status, 200, "{}", plain.text);
    assert!(!plain.text.contains("1390000"), "{}", plain.text);
    assert_eq!(plain.text.lines().count(), MERCHANTS + 1);
    let ask = [
        ("area", "10"),
        ("purpose", "交接商户"),
        ("contents", "merchants"),
    ];
    assert_eq!(desk.post("/people/exports", &ask).await.status, 303);
    let waiting = lead.get("/people/exports/approve").await.text;
    assert!(waiting.contains("24 家商户"), "{waiting}");
    let path = |text: &str, end: &str| {
        let mut paths = text
            .split("action=\"")
            .filter_map(|part| part.split('"').next());
        paths.find(|path| path.ends_with(end)).unwrap().to_owned()
    };
    let decide = path(&waiting, "/decide");
    assert_eq!(
        lead.post(&decide, &[("decision", "approve")]).await.status,
        303
    );
    let take = path(&desk.get("/people/exports").await.text, "/take");
    let answer = desk.post(&take, &[]).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert!(answer.text.contains("交接商户"), "every line says why");
    // The record counts the persons who see the look, not the numbers: one may answer for several shops.
    let count = async |sql: &str| -> i64 {
        use sea_orm::ConnectionTrait;
        let db = ground.world.db().read();
        let asked = sea_orm::Statement::from_string(db.get_database_backend(), sql.to_owned());
        let row = db.query_one_raw(asked).await.unwrap().unwrap();
        row.try_get("", "n").unwrap()
    };
    let looks = "SELECT COUNT(*) AS n FROM who_looked WHERE fields = 'merchant-phone,export'";
    let noted = "SELECT persons AS n FROM processing WHERE kind = 'export'";
    assert_eq!(count(noted).await, count(looks).await);
    answer.text
}

/// An organisation made up.
fn organisation()
-> impl Strategy<Value = (String, OrganisationKind, bool, Option<String>, bool, bool)> {
    (
        "(=cmd|'+|@|益民|\"互助\",|；){1,2}[一-龥]{1,3}",
        prop::sample::select(OrganisationKind::ALL.to_vec()),
        any::<bool>(),
        prop::option::of("0513-8555[0-9]{4}"),
        any::<bool>(),
        any::<bool>(),
    )
}

#[tokio::test]
async fn an_exported_file_of_organisations_is_the_same_elsewhere_and_changes_nothing_at_home() {
    let mut runner = TestRunner::deterministic();
    for (here, there) in grounds().await.into_iter().zip(grounds().await) {
        let (db, ctx) = (here.world.db(), here.world.service());
        for row in 0..ORGANISATIONS {
            let (name, kind, of_community, phone, coded, mail) =
                organisation().new_tree(&mut runner).unwrap().current();
            let save = SaveOrganisation {
                vault: Arc::clone(&here.vault),
                id: None,
                version: None,
                ext_key: (row % 2 == 0).then(|| format!("o{row}")),
                kind,
                name,
                area: if of_community { AreaId(10) } else { AreaId(1) },
                phone,
                email: mail.then(|| format!("o{row}@example.cn")),
                credit_code: code(row).filter(|_| coded),
                closed: false,
            };
            db.execute(&ctx, save).await.unwrap();
        }
        let tree = ctx.areas();
        let file = export::organisations(db, tree).await.unwrap();
        assert_eq!(file.lines().count(), ORGANISATIONS + 1);
        for dry_run in [true, false] {
            let report = import::organisations(db, &ctx, &here.vault, &file, dry_run).await;
            let report = report.unwrap();
            assert_eq!(
                (report.new, report.changed, report.refused.len()),
                (0, 0, 0),
                "{report:?}"
            );
        }
        assert_eq!(export::organisations(db, tree).await.unwrap(), file);
        let (db, ctx) = (there.world.db(), there.world.service());
        let report = import::organisations(db, &ctx, &there.vault, &file, false).await;
        assert_eq!(report.unwrap().new as usize, ORGANISATIONS);
        let sorted = |text: &str| {
            let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
            lines.sort();
            lines
        };
        let again = export::organisations(db, ctx.areas()).await.unwrap();
        assert_eq!(sorted(&again), sorted(&file));
        here.verify().await;
        there.verify().await;
    }
}

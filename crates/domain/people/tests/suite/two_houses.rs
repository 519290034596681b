//! A register entered by hand, without a key anywhere, moves to another house file by file: persons and places first, then the
//! merchants, whose file names them by what they are called here.

use std::collections::HashMap;
use std::sync::Arc;

use uuid::Uuid;
use youlin_imports::ImportReport;
use youlin_kernel::{AreaId, Ctx, Micros};
use youlin_people::merchants::{
    MerchantInput, MerchantRelation, RelatePerson, SaveMerchant, Where, merchants,
};
use youlin_people::{export, import};
use youlin_places::commands::{OpenStalls, PremisesInput, SaveDwelling, SavePremises};
use youlin_places::import::{dwellings, premises, read_csv, stalls};
use youlin_places::permissions::PLACES_READ;
use youlin_places::premises::{Occupants, Premises, PremisesFilter};

use crate::browser::imports;
use crate::ground::{Ground, JIA, grounds};
use crate::imports::{Desk, counts};
use crate::there_and_back::{accounts, taken};

/// A dwelling of building 东村1号楼 that nobody gave a key.
async fn dwelling_by_hand(ground: &Ground, ctx: &Ctx) -> Uuid {
    let found = ground.locator.candidates("东村1号楼101", None, 1);
    let save = SaveDwelling {
        community: JIA,
        known: None,
        building: found[0].place.building.unwrap(),
        entrance: String::new(),
        room: "103".to_owned(),
        floor: None,
        usage: "owned".to_owned(),
        area: String::new(),
        closed: false,
        occupants: Occupants::default(),
    };
    let id = ground.world.db().execute(ctx, save).await.unwrap();
    let db = ground.world.db();
    ground.locator.reload_addresses(db).await.unwrap();
    id
}

/// Premises with two stalls, the second stall's id beside theirs.
async fn premises_by_hand(ground: &Ground, ctx: &Ctx) -> (Uuid, Uuid) {
    let db = ground.world.db();
    let save = SavePremises {
        community: JIA,
        known: None,
        input: PremisesInput {
            kind: "market".to_owned(),
            name: "中原市场".to_owned(),
            ..PremisesInput::default()
        },
        position: None,
        area: Some(AreaId(1000)),
    };
    let premises = db.execute(ctx, save).await.unwrap();
    let open = OpenStalls {
        community: JIA,
        premises,
        section: "C".to_owned(),
        numbers: "1-2".to_owned(),
        floor_area: String::new(),
        usage: "selling".to_owned(),
    };
    assert_eq!(db.execute(ctx, open).await.unwrap(), 2);
    let scope = ctx.scope(&PLACES_READ).unwrap();
    let all = Premises::list(db.read(), &scope, &PremisesFilter::default(), 5).await;
    let inside = Premises::stalls(db.read(), &all.unwrap()[0], false).await;
    (premises, inside.unwrap()[1].id)
}

async fn trade(ground: &Ground, ctx: &Ctx, persons: &[Uuid]) {
    let db = ground.world.db();
    let (premises, stall) = premises_by_hand(ground, ctx).await;
    let save = SaveMerchant {
        vault: Arc::clone(&ground.vault),
        community: JIA,
        known: None,
        input: MerchantInput {
            name: "顺达布行".to_owned(),
            kind: "unknown".to_owned(),
            trade: "other".to_owned(),
            ..MerchantInput::default()
        },
        at: Some(Where {
            premises,
            stall: Some(stall),
            since: String::new(),
            take_over: false,
        }),
    };
    let merchant = db.execute(ctx, save).await.unwrap();
    let relations = [
        MerchantRelation::Owner,
        MerchantRelation::Employee,
        MerchantRelation::Employee,
    ];
    for (person, relation) in persons.iter().zip(relations) {
        let relate = RelatePerson {
            community: JIA,
            merchant,
            person_community: JIA,
            person: *person,
            relation,
            since: String::new(),
            take_over: false,
        };
        db.execute(ctx, relate).await.unwrap();
    }
}

/// What leaves with the places and the merchants.
async fn trade_out(ground: &Ground, ctx: &Ctx) -> [String; 3] {
    let (db, tree) = (ground.world.db(), ctx.areas());
    let merchants = export::merchants(db.read(), &ground.vault, tree, &ground.scope(ctx)).await;
    [
        youlin_places::export::premises(db, tree).await.unwrap(),
        youlin_places::export::stalls(db).await.unwrap(),
        merchants.unwrap(),
    ]
}

fn all_new(report: &ImportReport, new: u32) {
    assert_eq!((report.new, report.refused.len()), (new, 0), "{report:?}");
}

#[tokio::test]
async fn a_register_entered_by_hand_moves_to_another_house_with_who_does_business_there() {
    for (here, there) in grounds().await.into_iter().zip(grounds().await) {
        accounts(&here).await;
        let (ctx, other) = (here.world.service(), there.world.service());
        let flat = dwelling_by_hand(&here, &ctx).await;
        let owner = here.person(JIA, "周建国", &[], Some(flat)).await;
        let helper = here.person(JIA, "沈桂英", &["13800001111"], None).await;
        let known = here
            .person(JIA, "方知远", &[], Some(here.homes.east_101))
            .await;
        here.world.clock.advance(Micros::HOUR);
        trade(&here, &ctx, &[owner, helper, known]).await;
        let persons = taken(&here, "register").await;
        let [markets, rows_of_stalls, file] = trade_out(&here, &ctx).await;
        for id in [owner, helper, known] {
            assert!(file.contains(&id.to_string()), "{file}");
        }

        // The other house holds one of them already, entered by hand as well.
        there.world.clock.advance(Micros::DAY * 30);
        let theirs = there
            .person(JIA, "方知远", &[], Some(there.homes.east_101))
            .await;
        let read = |text: &str| read_csv(text, &["key"]).unwrap();
        let (db, locator) = (there.world.db(), &there.locator);
        let flats = youlin_places::export::dwellings(here.world.db())
            .await
            .unwrap();
        let report = dwellings(db, &other, locator, read(&flats), false).await;
        all_new(&report.unwrap(), 1);
        locator.reload_addresses(db).await.unwrap();
        let report = premises(db, &other, locator, read(&markets), false).await;
        all_new(&report.unwrap(), 1);
        let report = stalls(db, &other, locator, read(&rows_of_stalls), false).await;
        all_new(&report.unwrap(), 2);
        let refused = merchants(db, &other, &there.vault, &file, true).await;
        assert_eq!(refused.unwrap().refused[0].code, "person-unknown");
        let desk = Desk::at(&there, imports(&there)).await;
        let view = desk.judged(persons.clone()).await;
        assert_eq!(counts(&view), (2, 1, 0, 0), "{:?}", view.report);
        desk.decide(view.id, &[], false).await;
        let report = merchants(db, &other, &there.vault, &file, false).await;
        all_new(&report.unwrap(), 1);

        // What leaves there is called what it is called here, and comes back to where it was.
        let back = trade_out(&there, &other).await;
        assert_eq!(back, [markets, rows_of_stalls, file]);
        let again = desk.judged(persons).await;
        assert_eq!(counts(&again), (0, 0, 3, 0), "{:?}", again.report);
        let report = merchants(here.world.db(), &ctx, &here.vault, &back[2], false).await;
        assert_eq!(report.unwrap().unchanged, 1);
        keys_lead(&there, &other, (known, theirs), flat).await;
        there.verify().await;
    }
}

/// The one who was there is called by both: by the key of the other house, and by no second one. The key leads to a person and
/// to a dwelling also in a file of persons.
async fn keys_lead(there: &Ground, other: &Ctx, (known, theirs): (Uuid, Uuid), flat: Uuid) {
    let db = there.world.db();
    let rows = format!("key,name,dwelling_key,relation\n{known},方知远,{flat},tenant\n");
    let report = import::persons(db, other, &there.vault, &rows, &HashMap::new(), false).await;
    let report = report.unwrap();
    assert_eq!((report.new, report.changed), (0, 1), "{report:?}");
    let scope = there.scope(other);
    let file = youlin_people::Directory::person(db.read(), &there.vault, &scope, theirs).await;
    let told = serde_json::to_string(&file.unwrap()).unwrap();
    assert!(told.contains("103"), "{told}");
}

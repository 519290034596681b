//! Whatever the line does, the server ends where it would have ended with a good one: ten thousand syncs in random order,
//! cut, repeated and delayed, against the same work sent once, one after the other. The work is a day's: rounds with
//! findings and a filled checklist, notes, photographs, visits by a list and from door to door, corrections of what the
//! register says, talks, and inspections of a market with hazards.
//!
//! `YOULIN_SYNCS=100000` walks further, `YOULIN_SEED=7` another way.

use std::collections::{BTreeMap, BTreeSet};

use axum::body::Body;
use serde_json::{Value, json};
use uuid::Uuid;
use youlin_kernel::Micros;
use youlin_people::Directory;
use youlin_people::permissions::PEOPLE_READ;
use youlin_rounds::permissions::ROUNDS_READ;
use youlin_rounds::{RoundFilter, hazard_view, round_view, rounds_of};
use youlin_testkit::{databases, sqlite};

use crate::ground::{Ground, at_river};
use crate::uploads::{cut, picture};

/// A small generator of its own, so that a failing seed can be walked again (SplitMix64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % sides as u64).unwrap()
    }

    fn id(&mut self) -> Uuid {
        let high = (self.roll(usize::MAX) as u128) << 64;
        Uuid::from_u128(high | self.roll(usize::MAX) as u128)
    }

    fn shuffle<T>(&mut self, all: &mut [T]) {
        for at in (1..all.len()).rev() {
            all.swap(at, self.roll(at + 1));
        }
    }
}

/// What one telephone has written.
struct Phone {
    walker: usize,
    items: Vec<Value>,
    photos: BTreeMap<Uuid, Vec<u8>>,
    /// Items the telephone knows to be taken.
    taken: BTreeSet<usize>,
}

/// Where the two of the desk stand among the walkers: they see people and walk the river.
const DESK: [usize; 2] = [2, 3];

/// Where one goes besides the river: dwellings with who lives in each, and a market.
struct Places {
    homes: Vec<(Uuid, Uuid)>,
    market: Uuid,
}

async fn places(ground: &Ground) -> Places {
    ground.house().await;
    let mut homes = Vec::new();
    for (name, room) in [
        ("周福生", "101"),
        ("王桂芳", "102"),
        ("李建国", "103"),
        ("陆春", "104"),
    ] {
        let person = ground.lives(name, room).await;
        homes.push((ground.room(room), person));
    }
    Places {
        homes,
        market: ground.market(&ground.walkers[DESK[0]]).await,
    }
}

/// Two telephones' work of some days: rounds with findings, notes, photographs of both, visits and corrections, talks, hazards.
async fn written(ground: &Ground, seed: u64, rounds: usize) -> Vec<Phone> {
    let mut dice = Dice(seed);
    let mut doors = ground.doors(&ground.walkers[DESK[0]], rounds * 2).await;
    let places = places(ground).await;
    let mut phones = Vec::new();
    for walker in DESK {
        let mut phone = Phone {
            walker,
            items: Vec::new(),
            photos: BTreeMap::new(),
            taken: BTreeSet::new(),
        };
        for at in 0..rounds {
            walked(ground, &mut dice, &mut phone, at);
            let door = doors.pop().unwrap();
            visited(ground, &mut dice, &mut phone, &door);
            went_in(ground, &mut dice, &mut phone, &places, at);
            inspected(ground, &mut dice, &mut phone, places.market);
            if at.is_multiple_of(2) {
                talked(ground, &mut dice, &mut phone);
            }
        }
        phones.push(phone);
    }
    phones
}

/// A round, half of them by the checklist, a note, and every third time photographs of both.
fn walked(ground: &Ground, dice: &mut Dice, phone: &mut Phone, at: usize) {
    let (round, case) = (dice.id(), dice.id());
    let findings: Vec<Uuid> = (0..dice.roll(3)).map(|_| dice.id()).collect();
    let mut item = ground.round(round, &findings);
    if dice.roll(2) == 0 {
        let amount = ["none", "few", "some"][dice.roll(3)];
        item["body"]["checklist"] = json!("river-patrol@1");
        item["body"]["answers"] = json!({
            "floating": amount, "bank": "none", "outlets": "none", "transparency": "35",
            "points": [{ "point_note": format!("第 {at} 处") }, {}],
        });
    }
    phone.items.push(item);
    let (lon, lat) = at_river(2.0 + dice.roll(60) as f64 / 10.0);
    let body = json!({ "text": format!("记一笔 {case}"), "category": "E-0105", "place": { "lon": lon, "lat": lat } });
    phone
        .items
        .push(json!({ "id": case, "kind": "case", "body": body }));
    if !at.is_multiple_of(3) {
        return;
    }
    let of_round =
        json!({ "community": ground.community(), "round": round, "finding": findings.first() });
    for mut body in [of_round, json!({ "case_item": case })] {
        let upload = dice.id();
        body["upload"] = json!(upload);
        let bytes = picture(u32::try_from(dice.roll(1 << 30)).unwrap());
        phone.photos.insert(upload, bytes);
        phone
            .items
            .push(json!({ "id": dice.id(), "kind": "photo_claim", "body": body }));
    }
}

/// A visit by the list, and what turned out to be wrong in the register.
fn visited(ground: &Ground, dice: &mut Dice, phone: &mut Phone, door: &Value) {
    let state = ["seen", "tried", "skipped"][dice.roll(3)];
    phone.items.push(json!({ "id": dice.id(), "kind": "visit_mark", "body": {
        "community": ground.community(), "list": door["list"], "entry": door["entry"], "state": state,
        "note": format!("门口听到 {}", dice.roll(1_000)), "base": { "at": door["at"] },
    } }));
    if dice.roll(3) == 0 {
        return;
    }
    let number = format!("139{:08}", dice.roll(100_000_000));
    phone.items.push(json!({ "id": dice.id(), "kind": "correction", "body": {
        "community": ground.community(), "person": door["person"], "base": door["seen"], "phone": number,
    } }));
}

/// A visit from door to door: met, nobody there or left out, sometimes with something heard, a missing fact learnt or a photograph.
fn went_in(ground: &Ground, dice: &mut Dice, phone: &mut Phone, places: &Places, at: usize) {
    let id = dice.id();
    let outcome = ["done", "tried", "skipped"][dice.roll(3)];
    let (dwelling, person) = places.homes[at % places.homes.len()];
    let now = ground.world.service().now();
    let mut body = json!({
        "dwelling": dwelling, "outcome": outcome, "began_at": now, "ended_at": now, "lived": [person],
        "text": format!("门口 {id}"), "reason": if outcome == "skipped" { "住院中" } else { "" },
    });
    if outcome == "tried" {
        body["try_again_at"] = json!(now.plus(Micros::DAY));
    }
    // Each fact is heard once: two who hear different things are another matter.
    if outcome == "done" && phone.walker == DESK[0] && at < places.homes.len() {
        let number = format!("137{:08}", dice.roll(100_000_000));
        body["learnt"] = json!([{ "person": person, "phone": number }]);
    }
    if dice.roll(2) == 0 {
        body["problem"] = json!({ "id": dice.id(), "text": format!("楼道灯坏了 {id}"), "category": "E-0105", "urgent": dice.roll(2) == 0 });
    }
    let pictured = dice.roll(3) == 0;
    body["photographs"] = json!(u32::from(pictured));
    let finding = body["problem"]["id"].clone();
    phone
        .items
        .push(json!({ "id": id, "kind": "door_visit", "body": body }));
    if pictured {
        let upload = dice.id();
        let bytes = picture(u32::try_from(dice.roll(1 << 30)).unwrap());
        phone.photos.insert(upload, bytes);
        phone
            .items
            .push(json!({ "id": dice.id(), "kind": "photo_claim", "body": {
            "community": ground.community(), "round": id, "finding": finding, "upload": upload,
        } }));
    }
}

/// An inspection of the market: hazards with their stalls and measures, and what was put right at once.
fn inspected(ground: &Ground, dice: &mut Dice, phone: &mut Phone, market: Uuid) {
    let (id, hazards) = (dice.id(), 1 + dice.roll(2));
    let hazards: Vec<Uuid> = (0..hazards).map(|_| dice.id()).collect();
    let mut item = ground.round(id, &[]);
    item["body"]["kind"] = json!("inspection");
    item["body"]["subject"] = json!({ "kind": "premises", "id": market });
    let found = |id: &Uuid| json!({ "id": id, "category": "E-0404", "severity": "high", "text": format!("电炉 {id}"), "on_spot": false });
    item["body"]["findings"] = hazards.iter().map(found).collect();
    let told: Vec<Value> = hazards
        .iter()
        .map(|id| json!({ "finding": id, "section": "C", "named": format!("{:02}", 1 + dice.roll(12)), "days": 3, "measures": "当场断电" }))
        .collect();
    item["body"]["hazards"] = json!(told);
    phone.items.push(item);
}

/// A talk at the river.
fn talked(ground: &Ground, dice: &mut Dice, phone: &mut Phone) {
    let mut item = ground.round(dice.id(), &[]);
    item["body"]["kind"] = json!("talk");
    item["body"]["talk"] =
        json!({ "reached": 1 + dice.roll(90), "topic": "孩子们认识河", "handed_out": "" });
    phone.items.push(item);
}

/// Kinds of items that are rounds.
fn is_round(item: &Value) -> bool {
    item["kind"] == "round" || item["kind"] == "door_visit"
}

/// Sends a piece of a photograph, perhaps broken off, perhaps with its answer lost, perhaps the same again.
async fn some_bytes(ground: &Ground, phone: &Phone, dice: &mut Dice) {
    let walker = &ground.walkers[phone.walker];
    let at = dice.roll(phone.photos.len());
    let (id, bytes) = phone.photos.iter().nth(at).unwrap();
    let (_, told) = ground.announce(walker, *id, bytes).await;
    let from = usize::try_from(told["offset"].as_u64().unwrap()).unwrap();
    let to = (from + 1 + dice.roll(bytes.len())).min(bytes.len());
    match dice.roll(4) {
        0 => drop(ground.patch(walker, *id, from, cut(&bytes[from..to])).await),
        // Believing an old offset.
        1 => drop(
            ground
                .patch(
                    walker,
                    *id,
                    from / 2,
                    Body::from(bytes[from / 2..to].to_vec()),
                )
                .await,
        ),
        _ => drop(
            ground
                .patch(walker, *id, from, Body::from(bytes[from..to].to_vec()))
                .await,
        ),
    }
}

/// One sync: some items in some order; the request or its answer may be lost.
async fn one_sync(ground: &Ground, phone: &mut Phone, dice: &mut Dice) {
    let mut order: Vec<usize> = (0..phone.items.len()).collect();
    dice.shuffle(&mut order);
    // Mostly what waits; sometimes what was taken long ago, as after a restored backup.
    let few = 1 + dice.roll(4);
    let chosen: Vec<usize> = order
        .into_iter()
        .filter(|at| !phone.taken.contains(at) || dice.roll(40) == 0)
        .take(few)
        .collect();
    if dice.roll(5) == 0 {
        return; // lost on the way there
    }
    let items: Vec<Value> = chosen.iter().map(|at| phone.items[*at].clone()).collect();
    let told = ground.outbox(&ground.walkers[phone.walker], &items).await;
    let lost = dice.roll(4) == 0;
    for (at, answer) in chosen.into_iter().zip(told) {
        let result = answer["result"].as_str().unwrap();
        let leans = phone.items[at]["kind"] == "photo_claim";
        assert!(
            matches!(result, "done" | "again") || (result == "later" && leans),
            "{answer} to {}",
            phone.items[at]
        );
        assert!(
            result != "done" || !phone.taken.contains(&at),
            "taken twice: {answer}"
        );
        if result != "later" && !lost {
            phone.taken.insert(at);
        }
    }
}

/// The same work on a good line: everything once, in the order it was written.
async fn good_line(ground: &Ground, phones: &[Phone]) {
    for phone in phones {
        let walker = &ground.walkers[phone.walker];
        for (id, bytes) in &phone.photos {
            ground.announce(walker, *id, bytes).await;
            ground
                .patch(walker, *id, 0, Body::from(bytes.clone()))
                .await;
        }
        for item in &phone.items {
            let told = ground.outbox(walker, std::slice::from_ref(item)).await;
            assert_eq!(told[0]["result"], "done", "{told:?}");
        }
    }
}

/// Everything the work left, without the server's own numbers and times.
async fn left(ground: &Ground, phones: &[Phone]) -> BTreeMap<String, Value> {
    let db = ground.world.db();
    let scope = ground.walkers[DESK[0]].ctx.scope(&ROUNDS_READ).unwrap();
    let mut all = BTreeMap::new();
    all.insert("doors".into(), doors_left(ground).await);
    all.insert("homes".into(), homes_left(ground).await);
    all.insert("items".into(), items_of(ground).await);
    let mut rounds = 0;
    for phone in phones {
        let who = ground.walkers[phone.walker].ctx.actor().name().to_owned();
        for item in phone.items.iter().filter(|item| is_round(item)) {
            let id: Uuid = serde_json::from_value(item["id"].clone()).unwrap();
            let seen = round_view(&ground.rounds, db, &scope, id).await.unwrap();
            assert_eq!(seen.line.by_name, who);
            let mut hazards = Vec::new();
            for told in item["body"]["hazards"].as_array().into_iter().flatten() {
                let finding: Uuid = serde_json::from_value(told["finding"].clone()).unwrap();
                let seen = hazard_view(db, &scope, finding).await.unwrap();
                assert_eq!(json!(seen.stalls.len()), json!(1));
                let notes = seen.notes.len();
                hazards.push(json!([finding, seen.section, seen.text, seen.step, notes]));
            }
            let cases: Vec<_> = seen
                .findings
                .iter()
                .filter_map(|one| one.case.as_ref().map(|_| one))
                .collect();
            assert_eq!(cases.len(), seen.findings.len());
            let mut findings: Vec<Value> = seen
                .findings
                .iter()
                .map(|one| {
                    json!([
                        one.id,
                        one.category,
                        one.state,
                        one.text,
                        one.step,
                        one.chainage_m,
                        one.returns
                            .iter()
                            .map(|back| json!([back.passed, back.by_name]))
                            .collect::<Vec<_>>()
                    ])
                })
                .collect();
            findings.sort_by_key(Value::to_string);
            let mut photos: Vec<Value> = seen
                .photos
                .iter()
                .map(|one| json!([one.finding, one.sha256]))
                .collect();
            photos.sort_by_key(Value::to_string);
            all.insert(
                id.to_string(),
                json!({
                    "text": seen.text, "answers": seen.answers, "findings": findings, "photos": photos, "hazards": hazards,
                    "talk": seen.talk, "outcome": seen.line.outcome, "reason": seen.reason, "again": seen.try_again_at.is_some(),
                }),
            );
            rounds += 1;
        }
    }
    let mut listed = 0;
    let mut before = None;
    loop {
        let filter = RoundFilter {
            before,
            ..RoundFilter::default()
        };
        let page = rounds_of(db, &scope, filter).await.unwrap();
        listed += page.len();
        match page.last().filter(|_| page.len() == 100) {
            Some(last) => before = Some(last.began_at),
            None => break,
        }
    }
    assert!(listed <= rounds, "{listed} rounds of {rounds}");
    all.insert("cases".into(), cases_of(ground).await);
    all
}

/// Every case: category, text, photographs. Numbers and ids are each server's own.
async fn cases_of(ground: &Ground) -> Value {
    use sea_orm::ConnectionTrait;
    let sql = "SELECT c.category AS category, c.text AS text, c.source AS source, COUNT(f.id) AS photos FROM case_record c \
               LEFT JOIN case_file f ON f.community_id = c.community_id AND f.case_id = c.id \
               GROUP BY c.id, c.category, c.text, c.source ORDER BY c.text, c.category, photos";
    let db = ground.world.db().read();
    let rows = db
        .query_all_raw(sea_orm::Statement::from_string(
            db.get_database_backend(),
            sql,
        ))
        .await
        .unwrap();
    let row = |row: sea_orm::QueryResult| {
        let text = |name: &str| row.try_get::<String>("", name).unwrap();
        json!([
            text("category"),
            text("text"),
            text("source"),
            row.try_get::<i64>("", "photos").unwrap()
        ])
    };
    rows.into_iter().map(row).collect()
}

/// How every entry of the visiting list stands and what the register says of the person, in the order of the list.
async fn doors_left(ground: &Ground) -> Value {
    let ctx = &ground.walkers[DESK[0]].ctx;
    let (scope, db) = (ctx.scope(&PEOPLE_READ).unwrap(), ground.world.db().read());
    let mut all = Vec::new();
    for closed in [false, true] {
        for line in Directory::visiting_lists(db, &ground.vault, (&scope, None), closed)
            .await
            .unwrap()
        {
            let found = Directory::visiting_list(db, &ground.vault, (&scope, None), line.id).await;
            for entry in found.unwrap().1 {
                let file = Directory::person(db, &ground.vault, &scope, entry.card.id).await;
                let phones: Vec<String> =
                    file.unwrap().phones.into_iter().map(|one| one.1).collect();
                all.push(
                    json!([
                        entry.card.name_masked,
                        entry.state,
                        entry.note,
                        entry.tries,
                        entry.by,
                        phones
                    ])
                    .to_string(),
                );
            }
        }
    }
    all.sort();
    json!(all)
}

/// What the register says of those at home, by the house's order.
async fn homes_left(ground: &Ground) -> Value {
    let ctx = &ground.walkers[DESK[0]].ctx;
    let (scope, db) = (ctx.scope(&PEOPLE_READ).unwrap(), ground.world.db().read());
    let mut all = Vec::new();
    for room in ["101", "102", "103", "104"] {
        let lived = Directory::residents(db, &ground.vault, &scope, ground.room(room)).await;
        for one in lived.unwrap() {
            let file = Directory::person(db, &ground.vault, &scope, one.id).await;
            let phones: Vec<String> = file.unwrap().phones.into_iter().map(|one| one.1).collect();
            all.push(json!([room, one.name_masked, phones]));
        }
    }
    json!(all)
}

/// How many items of each kind were taken: none twice, whatever was made of it.
async fn items_of(ground: &Ground) -> Value {
    use sea_orm::ConnectionTrait;
    let sql = "SELECT kind, COUNT(*) AS items FROM field_item GROUP BY kind ORDER BY kind";
    let db = ground.world.db().read();
    let statement = sea_orm::Statement::from_string(db.get_database_backend(), sql);
    let rows = db.query_all_raw(statement).await.unwrap();
    let row = |row: sea_orm::QueryResult| {
        let kind: String = row.try_get("", "kind").unwrap();
        (kind, json!(row.try_get::<i64>("", "items").unwrap()))
    };
    Value::Object(rows.into_iter().map(row).collect())
}

async fn bad_line(ground: &Ground, phones: &mut [Phone], dice: &mut Dice, syncs: usize) -> usize {
    let mut done = 0;
    while done < syncs
        || phones
            .iter()
            .any(|phone| phone.taken.len() < phone.items.len())
    {
        let at = dice.roll(phones.len());
        if !phones[at].photos.is_empty() && dice.roll(3) == 0 {
            some_bytes(ground, &phones[at], dice).await;
        } else {
            one_sync(ground, &mut phones[at], dice).await;
        }
        done += 1;
        assert!(done < syncs + 200_000, "it never ends");
    }
    done
}

/// Puts every finding right, and writes the second look of the other walker.
async fn returns(ground: &Ground, phones: &[Phone], seed: u64) -> Vec<Phone> {
    let mut dice = Dice(seed + 1);
    let scope = ground.walkers[DESK[0]].ctx.scope(&ROUNDS_READ).unwrap();
    let mut all = Vec::new();
    for phone in phones {
        let mut items = Vec::new();
        // A hazard has its own way off its list.
        let patrols = |item: &&Value| item["kind"] == "round" && item["body"]["kind"] == "patrol";
        for item in phone.items.iter().filter(patrols) {
            let id: Uuid = serde_json::from_value(item["id"].clone()).unwrap();
            for sent in item["body"]["findings"].as_array().unwrap() {
                let db = ground.world.db();
                let seen = round_view(&ground.rounds, db, &scope, id).await.unwrap();
                let found = seen.findings.iter().find(|one| json!(one.id) == sent["id"]);
                let case = found.and_then(|one| one.case.as_ref()).unwrap();
                ground.handle(case.id).await;
                let passed = dice.roll(3) > 0;
                items.push(json!({ "id": dice.id(), "kind": "return_visit", "body": {
                    "community": ground.community(), "finding": sent["id"], "round": id, "passed": passed, "text": "去看过了",
                } }));
            }
        }
        all.push(Phone {
            walker: DESK[0] + DESK[1] - phone.walker,
            items,
            photos: BTreeMap::new(),
            taken: BTreeSet::new(),
        });
    }
    all
}

fn syncs() -> usize {
    std::env::var("YOULIN_SYNCS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(10_000)
}

fn seed() -> u64 {
    let given = std::env::var("YOULIN_SEED").ok();
    given
        .and_then(|text| text.parse().ok())
        .unwrap_or(20_261_126)
}

#[tokio::test]
async fn a_bad_line_ends_where_a_good_one_does() {
    for (n, base) in databases().await.into_iter().enumerate() {
        // All of them on the embedded database; on PostgreSQL enough to meet every turn.
        let wanted = if n == 0 { syncs() } else { syncs() / 20 };
        // Each round is made and taken a few hundred times over: more of them only take longer.
        let rounds = (wanted / 1_000).max(5);
        let seed = seed() + n as u64;
        let (bad, good) = (Ground::new(base).await, Ground::new(sqlite().await).await);
        let mut phones = written(&bad, seed, rounds).await;
        let began = std::time::Instant::now();
        let done = bad_line(&bad, &mut phones, &mut Dice(seed), wanted).await;
        println!(
            "{done} syncs of {} items in {:.1?}",
            phones.iter().map(|one| one.items.len()).sum::<usize>(),
            began.elapsed()
        );
        let same = written(&good, seed, rounds).await;
        good_line(&good, &same).await;
        assert_eq!(left(&bad, &phones).await, left(&good, &same).await);
        // What was found is put right, and each looks at what the other found.
        let (mut back, straight) = (
            returns(&bad, &phones, seed).await,
            returns(&good, &same, seed).await,
        );
        bad_line(&bad, &mut back, &mut Dice(seed + 2), wanted / 4).await;
        good_line(&good, &straight).await;
        let straight = left(&good, &same).await;
        assert_eq!(left(&bad, &phones).await, straight);
        // A telephone restored from an old backup sends all of it again, two years late.
        bad.world.clock.advance(700 * Micros::DAY);
        for phone in phones.iter().chain(&back) {
            for some in phone.items.chunks(50) {
                for answer in bad.outbox(&bad.walkers[phone.walker], some).await {
                    assert_eq!(answer["result"], "again", "{answer}");
                }
            }
        }
        assert_eq!(left(&bad, &phones).await, straight);
    }
}

//! Privacy: unusual looks and the record of processing.

use std::sync::Arc;

use youlin_crypto::Keyring;
use youlin_database::sealed::Resealer;
use youlin_kernel::{Micros, Role};
use youlin_people::permissions::PEOPLE_LOOKS;
use youlin_people::privacy::{
    LookLimits, LookRule, ProcessingKind, ResealAll, SealedTables, WorkingDays, fields_by_key,
    processing_record, unusual_looks,
};
use youlin_people::{AccountPolicy, Directory, Reveal, RevealField, Vault};

use crate::browser::{Browser, account, house};
use crate::ground::{Ground, JIA, YI, grant, grounds};

#[tokio::test]
async fn twenty_looks_in_an_hour_are_listed_and_the_figure_opens_to_them() {
    for ground in grounds().await {
        let zhou = ground
            .person(JIA, "周建国", &["13800001234"], Some(ground.homes.east_101))
            .await;
        account(&ground, "lead", vec![grant(Role::CommunityLead, 10)], None).await;
        account(&ground, "desk", vec![grant(Role::CommunityDesk, 10)], None).await;
        let desk = ground.desk();
        for n in 0..21 {
            let look = Reveal {
                vault: Arc::clone(&ground.vault),
                community: JIA,
                person: zhou,
                fields: vec![RevealField::Name],
                purpose: format!("第{n}次"),
                case: None,
            };
            ground.world.db().execute(&desk, look).await.unwrap();
            ground.world.clock.advance(Micros::MINUTE);
        }
        let lead = ground.world.caller(Role::CommunityLead, JIA);
        let scope = lead.scope(&PEOPLE_LOOKS).unwrap();
        let now = lead.now();
        let span = (now.plus(-Micros::DAY), now.plus(1));
        let db = ground.world.db().read();
        let (days, limits) = (WorkingDays::default(), LookLimits::default());
        let found = unusual_looks(db, &ground.vault, &scope, span, &days, &limits)
            .await
            .unwrap();
        let rules: Vec<(LookRule, usize)> = found
            .findings
            .iter()
            .map(|one| (one.rule, one.looks.len()))
            .collect();
        assert_eq!(rules, [(LookRule::Hour, 21)]);
        let record = processing_record(db, &scope, span, None, 100)
            .await
            .unwrap();
        assert_eq!(record.len(), 21);

        let house = house(&ground, 1_000, AccountPolicy::default());
        let mut browser = Browser::signed_in(&house, "lead").await;
        let page = browser.get("/admin/looks").await;
        assert_eq!(page.status, 200, "{}", page.text);
        let link = page.text.split("/admin/looks/entries").nth(1).unwrap();
        let link = link.split('"').next().unwrap().replace("&amp;", "&");
        let entries = browser.get(&format!("/admin/looks/entries{link}")).await;
        assert_eq!(entries.text.matches("<tr data-look>").count(), 21);
        assert!(entries.text.contains("第20次") && !entries.text.contains("建国"));
        let record = browser.get("/admin/processing?days=7").await;
        assert!(record.text.contains("第20次"));
        let mut desk = Browser::signed_in(&house, "desk").await;
        assert_eq!(desk.get("/admin/looks").await.status, 403);
    }
}

/// The ground's key ring, with a new active key when told so.
fn ring(ground: &Ground, rotated: bool) -> Keyring {
    let mut ring = Keyring::parse(&ground.vault.keyring().to_text()).unwrap();
    if rotated {
        let ctx = ground.world.service();
        ring.rotate(Default::default(), &|bytes| ctx.random(bytes))
            .unwrap();
    }
    ring
}

/// The vault as a start makes it from a key file.
fn vault(ground: &Ground, text: &str) -> Arc<Vault> {
    let vault = Vault::new(Keyring::parse(text).unwrap())
        .with_area_code("0513")
        .with_places(Arc::clone(&ground.locator));
    Arc::new(vault)
}

fn tables() -> Arc<SealedTables> {
    let mut all = youlin_people::module().sealed;
    all.extend(youlin_imports::module().sealed);
    Arc::new(SealedTables(all))
}

/// Fields by key.
async fn counts(ground: &Ground, vault: &Vault) -> Vec<(u16, u64)> {
    let mut sums = std::collections::BTreeMap::new();
    let db = ground.world.db().read();
    for (_, keys) in fields_by_key(db, vault, &tables().0).await.unwrap() {
        for (key, fields) in keys {
            *sums.entry(key.unwrap()).or_default() += fields;
        }
    }
    sums.into_iter().collect()
}

#[tokio::test]
async fn keys_are_changed_batch_by_batch_and_a_killed_walk_goes_on() {
    for ground in grounds().await {
        let zhou = ground
            .person(JIA, "周建国", &["13800001234"], Some(ground.homes.east_101))
            .await;
        for n in 0..430 {
            let community = if n % 3 == 0 { YI } else { JIA };
            let phone = format!("1390000{n:04}");
            ground
                .person(community, &format!("王{n}"), &[&phone], None)
                .await;
        }
        let file = ring(&ground, true).to_text();
        let rotated = vault(&ground, &file);
        let (ctx, db) = (ground.world.service(), ground.world.db());
        let job = |vault: &Arc<Vault>| ResealAll {
            vault: Arc::clone(vault),
            tables: tables(),
        };
        assert_eq!(counts(&ground, &rotated).await, [(1, 862)]);
        // Killed after three batches.
        assert!(!job(&rotated).walk(&ctx, db, None, 3).await.unwrap());
        let half = counts(&ground, &rotated).await;
        assert_eq!(half, [(1, 431), (2, 431)], "one table of two");
        assert!(!job(&rotated).walk(&ctx, db, None, 1).await.unwrap());
        // Half-rotated keys work: what either key sealed opens, and searching finds both.
        let scope = ground.scope(&ground.desk());
        for text in ["13800001234", "周建国"] {
            let found = Directory::search(db.read(), &rotated, &scope, text, 10)
                .await
                .unwrap();
            assert_eq!(found.len(), 1, "{text}");
            assert_eq!(found[0].phone_masked.as_deref(), Some("138****1234"));
        }
        // A form opened before is saved after: the version did not move.
        let version = |ground: &Ground| {
            let look = Reveal {
                vault: Arc::clone(&rotated),
                community: JIA,
                person: zhou,
                fields: vec![RevealField::Name],
                purpose: "核对".to_owned(),
                case: None,
            };
            let (db, desk) = (ground.world.db().clone(), ground.desk());
            async move {
                db.execute(&desk, look).await.unwrap().fields[0]
                    .value
                    .clone()
            }
        };
        assert_eq!(version(&ground).await.as_deref(), Some("周建国"));
        // The next start goes on to the end.
        let again = vault(&ground, &file);
        assert!(job(&again).walk(&ctx, db, None, u64::MAX).await.unwrap());
        assert_eq!(counts(&ground, &again).await, [(2, 862)]);
        assert!(
            job(&again).walk(&ctx, db, None, 0).await.unwrap(),
            "nothing is left to do"
        );
        let scope = ground.world.service().scope(&PEOPLE_LOOKS).unwrap();
        let span = (ctx.now().plus(-Micros::DAY), ctx.now().plus(1));
        let kind = Some(ProcessingKind::Sealing);
        let record = processing_record(db.read(), &scope, span, kind, 10)
            .await
            .unwrap();
        assert_eq!(record.len(), 2, "one line for each table");
        ground.verify().await;
        // Now the old key can go; and a vault without it still reads everything.
        let mut left = Keyring::parse(&file).unwrap();
        left.retire(youlin_crypto::KeyId(1)).unwrap();
        assert!(
            left.retire(youlin_crypto::KeyId(2)).is_err(),
            "never the active one"
        );
        let left = vault(&ground, &left.to_text());
        let card = Directory::card(db.read(), &left, &ground.scope(&ground.desk()), zhou)
            .await
            .unwrap();
        assert_eq!(card.name_masked, "周**");
    }
}

#[tokio::test]
async fn a_key_that_came_later_is_found_when_it_is_needed() {
    let ground = Ground::sqlite().await;
    let (old, new) = (ring(&ground, false), ring(&ground, true));
    let (text, fresh) = (new.to_text(), new.to_text());
    let running = Vault::new(old).with_refill(move || Keyring::parse(&text).ok());
    assert_eq!(running.active(), 1);
    let place = youlin_people::FieldPlace::new("person", "name", 10, uuid::Uuid::nil());
    let ctx = ground.world.service();
    let sealed = vault(&ground, &fresh).seal(&ctx, place, "周").unwrap();
    assert_eq!(running.open(place, &sealed).unwrap(), "周");
    assert_eq!(running.active(), 2, "and from now on it seals");
}

#[tokio::test]
async fn what_is_due_goes_only_after_its_list_was_named_and_a_killed_run_goes_on() {
    for ground in grounds().await {
        let home = Some(ground.homes.east_101);
        let gone = ground.person(JIA, "周建国", &["13800001234"], home).await;
        let stays = ground.person(JIA, "李秀英", &["13700007777"], home).await;
        let recent = ground.person(JIA, "王大明", &["13900005678"], home).await;
        let (db, vault) = (ground.world.db(), &ground.vault);
        let move_out = |person| youlin_people::MoveOut {
            vault: Arc::clone(vault),
            community: JIA,
            person,
            dwelling: None,
            on: None,
            whereto: None,
        };
        db.execute(&ground.desk(), move_out(gone)).await.unwrap();
        ground.world.clock.advance(1_000 * Micros::DAY);
        db.execute(&ground.desk(), move_out(recent)).await.unwrap();
        ground.world.clock.advance(100 * Micros::DAY);
        account(&ground, "admin", vec![grant(Role::Administrator, 1)], None).await;
        account(&ground, "desk", vec![grant(Role::CommunityDesk, 10)], None).await;
        let house = house(&ground, 1_000, AccountPolicy::default());
        let mut desk = Browser::signed_in(&house, "desk").await;
        assert_eq!(desk.get("/admin/retention").await.status, 403);
        let mut admin = Browser::signed_in(&house, "admin").await;
        let rules = admin.get("/admin/retention").await;
        assert_eq!(rules.status, 200, "{}", rules.text);
        let path = "/admin/retention/moved_out";
        let list = admin.get(path).await;
        assert_eq!(
            list.text.matches("<li data-due>").count(),
            1,
            "{}",
            list.text
        );
        assert!(list.text.contains(&gone.to_string()) && !list.text.contains("建国"));
        let before = list.text.split("name=\"before\" value=\"").nth(1).unwrap();
        let before = before.split('"').next().unwrap().to_owned();
        let wrong = admin
            .post(path, &[("before", &before), ("named", "是")])
            .await;
        assert_eq!(wrong.status, 422);
        let later = (before.parse::<i64>().unwrap() + 200 * Micros::DAY).to_string();
        let named = ("named", "迁出的居民");
        assert_eq!(
            admin.post(path, &[("before", &later), named]).await.status,
            409,
            "no wider list"
        );
        let few = admin.post(&format!("{path}/days"), &[("days", "3")]).await;
        assert_eq!(few.status, 422);
        assert_eq!(
            admin.post(path, &[("before", &before), named]).await.status,
            303
        );
        // Nothing went yet; the job does it, once.
        let worker = youlin_database::JobWorker::new(
            db.clone(),
            vec![Arc::new(youlin_people::privacy::EndRetention(Arc::clone(
                vault,
            )))],
        );
        let ctx = ground.world.service();
        assert_eq!(worker.run_due(&ctx).await.unwrap(), 1);
        let scope = ground.scope(&ground.desk());
        let card = |id| Directory::card(db.read(), vault, &scope, id);
        let card_gone = card(gone).await.unwrap();
        assert!(!card_gone.name_masked.contains('周') && card_gone.phone_masked.is_none());
        let empty = desk.get(&format!("/people/{gone}")).await.text;
        assert!(
            empty.contains("没有可查看的内容") && !empty.contains("name=\"field\""),
            "{empty}"
        );
        for kept in [stays, recent] {
            assert!(card(kept).await.unwrap().phone_masked.is_some());
        }
        for text in ["13800001234", "周建国"] {
            let found = Directory::search(db.read(), vault, &scope, text, 10)
                .await
                .unwrap();
            assert!(found.iter().all(|card| card.id != gone), "{text}");
        }
        assert_eq!(
            admin.get(path).await.text.matches("<li data-due>").count(),
            0
        );
        let record = admin.get("/admin/processing?kind=retention").await;
        assert!(
            record.text.contains("admin 的名字") && record.text.contains("迁出的居民"),
            "{}",
            record.text
        );
        ground.verify().await;
    }
}

#[tokio::test]
async fn a_large_list_needs_a_second_person_and_everybody_on_it_sees_it() {
    for ground in grounds().await {
        let zhou = ground
            .person(
                JIA,
                "=周建国",
                &["13800001234"],
                Some(ground.homes.east_101),
            )
            .await;
        account(&ground, "desk", vec![grant(Role::CommunityDesk, 10)], None).await;
        account(&ground, "lead", vec![grant(Role::CommunityLead, 10)], None).await;
        let house = house(&ground, 1_000, AccountPolicy::default());
        let mut desk = Browser::signed_in(&house, "desk").await;
        let mut lead = Browser::signed_in(&house, "lead").await;
        let ask = [("area", "10"), ("purpose", "重阳节慰问")];
        assert_eq!(
            desk.post("/people/exports", &[("area", "10"), ("purpose", "")])
                .await
                .status,
            422
        );
        assert_eq!(
            desk.post("/people/exports", &[("area", "11"), ("purpose", "慰问")])
                .await
                .status,
            403
        );
        // Few people: at once.
        desk.post("/people/exports", &ask).await;
        let take = |text: &str| {
            let path = text.split("action=\"/people/exports/").find(|part| {
                part.split('"')
                    .next()
                    .is_some_and(|path| path.ends_with("/take"))
            })?;
            Some(format!("/people/exports/{}", path.split('"').next()?))
        };
        let path = take(&desk.get("/people/exports").await.text).unwrap();
        assert_eq!(
            lead.post(&path, &[]).await.status,
            404,
            "only whoever asked"
        );
        let list = desk.post(&path, &[]).await;
        assert_eq!(list.status, 200);
        let first = list.text.lines().next().unwrap();
        assert!(
            first.contains("desk 的名字") && first.contains("重阳节慰问"),
            "{first}"
        );
        assert!(
            list.text.contains("'=周建国") && list.text.contains("138 0000 1234"),
            "{}",
            list.text
        );
        assert_eq!(desk.post(&path, &[]).await.status, 409, "once");
        let me = ground.world.caller_with(vec![], Some(zhou));
        let db = ground.world.db();
        let looks = youlin_people::looks_at_me(db.read(), &me).await.unwrap();
        assert_eq!(looks[0].purpose, "重阳节慰问");
        assert!(looks[0].fields.iter().any(|field| field == "export"));
        // Many: a second person.
        for n in 0..55 {
            ground.person(JIA, &format!("王{n}"), &[], None).await;
        }
        desk.post("/people/exports", &ask).await;
        let page = desk.get("/people/exports").await;
        assert_eq!(take(&page.text), None, "not yet");
        let id = |text: &str| -> String {
            let at = text.find("data-export=\"asked\"").unwrap();
            let rest = &text[at..];
            let path = rest.split("action=\"/people/exports/").nth(1).unwrap();
            path.split('/').next().unwrap().to_owned()
        };
        let waiting = lead.get("/people/exports/approve").await;
        let decide = format!("/people/exports/{}/decide", id(&waiting.text));
        assert_eq!(
            desk.post(&decide, &[("decision", "approve")]).await.status,
            403
        );
        assert_eq!(
            lead.post(&decide, &[("decision", "decline")]).await.status,
            422,
            "a reason"
        );
        assert_eq!(
            lead.post(&decide, &[("decision", "approve")]).await.status,
            303
        );
        let path = take(&desk.get("/people/exports").await.text).unwrap();
        let list = desk.post(&path, &[]).await;
        assert_eq!(list.text.lines().count(), 58);
        assert!(list.text.contains("lead 的名字 同意"));
        // Nobody says yes to their own.
        lead.post("/people/exports", &ask).await;
        let own = db_id(&ground).await;
        let decide = format!("/people/exports/{own}/decide");
        assert_eq!(
            lead.post(&decide, &[("decision", "approve")]).await.status,
            409
        );
        ground.verify().await;
    }
}

/// The list that waits.
async fn db_id(ground: &Ground) -> uuid::Uuid {
    use sea_orm::ConnectionTrait;
    let db = ground.world.db().read();
    let rows = db
        .query_all_raw(sea_orm::Statement::from_string(
            db.get_database_backend(),
            "SELECT id FROM person_export WHERE state = 'asked'",
        ))
        .await
        .unwrap();
    rows[0].try_get("", "id").unwrap()
}

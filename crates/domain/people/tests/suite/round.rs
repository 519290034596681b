//! From door to door: what is missing is asked once, what was heard is kept with who said it, lists are walked to the end.

use std::sync::Arc;

use sea_orm::{ConnectionTrait, sea_query::Query};
use uuid::Uuid;
use youlin_database::sql::name;
use youlin_kernel::{AreaId, Ctx, Micros, Problem, Role};
use youlin_people::facts::{Fact, How, RegisterPolicy};
use youlin_people::own::own_file;
use youlin_people::{
    Directory, DwellingFile, Freshness, LearnFacts, MarkVisit, SetLabel, Sex, StartVisitingList,
    VisitDwelling, VisitOutcome, VisitState,
};

use crate::ground::{Ground, JIA, grounds};

impl Ground {
    pub(crate) async fn file(&self, ctx: &Ctx, dwelling: Uuid) -> DwellingFile {
        let asked = [dwelling];
        let (scope, policy) = (self.scope(ctx), RegisterPolicy::default());
        let files = Directory::dwelling_files(
            self.world.db().read(),
            &self.vault,
            &scope,
            &policy,
            ctx.now(),
            (JIA, asked.as_slice()),
        );
        files.await.unwrap().remove(0)
    }

    /// A further dwelling, by its row, found by its address.
    async fn dwelling(&self, row: &str, address: &str) -> Uuid {
        let text = format!("key,building_key,entrance,room,floor,use\n{row}\n");
        let rows = youlin_places::import::read_csv(&text, &["key"]).unwrap();
        let (db, ctx) = (self.world.db(), self.world.service());
        let report = youlin_places::import::dwellings(db, &ctx, &self.locator, rows, false).await;
        assert!(report.unwrap().is_clean());
        self.locator.reload_addresses(db).await.unwrap();
        let found = self.locator.candidates(address, None, 1);
        found[0].place.dwelling.unwrap()
    }

    async fn visit(
        &self,
        ctx: &Ctx,
        dwelling: Uuid,
        outcome: VisitOutcome,
    ) -> Result<Uuid, Problem> {
        let command = VisitDwelling {
            vault: Arc::clone(&self.vault),
            dwelling,
            outcome,
        };
        self.world.db().execute(ctx, command).await
    }

    fn learn(&self, person: Uuid) -> LearnFacts {
        LearnFacts {
            vault: Arc::clone(&self.vault),
            community: JIA,
            person,
            how: How::Visit,
            phone: None,
            instead_of: None,
            birth: String::new(),
            sex: None,
            labels: Vec::new(),
            labels_off: Vec::new(),
            answers: Vec::new(),
            seen: true,
        }
    }
}

#[tokio::test]
async fn a_dwelling_is_asked_until_it_is_clear_and_again_when_that_is_old() {
    for ground in grounds().await {
        let worker = ground.world.caller(Role::GridWorker, AreaId(100));
        let home = ground.homes.east_101;
        assert_eq!(
            ground.file(&worker, home).await.freshness,
            Freshness::Unknown
        );
        ground
            .visit(&worker, home, VisitOutcome::Empty)
            .await
            .unwrap();
        assert_eq!(ground.file(&worker, home).await.freshness, Freshness::Empty);

        let zhou = ground.person(JIA, "周建国", &[], Some(home)).await;
        let file = ground.file(&worker, home).await;
        assert_eq!(file.freshness, Freshness::Missing);
        assert_eq!(
            file.residents[0].missing,
            [Fact::Phone, Fact::Birth, Fact::Sex]
        );
        let refused = ground.visit(&worker, home, VisitOutcome::Empty).await;
        assert_eq!(refused.unwrap_err().fields()[0].code, "dwelling-not-empty");

        let heard = LearnFacts {
            phone: Some("13800001234".into()),
            instead_of: None,
            birth: "1942年3月5日".into(),
            sex: Some(Sex::Male),
            labels: vec!["living_alone".into()],
            ..ground.learn(zhou)
        };
        ground.world.db().execute(&worker, heard).await.unwrap();
        let file = ground.file(&worker, home).await;
        assert_eq!(file.freshness, Freshness::Fresh);
        let one = &file.residents[0];
        assert_eq!(one.birth_year, Some(1942));
        assert_eq!(one.card.labels, ["living_alone"]);
        assert_eq!(one.said.as_ref().unwrap().how, How::Visit);
        assert_eq!(one.seen_at, Some(worker.now()));

        ground.world.clock.advance(366 * Micros::DAY);
        let later = ground.world.caller(Role::GridWorker, AreaId(100));
        assert_eq!(ground.file(&later, home).await.freshness, Freshness::Stale);
        ground
            .visit(&later, home, VisitOutcome::NobodyHome)
            .await
            .unwrap();
        let file = ground.file(&later, home).await;
        assert_eq!(file.freshness, Freshness::Stale, "nobody was asked");
        assert_eq!(file.visited.unwrap().1, VisitOutcome::NobodyHome);
        ground
            .visit(&later, home, VisitOutcome::Confirmed)
            .await
            .unwrap();
        assert_eq!(ground.file(&later, home).await.freshness, Freshness::Fresh);
        ground.verify().await;
    }
}

#[tokio::test]
async fn only_what_was_said_changes_and_bad_words_change_nothing() {
    for ground in grounds().await {
        let worker = ground.world.caller(Role::GridWorker, AreaId(100));
        let zhou = ground
            .person(JIA, "周建国", &["13800001234"], Some(ground.homes.east_101))
            .await;
        let db = ground.world.db();
        for (birth, code) in [
            ("农历三月初五", "birth-unread"),
            ("2999-01-01", "birth-future"),
            ("2999", "birth-future"),
            ("1850", "birth-year"),
        ] {
            let command = LearnFacts {
                birth: birth.into(),
                sex: Some(Sex::Female),
                ..ground.learn(zhou)
            };
            let refused = db.execute(&worker, command).await.unwrap_err();
            assert_eq!(refused.fields()[0].code, code, "{birth}");
        }
        let file = ground.file(&worker, ground.homes.east_101).await;
        assert_eq!(file.residents[0].missing, [Fact::Birth, Fact::Sex]);
        assert!(file.residents[0].card.phone_masked.is_some());
        let stranger = ground.world.caller(Role::GridWorker, AreaId(101));
        let refused = db.execute(&stranger, ground.learn(zhou)).await;
        assert!(refused.is_err(), "another grid's worker");
    }
}

#[tokio::test]
async fn a_label_that_no_longer_holds_is_remembered() {
    for ground in grounds().await {
        let zhou = ground
            .person(JIA, "周建国", &[], Some(ground.homes.east_101))
            .await;
        let desk = ground.desk();
        for on in [true, false, true, false, false] {
            let command = SetLabel {
                vault: Arc::clone(&ground.vault),
                community: JIA,
                person: zhou,
                label: "living_alone".into(),
                how: How::Call,
                on,
            };
            ground.world.db().execute(&desk, command).await.unwrap();
        }
        let mut past = Query::select();
        past.columns(["valid_from", "valid_to"].map(name))
            .from(name("person_label_past"));
        let rows = ground.world.db().read().query_all(&past).await.unwrap();
        assert_eq!(rows.len(), 2);
        ground.verify().await;
    }
}

#[tokio::test]
async fn a_visiting_list_ends_with_its_last_visit() {
    for ground in grounds().await {
        let worker = ground.world.caller(Role::GridWorker, AreaId(100));
        let home = Some(ground.homes.east_101);
        let zhou = ground.person(JIA, "周建国", &[], home).await;
        let wang = ground.person(JIA, "王芳", &[], home).await;
        let away = ground
            .person(JIA, "李四", &[], Some(ground.homes.west_101))
            .await;
        let db = ground.world.db();
        let start = |title: &str, persons: &[Uuid]| StartVisitingList {
            vault: Arc::clone(&ground.vault),
            community: JIA,
            title: title.into(),
            reason: "独居".into(),
            persons: persons.to_vec(),
            sensitive: false,
        };
        let refused = db.execute(&worker, start("独居老人", &[])).await;
        assert_eq!(refused.unwrap_err().fields()[0].code, "visiting-nobody");
        // Along the way: numbers count as numbers.
        let ninth = ground.dwelling("e9,e1,,9,1,owned", "东村1号楼9").await;
        let near = ground.person(JIA, "孙近", &[], Some(ninth)).await;
        let way = db.execute(&worker, start("顺路", &[zhou, near])).await;
        let scope = ground.scope(&worker);
        let way = Directory::visiting_list(db.read(), &ground.vault, (&scope, None), way.unwrap());
        let way: Vec<Uuid> = way.await.unwrap().1.iter().map(|one| one.card.id).collect();
        assert_eq!(way, [near, zhou]);
        let foreign = db.execute(&worker, start("独居老人", &[zhou, away])).await;
        assert!(foreign.is_err(), "somebody of another grid");

        let list = db
            .execute(&worker, start("独居老人", &[zhou, wang, zhou]))
            .await
            .unwrap();
        let read = async || {
            Directory::visiting_list(db.read(), &ground.vault, (&scope, None), list)
                .await
                .unwrap()
        };
        let (line, entries) = read().await;
        assert_eq!((line.total, line.done, line.area), (2, 0, AreaId(100)));
        let mark = |entry: Uuid, state: VisitState, note: &str| MarkVisit {
            vault: Arc::clone(&ground.vault),
            community: JIA,
            list,
            entry,
            state,
            note: note.into(),
        };
        let [first, second] = [entries[0].id, entries[1].id];
        let why = db
            .execute(&worker, mark(first, VisitState::Skipped, " "))
            .await;
        assert_eq!(why.unwrap_err().fields()[0].code, "visiting-why");
        for (entry, state, note) in [
            (first, VisitState::Tried, ""),
            (first, VisitState::Seen, "都好"),
            (second, VisitState::Skipped, "住院了"),
        ] {
            db.execute(&worker, mark(entry, state, note)).await.unwrap();
        }
        let (line, entries) = read().await;
        assert_eq!(line.done, 2);
        assert!(line.closed_at.is_some());
        let seen = entries.iter().find(|one| one.id == first).unwrap();
        assert_eq!((seen.tries, seen.note.as_deref()), (1, Some("都好")));
        // A slip of the finger is taken back on the same day: nobody was seen, and the list goes on.
        db.execute(&worker, mark(first, VisitState::Open, ""))
            .await
            .unwrap();
        let seen_at = async || {
            let me = ground.world.caller_with(vec![], Some(zhou));
            let file = own_file(db.read(), &ground.vault, &me, JIA, zhou).await;
            file.unwrap().seen_at
        };
        assert_eq!(seen_at().await, None);
        assert!(read().await.0.closed_at.is_none());
        db.execute(&worker, mark(first, VisitState::Seen, ""))
            .await
            .unwrap();
        assert!(seen_at().await.is_some());
        ground.world.clock.advance(24 * Micros::HOUR);
        let late = db.execute(&worker, mark(first, VisitState::Open, "")).await;
        assert_eq!(late.unwrap_err().code(), "visit-seen-before");
        assert!(seen_at().await.is_some());
        let open = Directory::visiting_lists(db.read(), &ground.vault, (&scope, None), false).await;
        let open: Vec<Uuid> = open.unwrap().iter().map(|one| one.id).collect();
        assert!(!open.contains(&list), "it ended");
        let west = ground.world.caller(Role::GridWorker, AreaId(101));
        let west = ground.scope(&west);
        let hidden = Directory::visiting_list(db.read(), &ground.vault, (&west, None), list);
        assert_eq!(hidden.await.unwrap_err().kind().status(), 404);
        // A list across grids: each worker has the part that is theirs.
        let desk = ground.world.caller(Role::CommunityDesk, AreaId::from(JIA));
        let across = db
            .execute(&desk, start("全社区", &[zhou, wang, away]))
            .await
            .unwrap();
        for (scope, own) in [(&scope, 2), (&west, 1)] {
            let lists = Directory::visiting_lists(db.read(), &ground.vault, (scope, None), false);
            let lists = lists.await.unwrap();
            let line = lists.iter().find(|one| one.id == across).unwrap();
            assert_eq!((line.own, line.total), (own, 3));
            let list = Directory::visiting_list(db.read(), &ground.vault, (scope, None), across);
            let (line, entries) = list.await.unwrap();
            assert_eq!((entries.len(), line.own, line.total), (own, own, 3));
        }
        ground.verify().await;
    }
}

/// The card of one person on the page of a dwelling.
fn card_of(text: &str, person: Uuid) -> &str {
    let card = text.split(&format!("id=\"p-{person}\"")).nth(1).unwrap();
    card.split("</section>").next().unwrap()
}

#[tokio::test]
async fn at_the_door_nothing_typed_is_lost_and_nothing_untold_is_noted() {
    use crate::browser::{Browser, account, house};
    for ground in grounds().await {
        let house = house(&ground, 100, youlin_people::AccountPolicy::default());
        let home = ground.homes.east_101;
        let zhou = ground
            .person(JIA, "周建国", &["13800001234"], Some(home))
            .await;
        let other = ground.person(JIA, "周小妹", &[], Some(home)).await;
        let grants = vec![crate::ground::grant(Role::GridWorker, 100)];
        account(&ground, "shi", grants, None).await;
        let mut shi = Browser::signed_in(&house, "shi").await;
        let (door, facts) = (
            format!("/people/dwellings/{home}"),
            format!("/people/{zhou}/facts"),
        );
        let home_text = home.to_string();
        let at_home = ("dwelling", home_text.as_str());

        let empty = shi
            .post(&facts, &[at_home, ("phone", ""), ("birth", "")])
            .await;
        assert!(
            empty.location.contains("saved=nothing"),
            "{}",
            empty.location
        );
        let worker = ground.world.caller(Role::GridWorker, AreaId(100));
        let zhous = async || {
            let file = ground.file(&worker, home).await;
            let own = |one: &youlin_people::Resident| one.card.id == zhou;
            file.residents.into_iter().find(own).unwrap()
        };
        assert_eq!(zhous().await.seen_at, None, "nobody said that he was met");
        let shown = shi.get(empty.location.split('#').next().unwrap()).await;
        assert!(card_of(&shown.text, zhou).contains("没有改动"));

        let typed = [
            at_home,
            ("phone", "138"),
            ("birth", "1942"),
            ("label", "living_alone"),
            ("instead_of", ""),
            ("seen", "1"),
        ];
        let refused = shi.post(&facts, &typed).await;
        assert_eq!(refused.status, 422);
        let (own, theirs) = (card_of(&refused.text, zhou), card_of(&refused.text, other));
        for kept in [
            "class=\"form-summary\"",
            "value=\"138\" aria-invalid",
            "value=\"1942\"",
            "value=\"living_alone\" checked",
            "name=\"instead_of\" value=\"\" checked",
            "name=\"seen\" value=\"1\" checked",
        ] {
            assert!(own.contains(kept), "{kept} in {own}");
        }
        assert!(!theirs.contains("<details class=\"fold visit-ask\" open"));
        assert!(!theirs.contains("value=\"138\""));

        let page = shi.get(&door).await.text;
        let old = page.split("name=\"instead_of\" value=\"").nth(1).unwrap();
        let old = old.split('"').next().unwrap();
        let fixed = [
            at_home,
            ("phone", "13800009999"),
            ("instead_of", old),
            ("seen", "1"),
        ];
        assert!(
            shi.post(&facts, &fixed)
                .await
                .location
                .contains("saved=changed")
        );
        let page = shi.get(&door).await.text;
        let own = card_of(&page, zhou);
        assert!(own.contains("138****9999") && !own.contains("138****1234"));
        assert!(zhous().await.seen_at.is_some());
        let both = [at_home, ("phone", "13900008888"), ("instead_of", "")];
        ground.world.clock.advance(1_000_000);
        shi.post(&facts, &both).await;
        let card = zhous().await.card;
        assert_eq!(
            card.phone_masked.as_deref(),
            Some("139****8888"),
            "the newest"
        );
        let page = shi.get(&door).await.text;
        assert!(
            card_of(&page, zhou).contains("138****9999"),
            "and the one kept"
        );
        ground.verify().await;
    }
}

#[tokio::test]
async fn every_saved_step_at_the_door_leads_back_to_it() {
    use crate::browser::{Browser, account, house};
    for ground in grounds().await {
        let house = house(&ground, 100, youlin_people::AccountPolicy::default());
        let home = ground.homes.east_101;
        let grants = vec![crate::ground::grant(Role::GridWorker, 100)];
        account(&ground, "shi", grants, None).await;
        let mut shi = Browser::signed_in(&house, "shi").await;
        let door = format!("/people/dwellings/{home}");
        let form = shi
            .get(&format!("/people/new?dwelling={home}&door=1"))
            .await;
        assert!(
            !form.text.contains("value=\"owner\" selected"),
            "not guessed"
        );
        let home_text = home.to_string();
        let mut new = vec![
            ("name", "钱多多"),
            ("address", "东村1号楼101"),
            ("dwelling", home_text.as_str()),
            ("door", home_text.as_str()),
        ];
        let asked = shi.post("/people", &new).await;
        assert_eq!(asked.status, 422);
        assert!(asked.text.contains("f-relation-e"), "as what is asked");
        new.push(("relation", "tenant"));
        let saved = shi.post("/people", &new).await;
        assert!(saved.location.starts_with(&format!("{door}?saved=new")));
        let worker = ground.world.caller(Role::GridWorker, AreaId(100));
        let one = ground.file(&worker, home).await.residents.remove(0);
        assert_eq!(one.said.unwrap().how, How::Visit);

        let person = format!("/people/{}", one.card.id);
        let again = shi.get(&format!("{person}/facts")).await;
        assert!(again.location.starts_with(&door), "a reloaded answer");
        assert!(
            shi.get(&person)
                .await
                .text
                .contains(&format!("href=\"{door}\""))
        );
        let gone = shi.post(&format!("{person}/move-out"), &[]).await;
        assert_eq!(gone.location, format!("{door}?saved=moved"));
        assert!(shi.get(&gone.location).await.text.contains("已登记搬走"));
        ground.verify().await;
    }
}

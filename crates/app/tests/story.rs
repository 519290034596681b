//! The first story of the page, on every database: a telephone call becomes a verified, closed case. Played through the
//! same commands the desk, the neighbours' links and the tracking page use, under a clock that is moved by hand.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use sea_orm::ConnectionTrait;
use tempfile::TempDir;
use uuid::Uuid;
use youlin::House;
use youlin::config::{Config, Raw};
use youlin::house::Opening;
use youlin_cases::model::{Assignment, Status, Verb, VerifyMethod};
use youlin_cases::permissions::{CASES_DESK, CASES_READ};
use youlin_cases::{Act, Acted, Cases, IncomingCall, NewCase, Via};
use youlin_database::audit::{AuditFault, verify};
use youlin_database::{JobWorker, PlanRecurring};
use youlin_kernel::{
    Actor, Clock, CommunityId, Ctx, Locale, ManualClock, Micros, Problem, ProblemKind, Result,
    SystemClock,
};
use youlin_people::{Party, account_list};
use youlin_places::PlaceInput;

const WORDS: &str = "瘫痪的老人需要去医院复诊，小区路面改造推不了轮椅，能不能帮忙想想办法";
const SON: &str = "138-0000-1234";

/// The example on one database, opened with a clock of its own.
struct Stage {
    house: House,
    clock: Arc<ManualClock>,
    cases: Arc<Cases>,
    _folder: TempDir,
}

impl Stage {
    async fn on(database: Option<&str>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let environment = settings(folder.path(), database);
        let made = Command::new(env!("CARGO_BIN_EXE_youlin"))
            .args(["demo", "--load-only"])
            .env_clear()
            .envs(environment.clone())
            .current_dir(folder.path())
            .output()
            .unwrap();
        assert!(
            made.status.success(),
            "{}",
            String::from_utf8_lossy(&made.stderr)
        );
        let clock = Arc::new(ManualClock::at(SystemClock.now()));
        let config = Config::from_raw(&Raw::gather(None, environment).unwrap()).unwrap();
        let opening = Opening {
            config,
            migrate: true,
            clock: Arc::<ManualClock>::clone(&clock),
        };
        let house = House::open(opening).await.unwrap();
        let cases = house.app.need::<Cases>().unwrap();
        Self {
            house,
            clock,
            cases,
            _folder: folder,
        }
    }

    /// Somebody of the example, signed in.
    async fn caller(&self, login: &str) -> Ctx {
        let accounts = account_list(self.house.db.read()).await.unwrap();
        let account = accounts.into_iter().find(|one| one.login == login).unwrap();
        let known = self
            .house
            .app
            .accounts()
            .account(account.id)
            .await
            .unwrap()
            .unwrap();
        // The example asks for a new password first, and until then gives no rights; the rights are what is wanted here.
        self.house.app.ctx(
            known.actor,
            account.grants.into(),
            Locale::Zh,
            Uuid::now_v7(),
        )
    }

    async fn act(
        &self,
        ctx: &Ctx,
        case: (CommunityId, Uuid),
        verb: Verb,
        via: Via,
    ) -> Result<Acted> {
        let (community, case) = case;
        let cases = Arc::clone(&self.cases);
        self.house
            .db
            .execute(
                ctx,
                Act {
                    cases,
                    community,
                    case,
                    version: None,
                    verb,
                    via,
                },
            )
            .await
    }
}

fn settings(folder: &Path, database: Option<&str>) -> Vec<(String, String)> {
    let mut all = vec![
        ("YOULIN_DATA_DIR".to_owned(), folder.display().to_string()),
        ("YOULIN_MODE".to_owned(), "demo".to_owned()),
    ];
    all.extend(database.map(|url| ("YOULIN_DATABASE_URL".to_owned(), url.to_owned())));
    all
}

#[tokio::test]
async fn on_sqlite() {
    play(Stage::on(None).await).await;
}

#[tokio::test]
async fn on_postgresql() {
    let Ok(server) = std::env::var("YOULIN_TEST_POSTGRES_URL") else {
        println!("skipped: YOULIN_TEST_POSTGRES_URL is not set");
        return;
    };
    let base = youlin_testkit::postgres(&server).await;
    play(Stage::on(Some(&base.url)).await).await;
}

async fn play(stage: Stage) {
    let desk = stage.caller("desk").await;
    let call = the_telephone_rings(&stage, &desk).await;
    let case = it_is_noted(&stage, &desk, &call).await;
    let neighbours = it_is_dispatched_and_answered(&stage, &desk, case).await;
    it_is_done_and_the_way_home_is_planned(&stage, &desk, case, &neighbours).await;
    only_the_call_back_closes_it(&stage, &desk, case).await;
    the_resident_sees_the_way(&stage, case).await;
    the_trail_is_whole_until_a_byte_changes(&stage, case).await;
    stage.house.close().await;
}

struct Call {
    id: Uuid,
    son: Uuid,
    dwelling: Uuid,
}

async fn the_telephone_rings(stage: &Stage, desk: &Ctx) -> Call {
    let db = &stage.house.db;
    let vault = stage.cases.vault();
    let scope = desk.scope(&CASES_DESK).unwrap();
    let files = youlin_people::Directory::by_phone(db.read(), vault, &scope, SON)
        .await
        .unwrap();
    let [file] = files.as_slice() else {
        panic!("one person has this number")
    };
    let incoming = IncomingCall {
        cases: Arc::clone(&stage.cases),
        community: file.card.community,
        call_key: "story".into(),
        phone: vault.phone("from", SON).unwrap(),
        called: String::new(),
        person: Some(file.card.id),
        at: desk.now(),
    };
    let id = db
        .execute(&stage.house.ctx("telephony"), incoming)
        .await
        .unwrap();
    let view = youlin_cases::call_view(db, &stage.cases, desk, &scope, id)
        .await
        .unwrap();
    let shown = &view.files[0];
    assert!(shown.card.name_masked.starts_with('周') && shown.card.name_masked.contains('*'));
    assert!(
        shown.grid_worker.is_some(),
        "who looks after the caller's grid"
    );
    assert!(!view.cases.is_empty(), "what they asked before");
    let place = shown.card.place.as_ref().unwrap();
    assert!(
        place.address.contains("光明东村12号楼"),
        "{}",
        place.address
    );
    Call {
        id,
        son: shown.card.id,
        dwelling: place.dwelling.unwrap(),
    }
}

async fn it_is_noted(stage: &Stage, desk: &Ctx, call: &Call) -> (CommunityId, Uuid) {
    let place = PlaceInput {
        dwelling: Some(call.dwelling),
        ..PlaceInput::default()
    };
    let scope = desk.scope(&CASES_DESK).unwrap();
    let input = youlin_cases::SuggestInput {
        text: WORDS.into(),
        place: place.clone(),
        category: None,
    };
    let found = youlin_cases::suggest(&stage.house.db, &stage.cases, desk, &scope, &input)
        .await
        .unwrap();
    let first = &found.categories[0];
    assert!(
        first
            .because
            .iter()
            .any(|word| WORDS.contains(word.as_str())),
        "{first:?}"
    );
    assert_eq!(
        found.urgency.as_str(),
        "urgent",
        "{:?}",
        found.urgency_because
    );
    // Somebody reports what the son reported three weeks ago: it is shown before a second case is made of it.
    let again = youlin_cases::SuggestInput {
        text: "12号楼门口没有坡道，坐轮椅每次都要两个人抬".into(),
        place: place.clone(),
        category: None,
    };
    let again = youlin_cases::suggest(&stage.house.db, &stage.cases, desk, &scope, &again)
        .await
        .unwrap();
    assert!(
        !again.similar.is_empty(),
        "a similar open case of the same building"
    );
    let new = serde_json::json!({
        "source": "phone", "text": WORDS, "category": first.code, "urgency": "urgent",
        "place": place, "reporter": call.son, "call": call.id,
    });
    let new: NewCase = serde_json::from_value(new).unwrap();
    let report = youlin_cases::prepare(&stage.cases, new).unwrap();
    let reported = stage.house.db.execute(desk, report).await.unwrap();
    assert!(reported.grid.is_some() && reported.neighbourhood.is_some());
    assert!(reported.due_at > desk.now(), "a deadline in working time");
    let days = reported
        .due_at
        .timestamp()
        .duration_since(desk.now().timestamp());
    assert!(days.as_hours() < 24 * 30);
    (reported.community, reported.id)
}

/// The neighbours, by party and task.
async fn it_is_dispatched_and_answered(
    stage: &Stage,
    desk: &Ctx,
    case: (CommunityId, Uuid),
) -> Vec<Party> {
    let db = &stage.house.db;
    let view = youlin_cases::case(db, &stage.cases, desk, case.1)
        .await
        .unwrap();
    let scope = desk.scope(&CASES_READ).unwrap();
    let place = stage
        .cases
        .locator()
        .dwelling(view.dwelling.unwrap())
        .unwrap();
    let helpers = youlin_cases::helpers_for(db, &stage.cases, desk, &scope, &place)
        .await
        .unwrap();
    let neighbours: Vec<Party> = helpers
        .iter()
        .take(3)
        .map(|one| Party::person(one.person))
        .collect();
    assert_eq!(neighbours.len(), 3, "three neighbours can help");
    let worker = stage.caller("shi").await.actor().person().unwrap();
    let property = stage.caller("property").await.grants()[0]
        .organisation
        .unwrap();
    let to = |party, text: &str| Assignment {
        party,
        text: text.to_owned(),
    };
    let mut supporting: Vec<Assignment> = neighbours.iter().map(|party| to(*party, "")).collect();
    supporting.push(to(Party::organisation(property), "在挖开的路段铺一段坡道"));
    let dispatch = Verb::Dispatch {
        lead: to(Party::person(worker), ""),
        supporting,
    };
    let acted = stage.act(desk, case, dispatch, Via::Account).await.unwrap();
    assert_eq!(acted.status, Status::Dispatched);

    let view = youlin_cases::case(db, &stage.cases, desk, case.1)
        .await
        .unwrap();
    let visitor = stage
        .house
        .app
        .ctx(Actor::Visitor, Arc::from([]), Locale::Zh, Uuid::now_v7());
    for task in view
        .tasks
        .iter()
        .filter(|task| neighbours.contains(&task.party))
    {
        let token = youlin_cases::link_token(db, &stage.cases, desk, case.0, task.id)
            .await
            .unwrap();
        let linked = youlin_cases::open_link(db, &stage.cases, &visitor, &token)
            .await
            .unwrap();
        let via = Via::TaskLink {
            task: task.id,
            nonce: linked.nonce,
        };
        let yes = Verb::AnswerTask {
            task: task.id,
            accept: true,
            note: "我去".into(),
        };
        stage.act(&visitor, case, yes, via).await.unwrap();
        let mut tampered = token.into_bytes();
        let last = tampered.len() - 1;
        tampered[last] = if tampered[last] == b'A' { b'B' } else { b'A' };
        let tampered = String::from_utf8(tampered).unwrap();
        assert!(
            youlin_cases::open_link(db, &stage.cases, &visitor, &tampered)
                .await
                .is_err()
        );
    }
    neighbours
}

async fn finish_open_tasks(stage: &Stage, desk: &Ctx, case: (CommunityId, Uuid), role: &str) {
    let view = youlin_cases::case(&stage.house.db, &stage.cases, desk, case.1)
        .await
        .unwrap();
    for task in view
        .tasks
        .iter()
        .filter(|task| !task.status.is_ended() && task.role.as_str() == role)
    {
        let done = Verb::FinishTask {
            task: task.id,
            note: "做完了".into(),
        };
        stage.act(desk, case, done, Via::Account).await.unwrap();
    }
}

async fn it_is_done_and_the_way_home_is_planned(
    stage: &Stage,
    desk: &Ctx,
    case: (CommunityId, Uuid),
    neighbours: &[Party],
) {
    let worker = stage.caller("shi").await;
    stage
        .act(&worker, case, Verb::Start, Via::Account)
        .await
        .unwrap();
    finish_open_tasks(stage, desk, case, "supporting").await;
    let handled = Verb::Handled {
        text: "邻居们一起把老人送到了医院".into(),
    };
    stage
        .act(&worker, case, handled, Via::Account)
        .await
        .unwrap();
    let own = stage
        .act(&worker, case, passed(), Via::Account)
        .await
        .unwrap_err();
    assert_eq!(
        own.code(),
        "own-work",
        "whoever handled it cannot verify it"
    );

    let at = desk.now().plus(3 * Micros::DAY);
    let plan = Verb::PlanFollowUp {
        at,
        text: "老人回家，再来搭把手".into(),
        parties: neighbours.to_vec(),
    };
    stage.act(desk, case, plan, Via::Account).await.unwrap();
    let early = stage
        .act(desk, case, passed(), Via::Account)
        .await
        .unwrap_err();
    assert_eq!(
        (early.kind(), early.code()),
        (ProblemKind::Conflict, "follow-ups-open")
    );

    stage.clock.set(at.plus(-Micros::HOUR));
    sweep(stage).await;
    let view = youlin_cases::case(&stage.house.db, &stage.cases, desk, case.1)
        .await
        .unwrap();
    let reminded = view
        .events
        .iter()
        .filter(|event| event.kind == "follow_up_due")
        .count();
    assert_eq!(reminded, 3, "each helper is reminded on the day");
    sweep(stage).await;
    let again = youlin_cases::case(&stage.house.db, &stage.cases, desk, case.1)
        .await
        .unwrap();
    assert_eq!(again.events.len(), view.events.len(), "once");
    finish_open_tasks(stage, desk, case, "follow_up").await;
}

async fn sweep(stage: &Stage) {
    let ctx = stage.house.ctx("jobs");
    let plan = PlanRecurring(vec![youlin_cases::SWEEP]);
    stage.house.db.execute(&ctx, plan).await.unwrap();
    let jobs = youlin::house::modules()
        .iter()
        .flat_map(|module| (module.jobs)(&stage.house.app))
        .collect();
    let worker = JobWorker::new(stage.house.db.clone(), jobs);
    worker.run_due(&ctx).await.unwrap();
}

fn passed() -> Verb {
    Verb::Verify {
        method: VerifyMethod::CallBack,
        passed: true,
        responded: Some(true),
        solved: Some(true),
        satisfied: Some(true),
        text: "儿子说老人已经到家，很满意".into(),
        thanks: Some("谢谢网格员和邻居们".into()),
    }
}

async fn only_the_call_back_closes_it(stage: &Stage, desk: &Ctx, case: (CommunityId, Uuid)) {
    let before = youlin_cases::counts(&stage.house.db, &desk.scope(&CASES_READ).unwrap())
        .await
        .unwrap();
    let acted = stage.act(desk, case, passed(), Via::Account).await.unwrap();
    assert_eq!(acted.status, Status::Closed);
    let after = youlin_cases::counts(&stage.house.db, &desk.scope(&CASES_READ).unwrap())
        .await
        .unwrap();
    assert_eq!((before.open - after.open, before.total), (1, after.total));
    let twice: Problem = stage
        .act(desk, case, passed(), Via::Account)
        .await
        .unwrap_err();
    assert_eq!(twice.code(), "transition-not-allowed");
    assert!(
        twice
            .args()
            .iter()
            .any(|(name, possible)| *name == "possible" && possible.contains("reopen"))
    );
}

async fn the_resident_sees_the_way(stage: &Stage, case: (CommunityId, Uuid)) {
    let desk = stage.caller("desk").await;
    let view = youlin_cases::case(&stage.house.db, &stage.cases, &desk, case.1)
        .await
        .unwrap();
    let visitor = stage
        .house
        .app
        .ctx(Actor::Visitor, Arc::from([]), Locale::Zh, Uuid::now_v7());
    let code = view.tracking_code.to_lowercase().replace('-', " ");
    let track = youlin_cases::track(&stage.house.db, &stage.cases, &visitor, &code)
        .await
        .unwrap();
    let kinds: Vec<&str> = track
        .entries
        .iter()
        .map(|entry| entry.kind.as_str())
        .collect();
    assert_eq!(kinds.first(), Some(&"reported"));
    assert_eq!(kinds.last(), Some(&"closed"), "{kinds:?}");
    let page = said(&serde_json::to_value(&track).unwrap()).join("\n");
    for secret in ["138", "周建国", "12号楼", "304", "施雨晴"] {
        assert!(!page.contains(secret), "{secret} stands on the public page");
    }
}

/// All texts of a value. A time or the code may have the digits of a flat by chance, and says nothing of it.
fn said(value: &serde_json::Value) -> Vec<String> {
    use serde_json::Value;
    match value {
        Value::String(text) if text.parse::<jiff::Timestamp>().is_ok() => Vec::new(),
        Value::Array(all) => all.iter().flat_map(said).collect(),
        Value::Object(all) => {
            let fields = all.iter().filter(|(name, _)| *name != "tracking_code");
            fields
                .flat_map(|(name, one)| [vec![name.clone()], said(one)].concat())
                .collect()
        }
        other => vec![other.to_string()],
    }
}

async fn the_trail_is_whole_until_a_byte_changes(stage: &Stage, case: (CommunityId, Uuid)) {
    let tables: Vec<_> = youlin::house::modules()
        .into_iter()
        .flat_map(|module| module.audited)
        .collect();
    let db = &stage.house.db;
    let check = async || {
        verify(db.read(), &tables, &[case.0], Some(case.1))
            .await
            .unwrap()
    };
    let whole = check().await;
    assert!(whole.faults.is_empty() && whole.rows > 10, "{whole:?}");
    let change = "UPDATE case_event SET text = '儿子说老人已经到家，不满意' WHERE kind = 'verified' AND text = '儿子说老人已经到家，很满意'";
    db.raw_write().execute_unprepared(change).await.unwrap();
    let found = check().await.faults;
    assert!(
        matches!(found.as_slice(), [AuditFault::RowAltered { table, .. }] if table == "case_event"),
        "{found:?}"
    );
}

//! The market of 1997: a campaign over what the register holds, an inspection by section and stall, judged in exact numbers, and
//! hazards that leave the list only when somebody else saw them put right.

use std::sync::Arc;

use serde_json::json;
use uuid::Uuid;
use youlin_cases::model::{Status, Verb, VerifyMethod};
use youlin_cases::{Act, CasesFollow, Merge, Via};
use youlin_checklist::RuleStatus;
use youlin_database::audit::verify;
use youlin_datasets::cube::{Filter, Op, Query, Test, Value};
use youlin_datasets::{Dataset, Datasets, DatasetsSettings};
use youlin_files::{ContentType, StoredFile};
use youlin_kernel::{AreaId, CommunityId, Ctx, Grant, Micros, Problem, Role};
use youlin_people::{OrganisationKind, Party};
use youlin_places::commands::{CloseArea, FollowGrounds, OpenStalls, PremisesInput, SavePremises};
use youlin_places::datasets::{BuildingsDataset, PremisesDataset};
use youlin_places::duties::AreaDuties;
use youlin_places::permissions::PLACES_READ;
use youlin_places::premises::Premises;
use youlin_places::queries::area_detail;
use youlin_rounds::model::{
    Channel, HazardStep, HazardVerb, Outcome, Policy, RoundKind, Severity, Subject, SubjectKind,
    Walkers,
};
use youlin_rounds::permissions::ROUNDS_READ;
use youlin_rounds::{
    ActOnHazard, CampaignFigures, HandedIn, HazardActed, HazardFilter, HazardView, HazardsOf,
    MarkStarted, NewFinding, NewHazard, NewInspection, NewRound, ReturnVisit, RoundsFollow,
    SaveCampaign, SavePolicy, SaveRuleSet, UseRuleSet, WithdrawRound, apply_list, campaign_figures,
    campaign_inspected, campaign_list, campaign_view, changes_by, due_now, hazard_view, hazards,
    in_use, judgements_of, module, prepare_inspection, preview_list, round_view, rule_sets,
    status_code, what_changes,
};
use youlin_testkit::databases;

use crate::ground::Ground;
use crate::river_town::{organisation, weekly};

/// The town with the market, who runs it, and the campaign that finds it.
pub(crate) struct Market {
    pub(crate) ground: Ground,
    pub(crate) id: Uuid,
    pub(crate) operator: Party,
    pub(crate) datasets: Arc<Datasets>,
}

impl Market {
    pub(crate) async fn new(base: youlin_testkit::TestDatabase) -> Self {
        let ground = Ground::new(base).await;
        let desk = ground.caller(Role::CommunityDesk, "A");
        let db = ground.world.db();
        let premises = |name: &str, kind: &str, year: &str| SavePremises {
            community: ground.community(),
            known: None,
            input: PremisesInput {
                kind: kind.into(),
                name: name.into(),
                street_address: "中原路8号".into(),
                floor_area: "20000".into(),
                built_year: year.into(),
                ..PremisesInput::default()
            },
            position: None,
            area: Some(ground.id("A1")),
        };
        let id = db
            .execute(&desk, premises("中原综合批发市场", "market", "1997"))
            .await
            .unwrap();
        for (name, kind, year) in [("新市场", "market", "2015"), ("老店", "shop", "1990")] {
            db.execute(&desk, premises(name, kind, year)).await.unwrap();
        }
        for section in ["C", "D"] {
            let open = OpenStalls {
                community: ground.community(),
                premises: id,
                section: section.into(),
                numbers: "01-12".into(),
                floor_area: String::new(),
                usage: "selling".into(),
            };
            db.execute(&desk, open).await.unwrap();
        }
        let operator = ("中原市场管理公司", OrganisationKind::PropertyCompany);
        let (world, area) = (&ground.world, ground.id("A"));
        let operator = organisation(world, &ground.vault, area, operator).await;
        let buildings = BuildingsDataset(Arc::clone(ground.cases.locator()));
        let sets: Vec<Arc<dyn Dataset>> = vec![Arc::new(PremisesDataset), Arc::new(buildings)];
        let datasets = Datasets::new(
            db.clone(),
            Arc::clone(&ground.world.areas),
            sets,
            DatasetsSettings::default(),
        );
        let datasets = Arc::new(datasets);
        ground.rounds.ask_registers(Arc::clone(&datasets));
        Self {
            operator,
            id,
            datasets,
            ground,
        }
    }

    pub(crate) async fn premises(&self, ctx: &Ctx, name: &str, kind: &str, year: &str) {
        let save = SavePremises {
            community: self.ground.community(),
            known: None,
            input: PremisesInput {
                kind: kind.into(),
                name: name.into(),
                built_year: year.into(),
                ..PremisesInput::default()
            },
            position: None,
            area: Some(self.ground.id("A1")),
        };
        self.ground.world.db().execute(ctx, save).await.unwrap();
    }

    /// "Old markets", with two photographs at each re-check.
    pub(crate) async fn campaign(&self, photographs: i32) -> Uuid {
        let above = self.ground.caller(Role::SubdistrictSupervisor, "S1");
        let test = |dim: &str, op, value| {
            Filter::Test(Test {
                dim: dim.into(),
                op,
                values: vec![value],
            })
        };
        let save = SaveCampaign {
            known: None,
            title: "老旧市场消防专项整治".into(),
            area: self.ground.id("S1"),
            first: jiff::civil::date(2026, 10, 15),
            last: jiff::civil::date(2026, 12, 31),
            checklist: "market-fire".into(),
            question: Query {
                dataset: "premises".into(),
                filter: Filter::All(vec![
                    test("premises_kind", Op::Is, Value::Text("market".into())),
                    test("built_year", Op::Lt, Value::Number(2000)),
                ]),
                ..Query::default()
            },
            photographs,
            basis: if photographs > 0 {
                "街道专项整治方案（示例）".into()
            } else {
                String::new()
            },
            inspectors: Vec::new(),
            recheckers: Vec::new(),
        };
        let db = self.ground.world.db();
        let id = db.execute(&above, save).await.unwrap();
        let scope = above.scope(&ROUNDS_READ).unwrap();
        let view = campaign_view(db, &above, &scope, id).await.unwrap();
        let preview = preview_list(&self.datasets, db, &above, &view)
            .await
            .unwrap();
        assert_eq!(preview.add.len(), 1, "the old market only");
        assert_eq!(preview.add[0].name, "中原综合批发市场");
        apply_list(db, &above, &view, preview).await.unwrap();
        let start = MarkStarted {
            campaign: id,
            version: view.version,
        };
        db.execute(&above, start).await.unwrap();
        id
    }

    pub(crate) async fn stalls(&self, section: &str) -> Vec<Uuid> {
        let ctx = self.ground.world.service();
        let scope = ctx.scope(&PLACES_READ).unwrap();
        let db = self.ground.world.db().read();
        let one = Premises::one(db, &scope, self.id).await.unwrap();
        let all = Premises::stalls(db, &one, false).await.unwrap();
        all.into_iter()
            .filter(|stall| stall.section == section)
            .map(|stall| stall.id)
            .collect()
    }

    /// What the source found: lane 3.1 m, foam panels over row C, eleven stalls on one circuit.
    pub(crate) async fn inspection(&self) -> NewInspection {
        let ctx = self.ground.world.service();
        let now = ctx.now();
        let finding = |category: &str, text: &str| NewFinding {
            id: ctx.new_id(),
            category: category.into(),
            severity: Severity::High,
            text: text.into(),
            on_spot: false,
            noted: None,
            lon: None,
            lat: None,
            bank: None,
        };
        let findings = vec![
            finding("E-0504", "消防车道宽度不足：实测 3.1 m"),
            finding("E-0699", "使用泡沫夹芯板"),
            finding("E-0699", "回路负荷超过额定值"),
        ];
        let stalls = self.stalls("C").await;
        let hazard = |at: usize| NewHazard {
            finding: findings[at].id,
            cause: Some(self.operator),
            fixer: Some(self.operator),
            days: Some(10),
            ..NewHazard::default()
        };
        let hazards = vec![
            NewHazard {
                measures: "车道一侧禁止停车，设专人引导。".into(),
                ..hazard(0)
            },
            NewHazard {
                rule: "foam-panel".into(),
                place: vec![1],
                ..hazard(1)
            },
            NewHazard {
                stalls: stalls[..11].to_vec(),
                ..hazard(2)
            },
        ];
        let answers = json!({
            "market_name": "中原综合批发市场", "inspected_on": now.date().to_string(),
            "lane_width": "3.1", "main_aisle": "3.4",
            "sections": [{"section": "c", "panel": "foam_b2", "panel_area": "860"}],
            "circuits": [{"circuit": "C-3", "circuit_stalls": "11", "circuit_rating": "40", "circuit_load": "58.5"}],
        });
        let round = NewRound {
            id: ctx.new_id(),
            kind: RoundKind::Inspection,
            community: self.ground.community(),
            subject: Subject {
                kind: SubjectKind::Premises,
                id: self.id,
            },
            policy: None,
            outcome: Outcome::Done,
            channel: Channel::Field,
            began_at: now.plus(-90 * Micros::MINUTE),
            ended_at: now.plus(-10 * Micros::MINUTE),
            sent_at: Some(now),
            text: "与消防站联合检查。".into(),
            checklist: Some("market-fire@1".into()),
            answers: serde_json::from_value(answers).unwrap(),
            findings,
            reason: String::new(),
            try_again_at: None,
            photographs: 0,
            told_by: None,
            on_behalf: false,
            talk: None,
            track: None,
        };
        NewInspection { round, hazards }
    }

    pub(crate) async fn hand_in(&self, ctx: &Ctx, new: NewInspection) -> Result<HandedIn, Problem> {
        let db = self.ground.world.db();
        let rounds = &self.ground.rounds;
        let command = prepare_inspection(rounds, db, ctx, new.round, new.hazards).await?;
        db.execute(ctx, command).await
    }

    pub(crate) async fn act(
        &self,
        ctx: &Ctx,
        hazard: Uuid,
        verb: HazardVerb,
        photographs: usize,
    ) -> Result<HazardActed, Problem> {
        let act = ActOnHazard {
            rounds: Arc::clone(&self.ground.rounds),
            community: self.ground.community(),
            hazard,
            version: None,
            verb,
            photographs: (0..photographs).map(|n| photo(ctx, n)).collect(),
        };
        self.ground.world.db().execute(ctx, act).await
    }

    /// A version that takes lanes of three metres, in use from so many days after today.
    pub(crate) async fn wide_enough(&self, version: &str, days: i64) -> Uuid {
        let district = self.ground.caller(Role::DistrictOperator, "91");
        let set = youlin_testkit::rules::wide_enough(version);
        let save = SaveRuleSet {
            text: serde_json::to_string(&set).unwrap(),
            checklist: "market-fire".into(),
        };
        let db = self.ground.world.db();
        let id = db.execute(&district, save).await.unwrap();
        let put = UseRuleSet {
            id,
            version: 1,
            from: district.now().plus(days * 24 * Micros::HOUR).date(),
        };
        db.execute(&district, put).await.unwrap();
        id
    }

    pub(crate) async fn view(&self, id: Uuid) -> HazardView {
        let ctx = self.ground.world.service();
        let scope = ctx.scope(&ROUNDS_READ).unwrap();
        hazard_view(self.ground.world.db(), &scope, id)
            .await
            .unwrap()
    }
}

pub(crate) fn photo(ctx: &Ctx, number: usize) -> StoredFile {
    StoredFile {
        sha256: format!("{:032x}{number:032x}", ctx.new_id().as_u128()),
        content_type: ContentType::Jpeg,
        bytes: 1_000,
        name: Some("现场.jpg".into()),
        width: Some(10),
        height: Some(10),
        position: None,
        taken_at: None,
        thumbnail_sha256: None,
    }
}

fn text(text: &str) -> String {
    text.to_owned()
}

fn recheck(passed: bool, words: &str) -> HazardVerb {
    HazardVerb::Recheck {
        passed,
        text: text(words),
        measured: None,
    }
}

#[tokio::test]
async fn hazards_leave_the_list_only_when_somebody_else_saw_them_put_right() {
    for base in databases().await {
        let market = Market::new(base).await;
        let (ground, db) = (&market.ground, market.ground.world.db());
        let campaign = market.campaign(1).await;
        let worker = ground.caller(Role::GridWorker, "A1");
        let operator = ground.of(market.operator);
        let filed = market
            .hand_in(&worker, market.inspection().await)
            .await
            .unwrap();
        let [lane, foam, load] = filed.findings.as_slice() else {
            panic!("three findings")
        };
        let scope = worker.scope(&ROUNDS_READ).unwrap();

        let one = market.view(lane.id).await;
        let judged = one.judgement.as_ref().unwrap();
        assert!(judged.holds);
        assert_eq!(
            serde_json::to_value(&judged.judgement).unwrap(),
            json!({
                "rule_set": "market-fire-example", "version": "1", "status": "example", "rule": "lane-width",
                "clause": "示例第 1 条 消防车道", "test": {"must": "at_least", "limit": 400, "unit": "cm"},
                "measured": {"kind": "quantity", "value": "3.1", "unit": "m"}, "verdict": "fails",
            })
        );
        assert_eq!(one.step, HazardStep::Rectifying);
        assert_eq!(one.fixer, Some(market.operator));
        assert_eq!(one.notes[0].kind, "measure");
        let days = (one.due_at.0 - worker.now().0) / Micros::DAY;
        assert!((10..=20).contains(&days), "ten working days: {days}");
        let one = market.view(foam.id).await;
        assert_eq!(one.section, "C");
        assert_eq!(one.evidence["panel_area"], "860");
        let one = market.view(load.id).await;
        assert_eq!(one.stalls.len(), 11);
        assert!(
            one.spot.starts_with("C-01、") && one.section == "C",
            "{}",
            one.spot
        );
        // Also what met its rule is kept.
        let all = judgements_of(db, &scope, filed.id).await.unwrap();
        assert_eq!(all.len(), 4);
        assert!(all.iter().all(|one| one.holds));

        // Sent again it is the first answer.
        let figures = campaign_figures(db, &scope, campaign).await.unwrap();
        let expected = CampaignFigures {
            listed: 1,
            inspected: 1,
            found: 3,
            removed: 0,
            overdue: 0,
        };
        assert_eq!(figures[&ground.community()], expected);

        // More time: asked by whoever fixes, granted by somebody else.
        let ask = HazardVerb::AskExtension {
            days: 5,
            reason: text("等厂家送货"),
        };
        let early = HazardVerb::DecideExtension {
            approve: true,
            reason: String::new(),
        };
        let lead = ground.caller(Role::CommunityLead, "A");
        let none = market
            .act(&lead, foam.id, early.clone(), 0)
            .await
            .unwrap_err();
        assert_eq!(none.code(), "hazard-not-now");
        let stranger = market
            .act(&worker, foam.id, ask.clone(), 0)
            .await
            .unwrap_err();
        assert_eq!(stranger.code(), "hazard-not-yours");
        market.act(&operator, foam.id, ask, 0).await.unwrap();
        let both = {
            let grant = |role, organisation| Grant {
                role,
                area: ground.id("A"),
                organisation,
            };
            let grants = vec![
                grant(Role::Partner, Some(market.operator.id)),
                grant(Role::CommunityLead, None),
            ];
            ground.world.caller_with(grants, None)
        };
        let own = market
            .act(&both, foam.id, early.clone(), 0)
            .await
            .unwrap_err();
        assert_eq!(own.code(), "own-extension");
        // Nor by the way of the case itself.
        let own = ground
            .act(
                &both,
                foam.case.unwrap(),
                Verb::DecideExtension {
                    approve: true,
                    reason: String::new(),
                },
            )
            .await
            .unwrap_err();
        assert_eq!(own.code(), "not-yours");
        let before = market.view(foam.id).await.due_at;
        market.act(&lead, foam.id, early, 0).await.unwrap();
        assert!(market.view(foam.id).await.due_at > before);

        // Put right, with what the category asks for; then looked at by somebody else.
        let fixed = |words: &str| HazardVerb::Fixed { text: text(words) };
        let bare = market
            .act(&operator, lane.id, fixed("已拓宽"), 0)
            .await
            .unwrap_err();
        assert_eq!(bare.code(), "evidence-needed");
        market
            .act(&operator, lane.id, fixed("已拓宽"), 1)
            .await
            .unwrap();
        assert_eq!(market.view(lane.id).await.step, HazardStep::ToRecheck);
        let own = market
            .act(&operator, lane.id, recheck(true, "好了"), 1)
            .await
            .unwrap_err();
        assert_eq!(own.code(), "own-hazard");
        let unseen = market
            .act(&worker, lane.id, recheck(true, "好了"), 0)
            .await
            .unwrap_err();
        assert_eq!(unseen.fields()[0].code, "hazard-photographs");
        let volunteer = ground.caller(Role::Volunteer, "A");
        let other = market
            .act(&volunteer, lane.id, recheck(true, "好了"), 1)
            .await
            .unwrap_err();
        assert_eq!(other.code(), "hazard-not-yours");
        let done = market
            .act(&worker, lane.id, recheck(false, "最窄处还是 3.4 米"), 1)
            .await
            .unwrap();
        assert_eq!(done.step, HazardStep::Rework);
        market
            .act(&operator, lane.id, fixed("拆除门前台阶"), 1)
            .await
            .unwrap();
        ground.world.clock.advance(Micros::MINUTE);
        let seen = market.view(lane.id).await.version;
        let stale = ActOnHazard {
            rounds: Arc::clone(&ground.rounds),
            community: ground.community(),
            hazard: lane.id,
            version: Some(seen - 1),
            verb: recheck(true, "4.1 米"),
            photographs: vec![photo(&worker, 1)],
        };
        assert_eq!(
            db.execute(&worker, stale).await.unwrap_err().code(),
            "stale"
        );
        let done = market
            .act(&worker, lane.id, recheck(true, "实测 4.1 米"), 1)
            .await
            .unwrap();
        assert_eq!(done.step, HazardStep::Removed);
        assert_eq!(
            ground.status(lane.case.unwrap()).await,
            Status::Closed,
            "its case ends with it"
        );
        let over = market
            .act(
                &worker,
                lane.id,
                HazardVerb::Progress {
                    text: text("又来了"),
                },
                0,
            )
            .await
            .unwrap_err();
        assert_eq!(over.code(), "hazard-not-now");
        let one = market.view(lane.id).await;
        assert_eq!(one.rechecks.len(), 2);
        assert!(one.judgement.unwrap().holds);
        let figures = campaign_figures(db, &scope, campaign).await.unwrap();
        assert_eq!(figures[&ground.community()].removed, 1);
        for (of, count) in [
            (HazardsOf::Found, 3),
            (HazardsOf::Listed, 2),
            (HazardsOf::Removed, 1),
            (HazardsOf::ToRecheck, 0),
            (HazardsOf::Overdue, 0),
        ] {
            let filter = HazardFilter {
                of: Some(of),
                campaign: Some(campaign),
                premises: Some(market.id),
                ..HazardFilter::default()
            };
            assert_eq!(
                hazards(db, &scope, filter).await.unwrap().len(),
                count,
                "{of}"
            );
            let one = HazardFilter {
                most: Some(1),
                ..filter
            };
            assert!(hazards(db, &scope, one).await.unwrap().len() <= 1, "{of}");
        }
        let list = campaign_list(db, &scope, campaign, 0).await.unwrap();
        assert_eq!((list[0].found, list[0].removed, list[0].stalls), (3, 1, 24));
        // Who looks after another part sees nothing of it.
        let elsewhere = ground.caller(Role::GridWorker, "A2");
        let none = elsewhere.scope(&ROUNDS_READ).unwrap();
        assert!(
            hazards(db, &none, HazardFilter::default())
                .await
                .unwrap()
                .is_empty()
        );
        let refused = market
            .act(&elsewhere, foam.id, recheck(true, "好了"), 1)
            .await
            .unwrap_err();
        assert_eq!(refused.code(), "not-found");
        let chains = [CommunityId::SYSTEM, ground.community()];
        let proof = verify(db.read(), &module().audited, &chains, None)
            .await
            .unwrap();
        assert!(proof.faults.is_empty(), "{proof:?}");
    }
}

#[tokio::test]
async fn a_case_ended_at_a_desk_leaves_its_hazard_on_the_list() {
    for base in databases().await {
        let market = Market::new(base).await;
        let ground = &market.ground;
        let worker = ground.caller(Role::GridWorker, "A1");
        let operator = ground.of(market.operator);
        let filed = market
            .hand_in(&worker, market.inspection().await)
            .await
            .unwrap();
        let foam = &filed.findings[1];
        let fixed = HazardVerb::Fixed {
            text: text("已更换为岩棉板"),
        };
        market
            .act(&operator, foam.id, fixed.clone(), 0)
            .await
            .unwrap();
        let desk = ground.caller(Role::CommunityDesk, "A");
        let closed = Verb::Verify {
            method: VerifyMethod::OnTheSpot,
            passed: true,
            responded: None,
            solved: None,
            satisfied: None,
            text: text("市场说换好了"),
            thanks: None,
        };
        // As it was done before the desk was kept from it.
        let before = Act {
            cases: Arc::clone(&ground.cases),
            community: ground.community(),
            case: foam.case.unwrap(),
            version: None,
            verb: closed,
            via: Via::Rule,
        };
        ground.world.db().execute(&desk, before).await.unwrap();
        assert_eq!(ground.status(foam.case.unwrap()).await, Status::Closed);
        assert_eq!(market.view(foam.id).await.step, HazardStep::ToRecheck);
        // It is not so: back to whoever had it.
        market
            .act(&worker, foam.id, recheck(false, "屋面还是泡沫板"), 0)
            .await
            .unwrap();
        let one = market.view(foam.id).await;
        assert_eq!(one.step, HazardStep::Rectifying);
        assert_eq!(one.fixer, Some(market.operator));
        market.act(&operator, foam.id, fixed, 0).await.unwrap();
        // A return visit as phones send it is a re-check, by the same rules.
        let visit = |passed| ReturnVisit {
            rounds: Arc::clone(&ground.rounds),
            community: ground.community(),
            finding: foam.id,
            passed,
            text: text("已换成岩棉板"),
            measured: None,
            photographs: Vec::new(),
        };
        let db = ground.world.db();
        let own = db.execute(&operator, visit(true)).await.unwrap_err();
        assert_eq!(own.code(), "own-hazard");
        db.execute(&worker, visit(true)).await.unwrap();
        assert_eq!(market.view(foam.id).await.step, HazardStep::Removed);
    }
}

#[tokio::test]
async fn hazards_follow_their_premises_when_the_grid_is_closed() {
    for base in databases().await {
        let market = Market::new(base).await;
        let (ground, db) = (&market.ground, market.ground.world.db());
        market.campaign(0).await;
        let worker = ground.caller(Role::GridWorker, "A1");
        let filed = market
            .hand_in(&worker, market.inspection().await)
            .await
            .unwrap();
        let listed = |ctx: &Ctx| {
            let scope = ctx.scope(&ROUNDS_READ).unwrap();
            async move {
                let found = hazards(db, &scope, HazardFilter::default()).await.unwrap();
                found.into_iter().map(|one| one.grid).collect::<Vec<_>>()
            }
        };
        let grid = ground.id("A1");
        let colleague = ground.caller(Role::GridWorker, "A1");
        assert_eq!(listed(&colleague).await, [Some(grid); 3]);
        let close = CloseArea {
            area: grid,
            version: area_detail(db, grid).await.unwrap().version,
            reason: text("并入社区"),
            into: None,
            duties: AreaDuties {
                follows: vec![Arc::new(CasesFollow), Arc::new(RoundsFollow)],
                ..AreaDuties::default()
            },
        };
        db.execute(&ground.world.service(), close).await.unwrap();
        ground.cases.locator().freshen(db).await.unwrap();
        let desk = ground.caller(Role::CommunityDesk, "A");
        assert_eq!(listed(&desk).await, [None; 3]);
        // What lies in no grid is everybody's in the community.
        assert_eq!(listed(&colleague).await, [None; 3]);
        // So do the cases behind them.
        for finding in &filed.findings {
            let case = finding.case.unwrap();
            let view = youlin_cases::case(db, &ground.cases, &desk, case).await;
            assert_eq!(view.unwrap().row.grid, None);
        }
        let chains = [CommunityId::SYSTEM, ground.community()];
        let proof = verify(db.read(), &module().audited, &chains, None)
            .await
            .unwrap();
        assert!(proof.faults.is_empty(), "{proof:?}");
    }
}

#[tokio::test]
async fn hazards_follow_their_premises_when_the_register_says_another_grid() {
    for base in databases().await {
        let market = Market::new(base).await;
        let (ground, db) = (&market.ground, market.ground.world.db());
        market.campaign(0).await;
        let worker = ground.caller(Role::GridWorker, "A1");
        let filed = market.hand_in(&worker, market.inspection().await);
        let filed = filed.await.unwrap();
        let desk = ground.caller(Role::CommunityDesk, "A");
        let scope = desk.scope(&PLACES_READ).unwrap();
        let view = Premises::one(db.read(), &scope, market.id).await.unwrap();
        let moved = SavePremises {
            community: ground.community(),
            known: Some((market.id, view.version)),
            input: PremisesInput {
                kind: "market".into(),
                name: view.name,
                street_address: "中原路8号".into(),
                built_year: "1997".into(),
                ..PremisesInput::default()
            },
            position: None,
            area: Some(ground.id("A2")),
        };
        db.execute(&desk, moved).await.unwrap();
        let duties = AreaDuties {
            follows: vec![Arc::new(CasesFollow), Arc::new(RoundsFollow)],
            ..AreaDuties::default()
        };
        let follow = FollowGrounds::new(Arc::clone(ground.cases.locator()), duties);
        let service = ground.world.service();
        follow.look(&service, db).await.unwrap();
        let to = Some(ground.id("A2"));
        let scope = desk.scope(&ROUNDS_READ).unwrap();
        let all = hazards(db, &scope, HazardFilter::default()).await.unwrap();
        assert_eq!(all.len(), 3);
        assert!(all.iter().all(|one| one.grid == to), "{all:?}");
        for finding in &filed.findings {
            let case = youlin_cases::case(db, &ground.cases, &desk, finding.case.unwrap()).await;
            assert_eq!(case.unwrap().row.grid, to);
        }
        // What stands right is left alone.
        let version = |all: &[HazardView]| all.iter().map(|one| one.version).collect::<Vec<_>>();
        let again = FollowGrounds::new(
            Arc::clone(ground.cases.locator()),
            AreaDuties {
                follows: vec![Arc::new(RoundsFollow)],
                ..AreaDuties::default()
            },
        );
        again.look(&service, db).await.unwrap();
        let later = hazards(db, &scope, HazardFilter::default()).await.unwrap();
        assert_eq!(version(&later), version(&all));
        let chains = [CommunityId::SYSTEM, ground.community()];
        let module = module();
        let proof = verify(db.read(), &module.audited, &chains, None);
        assert!(proof.await.unwrap().faults.is_empty());
    }
}

/// Inspections of the markets of a grid go on when its neighbour takes the grid in; what is asked of the neighbour afterwards
/// means the neighbour as it is then.
#[tokio::test]
async fn what_asks_about_a_grid_goes_on_to_mean_its_places() {
    for base in databases().await {
        let market = Market::new(base).await;
        let (ground, db) = (&market.ground, market.ground.world.db());
        let above = ground.caller(Role::SubdistrictSupervisor, "S1");
        let (old, neighbour) = (ground.id("A1"), ground.id("A2"));
        let test = |dim: &str, value| {
            Filter::Test(Test {
                dim: dim.into(),
                op: Op::Is,
                values: vec![value],
            })
        };
        let markets_of = |area: AreaId| Query {
            dataset: "premises".into(),
            filter: Filter::All(vec![
                test("premises_kind", Value::Text("market".into())),
                test("area", Value::Number(area.0)),
            ]),
            ..Query::default()
        };
        let policy = |title: &str, known, question| SavePolicy {
            community: ground.community(),
            known,
            title: title.into(),
            policy: Policy {
                kind: RoundKind::Inspection,
                subjects: SubjectKind::Premises,
                question: Some(question),
                ..weekly(Walkers::GridWorker)
            },
            subjects: Vec::new(),
            fixer: None,
            checklist: None,
        };
        let first = db.execute(&above, policy("甲一网格的市场", None, markets_of(old)));
        let first = first.await.unwrap();
        let scope = above.scope(&ROUNDS_READ).unwrap();
        let due = async |title: &str| {
            let all = due_now(&ground.rounds, db, &above, &scope).await.unwrap();
            let mut named: Vec<String> = all
                .into_iter()
                .filter(|line| line.policy_title == title)
                .map(|line| line.subject_name)
                .collect();
            named.sort();
            named
        };
        let both = ["中原综合批发市场", "新市场"];
        assert_eq!(due("甲一网格的市场").await, both);
        let none = policy("甲二网格的市场", None, markets_of(neighbour));
        db.execute(&above, none).await.unwrap();
        assert!(due("甲二网格的市场").await.is_empty());

        ground.world.clock.advance(Micros::MINUTE);
        let close = CloseArea {
            area: old,
            version: area_detail(db, old).await.unwrap().version,
            reason: text("并入甲二网格"),
            into: Some(neighbour),
            duties: AreaDuties::default(),
        };
        db.execute(&ground.world.service(), close).await.unwrap();
        ground.cases.locator().freshen(db).await.unwrap();
        ground.world.clock.advance(Micros::MINUTE);
        assert_eq!(due("甲一网格的市场").await, both);
        assert_eq!(due("甲二网格的市场").await, both);
        // Saved anew without another question, it means what it meant; asked anew, the closed grid is empty.
        let again = policy("甲一网格的市场", Some((first, 1)), markets_of(old));
        db.execute(&above, again).await.unwrap();
        assert_eq!(due("甲一网格的市场").await, both);
        let late = policy("已并走的网格", None, markets_of(old));
        db.execute(&above, late).await.unwrap();
        assert!(due("已并走的网格").await.is_empty());
    }
}

#[tokio::test]
async fn a_newer_rule_set_changes_nothing_that_was_judged() {
    for base in databases().await {
        let market = Market::new(base).await;
        let (ground, db) = (&market.ground, market.ground.world.db());
        let worker = ground.caller(Role::GridWorker, "A1");
        let first = market
            .hand_in(&worker, market.inspection().await)
            .await
            .unwrap();
        let mut set = youlin_testkit::rules::wide_enough("2");
        let save = SaveRuleSet {
            text: serde_json::to_string(&set).unwrap(),
            checklist: "market-fire".into(),
        };
        let refused = db.execute(&worker, save.clone()).await.unwrap_err();
        assert_eq!(refused.code(), "forbidden");
        let district = ground.caller(Role::DistrictOperator, "91");
        let id = db.execute(&district, save.clone()).await.unwrap();
        assert_eq!(
            db.execute(&district, save.clone()).await.unwrap(),
            id,
            "the same again"
        );
        set.rules[0].clause = "7".into();
        let other = SaveRuleSet {
            text: serde_json::to_string(&set).unwrap(),
            ..save
        };
        let taken = db.execute(&district, other).await.unwrap_err();
        assert_eq!(taken.fields()[0].code, "rules-version-taken");

        let today = worker.now().date();
        let sets = rule_sets(db.read()).await.unwrap();
        let old = in_use(&sets, "market-fire", today).unwrap();
        assert_eq!(old.name(), "market-fire-example@1");
        let new = sets.iter().find(|one| one.id == Some(id)).unwrap();
        let scope = worker.scope(&ROUNDS_READ).unwrap();
        let changes = what_changes(db, &scope, &sets, (&old.set, &new.set))
            .await
            .unwrap();
        assert_eq!(changes.len(), 1);
        assert_eq!(changes[0].change.effect, youlin_checklist::Effect::NowMeets);
        assert_eq!(changes[0].of.finding, Some(first.findings[0].id));
        let before = judgements_of(db, &scope, first.id).await.unwrap();

        let put = |from| UseRuleSet {
            id,
            version: 1,
            from,
        };
        let past = db
            .execute(&district, put(jiff::civil::date(2020, 1, 1)))
            .await
            .unwrap_err();
        assert_eq!(past.fields()[0].code, "rules-from-past");
        db.execute(&district, put(today)).await.unwrap();
        let after = judgements_of(db, &scope, first.id).await.unwrap();
        let kept = |all: &[youlin_rounds::JudgementView]| {
            all.iter()
                .map(|one| (one.id, serde_json::to_string(&one.judgement).unwrap()))
                .collect::<Vec<_>>()
        };
        assert_eq!(kept(&before), kept(&after));
        assert!(after.iter().all(|one| one.holds));

        // From now on 3.1 m meets it: the old finding no longer follows from such answers.
        let refused = {
            let mut new = market.inspection().await;
            new.hazards[0].rule = "lane-width".into();
            market.hand_in(&worker, new).await.unwrap_err()
        };
        assert_eq!(refused.fields()[0].code, "hazard-not-answered");
        let second = market
            .hand_in(&worker, market.inspection().await)
            .await
            .unwrap();
        let all = judgements_of(db, &scope, second.id).await.unwrap();
        assert!(all.iter().all(|one| one.judgement.version == "2"));
        assert!(market.view(second.findings[0].id).await.judgement.is_none());
    }
}

#[tokio::test]
async fn a_round_that_comes_in_late_is_judged_by_the_rules_of_its_day() {
    const DAY: i64 = 24 * Micros::HOUR;
    for base in databases().await {
        let market = Market::new(base).await;
        let (ground, db) = (&market.ground, market.ground.world.db());
        let worker = ground.caller(Role::GridWorker, "A1");
        let scope = worker.scope(&ROUNDS_READ).unwrap();
        let by = async |round: Uuid| {
            let all = judgements_of(db, &scope, round).await.unwrap();
            let lane = all.iter().find(|one| one.judgement.rule == "lane-width");
            let lane = lane.unwrap();
            assert!(lane.holds, "worked out again it is the same");
            // While it judged it was not replaced yet.
            assert_eq!(lane.judgement.status, youlin_checklist::RuleStatus::Example);
            (
                lane.judgement.version.clone(),
                lane.judgement.verdict,
                lane.finding,
            )
        };
        let (fails, meets) = (
            youlin_checklist::Verdict::Fails,
            youlin_checklist::Verdict::Meets,
        );
        // Inspected today without signal; from tomorrow on a narrower lane will do.
        let [mut late, mut later] = [market.inspection().await, market.inspection().await];
        let mut behind = market.inspection().await;
        let second = market.wide_enough("2", 1).await;
        ground.world.clock.advance(2 * DAY);
        late.round.sent_at = Some(worker.now());
        late.hazards[0].rule = "lane-width".into();
        let filed = market.hand_in(&worker, late.clone()).await.unwrap();
        let lane = filed.findings[0].id;
        assert_eq!(by(filed.id).await, ("1".to_owned(), fails, Some(lane)));
        let held = market.view(lane).await.judgement.unwrap();
        assert_eq!(
            (held.judgement.version.as_str(), held.judgement.verdict),
            ("1", fails)
        );
        // Sent once more after a lost answer, it is the same.
        assert!(market.hand_in(&worker, late).await.unwrap().again);

        // A telephone that is two days behind was there today.
        behind.round.sent_at = Some(behind.round.ended_at);
        let filed = market.hand_in(&worker, behind).await.unwrap();
        assert_eq!(by(filed.id).await, ("2".to_owned(), meets, None));
        // And one that is ahead and does not say so is not judged by rules of days to come.
        let third = market.wide_enough("3", 2).await;
        let mut ahead = market.inspection().await;
        ahead.round.began_at = worker.now().plus(3 * DAY);
        ahead.round.ended_at = ahead.round.began_at.plus(Micros::HOUR);
        ahead.round.sent_at = None;
        let filed = market.hand_in(&worker, ahead).await.unwrap();
        assert_eq!(by(filed.id).await, ("2".to_owned(), meets, None));

        // Entered at the desk, days after: the day counts that was typed.
        ground.world.clock.advance(3 * DAY);
        later.round.channel = Channel::Paper;
        later.round.sent_at = None;
        let desk = ground.caller(Role::CommunityDesk, "A");
        let filed = market.hand_in(&desk, later).await.unwrap();
        let typed = filed.findings[0].id;
        assert_eq!(by(filed.id).await, ("1".to_owned(), fails, Some(typed)));

        // What the one in use would judge otherwise is listed, though two versions lie between.
        let sets = rule_sets(db.read()).await.unwrap();
        let today = worker.now().date();
        let used = in_use(&sets, "market-fire", today).unwrap();
        assert_eq!(used.id, Some(third));
        let compared = changes_by(db, &scope, &sets, (used, today)).await;
        let compared = compared.unwrap().unwrap();
        assert_eq!(compared.old.id, Some(second));
        assert!(compared.replaced);
        let mut listed: Vec<Uuid> = compared
            .changes
            .iter()
            .filter_map(|one| one.of.finding)
            .collect();
        listed.sort();
        let mut expected = vec![lane, typed];
        expected.sort();
        assert_eq!(listed, expected);
    }
}

#[tokio::test]
async fn a_round_that_comes_in_late_belongs_to_the_campaign_of_its_day() {
    for base in databases().await {
        let market = Market::new(base).await;
        let ground = &market.ground;
        let worker = ground.caller(Role::GridWorker, "A1");
        let campaign = market.campaign(0).await;
        // Inspected while it ran; in signal again when its last day is over.
        let mut late = market.inspection().await;
        ground.world.clock.advance(60 * 24 * Micros::HOUR);
        late.round.sent_at = Some(worker.now());
        let filed = market.hand_in(&worker, late).await.unwrap();
        let hazard = market.view(filed.findings[0].id).await;
        assert_eq!(hazard.campaign, Some(campaign));
        let mut after = market.inspection().await;
        after.round.answers.insert(
            "sections".into(),
            json!([{"section": "d", "panel": "foam_b2", "panel_area": "20"}]),
        );
        let filed = market.hand_in(&worker, after).await.unwrap();
        assert_eq!(market.view(filed.findings[1].id).await.campaign, None);
    }
}

#[tokio::test]
async fn a_list_is_frozen_and_refreshed_only_after_a_look() {
    for base in databases().await {
        let market = Market::new(base).await;
        let (ground, db) = (&market.ground, market.ground.world.db());
        let campaign = market.campaign(0).await;
        let above = ground.caller(Role::SubdistrictSupervisor, "S1");
        let desk = ground.caller(Role::CommunityDesk, "A");
        let scope = above.scope(&ROUNDS_READ).unwrap();
        let view = campaign_view(db, &above, &scope, campaign).await.unwrap();
        let rename = SavePremises {
            community: ground.community(),
            known: None,
            input: PremisesInput {
                kind: "market".into(),
                name: "另一个老市场".into(),
                street_address: "中原路9号".into(),
                built_year: "1995".into(),
                ..PremisesInput::default()
            },
            position: None,
            area: Some(ground.id("A2")),
        };
        db.execute(&desk, rename).await.unwrap();
        assert_eq!(
            campaign_list(db, &scope, campaign, 0).await.unwrap().len(),
            1
        );
        let preview = preview_list(&market.datasets, db, &above, &view)
            .await
            .unwrap();
        assert_eq!((preview.add.len(), preview.stay), (1, 1));
        let done = apply_list(db, &above, &view, preview).await.unwrap();
        assert_eq!((done.added, done.dropped), (1, 0));
        assert_eq!(
            campaign_list(db, &scope, campaign, 0).await.unwrap().len(),
            2
        );
        // What was inspected is what the figure opens to.
        let inspected = || async {
            let all = campaign_inspected(db, &scope, campaign, 0).await.unwrap();
            all.iter().map(|one| one.premises).collect::<Vec<_>>()
        };
        assert!(inspected().await.is_empty());
        market
            .hand_in(&desk, market.inspection().await)
            .await
            .unwrap();
        assert_eq!(inspected().await, [market.id]);
        // Its question stays once it has started; a community does not plan for the whole subdistrict.
        let change = SaveCampaign {
            known: Some((campaign, view.version)),
            title: "改名".into(),
            area: view.area,
            first: jiff::civil::date(2026, 10, 15),
            last: jiff::civil::date(2026, 12, 31),
            checklist: "market-fire".into(),
            question: Query {
                dataset: "premises".into(),
                ..Query::default()
            },
            photographs: 2,
            basis: String::new(),
            inspectors: Vec::new(),
            recheckers: Vec::new(),
        };
        let refused = db.execute(&above, change.clone()).await.unwrap_err();
        assert_eq!(refused.fields()[0].code, "campaign-basis");
        let change = SaveCampaign {
            photographs: 0,
            ..change
        };
        let refused = db.execute(&above, change.clone()).await.unwrap_err();
        assert_eq!(refused.fields()[0].code, "campaign-started");
        let refused = db.execute(&desk, change).await.unwrap_err();
        assert_eq!(refused.code(), "forbidden");
    }
}

#[tokio::test]
async fn bad_inspections_are_refused_with_what_to_mend() {
    for base in databases().await {
        let market = Market::new(base).await;
        let worker = market.ground.caller(Role::GridWorker, "A1");
        let mut new = market.inspection().await;
        new.hazards[0].days = Some(0);
        new.hazards[1].place = vec![7];
        new.hazards[2].stalls = vec![market.ground.world.service().new_id()];
        new.hazards.push(NewHazard {
            finding: market.ground.world.service().new_id(),
            ..NewHazard::default()
        });
        let refused = market.hand_in(&worker, new).await.unwrap_err();
        let mut faults: Vec<(String, &str)> = refused
            .fields()
            .iter()
            .map(|field| (field.field.to_string(), field.code))
            .collect();
        faults.sort();
        assert_eq!(
            faults,
            [
                ("hazards.0.days".to_owned(), "hazard-days"),
                ("hazards.1.rule".to_owned(), "hazard-not-answered"),
                ("hazards.2.stalls".to_owned(), "hazard-no-stall"),
                ("hazards.3.finding".to_owned(), "hazard-no-finding"),
            ]
        );
        // Sent again after a lost answer it is the first answer; with other hazards it is another one.
        let new = market.inspection().await;
        let first = market.hand_in(&worker, new.clone()).await.unwrap();
        let again = market.hand_in(&worker, new.clone()).await.unwrap();
        assert!(again.again && again.findings == first.findings);
        let mut other = new;
        other.hazards[0].measures = "别的".into();
        let refused = market.hand_in(&worker, other).await.unwrap_err();
        assert_eq!(refused.code(), "round-other-content");
    }
}

#[tokio::test]
async fn premises_of_a_campaign_are_due_until_somebody_inspected_them() {
    for base in databases().await {
        let market = Market::new(base).await;
        let ground = &market.ground;
        let db = ground.world.db();
        let due = async |ctx: &Ctx| {
            let scope = ctx.scope(&ROUNDS_READ).unwrap();
            let all = due_now(&ground.rounds, db, ctx, &scope).await.unwrap();
            let listed = all.into_iter().filter(|line| line.campaign.is_some());
            listed.collect::<Vec<_>>()
        };
        let (worker, station) = (
            ground.caller(Role::GridWorker, "A1"),
            ground.of(ground.team),
        );
        assert!(due(&worker).await.is_empty());
        let campaign = market.campaign(0).await;
        // Nobody is named: it is the grid worker's of the place.
        let lines = due(&worker).await;
        assert_eq!(lines.len(), 1);
        assert_eq!((lines[0].campaign, lines[0].policy), (Some(campaign), None));
        assert_eq!(lines[0].subject.id, market.id);
        assert_eq!(lines[0].checklist.as_deref(), Some("market-fire@2"));
        assert!(lines[0].yours);
        // One grid is not another's; the desk sees that it is due, and that it is not its own.
        assert!(due(&ground.caller(Role::GridWorker, "A2")).await.is_empty());
        let desk = ground.caller(Role::CommunityDesk, "A");
        let seen = due(&desk).await;
        assert_eq!((seen.len(), seen[0].yours), (1, false));

        // A team is named to inspect, and to look again.
        let above = ground.caller(Role::SubdistrictSupervisor, "S1");
        let scope = above.scope(&ROUNDS_READ).unwrap();
        let view = campaign_view(db, &above, &scope, campaign).await.unwrap();
        let named = SaveCampaign {
            known: Some((campaign, view.version)),
            title: view.title.clone(),
            area: view.area,
            first: view.first_day.parse().unwrap(),
            last: view.last_day.parse().unwrap(),
            checklist: view.checklist.clone(),
            question: view.question.clone(),
            photographs: 0,
            basis: String::new(),
            inspectors: vec![ground.team],
            recheckers: vec![ground.cleaner],
        };
        db.execute(&above, named).await.unwrap();
        assert!(due(&station).await[0].yours);
        assert!(!due(&worker).await[0].yours);
        let filed = market
            .hand_in(&station, market.inspection().await)
            .await
            .unwrap();
        assert!(due(&station).await.is_empty() && due(&worker).await.is_empty());
        // Whoever is named to look again sees the hazards there.
        let again = ground.of(ground.cleaner);
        let scope = again.scope(&ROUNDS_READ).unwrap();
        let all = hazards(db, &scope, HazardFilter::default()).await.unwrap();
        assert_eq!(all.len(), filed.findings.len());
    }
}

fn verified(method: VerifyMethod) -> Verb {
    Verb::Verify {
        method,
        passed: true,
        responded: Some(true),
        solved: Some(true),
        satisfied: None,
        text: text("市场说换好了"),
        thanks: None,
    }
}

#[tokio::test]
async fn the_case_of_a_hazard_is_not_ended_at_a_desk() {
    for base in databases().await {
        let market = Market::new(base).await;
        let ground = &market.ground;
        let db = ground.world.db();
        let worker = ground.caller(Role::GridWorker, "A1");
        let operator = ground.of(market.operator);
        let mut new = market.inspection().await;
        new.hazards[2].fixer = None;
        let filed = market.hand_in(&worker, new).await.unwrap();
        let foam = &filed.findings[1];
        let case = foam.case.unwrap();
        let fixed = HazardVerb::Fixed {
            text: text("已更换为岩棉板"),
        };
        market.act(&operator, foam.id, fixed, 0).await.unwrap();
        let desk = ground.caller(Role::CommunityDesk, "A");
        let cancel = Verb::Cancel {
            reason: text("不归我们"),
        };
        for verb in [verified(VerifyMethod::OnTheSpot), cancel] {
            let refused = ground.act(&desk, case, verb).await.unwrap_err();
            assert_eq!(refused.code(), "hazard-ends-case");
            let href = format!("/rounds/hazards/{}", foam.id);
            assert_eq!(refused.data().unwrap()["href"], href);
        }
        // On the telephone neither: nobody reported it.
        let by_telephone = verified(VerifyMethod::CallBack);
        let refused = ground.act(&desk, case, by_telephone).await.unwrap_err();
        assert_eq!(refused.fields()[0].code, "verify-nobody-to-ask");
        let merge = |duplicate, into| Merge {
            cases: Arc::clone(&ground.cases),
            community: ground.community(),
            duplicate,
            into,
            version: None,
        };
        let other = filed.findings[0].case.unwrap();
        let refused = db.execute(&desk, merge(case, other)).await.unwrap_err();
        assert_eq!(refused.code(), "hazard-ends-case");
        let view = youlin_cases::case(db, &ground.cases, &desk, case)
            .await
            .unwrap();
        for verb in ["verify", "cancel", "decline"] {
            assert!(!view.allowed.contains(&verb.to_owned()), "{verb}");
        }
        assert!(view.allowed.contains(&"note".to_owned()));
        assert!(view.held.is_some_and(|held| held.ends_there) && !view.may_call_back);
        assert_eq!(ground.status(case).await, Status::Handled);
        // Looked at on the spot by somebody else it ends, with its case; nobody said how it is.
        market
            .act(&worker, foam.id, recheck(true, "已换成岩棉板"), 0)
            .await
            .unwrap();
        let view = youlin_cases::case(db, &ground.cases, &desk, case)
            .await
            .unwrap();
        assert_eq!((view.row.status, view.solved), (Status::Closed, None));
        assert!(view.held.is_none());
        // What nobody was given yet is not declined at the desk either.
        let declined = Verb::Decline {
            reason: text("不是问题"),
        };
        let load = filed.findings[2].case.unwrap();
        let refused = ground.act(&desk, load, declined).await.unwrap_err();
        assert_eq!(refused.code(), "hazard-ends-case");
    }
}

#[tokio::test]
async fn what_is_no_hazard_is_dropped_by_whoever_answers_for_it() {
    for base in databases().await {
        let market = Market::new(base).await;
        let ground = &market.ground;
        let campaign = market.campaign(0).await;
        let worker = ground.caller(Role::GridWorker, "A1");
        let lead = ground.caller(Role::CommunityLead, "A");
        let operator = ground.of(market.operator);
        let filed = market
            .hand_in(&worker, market.inspection().await)
            .await
            .unwrap();
        let foam = &filed.findings[1];
        let drop = || HazardVerb::Drop {
            reason: text("隔断是岩棉板，登记错了"),
        };
        for (who, code) in [(&operator, "own-hazard"), (&worker, "hazard-not-yours")] {
            let refused = market.act(who, foam.id, drop(), 0).await.unwrap_err();
            assert_eq!(refused.code(), code);
        }
        // Nor by whoever found it alone, however much they answer for.
        let mut by_lead = market.inspection().await;
        by_lead.round.answers.insert(
            "sections".into(),
            json!([{"section": "d", "panel": "foam_b2", "panel_area": "20"}]),
        );
        by_lead.round.findings.drain(..1);
        by_lead.round.findings.truncate(1);
        by_lead.hazards.drain(..1);
        by_lead.hazards.truncate(1);
        let own = market.hand_in(&lead, by_lead).await.unwrap();
        let own = own.findings[0].id;
        let refused = market.act(&lead, own, drop(), 0).await.unwrap_err();
        assert_eq!(refused.code(), "own-finding");
        let silent = HazardVerb::Drop { reason: text(" ") };
        let refused = market.act(&lead, foam.id, silent, 0).await.unwrap_err();
        assert_eq!(refused.fields()[0].code, "required");
        let figures = || async {
            let above = ground.caller(Role::SubdistrictSupervisor, "S1");
            let scope = above.scope(&ROUNDS_READ).unwrap();
            let db = ground.world.db();
            let all = campaign_figures(db, &scope, campaign).await.unwrap();
            let list = |of| {
                let filter = HazardFilter {
                    of: Some(of),
                    campaign: Some(campaign),
                    ..HazardFilter::default()
                };
                hazards(db, &scope, filter)
            };
            let found = list(HazardsOf::Found).await.unwrap().len();
            let listed = list(HazardsOf::Listed).await.unwrap().len();
            let dropped = list(HazardsOf::Dropped).await.unwrap().len();
            (all[&ground.community()].found, found, listed, dropped)
        };
        assert_eq!(figures().await, (4, 4, 4, 0));
        let done = market.act(&lead, foam.id, drop(), 0).await.unwrap();
        assert_eq!(done.step, HazardStep::Dropped);
        assert_eq!(figures().await, (3, 3, 3, 1));
        // Its page stays, with the reason and who said so; nothing more is done with it.
        let view = market.view(foam.id).await;
        let last = view.notes.last().unwrap();
        assert_eq!(
            (last.kind.as_str(), view.step),
            ("dropped", HazardStep::Dropped)
        );
        assert_eq!(last.text, "隔断是岩棉板，登记错了");
        assert_eq!(ground.status(foam.case.unwrap()).await, Status::Cancelled);
        let again = market.act(&lead, foam.id, drop(), 0).await.unwrap_err();
        assert_eq!(again.code(), "not-found");
        // Found again it is one of its own.
        let next = market
            .hand_in(&worker, market.inspection().await)
            .await
            .unwrap();
        assert!(next.findings[1].case.is_some());
    }
}

#[tokio::test]
async fn a_hazard_from_before_belongs_to_the_campaign_that_meets_it() {
    let market = Market::new(youlin_testkit::sqlite().await).await;
    let worker = market.ground.caller(Role::GridWorker, "A1");
    let before = market
        .hand_in(&worker, market.inspection().await)
        .await
        .unwrap();
    let lane = before.findings[0].id;
    assert_eq!(market.view(lane).await.campaign, None);
    let campaign = market.campaign(0).await;
    let met = market
        .hand_in(&worker, market.inspection().await)
        .await
        .unwrap();
    assert_eq!(met.findings[0].seen_of, Some(lane));
    assert_eq!(market.view(lane).await.campaign, Some(campaign));
}

#[tokio::test]
async fn a_hazard_without_a_fixer_is_given_to_one() {
    for base in databases().await {
        let market = Market::new(base).await;
        let ground = &market.ground;
        let worker = ground.caller(Role::GridWorker, "A1");
        let desk = ground.caller(Role::CommunityDesk, "A");
        let mut new = market.inspection().await;
        new.hazards[1].fixer = None;
        let filed = market.hand_in(&worker, new).await.unwrap();
        let foam = &filed.findings[1];
        let due = market.view(foam.id).await.due_at;
        let assign = |party| HazardVerb::Assign { party };
        let refused = market.act(&worker, foam.id, assign(market.operator), 0);
        assert_eq!(refused.await.unwrap_err().code(), "hazard-not-yours");
        let nobody = Party::organisation(Uuid::from_u128(9));
        let refused = market.act(&desk, foam.id, assign(nobody), 0).await;
        assert_eq!(&*refused.unwrap_err().fields()[0].field, "party");
        market
            .act(&desk, foam.id, assign(market.operator), 0)
            .await
            .unwrap();
        let view = market.view(foam.id).await;
        assert_eq!(view.fixer, Some(market.operator));
        assert_eq!((view.step, view.due_at), (HazardStep::Rectifying, due));
        let told = view.notes.last().unwrap();
        assert_eq!(
            (told.kind.as_str(), told.text.as_str()),
            ("assigned", "中原市场管理公司")
        );
        let twice = market.act(&desk, foam.id, assign(market.operator), 0).await;
        assert_eq!(twice.unwrap_err().code(), "hazard-not-now");
    }
}

#[tokio::test]
async fn the_same_hazard_found_again_is_seen_again_and_no_second_one() {
    for base in databases().await {
        let market = Market::new(base).await;
        let ground = &market.ground;
        let db = ground.world.db();
        let campaign = market.campaign(0).await;
        let worker = ground.caller(Role::GridWorker, "A1");
        let desk = ground.caller(Role::CommunityDesk, "A");
        let first = market
            .hand_in(&worker, market.inspection().await)
            .await
            .unwrap();
        ground.world.clock.advance(Micros::DAY);
        // The same panels in section C, the same circuit with more on it, and panels in section D nobody had seen.
        let mut next = market.inspection().await;
        next.round.answers.insert(
            "sections".into(),
            json!([
                {"section": "d", "panel": "foam_b2", "panel_area": "40"},
                {"section": "c", "panel": "foam_b2", "panel_area": "860"},
            ]),
        );
        next.round.answers.insert(
            "circuits".into(),
            json!([{"circuit": "c-3", "circuit_stalls": "12", "circuit_rating": "40", "circuit_load": "61"}]),
        );
        let mut other = next.round.findings[1].clone();
        other.id = worker.new_id();
        next.hazards[1].place = vec![2];
        next.hazards[2].measures = "拔掉两户。".into();
        next.hazards.push(NewHazard {
            finding: other.id,
            rule: "foam-panel".into(),
            place: vec![1],
            ..NewHazard::default()
        });
        next.round.findings.push(other);
        let sent = next.clone();
        let second = market.hand_in(&worker, next).await.unwrap();
        let seen: Vec<Option<Uuid>> = second.findings.iter().map(|one| one.seen_of).collect();
        let listed = |at: usize| Some(first.findings[at].id);
        assert_eq!(seen, [listed(0), listed(1), listed(2), None]);
        assert!(second.findings[..3].iter().all(|one| one.case.is_none()));
        assert!(second.findings[3].case.is_some());
        // Sent again it is the same round, and the same answer.
        let resent = market.hand_in(&worker, sent).await.unwrap();
        assert!(resent.again);
        let mut answered = resent.findings;
        answered.sort_by_key(|one| second.findings.iter().position(|two| two.id == one.id));
        assert_eq!(answered, second.findings);
        let scope = desk.scope(&ROUNDS_READ).unwrap();
        let figures = campaign_figures(db, &scope, campaign).await.unwrap();
        assert_eq!(figures[&ground.community()].found, 4);
        // The hazard says so once, with what was measured then, and what was asked for meanwhile.
        let load = market.view(first.findings[2].id).await;
        assert_eq!(load.seen.len(), 1);
        let then = &load.seen[0];
        assert_eq!(then.round, second.id);
        let measured = serde_json::to_value(&then.judgement.as_ref().unwrap().judgement).unwrap();
        assert!(
            measured["measured"].to_string().contains("61"),
            "{measured}"
        );
        assert_eq!(load.notes.last().unwrap().text, "拔掉两户。");
        assert!(load.judgement.is_some(), "its own judgement stays");
        // The last inspection is shown, whichever came in last.
        let inspected = || async {
            let all = campaign_inspected(db, &scope, campaign, 0).await.unwrap();
            all[0].inspected_at
        };
        let last = sent_at(&market, second.id).await;
        assert_eq!(inspected().await, Some(last));
        let mut late = market.inspection().await;
        for at in [&mut late.round.began_at, &mut late.round.ended_at] {
            *at = at.plus(-12 * Micros::HOUR);
        }
        late.round.findings.clear();
        late.hazards.clear();
        late.round.answers.clear();
        late.round.checklist = None;
        market.hand_in(&worker, late).await.unwrap();
        assert_eq!(inspected().await, Some(last));
        // Taken back, the round that found it first leaves what another one saw.
        let back = |round| WithdrawRound {
            rounds: Arc::clone(&ground.rounds),
            community: ground.community(),
            round,
            reason: text("重复录入"),
            take_along: true,
        };
        db.execute(&desk, back(first.id)).await.unwrap();
        assert_eq!(market.view(load.id).await.step, HazardStep::Rectifying);
        db.execute(&desk, back(second.id)).await.unwrap();
        assert!(market.view(load.id).await.seen.is_empty());
    }
}

/// Two inspectors at one market at the same instant: one list of hazards, not two.
#[tokio::test]
async fn two_who_find_the_same_at_once_put_it_on_the_list_once() {
    let bases = [databases().await, databases().await].into_iter().flatten();
    for base in bases {
        let market = Market::new(base).await;
        let one = market.ground.caller(Role::GridWorker, "A1");
        let other = market.ground.caller(Role::GridWorker, "A1");
        let (first, second) = (market.inspection().await, market.inspection().await);
        let (first, second) =
            tokio::join!(market.hand_in(&one, first), market.hand_in(&other, second));
        let found = [first.unwrap().findings, second.unwrap().findings].concat();
        let listed = found.iter().filter(|one| one.case.is_some()).count();
        let again = found.iter().filter(|one| one.seen_of.is_some()).count();
        assert_eq!((listed, again), (3, 3));
    }
}

/// When a round began, by our clock.
async fn sent_at(market: &Market, round: Uuid) -> Micros {
    let ctx = market.ground.world.service();
    let scope = ctx.scope(&ROUNDS_READ).unwrap();
    let db = market.ground.world.db();
    let view = round_view(&market.ground.rounds, db, &scope, round).await;
    view.unwrap().line.began_at
}

#[tokio::test]
async fn the_example_is_superseded_from_the_day_another_version_is_used() {
    let market = Market::new(youlin_testkit::sqlite().await).await;
    let db = market.ground.world.db();
    let today = market.ground.world.service().now().date();
    let example = || async { rule_sets(db.read()).await.unwrap().remove(0) };
    assert_eq!(status_code(&example().await.set.status), "example");
    market.wide_enough("2", 1).await;
    let one = example().await;
    let tomorrow = today.tomorrow().unwrap();
    assert_eq!(status_code(&one.on(today).status), "example");
    let RuleStatus::Superseded { by, on } = one.on(tomorrow).status else {
        panic!("not superseded: {:?}", one.set.status);
    };
    assert_eq!((by.as_str(), on), ("market-fire-example@2", tomorrow));
    // What it judged is judged the same when worked out again.
    let worker = market.ground.caller(Role::GridWorker, "A1");
    let filed = market
        .hand_in(&worker, market.inspection().await)
        .await
        .unwrap();
    let lane = market.view(filed.findings[0].id).await;
    assert!(lane.judgement.unwrap().holds);
}

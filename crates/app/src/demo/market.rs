//! The example's market of 1997: a campaign over old markets, an inspection by section and stall, and what became of what it
//! found: some removed, one back to work, one overdue, one with more time asked for. Played under the moved clock.

use std::sync::Arc;

use anyhow::{Context, Result, anyhow};
use futures::stream;
use jiff::civil::date;
use serde_json::json;
use uuid::Uuid;
use youlin_datasets::Datasets;
use youlin_datasets::cube::{Filter, Op, Query, Test, Value};
use youlin_files::{FileStore, StoredFile};
use youlin_kernel::{CommunityId, Ctx, ManualClock, Micros};
use youlin_people::{Directory, Party};
use youlin_places::permissions::PLACES_READ;
use youlin_places::premises::{Premises, PremisesFilter, PremisesView, StallView};
use youlin_rounds::model::{
    Channel, HazardVerb, Outcome, RoundKind, Severity, Subject, SubjectKind,
};
use youlin_rounds::permissions::ROUNDS_READ;
use youlin_rounds::{
    ActOnHazard, HandedIn, MarkStarted, NewFinding, NewHazard, NewInspection, NewRound, Rounds,
    SaveCampaign, apply_list, campaign_view, prepare_inspection, preview_list,
};

use super::picture::picture;
use super::rivers::{plain, signed_in};
use crate::House;

/// What was found: rule of the checklist, instance, category, severity, words, stalls, working days, interim measure.
struct Found {
    rule: &'static str,
    place: &'static [u32],
    category: &'static str,
    severity: Severity,
    text: &'static str,
    section: &'static str,
    stalls: &'static [&'static str],
    days: u32,
    measure: &'static str,
    /// Who puts it right: the market's property company, or the power company.
    power: bool,
}

const FOUND: [Found; 5] = [
    Found {
        rule: "lane-width",
        place: &[],
        category: "E-0504",
        severity: Severity::High,
        text: "消防车道宽度不足：南门内最窄处实测 3.1 m，要求不小于 4 m",
        section: "",
        stalls: &[],
        days: 25,
        measure: "车道两侧禁止停车卸货，营业时间专人引导。",
        power: false,
    },
    Found {
        rule: "foam-panel",
        place: &[1],
        category: "E-0508",
        severity: Severity::High,
        text: "使用泡沫夹芯板：C 区屋面约 860 m²",
        section: "C",
        stalls: &[],
        days: 20,
        measure: "C 区停止动火，夜间增加一次巡查。",
        power: false,
    },
    Found {
        rule: "overload",
        place: &[1],
        category: "E-0509",
        severity: Severity::High,
        text: "回路负荷超过额定值：11 个摊位接在同一回路，58.5 A，额定 40 A",
        section: "C",
        stalls: &[
            "01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11",
        ],
        days: 5,
        measure: "先停用电热器具，收摊断电。",
        power: true,
    },
    Found {
        rule: "extinguisher",
        place: &[1],
        category: "P-0508",
        severity: Severity::Medium,
        text: "灭火器缺失或失效：过期两个月",
        section: "D",
        stalls: &["07"],
        days: 3,
        measure: "",
        power: false,
    },
    Found {
        rule: "open-flame",
        place: &[2],
        category: "E-0404",
        severity: Severity::Immediate,
        text: "违规用火用电：摊位内用电炉做饭",
        section: "B",
        stalls: &["12"],
        days: 1,
        measure: "当场断电，收走电炉。",
        power: false,
    },
];

/// The market, its stalls and who has to do with it.
struct Market<'a> {
    house: &'a House,
    clock: &'a ManualClock,
    rounds: Arc<Rounds>,
    one: PremisesView,
    stalls: Vec<StallView>,
    operator: Party,
    power: Party,
    now: Micros,
    pictures: u64,
}

/// Plays it; answers how many hazards there are.
pub(crate) async fn play(house: &House, clock: &ManualClock, now: Micros) -> Result<usize> {
    let service = house.ctx(super::SAYS);
    let scope = service.scope(&PLACES_READ).map_err(plain)?;
    let filter = PremisesFilter {
        text: "中原综合批发市场".to_owned(),
        ..PremisesFilter::default()
    };
    let db = house.db.read();
    let one = Premises::list(db, &scope, &filter, 1)
        .await
        .map_err(plain)?;
    let one = one.into_iter().next().context("no market")?;
    let stalls = Premises::stalls(db, &one, false).await.map_err(plain)?;
    let all = Directory::organisations(db, &scope, None)
        .await
        .map_err(plain)?;
    let named = |name: &str| {
        let found = all.iter().find(|organisation| organisation.name == name);
        found
            .map(|organisation| Party::organisation(organisation.id))
            .with_context(|| format!("no {name}"))
    };
    let mut market = Market {
        rounds: house.app.need().map_err(plain)?,
        operator: operator(house).await?,
        power: named("供电公司城区抢修班")?,
        house,
        clock,
        one,
        stalls,
        now,
        pictures: 0x1997,
    };
    market.at(-27);
    market.campaign().await?;
    market.at(-24);
    let filed = market.inspect().await?;
    market.rest(&filed).await?;
    clock.set(now);
    Ok(filed.findings.len())
}

/// The property company of the village the market stands in.
async fn operator(house: &House) -> Result<Party> {
    let ctx = signed_in(house, "property-glt").await?;
    let grant = ctx.grants().iter().find_map(|grant| grant.organisation);
    grant
        .map(Party::organisation)
        .context("no property company")
}

impl Market<'_> {
    /// Nine o'clock or so, so many days from now.
    fn at(&self, days: i64) {
        self.clock.set(self.now.plus(days * Micros::DAY));
    }

    fn community(&self) -> CommunityId {
        self.one.community
    }

    /// Mid-October to the year's end, over markets built before 2005.
    async fn campaign(&self) -> Result<()> {
        let ctx = signed_in(self.house, "district").await?;
        let area = ctx.grants().first().context("no grant")?.area;
        let today = ctx.now().date();
        let autumn = (date(today.year(), 10, 15), date(today.year(), 12, 31));
        let ends = self.now.date();
        let (first, last) = if autumn.0 <= today && ends <= autumn.1 {
            autumn
        } else {
            (
                ctx.now().plus(-14 * Micros::DAY).date(),
                self.now.plus(45 * Micros::DAY).date(),
            )
        };
        let test = |dim: &str, op, value| {
            Filter::Test(Test {
                dim: dim.to_owned(),
                op,
                values: vec![value],
            })
        };
        let save = SaveCampaign {
            known: None,
            title: "老旧市场消防专项整治".to_owned(),
            area,
            first,
            last,
            checklist: "market-fire".to_owned(),
            question: Query {
                dataset: "premises".to_owned(),
                filter: Filter::All(vec![
                    test("premises_kind", Op::Is, Value::Text("market".to_owned())),
                    test("built_year", Op::Lt, Value::Number(2005)),
                ]),
                ..Query::default()
            },
            photographs: 1,
            basis: "区老旧市场消防专项整治方案（示例）".to_owned(),
            inspectors: Vec::new(),
            recheckers: Vec::new(),
        };
        let db = &self.house.db;
        let id = db.execute(&ctx, save).await.map_err(plain)?;
        let scope = ctx.scope(&ROUNDS_READ).map_err(plain)?;
        let view = campaign_view(db, &ctx, &scope, id).await.map_err(plain)?;
        let datasets: Arc<Datasets> = self.house.app.need().map_err(plain)?;
        let preview = preview_list(&datasets, db, &ctx, &view)
            .await
            .map_err(plain)?;
        apply_list(db, &ctx, &view, preview).await.map_err(plain)?;
        let start = MarkStarted {
            campaign: id,
            version: view.version,
        };
        db.execute(&ctx, start).await.map_err(plain)
    }

    fn stall(&self, section: &str, number: &str) -> Option<Uuid> {
        let found = self
            .stalls
            .iter()
            .find(|one| one.section == section && one.number == number);
        found.map(|one| one.id)
    }

    fn inspection(&self, ctx: &Ctx) -> Result<NewInspection> {
        let finding = |one: &Found| NewFinding {
            id: ctx.new_id(),
            category: one.category.to_owned(),
            severity: one.severity,
            text: one.text.to_owned(),
            on_spot: false,
            noted: None,
            lon: None,
            lat: None,
            bank: None,
        };
        let findings: Vec<NewFinding> = FOUND.iter().map(finding).collect();
        let hazard = |(one, finding): (&Found, &NewFinding)| {
            let stalls = one.stalls.iter();
            NewHazard {
                finding: finding.id,
                rule: one.rule.to_owned(),
                place: one.place.to_vec(),
                section: one.section.to_owned(),
                stalls: stalls
                    .filter_map(|number| self.stall(one.section, number))
                    .collect(),
                cause: Some(self.operator),
                fixer: Some(if one.power { self.power } else { self.operator }),
                days: Some(one.days),
                measures: one.measure.to_owned(),
            }
        };
        let hazards = FOUND.iter().zip(&findings).map(hazard).collect();
        let answers = json!({
            "market_name": self.one.name, "inspected_on": ctx.now().date().to_string(),
            "lane_width": "3.1", "lane_height": "4.6", "main_aisle": "3.4", "side_aisle": "2.1", "exit_distance": "27",
            "exits": "clear",
            "sections": [
                {"section": "c", "panel": "foam_b2", "panel_area": "860"},
                {"section": "d", "panel": "rock_wool"},
            ],
            "circuits": [{"circuit": "C-3", "circuit_stalls": "11", "circuit_rating": "40", "circuit_load": "58.5"}],
            "stalls": [
                {"stall": "D-07", "extinguisher": "no"},
                {"stall": "B-12", "extinguisher": "yes", "open_flame": "yes"},
            ],
        });
        let now = ctx.now();
        let round = NewRound {
            id: ctx.new_id(),
            kind: RoundKind::Inspection,
            community: self.community(),
            subject: Subject {
                kind: SubjectKind::Premises,
                id: self.one.id,
            },
            policy: None,
            outcome: Outcome::Done,
            channel: Channel::Field,
            began_at: now.plus(-2 * Micros::HOUR),
            ended_at: now.plus(-10 * Micros::MINUTE),
            sent_at: None,
            text: "与消防救援站联合检查，A 区到 J 区都看了。".to_owned(),
            checklist: Some("market-fire@2".to_owned()),
            answers: serde_json::from_value(answers)?,
            findings,
            reason: String::new(),
            try_again_at: None,
            photographs: 0,
            told_by: None,
            on_behalf: false,
            talk: None,
            track: None,
        };
        Ok(NewInspection { round, hazards })
    }

    async fn inspect(&self) -> Result<HandedIn> {
        let ctx = signed_in(self.house, "grid-glt-1").await?;
        let NewInspection { round, hazards } = self.inspection(&ctx)?;
        let db = &self.house.db;
        let command = prepare_inspection(&self.rounds, db, &ctx, round, hazards)
            .await
            .map_err(plain)?;
        db.execute(&ctx, command).await.map_err(plain)
    }

    /// What became of each.
    async fn rest(&mut self, filed: &HandedIn) -> Result<()> {
        let [lane, foam, load, extinguisher, flame] = filed.findings.as_slice() else {
            return Err(anyhow!("five findings"));
        };
        let fixed = |text: &str| HazardVerb::Fixed {
            text: text.to_owned(),
        };
        let seen = |passed, text: &str| HazardVerb::Recheck {
            passed,
            text: text.to_owned(),
            measured: None,
        };
        let told = |text: &str| HazardVerb::Progress {
            text: text.to_owned(),
        };
        for (days, login, hazard, verb) in [
            (
                -23,
                "property-glt",
                flame.id,
                fixed("已清退，电炉收缴，摊主写了保证书。"),
            ),
            (
                -23,
                "grid-glt-1",
                flame.id,
                seen(true, "摊位内无明火电热器具。"),
            ),
            (
                -22,
                "property-glt",
                extinguisher.id,
                fixed("已换新灭火器两具。"),
            ),
            (
                -21,
                "fire",
                extinguisher.id,
                seen(true, "D-07 灭火器在位、有效。"),
            ),
            (-20, "power", load.id, told("已约 C 区摊主分两晚停电改线。")),
            (
                -14,
                "property-glt",
                lane.id,
                fixed("拆除南门内两侧台阶，划禁停线。"),
            ),
            (
                -13,
                "fire",
                lane.id,
                HazardVerb::Recheck {
                    passed: false,
                    text: "北侧台阶未拆，最窄处实测 3.6 m，不足 4 m。".to_owned(),
                    measured: Some("3.6".to_owned()),
                },
            ),
            (
                -6,
                "property-glt",
                foam.id,
                told("岩棉板已订货，厂家排产到下月上旬。"),
            ),
        ] {
            self.at(days);
            self.step(login, hazard, verb).await?;
        }
        self.at(-2);
        let ask = HazardVerb::AskExtension {
            days: 10,
            reason: "岩棉板到货晚，屋面要分三段换。".to_owned(),
        };
        self.step("property-glt", foam.id, ask).await
    }

    async fn step(&mut self, login: &str, hazard: Uuid, verb: HazardVerb) -> Result<()> {
        let ctx = signed_in(self.house, login).await?;
        let shows = matches!(verb, HazardVerb::Fixed { .. } | HazardVerb::Recheck { .. });
        let photographs = if shows {
            vec![self.photograph().await?]
        } else {
            Vec::new()
        };
        let act = ActOnHazard {
            rounds: Arc::clone(&self.rounds),
            community: self.community(),
            hazard,
            version: None,
            verb,
            photographs,
        };
        self.house.db.execute(&ctx, act).await.map_err(plain)?;
        Ok(())
    }

    async fn photograph(&mut self) -> Result<StoredFile> {
        self.pictures = self.pictures.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let bytes = picture(self.pictures)?;
        let body = stream::iter([Ok::<_, std::io::Error>(bytes::Bytes::from(bytes))]);
        let files: Arc<FileStore> = self.house.app.need().map_err(plain)?;
        Ok(files.put_stream(body, Some("现场.png")).await?)
    }
}

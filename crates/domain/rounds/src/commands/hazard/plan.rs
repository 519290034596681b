//! From an inspection's answers to its hazards, before anything is written: every finding of an inspection of premises that
//! becomes a case is a hazard. What was measured is judged here by the rule set that was in use on the day of the inspection,
//! whatever the sender thinks of it.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use youlin_cases::Report;
use youlin_checklist::{Finding, Form, Judgement};
use youlin_database::Database;
use youlin_kernel::{Ctx, Problem, Result, Scope};
use youlin_people::Party;
use youlin_places::premises::{Premises, StallView};
use youlin_workday::{Limit, LimitUnit};

use super::same::Marks;
use crate::checklists::{self, Answered};
use crate::commands::new_round::{NewFinding, NewRound};
use crate::model::{MAX_TEXT, Outcome, RoundKind, SubjectKind};
use crate::queries::{SubjectView, campaign_of, rules_for};
use crate::service::{OTHER, Rounds};

/// More working days than this is no time for a hazard.
const MOST_DAYS: u32 = 180;

/// What the inspector says of a finding beyond its words. What is left out follows from the answers.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct NewHazard {
    /// The finding of the round it is about.
    pub finding: Uuid,
    /// Code of the checklist's rule it comes from, and the instances of the repeats it stands in, from 1.
    #[serde(default)]
    pub rule: String,
    #[serde(default)]
    pub place: Vec<u32>,
    /// Section of the plan: `C`.
    #[serde(default)]
    pub section: String,
    #[serde(default)]
    pub stalls: Vec<Uuid>,
    /// The party that caused it: it never removes it from the list.
    #[serde(default)]
    pub cause: Option<Party>,
    /// Whoever must put it right; else whoever the policy names, else the desk decides.
    #[serde(default)]
    pub fixer: Option<Party>,
    /// Working days for it; else the category's time.
    #[serde(default)]
    pub days: Option<u32>,
    /// Interim safety measures asked for at once.
    #[serde(default)]
    pub measures: String,
}

/// A round with what its hazards need.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct NewInspection {
    pub round: NewRound,
    #[serde(default)]
    pub hazards: Vec<NewHazard>,
}

/// A hazard to be, complete.
#[derive(Clone, Debug)]
pub(crate) struct Planned {
    pub(crate) of: NewHazard,
    /// The stalls as they are called.
    pub(crate) spot: String,
    /// Answers that belong to it, by question, as texts.
    pub(crate) evidence: BTreeMap<String, String>,
    /// What tells it from others of its rule.
    pub(super) marks: Marks,
}

/// Everything an inspection of premises leaves besides the round.
#[derive(Clone, Debug, Default)]
pub(crate) struct Plan {
    pub(crate) campaign: Option<Uuid>,
    /// By finding.
    pub(crate) hazards: HashMap<Uuid, Planned>,
    /// Every judgement, also of what meets its rule: instances, what it is, the finding it led to.
    pub(crate) judgements: Vec<(Vec<u32>, Judgement, Option<Uuid>)>,
}

impl Plan {
    /// The report with the time its hazard is given.
    pub(crate) fn in_time(&self, finding: Uuid, report: Report) -> Report {
        match self.hazards.get(&finding).and_then(|one| one.of.days) {
            Some(days) => report.within(Limit::new(days, LimitUnit::WorkingDays)),
            None => report,
        }
    }

    /// Whoever must put it right, when the inspector said so.
    pub(crate) fn fixer(&self, finding: Uuid) -> Option<Party> {
        self.hazards.get(&finding).and_then(|one| one.of.fixer)
    }
}

/// Whether a round leaves hazards.
fn leaves(new: &NewRound) -> bool {
    new.kind == RoundKind::Inspection
        && new.subject.kind == SubjectKind::Premises
        && new.outcome == Outcome::Done
}

/// See the module's text. Every fault is added to `faults`.
pub(crate) async fn plan(
    rounds: &Rounds,
    db: &Database,
    ctx: &Ctx,
    scope: &Scope,
    (new, subject): (&NewRound, &SubjectView),
    details: &[NewHazard],
    mut faults: Problem,
) -> Result<(Plan, Problem)> {
    if !leaves(new) {
        for index in 0..details.len() {
            faults = faults.and_field(format!("hazards.{index}.finding"), "hazard-no-inspection");
        }
        return Ok((Plan::default(), faults));
    }
    let premises = Premises::one(db.read(), scope, subject.subject.id).await?;
    let stalls = Premises::stalls(db.read(), &premises, false).await?;
    let judged = judged(rounds, db, ctx, new).await?;
    let mut planner = Planner {
        judged,
        stalls: &stalls,
        claimed: HashSet::new(),
        faults,
    };
    let mut plan = Plan {
        campaign: campaign_of(
            db,
            new.community,
            premises.id,
            new.checklist.as_deref(),
            new.day(ctx),
        )
        .await?,
        ..Plan::default()
    };
    planner.strangers(new, details);
    let mut led: HashMap<(String, Vec<u32>), Uuid> = HashMap::new();
    for finding in new.findings.iter().filter(|one| !one.on_spot) {
        let at = details.iter().position(|one| one.finding == finding.id);
        let given = at.map(|at| (at, details[at].clone()));
        let (planned, key) = planner.one(finding, given);
        if let Some(key) = key {
            led.insert(key, finding.id);
        }
        plan.hazards.insert(finding.id, planned);
    }
    if let Some(judged) = planner.judged {
        plan.judgements = judged
            .all
            .into_iter()
            .map(|(code, place, judgement)| {
                let finding = led.get(&(code, place.clone())).copied();
                (place, judgement, finding)
            })
            .collect();
    }
    Ok((plan, planner.faults))
}

/// The answers with what follows from them.
struct Judged {
    form: Arc<Form>,
    findings: Vec<Finding>,
    all: Vec<(String, Vec<u32>, Judgement)>,
}

/// None without a checklist, or when its answers have faults of their own (they are named elsewhere).
async fn judged(
    rounds: &Rounds,
    db: &Database,
    ctx: &Ctx,
    new: &NewRound,
) -> Result<Option<Judged>> {
    let Some(name) = new.checklist.as_deref() else {
        return Ok(None);
    };
    let Some(known) = checklists::known(rounds, db, name).await? else {
        return Ok(None);
    };
    let form = known.form;
    let json = serde_json::to_value(&new.answers).map_err(Problem::internal)?;
    let Answered { state, faults, .. } = checklists::answered(ctx, &form, &json);
    if !faults.is_empty() {
        return Ok(None);
    }
    let rules = rules_for(db.read(), &form, new.day(ctx)).await?;
    let (findings, _not_judged) = form.findings(&state, rules.as_ref());
    let all = rules.map_or_else(Vec::new, |rules| form.judgements(&state, &rules));
    Ok(Some(Judged {
        form,
        findings,
        all,
    }))
}

struct Planner<'a> {
    judged: Option<Judged>,
    stalls: &'a [StallView],
    /// Findings of the answers that belong to one of the round's already.
    claimed: HashSet<usize>,
    faults: Problem,
}

type Key = (String, Vec<u32>);

impl Planner<'_> {
    fn fault(&mut self, at: Option<usize>, field: &str, code: &'static str) {
        if let Some(at) = at {
            let faults = std::mem::replace(&mut self.faults, Problem::not_found());
            self.faults = faults.and_field(format!("hazards.{at}.{field}"), code);
        }
    }

    /// Details of findings that are not there, or that are no hazards.
    fn strangers(&mut self, new: &NewRound, details: &[NewHazard]) {
        for (at, one) in details.iter().enumerate() {
            let found = new.findings.iter().find(|found| found.id == one.finding);
            if found.is_none_or(|found| found.on_spot) {
                self.fault(Some(at), "finding", "hazard-no-finding");
            }
        }
    }

    fn one(
        &mut self,
        finding: &NewFinding,
        given: Option<(usize, NewHazard)>,
    ) -> (Planned, Option<Key>) {
        let (at, mut of) =
            given.map_or_else(|| (None, NewHazard::default()), |(at, one)| (Some(at), one));
        of.finding = finding.id;
        of.section = of.section.trim().to_owned();
        of.measures = of.measures.trim().to_owned();
        if of.measures.chars().count() > MAX_TEXT || of.section.chars().count() > 20 {
            self.fault(at, "measures", "hazard-too-long");
        }
        if of.days.is_some_and(|days| !(1..=MOST_DAYS).contains(&days)) {
            self.fault(at, "days", "hazard-days");
        }
        let source = self.source(finding, &of);
        if source.is_none() && !of.rule.is_empty() {
            self.fault(at, "rule", "hazard-not-answered");
        }
        let mut evidence = BTreeMap::new();
        let mut marks = Marks::default();
        let mut key = None;
        if let Some(source) = source {
            evidence = source
                .evidence
                .iter()
                .map(|(name, value)| (name.clone(), value.to_string()))
                .collect();
            if let Some(judged) = &self.judged {
                let rule = (source.code.as_str(), finding.category.as_str());
                marks = Marks::of(&judged.form, rule, &evidence);
            }
            (of.rule, of.place) = (source.code.clone(), source.place.clone());
            key = Some((source.code, source.place));
        }
        let spot = self.place(&mut of, &evidence, at);
        let planned = Planned {
            of,
            spot,
            evidence,
            marks,
        };
        (planned, key)
    }

    /// The finding of the answers this is: the one named, else the first with the same category that is called so.
    fn source(&mut self, finding: &NewFinding, of: &NewHazard) -> Option<Finding> {
        let judged = self.judged.as_ref()?;
        let called = |code: &str| {
            let rules = &judged.form.checklist().findings;
            let rule = rules.iter().find(|rule| rule.code == code);
            rule.is_some_and(|rule| {
                rule.label
                    .values()
                    .any(|label| finding.text.trim().starts_with(label.as_str()))
            })
        };
        let fits = |one: &Finding| {
            if of.rule.is_empty() {
                [one.category.as_str(), OTHER].contains(&finding.category.as_str())
                    && called(&one.code)
            } else {
                one.code == of.rule && one.place == of.place
            }
        };
        let mut free = judged.findings.iter().enumerate();
        let (index, found) =
            free.find(|(index, one)| !self.claimed.contains(index) && fits(one))?;
        let found = found.clone();
        self.claimed.insert(index);
        Some(found)
    }

    /// Section and stalls: as given, else as answered. Stalls must be of these premises.
    fn place(
        &mut self,
        of: &mut NewHazard,
        evidence: &BTreeMap<String, String>,
        at: Option<usize>,
    ) -> String {
        if of.stalls.is_empty()
            && let Some(named) = evidence.get("stall")
        {
            let named = named.trim();
            let found = self
                .stalls
                .iter()
                .find(|one| one.label() == named || one.number == named);
            of.stalls.extend(found.map(|one| one.id));
        }
        let mut labels = Vec::new();
        let mut unknown = false;
        for id in &of.stalls {
            match self.stalls.iter().find(|one| one.id == *id) {
                Some(stall) => labels.push(stall.label()),
                None => unknown = true,
            }
        }
        if unknown {
            self.fault(at, "stalls", "hazard-no-stall");
        }
        if of.section.is_empty() {
            let first = of.stalls.first();
            let stall = first.and_then(|id| self.stalls.iter().find(|one| one.id == *id));
            of.section = match (evidence.get("section"), stall) {
                (Some(section), _) => section.to_uppercase(),
                (None, Some(stall)) => stall.section.clone(),
                (None, None) => String::new(),
            };
        }
        labels.join("、")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use youlin_checklist::{DateTime, Now, example_rules, read_answers, shipped};
    use youlin_kernel::CommunityId;
    use youlin_places::premises::StallUse;

    use super::super::same::{Listed, seen_again};
    use super::super::stalls::stalls;
    use super::*;

    fn plan_of(labels: &Value) -> Vec<StallView> {
        let labels = labels.as_array().expect("a list").iter().enumerate();
        let stall = |(at, label): (usize, &Value)| {
            let label = label.as_str().expect("a label");
            let (section, number) = label.rsplit_once('-').unwrap_or(("", label));
            StallView {
                id: Uuid::from_u128(at as u128),
                version: 1,
                community: CommunityId(1),
                premises: Uuid::nil(),
                section: section.to_owned(),
                number: number.to_owned(),
                area_centi: None,
                usage: StallUse::Selling,
                ended_at: None,
            }
        };
        labels.map(stall).collect()
    }

    fn listed(all: &[StallView], (at, one): (usize, &Value)) -> Listed {
        let text = |name: &str| one[name].as_str().unwrap_or_default().to_owned();
        let called = one["stalls"].as_array().expect("a list").iter();
        let of = |label: &Value| all.iter().find(|one| label == &Value::from(one.label()));
        Listed {
            id: Uuid::from_u128(1_000 + at as u128),
            rule: one["rule"].as_str().map(str::to_owned),
            category: text("category"),
            text: text("text"),
            section: text("section"),
            stalls: called.filter_map(of).map(|one| one.id).collect(),
            evidence: serde_json::from_value(one["evidence"].clone()).expect("texts"),
        }
    }

    /// What the answers lead to and was typed of it, marked as an inspection marks it, in its order.
    fn marked(case: &Value, all: &[StallView]) -> Vec<(Uuid, Marks)> {
        let name = case["checklist"].as_str().expect("a checklist");
        let form = Form::build(shipped(name).expect("shipped")).expect("sound");
        let (answers, unread) = read_answers(&form, &case["answers"]);
        assert!(unread.is_empty(), "{unread:?}");
        let at = jiff::civil::date(2026, 11, 27).at(9, 0, 0, 0);
        let now = Now(DateTime {
            local: at,
            offset_minutes: 480,
        });
        let state = form.evaluate(&answers, now);
        let (findings, _not_judged) = form.findings(&state, example_rules().as_ref());
        let typed = case["typed"].as_array().expect("a list");
        assert_eq!(findings.len(), typed.len(), "{case}");
        let mut planner = Planner {
            judged: Some(Judged {
                form: Arc::new(form),
                findings: findings.clone(),
                all: Vec::new(),
            }),
            stalls: all,
            claimed: HashSet::new(),
            faults: Problem::not_found(),
        };
        let mut marked = Vec::new();
        for (at, (found, typed)) in findings.iter().zip(typed).enumerate() {
            let section = typed["section"].as_str().expect("a text");
            let named = typed["stalls"].as_str().expect("a text");
            let id = Uuid::from_u128(at as u128);
            let details = NewHazard {
                finding: id,
                rule: found.code.clone(),
                place: found.place.clone(),
                section: section.to_owned(),
                stalls: stalls(named, section, all).expect("stalls"),
                ..NewHazard::default()
            };
            let new = NewFinding {
                id,
                category: found.category.clone(),
                severity: crate::model::Severity::Low,
                text: String::new(),
                on_spot: false,
                noted: None,
                lon: None,
                lat: None,
                bank: None,
            };
            let (planned, _key) = planner.one(&new, Some((at, details)));
            marked.push((id, planned.marks()));
        }
        marked
    }

    /// The field client says the same beforehand (`web/tests/same.test.mjs` reads the same file).
    #[test]
    fn what_is_met_again_is_known_as_the_telephone_knows_it() {
        let cases: Vec<Value> =
            serde_json::from_str(include_str!("../../../tests/same.json")).expect("JSON");
        for case in &cases {
            let all = plan_of(&case["stalls"]);
            let list = case["listed"].as_array().expect("a list").iter();
            let list: Vec<Listed> = list.enumerate().map(|one| listed(&all, one)).collect();
            let found = marked(case, &all);
            let again = seen_again(found.iter().map(|(id, marks)| (*id, marks)), &list);
            let again: Vec<Option<u128>> = found
                .iter()
                .map(|(id, _)| again.get(id).map(|one| one.as_u128() - 1_000))
                .collect();
            assert_eq!(serde_json::json!(again), case["again"], "{case}");
        }
    }
}

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

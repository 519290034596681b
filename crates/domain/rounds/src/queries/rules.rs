//! Rule sets as they are held: the example that comes with the house, and the versions that were taken in. Which one judges
//! what is found today, and which judged what was found before.

use std::collections::HashMap;

use sea_orm::sea_query::SimpleExpr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use youlin_checklist::{
    Form, JudgeFault, Judgement, Measured, RuleSet, RuleStatus, Trigger, example_rules, judge,
};
use youlin_database::Database;
use youlin_kernel::{CommunityId, Micros, Problem, Result, Scope};

use super::sight::Sight;
use crate::entities::{judgement, round, rule_set};

/// The checklist the shipped example judges.
pub const EXAMPLE_FOR: &str = "market-fire";

/// A version of a rule set.
#[derive(Clone, Debug)]
pub struct RuleSetView {
    /// None for the one that comes with the house.
    pub id: Option<Uuid>,
    /// Of the record, for changing it.
    pub version: i32,
    /// With its present status.
    pub set: RuleSet,
    /// What it said of itself when it was taken in.
    pub own_status: RuleStatus,
    /// Id of the checklist it judges.
    pub checklist: String,
    /// `2026-11-26`
    pub used_from: Option<String>,
    pub saved_at: Option<Micros>,
    pub saved_by: String,
}

impl RuleSetView {
    /// `code@version`, as judgements name it.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}@{}", self.set.code, self.set.version)
    }

    /// The set as it was taken in, whatever became of it since.
    #[must_use]
    pub fn taken_in(&self) -> RuleSet {
        let mut set = self.set.clone();
        set.status.clone_from(&self.own_status);
        set
    }

    /// The set as it was worth on this day: what was replaced later was in use until then.
    #[must_use]
    pub fn on(&self, day: jiff::civil::Date) -> RuleSet {
        match &self.set.status {
            RuleStatus::Superseded { on, .. } if day < *on => self.taken_in(),
            _ => self.set.clone(),
        }
    }
}

/// All of them: the example first, then by code and the time they came.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn rule_sets(db: &impl ConnectionTrait) -> Result<Vec<RuleSetView>> {
    let mut all: Vec<RuleSetView> = example_rules()
        .into_iter()
        .map(|set| RuleSetView {
            id: None,
            version: 1,
            own_status: set.status.clone(),
            set,
            checklist: EXAMPLE_FOR.to_owned(),
            used_from: None,
            saved_at: None,
            saved_by: String::new(),
        })
        .collect();
    let rows = rule_set::Entity::find()
        .filter(rule_set::Column::CommunityId.eq(CommunityId::SYSTEM.0))
        .order_by_asc(rule_set::Column::Code)
        .order_by_asc(rule_set::Column::SavedAt)
        .all(db)
        .await?;
    for row in rows {
        all.push(view(row)?);
    }
    supersede_example(&mut all);
    Ok(all)
}

/// The example that comes with the house has no record to be marked in: what was put to use first for its checklist took its
/// place.
fn supersede_example(all: &mut [RuleSetView]) {
    let first = |checklist: &str, all: &[RuleSetView]| {
        let used = all.iter().filter_map(|one| {
            let from: jiff::civil::Date = one.used_from.as_deref()?.parse().ok()?;
            (one.checklist == checklist).then(|| (from, one.saved_at, one.name()))
        });
        used.min()
    };
    for at in 0..all.len() {
        if all[at].id.is_some() {
            continue;
        }
        if let Some((on, _, by)) = first(&all[at].checklist, all) {
            all[at].set.status = RuleStatus::Superseded { by, on };
        }
    }
}

pub(crate) fn view(row: rule_set::Model) -> Result<RuleSetView> {
    let mut set: RuleSet = serde_json::from_str(&row.body).map_err(Problem::internal)?;
    let now = serde_json::from_str(&row.status).map_err(Problem::internal)?;
    let own_status = std::mem::replace(&mut set.status, now);
    Ok(RuleSetView {
        id: Some(row.id),
        version: row.version,
        own_status,
        set,
        checklist: row.checklist,
        used_from: row.used_from,
        saved_at: Some(Micros(row.saved_at)),
        saved_by: row.saved_by,
    })
}

/// The one that judges answers to this checklist on this day: of those in use the latest, else the example that comes with it.
#[must_use]
pub fn in_use<'a>(
    all: &'a [RuleSetView],
    checklist: &str,
    day: jiff::civil::Date,
) -> Option<&'a RuleSetView> {
    let day = day.to_string();
    let of = || all.iter().filter(|one| one.checklist == checklist);
    of().filter(|one| {
        one.used_from
            .as_deref()
            .is_some_and(|from| from <= day.as_str())
    })
    .max_by_key(|one| (one.used_from.clone(), one.saved_at))
    .or_else(|| of().find(|one| one.id.is_none()))
}

/// The one that judges what is answered to this checklist on this day; none when nothing of it is judged. A checklist that a
/// place made its own is judged by the rules it names, even when they were taken in for the one it was copied from.
#[must_use]
pub fn judging<'a>(
    all: &'a [RuleSetView],
    form: &Form,
    day: jiff::civil::Date,
) -> Option<&'a RuleSetView> {
    let named: Vec<&str> = judged_rules(form).collect();
    if named.is_empty() {
        return None;
    }
    let knows = |one: &&RuleSetView| {
        let knows = |code: &&str| one.set.rules.iter().any(|rule| rule.code == **code);
        named.iter().all(knows)
    };
    in_use(all, &form.checklist().id, day).or_else(|| {
        let others = all.iter().map(|one| one.checklist.as_str());
        others.filter_map(|one| in_use(all, one, day)).find(knows)
    })
}

fn judged_rules(form: &Form) -> impl Iterator<Item = &str> {
    let rules = form.checklist().findings.iter();
    rules.filter_map(|rule| match &rule.trigger {
        Trigger::Judgement { rule, .. } => Some(rule.as_str()),
        Trigger::When(_) => None,
    })
}

/// The same from the database, which is not asked when nothing is judged.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn rules_for(
    db: &impl ConnectionTrait,
    form: &Form,
    day: jiff::civil::Date,
) -> Result<Option<RuleSet>> {
    if judged_rules(form).next().is_none() {
        return Ok(None);
    }
    let sets = rule_sets(db).await?;
    Ok(judging(&sets, form, day).map(|one| one.on(day)))
}

/// A judgement that was made.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct JudgementView {
    pub id: Uuid,
    pub community: CommunityId,
    pub round: Uuid,
    /// The finding, and hazard, it led to.
    pub finding: Option<Uuid>,
    pub premises: Uuid,
    pub at: Micros,
    /// It was measured again when somebody looked again, not on the round.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub again: bool,
    #[schema(value_type = Object)]
    pub judgement: Judgement,
    /// Worked out again, from the same rule set and version, it is the same.
    pub holds: bool,
    /// Its round was taken back: it is kept, and counts nowhere.
    pub withdrawn: bool,
}

/// The very version something was judged by.
fn version_of<'a>(all: &'a [RuleSetView], kept: &Judgement) -> Option<&'a RuleSetView> {
    all.iter()
        .find(|one| one.set.code == kept.rule_set && one.set.version == kept.version)
}

/// Judges another value by the rule and the version that judged before, whatever is in use today. Where the house does not hold
/// that version any more, by the clause the judgement holds.
pub(crate) fn judged_again(
    all: &[RuleSetView],
    kept: &Judgement,
    measured: Measured,
    day: jiff::civil::Date,
) -> std::result::Result<Judgement, JudgeFault> {
    match version_of(all, kept) {
        Some(one) => judge(&one.on(day), &kept.rule, &measured),
        None => kept.of(measured),
    }
}

/// Judges the stored value again by the very version it was judged by, and by what the judgement itself holds.
fn holds(all: &[RuleSetView], kept: &Judgement) -> bool {
    let by_set = version_of(all, kept).is_none_or(|one| {
        judge(&one.set, &kept.rule, &kept.measured).is_ok_and(|again| {
            again.verdict == kept.verdict && again.test == kept.test && again.clause == kept.clause
        })
    });
    by_set && kept.again() == Ok(kept.verdict)
}

pub(super) fn judgement_view(all: &[RuleSetView], row: judgement::Model) -> Result<JudgementView> {
    let kept: Judgement = serde_json::from_str(&row.body).map_err(Problem::internal)?;
    Ok(JudgementView {
        id: row.id,
        community: CommunityId(row.community_id),
        round: row.round_id,
        finding: row.finding_id,
        premises: row.premises_id,
        at: Micros(row.at),
        again: row.return_id.is_some(),
        holds: holds(all, &kept),
        withdrawn: false,
        judgement: kept,
    })
}

/// The judgements of a round, as they were made and worked out again.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn judgements_of(
    db: &Database,
    scope: &Scope,
    round: Uuid,
) -> Result<Vec<JudgementView>> {
    let sets = rule_sets(db.read()).await?;
    let rows = judgement::Entity::find()
        .filter(Sight::of(db.read(), scope).await?.judgements())
        .filter(judgement::Column::RoundId.eq(round))
        .filter(judgement::Column::ReturnId.is_null())
        .order_by_asc(judgement::Column::Id)
        .all(db.read())
        .await?;
    let Some(first) = rows.first() else {
        return Ok(Vec::new());
    };
    let of = round::Entity::find_by_id((first.community_id, round))
        .one(db.read())
        .await?;
    let withdrawn = of.is_some_and(|of| of.withdrawn_at.is_some());
    let view = |row| {
        Ok(JudgementView {
            withdrawn,
            ..judgement_view(&sets, row)?
        })
    };
    rows.into_iter().map(view).collect()
}

/// Those that led to these findings, by the finding.
pub(crate) async fn judgements_for(
    db: &Database,
    communities: &[i64],
    findings: &[Uuid],
) -> Result<HashMap<Uuid, JudgementView>> {
    let only = judgement::Column::ReturnId.is_null();
    let views = judged(db, communities, findings, only).await?;
    let keyed = views.into_iter();
    Ok(keyed
        .filter_map(|(_, one)| Some((one.finding?, one)))
        .collect())
}

/// What was measured again of these findings, by the return visit.
pub(super) async fn measured_again(
    db: &Database,
    communities: &[i64],
    findings: &[Uuid],
) -> Result<HashMap<Uuid, JudgementView>> {
    let only = judgement::Column::ReturnId.is_not_null();
    let views = judged(db, communities, findings, only).await?;
    let keyed = views.into_iter();
    Ok(keyed
        .filter_map(|(visit, one)| Some((visit?, one)))
        .collect())
}

/// Judgements of findings, each with the return visit it was made on.
async fn judged(
    db: &Database,
    communities: &[i64],
    findings: &[Uuid],
    only: SimpleExpr,
) -> Result<Vec<(Option<Uuid>, JudgementView)>> {
    let mut rows = Vec::new();
    for some in findings.chunks(500) {
        let found = judgement::Entity::find()
            .filter(judgement::Column::CommunityId.is_in(communities.iter().copied()))
            .filter(judgement::Column::FindingId.is_in(some.iter().copied()))
            .filter(only.clone())
            .all(db.read())
            .await?;
        rows.extend(found);
    }
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let sets = rule_sets(db.read()).await?;
    let view = |row: judgement::Model| Ok((row.return_id, judgement_view(&sets, row)?));
    rows.into_iter().map(view).collect()
}

/// The day of a status, for the one line of words it is shown in.
#[must_use]
pub fn status_code(status: &RuleStatus) -> &'static str {
    match status {
        RuleStatus::InForce { .. } => "in_force",
        RuleStatus::Superseded { .. } => "superseded",
        RuleStatus::Example => "example",
    }
}

#[cfg(test)]
mod tests {
    use youlin_checklist::shipped;

    use super::*;

    #[test]
    fn a_checklist_is_judged_by_the_rules_in_use_also_when_a_place_made_it_its_own() {
        let day: jiff::civil::Date = "2026-11-26".parse().expect("a day");
        let example = RuleSetView {
            id: None,
            version: 1,
            own_status: RuleStatus::Example,
            set: example_rules().expect("shipped"),
            checklist: EXAMPLE_FOR.to_owned(),
            used_from: None,
            saved_at: None,
            saved_by: String::new(),
        };
        let mut newer = example.clone();
        newer.id = Some(Uuid::nil());
        newer.set.version = "2".to_owned();
        newer.used_from = Some("2026-11-01".to_owned());
        newer.saved_at = Some(Micros(1));
        let mut later = newer.clone();
        later.set.version = "3".to_owned();
        later.used_from = Some("2026-12-01".to_owned());
        let all = [example, newer, later];
        let mut own = shipped(EXAMPLE_FOR).expect("shipped");
        let market = Form::build(own.clone()).expect("sound");
        own.id = "our-market".to_owned();
        let own = Form::build(own).expect("sound");
        for form in [&market, &own] {
            let found = judging(&all, form, day).expect("rules");
            assert_eq!(found.set.version, "2");
        }
        let river = Form::build(shipped("river-patrol").expect("shipped")).expect("sound");
        assert!(judging(&all, &river, day).is_none());
        let mut unknown = market.checklist().clone();
        unknown.id = "strange".to_owned();
        unknown.findings[0].trigger = Trigger::Judgement {
            rule: "nobody-knows".to_owned(),
            question: "lane_width".to_owned(),
            of: String::new(),
        };
        let unknown = Form::build(unknown).expect("sound");
        assert!(judging(&all, &unknown, day).is_none());
    }
}

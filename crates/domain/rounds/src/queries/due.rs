//! What is due now, and how it stood over a time: counts of subjects and periods, for the organisation.

use std::collections::HashMap;

use jiff::ToSpan;
use jiff::civil::Date;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use youlin_database::Database;
use youlin_kernel::{CommunityId, Micros, Result, Scope};

use super::{PolicyView, SubjectView, policies, subjects_of};
use crate::entities::round;
use crate::model::{Due, Outcome, Subject, Walkers, Window, due, windows};

/// A subject in a period of a policy.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DueLine {
    pub policy: Uuid,
    pub policy_title: String,
    pub community: CommunityId,
    pub subject: Subject,
    pub subject_name: String,
    pub window: Window,
    pub due: Due,
    /// The chief the policy asks; of other walkers nobody is named.
    pub chief: Option<String>,
}

/// What stands open today, by policy and subject.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn due_now(db: &Database, scope: &Scope, today: Date) -> Result<Vec<DueLine>> {
    let all = standing_over(db, scope, today, today, today).await?;
    let open = |line: &DueLine| matches!(line.due, Due::Open { .. });
    Ok(all.into_iter().filter(open).collect())
}

/// Every period that touches these days, with how each subject stands in it, seen from `today`.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn standing_over(
    db: &Database,
    scope: &Scope,
    first: Date,
    last: Date,
    today: Date,
) -> Result<Vec<DueLine>> {
    let mut lines = Vec::new();
    let mut subjects: HashMap<&'static str, Vec<SubjectView>> = HashMap::new();
    for policy in policies(db, scope).await? {
        let Some(last) = until_closed(&policy, first, last) else {
            continue;
        };
        let periods = windows(&policy.policy, first, last);
        let Some((begin, end)) = periods.first().zip(periods.last()) else {
            continue;
        };
        let kind = policy.policy.subjects;
        if !subjects.contains_key(kind.as_str()) {
            subjects.insert(kind.as_str(), subjects_of(db, scope, kind).await?);
        }
        let done = days_done(db, &policy, begin.first, end.last).await?;
        let of_policy = subjects[kind.as_str()]
            .iter()
            .filter(|one| one.community == policy.community && policy.covers(one.subject.id));
        for subject in of_policy {
            let days = done.get(&subject.subject.id).map_or(&[][..], Vec::as_slice);
            lines.extend(periods.iter().map(|window| DueLine {
                policy: policy.id,
                policy_title: policy.title.clone(),
                community: policy.community,
                subject: subject.subject,
                subject_name: subject.name.clone(),
                window: *window,
                due: due(window, days, today),
                chief: chief(&policy, subject),
            }));
        }
    }
    Ok(lines)
}

/// The last day that is asked of a policy; none when it had ended before.
fn until_closed(policy: &PolicyView, first: Date, last: Date) -> Option<Date> {
    let Some(closed) = policy.closed_at else {
        return Some(last);
    };
    let last = last.min(closed.date());
    (first <= last).then_some(last)
}

fn chief(policy: &PolicyView, subject: &SubjectView) -> Option<String> {
    let Walkers::Chief { level } = policy.policy.walkers else {
        return None;
    };
    let found = subject.chiefs.iter().find(|(held, _)| *held == level);
    found.map(|(_, name)| name.clone())
}

/// The days on which a policy's rounds took place, by subject.
async fn days_done(
    db: &Database,
    policy: &PolicyView,
    first: Date,
    last: Date,
) -> Result<HashMap<Uuid, Vec<Date>>> {
    let from = Micros::start_of(first).0;
    let until = Micros::start_of(last.saturating_add(1.day())).0;
    let rows: Vec<(Uuid, i64)> = round::Entity::find()
        .select_only()
        .columns([round::Column::SubjectId, round::Column::BeganAt])
        .filter(round::Column::CommunityId.eq(policy.community.0))
        .filter(round::Column::PolicyId.eq(policy.id))
        .filter(round::Column::Outcome.eq(Outcome::Done.as_str()))
        .filter(round::Column::BeganAt.gte(from))
        .filter(round::Column::BeganAt.lt(until))
        .into_tuple()
        .all(db.read())
        .await?;
    let mut days: HashMap<Uuid, Vec<Date>> = HashMap::new();
    for (subject, at) in rows {
        days.entry(subject).or_default().push(Micros(at).date());
    }
    Ok(days)
}

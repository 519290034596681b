//! What is due now, and how it stood over a time: counts of subjects and periods, for the organisation. However many
//! policies and communities there are, the subjects of each kind are read once, and the rounds once for each length of period.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::ToSpan;
use jiff::civil::Date;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use youlin_database::Database;
use youlin_datasets::known_since;
use youlin_kernel::{CommunityId, Ctx, Micros, Result, Scope};

use super::campaigns_due::campaigns_due;
use super::registers::meant;
use super::{PolicyView, SubjectView, Walker, policies, subjects_of};
use crate::entities::round;
use crate::model::{
    Due, Outcome, RoundKind, Subject, SubjectKind, Walkers, Window, asked_of_walks, register_of,
    windows,
};
use crate::service::Rounds;

/// A subject in a period of a policy.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DueLine {
    /// None: a campaign asks.
    pub policy: Option<Uuid>,
    /// The title of what asks.
    pub policy_title: String,
    /// The campaign that asks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub campaign: Option<Uuid>,
    /// Which round it asks for, and by which checklist.
    pub kind: RoundKind,
    pub checklist: Option<String>,
    pub community: CommunityId,
    pub subject: Subject,
    pub subject_name: String,
    pub window: Window,
    pub due: Due,
    /// Rounds in it that did not go as far as the policy asks, and count nothing.
    #[serde(skip_serializing_if = "is_none")]
    pub short: u32,
    /// The chief the policy asks; of other walkers nobody is named.
    pub chief: Option<String>,
    /// Whether a round of the caller counts for it: they are whom the policy names, or stand in for them.
    pub yours: bool,
}

fn is_none(count: &u32) -> bool {
    *count == 0
}

/// What stands open today, by policy and subject, and the premises of campaigns that nobody inspected yet.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn due_now(
    rounds: &Rounds,
    db: &Database,
    ctx: &Ctx,
    scope: &Scope,
) -> Result<Vec<DueLine>> {
    let today = ctx.now().date();
    let all = standing_over(rounds, db, ctx, scope, (today, today)).await?;
    let open = |line: &DueLine| matches!(line.due, Due::Open { .. });
    let mut all: Vec<DueLine> = all.into_iter().filter(open).collect();
    all.extend(campaigns_due(rounds, db, ctx, scope, None).await?);
    Ok(all)
}

/// Every period that touches these days, with how each subject stands in it, seen from today.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn standing_over(
    rounds: &Rounds,
    db: &Database,
    ctx: &Ctx,
    scope: &Scope,
    over: (Date, Date),
) -> Result<Vec<DueLine>> {
    let all = asking(policies(db, scope).await?, over);
    standing(rounds, db, ctx, scope, all).await
}

/// The same for one policy.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn standing_of_policy(
    rounds: &Rounds,
    db: &Database,
    ctx: &Ctx,
    scope: &Scope,
    policy: PolicyView,
    over: (Date, Date),
) -> Result<Vec<DueLine>> {
    standing(rounds, db, ctx, scope, asking(vec![policy], over)).await
}

/// A policy with the periods in question.
type Asking = Vec<(PolicyView, Vec<Window>)>;

/// Policies that ask for something in these days.
fn asking(policies: Vec<PolicyView>, over: (Date, Date)) -> Asking {
    let asks = |policy: PolicyView| {
        let periods = periods_of(&policy, over);
        (!periods.is_empty()).then_some((policy, periods))
    };
    policies.into_iter().filter_map(asks).collect()
}

/// The periods of a policy that touch these days.
fn periods_of(policy: &PolicyView, (first, last): (Date, Date)) -> Vec<Window> {
    windows(&policy.policy, first, last)
}

async fn standing(
    rounds: &Rounds,
    db: &Database,
    ctx: &Ctx,
    scope: &Scope,
    asking: Asking,
) -> Result<Vec<DueLine>> {
    let done = days_done(db, &asking, None).await?;
    let asker = Asker::of(rounds, db, ctx, &asking).await?;
    let mut lines = Vec::new();
    let mut subjects: HashMap<(SubjectKind, CommunityId), Vec<SubjectView>> = HashMap::new();
    let mut read: Vec<SubjectKind> = Vec::new();
    for (policy, periods) in asking {
        let kind = policy.policy.subjects;
        if !read.contains(&kind) {
            read.push(kind);
            for one in subjects_of(db, scope, kind).await? {
                subjects.entry((kind, one.community)).or_default().push(one);
            }
        }
        let Some(here) = subjects.get(&(kind, policy.community)) else {
            continue;
        };
        let meant = meant(rounds, ctx, &policy).await?;
        for subject in here
            .iter()
            .filter(|one| covers(&policy, meant.as_ref(), one))
        {
            lines.extend(lines_of(&policy, &periods, subject, &done, &asker));
        }
    }
    Ok(lines)
}

/// How one subject stands by every policy that is about it.
#[derive(Clone, Debug, Default)]
pub struct SubjectStanding {
    /// In the periods today lies in.
    pub now: Vec<DueLine>,
    /// In every period since the day that was asked for, these included.
    pub since: Vec<DueLine>,
}

/// See [`SubjectStanding`]; policies, rounds and questions are read once for both.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn standing_of_subject(
    rounds: &Rounds,
    db: &Database,
    ctx: &Ctx,
    scope: &Scope,
    subject: &SubjectView,
    since: Date,
) -> Result<SubjectStanding> {
    let today = ctx.now().date();
    let mut all = policies(db, scope).await?;
    all.retain(|one| {
        one.community == subject.community && one.policy.subjects == subject.subject.kind
    });
    let asking = asking(all, (since, today));
    let done = days_done(db, &asking, Some(subject.subject)).await?;
    let asker = Asker::of(rounds, db, ctx, &asking).await?;
    let mut standing = SubjectStanding::default();
    for (policy, periods) in asking {
        let meant = meant(rounds, ctx, &policy).await?;
        if !covers(&policy, meant.as_ref(), subject) {
            continue;
        }
        let lines = |periods: &[Window]| lines_of(&policy, periods, subject, &done, &asker);
        standing
            .now
            .extend(lines(&periods_of(&policy, (today, today))));
        standing.since.extend(lines(&periods));
    }
    if subject.subject.kind == SubjectKind::Premises {
        let listed = campaigns_due(rounds, db, ctx, scope, Some(subject.subject.id));
        standing.now.extend(listed.await?);
    }
    Ok(standing)
}

/// Whether a policy asks for rounds to a subject of its kind and community.
///
/// # Errors
/// 503 when the database does not answer.
pub(crate) async fn asks_there(
    rounds: &Rounds,
    ctx: &Ctx,
    policy: &PolicyView,
    subject: Uuid,
) -> Result<bool> {
    if !policy.covers(subject) {
        return Ok(false);
    }
    let meant = meant(rounds, ctx, policy).await?;
    Ok(meant.is_none_or(|meant| meant.contains(&subject)))
}

fn covers(policy: &PolicyView, meant: Option<&BTreeSet<Uuid>>, subject: &SubjectView) -> bool {
    let id = subject.subject.id;
    policy.covers(id) && meant.is_none_or(|meant| meant.contains(&id))
}

/// Whoever asks, and when.
struct Asker<'a> {
    ctx: &'a Ctx,
    walker: Walker,
    today: Date,
}

impl<'a> Asker<'a> {
    async fn of(rounds: &Rounds, db: &Database, ctx: &'a Ctx, asking: &Asking) -> Result<Self> {
        let policies = asking.iter().map(|(policy, _)| policy);
        Ok(Self {
            walker: Walker::of(rounds, db.read(), ctx, ctx.now(), policies).await?,
            today: ctx.now().date(),
            ctx,
        })
    }
}

fn lines_of(
    policy: &PolicyView,
    periods: &[Window],
    subject: &SubjectView,
    done: &Done,
    asker: &Asker<'_>,
) -> Vec<DueLine> {
    let yours = asker.walker.is_of(asker.ctx, policy, subject);
    let id = subject.subject.id;
    let none = Days::default();
    let days = done.get(&(policy.id, id)).unwrap_or(&none);
    // Nobody could go where the register knew of nothing yet.
    let known = register_of(subject.subject.kind)
        .map(|_register| known_since(id))
        .filter(|at| *at > 0)
        .map(|at| Micros(at).date());
    periods
        .iter()
        .filter(|window| known.is_none_or(|known| known <= window.last))
        .filter_map(|window| {
            let (far, short) = (&days.far, &days.short);
            let due = asked_of_walks(&policy.policy, window, far, short, asker.today)?;
            Some((window, due))
        })
        .map(|(window, due)| DueLine {
            policy: Some(policy.id),
            campaign: None,
            policy_title: policy.title.clone(),
            kind: policy.policy.kind,
            checklist: policy.checklist.clone(),
            community: policy.community,
            subject: subject.subject,
            subject_name: subject.name.clone(),
            window: *window,
            due,
            short: window.among(&days.short),
            chief: chief(policy, subject),
            yours,
        })
        .collect()
}

fn chief(policy: &PolicyView, subject: &SubjectView) -> Option<String> {
    let Walkers::Chief { level } = policy.policy.walkers else {
        return None;
    };
    let found = subject.chiefs.iter().find(|(held, _)| *held == level);
    found.map(|(_, name)| name.clone())
}

/// Days of rounds by policy and subject.
type Done = HashMap<(Uuid, Uuid), Days>;

/// Days of rounds that went as far as asked, and of those that did not.
#[derive(Debug, Default)]
struct Days {
    far: Vec<Date>,
    short: Vec<Date>,
}

/// The days on which rounds of these policies took place: one query for each length of period, so that a yearly policy does
/// not make a daily one's whole year be read.
async fn days_done(db: &Database, asking: &Asking, of: Option<Subject>) -> Result<Done> {
    let mut lengths: BTreeMap<&'static str, Vec<&(PolicyView, Vec<Window>)>> = BTreeMap::new();
    for one in asking {
        lengths
            .entry(one.0.policy.every.as_str())
            .or_default()
            .push(one);
    }
    let mut days: Done = HashMap::new();
    for policies in lengths.into_values() {
        let periods = || policies.iter().flat_map(|(_, periods)| periods);
        let first = periods().map(|one| one.first).min();
        let last = periods().map(|one| one.last).max();
        let Some((first, last)) = first.zip(last) else {
            continue;
        };
        let communities: BTreeSet<i64> = policies.iter().map(|one| one.0.community.0).collect();
        let ids = policies.iter().map(|one| one.0.id);
        let mut find = round::Entity::find()
            .select_only()
            .columns([
                round::Column::PolicyId,
                round::Column::SubjectId,
                round::Column::BeganAt,
                round::Column::ShortWalk,
            ])
            .filter(round::Column::CommunityId.is_in(communities))
            .filter(round::Column::PolicyId.is_in(ids))
            .filter(round::Column::Outcome.eq(Outcome::Done.as_str()))
            .filter(round::Column::BeganAt.gte(Micros::start_of(first).0))
            .filter(round::Column::BeganAt.lt(Micros::start_of(last.saturating_add(1.day())).0));
        if let Some(subject) = of {
            find = find
                .filter(round::Column::SubjectKind.eq(subject.kind.as_str()))
                .filter(round::Column::SubjectId.eq(subject.id));
        }
        let rows: Vec<(Option<Uuid>, Uuid, i64, Option<bool>)> =
            find.into_tuple().all(db.read()).await?;
        for (policy, subject, at, short) in rows {
            if let Some(policy) = policy {
                let of = days.entry((policy, subject)).or_default();
                let of = match short {
                    Some(true) => &mut of.short,
                    _ => &mut of.far,
                };
                of.push(Micros(at).date());
            }
        }
    }
    Ok(days)
}

/// When a subject was last gone to by each policy.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn last_done(
    db: &Database,
    community: CommunityId,
    subject: Subject,
) -> Result<HashMap<Uuid, Micros>> {
    let rows: Vec<(Option<Uuid>, i64)> = round::Entity::find()
        .select_only()
        .column(round::Column::PolicyId)
        .column_as(round::Column::BeganAt.max(), "last")
        .filter(round::Column::CommunityId.eq(community.0))
        .filter(round::Column::SubjectKind.eq(subject.kind.as_str()))
        .filter(round::Column::SubjectId.eq(subject.id))
        .filter(round::Column::Outcome.eq(Outcome::Done.as_str()))
        .filter(round::Column::PolicyId.is_not_null())
        .group_by(round::Column::PolicyId)
        .into_tuple()
        .all(db.read())
        .await?;
    let of = |(policy, at): (Option<Uuid>, i64)| Some((policy?, Micros(at)));
    Ok(rows.into_iter().filter_map(of).collect())
}

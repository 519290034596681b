//! A due round that is left out (这次不走). There has to be one: what took place, was left out before, is over or still to come is
//! refused, and the refusal says which it is; without the policy the words may be handed in all the same. Whoever was without
//! signal could not know: theirs is taken as of the day it was written, and kept beside the policy where it is none of it.
//! Of households nothing is asked: 今天不去 is said of a day and not of a policy's time.

use jiff::civil::Date;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use youlin_database::Database;
use youlin_kernel::{Ctx, Micros, Problem, Result};

use super::new_round::NewRound;
use crate::entities::round;
use crate::model::{
    Channel, NotDue, NotDueFor, Outcome, Short, Subject, SubjectKind, not_due, windows,
};
use crate::queries::{PolicyView, asks_there};
use crate::service::Rounds;

/// What stands instead of a round to be left out: for whoever was without signal, or among the faults.
pub(super) async fn left_out(
    rounds: &Rounds,
    db: &Database,
    ctx: &Ctx,
    (new, began_at): (&NewRound, Micros),
    policy: &PolicyView,
    faults: Problem,
) -> Result<(Option<Short>, Problem)> {
    let about = policy.community == new.community && policy.policy.subjects == new.subject.kind;
    if !about || new.subject.kind == SubjectKind::Dwelling || is_there(db, new).await? {
        return Ok((None, faults));
    }
    let later = matches!(new.channel, Channel::Field | Channel::Openrosa);
    let day = began_at.date();
    let seen_from = if later { day } else { ctx.now().date() };
    let asked = asks_there(rounds, ctx, policy, new.subject.id).await?;
    let not_due = if asked {
        let (done, skipped) = days(db, (new, policy), day).await?;
        not_due(&policy.policy, (day, seen_from), &done, &skipped)
    } else {
        Some(NotDue {
            why: NotDueFor::NotAsked,
            first: None,
            last: None,
        })
    };
    Ok(match not_due {
        Some(_) if later => {
            let short = Short {
                not_due,
                ..Short::default()
            };
            (Some(short), faults)
        }
        Some(not_due) => (None, refused(not_due, faults)),
        None => (None, faults),
    })
}

fn refused(not_due: NotDue, faults: Problem) -> Problem {
    let code = match not_due.why {
        NotDueFor::Done => "round-skip-done",
        NotDueFor::Skipped => "round-skip-again",
        NotDueFor::Over => "round-skip-over",
        NotDueFor::Coming => "round-skip-coming",
        NotDueFor::NotAsked => "round-skip-not-asked",
    };
    let said = days_said(&not_due).into_iter();
    said.fold(faults.and_field("policy", code), |faults, (name, value)| {
        faults.field_arg(name, value)
    })
}

/// The days of it, for a sentence; `span` is `one` where they are one day.
pub(super) fn days_said(not_due: &NotDue) -> Vec<(&'static str, String)> {
    let one = not_due.first == not_due.last;
    let day = |day: Option<Date>| day.map_or_else(String::new, |day| day.to_string());
    vec![
        ("first", day(not_due.first)),
        ("last", day(not_due.last)),
        ("span", if one { "one" } else { "many" }.to_owned()),
    ]
}

/// Sent again, what was taken is answered as before.
async fn is_there(db: &Database, new: &NewRound) -> Result<bool> {
    let known = round::Entity::find_by_id((new.community.0, new.id));
    Ok(known.one(db.read()).await?.is_some())
}

/// Days of other rounds to it by the policy, around that day: those that took place and went as far as asked, and those left out.
async fn days(
    db: &Database,
    (new, policy): (&NewRound, &PolicyView),
    day: Date,
) -> Result<(Vec<Date>, Vec<Date>)> {
    use round::Column;
    let Some(window) = windows(&policy.policy, day, day).into_iter().next() else {
        return Ok((Vec::new(), Vec::new()));
    };
    let after = window.last.tomorrow().unwrap_or(window.last);
    let Subject { kind, id } = new.subject;
    let rows: Vec<(String, i64, Option<bool>)> = round::Entity::find()
        .select_only()
        .columns([Column::Outcome, Column::BeganAt, Column::ShortWalk])
        .filter(Column::CommunityId.eq(new.community.0))
        .filter(Column::PolicyId.eq(policy.id))
        .filter(Column::SubjectKind.eq(kind.as_str()))
        .filter(Column::SubjectId.eq(id))
        .filter(Column::BeganAt.gte(Micros::start_of(window.first).0))
        .filter(Column::BeganAt.lt(Micros::start_of(after).0))
        .into_tuple()
        .all(db.read())
        .await?;
    let of = |outcome: Outcome| {
        let those = rows.iter().filter(|(held, _, short)| {
            held == outcome.as_str() && (outcome == Outcome::Skipped || *short != Some(true))
        });
        those.map(|(_, at, _)| Micros(*at).date()).collect()
    };
    Ok((of(Outcome::Done), of(Outcome::Skipped)))
}

//! What a policy asks a round to show, and what may be noted without anybody putting it right. Refused at hand-in, by a code
//! that page, field client and REST alike put into words: what was typed stays, and the refusal says what is missing and
//! what may be done instead.

use jiff::ToSpan;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder};
use youlin_database::Database;
use youlin_kernel::{Ctx, Locale, Micros, Problem, Result};
use youlin_web::I18n;

use super::left_out::days_said;
use super::new_round::NewRound;
use crate::checklists;
use crate::entities::round;
use crate::model::{Channel, Lacking, Outcome, Severity, Short, TooSoon};
use crate::permissions::ROUNDS_PLAN;
use crate::queries::{PolicyView, rules_for};
use crate::service::Rounds;

const NOTED: usize = 200;

/// Minutes, photographs and the gap that the policy asks for; of a round that was told, who vouches for it. A form of another
/// program has no way to choose another policy or none, and its times are its own: what it lacks is answered instead of
/// refused, and the round is kept beside the policy.
pub(super) async fn shown(
    ctx: &Ctx,
    db: &Database,
    (new, began_at): (&NewRound, Micros),
    policy: &PolicyView,
    mut faults: Problem,
) -> Result<(Option<Short>, Problem)> {
    if new.outcome != Outcome::Done {
        return Ok((None, faults));
    }
    let asked = &policy.policy;
    let mut short = Short::default();
    let evidence = asked.minimum.minutes.is_some() || asked.photographs > 0;
    if matches!(new.channel, Channel::Phone | Channel::Paper) && evidence {
        faults = vouched(ctx, new, faults);
    } else {
        short.minutes = minutes(new, asked.minimum.minutes);
        short.photographs = (new.photographs < asked.photographs).then_some(Lacking {
            asked: i64::from(asked.photographs),
            has: i64::from(new.photographs),
        });
    }
    if let Some(days) = asked.minimum.gap_days.filter(|days| *days > 0) {
        short.gap = gap(db, (new, began_at), i64::from(days)).await?;
    }
    if short == Short::default() {
        return Ok((None, faults));
    }
    if new.channel == Channel::Openrosa {
        return Ok((Some(short), faults));
    }
    Ok((None, refused(short, &asked.basis, faults)))
}

fn refused(short: Short, basis: &str, mut faults: Problem) -> Problem {
    if let Some(one) = short.minutes {
        faults = faults
            .and_field("ended_at", "round-minutes")
            .field_arg("asked", one.asked)
            .field_arg("lasted", one.has);
    }
    if let Some(one) = short.photographs {
        faults = faults
            .and_field("photo", "round-photographs-asked")
            .field_arg("asked", one.asked)
            .field_arg("have", one.has)
            .field_arg("basis", basis);
    }
    if let Some(one) = short.gap {
        faults = faults
            .and_field("policy", "round-too-soon")
            .field_arg("days", one.days)
            .field_arg("last", one.last);
    }
    faults
}

/// What a round lacks, in words: 只走了 5 分钟（要求至少 15 分钟）.
#[must_use]
pub fn short_words(i18n: &I18n, locale: Locale, short: &Short) -> String {
    let say = |key: &str, args: &[(&str, String)]| i18n.text(locale, key, args);
    let lacking = |key: &str, one: Lacking| {
        let args = [
            ("asked", one.asked.to_string()),
            ("has", one.has.to_string()),
        ];
        say(key, &args)
    };
    let minutes = short.minutes.map(|one| lacking("round-short-minutes", one));
    let photographs = short.photographs;
    let photographs = photographs.map(|one| lacking("round-short-photographs", one));
    let gap = short.gap.map(|one| {
        let args = [
            ("days", one.days.to_string()),
            ("last", one.last.to_string()),
        ];
        say("round-short-gap", &args)
    });
    let not_due = short.not_due.map(|one| {
        let mut args = days_said(&one);
        args.push(("why", one.why.to_string()));
        say("round-short-not-due", &args)
    });
    let all = [minutes, photographs, gap, not_due].into_iter();
    let all: Vec<String> = all.flatten().collect();
    all.join(&say("list-comma", &[]))
}

fn vouched(ctx: &Ctx, new: &NewRound, faults: Problem) -> Problem {
    if !ctx.may(&ROUNDS_PLAN) {
        return faults.and_field("channel", "round-told-at-desk");
    }
    let name = new.told_by.as_deref().map_or("", str::trim);
    let said = faults.fields().iter().any(|one| one.field == "told_by");
    if name.is_empty() && !said {
        faults.and_field("told_by", "round-vouch")
    } else {
        faults
    }
}

fn minutes(new: &NewRound, asked: Option<u32>) -> Option<Lacking> {
    let asked = i64::from(asked?);
    let has = (new.ended_at.0 - new.began_at.0) / Micros::MINUTE;
    (has >= 0 && has < asked).then_some(Lacking { asked, has })
}

/// A round too near another one does not count for the policy; without the policy it is taken in. One that did not go far
/// enough counts nothing, so another may follow it.
async fn gap(
    db: &Database,
    (new, began_at): (&NewRound, Micros),
    days: i64,
) -> Result<Option<TooSoon>> {
    use round::Column;
    let day = began_at.date();
    let (first, last) = (
        day.saturating_sub((days - 1).days()),
        day.saturating_add(days.days()),
    );
    let far_enough = Condition::any()
        .add(Column::ShortWalk.is_null())
        .add(Column::ShortWalk.eq(false));
    let other = round::Entity::find()
        .filter(Column::CommunityId.eq(new.community.0))
        .filter(Column::PolicyId.eq(new.policy))
        .filter(Column::SubjectKind.eq(new.subject.kind.as_str()))
        .filter(Column::SubjectId.eq(new.subject.id))
        .filter(Column::Outcome.eq(Outcome::Done.as_str()))
        .filter(Column::Id.ne(new.id))
        .filter(Column::BeganAt.gte(Micros::start_of(first).0))
        .filter(Column::BeganAt.lt(Micros::start_of(last).0))
        .filter(far_enough)
        .order_by_desc(Column::BeganAt)
        .one(db.read())
        .await?;
    Ok(other.map(|other| TooSoon {
        days,
        last: Micros(other.began_at).date(),
    }))
}

/// What is only noted must be slight and say why, unless the checklist says that such a thing is noted.
pub(super) async fn noted(
    rounds: &Rounds,
    db: &Database,
    ctx: &Ctx,
    new: &NewRound,
    mut faults: Problem,
) -> Result<Problem> {
    let only_noted = only_noted(rounds, db, ctx, new).await?;
    for (index, finding) in new.findings.iter().enumerate() {
        let Some(why) = finding.noted.as_deref().filter(|_| !finding.on_spot) else {
            continue;
        };
        let field = format!("findings.{index}.noted");
        let by_checklist = only_noted.contains(&finding.category);
        if why.trim().is_empty() {
            faults = faults.and_field(field, "finding-noted-why");
        } else if why.chars().count() > NOTED {
            faults = faults.and_field(field, "too-long").field_arg("max", NOTED);
        } else if finding.severity != Severity::Low && !by_checklist {
            faults = faults.and_field(field, "finding-noted-severity");
        }
    }
    Ok(faults)
}

/// Categories that the checklist, answered like this, finds and does not make cases of.
async fn only_noted(
    rounds: &Rounds,
    db: &Database,
    ctx: &Ctx,
    new: &NewRound,
) -> Result<Vec<String>> {
    let name = new.checklist.as_deref();
    let Some(name) = name.filter(|_| new.findings.iter().any(|one| one.noted.is_some())) else {
        return Ok(Vec::new());
    };
    let Some(known) = checklists::known(rounds, db, name).await? else {
        return Ok(Vec::new());
    };
    let json = serde_json::to_value(&new.answers).map_err(Problem::internal)?;
    let form = known.form.as_ref();
    let rules = rules_for(db.read(), form, new.day(ctx)).await?;
    let found = checklists::answered(ctx, form, &json).findings(form, rules.as_ref());
    let noted = found.into_iter().filter(|one| !one.is_case);
    Ok(noted.map(|one| one.category).collect())
}

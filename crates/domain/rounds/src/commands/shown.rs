//! What a policy asks a round to show, and what may be noted without anybody putting it right. Refused at hand-in, by a code
//! that page, field client and REST alike put into words: what was typed stays, and the refusal says what is missing and
//! what may be done instead.

use jiff::ToSpan;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use youlin_database::Database;
use youlin_kernel::{Ctx, Micros, Problem, Result};

use super::new_round::NewRound;
use crate::checklists;
use crate::entities::round;
use crate::model::{Channel, Outcome, Severity};
use crate::permissions::ROUNDS_PLAN;
use crate::queries::{PolicyView, rules_for};
use crate::service::Rounds;

const NOTED: usize = 200;

/// Minutes, photographs and the gap that the policy asks for; of a round that was told, who vouches for it.
pub(super) async fn shown(
    ctx: &Ctx,
    db: &Database,
    new: &NewRound,
    policy: &PolicyView,
    mut faults: Problem,
) -> Result<Problem> {
    if new.outcome != Outcome::Done {
        return Ok(faults);
    }
    let asked = &policy.policy;
    let evidence = asked.minimum.minutes.is_some() || asked.photographs > 0;
    if matches!(new.channel, Channel::Phone | Channel::Paper) && evidence {
        faults = vouched(ctx, new, faults);
    } else {
        faults = minutes(new, asked.minimum.minutes, faults);
        if new.photographs < asked.photographs {
            faults = faults
                .and_field("photo", "round-photographs-asked")
                .field_arg("asked", asked.photographs)
                .field_arg("have", new.photographs)
                .field_arg("basis", &asked.basis);
        }
    }
    match asked.minimum.gap_days {
        Some(days) if days > 0 => gap(db, new, i64::from(days), faults).await,
        _ => Ok(faults),
    }
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

fn minutes(new: &NewRound, asked: Option<u32>, faults: Problem) -> Problem {
    let lasted = (new.ended_at.0 - new.began_at.0) / Micros::MINUTE;
    match asked {
        Some(asked) if lasted >= 0 && lasted < i64::from(asked) => faults
            .and_field("ended_at", "round-minutes")
            .field_arg("asked", asked)
            .field_arg("lasted", lasted),
        _ => faults,
    }
}

/// A round too near another one does not count for the policy; without the policy it is taken in.
async fn gap(db: &Database, new: &NewRound, days: i64, faults: Problem) -> Result<Problem> {
    use round::Column;
    let day = new.began_at.date();
    let (first, last) = (
        day.saturating_sub((days - 1).days()),
        day.saturating_add(days.days()),
    );
    let other = round::Entity::find()
        .filter(Column::CommunityId.eq(new.community.0))
        .filter(Column::PolicyId.eq(new.policy))
        .filter(Column::SubjectKind.eq(new.subject.kind.as_str()))
        .filter(Column::SubjectId.eq(new.subject.id))
        .filter(Column::Outcome.eq(Outcome::Done.as_str()))
        .filter(Column::Id.ne(new.id))
        .filter(Column::BeganAt.gte(Micros::start_of(first).0))
        .filter(Column::BeganAt.lt(Micros::start_of(last).0))
        .order_by_desc(Column::BeganAt)
        .one(db.read())
        .await?;
    Ok(match other {
        None => faults,
        Some(other) => faults
            .and_field("policy", "round-too-soon")
            .field_arg("days", days)
            .field_arg("last", Micros(other.began_at).date()),
    })
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

//! Whether a round counts for the policy it names. A policy says who is to go; a round of somebody else is not lost, but it is a
//! round beside the policy. Whoever can still choose is told who may, and chooses; what comes from a telephone that was out of
//! reach is taken as it is and kept beside.

use sea_orm::EntityTrait;
use uuid::Uuid;
use youlin_database::Database;
use youlin_kernel::{Ctx, Micros, Problem, Result};
use youlin_people::Directory;
use youlin_places::rivers;

use super::new_round::NewRound;
use crate::entities::round;
use crate::model::{Channel, SubjectKind, Walkers};
use crate::permissions::{ROUNDS_PLAN, ROUNDS_READ};
use crate::queries::{PolicyView, SubjectView, Walker};
use crate::service::Rounds;

/// The policy a round that began at that moment stands beside, if it does; or that whoever hands it in has to choose.
pub(super) async fn counts(
    rounds: &Rounds,
    db: &Database,
    ctx: &Ctx,
    (new, subject, policy): (&NewRound, &SubjectView, Option<&PolicyView>),
    at: Micros,
    faults: Problem,
) -> Result<(Option<Uuid>, Problem)> {
    // What is not about this subject is another fault.
    let about = |one: &&PolicyView| {
        one.community == new.community && one.policy.subjects == new.subject.kind
    };
    let Some(policy) = policy.filter(about) else {
        return Ok((None, faults));
    };
    let walker = Walker::of(rounds, db.read(), ctx, at, [policy]).await?;
    if walker.is_of(ctx, policy, subject)
        || was_chief(db, ctx, (new, policy), at, &walker).await?
        || is_there(db, new).await?
    {
        return Ok((None, faults));
    }
    let second_hand = matches!(new.channel, Channel::Phone | Channel::Paper | Channel::Api);
    if second_hand && new.on_behalf {
        return Ok((None, vouched(ctx, new, faults)));
    }
    if matches!(new.channel, Channel::Field | Channel::Openrosa) {
        return Ok((Some(policy.id), faults));
    }
    Ok((
        None,
        refused(rounds, db, (new, policy, subject), faults).await?,
    ))
}

/// Somebody who plans says that it was one of those the policy names, and who.
fn vouched(ctx: &Ctx, new: &NewRound, faults: Problem) -> Problem {
    if ctx.authorize(&ROUNDS_PLAN, new.community).is_err() {
        return faults.and_field("on_behalf", "round-behalf-desk");
    }
    let name = new.told_by.as_deref().map_or("", str::trim);
    if name.is_empty() {
        faults.and_field("told_by", "round-behalf-who")
    } else {
        faults
    }
}

/// Chief of the reach on the day of the round, when it comes in late.
async fn was_chief(
    db: &Database,
    ctx: &Ctx,
    (new, policy): (&NewRound, &PolicyView),
    at: Micros,
    walker: &Walker,
) -> Result<bool> {
    let Walkers::Chief { level } = policy.policy.walkers else {
        return Ok(false);
    };
    if new.subject.kind != SubjectKind::Reach {
        return Ok(false);
    }
    let scope = ctx.scope(&ROUNDS_READ)?;
    let reach = rivers::reach(db, &scope, new.subject.id).await?;
    let day = at.date();
    Ok(reach.chiefs.iter().any(|chief| {
        chief.level == level
            && walker.is_called(&chief.name)
            && chief.since.date() <= day
            && chief.until.is_none_or(|until| day <= until.date())
    }))
}

/// What was taken is not refused because somebody left the team meanwhile: the command answers as before.
async fn is_there(db: &Database, new: &NewRound) -> Result<bool> {
    let known = round::Entity::find_by_id((new.community.0, new.id))
        .one(db.read())
        .await?;
    Ok(known.is_some_and(|known| known.extra_of.is_none()))
}

/// Who is to go, for the sentence.
async fn refused(
    rounds: &Rounds,
    db: &Database,
    (new, policy, subject): (&NewRound, &PolicyView, &SubjectView),
    faults: Problem,
) -> Result<Problem> {
    let told = matches!(new.channel, Channel::Phone | Channel::Paper);
    let code = if told {
        "round-not-theirs-told"
    } else {
        "round-not-theirs"
    };
    let faults = faults.and_field("policy", code);
    Ok(match policy.policy.walkers {
        Walkers::GridWorker => faults.field_arg("kind", "grid_worker"),
        Walkers::Chief { level } => {
            let chief = subject.chiefs.iter().find(|(held, _)| *held == level);
            let name = chief.map_or("", |(_, name)| name.as_str());
            faults
                .field_arg("kind", "chief")
                .field_arg("level", level)
                .field_arg("who", name)
        }
        Walkers::Party { party } => {
            let asked = [(policy.community, party)];
            let mut names = Directory::party_names(db.read(), &rounds.vault, &asked).await?;
            let name = names.remove(&party).unwrap_or_default();
            faults.field_arg("kind", "party").field_arg("who", name)
        }
    })
}

//! What of this module waits for somebody on the street, as lines of 今天: rounds that are due, findings to go back to, hazards
//! to re-check.

use std::collections::HashSet;

use futures::future::BoxFuture;
use uuid::Uuid;
use youlin_cases::footings;
use youlin_kernel::{Access, Ctx, Result};
use youlin_people::Directory;
use youlin_web::{App, Shell, TodayFigure, TodayLine, TodayPart};

use super::ways;
use crate::model::SubjectKind;
use crate::permissions::{ROUNDS_READ, ROUNDS_RECHECK, ROUNDS_WALK, may_walk};
use crate::queries::{
    DueLine, FindingStep, FindingView, HazardFilter, HazardView, HazardsOf, Looked, due_now,
    hazards, hazards_among, may_recheck_all, open_findings, puts_right,
};
use crate::service::Rounds;

/// See the module's text.
#[derive(Clone, Copy, Debug)]
pub struct RoundsToday;

impl TodayPart for RoundsToday {
    fn access(&self) -> Access {
        Access::Needs(&ROUNDS_WALK)
    }

    fn lines<'a>(&'a self, s: &'a Shell) -> BoxFuture<'a, Result<Vec<TodayLine>>> {
        Box::pin(async move {
            let (app, ctx) = (s.app(), s.ctx());
            let due = due(app, ctx).await?;
            let back = to_revisit(app, ctx).await?;
            let again = to_recheck(app, ctx).await?;
            let all = [
                due_line(s, &due),
                back_line(s, &back),
                recheck_line(s, &again),
            ];
            Ok(all.into_iter().flatten().collect())
        })
    }
}

/// Rounds the caller is asked for that stand open today, those that end first in front. Doors are planned by need and stand in
/// a line of their own.
async fn due(app: &App, ctx: &Ctx) -> Result<Vec<DueLine>> {
    let scope = ctx.scope(&ROUNDS_READ)?;
    let rounds = app.need::<Rounds>()?;
    let mut all = due_now(&rounds, app.db(), ctx, &scope).await?;
    all.retain(|line| {
        line.yours
            && line.subject.kind != SubjectKind::Dwelling
            && may_walk(ctx, line.community, &[]).is_ok()
    });
    all.sort_by_key(|line| line.window.last);
    Ok(all)
}

/// Findings that were said to be put right and that the caller may go and look at, by the very rules the visit is taken by.
/// Hazards stand in a line of their own.
async fn to_revisit(app: &App, ctx: &Ctx) -> Result<Vec<FindingView>> {
    let scope = ctx.scope(&ROUNDS_READ)?;
    let db = app.db();
    let mut all = open_findings(db, &scope, None).await?;
    all.retain(|one| one.step == FindingStep::ToRevisit);
    let mut hazards: HashSet<Uuid> = HashSet::new();
    for community in all.iter().map(|one| one.community).collect::<HashSet<_>>() {
        let own = all.iter().filter(|one| one.community == community);
        let own: Vec<Uuid> = own.map(|one| one.id).collect();
        hazards.extend(hazards_among(db, community, &own).await?);
    }
    all.retain(|one| !hazards.contains(&one.id));
    mine(app, ctx, all, |one| Waits {
        looked: Looked {
            community: one.community,
            round: one.round,
            areas: [one.grid, one.neighbourhood],
        },
        case: one.case.as_ref().map(|case| case.id),
    })
    .await
}

/// What is looked at again, and the case behind it.
struct Waits {
    looked: Looked,
    case: Option<Uuid>,
}

/// Of these, what the caller may look at again and does not put right.
async fn mine<T>(app: &App, ctx: &Ctx, all: Vec<T>, of: fn(&T) -> Waits) -> Result<Vec<T>> {
    let db = app.db().read();
    let waits: Vec<Waits> = all.iter().map(of).collect();
    let looked: Vec<Looked> = waits.iter().map(|one| one.looked).collect();
    let may = may_recheck_all(db, ctx, &looked).await?;
    let cases = waits
        .iter()
        .filter_map(|one| Some((one.looked.community, one.case?)));
    let footings = footings(db, &cases.collect::<Vec<_>>()).await?;
    let puts_right = |case| footings.get(&case).is_some_and(|one| puts_right(ctx, one));
    let lines = all.into_iter().zip(waits).zip(may);
    Ok(lines
        .filter(|((_, waits), may)| *may && !waits.case.is_some_and(puts_right))
        .map(|((one, _), _)| one)
        .collect())
}

/// Hazards that wait for a re-check by the caller: none that they caused or put right.
async fn to_recheck(app: &App, ctx: &Ctx) -> Result<Vec<HazardView>> {
    if !ctx.may(&ROUNDS_RECHECK) {
        return Ok(Vec::new());
    }
    let scope = ctx.scope(&ROUNDS_RECHECK)?;
    let filter = HazardFilter {
        of: Some(HazardsOf::ToRecheck),
        ..HazardFilter::default()
    };
    let theirs = Directory::parties_of(ctx);
    let mut all = hazards(app.db(), &scope, filter).await?;
    all.retain(|one| {
        let mut parties = one.cause.iter().chain(&one.fixer);
        !parties.any(|party| theirs.contains(party))
    });
    mine(app, ctx, all, |one| Waits {
        looked: Looked {
            community: one.community,
            round: one.round,
            areas: [one.grid, one.neighbourhood],
        },
        case: Some(one.case),
    })
    .await
}

fn due_line(s: &Shell, due: &[DueLine]) -> Option<TodayLine> {
    let first = due.first()?;
    let today = s.ctx().now().date();
    let ending = due.iter().filter(|line| line.window.last <= today).count();
    let until = ways::until(s, first);
    Some(TodayLine {
        href: match due {
            [only] => ways::note_href(only),
            _ => "/rounds#due".into(),
        },
        icon: "river",
        title: s.t1("waits-due", "count", due.len()),
        detail: format!("{} · {} · {until}", first.subject_name, first.policy_title),
        act: s.t(if due.len() == 1 {
            "waits-begin"
        } else {
            "waits-look"
        }),
        count: due.len(),
        figure: (ending > 0).then_some((TodayFigure::Due, ending)),
    })
}

fn back_line(s: &Shell, back: &[FindingView]) -> Option<TodayLine> {
    let first = back.first()?;
    Some(TodayLine {
        href: match back {
            [only] => format!("/rounds/{}", only.round),
            _ => "/rounds#back".into(),
        },
        icon: "eye",
        title: s.t1("waits-back", "count", back.len()),
        detail: first.text.clone(),
        act: s.t("waits-look"),
        count: back.len(),
        figure: None,
    })
}

fn recheck_line(s: &Shell, again: &[HazardView]) -> Option<TodayLine> {
    let first = again.first()?;
    Some(TodayLine {
        href: match again {
            [only] => format!("/rounds/hazards/{}", only.id),
            _ => "/rounds/hazards?of=to_recheck".into(),
        },
        icon: "check",
        title: s.t1("waits-recheck", "count", again.len()),
        detail: format!("{} · {}", first.premises_name, first.text),
        act: s.t("waits-look"),
        count: again.len(),
        figure: None,
    })
}

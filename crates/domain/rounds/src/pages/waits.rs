//! What of this module waits for somebody, as lines of 今天: rounds that are due, findings to go back to, hazards to re-check. At
//! the desk only what is their own to do: a chief walks the reach, but what the whole community looks at again has its lists.

use std::collections::HashSet;

use futures::future::BoxFuture;
use uuid::Uuid;
use youlin_kernel::{Access, Ctx, Result};
use youlin_people::Directory;
use youlin_web::{App, Shell, TodayFigure, TodayLine, TodayPart};

use super::ways;
use crate::model::SubjectKind;
use crate::permissions::{ROUNDS_READ, ROUNDS_RECHECK, ROUNDS_WALK, may_walk};
use crate::queries::{
    DueLine, FindingView, HazardFilter, HazardView, HazardsOf, Looked, Waits, due_now,
    goes_back_to, hazards, hazards_among, looked_at_by, open_findings, own_to_recheck,
};
use crate::service::Rounds;

/// See the module's text.
#[derive(Clone, Copy, Debug)]
pub struct RoundsToday;

impl TodayPart for RoundsToday {
    fn access(&self) -> Access {
        Access::Needs(&ROUNDS_WALK)
    }

    fn for_desk(&self) -> bool {
        true
    }

    fn lines<'a>(&'a self, s: &'a Shell) -> BoxFuture<'a, Result<Vec<TodayLine>>> {
        Box::pin(async move {
            let (app, ctx) = (s.app(), s.ctx());
            let due = due(app, ctx).await?;
            let mut back = to_revisit(app, ctx).await?;
            let mut again = to_recheck(app, ctx).await?;
            if !s.on_street() {
                own(app, ctx, &mut back, |one| Looked {
                    community: one.community,
                    round: one.round,
                    areas: [one.grid, one.neighbourhood],
                })
                .await?;
                own(app, ctx, &mut again, looked).await?;
            }
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

/// Findings the caller goes back to. Hazards stand in a line of their own.
async fn to_revisit(app: &App, ctx: &Ctx) -> Result<Vec<FindingView>> {
    let scope = ctx.scope(&ROUNDS_READ)?;
    let db = app.db();
    let mut all = open_findings(db, &scope, None).await?;
    let mine = goes_back_to(db, ctx, &all).await?;
    all.retain(|one| mine.contains(&one.id));
    let mut hazards: HashSet<Uuid> = HashSet::new();
    for community in all.iter().map(|one| one.community).collect::<HashSet<_>>() {
        let own = all.iter().filter(|one| one.community == community);
        let own: Vec<Uuid> = own.map(|one| one.id).collect();
        hazards.extend(hazards_among(db, community, &own).await?);
    }
    all.retain(|one| !hazards.contains(&one.id));
    Ok(all)
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
    let waits = |one: &HazardView| Waits {
        looked: looked(one),
        case: Some(one.case),
    };
    let waits: Vec<Waits> = all.iter().map(waits).collect();
    let mut mine = looked_at_by(app.db().read(), ctx, &waits)
        .await?
        .into_iter();
    all.retain(|_| mine.next() == Some(true));
    Ok(all)
}

fn looked(hazard: &HazardView) -> Looked {
    Looked {
        community: hazard.community,
        round: hazard.round,
        areas: [hazard.grid, hazard.neighbourhood],
    }
}

/// Keeps what is the caller's own to look at again.
async fn own<T>(
    app: &App,
    ctx: &Ctx,
    all: &mut Vec<T>,
    looked: impl Fn(&T) -> Looked,
) -> Result<()> {
    let asked: Vec<Looked> = all.iter().map(looked).collect();
    let own = own_to_recheck(app.db().read(), ctx, &asked).await?;
    let mut own = own.into_iter();
    all.retain(|_| own.next() == Some(true));
    Ok(())
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

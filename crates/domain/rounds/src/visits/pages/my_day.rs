//! The caller's own visits of a day: for the page that proposes them, and as a line of 今天.

use futures::future::BoxFuture;
use youlin_kernel::{Access, CommunityId, Ctx, Result, Role};
use youlin_people::DoorsOf;
use youlin_web::{App, Shell, TodayFigure, TodayLine, TodayPart};

use super::{community, people};
use crate::permissions::VISITS_WALK;
use crate::service::Rounds;
use crate::visits::queries::last_door;
use crate::visits::{
    DayRound, Ground, Me, OnLeave, OpenFormSources, Visitor, day_plan, ground, my_visitor, sharing,
    visitors,
};

/// The caller's own round of a day, and what it was planned from.
#[derive(Debug)]
pub struct MyDay {
    pub round: DayRound,
    pub ground: Ground,
    pub me: Visitor,
    /// Whether the caller holds a post here; everybody else is alone with what they see.
    pub holds_post: bool,
    /// The caller is away: nothing of their own is proposed.
    pub leave: Option<OnLeave>,
    /// Others of the caller's areas who are away.
    pub away: Vec<OnLeave>,
    /// Visits of the same doors that wait for another day.
    pub full: usize,
}

/// Plans the day of a community and takes the caller's part of it. Whoever holds a post shares its area with the others who do.
///
/// # Errors
/// 403 for whoever does not go from door to door; 503 when the database does not answer.
pub async fn my_day(
    app: &App,
    ctx: &Ctx,
    here: CommunityId,
    start: Option<(f64, f64)>,
) -> Result<MyDay> {
    let db = app.db();
    let rounds = app.need::<Rounds>()?;
    let scope = people(ctx)?;
    let sources = app.service::<OpenFormSources>();
    let all = visitors(&rounds, db, ctx, here).await?;
    let Me {
        visitor: me,
        holds_post,
        leave,
    } = my_visitor(&rounds, db, ctx, (&scope, here), &all).await?;
    let team = match all.there.contains(&me) {
        true => sharing(&all.there, &me),
        false => vec![me.clone()],
    };
    // Of a community of many thousands only the doors that are shared out among them.
    let which = match holds_post {
        true => DoorsOf::Areas(team.iter().flat_map(Visitor::areas).collect()),
        false => DoorsOf::All,
    };
    let ground = ground(&rounds, db, ctx, &scope, sources.as_deref(), (here, &which)).await?;
    // Whoever has begun goes on from the door they were at: a list that was ordered afresh would send them about.
    let start = match start {
        Some(read) => Some(read),
        None => last_door(db, ctx, here)
            .await?
            .and_then(|dwelling| ground.position(dwelling)),
    };
    let mut plan = day_plan(&ground, &team, start, ctx.now());
    let own = plan.rounds.iter().position(|one| one.visitor == me);
    Ok(MyDay {
        round: plan.rounds.swap_remove(own.unwrap_or(0)),
        ground,
        away: all.missed_by(&me).cloned().collect(),
        me,
        holds_post,
        leave,
        full: plan.full,
    })
}

/// 今天走访 9 户. At the desk only for whoever goes from door to door as well: all others see the whole community's.
#[derive(Clone, Copy, Debug)]
pub struct VisitsToday;

impl TodayPart for VisitsToday {
    fn access(&self) -> Access {
        Access::Needs(&VISITS_WALK)
    }

    fn for_desk(&self) -> bool {
        true
    }

    fn lines<'a>(&'a self, s: &'a Shell) -> BoxFuture<'a, Result<Vec<TodayLine>>> {
        Box::pin(async move {
            if !s.on_street() && !s.ctx().roles().contains(&Role::GridWorker) {
                return Ok(Vec::new());
            }
            let here = community(&people(s.ctx())?, None)?;
            let day = my_day(s.app(), s.ctx(), here, None).await?;
            Ok(visits_line(s, &day.round).into_iter().collect())
        })
    }
}

fn visits_line(s: &Shell, round: &DayRound) -> Option<TodayLine> {
    let count = round.visits();
    if count == 0 {
        return None;
    }
    let mut houses: Vec<&str> = Vec::new();
    for stop in &round.stops {
        if !houses.contains(&stop.name.as_str()) {
            houses.push(&stop.name);
        }
    }
    let more = houses.len() > 2;
    let shown = houses.into_iter().take(2).collect::<Vec<_>>();
    let names = shown.join(&s.t("visit-list-comma"));
    let mut detail = match more {
        true => s.t1("waits-and-more", "names", names),
        false => names,
    };
    if round.done > 0 {
        let done = s.t1("waits-visits-done", "count", round.done);
        detail = format!("{done} · {detail}");
    }
    Some(TodayLine {
        href: "/rounds/today".into(),
        icon: "home",
        title: s.t1("waits-visits", "count", count),
        detail,
        act: s.t("waits-begin"),
        count,
        figure: Some((TodayFigure::Visits, count)),
    })
}

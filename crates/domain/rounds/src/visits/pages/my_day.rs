//! The caller's own visits of today for whoever shows them elsewhere: as a line of 今天, and taken along by the field client,
//! which has neither the registers nor the plan out there.

use futures::future::BoxFuture;
use uuid::Uuid;
use youlin_kernel::{Access, CommunityId, Ctx, Result};
use youlin_people::facts::Fact;
use youlin_web::{App, Shell, TodayFigure, TodayLine, TodayPart};

use super::{community, people, today, words};
use crate::permissions::{ROUNDS_READ, VISITS_WALK};
use crate::queries::policies;
use crate::service::Rounds;
use crate::visits::{DayRound, Ground, OpenFormSources, day_plan, ground, my_visitor, visitors};

/// Communities whose visits are taken along: nobody walks in more on one day.
const COMMUNITIES: usize = 3;

/// The round that `/rounds/today` proposes, with what it was planned from.
async fn my_round(app: &App, ctx: &Ctx, here: CommunityId) -> Result<(DayRound, Ground)> {
    let db = app.db();
    let rounds = app.need::<Rounds>()?;
    let scope = people(ctx)?;
    let sources = app.service::<OpenFormSources>();
    let ground = ground(&rounds, db, ctx, &scope, sources.as_deref(), here).await?;
    let all = visitors(&rounds, db, ctx, here).await?;
    let me = my_visitor(&rounds, db, ctx, &ground, &all).await?;
    let team = if all.contains(&me) {
        all
    } else {
        vec![me.clone()]
    };
    let mut plan = day_plan(&ground, &team, None, ctx.now());
    let own = plan.rounds.iter().position(|one| one.visitor == me);
    Ok((plan.rounds.swap_remove(own.unwrap_or(0)), ground))
}

/// 今天走访 9 户.
#[derive(Clone, Copy, Debug)]
pub struct VisitsToday;

impl TodayPart for VisitsToday {
    fn access(&self) -> Access {
        Access::Needs(&VISITS_WALK)
    }

    fn lines<'a>(&'a self, s: &'a Shell) -> BoxFuture<'a, Result<Vec<TodayLine>>> {
        Box::pin(async move {
            let here = community(&people(s.ctx())?, None)?;
            let (round, _) = my_round(s.app(), s.ctx(), here).await?;
            Ok(visits_line(s, &round).into_iter().collect())
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

/// A proposed visit as it is taken along.
#[derive(Clone, Debug)]
pub struct MyDoor {
    pub community: CommunityId,
    pub dwelling: Uuid,
    /// The building, in walking order.
    pub house: String,
    pub address: String,
    /// Degrees, WGS-84.
    pub position: Option<(f64, f64)>,
    /// 张** 84岁、李**
    pub who: String,
    /// Sentences, the weightiest first.
    pub whys: Vec<String>,
    /// Who is shown to live there, for the check when the visit is handed in.
    pub lived: Vec<Uuid>,
    pub questions: Vec<MyQuestion>,
    /// The policy it is handed in by, and how many photographs that asks for.
    pub policy: Option<Uuid>,
    pub photographs: u32,
}

/// What is to be asked of one resident.
#[derive(Clone, Debug)]
pub struct MyQuestion {
    pub person: Uuid,
    pub name: String,
    /// Missing in the register.
    pub missing: Vec<Fact>,
    /// Questions of forms, by the id under which each was asked.
    pub asked: Vec<(Uuid, String)>,
}

/// The caller's proposed visits in walking order; none for who goes to no doors. Names are masked, as pages mask them.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn my_doors(app: &App, ctx: &Ctx) -> Result<Vec<MyDoor>> {
    if !ctx.may(&VISITS_WALK) {
        return Ok(Vec::new());
    }
    let scope = people(ctx)?;
    let s = Shell::plain(app, ctx);
    let policies = policies(app.db(), &ctx.scope(&ROUNDS_READ)?).await?;
    let mut doors = Vec::new();
    for part in scope.parts().iter().take(COMMUNITIES) {
        let (round, ground) = my_round(app, ctx, part.community).await?;
        let visits = || round.stops.iter().flat_map(|stop| &stop.visits);
        let ids: Vec<Uuid> = visits().map(|visit| visit.dwelling).collect();
        let files = today::files(app, ctx, part.community, &ids).await?;
        for stop in &round.stops {
            for visit in &stop.visits {
                let file = files.get(&visit.dwelling);
                let at = ground
                    .doors
                    .iter()
                    .find(|one| one.dwelling == visit.dwelling);
                let policy = at.and_then(|one| one.policies.first().copied());
                let held = policies.iter().find(|one| Some(one.id) == policy);
                let residents = || file.into_iter().flat_map(|file| &file.residents);
                doors.push(MyDoor {
                    community: part.community,
                    dwelling: visit.dwelling,
                    house: stop.name.clone(),
                    address: visit.address.clone(),
                    position: stop.position,
                    who: file.map_or_else(String::new, |file| words::who(&s, file)),
                    whys: words::whys(&s, &visit.whys),
                    lived: residents().map(|one| one.card.id).collect(),
                    questions: residents()
                        .filter(|one| one.is_to_be_asked())
                        .map(|one| MyQuestion {
                            person: one.card.id,
                            name: one.card.name_masked.clone(),
                            missing: one.missing.clone(),
                            asked: one.asked.clone(),
                        })
                        .collect(),
                    policy,
                    photographs: held.map_or(0, |one| one.policy.photographs),
                });
            }
        }
    }
    Ok(doors)
}

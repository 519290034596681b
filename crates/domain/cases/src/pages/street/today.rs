//! 今天: what other modules say waits (`youlin_web::TodayParts`), then one's tasks: appointed follow-ups by their hour, then what is overdue, then the rest by its time; and what is new in my grid.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use youlin_kernel::{Ctx, Micros, Result};
use youlin_web::{
    App, Caller, NavPlace, Navigation, Prefs, Shell, TodayFigure, TodayLine, WebResult, page,
    today_lines,
};

use crate::model::Status;
use crate::permissions::CASES_READ;
use crate::queries::{CaseFilter, CaseRow, TaskRow, list, tasks_of};
use crate::service::Cases;

/// New cases shown on this page; the rest is behind its link.
const NEW: u64 = 8;

#[derive(Template)]
#[template(path = "street_today.html")]
struct TodayPage {
    s: Shell,
    date: String,
    /// What waits in other modules, the next thing first.
    waits: Vec<TodayLine>,
    /// Follow-ups appointed for today or missed.
    visits: Vec<TaskRow>,
    overdue: Vec<TaskRow>,
    /// Due by tonight.
    due: Vec<TaskRow>,
    later: Vec<TaskRow>,
    /// Put aside: the clock stands, nothing is asked of anybody today.
    waiting: Vec<TaskRow>,
    new: Vec<CaseRow>,
    /// Whether the caller sees cases of an area at all.
    sees_cases: bool,
    /// There are more new cases than shown.
    more_new: bool,
    notices: Option<&'static str>,
}

/// `GET /today`.
pub(super) async fn show(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
) -> WebResult<Response> {
    let s = Shell::new(&app, &ctx, prefs, NavPlace::Today, "/today");
    let cases = app.need::<Cases>()?;
    let tasks = tasks_of(app.db(), &cases, &ctx, None).await?;
    let (new, more_new) = new_cases(&app, &cases, &ctx).await?;
    let waits = today_lines(&s).await?;
    let mut today = TodayPage {
        date: s
            .when(&ctx.now())
            .rsplit_once(' ')
            .map_or_else(String::new, |(day, _)| day.to_owned()),
        waits,
        visits: Vec::new(),
        overdue: Vec::new(),
        due: Vec::new(),
        later: Vec::new(),
        waiting: Vec::new(),
        sees_cases: ctx.scope(&CASES_READ).is_ok(),
        more_new,
        new,
        notices: app.service::<Navigation>().and_then(|nav| {
            nav.0
                .iter()
                .find(|item| item.href == "/notices")
                .map(|item| item.href)
        }),
        s,
    };
    let tonight = end_of_day(ctx.now());
    for task in tasks {
        let shelf = match task.planned {
            true if task.due_at <= tonight => &mut today.visits,
            true => &mut today.later,
            false if task.case.light == "waiting" => &mut today.waiting,
            false if task.case.light == "overdue" => &mut today.overdue,
            false if task.due_at <= tonight => &mut today.due,
            false => &mut today.later,
        };
        shelf.push(task);
    }
    page(&today)
}

async fn new_cases(app: &App, cases: &Cases, ctx: &Ctx) -> Result<(Vec<CaseRow>, bool)> {
    let Ok(scope) = ctx.scope(&CASES_READ) else {
        return Ok((Vec::new(), false));
    };
    let filter = CaseFilter {
        status: vec![Status::Reported],
        limit: Some(NEW),
        ..CaseFilter::default()
    };
    let found = list(app.db(), cases, ctx, &scope, &filter).await?;
    Ok((found.items, found.next.is_some()))
}

/// The last moment of the local day.
fn end_of_day(now: Micros) -> Micros {
    let local = now.local();
    local
        .end_of_day()
        .map_or(now, |end| Micros::from(end.timestamp()))
}

impl TodayPage {
    fn nothing(&self) -> bool {
        !self.has_tasks() && !self.waits.iter().any(TodayLine::waits)
    }

    fn has_tasks(&self) -> bool {
        self.parts().iter().any(|(_, tasks)| !tasks.is_empty())
    }

    /// Three noughts say nothing that the page does not say better.
    fn quiet(&self) -> bool {
        self.s.on_street()
            && self.overdue.is_empty()
            && self.due_count() == 0
            && self.visit_count() == 0
    }

    fn counted(&self, figure: TodayFigure) -> usize {
        let counts = self.waits.iter().filter_map(|line| line.figure);
        let of = counts.filter(|(one, _)| *one == figure);
        of.map(|(_, count)| count).sum()
    }

    fn due_count(&self) -> usize {
        self.due.len() + self.counted(TodayFigure::Due)
    }

    fn visit_count(&self) -> usize {
        self.visits.len() + self.counted(TodayFigure::Visits)
    }

    /// Where the figure of a part leads: to its tasks, or to what waits besides.
    fn at(&self, part: &'static str) -> &'static str {
        let tasks = self.parts();
        let of = tasks.iter().find(|(id, _)| *id == part);
        match of {
            Some((_, tasks)) if tasks.is_empty() && !self.waits.is_empty() => "waits",
            _ => part,
        }
    }

    /// Task cards of one part, with its title.
    fn parts(&self) -> [(&'static str, &[TaskRow]); 5] {
        [
            ("visits", &self.visits),
            ("overdue", &self.overdue),
            ("due", &self.due),
            ("later", &self.later),
            ("waiting", &self.waiting),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_ends_at_local_midnight() {
        // 2026-11-23 00:30 in China is still the 22nd in UTC.
        let at: jiff::Timestamp = "2026-11-22T16:30:00Z".parse().unwrap_or_default();
        let end = end_of_day(Micros::from(at));
        assert_eq!(end.local_minute(), "2026-11-23 23:59");
    }
}

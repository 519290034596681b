//! Open visiting lists, and residents' requests to put their facts right, as lines of 今天.

use futures::future::BoxFuture;
use youlin_kernel::{Access, Result};
use youlin_web::{Shell, TodayLine, TodayPart};

use super::round::visiting::title_of;
use crate::own::{CorrectionState, to_decide};
use crate::permissions::{PEOPLE_READ, PEOPLE_SENSITIVE, PEOPLE_WRITE};
use crate::{Directory, Vault};

/// Lists named one by one.
const NAMED: usize = 3;

/// See the module's text.
#[derive(Clone, Copy, Debug)]
pub struct VisitingToday;

impl TodayPart for VisitingToday {
    fn access(&self) -> Access {
        Access::Needs(&PEOPLE_WRITE)
    }

    fn lines<'a>(&'a self, s: &'a Shell) -> BoxFuture<'a, Result<Vec<TodayLine>>> {
        Box::pin(async move {
            let scope = s.ctx().scope(&PEOPLE_READ)?;
            let vault = s.app().need::<Vault>()?;
            let db = s.app().db().read();
            let sensitive = s.ctx().scope(&PEOPLE_SENSITIVE).ok();
            let scopes = (&scope, sensitive.as_ref());
            let all = Directory::visiting_lists(db, &vault, scopes, false).await?;
            let open = all.into_iter().filter(|one| one.total > one.done);
            let line = |one: crate::VisitingLine| TodayLine {
                href: format!("/people/visits/{}", one.id),
                icon: "list",
                title: s.t1("waits-list", "title", title_of(s, &one)),
                detail: s.t2(
                    "waits-list-left",
                    &("left", one.total - one.done),
                    &("total", one.total),
                ),
                act: s.t("waits-look"),
                count: one.total - one.done,
                figure: None,
            };
            Ok(open.take(NAMED).map(line).collect())
        })
    }
}

/// Residents who say that something of their own file is wrong, until somebody has answered. Waits at the desk too.
#[derive(Clone, Copy, Debug)]
pub struct CorrectionsToday;

impl TodayPart for CorrectionsToday {
    fn access(&self) -> Access {
        Access::Needs(&PEOPLE_WRITE)
    }

    fn for_desk(&self) -> bool {
        true
    }

    fn lines<'a>(&'a self, s: &'a Shell) -> BoxFuture<'a, Result<Vec<TodayLine>>> {
        Box::pin(async move {
            let scope = s.ctx().scope(&PEOPLE_WRITE)?;
            let vault = s.app().need::<Vault>()?;
            let db = s.app().db().read();
            let today = s.ctx().now().local().date();
            let open = to_decide(db, &vault, &scope, CorrectionState::Open, today).await?;
            let Some(first) = open.first() else {
                return Ok(Vec::new());
            };
            let line = TodayLine {
                href: "/people/corrections".to_owned(),
                icon: "person",
                title: s.t1("waits-corrections", "count", open.len()),
                detail: s.t1(
                    "waits-corrections-since",
                    "at",
                    s.when(&first.request.asked_at),
                ),
                act: s.t("waits-answer"),
                count: open.len(),
                figure: None,
            };
            Ok(vec![line])
        })
    }
}

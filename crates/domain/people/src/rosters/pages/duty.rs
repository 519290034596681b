//! `/duty`: who is on duty now, the duties there are, and what one was asked.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use uuid::Uuid;
use youlin_kernel::{Micros, Result};
use youlin_web::{App, Caller, Prefs, Shell, WebResult, page, part};

use super::{shell, time_of};
use crate::Vault;
use crate::permissions::{ROSTERS_READ, ROSTERS_WRITE};
use crate::rosters::{
    AbsenceView, Consent, RotaView, ShiftView, SwapView, absences, on_duty, rotas, shifts,
    swaps_for,
};

#[derive(Template)]
#[template(path = "rosters/duty.html")]
struct DutyPage {
    s: Shell,
    now: Vec<ShiftView>,
    rotas: Vec<RotaView>,
    /// One's own of the next weeks.
    mine: Vec<ShiftView>,
    /// Shifts and absences somebody asks one to take; the desk sees all of them.
    swaps: Vec<SwapView>,
    absences: Vec<AbsenceView>,
    me: Option<Uuid>,
    may_write: bool,
}

impl DutyPage {
    fn until(&self, shift: &ShiftView) -> String {
        let _shape_of_templates = self;
        time_of(shift.to)
    }

    fn span(&self, shift: &ShiftView) -> String {
        let day = self.s.day(&shift.from);
        format!("{day} {} – {}", time_of(shift.from), time_of(shift.to))
    }
}

/// `GET /duty`.
pub(super) async fn show(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
) -> WebResult<Response> {
    let vault = app.need::<Vault>()?;
    let scope = ctx.scope(&ROSTERS_READ)?;
    let db = app.db().read();
    let (now, me) = (ctx.now(), ctx.actor().person());
    let may_write = ctx.may(&ROSTERS_WRITE);
    let mine = match me {
        Some(me) => {
            let weeks = (now, now.plus(28 * Micros::DAY));
            let mut all = shifts(db, &vault, &scope, weeks, None).await?;
            all.retain(|shift| shift.person == Some(me));
            all
        }
        None => Vec::new(),
    };
    let asked = match (may_write, me) {
        (true, _) => swaps_for(db, &vault, &scope, now, None).await?,
        (false, Some(me)) => swaps_for(db, &vault, &scope, now, Some(me)).await?,
        (false, None) => Vec::new(),
    };
    let mut away = absences(db, &vault, &scope, now).await?;
    away.retain(|one| {
        one.state == Consent::Asked && one.to > now && (may_write || one.substitute == me)
    });
    page(&DutyPage {
        now: on_duty(db, &vault, &scope, now).await?,
        rotas: rotas(db, &vault, &scope).await?,
        swaps: asked,
        absences: away,
        mine,
        me,
        may_write,
        s: shell(&app, &ctx, prefs),
    })
}

#[derive(Template)]
#[template(path = "rosters/now_part.html")]
struct NowPart {
    s: Shell,
    /// 施晓、陈**
    who: String,
    count: usize,
}

/// `GET /duty/now`: the part in the bar on top of every page.
pub(super) async fn now(State(app): State<App>, Caller(ctx): Caller) -> WebResult<Response> {
    let who: Result<Vec<String>> = async {
        let vault = app.need::<Vault>()?;
        let scope = ctx.scope(&ROSTERS_READ)?;
        let found = on_duty(app.db().read(), &vault, &scope, ctx.now()).await?;
        Ok(found.into_iter().filter_map(|shift| shift.name).collect())
    }
    .await;
    let mut who = who?;
    who.dedup();
    let s = Shell::plain(&app, &ctx);
    let count = who.len();
    who.truncate(2);
    part(&NowPart {
        who: who.join(&s.t("duty-comma")),
        count,
        s,
    })
}

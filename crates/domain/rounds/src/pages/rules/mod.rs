//! `/rounds/rules`: rule sets, which one judges, and what a newer version would judge otherwise.

mod book;

use askama::Template;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::civil::Date;
use serde::Deserialize;
use youlin_checklist::{Effect, Form, JudgeFault, Judgement, Rule, RuleStatus, shipped, word};
use youlin_kernel::{Ctx, Problem, Result};
use youlin_web::{
    ApiForm, ApiQuery, App, Caller, FormFaults, Prefs, Shell, WebResult, mendable, page,
    refused_with,
};

pub(super) use book::export;

use super::hazard::words;
use super::shell;
use crate::checklists;
use crate::permissions::{ROUNDS_READ, ROUNDS_RULES};
use crate::queries::{
    ChangedJudgement, Compared, EXAMPLE_FOR, RuleSetView, changes_by, in_use, rule_sets,
    status_code,
};
use crate::{SaveRuleSet, UseRuleSet};

#[derive(Template)]
#[template(path = "rules.html")]
struct ListPage {
    s: Shell,
    e: FormFaults,
    sets: Vec<RuleSetView>,
    /// Name of the one that judges today.
    used: String,
    may_write: bool,
    saved: String,
    text: String,
}

impl ListPage {
    fn title(&self, one: &RuleSetView) -> String {
        title(&self.s, one)
    }

    fn status(&self, one: &RuleSetView) -> String {
        status(&self.s, &self.sets, one)
    }

    fn address(&self, one: &RuleSetView) -> String {
        address(one)
    }
}

fn title(s: &Shell, one: &RuleSetView) -> String {
    words::called(s, &one.set)
}

/// The page of a version. The one that comes with the house has no record, and goes by its name.
fn address(one: &RuleSetView) -> String {
    let key = one.id.map_or_else(|| one.name(), |id| id.to_string());
    format!("/rounds/rules/{key}")
}

/// A version by the id of its record or by `code@version`, as judgements name it.
fn find<'a>(sets: &'a [RuleSetView], key: &str) -> Result<&'a RuleSetView> {
    let id = key.parse::<uuid::Uuid>().ok();
    let found = sets
        .iter()
        .find(|one| (id.is_some() && one.id == id) || one.name() == key);
    found.ok_or_else(Problem::not_found)
}

fn status(s: &Shell, sets: &[RuleSetView], one: &RuleSetView) -> String {
    // What will be replaced is in use until then.
    let now = one.on(s.ctx().now().date()).status;
    let words = s.tt("rules-status", status_code(&now));
    match &now {
        RuleStatus::InForce { from } => s.t2(
            "rules-status-from",
            &("status", words),
            &("day", s.date(from)),
        ),
        RuleStatus::Superseded { by, on } => {
            let by = match sets.iter().find(|newer| newer.name() == *by) {
                Some(newer) => title(s, newer),
                None => by.clone(),
            };
            let args = [("status", words), ("by", by), ("day", s.date(on))];
            s.tn("rules-status-by", &args)
        }
        RuleStatus::Example => words,
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Saved {
    saved: String,
}

async fn list_page(app: &App, ctx: &Ctx, s: Shell, saved: bool) -> Result<ListPage> {
    let sets = rule_sets(app.db().read()).await?;
    let used = in_use(&sets, EXAMPLE_FOR, ctx.now().date());
    Ok(ListPage {
        used: used.map(RuleSetView::name).unwrap_or_default(),
        may_write: ctx.may(&ROUNDS_RULES),
        saved: if saved {
            s.t("rules-saved")
        } else {
            String::new()
        },
        e: FormFaults::none(),
        text: String::new(),
        sets,
        s,
    })
}

/// `GET /rounds/rules`.
pub(super) async fn list(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(done): ApiQuery<Saved>,
) -> WebResult<Response> {
    ctx.scope(&ROUNDS_READ)?;
    let s = shell(&app, &ctx, prefs);
    page(&list_page(&app, &ctx, s, !done.saved.is_empty()).await?)
}

/// `POST /rounds/rules`: takes a version in, from a file or as pasted.
pub(super) async fn take_in(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    request: Request,
) -> WebResult<Response> {
    let text = book::sent(request).await?;
    let command = SaveRuleSet {
        text: text.clone(),
        checklist: EXAMPLE_FOR.to_owned(),
    };
    match app.db().execute(&ctx, command).await {
        Ok(id) => Ok(Redirect::to(&format!("/rounds/rules/{id}")).into_response()),
        Err(problem) => {
            let problem = mendable(problem)?;
            let s = shell(&app, &ctx, prefs);
            let e = FormFaults::of(&s, &problem);
            let mut shown = list_page(&app, &ctx, s, false).await?;
            (shown.e, shown.text) = (e, text);
            Ok(refused_with(&problem, page(&shown)?))
        }
    }
}

#[derive(Template)]
#[template(path = "rule_set.html")]
struct SetPage {
    s: Shell,
    e: FormFaults,
    one: RuleSetView,
    title: String,
    status: String,
    address: String,
    compared: Option<Compared>,
    /// Whose lists of choices name what was found.
    form: Option<Form>,
    may_use: bool,
    from: String,
}

impl SetPage {
    fn rule(&self, code: &str) -> String {
        let language = checklists::language(self.s.ctx().locale());
        let found = self.one.set.rules.iter().find(|rule| rule.code == code);
        found.map_or_else(
            || code.to_owned(),
            |rule| word(&rule.about, language).to_owned(),
        )
    }

    fn changed(&self, compared: &Compared) -> String {
        let count = compared.changes.len();
        if compared.replaced {
            return self.s.t1("rules-changed", "count", count);
        }
        let old = title(&self.s, &compared.old);
        self.s.t2("rules-changes", &("old", old), &("count", count))
    }

    fn demand(&self, rule: &Rule) -> String {
        words::demand(&self.s, self.form.as_ref(), &rule.test, true)
    }

    fn shown(&self) -> usize {
        SHOWN
    }

    fn effect(&self, effect: &Effect) -> String {
        let code = match effect {
            Effect::NowFails => "now_fails",
            Effect::NowMeets => "now_meets",
            Effect::OtherGround => "other_ground",
            Effect::NoLongerJudged => "no_longer_judged",
            Effect::NewlyJudged => "newly_judged",
        };
        self.s.tt("rules-effect", code)
    }

    fn measured(&self, one: &ChangedJudgement) -> String {
        let was = words::measured(&self.s, self.form.as_ref(), &one.of.judgement);
        match one.of.again {
            true => self.s.t1("hazard-remeasured", "was", was),
            false => was,
        }
    }

    fn ground(&self, judged: &std::result::Result<Judgement, JudgeFault>) -> String {
        match judged {
            Ok(judged) => format!(
                "{}（{}）",
                words::required(&self.s, self.form.as_ref(), judged),
                judged.clause
            ),
            Err(_fault) => self.s.t("rules-not-judged"),
        }
    }
}

/// Changes shown; the rest is counted.
const SHOWN: usize = 300;

async fn set_page(app: &App, ctx: &Ctx, s: Shell, key: &str, e: FormFaults) -> Result<SetPage> {
    let scope = ctx.scope(&ROUNDS_READ)?;
    let sets = rule_sets(app.db().read()).await?;
    let one = find(&sets, key)?.clone();
    let today = ctx.now().date();
    let compared = changes_by(app.db(), &scope, &sets, (&one, today)).await?;
    Ok(SetPage {
        form: shipped(&one.checklist).and_then(|one| Form::build(one).ok()),
        title: title(&s, &one),
        status: status(&s, &sets, &one),
        address: address(&one),
        may_use: ctx.may(&ROUNDS_RULES) && one.id.is_some() && one.used_from.is_none(),
        from: today.to_string(),
        compared,
        one,
        e,
        s,
    })
}

/// `GET /rounds/rules/{id}`, by id or by `code@version`: what it says, and what it would judge otherwise than the one in use.
pub(super) async fn show(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    Path(key): Path<String>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    page(&set_page(&app, &ctx, s, &key, FormFaults::none()).await?)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct UseForm {
    version: String,
    from: String,
}

/// `POST /rounds/rules/{id}/use`.
pub(super) async fn put_to_use(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    Path(id): Path<uuid::Uuid>,
    ApiForm(f): ApiForm<UseForm>,
) -> WebResult<Response> {
    let used = async {
        let from: std::result::Result<Date, _> = f.from.parse();
        let command = UseRuleSet {
            id,
            version: f.version.parse().unwrap_or(0),
            from: from.map_err(|_no_day| Problem::invalid("from", "no-day"))?,
        };
        app.db().execute(&ctx, command).await
    };
    match used.await {
        Ok(()) => Ok(Redirect::to("/rounds/rules?saved=1").into_response()),
        Err(problem) => {
            let problem = mendable(problem)?;
            let s = shell(&app, &ctx, prefs);
            let e = FormFaults::of(&s, &problem);
            let shown = set_page(&app, &ctx, s, &id.to_string(), e).await?;
            Ok(refused_with(&problem, page(&shown)?))
        }
    }
}

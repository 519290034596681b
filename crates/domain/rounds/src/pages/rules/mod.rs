//! `/rounds/rules`: rule sets, which one judges, and what a newer version would judge otherwise.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::civil::Date;
use serde::Deserialize;
use youlin_checklist::{Effect, Form, JudgeFault, Judgement, Rule, RuleStatus, shipped, word};
use youlin_kernel::{Ctx, Problem, Result};
use youlin_web::{
    ApiForm, ApiQuery, App, Caller, FormFaults, PathId, Prefs, Shell, WebResult, mendable, page,
    refused_with,
};

use super::hazard::words;
use super::shell;
use crate::checklists;
use crate::permissions::{ROUNDS_READ, ROUNDS_RULES};
use crate::queries::{
    ChangedJudgement, EXAMPLE_FOR, RuleSetView, compared_with, in_use, rule_sets, status_code,
    what_changes,
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
        status(&self.s, one)
    }
}

fn title(s: &Shell, one: &RuleSetView) -> String {
    word(&one.set.title, checklists::language(s.ctx().locale())).to_owned()
}

fn status(s: &Shell, one: &RuleSetView) -> String {
    let words = s.tt("rules-status", status_code(&one.set.status));
    match &one.set.status {
        RuleStatus::InForce { from } => {
            s.t2("rules-status-from", &("status", words), &("day", from))
        }
        RuleStatus::Superseded { by, on } => s.tn(
            "rules-status-by",
            &[
                ("status", words),
                ("by", by.clone()),
                ("day", on.to_string()),
            ],
        ),
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

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct RulesForm {
    text: String,
}

/// `POST /rounds/rules`: takes a version in.
pub(super) async fn take_in(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiForm(f): ApiForm<RulesForm>,
) -> WebResult<Response> {
    let command = SaveRuleSet {
        text: f.text.clone(),
        checklist: EXAMPLE_FOR.to_owned(),
    };
    match app.db().execute(&ctx, command).await {
        Ok(id) => Ok(Redirect::to(&format!("/rounds/rules/{id}")).into_response()),
        Err(problem) => {
            let problem = mendable(problem)?;
            let s = shell(&app, &ctx, prefs);
            let e = FormFaults::of(&s, &problem);
            let mut shown = list_page(&app, &ctx, s, false).await?;
            (shown.e, shown.text) = (e, f.text);
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
    /// What judges today, or what this one replaced when it is this one.
    old: Option<RuleSetView>,
    replaced: bool,
    changes: Vec<ChangedJudgement>,
    /// Whose lists of choices name what was found.
    form: Option<Form>,
    may_use: bool,
    from: String,
}

impl SetPage {
    fn title(&self) -> String {
        title(&self.s, &self.one)
    }

    fn status(&self) -> String {
        status(&self.s, &self.one)
    }

    fn rule(&self, code: &str) -> String {
        let language = checklists::language(self.s.ctx().locale());
        let found = self.one.set.rules.iter().find(|rule| rule.code == code);
        found.map_or_else(
            || code.to_owned(),
            |rule| word(&rule.about, language).to_owned(),
        )
    }

    fn changed(&self, old: &RuleSetView) -> String {
        let said = &[
            ("old", old.name()),
            ("count", self.changes.len().to_string()),
        ];
        self.s.tn(
            if self.replaced {
                "rules-changed"
            } else {
                "rules-changes"
            },
            said,
        )
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
        words::measured(&self.s, self.form.as_ref(), &one.of.judgement)
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

async fn set_page(
    app: &App,
    ctx: &Ctx,
    s: Shell,
    id: uuid::Uuid,
    e: FormFaults,
) -> Result<SetPage> {
    let scope = ctx.scope(&ROUNDS_READ)?;
    let sets = rule_sets(app.db().read()).await?;
    let one = sets.iter().find(|one| one.id == Some(id)).cloned();
    let one = one.ok_or_else(Problem::not_found)?;
    let today = ctx.now().date();
    let (old, replaced) = compared_with(&sets, &one, today).unzip();
    let changes = match old {
        Some(old) => what_changes(app.db(), &scope, &old.set, &one.set).await?,
        None => Vec::new(),
    };
    Ok(SetPage {
        form: shipped(&one.checklist).and_then(|one| Form::build(one).ok()),
        may_use: ctx.may(&ROUNDS_RULES) && one.used_from.is_none(),
        from: today.to_string(),
        old: old.cloned(),
        replaced: replaced.unwrap_or(false),
        changes,
        one,
        e,
        s,
    })
}

/// `GET /rounds/rules/{id}`: what it says, and what it would judge otherwise than the one in use.
pub(super) async fn show(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    page(&set_page(&app, &ctx, s, id, FormFaults::none()).await?)
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
            let shown = set_page(&app, &ctx, s, id, e).await?;
            Ok(refused_with(&problem, page(&shown)?))
        }
    }
}

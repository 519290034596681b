//! Points of places by checklists that give them: worked out when a round comes in and kept with it, so that a later version
//! of the checklist changes no result. People are not scored: a visit has none.

use serde_json::Value as Json;
use youlin_checklist::{Form, Score, State, word};
use youlin_database::{Database, Migration};
use youlin_kernel::{Ctx, Problem, Result};
use youlin_web::Shell;

use super::{answered, known, language};
use crate::commands::NewRound;
use crate::model::{Outcome, RoundKind};
use crate::service::Rounds;

/// What a round's answers were worth, as JSON; none where its checklist gives no points.
pub const SCORES: Migration = Migration {
    module: "rounds",
    version: 7,
    name: "what a place got by a checklist with points",
    sql: r"
ALTER TABLE round ADD COLUMN score TEXT;
",
};

/// The score of answers that were looked at.
#[must_use]
pub fn score(form: &Form, state: &State, kind: RoundKind) -> Option<Score> {
    form.score(state).filter(|_| kind != RoundKind::Visit)
}

/// What the round's place got; the version that was answered decides, and none other.
pub(crate) async fn score_of(
    rounds: &Rounds,
    db: &Database,
    ctx: &Ctx,
    new: &NewRound,
) -> Result<Option<Score>> {
    let name = new.checklist.as_deref();
    let Some(name) = name.filter(|_| new.outcome == Outcome::Done) else {
        return Ok(None);
    };
    let known = known(rounds, db, name).await?;
    let Some(known) = known.filter(|known| known.exact && known.form.is_scored()) else {
        return Ok(None);
    };
    let json: Json = serde_json::to_value(&new.answers).map_err(Problem::internal)?;
    let answered = answered(ctx, &known.form, &json);
    Ok(score(&known.form, &answered.state, new.kind))
}

/// 「得分 85 / 100，合格线 80%，合格」.
#[must_use]
pub fn sentence(s: &Shell, form: Option<&Form>, score: &Score) -> String {
    let mut parts = vec![s.t2(
        "checklist-score-got",
        &("got", score.got.to_string()),
        &("most", score.most.to_string()),
    )];
    if let Some(percent) = form.and_then(|form| form.checklist().pass_percent) {
        parts.push(s.t1("checklist-score-mark", "percent", percent.to_string()));
    }
    parts.extend(match (score.open, score.passed) {
        (0, Some(true)) => Some(s.t("checklist-score-passed")),
        (0, Some(false)) => Some(s.t("checklist-score-failed")),
        (0, None) => None,
        (open, _) => Some(s.t1("checklist-score-open", "count", open.to_string())),
    });
    parts.join(&s.t("list-comma"))
}

/// Sections with points: what each is called, and 「10 / 20」.
#[must_use]
pub fn sections(s: &Shell, form: Option<&Form>, score: &Score) -> Vec<(String, String)> {
    let language = language(s.ctx().locale());
    let all = score.sections.iter();
    all.map(|one| {
        let label = form.map_or_else(String::new, |form| group(form, &one.name, language));
        let label = match (label.is_empty(), one.name.is_empty()) {
            (false, _) => label,
            (true, true) => s.t("checklist-score-rest"),
            (true, false) => one.name.clone(),
        };
        (label, format!("{} / {}", one.got, one.most))
    })
    .collect()
}

/// The title of a section of the first level.
fn group(form: &Form, name: &str, language: &str) -> String {
    let items = form.checklist().items.iter();
    let mut groups = items.filter_map(|item| match item {
        youlin_checklist::Item::Group(group) => Some(group),
        youlin_checklist::Item::Question(_) => None,
    });
    groups
        .find(|group| group.name == name)
        .map_or_else(String::new, |group| word(&group.label, language).to_owned())
}

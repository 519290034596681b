//! The checklists that are taken along: those of the kinds of subjects in the pack, as the engine's own JSON. The client
//! evaluates them with the same meaning (`crates/engines/checklist/tests/vectors.json` holds both to it).

use jiff::civil::Date;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use youlin_checklist::{Form, ReadingRules, RuleSet, Trigger};
use youlin_kernel::{AreaTree, Result, Scope};
use youlin_rounds::model::{RoundKind, SubjectKind};
use youlin_rounds::{
    ChecklistLine, Rounds, checklists, checklists_of, judging, newest_published, rule_sets,
};
use youlin_web::App;

/// A checklist as the client fills it in.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FieldChecklist)]
pub(crate) struct PackChecklist {
    /// `id@version`, as it is handed in.
    pub(crate) name: String,
    /// What it is asked of.
    pub(crate) subjects: Vec<SubjectKind>,
    pub(crate) kind: RoundKind,
    #[schema(value_type = Object)]
    pub(crate) form: Value,
    /// Whether some of it is judged by the rule set beside.
    pub(crate) judged: bool,
    /// What it is judged by, where that is not the rule set beside.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub(crate) rules: Option<RuleSet>,
    /// How a sentence fills it in, for the client to read it without signal; held to the engine by
    /// `crates/engines/checklist/tests/sentences.json`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    reading: Option<ReadingRules>,
}

/// The newest published version of each checklist of these places, for the kinds of subjects that are taken along. Those
/// every place starts with stand first: the client offers the first one.
pub(crate) async fn of(
    app: &App,
    scope: &Scope,
    areas: &AreaTree,
    today: Date,
    taken: impl Fn(SubjectKind) -> bool,
) -> Result<Vec<PackChecklist>> {
    let rounds = app.need::<Rounds>()?;
    let mut lines = newest_published(checklists_of(app.db(), areas, scope).await?);
    lines.sort_by_key(|line| !FIRST.contains(&line.code.as_str()));
    let mut packed = Vec::new();
    let sets = rule_sets(app.db().read()).await?;
    for line in lines {
        let subjects: Vec<SubjectKind> = line
            .subjects
            .iter()
            .copied()
            .filter(|kind| taken(*kind))
            .collect();
        if subjects.is_empty() {
            continue;
        }
        if let Some(form) = checklists::form(&rounds, app.db(), &line.name).await? {
            let rules = judging(&sets, &form, today).map(|one| one.on(today));
            packed.extend(of_form(&line, subjects, &form, rules));
        }
    }
    Ok(packed)
}

const FIRST: [&str; 3] = ["river-patrol", "market-fire", "door-visit"];

fn of_form(
    line: &ChecklistLine,
    subjects: Vec<SubjectKind>,
    form: &Form,
    rules: Option<RuleSet>,
) -> Option<PackChecklist> {
    let is_judged = |trigger: &Trigger| matches!(trigger, Trigger::Judgement { .. });
    let checklist = form.checklist();
    Some(PackChecklist {
        name: line.name.clone(),
        kind: line.kind.unwrap_or(match subjects.first() {
            Some(SubjectKind::Reach) => RoundKind::Patrol,
            Some(SubjectKind::Dwelling) => RoundKind::Visit,
            _ => RoundKind::Inspection,
        }),
        subjects,
        rules,
        reading: checklists::reading_rules(&line.name, form),
        judged: checklist
            .findings
            .iter()
            .any(|rule| is_judged(&rule.trigger)),
        form: serde_json::to_value(checklist).ok()?,
    })
}

/// The rule set in use for the first of them that is judged. Whichever is judged by another has its own beside it.
pub(crate) fn rules(checklists: &mut [PackChecklist]) -> Option<RuleSet> {
    let first = checklists.iter().find_map(|one| one.rules.clone())?;
    for one in checklists {
        one.rules = one.rules.take().filter(|own| *own != first);
    }
    Some(first)
}

//! The checklists that are taken along: those of the kinds of subjects in the pack, as the engine's own JSON. The client
//! evaluates them with the same meaning (`crates/engines/checklist/tests/vectors.json` holds both to it).

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use youlin_checklist::{Form, RuleSet, Trigger, example_rules};
use youlin_kernel::{AreaTree, Result, Scope};
use youlin_rounds::model::{ChecklistState, RoundKind, SubjectKind};
use youlin_rounds::{ChecklistLine, Rounds, checklists, checklists_of};
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
}

/// The newest published version of each checklist of these places, for the kinds of subjects that are taken along. Those
/// every place starts with stand first: the client offers the first one.
pub(crate) async fn of(
    app: &App,
    scope: &Scope,
    areas: &AreaTree,
    taken: impl Fn(SubjectKind) -> bool,
) -> Result<Vec<PackChecklist>> {
    let rounds = app.need::<Rounds>()?;
    let mut lines: Vec<ChecklistLine> = Vec::new();
    for line in checklists_of(app.db(), areas, scope).await? {
        let is_newer = lines
            .iter()
            .any(|one| one.code == line.code && one.area == line.area);
        if line.state == ChecklistState::Published && !is_newer {
            lines.push(line);
        }
    }
    lines.sort_by_key(|line| !FIRST.contains(&line.code.as_str()));
    let mut packed = Vec::new();
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
            packed.extend(of_form(&line, subjects, &form));
        }
    }
    Ok(packed)
}

const FIRST: [&str; 3] = ["river-patrol", "market-fire", "door-visit"];

fn of_form(line: &ChecklistLine, subjects: Vec<SubjectKind>, form: &Form) -> Option<PackChecklist> {
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
        judged: checklist
            .findings
            .iter()
            .any(|rule| is_judged(&rule.trigger)),
        form: serde_json::to_value(checklist).ok()?,
    })
}

/// The rule set, when one of them is judged by it.
pub(crate) fn rules(checklists: &[PackChecklist]) -> Option<RuleSet> {
    let is_judged = checklists.iter().any(|one| one.judged);
    is_judged.then(example_rules).flatten()
}

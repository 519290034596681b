//! The checklists that are taken along: those of the kinds of subjects in the pack, as the engine's own JSON. The client
//! evaluates them with the same meaning (`crates/engines/checklist/tests/vectors.json` holds both to it).

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use youlin_checklist::{RuleSet, Trigger, example_rules};
use youlin_rounds::checklists;
use youlin_rounds::model::{RoundKind, SubjectKind};

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

/// What comes with the house, and what it is asked of.
const SHIPPED: [(&str, SubjectKind, RoundKind); 3] = [
    (checklists::RIVER, SubjectKind::Reach, RoundKind::Patrol),
    (
        "market-fire@1",
        SubjectKind::Premises,
        RoundKind::Inspection,
    ),
    ("door-visit@1", SubjectKind::Dwelling, RoundKind::Visit),
];

/// Those of the kinds of subjects that are taken along.
pub(crate) fn of(taken: impl Fn(SubjectKind) -> bool) -> Vec<PackChecklist> {
    let wanted = SHIPPED.iter().filter(|(_, subject, _)| taken(*subject));
    wanted
        .filter_map(|(name, subject, kind)| packed(name, *subject, *kind))
        .collect()
}

fn packed(name: &str, subject: SubjectKind, kind: RoundKind) -> Option<PackChecklist> {
    let form = checklists::form(name)?;
    let is_judged = |trigger: &Trigger| matches!(trigger, Trigger::Judgement { .. });
    let checklist = form.checklist();
    Some(PackChecklist {
        name: name.to_owned(),
        subjects: vec![subject],
        kind,
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

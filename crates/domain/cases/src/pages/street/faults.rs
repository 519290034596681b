//! What refused forms share: one sentence for all, one beside each field at fault.

use youlin_kernel::{FieldFault, Problem, ProblemKind};
use youlin_web::{Shell, WebResult};

/// One field at fault, as the page says it.
#[derive(Clone, Debug)]
pub(in crate::pages) struct FaultLine {
    /// Name of the field as the command calls it.
    pub(in crate::pages) field: String,
    /// Id of the element to jump to.
    pub(in crate::pages) anchor: String,
    pub(in crate::pages) text: String,
}

/// The refusal of a form.
#[derive(Clone, Debug, Default)]
pub(in crate::pages) struct Faults {
    pub(in crate::pages) sentence: String,
    pub(in crate::pages) lines: Vec<FaultLine>,
}

impl Faults {
    pub(in crate::pages) fn none() -> Self {
        Self::default()
    }

    pub(in crate::pages) fn of(s: &Shell, problem: &Problem) -> Self {
        let locale = s.ctx().locale();
        let i18n = s.app().i18n();
        Self {
            sentence: i18n.problem(locale, problem),
            lines: problem
                .fields()
                .iter()
                .map(|fault| line(s, fault))
                .collect(),
        }
    }

    pub(in crate::pages) fn any(&self) -> bool {
        !self.sentence.is_empty()
    }

    /// The sentence beside the element with this id; empty when nothing is wrong there.
    pub(in crate::pages) fn at(&self, anchor: &str) -> &str {
        self.lines
            .iter()
            .find(|line| line.anchor == anchor)
            .map_or("", |line| &line.text)
    }

    /// The sentence for a field by the command's own name of it.
    pub(in crate::pages) fn on(&self, field: &str) -> &str {
        self.lines
            .iter()
            .find(|line| line.field == field)
            .map_or("", |line| &line.text)
    }
}

fn line(s: &Shell, fault: &FieldFault) -> FaultLine {
    FaultLine {
        anchor: anchor(&fault.field),
        text: s.app().i18n().field(s.ctx().locale(), fault),
        field: fault.field.clone(),
    }
}

/// Several fields of a report are one question on the page: whatever is wrong with a position is said at the place.
fn anchor(field: &str) -> String {
    match field {
        "lon" | "lat" | "place" | "area" | "building" | "dwelling" => "place".to_owned(),
        "contact.name" => "name".to_owned(),
        "contact.phone" | "phone" => "phone".to_owned(),
        other => match other.strip_prefix("answers.") {
            Some(code) => format!("a-{code}"),
            None => other.to_owned(),
        },
    }
}

/// Refusals a form shows by itself, with what was typed; the others leave the handler as they are.
pub(in crate::pages) fn shown(problem: Problem) -> WebResult<Problem> {
    match problem.kind() {
        ProblemKind::Internal
        | ProblemKind::NotFound
        | ProblemKind::Gone
        | ProblemKind::SignInNeeded
        | ProblemKind::MethodNotAllowed => Err(problem.into()),
        _ => Ok(problem),
    }
}

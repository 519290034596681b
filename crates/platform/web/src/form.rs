//! What forms share: the faults beside their fields, the panel after a lost race, the status of the answer.

use axum::response::{IntoResponse, Response};
use youlin_kernel::{Problem, ProblemKind};

use crate::{Shell, WebResult, status_of};

/// The refusal of a form: one sentence, and one beside each field at fault. The ids of the fields are `f-<name>`.
#[derive(Clone, Debug, Default)]
pub struct FormFaults {
    pub sentence: String,
    pub fields: Vec<(String, String)>,
}

impl FormFaults {
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    #[must_use]
    pub fn of(s: &Shell, problem: &Problem) -> Self {
        let (i18n, locale) = (s.app().i18n(), s.ctx().locale());
        Self {
            sentence: i18n.problem(locale, problem),
            fields: problem
                .fields()
                .iter()
                .map(|fault| (fault.field.clone(), i18n.field(locale, fault)))
                .collect(),
        }
    }

    /// Whether there is anything to say.
    #[must_use]
    pub fn any(&self) -> bool {
        !self.sentence.is_empty()
    }

    /// The sentence beside a field; empty when the field is fine.
    #[must_use]
    pub fn on(&self, field: &str) -> &str {
        self.fields
            .iter()
            .find(|(name, _)| name == field)
            .map_or("", |(_, text)| text)
    }

    /// Field and sentence of all that must be mended.
    #[must_use]
    pub fn lines(&self) -> &[(String, String)] {
        &self.fields
    }
}

/// Refusals a form shows itself; everything else leaves the handler as a problem.
///
/// # Errors
/// The problem, when what was typed cannot mend it.
pub fn mendable(problem: Problem) -> WebResult<Problem> {
    match problem.kind() {
        ProblemKind::Invalid | ProblemKind::Conflict | ProblemKind::TooMany => Ok(problem),
        // A file the form cannot take: another one is chosen, everything else stands.
        ProblemKind::TooLarge | ProblemKind::UnsupportedType if !problem.fields().is_empty() => {
            Ok(problem)
        }
        _ => Err(problem.into()),
    }
}

/// The page with the status of the refusal.
#[must_use]
pub fn refused_with(problem: &Problem, page: Response) -> Response {
    (status_of(problem), page).into_response()
}

/// A field two people changed.
#[derive(Clone, Debug)]
pub struct ClashLine {
    /// Name of the field in the form.
    pub field: &'static str,
    pub label: String,
    /// As it is saved now, in words.
    pub theirs: String,
    /// The same as the form would send it.
    pub value: String,
    /// As it stands in this form, in words.
    pub yours: String,
}

/// Somebody saved first: what differs. The form below it already carries the newer version, so that saving it again
/// puts what was typed on top, knowingly.
#[derive(Clone, Debug)]
pub struct Clash {
    pub lines: Vec<ClashLine>,
    /// Where the newer state is shown.
    pub back: String,
}

impl Clash {
    /// The differences alone.
    #[must_use]
    pub fn of(back: String, lines: Vec<ClashLine>) -> Self {
        Self {
            lines: lines
                .into_iter()
                .filter(|line| line.theirs != line.yours)
                .collect(),
            back,
        }
    }
}

/// One choice of a list.
#[derive(Clone, Debug)]
pub struct Choice {
    pub value: String,
    pub label: String,
}

impl Choice {
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            value: value.into(),
            label: label.into(),
        }
    }
}

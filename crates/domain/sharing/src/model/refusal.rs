//! Why a step is refused, and what is possible instead.

use youlin_kernel::{Problem, ProblemKind};

/// See the module's text. Shown to whoever took the step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The step does not fit where the record stands.
    NotNow {
        verb: &'static str,
        state: &'static str,
        possible: Vec<&'static str>,
    },
    /// Not so many are free in that time.
    NotFree {
        free: u32,
    },
    /// It is being repaired or gone.
    NotInService,
    /// The place is closed at that time.
    NotOpen,
    Missing {
        field: &'static str,
    },
    TooLong {
        field: &'static str,
        max: usize,
    },
    /// Ends before it begins.
    EmptyWindow,
    InPast {
        field: &'static str,
    },
    TooFar {
        field: &'static str,
    },
    /// Only others may take this step.
    NotYours,
    /// Only who asked confirms.
    AskerOnly,
    /// Asked already.
    AskedAlready,
    UnknownOffer,
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let conflict = |code| Self::new(ProblemKind::Conflict, code);
        match refusal {
            Refusal::NotNow {
                verb,
                state,
                possible,
            } => conflict("sharing-not-now")
                .arg("verb", verb)
                .arg("state", state)
                .arg("possible", possible.join(", "))
                .with_data(serde_json::json!({ "state": state, "possible": possible })),
            Refusal::NotFree { free } => conflict("sharing-not-free")
                .arg("free", free)
                .with_data(serde_json::json!({ "free": free })),
            Refusal::NotInService => conflict("sharing-not-in-service"),
            Refusal::NotOpen => Self::invalid("from", "sharing-not-open"),
            Refusal::Missing { field } => Self::invalid(field, "required"),
            Refusal::TooLong { field, max } => {
                Self::invalid(field, "too-long").field_arg("max", max)
            }
            Refusal::EmptyWindow => Self::invalid("to", "sharing-empty-window"),
            Refusal::InPast { field } => Self::invalid(field, "sharing-in-past"),
            Refusal::TooFar { field } => Self::invalid(field, "too-far"),
            Refusal::NotYours => Self::new(ProblemKind::Forbidden, "sharing-not-yours"),
            Refusal::AskerOnly => Self::new(ProblemKind::Forbidden, "sharing-asker-only"),
            Refusal::AskedAlready => conflict("sharing-asked-already"),
            Refusal::UnknownOffer => Self::not_found(),
        }
    }
}

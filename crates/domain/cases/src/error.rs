//! Refusals of the model as problems with sentences.

use serde_json::json;
use youlin_kernel::{Problem, ProblemKind};

use crate::model::Refusal;

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let conflict = |code| Problem::new(ProblemKind::Conflict, code);
        match refusal {
            Refusal::NotAllowedNow {
                verb,
                status,
                possible,
            } => conflict("transition-not-allowed")
                .arg("verb", verb)
                .arg("status", status)
                .arg("possible", possible.join(", "))
                .with_data(json!({ "status": status, "possible": possible })),
            Refusal::NotYours { verb } => {
                Problem::new(ProblemKind::Forbidden, "not-yours").arg("verb", verb)
            }
            Refusal::OwnWork => Problem::new(ProblemKind::Forbidden, "own-work"),
            Refusal::NobodyToAsk => Problem::invalid("method", "verify-nobody-to-ask"),
            Refusal::Missing { field } => Problem::invalid(field, "required"),
            Refusal::TooLong { field, max } => {
                Problem::invalid(field, "too-long").field_arg("max", max)
            }
            Refusal::TasksOpen { open } => conflict("tasks-open").arg("open", open),
            Refusal::FollowUpsOpen { open } => conflict("follow-ups-open").arg("open", open),
            Refusal::UnknownTask => Problem::not_found(),
            Refusal::TaskEnded => conflict("task-ended"),
            Refusal::NotInFuture { field } => Problem::invalid(field, "not-in-future"),
            Refusal::TooFar { field } => Problem::invalid(field, "too-far"),
            Refusal::NoExtensionAsked => conflict("no-extension-asked"),
            Refusal::ExtensionAsked => conflict("extension-already-asked"),
            Refusal::ReopenOver => conflict("reopen-over"),
            Refusal::EvidenceNeeded { basis } => conflict("evidence-needed").arg("basis", basis),
            Refusal::PartyTwice => Problem::invalid("supporting", "party-twice"),
            Refusal::AlreadyRated => conflict("already-rated"),
        }
    }
}

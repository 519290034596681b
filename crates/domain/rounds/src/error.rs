//! Refusals of the models as problems with sentences.

use serde_json::json;
use youlin_kernel::{Problem, ProblemKind};

use crate::model::{HazardRefusal, MAX_TEXT};

impl From<HazardRefusal> for Problem {
    fn from(refusal: HazardRefusal) -> Self {
        let forbidden = |code| Self::new(ProblemKind::Forbidden, code);
        match refusal {
            HazardRefusal::NotNow { verb, step } => {
                Self::new(ProblemKind::Conflict, "hazard-not-now")
                    .arg("verb", verb)
                    .arg("step", step)
                    .with_data(json!({ "step": step }))
            }
            HazardRefusal::NotYours { verb } => forbidden("hazard-not-yours").arg("verb", verb),
            HazardRefusal::OwnHazard => forbidden("own-hazard"),
            HazardRefusal::OwnWork => forbidden("own-work"),
            HazardRefusal::OwnExtension => forbidden("own-extension"),
            HazardRefusal::OwnFinding => forbidden("own-finding"),
            HazardRefusal::Photographs { needed, shown } => {
                Self::invalid("photo", "hazard-photographs")
                    .field_arg("needed", needed)
                    .field_arg("shown", shown)
            }
            HazardRefusal::Missing { field } => Self::invalid(field, "required"),
            HazardRefusal::TooLong { field } => {
                Self::invalid(field, "too-long").field_arg("max", MAX_TEXT)
            }
        }
    }
}

//! A hazard as somebody tells it who knows the stalls by what is written on them: on a page, or on a telephone without signal.

use serde::{Deserialize, Serialize};
use youlin_database::Database;
use youlin_kernel::{Problem, ProblemKind, Result, Scope};
use youlin_places::premises::{Premises, StallView};

use super::NewHazard;
use super::stalls::stalls;
use crate::model::{Subject, SubjectKind};

/// See the module's text.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ToldHazard {
    #[serde(flatten)]
    pub of: NewHazard,
    /// `C-01 C-02`, and within a section `01-11`; besides those named by id.
    #[serde(default)]
    pub named: String,
}

/// Hazards with their stalls by id, where a subject that has none is left as it is told.
///
/// # Errors
/// 422 with every stall that is not there, at `hazards.<n>.stalls`; 404 for premises outside the scope.
pub async fn told_hazards(
    db: &Database,
    scope: &Scope,
    subject: Subject,
    told: Vec<ToldHazard>,
) -> Result<Vec<NewHazard>> {
    let named = told.iter().any(|one| !one.named.trim().is_empty());
    if subject.kind != SubjectKind::Premises || !named {
        return Ok(told.into_iter().map(|one| one.of).collect());
    }
    let premises = Premises::one(db.read(), scope, subject.id).await?;
    understood(told, &Premises::stalls(db.read(), &premises, false).await?)
}

/// The same with the stalls of the premises at hand.
pub(crate) fn understood(told: Vec<ToldHazard>, all: &[StallView]) -> Result<Vec<NewHazard>> {
    let mut faults = Problem::new(ProblemKind::Invalid, "invalid");
    let mut hazards = Vec::with_capacity(told.len());
    for (at, ToldHazard { mut of, named }) in told.into_iter().enumerate() {
        match stalls(&named, &of.section, all) {
            Ok(found) => of.stalls.extend(found),
            Err(unknown) => {
                faults = faults
                    .and_field(format!("hazards.{at}.stalls"), "hazard-which-stall")
                    .field_arg("stall", unknown);
            }
        }
        hazards.push(of);
    }
    if faults.fields().is_empty() {
        Ok(hazards)
    } else {
        Err(faults)
    }
}

//! Photographs join their round, those of a finding its case too. Sent again, one is not doubled.

use youlin_files::StoredFile;
use youlin_kernel::{Problem, ProblemKind, Result};
use youlin_rounds::{AttachPhoto, HandedIn};

use super::meaning::Photographs;
use crate::call::Call;

/// Attaches what came; says how many. Files no answer names are none of the form's and are left out.
pub(super) async fn attach(
    call: &Call,
    done: &HandedIn,
    named: &Photographs,
    files: Vec<(String, StoredFile)>,
) -> Result<usize> {
    let mut count = 0;
    for (name, file) in files {
        let Some(finding) = named.get(&name) else {
            continue;
        };
        if !file.content_type.inline() {
            let problem = Problem::new(ProblemKind::UnsupportedType, "openrosa-file-type");
            return Err(problem.arg("name", name));
        }
        // A finding of the newest reading that the round as it was taken does not have.
        let finding = finding.filter(|id| done.findings.iter().any(|one| one.id == *id));
        let command = AttachPhoto {
            community: done.community,
            round: done.id,
            finding,
            stage: "",
            file,
        };
        call.app.db().execute(&call.ctx, command).await?;
        count += 1;
    }
    Ok(count)
}

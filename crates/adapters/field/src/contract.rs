//! The number of the agreement between client and server. It rises when an older server could no longer understand a
//! client; a newer server goes on understanding older clients, so what waits in a telephone is never refused for its age.

use youlin_kernel::{Problem, ProblemKind, Result};

/// The present number.
pub const CONTRACT: u32 = 1;

/// Refuses a client that is newer than this server: it keeps its items and sends them later.
pub(crate) fn check(theirs: u32) -> Result<()> {
    if theirs <= CONTRACT {
        return Ok(());
    }
    Err(Problem::new(ProblemKind::Conflict, "field-contract")
        .arg("ours", CONTRACT)
        .arg("theirs", theirs))
}

//! A place on the case's page that floors above fill: the composition root puts their sections in.

use std::sync::Arc;

use futures::future::{BoxFuture, join_all};
use youlin_kernel::Result;
use youlin_web::Shell;

use crate::CaseView;

/// A section of the case's page that another module draws.
pub trait CaseSection: Send + Sync {
    /// The section as HTML, everything in it escaped; empty where the caller has no part in it. It is drawn anew with
    /// each event of the case, so nothing may be typed in it.
    fn draw<'a>(&'a self, s: &'a Shell, case: &'a CaseView) -> BoxFuture<'a, Result<String>>;
}

/// All of them, in the order they are shown; put into the application at start.
pub struct CaseSections(pub Vec<Arc<dyn CaseSection>>);

impl std::fmt::Debug for CaseSections {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("CaseSections").field(&self.0.len()).finish()
    }
}

/// What the modules above say of this case.
pub(super) async fn drawn(s: &Shell, case: &CaseView) -> Result<Vec<String>> {
    let Some(all) = s.app().service::<CaseSections>() else {
        return Ok(Vec::new());
    };
    let drawn = join_all(all.0.iter().map(|one| one.draw(s, case))).await;
    drawn.into_iter().collect()
}

//! What floors above count about the quality of the register: the third of the three figures (统得出) is theirs. The
//! composition root puts them in.

use std::sync::Arc;

use futures::future::BoxFuture;
use youlin_kernel::{Ctx, Result};

/// A share that opens to its records.
#[derive(Clone, Debug)]
pub struct QualityFigure {
    /// Words: `quality-<code>`, `quality-not-<code>`, `quality-what-<code>`.
    pub code: &'static str,
    /// Key of the sentence that says what is counted, with `part` and `whole`.
    pub part_of: &'static str,
    pub part: u64,
    pub whole: u64,
    /// Where the records behind it are, and those that are missing from it.
    pub part_href: String,
    pub rest_href: String,
}

/// Counts figures for the page of quality.
pub trait QualityFigures: Send + Sync {
    /// Those the caller may see, none otherwise.
    fn figures<'a>(&'a self, ctx: &'a Ctx) -> BoxFuture<'a, Result<Vec<QualityFigure>>>;
}

/// All of them, in the order they are shown; put into the application at start.
pub struct QualityParts(pub Vec<Arc<dyn QualityFigures>>);

impl std::fmt::Debug for QualityParts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} figures", self.0.len())
    }
}

//! What floors above keep for a time and end by themselves (tracks of rounds): the composition root puts each in, so that the
//! page of keeping shows all there is, with a look at what ends next. Nothing is confirmed there: the time was promised
//! to whoever left the trace, and nobody may lengthen it.

use std::sync::Arc;

use futures::future::BoxFuture;
use youlin_kernel::{CommunityId, Ctx, Micros, Result, Scope};

/// One thing that ends.
#[derive(Clone, Debug)]
pub struct EndingLine {
    pub community: CommunityId,
    /// In words; nobody's name.
    pub text: String,
    /// Since when its time is over, or will be.
    pub at: Micros,
    /// Where it can be looked at, within the site.
    pub href: Option<String>,
}

/// A part of the page that another floor fills in.
pub trait KeptElsewhere: Send + Sync {
    /// Stable name, part of the address; `retention-<name>` is the key of its heading, `retention-more-<name>` of what it
    /// is and when it ends.
    fn name(&self) -> &'static str;

    /// Days it is kept.
    fn days(&self) -> i64;

    /// How many end before a moment, by community.
    fn counts<'a>(
        &'a self,
        scope: &'a Scope,
        before: Micros,
    ) -> BoxFuture<'a, Result<Vec<(CommunityId, u64)>>>;

    /// Those that end before a moment, the soonest first, at most so many.
    fn lines<'a>(
        &'a self,
        ctx: &'a Ctx,
        scope: &'a Scope,
        before: Micros,
        most: u64,
    ) -> BoxFuture<'a, Result<Vec<EndingLine>>>;
}

/// All of them, in the order they are shown; put into the application at start.
pub struct KeptParts(pub Vec<Arc<dyn KeptElsewhere>>);

impl std::fmt::Debug for KeptParts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list()
            .entries(self.0.iter().map(|one| one.name()))
            .finish()
    }
}

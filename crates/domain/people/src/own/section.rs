//! What floors above this one hold about a person: the composition root puts their sections in. The own file shows each
//! of them whole; the timeline of a person ([`crate::life`]) takes their lines among its own.

use std::sync::Arc;

use futures::future::BoxFuture;
use serde::Serialize;
use uuid::Uuid;
use youlin_kernel::{CommunityId, Ctx, Micros, Result};

/// One thing held about the person.
#[derive(Clone, Debug, Serialize)]
pub struct SectionLine {
    pub at: Option<Micros>,
    /// In the reader's language.
    pub text: String,
    /// What the person wrote or was told, in full.
    pub more: String,
    /// Where it can be followed, within the site.
    #[serde(skip)]
    pub href: Option<String>,
}

/// A part of the own file that another floor fills in.
pub trait FileSection: Send + Sync {
    /// Stable name in the JSON file.
    fn name(&self) -> &'static str;
    /// Key of the heading; with `-none` at its end the key of the sentence when there is nothing.
    fn title(&self) -> &'static str;
    /// Everything held about that very person, the newest first. The caller is that person.
    fn lines<'a>(
        &'a self,
        ctx: &'a Ctx,
        community: CommunityId,
        person: Uuid,
    ) -> BoxFuture<'a, Result<Vec<SectionLine>>>;

    /// What of it whoever keeps the register may see in the person's timeline, cut to the caller's own rights; nothing,
    /// unless the floor says otherwise.
    fn lines_for_desk<'a>(
        &'a self,
        _ctx: &'a Ctx,
        _community: CommunityId,
        _person: Uuid,
    ) -> BoxFuture<'a, Result<Vec<SectionLine>>> {
        Box::pin(std::future::ready(Ok(Vec::new())))
    }

    /// What happened at a dwelling, for its file, cut to the caller's own rights; nothing, unless the floor says otherwise.
    fn lines_of_dwelling<'a>(
        &'a self,
        _ctx: &'a Ctx,
        _community: CommunityId,
        _dwelling: Uuid,
    ) -> BoxFuture<'a, Result<Vec<SectionLine>>> {
        Box::pin(std::future::ready(Ok(Vec::new())))
    }
}

/// All of them, in the order they are shown; put into the application at start.
pub struct FileSections(pub Vec<Arc<dyn FileSection>>);

impl std::fmt::Debug for FileSections {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list()
            .entries(self.0.iter().map(|one| one.name()))
            .finish()
    }
}

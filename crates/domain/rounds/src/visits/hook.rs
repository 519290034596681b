//! What floors above know of questions that are open at a door: the composition root puts them in.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use futures::future::BoxFuture;
use uuid::Uuid;
use youlin_kernel::{CommunityId, Ctx, Result};

/// Questions of one form that a person has not answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenForm {
    /// As it is called on its page: 37 号表.
    pub title: String,
    pub questions: usize,
}

/// Says which forms wait for an answer.
pub trait OpenForms: Send + Sync {
    /// By person, of those of these persons the caller may see in a community.
    fn open<'a>(
        &'a self,
        ctx: &'a Ctx,
        community: CommunityId,
        of: &'a BTreeSet<Uuid>,
    ) -> BoxFuture<'a, Result<HashMap<Uuid, Vec<OpenForm>>>>;
}

/// All of them; put into the application at start.
pub struct OpenFormSources(pub Vec<Arc<dyn OpenForms>>);

impl std::fmt::Debug for OpenFormSources {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("OpenFormSources")
            .field(&self.0.len())
            .finish()
    }
}

impl OpenFormSources {
    /// Everything that is open of these persons.
    pub(crate) async fn open(
        sources: Option<&Self>,
        ctx: &Ctx,
        community: CommunityId,
        of: &BTreeSet<Uuid>,
    ) -> Result<HashMap<Uuid, Vec<OpenForm>>> {
        let mut all: HashMap<Uuid, Vec<OpenForm>> = HashMap::new();
        for source in sources.map_or(&[][..], |sources| &sources.0) {
            for (person, forms) in source.open(ctx, community, of).await? {
                all.entry(person).or_default().extend(forms);
            }
        }
        Ok(all)
    }
}

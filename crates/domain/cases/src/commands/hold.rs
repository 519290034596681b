//! What floors above hold of a case. A case that somebody's own rules end (a hazard, until somebody else saw it put right) is not
//! ended by a step at a desk; one that was found on a round is looked at again on the spot, and that visit is written down
//! where the round is. Cases know neither: whoever holds some says so here, and is put in when the house is put together.

use std::sync::{Arc, OnceLock};

use futures::future::BoxFuture;
use sea_orm::DatabaseExecutor;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use youlin_database::Tx;
use youlin_kernel::{CommunityId, Ctx, Problem, ProblemKind, Result};

use crate::model::{Verb, VerifyMethod};

/// Steps that would end a case behind the back of what it carries.
const ENDS: [&str; 4] = ["verify", "decline", "cancel", "merge"];

/// What a case carries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Held {
    /// It ends by the rules of what it carries and by no step of its own.
    pub ends_there: bool,
    /// Code of the refusal; its sentence (`problem-<code>`) stands on the case's page too.
    pub code: &'static str,
    /// The page to go on at.
    pub href: String,
}

/// Somebody looked on the spot whether a case is put right.
#[derive(Clone, Debug)]
pub struct SeenOnSpot {
    pub community: CommunityId,
    pub case: Uuid,
    pub passed: bool,
    /// What was seen.
    pub text: String,
}

/// A floor that holds something of cases.
pub trait HoldsCases: Send + Sync + std::fmt::Debug {
    /// What it holds of this case.
    fn held<'a>(
        &'a self,
        db: DatabaseExecutor<'a>,
        community: CommunityId,
        case: Uuid,
    ) -> BoxFuture<'a, Result<Option<Held>>>;

    /// A case was verified on the spot by a step of its own: what that means for what is held, in the same transaction.
    fn seen<'a, 'b: 'a>(
        &'a self,
        ctx: &'a Ctx,
        tx: &'a Tx<'b>,
        seen: &'a SeenOnSpot,
    ) -> BoxFuture<'a, Result<()>>;
}

/// Whoever was put in; nobody, in a house without floors above.
#[derive(Debug, Default)]
pub(crate) struct Holder(OnceLock<Arc<dyn HoldsCases>>);

impl Holder {
    pub(crate) fn put_in(&self, holder: Arc<dyn HoldsCases>) {
        // Said a second time the first one stays: there is one floor of rounds in a house.
        drop(self.0.set(holder));
    }

    pub(crate) async fn held(
        &self,
        db: impl Into<DatabaseExecutor<'_>>,
        community: CommunityId,
        case: Uuid,
    ) -> Result<Option<Held>> {
        match self.0.get() {
            Some(holder) => holder.held(db.into(), community, case).await,
            None => Ok(None),
        }
    }

    /// Whether this step may be taken, as far as what the case carries is concerned.
    pub(crate) async fn check(
        &self,
        tx: &Tx<'_>,
        community: CommunityId,
        case: Uuid,
        verb: &str,
    ) -> Result<()> {
        if !ENDS.contains(&verb) || self.0.get().is_none() {
            return Ok(());
        }
        match self.held(tx.conn(), community, case).await? {
            Some(held) if held.ends_there => Err(Problem::new(ProblemKind::Conflict, held.code)
                .with_data(serde_json::json!({ "href": held.href }))),
            _ => Ok(()),
        }
    }

    /// Tells of a visit on the spot.
    pub(crate) async fn verified(
        &self,
        ctx: &Ctx,
        tx: &Tx<'_>,
        (community, case): (CommunityId, Uuid),
        verb: &Verb,
    ) -> Result<()> {
        let (
            Some(holder),
            Verb::Verify {
                method: VerifyMethod::OnTheSpot,
                passed,
                text,
                ..
            },
        ) = (self.0.get(), verb)
        else {
            return Ok(());
        };
        let seen = SeenOnSpot {
            community,
            case,
            passed: *passed,
            text: text.trim().to_owned(),
        };
        holder.seen(ctx, tx, &seen).await
    }
}

/// Takes the steps away that what a case carries forbids.
pub(crate) fn without_ends(allowed: &mut Vec<String>, held: Option<&Held>) {
    if held.is_some_and(|held| held.ends_there) {
        allowed.retain(|verb| !ENDS.contains(&verb.as_str()));
    }
}

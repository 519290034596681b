//! Questions to the registers: which premises or buildings a campaign or a policy means.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use uuid::Uuid;
use youlin_datasets::Datasets;
use youlin_datasets::cube::Query;
use youlin_kernel::{Actor, AreaId, CommunityId, Ctx, Result};

use super::PolicyView;
use crate::service::Rounds;

/// A question as it is kept: when its areas were named is said with it, so that it goes on to mean what is split off from
/// them. What is asked unchanged keeps the moment it was first asked at.
pub(crate) fn kept(ctx: &Ctx, question: &Query, before: Option<&Query>) -> Query {
    let said = match before {
        Some(before) if before.same_as(question) => question.named_at.or(before.named_at),
        // Handed back with what was changed in it: that is said now.
        Some(before) if before.named_at == question.named_at => None,
        _ => question.named_at,
    };
    Query {
        named_at: Some(said.unwrap_or(ctx.now().0)),
        ..question.clone()
    }
}

/// The records of an area that answer a question now, with their communities; as far as the caller may see them.
///
/// # Errors
/// 422 naming each fault of the question; 403 where its records may not be seen.
pub(crate) async fn matching(
    registers: &Datasets,
    ctx: &Ctx,
    question: &Query,
    area: AreaId,
) -> Result<BTreeMap<Uuid, CommunityId>> {
    let question = Query {
        area: Some(area.0),
        as_of: None,
        ..question.clone()
    };
    let asked = registers.ask(ctx, question).await?;
    let found = asked.evidence(Vec::new(), false).await?.into_iter();
    let found = found.map(|one| (Uuid::from_u128(one.id), CommunityId(one.community)));
    Ok(found.collect())
}

/// What a policy's question means in its community; none when it asks none. The house asks: whoever walks by a policy need
/// not be allowed to count the register, and is shown of the answer only what lies in their own areas.
pub(super) async fn meant(
    rounds: &Rounds,
    ctx: &Ctx,
    policy: &PolicyView,
) -> Result<Option<BTreeSet<Uuid>>> {
    let Some(question) = &policy.policy.question else {
        return Ok(None);
    };
    let house = ctx.acting_as(Actor::Service("rounds"), Arc::from([]));
    let found = matching(
        rounds.registers()?,
        &house,
        question,
        policy.community.into(),
    );
    Ok(Some(found.await?.into_keys().collect()))
}

/// How many a question means now, asked with the rights of whoever plans; names what is wrong with it.
///
/// # Errors
/// As [`matching`].
pub(crate) async fn count_meant(
    rounds: &Rounds,
    ctx: &Ctx,
    community: CommunityId,
    question: &Query,
) -> Result<usize> {
    let found = matching(rounds.registers()?, ctx, question, community.into()).await?;
    Ok(found.len())
}

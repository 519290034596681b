//! The ringing telephone: who calls, where they live, who looks after them, what they asked before.

use sea_orm::sea_query::ExprTrait;
use sea_orm::{EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use youlin_database::Database;
use youlin_database::sql::col;
use youlin_kernel::{CommunityId, Ctx, Micros, Problem, Result, Scope};
use youlin_people::{Directory, FieldPlace, PersonFile};

use super::one::past_of_person;
use super::views::CaseRow;
use crate::entities::phone_call;
use crate::service::Cases;

/// A call with the caller's file.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CallView {
    pub id: Uuid,
    pub community: CommunityId,
    pub phone_masked: String,
    pub at: Micros,
    pub case: Option<Uuid>,
    pub taken: bool,
    /// Everybody registered with this number; several in a family, none when unknown.
    pub files: Vec<PersonFile>,
    pub cases: Vec<CaseRow>,
}

/// One call.
///
/// # Errors
/// 404 outside the scope.
pub async fn call_view(
    db: &Database,
    cases: &Cases,
    ctx: &Ctx,
    scope: &Scope,
    id: Uuid,
) -> Result<CallView> {
    let call = phone_call::Entity::find()
        .filter(col("community_id").is_in(scope.communities()))
        .filter(col("id").eq(id))
        .one(db.read())
        .await?
        .ok_or_else(Problem::not_found)?;
    let files = match call.person_id {
        Some(person) => vec![Directory::person(db.read(), &cases.vault, scope, person).await?],
        None => {
            let at = FieldPlace::new("phone_call", "phone", call.community_id, call.id);
            let phone = cases.vault.open(at, &call.phone)?;
            Directory::by_phone(db.read(), &cases.vault, scope, &phone).await?
        }
    };
    let mut past = Vec::new();
    for file in &files {
        past.extend(past_of_person(db, cases, ctx, scope, file.card.id, 8).await?);
    }
    Ok(CallView {
        id: call.id,
        community: CommunityId(call.community_id),
        phone_masked: call.phone_masked,
        at: Micros(call.at),
        case: call.case_id,
        taken: call.taken_by.is_some(),
        files,
        cases: past,
    })
}

/// Calls of the last day that nobody has dealt with.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn recent_calls(
    db: &Database,
    ctx: &Ctx,
    scope: &Scope,
) -> Result<Vec<(Uuid, String, Micros)>> {
    let calls = phone_call::Entity::find()
        .filter(col("community_id").is_in(scope.communities()))
        .filter(col("case_id").is_null())
        .filter(col("at").gte(ctx.now().plus(-Micros::DAY).0))
        .order_by_desc(phone_call::Column::Id)
        .limit(20)
        .all(db.read())
        .await?;
    Ok(calls
        .into_iter()
        .map(|call| (call.id, call.phone_masked, Micros(call.at)))
        .collect())
}

/// The caller's number in the clear, to add it to a person's file.
///
/// # Errors
/// 404 outside the scope.
pub(crate) async fn call_phone(
    db: &Database,
    cases: &Cases,
    scope: &Scope,
    id: Uuid,
) -> Result<(CommunityId, String)> {
    let call = phone_call::Entity::find()
        .filter(col("community_id").is_in(scope.communities()))
        .filter(col("id").eq(id))
        .one(db.read())
        .await?
        .ok_or_else(Problem::not_found)?;
    let at = FieldPlace::new("phone_call", "phone", call.community_id, call.id);
    Ok((
        CommunityId(call.community_id),
        cases.vault.open(at, &call.phone)?,
    ))
}

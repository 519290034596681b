//! Which cases are a party's work: those it leads, and those it is asked to help with. For floors above that show what a case
//! came from to whom it concerns.

use sea_orm::Condition;
use sea_orm::sea_query::{Expr, ExprTrait, Query, SelectStatement};
use uuid::Uuid;
use youlin_database::sql::{col, name};

/// Selects the ids of these parties' cases in these communities. The caller answers for who may ask.
#[must_use]
pub fn cases_of_parties(communities: &[i64], parties: &[Uuid]) -> SelectStatement {
    let here = || communities.iter().copied();
    let theirs = || parties.iter().copied();
    let mut asked = Query::select();
    asked
        .column(name("case_id"))
        .from(name("case_task"))
        .and_where(col("community_id").is_in(here()))
        .and_where(col("party_id").is_in(theirs()))
        .and_where(col("status").is_not_in(["declined", "cancelled"]));
    let mut select = Query::select();
    select
        .column(name("id"))
        .from(name("case_record"))
        .and_where(Expr::col(name("community_id")).is_in(here()))
        .cond_where(
            Condition::any()
                .add(col("lead_id").is_in(theirs()))
                .add(col("id").in_subquery(asked)),
        );
    select
}

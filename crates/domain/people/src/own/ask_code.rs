//! Ask for a one-time code. Known and unknown numbers walk the same way and get the same answer: whether a number stands
//! in the register is looked up by whoever sends the code, after the answer.

use std::sync::Arc;

use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use uuid::Uuid;
use youlin_database::sql::{col, name};
use youlin_database::{Command, Tx};
use youlin_kernel::{CommunityId, Ctx, Micros, Problem, ProblemKind, Result};

use super::code::{LIVES, PER_DAY, PER_HOUR, number_place};
use crate::Vault;
use crate::events::event;

/// A code waits to be sent; the event's subject is the code's id.
pub const CODE_ASKED: &str = "people.own-code-asked";

/// See the module's text. Answers the id under which the code is typed in.
#[derive(Debug)]
pub struct AskCode {
    pub vault: Arc<Vault>,
    pub phone: String,
    /// The file the number is to be added to; `None`: the code opens files.
    pub person: Option<(CommunityId, Uuid)>,
}

impl Command for AskCode {
    type Output = Uuid;
    const NAME: &'static str = "people.ask-own-code";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<Uuid> {
        if let Some((_, person)) = self.person
            && ctx.actor().person() != Some(person)
        {
            return Err(Problem::not_found());
        }
        let phone = self.vault.phone("phone", &self.phone)?;
        let index = self.vault.phone_index(&phone);
        let now = ctx.now();
        for (span, most) in [(Micros::HOUR, PER_HOUR), (Micros::DAY, PER_DAY)] {
            if asked_since(tx, &index, now.plus(-span)).await? >= most {
                return Err(Problem::new(ProblemKind::TooMany, "own-code-often"));
            }
        }
        let id = ctx.new_id();
        let mut salt = vec![0; 16];
        ctx.random(&mut salt);
        let sealed = self.vault.seal(ctx, number_place(id), phone.line())?;
        let mut insert = Query::insert();
        insert
            .into_table(name("own_code"))
            .columns(
                [
                    "community_id",
                    "id",
                    "number_index",
                    "number_sealed",
                    "salt",
                    "person_community",
                    "person_id",
                    "tries",
                    "created_at",
                    "ends_at",
                ]
                .map(name),
            )
            .values_panic([
                CommunityId::SYSTEM.0.into(),
                id.into(),
                index.into(),
                sealed.into(),
                salt.into(),
                self.person.map(|(community, _)| community.0).into(),
                self.person.map(|(_, person)| person).into(),
                0i32.into(),
                now.0.into(),
                now.plus(LIVES).0.into(),
            ]);
        tx.conn().execute(&insert).await?;
        tx.emit(ctx, event(CODE_ASKED, CommunityId::SYSTEM, id));
        Ok(id)
    }
}

async fn asked_since(tx: &Tx<'_>, index: &[u8], since: Micros) -> Result<u64> {
    let mut query = Query::select();
    query
        .expr_as(Expr::col(name("id")).count(), name("asked"))
        .from(name("own_code"))
        .and_where(col("community_id").eq(CommunityId::SYSTEM.0))
        .and_where(col("number_index").eq(index.to_vec()))
        .and_where(col("created_at").gt(since.0));
    let row = tx.conn().query_one(&query).await?;
    let asked: i64 = row.map_or(Ok(0), |row| row.try_get("", "asked"))?;
    Ok(u64::try_from(asked).unwrap_or(0))
}

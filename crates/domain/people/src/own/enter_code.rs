//! Type the code in; choose whose file it opens; leave. A wrong code is an outcome, not an error: it must be counted, and
//! what an error does is taken back.

use std::sync::Arc;

use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use subtle::ConstantTimeEq;
use uuid::Uuid;
use youlin_database::sql::{col, name};
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{CommunityId, Ctx, Problem, Result};

use super::code::{self, TRIES, code_of, digits};
use super::guardians::files_of_number;
use super::session;
use crate::Vault;

/// What became of a code that was typed in.
pub enum Entered {
    /// The token of the new session.
    Right(String),
    /// So many tries are left.
    Wrong(i32),
    /// Used, expired, tried too often, or never there.
    Over,
}

impl std::fmt::Debug for Entered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Right(_) => "Right(…)",
            Self::Wrong(_) => "Wrong",
            Self::Over => "Over",
        })
    }
}

/// See the module's text.
#[derive(Debug)]
pub struct EnterCode {
    pub vault: Arc<Vault>,
    pub id: Uuid,
    pub typed: String,
}

impl Command for EnterCode {
    type Output = Entered;
    const NAME: &'static str = "people.enter-own-code";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<Entered> {
        let proven = match prove(ctx, tx, &self.vault, self.id, &self.typed, None).await? {
            Proven::Right(row) => row,
            Proven::Wrong(left) => return Ok(Entered::Wrong(left)),
            Proven::Over => return Ok(Entered::Over),
        };
        let files = files_of_number(tx.conn(), &self.vault, ctx, &proven.number_index).await?;
        // One file opens at once; of several the person chooses.
        let only = match files.as_slice() {
            [one] => Some((CommunityId(one.community_id), one.id)),
            _ => None,
        };
        let mut random = [0u8; 32];
        ctx.random(&mut random);
        let token = hex::encode(random);
        let mut insert = Query::insert();
        insert
            .into_table(name("own_session"))
            .columns(
                [
                    "community_id",
                    "token_hash",
                    "number_index",
                    "person_community",
                    "person_id",
                    "ends_at",
                ]
                .map(name),
            )
            .values_panic([
                CommunityId::SYSTEM.0.into(),
                session::hash(&token).into(),
                proven.number_index.into(),
                only.map(|(community, _)| community.0).into(),
                only.map(|(_, person)| person).into(),
                ctx.now().plus(session::LIVES).0.into(),
            ]);
        tx.conn().execute(&insert).await?;
        if let Some((community, person)) = only {
            note_opened(ctx, tx, community, person);
        }
        Ok(Entered::Right(token))
    }
}

/// What one try proved.
pub(crate) enum Proven {
    Right(code::CodeRow),
    Wrong(i32),
    Over,
}

/// One try: counted first, so that tries that come together are counted apart. A right code is over.
pub(crate) async fn prove(
    ctx: &Ctx,
    tx: &Tx<'_>,
    vault: &Vault,
    id: Uuid,
    typed: &str,
    person: Option<(CommunityId, Uuid)>,
) -> Result<Proven> {
    let now = ctx.now();
    let key = |query: &mut sea_orm::sea_query::UpdateStatement| {
        query
            .table(name("own_code"))
            .and_where(col("community_id").eq(CommunityId::SYSTEM.0))
            .and_where(col("id").eq(id));
    };
    let mut count = Query::update();
    key(&mut count);
    count
        .value(name("tries"), Expr::col(name("tries")).add(1))
        .and_where(col("tries").lt(TRIES))
        .and_where(col("ends_at").gt(now.0));
    if tx.conn().execute(&count).await?.rows_affected() == 0 {
        return Ok(Proven::Over);
    }
    let row = code::find(tx.conn(), id)
        .await?
        .filter(|row| row.person == person);
    let Some(row) = row else {
        return Ok(Proven::Over);
    };
    let right = code_of(vault, id, &row.salt);
    if !bool::from(right.as_bytes().ct_eq(digits(typed).as_bytes())) {
        return Ok(match TRIES - row.tries {
            left if left > 0 => Proven::Wrong(left),
            _ => Proven::Over,
        });
    }
    let mut used = Query::update();
    key(&mut used);
    used.value(name("ends_at"), now.0);
    tx.conn().execute(&used).await?;
    Ok(Proven::Right(row))
}

/// Opens the file of one of the persons of the proven number.
#[derive(Debug)]
pub struct ChoosePerson {
    pub vault: Arc<Vault>,
    pub token_hash: Vec<u8>,
    pub number_index: Vec<u8>,
    pub person: Uuid,
}

impl Command for ChoosePerson {
    type Output = ();
    const NAME: &'static str = "people.choose-own-file";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let files = files_of_number(tx.conn(), &self.vault, ctx, &self.number_index).await?;
        let chosen = files
            .iter()
            .find(|one| one.id == self.person)
            .ok_or_else(Problem::not_found)?;
        let mut update = Query::update();
        update
            .table(name("own_session"))
            .value(name("person_community"), chosen.community_id)
            .value(name("person_id"), chosen.id)
            .and_where(col("community_id").eq(CommunityId::SYSTEM.0))
            .and_where(col("token_hash").eq(self.token_hash.clone()))
            .and_where(col("ends_at").gt(ctx.now().0));
        if tx.conn().execute(&update).await?.rows_affected() == 0 {
            return Err(Problem::not_found());
        }
        note_opened(ctx, tx, CommunityId(chosen.community_id), chosen.id);
        Ok(())
    }
}

fn note_opened(ctx: &Ctx, tx: &Tx<'_>, community: CommunityId, person: Uuid) {
    let ctx = session::acting_for(ctx, community, person);
    tx.audit(
        &ctx,
        community,
        AuditEntry::new("people.open-own-file", "person", person),
    );
}

/// Ends the session.
#[derive(Debug)]
pub struct LeaveFile {
    pub token_hash: Vec<u8>,
}

impl Command for LeaveFile {
    type Output = ();
    const NAME: &'static str = "people.leave-own-file";

    async fn run(&self, _ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let mut delete = Query::delete();
        delete
            .from_table(name("own_session"))
            .and_where(col("community_id").eq(CommunityId::SYSTEM.0))
            .and_where(col("token_hash").eq(self.token_hash.clone()));
        tx.conn().execute(&delete).await?;
        Ok(())
    }
}

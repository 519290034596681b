//! Sealing everything anew after a change of keys (domain §5): a job that walks each table with sealed fields batch by
//! batch and notes its place after each. It may be killed anywhere: the old key goes on opening what it sealed, and the
//! next start goes on from the noted place. A key can be taken out once nothing is sealed by it, which is counted in the
//! tables, not believed.

use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use sea_orm::sea_query::{ExprTrait, OnConflict, Query};
use sea_orm::{ConnectionTrait, DatabaseConnection};
use uuid::Uuid;
use youlin_database::sealed::{Resealer, SealedPlace, SealedTable};
use youlin_database::sql::{col, name};
use youlin_database::{
    AuditEntry, Command, Database, JobHandler, JobOutcome, JobRun, Recurring, Tx,
};
use youlin_kernel::{CommunityId, Ctx, Micros, Result};

use super::processing::{NewProcessing, ProcessingKind, note_processing};
use crate::Vault;
use crate::entities::*;

/// Looks every minute whether the key file has a new active key, and goes on where a walk stopped.
pub const RESEAL: Recurring = Recurring {
    kind: "people.reseal",
    after: 5 * Micros::SECOND,
    every: Micros::MINUTE,
};

/// How long a finished walk is believed.
const AGAIN: i64 = Micros::DAY;
/// Rows of a batch: one transaction, so that nobody waits long for the writer.
const BATCH: u64 = 200;

/// Every table with sealed fields of the house; put into the application at start.
#[derive(Clone, Debug)]
pub struct SealedTables(pub Vec<SealedTable>);

/// Those of this module.
pub(crate) fn sealed() -> Vec<SealedTable> {
    use youlin_database::sealed::{SealedColumn as Column, sealed_record, sealed_rows};
    const PERSON: &[Column] = &[
        Column::new("name_sealed", "person", "name"),
        Column::new("note_sealed", "person", "note"),
        Column::new("identity_sealed", "person", "identity"),
        Column::new("birth_sealed", "person", "birth"),
    ];
    const PHONE: &[Column] = &[Column::new("number_sealed", "person_phone", "number")];
    const LABEL: &[Column] = &[Column::new("label_sealed", "person_label", "label")];
    const ORGANISATION: &[Column] = &[Column::new("email_sealed", "organisation", "email")];
    const MERCHANT: &[Column] = &[Column::new("phone_sealed", "merchant", "phone")];
    const MEMBERSHIP: &[Column] = &[Column::new("duty_phone_sealed", "membership", "duty_phone")];
    const ACCOUNT: &[Column] = &[Column::new("totp_sealed", "account", "totp")];
    const CORRECTION: &[Column] = &[
        Column::new("wish_sealed", "correction", "wish"),
        Column::new("answer_sealed", "correction", "answer"),
    ];
    const PAST: &[Column] = &[Column::new("label_sealed", "person_label_past", "label")];
    const VISIT: &[Column] = &[Column::new("note_sealed", "visiting_entry", "note")];
    const ASKED: &[Column] = &[Column::new("answer_sealed", "form_asked", "answer")];
    const MERGE: &[Column] = &[
        Column::new("before_sealed", "person_merge", "before"),
        Column::new("after_sealed", "person_merge", "after"),
    ];
    const DEATH: &[Column] = &[Column::new("day_sealed", "person_death", "day")];
    const AWAY: &[Column] = &[Column::new("whereto_sealed", "move_out", "whereto")];
    const EXPORT: &[Column] = &[Column::new("filter_sealed", "person_export", "filter")];
    const CODE: &[Column] = &[Column::new("number_sealed", "own_code", "number")];
    vec![
        sealed_record::<person::Entity>(PERSON),
        sealed_record::<person_phone::Entity>(PHONE),
        sealed_record::<person_label::Entity>(LABEL),
        sealed_record::<person_label_past::Entity>(PAST),
        sealed_record::<visiting_entry::Entity>(VISIT),
        sealed_record::<form_asked::Entity>(ASKED),
        sealed_record::<organisation::Entity>(ORGANISATION),
        sealed_record::<merchant::Entity>(MERCHANT),
        sealed_record::<membership::Entity>(MEMBERSHIP),
        sealed_record::<account::Entity>(ACCOUNT),
        sealed_record::<correction::Entity>(CORRECTION),
        sealed_record::<person_merge::Entity>(MERGE),
        sealed_record::<person_death::Entity>(DEATH),
        sealed_record::<move_out::Entity>(AWAY),
        sealed_record::<person_export::Entity>(EXPORT),
        sealed_rows("own_code", CODE),
    ]
    .into_iter()
    .chain(crate::talents::sealed())
    .collect()
}

/// How far the walk of one table with one key is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SealingPass {
    pub place: SealedPlace,
    pub seen: u64,
    pub changed: u64,
    pub started_at: Micros,
    pub ended_at: Option<Micros>,
}

/// The pass of a table; `None` before it began.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn sealing_pass(
    db: &DatabaseConnection,
    key: u16,
    table: &'static str,
) -> Result<Option<SealingPass>> {
    let mut query = Query::select();
    query
        .columns(
            [
                "after_community",
                "after_id",
                "seen",
                "changed",
                "started_at",
                "ended_at",
            ]
            .map(name),
        )
        .from(name("sealing_pass"))
        .and_where(col("community_id").eq(CommunityId::SYSTEM.0))
        .and_where(col("key_id").eq(i32::from(key)))
        .and_where(col("part").eq(table));
    let Some(row) = db.query_one(&query).await? else {
        return Ok(None);
    };
    let count = |column: &str| -> Result<u64> {
        let value: i64 = row.try_get("", column)?;
        Ok(u64::try_from(value).unwrap_or(0))
    };
    let ended: Option<i64> = row.try_get("", "ended_at")?;
    let after: Uuid = row.try_get("", "after_id")?;
    Ok(Some(SealingPass {
        place: SealedPlace {
            community: row.try_get("", "after_community")?,
            row: after,
        },
        seen: count("seen")?,
        changed: count("changed")?,
        started_at: Micros(row.try_get("", "started_at")?),
        ended_at: ended.map(Micros),
    }))
}

/// Notes how far a pass is.
struct NotePass {
    key: u16,
    table: &'static str,
    pass: SealingPass,
}

impl Command for NotePass {
    type Output = ();
    const NAME: &'static str = "people.note-sealing-pass";

    async fn run(&self, _ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let pass = &self.pass;
        let count = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        let mut insert = Query::insert();
        insert
            .into_table(name("sealing_pass"))
            .columns(
                [
                    "community_id",
                    "key_id",
                    "part",
                    "after_community",
                    "after_id",
                    "seen",
                    "changed",
                    "started_at",
                    "ended_at",
                ]
                .map(name),
            )
            .values_panic([
                CommunityId::SYSTEM.0.into(),
                i32::from(self.key).into(),
                self.table.into(),
                pass.place.community.into(),
                pass.place.row.into(),
                count(pass.seen).into(),
                count(pass.changed).into(),
                pass.started_at.0.into(),
                pass.ended_at.map(|at| at.0).into(),
            ])
            .on_conflict(
                OnConflict::columns(["community_id", "key_id", "part"].map(name))
                    .update_columns(
                        ["after_community", "after_id", "seen", "changed", "ended_at"].map(name),
                    )
                    .to_owned(),
            );
        tx.conn().execute(&insert).await?;
        Ok(())
    }
}

/// Notes in the record of processing that a table was sealed anew.
struct NoteSealed {
    key: u16,
    table: &'static str,
    changed: u64,
}

impl Command for NoteSealed {
    type Output = ();
    const NAME: &'static str = "people.note-sealed";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let new = NewProcessing {
            kind: ProcessingKind::Sealing,
            purpose: self.table.to_owned(),
            person: None,
            persons: i64::try_from(self.changed).unwrap_or(i64::MAX),
            subject: self.key.to_string(),
        };
        note_processing(ctx, tx, CommunityId::SYSTEM, new).await?;
        tx.audit(
            ctx,
            CommunityId::SYSTEM,
            AuditEntry::new(Self::NAME, "sealing", Uuid::nil()),
        );
        Ok(())
    }
}

/// See the module's text.
#[derive(Debug)]
pub struct ResealAll {
    pub vault: Arc<Vault>,
    pub tables: Arc<SealedTables>,
}

impl JobHandler for ResealAll {
    fn kind(&self) -> &'static str {
        RESEAL.kind
    }

    fn run<'a>(
        &'a self,
        ctx: &'a Ctx,
        db: &'a Database,
        run: &'a JobRun,
    ) -> BoxFuture<'a, Result<JobOutcome>> {
        async move {
            self.vault.look_again();
            // With one key there is nothing another could have sealed.
            if self.vault.keyring().ids().count() > 1 {
                self.walk(ctx, db, Some(run), u64::MAX).await?;
            }
            Ok(RESEAL.again(ctx))
        }
        .boxed()
    }
}

impl ResealAll {
    /// Walks on through all tables, at most so many batches; says whether everything is sealed by the active key.
    ///
    /// # Errors
    /// 503 when the database cannot write now.
    pub async fn walk(
        &self,
        ctx: &Ctx,
        db: &Database,
        run: Option<&JobRun>,
        mut batches: u64,
    ) -> Result<bool> {
        let key = self.vault.active();
        for table in &self.tables.0 {
            let mut pass = match sealing_pass(db.read(), key, table.table).await? {
                Some(pass) if pass.ended_at.is_some_and(|at| ctx.now() < at.plus(AGAIN)) => {
                    continue;
                }
                // Another process may have sealed with an older key file since.
                Some(pass) if pass.ended_at.is_some() => {
                    let pass = self.end(ctx, db, table, pass, true).await?;
                    let table = table.table;
                    db.execute(ctx, NotePass { key, table, pass }).await?;
                    pass
                }
                Some(pass) => pass,
                None => SealingPass {
                    place: SealedPlace::START,
                    seen: 0,
                    changed: 0,
                    started_at: ctx.now(),
                    ended_at: None,
                },
            };
            let mut changed_now = false;
            while pass.ended_at.is_none() {
                if batches == 0 {
                    return Ok(false);
                }
                batches -= 1;
                let resealer = Arc::<Vault>::clone(&self.vault);
                let done = table.step(db, ctx, resealer, pass.place, BATCH).await?;
                pass.seen += done.seen;
                pass.changed += done.changed;
                changed_now |= done.changed > 0;
                match done.next {
                    Some(place) => pass.place = place,
                    None => {
                        pass = self.end(ctx, db, table, pass, changed_now).await?;
                        changed_now = false;
                    }
                }
                let table = table.table;
                db.execute(ctx, NotePass { key, table, pass }).await?;
                if let Some(run) = run {
                    let seen = i64::try_from(pass.seen).unwrap_or(i64::MAX);
                    run.progress(ctx, db, seen, 0).await?;
                }
            }
        }
        Ok(true)
    }

    /// The table is through. Somebody may have saved a row with what they had loaded before it was sealed anew: then it
    /// is walked once more. What a walk could not change will not be changed by another at once: it stays on the page,
    /// keeps its key from being taken out, and is tried again a day later.
    async fn end(
        &self,
        ctx: &Ctx,
        db: &Database,
        table: &SealedTable,
        mut pass: SealingPass,
        worth_another: bool,
    ) -> Result<SealingPass> {
        let key = self.vault.active();
        let keys = table.keys(db.read(), &*self.vault).await?;
        if keys.iter().any(|(sealed_by, _)| *sealed_by != Some(key)) {
            if worth_another {
                pass.place = SealedPlace::START;
                pass.ended_at = None;
                return Ok(pass);
            }
            tracing::error!(
                table = table.table,
                key,
                "fields of another key are left that cannot be sealed anew"
            );
        }
        if pass.changed > 0 && pass.ended_at.is_none() {
            let note = NoteSealed {
                key,
                table: table.table,
                changed: pass.changed,
            };
            db.execute(ctx, note).await?;
        }
        pass.ended_at = Some(ctx.now());
        Ok(pass)
    }
}

/// Fields by key, over all tables.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn fields_by_key(
    db: &DatabaseConnection,
    vault: &Vault,
    tables: &[SealedTable],
) -> Result<Vec<(SealedTable, Vec<(Option<u16>, u64)>)>> {
    let mut found = Vec::with_capacity(tables.len());
    for table in tables {
        found.push((*table, table.keys(db, vault).await?));
    }
    Ok(found)
}

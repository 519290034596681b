//! What SQLite's single writer remembers from group to group, so that it need not read it each time: the last running
//! numbers and the ends of the audit chains.
//!
//! Nobody else can change them while the writer holds the transaction; whether another process (a command line beside
//! the server) did so before is told by `PRAGMA data_version`, asked once per group.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard};

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, Statement, Value};
use youlin_kernel::{Problem, Result};

use crate::audit::Heads;
use crate::idempotency::{self, Answer, NewAnswer};
use crate::sql::insert_many;

/// A running number: its table, its community, and what it starts anew for (a day).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Series {
    pub(crate) table: &'static str,
    pub(crate) community: i64,
    pub(crate) period: i32,
}

#[derive(Debug, Default)]
pub(crate) struct Memory {
    data_version: Option<i64>,
    numbers: HashMap<Series, i32>,
    /// Numbers given out in this group and not written yet.
    moved: Vec<Series>,
    pub(crate) heads: Heads,
    /// Answers under idempotency keys of this group: those that were there, and those written at its end. None: looked for,
    /// and not there.
    answers: HashMap<(i64, String), Option<Answer>>,
}

/// Days go by, and each leaves its numbers: forgotten all at once when there are more than this.
const MANY: usize = 20_000;

/// The memory, shared by the commands of a group one after the other.
#[derive(Debug, Default)]
pub(crate) struct Kept(Mutex<Memory>);

impl Kept {
    pub(crate) fn memory(&self) -> MutexGuard<'_, Memory> {
        match self.0.lock() {
            Ok(memory) => memory,
            Err(poisoned) => poisoned.into_inner(),
        }
    }

    /// Forgets everything when another process wrote since the last group.
    pub(crate) async fn refresh(&self, txn: &DatabaseTransaction) -> Result<()> {
        let asked = Statement::from_string(DbBackend::Sqlite, "PRAGMA data_version");
        let row = txn.query_one_raw(asked).await?;
        let version: Option<i64> = row.map(|row| row.try_get_by_index(0)).transpose()?;
        let mut memory = self.memory();
        if memory.data_version != version || memory.numbers.len() > MANY {
            *memory = Memory {
                data_version: version,
                ..Memory::default()
            };
        }
        Ok(())
    }

    /// After a failed group nothing remembered is sure any more.
    pub(crate) fn forget(&self) {
        *self.memory() = Memory::default();
    }

    /// Looks for the answers under the keys of a group's commands, all at once: each by itself would wait for the database.
    pub(crate) async fn look_for(
        &self,
        txn: &DatabaseTransaction,
        keys: Vec<(i64, String)>,
    ) -> Result<()> {
        if keys.is_empty() {
            return Ok(());
        }
        let found = idempotency::find_all(txn, &keys).await?;
        let mut memory = self.memory();
        memory.answers = keys.into_iter().map(|key| (key, None)).collect();
        for (key, answer) in found {
            memory.answers.insert(key, Some(answer));
        }
        Ok(())
    }

    /// Whether this group knows what is kept under a key, and what that is.
    pub(crate) fn answer(&self, key: &(i64, String)) -> Option<Option<Answer>> {
        self.memory().answers.get(key).cloned()
    }

    /// Answers of a command of this group, for those behind it.
    pub(crate) fn answered(&self, new: &[NewAnswer]) {
        let mut memory = self.memory();
        for one in new {
            let key = (one.community, one.key.clone());
            memory.answers.insert(key, Some(one.answer.clone()));
        }
    }

    /// The group has ended: its answers are in the database, or nowhere.
    pub(crate) fn forget_answers(&self) {
        self.memory().answers.clear();
    }

    /// The next number of a series, first read from its table and then counted here.
    pub(crate) async fn next(&self, txn: &DatabaseTransaction, series: Series) -> Result<i32> {
        let known = self.memory().numbers.get(&series).copied();
        let last = match known {
            Some(last) => last,
            None => last_number(txn, &series).await?,
        };
        let next = last
            .checked_add(1)
            .ok_or_else(|| Problem::internal("the numbers of a series have run out"))?;
        let mut memory = self.memory();
        memory.numbers.insert(series.clone(), next);
        if !memory.moved.contains(&series) {
            memory.moved.push(series);
        }
        Ok(next)
    }

    /// Writes the numbers given out in this group.
    pub(crate) async fn write_numbers(&self, txn: &DatabaseTransaction) -> Result<()> {
        let by_table = {
            let mut memory = self.memory();
            let moved = std::mem::take(&mut memory.moved);
            let mut by_table: HashMap<&'static str, Vec<Vec<Value>>> = HashMap::new();
            for series in moved {
                let last = memory.numbers.get(&series).copied().unwrap_or_default();
                by_table.entry(series.table).or_default().push(vec![
                    series.community.into(),
                    series.period.into(),
                    last.into(),
                ]);
            }
            by_table
        };
        for (table, rows) in by_table {
            let columns = ["community_id", "day", "last"];
            let moved = "ON CONFLICT (community_id, day) DO UPDATE SET last = excluded.last";
            insert_many(txn, table, &columns, rows, moved).await?;
        }
        Ok(())
    }
}

async fn last_number(txn: &DatabaseTransaction, series: &Series) -> Result<i32> {
    let asked = Statement::from_sql_and_values(
        DbBackend::Sqlite,
        format!(
            "SELECT last FROM {} WHERE community_id = ? AND day = ?",
            series.table
        ),
        [series.community.into(), series.period.into()],
    );
    match txn.query_one_raw(asked).await? {
        Some(row) => Ok(row.try_get("", "last")?),
        None => Ok(0),
    }
}

/// The same on PostgreSQL, where every transaction may be on another machine: the row is the counter.
pub(crate) async fn next_in_table(txn: &DatabaseTransaction, series: &Series) -> Result<i32> {
    let asked = Statement::from_sql_and_values(
        DbBackend::Postgres,
        format!(
            "INSERT INTO {table} (community_id, day, last) VALUES ($1, $2, 1) ON CONFLICT (community_id, day) \
             DO UPDATE SET last = {table}.last + 1 RETURNING last",
            table = series.table
        ),
        [series.community.into(), series.period.into()],
    );
    let row = txn
        .query_one_raw(asked)
        .await?
        .ok_or_else(|| Problem::internal("no running number"))?;
    Ok(row.try_get("", "last")?)
}

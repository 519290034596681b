//! Small helpers over sea-query for rows that have no entity.

use std::fmt::Write;

use sea_orm::sea_query::{Alias, Expr, LikeExpr, SimpleExpr};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, DbBackend, Statement, Value,
};
use uuid::Uuid;
use youlin_kernel::{Result, Scope};

/// A column or table name.
#[must_use]
pub fn name(text: &'static str) -> Alias {
    Alias::new(text)
}

/// A column in an expression.
#[must_use]
pub fn col(text: &'static str) -> Expr {
    Expr::col(Alias::new(text))
}

/// Columns that hold this text as it is typed: `%` and `_` mean themselves.
#[must_use]
pub fn holds(column: impl ColumnTrait, text: &str) -> SimpleExpr {
    let mut escaped = String::with_capacity(text.len());
    for one in text.chars() {
        if matches!(one, '%' | '_' | '\\') {
            escaped.push('\\');
        }
        escaped.push(one);
    }
    column.like(LikeExpr::new(format!("%{escaped}%")).escape('\\'))
}

/// Ids in one statement.
pub const AT_ONCE: usize = 500;
/// Beyond so many a table is read as a whole: that is one pass, and not hundreds of statements.
const MOST_NAMED: usize = 5_000;

/// These ids, where naming them reads less than the whole.
#[must_use]
pub fn few(ids: &[Uuid]) -> Option<&[Uuid]> {
    (ids.len() <= MOST_NAMED).then_some(ids)
}

/// Everything, or these in parts that a statement holds.
#[must_use]
pub fn parts(ids: Option<&[Uuid]>) -> Vec<Option<&[Uuid]>> {
    match ids {
        None => vec![None],
        Some(ids) => ids.chunks(AT_ONCE).map(Some).collect(),
    }
}

/// Rows within a scope, by the columns of their community, grid and neighbourhood. Rows that lie in no grid are seen by
/// whoever sees the whole community; of a scope without any part there are none.
#[must_use]
pub fn in_scope<C: ColumnTrait>(
    scope: &Scope,
    (community, grid, neighbourhood): (C, C, C),
) -> Condition {
    let parts = scope.parts().iter().fold(Condition::any(), |any, part| {
        let here = Condition::all().add(community.eq(part.community.0));
        any.add(match &part.areas {
            None => here,
            Some(areas) => {
                let areas = || areas.iter().map(|area| area.0);
                let there = Condition::any().add(grid.is_in(areas()));
                here.add(there.add(neighbourhood.is_in(areas())))
            }
        })
    });
    Condition::all()
        .add(parts)
        .add(community.is_in(scope.communities()))
}

/// Inserts rows in runs of few lengths ([`run_of`]), so that the prepared-statement cache sees few texts. `rest` follows the
/// values (`ON CONFLICT …`). After a failure the transaction must be rolled back. The text is written here and not by the
/// query builder: building it is what a report would spend most of its writing time on.
pub(crate) async fn insert_many(
    conn: &DatabaseTransaction,
    table: &str,
    columns: &[&str],
    rows: Vec<Vec<Value>>,
    rest: &str,
) -> Result<()> {
    let backend = conn.get_database_backend();
    let mut rows = rows.into_iter();
    while rows.len() > 0 {
        let run = run_of(rows.len());
        let text = insert_text(backend, table, columns, run, rest);
        let mut values: Vec<Value> = Vec::with_capacity(run * columns.len());
        for row in rows.by_ref().take(run) {
            values.extend(row);
        }
        let statement = Statement::from_sql_and_values(backend, text, values);
        conn.execute_raw(statement).await?;
    }
    Ok(())
}

/// Rows per statement at most; both databases allow more values than the widest table needs.
const MAX_RUN: usize = 128;
/// So many rows are one statement, whatever their number: a group of commands seldom has more of one table, and each further
/// statement is a further wait for the thread that has the connection.
const ONE_RUN: usize = 8;

/// How many of so many rows go into one statement: all of few, else the largest power of two.
fn run_of(rows: usize) -> usize {
    if rows <= ONE_RUN {
        return rows;
    }
    largest_power_of_two(rows).min(MAX_RUN)
}

fn insert_text(
    backend: DbBackend,
    table: &str,
    columns: &[&str],
    rows: usize,
    rest: &str,
) -> String {
    let mut text = String::with_capacity(64 + columns.len() * (16 + rows * 5));
    // Whoever inserts many gives up the whole transaction when one row does not go in: SQLite need not keep every page
    // as it was for taking back the one statement.
    let or_fail = match backend {
        DbBackend::Sqlite => "OR FAIL ",
        _ => "",
    };
    let _infallible = write!(
        text,
        "INSERT {or_fail}INTO \"{table}\" (\"{}\") VALUES ",
        columns.join("\",\"")
    );
    let mut bound = 0;
    for row in 0..rows {
        text.push_str(if row == 0 { "(" } else { ",(" });
        for column in 0..columns.len() {
            if column > 0 {
                text.push(',');
            }
            bound += 1;
            if backend == DbBackend::Postgres {
                let _infallible = write!(text, "${bound}");
            } else {
                text.push('?');
            }
        }
        text.push(')');
    }
    if !rest.is_empty() {
        text.push(' ');
        text.push_str(rest);
    }
    text
}

fn largest_power_of_two(n: usize) -> usize {
    1 << (usize::BITS - 1 - n.leading_zeros())
}

#[cfg(test)]
mod tests {
    use sea_orm::DbBackend;

    use super::{insert_text, run_of};

    #[test]
    fn few_rows_are_one_run_and_many_are_powers_of_two() {
        for (n, run) in [(1, 1), (3, 3), (8, 8), (9, 8), (31, 16), (200, 128)] {
            assert_eq!(run_of(n), run);
        }
    }

    #[test]
    fn each_database_gets_its_own_placeholders() {
        let columns = ["a", "b"];
        assert_eq!(
            insert_text(DbBackend::Sqlite, "t", &columns, 2, ""),
            r#"INSERT OR FAIL INTO "t" ("a","b") VALUES (?,?),(?,?)"#
        );
        assert_eq!(
            insert_text(
                DbBackend::Postgres,
                "t",
                &columns,
                2,
                "ON CONFLICT DO NOTHING"
            ),
            r#"INSERT INTO "t" ("a","b") VALUES ($1,$2),($3,$4) ON CONFLICT DO NOTHING"#
        );
    }
}

//! Small helpers over sea-query for rows that have no entity.

use sea_orm::sea_query::{Alias, Expr, InsertStatement, Query, SimpleExpr};
use sea_orm::{ConnectionTrait, DatabaseTransaction, Value};
use youlin_kernel::Result;

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

/// Inserts rows in runs whose lengths are powers of two, so that the prepared-statement cache sees few texts.
pub(crate) async fn insert_many(
    conn: &DatabaseTransaction,
    table: &'static str,
    columns: &[&'static str],
    rows: Vec<Vec<Value>>,
    finish: impl Fn(&mut InsertStatement),
) -> Result<()> {
    let mut rows = rows.into_iter();
    while rows.len() > 0 {
        let run = largest_power_of_two(rows.len()).min(128);
        let mut insert = Query::insert();
        insert
            .into_table(name(table))
            .columns(columns.iter().map(|column| Alias::new(*column)));
        for row in rows.by_ref().take(run) {
            insert.values_panic(row.into_iter().map(SimpleExpr::from));
        }
        finish(&mut insert);
        conn.execute(&insert).await?;
    }
    Ok(())
}

fn largest_power_of_two(n: usize) -> usize {
    1 << (usize::BITS - 1 - n.leading_zeros())
}

#[cfg(test)]
mod tests {
    use super::largest_power_of_two;

    #[test]
    fn runs_are_powers_of_two() {
        for (n, run) in [(1, 1), (2, 2), (3, 2), (7, 4), (8, 8), (200, 128)] {
            assert_eq!(largest_power_of_two(n), run);
        }
    }
}

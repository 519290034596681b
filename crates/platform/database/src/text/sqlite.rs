//! FTS5: `text_doc` names the records, `text_words` holds their terms under the same row number.

use std::collections::HashMap;

use futures::future::BoxFuture;
use sea_orm::sea_query::{Expr, ExprTrait, Query, SelectStatement};
use sea_orm::{ConnectionTrait, DatabaseTransaction, Value};
use uuid::Uuid;
use youlin_kernel::{CommunityId, Result};

use super::{TextDoc, TextIndex, TextTerm, homes, indexed, words};
use crate::sql::{col, insert_many, name};

pub(super) struct Sqlite;

type Key = (i64, Uuid);

impl TextIndex for Sqlite {
    fn put<'a>(
        &'a self,
        conn: &'a DatabaseTransaction,
        kind: &'a str,
        docs: &'a [TextDoc],
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let keys: Vec<Key> = docs
                .iter()
                .map(|doc| (doc.community.0, doc.record))
                .collect();
            let mut known = numbers(conn, kind, &keys).await?;
            forget(conn, known.values().copied()).await?;
            let mut next = last(conn).await?;
            let mut fresh: Vec<Vec<Value>> = Vec::new();
            let mut texts: Vec<Vec<Value>> = Vec::new();
            // Of a record that is given twice the later text counts.
            let latest: HashMap<Key, &TextDoc> = keys.iter().copied().zip(docs).collect();
            for (key, doc) in latest {
                let number = *known.entry(key).or_insert_with(|| {
                    next += 1;
                    let row = vec![next.into(), key.0.into(), kind.into(), key.1.into()];
                    fresh.push(row);
                    next
                });
                texts.push(vec![number.into(), words(kind, doc).into()]);
            }
            let columns = ["doc", "community_id", "kind", "record_id"];
            insert_many(conn, "text_doc", &columns, fresh, "").await?;
            insert_many(conn, "text_words", &["rowid", "words"], texts, "").await
        })
    }

    fn remove<'a>(
        &'a self,
        conn: &'a DatabaseTransaction,
        kind: &'a str,
        records: &'a [(CommunityId, Uuid)],
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let keys: Vec<Key> = records.iter().map(|(home, id)| (home.0, *id)).collect();
            let known: Vec<i64> = numbers(conn, kind, &keys).await?.into_values().collect();
            forget(conn, known.iter().copied()).await?;
            let mut delete = Query::delete();
            delete
                .from_table(name("text_doc"))
                .and_where(col("doc").is_in(known));
            conn.execute(&delete).await?;
            Ok(())
        })
    }

    fn records(&self, kind: &str, communities: &[i64], terms: &[TextTerm]) -> SelectStatement {
        let mut question: Vec<String> = terms.iter().map(term).collect();
        let homes = homes(kind, communities);
        if let Some(homes) = &homes {
            let any: Vec<String> = homes.iter().map(|home| format!("\"{home}\"")).collect();
            question.push(format!("({})", any.join(" OR ")));
        }
        let mut found = Query::select();
        // Crossed: SQLite then keeps the order, from what matches to its record and not the other way round.
        found
            .column(name("record_id"))
            .from(name("text_words"))
            .cross_join(name("text_doc"))
            .and_where(Expr::cust("text_doc.doc = text_words.rowid"))
            .and_where(Expr::cust_with_values(
                "text_words MATCH ?",
                [question.join(" AND ")],
            ))
            .and_where(col("kind").eq(kind));
        if homes.is_none() {
            found.and_where(col("community_id").is_in(communities.iter().copied()));
        }
        found
    }
}

fn term(term: &TextTerm) -> String {
    let star = if term.prefix { "*" } else { "" };
    format!("\"{}\"{star}", term.text)
}

async fn numbers(
    conn: &DatabaseTransaction,
    kind: &str,
    keys: &[Key],
) -> Result<HashMap<Key, i64>> {
    let mut find = indexed(kind, keys);
    find.column(name("doc"));
    let mut known = HashMap::new();
    for row in conn.query_all(&find).await? {
        let key = (
            row.try_get("", "community_id")?,
            row.try_get("", "record_id")?,
        );
        known.insert(key, row.try_get("", "doc")?);
    }
    Ok(known)
}

async fn forget(conn: &DatabaseTransaction, numbers: impl Iterator<Item = i64>) -> Result<()> {
    let numbers: Vec<i64> = numbers.collect();
    if numbers.is_empty() {
        return Ok(());
    }
    let mut delete = Query::delete();
    delete
        .from_table(name("text_words"))
        .and_where(col("rowid").is_in(numbers));
    conn.execute(&delete).await?;
    Ok(())
}

async fn last(conn: &DatabaseTransaction) -> Result<i64> {
    let mut find = Query::select();
    find.expr_as(Expr::cust("COALESCE(MAX(doc), 0)"), name("last"))
        .from(name("text_doc"));
    let row = conn.query_one(&find).await?;
    Ok(row
        .map(|row| row.try_get("", "last"))
        .transpose()?
        .unwrap_or(0))
}

//! `tsvector`: terms are put in as they are, no dictionary of PostgreSQL's touches them.

use futures::future::BoxFuture;
use sea_orm::sea_query::{Expr, ExprTrait, Query, SelectStatement};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, Statement, Value};
use uuid::Uuid;
use youlin_kernel::{CommunityId, Result};

use super::{TextDoc, TextIndex, TextTerm, homes, words};
use crate::sql::{col, name};

pub(super) struct Postgres;

/// Rows of one statement.
const RUN: usize = 64;

impl TextIndex for Postgres {
    fn put<'a>(
        &'a self,
        conn: &'a DatabaseTransaction,
        kind: &'a str,
        docs: &'a [TextDoc],
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            // Of a record that is given twice the later text counts; one statement may not touch a row twice.
            let mut latest: Vec<&TextDoc> = docs.iter().rev().collect();
            latest.sort_by_key(|doc| (doc.community.0, doc.record));
            latest.dedup_by_key(|doc| (doc.community.0, doc.record));
            for run in latest.chunks(RUN) {
                let mut values: Vec<Value> = Vec::with_capacity(run.len() * 4);
                for doc in run {
                    values.extend([
                        doc.community.0.into(),
                        kind.into(),
                        doc.record.into(),
                        words(kind, doc).into(),
                    ] as [Value; 4]);
                }
                let text = upsert(run.len());
                let statement = Statement::from_sql_and_values(DbBackend::Postgres, text, values);
                conn.execute_raw(statement).await?;
            }
            Ok(())
        })
    }

    fn remove<'a>(
        &'a self,
        conn: &'a DatabaseTransaction,
        kind: &'a str,
        records: &'a [(CommunityId, Uuid)],
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let mut delete = Query::delete();
            delete
                .from_table(name("text_doc"))
                .and_where(col("community_id").is_in(records.iter().map(|one| one.0.0)))
                .and_where(col("kind").eq(kind))
                .and_where(col("record_id").is_in(records.iter().map(|one| one.1)));
            conn.execute(&delete).await?;
            Ok(())
        })
    }

    fn found(&self, kind: &str, communities: &[i64], terms: &[TextTerm]) -> SelectStatement {
        let mut question: Vec<String> = terms.iter().map(term).collect();
        if let Some(homes) = homes(kind, communities) {
            let any: Vec<String> = homes.iter().map(|home| format!("'{home}'")).collect();
            question.push(format!("({})", any.join(" | ")));
        }
        let mut found = Query::select();
        found
            .from(name("text_doc"))
            .and_where(Expr::cust_with_values(
                "words @@ CAST($1 AS TSQUERY)",
                [question.join(" & ")],
            ))
            .and_where(col("kind").eq(kind))
            .and_where(col("community_id").is_in(communities.iter().copied()));
        found
    }
}

fn term(term: &TextTerm) -> String {
    let star = if term.prefix { ":*" } else { "" };
    format!("'{}'{star}", term.text)
}

fn upsert(rows: usize) -> String {
    let row = |at: usize| {
        let first = at * 4;
        format!(
            "(${}, ${}, ${}, array_to_tsvector(string_to_array(${}, ' ')))",
            first + 1,
            first + 2,
            first + 3,
            first + 4
        )
    };
    let rows: Vec<String> = (0..rows).map(row).collect();
    format!(
        "INSERT INTO text_doc (community_id, kind, record_id, words) VALUES {} \
         ON CONFLICT (community_id, kind, record_id) DO UPDATE SET words = EXCLUDED.words",
        rows.join(", ")
    )
}

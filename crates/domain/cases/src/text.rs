//! What cases are found by in a search box: number, words of the report, address.

use futures::future::BoxFuture;
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{ExprTrait, Order, Query, SelectStatement};
use uuid::Uuid;
use youlin_database::Database;
use youlin_database::sql::{col, name};
use youlin_database::text::{TextDoc, TextSource, TextTerm};
use youlin_kernel::{CommunityId, Result};
use youlin_matching::{Segmenter, Term, index_terms};

/// The kind of record in the index.
pub(crate) const KIND: &str = "case";

/// Cases for the text index. What is reported stays as it was reported, so each is read once.
#[derive(Clone, Copy, Debug)]
pub struct CaseTexts;

impl TextSource for CaseTexts {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn wants(&self, topic: &str) -> bool {
        topic == "cases.reported"
    }

    fn texts<'a>(
        &'a self,
        db: &'a Database,
        records: &'a [(CommunityId, Uuid)],
    ) -> BoxFuture<'a, Result<Vec<TextDoc>>> {
        Box::pin(async move {
            let mut find = cases(&["number", "text", "address"]);
            find.and_where(col("community_id").is_in(records.iter().map(|one| one.0.0)))
                .and_where(col("id").is_in(records.iter().map(|one| one.1)));
            let mut docs = Vec::with_capacity(records.len());
            for row in db.read().query_all(&find).await? {
                let mut all = String::new();
                for column in ["number", "text", "address"] {
                    all.push_str(&row.try_get::<String>("", column)?);
                    all.push('\n');
                }
                docs.push(TextDoc {
                    community: CommunityId(row.try_get("", "community_id")?),
                    record: row.try_get("", "id")?,
                    terms: index_terms(&all),
                });
            }
            Ok(docs)
        })
    }

    fn after<'a>(
        &'a self,
        db: &'a Database,
        after: Uuid,
        limit: u64,
    ) -> BoxFuture<'a, Result<Vec<(CommunityId, Uuid)>>> {
        Box::pin(async move {
            let mut find = cases(&[]);
            find.and_where(col("id").gt(after))
                .order_by(name("id"), Order::Asc)
                .limit(limit);
            let mut records = Vec::new();
            for row in db.read().query_all(&find).await? {
                records.push((
                    CommunityId(row.try_get("", "community_id")?),
                    row.try_get("", "id")?,
                ));
            }
            Ok(records)
        })
    }
}

fn cases(columns: &[&'static str]) -> SelectStatement {
    let mut find = Query::select();
    find.columns(["community_id", "id"].map(name))
        .columns(columns.iter().copied().map(name))
        .from(name("case_record"));
    find
}

/// What somebody typed, as the index is asked.
pub(crate) fn terms(segmenter: &Segmenter, question: &str) -> Vec<TextTerm> {
    let terms = segmenter.question(question).into_iter();
    terms
        .map(|term| match term {
            Term::Whole(text) => TextTerm {
                text,
                prefix: false,
            },
            Term::Prefix(text) => TextTerm { text, prefix: true },
        })
        .collect()
}

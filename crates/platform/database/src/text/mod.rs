//! The text index: which records hold what somebody types into a search box.
//!
//! A module says what its records are found by ([`TextSource`]); the terms come from `youlin-matching`, or are blind
//! (keyed) where the text itself is sealed. Records are indexed behind the outbox ([`TextIndexer`]), so that a report is as
//! fast as without it and is found a moment later; a new or restored database is indexed from the start by a job
//! ([`BuildTextIndex`]). The index is derived: no backup carries it, and nothing of it is audited. A migration that changes
//! what records of a kind are found by deletes them from it (`text_doc`, `text_words`, `text_state`): what is in it is not
//! read again.
//!
//! SQLite keeps it as an FTS5 table without content, PostgreSQL as `tsvector` under a GIN index; [`TextIndex`] is all that
//! knows the difference.

mod build;
mod postgres;
mod source;
mod sqlite;

use futures::future::BoxFuture;
use sea_orm::sea_query::{ExprTrait, Query, SelectStatement, SimpleExpr};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend};
use uuid::Uuid;
use youlin_kernel::{CommunityId, Result};

use crate::Migration;
use crate::sql::{col, name};

pub use build::{BUILD_TEXT_INDEX, BuildTextIndex};
pub use source::{PutTexts, TextIndexer, TextSource};

pub(crate) const MIGRATION: Migration = Migration {
    module: "platform",
    version: 2,
    name: "text index",
    sql: r#"
{sqlite} CREATE TABLE text_doc (
    doc INTEGER PRIMARY KEY,
    community_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    record_id BLOB NOT NULL,
    UNIQUE (community_id, kind, record_id)
);
{sqlite} CREATE VIRTUAL TABLE text_words USING fts5 (words, content='', contentless_delete=1, detail=none,
    tokenize="unicode61 remove_diacritics 0 tokenchars '@'");
{sqlite} CREATE TABLE text_state (kind TEXT NOT NULL PRIMARY KEY, after TEXT NOT NULL, done BOOLEAN NOT NULL);
{postgres} CREATE TABLE text_doc (
    community_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    record_id UUID NOT NULL,
    words TSVECTOR NOT NULL,
    PRIMARY KEY (community_id, kind, record_id)
);
{postgres} CREATE INDEX text_doc_words ON text_doc USING GIN (words);
{postgres} CREATE TABLE text_state (kind TEXT NOT NULL PRIMARY KEY, after TEXT NOT NULL, done BOOLEAN NOT NULL);
"#,
};

/// One record and what it is found by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextDoc {
    pub community: CommunityId,
    pub record: Uuid,
    /// Letters and digits only; others are left out.
    pub terms: Vec<String>,
}

/// A term of a question. All of them must be there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextTerm {
    pub text: String,
    /// Whether a longer term that begins like this will do.
    pub prefix: bool,
}

/// More communities than this, and they are compared row by row instead of through the index.
const BY_TERM: usize = 20;

/// The one thing two databases do differently.
pub(crate) trait TextIndex: Sync {
    /// Puts in or replaces.
    fn put<'a>(
        &'a self,
        conn: &'a DatabaseTransaction,
        kind: &'a str,
        docs: &'a [TextDoc],
    ) -> BoxFuture<'a, Result<()>>;

    /// Takes out; what is not there is no fault.
    fn remove<'a>(
        &'a self,
        conn: &'a DatabaseTransaction,
        kind: &'a str,
        records: &'a [(CommunityId, Uuid)],
    ) -> BoxFuture<'a, Result<()>>;

    /// `SELECT record_id …`: the records of these communities that have all terms, in the order in which they are met, so
    /// that whoever needs some only has to wait for these.
    fn records(&self, kind: &str, communities: &[i64], terms: &[TextTerm]) -> SelectStatement;
}

pub(crate) fn index_of(backend: DbBackend) -> &'static dyn TextIndex {
    match backend {
        DbBackend::Postgres => &postgres::Postgres,
        _ => &sqlite::Sqlite,
    }
}

/// `SELECT community_id, record_id …`: those of these records that are in the index.
fn indexed(kind: &str, records: &[(i64, Uuid)]) -> SelectStatement {
    let mut communities: Vec<i64> = records.iter().map(|record| record.0).collect();
    communities.sort_unstable();
    communities.dedup();
    let mut find = Query::select();
    find.columns(["community_id", "record_id"].map(name))
        .from(name("text_doc"))
        .and_where(col("community_id").is_in(communities))
        .and_where(col("kind").eq(kind))
        .and_where(col("record_id").is_in(records.iter().map(|record| record.1)));
    find
}

/// A condition on the column `id` of a table of this kind: the record has all terms. `communities` are those the caller
/// asks of; the caller still binds them in its own query. No terms: nothing is found.
#[must_use]
pub fn holds(
    db: &impl ConnectionTrait,
    kind: &str,
    communities: &[i64],
    terms: &[TextTerm],
) -> SimpleExpr {
    match records(db, kind, communities, terms) {
        Some(found) => col("id").in_subquery(found),
        None => SimpleExpr::Constant(false.into()),
    }
}

/// At most so many records of these communities that have all terms. Which of more is nobody's choice: among thousands of
/// one name the first met are as good as others, and the others need not be read.
///
/// # Errors
/// 503 when the database cannot answer.
pub async fn some(
    db: &impl ConnectionTrait,
    kind: &str,
    communities: &[i64],
    terms: &[TextTerm],
    limit: u64,
) -> Result<Vec<(CommunityId, Uuid)>> {
    let Some(mut found) = records(db, kind, communities, terms) else {
        return Ok(Vec::new());
    };
    found.column(name("community_id")).limit(limit);
    let rows = db.query_all(&found).await?;
    rows.iter()
        .map(|row| {
            let home = CommunityId(row.try_get("", "community_id")?);
            Ok((home, row.try_get("", "record_id")?))
        })
        .collect()
}

fn records(
    db: &impl ConnectionTrait,
    kind: &str,
    communities: &[i64],
    terms: &[TextTerm],
) -> Option<SelectStatement> {
    let terms: Vec<TextTerm> = terms.iter().filter_map(TextTerm::plain).collect();
    if terms.is_empty() || communities.is_empty() {
        return None;
    }
    Some(index_of(db.get_database_backend()).records(kind, communities, &terms))
}

impl TextTerm {
    fn plain(&self) -> Option<Self> {
        let text = plain(&self.text)?;
        Some(Self {
            text,
            ..self.clone()
        })
    }
}

/// A term as it is kept. What is neither letter nor digit would be read as part of the question's grammar.
fn plain(term: &str) -> Option<String> {
    let text: String = term
        .chars()
        .filter(|c| c.is_alphanumeric())
        .take(TERM_MAX)
        .flat_map(char::to_lowercase)
        .collect();
    Some(text).filter(|text| !text.is_empty())
}

/// Characters of a term; PostgreSQL takes 2 kB at most.
const TERM_MAX: usize = 64;

/// Every document has this term: it leads to the records of one kind and community.
fn home(kind: &str, community: i64) -> String {
    format!("@{kind}{community}")
}

fn words(kind: &str, doc: &TextDoc) -> String {
    let mut words = vec![home(kind, doc.community.0)];
    words.extend(doc.terms.iter().filter_map(|term| plain(term)));
    words.join(" ")
}

/// The communities as terms, when they are few.
fn homes(kind: &str, communities: &[i64]) -> Option<Vec<String>> {
    let few = communities.len() <= BY_TERM;
    few.then(|| communities.iter().map(|one| home(kind, *one)).collect())
}

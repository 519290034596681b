//! The record of processing (domain §5): who processed whose data for what purpose. Single looks are in `who_looked`;
//! here stands what concerns many people at once, and what people took away themselves.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;
use youlin_database::Tx;
use youlin_kernel::{CommunityId, Ctx, Micros, Result, Scope, words};

use crate::commands::hand_out::{OF_FORM, OF_LIST};
use crate::entities::{processing, who_looked};

words! {
    /// What was done.
    ProcessingKind {
        /// Hidden fields were shown; the entries are in `who_looked`.
        Reveal = "reveal",
        /// A person took their own file away.
        OwnCopy = "own_copy",
        /// A list of persons was taken out.
        Export = "export",
        /// A rule of keeping ended something.
        Retention = "retention",
        /// Sealed fields were sealed anew with another key.
        Sealing = "sealing",
    }
}

/// An entry to write.
pub(crate) struct NewProcessing {
    pub(crate) kind: ProcessingKind,
    /// In the words of whoever did it, or a code of the kind.
    pub(crate) purpose: String,
    /// The one person it concerns.
    pub(crate) person: Option<Uuid>,
    pub(crate) persons: i64,
    /// What it was about: a rule, an export's id.
    pub(crate) subject: String,
}

/// Writes an entry; the caller's audit entry covers it.
pub(crate) async fn note_processing(
    ctx: &Ctx,
    tx: &Tx<'_>,
    community: CommunityId,
    new: NewProcessing,
) -> Result<()> {
    tx.insert::<processing::Entity>(processing::Model {
        community_id: community.0,
        id: ctx.new_id(),
        version: 1,
        kind: new.kind.as_str().to_owned(),
        actor_kind: ctx.actor().kind().to_owned(),
        actor_id: ctx.actor().id(),
        actor_name: ctx.actor().name().to_owned(),
        purpose: new.purpose,
        person_id: new.person,
        persons: new.persons,
        subject: new.subject,
        at: ctx.now().0,
    })
    .await?;
    Ok(())
}

/// A line of the record.
#[derive(Clone, Debug)]
pub struct ProcessingLine {
    pub at: Micros,
    pub kind: ProcessingKind,
    pub by: String,
    pub purpose: String,
    pub persons: i64,
    pub subject: String,
    pub community: CommunityId,
    /// Fields that were shown, of a reveal.
    pub fields: Vec<String>,
    pub person: Option<Uuid>,
}

/// The record between two moments, the newest first, at most so many lines. The scope is that of `people.looks`; what
/// concerns the whole installation is shown to everybody who has it.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn processing_record(
    db: &impl ConnectionTrait,
    scope: &Scope,
    (from, to): (Micros, Micros),
    kind: Option<ProcessingKind>,
    limit: u64,
) -> Result<Vec<ProcessingLine>> {
    let mut lines = Vec::new();
    if kind.is_none_or(|kind| kind == ProcessingKind::Reveal) {
        let looks = who_looked::Entity::find()
            .filter(who_looked::Column::CommunityId.is_in(scope.communities()))
            .filter(who_looked::Column::At.between(from.0, to.0))
            // A form that was filled and a list that was taken out are listed once, with how many were in them.
            .filter(who_looked::Column::Fields.not_like(format!("{OF_FORM},%")))
            .filter(who_looked::Column::Fields.not_like(format!("%,{OF_LIST}")))
            .order_by_desc(who_looked::Column::At)
            .limit(limit)
            .all(db)
            .await?;
        lines.extend(looks.into_iter().map(|row| ProcessingLine {
            at: Micros(row.at),
            kind: ProcessingKind::Reveal,
            by: row.actor_name,
            purpose: row.purpose,
            persons: 1,
            subject: String::new(),
            community: CommunityId(row.community_id),
            fields: row.fields.split(',').map(str::to_owned).collect(),
            person: Some(row.person_id),
        }));
    }
    if kind != Some(ProcessingKind::Reveal) {
        let mut communities = scope.communities();
        communities.push(CommunityId::SYSTEM.0);
        let mut find = processing::Entity::find()
            .filter(processing::Column::CommunityId.is_in(communities))
            .filter(processing::Column::At.between(from.0, to.0))
            .order_by_desc(processing::Column::At)
            .limit(limit);
        if let Some(kind) = kind {
            find = find.filter(processing::Column::Kind.eq(kind.as_str()));
        }
        lines.extend(find.all(db).await?.into_iter().map(|row| ProcessingLine {
            at: Micros(row.at),
            kind: ProcessingKind::parse(&row.kind).unwrap_or(ProcessingKind::Export),
            by: row.actor_name,
            purpose: row.purpose,
            persons: row.persons,
            subject: row.subject,
            community: CommunityId(row.community_id),
            fields: Vec::new(),
            person: row.person_id,
        }));
    }
    lines.sort_by_key(|line| std::cmp::Reverse(line.at));
    lines.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(lines)
}

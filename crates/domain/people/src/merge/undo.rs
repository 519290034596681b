//! A merge is taken back: it was two people after all.

use std::collections::BTreeSet;
use std::sync::Arc;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::json;
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{CommunityId, Ctx, Problem, ProblemKind, Result};

use super::moved;
use super::row;
use crate::Vault;
use crate::commands::person_for;
use crate::entities::*;
use crate::events::{self, event};
use crate::permissions::PEOPLE_WRITE;
use crate::vault::FieldPlace;

/// Puts back everything a merge did. What was entered since for the kept entry stays with it; what was changed since of
/// that which the merge moved or chose cannot be told apart, and then nothing is done.
#[derive(Debug)]
pub struct UndoMerge {
    pub vault: Arc<Vault>,
    pub community: CommunityId,
    pub merge: Uuid,
}

impl Command for UndoMerge {
    type Output = (Uuid, Uuid);
    const NAME: &'static str = "people.undo-merge";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<(Uuid, Uuid)> {
        let (vault, community) = (&self.vault, self.community);
        let merge = person_merge::Entity::find_by_id((community.0, self.merge))
            .one(tx.conn())
            .await?
            .ok_or_else(Problem::not_found)?;
        let (kept_id, gone_id) = (merge.kept_id, merge.gone_id);
        if merge.undone_at.is_some() {
            return Err(Problem::new(ProblemKind::Conflict, "merge-undone"));
        }
        let row = row::find(tx.conn(), community.0, kept_id).await?;
        if row.is_some_and(|row| row.merged_into.is_some()) {
            return Err(Problem::new(ProblemKind::Conflict, "merge-undo-later"));
        }
        let kept = person_for(ctx, tx, vault, &PEOPLE_WRITE, community, kept_id).await?;
        self.last(tx, &merge).await?;
        let at = |column| FieldPlace::new("person_merge", column, community.0, merge.id);
        let before = row::read(vault, at("before"), &merge.before_sealed)?;
        let after = row::read(vault, at("after"), &merge.after_sealed)?;
        let now = row::opened(vault, &kept)?;
        let (said, mut mixed) = match now.back(&before, &after) {
            Ok(said) => (said, BTreeSet::new()),
            Err(mixed) => (now.clone(), mixed),
        };
        self.rows_back(ctx, tx, gone_id, &mut mixed).await?;
        refuse(&mixed)?;
        let kept = row::filled(ctx, vault, kept, &now, &said)?;
        tx.update::<person::Entity>(kept).await?;
        let gone = row::find(tx.conn(), community.0, gone_id)
            .await?
            .ok_or_else(Problem::not_found)?;
        tx.update::<person::Entity>(person::Model {
            merged_into: None,
            updated_at: ctx.now().0,
            ..gone
        })
        .await?;
        tx.update::<person_merge::Entity>(person_merge::Model {
            undone_at: Some(ctx.now().0),
            undone_by: Some(ctx.actor().name().to_owned()),
            ..merge
        })
        .await?;
        tx.audit(
            ctx,
            community,
            AuditEntry::new(Self::NAME, "person", kept_id)
                .detail(json!({ "gone": gone_id, "merge": self.merge })),
        );
        tx.emit(ctx, events::persons_merged(community, kept_id, gone_id));
        for person in [kept_id, gone_id] {
            tx.emit(ctx, event(events::PERSON_SAVED, community, person));
        }
        Ok((kept_id, gone_id))
    }
}

impl UndoMerge {
    /// Merges of one entry are taken back in the order they were made, the last one first.
    async fn last(&self, tx: &Tx<'_>, merge: &person_merge::Model) -> Result<()> {
        let later = person_merge::Entity::find()
            .filter(person_merge::Column::CommunityId.eq(self.community.0))
            .filter(person_merge::Column::KeptId.eq(merge.kept_id))
            .filter(person_merge::Column::UndoneAt.is_null())
            .order_by_desc(person_merge::Column::MergedAt)
            .order_by_desc(person_merge::Column::Id)
            .one(tx.conn())
            .await?;
        match later {
            Some(later) if later.id != merge.id => {
                Err(Problem::new(ProblemKind::Conflict, "merge-undo-later"))
            }
            _ => Ok(()),
        }
    }

    async fn rows_back(
        &self,
        ctx: &Ctx,
        tx: &Tx<'_>,
        gone: Uuid,
        mixed: &mut BTreeSet<&'static str>,
    ) -> Result<()> {
        let mut rows = person_merge_row::Entity::find()
            .filter(person_merge_row::Column::CommunityId.eq(self.community.0))
            .filter(person_merge_row::Column::MergeId.eq(self.merge))
            .order_by_asc(person_merge_row::Column::Id)
            .all(tx.conn())
            .await?;
        // Rows of other communities first, each with its own audit entry.
        rows.sort_by_key(|row| (row.row_community == self.community.0, row.row_community));
        for noted in &rows {
            let part = moved::named(&noted.part)
                .ok_or_else(|| Problem::internal(format!("no part {}", noted.part)))?;
            if !part.back(tx, noted, gone).await? {
                mixed.insert(part.part.split('.').next().unwrap_or_default());
                continue;
            }
            if noted.row_community != self.community.0 {
                tx.audit(
                    ctx,
                    CommunityId(noted.row_community),
                    AuditEntry::new(Self::NAME, "person", gone)
                        .detail(json!({ "merge": self.merge, "of": self.community })),
                );
            }
        }
        Ok(())
    }
}

/// Names everything that was changed since, so that somebody can see what to do about it.
fn refuse(mixed: &BTreeSet<&'static str>) -> Result<()> {
    if mixed.is_empty() {
        return Ok(());
    }
    let problem = Problem::new(ProblemKind::Conflict, "merge-undo-changed");
    Err(mixed.iter().fold(problem, |problem, part| {
        problem.and_field(*part, "merge-part-changed")
    }))
}

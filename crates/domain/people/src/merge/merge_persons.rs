//! Two entries become one.

use std::sync::Arc;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{CommunityId, Ctx, Problem, ProblemKind, Result};

use super::moved::{Done, HOMES, MOVED, Way};
use super::said::{Choices, Side};
use super::{row, said};
use crate::Vault;
use crate::commands::person_for;
use crate::entities::*;
use crate::events::{self, event};
use crate::permissions::PEOPLE_WRITE;
use crate::vault::FieldPlace;

/// Merges `gone` into `kept`. Permission `people.write` where either lives. Answers the merge's id.
#[derive(Debug)]
pub struct MergePersons {
    pub vault: Arc<Vault>,
    pub community: CommunityId,
    pub kept: Uuid,
    pub gone: Uuid,
    /// The versions the desk compared.
    pub versions: (i32, i32),
    pub choices: Choices,
    /// The entries have two different identity numbers, and the desk says it is one person all the same.
    pub sure: bool,
}

impl Command for MergePersons {
    type Output = Uuid;
    const NAME: &'static str = "people.merge-persons";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<Uuid> {
        if self.kept == self.gone {
            return Err(Problem::invalid("gone", "merge-itself"));
        }
        let vault = &self.vault;
        let kept = person_for(ctx, tx, vault, &PEOPLE_WRITE, self.community, self.kept).await?;
        let gone = person_for(ctx, tx, vault, &PEOPLE_WRITE, self.community, self.gone).await?;
        if (kept.version, gone.version) != self.versions {
            return Err(Problem::new(ProblemKind::Conflict, "merge-stale"));
        }
        let now = ctx.now().0;
        let before = row::opened(vault, &kept)?;
        let other = row::opened(vault, &gone)?;
        self.check(tx, &before, &other).await?;
        let after = before.with(&other, self.choices);
        let way = Way {
            community: self.community,
            from: self.gone,
            to: self.kept,
        };
        let mut done = Vec::new();
        // Roles may lie in other communities, whose audit chain keeps them.
        for part in MOVED
            .iter()
            .filter(|one| one.part.starts_with("membership."))
        {
            let moved = part.go(tx, way).await?;
            self.audit_elsewhere(ctx, tx, &moved);
            done.extend(moved);
        }
        self.settle_homes(tx, now, &mut done).await?;
        self.settle_consents(tx, &mut done).await?;
        for part in MOVED
            .iter()
            .filter(|one| !one.part.starts_with("membership."))
        {
            for moved in part.go(tx, way).await? {
                match done
                    .iter_mut()
                    .find(|one| one.row == moved.row && !one.moved)
                {
                    // Ended or decided above, and moved now.
                    Some(changed) => {
                        changed.moved = true;
                        changed.version = moved.version;
                    }
                    None => done.push(moved),
                }
            }
        }
        let kept_row = row::filled(ctx, vault, kept, &before, &after)?;
        tx.update::<person::Entity>(kept_row).await?;
        tx.update::<person::Entity>(person::Model {
            merged_into: Some(self.kept),
            updated_at: ctx.now().0,
            ..gone
        })
        .await?;
        self.note(ctx, tx, (&before, &after), now, done).await
    }
}

impl MergePersons {
    /// What cannot be one person.
    async fn check(&self, tx: &Tx<'_>, kept: &said::Said, gone: &said::Said) -> Result<()> {
        let numbers = kept.identity.as_ref().zip(gone.identity.as_ref());
        if numbers.is_some_and(|(one, other)| one != other) && !self.sure {
            return Err(Problem::invalid("sure", "merge-two-numbers"));
        }
        // Nobody is their own guardian, and nobody the guardian of somebody who is theirs.
        let between = guardianship::Entity::find()
            .filter(guardianship::Column::CommunityId.eq(self.community.0))
            .filter(guardianship::Column::ChildId.is_in([self.kept, self.gone]))
            .filter(guardianship::Column::ValidTo.is_null())
            .all(tx.conn())
            .await?;
        let guardians = guardianship::Entity::find()
            .filter(guardianship::Column::CommunityId.eq(self.community.0))
            .filter(guardianship::Column::GuardianId.is_in([self.kept, self.gone]))
            .filter(guardianship::Column::ValidTo.is_null())
            .all(tx.conn())
            .await?;
        let circle = between.iter().any(|one| {
            one.guardian_id == self.kept
                || one.guardian_id == self.gone
                || guardians
                    .iter()
                    .any(|other| other.child_id == one.guardian_id)
        });
        if circle {
            return Err(Problem::invalid("gone", "merge-guardians"));
        }
        let deaths =
            crate::life::deaths_of(tx.conn(), self.community, &[self.kept, self.gone]).await?;
        if deaths.len() == 1 {
            return Err(Problem::invalid("gone", "merge-died"));
        }
        Ok(())
    }

    /// One home at a time: that of the entry the desk chose goes on, the other ends now, or stays as a second home.
    async fn settle_homes(&self, tx: &Tx<'_>, now: i64, done: &mut Vec<Done>) -> Result<()> {
        let present = residence::Entity::find()
            .filter(residence::Column::CommunityId.eq(self.community.0))
            .filter(residence::Column::PersonId.is_in([self.kept, self.gone]))
            .filter(residence::current())
            .all(tx.conn())
            .await?;
        let of = |id: Uuid| present.iter().filter(move |home| home.person_id == id);
        let main = |id: Uuid| of(id).find(|home| home.is_main());
        let (Some(own), Some(other)) = (main(self.kept), main(self.gone)) else {
            return Ok(());
        };
        let same = own.dwelling_id == other.dwelling_id;
        if self.choices.home == Side::Both && !same {
            let home = residence::Model {
                also: Some(true),
                ..other.clone()
            };
            let home = tx.update::<residence::Entity>(home).await?;
            done.push(changed(&home, &json!({ "also": other.also })));
            return Ok(());
        }
        let ends = if self.choices.home == Side::Gone {
            own
        } else {
            other
        };
        let home = residence::Model {
            valid_to: Some(now),
            ..ends.clone()
        };
        let home = tx.update::<residence::Entity>(home).await?;
        done.push(changed(&home, &json!({ "valid_to": null })));
        Ok(())
    }

    /// Of a consent both entries speak of, the later word counts.
    async fn settle_consents(&self, tx: &Tx<'_>, done: &mut Vec<Done>) -> Result<()> {
        let rows = person_consent::Entity::find()
            .filter(person_consent::Column::CommunityId.eq(self.community.0))
            .filter(person_consent::Column::PersonId.is_in([self.kept, self.gone]))
            .all(tx.conn())
            .await?;
        let said_at = |row: &person_consent::Model| row.withdrawn_at.unwrap_or(row.given_at);
        for own in rows.iter().filter(|row| row.person_id == self.kept) {
            let other = rows
                .iter()
                .find(|row| row.person_id == self.gone && row.consent == own.consent);
            let Some(other) = other.filter(|other| said_at(other) > said_at(own)) else {
                continue;
            };
            let before = json!({ "given_at": own.given_at, "withdrawn_at": own.withdrawn_at });
            let now = tx
                .update::<person_consent::Entity>(person_consent::Model {
                    given_at: other.given_at,
                    withdrawn_at: other.withdrawn_at,
                    ..own.clone()
                })
                .await?;
            done.push(Done {
                part: "person_consent.person_id",
                community: now.community_id,
                row: now.id,
                version: now.version,
                moved: false,
                before: Some(before.to_string()),
            });
        }
        Ok(())
    }

    fn audit_elsewhere(&self, ctx: &Ctx, tx: &Tx<'_>, moved: &[Done]) {
        let mut communities: Vec<i64> = moved.iter().map(|one| one.community).collect();
        communities.sort_unstable();
        communities.dedup();
        for community in communities.iter().filter(|one| **one != self.community.0) {
            tx.audit(
                ctx,
                CommunityId(*community),
                AuditEntry::new(Self::NAME, "person", self.kept)
                    .detail(json!({ "gone": self.gone, "of": self.community })),
            );
        }
    }

    async fn note(
        &self,
        ctx: &Ctx,
        tx: &Tx<'_>,
        (before, after): (&said::Said, &said::Said),
        now: i64,
        done: Vec<Done>,
    ) -> Result<Uuid> {
        let (vault, community, id) = (&self.vault, self.community.0, ctx.new_id());
        let at = |column| FieldPlace::new("person_merge", column, community, id);
        tx.insert::<person_merge::Entity>(person_merge::Model {
            community_id: community,
            id,
            version: 1,
            kept_id: self.kept,
            gone_id: self.gone,
            merged_at: now,
            by_id: ctx.actor().id(),
            by_name: ctx.actor().name().to_owned(),
            before_sealed: row::sealed(ctx, vault, at("before"), before)?,
            after_sealed: row::sealed(ctx, vault, at("after"), after)?,
            undone_at: None,
            undone_by: None,
        })
        .await?;
        let rows = done.len();
        let journal = done.into_iter().map(|one| person_merge_row::Model {
            community_id: community,
            id: ctx.new_id(),
            version: 1,
            merge_id: id,
            part: one.part.to_owned(),
            row_community: one.community,
            row_id: one.row,
            row_version: one.version,
            moved: one.moved,
            before: one.before,
        });
        tx.insert_all::<person_merge_row::Entity>(journal.collect())
            .await?;
        tx.audit(
            ctx,
            self.community,
            AuditEntry::new(Self::NAME, "person", self.kept)
                .detail(json!({ "gone": self.gone, "merge": id, "rows": rows })),
        );
        tx.emit(
            ctx,
            events::persons_merged(self.community, self.kept, self.gone),
        );
        for person in [self.kept, self.gone] {
            tx.emit(ctx, event(events::PERSON_SAVED, self.community, person));
        }
        Ok(id)
    }
}

fn changed(home: &residence::Model, before: &serde_json::Value) -> Done {
    Done {
        part: HOMES,
        community: home.community_id,
        row: home.id,
        version: home.version,
        moved: false,
        before: Some(before.to_string()),
    }
}

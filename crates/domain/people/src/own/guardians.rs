//! Children under 14 (domain §5: they are sensitive data of their own). The number that stands in a child's file is a
//! parent's, so it opens nothing: a child's file opens for a guardian, and only while two things hold: the community
//! desk has noted that this person is the guardian, and both live in the same dwelling or household.

use std::sync::Arc;

use jiff::civil::Date;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::json;
use uuid::Uuid;
use youlin_crypto::IdentityNumber;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{CommunityId, Ctx, Micros, Problem, Result};

use crate::Vault;
use crate::commands::person_for;
use crate::entities::{guardianship, person, person_phone, residence};
use crate::permissions::PEOPLE_WRITE;
use crate::vault::FieldPlace;

/// Below this age somebody is a child whose data is protected (domain §5).
pub(crate) const CHILD_BELOW: i32 = 14;

/// Whether a person is under 14: by the identity number or the birthday to the day; by the year of birth alone until that
/// year is over, for the day is not known; without any of them nobody is taken for a child.
pub(crate) fn is_child(vault: &Vault, row: &person::Model, now: Micros) -> Result<bool> {
    let today = now.local().date();
    if let Some(sealed) = &row.identity_sealed {
        let at = FieldPlace::new("person", "identity", row.community_id, row.id);
        if let Ok(number) = IdentityNumber::parse(&vault.open(at, sealed)?) {
            return Ok(i32::from(number.age_on(today)) < CHILD_BELOW);
        }
    }
    if let Some(sealed) = &row.birth_sealed {
        let at = FieldPlace::new("person", "birth", row.community_id, row.id);
        if let Ok(born) = vault.open(at, sealed)?.parse::<Date>() {
            let years = i32::from(today.year()) - i32::from(born.year());
            let before = (today.month(), today.day()) < (born.month(), born.day());
            return Ok(years - i32::from(before) < CHILD_BELOW);
        }
    }
    Ok(row
        .birth_year
        .is_some_and(|year| i32::from(today.year()) - year <= CHILD_BELOW))
}

/// The files a proven number opens: those of the people it stands with who are no children, and those of children whose
/// guardian one of them is. In the order of their making.
pub(crate) async fn files_of_number(
    db: &impl ConnectionTrait,
    vault: &Vault,
    ctx: &Ctx,
    number_index: &[u8],
) -> Result<Vec<person::Model>> {
    let owners: Vec<(i64, Uuid)> = person_phone::Entity::find()
        .filter(person_phone::Column::NumberIndex.eq(number_index.to_vec()))
        .all(db)
        .await?
        .into_iter()
        .map(|row| (row.community_id, row.person_id))
        .collect();
    let mut files = Vec::new();
    for row in persons(db, &owners).await? {
        if !is_child(vault, &row, ctx.now())? {
            files.push(row);
        }
    }
    let grown: Vec<(i64, Uuid)> = files.iter().map(|row| (row.community_id, row.id)).collect();
    let children = children_of(db, &grown).await?;
    files.extend(persons(db, &children).await?);
    files.sort_by_key(|row| row.id);
    files.dedup_by_key(|row| row.id);
    Ok(files)
}

async fn persons(db: &impl ConnectionTrait, wanted: &[(i64, Uuid)]) -> Result<Vec<person::Model>> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    Ok(person::Entity::find()
        .filter(person::Column::CommunityId.is_in(wanted.iter().map(|(community, _)| *community)))
        .filter(person::Column::Id.is_in(wanted.iter().map(|(_, id)| *id)))
        .filter(person::Column::MergedInto.is_null())
        .order_by_asc(person::Column::Id)
        .all(db)
        .await?)
}

/// Children of these guardians who live with them now.
async fn children_of(
    db: &impl ConnectionTrait,
    guardians: &[(i64, Uuid)],
) -> Result<Vec<(i64, Uuid)>> {
    if guardians.is_empty() {
        return Ok(Vec::new());
    }
    let rows = guardianship::Entity::find()
        .filter(
            guardianship::Column::CommunityId
                .is_in(guardians.iter().map(|(community, _)| *community)),
        )
        .filter(guardianship::Column::GuardianId.is_in(guardians.iter().map(|(_, id)| *id)))
        .filter(guardianship::Column::ValidTo.is_null())
        .all(db)
        .await?;
    let mut children = Vec::new();
    for row in rows {
        if live_together(db, row.community_id, row.child_id, row.guardian_id).await? {
            children.push((row.community_id, row.child_id));
        }
    }
    Ok(children)
}

async fn live_together(
    db: &impl ConnectionTrait,
    community: i64,
    one: Uuid,
    other: Uuid,
) -> Result<bool> {
    let homes = residence::Entity::find()
        .filter(residence::Column::CommunityId.eq(community))
        .filter(residence::Column::PersonId.is_in([one, other]))
        .filter(residence::current())
        .all(db)
        .await?;
    let of = |id: Uuid| homes.iter().filter(move |home| home.person_id == id);
    Ok(of(one).any(|home| {
        of(other).any(|theirs| {
            theirs.dwelling_id == home.dwelling_id
                || (home.household_id.is_some() && theirs.household_id == home.household_id)
        })
    }))
}

/// Who is noted as a child's guardian now.
pub(crate) async fn guardians_of(
    db: &impl ConnectionTrait,
    community: CommunityId,
    child: Uuid,
) -> Result<Vec<Uuid>> {
    Ok(guardianship::Entity::find()
        .filter(guardianship::Column::CommunityId.eq(community.0))
        .filter(guardianship::Column::ChildId.eq(child))
        .filter(guardianship::Column::ValidTo.is_null())
        .order_by_asc(guardianship::Column::Id)
        .all(db)
        .await?
        .into_iter()
        .map(|row| row.guardian_id)
        .collect())
}

/// Notes that a person is a child's guardian, or no longer is. Permission `people.write` where the child lives; both must
/// live together.
#[derive(Debug)]
pub struct SetGuardian {
    pub vault: Arc<Vault>,
    pub community: CommunityId,
    pub child: Uuid,
    pub guardian: Uuid,
    pub on: bool,
}

impl Command for SetGuardian {
    type Output = ();
    const NAME: &'static str = "people.set-guardian";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let vault = &self.vault;
        let child = person_for(ctx, tx, vault, &PEOPLE_WRITE, self.community, self.child).await?;
        let known = guardianship::Entity::find()
            .filter(guardianship::Column::CommunityId.eq(self.community.0))
            .filter(guardianship::Column::ChildId.eq(self.child))
            .filter(guardianship::Column::GuardianId.eq(self.guardian))
            .filter(guardianship::Column::ValidTo.is_null())
            .one(tx.conn())
            .await?;
        if self.child == self.guardian {
            return Err(Problem::invalid("guardian", "guardian-self"));
        }
        match (known, self.on) {
            (Some(_), true) | (None, false) => return Ok(()),
            (Some(known), false) => {
                let ended = guardianship::Model {
                    valid_to: Some(ctx.now().0),
                    ..known
                };
                tx.update::<guardianship::Entity>(ended).await?;
            }
            (None, true) => {
                self.check(ctx, tx, &child).await?;
                tx.insert::<guardianship::Entity>(guardianship::Model {
                    community_id: self.community.0,
                    id: ctx.new_id(),
                    version: 1,
                    child_id: self.child,
                    guardian_id: self.guardian,
                    valid_from: ctx.now().0,
                    valid_to: None,
                })
                .await?;
            }
        }
        tx.audit(
            ctx,
            self.community,
            AuditEntry::new(Self::NAME, "person", self.child)
                .detail(json!({ "guardian": self.guardian, "on": self.on })),
        );
        Ok(())
    }
}

impl SetGuardian {
    async fn check(&self, ctx: &Ctx, tx: &Tx<'_>, child: &person::Model) -> Result<()> {
        if !is_child(&self.vault, child, ctx.now())? {
            return Err(Problem::invalid("guardian", "no-child"));
        }
        let guardian = person::Entity::find_by_id((self.community.0, self.guardian))
            .one(tx.conn())
            .await?
            .ok_or_else(|| Problem::invalid("guardian", "guardian-elsewhere"))?;
        crate::life::must_live(tx.conn(), self.community, self.guardian).await?;
        // A year of birth that was put right may have made a child of a guardian: nobody guards in a circle.
        if guardians_of(tx.conn(), self.community, self.guardian)
            .await?
            .contains(&self.child)
        {
            return Err(Problem::invalid("guardian", "guardian-circle"));
        }
        if is_child(&self.vault, &guardian, ctx.now())? {
            return Err(Problem::invalid("guardian", "guardian-child"));
        }
        if !live_together(tx.conn(), self.community.0, self.child, self.guardian).await? {
            return Err(Problem::invalid("guardian", "guardian-elsewhere"));
        }
        Ok(())
    }
}

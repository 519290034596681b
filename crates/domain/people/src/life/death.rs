//! Somebody died. Where they lived, what they did and what they agreed to ends; that it was stays. Noted by mistake, the
//! word is withdrawn: home and roles go on, consents are asked for again.

use std::sync::Arc;

use jiff::civil::Date;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{CommunityId, Ctx, Micros, Problem, ProblemKind, Result};

use crate::Vault;
use crate::commands::{person_for, set_consent};
use crate::consent;
use crate::entities::*;
use crate::events::{self, event};
use crate::facts::How;
use crate::permissions::PEOPLE_WRITE;
use crate::vault::FieldPlace;

/// Notes that a person died. Permission `people.write` where the person lives. Noting it twice changes nothing.
#[derive(Debug)]
pub struct NoteDeath {
    pub vault: Arc<Vault>,
    pub community: CommunityId,
    pub person: Uuid,
    /// The day as it was said (see [`crate::fields::birth`]); empty where it is not known.
    pub day: String,
    pub how: How,
}

impl Command for NoteDeath {
    type Output = ();
    const NAME: &'static str = "people.note-death";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let (vault, community) = (&self.vault, self.community);
        let row = person_for(ctx, tx, vault, &PEOPLE_WRITE, community, self.person).await?;
        if !living(tx.conn(), community, self.person).await? {
            return Ok(());
        }
        let day = self.day(ctx, &row)?;
        let now = ctx.now().0;
        self.end_roles(ctx, tx, now).await?;
        let id = ctx.new_id();
        let at = FieldPlace::new("person_death", "day", community.0, id);
        tx.insert::<person_death::Entity>(person_death::Model {
            community_id: community.0,
            id,
            version: 1,
            person_id: self.person,
            day_sealed: day
                .map(|day| vault.seal(ctx, at, &day.to_string()))
                .transpose()?,
            source: self.how.as_str().to_owned(),
            by_name: ctx.actor().name().to_owned(),
            noted_at: now,
            withdrawn_at: None,
        })
        .await?;
        self.end_homes(tx, ended_at(day, now)).await?;
        self.end_visits(ctx, tx).await?;
        for consent in consent::ALL {
            let given = person_consent::Entity::find()
                .filter(person_consent::Column::CommunityId.eq(community.0))
                .filter(person_consent::Column::PersonId.eq(self.person))
                .filter(person_consent::Column::Consent.eq(consent))
                .filter(person_consent::Column::WithdrawnAt.is_null());
            if given.one(tx.conn()).await?.is_some() {
                set_consent::set(ctx, tx, vault, community, self.person, consent, false).await?;
            }
        }
        tx.update::<person::Entity>(person::Model {
            updated_at: now,
            ..row
        })
        .await?;
        tx.audit(
            ctx,
            community,
            AuditEntry::new(Self::NAME, "person", self.person),
        );
        tx.emit(ctx, event(events::PERSON_SAVED, community, self.person));
        Ok(())
    }
}

impl NoteDeath {
    fn day(&self, ctx: &Ctx, row: &person::Model) -> Result<Option<Date>> {
        if self.day.trim().is_empty() {
            return Ok(None);
        }
        let read = crate::fields::birth(&self.day);
        let Ok((Some(day), _)) = read else {
            return Err(Problem::invalid("day", "day-unread"));
        };
        if day > ctx.now().local().date() {
            return Err(Problem::invalid("day", "death-future"));
        }
        let born = crate::merge::opened(&self.vault, row)?;
        let before = match born
            .birth
            .as_deref()
            .and_then(|text| text.parse::<Date>().ok())
        {
            Some(birth) => day < birth,
            None => born
                .birth_year
                .is_some_and(|year| i32::from(day.year()) < year),
        };
        if before {
            return Err(Problem::invalid("day", "death-before-birth"));
        }
        Ok(Some(day))
    }

    /// Roles may lie in other communities, whose audit chain keeps them.
    async fn end_roles(&self, ctx: &Ctx, tx: &Tx<'_>, now: i64) -> Result<()> {
        let mut roles = membership::Entity::find()
            .filter(membership::Column::PersonCommunity.eq(self.community.0))
            .filter(membership::Column::PersonId.eq(self.person))
            .filter(membership::Column::ValidTo.is_null())
            .all(tx.conn())
            .await?;
        roles.sort_by_key(|row| row.community_id);
        for role in roles {
            let (id, community) = (role.id, CommunityId(role.community_id));
            tx.update::<membership::Entity>(membership::Model {
                valid_to: Some(now.max(role.valid_from)),
                ..role
            })
            .await?;
            tx.audit(
                ctx,
                community,
                AuditEntry::new(Self::NAME, "membership", id),
            );
            tx.emit(ctx, event(events::MEMBERSHIP_SAVED, community, id));
        }
        Ok(())
    }

    async fn end_homes(&self, tx: &Tx<'_>, ended: i64) -> Result<()> {
        let homes = residence::present(self.community.0, self.person)
            .all(tx.conn())
            .await?;
        for home in homes {
            tx.update::<residence::Entity>(residence::Model {
                valid_to: Some(ended.max(home.valid_from)),
                ..home
            })
            .await?;
        }
        for column in [
            guardianship::Column::ChildId,
            guardianship::Column::GuardianId,
        ] {
            let rows = guardianship::Entity::find()
                .filter(guardianship::Column::CommunityId.eq(self.community.0))
                .filter(column.eq(self.person))
                .filter(guardianship::Column::ValidTo.is_null())
                .all(tx.conn())
                .await?;
            for row in rows {
                tx.update::<guardianship::Entity>(guardianship::Model {
                    valid_to: Some(ended.max(row.valid_from)),
                    ..row
                })
                .await?;
            }
        }
        Ok(())
    }

    /// Nobody is to ring at the door because of a list made before.
    async fn end_visits(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let waiting = visiting_entry::Entity::find()
            .filter(visiting_entry::Column::CommunityId.eq(self.community.0))
            .filter(visiting_entry::Column::PersonId.eq(self.person))
            .filter(visiting_entry::Column::State.is_in(["open", "tried"]))
            .all(tx.conn())
            .await?;
        for entry in waiting {
            tx.update::<visiting_entry::Entity>(visiting_entry::Model {
                state: crate::VisitState::Skipped.as_str().to_owned(),
                at: Some(ctx.now().0),
                by_name: Some(ctx.actor().name().to_owned()),
                ..entry
            })
            .await?;
        }
        Ok(())
    }
}

/// The word that somebody died was a mistake. Permission `people.write`.
#[derive(Debug)]
pub struct WithdrawDeath {
    pub vault: Arc<Vault>,
    pub community: CommunityId,
    pub person: Uuid,
}

impl Command for WithdrawDeath {
    type Output = ();
    const NAME: &'static str = "people.withdraw-death";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let (vault, community) = (&self.vault, self.community);
        let row = person_for(ctx, tx, vault, &PEOPLE_WRITE, community, self.person).await?;
        let Some(death) = deaths_of(tx.conn(), community, &[self.person]).await?.pop() else {
            return Ok(());
        };
        let now = ctx.now().0;
        let roles = membership::Entity::find()
            .filter(membership::Column::PersonCommunity.eq(community.0))
            .filter(membership::Column::PersonId.eq(self.person))
            .filter(membership::Column::ValidTo.eq(death.noted_at))
            .all(tx.conn())
            .await?;
        for role in roles {
            let (id, filed) = (role.id, CommunityId(role.community_id));
            tx.update::<membership::Entity>(membership::Model {
                valid_to: None,
                ..role
            })
            .await?;
            tx.audit(ctx, filed, AuditEntry::new(Self::NAME, "membership", id));
            tx.emit(ctx, event(events::MEMBERSHIP_SAVED, filed, id));
        }
        let homes = residence::Entity::find()
            .filter(residence::Column::CommunityId.eq(community.0))
            .filter(residence::Column::PersonId.eq(self.person))
            .filter(residence::Column::ValidTo.is_not_null())
            .all(tx.conn())
            .await?;
        let day = match &death.day_sealed {
            None => None,
            Some(sealed) => {
                let at = FieldPlace::new("person_death", "day", community.0, death.id);
                vault.open(at, sealed)?.parse().ok()
            }
        };
        // Deaths noted before their day ended the home ended it when they were noted.
        let ends = [ended_at(day, death.noted_at), death.noted_at];
        let by_it = |home: &residence::Model| {
            let end = |ended: &i64| home.valid_to == Some((*ended).max(home.valid_from));
            ends.iter().any(end)
        };
        for home in homes.into_iter().filter(by_it) {
            tx.update::<residence::Entity>(residence::Model {
                valid_to: None,
                ..home
            })
            .await?;
        }
        tx.update::<person_death::Entity>(person_death::Model {
            withdrawn_at: Some(now),
            ..death
        })
        .await?;
        tx.update::<person::Entity>(person::Model {
            updated_at: now,
            ..row
        })
        .await?;
        tx.audit(
            ctx,
            community,
            AuditEntry::new(Self::NAME, "person", self.person),
        );
        tx.emit(ctx, event(events::PERSON_SAVED, community, self.person));
        Ok(())
    }
}

/// When the homes of somebody end who died on that day: as of a move, with the beginning of the day; of today or an unknown
/// one, when it is noted.
fn ended_at(day: Option<Date>, noted_at: i64) -> i64 {
    let began = day.and_then(|day| crate::import::midnight(&day.to_string()));
    began.map_or(noted_at, |began| {
        if began.local().date() == Micros(noted_at).local().date() {
            noted_at
        } else {
            began.0
        }
    })
}

/// Deaths of these that hold.
pub(crate) async fn deaths_of(
    db: &impl ConnectionTrait,
    community: CommunityId,
    persons: &[Uuid],
) -> Result<Vec<person_death::Model>> {
    Ok(person_death::Entity::find()
        .filter(person_death::Column::CommunityId.eq(community.0))
        .filter(person_death::Column::PersonId.is_in(persons.iter().copied()))
        .filter(person_death::Column::WithdrawnAt.is_null())
        .all(db)
        .await?)
}

/// Everybody of a community who is known to have died.
pub(crate) async fn dead(
    db: &impl ConnectionTrait,
    community: CommunityId,
) -> Result<std::collections::HashSet<Uuid>> {
    let rows: Vec<Uuid> = person_death::Entity::find()
        .select_only()
        .column(person_death::Column::PersonId)
        .filter(person_death::Column::CommunityId.eq(community.0))
        .filter(person_death::Column::WithdrawnAt.is_null())
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().collect())
}

/// Whether nothing else is known.
pub(crate) async fn living(
    db: &impl ConnectionTrait,
    community: CommunityId,
    person: Uuid,
) -> Result<bool> {
    Ok(deaths_of(db, community, &[person]).await?.is_empty())
}

/// Who has died gets nothing new.
pub(crate) async fn must_live(
    db: &impl ConnectionTrait,
    community: CommunityId,
    person: Uuid,
) -> Result<()> {
    if living(db, community, person).await? {
        return Ok(());
    }
    Err(Problem::new(ProblemKind::Invalid, "person-died"))
}

/// Person, and from when to when they were counted as dead.
pub(crate) async fn death_spells(
    db: &impl ConnectionTrait,
    community: CommunityId,
) -> Result<Vec<(Uuid, i64, i64)>> {
    let rows = person_death::Entity::find()
        .filter(person_death::Column::CommunityId.eq(community.0))
        .all(db)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            (
                row.person_id,
                row.noted_at,
                row.withdrawn_at.unwrap_or(i64::MAX),
            )
        })
        .collect())
}

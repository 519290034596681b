//! Stalls of premises: a whole row of the plan at once, one changed, one ended. Premises have each section and number once.

use std::collections::HashSet;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{CommunityId, Ctx, Problem, Result};

use super::super::import_dwellings::square_metres;
use super::super::save_building::field;
use super::close_premises::open;
use super::save_premises::premises_of;
use crate::entities::stall;
use crate::events;
use crate::permissions::PLACES_REGISTER;
use crate::premises::model::{SERIES_MAX, series};
use crate::premises::{Occupants, Spots, StallUse};

const SECTION_MAX: usize = 20;
const NUMBER_MAX: usize = 20;

/// What is said of a stall, as typed or as it stands in a file.
#[derive(Clone, Debug, Default)]
pub struct StallInput {
    pub section: String,
    pub number: String,
    /// Square metres with up to two decimals.
    pub floor_area: String,
    pub usage: String,
}

/// The same, read.
pub(super) struct Read {
    pub(super) section: String,
    pub(super) number: String,
    pub(super) area_centi: Option<i64>,
    pub(super) usage: StallUse,
}

impl StallInput {
    pub(super) fn read(&self) -> Result<Read> {
        Ok(Read {
            section: field("section", &self.section, SECTION_MAX, false)?,
            number: field("number", &self.number, NUMBER_MAX, true)?,
            area_centi: square_metres(self.floor_area.trim())
                .map_err(|()| Problem::invalid("floor_area", "square-metres"))?,
            usage: StallUse::parse(&self.usage)
                .ok_or_else(|| Problem::invalid("usage", "unknown-value"))?,
        })
    }
}

pub(super) fn fresh(ctx: &Ctx, community: CommunityId, premises: Uuid, read: Read) -> stall::Model {
    stall::Model {
        community_id: community.0,
        id: ctx.new_id(),
        version: 1,
        external_key: None,
        premises_id: premises,
        section: read.section,
        number: read.number,
        area_centi: read.area_centi,
        usage: read.usage.as_str().to_owned(),
        created_at: ctx.now().0,
        ended_at: None,
    }
}

/// Stalls of the premises that are not ended.
pub(super) async fn present(
    tx: &Tx<'_>,
    community: CommunityId,
    premises: Uuid,
) -> Result<Vec<stall::Model>> {
    Ok(stall::Entity::find()
        .filter(stall::Column::CommunityId.eq(community.0))
        .filter(stall::Column::PremisesId.eq(premises))
        .filter(stall::Column::EndedAt.is_null())
        .all(tx.conn())
        .await?)
}

/// Opens a row of stalls; those that are there already stay as they are. Answers how many were opened.
#[derive(Clone, Debug)]
pub struct OpenStalls {
    pub community: CommunityId,
    pub premises: Uuid,
    pub section: String,
    /// `1-30`, or single numbers; see [`crate::premises`].
    pub numbers: String,
    pub floor_area: String,
    pub usage: String,
}

impl Command for OpenStalls {
    type Output = usize;
    const NAME: &'static str = "places.open-stalls";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<usize> {
        ctx.authorize(&PLACES_REGISTER, self.community)?;
        open(&premises_of(tx, self.community, self.premises).await?)?;
        let numbers = series(&self.numbers).ok_or_else(|| {
            Problem::invalid("numbers", "stall-numbers").field_arg("max", SERIES_MAX)
        })?;
        let held = present(tx, self.community, self.premises).await?;
        let held: HashSet<(&str, &str)> = held
            .iter()
            .map(|row| (row.section.as_str(), row.number.as_str()))
            .collect();
        let mut rows = Vec::new();
        for number in numbers {
            let read = StallInput {
                section: self.section.clone(),
                number,
                floor_area: self.floor_area.clone(),
                usage: self.usage.clone(),
            }
            .read()?;
            if !held.contains(&(read.section.as_str(), read.number.as_str())) {
                rows.push(fresh(ctx, self.community, self.premises, read));
            }
        }
        let count = rows.len();
        if count == 0 {
            return Err(Problem::invalid("numbers", "stalls-held"));
        }
        tx.insert_all::<stall::Entity>(rows).await?;
        let entry =
            AuditEntry::new(Self::NAME, "premises", self.premises).detail(json!({"stalls": count}));
        tx.audit(ctx, self.community, entry);
        tx.emit(ctx, events::premises_changed(self.community, self.premises));
        Ok(count)
    }
}

/// Changes a stall that is not ended.
#[derive(Clone, Debug)]
pub struct SaveStall {
    pub community: CommunityId,
    pub id: Uuid,
    pub version: i32,
    pub input: StallInput,
}

impl Command for SaveStall {
    type Output = Uuid;
    const NAME: &'static str = "places.save-stall";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<Uuid> {
        ctx.authorize(&PLACES_REGISTER, self.community)?;
        let read = self.input.read()?;
        let old = stall_of(tx, self.community, self.id).await?;
        if old.ended_at.is_some() {
            return Err(Problem::invalid("number", "stall-ended"));
        }
        let taken = present(tx, self.community, old.premises_id).await?;
        if taken.iter().any(|row| {
            row.id != self.id && row.section == read.section && row.number == read.number
        }) {
            return Err(Problem::invalid("number", "stall-taken"));
        }
        let premises = old.premises_id;
        tx.update::<stall::Entity>(stall::Model {
            version: self.version,
            section: read.section,
            number: read.number,
            area_centi: read.area_centi,
            usage: read.usage.as_str().to_owned(),
            ..old
        })
        .await?;
        tx.audit(
            ctx,
            self.community,
            AuditEntry::new(Self::NAME, "stall", self.id),
        );
        tx.emit(ctx, events::premises_changed(self.community, premises));
        Ok(premises)
    }
}

/// A stall is gone (walls taken down, joined with another); not while somebody does business in it.
#[derive(Clone, Debug)]
pub struct EndStall {
    pub community: CommunityId,
    pub id: Uuid,
    pub version: i32,
    pub occupants: Occupants,
}

impl Command for EndStall {
    type Output = Uuid;
    const NAME: &'static str = "places.end-stall";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<Uuid> {
        ctx.authorize(&PLACES_REGISTER, self.community)?;
        let old = stall_of(tx, self.community, self.id).await?;
        let premises = old.premises_id;
        if old.ended_at.is_some() {
            return Ok(premises);
        }
        let spots = Spots {
            stalls: vec![self.id],
            ..Spots::default()
        };
        self.occupants
            .refuse(tx.conn(), self.community, &spots, None)
            .await?;
        tx.update::<stall::Entity>(stall::Model {
            version: self.version,
            ended_at: Some(ctx.now().0),
            ..old
        })
        .await?;
        tx.audit(
            ctx,
            self.community,
            AuditEntry::new(Self::NAME, "stall", self.id),
        );
        tx.emit(ctx, events::premises_changed(self.community, premises));
        Ok(premises)
    }
}

async fn stall_of(tx: &Tx<'_>, community: CommunityId, id: Uuid) -> Result<stall::Model> {
    stall::Entity::find_by_id((community.0, id))
        .one(tx.conn())
        .await?
        .ok_or_else(Problem::not_found)
}

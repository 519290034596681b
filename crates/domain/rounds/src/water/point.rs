//! A point where water is looked at: noted once, by whoever plans.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{CommunityId, Ctx, Problem, Result};
use youlin_places::rivers::{Bank, Reach, decimetres};

use super::limits::limits;
use crate::entities::water_point;
use crate::permissions::ROUNDS_PLAN;

const NAME: usize = 60;

/// Notes a point. One of an outlet is the outlet's only one.
#[derive(Clone, Debug)]
pub struct SavePoint {
    pub community: CommunityId,
    pub reach: Uuid,
    /// Metres of the reach.
    pub length_m: f64,
    pub outlet: Option<Uuid>,
    pub name: String,
    pub chainage_m: f64,
    pub bank: Option<Bank>,
    pub class: String,
}

impl SavePoint {
    /// The point of an outlet of a reach.
    #[must_use]
    pub fn of_outlet(reach: &Reach, outlet: Uuid, class: String) -> Option<Self> {
        let found = reach.outlets.iter().find(|one| one.id == outlet)?;
        Some(Self {
            community: reach.community,
            reach: reach.id,
            length_m: reach.length_m,
            outlet: Some(outlet),
            name: found.name.clone(),
            chainage_m: found.chainage_m,
            bank: Some(found.bank),
            class,
        })
    }
}

impl Command for SavePoint {
    type Output = Uuid;
    const NAME: &'static str = "rounds.save-water-point";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<Uuid> {
        ctx.authorize(&ROUNDS_PLAN, self.community)?;
        let name = self.name.trim().to_owned();
        if name.is_empty() {
            return Err(Problem::invalid("name", "required"));
        }
        if name.chars().count() > NAME {
            return Err(Problem::invalid("name", "too-long").field_arg("max", NAME));
        }
        if !limits().classes.contains(&self.class) {
            return Err(Problem::invalid("class", "required"));
        }
        if !(0.0..=self.length_m + 50.0).contains(&self.chainage_m) {
            return Err(Problem::invalid("chainage", "water-chainage")
                .field_arg("max", self.length_m.round()));
        }
        let twins = water_point::Entity::find()
            .filter(water_point::Column::CommunityId.eq(self.community.0))
            .filter(water_point::Column::ReachId.eq(self.reach))
            .filter(water_point::Column::ClosedAt.is_null())
            .all(tx.conn())
            .await?;
        let of_outlet =
            |row: &&water_point::Model| self.outlet.is_some() && row.outlet_id == self.outlet;
        if let Some(known) = twins.iter().find(of_outlet) {
            return Ok(known.id);
        }
        if twins.iter().any(|row| row.name == name) {
            return Err(Problem::invalid("name", "water-name-taken"));
        }
        let saved = tx
            .insert::<water_point::Entity>(water_point::Model {
                community_id: self.community.0,
                id: ctx.new_id(),
                version: 1,
                reach_id: self.reach,
                outlet_id: self.outlet,
                name,
                chainage_dm: decimetres(self.chainage_m),
                bank: self.bank.map(|bank| bank.as_str().to_owned()),
                class: self.class.clone(),
                closed_at: None,
            })
            .await?;
        tx.audit(
            ctx,
            self.community,
            AuditEntry::new(Self::NAME, "water_point", saved.id),
        );
        Ok(saved.id)
    }
}

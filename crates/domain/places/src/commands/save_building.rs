//! Opens a building or changes it, from its page.

use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};
use serde_json::json;
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{AreaId, CommunityId, Ctx, Problem, Result};

use super::import_estates::{ALIASES_MAX, NAME_MAX, STREET_MAX};
use super::keep_past::keep_past;
use super::placing::Placer;
use super::premises::end_equipment;
use crate::entities::{building, dwelling, equipment, estate, premises};
use crate::import::Row;
use crate::locator::mark;
use crate::permissions::PLACES_REGISTER;
use crate::premises::{Occupants, Spots, still_there};
use crate::{events, words};

/// See the module's text.
#[derive(Clone, Debug)]
pub struct SaveBuilding {
    pub community: CommunityId,
    /// The building to change and the version it was shown with; `None` opens a new one.
    pub known: Option<(Uuid, i32)>,
    pub estate: Option<Uuid>,
    pub name: String,
    /// Separated by `;`.
    pub aliases: String,
    pub street_address: String,
    pub floors: Option<i32>,
    /// Degrees, WGS-84.
    pub position: Option<(f64, f64)>,
    /// Grid or neighbourhood; without one the position decides.
    pub area: Option<AreaId>,
    /// Torn down, or entered by mistake; it must not hold open dwellings or premises, nor anybody.
    pub closed: bool,
    /// Needed to close it.
    pub closed_reason: String,
    /// Who may still be there.
    pub occupants: Occupants,
}

impl Command for SaveBuilding {
    type Output = Uuid;
    const NAME: &'static str = "places.save-building";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<Uuid> {
        ctx.authorize(&PLACES_REGISTER, self.community)?;
        let name = field("name", &self.name, NAME_MAX, true)?;
        let aliases = words::aliases(&field("aliases", &self.aliases, ALIASES_MAX, false)?);
        let street_address = field("street_address", &self.street_address, STREET_MAX, false)?;
        if self
            .floors
            .is_some_and(|floors| !(1..=200).contains(&floors))
        {
            return Err(Problem::invalid("floors", "unknown-value"));
        }
        if let Some(id) = self.estate {
            estate::Entity::find_by_id((self.community.0, id))
                .one(tx.conn())
                .await?
                .ok_or_else(|| Problem::invalid("estate", "unknown-value"))?;
        }
        if self.closed {
            self.check_empty(tx).await?;
        }
        let reason = field("closed_reason", &self.closed_reason, REASON_MAX, false)?;
        let standing = stand(ctx, tx, self.community, self.position, self.area).await?;
        let old = match self.known {
            None => None,
            Some((id, _)) => Some(
                building::Entity::find()
                    .filter(building::Column::CommunityId.eq(self.community.0))
                    .filter(building::Column::Id.eq(id))
                    .one(tx.conn())
                    .await?
                    .ok_or_else(Problem::not_found)?,
            ),
        };
        let before = old.as_ref().filter(|old| old.closed_at.is_some());
        if self.closed && before.is_none() && reason.is_empty() {
            return Err(Problem::invalid("closed_reason", "required"));
        }
        let held_reason = before.and_then(|old| old.closed_reason.clone());
        let model = building::Model {
            community_id: self.community.0,
            id: old.as_ref().map_or_else(|| ctx.new_id(), |old| old.id),
            version: self.known.map_or(1, |(_, version)| version),
            external_key: old.as_ref().and_then(|old| old.external_key.clone()),
            estate_id: self.estate,
            name,
            aliases,
            street_address,
            floors: self.floors,
            lon: standing.lon,
            lat: standing.lat,
            cell: standing.cell(),
            grid_id: standing.grid_id,
            neighbourhood_id: standing.neighbourhood_id,
            closed_at: closed_at(ctx, self.closed, old.as_ref().and_then(|old| old.closed_at)),
            closed_reason: self
                .closed
                .then(|| Some(reason).filter(|text| !text.is_empty()).or(held_reason))
                .flatten(),
        };
        if self.closed {
            let at = Condition::all().add(equipment::Column::BuildingId.eq(model.id));
            end_equipment(ctx, tx, self.community, at).await?;
        }
        let saved = match old {
            None => tx.insert::<building::Entity>(model).await?,
            Some(old) => {
                keep_past(ctx, tx, &old, &model).await?;
                tx.update::<building::Entity>(model).await?
            }
        };
        let entry = AuditEntry::new(Self::NAME, "building", saved.id)
            .detail(json!({"name": saved.name, "version": saved.version}));
        tx.audit(ctx, self.community, entry);
        tx.emit(ctx, events::addresses_changed(self.community, saved.id));
        mark(tx, self.community);
        Ok(saved.id)
    }
}

impl SaveBuilding {
    /// Everything that is still there is named at once, and nothing is closed over it.
    async fn check_empty(&self, tx: &Tx<'_>) -> Result<()> {
        let Some((id, _)) = self.known else {
            return Ok(());
        };
        let dwellings = dwelling::Entity::find()
            .filter(dwelling::Column::CommunityId.eq(self.community.0))
            .filter(dwelling::Column::BuildingId.eq(id))
            .all(tx.conn())
            .await?;
        let here = premises::Entity::find()
            .filter(premises::Column::CommunityId.eq(self.community.0))
            .filter(premises::Column::BuildingId.eq(id))
            .all(tx.conn())
            .await?;
        let mut refusal = None;
        let open = dwellings
            .iter()
            .filter(|row| row.closed_at.is_none())
            .count();
        if open > 0 {
            refusal = Some(still_there(refusal, "dwellings-open", open as u64));
        }
        let open = here.iter().filter(|row| row.closed_at.is_none()).count();
        if open > 0 {
            refusal = Some(still_there(refusal, "premises-open", open as u64));
        }
        let spots = Spots {
            dwellings: dwellings.iter().map(|row| row.id).collect(),
            premises: here.iter().map(|row| row.id).collect(),
            stalls: Vec::new(),
        };
        self.occupants
            .refuse(tx.conn(), self.community, &spots, refusal)
            .await
    }
}

/// Longest reason for closing.
const REASON_MAX: usize = 200;

/// When it was closed: now, or when it was before.
pub(super) fn closed_at(ctx: &Ctx, closed: bool, before: Option<i64>) -> Option<i64> {
    closed.then(|| before.unwrap_or(ctx.now().0))
}

/// Where something entered by hand stands: the same rules as for a row of a file.
pub(super) async fn stand(
    ctx: &Ctx,
    tx: &Tx<'_>,
    community: CommunityId,
    position: Option<(f64, f64)>,
    area: Option<AreaId>,
) -> Result<super::placing::Standing> {
    let placer = Placer::load(ctx, tx, community, &[]).await?;
    let (lon, lat) = position.unzip();
    let number = |value: Option<f64>| value.map_or(String::new(), |value| value.to_string());
    let code = match area {
        None => String::new(),
        Some(area) => placer
            .code(area)
            .ok_or_else(|| Problem::invalid("area", "unknown-value"))?,
    };
    let row = Row::new(
        0,
        &[
            ("lon", number(lon).as_str()),
            ("lat", number(lat).as_str()),
            ("neighbourhood_code", code.as_str()),
        ],
    );
    placer.place(&row).map_err(|refused| {
        let field = match refused.column.as_str() {
            "neighbourhood_code" => "area",
            other => other,
        };
        let code = match refused.code.as_str() {
            "position-swapped" => "building-swapped",
            "position-far" => "building-far",
            "area-closed" => "area-closed",
            _ => "unknown-value",
        };
        Problem::invalid(field, code)
            .field_arg("metres", refused.value("metres").unwrap_or_default())
            .field_arg("area", refused.value("area").unwrap_or_default())
    })
}

/// A text field: cleaned, filled where needed, not too long.
pub(crate) fn field(name: &str, text: &str, max: usize, needed: bool) -> Result<String> {
    let text = words::clean(text);
    if needed && text.is_empty() {
        return Err(Problem::invalid(name, "required"));
    }
    if text.chars().count() > max {
        return Err(Problem::invalid(name, "too-long").field_arg("max", max));
    }
    Ok(text)
}

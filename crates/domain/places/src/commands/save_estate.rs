//! Opens an estate (小区) or changes it, from its page.

use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::json;
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{AreaId, CommunityId, Ctx, Problem, Result};

use super::import_estates::{ALIASES_MAX, NAME_MAX, STREET_MAX};
use super::save_building::{closed_at, field, stand};
use crate::entities::{building, estate};
use crate::locator::mark;
use crate::permissions::PLACES_REGISTER;
use crate::{events, words};

/// See the module's text. A community has each name once.
#[derive(Clone, Debug)]
pub struct SaveEstate {
    pub community: CommunityId,
    /// The estate to change and the version it was shown with; `None` opens a new one.
    pub known: Option<(Uuid, i32)>,
    pub name: String,
    /// Separated by `;`.
    pub aliases: String,
    pub street_address: String,
    pub built_year: Option<i32>,
    /// Degrees, WGS-84.
    pub position: Option<(f64, f64)>,
    /// Grid or neighbourhood; without one the position decides.
    pub area: Option<AreaId>,
    /// Entered by mistake, or gone; it must not hold open buildings.
    pub closed: bool,
}

impl Command for SaveEstate {
    type Output = Uuid;
    const NAME: &'static str = "places.save-estate";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<Uuid> {
        ctx.authorize(&PLACES_REGISTER, self.community)?;
        let name = field("name", &self.name, NAME_MAX, true)?;
        let aliases = words::aliases(&field("aliases", &self.aliases, ALIASES_MAX, false)?);
        let street_address = field("street_address", &self.street_address, STREET_MAX, false)?;
        if self
            .built_year
            .is_some_and(|year| !(1000..=2200).contains(&year))
        {
            return Err(Problem::invalid("built_year", "unknown-value"));
        }
        self.check(tx, &name).await?;
        let standing = stand(ctx, tx, self.community, self.position, self.area).await?;
        let old = match self.known {
            None => None,
            Some((id, _)) => Some(
                estate::Entity::find_by_id((self.community.0, id))
                    .one(tx.conn())
                    .await?
                    .ok_or_else(Problem::not_found)?,
            ),
        };
        let before = old.as_ref().and_then(|old| old.closed_at);
        let model = estate::Model {
            community_id: self.community.0,
            id: old.as_ref().map_or_else(|| ctx.new_id(), |old| old.id),
            version: self.known.map_or(1, |(_, version)| version),
            external_key: old.as_ref().and_then(|old| old.external_key.clone()),
            name,
            aliases,
            street_address,
            built_year: self.built_year,
            lon: standing.lon,
            lat: standing.lat,
            grid_id: standing.grid_id,
            neighbourhood_id: standing.neighbourhood_id,
            closed_at: closed_at(ctx, self.closed, before),
        };
        let saved = match old {
            None => tx.insert::<estate::Entity>(model).await?,
            Some(_) => tx.update::<estate::Entity>(model).await?,
        };
        let entry = AuditEntry::new(Self::NAME, "estate", saved.id)
            .detail(json!({"name": saved.name, "version": saved.version}));
        tx.audit(ctx, self.community, entry);
        tx.emit(ctx, events::addresses_changed(self.community, saved.id));
        mark(tx, self.community);
        Ok(saved.id)
    }
}

impl SaveEstate {
    async fn check(&self, tx: &Tx<'_>, name: &str) -> Result<()> {
        let own = self.known.map(|(id, _)| id);
        let twin = estate::Entity::find()
            .filter(estate::Column::CommunityId.eq(self.community.0))
            .filter(estate::Column::Name.eq(name))
            .filter(estate::Column::ClosedAt.is_null())
            .all(tx.conn())
            .await?;
        if !self.closed && twin.iter().any(|row| Some(row.id) != own) {
            return Err(Problem::invalid("name", "name-taken"));
        }
        let Some(id) = own.filter(|_| self.closed) else {
            return Ok(());
        };
        let open = building::Entity::find()
            .filter(building::Column::CommunityId.eq(self.community.0))
            .filter(building::Column::EstateId.eq(id))
            .filter(building::Column::ClosedAt.is_null())
            .count(tx.conn())
            .await?;
        if open > 0 {
            return Err(Problem::invalid("closed", "buildings-open").field_arg("count", open));
        }
        Ok(())
    }
}

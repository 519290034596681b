//! Entering and changing reaches, chiefs and outlets.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{CommunityId, Ctx, Problem, Result};

use super::{Bank, ChiefLevel, Line, OutletKind, decimetres};
use crate::commands::field;
use crate::entities::{outlet, reach, reach_chief};
use crate::events;
use crate::permissions::PLACES_REGISTER;

const NAME: usize = 80;
const NOTE: usize = 1_000;
/// Letters of a sign's code, without those that look alike.
const SIGN: &[u8] = b"23456789ABCDEFGHJKMNPQRSTUVWXYZ";
const SIGN_LENGTH: usize = 8;
/// Tenths of a metre.
const HALF_WIDTH: std::ops::RangeInclusive<i32> = 5..=10_000;

/// Opens a reach or changes it. Its sign keeps its code for ever.
#[derive(Clone, Debug)]
pub struct SaveReach {
    pub community: CommunityId,
    /// The reach to change and the version it was shown with; `None` opens a new one.
    pub known: Option<(Uuid, i32)>,
    pub water: String,
    pub name: String,
    /// Key in the file or system it came from.
    pub external_key: Option<String>,
    pub line: Line,
    /// Tenths of a metre from the line to the water's edge.
    pub half_width_dm: i32,
    pub note: String,
    pub closed: bool,
}

impl Command for SaveReach {
    type Output = Uuid;
    const NAME: &'static str = "places.save-reach";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<Uuid> {
        ctx.authorize(&PLACES_REGISTER, self.community)?;
        let water = field("water", &self.water, NAME, true)?;
        let name = field("name", &self.name, NAME, true)?;
        let note = field("note", &self.note, NOTE, false)?;
        if !HALF_WIDTH.contains(&self.half_width_dm) {
            return Err(Problem::invalid("half_width", "reach-width"));
        }
        let old = match self.known {
            None => None,
            Some((id, _)) => Some(one_reach(tx, self.community, id).await?),
        };
        self.check_twin(tx, &water, &name).await?;
        let [west, south, east, north] = self.line.bbox();
        let before = old.as_ref().and_then(|old| old.closed_at);
        let model = reach::Model {
            community_id: self.community.0,
            id: old.as_ref().map_or_else(|| ctx.new_id(), |old| old.id),
            version: self.known.map_or(1, |(_, version)| version),
            water,
            name,
            sign: match &old {
                Some(old) => old.sign.clone(),
                None => new_sign(ctx),
            },
            external_key: match &old {
                Some(old) => old.external_key.clone(),
                None => self.external_key.clone(),
            },
            line: self.line.geojson(),
            half_width_dm: self.half_width_dm,
            length_dm: decimetres(self.line.length_m()),
            west,
            south,
            east,
            north,
            note,
            closed_at: self.closed.then(|| before.unwrap_or(ctx.now().0)),
        };
        let saved = match old {
            None => tx.insert::<reach::Entity>(model).await?,
            Some(_) => tx.update::<reach::Entity>(model).await?,
        };
        let entry = AuditEntry::new(Self::NAME, "reach", saved.id)
            .detail(json!({"name": saved.name, "version": saved.version}));
        tx.audit(ctx, self.community, entry);
        tx.emit(ctx, events::reach_changed(self.community, saved.id));
        Ok(saved.id)
    }
}

impl SaveReach {
    /// A river has each of its reaches once.
    async fn check_twin(&self, tx: &Tx<'_>, water: &str, name: &str) -> Result<()> {
        if self.closed {
            return Ok(());
        }
        let twin = reach::Entity::find()
            .filter(reach::Column::CommunityId.eq(self.community.0))
            .filter(reach::Column::Water.eq(water))
            .filter(reach::Column::Name.eq(name))
            .filter(reach::Column::ClosedAt.is_null())
            .one(tx.conn())
            .await?;
        match twin {
            Some(twin) if self.known.map(|(id, _)| id) != Some(twin.id) => {
                Err(Problem::invalid("name", "reach-taken"))
            }
            _ => Ok(()),
        }
    }
}

fn new_sign(ctx: &Ctx) -> String {
    let mut bytes = [0_u8; SIGN_LENGTH];
    ctx.random(&mut bytes);
    bytes
        .iter()
        .map(|byte| char::from(SIGN[usize::from(*byte) % SIGN.len()]))
        .collect()
}

async fn one_reach(tx: &Tx<'_>, community: CommunityId, id: Uuid) -> Result<reach::Model> {
    reach::Entity::find_by_id((community.0, id))
        .one(tx.conn())
        .await?
        .ok_or_else(Problem::not_found)
}

/// Names the chief of a reach at one level; whoever was it before, was until now.
#[derive(Clone, Debug)]
pub struct SaveChief {
    pub community: CommunityId,
    pub reach: Uuid,
    pub level: ChiefLevel,
    pub name: String,
    /// Their office: 虹桥街道办事处副主任.
    pub post: String,
    /// The office's number.
    pub phone: String,
}

impl Command for SaveChief {
    type Output = Uuid;
    const NAME: &'static str = "places.save-chief";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<Uuid> {
        ctx.authorize(&PLACES_REGISTER, self.community)?;
        let reach = one_reach(tx, self.community, self.reach).await?;
        let name = field("name", &self.name, NAME, true)?;
        let post = field("post", &self.post, NAME, false)?;
        let phone = field("phone", &self.phone, 40, true)?;
        if !phone.chars().any(|c| c.is_ascii_digit()) {
            return Err(Problem::invalid("phone", "chief-phone"));
        }
        let before = reach_chief::Entity::find()
            .filter(reach_chief::Column::CommunityId.eq(self.community.0))
            .filter(reach_chief::Column::ReachId.eq(reach.id))
            .filter(reach_chief::Column::Level.eq(self.level.as_str()))
            .filter(reach_chief::Column::ValidTo.is_null())
            .one(tx.conn())
            .await?;
        if let Some(before) = before {
            if (&before.name, &before.post, &before.phone) == (&name, &post, &phone) {
                return Ok(before.id);
            }
            tx.update::<reach_chief::Entity>(reach_chief::Model {
                valid_to: Some(ctx.now().0),
                ..before
            })
            .await?;
        }
        let saved = tx
            .insert::<reach_chief::Entity>(reach_chief::Model {
                community_id: self.community.0,
                id: ctx.new_id(),
                version: 1,
                reach_id: reach.id,
                level: self.level.as_str().to_owned(),
                name,
                post,
                phone,
                valid_from: ctx.now().0,
                valid_to: None,
            })
            .await?;
        let entry = AuditEntry::new(Self::NAME, "reach_chief", saved.id)
            .detail(json!({"reach": reach.id, "level": self.level}));
        tx.audit(ctx, self.community, entry);
        tx.emit(ctx, events::reach_changed(self.community, reach.id));
        Ok(saved.id)
    }
}

/// Ends somebody's being chief without naming another.
#[derive(Clone, Debug)]
pub struct EndChief {
    pub community: CommunityId,
    pub chief: Uuid,
}

impl Command for EndChief {
    type Output = ();
    const NAME: &'static str = "places.end-chief";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        ctx.authorize(&PLACES_REGISTER, self.community)?;
        let row = reach_chief::Entity::find_by_id((self.community.0, self.chief))
            .one(tx.conn())
            .await?
            .ok_or_else(Problem::not_found)?;
        if row.valid_to.is_some() {
            return Ok(());
        }
        let (id, reach) = (row.id, row.reach_id);
        tx.update::<reach_chief::Entity>(reach_chief::Model {
            valid_to: Some(ctx.now().0),
            ..row
        })
        .await?;
        tx.audit(
            ctx,
            self.community,
            AuditEntry::new(Self::NAME, "reach_chief", id),
        );
        tx.emit(ctx, events::reach_changed(self.community, reach));
        Ok(())
    }
}

/// Notes an outlet or changes it.
#[derive(Clone, Debug)]
pub struct SaveOutlet {
    pub community: CommunityId,
    pub reach: Uuid,
    pub known: Option<(Uuid, i32)>,
    pub name: String,
    pub kind: OutletKind,
    pub bank: Bank,
    /// Degrees, WGS-84. Where it is along the reach follows from it.
    pub position: (f64, f64),
    pub permit: String,
    pub dry_flow: bool,
    pub note: String,
    pub closed: bool,
}

/// Metres an outlet may lie from its reach's line, beyond the water's edge.
const OUTLET_FAR: f64 = 60.0;

impl Command for SaveOutlet {
    type Output = Uuid;
    const NAME: &'static str = "places.save-outlet";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<Uuid> {
        ctx.authorize(&PLACES_REGISTER, self.community)?;
        let reach = one_reach(tx, self.community, self.reach).await?;
        let name = field("name", &self.name, NAME, true)?;
        let permit = field("permit", &self.permit, NAME, false)?;
        let note = field("note", &self.note, NOTE, false)?;
        let line = Line::stored(&reach.line).ok_or_else(|| Problem::internal("a reach's line"))?;
        let (along, off) = line.nearest(self.position);
        let edge = f64::from(reach.half_width_dm) / 10.0;
        if off > edge + OUTLET_FAR {
            return Err(Problem::invalid("lon", "outlet-far").field_arg("metres", off.round()));
        }
        let old = match self.known {
            None => None,
            Some((id, _)) => Some(
                outlet::Entity::find_by_id((self.community.0, id))
                    .one(tx.conn())
                    .await?
                    .filter(|row| row.reach_id == reach.id)
                    .ok_or_else(Problem::not_found)?,
            ),
        };
        let before = old.as_ref().and_then(|old| old.closed_at);
        let model = outlet::Model {
            community_id: self.community.0,
            id: old.as_ref().map_or_else(|| ctx.new_id(), |old| old.id),
            version: self.known.map_or(1, |(_, version)| version),
            reach_id: reach.id,
            name,
            kind: self.kind.as_str().to_owned(),
            bank: self.bank.as_str().to_owned(),
            chainage_dm: decimetres(along),
            lon: self.position.0,
            lat: self.position.1,
            permit,
            dry_flow: self.dry_flow,
            note,
            closed_at: self.closed.then(|| before.unwrap_or(ctx.now().0)),
        };
        let saved = match old {
            None => tx.insert::<outlet::Entity>(model).await?,
            Some(_) => tx.update::<outlet::Entity>(model).await?,
        };
        let entry = AuditEntry::new(Self::NAME, "outlet", saved.id)
            .detail(json!({"reach": reach.id, "version": saved.version}));
        tx.audit(ctx, self.community, entry);
        tx.emit(ctx, events::reach_changed(self.community, reach.id));
        Ok(saved.id)
    }
}

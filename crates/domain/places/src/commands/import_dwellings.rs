//! Takes one community's dwellings in; their entrances come into being with them.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;
use youlin_database::{Command, Tx};
use youlin_kernel::{CommunityId, Ctx, Result};

use super::import_estates::{KEY_MAX, finish};
use crate::entities::{building, dwelling, entrance};
use crate::import::{ImportReport, Outcome, Refused, Row};
use crate::permissions::PLACES_REGISTER;
use youlin_database::keys::{key_of, meant};

/// Columns a dwelling file must have.
pub const DWELLING_COLUMNS: &[&str] = &["key", "building_key", "room"];

/// What a dwelling is used for.
pub(crate) const USAGES: [&str; 6] = ["owned", "let", "empty", "shop", "office", "other"];

const ROOM_MAX: usize = 20;

/// Rows of `dwellings.csv`: key, building_key, entrance, room, floor, use, area (m², two decimals); matched by key.
#[derive(Clone, Debug)]
pub struct ImportDwellings {
    pub community: CommunityId,
    pub rows: Vec<Row>,
    pub dry_run: bool,
}

impl Command for ImportDwellings {
    type Output = ImportReport;
    const NAME: &'static str = "places.import-dwellings";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<ImportReport> {
        ctx.authorize(&PLACES_REGISTER, self.community)?;
        let mut held = Held::load(tx, self.community, &self.rows).await?;
        let mut report = ImportReport::default();
        for row in &self.rows {
            match read(row, &held) {
                Err(refused) => report.refused.push(refused),
                Ok(draft) => {
                    let outcome = held
                        .save(ctx, tx, self.community, draft, self.dry_run)
                        .await?;
                    report.count(outcome);
                }
            }
        }
        if !self.dry_run {
            finish(ctx, tx, Self::NAME, self.community, &report);
        }
        Ok(report)
    }
}

struct DwellingDraft {
    key: String,
    building: Uuid,
    entrance: String,
    room: String,
    floor: Option<i32>,
    usage: String,
    area_centi: Option<i64>,
}

fn read(row: &Row, held: &Held) -> Result<DwellingDraft, Refused> {
    let building_key = row.required("building_key", KEY_MAX)?;
    let building = held.buildings.get(building_key).copied();
    let usage = match row.get("use") {
        "" => "other",
        usage if USAGES.contains(&usage) => usage,
        usage => return Err(row.refuse("use", "usage-unknown").arg("value", usage)),
    };
    let floor: Option<i32> = row.number("floor")?;
    if floor.is_some_and(|floor| !(-10..=200).contains(&floor)) {
        return Err(row.refuse("floor", "cell-no-number"));
    }
    Ok(DwellingDraft {
        key: row.required("key", KEY_MAX)?.to_owned(),
        building: building.ok_or_else(|| {
            row.refuse("building_key", "building-unknown")
                .arg("key", building_key)
        })?,
        entrance: row.text("entrance", ROOM_MAX)?.to_owned(),
        room: row.required("room", ROOM_MAX)?.to_owned(),
        floor,
        usage: usage.to_owned(),
        area_centi: square_metres(row.get("area")).map_err(|()| {
            row.refuse("area", "cell-no-area")
                .arg("value", row.get("area"))
        })?,
    })
}

/// Square metres with up to two decimals as 0.01 m², read as digits: ballots count them exactly.
pub(crate) fn square_metres(text: &str) -> Result<Option<i64>, ()> {
    if text.is_empty() {
        return Ok(None);
    }
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    if whole.is_empty() || whole.len() > 6 || part.len() > 2 || !digits(whole) || !digits(part) {
        return Err(());
    }
    let centi: i64 = format!("{whole}{part:0<2}").parse().map_err(|_digits| ())?;
    if centi == 0 { Err(()) } else { Ok(Some(centi)) }
}

/// What the community has already.
struct Held {
    buildings: HashMap<String, Uuid>,
    entrances: HashMap<(Uuid, String), Uuid>,
    dwellings: HashMap<String, dwelling::Model>,
}

impl Held {
    async fn load(tx: &Tx<'_>, community: CommunityId, rows: &[Row]) -> Result<Self> {
        let buildings: Vec<(Option<String>, Uuid)> = building::Entity::find()
            .select_only()
            .columns([building::Column::ExternalKey, building::Column::Id])
            .filter(building::Column::CommunityId.eq(community.0))
            .into_tuple()
            .all(tx.conn())
            .await?;
        let entrances = entrance::Entity::find()
            .filter(entrance::Column::CommunityId.eq(community.0))
            .all(tx.conn())
            .await?;
        let keys = rows.iter().map(|row| row.get("key").to_owned());
        let dwellings = dwelling::Entity::find()
            .filter(dwelling::Column::CommunityId.eq(community.0))
            .filter(meant(
                (dwelling::Column::ExternalKey, dwelling::Column::Id),
                keys,
            ))
            .all(tx.conn())
            .await?;
        Ok(Self {
            buildings: buildings
                .into_iter()
                .map(|(key, id)| (key_of(key.as_deref(), id), id))
                .collect(),
            entrances: entrances
                .into_iter()
                .map(|row| ((row.building_id, row.name), row.id))
                .collect(),
            dwellings: dwellings
                .into_iter()
                .map(|row| (key_of(row.external_key.as_deref(), row.id), row))
                .collect(),
        })
    }

    async fn save(
        &mut self,
        ctx: &Ctx,
        tx: &Tx<'_>,
        community: CommunityId,
        draft: DwellingDraft,
        dry_run: bool,
    ) -> Result<Outcome> {
        let entrance_id = if draft.entrance.is_empty() {
            None
        } else {
            let name = draft.entrance.clone();
            Some(
                self.entrance(ctx, tx, community, draft.building, name, dry_run)
                    .await?,
            )
        };
        let old = self.dwellings.get(&draft.key);
        let mut model = dwelling::Model {
            community_id: community.0,
            id: old.map_or_else(|| ctx.new_id(), |old| old.id),
            version: old.map_or(1, |old| old.version),
            external_key: old
                .map_or_else(|| Some(draft.key.clone()), |old| old.external_key.clone()),
            building_id: draft.building,
            entrance_id,
            room: draft.room,
            floor: draft.floor,
            usage: draft.usage,
            area_centi: draft.area_centi.or(old.and_then(|old| old.area_centi)),
            closed_at: None,
        };
        let outcome = match old {
            None => Outcome::New,
            Some(old) if *old == model => return Ok(Outcome::Unchanged),
            Some(_) => Outcome::Changed,
        };
        if !dry_run {
            model = match outcome {
                Outcome::New => tx.insert::<dwelling::Entity>(model).await?,
                _ => tx.update::<dwelling::Entity>(model).await?,
            };
        }
        self.dwellings.insert(draft.key, model);
        Ok(outcome)
    }

    async fn entrance(
        &mut self,
        ctx: &Ctx,
        tx: &Tx<'_>,
        community: CommunityId,
        building: Uuid,
        name: String,
        dry_run: bool,
    ) -> Result<Uuid> {
        if let Some(id) = self.entrances.get(&(building, name.clone())) {
            return Ok(*id);
        }
        let row = new_entrance(ctx, community, building, name);
        let key = (building, row.name.clone());
        let id = row.id;
        if !dry_run {
            tx.insert::<entrance::Entity>(row).await?;
        }
        self.entrances.insert(key, id);
        Ok(id)
    }
}

pub(super) fn new_entrance(
    ctx: &Ctx,
    community: CommunityId,
    building_id: Uuid,
    name: String,
) -> entrance::Model {
    entrance::Model {
        community_id: community.0,
        id: ctx.new_id(),
        version: 1,
        building_id,
        name,
    }
}

#[cfg(test)]
mod tests {
    use super::square_metres;

    #[test]
    fn areas_are_read_as_digits() {
        assert_eq!(square_metres("88.5"), Ok(Some(8_850)));
        assert_eq!(square_metres("88.05"), Ok(Some(8_805)));
        assert_eq!(square_metres("103"), Ok(Some(10_300)));
        assert_eq!(square_metres(""), Ok(None));
        for wrong in ["0", "0.00", "-3", "1e3", "88.123", ".5", "九十"] {
            assert_eq!(square_metres(wrong), Err(()), "{wrong}");
        }
    }
}

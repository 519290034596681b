//! What forms may ask of the register, one dwelling, building or place of business a line. Nothing of a person stands in it.

use std::collections::{BTreeMap, HashMap};

use uuid::Uuid;
use youlin_database::Database;
use youlin_datasets::{Declared, FieldKind, Wanted};
use youlin_kernel::{AreaId, CommunityId, Ctx, Result, Scope};
use youlin_web::I18n;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::entities::building;
use crate::permissions::PLACES_READ;
use crate::premises::{Premises, kilowatts, square_metres};
use crate::queries::{DwellingParts, building_names, dwelling_parts};
use crate::{Locator, Place};

const TEXT: FieldKind = FieldKind::Text;
const NUMBER: FieldKind = FieldKind::Number;

const ADDRESS: Declared = (
    "address",
    TEXT,
    &["地址", "房屋地址", "房屋坐落", "坐落", "详细地址", "住址"],
);
const ESTATE: Declared = ("estate", TEXT, &["小区", "小区名称", "所在小区", "estate"]);
const BUILDING: Declared = (
    "building",
    TEXT,
    &[
        "楼栋",
        "楼栋号",
        "楼号",
        "楼幢",
        "幢",
        "幢号",
        "栋",
        "栋号",
        "building",
    ],
);
/// The community a place lies in, as forms call it.
pub const COMMUNITY: Declared = (
    "community",
    TEXT,
    &["社区", "所属社区", "社区名称", "村居", "community"],
);
/// Its grid.
pub const GRID: Declared = ("grid", TEXT, &["网格", "所属网格", "网格名称", "grid"]);
/// Its neighbourhood.
pub const NEIGHBOURHOOD: Declared = (
    "neighbourhood",
    TEXT,
    &["邻里", "微网格", "所属微网格", "neighbourhood"],
);

pub(super) const DWELLINGS: &[Declared] = &[
    (
        "room",
        TEXT,
        &[
            "室号",
            "室",
            "房号",
            "房间号",
            "户号",
            "门牌号",
            "房屋编号",
            "房室号",
            "room",
        ],
    ),
    ESTATE,
    BUILDING,
    ("entrance", TEXT, &["单元", "单元号", "门洞", "entrance"]),
    ("floor", NUMBER, &["楼层", "所在楼层", "层", "floor"]),
    ADDRESS,
    (
        "usage",
        TEXT,
        &[
            "房屋用途",
            "用途",
            "房屋使用情况",
            "使用情况",
            "房屋类型",
            "房屋状态",
            "use",
        ],
    ),
    (
        "size",
        NUMBER,
        &[
            "面积",
            "建筑面积",
            "房屋面积",
            "套内面积",
            "专有面积",
            "floor area",
        ],
    ),
    COMMUNITY,
    GRID,
    NEIGHBOURHOOD,
];

pub(super) const BUILDINGS: &[Declared] = &[
    BUILDING,
    ESTATE,
    ADDRESS,
    (
        "storeys",
        NUMBER,
        &["层数", "楼层数", "总层数", "地上层数", "storeys"],
    ),
    COMMUNITY,
    GRID,
    NEIGHBOURHOOD,
];

pub(super) const PREMISES: &[Declared] = &[
    (
        "name",
        TEXT,
        &[
            "场所名称",
            "场所",
            "单位场所名称",
            "九小场所名称",
            "premises",
        ],
    ),
    (
        "kind",
        TEXT,
        &["场所类型", "场所类别", "场所种类", "kind of premises"],
    ),
    (
        "address",
        TEXT,
        &["场所地址", "地址", "详细地址", "坐落", "address"],
    ),
    (
        "floor_area",
        NUMBER,
        &["面积", "建筑面积", "场所面积", "营业面积", "floor area"],
    ),
    ("storeys", NUMBER, &["层数", "楼层数", "storeys"]),
    (
        "built_year",
        TEXT,
        &["建成年份", "建造年份", "建成年代", "built"],
    ),
    (
        "circuit",
        NUMBER,
        &["供电容量", "用电容量", "核定容量", "electrical supply"],
    ),
    ("stalls", NUMBER, &["摊位数", "铺位数", "stalls"]),
    ("note", TEXT, &["备注", "说明", "note"]),
    COMMUNITY,
    GRID,
    NEIGHBOURHOOD,
];

/// The scope of who may read the register, and the records by their community.
fn asked(ctx: &Ctx, wanted: &Wanted) -> Result<(Scope, BTreeMap<CommunityId, Vec<Uuid>>)> {
    let mut by: BTreeMap<CommunityId, Vec<Uuid>> = BTreeMap::new();
    for (community, id) in &wanted.records {
        by.entry(*community).or_default().push(*id);
    }
    Ok((ctx.scope(&PLACES_READ)?, by))
}

fn area_name(ctx: &Ctx, id: Option<AreaId>) -> String {
    let node = id.and_then(|id| ctx.areas().get(id));
    node.map_or_else(String::new, |node| node.name.clone())
}

/// What places say of where they are.
fn where_of(ctx: &Ctx, place: &Place, field: &str) -> Option<String> {
    Some(match field {
        "address" => place.address.clone(),
        "community" => area_name(ctx, Some(place.community.into())),
        "grid" => area_name(ctx, place.grid),
        "neighbourhood" => area_name(ctx, place.neighbourhood),
        _ => return None,
    })
}

fn count(number: Option<impl ToString>) -> String {
    number.map_or_else(String::new, |number| number.to_string())
}

type Handed = HashMap<Uuid, Vec<String>>;

pub(super) async fn dwellings(
    db: &Database,
    locator: &Locator,
    (ctx, i18n): (&Ctx, &I18n),
    wanted: &Wanted,
) -> Result<Handed> {
    let (scope, by) = asked(ctx, wanted)?;
    let mut values = HashMap::new();
    for (community, ids) in by {
        let parts = dwelling_parts(db.read(), community, &ids).await?;
        for id in ids {
            let (Some(place), Some(parts)) = (locator.dwelling(id), parts.get(&id)) else {
                continue;
            };
            if !scope.contains(place.community, &[place.grid, place.neighbourhood]) {
                continue;
            }
            let fields = wanted.fields.iter();
            let line = fields.map(|field| dwelling(ctx, i18n, &place, parts, field));
            values.insert(id, line.collect());
        }
    }
    Ok(values)
}

fn dwelling(ctx: &Ctx, i18n: &I18n, place: &Place, parts: &DwellingParts, field: &str) -> String {
    match field {
        "room" => parts.room.clone(),
        "estate" => parts.estate.clone(),
        "building" => parts.building.clone(),
        "entrance" => parts.entrance.clone(),
        "floor" => count(parts.floor),
        "usage" => {
            let key = format!("dwelling-use-{}", parts.usage);
            i18n.find(ctx.locale(), &key, &[])
                .unwrap_or_else(|| parts.usage.clone())
        }
        "size" => parts.area_centi.map_or_else(String::new, square_metres),
        field => where_of(ctx, place, field).unwrap_or_default(),
    }
}

pub(super) async fn buildings(
    db: &Database,
    locator: &Locator,
    ctx: &Ctx,
    wanted: &Wanted,
) -> Result<Handed> {
    let (scope, by) = asked(ctx, wanted)?;
    let mut values = HashMap::new();
    for (community, ids) in by {
        let mut storeys = HashMap::new();
        let mut names = HashMap::new();
        for some in ids.chunks(500) {
            names.extend(building_names(db.read(), community, some.iter().copied()).await?);
            let rows = building::Entity::find()
                .filter(building::Column::CommunityId.eq(community.0))
                .filter(building::Column::Id.is_in(some.iter().copied()))
                .all(db.read())
                .await?;
            storeys.extend(rows.into_iter().map(|row| (row.id, row.floors)));
        }
        for id in ids {
            let (Some(place), Some((estate, name))) = (locator.building(id), names.get(&id)) else {
                continue;
            };
            if !scope.contains(place.community, &[place.grid, place.neighbourhood]) {
                continue;
            }
            let value = |field: &String| match field.as_str() {
                "estate" => estate.clone(),
                "building" => name.clone(),
                "storeys" => count(storeys.get(&id).copied().flatten()),
                field => where_of(ctx, &place, field).unwrap_or_default(),
            };
            values.insert(id, wanted.fields.iter().map(value).collect());
        }
    }
    Ok(values)
}

pub(super) async fn premises(
    db: &Database,
    (ctx, i18n): (&Ctx, &I18n),
    wanted: &Wanted,
) -> Result<Handed> {
    let (scope, by) = asked(ctx, wanted)?;
    let mut values = HashMap::new();
    for (community, ids) in by {
        for (id, one) in Premises::named(db.read(), &[community.0], &ids).await? {
            if !scope.contains(one.community, &[one.grid, one.neighbourhood]) {
                continue;
            }
            let value = |field: &String| match field.as_str() {
                "name" => one.name.clone(),
                "kind" => {
                    let key = format!("premises-kind-{}", one.kind.as_str());
                    i18n.text(ctx.locale(), &key, &[])
                }
                "address" => one.address.clone(),
                "floor_area" => one.area_centi.map_or_else(String::new, square_metres),
                "storeys" => count(one.storeys),
                "built_year" => count(one.built_year),
                "circuit" => one.circuit_w.map_or_else(String::new, kilowatts),
                "stalls" => one.stalls.to_string(),
                "note" => one.note.clone(),
                field => where_of(ctx, &one.place(), field).unwrap_or_default(),
            };
            values.insert(id, wanted.fields.iter().map(value).collect());
        }
    }
    Ok(values)
}

//! Merchants' facts as forms ask for them, one merchant a line. Names, codes and goods are business data; the number and the
//! names of its persons leave as those of residents do.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;
use youlin_database::Database;
use youlin_datasets::{Declared, FieldKind, Wanted};
use youlin_kernel::{AreaId, CommunityId, Ctx, Result};
use youlin_places::datasets::{COMMUNITY, GRID, NEIGHBOURHOOD};
use youlin_places::premises::{kilowatts, square_metres};
use youlin_web::I18n;

use super::commands::hand_out::NoteMerchants;
use super::export::number;
use super::{MerchantPerson, MerchantPlace, MerchantRelation, MerchantView, Merchants};
use crate::Vault;
use crate::datasets::let_out::purpose_of;
use crate::entities::{merchant, person};
use crate::permissions::{PEOPLE_READ, PEOPLE_REVEAL};
use crate::queries::open_name;

const TEXT: FieldKind = FieldKind::Text;
const NUMBER: FieldKind = FieldKind::Number;

pub(super) const FIELDS: &[Declared] = &[
    (
        "name",
        TEXT,
        &[
            "商户名称",
            "商户",
            "店名",
            "店招",
            "店招名称",
            "店铺名称",
            "商铺名称",
            "门店名称",
            "商家名称",
            "企业名称",
            "经营主体",
            "经营主体名称",
            "市场主体名称",
            "字号",
            "merchant",
        ],
    ),
    (
        "credit_code",
        TEXT,
        &[
            "信用代码",
            "统一社会信用代码",
            "社会信用代码",
            "营业执照号",
            "营业执照编号",
            "执照号",
            "credit code",
        ],
    ),
    (
        "kind",
        TEXT,
        &["主体类型", "主体性质", "企业类型", "legal kind"],
    ),
    (
        "trade",
        TEXT,
        &[
            "业态",
            "经营业态",
            "行业",
            "行业类别",
            "行业类型",
            "经营类别",
            "经营类型",
            "经营性质",
            "trade",
        ],
    ),
    (
        "goods",
        TEXT,
        &[
            "主营商品",
            "主营",
            "主营业务",
            "主营货物",
            "主要货物",
            "主要商品",
            "经营货物",
            "经营商品",
            "经营内容",
            "经营项目",
            "经营范围",
            "goods",
        ],
    ),
    (
        "operator",
        TEXT,
        &[
            "经营者",
            "经营者姓名",
            "经营人",
            "经营人姓名",
            "负责人",
            "负责人姓名",
            "店主",
            "店主姓名",
            "老板",
            "法人",
            "法定代表人",
            "业主姓名",
            "姓名",
            "operator",
        ],
    ),
    (
        "safety_officer",
        TEXT,
        &[
            "安全员",
            "安全负责人",
            "安全责任人",
            "消防负责人",
            "消防安全责任人",
            "消防安全管理人",
            "safety officer",
        ],
    ),
    (
        "phone",
        TEXT,
        &[
            "联系电话",
            "电话",
            "手机",
            "手机号",
            "手机号码",
            "联系方式",
            "经营者电话",
            "负责人电话",
            "telephone",
        ],
    ),
    (
        "employees",
        NUMBER,
        &[
            "从业人数",
            "从业人员",
            "从业人员数",
            "从业人员数量",
            "员工人数",
            "员工数",
            "职工人数",
            "employees",
        ],
    ),
    (
        "used_area",
        NUMBER,
        &[
            "面积",
            "营业面积",
            "经营面积",
            "使用面积",
            "建筑面积",
            "店铺面积",
            "商铺面积",
            "经营场所面积",
            "floor area",
        ],
    ),
    (
        "load",
        NUMBER,
        &["负荷", "用电负荷", "电负荷", "用电功率", "总功率", "load"],
    ),
    ("hours", TEXT, &["营业时间", "经营时间", "opening hours"]),
    (
        "opened_on",
        FieldKind::Day,
        &["开业日期", "开业时间", "开业年月", "opened on"],
    ),
    (
        "address",
        TEXT,
        &[
            "经营地址",
            "经营场所",
            "经营场所地址",
            "店铺地址",
            "商铺地址",
            "商户地址",
            "地址",
            "详细地址",
            "门牌号",
            "address",
        ],
    ),
    (
        "premises",
        TEXT,
        &["所在场所", "所在市场", "市场名称", "市场", "premises"],
    ),
    (
        "stall",
        TEXT,
        &["摊位号", "摊位", "铺位号", "铺位", "stall"],
    ),
    COMMUNITY,
    GRID,
    NEIGHBOURHOOD,
];

/// Whether anything of these is a person's.
pub(super) fn personal(fields: &[String]) -> bool {
    fields
        .iter()
        .any(|field| field == "phone" || !named(field).is_empty())
}

/// Who a field names: persons with the first of these relations that anybody has.
fn named(field: &str) -> &'static [MerchantRelation] {
    match field {
        "operator" => &[MerchantRelation::Operator, MerchantRelation::Owner],
        "safety_officer" => &[MerchantRelation::SafetyOfficer],
        _ => &[],
    }
}

/// A merchant with what is sealed of it.
struct Held {
    view: MerchantView,
    phone: String,
    /// In the clear, of those whose own community notes it.
    names: HashMap<Uuid, String>,
}

impl Held {
    fn persons(&self, field: &str) -> Vec<&MerchantPerson> {
        let with = |relation: &MerchantRelation| -> Vec<&MerchantPerson> {
            let all = self.view.persons.iter();
            all.filter(|one| one.relation == *relation).collect()
        };
        let found = named(field).iter().map(with);
        found
            .into_iter()
            .find(|some| !some.is_empty())
            .unwrap_or_default()
    }
}

/// Values by merchant in the order of the fields wanted; what is a person's is noted before it is given.
pub(super) async fn hand_out(
    db: &Database,
    vault: &Vault,
    (ctx, i18n): (&Ctx, &I18n),
    wanted: &Wanted,
) -> Result<HashMap<Uuid, Vec<String>>> {
    let personal = personal(&wanted.fields);
    let scope = ctx.scope(match personal {
        true => &PEOPLE_REVEAL,
        false => &PEOPLE_READ,
    })?;
    let ids: Vec<Uuid> = wanted.records.iter().map(|(_, id)| *id).collect();
    let mut all = Vec::with_capacity(ids.len());
    for some in ids.chunks(500) {
        let views = Merchants::by_ids(db.read(), vault, &scope, some).await?;
        all.extend(held(db, vault, views, personal).await?);
    }
    if personal {
        note(db, ctx, wanted, &all).await?;
    }
    let line = |held: &Held| {
        let fields = wanted.fields.iter();
        fields.map(|field| value(ctx, i18n, held, field)).collect()
    };
    Ok(all.iter().map(|held| (held.view.id, line(held))).collect())
}

async fn held(
    db: &Database,
    vault: &Vault,
    views: Vec<MerchantView>,
    personal: bool,
) -> Result<Vec<Held>> {
    let mut phones = HashMap::new();
    let mut names = HashMap::new();
    if personal {
        let communities: BTreeSet<i64> = views.iter().map(|one| one.community.0).collect();
        let rows = merchant::Entity::find()
            .filter(merchant::Column::CommunityId.is_in(communities.iter().copied()))
            .filter(merchant::Column::Id.is_in(views.iter().map(|one| one.id)))
            .all(db.read())
            .await?;
        for row in rows {
            phones.insert(row.id, number(vault, &row)?);
        }
        let persons: BTreeSet<Uuid> = views
            .iter()
            .flat_map(|one| one.persons.iter().map(|one| one.person))
            .collect();
        let persons: Vec<Uuid> = persons.into_iter().collect();
        for some in persons.chunks(500) {
            let rows = person::Entity::find()
                .filter(person::Column::CommunityId.is_in(communities.iter().copied()))
                .filter(person::Column::Id.is_in(some.iter().copied()))
                .all(db.read())
                .await?;
            for row in rows {
                names.insert((row.community_id, row.id), open_name(vault, &row)?);
            }
        }
    }
    let with = |view: MerchantView| {
        // Those of another community are told by its own log only of what happens there: their names stay covered.
        let own = view.persons.iter().filter_map(|one| {
            let name = names.get(&(view.community.0, one.person))?;
            Some((one.person, name.clone()))
        });
        Held {
            names: own.collect(),
            phone: phones.remove(&view.id).unwrap_or_default(),
            view,
        }
    };
    Ok(views.into_iter().map(with).collect())
}

/// Uses up the yes a large form needs, then notes what was handed out with everybody it is of.
async fn note(db: &Database, ctx: &Ctx, wanted: &Wanted, all: &[Held]) -> Result<()> {
    let purpose = purpose_of(db, ctx, wanted, all.len()).await?;
    let with_phone = wanted.fields.iter().any(|field| field == "phone");
    let mut notes: BTreeMap<CommunityId, NoteMerchants> = BTreeMap::new();
    for held in all {
        let community = held.view.community;
        let note = notes.entry(community).or_insert_with(|| NoteMerchants {
            community,
            numbers: Vec::new(),
            named: BTreeSet::new(),
            purpose: purpose.clone(),
            form: wanted.form,
        });
        if with_phone && !held.phone.is_empty() {
            note.numbers.push(held.view.id);
        }
        for field in &wanted.fields {
            let persons = held.persons(field).into_iter().map(|one| one.person);
            note.named
                .extend(persons.filter(|one| held.names.contains_key(one)));
        }
    }
    for (_, note) in notes {
        if !note.numbers.is_empty() || !note.named.is_empty() {
            db.execute(ctx, note).await?;
        }
    }
    Ok(())
}

/// One field of one merchant as a form shows it; empty where nothing is held.
fn value(ctx: &Ctx, i18n: &I18n, held: &Held, field: &str) -> String {
    let view = &held.view;
    let word = |family: &str, code: &str| i18n.text(ctx.locale(), &format!("{family}-{code}"), &[]);
    let area = |id: Option<AreaId>| {
        let node = id.and_then(|id| ctx.areas().get(id));
        node.map_or_else(String::new, |node| node.name.clone())
    };
    let joined = |text: fn(&MerchantPlace) -> String| {
        let all: Vec<String> = view.places.iter().map(text).collect();
        all.join("、")
    };
    let first = view.places.first().map(|one| &one.premises);
    match field {
        "name" => view.name.clone(),
        "credit_code" => view.credit_code.clone().unwrap_or_default(),
        "kind" => word("legal-kind", view.kind.as_str()),
        "trade" => word("trade", view.trade.as_str()),
        "goods" => view.goods.clone(),
        "phone" => held.phone.clone(),
        "employees" => view
            .employees
            .map_or_else(String::new, |count| count.to_string()),
        "used_area" => view.area_centi.map_or_else(String::new, square_metres),
        "load" => view.load_w.map_or_else(String::new, kilowatts),
        "hours" => view.hours.clone(),
        "opened_on" => view.opened_on.clone().unwrap_or_default(),
        "address" => joined(address),
        "premises" => joined(|place| place.premises.name.clone()),
        "stall" => {
            let stalls = view.places.iter().filter_map(|one| one.stall.as_ref());
            let stalls: Vec<String> = stalls.map(|stall| stall.label()).collect();
            stalls.join("、")
        }
        "community" => area(Some(view.community.into())),
        "grid" => area(first.and_then(|one| one.grid)),
        "neighbourhood" => area(first.and_then(|one| one.neighbourhood)),
        field => {
            let name = |one: &MerchantPerson| {
                let clear = held.names.get(&one.person);
                clear.cloned().unwrap_or_else(|| one.name_masked.clone())
            };
            let names: Vec<String> = held.persons(field).into_iter().map(name).collect();
            names.join("、")
        }
    }
}

/// 中原公寓1号楼; with the market and the stall where it is one of many there.
fn address(place: &MerchantPlace) -> String {
    let address = &place.premises.address;
    match (&place.stall, address.is_empty()) {
        (_, true) => place.label(),
        (None, false) => address.clone(),
        (Some(_), false) => format!("{address} {}", place.label()),
    }
}

//! The columns of a desk's list of merchants, by the names they have in real ones, and the words that stand in them.

use youlin_imports::tabular::{Like, Spec};

use crate::merchants::{LegalKind, Trade};

/// Words that make a column something else than the merchant's own: the number of the owner's identity card, a signature.
const OTHERS: &[&str] = &[
    "身份证",
    "紧急",
    "登记人",
    "填表",
    "录入",
    "检查",
    "网格员",
    "消防",
    "序号",
];

/// 商户编号 and 商户类型 say nothing of its name.
const NOT_NAMES: &[&str] = &[
    "编号", "编码", "类型", "类别", "电话", "地址", "数量", "户数",
];

/// 负责人电话 and 法人身份证号 name nobody.
const NOT_PERSONS: &[&str] = &[
    "电话",
    "手机",
    "号码",
    "联系方式",
    "身份证",
    "证件",
    "签字",
    "签名",
    "性别",
    "年龄",
    "住址",
    "地址",
    "照片",
    "职务",
    "户籍",
    "微信",
    "人数",
];

/// Whoever is no person of the merchant's own, or answers for something else than the shop.
const STRANGERS: &[&str] = &[
    "紧急", "登记", "填表", "录入", "检查", "网格", "消防", "安全", "市场", "社区", "物业", "类型",
    "类别", "序号",
];

const NOT_THESE: &[&str] =
    &joined::<{ NOT_PERSONS.len() + STRANGERS.len() }>(NOT_PERSONS, STRANGERS);

const fn joined<const N: usize>(
    first: &[&'static str],
    second: &[&'static str],
) -> [&'static str; N] {
    let mut all = [""; N];
    let mut at = 0;
    while at < N {
        all[at] = if at < first.len() {
            first[at]
        } else {
            second[at - first.len()]
        };
        at += 1;
    }
    all
}

const fn plain(field: &'static str, names: &'static [&'static str]) -> Spec {
    Spec {
        field,
        names,
        unless: OTHERS,
        like: None,
        many: false,
    }
}

/// A column of names; who answers for safety, and who filled the sheet in, is somebody else.
const fn person(field: &'static str, names: &'static [&'static str]) -> Spec {
    Spec {
        unless: NOT_THESE,
        ..plain(field, names)
    }
}

/// In the order in which they are offered to somebody who matches columns by hand.
pub(super) const SPECS: &[Spec] = &[
    Spec {
        unless: NOT_NAMES,
        ..plain(
            "shop",
            &[
                "商户名称",
                "店名",
                "字号",
                "字号名称",
                "店铺名称",
                "店招名称",
                "店招",
                "商铺名称",
                "门店名称",
                "商户",
                "商家名称",
                "企业名称",
                "单位名称",
                "merchant",
                "shop",
            ],
        )
    },
    plain(
        "credit_code",
        &[
            "统一社会信用代码",
            "信用代码",
            "社会信用代码",
            "营业执照号",
            "营业执照编号",
            "执照号",
            "credit code",
        ],
    ),
    plain(
        "premises",
        &[
            "场所",
            "场所名称",
            "市场",
            "市场名称",
            "所在市场",
            "经营地址",
            "经营场所",
            "经营地点",
            "店铺地址",
            "地址",
            "premises",
        ],
    ),
    plain(
        "stall",
        &[
            "摊位号",
            "摊位",
            "摊号",
            "铺位号",
            "铺位",
            "铺号",
            "柜台号",
            "stall",
        ],
    ),
    plain(
        "shop_kind",
        &[
            "商户类型",
            "经营主体类型",
            "主体类型",
            "企业类型",
            "类型",
            "legal form",
        ],
    ),
    plain("trade", &["行业", "行业类别", "经营类别", "业态", "trade"]),
    plain(
        "goods",
        &[
            "主营商品",
            "经营范围",
            "经营内容",
            "经营项目",
            "主营业务",
            "主营",
            "货品",
            "goods",
        ],
    ),
    Spec {
        // A list of names is no count.
        unless: &[
            "姓名",
            "名单",
            "电话",
            "身份证",
            "网格",
            "检查",
            "消防",
            "户数",
        ],
        ..plain(
            "employees",
            &[
                "从业人数",
                "从业人员数",
                "从业人员数量",
                "从业人员",
                "员工人数",
                "员工数",
                "职工人数",
                "雇工人数",
                "用工人数",
                "人数",
                "employees",
            ],
        )
    },
    plain(
        "floor_area",
        &[
            "面积",
            "使用面积",
            "经营面积",
            "营业面积",
            "建筑面积",
            "floor area",
        ],
    ),
    plain(
        "load",
        &["用电负荷", "用电功率", "负荷", "功率", "electrical load"],
    ),
    plain("hours", &["营业时间", "经营时间", "hours"]),
    plain(
        "opened_on",
        &["开业日期", "开业时间", "成立日期", "opened on"],
    ),
    person(
        "operator",
        &[
            "经营者",
            "经营者姓名",
            "法定代表人",
            "法人代表",
            "法人",
            "负责人",
            "店主",
            "摊主",
            "老板",
            "operator",
        ],
    ),
    Spec {
        unless: &["安全", "紧急", "网格员", "登记人"],
        like: Some(Like::Identity),
        ..plain(
            "operator_identity",
            &[
                "经营者身份证号",
                "身份证号",
                "身份证号码",
                "公民身份号码",
                "身份证",
                "operator's identity number",
            ],
        )
    },
    person("owner", &["业主", "业主姓名", "房东", "产权人", "owner"]),
    person("contact", &["联系人", "联系人姓名", "contact"]),
    Spec {
        unless: NOT_PERSONS,
        ..plain(
            "safety_officer",
            &[
                "消防安全负责人",
                "消防安全责任人",
                "消防安全管理人",
                "消防负责人",
                "安全负责人",
                "安全责任人",
                "安全员",
                "safety officer",
            ],
        )
    },
    Spec {
        unless: &[],
        ..plain(
            "safety_phone",
            &[
                "消防安全负责人电话",
                "消防安全负责人联系电话",
                "安全负责人联系电话",
                "消防安全责任人电话",
                "消防负责人电话",
                "安全负责人电话",
                "安全责任人电话",
                "安全员电话",
                "safety officer's phone",
            ],
        )
    },
    Spec {
        like: Some(Like::Phone),
        ..plain(
            "phone",
            &[
                "联系电话",
                "手机",
                "手机号",
                "手机号码",
                "电话",
                "电话号码",
                "联系方式",
                "phone",
            ],
        )
    },
];

/// What a blank sheet asks for.
pub(super) const BLANK: [&str; 11] = [
    "shop",
    "credit_code",
    "premises",
    "stall",
    "operator",
    "phone",
    "goods",
    "employees",
    "floor_area",
    "load",
    "hours",
];

/// 个体户 and 个体工商户 are one; the first that stands in the cell decides, so what is longer comes first.
const KINDS: &[(&str, LegalKind)] = &[
    ("个体", LegalKind::Individual),
    ("合作社", LegalKind::Cooperative),
    ("合伙", LegalKind::Partnership),
    ("独资", LegalKind::Partnership),
    ("分公司", LegalKind::Branch),
    ("分店", LegalKind::Branch),
    ("分支", LegalKind::Branch),
    ("公司", LegalKind::Company),
    ("企业", LegalKind::Company),
    ("事业", LegalKind::PublicBody),
    ("机关", LegalKind::PublicBody),
];

const TRADES: &[(&str, Trade)] = &[
    ("五金", Trade::Hardware),
    ("工具", Trade::Hardware),
    ("建材", Trade::BuildingMaterials),
    ("装潢", Trade::BuildingMaterials),
    ("装修", Trade::BuildingMaterials),
    ("餐", Trade::Catering),
    ("小吃", Trade::Catering),
    ("饭店", Trade::Catering),
    ("早点", Trade::Catering),
    ("服装", Trade::Clothing),
    ("鞋", Trade::Clothing),
    ("布", Trade::Textiles),
    ("家纺", Trade::Textiles),
    ("纺织", Trade::Textiles),
    ("日用", Trade::Household),
    ("家居", Trade::Household),
    ("百货", Trade::Household),
    ("家电", Trade::Electronics),
    ("电子", Trade::Electronics),
    ("电器", Trade::Electronics),
    ("数码", Trade::Electronics),
    ("文具", Trade::Stationery),
    ("图书", Trade::Stationery),
    ("药", Trade::Medicine),
    ("诊所", Trade::Medicine),
    ("医", Trade::Medicine),
    ("维修", Trade::Repair),
    ("修理", Trade::Repair),
    ("美发", Trade::Hairdressing),
    ("理发", Trade::Hairdressing),
    ("美容", Trade::Hairdressing),
    ("培训", Trade::Education),
    ("教育", Trade::Education),
    ("旅馆", Trade::Lodging),
    ("住宿", Trade::Lodging),
    ("宾馆", Trade::Lodging),
    ("物流", Trade::Logistics),
    ("快递", Trade::Logistics),
    ("回收", Trade::Recycling),
    ("超市", Trade::Grocery),
    ("便利店", Trade::Grocery),
    ("杂货", Trade::Grocery),
    ("食品", Trade::Food),
    ("水果", Trade::Food),
    ("蔬菜", Trade::Food),
    ("水产", Trade::Food),
    ("粮油", Trade::Food),
    ("副食", Trade::Food),
];

fn first<T: Copy>(words: &[(&str, T)], text: &str) -> Option<T> {
    let found = words.iter().find(|(word, _)| text.contains(word));
    found.map(|(_, meant)| *meant)
}

/// What a merchant is before the law, as a cell says it. Nobody guesses it from the name.
pub(super) fn kind(text: &str) -> LegalKind {
    match text {
        "" => LegalKind::Unknown,
        text => LegalKind::parse(text)
            .or_else(|| first(KINDS, text))
            .unwrap_or(LegalKind::Other),
    }
}

/// What it trades in.
pub(super) fn trade(text: &str) -> Option<Trade> {
    Trade::parse(text).or_else(|| first(TRADES, text))
}

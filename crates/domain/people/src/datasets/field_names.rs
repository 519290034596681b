//! What forms call the facts of a person, and what each of them is called in the list of who looked.

use youlin_datasets::{Declared, Field, FieldKind};
use youlin_kernel::Locale;
use youlin_web::I18n;

use crate::labels::LabelCatalogue;

/// Code, what `who_looked` lists it as, and what forms call it.
const FIELDS: &[(&str, &str, &[&str])] = &[
    (
        "name",
        "name",
        &["姓名", "名字", "户主姓名", "人员姓名", "name"],
    ),
    ("sex", "sex", &["性别", "sex", "gender"]),
    (
        "birth",
        "birth",
        &[
            "出生日期",
            "出生年月",
            "出生年月日",
            "生日",
            "date of birth",
        ],
    ),
    ("age", "birth", &["年龄", "周岁", "年龄（周岁）", "age"]),
    (
        "identity",
        "identity",
        &[
            "身份证号",
            "身份证号码",
            "公民身份号码",
            "证件号码",
            "identity number",
        ],
    ),
    (
        "phone",
        "phone",
        &[
            "联系电话",
            "电话",
            "手机",
            "手机号",
            "手机号码",
            "联系方式",
            "telephone",
        ],
    ),
    (
        "address",
        "address",
        &[
            "住址",
            "现住址",
            "家庭住址",
            "居住地址",
            "现居住地址",
            "现居住地",
            "居住地",
            "常住地址",
            "详细地址",
            "地址",
            "address",
        ],
    ),
    (
        "community",
        "address",
        &[
            "社区",
            "社区名称",
            "所属社区",
            "所在社区",
            "村（社区）",
            "村居",
            "community",
        ],
    ),
    (
        "grid",
        "address",
        &["网格", "所属网格", "所在网格", "网格名称", "grid"],
    ),
    (
        "grid_worker",
        "address",
        &[
            "网格员",
            "网格员姓名",
            "责任网格员",
            "所属网格员",
            "包片网格员",
            "grid worker",
        ],
    ),
    (
        "neighbourhood",
        "address",
        &["邻里", "微网格", "所属微网格", "neighbourhood"],
    ),
    (
        "building",
        "address",
        &[
            "楼栋",
            "楼栋号",
            "楼号",
            "楼幢",
            "幢",
            "幢号",
            "栋",
            "栋号",
            "小区楼栋",
            "building",
        ],
    ),
    (
        "estate",
        "address",
        &["小区", "小区名称", "所在小区", "居住小区", "estate"],
    ),
    (
        "entrance",
        "address",
        &["单元", "单元号", "门洞", "entrance", "unit"],
    ),
    (
        "room",
        "address",
        &[
            "室号",
            "室",
            "房号",
            "房间号",
            "户号",
            "门牌号",
            "房室号",
            "room",
        ],
    ),
    ("floor", "address", &["楼层", "所在楼层", "层", "floor"]),
    (
        "relation",
        "address",
        &[
            "与房屋关系",
            "居住性质",
            "住房性质",
            "relation to the dwelling",
        ],
    ),
    (
        "household_size",
        "address",
        &["同住人数", "居住人数", "常住人数", "people in the dwelling"],
    ),
    (
        "household_members",
        "address",
        &[
            "家庭人口",
            "家庭人口数",
            "户内人数",
            "家庭成员数",
            "household size",
        ],
    ),
    (
        "labels",
        "labels",
        &[
            "人员类别",
            "人群类别",
            "人员标签",
            "标签",
            "特殊人群",
            "重点人群",
            "labels",
        ],
    ),
    (
        "language",
        "language",
        &["常用语言", "使用语言", "语言", "母语", "language"],
    ),
    ("note", "note", &["备注", "说明", "note"]),
    (
        "seen",
        "seen",
        &[
            "最近走访日期",
            "最近走访时间",
            "最近一次走访时间",
            "最近一次走访日期",
            "走访日期",
            "走访时间",
            "最后走访时间",
            "last seen",
        ],
    ),
    (
        "seen_by",
        "seen",
        &[
            "走访人",
            "走访人员",
            "走访人姓名",
            "最近走访人",
            "visited by",
        ],
    ),
];

pub(super) fn fields(catalogue: &LabelCatalogue, i18n: &I18n, locale: Locale) -> Vec<Field> {
    let own = FIELDS.iter();
    let own: Vec<Declared> = own
        .map(|(code, _, names)| (*code, kind_of(code), *names))
        .collect();
    let own = Field::all(i18n, locale, "persons", &own).into_iter();
    let labels = catalogue.offered(true).map(|kind| {
        let name = kind.name(locale).to_owned();
        Field {
            code: format!("label:{}", kind.code),
            kind: FieldKind::Text,
            names: asked_as(name),
        }
    });
    own.chain(labels).collect()
}

/// Of a birth only the year may be known.
fn kind_of(code: &str) -> FieldKind {
    match code {
        "age" | "household_size" | "household_members" | "floor" => FieldKind::Number,
        "birth" | "seen" => FieldKind::Day,
        _ => FieldKind::Text,
    }
}

/// What forms call a column about one label: 残疾人, 是否残疾人, 是否为残疾人, 是否残疾.
fn asked_as(name: String) -> Vec<String> {
    let mut names = vec![
        format!("是否{name}"),
        format!("是否为{name}"),
        format!("是否是{name}"),
    ];
    if let Some(short) = name
        .strip_suffix('人')
        .filter(|short| short.chars().count() > 1)
    {
        names.push(format!("是否{short}"));
    }
    names.insert(0, name);
    names
}

/// What a field is called in the list of who looked: whatever leaves the register stands there.
pub(super) fn listed(field: &str) -> Option<&'static str> {
    if field.starts_with("label:") {
        return Some("labels");
    }
    if field.starts_with("asked:") {
        return Some("asked");
    }
    let known = FIELDS.iter().find(|(code, _, _)| *code == field);
    known.map(|(_, listed, _)| *listed)
}

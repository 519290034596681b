//! The columns of such sheets, by the names they have in real ones, and by the English names of our own.

use youlin_imports::tabular::{Like, Spec};

/// Words that make a column somebody else's.
const OTHERS: &[&str] = &[
    "户主",
    "监护",
    "紧急",
    "联系人",
    "配偶",
    "子女",
    "父亲",
    "母亲",
    "房东",
    "负责人",
    "网格员",
    "楼组长",
    "登记人",
    "填表",
    "录入",
    "走访",
    "单位",
];

/// Of somebody else, or covered by stars.
const COVERED: &[&str] = &{
    let mut words = ["遮盖"; OTHERS.len() + 2];
    let (others, own) = words.split_at_mut(OTHERS.len());
    others.copy_from_slice(OTHERS);
    own[1] = "covered";
    words
};

/// Labels that hold only with consent.
const AGREED: &[&str] = &["户主", "监护", "同意", "consent"];

const fn plain(field: &'static str, names: &'static [&'static str]) -> Spec {
    Spec {
        field,
        names,
        unless: OTHERS,
        like: None,
        many: false,
    }
}

const fn like(field: &'static str, names: &'static [&'static str], like: Like) -> Spec {
    Spec {
        like: Some(like),
        ..plain(field, names)
    }
}

const fn unless(words: &'static [&'static str], spec: Spec) -> Spec {
    Spec {
        unless: words,
        ..spec
    }
}

const fn many(spec: Spec) -> Spec {
    Spec { many: true, ..spec }
}

/// In the order in which they are offered to somebody who matches columns by hand.
pub const SPECS: &[Spec] = &[
    plain(
        "name",
        &["姓名", "名字", "居民姓名", "人员姓名", "name", "full name"],
    ),
    // A column of our own lists whose numbers are covered on purpose says so in its name, and is left alone.
    unless(
        COVERED,
        like(
            "identity",
            &[
                "身份证号",
                "身份证号码",
                "公民身份号码",
                "身份证",
                "证件号码",
                "证件号",
                "identity",
                "id number",
                "identity number",
            ],
            Like::Identity,
        ),
    ),
    like(
        "birth",
        &[
            "出生日期",
            "出生年月",
            "出生年月日",
            "生日",
            "出生",
            "birth",
            "birth_year",
            "birthday",
            "date of birth",
        ],
        Like::Birthday,
    ),
    // In three columns under one name, which is before the name of each; a month without it may be that of anything.
    plain(
        "birth_year",
        &[
            "出生年",
            "出生年份",
            "出生日期年",
            "出生年月日年",
            "出生年月年",
            "出生时间年",
            "生日年",
        ],
    ),
    plain(
        "birth_month",
        &[
            "出生月",
            "出生月份",
            "出生日期月",
            "出生年月日月",
            "出生年月月",
            "出生时间月",
            "生日月",
        ],
    ),
    plain(
        "birth_day",
        &[
            "出生日",
            "出生日期日",
            "出生年月日日",
            "出生年月日",
            "出生时间日",
            "生日日",
        ],
    ),
    like("sex", &["性别", "sex", "gender"], Like::Sex),
    many(like(
        "phone",
        &[
            "联系电话",
            "手机",
            "手机号",
            "手机号码",
            "电话",
            "电话号码",
            "联系方式",
            "本人电话",
            "固定电话",
            "phone",
            "phones",
            "mobile",
            "telephone",
        ],
        Like::Phone,
    )),
    plain(
        "address",
        &[
            "现住址",
            "住址",
            "家庭住址",
            "居住地址",
            "现居住地",
            "现居住地址",
            "地址",
            "家庭地址",
            "房屋地址",
            "address",
        ],
    ),
    plain("estate", &["小区", "小区名称", "所在小区", "estate"]),
    plain(
        "building",
        &[
            "楼栋",
            "楼号",
            "幢",
            "栋",
            "幢号",
            "栋号",
            "楼幢",
            "楼栋号",
            "building",
        ],
    ),
    plain("entrance", &["单元", "单元号", "门洞", "entrance", "unit"]),
    plain(
        "room",
        &[
            "室号",
            "室",
            "房号",
            "房间号",
            "户号",
            "门牌号",
            "房室号",
            "单元室",
            "单元室号",
            "room",
        ],
    ),
    Spec {
        unless: &[],
        ..plain(
            "relation",
            &[
                "与户主关系",
                "与户主的关系",
                "户主关系",
                "家庭关系",
                "关系",
                "人房关系",
                "relation",
            ],
        )
    },
    // Nobody agrees by standing in a sheet.
    many(unless(
        AGREED,
        plain(
            "labels",
            &[
                "标签",
                "人员类别",
                "人群类别",
                "人员标签",
                "特殊人群",
                "重点人群",
                "labels",
                "tags",
            ],
        ),
    )),
    // Of the answers one is a label; a column asks about it.
    plain("politics", &["政治面貌", "政治面目"]),
    plain(
        "household",
        &[
            "家庭编号",
            "家庭户编号",
            "家庭户号",
            "户号",
            "户编号",
            "household",
            "household_key",
        ],
    ),
    // Lists by households say whose household a row is of; a name means one within its dwelling.
    plain(
        "head",
        &["户主姓名", "户主", "所属户主", "head of household"],
    ),
    // Says which of two of one name it is.
    unless(
        &["监护", "房东"],
        plain(
            "head_identity",
            &[
                "户主身份证号",
                "户主身份证号码",
                "户主身份证",
                "户主证件号码",
                "户主证件号",
                "head identity number",
            ],
        ),
    ),
    unless(
        &[],
        plain("second_home", &["另有住处", "第二住处", "second home"]),
    ),
    plain(
        "community",
        &["社区编码", "社区代码", "community code", "area_code"],
    ),
    plain("language", &["语言", "使用语言", "常用语言", "language"]),
    // Of our own lists: another house knows who is meant when files of merchants and roles name them.
    plain(
        "key",
        &["档案编号", "file number", "person key", "person_key"],
    ),
    plain("note", &["备注", "说明", "note", "notes", "remarks"]),
];

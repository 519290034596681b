//! What a column may mean, by its name: a field, a figure, an area, as forms call them. What was chosen for a column of the
//! same name in another form comes first.

use std::collections::HashMap;

use youlin_datasets::{Datasets, Field};
use youlin_kernel::Ctx;
use youlin_tabular::{fold, outside_brackets};
use youlin_web::{Choice, I18n, Shell};

use super::offered::Offered;
use super::{Mapping, PERSONS, Rows, Source, shared};
use crate::queries::SavedView;

const SERIAL: [&str; 4] = ["序号", "编号", "No", "No."];
const AREA: [&str; 11] = [
    "网格名称",
    "网格",
    "邻里",
    "微网格",
    "单位",
    "单位名称",
    "填报单位",
    "区域",
    "区域名称",
    "社区",
    "社区名称",
];
/// Figures forms ask for in words, and the question each is.
pub(super) const FIGURES: [(&str, &[&str], &str); 7] = [
    (
        "residents",
        &["总人口", "常住人口", "人口数", "居民数", "人数"],
        "d=persons",
    ),
    (
        "households",
        &["户数", "总户数", "家庭数"],
        "d=persons&m=dwellings",
    ),
    (
        "dwellings",
        &["房屋数", "住房数", "房屋套数"],
        "d=dwellings",
    ),
    (
        "over-60",
        &[
            "60岁以上",
            "60周岁以上",
            "60岁以上老人",
            "60岁以上老年人",
            "60周岁以上老人",
            "60周岁以上老年人",
            "老年人数",
        ],
        "d=persons&f=age~ge~60",
    ),
    (
        "over-80",
        &[
            "80岁以上",
            "80周岁以上",
            "80岁以上老人",
            "80岁以上老年人",
            "80周岁以上老年人",
            "高龄老人",
        ],
        "d=persons&f=age~ge~80",
    ),
    ("under-14", &["14岁以下", "儿童数"], "d=persons&f=age~lt~14"),
    ("cases", &["受理数"], "d=cases&from=period"),
];

/// A column name without what makes no difference: units and hints in brackets, what it stands under.
fn bare(name: &str) -> String {
    let name = outside_brackets(&fold(name));
    let last = name.rsplit('/').next().unwrap_or(&name);
    let plain = last
        .chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase);
    plain.collect()
}

/// The name of a count without the words that say that it is one.
fn counted(name: &str) -> &str {
    let name = name.trim_start_matches("总").trim_end_matches("总数");
    name.trim_end_matches('数')
}

/// Who is counted, without the word that they are people.
fn whom(name: &str) -> &str {
    let ends = ["老年人", "老人", "人员", "居民", "人", "者"];
    let name = counted(name);
    let end = ends.iter().find_map(|end| name.strip_suffix(end));
    end.filter(|rest| !rest.is_empty()).unwrap_or(name)
}

/// The labels of fields: code of the label and its name.
pub(super) fn labels(fields: &[Field]) -> impl Iterator<Item = (&str, &str)> {
    fields.iter().filter_map(|field| {
        let label = field.code.strip_prefix("label:")?;
        Some((label, field.names.first()?.as_str()))
    })
}

/// The likeliest source of a column of that name.
pub(crate) fn suggest(
    name: &str,
    rows: &Rows,
    fields: &[Field],
    offered: &[Offered],
    learned: &HashMap<String, Source>,
) -> Source {
    let bare_name = bare(name);
    if let Some(source) = learned.get(&bare_name) {
        return source.clone();
    }
    if SERIAL.iter().any(|serial| bare(serial) == bare_name) {
        return Source::Serial;
    }
    match rows {
        Rows::Records(_) => fields
            .iter()
            .find(|field| field.names.iter().any(|known| bare(known) == bare_name))
            .map_or(Source::Nobody, |field| Source::Field(field.code.clone())),
        Rows::Areas(_) | Rows::Area => of_area(&bare_name, fields, offered),
    }
}

fn of_area(name: &str, fields: &[Field], offered: &[Offered]) -> Source {
    if AREA.iter().any(|area| bare(area) == name) {
        return Source::AreaName;
    }
    // The whole name or nothing: a figure that is nearly the one that is asked for is a wrong one.
    let figure = offered.iter().find(|one| {
        let mut names = one.names.iter();
        names.any(|known| counted(&bare(known)) == counted(name))
    });
    let label = labels(fields).find(|(_, called)| whom(&bare(called)) == whom(name));
    match (label, figure) {
        (Some((label, _)), _) => Source::Figure(format!("d=persons&f=labels~is~{label}")),
        (None, Some(one)) => Source::Figure(one.question.clone()),
        (None, None) => Source::Nobody,
    }
}

/// What was chosen for columns of other forms with lines of that kind, by name.
pub(crate) fn learned<'a>(
    forms: impl Iterator<Item = &'a Mapping>,
    rows: &Rows,
) -> HashMap<String, Source> {
    let columns = forms
        .filter(|mapping| mapping.rows.dataset() == rows.dataset())
        .flat_map(|mapping| &mapping.columns);
    columns
        .filter(|column| !matches!(column.source, Source::Nobody | Source::Constant(_)))
        .map(|column| (bare(&column.name), column.source.clone()))
        .collect()
}

/// A heading with what may be chosen under it; the first has none.
pub(crate) type Choices = Vec<(String, Vec<Choice>)>;

/// Everything that may be chosen for a column.
pub(crate) fn choices(
    s: &Shell,
    datasets: &Datasets,
    rows: &Rows,
    offered: &[Offered],
    views: &[SavedView],
) -> Choices {
    let mut plain = vec![
        Choice::new("", s.t("form-nobody")),
        Choice::new("serial", s.t("form-serial")),
        Choice::new("constant", s.t("form-constant")),
    ];
    if rows.of_records() {
        for field in fields(datasets, s, rows) {
            let name = field.names.first().cloned().unwrap_or_default();
            plain.push(Choice::new(format!("field:{}", field.code), name));
        }
        return vec![(String::new(), plain)];
    }
    plain.push(Choice::new("area-name", s.t("form-area-name")));
    plain.push(Choice::new("area-code", s.t("form-area-code")));
    let mut all = vec![(String::new(), plain)];
    for one in offered {
        let choice = Choice::new(format!("figure:{}", one.question), one.label.clone());
        match all.last_mut().filter(|(group, _)| *group == one.group) {
            Some((_, choices)) => choices.push(choice),
            None => all.push((one.group.clone(), vec![choice])),
        }
    }
    if !views.is_empty() {
        let kept = views.iter().map(|view| {
            let name = s.t1("form-figure-view", "title", &view.title);
            Choice::new(format!("figure:{}", view.address), name)
        });
        all.push((s.t("insight-views"), kept.collect()));
    }
    all
}

/// The fields a line of a form may be filled with, in the reader's language; those of people, where its lines are areas.
pub(crate) fn fields(datasets: &Datasets, s: &Shell, rows: &Rows) -> Vec<Field> {
    fields_of(datasets, s.ctx(), s.app().i18n(), rows)
}

/// See [`fields`].
pub(super) fn fields_of(datasets: &Datasets, ctx: &Ctx, i18n: &I18n, rows: &Rows) -> Vec<Field> {
    let code = rows.dataset().unwrap_or_else(|| PERSONS.to_owned());
    let mut own = datasets
        .get(&code)
        .map_or_else(Vec::new, |set| set.fields(i18n, ctx.locale()));
    own.extend(shared::fields(datasets, ctx, (i18n, ctx.locale()), &code));
    own
}

/// What a line may be, each with its fields.
pub(crate) type Kinds = Vec<(Rows, Vec<Field>)>;

/// Records of which there may be one a line: people first, then whatever else declares fields.
pub(crate) fn kinds(datasets: &Datasets, s: &Shell) -> Kinds {
    let mut codes: Vec<&str> = datasets
        .open_to(s.ctx())
        .map(|set| set.schema().code)
        .collect();
    codes.sort_by_key(|code| {
        RECORDS
            .iter()
            .position(|one| one == code)
            .unwrap_or(RECORDS.len())
    });
    let with_fields = codes.into_iter().map(|code| {
        let rows = Rows::Records(format!("d={code}"));
        let fields = fields(datasets, s, &rows);
        (rows, fields)
    });
    with_fields
        .filter(|(_, fields)| !fields.is_empty())
        .collect()
}

/// The order in which kinds of records are offered.
const RECORDS: [&str; 5] = [PERSONS, "merchants", "dwellings", "premises", "buildings"];
/// What it counts for that a table has the column that tells one record from another.
const LED: usize = 2;

/// What a line most likely is, by the names of the columns: what most of them are fields of, and figures of areas where more of
/// them are that. People, where nothing is known.
pub(crate) fn likely_rows(names: &[&str], kinds: &Kinds, offered: &[Offered]) -> Rows {
    let names: Vec<String> = names.iter().map(|name| bare(name)).collect();
    let mut best = (0, Rows::default());
    for (rows, fields) in kinds {
        let known = fields.iter().map(|field| {
            let called: Vec<String> = field.names.iter().map(|name| bare(name)).collect();
            names.iter().any(|name| called.contains(name))
        });
        let known: Vec<bool> = known.collect();
        let led = known.first() == Some(&true);
        let score = known.iter().filter(|one| **one).count() + if led { LED } else { 0 };
        if score > best.0 {
            best = (score, rows.clone());
        }
    }
    let people = kinds.iter().find(|(rows, _)| rows.of_people());
    let people = people.map_or(&[][..], |(_, fields)| fields.as_slice());
    let of_areas = names.iter().map(|name| of_area(name, people, offered));
    let of_areas: Vec<Source> = of_areas.filter(|one| *one != Source::Nobody).collect();
    let figures = of_areas.iter().any(|one| matches!(one, Source::Figure(_)));
    if figures && of_areas.len() > best.0 {
        let has = |word: &str| names.iter().any(|name| name.starts_with(word));
        return match (has("微网格") || has("邻里"), has("网格")) {
            (true, _) => Rows::Areas(6),
            (_, true) => Rows::Areas(5),
            _ => Rows::Area,
        };
    }
    best.1
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use youlin_datasets::{Field, FieldKind};

    use super::{FIGURES, Offered, Rows, Source, likely_rows, suggest};

    fn fields() -> Vec<Field> {
        let field = |code: &str, names: &[&str]| Field {
            code: code.to_owned(),
            kind: FieldKind::Text,
            names: names.iter().map(|name| (*name).to_owned()).collect(),
        };
        vec![
            field("name", &["姓名"]),
            field("phone", &["电话", "联系电话"]),
            field("label:living_alone", &["独居", "是否独居"]),
        ]
    }

    fn offered() -> Vec<Offered> {
        let figure = |names: &[&str], question: &str| Offered {
            question: question.to_owned(),
            group: String::new(),
            label: String::new(),
            names: names.iter().map(|name| (*name).to_owned()).collect(),
        };
        let often = FIGURES.iter();
        let mut all: Vec<Offered> = often
            .map(|(_, names, question)| figure(names, question))
            .collect();
        all.push(figure(&["立案率"], "i=acceptance"));
        all.push(figure(&["商户数", "店铺数"], "d=merchants"));
        all.push(figure(
            &["空置房屋数", "空置房数"],
            "d=dwellings&f=usage~is~empty",
        ));
        all
    }

    #[test]
    fn figures_are_known_by_their_whole_names() {
        let areas = Rows::Area;
        let of = |name: &str| suggest(name, &areas, &fields(), &offered(), &HashMap::new());
        let figure = |question: &str| Source::Figure(question.to_owned());
        assert_eq!(of("立案率（%）"), figure("i=acceptance"));
        assert_eq!(of("商户总数"), figure("d=merchants"));
        assert_eq!(of("空置房"), figure("d=dwellings&f=usage~is~empty"));
        for other in ["新增商户数", "立案率同比", "空置", "商户从业人数"] {
            assert_eq!(of(other), Source::Nobody, "{other}");
        }
    }

    #[test]
    fn columns_are_known_by_what_forms_call_them() {
        let people = Rows::default();
        let of =
            |name: &str, rows: &Rows| suggest(name, rows, &fields(), &offered(), &HashMap::new());
        assert_eq!(of("序 号", &people), Source::Serial);
        assert_eq!(of("基本情况/姓名", &people), Source::Field("name".into()));
        assert_eq!(of("联系电话", &people), Source::Field("phone".into()));
        assert_eq!(
            of("是否独居", &people),
            Source::Field("label:living_alone".into())
        );
        assert_eq!(of("饮食禁忌", &people), Source::Nobody);
        let areas = Rows::Areas(5);
        assert_eq!(of("网格名称", &areas), Source::AreaName);
        assert_eq!(
            of("独居老人数", &areas),
            Source::Figure("d=persons&f=labels~is~living_alone".into())
        );
        assert_eq!(
            of("常住人口（人）", &areas),
            Source::Figure("d=persons".into())
        );
        assert_eq!(of("总人口数", &areas), Source::Figure("d=persons".into()));
        // Names that only hold the name of a figure ask for another one.
        for other in [
            "死亡人数",
            "外来人口数",
            "未成年人数",
            "空置户数",
            "低保户数",
            "60岁以上独居",
        ] {
            assert_eq!(of(other, &areas), Source::Nobody, "{other}");
        }
        assert_eq!(of("姓名（必填）", &people), Source::Field("name".into()));
        assert_eq!(
            of("独居（是/否）", &people),
            Source::Field("label:living_alone".into())
        );
    }

    #[test]
    fn what_a_line_is_is_known_by_the_names_of_the_columns() {
        let field = |names: &[&str]| Field {
            code: names[0].to_owned(),
            kind: FieldKind::Text,
            names: names.iter().map(|name| (*name).to_owned()).collect(),
        };
        let shops = Rows::Records("d=merchants".into());
        let homes = Rows::Records("d=dwellings".into());
        let kinds = vec![
            (Rows::default(), fields()),
            (
                shops.clone(),
                vec![field(&["商户名称"]), field(&["电话"]), field(&["面积"])],
            ),
            (
                homes.clone(),
                vec![field(&["室号"]), field(&["小区"]), field(&["面积"])],
            ),
        ];
        let of = |names: &[&str]| likely_rows(names, &kinds, &offered());
        assert_eq!(of(&["序号", "商户名称", "电话", "面积（㎡）"]), shops);
        assert_eq!(of(&["小区", "室号", "面积"]), homes);
        assert_eq!(of(&["姓名", "电话", "面积"]), Rows::default());
        assert_eq!(of(&["品名", "单价"]), Rows::default());
        assert_eq!(of(&["网格名称", "常住人口", "80岁以上"]), Rows::Areas(5));
        assert_eq!(of(&["单位", "常住人口", "商户数"]), Rows::Area);
    }

    #[test]
    fn what_was_chosen_before_comes_first() {
        let learned = HashMap::from([("户主".to_owned(), Source::Field("name".into()))]);
        let rows = Rows::default();
        assert_eq!(
            suggest("户主", &rows, &fields(), &[], &learned),
            Source::Field("name".into())
        );
    }
}

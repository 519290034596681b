//! How many records of another dataset belong to the record of a line: residents of a dwelling, merchants of a market. They are
//! counted as on every page, by what both datasets share.

use std::collections::HashMap;

use uuid::Uuid;
use youlin_datasets::{Datasets, Declared, Field, FieldKind};
use youlin_kernel::{Ctx, Locale, Result};
use youlin_web::I18n;

use super::FormView;
use super::fill::people;
use crate::compose::Composed;

/// The dataset of the lines, what its records share with those counted, and the field.
const COUNTED: [(&str, &str, Declared); 4] = [
    (
        "dwellings",
        "dwelling",
        (
            "count:persons",
            FieldKind::Number,
            &[
                "居住人数",
                "实住人数",
                "入住人数",
                "住人数",
                "居住人口",
                "人数",
                "residents",
            ],
        ),
    ),
    (
        "buildings",
        "building",
        (
            "count:persons",
            FieldKind::Number,
            &[
                "居住人数",
                "常住人数",
                "常住人口",
                "人口数",
                "人数",
                "residents",
            ],
        ),
    ),
    (
        "buildings",
        "building",
        (
            "count:dwellings",
            FieldKind::Number,
            &["户数", "总户数", "房屋数", "房屋套数", "套数", "dwellings"],
        ),
    ),
    (
        "premises",
        "premises",
        (
            "count:merchants",
            FieldKind::Number,
            &["商户数", "商户数量", "经营户数", "商铺数", "merchants"],
        ),
    ),
];

/// The dataset a field counts.
fn counted(code: &str) -> Option<&str> {
    code.strip_prefix("count:")
}

/// Such fields of a dataset, as far as the caller may count the others.
pub(super) fn fields(
    datasets: &Datasets,
    ctx: &Ctx,
    (i18n, locale): (&I18n, Locale),
    dataset: &str,
) -> Vec<Field> {
    let open: Vec<&str> = datasets.open_to(ctx).map(|set| set.schema().code).collect();
    let own = COUNTED.iter().filter(|(of, _, (code, ..))| {
        *of == dataset && counted(code).is_some_and(|one| open.contains(&one))
    });
    let own: Vec<Declared> = own.map(|(_, _, field)| *field).collect();
    Field::all(i18n, locale, dataset, &own)
}

/// The figures of these columns, by column and record; nothing where the caller may not count them.
pub(super) async fn figures(
    datasets: &Datasets,
    ctx: &Ctx,
    form: &FormView,
    fields: &[String],
) -> Result<HashMap<usize, HashMap<u128, u64>>> {
    let mut found = HashMap::new();
    let dataset = form.mapping.rows.dataset().unwrap_or_default();
    for (at, field) in fields.iter().enumerate() {
        let mut all = COUNTED.iter();
        let known = all.find(|(of, _, (code, ..))| *of == dataset && code == field);
        let Some((key, other)) = known.and_then(|(_, key, _)| Some((*key, counted(field)?))) else {
            continue;
        };
        if datasets.open_to(ctx).all(|set| set.schema().code != other) {
            continue;
        }
        let all = Composed {
            d: other.to_owned(),
            ..Composed::default()
        };
        let question = people(ctx, form, &all.address())?;
        let asked = datasets.ask(ctx, question.query(datasets)?).await?;
        found.insert(at, asked.shared(key).await?);
    }
    Ok(found)
}

/// The figure of one record, as its cell says it: of what is counted and not there, there are none.
pub(super) fn said(figures: &HashMap<u128, u64>, record: Uuid) -> String {
    let figure = figures.get(&record.as_u128());
    figure.copied().unwrap_or(0).to_string()
}

//! Indicators: named, versioned definitions (`indicators.json`). The formulas are those of domain.md §4: a share of the
//! records of a period, each side a filter of a dataset. A changed formula is a new version beside the old one, so that a
//! published figure can be counted again as it was defined.
//!
//! Words: `indicator-<code>` names it, `indicator-<code>-means` says how it is counted.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use youlin_datasets::Datasets;
use youlin_datasets::cube::{Filter, Measure, Query, Span, percent};
use youlin_kernel::{Ctx, Problem, Result};

use crate::asking;

/// One definition.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Indicator {
    pub code: String,
    /// Counts up; the highest is in force.
    pub version: u32,
    pub dataset: String,
    /// The time that decides which period a record belongs to.
    pub time: String,
    /// Each record counts as many times as this number of it says; once, unless said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight: Option<String>,
    /// What it is a share of.
    #[schema(value_type = Object)]
    pub of: Filter,
    #[schema(value_type = Object)]
    pub part: Filter,
}

/// All versions of all of them.
pub static INDICATORS: LazyLock<Vec<Indicator>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("indicators.json")).unwrap_or_else(|error| {
        // Shipped with the program and read by its tests.
        tracing::error!(%error, "the definitions of indicators cannot be read");
        Vec::new()
    })
});

/// The versions in force.
pub(crate) fn current() -> impl Iterator<Item = &'static Indicator> {
    INDICATORS.iter().filter(|one| {
        !INDICATORS
            .iter()
            .any(|other| other.code == one.code && other.version > one.version)
    })
}

/// The version in force.
///
/// # Errors
/// 422 for an unknown one.
pub(crate) fn find(code: &str) -> Result<&'static Indicator> {
    current()
        .find(|one| one.code == code)
        .ok_or_else(|| Problem::invalid("indicator", "query-indicator").field_arg("what", code))
}

/// A period and an area, as an indicator is asked for.
#[derive(Clone, Debug, Default)]
pub struct Period {
    pub from: String,
    pub to: String,
    pub area: Option<i64>,
    pub as_of: Option<String>,
}

impl Indicator {
    pub(crate) fn measure(&self) -> Measure {
        Measure::Ratio {
            part: self.part.clone(),
            of: self.of.clone(),
            weight: self.weight.clone(),
        }
    }

    /// The question behind it.
    #[must_use]
    pub fn query(&self, period: &Period) -> Query {
        Query {
            dataset: self.dataset.clone(),
            filter: Filter::default(),
            group: Vec::new(),
            measure: self.measure(),
            time: Some(Span {
                dim: self.time.clone(),
                from: period.from.clone(),
                to: period.to.clone(),
            }),
            area: period.area,
            as_of: period.as_of.clone(),
            named_at: None,
        }
    }
}

/// One figure.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct IndicatorFigure {
    pub code: String,
    pub version: u32,
    pub part: u64,
    pub of: u64,
    /// With two decimals, rounded half up; absent where there is nothing to divide by.
    #[schema(example = "93.43")]
    pub percent: Option<String>,
}

/// All indicators in force for a period and an area whose records the caller may ask.
///
/// # Errors
/// As [`Datasets::ask`]; 422 on `time.to` for a period that ends before it begins, and on `area` for one whose records the
/// caller may not see.
pub async fn figures(
    datasets: &Datasets,
    ctx: &Ctx,
    period: &Period,
) -> Result<Vec<IndicatorFigure>> {
    let mut all = Vec::new();
    let mut asked: Option<youlin_datasets::Asked> = None;
    let mut outside = None;
    let open: Vec<&'static str> = datasets.open_to(ctx).map(|set| set.schema().code).collect();
    for one in current().filter(|one| open.contains(&one.dataset.as_str())) {
        let query = one.query(period);
        let this = match &asked {
            Some(before) if before.query.dataset == query.dataset => before.with(query),
            _ => match asking::ask(datasets, ctx, query).await {
                // The records of another dataset may be seen there.
                Err(problem) if asking::is_outside(&problem) => {
                    outside = Some(problem);
                    continue;
                }
                other => other?,
            },
        };
        let total = this.answer().await?.total;
        let part = total.part.unwrap_or(0);
        all.push(IndicatorFigure {
            code: one.code.clone(),
            version: one.version,
            part,
            of: total.count,
            percent: percent(part, total.count),
        });
        asked = Some(this);
    }
    match outside {
        Some(problem) if all.is_empty() => Err(problem),
        _ => Ok(all),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use std::collections::HashMap;
    use std::sync::Arc;

    use youlin_datasets::cube::{
        Areas, Dim, Kind, Moment, Part, Schema, TableBuilder, answer, check, day, evidence,
    };

    use super::*;

    /// The dimensions the definitions speak of, as the cases declare them.
    const CASES: Schema = Schema {
        code: "cases",
        dims: &[
            Dim::new("status", Kind::Choice),
            Dim::new("accepted", Kind::Choice),
            Dim::new("on_time", Kind::Choice),
            Dim::new("handled", Kind::Choice),
            Dim::new("reworked", Kind::Choice),
            Dim::new("deferred", Kind::Choice),
            Dim::new("called_back", Kind::Choice),
            Dim::new("responded", Kind::Choice),
            Dim::new("solved", Kind::Choice),
            Dim::new("satisfied", Kind::Choice),
            Dim::new("reported", Kind::Time),
            Dim::new("due", Kind::Time),
        ],
    };
    /// What the forms were filled with.
    const ANSWERS: Schema = Schema {
        code: "answers",
        dims: &[
            Dim::new("origin", Kind::Choice),
            Dim::new("cells", Kind::Number),
            Dim::new("filled", Kind::Time),
        ],
    };
    const OFFSET: i64 = 8 * 3_600_000_000;

    fn october(day_of: i32) -> i64 {
        i64::from(day::number(2026, 10, day_of)) * day::DAY + 1
    }

    fn asked(code: &str, parts: &[Part]) -> (u64, u64, Option<String>) {
        let period = Period {
            from: "2026-10-01".into(),
            to: "2026-10-31".into(),
            ..Period::default()
        };
        let query = find(code).unwrap().query(&period);
        assert_eq!(check(&query, &[CASES, ANSWERS]), vec![]);
        let (areas, at) = (
            Areas::default(),
            Moment::end_of(day::number(2026, 11, 30), OFFSET),
        );
        let total = answer(&query, parts, &areas, at).total;
        let part = total.part.unwrap();
        if find(code).unwrap().weight.is_some() {
            // A record stands for several.
            return (part, total.count, percent(part, total.count));
        }
        assert_eq!(
            evidence(&query, &[], false, parts, &areas, at).len() as u64,
            total.count
        );
        assert_eq!(
            evidence(&query, &[], true, parts, &areas, at).len() as u64,
            part
        );
        (part, total.count, percent(part, total.count))
    }

    fn part(fill: impl FnOnce(&mut TableBuilder)) -> Vec<Part> {
        part_of(CASES, fill)
    }

    fn part_of(schema: Schema, fill: impl FnOnce(&mut TableBuilder)) -> Vec<Part> {
        let mut table = TableBuilder::new(schema);
        fill(&mut table);
        vec![Part {
            community: 1,
            tables: HashMap::from([(schema.code, Arc::new(table.finish()))]),
            seen: None,
        }]
    }

    /// domain.md §4: received 36,314, accepted 33,928 → 93.43 %.
    #[test]
    fn acceptance_as_it_was_published() {
        let parts = part(|table| {
            for id in 0..40_000u128 {
                table.row(id, 0, i64::MAX);
                // The rest came in another month.
                let month = if id < 36_314 {
                    october(7)
                } else {
                    october(7) - 20 * day::DAY
                };
                table.number("reported", Some(month));
                table.flag("accepted", Some(!(33_928..36_314).contains(&id)));
                table.text("status", Some("dispatched"));
            }
        });
        assert_eq!(
            asked("acceptance", &parts),
            (33_928, 36_314, Some("93.43".into()))
        );
    }

    /// domain.md §4: due 972, closed 911 → 93.72 %, on time 737 → 75.82 %.
    #[test]
    fn closing_and_on_time_as_they_were_published() {
        let parts = part(|table| {
            for id in 0..1_000u128 {
                table.row(id, 0, i64::MAX);
                table.number("due", Some(october(15)));
                table.flag("accepted", Some(id < 990));
                let status = match id {
                    0..911 => "closed",
                    911..972 => "in_progress",
                    _ => "cancelled",
                };
                table.text("status", Some(status));
                if status == "closed" {
                    table.flag("on_time", Some(id < 737));
                }
            }
        });
        assert_eq!(asked("closing", &parts), (911, 972, Some("93.72".into())));
        assert_eq!(asked("on_time", &parts), (737, 972, Some("75.82".into())));
    }

    #[test]
    fn called_back_cases_are_what_the_answers_are_shares_of() {
        let parts = part(|table| {
            for id in 0..10u128 {
                table.row(id, 0, i64::MAX);
                table.number("reported", Some(october(2)));
                table.flag("accepted", Some(true));
                table.flag("handled", Some(id < 8));
                table.flag("reworked", Some(id == 0));
                table.flag("deferred", Some(id < 3));
                table.flag("called_back", Some(id < 6));
                if id < 6 {
                    table.flag("responded", Some(id < 5));
                    table.flag("solved", Some(id < 4));
                    table.flag("satisfied", Some(id < 3));
                }
            }
        });
        assert_eq!(asked("rework", &parts), (1, 8, Some("12.50".into())));
        assert_eq!(asked("defer", &parts), (3, 10, Some("30.00".into())));
        assert_eq!(asked("response", &parts), (5, 6, Some("83.33".into())));
        assert_eq!(asked("resolution", &parts), (4, 6, Some("66.67".into())));
        assert_eq!(asked("satisfaction", &parts), (3, 6, Some("50.00".into())));
        let empty = part(|_| {});
        assert_eq!(asked("satisfaction", &empty), (0, 0, None));
    }

    /// Counts out: of the cells of a month's forms, those that came from records; what was asked at the door and what stayed
    /// open are the rest. What was filled in another month does not count.
    #[test]
    fn counts_out_is_a_share_of_cells() {
        let parts = part_of(ANSWERS, |table| {
            let lines = [
                ("records", 180, october(9)),
                ("door", 3, october(9)),
                ("empty", 17, october(9)),
                ("records", 0, october(9)),
                ("empty", 900, october(9) + 40 * day::DAY),
            ];
            for (id, (origin, cells, at)) in (0u128..).zip(lines) {
                table.row(id, 0, i64::MAX);
                table.text("origin", Some(origin));
                table.number("cells", Some(cells));
                table.number("filled", Some(at));
            }
        });
        assert_eq!(
            asked("counts_out", &parts),
            (180, 200, Some("90.00".into()))
        );
        let nothing = part_of(ANSWERS, |_| {});
        assert_eq!(asked("counts_out", &nothing), (0, 0, None));
    }
}

//! How many of an area wear each label and are of an age: counted in memory, three questions for all of them.

use uuid::Uuid;
use youlin_datasets::cube::{Filter, Group, Key, Op, Query, Test, Value};
use youlin_datasets::{Asked, Datasets};
use youlin_kernel::{AreaId, Ctx, Problem, Result};
use youlin_web::Shell;

use crate::labels::LabelKind;
use crate::permissions::PEOPLE_SENSITIVE;
use crate::{ListFilter, Vault};

/// Ages one is asked for: from the first on somebody counts as elderly, from the last on as very old.
const AGES: [i32; 2] = [60, 80];
/// Bands of ages that begin at each of them.
const BAND: u32 = 20;

/// Something a list can be cut down by, and how many there are of it.
pub(super) struct Chip {
    pub(super) words: String,
    pub(super) count: u64,
    pub(super) on: bool,
    /// Where the list is cut down by it, or no longer.
    pub(super) href: String,
}

/// The persons of an area, as far as the caller may see them.
pub(super) struct Counted {
    asked: Asked,
    /// The same for labels not everybody may see, as far as the caller may.
    care: Option<Asked>,
    area: AreaId,
}

fn query(area: AreaId) -> Query {
    Query {
        dataset: "persons".to_owned(),
        area: Some(area.0),
        ..Query::default()
    }
}

fn group(dim: &str, width: Option<u32>) -> Vec<Group> {
    vec![Group {
        dim: dim.to_owned(),
        width,
        ..Group::default()
    }]
}

fn test(dim: &str, op: Op, value: Value) -> Filter {
    Filter::Test(Test {
        dim: dim.to_owned(),
        op,
        values: vec![value],
    })
}

/// Where a label is counted.
fn dim_of(vault: &Vault, label: &str) -> &'static str {
    match vault.labels().is_sensitive(label) {
        true => "care",
        false => "labels",
    }
}

impl Counted {
    pub(super) async fn of(ctx: &Ctx, datasets: &Datasets, area: AreaId) -> Result<Self> {
        let care = match ctx.may(&PEOPLE_SENSITIVE) {
            true => {
                let query = Query {
                    group: group("care", None),
                    ..query(area)
                };
                Some(datasets.ask(ctx, query).await?)
            }
            false => None,
        };
        Ok(Self {
            asked: datasets.ask(ctx, query(area)).await?,
            care,
            area,
        })
    }

    /// Those the filter leaves, words aside.
    pub(super) async fn records(
        &self,
        ctx: &Ctx,
        vault: &Vault,
        filter: &ListFilter,
    ) -> Result<Vec<(i64, Uuid)>> {
        filter.checked(ctx, vault, self.area)?;
        let tables = self.tables(vault, filter)?;
        let query = Query {
            filter: conditions(vault, &filter.label, filter.age),
            ..query(self.area)
        };
        let found = tables.with(query).evidence(Vec::new(), false).await?;
        let found = found.into_iter();
        Ok(found
            .map(|one| (one.community, Uuid::from_u128(one.id)))
            .collect())
    }

    /// The tables of those the caller may count by the label of the filter.
    fn tables(&self, vault: &Vault, filter: &ListFilter) -> Result<&Asked> {
        match filter.is_sensitive(vault) {
            true => self.care.as_ref().ok_or_else(Problem::forbidden),
            false => Ok(&self.asked),
        }
    }

    /// Every label somebody there wears and every age, each within the other: what is counted is what the next click shows.
    pub(super) async fn chips(
        &self,
        s: &Shell,
        vault: &Vault,
        filter: &ListFilter,
    ) -> Result<Vec<Chip>> {
        let catalogue = vault.labels();
        let by = |dim: &str, filter: Filter, width| Query {
            filter,
            group: group(dim, width),
            ..query(self.area)
        };
        let aged = || conditions(vault, "", filter.age);
        let labelled = conditions(vault, &filter.label, None);
        let tables = self.tables(vault, filter)?;
        let ages = tables
            .with(by("age", labelled, Some(BAND)))
            .answer()
            .await?;
        let mut worn = self
            .asked
            .with(by("labels", aged(), None))
            .answer()
            .await?
            .cells;
        if let Some(care) = &self.care {
            worn.extend(care.with(by("care", aged(), None)).answer().await?.cells);
        }
        let count = |code: &str| {
            let is =
                |key: Option<&Key>| matches!(key, Some(Some(Value::Text(text))) if text == code);
            let cell = worn.iter().find(|cell| is(cell.keys.first()));
            cell.map_or(0, |cell| cell.figure.count)
        };
        let chip = |words: String, count: u64, on: bool, to: ListFilter| Chip {
            words,
            count,
            on,
            href: format!("/people?{}", to.address(Some(self.area))),
        };
        let mut chips = Vec::new();
        for age in AGES {
            let of = |key: Option<&Key>| match key {
                Some(Some(Value::Number(from))) => *from >= i64::from(age),
                _ => false,
            };
            let cells = ages.cells.iter().filter(|cell| of(cell.keys.first()));
            let on = filter.age == Some(age);
            let to = ListFilter {
                age: (!on).then_some(age),
                ..filter.clone()
            };
            let count = cells.map(|cell| cell.figure.count).sum();
            chips.push(chip(s.t1("list-aged", "age", age), count, on, to));
        }
        let sensitive = self.care.is_some();
        for kind in catalogue.offered(sensitive) {
            let LabelKind { code, .. } = kind;
            let on = filter.label == *code;
            let to = ListFilter {
                label: if on { String::new() } else { code.clone() },
                ..filter.clone()
            };
            let name = kind.name(s.ctx().locale()).to_owned();
            chips.push(chip(name, count(code), on, to));
        }
        chips.retain(|chip| chip.on || chip.count > 0);
        Ok(chips)
    }
}

fn conditions(vault: &Vault, label: &str, age: Option<i32>) -> Filter {
    let label = (!label.is_empty()).then(|| {
        let dim = dim_of(vault, label);
        test(dim, Op::Is, Value::Text(label.to_owned()))
    });
    let age = age.map(|age| test("age", Op::Ge, Value::Number(i64::from(age))));
    Filter::All(label.into_iter().chain(age).collect())
}

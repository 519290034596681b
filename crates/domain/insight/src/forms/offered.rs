//! The figures a column of areas may be filled with: those forms ask for in words, the indicators, and what every dataset
//! the caller may see declares, counted whole or by one of its simple words. Each is of the area of its line.

use youlin_datasets::cube::{Dim, Group, Kind, Measure, Query};
use youlin_datasets::{Dataset, Datasets};
use youlin_kernel::Result;
use youlin_web::Shell;

use super::Rows;
use super::suggest::{FIGURES, fields, labels};
use crate::compose::{Composed, Condition};
use crate::indicators;
use crate::words::Words;

/// A dimension with more words than this is no list to choose from.
const WORDS: usize = 30;
/// Stands for the days of the period a form is filled for, in the address of a figure.
pub(crate) const PERIOD: &str = "period";
/// Datasets of what happens, which a form asks for by its period; the others are of what there is.
const HAPPEN: [&str; 4] = ["cases", "loans", "support", "seconded_hours"];
/// The ledger of forms is no figure for a form.
const OWN: &str = "answers";
/// What forms call records besides the name of their dataset.
const NOUNS: [(&str, &[&str]); 4] = [
    ("dwellings", &["房", "住房"]),
    ("merchants", &["商家", "店铺"]),
    ("cases", &["工单"]),
    ("buildings", &["楼房"]),
];

/// A figure that may be chosen.
#[derive(Clone, Debug)]
pub(crate) struct Offered {
    /// What follows `/insight/query?`.
    pub(crate) question: String,
    /// Under which heading it is listed.
    pub(crate) group: String,
    pub(crate) label: String,
    /// The whole names by which a column asks for it.
    pub(crate) names: Vec<String>,
}

/// All of them, the likeliest meaning of a name first.
pub(crate) async fn offered(s: &Shell, datasets: &Datasets) -> Result<Vec<Offered>> {
    let mut all = Vec::new();
    let often = s.t("form-group-often");
    for (code, names, question) in FIGURES {
        all.push(Offered {
            question: question.to_owned(),
            group: often.clone(),
            label: s.tt("form-figure", code),
            names: names.iter().map(|name| (*name).to_owned()).collect(),
        });
    }
    for (label, name) in labels(&fields(datasets, s, &Rows::Area)) {
        all.push(Offered {
            question: format!("d=persons&f=labels~is~{label}"),
            group: often.clone(),
            label: s.t1("form-figure-label", "label", name),
            // Labels have names of their own: see `suggest`.
            names: Vec::new(),
        });
    }
    let group = s.t("form-group-indicators");
    let open: Vec<&'static str> = datasets
        .open_to(s.ctx())
        .map(|set| set.schema().code)
        .collect();
    for one in indicators::current().filter(|one| open.contains(&one.dataset.as_str())) {
        let name = s.tt("indicator", &one.code);
        all.push(Offered {
            question: format!("i={}", one.code),
            group: group.clone(),
            label: name.clone(),
            names: vec![name],
        });
    }
    for set in datasets.open_to(s.ctx()) {
        let schema = set.schema();
        let by_area = schema.dims.iter().any(|dim| dim.kind == Kind::Area);
        if by_area && schema.code != OWN {
            all.extend(of_dataset(s, datasets, &**set).await?);
        }
    }
    Ok(all)
}

/// What one dataset declares: its count, its measures, its count by each simple word.
async fn of_dataset(s: &Shell, datasets: &Datasets, set: &dyn Dataset) -> Result<Vec<Offered>> {
    let words = Words { s, datasets };
    let code = set.schema().code;
    let own = words.dataset(code);
    let happens = HAPPEN.contains(&code);
    let group = match happens {
        true => s.t1("form-group-period", "what", &own),
        false => own.clone(),
    };
    let offer = |question: Composed, label: String, names: Vec<String>| Offered {
        question: Composed {
            d: code.to_owned(),
            from: if happens { PERIOD } else { "" }.to_owned(),
            ..question
        }
        .address(),
        group: group.clone(),
        label,
        names,
    };
    let nouns = || {
        let other = NOUNS.iter().find(|(dataset, _)| *dataset == code);
        let other = other.map_or(&[][..], |(_, names)| names).iter().copied();
        std::iter::once(own.as_str()).chain(other)
    };
    let count = words.measure(code, "");
    let called = nouns().map(|noun| s.t1("data-count", "what", noun));
    let mut all = vec![offer(Composed::default(), count.clone(), called.collect())];
    for measure in set.measures() {
        let name = words.measure(code, measure.code);
        // What is counted once may be counted elsewhere as what it is; a sum is named by nobody else.
        let names = match measure.measure {
            Measure::Sum(_) | Measure::Mean(_) => vec![name.clone()],
            _ => Vec::new(),
        };
        let question = Composed {
            m: measure.code.to_owned(),
            ..Composed::default()
        };
        all.push(offer(question, name, names));
    }
    let may = |dim: &&Dim| {
        let needed = set.dim_permission(dim.code);
        dim.kind == Kind::Choice && !dim.sensitive && needed.is_none_or(|one| s.ctx().may(one))
    };
    for dim in set.schema().dims.iter().filter(may) {
        for value in values(s, datasets, set, dim.code).await? {
            let condition = Condition {
                dim: dim.code.to_owned(),
                values: vec![value.clone()],
                ..Condition::default()
            };
            let label = format!("{count} · {}", words.condition(code, &condition));
            let said = match value.as_str() {
                "yes" => words.dim(dim.code),
                "no" => String::new(),
                value => words.value(code, dim.code, value),
            };
            let names = nouns().filter(|_| !said.is_empty());
            let names = names.map(|noun| s.t1("data-count", "what", format!("{said}{noun}")));
            let question = Composed {
                f: vec![condition.text()],
                ..Composed::default()
            };
            all.push(offer(question, label, names.collect()));
        }
    }
    Ok(all)
}

/// The words of a dimension that may be said or have been; none of one that has too many to choose from.
async fn values(
    s: &Shell,
    datasets: &Datasets,
    set: &dyn Dataset,
    dim: &str,
) -> Result<Vec<String>> {
    let mut all = set.values(dim);
    let query = Query {
        dataset: set.schema().code.to_owned(),
        group: vec![Group {
            dim: dim.to_owned(),
            ..Group::default()
        }],
        ..Query::default()
    };
    for cell in datasets.ask(s.ctx(), query).await?.answer().await?.cells {
        if let Some(Some(value)) = cell.keys.into_iter().next() {
            let value = value.to_string();
            if !all.contains(&value) {
                all.push(value);
            }
        }
    }
    if all.len() > WORDS {
        all.clear();
    }
    Ok(all)
}

//! A question as somebody asks it. What could only be answered with an untrue nothing is refused: an area none of whose
//! records the asker may see, and a span that ends before it begins.

use youlin_datasets::cube::{Filter, Op, Query, Value, day};
use youlin_datasets::{Asked, Datasets};
use youlin_kernel::{AreaId, AreaLevel, Ctx, Locale, Problem, Result};

/// Of a fault: the area lies outside what the asker may see.
const OUTSIDE: &str = "query-area-outside";

/// [`Datasets::ask`], with those two refused.
///
/// # Errors
/// As [`Datasets::ask`]; 422 on `time.to`, `area` or `filter` besides.
pub(crate) async fn ask(datasets: &Datasets, ctx: &Ctx, query: Query) -> Result<Asked> {
    let asked = datasets.ask(ctx, query).await?;
    in_order(&asked.query)?;
    within_sight(ctx, &asked)?;
    Ok(asked)
}

/// Whether it was refused because the asker sees nothing of the area.
pub(crate) fn is_outside(problem: &Problem) -> bool {
    problem.fields().iter().any(|one| one.code == OUTSIDE)
}

fn in_order(query: &Query) -> Result<()> {
    let Some(span) = &query.time else {
        return Ok(());
    };
    match (day::parse(&span.from), day::parse(&span.to)) {
        (Some(from), Some(to)) if to < from => Err(Problem::invalid("time.to", "query-backwards")
            .field_arg("from", &span.from)
            .field_arg("to", &span.to)),
        _ => Ok(()),
    }
}

fn within_sight(ctx: &Ctx, asked: &Asked) -> Result<()> {
    let tree = ctx.areas();
    let meant_too = asked.meant_too();
    let seen = |area: AreaId| {
        let too = meant_too.iter().filter(|(named, _)| *named == area);
        let mut meant = too.flat_map(|(_, others)| others);
        asked.scope.reaches(tree, area) || meant.any(|one| asked.scope.reaches(tree, *one))
    };
    if let Some(area) = asked.query.area.map(AreaId)
        && !seen(area)
    {
        return Err(outside(ctx, "area", &[area]));
    }
    for areas in lying_in(&asked.query.filter) {
        // Of several areas those in sight are counted, and the definition says which.
        if !areas.is_empty() && !areas.iter().any(|area| seen(*area)) {
            return Err(outside(ctx, "filter", &areas));
        }
    }
    Ok(())
}

/// The areas each condition wants the records themselves to lie in.
fn lying_in(filter: &Filter) -> Vec<Vec<AreaId>> {
    match filter {
        Filter::All(parts) => parts.iter().flat_map(lying_in).collect(),
        Filter::Test(test) if test.dim == "area" && test.op == Op::Is => {
            let areas = test.values.iter().filter_map(|value| match value {
                Value::Number(area) => Some(AreaId(*area)),
                Value::Text(_) => None,
            });
            vec![areas.collect()]
        }
        _ => Vec::new(),
    }
}

fn outside(ctx: &Ctx, field: &str, areas: &[AreaId]) -> Problem {
    let names: Vec<String> = areas.iter().map(|area| name(ctx, *area)).collect();
    let names = match ctx.locale() {
        Locale::En => names.join(", "),
        Locale::Zh => names.join("、"),
    };
    Problem::invalid(field, OUTSIDE).field_arg("what", names)
}

/// From the community downwards, in the asker's language; of what the tree does not know the number.
fn name(ctx: &Ctx, area: AreaId) -> String {
    let tree = ctx.areas();
    let mut names: Vec<&str> = tree
        .upwards(area)
        .filter(|node| node.id == area || node.level >= AreaLevel::Community)
        .map(|node| match ctx.locale() {
            Locale::En if !node.name_en.is_empty() => node.name_en.as_str(),
            _ => node.name.as_str(),
        })
        .collect();
    names.reverse();
    match names.is_empty() {
        true => area.to_string(),
        false => names.join(" · "),
    }
}

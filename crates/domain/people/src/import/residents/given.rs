//! The estate of a list of one estate: said once for the file, or guessed from what stands around its rows. Of a file with a
//! tab for each estate every tab says its own.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;
use youlin_imports::tabular::Cell;
use youlin_imports::{Asked, AskedOf, Table, named_in};
use youlin_kernel::Scope;
use youlin_places::Locator;

/// Columns that say where somebody lives, but for the estate.
const BELOW: [&str; 3] = ["building", "entrance", "room"];

/// Id, name, and the name of its community.
type Estate = (String, String, String);

/// Those of the scope.
fn estates(locator: &Locator, scope: &Scope) -> Vec<Estate> {
    let mut estates: Vec<Estate> = Vec::new();
    let areas = locator.tree();
    locator.each_estate(scope, |place| {
        if let Some(id) = place.estate {
            let community = areas.get(place.community.into());
            let community = community.map_or_else(String::new, |area| area.name.clone());
            estates.push((id.to_string(), place.address, community));
        }
    });
    estates.sort_by(|a, b| (&a.1, &a.2, &a.0).cmp(&(&b.1, &b.2, &b.0)));
    estates
}

/// Of each tab the estate that is named by what stands above its columns, or by its own name. Nothing where the sheet has columns
/// that say it, and unless the tabs name several: the one of a whole file is asked about, and may be said otherwise.
pub(super) fn of_tabs(locator: &Locator, scope: &Scope, table: &Table) -> Vec<Option<Uuid>> {
    let tabs = table.part_names().len();
    if tabs < 2 || !is_unsaid(table) {
        return vec![None; tabs];
    }
    named_by_tabs(table, &names(&estates(locator, scope)))
}

fn names(estates: &[Estate]) -> Vec<(&str, &str)> {
    let pairs = estates.iter();
    pairs
        .map(|(id, name, _)| (id.as_str(), name.as_str()))
        .collect()
}

fn named_by_tabs(table: &Table, names: &[(&str, &str)]) -> Vec<Option<Uuid>> {
    let tabs = 0..table.part_names().len();
    let named: Vec<Option<Uuid>> = tabs
        .map(|tab| {
            let above = table.above(tab).flat_map(|line| &line.cells);
            let above: Vec<String> = above.map(Cell::shown).collect();
            let title = named_in(names, &above);
            let own = || named_in(names, &[table.part_name(tab).to_owned()]);
            title.or_else(own).and_then(|id| id.parse().ok())
        })
        .collect();
    let several: BTreeSet<Uuid> = named.iter().flatten().copied().collect();
    match several.len() > 1 {
        true => named,
        false => vec![None; named.len()],
    }
}

/// Where the sheet says it, nothing is guessed beside it.
fn is_unsaid(table: &Table) -> bool {
    let has = |field: &str| table.column(field).is_some();
    !["estate", "address"].into_iter().any(has) && BELOW.into_iter().any(has)
}

pub(super) fn asks(locator: &Locator, scope: &Scope, of: Option<AskedOf<'_>>) -> Vec<Asked> {
    let estates = estates(locator, scope);
    let mut of_name: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, name, _) in &estates {
        *of_name.entry(name).or_default() += 1;
    }
    let choices = estates.iter().map(|(id, name, community)| {
        let twice = of_name.get(name.as_str()).is_some_and(|count| *count > 1);
        let named = match twice {
            true => format!("{name}（{community}）"),
            false => name.clone(),
        };
        (id.clone(), named)
    });
    let mut asked = Asked {
        field: "estate",
        choices: choices.collect(),
        ..Asked::default()
    };
    if let Some(of) = of
        && is_unsaid(of.table)
    {
        let names = names(&estates);
        let guess = match &names[..] {
            [(only, _)] => Some(*only),
            names => named_in(names, &of.texts()),
        };
        asked.guess = guess.map(str::to_owned);
        let tabs = named_by_tabs(of.table, &names);
        asked.needed = !names.is_empty() && (tabs.is_empty() || tabs.contains(&None));
    }
    vec![asked]
}

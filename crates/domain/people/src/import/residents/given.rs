//! The estate of a list of one estate: said once for the file, or guessed from what stands around its rows.

use std::collections::BTreeMap;

use uuid::Uuid;
use youlin_imports::{Asked, AskedOf, named_in};
use youlin_kernel::Scope;
use youlin_places::Locator;

/// Columns that say where somebody lives, but for the estate.
const BELOW: [&str; 3] = ["building", "entrance", "room"];

pub(super) fn asks(locator: &Locator, scope: &Scope, of: Option<AskedOf<'_>>) -> Vec<Asked> {
    let mut estates: Vec<(Uuid, String, String)> = Vec::new();
    let areas = locator.tree();
    locator.each_estate(scope, |place| {
        if let Some(id) = place.estate {
            let community = areas.get(place.community.into());
            let community = community.map_or_else(String::new, |area| area.name.clone());
            estates.push((id, place.address, community));
        }
    });
    estates.sort_by(|a, b| (&a.1, &a.2, a.0).cmp(&(&b.1, &b.2, b.0)));
    let mut of_name: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, name, _) in &estates {
        *of_name.entry(name).or_default() += 1;
    }
    let ids: Vec<String> = estates.iter().map(|(id, ..)| id.to_string()).collect();
    let choices = ids.iter().zip(&estates).map(|(id, (_, name, community))| {
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
    if let Some(of) = of {
        let has = |field: &&str| of.table.column(field).is_some();
        // Where the sheet says it, nothing is guessed beside it.
        let unsaid = !["estate", "address"].iter().any(has);
        if unsaid && BELOW.iter().any(has) {
            let names: Vec<(&str, &str)> = ids
                .iter()
                .zip(&estates)
                .map(|(id, (_, name, _))| (id.as_str(), name.as_str()))
                .collect();
            let guess = match &names[..] {
                [(only, _)] => Some(*only),
                names => named_in(names, &of.texts()),
            };
            asked.guess = guess.map(str::to_owned);
            asked.needed = !names.is_empty();
        }
    }
    vec![asked]
}

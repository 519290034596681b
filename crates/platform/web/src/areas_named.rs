//! Several areas in a sentence, for files that are handed on: whoever reads one does not know what its maker is in charge of.

use youlin_kernel::{AreaId, Scope};

use crate::Shell;

/// Areas named one by one.
const NAMED: usize = 8;

/// The areas by name, each once: what lies in another of them goes without saying. Of many the first, and how many there are.
#[must_use]
pub fn areas_named(s: &Shell, areas: &[AreaId]) -> String {
    let tree = s.ctx().areas();
    let inside = |one: &AreaId| {
        let mut others = areas.iter().filter(|other| *other != one);
        others.any(|other| tree.is_within(*one, *other))
    };
    let outer: Vec<AreaId> = areas.iter().filter(|one| !inside(one)).copied().collect();
    let names: Vec<String> = outer
        .iter()
        .take(NAMED)
        .map(|area| area_named(s, *area))
        .collect();
    let names = names.join(&s.t("areas-comma"));
    match outer.len() > NAMED {
        true => s.t2("areas-more", &("names", names), &("count", outer.len())),
        false => names,
    }
}

/// From the community downwards; areas above communities have no path, their name stands alone.
#[must_use]
pub fn area_named(s: &Shell, area: AreaId) -> String {
    let path = s.area_path(area);
    if path.is_empty() { s.area(&area) } else { path }
}

/// What a scope reaches, for [`areas_named`].
#[must_use]
pub fn areas_of(scope: &Scope) -> Vec<AreaId> {
    let of = |part: &youlin_kernel::ScopePart| match &part.areas {
        None => vec![part.community.into()],
        Some(areas) => areas.clone(),
    };
    scope.parts().iter().flat_map(of).collect()
}

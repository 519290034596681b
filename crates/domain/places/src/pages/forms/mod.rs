//! Forms of the register: estates, buildings, dwellings. What they share: where something stands, numbers, choices.

pub(super) mod building;
pub(super) mod dwelling;
pub(super) mod estate;

use serde::{Deserialize, Serialize};
use youlin_kernel::{AreaId, AreaTree, CommunityId, Problem, Result};
use youlin_web::{App, Choice, ClashLine, IdempotencyHeader, NavPlace, Prefs, Shell};

use crate::Locator;

pub(super) fn shell(app: &App, ctx: &youlin_kernel::Ctx, prefs: Prefs) -> Shell {
    Shell::new(app, ctx, prefs, NavPlace::Know, "/places")
}

/// Where something stands, as typed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Spot {
    pub(crate) lon: String,
    pub(crate) lat: String,
}

impl Spot {
    pub(crate) fn of(position: Option<(f64, f64)>) -> Self {
        position.map_or_else(Self::default, |(lon, lat)| Self {
            lon: lon.to_string(),
            lat: lat.to_string(),
        })
    }

    pub(crate) fn position(&self) -> Result<Option<(f64, f64)>> {
        let read = |field: &'static str, text: &str| match text.trim() {
            "" => Ok(None),
            text => text
                .parse::<f64>()
                .map(Some)
                .map_err(|_no_number| Problem::invalid(field, "no-number")),
        };
        match (read("lon", &self.lon)?, read("lat", &self.lat)?) {
            (Some(lon), Some(lat)) => Ok(Some((lon, lat))),
            (None, None) => Ok(None),
            (None, _) => Err(Problem::invalid("lon", "position-incomplete")),
            (_, None) => Err(Problem::invalid("lat", "position-incomplete")),
        }
    }
}

/// A whole number, or nothing.
pub(crate) fn whole(field: &'static str, text: &str) -> Result<Option<i32>> {
    match text.trim() {
        "" => Ok(None),
        text => text
            .parse()
            .map(Some)
            .map_err(|_no_number| Problem::invalid(field, "no-number")),
    }
}

pub(crate) fn area_of(text: &str) -> Option<AreaId> {
    text.parse().map(AreaId).ok()
}

/// Grids and neighbourhoods of a community; the first choice leaves it to the position.
pub(crate) fn area_choices(s: &Shell, tree: &AreaTree, community: CommunityId) -> Vec<Choice> {
    let mut choices = vec![Choice::new("", s.t("places-by-position"))];
    descend(s, tree, community.into(), 0, &mut choices);
    choices
}

fn descend(s: &Shell, tree: &AreaTree, id: AreaId, depth: usize, choices: &mut Vec<Choice>) {
    for child in tree.children(id) {
        if tree.get(*child).is_some_and(|node| node.closed) {
            continue;
        }
        let indent = "\u{3000}".repeat(depth);
        choices.push(Choice::new(
            child.to_string(),
            format!("{indent}{}", s.area(child)),
        ));
        descend(s, tree, *child, depth + 1, choices);
    }
}

/// The key of a creating form, from the header or its hidden field.
pub(crate) fn sent_key(header: IdempotencyHeader, field: &str) -> Option<String> {
    header
        .0
        .or_else(|| Some(field.to_owned()).filter(|key| !key.is_empty()))
}

/// A line of the conflict panel for a field without words of its own.
pub(crate) fn plain(
    s: &Shell,
    field: &'static str,
    label: &str,
    theirs: &str,
    yours: &str,
) -> ClashLine {
    ClashLine {
        field,
        label: s.t(label),
        theirs: theirs.to_owned(),
        value: theirs.to_owned(),
        yours: yours.trim().to_owned(),
    }
}

/// The same for a check box.
pub(crate) fn ticked(
    s: &Shell,
    field: &'static str,
    label: &str,
    theirs: &str,
    yours: &str,
) -> ClashLine {
    let word = |text: &str| s.t(if text.is_empty() { "no" } else { "yes" });
    ClashLine {
        field,
        label: s.t(label),
        theirs: word(theirs),
        value: theirs.to_owned(),
        yours: word(yours),
    }
}

/// Everybody finds the change at once.
async fn follow(app: &App, community: CommunityId) -> Result<()> {
    app.need::<Locator>()?
        .reload_community(app.db(), community)
        .await
}

/// Who may still be at a place; nobody where no other floor keeps anything.
pub(crate) fn occupants(app: &App) -> crate::premises::Occupants {
    app.service::<crate::premises::Occupants>()
        .map_or_else(Default::default, |all| (*all).clone())
}

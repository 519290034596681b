//! This module's part of the one search box: addresses, by the name of an estate, its aliases, a building, a room.

use futures::FutureExt;
use futures::future::BoxFuture;
use youlin_kernel::{Access, Result};
use youlin_web::{Finder, Found, Shell, list_with};

use crate::Locator;
use crate::model::SURE;
use crate::permissions::PLACES_READ;

/// See the module's text.
#[derive(Clone, Copy, Debug)]
pub struct PlaceFinder;

impl Finder for PlaceFinder {
    fn heading(&self) -> &'static str {
        "nav-places"
    }

    fn icon(&self) -> &'static str {
        "pin"
    }

    fn access(&self) -> Access {
        Access::Needs(&PLACES_READ)
    }

    fn find<'a>(
        &'a self,
        s: &'a Shell,
        text: &'a str,
        limit: u64,
    ) -> BoxFuture<'a, Result<Vec<Found>>> {
        async move {
            let scope = s.ctx().scope(&PLACES_READ)?;
            let limit = usize::try_from(limit).unwrap_or(usize::MAX);
            let found = s
                .app()
                .need::<Locator>()?
                .candidates(text, Some(&scope), limit);
            // A name of a person or a word of a report is not an address because it looks a little like one.
            let sure = found.into_iter().filter(|one| one.score >= SURE);
            let lines = sure.map(|one| Found {
                href: match one.place.building {
                    Some(building) => format!("/places/buildings/{building}"),
                    None => list_with("/places", text),
                },
                detail: s.area_path(one.place.area()),
                title: one.place.address,
            });
            Ok(lines.collect())
        }
        .boxed()
    }

    fn list(&self, text: &str) -> Option<String> {
        Some(list_with("/places", text))
    }
}

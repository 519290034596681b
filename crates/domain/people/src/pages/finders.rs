//! This module's part of the one search box: persons, masked; organisations, which are public.

use futures::FutureExt;
use futures::future::BoxFuture;
use youlin_kernel::{Access, Result};
use youlin_web::{Finder, Found, Shell, list_with};

use crate::permissions::{ORGANISATIONS_READ, PEOPLE_READ};
use crate::{Directory, Vault};

/// Persons by name, pinyin, initials, the end of a number, address.
#[derive(Clone, Copy, Debug)]
pub struct PersonFinder;

impl Finder for PersonFinder {
    fn heading(&self) -> &'static str {
        "people-title"
    }

    fn icon(&self) -> &'static str {
        "people"
    }

    fn access(&self) -> Access {
        Access::Needs(&PEOPLE_READ)
    }

    fn find<'a>(
        &'a self,
        s: &'a Shell,
        text: &'a str,
        limit: u64,
    ) -> BoxFuture<'a, Result<Vec<Found>>> {
        async move {
            let scope = s.ctx().scope(&PEOPLE_READ)?;
            let vault = s.app().need::<Vault>()?;
            let cards = Directory::search(s.app().db().read(), &vault, &scope, text, limit).await?;
            let lines = cards.into_iter().map(|card| {
                let place = card.place.map(|place| place.address);
                let detail = [card.phone_masked, place].into_iter().flatten();
                Found {
                    title: card.name_masked,
                    detail: detail.collect::<Vec<_>>().join(" · "),
                    href: format!("/people/{}", card.id),
                }
            });
            Ok(lines.collect())
        }
        .boxed()
    }

    fn list(&self, text: &str) -> Option<String> {
        Some(list_with("/people", text))
    }
}

/// Organisations by name or number.
#[derive(Clone, Copy, Debug)]
pub struct OrganisationFinder;

impl Finder for OrganisationFinder {
    fn heading(&self) -> &'static str {
        "people-organisations"
    }

    fn icon(&self) -> &'static str {
        "building"
    }

    fn access(&self) -> Access {
        Access::Needs(&ORGANISATIONS_READ)
    }

    fn find<'a>(
        &'a self,
        s: &'a Shell,
        text: &'a str,
        limit: u64,
    ) -> BoxFuture<'a, Result<Vec<Found>>> {
        async move {
            let scope = s.ctx().scope(&ORGANISATIONS_READ)?;
            let rows = Directory::organisations(s.app().db().read(), &scope, None).await?;
            let lines = rows
                .into_iter()
                .filter(|row| row.is_called(text))
                .take(usize::try_from(limit).unwrap_or(usize::MAX))
                .map(|row| Found {
                    detail: s.tt("organisation", row.kind.as_str()),
                    href: format!("/people/organisations/{}", row.id),
                    title: row.name,
                });
            Ok(lines.collect())
        }
        .boxed()
    }

    fn list(&self, text: &str) -> Option<String> {
        Some(list_with("/people/organisations", text))
    }
}

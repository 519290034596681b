//! Premises in the one search box.

use futures::FutureExt;
use futures::future::BoxFuture;
use youlin_kernel::{Access, Result};
use youlin_web::{Finder, Found, Shell, list_with};

use crate::permissions::PLACES_READ;
use crate::premises::{Premises, PremisesFilter};

/// By name or street address.
#[derive(Clone, Copy, Debug)]
pub struct PremisesFinder;

impl Finder for PremisesFinder {
    fn heading(&self) -> &'static str {
        "nav-premises"
    }

    fn icon(&self) -> &'static str {
        "building"
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
            let filter = PremisesFilter {
                text: text.to_owned(),
                ..PremisesFilter::default()
            };
            let found = Premises::list(s.app().db().read(), &scope, &filter, limit).await?;
            let lines = found.into_iter().map(|one| Found {
                href: format!("/places/premises/{}", one.id),
                detail: format!(
                    "{} · {}",
                    s.tt("premises-kind", one.kind.as_str()),
                    s.area_path(one.area())
                ),
                title: one.name,
            });
            Ok(lines.collect())
        }
        .boxed()
    }

    fn list(&self, text: &str) -> Option<String> {
        Some(list_with("/places/premises", text))
    }
}

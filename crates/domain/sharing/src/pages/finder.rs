//! This module's part of the one search box: resources by name, description or place.

use futures::FutureExt;
use futures::future::BoxFuture;
use youlin_kernel::{Access, Result};
use youlin_web::{Finder, Found, Shell, list_with};

use crate::permissions::SHARING_READ;
use crate::queries::{ResourceFilter, resources};
use crate::service::Sharing;

/// See the module's text.
#[derive(Clone, Copy, Debug)]
pub struct ResourceFinder;

impl Finder for ResourceFinder {
    fn heading(&self) -> &'static str {
        "find-resources"
    }

    fn icon(&self) -> &'static str {
        "heart"
    }

    fn access(&self) -> Access {
        Access::Needs(&SHARING_READ)
    }

    fn find<'a>(
        &'a self,
        s: &'a Shell,
        text: &'a str,
        limit: u64,
    ) -> BoxFuture<'a, Result<Vec<Found>>> {
        async move {
            let scope = s.ctx().scope(&SHARING_READ)?;
            let filter = ResourceFilter {
                q: Some(text.to_owned()),
                ..ResourceFilter::default()
            };
            let sharing = s.app().need::<Sharing>()?;
            let found = resources(&sharing, s.ctx(), &scope, &filter).await?;
            let most = usize::try_from(limit).unwrap_or(usize::MAX);
            let lines = found.into_iter().take(most).map(|row| Found {
                detail: format!(
                    "{} · {} · {}",
                    s.tt("resource-kind", row.kind),
                    s.t2(
                        "sharing-free-of",
                        &("free", row.free_now),
                        &("all", row.amount)
                    ),
                    row.address
                ),
                href: format!("/resources/{}", row.id),
                title: row.name,
            });
            Ok(lines.collect())
        }
        .boxed()
    }

    fn list(&self, text: &str) -> Option<String> {
        Some(list_with("/lists/resources", text))
    }
}

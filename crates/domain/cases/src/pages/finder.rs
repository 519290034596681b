//! This module's part of the one search box: cases by number, tracking code, words of the report or address.

use futures::FutureExt;
use futures::future::BoxFuture;
use youlin_kernel::{Access, Result};
use youlin_web::{Finder, Found, Shell, list_with};

use crate::permissions::CASES_READ;
use crate::{CaseFilter, Cases, list};

/// See the module's text.
#[derive(Clone, Copy, Debug)]
pub struct CaseFinder;

impl Finder for CaseFinder {
    fn heading(&self) -> &'static str {
        "find-cases"
    }

    fn icon(&self) -> &'static str {
        "list"
    }

    fn access(&self) -> Access {
        Access::Needs(&CASES_READ)
    }

    fn find<'a>(
        &'a self,
        s: &'a Shell,
        text: &'a str,
        limit: u64,
    ) -> BoxFuture<'a, Result<Vec<Found>>> {
        async move {
            let scope = s.ctx().scope(&CASES_READ)?;
            let filter = CaseFilter {
                q: Some(text.to_owned()),
                limit: Some(limit),
                ..CaseFilter::default()
            };
            let cases = s.app().need::<Cases>()?;
            let found = list(s.app().db(), &cases, s.ctx(), &scope, &filter).await?;
            let lines = found.items.into_iter().map(|row| Found {
                detail: format!(
                    "{} · {} · {}",
                    row.number,
                    s.tt("status", row.status.as_str()),
                    row.address
                ),
                href: format!("/cases/{}", row.id),
                title: row.text,
            });
            Ok(lines.collect())
        }
        .boxed()
    }

    fn list(&self, text: &str) -> Option<String> {
        Some(list_with("/desk", text))
    }
}

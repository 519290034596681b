//! This module's part of the one search box: cases of a place, where the text is one; then those by number, tracking code,
//! words of the report or address, or what the category is called.

use futures::FutureExt;
use futures::future::BoxFuture;
use youlin_kernel::{Access, Result, Scope};
use youlin_places::permissions::PLACES_READ;
use youlin_places::{Locator, Place, Why};
use youlin_web::{Finder, Found, Shell, list_with};

use super::numbered;
use crate::permissions::CASES_READ;
use crate::queries::{CaseRow, categories_called};
use crate::{CaseFilter, Cases, list};

/// Places of one name that are looked through.
const PLACES: usize = 8;

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
        found(s, text, limit).boxed()
    }

    fn list(&self, text: &str) -> Option<String> {
        Some(list_with("/desk", text))
    }
}

/// Cases of the place that was typed, and of what lies in it; after them, said to be so, those whose words hold the text.
async fn found(s: &Shell, text: &str, limit: u64) -> Result<Vec<Found>> {
    let scope = s.ctx().scope(&CASES_READ)?;
    let places = match s.ctx().scope(&PLACES_READ) {
        Ok(seen) => places(s, &seen, text)?,
        Err(_may_see_none) => Vec::new(),
    };
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut there: Vec<CaseRow> = Vec::new();
    for place in &places {
        let own = CaseFilter {
            building: place.building.filter(|_| place.dwelling.is_none()),
            dwelling: place.dwelling,
            limit: Some(limit),
            ..CaseFilter::default()
        };
        there.extend(listed(s, &scope, own).await?);
    }
    // The newest first, whichever of the places they are of.
    there.sort_by_key(|row| std::cmp::Reverse(row.id));
    there.truncate(most);
    let words = CaseFilter {
        q: Some(text.to_owned()),
        limit: Some(limit),
        ..CaseFilter::default()
    };
    let mut others = listed(s, &scope, words).await?;
    others.retain(|row| there.iter().all(|one| one.id != row.id));
    others.truncate(most - there.len());
    let cases = s.app().need::<Cases>()?;
    let called = categories_called(&cases, &scope, text);
    let line = |row: CaseRow, of_words: bool| {
        let number = numbered(s, &row.community, &row.number);
        let status = s.tt("status", row.status.as_str());
        // Found by its category, it may say none of the words that were typed.
        let of_category = called.contains(&row.category);
        let detail = match of_category {
            true => format!(
                "{number} · {status} · {} · {}",
                row.category_name, row.address
            ),
            false => format!("{number} · {status} · {}", row.address),
        };
        Found {
            detail: match of_words && !of_category {
                true => s.t1("find-cases-words", "detail", detail),
                false => detail,
            },
            href: format!("/cases/{}", row.id),
            title: row.title(),
        }
    };
    let there = there.into_iter().map(|row| line(row, false));
    let others = others.into_iter().map(|row| line(row, !places.is_empty()));
    Ok(there.chain(others).collect())
}

async fn listed(s: &Shell, scope: &Scope, filter: CaseFilter) -> Result<Vec<CaseRow>> {
    let cases = s.app().need::<Cases>()?;
    let page = list(s.app().db(), &cases, s.ctx(), scope, &filter).await?;
    Ok(page.items)
}

/// The buildings or dwellings the whole text names, written as the register has them; several where it names no estate.
fn places(s: &Shell, seen: &Scope, text: &str) -> Result<Vec<Place>> {
    let found = s
        .app()
        .need::<Locator>()?
        .candidates(text, Some(seen), PLACES);
    let exact = found.into_iter().filter(|one| {
        one.place.building.is_some()
            && !one.why.contains(&Why::Partial)
            && !one.why.contains(&Why::Fuzzy)
    });
    let mut exact: Vec<_> = exact.collect();
    // As good as the best: a building is not meant by whoever named a dwelling in it.
    let best = exact.iter().map(|one| one.score).fold(0.0, f32::max);
    let fine = exact
        .iter()
        .any(|one| one.place.dwelling.is_some() && one.score >= best);
    exact.retain(|one| one.score >= best && (one.place.dwelling.is_some() == fine));
    Ok(exact.into_iter().map(|one| one.place).collect())
}

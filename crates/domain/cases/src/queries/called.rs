//! What somebody types may be what the matter is called and no word of any report: 楼道堆物. It is looked up in the catalogue,
//! and the cases of those categories are asked for by their index.

use std::sync::Arc;

use youlin_database::text::TextTerm;
use youlin_kernel::Scope;
use youlin_matching::index_terms;

use crate::catalogue::Category;
use crate::permissions::CASES_DESK;
use crate::service::Cases;
use crate::{text, tracking};

/// Words that many names hold mean none of them; the shortest names are the nearest to what was typed.
pub(super) const MOST: usize = 6;
/// One letter names nothing.
const SHORTEST: usize = 2;

/// The codes of the categories whose name holds all the words that were typed; where no name does, of those whose name and
/// keywords hold them together. Old cases may be of a category that is no longer offered. What a sensitive category is about
/// is for the desk: nobody else finds cases by its name.
pub(crate) fn categories_called(cases: &Cases, scope: &Scope, typed: &str) -> Vec<String> {
    let letters = typed.chars().filter(|one| one.is_alphanumeric()).count();
    if letters < SHORTEST || tracking::normalise(typed).is_some() {
        return Vec::new();
    }
    let asked = text::terms(cases.segmenter(), typed);
    if asked.is_empty() {
        return Vec::new();
    }
    let (catalogue, desk) = (cases.catalogue(), scope.holds_also(&CASES_DESK));
    let all = catalogue.iter().chain(catalogue.retired());
    let open: Vec<&Arc<Category>> = all.filter(|one| desk || !one.sensitive).collect();
    let by = |text: fn(&Category) -> String| {
        let mut found = open.clone();
        found.retain(|one| holds(&text(one), &asked));
        found
    };
    let mut found = by(name);
    if found.is_empty() {
        found = by(name_and_keywords);
    }
    found.sort_by_key(|one| one.name.chars().count());
    let codes = found.into_iter().take(MOST);
    codes.map(|one| one.code.clone()).collect()
}

fn name(category: &Category) -> String {
    format!("{}\n{}", category.name, category.name_en)
}

fn name_and_keywords(category: &Category) -> String {
    format!("{}\n{}", name(category), category.keywords.join("\n"))
}

/// As the index of texts holds a question.
fn holds(text: &str, asked: &[TextTerm]) -> bool {
    let own = index_terms(text);
    asked.iter().all(|term| {
        own.iter().any(|one| match term.prefix {
            true => one.starts_with(&term.text),
            false => *one == term.text,
        })
    })
}

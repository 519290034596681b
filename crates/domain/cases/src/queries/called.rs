//! What somebody types may be what the matter is called and no word of any report: 楼道堆物. It is looked up in the catalogue,
//! and the cases of those categories are asked for by their index.

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

/// What a category is called, as the index of texts holds it: the catalogue keeps it ready, for it is asked on every search.
#[derive(Clone, Debug)]
pub(crate) struct Called {
    code: String,
    sensitive: bool,
    /// Letters of the name.
    length: usize,
    /// Terms of the name in both languages, in order.
    name: Vec<String>,
    /// The same with the keywords.
    name_and_keywords: Vec<String>,
}

impl Called {
    pub(crate) fn new(category: &Category) -> Self {
        let name = format!("{}\n{}", category.name, category.name_en);
        let all = format!("{name}\n{}", category.keywords.join("\n"));
        Self {
            code: category.code.clone(),
            sensitive: category.sensitive,
            length: category.name.chars().count(),
            name: index_terms(&name),
            name_and_keywords: index_terms(&all),
        }
    }
}

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
    let by = |terms: fn(&Called) -> &[String]| {
        let open = catalogue.called().iter();
        let mut found: Vec<&Called> = open
            .filter(|one| (desk || !one.sensitive) && holds(terms(one), &asked))
            .collect();
        found.sort_by_key(|one| one.length);
        found
    };
    let mut found = by(|one| &one.name);
    if found.is_empty() {
        found = by(|one| &one.name_and_keywords);
    }
    let codes = found.into_iter().take(MOST);
    codes.map(|one| one.code.clone()).collect()
}

/// As the index of texts holds a question; the terms stand in order.
fn holds(terms: &[String], asked: &[TextTerm]) -> bool {
    asked.iter().all(|term| {
        let from = terms.partition_point(|one| *one < term.text);
        terms.get(from).is_some_and(|one| match term.prefix {
            true => one.starts_with(&term.text),
            false => *one == term.text,
        })
    })
}

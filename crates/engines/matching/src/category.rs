//! Which category a report may belong to.
//!
//! Evidence, strongest first: a keyword the catalogue lists for the category; a word of its name; a word
//! related to a keyword; closed cases that used the same words. The parts add up to a weight, the weight becomes a
//! score between 0 and 1 that only serves to order and to draw a bar; it is no probability.

mod weigh;

use std::collections::{BTreeMap, BTreeSet};

use crate::keywords::WordSet;
use crate::past::PastCases;
use crate::related::CONCERNS;
use crate::segment::{Segmenter, normalise};
use crate::urgency::{UrgencySuggestion, assess};

/// Words of names that tell no category from another.
const BLAND: &[&str] = &[
    "小区", "社区", "居民", "公共", "设施", "服务", "事务", "管理", "其他", "其它", "申请", "破损",
    "损坏", "不上",
];

/// A category of the catalogue as far as suggesting needs it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CategoryHint {
    /// The category's key, returned as it is.
    pub key: String,
    /// Its name as people read it.
    pub name: String,
    /// Words that point to this category.
    pub keywords: Vec<String>,
    /// Words that point to this category and make a case of it urgent.
    pub urgent_keywords: Vec<String>,
}

/// Why a category is suggested. Words are normalised as by [`normalise`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// A keyword of the category is in the text.
    Keyword(String),
    /// A word of the category's name is in the text.
    NameWord(String),
    /// A word of the text belongs to the same concern as a keyword of the category.
    RelatedWord {
        /// The word in the text.
        word: String,
        /// The category's keyword it goes with.
        keyword: String,
    },
    /// Closed cases of the category used the same words.
    PastCases {
        /// How many of them share at least one of the words.
        count: u32,
        /// The words, the most telling first.
        words: Vec<String>,
    },
}

/// A category that may fit, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct CategorySuggestion {
    /// The category's key.
    pub key: String,
    /// 0 (excluded) to 1 (excluded); for ordering, no probability.
    pub score: f64,
    /// At least one reason, in the order keywords, name, related, past.
    pub reasons: Vec<Reason>,
}

#[derive(Debug)]
struct Category {
    key: String,
    /// Normalised names.
    names: String,
    /// Numbers in the model's `words`: keywords that point here, and those that make a case urgent.
    plain: BTreeSet<usize>,
    urgent: BTreeSet<usize>,
    /// Concern → the keyword that brought the category there.
    concerns: BTreeMap<usize, String>,
}

/// What a word of the model means: to whom it is a keyword, to whom a part of the name, and its concerns.
#[derive(Debug, Default, Clone)]
struct Meaning {
    keyword_of: BTreeSet<usize>,
    name_of: BTreeSet<usize>,
    concerns: BTreeSet<usize>,
    /// Says little by itself.
    slight: bool,
}

/// A catalogue and its closed cases, made ready for questions. Rebuild it when the catalogue changes and
/// now and then for the cases. Questions take well under a millisecond with 300 categories.
#[derive(Debug)]
pub struct CategoryModel {
    /// Sorted by key, so that nothing depends on the order of the hints.
    categories: Vec<Category>,
    words: WordSet,
    meanings: Vec<Meaning>,
    past: PastCases,
}

impl CategoryModel {
    /// Builds the model from the catalogue and from (text, category key) of closed cases, newest first; at
    /// most [`crate::MAX_PAST_PER_CATEGORY`] of a category are used. Cases of categories not in `hints` are
    /// passed over; hints with the same key are taken together.
    pub fn build<T, K>(
        segmenter: &Segmenter,
        hints: &[CategoryHint],
        past: impl Iterator<Item = (T, K)>,
    ) -> Self
    where
        T: AsRef<str>,
        K: AsRef<str>,
    {
        let mut by_key: BTreeMap<&str, Vec<&CategoryHint>> = BTreeMap::new();
        for hint in hints {
            by_key.entry(&hint.key).or_default().push(hint);
        }
        let mut model = Self {
            categories: Vec::with_capacity(by_key.len()),
            words: WordSet::default(),
            meanings: Vec::new(),
            past: PastCases::new(by_key.len()),
        };
        for hints in by_key.values() {
            model.add_category(segmenter, hints);
        }
        model.add_concerns();
        model.learn(segmenter, past);
        model
    }

    /// Categories that may fit the text, the best first, at most `limit`. Equal scores follow the key.
    #[must_use]
    pub fn suggest(
        &self,
        segmenter: &Segmenter,
        text: &str,
        limit: usize,
    ) -> Vec<CategorySuggestion> {
        let text = normalise(text);
        let hits = self.words.scan(&text, &segmenter.boundaries(&text));
        let mut past = self.past.evidence(&segmenter.distinct(&text));
        let mut suggestions: Vec<CategorySuggestion> = self
            .candidates(&hits, &past)
            .into_iter()
            .filter_map(|c| self.weigh(c, &hits, past.remove(&c)))
            .collect();
        suggestions.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.key.cmp(&b.key)));
        suggestions.truncate(limit);
        suggestions
    }

    /// How urgent the text sounds, as [`crate::suggest_urgency`], with the urgent keywords of the chosen
    /// category taken in. An unknown key counts as none.
    #[must_use]
    pub fn suggest_urgency(&self, text: &str, category: Option<&str>) -> UrgencySuggestion {
        let chosen = category.and_then(|key| {
            self.categories
                .binary_search_by(|c| c.key.as_str().cmp(key))
                .ok()
        });
        let words = chosen.into_iter().flat_map(|c| &self.categories[c].urgent);
        assess(&normalise(text), words.map(|&w| self.words.get(w)))
    }

    fn add_category(&mut self, segmenter: &Segmenter, hints: &[&CategoryHint]) {
        let number = self.categories.len();
        let mut category = Category {
            key: hints[0].key.clone(),
            names: String::new(),
            plain: BTreeSet::new(),
            urgent: BTreeSet::new(),
            concerns: BTreeMap::new(),
        };
        for hint in hints {
            for (keywords, into) in [
                (&hint.keywords, &mut category.plain),
                (&hint.urgent_keywords, &mut category.urgent),
            ] {
                for keyword in keywords {
                    let keyword = normalise(keyword);
                    let Some(word) = self.word(&keyword) else {
                        continue;
                    };
                    self.meanings[word].keyword_of.insert(number);
                    self.meanings[word].slight = segmenter.is_slight(keyword.trim());
                    into.insert(word);
                }
            }
            let name = normalise(&hint.name);
            for part in segmenter.distinct(&name) {
                if BLAND.contains(&part.as_str()) {
                    continue;
                }
                if let Some(word) = self.word(&part) {
                    self.meanings[word].name_of.insert(number);
                }
            }
            category.names.push_str(&name);
            category.names.push(' ');
        }
        self.categories.push(category);
    }

    fn add_concerns(&mut self) {
        for (concern, words) in CONCERNS.iter().enumerate() {
            for word in words
                .iter()
                .filter_map(|w| self.word(w))
                .collect::<Vec<_>>()
            {
                self.meanings[word].concerns.insert(concern);
                for &category in &self.meanings[word].keyword_of {
                    let concerns = &mut self.categories[category].concerns;
                    concerns
                        .entry(concern)
                        .or_insert_with(|| self.words.get(word).to_owned());
                }
            }
        }
    }

    fn learn<T: AsRef<str>, K: AsRef<str>>(
        &mut self,
        segmenter: &Segmenter,
        past: impl Iterator<Item = (T, K)>,
    ) {
        let mut case = 0;
        for (text, key) in past {
            let Ok(category) = self
                .categories
                .binary_search_by(|c| c.key.as_str().cmp(key.as_ref()))
            else {
                continue;
            };
            if self.past.has_room(category) {
                self.past.add(
                    category,
                    case,
                    segmenter.distinct(&normalise(text.as_ref())),
                );
                case += 1;
            }
        }
    }

    fn word(&mut self, word: &str) -> Option<usize> {
        let number = self.words.insert(word)?;
        self.meanings.resize(self.words.len(), Meaning::default());
        Some(number)
    }
}

//! What closed cases teach: which words go with which category.
//!
//! Naive Bayes over the distinct words of each case, with three departures that keep it honest on the small,
//! lopsided collections of a community: each category is smoothed towards the whole collection (Dirichlet),
//! one word may speak for or against a category only so much, and "none of them" is a class of its own, so
//! that a report unlike anything before raises no category.

use std::collections::{BTreeMap, HashMap};

/// Cases of one category that are learnt from; more are passed over. Callers hand the newest in first.
pub const MAX_PAST_PER_CATEGORY: usize = 500;

/// Weight of the whole collection in a category's word frequencies, in words.
const SMOOTHING: f64 = 20.0;
/// Words assumed to exist but not seen yet; keeps a tiny collection from being sure of itself.
const UNSEEN: f64 = 200.0;
/// How much one word may count against, and for, a category (natural logarithm of a ratio).
const AGAINST: f64 = -1.5;
const FOR: f64 = 3.0;
/// Words below this (logarithm of a ratio) are no reason worth showing.
const TELLING: f64 = 0.3;
/// Reasons name at most this many words.
const SHOWN_WORDS: usize = 4;

/// Cases of one category that hold a word, by number within the collection.
#[derive(Debug)]
struct Posting {
    category: usize,
    cases: Vec<u32>,
}

#[derive(Debug, Default, Clone)]
struct Totals {
    cases: u32,
    words: u64,
}

/// Words of closed cases, counted.
#[derive(Debug, Default)]
pub(crate) struct PastCases {
    words: HashMap<String, Vec<Posting>>,
    totals: Vec<Totals>,
    all_words: u64,
}

/// How closed cases speak for one category.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PastEvidence {
    /// How likely the category, among all and "none of them", damped for few cases; 0..1.
    pub(crate) strength: f64,
    /// Closed cases of the category that share at least one of `words`.
    pub(crate) count: u32,
    /// The words of the text that speak for the category, the most telling first.
    pub(crate) words: Vec<String>,
}

impl PastCases {
    pub(crate) fn new(categories: usize) -> Self {
        Self {
            totals: vec![Totals::default(); categories],
            ..Self::default()
        }
    }

    /// Whether one more case of the category would still be learnt from.
    pub(crate) fn has_room(&self, category: usize) -> bool {
        (self.totals[category].cases as usize) < MAX_PAST_PER_CATEGORY
    }

    /// Learns a case from its distinct words.
    pub(crate) fn add(&mut self, category: usize, case: u32, words: Vec<String>) {
        let totals = &mut self.totals[category];
        totals.cases += 1;
        totals.words += words.len() as u64;
        self.all_words += words.len() as u64;
        for word in words {
            let postings = self.words.entry(word).or_default();
            match postings.iter_mut().find(|p| p.category == category) {
                Some(posting) => posting.cases.push(case),
                None => postings.push(Posting {
                    category,
                    cases: vec![case],
                }),
            }
        }
    }

    /// Evidence by category for the distinct, sorted words of a text. Only categories for which at least
    /// one word speaks are in the answer.
    pub(crate) fn evidence(&self, words: &[String]) -> BTreeMap<usize, PastEvidence> {
        let known: Vec<(&str, &[Posting])> = words
            .iter()
            .filter_map(|w| self.words.get_key_value(w.as_str()))
            .map(|(w, postings)| (w.as_str(), postings.as_slice()))
            .collect();
        if known.is_empty() {
            return BTreeMap::new();
        }
        let ratios = self.log_ratios(&known);
        // Words of one report depend on each other; without damping five of them would always mean certainty.
        let damping = 1.0 / (known.len() as f64).sqrt();
        let likelihood = |category: usize| (ratios[category].iter().sum::<f64>() * damping).exp();
        let learnt = || (0..self.totals.len()).filter(|&c| self.totals[c].cases > 0);
        let whole = 1.0 + learnt().map(likelihood).sum::<f64>();
        learnt()
            .filter_map(|c| {
                let telling = telling_words(&known, &ratios[c], c);
                if telling.is_empty() {
                    return None;
                }
                let cases = f64::from(self.totals[c].cases);
                let strength = likelihood(c) / whole * cases / (cases + 3.0);
                let count = count_cases(&known, &telling, c);
                let words = telling.iter().map(|&i| known[i].0.to_owned()).collect();
                Some((
                    c,
                    PastEvidence {
                        strength,
                        count,
                        words,
                    },
                ))
            })
            .collect()
    }

    /// For each category and word: logarithm of how much more often the category has the word than all.
    fn log_ratios(&self, known: &[(&str, &[Posting])]) -> Vec<Vec<f64>> {
        let absent: Vec<f64> = self
            .totals
            .iter()
            .map(|t| (SMOOTHING / (t.words as f64 + SMOOTHING)).ln().max(AGAINST))
            .collect();
        let mut ratios: Vec<Vec<f64>> = absent.iter().map(|&a| vec![a; known.len()]).collect();
        let whole = self.all_words as f64 + 0.5 * self.words.len() as f64 + UNSEEN;
        for (i, (_, postings)) in known.iter().enumerate() {
            let everywhere: usize = postings.iter().map(|p| p.cases.len()).sum();
            let background = (everywhere as f64 + 0.5) / whole;
            for posting in *postings {
                let words = self.totals[posting.category].words as f64;
                let ratio =
                    (posting.cases.len() as f64 / background + SMOOTHING) / (words + SMOOTHING);
                ratios[posting.category][i] = ratio.ln().clamp(AGAINST, FOR);
            }
        }
        ratios
    }
}

/// Numbers of the words that speak for the category, the most telling first.
fn telling_words(known: &[(&str, &[Posting])], ratios: &[f64], category: usize) -> Vec<usize> {
    let mut telling: Vec<usize> = (0..known.len())
        .filter(|&i| ratios[i] > TELLING && known[i].1.iter().any(|p| p.category == category))
        .collect();
    // `known` is sorted by word and the sort is stable, so equal words keep the alphabet's order.
    telling.sort_by(|&a, &b| ratios[b].total_cmp(&ratios[a]));
    telling.truncate(SHOWN_WORDS);
    telling
}

fn count_cases(known: &[(&str, &[Posting])], telling: &[usize], category: usize) -> u32 {
    let mut cases: Vec<u32> = telling
        .iter()
        .flat_map(|&i| known[i].1.iter().filter(|p| p.category == category))
        .flat_map(|p| p.cases.iter().copied())
        .collect();
    cases.sort_unstable();
    cases.dedup();
    u32::try_from(cases.len()).unwrap_or(u32::MAX)
}

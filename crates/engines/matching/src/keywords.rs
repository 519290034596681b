//! Finding many fixed words in one text in a single pass.
//!
//! Keywords are looked for in the text, not among its tokens: the segmenter may glue or split them. The
//! opposite fault, a word found across the seam of two others (水管 in 自来水|管理), is weighed by whether
//! its ends fall on seams of the segmentation.

use std::collections::HashMap;

/// A word found: which one, where (bytes of the normalised text), and how well it sits (0, 1].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hit {
    pub(crate) word: usize,
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) fit: f64,
}

impl Hit {
    /// Whether it lies in a longer one.
    pub(crate) fn within(&self, other: &Self) -> bool {
        other.start <= self.start
            && self.end <= other.end
            && other.end - other.start > self.end - self.start
    }

    /// Whether the two share a character.
    pub(crate) fn overlaps(&self, other: &Self) -> bool {
        self.start < other.end && other.start < self.end
    }
}

/// A set of normalised words, searchable by the first character.
#[derive(Debug, Default)]
pub(crate) struct WordSet {
    words: Vec<String>,
    index: HashMap<String, usize>,
    by_first: HashMap<char, Vec<usize>>,
}

impl WordSet {
    /// Adds a normalised word and tells its number; the same word has the same number. Blank: `None`.
    pub(crate) fn insert(&mut self, word: &str) -> Option<usize> {
        let word = word.trim();
        let first = word.chars().next()?;
        if let Some(&known) = self.index.get(word) {
            return Some(known);
        }
        let number = self.words.len();
        self.words.push(word.to_owned());
        self.index.insert(word.to_owned(), number);
        self.by_first.entry(first).or_default().push(number);
        Some(number)
    }

    pub(crate) fn get(&self, number: usize) -> &str {
        &self.words[number]
    }

    pub(crate) fn len(&self) -> usize {
        self.words.len()
    }

    /// All occurrences, in the order of the text; `boundaries` as of `Segmenter::boundaries`.
    pub(crate) fn scan(&self, text: &str, boundaries: &[bool]) -> Vec<Hit> {
        let mut hits = Vec::new();
        for (start, first) in text.char_indices() {
            let Some(numbers) = self.by_first.get(&first) else {
                continue;
            };
            for &word in numbers {
                let Some(rest) = text[start..].strip_prefix(self.words[word].as_str()) else {
                    continue;
                };
                let end = text.len() - rest.len();
                let fit = fit(&self.words[word], boundaries[start], boundaries[end]);
                if fit > 0.0 {
                    hits.push(Hit {
                        word,
                        start,
                        end,
                        fit,
                    });
                }
            }
        }
        hits
    }
}

/// How well a word sits between its seams. Single characters and Latin words must be words of their own;
/// three characters and more are hardly ever an accident.
fn fit(word: &str, starts: bool, ends: bool) -> f64 {
    let strict = word.is_ascii() || word.chars().nth(1).is_none();
    match (starts, ends) {
        (true, true) => 1.0,
        _ if strict => 0.0,
        _ if word.chars().nth(2).is_some() => 1.0,
        (false, false) => 0.0,
        _ => 0.6,
    }
}

//! Text to words: normalisation, segmentation, and what is kept as a token.

use std::collections::HashSet;

use jieba_rs::Jieba;
use unicode_normalization::UnicodeNormalization;

use crate::related::CONCERNS;
use crate::words::{FIELD_WORDS, NUMBER_UNITS, PEOPLE, SINGLE_CHARACTERS, STOP_WORDS};

/// Characters of a text that are read; the rest is ignored. A report of a neighbour has a few hundred,
/// and a pasted book must not hold up the desk.
pub const MAX_CHARS: usize = 4_000;

/// Digits from which on a number is taken for a telephone or identity number and never becomes a token:
/// personal data must not travel in word lists.
const PERSONAL_DIGITS: usize = 7;

/// Frequency of taught words, out of some 60 million in the dictionary: about that of 公司 or 学校, enough to
/// win against accidental rare words around them.
const TAUGHT: usize = 20_000;

/// One spelling for the many: NFKC (full-width letters, digits and commas become plain ones), lower case,
/// control characters as blanks, at most [`MAX_CHARS`] characters.
#[must_use]
pub fn normalise(text: &str) -> String {
    text.chars()
        .take(MAX_CHARS)
        .nfkc()
        .flat_map(char::to_lowercase)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

/// Cuts Chinese (and mixed) text into words. Making one takes about 200 ms and some 30 MB, so make it once
/// and share it by reference; all reading methods take `&self` and may run on many threads.
#[derive(Debug)]
pub struct Segmenter {
    jieba: Jieba,
    stop: HashSet<&'static str>,
    singles: HashSet<char>,
}

impl Default for Segmenter {
    fn default() -> Self {
        Self::new()
    }
}

impl Segmenter {
    /// A segmenter with the general dictionary and the shipped words of the field.
    #[must_use]
    pub fn new() -> Self {
        let mut segmenter = Self {
            jieba: Jieba::new(),
            stop: STOP_WORDS.iter().copied().collect(),
            singles: SINGLE_CHARACTERS.chars().collect(),
        };
        // Longer phrases (楼道堆物) stay out: their parts must remain words for the sake of comparison, and
        // 灯不亮 would cut 路灯 in two.
        let concerns = CONCERNS.iter().copied().flatten().copied();
        segmenter.add_words(concerns.filter(|w| w.chars().count() < 4 && *w != "灯不亮"));
        segmenter.add_words(FIELD_WORDS);
        segmenter
    }

    /// Teaches names the general dictionary does not know: estates, streets, keywords of categories.
    /// Done before sharing; blank words and single characters are passed over.
    pub fn add_words<I>(&mut self, words: I)
    where
        I: IntoIterator,
        I::Item: AsRef<str>,
    {
        for word in words {
            let word = normalise(word.as_ref());
            let word = word.trim();
            if word.chars().count() > 1 {
                let frequency = self.jieba.suggest_freq(word).max(TAUGHT);
                self.jieba.add_word(word, Some(frequency), None);
            }
        }
    }

    /// The words a text is about, in the order of the text and with repetitions: normalised, without stop
    /// words, words of two characters and more plus the single characters that mean something by
    /// themselves (水, 灯, 狗 …). Parts of compounds follow the search mode of the segmenter, so that
    /// 窨井盖 and 井盖 meet; a number and the unit behind it (3号楼) are one. Numbers that may be a telephone or identity number are left out.
    #[must_use]
    pub fn tokens(&self, text: &str) -> Vec<String> {
        self.tokens_of_normalised(&normalise(text))
    }

    /// The words of a normalised text as the dictionary cuts it, nothing left out.
    pub(crate) fn words_of(&self, normalised: &str) -> Vec<String> {
        let cut = self.jieba.cut(normalised, true);
        cut.iter().map(|token| token.word.to_owned()).collect()
    }

    pub(crate) fn is_stop_word(&self, word: &str) -> bool {
        self.stop.contains(word)
    }

    pub(crate) fn tokens_of_normalised(&self, text: &str) -> Vec<String> {
        let mut tokens = Vec::new();
        let mut cut = self.jieba.cut_for_search(text, true).into_iter().peekable();
        while let Some(token) = cut.next() {
            let is_number = token.word.bytes().all(|b| b.is_ascii_digit())
                && token.word.len() < PERSONAL_DIGITS;
            let unit = cut.next_if(|next| {
                is_number && next.byte_start == token.byte_end && NUMBER_UNITS.contains(&next.word)
            });
            if let Some(unit) = unit {
                tokens.push(format!("{}{}", token.word, unit.word));
            } else if self.keeps(token.word) {
                tokens.push(token.word.to_owned());
            }
        }
        tokens
    }

    /// Tokens without repetition, sorted: the form the models count in.
    pub(crate) fn distinct(&self, normalised: &str) -> Vec<String> {
        let mut tokens = self.tokens_of_normalised(normalised);
        tokens.sort_unstable();
        tokens.dedup();
        tokens
    }

    /// For each byte of a normalised text (and its end): whether a word begins or ends there.
    pub(crate) fn boundaries(&self, normalised: &str) -> Vec<bool> {
        let mut at = vec![false; normalised.len() + 1];
        for token in self.jieba.cut(normalised, true) {
            at[token.byte_start] = true;
            at[token.byte_end] = true;
        }
        at
    }

    /// Whether a word says little by itself: a single character, a stop word, or people as such.
    pub(crate) fn is_slight(&self, word: &str) -> bool {
        word.chars().nth(1).is_none() || self.stop.contains(word) || PEOPLE.contains(&word)
    }

    fn keeps(&self, word: &str) -> bool {
        if self.stop.contains(word) || !word.chars().any(char::is_alphanumeric) {
            return false;
        }
        if word.chars().filter(char::is_ascii_digit).count() >= PERSONAL_DIGITS {
            return false;
        }
        let mut chars = word.chars();
        match (chars.next(), chars.next()) {
            (Some(only), None) => self.singles.contains(&only),
            _ => true,
        }
    }
}

//! Terms of a full-text index, and what somebody types into a search box as terms.
//!
//! A text is indexed by overlapping pairs of its Chinese characters, not by the words of a dictionary: names of estates,
//! people and shops stand in none, and two texts cut at different places would never meet. The question is cut into words
//! (「路灯坏了」 is 路灯 and 坏), so that they need not stand beside each other in the text.

use crate::Segmenter;
use crate::segment::normalise;

/// What a text must have to be an answer; all terms of a question are asked for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Term {
    Whole(String),
    /// A term that begins like this.
    Prefix(String),
}

/// The terms a text is found by, without repetition, sorted: pairs of Chinese characters and each by itself where none
/// follows, words and numbers of other scripts whole. They hold letters and digits only.
#[must_use]
pub fn index_terms(text: &str) -> Vec<String> {
    let mut terms = Vec::new();
    for run in runs(&normalise(text)) {
        match run {
            Run::Han(chars) => terms.extend(pairs(&chars)),
            Run::Word(word) => terms.push(word),
        }
    }
    terms.sort_unstable();
    terms.dedup();
    terms
}

impl Segmenter {
    /// The terms of a question. Words that say nothing (的, 了) are asked for only when there is nothing else. Empty when
    /// the text holds neither letter nor digit.
    #[must_use]
    pub fn question(&self, text: &str) -> Vec<Term> {
        let mut terms = Vec::new();
        let mut slight = Vec::new();
        for run in runs(&normalise(text)) {
            match run {
                Run::Word(word) => terms.push(Term::Prefix(word)),
                Run::Han(chars) => {
                    let run: String = chars.iter().collect();
                    for word in self.words_of(&run) {
                        let to = if self.is_stop_word(&word) {
                            &mut slight
                        } else {
                            &mut terms
                        };
                        to.extend(asked(&word));
                    }
                }
            }
        }
        let mut terms = if terms.is_empty() { slight } else { terms };
        terms.sort_unstable();
        terms.dedup();
        terms
    }
}

/// Two characters and more: their pairs. One: whatever begins with it, which is each place it stands at.
fn asked(word: &str) -> Vec<Term> {
    let chars: Vec<char> = word.chars().collect();
    match chars.as_slice() {
        [only] => vec![Term::Prefix(only.to_string())],
        many => many
            .windows(2)
            .map(|pair| Term::Whole(pair.iter().collect()))
            .collect(),
    }
}

fn pairs(chars: &[char]) -> impl Iterator<Item = String> + '_ {
    let last = chars.last().map(char::to_string);
    chars
        .windows(2)
        .map(|pair| pair.iter().collect())
        .chain(last)
}

#[derive(Debug)]
enum Run {
    Han(Vec<char>),
    Word(String),
}

fn runs(text: &str) -> Vec<Run> {
    let mut runs = Vec::new();
    let mut open = false;
    for c in text.chars() {
        if !c.is_alphanumeric() {
            open = false;
            continue;
        }
        match (runs.last_mut(), is_han(c)) {
            (Some(Run::Han(chars)), true) if open => chars.push(c),
            (Some(Run::Word(word)), false) if open => word.push(c),
            (_, true) => runs.push(Run::Han(vec![c])),
            (_, false) => runs.push(Run::Word(c.to_string())),
        }
        open = true;
    }
    runs
}

/// Written without blanks between words: Chinese characters, kana.
fn is_han(c: char) -> bool {
    matches!(u32::from(c), 0x3040..=0x30FF | 0x3400..=0x9FFF | 0xF900..=0xFAFF | 0x2_0000..=0x3_FFFF)
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;

    use super::{Term, index_terms};
    use crate::Segmenter;

    static SEGMENTER: LazyLock<Segmenter> = LazyLock::new(Segmenter::new);

    fn finds(question: &str, text: &str) -> bool {
        let terms = index_terms(text);
        SEGMENTER.question(question).iter().all(|term| match term {
            Term::Whole(whole) => terms.contains(whole),
            Term::Prefix(start) => terms.iter().any(|one| one.starts_with(start.as_str())),
        })
    }

    #[test]
    fn words_are_found_wherever_they_stand() {
        let text = "光明东村12号楼门口的路灯已经坏了三天,晚上看不见 No.7";
        for question in [
            "路灯",
            "路灯坏了",
            "光明东村",
            "12号楼",
            "灯",
            "坏",
            "no.7",
            "晚上 路灯",
            "东村１２号",
            "明东村",
        ] {
            assert!(finds(question, text), "{question}");
        }
        for question in ["窨井盖", "13号楼", "白天路灯", "8"] {
            assert!(!finds(question, text), "{question}");
        }
    }

    #[test]
    fn a_question_of_slight_words_is_asked_as_it_stands() {
        assert!(!SEGMENTER.question("的").is_empty());
        assert!(SEGMENTER.question("，。!").is_empty());
    }

    proptest! {
        /// A piece of a text finds the text, cut where it may be.
        #[test]
        fn a_piece_finds_its_text(text in "[路灯坏了小区门口积水垃圾a-c0-9 ，]{1,40}", from in 0usize..40, len in 1usize..12) {
            let chars: Vec<char> = text.chars().collect();
            let from = from.min(chars.len() - 1);
            // A word of letters or a number is found by its beginning, so the piece begins where one does.
            let from = (0..=from).rev().find(|at| *at == 0 || !chars[*at].is_ascii_alphanumeric() || !chars[at - 1].is_ascii_alphanumeric()).unwrap_or(0);
            let piece: String = chars[from..(from + len).min(chars.len())].iter().collect();
            prop_assert!(finds(&piece, &text), "{piece:?} in {text:?}");
        }

        #[test]
        fn terms_hold_letters_and_digits_only(text in any::<String>()) {
            prop_assert!(index_terms(&text).iter().all(|term| term.chars().all(char::is_alphanumeric)));
        }
    }
}

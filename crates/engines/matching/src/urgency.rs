//! How urgent a report sounds.
//!
//! A shipped lexicon of words in four kinds. Words of danger to life make an emergency, words of people who
//! cannot help themselves and of haste make a case urgent, weak words (今天, 燃气) only in company. A word
//! that is denied (没有着火) does not count; one that is feared (担心着火) or over (上个月着火) counts less.
//! Whether help is sent at once stays with the person at the desk, who sees the words.

mod lexicon;

use lexicon::{
    DENIALS, EMERGENCY, FEARS, FILLERS, FILLING_PEOPLE, HARMLESS, IMPERSONAL, NO_FEARS, OVER_AFTER,
    PAST_TIMES, URGENT, WEAK,
};

use crate::segment::normalise;

/// Characters within a clause that a word of time or fear reaches forward.
const REACH: usize = 6;

/// How urgent a report sounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Urgency {
    /// In its turn.
    Normal,
    /// Before others, today.
    Urgent,
    /// Danger to life: at once, and the emergency services.
    Emergency,
}

/// What kind of word speaks for haste.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UrgencyKind {
    /// Danger to life or limb, now.
    DangerToLife,
    /// A danger that is feared, or a thing that can become one.
    Risk,
    /// A person who cannot help himself or herself.
    Vulnerable,
    /// Haste.
    TimePressure,
    /// The chosen category lists the word as urgent.
    CategoryWord,
}

/// A word of the text that speaks for haste.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct UrgencyReason {
    /// In what way.
    pub kind: UrgencyKind,
    /// The word, as it stands in the normalised text.
    pub word: String,
}

/// How urgent a report sounds, and which words say so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UrgencySuggestion {
    /// The level suggested.
    pub level: Urgency,
    /// The words behind it, each once, in the order of the text. May hold weak words when the level is normal.
    pub reasons: Vec<UrgencyReason>,
}

/// How urgent a text sounds by the shipped lexicon alone. With a category at hand, use
/// [`crate::CategoryModel::suggest_urgency`].
#[must_use]
pub fn suggest_urgency(text: &str) -> UrgencySuggestion {
    assess(&normalise(text), std::iter::empty())
}

/// A word found: where, of what kind, and how much it says (1 = urgent by itself, 2 = emergency).
#[derive(Debug, Clone, Copy)]
struct Found<'a> {
    start: usize,
    word: &'a str,
    kind: UrgencyKind,
    weight: f64,
}

/// As [`suggest_urgency`], for a normalised text and with further words that make it urgent.
pub(crate) fn assess<'a>(
    text: &'a str,
    category_words: impl Iterator<Item = &'a str>,
) -> UrgencySuggestion {
    let harmless: Vec<(usize, usize)> = HARMLESS.iter().flat_map(|w| spans(text, w)).collect();
    let lexicon = EMERGENCY
        .iter()
        .map(|&w| (w, UrgencyKind::DangerToLife, 2.0));
    let lexicon = lexicon.chain(
        URGENT
            .iter()
            .flat_map(|&(kind, words)| words.iter().map(move |&w| (w, kind, 1.0))),
    );
    let lexicon = lexicon.chain(
        WEAK.iter()
            .flat_map(|&(kind, words)| words.iter().map(move |&w| (w, kind, 0.5))),
    );
    let all = lexicon.chain(category_words.map(|w| (w, UrgencyKind::CategoryWord, 1.0)));

    let mut found: Vec<Found<'_>> = Vec::new();
    for (word, kind, weight) in all {
        for (start, end) in spans(text, word) {
            if harmless.iter().any(|&(s, e)| s <= start && end <= e) {
                continue;
            }
            found.extend(in_context(
                text,
                Found {
                    start,
                    word,
                    kind,
                    weight,
                },
                end,
            ));
        }
    }
    found.sort_by(|a, b| {
        a.start
            .cmp(&b.start)
            .then(b.weight.total_cmp(&a.weight))
            .then(b.word.len().cmp(&a.word.len()))
    });
    conclude(&found)
}

fn conclude(found: &[Found<'_>]) -> UrgencySuggestion {
    let mut reasons: Vec<UrgencyReason> = Vec::new();
    let (mut strongest, mut sum) = (0.0_f64, 0.0);
    let mut covered = 0;
    for item in found {
        strongest = strongest.max(item.weight);
        // A word inside the one before (燃气 in 燃气泄漏) says nothing new, nor does one said twice.
        let end = item.start + item.word.len();
        if end <= covered {
            continue;
        }
        covered = end;
        let reason = UrgencyReason {
            kind: item.kind,
            word: item.word.to_owned(),
        };
        if !reasons.contains(&reason) {
            sum += item.weight;
            reasons.push(reason);
        }
    }
    let level = if strongest >= 2.0 {
        Urgency::Emergency
    } else if sum >= 1.0 {
        Urgency::Urgent
    } else {
        Urgency::Normal
    };
    UrgencySuggestion { level, reasons }
}

/// The word as its clause lets it count: not at all when denied, less when feared or over.
fn in_context<'a>(text: &str, found: Found<'a>, end: usize) -> Option<Found<'a>> {
    let before = clause_before(&text[..found.start]);
    let after = clause_after(&text[end..]);
    if denied(before, found.word) {
        return None;
    }
    if found.kind != UrgencyKind::DangerToLife {
        return Some(found);
    }
    let near_before = last_chars(before, REACH);
    let near_after = first_chars(after, REACH);
    let over = PAST_TIMES.iter().any(|w| near_before.contains(w))
        || OVER_AFTER.iter().any(|w| near_after.contains(w));
    if over {
        return Some(Found {
            kind: UrgencyKind::Risk,
            weight: 0.5,
            ..found
        });
    }
    if feared(near_before) {
        return Some(Found {
            kind: UrgencyKind::Risk,
            weight: 1.0,
            ..found
        });
    }
    Some(found)
}

fn feared(near_before: &str) -> bool {
    let plain = NO_FEARS
        .iter()
        .fold(near_before.to_owned(), |text, w| text.replace(w, ""));
    FEARS.iter().any(|w| plain.contains(w))
}

/// Whether the clause before a word ends in a denial, with nothing but filling words in between: 没有人受伤
/// denies, 没有电梯老人 does not, and 有没有 asks.
fn denied(before: &str, word: &str) -> bool {
    let people: &[&str] = if word.contains(IMPERSONAL) {
        &[]
    } else {
        FILLING_PEOPLE
    };
    let mut rest = before;
    loop {
        for denial in DENIALS {
            if let Some(head) = rest.strip_suffix(denial) {
                // 有没有, 是不是 and 会不会 ask; to be on the safe side a question does not deny.
                let asks = (denial.starts_with('没') && head.ends_with('有'))
                    || (*denial == "不是" && head.ends_with('是'))
                    || (*denial == "不会" && head.ends_with('会'));
                return !asks;
            }
        }
        match FILLERS
            .iter()
            .chain(people)
            .find_map(|f| rest.strip_suffix(f))
        {
            Some(shorter) => rest = shorter,
            None => return false,
        }
    }
}

fn is_break(c: char) -> bool {
    matches!(
        c,
        ',' | '。' | '.' | '!' | '?' | ';' | ':' | '、' | '\u{2026}' | '(' | ')'
    ) || c.is_whitespace()
}

fn clause_before(text: &str) -> &str {
    text.rsplit(is_break).next().unwrap_or(text)
}

fn clause_after(text: &str) -> &str {
    text.split(is_break).next().unwrap_or(text)
}

fn last_chars(text: &str, count: usize) -> &str {
    text.char_indices()
        .rev()
        .nth(count.saturating_sub(1))
        .map_or(text, |(i, _)| &text[i..])
}

fn first_chars(text: &str, count: usize) -> &str {
    text.char_indices()
        .nth(count)
        .map_or(text, |(i, _)| &text[..i])
}

fn spans<'t>(text: &'t str, word: &'t str) -> impl Iterator<Item = (usize, usize)> + 't {
    text.match_indices(word)
        .map(|(start, hit)| (start, start + hit.len()))
}

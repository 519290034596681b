//! Evidence added up: how much each word of a report speaks for one category, and the reasons to show.

use std::collections::{BTreeMap, BTreeSet};

use super::{Category, CategoryModel, CategorySuggestion, Reason};
use crate::keywords::Hit;
use crate::past::PastEvidence;

/// Weight of one keyword; the unit of all others is the same.
const KEYWORD: f64 = 1.2;
const NAME_WORD: f64 = 0.6;
const RELATED: f64 = 0.5;
/// Related words together never outweigh two keywords.
const RELATED_MOST: f64 = 1.5;
const PAST: f64 = 1.1;
/// What a keyword keeps of its weight when it only makes the case urgent (断电 of a lift), ...
const URGENT_ONLY: f64 = 0.8;
/// ... when it is a single character, a politeness or people as such (打, 帮忙, 孩子), ...
const SLIGHT: f64 = 0.4;
/// ... when it lies within a longer keyword of another category (楼道 in 楼道灯), ...
const WITHIN_ANOTHER: f64 = 0.5;
/// ... and when the category bears it in its name.
const IN_NAME: f64 = 1.15;
/// Weight at which the score reaches 1 - 1/e.
const SCALE: f64 = 1.5;
/// Suggestions below this are not worth a line on the screen.
const LEAST_SCORE: f64 = 0.12;

impl CategoryModel {
    /// Categories anything at all speaks for; the others need not be weighed.
    pub(super) fn candidates(
        &self,
        hits: &[Hit],
        past: &BTreeMap<usize, PastEvidence>,
    ) -> BTreeSet<usize> {
        let mut found: BTreeSet<usize> = past.keys().copied().collect();
        for hit in hits {
            let meaning = &self.meanings[hit.word];
            found.extend(meaning.keyword_of.iter().chain(&meaning.name_of));
            if !meaning.concerns.is_empty() {
                let shares =
                    |c: &Category| meaning.concerns.iter().any(|k| c.concerns.contains_key(k));
                found.extend((0..self.categories.len()).filter(|&c| shares(&self.categories[c])));
            }
        }
        found
    }

    pub(super) fn weigh(
        &self,
        category: usize,
        hits: &[Hit],
        past: Option<PastEvidence>,
    ) -> Option<CategorySuggestion> {
        let mut reasons = Vec::new();
        let is_keyword = |hit: &&Hit| self.meanings[hit.word].keyword_of.contains(&category);
        let keywords: Vec<&Hit> = outermost(hits.iter().filter(is_keyword).collect());
        let mut seen = BTreeSet::new();
        let mut weight = 0.0;
        for hit in &keywords {
            if seen.insert(hit.word) {
                weight += self.keyword_weight(category, hit, hits);
                reasons.push(Reason::Keyword(self.words.get(hit.word).to_owned()));
            }
        }
        // What touches a keyword already counted must not count again as name or relative.
        let rest: Vec<&Hit> = hits
            .iter()
            .filter(|h| !keywords.iter().any(|k| k.overlaps(h)))
            .collect();
        weight += self.name_words(category, &rest, &mut seen, &mut reasons);
        weight += self.related_words(category, &rest, &mut seen, &mut reasons);
        if let Some(past) = past {
            weight += PAST * past.strength;
            reasons.push(Reason::PastCases {
                count: past.count,
                words: past.words,
            });
        }
        let score = 1.0 - (-weight / SCALE).exp();
        let key = self.categories[category].key.clone();
        (score >= LEAST_SCORE).then_some(CategorySuggestion {
            key,
            score: score.min(1.0),
            reasons,
        })
    }

    /// Longer keywords say more; keywords many categories list say less; see the constants for the rest.
    fn keyword_weight(&self, category: usize, hit: &Hit, hits: &[Hit]) -> f64 {
        let word = self.words.get(hit.word);
        let meaning = &self.meanings[hit.word];
        let owner = &self.categories[category];
        let length = match word.chars().count() {
            0..=2 => 1.0,
            3 => 1.15,
            _ => 1.3,
        };
        let mut weight = KEYWORD * length * hit.fit / (meaning.keyword_of.len() as f64).sqrt();
        if meaning.slight {
            weight *= SLIGHT;
        }
        if !owner.plain.contains(&hit.word) {
            weight *= URGENT_ONLY;
        }
        if hits
            .iter()
            .any(|h| hit.within(h) && !self.meanings[h.word].keyword_of.is_empty())
        {
            weight *= WITHIN_ANOTHER;
        }
        if owner.names.contains(word) {
            weight *= IN_NAME;
        }
        weight
    }

    fn name_words(
        &self,
        category: usize,
        hits: &[&Hit],
        seen: &mut BTreeSet<usize>,
        reasons: &mut Vec<Reason>,
    ) -> f64 {
        let mut weight = 0.0;
        for hit in hits {
            let owners = &self.meanings[hit.word].name_of;
            if owners.contains(&category) && seen.insert(hit.word) {
                weight += NAME_WORD * hit.fit / (owners.len() as f64).sqrt();
                reasons.push(Reason::NameWord(self.words.get(hit.word).to_owned()));
            }
        }
        weight
    }

    fn related_words(
        &self,
        category: usize,
        hits: &[&Hit],
        seen: &mut BTreeSet<usize>,
        reasons: &mut Vec<Reason>,
    ) -> f64 {
        let concerns = &self.categories[category].concerns;
        let mut weight: f64 = 0.0;
        let shared = |hit: &Hit| {
            self.meanings[hit.word]
                .concerns
                .iter()
                .find_map(|k| concerns.get(k))
        };
        let mut counted = 0;
        for hit in outermost(
            hits.iter()
                .copied()
                .filter(|h| shared(h).is_some())
                .collect(),
        ) {
            // Overlapping words (楼道灯, 灯不亮) are one piece of what the caller said.
            let fresh = hit.start >= counted && seen.insert(hit.word);
            if let Some(keyword) = shared(hit).filter(|_| fresh) {
                counted = hit.end;
                weight += RELATED * hit.fit;
                let word = self.words.get(hit.word).to_owned();
                reasons.push(Reason::RelatedWord {
                    word,
                    keyword: keyword.clone(),
                });
            }
        }
        weight.min(RELATED_MOST)
    }
}

/// Leaves out what lies inside a longer hit: 路面 within 路面改造 is one piece of evidence, not two.
fn outermost(hits: Vec<&Hit>) -> Vec<&Hit> {
    hits.iter()
        .copied()
        .filter(|a| !hits.iter().any(|b| a.within(b)))
        .collect()
}

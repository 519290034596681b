//! Text into clauses, and what each clause says.

use super::rules::{Lexicon, Role, Sense};
use super::{Span, WhyUnsure};

/// A known word.
#[derive(Clone, Debug)]
struct Word {
    span: Span,
    text: String,
    roles: Vec<Role>,
}

impl Word {
    fn is(&self, wanted: &Role) -> bool {
        self.roles.contains(wanted)
    }

    fn is_place(&self) -> bool {
        self.roles
            .iter()
            .any(|role| matches!(role, Role::Class { is_place: true, .. }))
    }

    fn is_matter(&self) -> bool {
        self.roles.iter().any(|role| {
            matches!(
                role,
                Role::Class {
                    is_place: false,
                    ..
                }
            )
        })
    }

    fn says(&self) -> bool {
        self.roles.iter().any(|role| {
            matches!(
                role,
                Role::Amount(_) | Role::Negation | Role::Double | Role::Assert
            )
        })
    }
}

/// What a clause says of its topics, and with which words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    Nothing,
    Denied(Span),
    Present(Span),
    Amount(Sense, Span),
    Double(Span),
    AmountDenied(Span),
    /// Two amounts that differ.
    Amounts(Span),
}

/// How a clause follows the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Follows {
    /// A new sentence.
    Sentence,
    /// A comma, or 但.
    Comma,
    /// 、 or 和: one more of the same.
    List,
}

#[derive(Clone, Debug)]
pub(crate) struct Clause {
    pub span: Span,
    pub said: Said,
    pub doubt: Option<WhyUnsure>,
    follows: Follows,
    words: Vec<Word>,
    /// Classes taken over from the clause before.
    taken: Vec<String>,
}

impl Clause {
    /// The stretch that holds all these words or classes; nothing when one is missing.
    pub fn holds_all(&self, all: &[String]) -> Option<Span> {
        let mut span: Option<Span> = None;
        for one in all {
            match self.find(one) {
                Some(found) => span = Some(span.map_or(found, |held| hull(held, found))),
                None => {
                    let class = one.strip_prefix('@')?;
                    if !self.taken.iter().any(|taken| taken == class) {
                        return None;
                    }
                }
            }
        }
        span
    }

    fn find(&self, wanted: &str) -> Option<Span> {
        let fits = |word: &&Word| match wanted.strip_prefix('@') {
            Some(class) => word
                .roles
                .iter()
                .any(|role| matches!(role, Role::Class { name, .. } if name == class)),
            None => word.text == wanted,
        };
        self.words.iter().find(fits).map(|word| word.span)
    }

    /// The stretch with the words that say something of it, when they stand in this clause.
    pub fn with_said(&self, span: Span) -> Span {
        let said = match self.said {
            Said::Nothing => return span,
            Said::Denied(said)
            | Said::Present(said)
            | Said::Amount(_, said)
            | Said::Double(said)
            | Said::AmountDenied(said)
            | Said::Amounts(said) => said,
        };
        hull(span, said)
    }

    fn classes(&self, is_place: bool) -> Vec<String> {
        let mut found = Vec::new();
        for role in self.words.iter().flat_map(|word| &word.roles) {
            if let Role::Class {
                name,
                is_place: place,
            } = role
                && *place == is_place
            {
                found.push(name.clone());
            }
        }
        found
    }

    fn has(&self, role: &Role) -> bool {
        self.words.iter().any(|word| word.is(role))
    }
}

fn hull(a: Span, b: Span) -> Span {
    Span {
        from: a.from.min(b.from),
        to: a.to.max(b.to),
    }
}

/// The clauses of a text.
pub(crate) fn clauses(chars: &[char], lexicon: &Lexicon) -> Vec<Clause> {
    let mut all: Vec<Clause> = Vec::new();
    let mut builder = Builder {
        chars,
        begin: 0,
        follows: Follows::Sentence,
        words: Vec::new(),
        all: &mut all,
    };
    let mut at = 0;
    while let Some(&c) = chars.get(at) {
        let end = match c {
            '。' | '！' | '!' | '；' | ';' | '\n' | '？' | '?' => Some(Follows::Sentence),
            '，' | ',' | ':' | '：' => Some(Follows::Comma),
            '、' => Some(Follows::List),
            _ => None,
        };
        if let Some(follows) = end {
            builder.close(at, at + 1, follows);
            if matches!(c, '？' | '?') {
                builder.asked();
            }
            at += 1;
            continue;
        }
        let Some((length, roles)) = lexicon.at(&chars[at..]) else {
            at += 1;
            continue;
        };
        let word = Word {
            span: Span {
                from: at,
                to: at + length,
            },
            text: chars[at..at + length].iter().collect(),
            roles: roles.to_vec(),
        };
        builder.take(word);
        at += length;
    }
    builder.close(chars.len(), chars.len(), Follows::Sentence);
    spread(&mut all);
    all
}

struct Builder<'a> {
    chars: &'a [char],
    begin: usize,
    follows: Follows,
    words: Vec<Word>,
    all: &'a mut Vec<Clause>,
}

impl Builder<'_> {
    fn take(&mut self, word: Word) {
        let says = self.words.iter().any(Word::says);
        let has_matter = self.words.iter().any(Word::is_matter);
        let has_place = self.words.iter().any(Word::is_place);
        let joined = self.words.last().is_some_and(|last| last.is(&Role::Join));
        let denies =
            word.is(&Role::Negation) && self.words.iter().any(|one| one.is(&Role::Negation));
        // A place after a statement, or a second denial, begins the next statement even without a comma.
        let is_next =
            (word.is_place() && says && (has_matter || has_place)) || (denies && has_matter);
        if word.is(&Role::Break) {
            self.close(word.span.from, word.span.to, Follows::Comma);
            return;
        }
        if is_next {
            let follows = if joined {
                Follows::List
            } else {
                Follows::Comma
            };
            self.close(word.span.from, word.span.from, follows);
        }
        self.words.push(word);
    }

    fn close(&mut self, end: usize, next: usize, follows: Follows) {
        let words = std::mem::take(&mut self.words);
        let is_blank = |c: &char| c.is_whitespace();
        let text = &self.chars[self.begin.min(end)..end];
        if !words.is_empty() || !text.iter().all(is_blank) {
            let (said, doubt) = said(&words);
            self.all.push(Clause {
                span: Span {
                    from: self.begin,
                    to: end,
                },
                said,
                doubt,
                follows: self.follows,
                words,
                taken: Vec::new(),
            });
        }
        self.begin = next;
        self.follows = follows;
    }

    /// The sentence that was just closed was a question.
    fn asked(&mut self) {
        for clause in self.all.iter_mut().rev() {
            clause.doubt = Some(WhyUnsure::Asked);
            if clause.follows == Follows::Sentence {
                break;
            }
        }
    }
}

fn said(words: &[Word]) -> (Said, Option<WhyUnsure>) {
    let doubt = words
        .iter()
        .flat_map(|word| &word.roles)
        .find_map(|role| match role {
            Role::Unsure(why) => Some(*why),
            _ => None,
        });
    let spans = |wanted: &dyn Fn(&Role) -> bool| -> Vec<Span> {
        let fits = |word: &&Word| word.roles.iter().any(wanted);
        words.iter().filter(fits).map(|word| word.span).collect()
    };
    let whole = |spans: &[Span]| spans.iter().copied().reduce(hull);
    let doubles = spans(&|role| *role == Role::Double);
    let denials = spans(&|role| *role == Role::Negation);
    let mut amounts: Vec<(Sense, Span)> = Vec::new();
    for word in words {
        for role in &word.roles {
            if let Role::Amount(sense) = role {
                amounts.push((*sense, word.span));
            }
        }
    }
    let asserts = spans(&|role| *role == Role::Assert);
    let said = if let Some(span) = whole(&doubles) {
        Said::Double(span)
    } else if denials.len() > 1 {
        whole(&denials).map_or(Said::Nothing, Said::Double)
    } else if let (Some(denial), Some((_, amount))) = (denials.first(), amounts.first()) {
        Said::AmountDenied(hull(*denial, *amount))
    } else if let Some(span) = denials.first() {
        Said::Denied(*span)
    } else if let Some((sense, span)) = amounts.first() {
        match amounts.iter().find(|(other, _)| other != sense) {
            Some((_, other)) => Said::Amounts(hull(*span, *other)),
            None => Said::Amount(*sense, *span),
        }
    } else if let Some(span) = asserts.first() {
        Said::Present(*span)
    } else {
        Said::Nothing
    };
    (said, doubt)
}

/// What clauses take over from one another: the rest of a list, 均 and 都, 也 and 还.
fn spread(all: &mut [Clause]) {
    for at in 1..all.len() {
        let (before, rest) = all.split_at_mut(at);
        let (before, clause) = (&before[at - 1], &mut rest[0]);
        if clause.follows == Follows::Sentence {
            continue;
        }
        // 未发现漂浮物、岸边垃圾、排污口: the denial holds for the whole list. An amount is only said of the first.
        let in_list = clause.follows == Follows::List && clause.said == Said::Nothing;
        let names = clause
            .words
            .iter()
            .any(|word| word.is_matter() || word.is_place());
        if in_list
            && names
            && matches!(
                before.said,
                Said::Denied(_) | Said::Present(_) | Said::Double(_)
            )
        {
            clause.said = before.said;
            clause.doubt = clause.doubt.or(before.doubt);
        }
        // 河面没有垃圾，岸边也没有
        if clause.has(&Role::Also) {
            let (places, matters) = (clause.classes(true), clause.classes(false));
            if matters.is_empty() && !places.is_empty() {
                clause.taken.extend(before.classes(false));
                clause.taken.extend(before.taken.clone());
            } else if places.is_empty() && !matters.is_empty() {
                clause.taken.extend(before.classes(true));
            }
        }
    }
    // 漂浮物、岸边垃圾、排污口均未发现: what all of them share stands at the end.
    for at in (1..all.len()).rev() {
        let (said, doubt) = (all[at].said, all[at].doubt);
        if !all[at].has(&Role::All) || !matches!(said, Said::Denied(_) | Said::Present(_)) {
            continue;
        }
        let mut place = at;
        while place > 0
            && all[place].follows != Follows::Sentence
            && all[place - 1].said == Said::Nothing
        {
            place -= 1;
            all[place].said = said;
            all[place].doubt = all[place].doubt.or(doubt);
        }
    }
}

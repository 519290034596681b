//! What counts as a reason to ask somebody. Pure: reasons and rules in, those that count out. Nothing is weighed against
//! anything: a kind of reason counts when it came often enough within its time, and that is all.

use std::sync::Arc;

use futures::future::BoxFuture;
use uuid::Uuid;
use youlin_kernel::{CommunityId, Ctx, Micros, Result, words};

words! {
    /// What somebody may be asked to be.
    TalentKind {
        /// 带头人
        Leader = "leader",
        /// 达人
        Talent = "talent",
    }
}

words! {
    /// How far it is with somebody.
    TalentState {
        Asked = "asked",
        Agreed = "agreed",
        Declined = "declined",
        Withdrawn = "withdrawn",
    }
}

words! {
    /// What became of a naming.
    NamingState {
        Open = "open",
        /// It is known who is meant.
        Matched = "matched",
        Dropped = "dropped",
    }
}

words! {
    /// Where a reason comes from.
    ReasonKind {
        /// A neighbour named them.
        Named = "named",
        /// They offered a skill.
        Skill = "skill",
        /// They joined as a volunteer.
        Joined = "joined",
        /// They hold an office among neighbours.
        Office = "office",
        /// They helped in a case.
        Helped = "helped",
        /// They organised something.
        Organised = "organised",
    }
}

/// Something recorded that speaks for asking a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    pub kind: ReasonKind,
    pub at: Micros,
    /// A sentence in the reader's language.
    pub text: String,
    /// The record.
    pub href: String,
}

/// Whether a kind of reason counts, and from how many on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    pub kind: ReasonKind,
    pub counts: bool,
    pub least: i32,
    /// Older ones do not count; 0: they do not grow old.
    pub within_days: i32,
}

/// Where nothing was set.
#[must_use]
pub fn usual_rules() -> Vec<Rule> {
    ReasonKind::ALL
        .iter()
        .map(|kind| Rule {
            kind: *kind,
            counts: true,
            least: match kind {
                ReasonKind::Helped => 2,
                _ => 1,
            },
            within_days: match kind {
                ReasonKind::Named | ReasonKind::Helped | ReasonKind::Organised => 365,
                _ => 0,
            },
        })
        .collect()
}

/// The reasons that count, the newest first; none: the person is not suggested.
#[must_use]
pub fn counted(reasons: &[Reason], rules: &[Rule], now: Micros) -> Vec<Reason> {
    let fresh = |rule: &Rule, reason: &Reason| {
        reason.kind == rule.kind
            && (rule.within_days <= 0
                || now.0 - reason.at.0 <= i64::from(rule.within_days) * Micros::DAY)
    };
    let mut found: Vec<Reason> = Vec::new();
    for rule in rules.iter().filter(|rule| rule.counts) {
        let of: Vec<&Reason> = reasons.iter().filter(|one| fresh(rule, one)).collect();
        if i32::try_from(of.len()).unwrap_or(i32::MAX) >= rule.least.max(1) {
            found.extend(of.into_iter().cloned());
        }
    }
    found.sort_by(|a, b| b.at.cmp(&a.at).then_with(|| a.text.cmp(&b.text)));
    found
}

/// A floor above that knows of reasons.
pub trait ReasonSource: Send + Sync {
    /// Everything of a community that may speak for somebody, with the person it speaks for.
    fn reasons<'a>(
        &'a self,
        ctx: &'a Ctx,
        community: CommunityId,
    ) -> BoxFuture<'a, Result<Vec<(Uuid, Reason)>>>;
}

/// All of them; put into the application at start.
pub struct ReasonSources(pub Vec<Arc<dyn ReasonSource>>);

impl std::fmt::Debug for ReasonSources {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("ReasonSources").field(&self.0.len()).finish()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn reasons() -> impl Strategy<Value = Vec<Reason>> {
        prop::collection::vec((0usize..6, 0i64..800), 0..12).prop_map(|all| {
            all.into_iter()
                .map(|(kind, days)| Reason {
                    kind: ReasonKind::ALL[kind],
                    at: Micros(days * Micros::DAY),
                    text: format!("{days}"),
                    href: String::new(),
                })
                .collect()
        })
    }

    proptest! {
        #[test]
        fn what_is_switched_off_or_too_rare_never_counts(all in reasons(), off in 0usize..6, least in 1i32..4) {
            let now = Micros(800 * Micros::DAY);
            let rules: Vec<Rule> = usual_rules().into_iter().map(|rule| Rule {
                counts: rule.kind != ReasonKind::ALL[off], least, ..rule
            }).collect();
            let found = counted(&all, &rules, now);
            for kind in ReasonKind::ALL {
                let of = found.iter().filter(|one| one.kind == *kind).count();
                prop_assert!(of == 0 || i32::try_from(of).unwrap() >= least);
            }
            prop_assert!(!found.iter().any(|one| one.kind == ReasonKind::ALL[off]));
            prop_assert!(found.iter().all(|one| all.contains(one)), "each is a record");
        }

        #[test]
        fn one_more_reason_never_takes_one_away(all in reasons(), more in reasons()) {
            let now = Micros(800 * Micros::DAY);
            let before = counted(&all, &usual_rules(), now);
            let both = [all, more].concat();
            let after = counted(&both, &usual_rules(), now);
            prop_assert!(before.iter().all(|one| after.contains(one)));
        }
    }
}

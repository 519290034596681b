//! The life of a loan. Two things hold at every moment: what is booked never exceeds what there is, and what is handed
//! out never does.

use super::kinds::LoanState;
use super::refusal::Refusal;
use super::stock::{Hold, free};

/// Longest text of a reason.
pub(crate) const REASON: usize = 500;

/// *Local* rules.
#[derive(Clone, Copy, Debug)]
pub struct LoanPolicy {
    /// What is late is taken to stay away so much longer, microseconds.
    pub late_hold: i64,
    /// Nobody books for longer than this, nor further ahead, microseconds.
    pub farthest: i64,
}

impl Default for LoanPolicy {
    fn default() -> Self {
        const DAY: i64 = 86_400_000_000;
        Self {
            late_hold: DAY,
            farthest: 366 * DAY,
        }
    }
}

/// One loan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loan {
    pub state: LoanState,
    pub count: u32,
    /// The time booked, microseconds.
    pub from: i64,
    pub to: i64,
    pub out_at: Option<i64>,
    pub back_at: Option<i64>,
    /// Before its last step; none: there is no step to take back.
    pub before: Option<LoanState>,
}

impl Loan {
    /// What it keeps from others.
    #[must_use]
    pub fn hold(&self, now: i64, policy: &LoanPolicy) -> Option<Hold> {
        match self.state {
            LoanState::Booked => Some(Hold {
                from: self.from,
                to: self.to,
                count: self.count,
            }),
            LoanState::Out => Some(Hold {
                from: std::cmp::min(self.out_at.unwrap_or(self.from), self.from),
                to: if now < self.to {
                    self.to
                } else {
                    now.saturating_add(policy.late_hold)
                },
                count: self.count,
            }),
            _ => None,
        }
    }

    /// Handed out and not back in time.
    #[must_use]
    pub fn is_late(&self, now: i64) -> bool {
        self.state == LoanState::Out && now > self.to
    }
}

/// What surrounds a loan when it is decided upon.
#[derive(Clone, Debug)]
pub struct Around<'a> {
    /// How many there are.
    pub total: u32,
    pub in_service: bool,
    /// Of the other loans of the resource.
    pub holds: &'a [Hold],
    /// Handed out to others at present.
    pub out: u32,
    /// Whether opening hours admit the time asked for.
    pub open: bool,
    pub policy: LoanPolicy,
}

/// A step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LoanVerb {
    /// Grants what was asked for.
    Confirm,
    Decline {
        reason: String,
    },
    HandOut,
    Return,
    /// It may stay away until then.
    Extend {
        to: i64,
    },
    Cancel {
        reason: String,
    },
    /// Takes the last step back.
    Undo,
}

impl LoanVerb {
    /// The word in addresses and catalogues.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Confirm => "confirm",
            Self::Decline { .. } => "decline",
            Self::HandOut => "hand_out",
            Self::Return => "return",
            Self::Extend { .. } => "extend",
            Self::Cancel { .. } => "cancel",
            Self::Undo => "undo",
        }
    }
}

/// Steps that fit a state, by word.
#[must_use]
pub fn possible_for(loan: &Loan) -> Vec<&'static str> {
    let mut all = match loan.state {
        LoanState::Asked => vec!["confirm", "decline", "cancel"],
        LoanState::Booked => vec!["hand_out", "extend", "cancel"],
        LoanState::Out => vec!["return", "extend"],
        LoanState::Back | LoanState::Declined | LoanState::Cancelled => Vec::new(),
    };
    if loan.before.is_some() {
        all.push("undo");
    }
    all
}

/// A new loan: booked, or asked for where the caller may not lend.
///
/// # Errors
/// [`Refusal`] when the window is wrong, the place closed or not enough are free.
pub fn book(
    count: u32,
    (from, to): (i64, i64),
    may_lend: bool,
    around: &Around<'_>,
    now: i64,
) -> Result<Loan, Refusal> {
    if count == 0 {
        return Err(Refusal::Missing { field: "count" });
    }
    if from >= to {
        return Err(Refusal::EmptyWindow);
    }
    if to <= now {
        return Err(Refusal::InPast { field: "to" });
    }
    within(now, to, &around.policy)?;
    if !around.in_service {
        return Err(Refusal::NotInService);
    }
    if !around.open {
        return Err(Refusal::NotOpen);
    }
    enough(count, (from, to), around)?;
    Ok(Loan {
        state: if may_lend {
            LoanState::Booked
        } else {
            LoanState::Asked
        },
        count,
        from,
        to,
        out_at: None,
        back_at: None,
        before: None,
    })
}

fn within(now: i64, to: i64, policy: &LoanPolicy) -> Result<(), Refusal> {
    if to > now.saturating_add(policy.farthest) {
        return Err(Refusal::TooFar { field: "to" });
    }
    Ok(())
}

fn enough(count: u32, (from, to): (i64, i64), around: &Around<'_>) -> Result<(), Refusal> {
    let free = free(around.total, around.holds, from, to);
    if count > free {
        return Err(Refusal::NotFree { free });
    }
    Ok(())
}

/// Handing out needs the things themselves, and their time until they are due back.
fn at_hand(loan: &Loan, around: &Around<'_>, now: i64) -> Result<(), Refusal> {
    if !around.in_service {
        return Err(Refusal::NotInService);
    }
    let here = around.total.saturating_sub(around.out);
    if loan.count > here {
        return Err(Refusal::NotFree { free: here });
    }
    let until = std::cmp::max(loan.to, now.saturating_add(1));
    enough(loan.count, (now, until), around)
}

fn reason(text: &str) -> Result<(), Refusal> {
    if text.trim().is_empty() {
        return Err(Refusal::Missing { field: "reason" });
    }
    if text.chars().count() > REASON {
        return Err(Refusal::TooLong {
            field: "reason",
            max: REASON,
        });
    }
    Ok(())
}

/// The loan after a step.
///
/// # Errors
/// [`Refusal`], with what is possible instead.
pub fn decide_loan(
    loan: &Loan,
    verb: &LoanVerb,
    around: &Around<'_>,
    now: i64,
) -> Result<Loan, Refusal> {
    let possible = possible_for(loan);
    if !possible.contains(&verb.word()) {
        return Err(Refusal::NotNow {
            verb: verb.word(),
            state: loan.state.as_str(),
            possible,
        });
    }
    let mut next = Loan {
        before: Some(loan.state),
        ..loan.clone()
    };
    match verb {
        LoanVerb::Confirm => {
            if loan.to <= now {
                return Err(Refusal::InPast { field: "to" });
            }
            if !around.in_service {
                return Err(Refusal::NotInService);
            }
            enough(loan.count, (loan.from, loan.to), around)?;
            next.state = LoanState::Booked;
        }
        LoanVerb::Decline { reason: why } => {
            reason(why)?;
            next.state = LoanState::Declined;
        }
        LoanVerb::HandOut => {
            if loan.to <= now {
                return Err(Refusal::InPast { field: "to" });
            }
            at_hand(loan, around, now)?;
            next.state = LoanState::Out;
            next.out_at = Some(now);
        }
        LoanVerb::Return => {
            next.state = LoanState::Back;
            next.back_at = Some(now);
        }
        LoanVerb::Extend { to } => {
            if *to <= std::cmp::max(loan.from, now) {
                return Err(Refusal::InPast { field: "to" });
            }
            within(now, *to, &around.policy)?;
            if *to > loan.to {
                enough(loan.count, (std::cmp::max(loan.to, now), *to), around)?;
            }
            next.to = *to;
            // A longer time is no step of its own to take back.
            next.before = loan.before;
        }
        LoanVerb::Cancel { reason: why } => {
            reason(why)?;
            next.state = LoanState::Cancelled;
        }
        LoanVerb::Undo => return undo(loan, around, now),
    }
    Ok(next)
}

fn undo(loan: &Loan, around: &Around<'_>, now: i64) -> Result<Loan, Refusal> {
    let Some(before) = loan.before else {
        return Err(Refusal::NotNow {
            verb: "undo",
            state: loan.state.as_str(),
            possible: possible_for(loan),
        });
    };
    let mut next = Loan {
        state: before,
        before: None,
        ..loan.clone()
    };
    match before {
        LoanState::Out => {
            at_hand(&next, around, now)?;
            next.back_at = None;
        }
        LoanState::Booked => {
            if loan.state == LoanState::Cancelled {
                if !around.in_service {
                    return Err(Refusal::NotInService);
                }
                let from = std::cmp::max(loan.from, now);
                if from < loan.to {
                    enough(loan.count, (from, loan.to), around)?;
                }
            }
            next.out_at = None;
        }
        _ => {}
    }
    Ok(next)
}

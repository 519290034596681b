//! The life of a request for professional support: asked, offered to those qualified, taken by one of them, answered,
//! acted upon; ended only when who asked confirms it (architecture: not closed until verified).

use serde::Deserialize;
use utoipa::ToSchema;
use youlin_kernel::Micros;
use youlin_people::Party;

use super::kinds::{Helped, OfferState, SupportState};
use super::refusal::Refusal;

const REASON: usize = 500;
const TEXT: usize = 4_000;
/// Specialists asked at the same time.
const MOST_OFFERS: usize = 20;
const FARTHEST: i64 = 366 * 86_400_000_000;

/// One specialist who was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    pub party: Party,
    pub state: OfferState,
}

/// A request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Support {
    pub state: SupportState,
    pub offers: Vec<Offer>,
    /// How often the answer was not enough.
    pub rounds: u32,
    /// Until when what follows from the answer is to be done, microseconds.
    pub follow_by: Option<i64>,
    pub helped: Option<Helped>,
}

/// Who takes the step.
#[derive(Clone, Debug, Default)]
pub struct Who {
    /// The very person who asked.
    pub asker: bool,
    /// May ask in that area.
    pub desk: bool,
    /// What the caller answers for.
    pub parties: Vec<Party>,
}

/// A step of a request. Reasons are 1 to 500 characters, other texts 1 to 4,000.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "verb")]
pub enum SupportVerb {
    Offer {
        parties: Vec<Party>,
    },
    Withdraw {
        party: Party,
    },
    Accept,
    Decline {
        reason: String,
    },
    Answer {
        text: String,
    },
    /// The answer was not enough: what is still open.
    AskAgain {
        reason: String,
    },
    /// What is done about it, until when.
    Follow {
        what: String,
        by: Micros,
    },
    /// By the very asker.
    Confirm {
        helped: Helped,
        done: String,
    },
    Cancel {
        reason: String,
    },
}

impl SupportVerb {
    /// The word in addresses and catalogues.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Offer { .. } => "offer",
            Self::Withdraw { .. } => "withdraw",
            Self::Accept => "accept",
            Self::Decline { .. } => "decline",
            Self::Answer { .. } => "answer",
            Self::AskAgain { .. } => "ask_again",
            Self::Follow { .. } => "follow",
            Self::Confirm { .. } => "confirm",
            Self::Cancel { .. } => "cancel",
        }
    }
}

/// The offer of one of the caller's parties that is in one of these states.
fn mine(support: &Support, who: &Who, states: &[OfferState]) -> Option<usize> {
    support
        .offers
        .iter()
        .position(|offer| who.parties.contains(&offer.party) && states.contains(&offer.state))
}

/// Steps the caller may take now, by word.
#[must_use]
pub fn possible_support(support: &Support, who: &Who) -> Vec<&'static str> {
    use SupportState::{Accepted, Answered, Asked, Following, Offered};
    let state = support.state;
    let near = who.asker || who.desk;
    let mut all = Vec::new();
    if state == Offered && mine(support, who, &[OfferState::Offered]).is_some() {
        all.push("accept");
    }
    if state == Accepted && mine(support, who, &[OfferState::Accepted]).is_some() {
        all.push("answer");
    }
    let asked = [OfferState::Offered, OfferState::Accepted];
    if matches!(state, Offered | Accepted) && mine(support, who, &asked).is_some() {
        all.push("decline");
    }
    if near && matches!(state, Asked | Offered) {
        all.push("offer");
    }
    if who.asker && matches!(state, Answered | Following) {
        all.push("confirm");
    }
    if near && matches!(state, Answered | Following) {
        all.push("follow");
    }
    if who.asker && matches!(state, Answered | Following) {
        all.push("ask_again");
    }
    if near && matches!(state, Offered | Accepted) {
        all.push("withdraw");
    }
    if near && !state.is_ended() {
        all.push("cancel");
    }
    all
}

fn text(field: &'static str, said: &str, max: usize) -> Result<(), Refusal> {
    if said.trim().is_empty() {
        return Err(Refusal::Missing { field });
    }
    if said.chars().count() > max {
        return Err(Refusal::TooLong { field, max });
    }
    Ok(())
}

/// Whether the step would fit the state, whoever took it: then the caller is the wrong one.
fn fits(support: &Support, verb: &SupportVerb) -> bool {
    let anybody = Who {
        asker: true,
        desk: true,
        parties: support.offers.iter().map(|offer| offer.party).collect(),
    };
    possible_support(support, &anybody).contains(&verb.word())
}

/// The request after a step.
///
/// # Errors
/// [`Refusal`], with what is possible instead.
pub fn decide_support(
    support: &Support,
    verb: &SupportVerb,
    who: &Who,
    now: i64,
) -> Result<Support, Refusal> {
    let possible = possible_support(support, who);
    if !possible.contains(&verb.word()) {
        if fits(support, verb) {
            let confirm = matches!(
                verb,
                SupportVerb::Confirm { .. } | SupportVerb::AskAgain { .. }
            );
            return Err(if confirm {
                Refusal::AskerOnly
            } else {
                Refusal::NotYours
            });
        }
        return Err(Refusal::NotNow {
            verb: verb.word(),
            state: support.state.as_str(),
            possible,
        });
    }
    let mut next = support.clone();
    match verb {
        SupportVerb::Offer { parties } => offer(&mut next, parties)?,
        SupportVerb::Withdraw { party } => {
            let asked = [OfferState::Offered, OfferState::Accepted];
            let one = next
                .offers
                .iter_mut()
                .find(|offer| offer.party == *party && asked.contains(&offer.state))
                .ok_or(Refusal::UnknownOffer)?;
            one.state = OfferState::Withdrawn;
            next.state = waiting(&next);
        }
        SupportVerb::Accept => {
            let at = mine(&next, who, &[OfferState::Offered]).ok_or(Refusal::UnknownOffer)?;
            for offer in &mut next.offers {
                if offer.state == OfferState::Offered {
                    offer.state = OfferState::Withdrawn;
                }
            }
            next.offers[at].state = OfferState::Accepted;
            next.state = SupportState::Accepted;
        }
        SupportVerb::Decline { reason } => {
            text("reason", reason, REASON)?;
            let asked = [OfferState::Offered, OfferState::Accepted];
            let at = mine(&next, who, &asked).ok_or(Refusal::UnknownOffer)?;
            next.offers[at].state = OfferState::Declined;
            next.state = waiting(&next);
        }
        SupportVerb::Answer { text: said } => {
            text("text", said, TEXT)?;
            next.state = SupportState::Answered;
        }
        SupportVerb::AskAgain { reason } => {
            text("reason", reason, TEXT)?;
            next.rounds = next.rounds.saturating_add(1);
            next.follow_by = None;
            next.state = SupportState::Accepted;
        }
        SupportVerb::Follow { what, by } => {
            text("what", what, TEXT)?;
            if by.0 <= now {
                return Err(Refusal::InPast { field: "by" });
            }
            if by.0 > now.saturating_add(FARTHEST) {
                return Err(Refusal::TooFar { field: "by" });
            }
            next.follow_by = Some(by.0);
            next.state = SupportState::Following;
        }
        SupportVerb::Confirm { helped, done } => {
            text("done", done, TEXT)?;
            next.helped = Some(*helped);
            next.state = SupportState::Closed;
        }
        SupportVerb::Cancel { reason } => {
            text("reason", reason, REASON)?;
            for offer in &mut next.offers {
                if offer.state == OfferState::Offered {
                    offer.state = OfferState::Withdrawn;
                }
            }
            next.state = SupportState::Cancelled;
        }
    }
    Ok(next)
}

/// The state while nobody has taken it.
fn waiting(support: &Support) -> SupportState {
    let asked = |state| support.offers.iter().any(|offer| offer.state == state);
    if asked(OfferState::Accepted) {
        SupportState::Accepted
    } else if asked(OfferState::Offered) {
        SupportState::Offered
    } else {
        SupportState::Asked
    }
}

fn offer(next: &mut Support, parties: &[Party]) -> Result<(), Refusal> {
    if parties.is_empty() {
        return Err(Refusal::Missing { field: "parties" });
    }
    for party in parties {
        match next.offers.iter_mut().find(|one| one.party == *party) {
            Some(one) if one.state == OfferState::Offered => return Err(Refusal::AskedAlready),
            Some(one) => one.state = OfferState::Offered,
            None => next.offers.push(Offer {
                party: *party,
                state: OfferState::Offered,
            }),
        }
    }
    if next.offers.len() > MOST_OFFERS {
        return Err(Refusal::TooLong {
            field: "parties",
            max: MOST_OFFERS,
        });
    }
    next.state = SupportState::Offered;
    Ok(())
}

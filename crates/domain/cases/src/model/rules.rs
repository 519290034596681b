//! The table of transitions: from where, by whom, with what, and what the clock does. Pages, the REST interface, the
//! README's diagram and refusals all read this table.

use youlin_kernel::Permission;

use super::kinds::Status;
use crate::permissions::{CASES_APPROVE, CASES_DESK, CASES_READ, CASES_SUPERVISE, CASES_VERIFY};

/// Who may take a step.
#[derive(Clone, Copy, Debug)]
pub enum Who {
    /// Anybody with the permission in the case's area.
    Holder(&'static Permission),
    /// The lead party.
    Lead,
    /// A party with an unfinished task of the case.
    TaskParty,
    /// The reporter: the registered person, or the bearer of the tracking code.
    Reporter,
    /// Somebody with the permission who is not of the party that handled it.
    OtherThanHandler(&'static Permission),
    /// Somebody with the permission who is not of the lead party: nobody grants themselves more time.
    OtherThanLead(&'static Permission),
}

/// What a step does to the clock of the time limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockEffect {
    /// Goes on as it was.
    Keeps,
    /// Stands still from now on.
    Stops,
    /// Runs again; the time it stood does not count.
    Resumes,
    /// Over.
    Ends,
    /// The limit itself changes.
    Changes,
}

impl ClockEffect {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Keeps => "keeps",
            Self::Stops => "stops",
            Self::Resumes => "resumes",
            Self::Ends => "ends",
            Self::Changes => "changes",
        }
    }
}

/// One line of the table.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    pub verb: &'static str,
    pub from: &'static [Status],
    pub who: &'static [Who],
    /// What must come with it.
    pub needs: &'static [&'static str],
    pub clock: ClockEffect,
}

use ClockEffect::{Changes, Ends, Keeps, Resumes, Stops};
use Status::{
    Accepted, Closed, Declined, Deferred, Dispatched, Escalated, Handled, InProgress, Reported,
};
use Who::{Holder, Lead, OtherThanHandler, OtherThanLead, Reporter, TaskParty};

const OPEN: &[Status] = &[
    Reported, Accepted, Dispatched, InProgress, Handled, Deferred, Escalated,
];
const WORK: &[Status] = &[Dispatched, InProgress];

/// All transitions.
pub static RULES: &[Rule] = &[
    Rule {
        verb: "accept",
        from: &[Reported],
        who: &[Holder(&CASES_DESK)],
        needs: &[],
        clock: Keeps,
    },
    Rule {
        verb: "decline",
        from: &[Reported, Accepted],
        who: &[Holder(&CASES_DESK)],
        needs: &["reason"],
        clock: Ends,
    },
    Rule {
        verb: "dispatch",
        from: &[Reported, Accepted, Escalated],
        who: &[Holder(&CASES_DESK)],
        needs: &["lead"],
        clock: Keeps,
    },
    Rule {
        verb: "return",
        from: WORK,
        who: &[Lead],
        needs: &["reason"],
        clock: Keeps,
    },
    Rule {
        verb: "reassign",
        from: WORK,
        who: &[Holder(&CASES_DESK)],
        needs: &["lead", "reason"],
        clock: Keeps,
    },
    Rule {
        verb: "start",
        from: &[Dispatched],
        who: &[Lead, Holder(&CASES_DESK)],
        needs: &[],
        clock: Keeps,
    },
    Rule {
        verb: "note",
        from: OPEN,
        who: &[Holder(&CASES_READ), TaskParty, Reporter],
        needs: &["text"],
        clock: Keeps,
    },
    Rule {
        verb: "ask_extension",
        from: WORK,
        who: &[Lead],
        needs: &["days", "reason"],
        clock: Keeps,
    },
    Rule {
        verb: "decide_extension",
        from: WORK,
        who: &[OtherThanLead(&CASES_APPROVE)],
        needs: &["approve"],
        clock: Changes,
    },
    Rule {
        verb: "defer",
        from: &[Accepted, Dispatched, InProgress],
        who: &[Holder(&CASES_APPROVE)],
        needs: &["until", "reason"],
        clock: Stops,
    },
    Rule {
        verb: "resume",
        from: &[Deferred],
        who: &[Holder(&CASES_DESK)],
        needs: &[],
        clock: Resumes,
    },
    Rule {
        verb: "handled",
        from: WORK,
        who: &[Lead],
        needs: &["text"],
        clock: Stops,
    },
    Rule {
        verb: "verify",
        from: &[Handled],
        who: &[OtherThanHandler(&CASES_VERIFY)],
        needs: &["method", "passed", "text"],
        clock: Ends,
    },
    Rule {
        verb: "reopen",
        from: &[Closed, Declined],
        who: &[Reporter, Holder(&CASES_DESK)],
        needs: &["reason"],
        clock: Resumes,
    },
    Rule {
        verb: "escalate",
        from: &[Reported, Accepted, Dispatched, InProgress],
        who: &[Holder(&CASES_DESK)],
        needs: &["to", "reason"],
        clock: Keeps,
    },
    Rule {
        verb: "hand_back",
        from: &[Escalated],
        who: &[Holder(&CASES_SUPERVISE)],
        needs: &["reason"],
        clock: Keeps,
    },
    Rule {
        verb: "supervise",
        from: OPEN,
        who: &[Holder(&CASES_SUPERVISE)],
        needs: &["text"],
        clock: Keeps,
    },
    Rule {
        verb: "cancel",
        from: OPEN,
        who: &[Reporter, Holder(&CASES_DESK)],
        needs: &["reason"],
        clock: Ends,
    },
    Rule {
        verb: "plan_follow_up",
        from: &[Accepted, Dispatched, InProgress, Handled],
        who: &[Holder(&CASES_DESK), Lead],
        needs: &["at", "text", "parties"],
        clock: Keeps,
    },
    Rule {
        verb: "add_task",
        from: WORK,
        who: &[Holder(&CASES_DESK), Lead],
        needs: &["assignment"],
        clock: Keeps,
    },
    Rule {
        verb: "answer_task",
        from: OPEN,
        who: &[TaskParty],
        needs: &["task", "accept"],
        clock: Keeps,
    },
    Rule {
        verb: "finish_task",
        from: OPEN,
        who: &[TaskParty, Holder(&CASES_DESK)],
        needs: &["task", "note"],
        clock: Keeps,
    },
    Rule {
        verb: "cancel_task",
        from: OPEN,
        who: &[Holder(&CASES_DESK)],
        needs: &["task", "reason"],
        clock: Keeps,
    },
    Rule {
        verb: "recategorise",
        from: &[Reported, Accepted, Dispatched, InProgress],
        who: &[Holder(&CASES_DESK)],
        needs: &["category", "reason"],
        clock: Changes,
    },
    Rule {
        verb: "rate",
        from: &[Closed],
        who: &[Reporter],
        needs: &["solved", "satisfied"],
        clock: Keeps,
    },
    Rule {
        verb: "thank",
        from: &[
            Reported, Accepted, Dispatched, InProgress, Handled, Deferred, Escalated, Closed,
        ],
        who: &[Reporter, Holder(&CASES_DESK)],
        needs: &["text"],
        clock: Keeps,
    },
];

/// The line of a verb.
#[must_use]
pub fn rule(verb: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.verb == verb)
}

/// What can be done in this state, whoever asks.
#[must_use]
pub fn allowed_verbs(status: Status) -> Vec<&'static str> {
    RULES
        .iter()
        .filter(|rule| rule.from.contains(&status))
        .map(|rule| rule.verb)
        .collect()
}

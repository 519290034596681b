//! Who hears what, as a table. Kinds are those of `cases.<kind>` events; the words stand in the catalogue under
//! `notice-<audience>-<kind>`, `sms-…` and `mail-…`. A test holds table and catalogue together.

use Audience::{Desk, Helpers, Lead, Reporters, Supervisors, TaskParty};
use Channel::{Mail, Page, Sms};

/// Ways to reach somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Channel {
    /// In the page, for those with an account.
    Page,
    Sms,
    Mail,
    /// Another system.
    Webhook,
}

impl Channel {
    /// Those that leave the house.
    pub const OUTSIDE: &'static [Self] = &[Self::Sms, Self::Mail, Self::Webhook];

    /// The stored name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Sms => "sms",
            Self::Mail => "mail",
            Self::Webhook => "webhook",
        }
    }

    /// The channel of that name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Page, Self::Sms, Self::Mail, Self::Webhook]
            .into_iter()
            .find(|channel| channel.as_str() == text)
    }
}

/// Groups of people around a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Audience {
    /// Accounts with the desk's roles in the community.
    Desk,
    /// Accounts of the subdistrict and district above it.
    Supervisors,
    /// The party of the very task the event names.
    TaskParty,
    /// Whoever has the lead's task.
    Lead,
    /// Parties with an open supporting task or follow-up.
    Helpers,
    /// Who reported, and those whose reports were merged into the case.
    Reporters,
}

impl Audience {
    /// The word in catalogue keys; lead and helpers read the same words as the party of a task.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Desk => "desk",
            Self::Supervisors => "supervisor",
            Self::TaskParty | Self::Lead | Self::Helpers => "party",
            Self::Reporters => "reporter",
        }
    }
}

/// One line of the table.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    pub kind: &'static str,
    pub audience: Audience,
    /// Allowed ways. E-mail is used for those an SMS cannot reach, and for organisations.
    pub channels: &'static [Channel],
}

const fn rule(kind: &'static str, audience: Audience, channels: &'static [Channel]) -> Rule {
    Rule {
        kind,
        audience,
        channels,
    }
}

const ALL: &[Channel] = &[Page, Sms, Mail];
const IN_PAGE: &[Channel] = &[Page];

/// The policy.
pub const RULES: &[Rule] = &[
    rule("reported", Desk, IN_PAGE),
    rule("reported", Reporters, ALL),
    rule("accepted", Reporters, ALL),
    rule("declined", Reporters, ALL),
    rule("task_given", TaskParty, ALL),
    rule("task_declined", Desk, IN_PAGE),
    rule("task_cancelled", TaskParty, ALL),
    // The new lead hears of it by `task_given`, which the same verb causes; the others learn whom to turn to.
    rule("reassigned", Helpers, IN_PAGE),
    rule("follow_up_planned", TaskParty, ALL),
    rule("follow_up_due", TaskParty, ALL),
    rule("returned", Desk, IN_PAGE),
    rule("extension_asked", Desk, IN_PAGE),
    rule("extension_approved", Lead, IN_PAGE),
    rule("extension_refused", Lead, IN_PAGE),
    rule("review_due", Desk, IN_PAGE),
    rule("overdue", Desk, IN_PAGE),
    rule("overdue", Lead, IN_PAGE),
    rule("handled", Desk, IN_PAGE),
    rule("handled", Reporters, ALL),
    rule("rework", Lead, ALL),
    rule("closed", Reporters, ALL),
    rule("reopened", Desk, IN_PAGE),
    rule("reopened", Reporters, ALL),
    rule("cancelled", Desk, IN_PAGE),
    rule("merged", Reporters, ALL),
    rule("unmerged", Reporters, ALL),
    rule("escalated", Supervisors, IN_PAGE),
    rule("handed_back", Desk, IN_PAGE),
    rule("supervised", Desk, IN_PAGE),
    rule("supervised", Lead, IN_PAGE),
];

/// The lines for one kind of event.
pub fn rules_of(kind: &str) -> impl Iterator<Item = &'static Rule> {
    RULES.iter().filter(move |rule| rule.kind == kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_stands_twice() {
        for (at, one) in RULES.iter().enumerate() {
            let twice = RULES[at + 1..]
                .iter()
                .any(|other| other.kind == one.kind && other.audience == one.audience);
            assert!(!twice, "{} {:?}", one.kind, one.audience);
        }
    }

    #[test]
    fn only_parties_and_reporters_are_written_to_outside_the_house() {
        for rule in RULES.iter().filter(|rule| rule.channels != IN_PAGE) {
            assert!(
                matches!(rule.audience.word(), "party" | "reporter"),
                "{}",
                rule.kind
            );
        }
    }
}

//! From a form to a step of the case.

use youlin_kernel::Problem;
use youlin_people::Party;

use super::fields::{Fields, party_value};
use crate::model::{Assignment, EscalateTo, Verb, VerifyMethod};

/// Steps that need nothing but the press of a button.
pub(super) const PLAIN: &[&str] = &["accept", "start", "resume"];

/// The order in which steps are offered: what brings the case forward comes first.
pub(super) const OFFERED: &[&str] = &[
    "verify",
    "dispatch",
    "handled",
    "accept",
    "start",
    "resume",
    "hand_back",
    "decide_extension",
    "plan_follow_up",
    "add_task",
    "note",
    "reassign",
    "return",
    "ask_extension",
    "recategorise",
    "defer",
    "escalate",
    "supervise",
    "thank",
    "rate",
    "reopen",
    "decline",
    "cancel",
];

/// The step a form asks for.
///
/// # Errors
/// 422 naming the field that is missing or cannot be read; 404 for a verb there is none of.
pub(super) fn read(f: &Fields) -> Result<Verb, Problem> {
    let reason = || f.text("reason");
    let text = || f.text("text");
    Ok(match f.get("verb") {
        "accept" => Verb::Accept,
        "start" => Verb::Start,
        "resume" => Verb::Resume,
        "decline" => Verb::Decline { reason: reason() },
        "return" => Verb::Return { reason: reason() },
        "reopen" => Verb::Reopen { reason: reason() },
        "hand_back" => Verb::HandBack { reason: reason() },
        "cancel" => Verb::Cancel { reason: reason() },
        "note" => Verb::Note {
            text: text(),
            public: f.has("public", "yes"),
        },
        "handled" => Verb::Handled { text: text() },
        "supervise" => Verb::Supervise { text: text() },
        "thank" => Verb::Thank { text: text() },
        "dispatch" => Verb::Dispatch {
            lead: lead(f)?,
            supporting: supporting(f)?,
        },
        "reassign" => Verb::Reassign {
            lead: lead(f)?,
            reason: reason(),
        },
        "add_task" => Verb::AddTask {
            assignment: Assignment {
                party: f.party("party")?,
                text: text(),
            },
        },
        "plan_follow_up" => Verb::PlanFollowUp {
            at: f.moment("at")?,
            text: text(),
            parties: f.parties("parties")?,
        },
        "ask_extension" => Verb::AskExtension {
            days: days(f)?,
            reason: reason(),
        },
        "decide_extension" => Verb::DecideExtension {
            approve: said(f, "approve")?,
            reason: reason(),
        },
        "defer" => Verb::Defer {
            until: f.moment("until")?,
            reason: reason(),
        },
        "escalate" => Verb::Escalate {
            to: escalate_to(f)?,
            reason: reason(),
        },
        "recategorise" => recategorise(f)?,
        "verify" => verify(f)?,
        "rate" => Verb::Rate {
            solved: said(f, "solved")?,
            satisfied: said(f, "satisfied")?,
            text: text(),
        },
        "answer_task" => Verb::AnswerTask {
            task: f.id("task")?,
            accept: said(f, "accept")?,
            note: f.text("note"),
        },
        "finish_task" => Verb::FinishTask {
            task: f.id("task")?,
            note: f.text("note"),
        },
        "cancel_task" => Verb::CancelTask {
            task: f.id("task")?,
            reason: reason(),
        },
        _ => return Err(Problem::not_found()),
    })
}

fn said(f: &Fields, name: &'static str) -> Result<bool, Problem> {
    f.answer(name)
        .ok_or_else(|| Problem::invalid(name, "required"))
}

fn lead(f: &Fields) -> Result<Assignment, Problem> {
    Ok(Assignment {
        party: f.party("lead")?,
        text: f.text("lead_text"),
    })
}

/// Everybody ticked, each with a text of their own where one was written.
fn supporting(f: &Fields) -> Result<Vec<Assignment>, Problem> {
    let parties = f.parties("supporting")?;
    Ok(parties
        .into_iter()
        .map(|party| Assignment {
            text: own_text(f, &party),
            party,
        })
        .collect())
}

fn own_text(f: &Fields, party: &Party) -> String {
    match f.text(&format!("text-{}", party_value(party))) {
        text if text.is_empty() => f.text("supporting_text"),
        text => text,
    }
}

fn days(f: &Fields) -> Result<u32, Problem> {
    match f.get("days") {
        "" => Err(Problem::invalid("days", "required")),
        text => text
            .parse()
            .map_err(|_no_number| Problem::invalid("days", "answer-number")),
    }
}

fn escalate_to(f: &Fields) -> Result<EscalateTo, Problem> {
    match f.get("to") {
        "parent_area" => Ok(EscalateTo::ParentArea),
        "department" => Ok(EscalateTo::Department {
            organisation: f.id("organisation")?,
        }),
        _ => Err(Problem::invalid("to", "required")),
    }
}

fn recategorise(f: &Fields) -> Result<Verb, Problem> {
    match f.text("category") {
        category if category.is_empty() => Err(Problem::invalid("category", "required")),
        category => Ok(Verb::Recategorise {
            category,
            reason: f.text("reason"),
        }),
    }
}

fn verify(f: &Fields) -> Result<Verb, Problem> {
    let method = match f.get("method") {
        "call_back" => VerifyMethod::CallBack,
        "on_the_spot" => VerifyMethod::OnTheSpot,
        _ => return Err(Problem::invalid("method", "required")),
    };
    Ok(Verb::Verify {
        method,
        passed: said(f, "passed")?,
        responded: f.answer("responded"),
        solved: f.answer("solved"),
        satisfied: f.answer("satisfied"),
        text: f.text("text"),
        thanks: Some(f.text("thanks")).filter(|thanks| !thanks.is_empty()),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::model::RULES;

    fn form(pairs: &[(&str, &str)]) -> Fields {
        Fields(
            pairs
                .iter()
                .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
                .collect(),
        )
    }

    #[test]
    fn every_verb_of_the_table_can_be_read_from_a_form() {
        for rule in RULES {
            let asked = read(&form(&[("verb", rule.verb)]));
            let known = asked
                .as_ref()
                .map_or_else(|problem| problem.code() != "not-found", |_| true);
            assert!(known, "{} is not read", rule.verb);
        }
    }

    #[test]
    fn every_verb_is_offered_somewhere() {
        let on_tasks = ["answer_task", "finish_task", "cancel_task"];
        for rule in RULES {
            assert!(
                OFFERED.contains(&rule.verb) || on_tasks.contains(&rule.verb),
                "{}",
                rule.verb
            );
        }
    }

    #[test]
    fn a_supporting_party_has_its_own_words_or_the_common_ones() {
        let house = format!("organisation:{}", uuid::Uuid::from_u128(1));
        let neighbour = format!("person:{}", uuid::Uuid::from_u128(2));
        let worker = format!("person:{}", uuid::Uuid::from_u128(3));
        let own = format!("text-{house}");
        let sent = form(&[
            ("verb", "dispatch"),
            ("lead", &worker),
            ("supporting", &house),
            ("supporting", &neighbour),
            (&own, "铺坡道板"),
            ("supporting_text", "一起抬轮椅"),
        ]);
        let Verb::Dispatch { supporting, .. } = read(&sent).unwrap() else {
            panic!("not a dispatch")
        };
        let texts: Vec<&str> = supporting.iter().map(|one| one.text.as_str()).collect();
        assert_eq!(texts, ["铺坡道板", "一起抬轮椅"]);
    }
}

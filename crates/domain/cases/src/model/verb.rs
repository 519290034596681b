//! What people do with a case, as they send it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use youlin_kernel::Micros;
use youlin_people::Party;

/// A party and its part of the work.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Assignment {
    pub party: Party,
    /// What this party is asked to do; empty: the case's own text says it.
    #[serde(default)]
    pub text: String,
}

/// Where an escalated case goes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum EscalateTo {
    /// The subdistrict above the community.
    ParentArea,
    /// A line department (water, power, urban management …).
    Department { organisation: Uuid },
}

/// How a case was verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum VerifyMethod {
    CallBack,
    OnTheSpot,
}

/// One step of a case. Texts are 1 to 2,000 characters where they are needed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "verb")]
pub enum Verb {
    Accept,
    Decline {
        reason: String,
    },
    Dispatch {
        lead: Assignment,
        #[serde(default)]
        supporting: Vec<Assignment>,
    },
    Return {
        reason: String,
    },
    Reassign {
        lead: Assignment,
        reason: String,
    },
    Start,
    Note {
        text: String,
        #[serde(default)]
        public: bool,
    },
    /// Working days more than the limit.
    AskExtension {
        days: u32,
        reason: String,
    },
    DecideExtension {
        approve: bool,
        #[serde(default)]
        reason: String,
    },
    Defer {
        until: Micros,
        reason: String,
    },
    Resume,
    Handled {
        text: String,
    },
    Verify {
        method: VerifyMethod,
        passed: bool,
        #[serde(default)]
        responded: Option<bool>,
        #[serde(default)]
        solved: Option<bool>,
        #[serde(default)]
        satisfied: Option<bool>,
        text: String,
        #[serde(default)]
        thanks: Option<String>,
    },
    Reopen {
        reason: String,
    },
    Escalate {
        to: EscalateTo,
        reason: String,
    },
    HandBack {
        reason: String,
    },
    Supervise {
        text: String,
    },
    Cancel {
        reason: String,
    },
    PlanFollowUp {
        at: Micros,
        text: String,
        parties: Vec<Party>,
    },
    AddTask {
        assignment: Assignment,
    },
    AnswerTask {
        task: Uuid,
        accept: bool,
        #[serde(default)]
        note: String,
    },
    FinishTask {
        task: Uuid,
        note: String,
    },
    CancelTask {
        task: Uuid,
        reason: String,
    },
    /// Files it under another category; the limit follows, counted from the report.
    Recategorise {
        category: String,
        reason: String,
    },
    /// Asked of the reporter by link after the end.
    Rate {
        solved: bool,
        satisfied: bool,
        #[serde(default)]
        text: String,
    },
    Thank {
        text: String,
    },
}

impl Verb {
    /// The name in rules, routes and refusals.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Decline { .. } => "decline",
            Self::Dispatch { .. } => "dispatch",
            Self::Return { .. } => "return",
            Self::Reassign { .. } => "reassign",
            Self::Start => "start",
            Self::Note { .. } => "note",
            Self::AskExtension { .. } => "ask_extension",
            Self::DecideExtension { .. } => "decide_extension",
            Self::Defer { .. } => "defer",
            Self::Resume => "resume",
            Self::Handled { .. } => "handled",
            Self::Verify { .. } => "verify",
            Self::Reopen { .. } => "reopen",
            Self::Escalate { .. } => "escalate",
            Self::HandBack { .. } => "hand_back",
            Self::Supervise { .. } => "supervise",
            Self::Cancel { .. } => "cancel",
            Self::PlanFollowUp { .. } => "plan_follow_up",
            Self::AddTask { .. } => "add_task",
            Self::AnswerTask { .. } => "answer_task",
            Self::FinishTask { .. } => "finish_task",
            Self::CancelTask { .. } => "cancel_task",
            Self::Recategorise { .. } => "recategorise",
            Self::Rate { .. } => "rate",
            Self::Thank { .. } => "thank",
        }
    }

    /// The free text that must not be empty, with its field name.
    pub(crate) fn needed_text(&self) -> Option<(&'static str, &str)> {
        match self {
            Self::Decline { reason }
            | Self::Return { reason }
            | Self::Reassign { reason, .. }
            | Self::AskExtension { reason, .. }
            | Self::Defer { reason, .. }
            | Self::Reopen { reason }
            | Self::Escalate { reason, .. }
            | Self::HandBack { reason }
            | Self::Cancel { reason }
            | Self::CancelTask { reason, .. }
            | Self::Recategorise { reason, .. } => Some(("reason", reason)),
            Self::Note { text, .. }
            | Self::Handled { text }
            | Self::Verify { text, .. }
            | Self::Supervise { text }
            | Self::Thank { text }
            | Self::PlanFollowUp { text, .. } => Some(("text", text)),
            Self::FinishTask { note, .. } => Some(("note", note)),
            _ => None,
        }
    }
}

//! What became of an item, in the words of the agreement.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;
use youlin_kernel::{Ctx, Problem, ProblemKind, words};
use youlin_web::{App, problem_body};

use super::body::Kind;
use super::deliver::Delivered;

words! {
    /// What became of an item.
    FieldResult {
        /// Taken now.
        Done = "done",
        /// Taken before: the first answer again.
        Again = "again",
        /// Not taken; the problem says what to mend. The client keeps it.
        Refused = "refused",
        /// Not taken: something else is there already. `held` is what.
        Conflict = "conflict",
        /// Not yet: what it leans on has not come, or the server cannot write now.
        Later = "later",
    }
}

/// The answer to one item.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FieldItemAnswer)]
pub(crate) struct ItemAnswer {
    id: Uuid,
    result: FieldResult,
    /// Ids the server made: `round`, `case`, `findings`, `photo`, `return_visit`. With `extra`, the round is kept
    /// beside the policy it named: that asks others to go, or there was no round to be left out, for which `not_due` says
    /// why and by which days. With `track`, its way is held and can be looked at.
    #[schema(value_type = Option<Object>)]
    ids: Option<Value>,
    /// RFC 9457, in the caller's language.
    #[schema(value_type = Option<Object>)]
    problem: Option<Value>,
    /// With `conflict`: what is there.
    #[schema(value_type = Option<Object>)]
    held: Option<Value>,
}

/// The same before it is put into words.
#[derive(Debug)]
pub(super) enum Outcome {
    Taken(Delivered),
    Refused(Problem),
    Conflict(Problem, Option<Value>),
    Later(Option<Problem>),
}

impl Outcome {
    /// What a problem means to the sender.
    pub(super) fn of(kind: Option<Kind>, problem: Problem) -> Self {
        match problem.kind() {
            ProblemKind::Conflict => Self::Conflict(problem, None),
            ProblemKind::Unavailable | ProblemKind::Internal | ProblemKind::TooMany => {
                if let Some(cause) = problem.cause() {
                    tracing::warn!(code = problem.code(), cause, "an item is put off");
                }
                Self::Later(Some(problem))
            }
            ProblemKind::NotFound if kind.is_some_and(Kind::leans) => Self::Later(None),
            _ => Self::Refused(problem),
        }
    }

    pub(super) fn with_held(self, held: Option<Value>) -> Self {
        match self {
            Self::Conflict(problem, None) => Self::Conflict(problem, held),
            other => other,
        }
    }
}

impl ItemAnswer {
    pub(super) fn of(app: &App, ctx: &Ctx, id: Uuid, outcome: Outcome) -> Self {
        let said = |problem: &Problem| Some(problem_body(app.i18n(), ctx, problem));
        let (result, ids, problem, held) = match outcome {
            Outcome::Taken(taken) if taken.again => {
                (FieldResult::Again, Some(taken.ids), None, None)
            }
            Outcome::Taken(taken) => (FieldResult::Done, Some(taken.ids), None, None),
            Outcome::Refused(problem) => (FieldResult::Refused, None, said(&problem), None),
            Outcome::Conflict(problem, held) => {
                let held = held.or_else(|| problem.data().cloned());
                (FieldResult::Conflict, None, said(&problem), held)
            }
            Outcome::Later(problem) => (
                FieldResult::Later,
                None,
                problem.as_ref().and_then(said),
                None,
            ),
        };
        Self {
            id,
            result,
            ids,
            problem,
            held,
        }
    }
}

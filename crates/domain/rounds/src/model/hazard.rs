//! The life of a hazard (隐患): found, being put right, said to be put right, looked at again by somebody else, removed from
//! the list (销号), or back to work.
//!
//! The case of the finding says who puts it right by when and how far that is; a hazard adds one fact of its own: whether it is
//! still on the list. It leaves the list by a re-check on the spot only, so a case that was ended at a desk ends no hazard.

use serde::{Deserialize, Serialize};
use thiserror::Error;
use utoipa::ToSchema;
use uuid::Uuid;
use youlin_cases::model::Status;
use youlin_kernel::words;
use youlin_people::Party;

words! {
    /// How far a hazard is.
    HazardStep {
        /// Nobody is at it yet.
        Found = "found",
        /// 整改
        Rectifying = "rectifying",
        /// A re-check failed: being put right again.
        Rework = "rework",
        /// Said to be put right: 待复查.
        ToRecheck = "to_recheck",
        /// 销号
        Removed = "removed",
        /// 不作隐患处理, or its case was declined, taken back or goes on in another one.
        Dropped = "dropped",
    }
}

/// What is done with a hazard. Texts have 1 to 2,000 characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "verb")]
pub enum HazardVerb {
    /// 临时安全措施, until it is put right.
    Measure { text: String },
    /// How far the work is.
    Progress { text: String },
    /// It is put right, says whoever had to.
    Fixed { text: String },
    /// Working days more.
    AskExtension { days: u32, reason: String },
    DecideExtension {
        approve: bool,
        #[serde(default)]
        reason: String,
    },
    /// Who puts it right, where nobody was named yet.
    Assign { party: Party },
    /// 不作隐患处理: entered by mistake, or none at all. It is on no list any more.
    Drop { reason: String },
    /// 复查: somebody else looked on the spot. Passed: removed from the list; not: back to work.
    Recheck {
        passed: bool,
        text: String,
        /// What was measured this time, where it was found by a measured value: a decimal in that judgement's unit.
        #[serde(default)]
        measured: Option<String>,
    },
}

impl HazardVerb {
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Measure { .. } => "measure",
            Self::Progress { .. } => "progress",
            Self::Fixed { .. } => "fixed",
            Self::AskExtension { .. } => "ask_extension",
            Self::DecideExtension { .. } => "decide_extension",
            Self::Assign { .. } => "assign",
            Self::Drop { .. } => "drop",
            Self::Recheck { .. } => "recheck",
        }
    }

    fn text(&self) -> (&'static str, &str, bool) {
        match self {
            Self::Measure { text }
            | Self::Progress { text }
            | Self::Fixed { text }
            | Self::Recheck { text, .. } => ("text", text, true),
            Self::Assign { .. } => ("party", "", false),
            Self::AskExtension { reason, .. } | Self::Drop { reason } => ("reason", reason, true),
            Self::DecideExtension { approve, reason } => ("reason", reason, !approve),
        }
    }
}

/// A hazard as the rules see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HazardState {
    pub removed: bool,
    /// Taken back, with its round or as no hazard.
    pub withdrawn: bool,
    pub status: Status,
    /// How often a re-check failed.
    pub reworks: i32,
    /// Somebody has to put it right.
    pub has_fixer: bool,
    pub extension_asked: bool,
    /// Photographs a re-check has to show, and has.
    pub photographs: (u32, u32),
}

/// Who asks, as far as the rules care.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standpoint {
    /// Of the party that caused it.
    pub caused: bool,
    /// Of the party that puts it right, or the one who said it is.
    pub fixes: bool,
    /// May approve extensions here.
    pub approves: bool,
    /// May re-check here.
    pub rechecks: bool,
    /// Handed in the inspection that found it.
    pub found: bool,
    /// May say whose work something is here.
    pub dispatches: bool,
}

/// Why not. Shown to the person who asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum HazardRefusal {
    #[error("{verb} is not possible while {step}")]
    NotNow {
        verb: &'static str,
        step: HazardStep,
    },
    #[error("{verb} is for others")]
    NotYours { verb: &'static str },
    #[error("whoever caused it does not remove it from the list")]
    OwnHazard,
    #[error("whoever put it right does not re-check it")]
    OwnWork,
    #[error("whoever asks for more time does not approve it")]
    OwnExtension,
    #[error("whoever found it does not drop it alone")]
    OwnFinding,
    #[error("a re-check shows {needed} photographs")]
    Photographs { needed: u32, shown: u32 },
    #[error("{field} is needed")]
    Missing { field: &'static str },
    #[error("{field} is too long")]
    TooLong { field: &'static str },
}

pub(crate) const MAX_TEXT: usize = 2_000;

/// How far it is.
#[must_use]
pub fn step(state: &HazardState) -> HazardStep {
    match state.status {
        _ if state.removed => HazardStep::Removed,
        _ if state.withdrawn => HazardStep::Dropped,
        Status::Declined | Status::Cancelled | Status::Merged => HazardStep::Dropped,
        Status::Handled | Status::Closed => HazardStep::ToRecheck,
        _ if state.reworks > 0 => HazardStep::Rework,
        Status::Dispatched | Status::InProgress => HazardStep::Rectifying,
        Status::Reported | Status::Accepted | Status::Deferred | Status::Escalated => {
            HazardStep::Found
        }
    }
}

/// Whether this may be done, by whom it is asked.
///
/// # Errors
/// A [`HazardRefusal`].
pub fn decide(
    state: &HazardState,
    verb: &HazardVerb,
    who: Standpoint,
) -> Result<(), HazardRefusal> {
    use HazardStep::{Dropped, Rectifying, Removed, Rework, ToRecheck};
    let (field, text, needed) = verb.text();
    if needed && text.trim().is_empty() {
        return Err(HazardRefusal::Missing { field });
    }
    if text.chars().count() > MAX_TEXT {
        return Err(HazardRefusal::TooLong { field });
    }
    let step = step(state);
    let verb_name = verb.name();
    let not_now = HazardRefusal::NotNow {
        verb: verb_name,
        step,
    };
    let works = matches!(step, Rectifying | Rework);
    match verb {
        HazardVerb::Drop { .. } => may_drop(state, who, not_now),
        _ if matches!(step, Removed | Dropped) => Err(not_now),
        HazardVerb::Assign { .. } => {
            let waits = matches!(
                state.status,
                Status::Reported | Status::Accepted | Status::Escalated
            );
            if !waits || state.has_fixer {
                Err(not_now)
            } else if !who.dispatches {
                Err(HazardRefusal::NotYours { verb: verb_name })
            } else {
                Ok(())
            }
        }
        HazardVerb::Measure { .. } | HazardVerb::Progress { .. } => {
            (who.caused || who.fixes || who.rechecks)
                .then_some(())
                .ok_or(HazardRefusal::NotYours { verb: verb_name })
        }
        HazardVerb::Fixed { .. } | HazardVerb::AskExtension { .. } => {
            if !works || !state.has_fixer {
                Err(not_now)
            } else if !who.fixes {
                Err(HazardRefusal::NotYours { verb: verb_name })
            } else {
                Ok(())
            }
        }
        HazardVerb::DecideExtension { .. } => {
            if !works || !state.extension_asked {
                Err(not_now)
            } else if who.fixes || who.caused {
                Err(HazardRefusal::OwnExtension)
            } else if !who.approves {
                Err(HazardRefusal::NotYours { verb: verb_name })
            } else {
                Ok(())
            }
        }
        HazardVerb::Recheck { passed, .. } => {
            may_look(who)?;
            if step != ToRecheck {
                return Err(not_now);
            }
            let (needed, shown) = state.photographs;
            if *passed && shown < needed {
                return Err(HazardRefusal::Photographs { needed, shown });
            }
            Ok(())
        }
    }
}

/// Somebody who answers for it says that it is none: never whoever caused it or has to put it right, nor whoever found it alone.
/// One whose case had ended otherwise still counts as long as nobody said so.
fn may_drop(
    state: &HazardState,
    who: Standpoint,
    not_now: HazardRefusal,
) -> Result<(), HazardRefusal> {
    if state.removed || state.withdrawn {
        Err(not_now)
    } else if who.caused {
        Err(HazardRefusal::OwnHazard)
    } else if who.fixes || !who.approves {
        Err(HazardRefusal::NotYours { verb: "drop" })
    } else if who.found {
        Err(HazardRefusal::OwnFinding)
    } else {
        Ok(())
    }
}

/// Whether somebody is among those who look at it again, whatever it is waiting for.
///
/// # Errors
/// A [`HazardRefusal`].
pub fn may_look(who: Standpoint) -> Result<(), HazardRefusal> {
    if who.caused {
        Err(HazardRefusal::OwnHazard)
    } else if who.fixes {
        Err(HazardRefusal::OwnWork)
    } else if who.rechecks {
        Ok(())
    } else {
        Err(HazardRefusal::NotYours { verb: "recheck" })
    }
}

/// What this caller may do now: what pages offer.
#[must_use]
pub fn possible(state: &HazardState, who: Standpoint) -> Vec<&'static str> {
    let text = || "x".to_owned();
    // With what is asked for in hand: the form asks for it.
    let shown = HazardState {
        photographs: (0, 0),
        ..*state
    };
    [
        HazardVerb::Measure { text: text() },
        HazardVerb::Progress { text: text() },
        HazardVerb::Fixed { text: text() },
        HazardVerb::AskExtension {
            days: 1,
            reason: text(),
        },
        HazardVerb::DecideExtension {
            approve: true,
            reason: text(),
        },
        HazardVerb::Recheck {
            passed: true,
            text: text(),
            measured: None,
        },
        HazardVerb::Assign {
            party: Party::organisation(Uuid::nil()),
        },
        HazardVerb::Drop { reason: text() },
    ]
    .iter()
    .filter(|verb| decide(&shown, verb, who).is_ok())
    .map(HazardVerb::name)
    .filter(|name| *name != "ask_extension" || !state.extension_asked)
    .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn who() -> impl Strategy<Value = Standpoint> {
        any::<(bool, bool, bool, bool, bool, bool)>().prop_map(
            |(caused, fixes, approves, rechecks, found, dispatches)| Standpoint {
                caused,
                fixes,
                approves,
                rechecks,
                found,
                dispatches,
            },
        )
    }

    fn verb() -> impl Strategy<Value = HazardVerb> {
        let text = prop_oneof![Just("好了".to_owned()), Just(" ".to_owned())];
        (0u8..8, text, any::<bool>()).prop_map(|(which, text, yes)| match which {
            0 => HazardVerb::Measure { text },
            1 => HazardVerb::Progress { text },
            2 => HazardVerb::Fixed { text },
            3 => HazardVerb::AskExtension {
                days: 3,
                reason: text,
            },
            4 => HazardVerb::DecideExtension {
                approve: yes,
                reason: text,
            },
            5 => HazardVerb::Assign {
                party: Party::organisation(Uuid::nil()),
            },
            6 => HazardVerb::Drop { reason: text },
            _ => HazardVerb::Recheck {
                passed: yes,
                text,
                measured: None,
            },
        })
    }

    /// What the case does with an allowed step, as its own rules have it.
    fn after(state: HazardState, verb: &HazardVerb) -> HazardState {
        match verb {
            HazardVerb::Measure { .. } | HazardVerb::Progress { .. } => state,
            HazardVerb::Fixed { .. } => HazardState {
                status: Status::Handled,
                extension_asked: false,
                ..state
            },
            HazardVerb::AskExtension { .. } => HazardState {
                extension_asked: true,
                ..state
            },
            HazardVerb::DecideExtension { .. } => HazardState {
                extension_asked: false,
                ..state
            },
            HazardVerb::Assign { .. } => HazardState {
                has_fixer: true,
                status: Status::Dispatched,
                ..state
            },
            HazardVerb::Drop { .. } => HazardState {
                withdrawn: true,
                status: Status::Cancelled,
                ..state
            },
            HazardVerb::Recheck { passed: true, .. } => HazardState {
                removed: true,
                status: Status::Closed,
                ..state
            },
            HazardVerb::Recheck { passed: false, .. } => HazardState {
                status: Status::InProgress,
                reworks: state.reworks + 1,
                ..state
            },
        }
    }

    proptest! {
        #[test]
        fn nobody_removes_what_they_caused_or_put_right(
            steps in prop::collection::vec((who(), verb(), any::<bool>()), 1..60), needed in 0u32..3,
        ) {
            let mut state = HazardState {
                removed: false,
                withdrawn: false,
                status: Status::Dispatched,
                reworks: 0,
                has_fixer: true,
                extension_asked: false,
                photographs: (needed, 0),
            };
            let mut asked = 0;
            for (who, verb, photographed) in steps {
                state.photographs.1 = if photographed { needed } else { 0 };
                let before = state;
                let Ok(()) = decide(&state, &verb, who) else { continue };
                prop_assert!(!before.removed, "what is removed stays removed");
                prop_assert!(!before.withdrawn, "what is none stays none");
                match &verb {
                    HazardVerb::Recheck { passed, .. } => {
                        prop_assert!(!who.caused && !who.fixes && who.rechecks);
                        prop_assert_eq!(before.status, Status::Handled);
                        prop_assert!(!passed || photographed || needed == 0);
                    }
                    HazardVerb::DecideExtension { .. } => {
                        prop_assert!(!who.fixes && !who.caused && who.approves);
                        prop_assert!(asked > 0, "only what was asked for is decided");
                        asked = 0;
                    }
                    HazardVerb::AskExtension { .. } => asked += 1,
                    HazardVerb::Drop { .. } => {
                        prop_assert!(who.approves && !who.caused && !who.fixes && !who.found);
                    }
                    HazardVerb::Assign { .. } => prop_assert!(who.dispatches && !before.has_fixer),
                    HazardVerb::Fixed { .. } => { prop_assert!(who.fixes); asked = 0; }
                    _ => {}
                }
                state = after(state, &verb);
                let steps = step(&state);
                prop_assert_eq!(state.removed, steps == HazardStep::Removed);
                prop_assert!(possible(&state, who).iter().all(|_| steps != HazardStep::Removed));
            }
        }

        #[test]
        fn what_is_offered_is_allowed(who in who(), status in 0usize..11, reworks in 0i32..2, asked in any::<bool>()) {
            let state = HazardState {
                removed: false,
                withdrawn: false,
                status: Status::ALL[status],
                reworks,
                has_fixer: true,
                extension_asked: asked,
                photographs: (2, 0),
            };
            let offered = possible(&state, who);
            prop_assert!(!offered.contains(&"recheck") || (!who.caused && !who.fixes));
            if matches!(step(&state), HazardStep::Removed | HazardStep::Dropped) {
                // Only that it is none may be said of one whose case ended otherwise.
                prop_assert!(offered.iter().all(|one| *one == "drop"));
            }
        }
    }

    #[test]
    fn a_case_ended_at_a_desk_ends_no_hazard() {
        let state = HazardState {
            removed: false,
            withdrawn: false,
            status: Status::Closed,
            reworks: 0,
            has_fixer: true,
            extension_asked: false,
            photographs: (1, 0),
        };
        assert_eq!(step(&state), HazardStep::ToRecheck);
        let other = Standpoint {
            rechecks: true,
            ..Standpoint::default()
        };
        let passed = HazardVerb::Recheck {
            passed: true,
            text: "已拆除".to_owned(),
            measured: None,
        };
        assert_eq!(
            decide(&state, &passed, other),
            Err(HazardRefusal::Photographs {
                needed: 1,
                shown: 0
            })
        );
        let cause = Standpoint {
            caused: true,
            ..other
        };
        assert_eq!(
            decide(&state, &passed, cause),
            Err(HazardRefusal::OwnHazard)
        );
    }

    #[test]
    fn a_step_of_an_older_client_is_read() {
        let old = r#"{"verb": "recheck", "passed": true, "text": "好了"}"#;
        let expected = HazardVerb::Recheck {
            passed: true,
            text: "好了".to_owned(),
            measured: None,
        };
        assert_eq!(
            serde_json::from_str::<HazardVerb>(old).expect("a step"),
            expected
        );
    }
}

//! The traffic light of a running limit.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::calendar::Calendar;
use crate::limit::{LimitUnit, Pause};

/// How a case stands against its deadline. The order is that of urgency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Light {
    /// Green.
    OnTime,
    /// Yellow: little is left.
    DueSoon,
    /// Red: the deadline has passed.
    Overdue,
}

/// When the light turns yellow. As JSON `{"due_soon": {"share": {"percent": 20}}}` or
/// `{"due_soon": {"remaining": {"minutes": 240}}}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LightPolicy {
    /// The threshold.
    pub due_soon: DueSoon,
}

/// How much time left is little. The time is working time, or plain time for a limit in plain hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DueSoon {
    /// Less than this share of the time from start to deadline, pauses not counted.
    Share {
        /// Of a hundred; 0 is never, more than 100 is always.
        percent: u8,
    },
    /// Less than this many minutes.
    Remaining {
        /// Minutes of working time (plain time for a limit in plain hours).
        minutes: u32,
    },
}

impl Default for LightPolicy {
    /// Yellow in the last fifth.
    fn default() -> Self {
        Self {
            due_soon: DueSoon::Share { percent: 20 },
        }
    }
}

/// A limit that is running.
#[derive(Debug, Clone, Copy)]
pub struct Course<'a> {
    /// When the limit began to run.
    pub start: Timestamp,
    /// The last instant on time: [`crate::Deadline::at`], or one set by hand.
    pub due: Timestamp,
    /// How the limit is counted.
    pub unit: LimitUnit,
    /// When the clock stood or will stand still.
    pub pauses: &'a [Pause],
}

impl Calendar {
    /// The light of a limit at `now`. On the deadline itself it is not yet red; a stopped clock
    /// ([`crate::Deadline::stopped`]) is green.
    pub fn light(&self, now: Timestamp, course: &Course<'_>, policy: &LightPolicy) -> Light {
        if now > course.due {
            return Light::Overdue;
        }
        if course.due == Timestamp::MAX {
            return Light::OnTime;
        }
        let time = |from| self.elapsed(from, course.due, course.unit, course.pauses);
        let left = time(now).as_nanos();
        let soon = match policy.due_soon {
            DueSoon::Share { percent } => {
                left * 100 < time(course.start).as_nanos() * u128::from(percent)
            }
            DueSoon::Remaining { minutes } => left < u128::from(minutes) * 60_000_000_000,
        };
        if soon { Light::DueSoon } else { Light::OnTime }
    }
}

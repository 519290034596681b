//! `cases.jsonl` as it is written (examples/nantong/README.md).

use anyhow::{Context, Result};
use jiff::ToSpan;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use serde::Deserialize;
use youlin_cases::model::{Source, Urgency};
use youlin_kernel::Micros;

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Scene {
    pub(crate) key: String,
    day: i64,
    time: Time,
    pub(crate) source: Source,
    pub(crate) reporter: Option<String>,
    pub(crate) place: Spot,
    pub(crate) category: String,
    pub(crate) urgency: Urgency,
    pub(crate) text: String,
    pub(crate) steps: Vec<Step>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Spot {
    pub(crate) dwelling: Option<String>,
    pub(crate) building: Option<String>,
    pub(crate) lon: Option<f64>,
    pub(crate) lat: Option<f64>,
    pub(crate) text: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Step {
    after_min: i64,
    pub(crate) by: String,
    #[serde(flatten)]
    pub(crate) deed: Deed,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub(crate) enum Deed {
    Accept,
    Start,
    Decline {
        reason: String,
    },
    Return {
        reason: String,
    },
    Cancel {
        reason: String,
    },
    Dispatch {
        lead: String,
        #[serde(default)]
        supporting: Vec<String>,
        #[serde(default)]
        text: String,
    },
    Reassign {
        lead: String,
        reason: String,
    },
    Note {
        text: String,
    },
    Handled {
        text: String,
        #[serde(default)]
        evidence: u32,
    },
    AskExtension {
        days: u32,
        text: String,
    },
    ApproveExtension {
        #[serde(default)]
        text: String,
    },
    Defer {
        reason: String,
        review_after_days: i64,
    },
    Escalate {
        reason: String,
    },
    Verify {
        result: Verdict,
        responded: Option<bool>,
        solved: Option<bool>,
        satisfied: Option<bool>,
        text: String,
    },
    /// Said by the failed verification already.
    Rework {},
    Merge {
        into: String,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verdict {
    Passed,
    Failed,
}

/// Every scene of the file.
pub(crate) fn read(text: &str) -> Result<Vec<Scene>> {
    text.lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(at, line)| {
            serde_json::from_str(line).with_context(|| format!("cases.jsonl, line {}", at + 1))
        })
        .collect()
}

impl Scene {
    /// When it is reported, for a file that is loaded on that day.
    pub(crate) fn reported_at(&self, loaded_on: Date) -> Result<Micros> {
        let day = loaded_on.checked_add(self.day.days())?;
        let zone = TimeZone::fixed(jiff::tz::offset(8));
        Ok(day
            .to_datetime(self.time)
            .to_zoned(zone)?
            .timestamp()
            .into())
    }
}

impl Step {
    pub(crate) fn at(&self, reported: Micros) -> Micros {
        reported.plus(self.after_min.saturating_mul(Micros::MINUTE))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn the_whole_example_is_understood_and_lies_in_the_past() {
        let text = crate::assets::example("cases.jsonl").unwrap();
        let scenes = read(&text).unwrap();
        assert!(scenes.len() > 300);
        let today: Date = "2026-11-25".parse().unwrap();
        let midnight = today
            .to_zoned(TimeZone::fixed(jiff::tz::offset(8)))
            .unwrap();
        for scene in &scenes {
            let at = scene.reported_at(today).unwrap();
            let last = scene.steps.last().map_or(at, |step| step.at(at));
            assert!(
                at <= last && last < midnight.timestamp().into(),
                "{}",
                scene.key
            );
        }
    }
}

//! The life of a case from its history: what was known of it from when to when. Only what happened tells: the record
//! itself knows the present alone, and a figure of last month must not change with it.

use crate::model::Status;

/// What a case was, between two entries of its history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct State {
    /// Where it stood.
    pub(super) area: i64,
    pub(super) status: Status,
    pub(super) overdue: bool,
    pub(super) accepted: bool,
    pub(super) handled: bool,
    pub(super) deferred: bool,
    pub(super) supervised: bool,
    pub(super) reworks: i64,
    pub(super) responded: Option<bool>,
    pub(super) solved: Option<bool>,
    pub(super) satisfied: Option<bool>,
    /// When it ended.
    pub(super) ended: Option<i64>,
}

/// One entry of the history.
#[derive(Clone, Debug)]
pub(super) struct Happened {
    pub(super) at: i64,
    pub(super) kind: String,
    pub(super) data: String,
}

/// Kinds of entries that change what is counted.
pub(super) const KINDS: [&str; 23] = [
    "accepted",
    "declined",
    "cancelled",
    "dispatched",
    "reassigned",
    "returned",
    "started",
    "handled",
    "verified",
    "rated",
    "rework",
    "closed",
    "reopened",
    "deferred",
    "resumed",
    "escalated",
    "handed_back",
    "merged",
    "unmerged",
    "overdue",
    "extension_approved",
    "supervised",
    "moved",
];

impl State {
    fn new(area: i64) -> Self {
        Self {
            area,
            status: Status::Reported,
            overdue: false,
            accepted: false,
            handled: false,
            deferred: false,
            supervised: false,
            reworks: 0,
            responded: None,
            solved: None,
            satisfied: None,
            ended: None,
        }
    }

    /// What the entry makes of it. `before`: the status before a deferral or merge.
    fn after(&mut self, entry: &Happened, before: &mut Status) {
        match entry.kind.as_str() {
            "accepted" | "returned" | "handed_back" => self.work(Status::Accepted),
            "reopened" => self.work(Status::Accepted),
            "dispatched" | "reassigned" => self.work(Status::Dispatched),
            "started" => self.work(Status::InProgress),
            "rework" => {
                self.reworks += 1;
                self.work(Status::InProgress);
            }
            "handled" => {
                self.handled = true;
                self.status = Status::Handled;
            }
            "verified" | "rated" => self.answers(&entry.data),
            "closed" => self.end(Status::Closed, entry.at),
            "declined" => self.end(Status::Declined, entry.at),
            "cancelled" => self.end(Status::Cancelled, entry.at),
            "deferred" | "merged" => {
                *before = self.status;
                if entry.kind == "merged" {
                    self.end(Status::Merged, entry.at);
                } else {
                    self.deferred = true;
                    self.overdue = false;
                    self.status = Status::Deferred;
                }
            }
            "resumed" => self.work(*before),
            "unmerged" => self.work(match before {
                Status::Reported => Status::Reported,
                _ => Status::Accepted,
            }),
            "escalated" => self.status = Status::Escalated,
            "overdue" => self.overdue = true,
            "extension_approved" => self.overdue = false,
            "supervised" => self.supervised = true,
            "moved" => self.area = moved(entry, "to").unwrap_or(self.area),
            _ => {}
        }
        self.accepted |= !matches!(
            self.status,
            Status::Reported | Status::Declined | Status::Cancelled | Status::Merged
        );
    }

    fn work(&mut self, status: Status) {
        self.status = status;
        self.ended = None;
    }

    fn end(&mut self, status: Status, at: i64) {
        self.status = status;
        self.ended = Some(at);
        self.overdue = false;
    }

    /// What the reporter answered when they were called back.
    fn answers(&mut self, data: &str) {
        let data: serde_json::Value = serde_json::from_str(data).unwrap_or_default();
        let answer = |name: &str| data.get(name).and_then(serde_json::Value::as_bool);
        self.responded = answer("responded").or(self.responded);
        self.solved = answer("solved").or(self.solved);
        self.satisfied = answer("satisfied").or(self.satisfied);
        if self.solved.is_some() && self.responded.is_none() {
            self.responded = Some(true);
        }
    }
}

/// The area a move names.
fn moved(entry: &Happened, side: &str) -> Option<i64> {
    let data: serde_json::Value = serde_json::from_str(&entry.data).ok()?;
    data.get(side)?.as_i64()
}

/// The states of a case from its report on, each with the moment it began; entries of one moment make one state. `area` is
/// where it stands now, or stood at its end: where it was before, the first move tells.
pub(super) fn states(reported: i64, area: i64, history: &[Happened]) -> Vec<(i64, State)> {
    let first = history.iter().find(|entry| entry.kind == "moved");
    let mut state = State::new(first.and_then(|entry| moved(entry, "from")).unwrap_or(area));
    let mut before = Status::Reported;
    let mut all = vec![(reported, state.clone())];
    for entry in history {
        state.after(entry, &mut before);
        let at = std::cmp::max(entry.at, reported);
        match all.last_mut() {
            Some((_, last)) if *last == state => {}
            Some((begun, last)) if *begun == at => *last = state.clone(),
            _ => all.push((at, state.clone())),
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(at: i64, kind: &str, data: &str) -> Happened {
        Happened {
            at,
            kind: kind.to_owned(),
            data: data.to_owned(),
        }
    }

    #[test]
    fn a_case_through_rework_deferral_and_its_end() {
        let history = [
            entry(1, "accepted", "null"),
            entry(1, "dispatched", "null"),
            entry(2, "deferred", "null"),
            entry(3, "resumed", "null"),
            entry(4, "handled", "null"),
            entry(
                5,
                "verified",
                r#"{"responded":true,"solved":false,"satisfied":null}"#,
            ),
            entry(5, "rework", "null"),
            entry(6, "handled", "null"),
            entry(
                7,
                "verified",
                r#"{"responded":true,"solved":true,"satisfied":true}"#,
            ),
            entry(7, "closed", "null"),
        ];
        let all = states(0, 7, &history);
        let statuses: Vec<(i64, &str)> = all
            .iter()
            .map(|(at, state)| (*at, state.status.as_str()))
            .collect();
        assert_eq!(
            statuses,
            [
                (0, "reported"),
                (1, "dispatched"),
                (2, "deferred"),
                (3, "dispatched"),
                (4, "handled"),
                (5, "in_progress"),
                (6, "handled"),
                (7, "closed"),
            ]
        );
        let (_, last) = all.last().unwrap();
        assert_eq!(
            (last.reworks, last.ended, last.satisfied),
            (1, Some(7), Some(true))
        );
        assert!(last.accepted && last.handled && last.deferred);
        // What came later is not known earlier.
        assert_eq!(all[4].1.reworks, 0);
        assert_eq!(all[5].1.solved, Some(false));
        // Nothing of the past changes when the history goes on.
        let mut longer = history.to_vec();
        longer.push(entry(9, "reopened", "null"));
        assert_eq!(states(0, 7, &longer)[..all.len()], all[..]);
    }

    /// The record says the present area alone; where it was before, the moves tell.
    #[test]
    fn a_case_that_was_moved_stood_where_it_was_then() {
        let history = [
            entry(1, "accepted", "null"),
            entry(3, "moved", r#"{"from":2,"to":5,"cause":"split"}"#),
            entry(4, "closed", "null"),
            entry(6, "reopened", "null"),
            entry(6, "moved", r#"{"from":5,"to":8,"cause":"redrawn"}"#),
        ];
        let areas: Vec<(i64, i64)> = states(0, 8, &history)
            .iter()
            .map(|(at, state)| (*at, state.area))
            .collect();
        assert_eq!(areas, [(0, 2), (1, 2), (3, 5), (4, 5), (6, 8)]);
    }
}

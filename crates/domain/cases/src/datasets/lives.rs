//! The life of a case from its history: what was known of it from when to when. Only what happened tells: the record
//! itself knows the present alone, and a figure of last month must not change with it.

use crate::model::Status;

/// What a case was, between two entries of its history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct State {
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
pub(super) const KINDS: [&str; 22] = [
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
];

impl State {
    fn new() -> Self {
        Self {
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

/// The states of a case from its report on, each with the moment it began; entries of one moment make one state.
pub(super) fn states(reported: i64, history: &[Happened]) -> Vec<(i64, State)> {
    let mut state = State::new();
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
        let all = states(0, &history);
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
        assert_eq!(states(0, &longer)[..all.len()], all[..]);
    }
}

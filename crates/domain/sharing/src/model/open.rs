//! When a resource can be had: hours by weekday, other hours or none on single days, closed on public holidays or not.
//! Without any hours it can be had at all times.

use std::collections::BTreeMap;

use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};

/// Minutes of a day, from and to; the end is not inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Span(pub u16, pub u16);

const DAY: u16 = 24 * 60;

impl Span {
    /// `08:30-11:30`.
    #[must_use]
    pub fn text(self) -> String {
        let clock = |minutes: u16| format!("{:02}:{:02}", minutes / 60, minutes % 60);
        format!("{}-{}", clock(self.0), clock(self.1))
    }
}

/// Hours as people type them: `8:30-11:30 14:00-17:30`, also with full-width signs. Empty: none.
#[must_use]
pub fn read_spans(text: &str) -> Option<Vec<Span>> {
    let text: String = text
        .chars()
        .map(|c| match c {
            '：' => ':',
            '－' | '–' | '—' | '~' | '～' | '至' => '-',
            '，' | '、' | '；' | ',' | ';' => ' ',
            other => other,
        })
        .collect();
    let mut spans = Vec::new();
    for part in text.split_whitespace() {
        let (from, to) = part.split_once('-')?;
        let span = Span(minutes(from)?, minutes(to)?);
        if span.0 >= span.1 {
            return None;
        }
        spans.push(span);
    }
    spans.sort_unstable();
    let apart = spans.windows(2).all(|two| two[0].1 <= two[1].0);
    apart.then_some(spans)
}

fn minutes(text: &str) -> Option<u16> {
    let (hours, rest) = text.split_once(':').unwrap_or((text, "0"));
    let (hours, rest): (u16, u16) = (hours.parse().ok()?, rest.parse().ok()?);
    let all = hours.checked_mul(60)?.checked_add(rest)?;
    (rest < 60 && all <= DAY).then_some(all)
}

/// A day with hours of its own; none: closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exception {
    pub day: Date,
    pub spans: Vec<Span>,
}

/// See the module's text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Opening {
    /// By weekday, Monday 1 to Sunday 7.
    pub weekly: BTreeMap<u8, Vec<Span>>,
    pub exceptions: Vec<Exception>,
    pub closed_on_holidays: bool,
}

impl Opening {
    fn always(&self) -> bool {
        self.weekly.values().all(Vec::is_empty)
    }

    /// The hours of a day. `holiday`: the legal calendar has it off though its weekday is a working one.
    #[must_use]
    pub fn on(&self, day: Date, holiday: bool) -> Vec<Span> {
        if let Some(other) = self.exceptions.iter().find(|one| one.day == day) {
            return other.spans.clone();
        }
        if holiday && self.closed_on_holidays {
            return Vec::new();
        }
        if self.always() {
            return vec![Span(0, DAY)];
        }
        let weekday = u8::try_from(day.weekday().to_monday_one_offset()).unwrap_or(1);
        self.weekly.get(&weekday).cloned().unwrap_or_default()
    }

    /// Whether it can be had at this moment (the end of opening hours still counts for bringing back).
    #[must_use]
    pub fn admits(&self, at: DateTime, holiday: bool) -> bool {
        let time = at.time();
        let minute = u16::try_from(i32::from(time.hour()) * 60 + i32::from(time.minute()));
        let minute = minute.unwrap_or(0);
        self.on(at.date(), holiday)
            .iter()
            .any(|span| span.0 <= minute && minute <= span.1)
    }

    /// Whether one stretch of opening hours holds the whole time: rooms are used where they stand.
    #[must_use]
    pub fn holds(&self, from: DateTime, to: DateTime, holiday: &dyn Fn(Date) -> bool) -> bool {
        let minute = |at: DateTime| i32::from(at.hour()) * 60 + i32::from(at.minute());
        let mut day = from.date();
        while day <= to.date() {
            let begin = if day == from.date() { minute(from) } else { 0 };
            let end = if day == to.date() {
                minute(to)
            } else {
                i32::from(DAY)
            };
            let within = |span: &Span| i32::from(span.0) <= begin && end <= i32::from(span.1);
            if begin < end && !self.on(day, holiday(day)).iter().any(within) {
                return false;
            }
            let Ok(next) = day.tomorrow() else {
                return false;
            };
            day = next;
        }
        true
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn hours_are_read_as_people_write_them() {
        let spans = read_spans("8:30-11:30，14：00～17：30").unwrap();
        assert_eq!(spans, [Span(510, 690), Span(840, 1050)]);
        assert_eq!(spans[0].text(), "08:30-11:30");
        assert_eq!(read_spans(" "), Some(Vec::new()));
        assert_eq!(read_spans("9-24"), Some(vec![Span(540, 1440)]));
        for wrong in ["9-8", "9-25", "9:61-10", "nine-ten", "9-11 10-12", "9"] {
            assert_eq!(read_spans(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn single_days_come_before_holidays_and_those_before_the_week() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        let opening = Opening {
            weekly: (1..=5).map(|one| (one, vec![Span(540, 1020)])).collect(),
            exceptions: vec![Exception {
                day: day("2026-11-14"),
                spans: vec![Span(600, 660)],
            }],
            closed_on_holidays: true,
        };
        assert_eq!(opening.on(day("2026-11-11"), false), [Span(540, 1020)]);
        assert_eq!(opening.on(day("2026-11-11"), true), []);
        // A Saturday with hours of its own, holiday or not.
        assert_eq!(opening.on(day("2026-11-14"), true), [Span(600, 660)]);
        assert_eq!(opening.on(day("2026-11-15"), false), []);
        let at = |text: &str| text.parse::<DateTime>().unwrap();
        assert!(opening.admits(at("2026-11-11T17:00"), false));
        assert!(!opening.admits(at("2026-11-11T17:01"), false));
        let working = |_: Date| false;
        assert!(opening.holds(at("2026-11-11T09:00"), at("2026-11-11T17:00"), &working));
        assert!(!opening.holds(at("2026-11-11T16:00"), at("2026-11-12T10:00"), &working));
        assert!(Opening::default().holds(at("2026-11-11T16:00"), at("2026-11-13T10:00"), &working));
    }
}

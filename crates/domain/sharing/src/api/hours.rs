//! Opening hours as other systems write them: the words people type, by weekday and by day.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use youlin_kernel::{Problem, Result};

use crate::model::{Exception, Opening, Span, read_spans};

/// A day with hours of its own.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[schema(as = ResourceDay)]
pub(crate) struct OtherDay {
    /// `2026-12-01`
    #[schema(value_type = String, format = Date)]
    day: Date,
    /// As in `weekly`; empty: closed.
    #[serde(default)]
    hours: String,
}

/// When a resource can be had. Without any hours: at all times.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[schema(as = ResourceHours)]
#[serde(default)]
pub(crate) struct Hours {
    /// By weekday, `1` Monday to `7` Sunday: `08:30-11:30 14:00-17:30`. A weekday left out is closed.
    weekly: BTreeMap<String, String>,
    /// Single days that are otherwise; they come before holidays.
    exceptions: Vec<OtherDay>,
    closed_on_holidays: bool,
}

fn text(spans: &[Span]) -> String {
    let texts: Vec<String> = spans.iter().map(|span| span.text()).collect();
    texts.join(" ")
}

impl Hours {
    pub(super) fn of(opening: &Opening) -> Self {
        let weekly = opening.weekly.iter();
        Self {
            weekly: weekly
                .map(|(day, spans)| (day.to_string(), text(spans)))
                .collect(),
            exceptions: opening
                .exceptions
                .iter()
                .map(|one| OtherDay {
                    day: one.day,
                    hours: text(&one.spans),
                })
                .collect(),
            closed_on_holidays: opening.closed_on_holidays,
        }
    }

    pub(super) fn read(&self) -> Result<Opening> {
        let wrong = |field: &'static str| move || Problem::invalid(field, "sharing-hours");
        let mut weekly = BTreeMap::new();
        for (day, hours) in &self.weekly {
            let day: Option<u8> = day.parse().ok().filter(|day| (1..=7).contains(day));
            let day = day.ok_or_else(wrong("opening.weekly"))?;
            let spans = read_spans(hours).ok_or_else(wrong("opening.weekly"))?;
            if !spans.is_empty() {
                weekly.insert(day, spans);
            }
        }
        let mut exceptions = Vec::with_capacity(self.exceptions.len());
        for one in &self.exceptions {
            exceptions.push(Exception {
                day: one.day,
                spans: read_spans(&one.hours).ok_or_else(wrong("opening.exceptions"))?,
            });
        }
        Ok(Opening {
            weekly,
            exceptions,
            closed_on_holidays: self.closed_on_holidays,
        })
    }
}

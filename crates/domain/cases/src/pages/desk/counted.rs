//! The figures above a list. Each is a link to the records behind it.

use youlin_web::Shell;

use super::query::DeskQuery;
use crate::CaseCounts;
use crate::model::Status;

/// A figure that is a link.
#[derive(Debug)]
pub(super) struct Figure {
    pub(super) value: i64,
    pub(super) label: String,
    /// `late`, `soon`, `ok` or none.
    pub(super) state: &'static str,
    pub(super) url: String,
    pub(super) on: bool,
}

/// Open, overdue, to be dispatched, to be verified: what a desk asks first in the morning.
pub(super) fn figures(s: &Shell, counts: &CaseCounts, query: &DeskQuery) -> Vec<Figure> {
    let base = DeskQuery {
        area: query.area,
        ..DeskQuery::default()
    };
    let of = |statuses: &[Status]| {
        statuses
            .iter()
            .map(|one| counts.by_status.get(one.as_str()).copied().unwrap_or(0))
            .sum::<i64>()
    };
    let plain =
        query.status.is_empty() && query.overdue != Some(true) && query.openness() == "true";
    let by_status = |value: i64, label: &str, state: &'static str, statuses: &[Status]| Figure {
        value,
        label: s.t(label),
        state: if value > 0 { state } else { "" },
        url: DeskQuery {
            status: statuses.to_vec(),
            ..base.clone()
        }
        .at("/desk"),
        on: query.status == statuses,
    };
    vec![
        Figure {
            value: counts.open,
            label: s.t("figure-open"),
            state: "",
            url: base.at("/desk"),
            on: plain,
        },
        Figure {
            value: counts.overdue,
            label: s.t("figure-overdue"),
            state: if counts.overdue > 0 { "late" } else { "" },
            url: DeskQuery {
                overdue: Some(true),
                ..base.clone()
            }
            .at("/desk"),
            on: query.overdue == Some(true),
        },
        by_status(of(TO_DISPATCH), "figure-to-dispatch", "soon", TO_DISPATCH),
        by_status(of(TO_VERIFY), "figure-to-verify", "soon", TO_VERIFY),
    ]
}

const TO_DISPATCH: &[Status] = &[Status::Reported, Status::Accepted];
const TO_VERIFY: &[Status] = &[Status::Handled];

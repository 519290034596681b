//! The record of processing, for the auditor.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use youlin_kernel::{AreaId, Micros};
use youlin_web::{ApiQuery, App, Caller, Prefs, Shell, WebResult, page};

use super::{DAYS, Period, shell};
use crate::permissions::PEOPLE_LOOKS;
use crate::privacy::{ProcessingKind, ProcessingLine, processing_record};

/// Lines on the page.
const SHOWN: u64 = 500;

#[derive(Template)]
#[template(path = "privacy/record.html")]
struct RecordPage {
    s: Shell,
    days: i64,
    choices: [i64; 4],
    kind: Option<ProcessingKind>,
    lines: Vec<ProcessingLine>,
    /// There may be more than is shown, from this moment back.
    earlier: Option<i64>,
}

impl RecordPage {
    fn is(&self, kind: &ProcessingKind) -> bool {
        self.kind == Some(*kind)
    }

    fn kind_word(&self) -> &'static str {
        self.kind.map_or("", ProcessingKind::as_str)
    }

    fn place(&self, line: &ProcessingLine) -> String {
        self.s.area(&AreaId::from(line.community))
    }

    /// What a person typed stays as typed; codes are put into words.
    fn purpose(&self, line: &ProcessingLine) -> String {
        match line.kind {
            ProcessingKind::OwnCopy => self.s.tt("own-take", &line.purpose),
            ProcessingKind::Retention => self.s.tt("retention", &line.subject),
            ProcessingKind::Sealing => self.s.t1("sealing-with", "key", &line.subject),
            ProcessingKind::Reveal | ProcessingKind::Export => line.purpose.clone(),
        }
    }

    fn by(&self, line: &ProcessingLine) -> String {
        match line.by.as_str() {
            crate::own::PURPOSE => self.s.t("processing-by-person"),
            "jobs" => self.s.t("processing-by-system"),
            name => name.to_owned(),
        }
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct RecordQuery {
    days: Option<i64>,
    #[serde(default)]
    kind: String,
    /// Only what happened by this moment, in microseconds: the next page.
    before: Option<i64>,
}

/// `GET /admin/processing?days=&kind=`.
pub(super) async fn list(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(query): ApiQuery<RecordQuery>,
) -> WebResult<Response> {
    let scope = ctx.scope(&PEOPLE_LOOKS)?;
    let period = Period { days: query.days };
    let kind = ProcessingKind::parse(&query.kind);
    let db = app.db().read();
    let (from, to) = period.span(&ctx);
    let span = (
        from,
        query.before.map_or(to, |before| to.min(Micros(before))),
    );
    let lines = processing_record(db, &scope, span, kind, SHOWN).await?;
    page(&RecordPage {
        s: shell(&app, &ctx, prefs, "/admin/processing"),
        days: period.length(),
        choices: DAYS,
        kind,
        // Those of the same moment stand on both pages: better twice than not at all.
        earlier: lines
            .last()
            .filter(|_| lines.len() as u64 == SHOWN)
            .map(|line| line.at.0),
        lines,
    })
}

//! `/rounds/defence`: the three lines of defence (三道防线) by community. Each figure opens the records behind it.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use uuid::Uuid;
use youlin_cases::permissions::CASES_READ;
use youlin_kernel::{AreaId, CommunityId, Micros};
use youlin_places::rivers::{Reach, reach};
use youlin_web::{ApiQuery, App, Caller, Choice, FormFaults, Prefs, Shell, WebResult, page};

use super::round::{category, place, state, step_words};
use super::{shell, ways};
use crate::permissions::ROUNDS_READ;
use crate::queries::{Defence, DefenceLine, DueLine, FindingView, ReachReport, RoundLine, defence};
use crate::service::Rounds;

/// Communities of one page.
const MOST: usize = 60;
/// Records named behind one figure.
const NAMED: usize = 300;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    days: Option<i64>,
    again: Option<i64>,
    community: Option<CommunityId>,
    /// Only of this one, in its community.
    reach: Option<Uuid>,
    line: String,
}

/// A figure and where it opens.
pub(super) struct Figure {
    pub(super) count: usize,
    pub(super) href: String,
    pub(super) label: String,
    pub(super) state: &'static str,
}

/// What figures are about: the days they look back, those within which something is the same again, and whether of one reach.
#[derive(Clone, Copy)]
pub(super) struct Span {
    pub(super) days: i64,
    pub(super) again: i64,
    pub(super) reach: Option<Uuid>,
}

/// A community.
struct Row {
    community: AreaId,
    /// The three lines by their name.
    lines: [(String, Vec<Figure>); 3],
}

/// The records behind a figure.
struct Opened {
    title: String,
    rounds: Vec<RoundLine>,
    reports: Vec<ReachReport>,
    missed: Vec<DueLine>,
    findings: Vec<FindingView>,
    more: usize,
}

#[derive(Template)]
#[template(path = "round_defence.html")]
struct DefencePage {
    s: Shell,
    e: FormFaults,
    days: String,
    again: String,
    /// The reach it is about, with its community, else of all.
    of: Option<(CommunityId, Reach)>,
    spans: Vec<Choice>,
    agains: Vec<Choice>,
    rows: Vec<Row>,
    opened: Option<Opened>,
}

impl DefencePage {
    fn place(&self, finding: &FindingView) -> String {
        place(&self.s, finding)
    }

    fn category(&self, finding: &FindingView) -> String {
        category(&self.s, &finding.category)
    }

    fn state(&self, finding: &FindingView) -> &'static str {
        state(finding)
    }

    fn step(&self, finding: &FindingView) -> String {
        step_words(&self.s, finding)
    }

    fn case_category(&self, report: &ReachReport) -> String {
        category(&self.s, &report.report.category)
    }

    fn window(&self, line: &DueLine) -> String {
        ways::days(&self.s, line.window.first, line.window.last)
    }
}

/// `GET /rounds/defence?days=&again=&community=&line=`.
pub(super) async fn show(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(asked): ApiQuery<Asked>,
) -> WebResult<Response> {
    let mut scope = ctx.scope(&ROUNDS_READ)?;
    let of = match asked.reach {
        Some(id) => {
            let found = reach(app.db(), &scope, id).await?;
            scope = scope.narrowed(ctx.areas(), found.community.into());
            Some((found.community, found))
        }
        None => None,
    };
    let s = shell(&app, &ctx, prefs);
    let days = asked.days.unwrap_or(90).clamp(1, 366);
    let again = asked.again.unwrap_or(60).clamp(1, 366);
    let since = ctx.now().plus(-days * Micros::DAY);
    let about = of.as_ref().map(|(community, _)| *community);
    let wanted = DefenceLine::parse(&asked.line).zip(about.or(asked.community));
    let cases = ctx.scope(&CASES_READ).ok();
    let rounds = app.need::<Rounds>()?;
    let scopes = (&scope, cases.as_ref());
    let all = defence(&rounds, app.db(), &ctx, scopes, (since, again)).await?;
    let (mut rows, mut opened) = (Vec::new(), None);
    let span = Span {
        days,
        again,
        reach: asked.reach,
    };
    for (community, all) in all.into_iter().take(MOST) {
        let all = match asked.reach {
            Some(reach) => all.of_reach(reach),
            None => all,
        };
        rows.push(row(&s, community, &all, span));
        if let Some((line, _)) = wanted.filter(|(_, of)| *of == community) {
            let name = match &of {
                Some((_, reach)) => reach.full_name(),
                None => s.area(&community.into()),
            };
            opened = open(&s, name, all, line);
        }
    }
    let spanned = |days: i64| Choice::new(days.to_string(), s.t1("defence-days", "count", days));
    page(&DefencePage {
        e: FormFaults::none(),
        days: days.to_string(),
        again: again.to_string(),
        spans: [30, 90, 180, 365].into_iter().map(spanned).collect(),
        agains: [14, 30, 60, 90].into_iter().map(spanned).collect(),
        rows,
        opened,
        of,
        s,
    })
}

/// Those of a community's figures, each with the address that opens to exactly its records; none where the caller may not see
/// what is behind it.
pub(super) fn figures(
    s: &Shell,
    community: CommunityId,
    all: &Defence,
    span: Span,
    lines: &[DefenceLine],
) -> Vec<Figure> {
    let lines = lines.iter();
    lines
        .filter_map(|line| figure(s, community, all, span, *line))
        .collect()
}

fn figure(
    s: &Shell,
    community: CommunityId,
    all: &Defence,
    Span { days, again, reach }: Span,
    line: DefenceLine,
) -> Option<Figure> {
    let count = all.count(line)?;
    let state = match line {
        _ if count == 0 => "",
        DefenceLine::Missed | DefenceLine::Again => "late",
        DefenceLine::ToRevisit => "soon",
        DefenceLine::OnSpot | DefenceLine::Verified => "ok",
        DefenceLine::Talks
        | DefenceLine::Reached
        | DefenceLine::Patrols
        | DefenceLine::Found
        | DefenceLine::Reports
        | DefenceLine::Open => "",
    };
    let of = match reach {
        Some(reach) => format!("reach={reach}"),
        None => format!("community={}", community.0),
    };
    Some(Figure {
        count,
        href: format!("/rounds/defence?days={days}&again={again}&{of}&line={line}#opened"),
        label: s.tt("defence-line", line),
        state,
    })
}

fn row(s: &Shell, community: CommunityId, all: &Defence, span: Span) -> Row {
    let figures =
        |name: &str, lines: &[DefenceLine]| (s.t(name), figures(s, community, all, span, lines));
    Row {
        community: community.into(),
        lines: [
            figures(
                "defence-prevented",
                &[
                    DefenceLine::Talks,
                    DefenceLine::Reached,
                    DefenceLine::Patrols,
                    DefenceLine::Missed,
                ],
            ),
            figures(
                "defence-found-line",
                &[DefenceLine::Found, DefenceLine::Reports],
            ),
            figures(
                "defence-held",
                &[
                    DefenceLine::OnSpot,
                    DefenceLine::Verified,
                    DefenceLine::ToRevisit,
                    DefenceLine::Open,
                    DefenceLine::Again,
                ],
            ),
        ],
    }
}

fn open(s: &Shell, name: String, all: Defence, line: DefenceLine) -> Option<Opened> {
    let count = all.count(line)?;
    let rows = match line {
        DefenceLine::Reached => all.talks.len(),
        _ => count,
    };
    let mut opened = Opened {
        title: s.tn(
            "defence-opened",
            &[
                ("community", name),
                ("line", s.tt("defence-line", line)),
                ("count", count.to_string()),
            ],
        ),
        rounds: Vec::new(),
        reports: Vec::new(),
        missed: Vec::new(),
        findings: all
            .findings(line)
            .into_iter()
            .take(NAMED)
            .cloned()
            .collect(),
        more: rows.saturating_sub(NAMED),
    };
    match line {
        DefenceLine::Talks | DefenceLine::Reached => opened.rounds = all.talks,
        DefenceLine::Patrols => opened.rounds = all.patrols,
        DefenceLine::Missed => opened.missed = all.missed,
        DefenceLine::Reports => opened.reports = all.reports.unwrap_or_default(),
        _ => {}
    }
    opened.rounds.truncate(NAMED);
    opened.missed.truncate(NAMED);
    opened.reports.truncate(NAMED);
    Some(opened)
}

//! The list of cases between tree and record, and the same cases as a board.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use youlin_kernel::{AreaId, Ctx, Micros, Page, Problem, ProblemKind, Result, Scope};
use youlin_web::{ApiQuery, App, Caller, Prefs, Shell, WebResult, page, part};

use super::counted::{self, Figure};
use super::query::DeskQuery;
use super::tree::{self, Tally};
use super::{record, shell, words};
use crate::model::{Source, Status, Urgency};
use crate::permissions::{CASES_DESK, CASES_READ, CASES_REPORT};
use crate::service::Cases;
use crate::{CaseFilter, CaseRow, Sort, counts, counts_by_area, list, recent_calls};

/// Rows of one page of the list.
const ROWS: u64 = 50;
/// Cards of one column of the board.
const CARDS: u64 = 20;

/// What list, board and map share: where one is and what is asked for.
pub(super) struct Frame {
    pub(super) query: DeskQuery,
    pub(super) tree: String,
    pub(super) figures: Vec<Figure>,
    pub(super) chips: Vec<Chip>,
    pub(super) area_name: String,
    pub(super) categories: Vec<Group>,
}

/// A state one may ask for, with how many there are.
pub(super) struct Chip {
    pub(super) status: Status,
    pub(super) count: i64,
    pub(super) on: bool,
}

/// Categories of one group, for choosing.
pub(super) struct Group {
    pub(super) name: String,
    pub(super) categories: Vec<(String, String, bool)>,
}

impl Frame {
    pub(super) async fn of(s: &Shell, scope: &Scope, query: DeskQuery, page: &str) -> Result<Self> {
        let ctx = s.ctx();
        let cases = s.app().need::<Cases>()?;
        let db = s.app().db();
        let narrowed = scope.asked(ctx.areas(), query.area.map(AreaId))?;
        let counted = counts(db, &narrowed).await?;
        let tally: Tally = counts_by_area(db, scope).await?;
        let branches = tree::grown(s, scope, &query, page, &tally);
        let area = query
            .area
            .map(AreaId)
            .or_else(|| ctx.grants().first().map(|grant| grant.area));
        Ok(Self {
            tree: tree::drawn(s, &branches),
            figures: counted::figures(s, &counted, &query),
            chips: words::COLUMNS
                .iter()
                .map(|status| Chip {
                    status: *status,
                    count: counted.by_status.get(status.as_str()).copied().unwrap_or(0),
                    on: query.status.contains(status),
                })
                .collect(),
            area_name: area.map(|area| s.area(&area)).unwrap_or_default(),
            categories: grouped(&cases, ctx, &query.category),
            query,
        })
    }

    fn filtered(&self) -> bool {
        let bare = DeskQuery {
            area: self.query.area,
            ..DeskQuery::default()
        };
        self.query.encoded() != bare.encoded()
    }

    /// More than the chips in sight is asked for.
    fn narrow(&self) -> bool {
        !self.query.category.is_empty()
            || !self.query.urgency.is_empty()
            || !self.query.source.is_empty()
    }

    fn due_first(&self) -> bool {
        self.query.order() == Sort::Due
    }

    fn urgencies(&self) -> &'static [Urgency] {
        Urgency::ALL
    }

    fn sources(&self) -> &'static [Source] {
        Source::ALL
    }
}

/// The catalogue by its groups.
pub(super) fn grouped(cases: &Cases, ctx: &Ctx, chosen: &[String]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for category in cases.catalogue().iter() {
        let entry = (
            category.code.clone(),
            category.name_in(ctx.locale()).to_owned(),
            chosen.contains(&category.code),
        );
        match groups.iter_mut().find(|group| group.name == category.group) {
            Some(group) => group.categories.push(entry),
            None => groups.push(Group {
                name: category.group.clone(),
                categories: vec![entry],
            }),
        }
    }
    groups
}

/// The list alone, for a page that keeps itself fresh.
#[derive(Template)]
#[template(path = "desk_cases_part.html")]
struct CasesPart<'a> {
    s: &'a Shell,
    f: &'a Frame,
    rows: &'a Page<CaseRow>,
    may_report: bool,
}

/// The figures alone.
#[derive(Template)]
#[template(path = "desk_figures.html")]
struct FiguresPart<'a> {
    s: &'a Shell,
    f: &'a Frame,
}

#[derive(Template)]
#[template(path = "desk_list.html")]
struct ListPage<'a> {
    s: &'a Shell,
    f: Frame,
    rows: Page<CaseRow>,
    missed: Vec<(uuid::Uuid, String, Micros)>,
    may_report: bool,
    /// The open record, or nothing.
    record: Option<String>,
}

/// How a case is drawn, whichever page lists it.
trait DrawsCases {
    fn shell(&self) -> &Shell;
    fn frame(&self) -> &Frame;

    fn badge(&self, row: &CaseRow) -> &'static str {
        words::badge(row.light)
    }

    fn light(&self, row: &CaseRow) -> String {
        words::light_words(self.shell(), row)
    }

    fn place(&self, row: &CaseRow) -> String {
        words::where_of(self.shell(), row)
    }

    /// Where a clock runs the badge says the time, so the state is said beside it.
    fn running(&self, row: &CaseRow) -> bool {
        words::running(row)
    }

    fn url(&self, row: &CaseRow) -> String {
        if self.shell().on_street() {
            format!("/cases/{}", row.id)
        } else {
            self.frame().query.with_case(&row.id)
        }
    }

    fn here(&self, row: &CaseRow) -> bool {
        self.frame().query.case == Some(row.id)
    }
}

impl DrawsCases for ListPage<'_> {
    fn shell(&self) -> &Shell {
        self.s
    }

    fn frame(&self) -> &Frame {
        &self.f
    }
}

impl DrawsCases for CasesPart<'_> {
    fn shell(&self) -> &Shell {
        self.s
    }

    fn frame(&self) -> &Frame {
        self.f
    }
}

impl DrawsCases for BoardPage<'_> {
    fn shell(&self) -> &Shell {
        self.s
    }

    fn frame(&self) -> &Frame {
        &self.f
    }
}

/// `GET /desk`.
pub(super) async fn desk(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(query): ApiQuery<DeskQuery>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    let scope = ctx.scope(&CASES_READ)?;
    let cases = app.need::<Cases>()?;
    let rows = list(app.db(), &cases, &ctx, &scope, &query.filter(ROWS)).await?;
    let may_report = ctx.may(&CASES_REPORT);
    if !query.part.is_empty() {
        return fresh(&s, &scope, query, &rows, may_report).await;
    }
    let missed = match ctx.scope(&CASES_DESK) {
        Ok(desk) => recent_calls(app.db(), &ctx, &desk).await?,
        Err(_not_the_desk) => Vec::new(),
    };
    let record = match query.case {
        // A shared view may name a case its reader may not see: the list is theirs all the same.
        Some(id) => record::drawn(&s, id).await.map(Some).or_else(absent)?,
        None => None,
    };
    let f = Frame::of(&s, &scope, query, "/desk").await?;
    page(&ListPage {
        s: &s,
        f,
        rows,
        missed,
        may_report,
        record,
    })
}

fn absent(problem: Problem) -> Result<Option<String>> {
    if problem.kind() == ProblemKind::NotFound {
        Ok(None)
    } else {
        Err(problem)
    }
}

/// One part of the desk, fetched again after something happened.
async fn fresh(
    s: &Shell,
    scope: &Scope,
    query: DeskQuery,
    rows: &Page<CaseRow>,
    may_report: bool,
) -> WebResult<Response> {
    let asked = query.part.clone();
    let f = Frame::of(s, scope, query, "/desk").await?;
    if asked == "figures" {
        return part(&FiguresPart { s, f: &f });
    }
    part(&CasesPart {
        s,
        f: &f,
        rows,
        may_report,
    })
}

/// One column of the board.
struct Column {
    status: Status,
    count: i64,
    rows: Vec<CaseRow>,
    url: String,
}

#[derive(Template)]
#[template(path = "desk_board.html")]
struct BoardPage<'a> {
    s: &'a Shell,
    f: Frame,
    columns: Vec<Column>,
    may_report: bool,
}

/// `GET /desk/board`.
pub(super) async fn board(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(query): ApiQuery<DeskQuery>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    let scope = ctx.scope(&CASES_READ)?;
    let cases = app.need::<Cases>()?;
    let f = Frame::of(&s, &scope, query, "/desk/board").await?;
    let mut columns = Vec::new();
    for chip in &f.chips {
        let view = DeskQuery {
            status: vec![chip.status],
            sort: None,
            cursor: None,
            ..f.query.clone()
        };
        let filter = CaseFilter {
            open: None,
            ..view.filter(CARDS)
        };
        let found = list(app.db(), &cases, &ctx, &scope, &filter).await?;
        columns.push(Column {
            status: chip.status,
            count: chip.count,
            rows: found.items,
            url: view.at("/desk"),
        });
    }
    page(&BoardPage {
        s: &s,
        f,
        columns,
        may_report: ctx.may(&CASES_REPORT),
    })
}

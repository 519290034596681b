//! 任务清单: who owes what by when, whatever it comes from: tasks of cases and return visits, loans due back and requests
//! to be decided, answers of specialists and what follows from them, visiting lists.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;
use youlin_cases::model::Status;
use youlin_cases::{Cases, TaskRow, task_badge, tasks_of};
use youlin_kernel::{Micros, Result};
use youlin_people::permissions::{PEOPLE_READ, PEOPLE_SENSITIVE};
use youlin_people::{Directory, Vault};
use youlin_web::{ApiQuery, App, Caller, Prefs, Shell, WebResult, page};

use super::form::party_value;
use super::lists::{Head, ListQuery, narrowed};
use super::{LISTS, shell, words};
use crate::model::{LoanState, OfferState, SupportState};
use crate::permissions::SHARING_READ;
use crate::queries::{LoanRow, SupportFilter, SupportRow, open_loans, supports};
use crate::service::Sharing;

/// One thing somebody owes.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OwedTask)]
pub(crate) struct Owed {
    /// `case`, `follow_up`, `loan`, `support`, `visiting`.
    pub(crate) kind: &'static str,
    pub(crate) due: Option<Micros>,
    pub(crate) late: bool,
    pub(crate) who: String,
    /// `person:<id>` or `organisation:<id>`; empty: nobody in particular.
    pub(crate) party: String,
    pub(crate) what: String,
    pub(crate) state: String,
    #[serde(skip)]
    pub(crate) badge: &'static str,
    /// Its own page.
    #[serde(rename = "page")]
    pub(crate) href: String,
    /// What it belongs to.
    pub(crate) of: String,
    pub(crate) place: String,
}

pub(super) const KINDS: [&str; 5] = ["case", "follow_up", "loan", "support", "visiting"];

/// Everything owed in an area, what is due first first.
pub(crate) async fn owed(s: &Shell, query: &ListQuery) -> Result<Vec<Owed>> {
    let (app, ctx) = (s.app(), s.ctx());
    let (cases, sharing) = (app.need::<Cases>()?, app.need::<Sharing>()?);
    let now = ctx.now();
    let mut all = Vec::new();
    if let Ok(scope) = narrowed(s, &youlin_cases::permissions::CASES_READ, query.area) {
        let tasks = tasks_of(app.db(), &cases, ctx, Some(&scope)).await?;
        all.extend(tasks.into_iter().map(|task| of_case(s, task, now)));
    }
    let scope = narrowed(s, &SHARING_READ, query.area)?;
    let loans = open_loans(&sharing, ctx, &scope).await?;
    all.extend(loans.into_iter().map(|loan| of_loan(s, loan, now)));
    let filter = SupportFilter {
        area: query.area,
        ..SupportFilter::default()
    };
    let requests = supports(&sharing, ctx, &filter).await?;
    all.extend(requests.into_iter().map(|row| of_support(s, row)));
    if let Ok(scope) = narrowed(s, &PEOPLE_READ, query.area) {
        let sensitive = ctx.scope(&PEOPLE_SENSITIVE).ok();
        let (vault, scopes) = (app.need::<Vault>()?, (&scope, sensitive.as_ref()));
        for line in Directory::visiting_lists(app.db().read(), &vault, scopes, false).await? {
            let counts = (("done", line.done), ("all", line.total));
            all.push(Owed {
                kind: "visiting",
                due: None,
                late: false,
                who: line.by,
                party: String::new(),
                what: line.title.unwrap_or_else(|| s.t("round-visits-withheld")),
                state: s.t2("round-done-of", &counts.0, &counts.1),
                badge: "wait",
                href: format!("/people/visits/{}", line.id),
                of: String::new(),
                place: s.area(&line.area),
            });
        }
    }
    all.retain(|one| {
        (query.kind.is_empty() || query.kind == one.kind)
            && (query.party.is_empty() || query.party == one.party)
            && (query.late.is_empty() || one.late)
    });
    all.sort_by_key(|one| one.due.map_or(i64::MAX, |due| due.0));
    Ok(all)
}

fn of_case(s: &Shell, task: TaskRow, now: Micros) -> Owed {
    Owed {
        kind: if task.planned { "follow_up" } else { "case" },
        due: Some(task.due_at),
        // While a case is put off its clock stands still.
        late: task.due_at < now && task.case.status != Status::Deferred,
        party: party_value(&task.party),
        who: task.party_name,
        what: if task.text.is_empty() {
            s.t("task-no-text")
        } else {
            task.text
        },
        state: s.tt("task-status", task.status),
        badge: task_badge(task.status),
        href: format!("/cases/{}", task.case.id),
        of: task.case.number,
        place: task.case.address,
    }
}

fn of_loan(s: &Shell, loan: LoanRow, now: Micros) -> Owed {
    // Asked for and booked: to be decided or handed out when it begins; handed out: to come back when it ends.
    let due = if loan.state == LoanState::Out {
        loan.to
    } else {
        loan.from
    };
    let what = format!("sharing-owed-{}", loan.state);
    Owed {
        kind: "loan",
        due: Some(due),
        late: due < now,
        party: loan
            .borrower_of
            .as_ref()
            .map(party_value)
            .unwrap_or_default(),
        what: s.t2(
            &what,
            &("name", &loan.resource_name),
            &("count", loan.amount),
        ),
        state: s.tt("loan", loan.state),
        badge: words::loan_badge(loan.state, loan.late),
        href: format!("/loans/{}", loan.id),
        // What was lent for a case is asked of whoever lent it.
        who: if loan.borrower_of.is_some() {
            loan.borrower
        } else {
            loan.by
        },
        of: loan.case_number,
        place: s.area(&loan.resource_area),
    }
}

fn of_support(s: &Shell, row: SupportRow) -> Owed {
    let taken = row
        .parties
        .iter()
        .find(|party| party.state == OfferState::Accepted);
    // Before it is answered the specialist owes; afterwards, and while nobody has taken it, whoever asked.
    let who = match (row.state, taken) {
        (SupportState::Accepted, Some(party)) => party.name.clone(),
        _ => row.asked_by.clone(),
    };
    Owed {
        kind: "support",
        due: Some(row.due_at),
        late: row.late,
        who,
        party: String::new(),
        what: s.tt("sharing-owed-support", row.state),
        state: s.tt("support", row.state),
        badge: words::support_badge(row.state, row.late),
        href: format!("/support/{}", row.id),
        of: s.tt("support-field", row.field),
        place: s.area(&row.area),
    }
}

#[derive(Template)]
#[template(path = "sharing/tasks.html")]
struct TasksPage<'a> {
    s: &'a Shell,
    h: Head,
    rows: Vec<Owed>,
    /// Whose tasks they are, where one party was asked for.
    party: String,
    kinds: &'static [&'static str],
}

impl TasksPage<'_> {
    fn of_party(&self, party: &str) -> String {
        self.h.query.with("tasks", "party", party)
    }
}

/// `GET /lists/tasks`.
pub(super) async fn tasks(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(query): ApiQuery<ListQuery>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs, LISTS);
    let rows = owed(&s, &query).await?;
    let party = match rows.first() {
        Some(first) if !query.party.is_empty() => first.who.clone(),
        _ => String::new(),
    };
    page(&TasksPage {
        h: Head::new(&s, "tasks", &query),
        rows,
        party,
        kinds: &KINDS,
        s: &s,
    })
}

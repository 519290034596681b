//! `/resources/{id}/book`: for whom, how many, from when to when.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use youlin_cases::{Cases, case};
use youlin_kernel::{Micros, Problem, Result};
use youlin_people::permissions::{ORGANISATIONS_READ, PEOPLE_READ};
use youlin_people::{Directory, Party};
use youlin_web::{
    ApiForm, ApiQuery, App, Caller, Choice, FormFaults, IdempotencyHeader, PathId, Prefs, Shell,
    WebResult, idempotency, mendable, page, refused_with,
};

use super::form::{moment, next_hour, party_value, read_party, said, typed};
use super::{LISTS, shell};
use crate::commands::{Asker, BookLoan, Borrower};
use crate::permissions::{SHARING_ASK, SHARING_LEND};
use crate::queries::{ResourceRow, resource};
use crate::service::Sharing;

/// The form as typed; it also stands in the address, so that it can be begun from a case and kept while somebody is
/// looked for.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct BookForm {
    #[serde(skip_serializing)]
    idempotency_key: String,
    count: String,
    from: String,
    to: String,
    /// `person:<id>`, `organisation:<id>`, or `case`.
    borrower: String,
    /// A name, number or address to look for.
    who: String,
    case: String,
    note: String,
}

impl BookForm {
    fn case_id(&self) -> Option<Uuid> {
        self.case.trim().parse().ok()
    }
}

#[derive(Template)]
#[template(path = "sharing/book.html")]
struct BookPage<'a> {
    s: &'a Shell,
    row: ResourceRow,
    e: FormFaults,
    f: BookForm,
    borrowers: Vec<Choice>,
    /// Number of the case it is for.
    case_number: String,
    may_lend: bool,
    key: String,
}

async fn book_page<'a>(
    s: &'a Shell,
    row: ResourceRow,
    mut f: BookForm,
    e: FormFaults,
) -> Result<BookPage<'a>> {
    let ctx = s.ctx();
    if f.count.is_empty() {
        f.count = "1".to_owned();
    }
    if f.from.is_empty() {
        f.from = typed(next_hour(ctx.now()));
    }
    if f.to.is_empty() {
        f.to = typed(next_hour(ctx.now()).plus(Micros::DAY));
    }
    let (borrowers, case_number) = borrowers(s, &row, &f).await?;
    Ok(BookPage {
        may_lend: ctx.authorize(&SHARING_LEND, row.area).is_ok(),
        key: ctx.new_id().to_string(),
        borrowers,
        case_number,
        row,
        e,
        f,
        s,
    })
}

/// Those it may be for: the case itself and who reported it, whoever was looked for, organisations.
async fn borrowers(s: &Shell, row: &ResourceRow, f: &BookForm) -> Result<(Vec<Choice>, String)> {
    let (app, ctx) = (s.app(), s.ctx());
    let sharing = app.need::<Sharing>()?;
    let db = app.db().read();
    let mut all = Vec::new();
    let mut number = String::new();
    let people = ctx.scope(&PEOPLE_READ).ok();
    if let Some(id) = f.case_id() {
        let cases = app.need::<Cases>()?;
        let view = case(app.db(), &cases, ctx, id).await?;
        if let (Some(person), Some(scope)) = (view.reporter, &people)
            && let Ok(card) = Directory::card(db, sharing.vault(), scope, person).await
        {
            let words = s.t1("sharing-for-reporter", "name", card.name_masked);
            all.push(Choice::new(party_value(&Party::person(person)), words));
        }
        number.clone_from(&view.row.number);
        let words = s.t1("sharing-for-case", "number", &number);
        all.push(Choice::new("case", words));
    }
    if let (Some(who), Some(scope)) = (said(&f.who), &people) {
        for card in Directory::search(db, sharing.vault(), scope, who, 20).await? {
            let place = card.place.map(|place| place.address).unwrap_or_default();
            let words = format!("{} {place}", card.name_masked);
            all.push(Choice::new(party_value(&Party::person(card.id)), words));
        }
    }
    if let Ok(scope) = ctx.scope(&ORGANISATIONS_READ) {
        let scope = scope.narrowed(ctx.areas(), row.community.into());
        for one in Directory::organisations(db, &scope, None).await? {
            all.push(Choice::new(
                party_value(&Party::organisation(one.id)),
                one.name,
            ));
        }
    }
    Ok((all, number))
}

/// `GET /resources/{id}/book?case=&from=&to=&count=&who=`.
pub(super) async fn form(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiQuery(f): ApiQuery<BookForm>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs, LISTS);
    let sharing = app.need::<Sharing>()?;
    let row = resource(&sharing, &ctx, &ctx.scope(&SHARING_ASK)?, id).await?;
    page(&book_page(&s, row, f, FormFaults::none()).await?)
}

fn command(sharing: std::sync::Arc<Sharing>, row: &ResourceRow, f: &BookForm) -> Result<BookLoan> {
    let borrower = match f.borrower.as_str() {
        "case" => f.case_id().map(Borrower::Case),
        text => read_party(text).map(Borrower::Party),
    };
    let number = || Problem::invalid("count", "sharing-number").field_arg("max", row.amount);
    Ok(BookLoan {
        sharing,
        community: row.community,
        resource: row.id,
        count: f.count.trim().parse().map_err(|_no_number| number())?,
        from: moment("from", &f.from)?,
        to: moment("to", &f.to)?,
        asker: Asker {
            borrower: borrower.ok_or_else(|| Problem::invalid("borrower", "required"))?,
            case: f.case_id(),
            note: f.note.clone(),
        },
    })
}

/// `POST /resources/{id}/book`.
pub(super) async fn save(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    IdempotencyHeader(sent): IdempotencyHeader,
    ApiForm(f): ApiForm<BookForm>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs, LISTS);
    let sharing = app.need::<Sharing>()?;
    let row = resource(&sharing, &ctx, &ctx.scope(&SHARING_ASK)?, id).await?;
    let saved = async {
        let sent = sent.or_else(|| said(&f.idempotency_key).map(str::to_owned));
        let route = format!("/resources/{id}/book");
        let key = idempotency(sent.as_deref(), row.community, &route, &f)?;
        app.db()
            .execute_once(&ctx, key, command(sharing, &row, &f)?)
            .await
    };
    match saved.await {
        Ok(loan) => Ok(Redirect::to(&format!("/loans/{loan}?done=booked")).into_response()),
        Err(problem) => {
            let problem = mendable(problem)?;
            let e = FormFaults::of(&s, &problem);
            let sharing = app.need::<Sharing>()?;
            let row = resource(&sharing, &ctx, &ctx.scope(&SHARING_ASK)?, id).await?;
            Ok(refused_with(
                &problem,
                page(&book_page(&s, row, f, e).await?)?,
            ))
        }
    }
}

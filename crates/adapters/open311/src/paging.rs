//! Spans and pages: at most 90 days and 1,000 records in one answer.

use axum::http::HeaderValue;
use axum::http::header::LINK;
use axum::response::Response;
use youlin_cases::Open311Filter;
use youlin_kernel::Micros;

use crate::call::{Call, Outcome};
use crate::params::{self, Params};
use crate::refusal::Refusal;

/// What the specification allows in one answer.
pub(crate) const MOST: u64 = 1_000;
pub(crate) const SPAN: i64 = 90 * Micros::DAY;
/// Further back than this nobody pages; narrower dates lead there at once.
const DEEPEST: u64 = 100_000;

/// The span asked for: both ends, one and 90 days from it, or the last 90 days.
pub(crate) fn span(
    call: &Call,
    params: &Params,
    filter: &mut Open311Filter,
) -> Result<(), Refusal> {
    let read = |name: &'static str| match params.get(name) {
        None => Ok(None),
        Some(text) => match params::moment(text) {
            Some(moment) => Ok(Some(moment)),
            None => Err(call.words().refuse(
                400,
                "date",
                &[("name", name.into()), ("text", shortened(text))],
            )),
        },
    };
    let start = read("start_date")?.map(|(from, _)| from);
    let end = read("end_date")?.map(|(_, until)| until);
    // What is reported in this very moment is included.
    let now = call.ctx.now().plus(1);
    let (from, until) = match (start, end) {
        (Some(from), Some(until)) if until <= from => {
            return Err(call.words().refuse(400, "span-backwards", &[]));
        }
        // The last second of the 90th day is still within it.
        (Some(from), Some(until)) if until.0 - from.0 > SPAN + Micros::DAY => {
            return Err(call
                .words()
                .refuse(400, "span-too-long", &[("days", "90".into())]));
        }
        (Some(from), Some(until)) => (from, until),
        (Some(from), None) => (from, from.plus(SPAN)),
        (None, Some(until)) => (until.plus(-SPAN), until),
        (None, None) => (now.plus(-SPAN), now),
    };
    filter.from = Some(from);
    filter.until = Some(until);
    Ok(())
}

/// `page` from 1 and `page_size` up to 1,000.
pub(crate) fn page(call: &Call, params: &Params, filter: &mut Open311Filter) -> Outcome<u64> {
    let number = |name: &'static str, most: u64, usual: u64| match params.get(name) {
        None => Ok(usual),
        Some(text) => match text.parse::<u64>() {
            Ok(number) if number >= 1 => Ok(number.min(most)),
            _ => Err(call.words().refuse(
                400,
                "page",
                &[("name", name.into()), ("text", shortened(text))],
            )),
        },
    };
    let size = number("page_size", MOST, MOST)?;
    let page = number("page", u64::MAX, 1)?;
    let offset = (page - 1).saturating_mul(size);
    if offset > DEEPEST {
        return Err(call
            .words()
            .refuse(400, "page-too-deep", &[("most", DEEPEST.to_string())]));
    }
    (filter.offset, filter.limit) = (offset, size);
    Ok(page)
}

/// Says in the header where the pages before and after are; the body's form is fixed by the specification.
pub(crate) fn link(call: &Call, response: &mut Response, page: u64, more: bool) {
    let mut links = Vec::new();
    if page > 1 {
        links.push(format!("<{}>; rel=\"prev\"", call.with_page(page - 1)));
    }
    if more {
        links.push(format!("<{}>; rel=\"next\"", call.with_page(page + 1)));
    }
    if let Ok(value) = HeaderValue::from_str(&links.join(", "))
        && !links.is_empty()
    {
        response.headers_mut().insert(LINK, value);
    }
}

/// What was sent, short enough to be said back.
pub(crate) fn shortened(text: &str) -> String {
    text.chars().take(60).collect()
}

//! An address that says no question: cut off by a chat, or written by hand; or one that asks about an area the reader may not
//! see. What is wrong with it, in words, and the way to the question as far as it could be read.

use askama::Template;
use axum::response::Response;
use youlin_kernel::Problem;
use youlin_web::{FormFaults, Shell, WebResult, mendable, page, refused_with};

use crate::asking;
use crate::compose::Composed;

#[derive(Template)]
#[template(path = "insight/mangled.html")]
struct MangledPage {
    s: Shell,
    e: FormFaults,
    question: String,
    title: String,
    lead: String,
}

/// # Errors
/// The problem itself where no other address would help.
pub(crate) fn mangled(s: Shell, question: &Composed, problem: Problem) -> WebResult<Response> {
    let problem = mendable(problem)?;
    let (title, lead) = match asking::is_outside(&problem) {
        true => ("insight-outside", "insight-outside-lead"),
        false => ("insight-mangled", "insight-mangled-lead"),
    };
    let body = MangledPage {
        title: s.t(title),
        lead: s.t(lead),
        e: FormFaults::of(&s, &problem),
        question: format!("/insight/query?{}", question.question().address()),
        s,
    };
    Ok(refused_with(&problem, page(&body)?))
}

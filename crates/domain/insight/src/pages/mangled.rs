//! An address that says no question: cut off by a chat, or written by hand. What is wrong with it, in words, and the way to
//! the question as far as it could be read.

use askama::Template;
use axum::response::Response;
use youlin_kernel::Problem;
use youlin_web::{FormFaults, Shell, WebResult, mendable, page, refused_with};

use crate::compose::Composed;

#[derive(Template)]
#[template(path = "insight/mangled.html")]
struct MangledPage {
    s: Shell,
    e: FormFaults,
    question: String,
}

/// # Errors
/// The problem itself where no other address would help.
pub(crate) fn mangled(s: Shell, question: &Composed, problem: Problem) -> WebResult<Response> {
    let problem = mendable(problem)?;
    let body = MangledPage {
        e: FormFaults::of(&s, &problem),
        question: format!("/insight/query?{}", question.question().address()),
        s,
    };
    Ok(refused_with(&problem, page(&body)?))
}

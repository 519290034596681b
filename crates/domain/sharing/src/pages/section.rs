//! What a case's page shows of this module: resources used and needed, and support asked for.

use std::sync::Arc;

use askama::Template;
use futures::FutureExt;
use futures::future::BoxFuture;
use youlin_cases::{CaseSection, CaseView};
use youlin_kernel::{Problem, Result};
use youlin_web::Shell;

use super::words;
use crate::permissions::{SHARING_ASK, SHARING_READ, SUPPORT_ASK};
use crate::queries::{LoanRow, SupportFilter, SupportRow, loans_of_case, supports};
use crate::service::Sharing;

/// See the module's text.
#[derive(Debug)]
pub struct UsedInCase(pub Arc<Sharing>);

#[derive(Template)]
#[template(path = "sharing/case_section.html")]
struct Section<'a> {
    s: &'a Shell,
    case: &'a CaseView,
    loans: Vec<LoanRow>,
    requests: Vec<SupportRow>,
    may_ask: bool,
    may_ask_support: bool,
    shows_loans: bool,
}

impl Section<'_> {
    fn badge(&self, loan: &LoanRow) -> &'static str {
        words::loan_badge(loan.state, loan.late)
    }

    fn support_badge(&self, row: &SupportRow) -> &'static str {
        words::support_badge(row.state, row.late)
    }
}

impl CaseSection for UsedInCase {
    fn draw<'a>(&'a self, s: &'a Shell, case: &'a CaseView) -> BoxFuture<'a, Result<String>> {
        async move {
            let (ctx, community) = (s.ctx(), case.row.community);
            let here = |permission| {
                ctx.scope(permission)
                    .is_ok_and(|scope| scope.contains_community(community))
            };
            let open = case.ended_at.is_none();
            let shows_loans = here(&SHARING_READ);
            let filter = SupportFilter {
                case: Some(case.row.id),
                ..SupportFilter::default()
            };
            let section = Section {
                loans: if shows_loans {
                    loans_of_case(&self.0, ctx, community, case.row.id).await?
                } else {
                    Vec::new()
                },
                requests: supports(&self.0, ctx, &filter).await?,
                may_ask: open && here(&SHARING_ASK),
                may_ask_support: open && here(&SUPPORT_ASK),
                shows_loans,
                case,
                s,
            };
            let nothing = section.loans.is_empty()
                && section.requests.is_empty()
                && !section.may_ask
                && !section.may_ask_support;
            if nothing {
                return Ok(String::new());
            }
            section.render().map_err(Problem::internal)
        }
        .boxed()
    }
}

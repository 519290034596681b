//! A report being written, whoever writes it: residents and workers see different pages around the same form.

use askama::Template;
use axum::extract::Request;
use axum::response::Response;
use youlin_kernel::{Problem, Result};
use youlin_web::{Shell, WebResult, part};

use super::faults::{Faults, shown};
use super::intake::{ReportView, Taken, take};
use super::kinds::{Kinds, for_resident, for_worker};
use super::report_form::ReportForm;
use super::upload;
use crate::model::Source;
use crate::service::Cases;

/// Who writes it: decides what is suggested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::pages) enum Writer {
    Resident,
    Worker,
}

/// How sending it ended.
pub(in crate::pages) enum Sent {
    Taken(Taken),
    /// The form as it was typed with what is wrong, and the problem whose status the page gets.
    Refused(Box<ReportView>, Problem),
}

#[derive(Template)]
#[template(path = "street_kinds.html")]
struct KindsPart<'a> {
    s: &'a Shell,
    kinds: &'a Kinds,
    faults: &'a Faults,
}

impl Writer {
    /// The part of the form that changes with the words and the place.
    pub(in crate::pages) async fn kinds(self, s: &Shell, form: &ReportForm) -> Result<Kinds> {
        let cases = s.app().need::<Cases>()?;
        match self {
            Self::Resident => for_resident(s.app(), &cases, s.ctx(), form).await,
            Self::Worker => for_worker(s.app(), &cases, s.ctx(), form).await,
        }
    }

    /// That part alone, asked for anew while somebody types.
    pub(in crate::pages) async fn kinds_part(
        self,
        s: &Shell,
        request: Request,
    ) -> WebResult<Response> {
        let form = ReportForm::of(&upload::read(s.app(), request).await?);
        let kinds = self.kinds(s, &form).await?;
        part(&KindsPart {
            s,
            kinds: &kinds,
            faults: &Faults::none(),
        })
    }

    /// Takes the report in, or hands the form back with everything that was typed.
    pub(in crate::pages) async fn send(
        self,
        s: &Shell,
        source: Source,
        request: Request,
    ) -> WebResult<Sent> {
        let cases = s.app().need::<Cases>()?;
        let (form, taken) = take(s.app(), s.ctx(), &cases, source, request).await?;
        let mut refusal = match taken {
            Ok(taken) => return Ok(Sent::Taken(taken)),
            Err(refusal) => refusal,
        };
        refusal.problem = shown(refusal.problem)?;
        let kinds = self.kinds(s, &form).await?;
        let view = ReportView::new(s.app(), s.ctx(), form, kinds).refused(s, &cases, &refusal);
        Ok(Sent::Refused(Box::new(view), refusal.problem))
    }
}

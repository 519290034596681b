//! What a form asks of what: subject, checklist, and the rules of the day the round is about.

use std::sync::Arc;

use jiff::civil::Date;
use youlin_checklist::{Form, RuleSet};
use youlin_kernel::{Ctx, Result};
use youlin_places::premises::StallView;
use youlin_web::{App, Shell};

use super::send::moment;
use super::{RoundForm, hazard};
use crate::checklists::{self, Known};
use crate::commands::{day_begun, stalls};
use crate::model::{Subject, SubjectKind};
use crate::pages::answer::{Proposed, proposed};
use crate::permissions::{ROUNDS_READ, may_walk_to};
use crate::queries::{SubjectView, rules_for, subject_anywhere};
use crate::service::Rounds;

/// What is asked of what.
pub(in crate::pages) struct Asking {
    pub(in crate::pages) rounds: Arc<Rounds>,
    pub(in crate::pages) subject: SubjectView,
    pub(in crate::pages) known: Option<Known>,
    /// The day it is about: measured values are judged by the rules of that day.
    pub(super) day: Date,
    /// What measured values are judged by.
    pub(in crate::pages) rules: Option<RuleSet>,
    /// Of premises.
    pub(in crate::pages) stalls: Vec<StallView>,
}

impl Asking {
    pub(in crate::pages) fn form(&self) -> Option<&Form> {
        self.known.as_ref().map(|known| known.form.as_ref())
    }

    pub(super) fn of_reach(&self) -> bool {
        self.subject.subject.kind == SubjectKind::Reach
    }

    pub(super) fn of_premises(&self) -> bool {
        self.subject.subject.kind == SubjectKind::Premises
    }

    /// What the answers lead to, by the rules of that day.
    pub(super) fn follows(&self, s: &Shell, f: &mut RoundForm) -> Vec<Proposed> {
        self.form().map_or_else(Vec::new, |form| {
            let answered = f.typed.evaluate(s.ctx(), form);
            let mut all = proposed(s, form, self.rules.as_ref(), &answered);
            // A category the catalogue does not have is another; a stall the register does not have stays in the words only.
            for one in &mut all {
                one.category = self.rounds.filed_under(&one.category).to_owned();
                if stalls::stalls(&one.stall, "", &self.stalls).is_err() {
                    one.stall.clear();
                }
            }
            all
        })
    }
}

/// What the caller may walk, and the checklist of that name, for a round of today.
pub(in crate::pages) async fn asking(
    app: &App,
    ctx: &Ctx,
    subject: Subject,
    checklist: &str,
) -> Result<Asking> {
    asking_on(app, ctx, subject, checklist, ctx.now().date()).await
}

/// The same for a round that began at this time, as typed; until that is a time it is taken for one of today.
pub(super) async fn asking_of(
    app: &App,
    ctx: &Ctx,
    subject: Subject,
    (checklist, began): (&str, &str),
) -> Result<Asking> {
    let began = moment("began", began).unwrap_or(ctx.now());
    let day = day_begun(ctx, (began, began), None);
    asking_on(app, ctx, subject, checklist, day).await
}

async fn asking_on(
    app: &App,
    ctx: &Ctx,
    subject: Subject,
    checklist: &str,
    day: Date,
) -> Result<Asking> {
    let rounds = app.need::<Rounds>()?;
    let scope = ctx.scope(&ROUNDS_READ)?;
    let subject = subject_anywhere(&rounds, app.db(), &scope, subject).await?;
    may_walk_to(
        ctx,
        subject.community,
        subject.subject.kind,
        &[subject.grid, subject.neighbourhood],
    )?;
    let known = match checklist {
        "" => None,
        name => checklists::known(&rounds, app.db(), name).await?,
    };
    let rules = match &known {
        Some(known) => rules_for(app.db().read(), &known.form, day).await?,
        None => None,
    };
    Ok(Asking {
        day,
        stalls: hazard::stalls_of(app, ctx, &subject).await?,
        rounds,
        subject,
        known,
        rules,
    })
}

//! What the cases module holds about a person, for that person's own file: the bridge between two modules of which one
//! lies above the other.

use std::sync::Arc;

use futures::future::BoxFuture;
use uuid::Uuid;
use youlin_cases::Cases;
use youlin_database::Database;
use youlin_kernel::{CommunityId, Ctx, Result};
use youlin_people::own::{FileSection, SectionLine};
use youlin_sharing::Sharing;
use youlin_web::I18n;

/// Shown at once; more than anybody reported.
const MOST: u64 = 500;

/// Cases somebody reported.
pub(crate) struct CasesOfPerson {
    pub(crate) db: Database,
    pub(crate) cases: Arc<Cases>,
    pub(crate) i18n: Arc<I18n>,
}

impl FileSection for CasesOfPerson {
    fn name(&self) -> &'static str {
        "cases"
    }

    fn title(&self) -> &'static str {
        "own-cases"
    }

    fn lines<'a>(
        &'a self,
        ctx: &'a Ctx,
        community: CommunityId,
        person: Uuid,
    ) -> BoxFuture<'a, Result<Vec<SectionLine>>> {
        Box::pin(async move {
            let found =
                youlin_cases::reported_by(&self.db, &self.cases, ctx, community, person, MOST)
                    .await?;
            Ok(found
                .into_iter()
                .map(|case| {
                    let status = format!("status-{}", case.status);
                    let status = self.i18n.text(ctx.locale(), &status, &[]);
                    SectionLine {
                        at: Some(case.reported_at),
                        text: format!("{} {} · {status}", case.number, case.category_name),
                        more: case.text,
                        href: Some(format!("/follow/{}", case.tracking_code)),
                    }
                })
                .collect())
        })
    }

    fn lines_for_desk<'a>(
        &'a self,
        ctx: &'a Ctx,
        community: CommunityId,
        person: Uuid,
    ) -> BoxFuture<'a, Result<Vec<SectionLine>>> {
        Box::pin(async move {
            let (db, cases) = (&self.db, &self.cases);
            let found =
                youlin_cases::cases_of_person(db, cases, ctx, community, person, MOST).await?;
            Ok(found
                .into_iter()
                .map(|(case, helped)| {
                    let key = if helped {
                        "life-case-helped"
                    } else {
                        "life-case"
                    };
                    let what = format!("{} {}", case.number, case.category_name);
                    SectionLine {
                        at: Some(case.reported_at),
                        text: self.i18n.text(ctx.locale(), key, &[("case", what)]),
                        more: String::new(),
                        href: Some(format!("/cases/{}", case.id)),
                    }
                })
                .collect())
        })
    }

    fn lines_of_dwelling<'a>(
        &'a self,
        ctx: &'a Ctx,
        community: CommunityId,
        dwelling: Uuid,
    ) -> BoxFuture<'a, Result<Vec<SectionLine>>> {
        Box::pin(async move {
            let (db, cases) = (&self.db, &self.cases);
            let found =
                youlin_cases::cases_of_dwelling(db, cases, ctx, community, dwelling, MOST).await?;
            Ok(found
                .into_iter()
                .map(|case| {
                    let what = format!("{} {}", case.number, case.category_name);
                    let args = [("case", what)];
                    SectionLine {
                        at: Some(case.reported_at),
                        text: self.i18n.text(ctx.locale(), "dwelling-life-case", &args),
                        more: String::new(),
                        href: Some(format!("/cases/{}", case.id)),
                    }
                })
                .collect())
        })
    }
}

/// What was lent to somebody.
pub(crate) struct LoansOfPerson {
    pub(crate) sharing: Arc<Sharing>,
    pub(crate) i18n: Arc<I18n>,
}

impl FileSection for LoansOfPerson {
    fn name(&self) -> &'static str {
        "loans"
    }

    fn title(&self) -> &'static str {
        "own-loans"
    }

    fn lines<'a>(
        &'a self,
        ctx: &'a Ctx,
        community: CommunityId,
        person: Uuid,
    ) -> BoxFuture<'a, Result<Vec<SectionLine>>> {
        Box::pin(async move {
            let found = youlin_sharing::lent_to(&self.sharing, ctx, community, person).await?;
            Ok(found
                .into_iter()
                .map(|loan| {
                    let state = format!("loan-{}", loan.state);
                    let state = self.i18n.text(ctx.locale(), &state, &[]);
                    SectionLine {
                        at: Some(loan.from),
                        text: format!("{} ×{} · {state}", loan.resource_name, loan.amount),
                        more: loan.note,
                        href: None,
                    }
                })
                .collect())
        })
    }
}

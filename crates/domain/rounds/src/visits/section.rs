//! Visits in the life of a person: those to where they lived, while they lived there.

use std::sync::Arc;

use futures::future::BoxFuture;
use uuid::Uuid;
use youlin_database::Database;
use youlin_kernel::{CommunityId, Ctx, Micros, Result, Scope};
use youlin_people::Directory;
use youlin_people::own::{FileSection, SectionLine};
use youlin_web::I18n;

use super::queries::visits_of;
use crate::permissions::HOUSEHOLDS_READ;

/// More than anybody is visited.
const MOST: u64 = 500;

/// See the module's text.
pub struct VisitsOfPerson {
    pub db: Database,
    pub i18n: Arc<I18n>,
}

impl std::fmt::Debug for VisitsOfPerson {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("VisitsOfPerson")
    }
}

impl VisitsOfPerson {
    async fn told(
        &self,
        ctx: &Ctx,
        scope: Option<&Scope>,
        community: CommunityId,
        person: Uuid,
    ) -> Result<Vec<SectionLine>> {
        let homes = Directory::homes_over_time(self.db.read(), community, person).await?;
        let dwellings: Vec<Uuid> = homes.iter().map(|(dwelling, ..)| *dwelling).collect();
        if dwellings.is_empty() {
            return Ok(Vec::new());
        }
        let visits = visits_of(&self.db, scope, community, &dwellings, MOST).await?;
        let lived = |dwelling: Uuid, at: Micros| {
            homes.iter().any(|(home, from, to)| {
                *home == dwelling && *from <= at && to.is_none_or(|to| at < to)
            })
        };
        Ok(visits
            .into_iter()
            .filter(|visit| lived(visit.dwelling, visit.at))
            .map(|visit| {
                let key = format!("visit-life-{}", visit.outcome);
                SectionLine {
                    at: Some(visit.at),
                    text: self.i18n.text(ctx.locale(), &key, &[("by", visit.by)]),
                    more: String::new(),
                    href: scope.is_some().then(|| format!("/rounds/{}", visit.id)),
                }
            })
            .collect())
    }
}

impl FileSection for VisitsOfPerson {
    fn name(&self) -> &'static str {
        "visits"
    }

    fn title(&self) -> &'static str {
        "visit-own"
    }

    fn lines<'a>(
        &'a self,
        ctx: &'a Ctx,
        community: CommunityId,
        person: Uuid,
    ) -> BoxFuture<'a, Result<Vec<SectionLine>>> {
        Box::pin(async move {
            // The person is shown their own, whoever may read rounds.
            self.told(ctx, None, community, person).await
        })
    }

    fn lines_for_desk<'a>(
        &'a self,
        ctx: &'a Ctx,
        community: CommunityId,
        person: Uuid,
    ) -> BoxFuture<'a, Result<Vec<SectionLine>>> {
        Box::pin(async move {
            let Ok(scope) = ctx.scope(&HOUSEHOLDS_READ) else {
                return Ok(Vec::new());
            };
            self.told(ctx, Some(&scope), community, person).await
        })
    }
}

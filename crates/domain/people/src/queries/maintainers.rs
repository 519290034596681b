//! Organisations that may look after equipment, told to places, which knows none.

use futures::FutureExt;
use futures::future::BoxFuture;
use sea_orm::{ConnectionTrait, DatabaseTransaction};
use uuid::Uuid;
use youlin_database::Database;
use youlin_kernel::{CommunityId, Ctx, Result};
use youlin_places::premises::{Maintainer, MaintainerSource};

use super::Directory;
use crate::permissions::ORGANISATIONS_READ;

/// Put into the application among [`youlin_places::premises::Maintainers`].
#[derive(Clone, Copy, Debug)]
pub struct OrganisationsAtWork;

impl MaintainerSource for OrganisationsAtWork {
    fn offered<'a>(
        &'a self,
        db: &'a Database,
        ctx: &'a Ctx,
        community: CommunityId,
    ) -> BoxFuture<'a, Result<Vec<Maintainer>>> {
        async move {
            let Ok(scope) = ctx.scope(&ORGANISATIONS_READ) else {
                return Ok(Vec::new());
            };
            let here = scope.narrowed(ctx.areas(), community.into());
            let all = Directory::organisations(db.read(), &here, None).await?;
            let all = all.into_iter();
            Ok(all.map(|one| maintainer(one.id, one.name)).collect())
        }
        .boxed()
    }

    fn shown<'a>(
        &'a self,
        db: &'a Database,
        ctx: &'a Ctx,
        community: CommunityId,
        id: Uuid,
    ) -> BoxFuture<'a, Result<Option<Maintainer>>> {
        async move {
            if ctx.scope(&ORGANISATIONS_READ).is_err() {
                return Ok(None);
            }
            let name = named(db.read(), community, id).await?;
            Ok(name.map(|name| maintainer(id, name)))
        }
        .boxed()
    }

    fn name<'a>(
        &'a self,
        conn: &'a DatabaseTransaction,
        community: CommunityId,
        id: Uuid,
    ) -> BoxFuture<'a, Result<Option<String>>> {
        named(conn, community, id).boxed()
    }
}

fn maintainer(id: Uuid, name: String) -> Maintainer {
    Maintainer {
        id,
        name,
        href: format!("/people/organisations/{id}"),
    }
}

/// Closed ones too.
async fn named(
    conn: &impl ConnectionTrait,
    community: CommunityId,
    id: Uuid,
) -> Result<Option<String>> {
    let one = Directory::organisation(conn, community, id).await?;
    Ok(one.map(|one| one.name))
}

//! Organisations a walker may name: who gave a talk, who has to put a hazard right, who caused it. Their names only.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use youlin_kernel::{Result, Scope};
use youlin_people::Directory;
use youlin_web::App;

/// Organisations taken along; a community has some dozens.
const MOST: usize = 300;

/// See the module's text.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FieldParty)]
pub(crate) struct PackParty {
    id: Uuid,
    name: String,
}

/// The organisations, and how many more there are.
pub(crate) async fn parties(app: &App, scope: &Scope) -> Result<(Vec<PackParty>, usize)> {
    let all = Directory::organisations(app.db().read(), scope, None).await?;
    let left_out = all.len().saturating_sub(MOST);
    let named = all.into_iter().take(MOST).map(|one| PackParty {
        id: one.id,
        name: one.name,
    });
    Ok((named.collect(), left_out))
}

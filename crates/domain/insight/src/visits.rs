//! Questions of forms that are open at a door, for the visits of the floor below: the register of people holds who was asked
//! what, this floor how each form is called.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;
use youlin_database::Database;
use youlin_kernel::{CommunityId, Ctx, Result};
use youlin_people::permissions::PEOPLE_READ;
use youlin_people::{Directory, Vault};
use youlin_rounds::visits::{OpenForm, OpenForms};

use crate::entities::report_form;
use crate::forms::titled;

/// See the module's text.
pub struct QuestionsAtDoors {
    pub db: Database,
    pub vault: Arc<Vault>,
}

impl std::fmt::Debug for QuestionsAtDoors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("QuestionsAtDoors")
    }
}

impl OpenForms for QuestionsAtDoors {
    fn open<'a>(
        &'a self,
        ctx: &'a Ctx,
        community: CommunityId,
        of: &'a BTreeSet<Uuid>,
    ) -> BoxFuture<'a, Result<HashMap<Uuid, Vec<OpenForm>>>> {
        self.found(ctx, community, of).boxed()
    }
}

impl QuestionsAtDoors {
    async fn found(
        &self,
        ctx: &Ctx,
        community: CommunityId,
        of: &BTreeSet<Uuid>,
    ) -> Result<HashMap<Uuid, Vec<OpenForm>>> {
        let (db, scope) = (self.db.read(), ctx.scope(&PEOPLE_READ)?);
        let open = Directory::open_questions(db, &self.vault, &scope, community, of).await?;
        if open.is_empty() {
            return Ok(HashMap::new());
        }
        let titles = self.titles(community).await?;
        let mut counts: BTreeMap<(Uuid, Uuid), usize> = BTreeMap::new();
        for one in open {
            *counts.entry((one.person, one.form)).or_default() += 1;
        }
        let mut found: HashMap<Uuid, Vec<OpenForm>> = HashMap::new();
        for ((person, form), questions) in counts {
            // Questions of a form that was closed are asked no longer.
            let Some(title) = titles.get(&form).cloned() else {
                continue;
            };
            found
                .entry(person)
                .or_default()
                .push(OpenForm { title, questions });
        }
        Ok(found)
    }

    /// Of forms in use, of this community or of an area above it.
    async fn titles(&self, community: CommunityId) -> Result<HashMap<Uuid, String>> {
        let rows = report_form::Entity::find()
            .filter(report_form::Column::CommunityId.is_in([community.0, CommunityId::SYSTEM.0]))
            .filter(report_form::Column::ClosedAt.is_null())
            .all(self.db.read())
            .await?;
        let titled = |row: report_form::Model| (row.id, titled(&row.number, &row.name));
        Ok(rows.into_iter().map(titled).collect())
    }
}

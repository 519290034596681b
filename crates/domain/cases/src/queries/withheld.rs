//! What a matter of a sensitive category is about, whoever only lends a hand or looks in afterwards hears from the community.
//! They keep what is theirs: where, when, their own tasks and what they said of them.

use std::collections::HashSet;

use sea_orm::sea_query::ExprTrait;
use sea_orm::{ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;
use youlin_database::sql::col;
use youlin_kernel::{AreaId, CommunityId, Ctx, Result, Scope};
use youlin_people::Directory;

use super::one::reported_by_caller;
use super::views::{CaseRow, CaseView};
use crate::entities::{case_record, case_task};
use crate::model::TaskRole;
use crate::permissions::CASES_READ;
use crate::service::Cases;

/// Of these cases, which the caller is known to see, those of sensitive categories that they see by nothing but a task that
/// supports or follows up: not in their areas, not as the lead or a former one, not as the reporter.
pub(super) async fn withheld(
    db: &impl ConnectionTrait,
    cases: &Cases,
    ctx: &Ctx,
    found: &[case_record::Model],
) -> Result<HashSet<Uuid>> {
    let scope = ctx.scope(&CASES_READ).ok();
    let in_areas = |case: &case_record::Model| scope.as_ref().is_some_and(|one| within(one, case));
    let mut left: Vec<&case_record::Model> = found.iter().collect();
    left.retain(|case| is_sensitive(cases, case) && !in_areas(case));
    if left.is_empty() {
        return Ok(HashSet::new());
    }
    let parties = Directory::parties_of(ctx);
    let led = case_task::Entity::find()
        .filter(col("community_id").is_in(left.iter().map(|case| case.community_id)))
        .filter(col("case_id").is_in(left.iter().map(|case| case.id)))
        .filter(col("party_id").is_in(parties.iter().map(|party| party.id)))
        .filter(col("role").eq(TaskRole::Lead.as_str()))
        .all(db)
        .await?;
    let led: HashSet<Uuid> = led.iter().map(|task| task.case_id).collect();
    left.retain(|case| !led.contains(&case.id));
    let mut withheld = HashSet::new();
    // Asked one by one, so last: who lends a hand hardly ever reported it.
    for case in left {
        if !reported_by_caller(db, ctx, case).await? {
            withheld.insert(case.id);
        }
    }
    Ok(withheld)
}

/// Whether the category is one whose matters only the lead reads.
pub(super) fn is_sensitive(cases: &Cases, case: &case_record::Model) -> bool {
    let catalogue = cases.catalogue();
    let category = catalogue.any(&case.category);
    category.is_some_and(|category| category.sensitive)
}

/// Whether the case lies where the scope reaches.
pub(super) fn within(scope: &Scope, case: &case_record::Model) -> bool {
    let areas = [case.grid_id.map(AreaId), case.neighbourhood_id.map(AreaId)];
    scope.contains(CommunityId(case.community_id), &areas)
}

impl CaseRow {
    /// Without what it is about.
    pub(super) fn withhold(&mut self) {
        self.withheld = true;
        self.text.clear();
        self.position = None;
    }
}

impl CaseView {
    /// Without what it is about and who reported it; of tasks and history the caller's own part.
    pub(super) fn withhold(&mut self) {
        self.row.withhold();
        self.full_text.clear();
        self.answers = serde_json::json!({});
        self.reporter = None;
        self.contact_masked = None;
        self.tracking_code.clear();
        self.extension_asked = None;
        (self.responded, self.solved, self.satisfied) = (None, None, None);
        self.thanks = None;
        self.merged.clear();
        self.files.clear();
        self.held = None;
        self.tasks.retain(|task| task.mine);
        let own: HashSet<String> = self.tasks.iter().map(|task| task.id.to_string()).collect();
        self.events.retain(|event| {
            let task = event.data["task"].as_str();
            task.is_some_and(|task| own.contains(task))
        });
    }
}

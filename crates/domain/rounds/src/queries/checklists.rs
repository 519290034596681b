//! The checklists of a scope: those that come with the house, and those its areas and the ones above them keep.

use std::sync::Arc;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use youlin_checklist::{Checklist, Form, SHIPPED, Words, shipped_versions};
use youlin_database::Database;
use youlin_kernel::{AreaId, AreaTree, CommunityId, Micros, Problem, Result, Scope};

use crate::entities::checklist;
use crate::model::{ChecklistState, RoundKind, SubjectKind};

/// A version of a checklist.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ChecklistVersion)]
pub struct ChecklistLine {
    /// `id@version`, as rounds keep it.
    pub name: String,
    pub code: String,
    pub number: String,
    pub state: ChecklistState,
    /// By language.
    #[schema(value_type = Object)]
    pub title: Words,
    /// The kind of round that asks it.
    pub kind: Option<RoundKind>,
    /// What it can be asked of.
    pub subjects: Vec<SubjectKind>,
    /// Shows how; to be replaced by what holds at the place.
    pub example: bool,
    /// Comes with the house.
    pub shipped: bool,
    /// The area it is kept for; none when it comes with the house.
    pub area: Option<AreaId>,
    /// Its row, where it is kept here.
    pub id: Option<Uuid>,
    pub copied_from: Option<String>,
    pub made_at: Option<Micros>,
    pub published_at: Option<Micros>,
    pub withdrawn_at: Option<Micros>,
    pub by_name: String,
}

/// A version with its content.
#[derive(Clone, Debug)]
pub struct ChecklistView {
    pub line: ChecklistLine,
    /// Of the row, for saving it again.
    pub version: i32,
    pub checklist: Checklist,
}

impl ChecklistView {
    /// Made ready; none while it is a draft with faults.
    #[must_use]
    pub fn form(&self) -> Option<Arc<Form>> {
        Form::build(self.checklist.clone()).ok().map(Arc::new)
    }
}

/// All versions of the scope: by id, the newest version first; those that come with the house at the end.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn checklists_of(
    db: &Database,
    areas: &AreaTree,
    scope: &Scope,
) -> Result<Vec<ChecklistLine>> {
    let views = kept(db, areas, scope, None).await?;
    let mut all: Vec<ChecklistLine> = views.into_iter().map(|one| one.line).collect();
    all.extend(with_the_house().map(|one| one.line));
    Ok(all)
}

/// The newest published version of each checklist that can be asked of such a subject in the community.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn checklists_for(
    db: &Database,
    areas: &AreaTree,
    scope: &Scope,
    community: CommunityId,
    subject: SubjectKind,
) -> Result<Vec<ChecklistLine>> {
    let mut found = newest_published(checklists_of(db, areas, scope).await?);
    found.retain(|line| {
        let here = line
            .area
            .is_none_or(|area| areas.is_within(community.into(), area));
        here && (line.subjects.is_empty() || line.subjects.contains(&subject))
    });
    Ok(found)
}

/// Of all versions, the newest first, those in use: of each checklist the newest one that is published. A version that is
/// newer is the one that holds, also where it is no longer asked of what the older one was.
#[must_use]
pub fn newest_published(all: Vec<ChecklistLine>) -> Vec<ChecklistLine> {
    let mut found: Vec<ChecklistLine> = Vec::new();
    for line in all {
        let is_newer = found.iter().any(|one| one.code == line.code);
        if line.state == ChecklistState::Published && !is_newer {
            found.push(line);
        }
    }
    found
}

/// One version by `id@version`, also a draft or a withdrawn one.
///
/// # Errors
/// 404 when the scope has no such one.
pub async fn checklist(
    db: &Database,
    areas: &AreaTree,
    scope: &Scope,
    name: &str,
) -> Result<ChecklistView> {
    let (code, number) = name.split_once('@').ok_or_else(Problem::not_found)?;
    if let Some(one) = with_the_house().find(|one| one.line.name == name) {
        return Ok(one);
    }
    let all = kept(db, areas, scope, Some(code)).await?;
    all.into_iter()
        .find(|one| one.line.number == number)
        .ok_or_else(Problem::not_found)
}

/// All versions of one id, the newest first.
///
/// # Errors
/// 404 when the scope knows none.
pub async fn checklist_versions(
    db: &Database,
    areas: &AreaTree,
    scope: &Scope,
    code: &str,
) -> Result<Vec<ChecklistView>> {
    let mut all = kept(db, areas, scope, Some(code)).await?;
    all.extend(with_the_house().filter(|one| one.line.code == code));
    if all.is_empty() {
        Err(Problem::not_found())
    } else {
        Ok(all)
    }
}

fn with_the_house() -> impl Iterator<Item = ChecklistView> {
    let all = SHIPPED.iter().flat_map(|(id, _)| shipped_versions(id));
    all.map(|checklist| ChecklistView {
        line: ChecklistLine {
            name: format!("{}@{}", checklist.id, checklist.version),
            code: checklist.id.clone(),
            number: checklist.version.clone(),
            state: ChecklistState::Published,
            title: checklist.title.clone(),
            kind: RoundKind::parse(&checklist.kind),
            subjects: subjects(&checklist),
            example: checklist.status == youlin_checklist::Status::Example,
            shipped: true,
            area: None,
            id: None,
            copied_from: None,
            made_at: None,
            published_at: None,
            withdrawn_at: None,
            by_name: String::new(),
        },
        version: 0,
        checklist,
    })
}

fn subjects(checklist: &Checklist) -> Vec<SubjectKind> {
    let all = checklist.subjects.iter();
    all.filter_map(|one| SubjectKind::parse(one)).collect()
}

async fn kept(
    db: &Database,
    areas: &AreaTree,
    scope: &Scope,
    code: Option<&str>,
) -> Result<Vec<ChecklistView>> {
    use checklist::Column;
    let mut find = checklist::Entity::find()
        .filter(Column::CommunityId.eq(CommunityId::SYSTEM.0))
        .order_by_asc(Column::Code)
        .order_by_desc(Column::Number);
    if let Some(code) = code {
        find = find.filter(Column::Code.eq(code));
    }
    let rows = find.all(db.read()).await?;
    let seen = |row: &checklist::Model| {
        let owner = AreaId(row.area_id);
        let mut parts = scope.parts().iter();
        parts.any(|part| areas.is_within(part.community.into(), owner))
    };
    rows.into_iter().filter(seen).map(view).collect()
}

fn view(row: checklist::Model) -> Result<ChecklistView> {
    let checklist: Checklist = serde_json::from_str(&row.content).map_err(Problem::internal)?;
    let state = ChecklistState::parse(&row.state)
        .ok_or_else(|| Problem::internal("the state of a checklist"))?;
    Ok(ChecklistView {
        line: ChecklistLine {
            name: format!("{}@{}", row.code, row.number),
            code: row.code,
            number: row.number.to_string(),
            state,
            title: checklist.title.clone(),
            kind: RoundKind::parse(&checklist.kind),
            subjects: subjects(&checklist),
            example: checklist.status == youlin_checklist::Status::Example,
            shipped: false,
            area: Some(AreaId(row.area_id)),
            id: Some(row.id),
            copied_from: row.copied_from,
            made_at: Some(Micros(row.made_at)),
            published_at: row.published_at.map(Micros),
            withdrawn_at: row.withdrawn_at.map(Micros),
            by_name: row.by_name,
        },
        version: row.version,
        checklist,
    })
}

//! Opens an area or changes its names and codes, from the administration page.

use std::collections::BTreeSet;

use serde_json::json;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{AreaId, AreaLevel, CommunityId, Ctx, Problem, Result};

use super::area_draft::{AreaDraft, CODE_MAX, NAME_MAX};
use crate::areas::AreaRows;
use crate::import::{Outcome, Refused};
use crate::locator::mark;
use crate::{events, words};

/// See the module's text. The former code stays findable.
#[derive(Clone, Debug)]
pub struct SaveArea {
    /// The area to change and the version it was shown with; `None` opens a new one.
    pub known: Option<(AreaId, i32)>,
    pub parent: Option<AreaId>,
    pub level: AreaLevel,
    pub code: String,
    pub scheme: String,
    pub scheme_version: String,
    pub name: String,
    pub name_en: String,
    pub short_name: String,
}

impl SaveArea {
    fn draft(&self, parent_code: String) -> Result<AreaDraft> {
        let mut problem: Option<Problem> = None;
        let mut field = |name: &str, text: &str, max: usize, needed: bool| {
            let text = words::clean(text);
            let code = if needed && text.is_empty() {
                Some("required")
            } else if text.chars().count() > max {
                Some("too-long")
            } else {
                None
            };
            if let Some(code) = code {
                let faulty = match problem.take() {
                    None => Problem::invalid(name, code),
                    Some(others) => others.and_field(name, code),
                };
                problem = Some(faulty.field_arg("max", max));
            }
            text
        };
        let draft = AreaDraft {
            line: 0,
            code: field("code", &self.code, CODE_MAX, true),
            scheme: field("scheme", &self.scheme, CODE_MAX, true),
            scheme_version: field("scheme_version", &self.scheme_version, CODE_MAX, false),
            level: self.level,
            parent_code,
            name: field("name", &self.name, NAME_MAX, true),
            name_en: field("name_en", &self.name_en, NAME_MAX * 2, false),
            short_name: field("short", &self.short_name, NAME_MAX, false),
        };
        problem.map_or(Ok(draft), Err)
    }
}

impl Command for SaveArea {
    type Output = AreaId;
    const NAME: &'static str = "places.save-area";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<AreaId> {
        let code = words::clean(&self.code);
        let mut rows = AreaRows::named(tx.conn(), &BTreeSet::from([code.as_str()])).await?;
        let known = self.known.map(|(id, _)| id);
        let ids = self.parent.into_iter().chain(known).map(|id| id.0);
        rows.add_all(tx.conn(), ids.collect()).await?;
        let parent_code = match self.parent {
            None => String::new(),
            Some(id) => rows
                .by_id
                .get(&id.0)
                .map(|row| row.code.clone())
                .ok_or_else(|| Problem::invalid("parent", "unknown-value"))?,
        };
        let draft = self.draft(parent_code)?;
        let known = match self.known {
            None => None,
            Some((id, version)) => {
                let row = rows.by_id.get(&id.0).cloned();
                let mut row = row.ok_or_else(Problem::not_found)?;
                row.version = version;
                Some(row)
            }
        };
        if known.is_none() && rows.find(&draft.scheme, &draft.code).is_ok() {
            return Err(Problem::invalid("code", "code-taken"));
        }
        let outcome = draft
            .apply(ctx, tx, &mut rows, known.as_ref(), false)
            .await?
            .map_err(as_problem)?;
        let saved = rows
            .find(&draft.scheme, &draft.code)
            .map_err(|_lost| Problem::internal("the saved area cannot be found"))?;
        if outcome != Outcome::Unchanged {
            let entry = AuditEntry::new(Self::NAME, "area", saved.id)
                .detail(json!({"area": saved.area_id, "code": saved.code, "name": saved.name}));
            tx.audit(ctx, CommunityId::SYSTEM, entry);
            tx.emit(ctx, events::areas_changed(saved.id));
            mark(tx, CommunityId::SYSTEM);
        }
        Ok(AreaId(saved.area_id))
    }
}

/// A rule that a file breaks in a column, a form breaks in a field.
fn as_problem(refused: Refused) -> Problem {
    let field = match refused.column.as_str() {
        "parent_code" => "parent",
        other => other,
    };
    let code = match refused.code.as_str() {
        "not-yours" => return Problem::forbidden(),
        "parent-needed" => "parent-needed",
        "parent-closed" => "parent-closed",
        "parent-level" => "parent-level",
        "parent-fixed" => "parent-fixed",
        "level-fixed" => "level-fixed",
        "code-taken" => "code-taken",
        _ => "unknown-value",
    };
    Problem::invalid(field, code)
        .field_arg("parent", refused.value("parent").unwrap_or_default())
        .field_arg("area", refused.value("area").unwrap_or_default())
}

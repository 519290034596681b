//! The catalogue is edited: each save makes a new revision; cases keep the one they were filed under.

use std::collections::BTreeMap;

use sea_orm::sea_query::ExprTrait;
use sea_orm::{EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use youlin_database::sql::col;
use youlin_database::{AuditEntry, Command, Event, Tx};
use youlin_kernel::{CommunityId, Ctx, Problem, ProblemKind, Result};

use crate::catalogue::Category;
use crate::entities::category_row;
use crate::permissions::CASES_ADMIN;

/// Reference data is written by those who hold the permission anywhere.
fn authorize(ctx: &Ctx) -> Result<()> {
    ctx.scope(&CASES_ADMIN).map(|_scope| ())
}

/// Saves one category as a new revision, or retires it.
#[derive(Debug)]
pub struct SaveCategory {
    pub category: Category,
    pub active: bool,
    /// The revision the editor saw; `None` for a new category.
    pub seen: Option<i32>,
}

impl Command for SaveCategory {
    type Output = i32;
    const NAME: &'static str = "cases.save-category";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<i32> {
        authorize(ctx)?;
        self.category.check().map_err(|fault| {
            Problem::new(ProblemKind::Invalid, "category-fault").arg("reason", fault)
        })?;
        let newest = newest(tx, Some(&self.category.code))
            .await?
            .remove(&self.category.code);
        let last = newest.map(|row| row.revision);
        if self.seen != last {
            return Err(Problem::stale(serde_json::json!({ "revision": last })));
        }
        let revision = last.unwrap_or(0).saturating_add(1);
        save(ctx, tx, &self.category, revision, self.active).await?;
        changed(ctx, tx);
        Ok(revision)
    }
}

/// A whole catalogue; what is the same stays as it is.
#[derive(Debug)]
pub struct ImportCategories {
    /// The file's JSON: `{"categories":[…]}`.
    pub text: String,
    pub dry_run: bool,
}

/// What an import did or would do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CatalogueReport {
    pub new: usize,
    pub changed: usize,
    pub unchanged: usize,
    /// Code and reason of each category that is refused; nothing is imported while there is one.
    pub refused: Vec<(String, String)>,
}

#[derive(Deserialize)]
struct File {
    categories: Vec<Category>,
}

impl Command for ImportCategories {
    type Output = CatalogueReport;
    const NAME: &'static str = "cases.import-categories";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<CatalogueReport> {
        authorize(ctx)?;
        let file: File = serde_json::from_str(&self.text).map_err(|error| {
            Problem::new(ProblemKind::Invalid, "category-fault").arg("reason", error)
        })?;
        let mut report = CatalogueReport::default();
        for category in &file.categories {
            if let Err(fault) = category.check() {
                report
                    .refused
                    .push((category.code.clone(), fault.to_string()));
            }
        }
        let newest = newest(tx, None).await?;
        for category in &file.categories {
            let old = newest.get(&category.code);
            let revision = old.map_or(0, |row| row.revision);
            let mut known: Option<Category> = old
                .filter(|row| row.active)
                .and_then(|row| serde_json::from_str(&row.data).ok());
            if let Some(known) = &mut known {
                known.revision = category.revision;
            }
            match (&known, old) {
                (Some(known), _) if known == category => {
                    report.unchanged += 1;
                    continue;
                }
                (_, Some(_)) => report.changed += 1,
                (_, None) => report.new += 1,
            }
            if !self.dry_run && report.refused.is_empty() {
                save(ctx, tx, category, revision.saturating_add(1), true).await?;
            }
        }
        if !self.dry_run && report.refused.is_empty() && report.new + report.changed > 0 {
            changed(ctx, tx);
        }
        Ok(report)
    }
}

async fn newest(tx: &Tx<'_>, code: Option<&str>) -> Result<BTreeMap<String, category_row::Model>> {
    let mut find =
        category_row::Entity::find().filter(col("community_id").eq(CommunityId::SYSTEM.0));
    if let Some(code) = code {
        find = find.filter(col("code").eq(code));
    }
    let mut newest: BTreeMap<String, category_row::Model> = BTreeMap::new();
    for row in find.all(tx.conn()).await? {
        match newest.get(&row.code) {
            Some(known) if known.revision >= row.revision => {}
            _ => {
                newest.insert(row.code.clone(), row);
            }
        }
    }
    Ok(newest)
}

async fn save(
    ctx: &Ctx,
    tx: &Tx<'_>,
    category: &Category,
    revision: i32,
    active: bool,
) -> Result<()> {
    let id = ctx.new_id();
    let row = category_row::Model {
        community_id: CommunityId::SYSTEM.0,
        id,
        version: 1,
        code: category.code.clone(),
        revision,
        active,
        data: serde_json::to_string(category).map_err(Problem::internal)?,
        created_at: ctx.now().0,
    };
    tx.insert::<category_row::Entity>(row).await?;
    let entry = AuditEntry::new("cases.save-category", "category", id).detail(
        serde_json::json!({ "code": category.code, "revision": revision, "active": active }),
    );
    tx.audit(ctx, CommunityId::SYSTEM, entry);
    Ok(())
}

/// Every process reads the catalogue anew when it hears this.
fn changed(ctx: &Ctx, tx: &Tx<'_>) {
    let event = Event {
        topic: "catalogue.changed".into(),
        community: CommunityId::SYSTEM,
        subject: ctx.new_id(),
        payload: serde_json::json!({}),
    };
    tx.emit(ctx, event);
}

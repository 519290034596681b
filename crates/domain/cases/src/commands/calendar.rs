//! An administrator loads a year of the legal calendar; due times that leaned on a missing year are computed anew by
//! the sweep, each with an entry in its case's history.

use sea_orm::sea_query::ExprTrait;
use sea_orm::{EntityTrait, QueryFilter};
use youlin_database::sql::col;
use youlin_database::{AuditEntry, Command, Event, Tx};
use youlin_kernel::{CommunityId, Ctx, Problem, ProblemKind, Result};
use youlin_workday::YearTable;

use crate::entities::calendar_year;
use crate::permissions::CASES_ADMIN;

/// Loads or replaces one year.
#[derive(Debug)]
pub struct LoadCalendarYear {
    /// A `YearTable` as JSON.
    pub text: String,
}

impl Command for LoadCalendarYear {
    type Output = i16;
    const NAME: &'static str = "cases.load-calendar-year";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<i16> {
        ctx.scope(&CASES_ADMIN)?;
        let table = YearTable::from_json(&self.text).map_err(|fault| {
            Problem::new(ProblemKind::Invalid, "calendar-fault").arg("reason", fault)
        })?;
        let known = calendar_year::Entity::find()
            .filter(col("community_id").eq(CommunityId::SYSTEM.0))
            .filter(col("year").eq(i32::from(table.year)))
            .one(tx.conn())
            .await?;
        let data = serde_json::to_string(&table).map_err(Problem::internal)?;
        let id = match known {
            Some(row) => {
                let id = row.id;
                let row = calendar_year::Model {
                    data,
                    loaded_at: ctx.now().0,
                    ..row
                };
                tx.update::<calendar_year::Entity>(row).await?;
                id
            }
            None => {
                let id = ctx.new_id();
                let row = calendar_year::Model {
                    community_id: CommunityId::SYSTEM.0,
                    id,
                    version: 1,
                    year: i32::from(table.year),
                    data,
                    loaded_at: ctx.now().0,
                };
                tx.insert::<calendar_year::Entity>(row).await?;
                id
            }
        };
        let entry = AuditEntry::new("cases.load-calendar-year", "calendar", id)
            .detail(serde_json::json!({ "year": table.year }));
        tx.audit(ctx, CommunityId::SYSTEM, entry);
        let event = Event {
            topic: "calendar.loaded".into(),
            community: CommunityId::SYSTEM,
            subject: id,
            payload: serde_json::json!({ "year": table.year }),
        };
        tx.emit(ctx, event);
        Ok(table.year)
    }
}

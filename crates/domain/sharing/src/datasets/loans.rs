//! Loans: what each was from when to when. Only times that were written down tell, so that a figure of last month does
//! not change with what happens today.

use std::collections::HashMap;
use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;
use youlin_database::Database;
use youlin_datasets::cube::{Dim, Kind, Measure, Schema, Table, TableBuilder};
use youlin_datasets::{Dataset, NamedMeasure, RecordLine};
use youlin_kernel::{
    AreaId, AreaTree, CommunityId, Ctx, Locale, Micros, Permission, Result, Scope,
};
use youlin_web::I18n;

use super::past::Past;
use crate::entities::{resource, resource_loan};
use crate::model::LoanState;
use crate::permissions::SHARING_READ;
use crate::service::Sharing;

const SCHEMA: Schema = Schema {
    code: "loans",
    dims: &[
        Dim::new("area", Kind::Area),
        Dim::new("resource_kind", Kind::Choice),
        Dim::new("loan_state", Kind::Choice),
        Dim::new("borrower", Kind::Choice),
        Dim::new("for_case", Kind::Choice),
        Dim::new("late", Kind::Choice),
        Dim::new("damaged", Kind::Choice),
        Dim::new("begins", Kind::Time),
        Dim::new("amount", Kind::Number),
        Dim::new("hours", Kind::Number),
        Dim::new("resource", Kind::Key),
    ],
};

/// See the module's text.
#[derive(Debug)]
pub struct LoansDataset(pub Arc<Sharing>);

/// What a loan was, from when on.
fn lives(row: &resource_loan::Model) -> Vec<(i64, LoanState)> {
    let state = LoanState::parse(&row.state).unwrap_or(LoanState::Cancelled);
    let first = match state {
        LoanState::Asked | LoanState::Declined => LoanState::Asked,
        _ => LoanState::Booked,
    };
    let mut all = vec![(row.created_at, first)];
    if let Some(at) = row.out_at {
        all.push((at, LoanState::Out));
    }
    match state {
        LoanState::Back => all.push((row.back_at.unwrap_or(row.changed_at), state)),
        LoanState::Declined | LoanState::Cancelled => all.push((row.changed_at, state)),
        _ => {}
    }
    all
}

fn fill(
    table: &mut TableBuilder,
    row: &resource_loan::Model,
    (of, area): (&resource::Model, i64),
    state: LoanState,
) {
    table.area("area", Some(area));
    table.text("resource_kind", Some(&of.kind));
    table.text("loan_state", Some(state.as_str()));
    table.text("borrower", Some(&row.borrower_kind));
    table.flag("for_case", Some(row.case_id.is_some()));
    let back = row.back_at.filter(|_| state == LoanState::Back);
    table.flag("late", back.map(|at| at > row.to_at));
    table.flag("damaged", back.map(|_| row.damage_case.is_some()));
    table.number("begins", Some(row.from_at));
    table.number("amount", Some(row.amount.into()));
    let hours = back
        .zip(row.out_at)
        .map(|(back, out)| (back - out) / Micros::HOUR);
    table.number("hours", hours);
    table.key("resource", Some(of.id.as_u128()));
}

impl Dataset for LoansDataset {
    fn schema(&self) -> Schema {
        SCHEMA
    }

    fn permission(&self) -> &'static Permission {
        &SHARING_READ
    }

    fn measures(&self) -> Vec<NamedMeasure> {
        vec![
            NamedMeasure {
                code: "hours",
                measure: Measure::Mean("hours".into()),
            },
            NamedMeasure {
                code: "amount",
                measure: Measure::Sum("amount".into()),
            },
        ]
    }

    fn time(&self) -> Option<&'static str> {
        Some("begins")
    }

    fn stale_by(&self, topic: &str) -> bool {
        topic.starts_with("sharing.loan") || topic == crate::RESOURCE_SAVED
    }

    fn load<'a>(
        &'a self,
        db: &'a Database,
        _tree: &'a AreaTree,
        community: CommunityId,
    ) -> BoxFuture<'a, Result<Table>> {
        async move {
            let resources: HashMap<Uuid, resource::Model> = resource::Entity::find()
                .filter(resource::Column::CommunityId.eq(community.0))
                .all(db.read())
                .await?
                .into_iter()
                .map(|row| (row.id, row))
                .collect();
            let loans = resource_loan::Entity::find()
                .filter(resource_loan::Column::CommunityId.eq(community.0))
                .all(db.read())
                .await?;
            let past = Past::load(db, community).await?;
            let mut table = TableBuilder::new(SCHEMA);
            for row in loans {
                let Some(of) = resources.get(&row.resource_id) else {
                    continue;
                };
                let lives = lives(&row);
                let ends = lives.iter().skip(1).map(|(at, _)| *at).chain([i64::MAX]);
                for ((from, state), to) in lives.iter().zip(ends) {
                    for (from, to, area) in past.stays(of.id, of.area_id, *from, to) {
                        if table.row(row.id.as_u128(), from, to) {
                            fill(&mut table, &row, (of, area), *state);
                        }
                    }
                }
            }
            Ok(table.finish())
        }
        .boxed()
    }

    fn describe<'a>(
        &'a self,
        _db: &'a Database,
        ctx: &'a Ctx,
        scope: &'a Scope,
        i18n: &'a I18n,
        records: &'a [(CommunityId, Uuid)],
    ) -> BoxFuture<'a, Result<HashMap<Uuid, RecordLine>>> {
        async move {
            let found = crate::queries::loans_by_id(&self.0, ctx, scope, records).await?;
            Ok(found
                .into_iter()
                .map(|row| {
                    let state = super::word(i18n, ctx.locale(), "loan", row.state.as_str());
                    let line = RecordLine {
                        facts: vec![state, row.borrower, row.from.local_minute()],
                        area: Some(AreaId(row.resource_area.0)),
                        title: format!("{} ×{}", row.resource_name, row.amount),
                        href: format!("/loans/{}", row.id),
                    };
                    (row.id, line)
                })
                .collect())
        }
        .boxed()
    }

    fn value_name(&self, i18n: &I18n, locale: Locale, dim: &str, value: &str) -> String {
        let family = match dim {
            "resource_kind" => "resource-kind",
            "loan_state" => "loan",
            "borrower" => "data-borrower",
            _ => "data",
        };
        super::word(i18n, locale, family, value)
    }
}

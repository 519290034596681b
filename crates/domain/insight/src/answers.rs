//! The answers report forms were filled with, as they can be counted: one record is one column of one filling and where
//! its cells came from. What "counts out" (统得出) is a share of.

use std::collections::{BTreeSet, HashMap};

use futures::FutureExt;
use futures::future::BoxFuture;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;
use youlin_database::Database;
use youlin_datasets::cube::{Dim, Kind, Measure, Schema, Table, TableBuilder};
use youlin_datasets::{Dataset, Datasets, NamedMeasure, RecordLine};
use youlin_kernel::{AreaId, AreaTree, CommunityId, Ctx, Locale, Permission, Result, Scope};
use youlin_web::I18n;

use crate::compose::Composed;
use crate::entities::report_answer;
use crate::indicators::{self, Period};
use crate::permissions::INSIGHT_FORMS;
use crate::words::period_words;

/// A form was filled; the subject is the form.
pub(crate) const FILLED: &str = "insight.form-filled";
/// The indicator's code.
const COUNTS_OUT: &str = "counts_out";

const SCHEMA: Schema = Schema {
    code: "answers",
    dims: &[
        Dim::new("area", Kind::Area),
        Dim::new("origin", Kind::Choice),
        Dim::new("form", Kind::Choice),
        Dim::new("column", Kind::Choice),
        Dim::new("requester", Kind::Choice),
        Dim::new("cells", Kind::Number),
        Dim::new("filled", Kind::Time),
    ],
};

/// See the module's text.
#[derive(Debug)]
pub struct AnswersDataset;

impl Dataset for AnswersDataset {
    fn schema(&self) -> Schema {
        SCHEMA
    }

    fn permission(&self) -> &'static Permission {
        &INSIGHT_FORMS
    }

    fn measures(&self) -> Vec<NamedMeasure> {
        vec![NamedMeasure {
            code: "cells",
            measure: Measure::Sum("cells".into()),
        }]
    }

    fn time(&self) -> Option<&'static str> {
        Some("filled")
    }

    fn stale_by(&self, topic: &str) -> bool {
        topic == FILLED
    }

    fn load<'a>(
        &'a self,
        db: &'a Database,
        _tree: &'a AreaTree,
        community: CommunityId,
    ) -> BoxFuture<'a, Result<Table>> {
        load(db, community).boxed()
    }

    fn describe<'a>(
        &'a self,
        db: &'a Database,
        ctx: &'a Ctx,
        scope: &'a Scope,
        i18n: &'a I18n,
        records: &'a [(CommunityId, Uuid)],
    ) -> BoxFuture<'a, Result<HashMap<Uuid, RecordLine>>> {
        describe(db, scope, i18n, ctx.locale(), records).boxed()
    }

    fn value_name(&self, i18n: &I18n, locale: Locale, dim: &str, value: &str) -> String {
        match dim {
            "origin" => i18n.text(locale, &format!("answer-{value}"), &[]),
            _ => value.to_owned(),
        }
    }
}

async fn load(db: &Database, community: CommunityId) -> Result<Table> {
    let rows = report_answer::Entity::find()
        .filter(report_answer::Column::CommunityId.eq(community.0))
        .all(db.read())
        .await?;
    // A form that is filled again for the same period replaces what was filled before, from then on.
    let mut fillings: HashMap<(Uuid, String), BTreeSet<i64>> = HashMap::new();
    for row in &rows {
        let key = (row.form_id, row.period.clone());
        fillings.entry(key).or_default().insert(row.at);
    }
    let replaced = |row: &report_answer::Model| {
        let times = fillings.get(&(row.form_id, row.period.clone()))?;
        times.range(row.at + 1..).next().copied()
    };
    let mut table = TableBuilder::new(SCHEMA);
    for row in rows {
        if !table.row(row.id.as_u128(), row.at, replaced(&row).unwrap_or(i64::MAX)) {
            continue;
        }
        table.area("area", Some(row.area_id));
        table.text("origin", Some(&row.origin));
        table.text("form", Some(&row.form_name));
        table.text("column", Some(&row.column_name));
        table.text("requester", Some(&row.requester));
        table.number("cells", Some(i64::from(row.cells)));
        table.number("filled", Some(row.at));
    }
    Ok(table.finish())
}

async fn describe(
    db: &Database,
    scope: &Scope,
    i18n: &I18n,
    locale: Locale,
    records: &[(CommunityId, Uuid)],
) -> Result<HashMap<Uuid, RecordLine>> {
    let rows = report_answer::Entity::find()
        .filter(report_answer::Column::CommunityId.is_in(scope.communities()))
        .filter(report_answer::Column::CommunityId.is_in(records.iter().map(|one| one.0.0)))
        .filter(report_answer::Column::Id.is_in(records.iter().map(|one| one.1)))
        .all(db.read())
        .await?;
    let line = |row: report_answer::Model| {
        let origin = i18n.text(locale, &format!("answer-{}", row.origin), &[]);
        let cells = [("count", row.cells.to_string())];
        let line = RecordLine {
            title: format!("{} · {}", row.form_name, row.column_name),
            facts: vec![
                origin,
                i18n.text(locale, "answer-cells", &cells),
                period_words(i18n, locale, &row.period),
            ],
            area: Some(AreaId(row.area_id)),
            href: format!("/insight/forms/{}", row.form_id),
        };
        (row.id, line)
    };
    Ok(rows.into_iter().map(line).collect())
}

/// The third figure of a register's quality, for a period.
#[derive(Clone, Debug)]
pub struct CountsOut {
    /// Cells that came from records, of all that were answered or left open.
    pub part: u64,
    pub of: u64,
    /// The records behind each: what came from records, and what did not.
    pub part_href: String,
    pub rest_href: String,
}

/// Counts it; `None` for whoever keeps no forms.
///
/// # Errors
/// As [`Datasets::ask`].
pub async fn counts_out(
    datasets: &Datasets,
    ctx: &Ctx,
    period: &Period,
) -> Result<Option<CountsOut>> {
    if !ctx.may(&INSIGHT_FORMS) || datasets.get(SCHEMA.code).is_none() {
        return Ok(None);
    }
    let indicator = indicators::find(COUNTS_OUT)?;
    let asked = datasets.ask(ctx, indicator.query(period)).await?;
    let total = asked.answer().await?.total;
    let question = Composed {
        i: COUNTS_OUT.to_owned(),
        from: period.from.clone(),
        to: period.to.clone(),
        area: period
            .area
            .map_or_else(String::new, |area| area.to_string()),
        ..Composed::default()
    };
    let meant = Composed {
        part: "1".to_owned(),
        ..question.clone()
    };
    let rest = Composed {
        f: vec!["not~origin~is~records".to_owned()],
        ..question
    };
    Ok(Some(CountsOut {
        part: total.part.unwrap_or(0),
        of: total.count,
        part_href: format!("/insight/evidence?{}", meant.address()),
        rest_href: format!("/insight/evidence?{}", rest.address()),
    }))
}

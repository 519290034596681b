//! Cells of a form of areas nobody holds and nobody can be asked about at a door: the desk asks whoever owns the fact, and
//! types it in with who said it and as of which day. It is kept with the period it was for, and shown as typed.

use std::collections::{BTreeSet, HashMap};

use jiff::civil::Date;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::json;
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{AreaId, CommunityId, Ctx, Problem, Result};

use super::commands::{form_for, tidy};
use super::fill::{areas_of, period_of};
use super::{Every, FormView, Mapping, Source};
use crate::entities::report_typed;

const VALUE: usize = 200;
const SAID_BY: usize = 60;

/// What was typed for a form and a period, by area and column.
pub(crate) type Typed = HashMap<(AreaId, String), report_typed::Model>;

/// What is typed into a form that comes once is for whatever day it is filled on.
pub(crate) const ONCE: &str = "once";

/// The period that is typed for now.
pub(crate) fn typed_for(ctx: &Ctx, every: Every) -> String {
    match every {
        Every::Once => ONCE.to_owned(),
        every => period_of(ctx, every),
    }
}

/// See [`Typed`].
pub(crate) async fn typed(
    db: &impl ConnectionTrait,
    community: CommunityId,
    form: Uuid,
    period: &str,
) -> Result<Typed> {
    let rows = report_typed::Entity::find()
        .filter(report_typed::Column::CommunityId.eq(community.0))
        .filter(report_typed::Column::FormId.eq(form))
        .filter(report_typed::Column::Period.eq(period))
        .all(db)
        .await?;
    let keyed = rows.into_iter().map(|row| {
        let key = (AreaId(row.area_id), row.column_key.clone());
        (key, row)
    });
    Ok(keyed.collect())
}

/// Whose word each column stood by before this period, the latest: whoever knew it then is asked first.
pub(crate) async fn known_by(
    db: &impl ConnectionTrait,
    community: CommunityId,
    form: Uuid,
    period: &str,
) -> Result<KnownBy> {
    let rows = report_typed::Entity::find()
        .filter(report_typed::Column::CommunityId.eq(community.0))
        .filter(report_typed::Column::FormId.eq(form))
        .filter(report_typed::Column::Period.ne(period))
        .order_by_asc(report_typed::Column::At)
        .all(db)
        .await?;
    let keyed = rows.into_iter();
    Ok(keyed
        .map(|row| (row.column_key, (row.period, row.said_by)))
        .collect())
}

/// By column: for which period, and who said it.
pub(crate) type KnownBy = HashMap<String, (String, String)>;

/// A column with cells to type, each of an area.
#[derive(Clone, Debug)]
pub(crate) struct Gap {
    pub(crate) name: String,
    pub(crate) key: String,
    pub(crate) lines: Vec<(AreaId, String)>,
    /// Who said what was typed, and as of when, where all of it is of one source.
    pub(crate) said: Option<(String, String)>,
    pub(crate) filled: usize,
    /// Who said it for the period before, and which that was.
    pub(crate) known_by: Option<(String, String)>,
}

/// The columns of a form of areas that nobody holds.
pub(crate) fn gaps(ctx: &Ctx, form: &FormView, typed: &Typed, known_by: &KnownBy) -> Vec<Gap> {
    if form.mapping.rows.of_records() {
        return Vec::new();
    }
    let areas = areas_of(ctx, form.line.area, &form.mapping.rows);
    let columns = super::unheld(&form.mapping).map(|column| {
        let key = column.key();
        let own = |area: AreaId| typed.get(&(area, key.clone()));
        let said: BTreeSet<(&str, &str)> = areas
            .iter()
            .filter_map(|area| own(*area))
            .map(|one| (one.said_by.as_str(), one.said_on.as_str()))
            .collect();
        let value = |area: &AreaId| own(*area).map_or_else(String::new, |one| one.value.clone());
        let lines: Vec<_> = areas.iter().map(|area| (*area, value(area))).collect();
        Gap {
            name: column.name.clone(),
            filled: lines.iter().filter(|(_, value)| !value.is_empty()).count(),
            said: match said.len() {
                1 => said
                    .first()
                    .map(|(by, on)| ((*by).to_owned(), (*on).to_owned())),
                _ => None,
            },
            lines,
            known_by: known_by.get(&key).cloned(),
            key,
        }
    });
    columns.collect()
}

/// Keeps what was typed for one column and period; an empty value takes back what was typed before.
#[derive(Debug)]
pub struct TypeAnswers {
    pub community: CommunityId,
    pub form: Uuid,
    pub period: String,
    pub column: String,
    /// By the area of each line.
    pub values: Vec<(AreaId, String)>,
    pub said_by: String,
    pub said_on: String,
}

impl Command for TypeAnswers {
    type Output = ();
    const NAME: &'static str = "insight.type-answers";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let form = form_for(ctx, tx, self.community, self.form).await?;
        let mapping: Mapping = serde_json::from_str(&form.mapping).map_err(Problem::internal)?;
        let column = mapping.columns.iter().find(|one| one.key() == self.column);
        let open = column.is_some_and(|one| one.source == Source::Nobody);
        if !open || mapping.rows.of_records() {
            return Err(Problem::invalid("column", "form-not-typed"));
        }
        let areas = areas_of(ctx, AreaId(form.area_id), &mapping.rows);
        let said_by = tidy("said_by", &self.said_by, SAID_BY, true)?;
        let said_on = self.said_on.trim().parse::<Date>();
        let said_on = said_on.map_err(|_no_day| Problem::invalid("said_on", "required"))?;
        if said_on > ctx.now().local().date() {
            return Err(Problem::invalid("said_on", "form-said-later"));
        }
        let before = typed(tx.conn(), self.community, self.form, &self.period).await?;
        let mut gone = Vec::new();
        let mut fresh = Vec::new();
        for (area, value) in &self.values {
            if !areas.contains(area) {
                return Err(Problem::not_found());
            }
            let value = tidy("value", value, VALUE, false)?;
            let row = report_typed::Model {
                community_id: self.community.0,
                id: ctx.new_id(),
                version: 1,
                form_id: self.form,
                period: self.period.clone(),
                area_id: area.0,
                column_key: self.column.clone(),
                value,
                said_by: said_by.clone(),
                said_on: said_on.to_string(),
                by_name: ctx.actor().name().to_owned(),
                at: ctx.now().0,
            };
            match before.get(&(*area, self.column.clone())) {
                Some(old) if row.value.is_empty() => gone.push(old.clone()),
                Some(old) => {
                    let row = report_typed::Model {
                        id: old.id,
                        version: old.version,
                        ..row
                    };
                    tx.update::<report_typed::Entity>(row).await?;
                }
                None if row.value.is_empty() => {}
                None => fresh.push(row),
            }
        }
        tx.delete_all::<report_typed::Entity>(&gone).await?;
        tx.insert_all::<report_typed::Entity>(fresh).await?;
        let detail = json!({ "column": self.column, "said_by": said_by });
        tx.audit(
            ctx,
            self.community,
            AuditEntry::new(Self::NAME, "form", self.form).detail(detail),
        );
        Ok(())
    }
}

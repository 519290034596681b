//! Forms as their pages show them.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;
use youlin_database::Database;
use youlin_kernel::{AreaId, CommunityId, Ctx, Micros, Problem, ProblemKind, Result};

use super::ledger::{Tallies, tallies};
use super::{Blank, Every, Mapping};
use crate::entities::{report_blank, report_fill, report_form};
use crate::permissions::INSIGHT_FORMS;

/// One line of the list.
#[derive(Clone, Debug)]
pub(crate) struct FormLine {
    pub(crate) id: Uuid,
    pub(crate) number: String,
    pub(crate) name: String,
    pub(crate) requester: String,
    pub(crate) every: Every,
    pub(crate) area: AreaId,
    pub(crate) columns: usize,
    pub(crate) unheld: usize,
    /// The dataset of its lines, where they are records.
    pub(crate) dataset: Option<String>,
    pub(crate) filled: Option<(Micros, String)>,
    pub(crate) closed: Option<Micros>,
}

impl FormLine {
    /// Its number and name; the number once, where the name has it already.
    pub(crate) fn title(&self) -> String {
        titled(&self.number, &self.name)
    }
}

/// See [`FormLine::title`].
pub(crate) fn titled(number: &str, name: &str) -> String {
    if name.contains(number) {
        name.to_owned()
    } else {
        format!("{number} {name}")
    }
}

/// One form with everything that fills it.
#[derive(Clone, Debug)]
pub(crate) struct FormView {
    pub(crate) community: CommunityId,
    pub(crate) version: i32,
    pub(crate) revision: i32,
    pub(crate) line: FormLine,
    pub(crate) file_name: String,
    pub(crate) blank: Blank,
    pub(crate) mapping: Mapping,
    pub(crate) workbook: Vec<u8>,
    pub(crate) fills: Vec<report_fill::Model>,
    /// What each filling came to.
    pub(crate) tallies: Tallies,
}

/// The forms of areas the caller keeps, closed ones too.
pub(super) async fn rows(db: &Database, ctx: &Ctx) -> Result<Vec<report_form::Model>> {
    let mut communities = ctx.scope(&INSIGHT_FORMS)?.communities();
    communities.push(CommunityId::SYSTEM.0);
    let rows = report_form::Entity::find()
        .filter(report_form::Column::CommunityId.is_in(communities))
        .order_by_asc(report_form::Column::Id)
        .all(db.read())
        .await?;
    let seen = |row: &report_form::Model| ctx.require(&INSIGHT_FORMS, AreaId(row.area_id)).is_ok();
    Ok(rows.into_iter().filter(seen).collect())
}

/// Fillings and notes of asking, the newest first.
pub(super) async fn fills(
    db: &impl ConnectionTrait,
    forms: &[report_form::Model],
) -> Result<Vec<report_fill::Model>> {
    Ok(report_fill::Entity::find()
        .filter(report_fill::Column::CommunityId.is_in(forms.iter().map(|row| row.community_id)))
        .filter(report_fill::Column::FormId.is_in(forms.iter().map(|row| row.id)))
        .order_by_desc(report_fill::Column::At)
        .all(db)
        .await?)
}

pub(super) fn line(
    row: &report_form::Model,
    mapping: &Mapping,
    last: Option<&report_fill::Model>,
) -> FormLine {
    FormLine {
        id: row.id,
        number: row.number.clone(),
        name: row.name.clone(),
        requester: row.requester.clone(),
        every: Every::parse(&row.every).unwrap_or(Every::Once),
        area: AreaId(row.area_id),
        columns: mapping.columns.len(),
        unheld: super::unheld(mapping).count(),
        dataset: mapping.rows.dataset(),
        filled: last.map(|fill| (Micros(fill.at), fill.period.clone())),
        closed: row.closed_at.map(Micros),
    }
}

/// Not only a note that something was asked at the door.
pub(super) fn is_filling(fill: &report_fill::Model) -> bool {
    fill.lines > 0 || fill.asked == 0
}

pub(super) fn mapping_of(row: &report_form::Model) -> Result<Mapping> {
    serde_json::from_str(&row.mapping).map_err(Problem::internal)
}

/// The forms of areas the caller keeps.
pub(crate) async fn forms(db: &Database, ctx: &Ctx) -> Result<Vec<FormLine>> {
    let rows = rows(db, ctx).await?;
    let fills = fills(db.read(), &rows).await?;
    rows.iter()
        .map(|row| {
            let last = fills
                .iter()
                .find(|fill| fill.form_id == row.id && is_filling(fill));
            Ok(line(row, &mapping_of(row)?, last))
        })
        .collect()
}

/// How other forms were mapped.
pub(crate) async fn mappings(db: &Database, ctx: &Ctx) -> Result<Vec<Mapping>> {
    rows(db, ctx).await?.iter().map(mapping_of).collect()
}

/// A form that is still asked for.
///
/// # Errors
/// 409 for one that was closed.
pub(crate) async fn open_form(db: &Database, ctx: &Ctx, id: Uuid) -> Result<FormView> {
    let form = form(db, ctx, id).await?;
    match form.line.closed {
        None => Ok(form),
        Some(_) => Err(Problem::new(ProblemKind::Conflict, "form-closed")),
    }
}

/// The open form of that number from that requester, where there is one.
pub(crate) async fn same_form(
    db: &Database,
    ctx: &Ctx,
    number: &str,
    requester: &str,
) -> Result<Option<FormLine>> {
    let bare = |text: &str| text.split_whitespace().collect::<String>();
    let (number, requester) = (bare(number), bare(requester));
    if number.is_empty() {
        return Ok(None);
    }
    let all = forms(db, ctx).await?;
    Ok(all.into_iter().find(|one| {
        one.closed.is_none() && bare(&one.number) == number && bare(&one.requester) == requester
    }))
}

/// One form.
pub(crate) async fn form(db: &Database, ctx: &Ctx, id: Uuid) -> Result<FormView> {
    let row = rows(db, ctx).await?.into_iter().find(|row| row.id == id);
    let row = row.ok_or_else(Problem::not_found)?;
    let blank = report_blank::Entity::find()
        .filter(report_blank::Column::CommunityId.eq(row.community_id))
        .filter(report_blank::Column::FormId.eq(id))
        .order_by_desc(report_blank::Column::Id)
        .one(db.read())
        .await?
        .ok_or_else(Problem::not_found)?;
    let fills = fills(db.read(), std::slice::from_ref(&row)).await?;
    let mapping = mapping_of(&row)?;
    let tallies = tallies(db, ctx, &[id]).await?;
    Ok(FormView {
        community: CommunityId(row.community_id),
        version: row.version,
        revision: row.revision,
        line: line(&row, &mapping, fills.iter().find(|fill| is_filling(fill))),
        file_name: row.file_name.clone(),
        blank: serde_json::from_str(&row.layout).map_err(Problem::internal)?,
        mapping,
        workbook: blank.workbook,
        fills,
        tallies,
    })
}

//! Forms as their pages show them, and what each requester costs.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;
use youlin_database::Database;
use youlin_kernel::{AreaId, CommunityId, Ctx, Micros, Problem, ProblemKind, Result};

use super::{Blank, Every, Mapping};
use crate::compose::Composed;
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
}

/// What one requester asked for within a year.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ledger {
    pub(crate) requester: String,
    pub(crate) forms: usize,
    pub(crate) fills: usize,
    /// Cells that came from records.
    pub(crate) held: i64,
    pub(crate) missing: i64,
    /// Answers somebody must go and ask for.
    pub(crate) asked: i64,
    /// Cells a year, if all forms come as often as they say.
    pub(crate) yearly: i64,
    /// The year that is told of.
    pub(crate) from: String,
    pub(crate) to: String,
}

impl Ledger {
    /// The columns behind the cells: those that were filled, or those that stayed empty.
    pub(crate) fn href(&self, origin: &str) -> String {
        let question = Composed {
            d: "answers".to_owned(),
            f: vec![
                format!("requester~is~{}", self.requester),
                origin.to_owned(),
            ],
            from: self.from.clone(),
            to: self.to.clone(),
            ..Composed::default()
        };
        format!("/insight/evidence?{}", question.address())
    }
}

async fn rows(db: &Database, ctx: &Ctx) -> Result<Vec<report_form::Model>> {
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

async fn fills(
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

fn line(
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
        filled: last.map(|fill| (Micros(fill.at), fill.period.clone())),
        closed: row.closed_at.map(Micros),
    }
}

/// Not only a note that something was asked at the door.
fn is_filling(fill: &report_fill::Model) -> bool {
    fill.lines > 0 || fill.asked == 0
}

fn mapping_of(row: &report_form::Model) -> Result<Mapping> {
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

/// What each requester asked for in the year before now.
pub(crate) async fn ledger(db: &Database, ctx: &Ctx) -> Result<Vec<Ledger>> {
    let rows = rows(db, ctx).await?;
    let fills = fills(db.read(), &rows).await?;
    let since = ctx.now().0 - 365 * Micros::DAY;
    let (from, to) = (Micros(since).local().date(), ctx.now().local().date());
    let mut all: BTreeMap<String, Ledger> = BTreeMap::new();
    for row in &rows {
        let own = || fills.iter().filter(|fill| fill.form_id == row.id);
        let entry = all.entry(row.requester.clone()).or_default();
        entry.requester.clone_from(&row.requester);
        (entry.from, entry.to) = (from.to_string(), to.to_string());
        // A form that was closed cost what it cost, but nothing more.
        let open = row.closed_at.is_none();
        entry.forms += usize::from(open);
        // Filled again for the same period, it was still asked for once; the newest is the one that was sent.
        let mut periods: BTreeSet<&str> = BTreeSet::new();
        let filled = || own().filter(|fill| is_filling(fill));
        for fill in filled().filter(|fill| fill.at >= since) {
            entry.fills += 1;
            if periods.insert(&fill.period) {
                entry.held += i64::from(fill.held);
                entry.missing += i64::from(fill.missing);
            }
        }
        // Answers are asked once; the last filling says how many are still open.
        let asked = own().map(|fill| i64::from(fill.asked)).max().unwrap_or(0);
        entry.asked += if open { asked } else { 0 };
        let every = Every::parse(&row.every).unwrap_or(Every::Once);
        let cells = filled()
            .next()
            .map_or(0, |fill| i64::from(fill.held + fill.missing));
        entry.yearly += if open { cells * every.a_year() } else { 0 };
    }
    let mut all: Vec<Ledger> = all.into_values().collect();
    all.retain(|one| one.forms > 0 || one.fills > 0);
    all.sort_by_key(|one| std::cmp::Reverse(one.yearly));
    Ok(all)
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
    })
}

//! What each requester asked for in the year before now. Every figure is the number of lines of one of these lists, or what
//! they add up to: it opens to exactly them.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;
use youlin_database::Database;
use youlin_datasets::{Datasets, Unanswered};
use youlin_kernel::{AreaId, CommunityId, Ctx, Micros, Problem, Result};

use super::fill::{answered, lines_now};
use super::queries::{FormLine, fills, is_filling, line, mapping_of, rows};
use super::typed::ONCE;
use super::{Mapping, Origin, key_of};
use crate::entities::{report_answer, report_fill, report_form, report_typed};
use crate::permissions::INSIGHT_FORMS;

/// A form that is still asked for, and what it takes.
#[derive(Clone, Debug)]
pub(crate) struct Yearly {
    pub(crate) form: FormLine,
    pub(crate) cells: Cells,
}

/// Cells a form takes at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cells {
    /// Those of its newest filling.
    Filled(i64),
    /// It was never filled: its lines as they are now, times its columns.
    Expected(i64),
    /// It was never filled, and its lines are not for the caller to count.
    Unknown,
}

impl Cells {
    pub(crate) fn count(self) -> i64 {
        match self {
            Self::Filled(count) | Self::Expected(count) => count,
            Self::Unknown => 0,
        }
    }
}

/// Cells of one filling, by where they came from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// They were held before anybody was asked.
    pub(crate) held: i64,
    /// They were fetched because of the form.
    pub(crate) fetched: i64,
    pub(crate) missing: i64,
}

/// Which cells of a filling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Of {
    Held,
    Fetched,
    Missing,
}

impl Of {
    fn origin(origin: &str) -> Self {
        match Origin::parse(origin) {
            Some(Origin::Records) => Self::Held,
            Some(Origin::Empty) => Self::Missing,
            Some(Origin::Door | Origin::Typed) | None => Self::Fetched,
        }
    }
}

/// Fillings by form and time, as what was noted by column knows them.
pub(crate) type Tallies = BTreeMap<(Uuid, i64), Tally>;

/// What the fillings of these forms add up to. What was noted of each filling stays what it was, whatever is known later.
pub(crate) async fn tallies(db: &Database, ctx: &Ctx, forms: &[Uuid]) -> Result<Tallies> {
    let mut all = Tallies::new();
    for one in answers(db, ctx, forms.iter().copied()).await? {
        let tally = all.entry((one.form_id, one.at)).or_default();
        let cells = i64::from(one.cells);
        match Of::origin(&one.origin) {
            Of::Held => tally.held += cells,
            Of::Fetched => tally.fetched += cells,
            Of::Missing => tally.missing += cells,
        }
    }
    Ok(all)
}

async fn answers(
    db: &Database,
    ctx: &Ctx,
    forms: impl IntoIterator<Item = Uuid>,
) -> Result<Vec<report_answer::Model>> {
    let mut communities = ctx.scope(&INSIGHT_FORMS)?.communities();
    communities.push(CommunityId::SYSTEM.0);
    Ok(report_answer::Entity::find()
        .filter(report_answer::Column::CommunityId.is_in(communities))
        .filter(report_answer::Column::FormId.is_in(forms))
        .all(db.read())
        .await?)
}

impl Yearly {
    /// How often it comes within a year.
    pub(crate) fn times(&self) -> i64 {
        self.form.every.a_year()
    }

    /// Cells a year, if it comes as often as it says.
    pub(crate) fn yearly(&self) -> i64 {
        self.cells.count() * self.times()
    }
}

/// One time a form was filled.
#[derive(Clone, Debug)]
pub(crate) struct Filling {
    pub(crate) title: String,
    pub(crate) requester: String,
    pub(crate) fill: report_fill::Model,
    pub(crate) tally: Tally,
    /// Filled again for the same period, it was still asked for once; the newest is the one that was sent.
    pub(crate) sent: bool,
}

impl Filling {
    fn of(row: &report_form::Model, fill: report_fill::Model, all: &Tallies, sent: bool) -> Self {
        Self {
            title: super::titled(&row.number, &row.name),
            requester: row.requester.clone(),
            tally: all.get(&(row.id, fill.at)).copied().unwrap_or_default(),
            fill,
            sent,
        }
    }
}

/// What one requester asked for within a year.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ledger {
    pub(crate) requester: String,
    /// Those that were closed cost what they cost, but nothing more: they are not here.
    pub(crate) forms: Vec<Yearly>,
    /// The newest first.
    pub(crate) fills: Vec<Filling>,
    /// Answers somebody must still go and ask for.
    pub(crate) asked: usize,
}

impl Ledger {
    /// Cells that came from records.
    pub(crate) fn held(&self) -> i64 {
        self.sent().map(|one| one.tally.held).sum()
    }

    pub(crate) fn missing(&self) -> i64 {
        self.sent().map(|one| one.tally.missing).sum()
    }

    /// Cells somebody fetched because a form asked for them.
    pub(crate) fn fetched(&self) -> i64 {
        self.sent().map(|one| one.tally.fetched).sum()
    }

    /// Cells a year, if all forms come as often as they say.
    pub(crate) fn yearly(&self) -> i64 {
        self.forms.iter().map(Yearly::yearly).sum()
    }

    fn sent(&self) -> impl Iterator<Item = &Filling> {
        self.fills.iter().filter(|one| one.sent)
    }

    /// All requesters together.
    pub(crate) fn whole(all: &[Self]) -> Self {
        let mut whole = Self::default();
        for one in all {
            whole.forms.extend(one.forms.iter().cloned());
            whole.fills.extend(one.fills.iter().cloned());
            whole.asked += one.asked;
        }
        whole
            .fills
            .sort_by_key(|one| std::cmp::Reverse(one.fill.at));
        whole
    }
}

/// The ledger, whoever asks for most first. The year begins with a day, so that its lists can be asked for by days too.
pub(crate) async fn ledger(db: &Database, ctx: &Ctx, datasets: &Datasets) -> Result<Vec<Ledger>> {
    let forms = rows(db, ctx).await?;
    let all_fills = fills(db.read(), &forms).await?;
    let ids: Vec<Uuid> = forms.iter().map(|row| row.id).collect();
    let asked = match datasets.get("persons") {
        Some(set) => set.count_unanswered(db, ctx, &ids).await?,
        None => std::collections::HashMap::new(),
    };
    let tallies = tallies(db, ctx, &ids).await?;
    let since = Micros::start_of(Micros(ctx.now().0 - 365 * Micros::DAY).date()).0;
    let mut by_form: BTreeMap<Uuid, Vec<report_fill::Model>> = BTreeMap::new();
    for fill in all_fills.into_iter().filter(is_filling) {
        by_form.entry(fill.form_id).or_default().push(fill);
    }
    let mut all: BTreeMap<String, Ledger> = BTreeMap::new();
    for row in &forms {
        let entry = all.entry(row.requester.clone()).or_default();
        entry.requester.clone_from(&row.requester);
        entry.asked += asked.get(&row.id).copied().unwrap_or(0);
        let own = by_form.remove(&row.id).unwrap_or_default();
        if row.closed_at.is_none() {
            let (last, mapping) = (own.first(), mapping_of(row)?);
            let cells = match last.and_then(|fill| tallies.get(&(row.id, fill.at))) {
                Some(tally) => Cells::Filled(tally.held + tally.fetched + tally.missing),
                None if last.is_some() => Cells::Filled(0),
                None => expected(datasets, ctx, row, &mapping).await,
            };
            entry.forms.push(Yearly {
                cells,
                form: line(row, &mapping, last),
            });
        }
        let mut periods: BTreeSet<String> = BTreeSet::new();
        for fill in own.into_iter().filter(|fill| fill.at >= since) {
            let sent = periods.insert(fill.period.clone());
            entry.fills.push(Filling::of(row, fill, &tallies, sent));
        }
    }
    let mut all: Vec<Ledger> = all.into_values().collect();
    all.retain(|one| !one.forms.is_empty() || !one.fills.is_empty() || one.asked > 0);
    for one in &mut all {
        one.fills.sort_by_key(|one| std::cmp::Reverse(one.fill.at));
    }
    all.sort_by_key(|one| std::cmp::Reverse(one.yearly()));
    Ok(all)
}

/// What a form asks for that was never filled.
async fn expected(
    datasets: &Datasets,
    ctx: &Ctx,
    row: &report_form::Model,
    mapping: &Mapping,
) -> Cells {
    let columns = answered(mapping).count();
    match lines_now(datasets, ctx, AreaId(row.area_id), &mapping.rows).await {
        Some(lines) => Cells::Expected(i64::try_from(lines * columns).unwrap_or(i64::MAX)),
        None => Cells::Unknown,
    }
}

/// One filling, of any year, as if it was the one that was sent.
///
/// # Errors
/// 404 for one of a form the caller does not keep.
pub(crate) async fn filling(db: &Database, ctx: &Ctx, id: Uuid) -> Result<Filling> {
    let forms = rows(db, ctx).await?;
    let fill = fills(db.read(), &forms).await?;
    let fill = fill.into_iter().find(|fill| fill.id == id);
    let fill = fill.ok_or_else(Problem::not_found)?;
    let row = forms.iter().find(|row| row.id == fill.form_id);
    let row = row.ok_or_else(Problem::not_found)?;
    let tallies = tallies(db, ctx, &[row.id]).await?;
    Ok(Filling::of(row, fill, &tallies, true))
}

/// Cells of one column of one filling, and where they came from.
#[derive(Clone, Debug)]
pub(crate) struct CellsOf {
    pub(crate) title: String,
    pub(crate) requester: String,
    pub(crate) answer: report_answer::Model,
    /// Who said what was typed, and as of which day.
    pub(crate) said: Vec<(String, String)>,
}

/// The columns behind such cells of these fillings.
pub(crate) async fn cells(
    db: &Database,
    ctx: &Ctx,
    fillings: &[Filling],
    meant: Of,
) -> Result<Vec<CellsOf>> {
    let mut of: BTreeMap<(Uuid, i64), &Filling> = BTreeMap::new();
    for one in fillings.iter().filter(|one| one.sent) {
        of.insert((one.fill.form_id, one.fill.at), one);
    }
    let forms: BTreeSet<Uuid> = of.keys().map(|(form, _)| *form).collect();
    let said = match meant {
        Of::Fetched => said_of(db, ctx, &forms).await?,
        _ => BTreeMap::new(),
    };
    let mut found: Vec<CellsOf> = answers(db, ctx, forms)
        .await?
        .into_iter()
        .filter(|answer| Of::origin(&answer.origin) == meant)
        .filter_map(|answer| {
            let one = of.get(&(answer.form_id, answer.at))?;
            Some(CellsOf {
                title: one.title.clone(),
                requester: one.requester.clone(),
                said: match Origin::parse(&answer.origin) {
                    Some(Origin::Typed) => {
                        let column = key_of(&answer.column_name);
                        let of = |period: &str| {
                            said.get(&(answer.form_id, period.to_owned(), column.clone()))
                        };
                        let found = of(&answer.period).or_else(|| of(ONCE));
                        found.cloned().unwrap_or_default()
                    }
                    _ => Vec::new(),
                },
                answer,
            })
        })
        .collect();
    found.sort_by_key(|one| (std::cmp::Reverse(one.answer.at), one.answer.id));
    Ok(found)
}

/// Who said what was typed, by form, period and column.
type Said = BTreeMap<(Uuid, String, String), Vec<(String, String)>>;

async fn said_of(db: &Database, ctx: &Ctx, forms: &BTreeSet<Uuid>) -> Result<Said> {
    let mut communities = ctx.scope(&INSIGHT_FORMS)?.communities();
    communities.push(CommunityId::SYSTEM.0);
    let rows = report_typed::Entity::find()
        .filter(report_typed::Column::CommunityId.is_in(communities))
        .filter(report_typed::Column::FormId.is_in(forms.iter().copied()))
        .all(db.read())
        .await?;
    let mut all = Said::new();
    for row in rows {
        let said = all.entry((row.form_id, row.period, row.column_key));
        let (said, one) = (said.or_default(), (row.said_by, row.said_on));
        if !said.contains(&one) {
            said.push(one);
        }
    }
    Ok(all)
}

/// The questions nobody has answered yet that a requester's forms (everybody's, where none is named) ask, each with its
/// form; the oldest first.
pub(crate) async fn unanswered(
    db: &Database,
    ctx: &Ctx,
    datasets: &Datasets,
    requester: &str,
) -> Result<Vec<(FormLine, Unanswered)>> {
    let Some(set) = datasets.get("persons") else {
        return Ok(Vec::new());
    };
    let mut forms: BTreeMap<Uuid, FormLine> = BTreeMap::new();
    for row in rows(db, ctx).await? {
        if requester.is_empty() || row.requester == requester {
            forms.insert(row.id, line(&row, &mapping_of(&row)?, None));
        }
    }
    let ids: Vec<Uuid> = forms.keys().copied().collect();
    let questions = set.unanswered(db, ctx, &ids).await?;
    let with_form = |one: Unanswered| Some((forms.get(&one.form)?.clone(), one));
    Ok(questions.into_iter().filter_map(with_form).collect())
}

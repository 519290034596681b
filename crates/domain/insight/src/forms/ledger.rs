//! What each requester asked for in the year before now. Every figure is the number of lines of one of these lists, or what
//! they add up to: it opens to exactly them.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;
use youlin_database::Database;
use youlin_datasets::{Datasets, Unanswered};
use youlin_kernel::{CommunityId, Ctx, Micros, Problem, Result};

use super::Origin;
use super::queries::{FormLine, fills, is_filling, line, mapping_of, rows};
use crate::entities::{report_answer, report_fill, report_form};
use crate::permissions::INSIGHT_FORMS;

/// A form that is still asked for, and what it takes.
#[derive(Clone, Debug)]
pub(crate) struct Yearly {
    pub(crate) form: FormLine,
    /// Cells of its newest filling.
    pub(crate) cells: i64,
}

impl Yearly {
    /// How often it comes within a year.
    pub(crate) fn times(&self) -> i64 {
        self.form.every.a_year()
    }

    /// Cells a year, if it comes as often as it says.
    pub(crate) fn yearly(&self) -> i64 {
        self.cells * self.times()
    }
}

/// One time a form was filled.
#[derive(Clone, Debug)]
pub(crate) struct Filling {
    pub(crate) title: String,
    pub(crate) requester: String,
    pub(crate) fill: report_fill::Model,
    /// Filled again for the same period, it was still asked for once; the newest is the one that was sent.
    pub(crate) sent: bool,
}

impl Filling {
    fn of(row: &report_form::Model, fill: report_fill::Model, sent: bool) -> Self {
        Self {
            title: super::titled(&row.number, &row.name),
            requester: row.requester.clone(),
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
        self.sent().map(|one| i64::from(one.fill.held)).sum()
    }

    pub(crate) fn missing(&self) -> i64 {
        self.sent().map(|one| i64::from(one.fill.missing)).sum()
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
            let last = own.first();
            entry.forms.push(Yearly {
                cells: last.map_or(0, |fill| i64::from(fill.held + fill.missing)),
                form: line(row, &mapping_of(row)?, last),
            });
        }
        let mut periods: BTreeSet<String> = BTreeSet::new();
        for fill in own.into_iter().filter(|fill| fill.at >= since) {
            let sent = periods.insert(fill.period.clone());
            entry.fills.push(Filling::of(row, fill, sent));
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
    Ok(Filling::of(row, fill, true))
}

/// Cells of one column of one filling, and where they came from.
#[derive(Clone, Debug)]
pub(crate) struct CellsOf {
    pub(crate) title: String,
    pub(crate) requester: String,
    pub(crate) answer: report_answer::Model,
}

/// The columns behind the cells of these fillings: those that were filled, or those that stayed empty.
pub(crate) async fn cells(
    db: &Database,
    ctx: &Ctx,
    fillings: &[Filling],
    empty: bool,
) -> Result<Vec<CellsOf>> {
    let mut of: BTreeMap<(Uuid, i64), &Filling> = BTreeMap::new();
    for one in fillings.iter().filter(|one| one.sent) {
        of.insert((one.fill.form_id, one.fill.at), one);
    }
    let forms: BTreeSet<Uuid> = of.keys().map(|(form, _)| *form).collect();
    let mut communities = ctx.scope(&INSIGHT_FORMS)?.communities();
    communities.push(CommunityId::SYSTEM.0);
    let answers = report_answer::Entity::find()
        .filter(report_answer::Column::CommunityId.is_in(communities))
        .filter(report_answer::Column::FormId.is_in(forms))
        .all(db.read())
        .await?;
    let mut found: Vec<CellsOf> = answers
        .into_iter()
        .filter(|answer| (answer.origin == Origin::Empty.as_str()) == empty)
        .filter_map(|answer| {
            let one = of.get(&(answer.form_id, answer.at))?;
            Some(CellsOf {
                title: one.title.clone(),
                requester: one.requester.clone(),
                answer,
            })
        })
        .collect();
    found.sort_by_key(|one| (std::cmp::Reverse(one.answer.at), one.answer.id));
    Ok(found)
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

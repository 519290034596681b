//! Filling: the lines of a form from what is held, and what is not.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::civil::Date;
use uuid::Uuid;
use youlin_datasets::cube::RecordRef;
use youlin_datasets::{Asked, Datasets, FieldKind, Release, Wanted, known_since};
use youlin_kernel::{AreaId, AreaLevel, AreaTree, CommunityId, Ctx, Micros, Problem, Result};
use youlin_places::natural;
use youlin_tabular::{FillCell, FormColumn, Limits, TableFault, card_cells, defused};
use youlin_web::App;

use super::shared;
use super::suggest::fields_of;
use super::{
    AnswerCount, Column, Every, FormView, Mapping, Origin, PERIOD, Rows, Source, file_fault, typed,
    typed_for,
};
use crate::compose::Composed;
use crate::pages::read_address;
use crate::words::figure_text;

/// More lines than this are no form.
const MOST: usize = 20_000;

/// A filled form.
pub(crate) struct Filled {
    pub(crate) workbook: Vec<u8>,
    pub(crate) lines: usize,
    pub(crate) held: usize,
    pub(crate) missing: usize,
    /// Where the answers came from, by community and column.
    pub(crate) answers: BTreeMap<CommunityId, Vec<AnswerCount>>,
}

/// One line of the form, and whose it is.
struct Line {
    community: CommunityId,
    cells: Vec<FillCell>,
    /// Places of those the desk typed.
    typed: BTreeSet<usize>,
}

/// Columns whose cells are answers: running numbers and fixed texts cost nobody one.
pub(crate) fn answered(mapping: &Mapping) -> impl Iterator<Item = &Column> {
    let columns = mapping.columns.iter();
    columns.filter(|one| !matches!(one.source, Source::Serial | Source::Constant(_)))
}

/// How many lines a form has now; `None` where its people are not for the caller to count.
pub(crate) async fn lines_now(
    datasets: &Datasets,
    ctx: &Ctx,
    area: AreaId,
    rows: &Rows,
) -> Option<usize> {
    let Rows::Records(address) = rows else {
        return Some(areas_of(ctx, area, rows).len());
    };
    let question = within(ctx.areas(), &read_address(address).ok()?, area);
    let query = question.query(datasets).ok()?;
    let answer = datasets.ask(ctx, query).await.ok()?.answer().await.ok()?;
    usize::try_from(answer.total.count).ok()
}

/// The columns nobody holds.
pub(crate) fn unheld(mapping: &Mapping) -> impl Iterator<Item = &Column> {
    let columns = mapping.columns.iter();
    columns.filter(|column| column.source == Source::Nobody)
}

/// Fills the form as of now. Facts of people in the clear are noted with everybody concerned, for this purpose.
pub(crate) async fn fill(app: &App, ctx: &Ctx, form: &FormView, purpose: &str) -> Result<Filled> {
    let datasets = app.need::<Datasets>()?;
    let mapping = &form.mapping;
    let mut purpose = purpose.to_owned();
    let mut approved = None;
    let lines = match &mapping.rows {
        Rows::Records(address) => {
            let question = people(ctx, form, address)?;
            let asked = datasets.ask(ctx, question.query(&datasets)?).await?;
            let found = asked.evidence(Vec::new(), false).await?;
            if found.len() > MOST {
                return Err(Problem::invalid("rows", "form-too-many").field_arg("max", MOST));
            }
            let (db, id) = (app.db(), form.line.id);
            // What a second person said yes to is what it is for.
            if let Release::Granted { by, purpose: said } = asked
                .dataset
                .release(db, ctx, id, found.len(), &wanted_fields(mapping))
                .await?
            {
                (purpose, approved) = (said, Some(by));
            }
            records(app, ctx, form, &asked, &found, &purpose).await?
        }
        Rows::Areas(_) | Rows::Area => areas(app, &datasets, ctx, form).await?,
    };
    let answers = origins(mapping, &lines);
    let lines: Lines = lines.into_iter().map(|line| line.cells).collect();
    // The ledger counts what its figures open to: running numbers and fixed texts cost nobody an answer, and what was
    // fetched because of the form was not held.
    let counted = |origin: Origin| {
        let all = answers.values().flatten();
        let meant = all.filter(|one| one.origin == origin);
        meant.map(|one| one.cells).sum::<usize>()
    };
    let (held, missing) = (counted(Origin::Records), counted(Origin::Empty));
    let blank = &form.blank;
    let limits = Limits::default();
    let workbook = written(form, &lines, &limits).map_err(|fault| file_fault(&fault))?;
    let (by, day) = (ctx.actor().name(), ctx.now().local().date());
    let said = match approved {
        Some(other) => {
            let args = [("name", other)];
            let approved = app.i18n().text(ctx.locale(), "form-mark-approved", &args);
            format!("{by} · {day} · {purpose} · {approved}")
        }
        None => format!("{by} · {day} · {purpose}"),
    };
    let workbook = youlin_tabular::footer(&workbook, blank.sheet, &said, &limits)
        .map_err(|fault| file_fault(&fault))?;
    Ok(Filled {
        workbook,
        held,
        missing,
        lines: lines.len(),
        answers,
    })
}

type Lines = Vec<Vec<FillCell>>;

/// The lines of a list in their rows, the cells of a card each in its own place.
fn written(form: &FormView, lines: &Lines, limits: &Limits) -> Result<Vec<u8>, TableFault> {
    let (blank, book) = (&form.blank, &form.workbook);
    let columns = &form.mapping.columns;
    if let (true, [line]) = (blank.is_card(), lines.as_slice()) {
        let columns: Vec<FormColumn> = columns.iter().map(|one| blank.place_of(one)).collect();
        let (places, cells) = card_cells(&columns, line);
        return youlin_tabular::fill_places(book, blank.sheet, &places, &cells, limits);
    }
    let columns: Vec<usize> = columns.iter().map(|one| one.column).collect();
    let (first, free) = (blank.layout.first_row, blank.layout.free_rows);
    youlin_tabular::fill(book, blank.sheet, first, free, &columns, lines, limits)
}

/// Adds up where the cells came from. Running numbers and fixed texts are no answers.
fn origins(mapping: &Mapping, lines: &[Line]) -> BTreeMap<CommunityId, Vec<AnswerCount>> {
    let mut counts: BTreeMap<(CommunityId, usize, Origin), usize> = BTreeMap::new();
    for line in lines {
        for (at, (column, cell)) in mapping.columns.iter().zip(&line.cells).enumerate() {
            let origin = match (&column.source, cell) {
                (Source::Serial | Source::Constant(_), _) => continue,
                (_, FillCell::Empty) => Origin::Empty,
                _ if line.typed.contains(&at) => Origin::Typed,
                (Source::Nobody, _) => Origin::Door,
                _ => Origin::Records,
            };
            *counts.entry((line.community, at, origin)).or_default() += 1;
        }
    }
    let mut answers: BTreeMap<CommunityId, Vec<AnswerCount>> = BTreeMap::new();
    for ((community, at, origin), cells) in counts {
        let Some(column) = mapping.columns.get(at) else {
            continue;
        };
        let count = AnswerCount {
            column: column.name.clone(),
            origin,
            cells,
        };
        answers.entry(community).or_default().push(count);
    }
    answers
}

async fn records(
    app: &App,
    ctx: &Ctx,
    form: &FormView,
    asked: &Asked,
    found: &[RecordRef],
    purpose: &str,
) -> Result<Vec<Line>> {
    let records: Vec<(CommunityId, Uuid)> = found
        .iter()
        .map(|one| (CommunityId(one.community), Uuid::from_u128(one.id)))
        .collect();
    let fields = wanted_fields(&form.mapping);
    let wanted = Wanted {
        records: records.clone(),
        fields: fields.clone(),
        purpose: purpose.to_owned(),
        form: form.line.id,
    };
    let i18n = app.i18n();
    let datasets = app.need::<Datasets>()?;
    let counts = shared::figures(&datasets, ctx, form, &fields).await?;
    let kinds: HashMap<String, FieldKind> = fields_of(&datasets, ctx, i18n, &form.mapping.rows)
        .into_iter()
        .map(|field| (field.code, field.kind))
        .collect();
    let mut values = asked.dataset.hand_out(app.db(), ctx, i18n, &wanted).await?;
    let mut lines: Vec<(Uuid, Vec<String>, CommunityId)> = records
        .iter()
        .filter_map(|(community, id)| Some((*id, values.remove(id)?, *community)))
        .collect();
    for (id, line, _) in &mut lines {
        for (at, figures) in &counts {
            if let Some(cell) = line.get_mut(*at) {
                *cell = shared::said(figures, *id);
            }
        }
    }
    // The order of the street, where the form has an address or its parts; else the order in which they were entered.
    let by: Vec<usize> = STREET
        .iter()
        .filter_map(|part| fields.iter().position(|field| field == part))
        .collect();
    lines.sort_by_cached_key(|(id, line, _)| {
        let parts = by.iter().filter_map(|at| line.get(*at));
        let parts: Vec<_> = parts.map(|part| natural(part)).collect();
        (parts, *id)
    });
    let lines = lines.into_iter().enumerate();
    let lines = lines.map(|(at, (_, values, community))| {
        let columns = form.mapping.columns.iter().zip(values);
        let cells = columns.map(|(column, value)| match &column.source {
            Source::Serial => number(at + 1),
            Source::Constant(text) => text_cell(text),
            Source::Field(code) => field_cell(kinds.get(code).copied().unwrap_or_default(), &value),
            _ => text_cell(&value),
        });
        Line {
            community,
            cells: cells.collect(),
            typed: BTreeSet::new(),
        }
    });
    Ok(lines.collect())
}

/// By what lines are put in the order of the street.
const STREET: [&str; 5] = ["estate", "building", "entrance", "room", "address"];

/// What the columns of a form ask of each record.
pub(crate) fn wanted_fields(mapping: &Mapping) -> Vec<String> {
    mapping.columns.iter().map(field_of).collect()
}

/// What a column asks of a record; answers to the form's own questions stand in for what nobody holds.
fn field_of(column: &Column) -> String {
    match &column.source {
        Source::Field(code) => code.clone(),
        Source::Nobody => format!("asked:{}", column.key()),
        _ => String::new(),
    }
}

/// The areas a form of areas has a line for.
pub(crate) fn areas_of(ctx: &Ctx, area: AreaId, rows: &Rows) -> Vec<AreaId> {
    let level = match rows {
        Rows::Records(_) => return Vec::new(),
        Rows::Area => return vec![area],
        Rows::Areas(level) if *level >= 6 => AreaLevel::Neighbourhood,
        Rows::Areas(_) => AreaLevel::Grid,
    };
    let mut below = Vec::new();
    collect(ctx, area, level, &mut below);
    below
}

async fn areas(app: &App, datasets: &Datasets, ctx: &Ctx, form: &FormView) -> Result<Vec<Line>> {
    let below = areas_of(ctx, form.line.area, &form.mapping.rows);
    let period = days_of(ctx, form.line.every);
    let name = typed_for(ctx, form.line.every);
    let by_hand = typed(app.db().read(), form.community, form.line.id, &name).await?;
    let mut lines = Vec::with_capacity(below.len());
    for (at, area) in below.into_iter().enumerate() {
        let mut line = Vec::with_capacity(form.mapping.columns.len());
        let mut places = BTreeSet::new();
        for (place, column) in form.mapping.columns.iter().enumerate() {
            let node = ctx.areas().get(area);
            line.push(match &column.source {
                Source::Serial => number(at + 1),
                Source::Constant(text) => text_cell(text),
                Source::AreaName => text_cell(node.map_or("", |node| node.name.as_str())),
                Source::AreaCode => text_cell(node.map_or("", |node| node.code.as_str())),
                Source::Figure(address) => {
                    figure(datasets, ctx, &of_period(address, &period)?, area).await?
                }
                Source::Nobody => match by_hand.get(&(area, column.key())) {
                    Some(said) => {
                        places.insert(place);
                        number_or_text(said.value.clone())
                    }
                    None => FillCell::Empty,
                },
                Source::Field(_) => FillCell::Empty,
            });
        }
        let own = ctx.areas().community_of(area);
        lines.push(Line {
            community: own.unwrap_or(form.community),
            cells: line,
            typed: places,
        });
    }
    Ok(lines)
}

fn collect(ctx: &Ctx, area: AreaId, level: AreaLevel, into: &mut Vec<AreaId>) {
    let Some(node) = ctx.areas().get(area) else {
        return;
    };
    if node.closed {
        return;
    }
    if node.level == level {
        into.push(area);
        return;
    }
    for child in ctx.areas().children(area) {
        collect(ctx, *child, level, into);
    }
}

/// The period a filling is for, by how often the form comes: 2026, 2026Q4, 2026-11.
pub(crate) fn period_of(ctx: &Ctx, every: Every) -> String {
    let day = ctx.now().local().date();
    let (year, month) = (day.year(), day.month());
    match every {
        Every::Year => year.to_string(),
        Every::HalfYear => format!("{year}H{}", (month + 5) / 6),
        Every::Quarter => format!("{year}Q{}", (month + 2) / 3),
        Every::Month => format!("{year}-{month:02}"),
        Every::Once => day.to_string(),
    }
}

/// The first and the last day of the period a form is filled for now; none where it comes once.
fn days_of(ctx: &Ctx, every: Every) -> Option<(Date, Date)> {
    let today = ctx.now().local().date();
    let months: i8 = match every {
        Every::Once => return None,
        Every::Month => 1,
        Every::Quarter => 3,
        Every::HalfYear => 6,
        Every::Year => 12,
    };
    let first = (today.month() - 1) / months * months + 1;
    let from = Date::new(today.year(), first, 1).ok()?;
    let to = Date::new(today.year(), first + months - 1, 1).ok()?;
    Some((from, to.last_of_month()))
}

/// The question with the days of the period, where it asks for them: an indicator does unless it says other ones.
fn of_period(address: &str, period: &Option<(Date, Date)>) -> Result<Composed> {
    let question = read_address(address)?;
    let of_form = question.from == PERIOD
        || (!question.i.is_empty() && question.from.is_empty() && question.to.is_empty());
    let days = period.map_or_else(Default::default, |(from, to)| {
        (from.to_string(), to.to_string())
    });
    Ok(match of_form {
        true => Composed {
            from: days.0,
            to: days.1,
            ..question
        },
        false => question,
    })
}

async fn figure(
    datasets: &Datasets,
    ctx: &Ctx,
    question: &Composed,
    area: AreaId,
) -> Result<FillCell> {
    // A line for each of them as it is now: counted together with what was split off, that would be counted twice.
    let question = Composed {
        named: String::new(),
        ..within(ctx.areas(), question, area)
    };
    let asked = datasets.ask(ctx, question.query(datasets)?).await?;
    let answer = asked.answer().await?;
    let text = figure_text(&asked, &answer.total);
    Ok(text.map_or(FillCell::Empty, number_or_text))
}

fn number_or_text(text: String) -> FillCell {
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => FillCell::Number(number),
        _ => text_cell(&text),
    }
}

/// The people of a form's lines. The form goes on to be about all that has come out of its area since it was made.
///
/// # Errors
/// 422 for an address that asks nothing.
pub(crate) fn people(ctx: &Ctx, form: &FormView, address: &str) -> Result<Composed> {
    let made = Micros(known_since(form.line.id));
    let question = within(ctx.areas(), &read_address(address)?, form.line.area);
    Ok(question.named_at(made))
}

/// The question about an area. One that is about an area of its own already goes on to be: what lies in both is meant, and
/// nobody else comes into the form.
fn within(areas: &AreaTree, question: &Composed, area: AreaId) -> Composed {
    let mut asked = question.question();
    let own = std::mem::replace(&mut asked.area, area.to_string());
    let narrower = |own: &str| match own.parse().map(AreaId) {
        Ok(own) => !areas.is_within(area, own),
        Err(_nan) => true,
    };
    let own = own.trim();
    if !own.is_empty() && narrower(own) {
        asked.f.push(format!("area~is~{own}"));
    }
    asked
}

fn field_cell(kind: FieldKind, value: &str) -> FillCell {
    let cell = match kind {
        FieldKind::Text => None,
        FieldKind::Number => value.parse().ok().map(FillCell::Number),
        FieldKind::Day => value.parse().ok().map(FillCell::Day),
    };
    cell.unwrap_or_else(|| text_cell(value))
}

fn text_cell(text: &str) -> FillCell {
    if text.is_empty() {
        FillCell::Empty
    } else {
        // Whoever saves the filled form as text meets no formula.
        FillCell::Text(defused(text))
    }
}

fn number(count: usize) -> FillCell {
    FillCell::Number(f64::from(u32::try_from(count).unwrap_or(u32::MAX)))
}

//! `/rounds/water/{id}`: a point over time: charts with their limits, every reading, the same spot then and now; and noting
//! what is measured today.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::civil::DateTime;
use serde::Deserialize;
use uuid::Uuid;
use youlin_cases::hand_out;
use youlin_cases::upload::{self, Upload};
use youlin_kernel::{CommunityId, Ctx, Micros, Problem, Result};
use youlin_places::rivers::{Reach, reach};
use youlin_web::{
    ApiForm, ApiQuery, App, Caller, Choice, FormFaults, PathId, Prefs, Shell, WebResult, mendable,
    page, refused_with,
};

use super::super::chart::{self, Chart, Dot};
use super::super::limits::{Indicator, Kind, Measured, Values, limits};
use super::super::{
    AttachSpotPhoto, FileReading, NewReading, PointView, ReadingView, SpotKind, SpotPhoto,
    TakeReading, photos_of, point_view, readings_of, spot_photo,
};
use super::said;
use crate::pages::{Kept, MOST_PHOTOS, check_photographs, kept_shell, photographs, shell};
use crate::permissions::{ROUNDS_READ, may_walk};
use crate::service::Rounds;

/// A value of a reading.
struct Cell {
    text: String,
    beyond: bool,
}

/// A reading as it is shown.
struct Row {
    id: Uuid,
    when: String,
    cells: Vec<Option<Cell>>,
    beyond: Vec<String>,
    note: String,
    by: String,
    case: Option<(Uuid, String)>,
    photos: Vec<Uuid>,
    round: Option<Uuid>,
}

/// An indicator in the form.
struct Field {
    id: String,
    label: String,
    unit: String,
    value: String,
    choices: Vec<Choice>,
}

/// A photograph with its day.
struct Shot {
    id: Uuid,
    when: String,
}

/// The form as typed.
#[derive(Debug, Default)]
struct Typed {
    id: String,
    at: String,
    note: String,
    round: String,
    values: BTreeMap<String, String>,
    /// Photographs of an earlier try.
    kept: Vec<Kept>,
}

#[derive(Template)]
#[template(path = "water_point.html")]
struct PointPage {
    s: Shell,
    e: FormFaults,
    f: Typed,
    point: PointView,
    reach: Reach,
    place: String,
    class: String,
    outlet: bool,
    charts: Vec<Chart>,
    heads: Vec<String>,
    rows: Vec<Row>,
    fields: Vec<Field>,
    /// The first and the last photograph, when there are two.
    pair: Option<(Shot, Shot)>,
    may_walk: bool,
    sees_cases: bool,
    saved: String,
    /// Keys of what was typed and is here now.
    drafts: String,
}

impl PointPage {
    fn fault(&self, id: &str) -> String {
        format!("v_{id}")
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Start {
    round: String,
    saved: String,
}

/// As a browser's field for date and time writes it.
fn typed_at(at: Micros) -> String {
    at.local().strftime("%Y-%m-%dT%H:%M").to_string()
}

async fn point_page(app: &App, s: Shell, id: Uuid, e: FormFaults, f: Typed) -> Result<PointPage> {
    let ctx = s.ctx().clone();
    let scope = ctx.scope(&ROUNDS_READ)?;
    let point = point_view(app.db(), &scope, id).await?;
    let reach = reach(app.db(), &scope, point.reach).await?;
    let readings = readings_of(app.db(), &scope, &[id]).await?;
    let photos = photos_of(app.db(), point.community, &[id]).await?;
    let outlet = point.outlet.is_some();
    let used: Vec<&Indicator> = limits()
        .indicators
        .iter()
        .filter(|one| {
            readings
                .iter()
                .any(|reading| reading.values.contains_key(&one.id))
        })
        .collect();
    let shot = |photo: &SpotPhoto| Shot {
        id: photo.id,
        when: s.when(&photo.taken_at),
    };
    let pair = match (photos.first(), photos.last()) {
        (Some(first), Some(last)) if first.of != last.of => Some((shot(first), shot(last))),
        _ => None,
    };
    Ok(PointPage {
        charts: used
            .iter()
            .filter(|one| one.kind == Kind::Number)
            .map(|one| drawn(&s, one, &point, &readings))
            .collect(),
        heads: used.iter().map(|one| said::name(&s, &one.id)).collect(),
        rows: readings
            .iter()
            .map(|reading| row(&s, reading, &used, &photos))
            .collect(),
        fields: limits()
            .indicators
            .iter()
            .filter(|one| outlet || !one.outlets)
            .map(|one| field(&s, one, &f))
            .collect(),
        place: said::place(&s, point.chainage_m, point.bank),
        class: s.tt("water-class", &point.class),
        may_walk: may_walk(&ctx, point.community, &[]).is_ok(),
        sees_cases: ctx
            .authorize(&youlin_cases::permissions::CASES_READ, point.community)
            .is_ok(),
        saved: String::new(),
        drafts: String::new(),
        outlet,
        pair,
        point,
        reach,
        e,
        f,
        s,
    })
}

fn drawn(s: &Shell, one: &Indicator, point: &PointView, readings: &[ReadingView]) -> Chart {
    let dots: Vec<Dot> = readings
        .iter()
        .rev()
        .filter_map(|reading| {
            let measured = reading.values.get(&one.id)?;
            let Measured::Number(size) = measured else {
                return None;
            };
            Some(Dot {
                name: reading.at.date().to_string(),
                size: *size,
                text: said::value(s, one, measured),
                href: format!("/rounds/water/{}#r-{}", point.id, reading.id),
                beyond: reading
                    .beyond
                    .iter()
                    .any(|beyond| beyond.indicator == one.id),
            })
        })
        .collect();
    let mut lines = Vec::new();
    // The class's own limit; those of all only where there is none.
    let own = one
        .limits_of(&point.class)
        .find(|limit| limit.class.is_some());
    if let Some(limit) = own.or_else(|| one.limits_of(&point.class).next()) {
        for (key, size) in [("water-least", limit.min), ("water-most", limit.max)] {
            if let Some(size) = size {
                let name = s.t1(key, "value", said::value(s, one, &Measured::Number(size)));
                lines.push(chart::Line { name, size });
            }
        }
    }
    let title = if one.unit.is_empty() {
        said::name(s, &one.id)
    } else {
        format!("{} ({})", said::name(s, &one.id), one.unit)
    };
    chart::draw(&title, &dots, &lines)
}

fn row(s: &Shell, reading: &ReadingView, used: &[&Indicator], photos: &[SpotPhoto]) -> Row {
    let cell = |one: &&Indicator| {
        let measured = reading.values.get(&one.id)?;
        Some(Cell {
            text: said::value(s, one, measured),
            beyond: reading
                .beyond
                .iter()
                .any(|beyond| beyond.indicator == one.id),
        })
    };
    Row {
        id: reading.id,
        when: s.when(&reading.at),
        cells: used.iter().map(cell).collect(),
        beyond: reading
            .beyond
            .iter()
            .map(|one| said::beyond(s, reading, one))
            .collect(),
        note: reading.note.clone(),
        by: reading.by_name.clone(),
        case: reading
            .case
            .as_ref()
            .map(|case| (case.id, case.number.clone())),
        photos: photos
            .iter()
            .filter(|photo| photo.of == reading.id)
            .map(|photo| photo.id)
            .collect(),
        round: reading.round,
    }
}

fn field(s: &Shell, one: &Indicator, f: &Typed) -> Field {
    let mut choices = Vec::new();
    if one.kind == Kind::Choice {
        choices.push(Choice::new("", s.t("water-not-looked")));
        choices.extend(
            one.choices
                .iter()
                .map(|choice| Choice::new(choice, s.t(&format!("water-{}-{choice}", one.id)))),
        );
    }
    Field {
        id: one.id.clone(),
        label: said::name(s, &one.id),
        unit: one.unit.clone(),
        value: f.values.get(&one.id).cloned().unwrap_or_default(),
        choices,
    }
}

/// `GET /rounds/water/{id}?round=`.
pub(super) async fn show(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiQuery(start): ApiQuery<Start>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    let f = Typed {
        id: ctx.new_id().to_string(),
        at: typed_at(ctx.now()),
        round: start.round,
        ..Typed::default()
    };
    let mut shown = point_page(&app, s, id, FormFaults::none(), f).await?;
    if !start.saved.is_empty() {
        shown.saved = shown.s.t("patrol-saved");
        shown.drafts = match start.saved.as_str() {
            "point" => format!("water:{}", shown.reach.id),
            // Nothing typed was sent: a reading that is being written stays.
            "case" => String::new(),
            _ => format!("reading:{id}"),
        };
    }
    page(&shown)
}

fn read(upload: &Upload) -> Typed {
    let text = |name: &str| upload.text(name).to_owned();
    let values = upload
        .starting_with("v_")
        .into_iter()
        .map(|(id, values)| (id, values.concat()));
    Typed {
        id: text("id"),
        at: text("at"),
        note: text("note"),
        round: text("round"),
        values: values.collect(),
        kept: Vec::new(),
    }
}

fn moment(text: &str) -> Result<Micros> {
    let civil: DateTime = text
        .parse()
        .map_err(|_no_time| Problem::invalid("at", "no-time"))?;
    let day = Micros::start_of(civil.date());
    let of_day = civil.time().duration_since(jiff::civil::Time::midnight());
    Ok(day.plus(i64::try_from(of_day.as_micros()).unwrap_or(0)))
}

/// Numbers of indicators that are measured, words of those that are seen. What is no number is told by the command.
fn values(f: &Typed) -> Values {
    f.values
        .iter()
        .map(|(id, text)| {
            let number = limits()
                .indicator(id)
                .is_some_and(|one| one.kind == Kind::Number);
            let read = text.trim().replace('，', ".").parse::<f64>();
            let value = match (number, read) {
                (true, Ok(number)) => Measured::Number(number),
                _ => Measured::Choice(text.clone()),
            };
            (id.clone(), value)
        })
        .collect()
}

async fn taken(
    app: &App,
    ctx: &Ctx,
    (community, point): (CommunityId, Uuid),
    f: &Typed,
    upload: &Upload,
) -> Result<()> {
    check_photographs(upload, &f.kept)?;
    let id: Uuid =
        f.id.parse()
            .map_err(|_no_id| Problem::invalid("id", "required"))?;
    let command = TakeReading {
        community,
        new: NewReading {
            id,
            point,
            round: f.round.parse().ok(),
            at: moment(&f.at)?,
            values: values(f),
            note: f.note.clone(),
        },
    };
    app.db().execute(ctx, command).await?;
    for photo in &f.kept {
        let attach = AttachSpotPhoto {
            community,
            kind: SpotKind::Reading,
            of: id,
            file: photo.file.clone(),
        };
        app.db().execute(ctx, attach).await?;
    }
    Ok(())
}

/// `POST /rounds/water/{id}`.
pub(super) async fn take(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    request: Request,
) -> WebResult<Response> {
    let upload = upload::read_pictures(&app, request).await?;
    let mut f = read(&upload);
    let scope = ctx.scope(&ROUNDS_READ)?;
    let community = point_view(app.db(), &scope, id).await?.community;
    if let Ok(reading) = f.id.parse() {
        let rounds = app.need::<Rounds>()?;
        f.kept = photographs(&rounds, &ctx, (community, reading), &upload)?;
    }
    match taken(&app, &ctx, (community, id), &f, &upload).await {
        Ok(()) => Ok(Redirect::to(&format!("/rounds/water/{id}?saved=1")).into_response()),
        Err(problem) => {
            let problem = mendable(problem)?;
            f.kept.truncate(MOST_PHOTOS);
            let s = shell(&app, &ctx, prefs);
            let e = named(&s, FormFaults::of(&s, &problem));
            let body = point_page(&app, s, id, e, f).await?;
            Ok(refused_with(&problem, page(&body)?))
        }
    }
}

/// With what each value is called: the summary stands far from the fields.
fn named(s: &Shell, mut faults: FormFaults) -> FormFaults {
    for (field, text) in &mut faults.fields {
        if let Some(id) = field.strip_prefix("v_") {
            let name = said::name(s, id);
            *text = s.t2("water-fault", &("name", name), &("fault", text.as_str()));
        }
    }
    faults
}

#[derive(Debug, Deserialize)]
pub(super) struct CaseForm {
    reading: Uuid,
}

/// `POST /rounds/water/{id}/case`: a reading beyond a limit becomes a case.
pub(super) async fn file(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiForm(f): ApiForm<CaseForm>,
) -> WebResult<Response> {
    let scope = ctx.scope(&ROUNDS_READ)?;
    let point = point_view(app.db(), &scope, id).await?;
    let reach = reach(app.db(), &scope, point.reach).await?;
    let reading = readings_of(app.db(), &scope, &[id])
        .await?
        .into_iter()
        .find(|one| one.id == f.reading)
        .ok_or_else(Problem::not_found)?;
    let s = kept_shell(&app, &ctx, prefs);
    let words: Vec<String> = reading
        .beyond
        .iter()
        .map(|one| said::beyond(&s, &reading, one))
        .collect();
    if words.is_empty() {
        return Err(Problem::invalid("reading", "water-nothing-beyond").into());
    }
    let place = said::place(&s, point.chainage_m, point.bank);
    let text = format!(
        "{} {}：{}",
        s.when(&reading.at),
        point.name,
        said::one_after_another(&words, &s.t("list-semicolon"))
    );
    let address = format!("{} {place}", reach.full_name());
    let rounds = app.need::<Rounds>()?;
    let command = FileReading::prepare(&rounds, point.community, reading.id, text, address)?;
    app.db().execute(&ctx, command).await?;
    Ok(Redirect::to(&format!("/rounds/water/{id}?saved=case#r-{}", reading.id)).into_response())
}

/// `?thumb=1`: the small form.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Size {
    thumb: String,
}

/// `GET /rounds/spots/{id}`: a photograph of a reading, a return visit or an outlet.
pub(super) async fn photo(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(id): PathId,
    ApiQuery(size): ApiQuery<Size>,
) -> WebResult<Response> {
    let scope = ctx.scope(&ROUNDS_READ)?;
    let found = spot_photo(app.db(), &scope, id).await?;
    let small = (!size.thumb.is_empty())
        .then_some(found.thumbnail)
        .flatten();
    hand_out(&app, &small.unwrap_or(found.sha256), &found.name).await
}

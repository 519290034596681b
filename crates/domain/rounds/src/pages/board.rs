//! `/r/{sign}`: what the code on the sign opens, for anybody who passes by; and what they have to say.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::header::CONTENT_TYPE;
use uuid::Uuid;
use youlin_cases::model::{Source, Urgency};
use youlin_cases::{AttachFile, NewCase, Report, Reporter};
use youlin_kernel::{Ctx, Problem, Result};
use youlin_places::PlaceInput;
use youlin_places::rivers::{Reach, chainage, reach_by_sign};
use youlin_web::{
    App, Caller, Choice, FormFaults, NavPlace, Prefs, Shell, WebResult, mendable, page,
    refused_with,
};

use super::answer::{Kept, keep, kept_file};
use super::form::RIVER;
use super::round::category;
use super::upload::{self, Upload};
use crate::queries::{Board, BoardFinding, board, board_prefix};
use crate::service::Rounds;

/// Photographs of one report.
const PHOTOGRAPHS: usize = 4;
/// A position further from the water was taken elsewhere: where they are now is not where they saw it.
const NEAR_M: f64 = 300.0;
/// Characters of where exactly.
const SPOT: usize = 100;

/// What a passer-by writes.
#[derive(Clone, Debug, Default)]
pub(super) struct Said {
    /// Made with the form: what photographs of an earlier try are kept under.
    id: String,
    category: String,
    text: String,
    bank: String,
    /// Where exactly, in words.
    spot: String,
    /// Degrees, WGS-84: as the device says it.
    lat: String,
    lon: String,
    phone: String,
    photos: Vec<Kept>,
}

impl Said {
    /// What was sent, with the photographs of earlier tries.
    fn read(app: &App, ctx: &Ctx, reach: &Reach, upload: &Upload) -> Result<Self> {
        let text = |name: &str| upload.text(name).to_owned();
        let mut said = Self {
            id: text("id"),
            category: text("category"),
            text: text("text"),
            bank: text("bank"),
            spot: text("spot"),
            lat: text("lat"),
            lon: text("lon"),
            phone: text("phone"),
            photos: Vec::new(),
        };
        let rounds = app.need::<Rounds>()?;
        let id: Uuid = said.id.parse().unwrap_or_else(|_none| ctx.new_id());
        said.id = id.to_string();
        let held = |token: &String| kept_file(&rounds, reach.community, id, token);
        said.photos = upload.all("kept").iter().filter_map(held).collect();
        for (_, file) in &upload.files {
            let kept = keep(&rounds, ctx, reach.community, id, file.clone())?;
            said.photos.push(kept);
        }
        Ok(said)
    }

    /// Where they stand, when that is at the water.
    fn position(&self, reach: &Reach) -> Option<(f64, f64)> {
        let degrees = |text: &str| text.parse::<f64>().ok().filter(|one| one.is_finite());
        let position = degrees(&self.lon).zip(degrees(&self.lat))?;
        let (_, metres) = reach.line.nearest(position);
        (metres <= NEAR_M).then_some(position)
    }
}

#[derive(Template)]
#[template(path = "river_board.html")]
struct BoardPage {
    s: Shell,
    e: FormFaults,
    board: Board,
    said: Said,
    categories: Vec<Choice>,
    banks: Vec<Choice>,
    area: String,
}

impl BoardPage {
    fn category(&self, finding: &BoardFinding) -> String {
        category(&self.s, &finding.category)
    }

    fn place(&self, finding: &BoardFinding) -> String {
        let mut parts = Vec::new();
        if let Some(metres) = finding.chainage_m {
            parts.push(chainage(metres));
        }
        if let Some(bank) = finding.bank {
            parts.push(self.s.tt("bank", bank));
        }
        parts.join(" ")
    }
}

async fn board_page(
    app: &App,
    ctx: &Ctx,
    prefs: Prefs,
    sign: &str,
    said: Said,
) -> Result<BoardPage> {
    let board = board(app.db(), sign, ctx.now()).await?;
    let s = Shell::new(app, ctx, prefs, NavPlace::None, "");
    // Nothing is chosen for whoever writes: the first of the list would be filed for everything.
    let mut categories = vec![Choice::new("", s.t("board-category-choose"))];
    categories.extend(
        RIVER
            .iter()
            .map(|code| Choice::new(*code, category(&s, code))),
    );
    let mut banks = vec![Choice::new("", s.t("finding-bank-none"))];
    banks.extend(["left", "right"].map(|code| Choice::new(code, s.tt("bank", code))));
    Ok(BoardPage {
        area: s.area_path(board.reach.community.into()),
        e: FormFaults::none(),
        board,
        said,
        categories,
        banks,
        s,
    })
}

/// `GET /r/{sign}`.
pub(super) async fn show(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    Path(sign): Path<String>,
) -> WebResult<Response> {
    let fresh = Said {
        id: ctx.new_id().to_string(),
        ..Said::default()
    };
    page(&board_page(&app, &ctx, prefs, &sign, fresh).await?)
}

/// What is filed; with the position only where it was said, and lies in the reach's own community.
fn new_case(ctx: &Ctx, reach: &Reach, said: &Said, position: Option<(f64, f64)>) -> NewCase {
    let mut address = reach.full_name();
    if let Some(position) = said.position(reach) {
        address.push(' ');
        address.push_str(&chainage(reach.line.nearest(position).0));
    }
    match said.bank.as_str() {
        "left" => address.push_str(" 左岸"),
        "right" => address.push_str(" 右岸"),
        _ => {}
    }
    let spot: String = said.spot.chars().take(SPOT).collect();
    if !spot.is_empty() {
        address.push(' ');
        address.push_str(&spot);
    }
    let contact = (!said.phone.trim().is_empty()).then(|| Reporter {
        phone: said.phone.clone(),
        ..Reporter::default()
    });
    NewCase {
        source: Source::Resident,
        text: said.text.clone(),
        category: said.category.clone(),
        urgency: Urgency::Normal,
        place: PlaceInput {
            area: position.is_none().then(|| reach.community.into()),
            lon: position.map(|(lon, _)| lon),
            lat: position.map(|(_, lat)| lat),
            text: Some(address),
            ..PlaceInput::default()
        },
        reporter: None,
        contact,
        answers: BTreeMap::new(),
        external_key: Some(format!("{}{}", board_prefix(reach.id), ctx.new_id())),
        call: None,
    }
}

/// The line runs along borders: a position on the neighbours' ground is said in words, and the report stays with the reach.
fn prepared(app: &App, ctx: &Ctx, reach: &Reach, said: &Said) -> Result<Report> {
    let rounds = app.need::<Rounds>()?;
    if let Some(position) = said.position(reach) {
        let there = new_case(ctx, reach, said, Some(position));
        match youlin_cases::prepare(&rounds.cases, there) {
            Ok(report) if report.community() == reach.community => return Ok(report),
            _ => {}
        }
    }
    youlin_cases::prepare(&rounds.cases, new_case(ctx, reach, said, None))
}

/// `POST /r/{sign}`.
pub(super) async fn report(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    Path(sign): Path<String>,
    request: Request,
) -> WebResult<Response> {
    let reach = reach_by_sign(app.db(), &sign).await?;
    let upload = upload::read(&app, request).await?;
    let said = Said::read(&app, &ctx, &reach, &upload)?;
    let reported = async {
        if let Some((_, fault)) = upload.faults.first() {
            return Err(fault.clone());
        }
        if said.photos.len() > PHOTOGRAPHS {
            let many = Problem::invalid("photo", "round-photographs");
            return Err(many.field_arg("max", PHOTOGRAPHS));
        }
        let mut report = prepared(&app, &ctx, &reach, &said)?;
        // Its key is made here.
        report.taken_once();
        let done = app.db().execute(&ctx, report).await?;
        for photo in &said.photos {
            let attach = AttachFile {
                community: done.community,
                case: done.id,
                file: photo.file.clone(),
                stage: "report",
                locate: said.position(&reach).is_none(),
            };
            app.db().execute(&ctx, attach).await?;
        }
        Ok(done)
    };
    match reported.await {
        Ok(done) => {
            let sent = format!("/help/sent/{}?board={sign}", done.tracking_code);
            Ok(Redirect::to(&sent).into_response())
        }
        Err(problem) => {
            let problem = mendable(problem)?;
            let mut shown = board_page(&app, &ctx, prefs, &sign, said).await?;
            shown.e = FormFaults::of(&shown.s, &problem);
            for (_, fault) in &upload.faults {
                let told = FormFaults::of(&shown.s, fault).fields.into_iter();
                let told = told.map(|(_, sentence)| ("photo".to_owned(), sentence));
                shown.e.fields.extend(told);
            }
            Ok(refused_with(&problem, page(&shown)?))
        }
    }
}

/// `GET /r/{sign}/code.svg`: the code to print on the sign.
pub(super) async fn code(State(app): State<App>, Path(sign): Path<String>) -> WebResult<Response> {
    let reach = reach_by_sign(app.db(), &sign).await?;
    let address = format!("{}/r/{}", app.config().public_url, reach.sign);
    let code = qrcode::QrCode::new(address.as_bytes()).map_err(Problem::internal)?;
    let svg = code
        .render::<qrcode::render::svg::Color<'_>>()
        .min_dimensions(240, 240)
        .build();
    Ok(([(CONTENT_TYPE, "image/svg+xml")], svg).into_response())
}

//! `/r/{sign}`: what the code on the sign opens, for anybody who passes by; and what they have to say.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::header::CONTENT_TYPE;
use serde::Deserialize;
use youlin_cases::model::{Source, Urgency};
use youlin_cases::{NewCase, Reporter};
use youlin_kernel::{Ctx, Problem, Result};
use youlin_places::PlaceInput;
use youlin_places::rivers::{Reach, chainage, reach_by_sign};
use youlin_web::{
    ApiForm, App, Caller, Choice, FormFaults, NavPlace, Prefs, Shell, WebResult, mendable, page,
    refused_with,
};

use super::form::RIVER;
use super::round::{category, open_words};
use crate::queries::{Board, BoardFinding, board, board_prefix};
use crate::service::Rounds;

/// What a passer-by writes.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Said {
    category: String,
    text: String,
    bank: String,
    phone: String,
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

    /// What nobody accepted yet is not being put right, and says so.
    fn step(&self, finding: &BoardFinding) -> String {
        open_words(&self.s, finding.status)
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
    page(&board_page(&app, &ctx, prefs, &sign, Said::default()).await?)
}

fn new_case(ctx: &Ctx, reach: &Reach, said: &Said) -> NewCase {
    let mut address = reach.full_name();
    match said.bank.as_str() {
        "left" => address.push_str(" 左岸"),
        "right" => address.push_str(" 右岸"),
        _ => {}
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
            area: Some(reach.community.into()),
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

/// `POST /r/{sign}`.
pub(super) async fn report(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    Path(sign): Path<String>,
    ApiForm(said): ApiForm<Said>,
) -> WebResult<Response> {
    let reach = reach_by_sign(app.db(), &sign).await?;
    let rounds = app.need::<Rounds>()?;
    let reported = async {
        let mut report = youlin_cases::prepare(&rounds.cases, new_case(&ctx, &reach, &said))?;
        // Its key is made here.
        report.taken_once();
        app.db().execute(&ctx, report).await
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

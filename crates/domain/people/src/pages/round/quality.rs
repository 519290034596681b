//! `/people/quality`: the three figures of a register (走得进、问得清、统得出), each opening to its records.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use uuid::Uuid;
use youlin_kernel::{CommunityId, Result};
use youlin_places::queries::dwellings_of;
use youlin_web::{ApiQuery, App, Caller, Paged, Pages, Prefs, Shell, WebResult, page};

use super::buildings::mark;
use super::{policy, shell};
use crate::permissions::PEOPLE_READ;
use crate::quality::{QualityFigure, QualityParts};
use crate::{Directory, DwellingFile, Freshness, Vault};

/// Lines of a page behind a figure.
const PAGE: usize = 100;

/// A share that opens to its records.
pub(super) struct Figure(QualityFigure);

impl std::ops::Deref for Figure {
    type Target = QualityFigure;

    fn deref(&self) -> &QualityFigure {
        &self.0
    }
}

impl Figure {
    /// Counted from dwellings; opened below on this page.
    fn own(code: &'static str, part: usize, whole: usize) -> Self {
        Self(QualityFigure {
            code,
            part_of: if code == "asked" {
                "round-part-of-lived"
            } else {
                "round-part-of"
            },
            part: part as u64,
            whole: whole as u64,
            part_href: format!("/people/quality?open={code}"),
            rest_href: format!("/people/quality?open={code}-not"),
        })
    }

    fn percent(&self) -> String {
        if self.whole == 0 {
            return "–".to_owned();
        }
        let tenths = (self.part * 1_000 + self.whole / 2) / self.whole;
        format!("{}.{} %", tenths / 10, tenths % 10)
    }
}

/// A dwelling behind a figure.
struct Line {
    id: Uuid,
    address: String,
    freshness: Freshness,
    /// Facts nobody holds, or that are too old.
    open: usize,
}

#[derive(Template)]
#[template(path = "people/round/quality.html")]
struct QualityPage {
    s: Shell,
    days: i64,
    figures: Vec<Figure>,
    /// What is shown below: a figure and whether those inside or outside it.
    opened: String,
    lines: Vec<Line>,
    at: Pages,
}

impl QualityPage {
    /// Dwellings, or what a floor above counts.
    fn part_of(&self, figure: &Figure) -> &str {
        figure.part_of
    }

    /// Of what was asked the gaps count, whenever somebody was there last.
    fn is_of_facts(&self) -> bool {
        self.opened.starts_with("asked")
    }

    /// The address of a page, as far as its number.
    fn to(&self) -> String {
        format!("/people/quality?open={}&page=", self.opened)
    }

    fn mark(&self, line: &Line) -> &'static str {
        let _shape_of_templates = self;
        mark(line.freshness)
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::pages) struct Opened {
    /// `got_in`, `asked`, and the same with `-not`.
    open: String,
}

fn open(file: &DwellingFile) -> usize {
    let residents = file.residents.iter();
    residents
        .map(|one| one.missing.len() + one.stale.len())
        .sum()
}

/// `GET /people/quality?open=`.
pub(in crate::pages) async fn show(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(opened): ApiQuery<Opened>,
    ApiQuery(paged): ApiQuery<Paged>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    let policy = policy(&app);
    let vault = app.need::<Vault>()?;
    let files = files(&s).await?;
    let now = ctx.now();
    let got_in = |file: &DwellingFile| file.confirmed_at.is_some_and(|at| policy.holds(at, now));
    let asked = |file: &DwellingFile| !file.residents.is_empty() && open(file) == 0;
    let lived_in = files.iter().filter(|file| !file.residents.is_empty());
    let inside = files.iter().filter(|file| got_in(file)).count();
    let clear = files.iter().filter(|file| asked(file)).count();
    let mut figures = vec![
        Figure::own("got_in", inside, files.len()),
        Figure::own("asked", clear, lived_in.count()),
    ];
    if let Some(parts) = app.service::<QualityParts>() {
        for part in &parts.0 {
            figures.extend(part.figures(&ctx).await?.into_iter().map(Figure));
        }
    }
    let chosen: Vec<&DwellingFile> = files
        .iter()
        .filter(|file| match opened.open.as_str() {
            "got_in" => got_in(file),
            "got_in-not" => !got_in(file),
            "asked" => asked(file),
            "asked-not" => !file.residents.is_empty() && !asked(file),
            _ => false,
        })
        .collect();
    let (shown, at) = paged.cut(chosen, PAGE);
    let lines = shown.into_iter().map(|file| Line {
        id: file.dwelling,
        address: vault
            .place(file.dwelling)
            .map_or_else(String::new, |place| place.address),
        freshness: file.freshness,
        open: open(file),
    });
    page(&QualityPage {
        days: policy.fresh_days,
        lines: lines.collect(),
        at,
        opened: opened.open,
        figures,
        s,
    })
}

/// Every dwelling of the scope.
async fn files(s: &Shell) -> Result<Vec<DwellingFile>> {
    let (app, ctx) = (s.app(), s.ctx());
    let scope = ctx.scope(&PEOPLE_READ)?;
    let vault = app.need::<Vault>()?;
    let policy = policy(app);
    let mut files = Vec::new();
    for community in scope.communities() {
        let community = CommunityId(community);
        let homes: BTreeMap<Uuid, Vec<Uuid>> = dwellings_of(app.db(), community).await?;
        let seen = homes.into_iter().filter(|(building, _)| {
            vault
                .building(*building)
                .is_some_and(|place| scope.contains(community, &[place.grid, place.neighbourhood]))
        });
        let ids: Vec<Uuid> = seen.flat_map(|(_, ids)| ids).collect();
        let asked = (community, ids.as_slice());
        let db = app.db().read();
        files.extend(
            Directory::dwelling_files(db, &vault, &scope, &policy, ctx.now(), asked).await?,
        );
    }
    Ok(files)
}

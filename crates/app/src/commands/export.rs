//! `youlin export`: registers in the form `youlin import` reads, and cases as a table.

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::{Args, ValueEnum};
use serde_json::json;
use youlin_cases::{CaseFilter, CaseRow, list};
use youlin_imports::harmless;
use youlin_kernel::{AreaId, AreaTree};

use super::words::explain;
use super::{Outcome, open};
use crate::config::Raw;
use crate::{House, out};

#[derive(Clone, Copy, Debug, ValueEnum)]
enum What {
    /// CSV, parents before children
    Areas,
    /// CSV
    Estates,
    /// CSV
    Buildings,
    /// CSV
    Dwellings,
    /// CSV
    Premises,
    /// CSV
    Stalls,
    /// CSV, without the protected addresses for mail
    Organisations,
    /// CSV, without the protected telephone numbers; persons by their keys
    Merchants,
    /// JSON: the catalogue with today's revisions
    Categories,
    /// CSV: number, state, category, place, times; no personal data but what people wrote in the report
    Cases,
}

/// Write registers, categories or cases to a file, or to standard output
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  youlin export areas > areas.csv\n  youlin export categories --out categories.json\n  \
                  youlin export cases --area 320613005018 --out cases.csv"
)]
pub(crate) struct Export {
    what: What,
    /// Only cases of this area, by its code
    #[arg(long, value_name = "CODE")]
    area: Option<String>,
    /// The file to write
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl Export {
    pub(crate) async fn run(self, raw: Raw) -> Result<Outcome> {
        let house = open(raw).await?;
        let text = match self.what {
            What::Areas => told(&house, youlin_places::export::areas(&house.db).await),
            What::Estates => {
                let tree = house.app.areas();
                told(
                    &house,
                    youlin_places::export::estates(&house.db, &tree).await,
                )
            }
            What::Buildings => {
                let tree = house.app.areas();
                told(
                    &house,
                    youlin_places::export::buildings(&house.db, &tree).await,
                )
            }
            What::Dwellings => told(&house, youlin_places::export::dwellings(&house.db).await),
            What::Premises => {
                let tree = house.app.areas();
                told(
                    &house,
                    youlin_places::export::premises(&house.db, &tree).await,
                )
            }
            What::Stalls => told(&house, youlin_places::export::stalls(&house.db).await),
            What::Merchants => merchants(&house).await,
            What::Organisations => {
                let tree = house.app.areas();
                told(
                    &house,
                    youlin_people::export::organisations(&house.db, &tree).await,
                )
            }
            What::Categories => categories(&house),
            What::Cases => cases(&house, self.area.as_deref()).await,
        };
        house.close().await;
        let text = text?;
        match &self.out {
            Some(file) => {
                std::fs::write(file, text)
                    .with_context(|| format!("{} cannot be written", file.display()))?;
            }
            None => out::say(text.trim_end()),
        }
        Ok(Outcome::Good)
    }
}

fn told(house: &House, text: youlin_kernel::Result<String>) -> Result<String> {
    text.map_err(|problem| explain(house.app.i18n(), &problem))
}

async fn merchants(house: &House) -> Result<String> {
    let scope = house
        .ctx("export")
        .scope(&youlin_people::permissions::PEOPLE_READ)?;
    let (db, tree) = (house.db.read(), house.app.areas());
    let vault = &house.services.vault;
    told(
        house,
        youlin_people::export::merchants(db, vault, &tree, &scope).await,
    )
}

fn categories(house: &House) -> Result<String> {
    let catalogue = house.services.cases.catalogue();
    let all: Vec<_> = catalogue.iter().map(AsRef::as_ref).collect();
    Ok(serde_json::to_string_pretty(&json!({ "version": 1, "categories": all }))? + "\n")
}

async fn cases(house: &House, area: Option<&str>) -> Result<String> {
    let ctx = house.ctx("export");
    let scope = ctx.scope(&youlin_cases::permissions::CASES_READ)?;
    let tree = house.app.areas();
    let area = area
        .map(|code| {
            tree.by_code(code)
                .with_context(|| format!("--area {code}: there is no area of that code"))
        })
        .transpose()?;
    let mut filter = CaseFilter {
        area: area.map(|area| area.id.0),
        limit: Some(200),
        ..CaseFilter::default()
    };
    let mut csv = csv::Writer::from_writer(Vec::new());
    csv.write_record([
        "number",
        "status",
        "urgency",
        "category",
        "category_name",
        "community",
        "grid",
        "address",
        "lon",
        "lat",
        "reported_at",
        "due_at",
        "light",
        "text",
    ])?;
    loop {
        let page = list(&house.db, &house.services.cases, &ctx, &scope, &filter)
            .await
            .map_err(|problem| explain(house.app.i18n(), &problem))?;
        for case in &page.items {
            csv.write_record(row(case, &tree).iter().map(|cell| harmless(cell)))?;
        }
        match page.next {
            Some(next) => filter.cursor = Some(next),
            None => return finish(csv),
        }
    }
}

fn row(case: &CaseRow, tree: &AreaTree) -> [String; 14] {
    let name = |id: AreaId| {
        tree.get(id)
            .map_or_else(String::new, |area| area.name.clone())
    };
    let degrees = |pick: fn((f64, f64)) -> f64| {
        case.position
            .map_or_else(String::new, |at| pick(at).to_string())
    };
    [
        case.number.clone(),
        case.status.to_string(),
        case.urgency.to_string(),
        case.category.clone(),
        case.category_name.clone(),
        name(case.community.into()),
        case.grid.map_or_else(String::new, name),
        case.address.clone(),
        degrees(|at| at.0),
        degrees(|at| at.1),
        case.reported_at.rfc3339(),
        case.due_at.rfc3339(),
        case.light.to_owned(),
        case.text.clone(),
    ]
}

fn finish(csv: csv::Writer<Vec<u8>>) -> Result<String> {
    Ok(String::from_utf8(
        csv.into_inner().context("the table cannot be written")?,
    )?)
}

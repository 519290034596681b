//! Takes reaches in from a file, with their chiefs. Matched by key; the same file again changes nothing.

use std::collections::HashMap;
use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use youlin_database::{Command, Database, Tx};
use youlin_imports::{ImportReport, Incoming, Outcome, Plan, Refused, Register, Row, read_csv};
use youlin_kernel::{CommunityId, Ctx, Permission, Problem, Result};

use super::{ChiefLevel, Line, SaveChief, SaveReach, read_line};
use crate::entities::{reach, reach_chief};
use crate::import::rows_by_community;
use crate::permissions::PLACES_REGISTER;
use crate::{Datum, Locator};

/// Columns a file of reaches must have.
const COLUMNS: &[&str] = &[
    "key",
    "community_code",
    "water",
    "name",
    "half_width_m",
    "line",
];
/// Chiefs are checked one by one: small batches.
const CHUNK: usize = 200;

/// CSV: key, community_code, water, name, `half_width_m`, line (`lon lat; lon lat; …`), note, chiefs
/// (`level:name:post:phone; …`).
#[derive(Clone, Debug)]
pub struct ReachesRegister(pub Arc<Locator>);

impl Register for ReachesRegister {
    fn kind(&self) -> &'static str {
        "reaches"
    }

    fn permission(&self) -> &'static Permission {
        &PLACES_REGISTER
    }

    fn row_called(&self) -> Option<fn(&Row) -> String> {
        Some(|row| row.title(&["name", "key"]))
    }

    fn settings(&self) -> &'static [&'static str] {
        &["datum-wgs84", "datum-gcj02"]
    }

    fn plan<'a>(
        &'a self,
        _db: &'a Database,
        _ctx: &'a Ctx,
        file: &'a Incoming,
        dry_run: bool,
    ) -> BoxFuture<'a, Result<Plan>> {
        let datum = match file.setting.as_str() {
            "datum-gcj02" => Datum::Gcj02,
            _ => Datum::Wgs84,
        };
        let made = planned(&self.0, file, datum, dry_run);
        async move { made }.boxed()
    }
}

fn planned(locator: &Locator, file: &Incoming, datum: Datum, dry_run: bool) -> Result<Plan> {
    let rows = read_csv(&file.text, COLUMNS)?;
    let (refused, by_community) = rows_by_community(&locator.tree(), rows);
    let mut plan = Plan {
        refused,
        ..Plan::default()
    };
    for (community, rows) in by_community {
        let rows = rows.into_iter().map(|row| (row.line, row)).collect();
        plan.add(file, community, rows, CHUNK, |rows| ImportReaches {
            community,
            rows,
            datum,
            dry_run,
        });
    }
    Ok(plan)
}

/// The same at once, for callers that wait: the command line, the example.
///
/// # Errors
/// 422 when the file lacks a column; 403 outside the caller's area; 503 when the database cannot answer.
pub async fn import_reaches(
    db: &Database,
    ctx: &Ctx,
    locator: &Locator,
    text: &str,
    datum: Datum,
    dry_run: bool,
) -> Result<ImportReport> {
    let file = Incoming::of_text(text);
    let plan = planned(locator, &file, datum, dry_run)?;
    let ctx = ctx.with_areas(locator.tree());
    Ok(plan.run(db, &ctx).await?.0)
}

/// Rows of one community.
#[derive(Clone, Debug)]
pub(crate) struct ImportReaches {
    community: CommunityId,
    rows: Vec<Row>,
    datum: Datum,
    dry_run: bool,
}

impl Command for ImportReaches {
    type Output = ImportReport;
    const NAME: &'static str = "places.import-reaches";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<ImportReport> {
        ctx.authorize(&PLACES_REGISTER, self.community)?;
        let known: HashMap<String, reach::Model> = reach::Entity::find()
            .filter(reach::Column::CommunityId.eq(self.community.0))
            .filter(reach::Column::ExternalKey.is_not_null())
            .all(tx.conn())
            .await?
            .into_iter()
            .filter_map(|row| Some((row.external_key.clone()?, row)))
            .collect();
        let mut report = ImportReport::default();
        for row in &self.rows {
            let wanted = match self.wanted(row, known.get(row.get("key"))) {
                Ok(wanted) => wanted,
                Err(refused) => {
                    report.refused.push(refused);
                    continue;
                }
            };
            match self.take(ctx, tx, wanted, known.get(row.get("key"))).await {
                Ok(outcome) => report.count(outcome),
                Err(problem) => report.refused.push(refusal(row, problem)?),
            }
        }
        Ok(report)
    }
}

/// A row read: the reach, and who its chiefs are.
struct Wanted {
    reach: SaveReach,
    chiefs: Vec<(ChiefLevel, [String; 3])>,
}

impl ImportReaches {
    fn wanted(&self, row: &Row, old: Option<&reach::Model>) -> Result<Wanted, Refused> {
        let metres: Option<f64> = row.number("half_width_m")?;
        let metres = metres
            .filter(|metres| (0.0..100_000.0).contains(metres))
            .ok_or_else(|| row.refuse("half_width_m", "cell-no-number"))?;
        let line = read_line(row.get("line"), self.datum).map_err(|problem| {
            let code = problem
                .fields()
                .first()
                .map_or("line-unreadable", |field| field.code);
            row.refuse(
                "line",
                if code == "required" {
                    "cell-empty"
                } else {
                    code
                },
            )
        })?;
        #[expect(clippy::cast_possible_truncation, reason = "the range was checked")]
        let half_width_dm = (metres * 10.0).round() as i32;
        Ok(Wanted {
            reach: SaveReach {
                community: self.community,
                known: old.map(|old| (old.id, old.version)),
                water: row.required("water", 80)?.to_owned(),
                name: row.required("name", 80)?.to_owned(),
                external_key: Some(row.required("key", 80)?.to_owned()),
                line,
                half_width_dm,
                note: row.text("note", 1_000)?.to_owned(),
                closed: false,
            },
            chiefs: chiefs(row)?,
        })
    }

    async fn take(
        &self,
        ctx: &Ctx,
        tx: &Tx<'_>,
        wanted: Wanted,
        old: Option<&reach::Model>,
    ) -> Result<Outcome> {
        let same = old.is_some_and(|old| {
            Line::stored(&old.line).as_ref() == Some(&wanted.reach.line)
                && old.water == wanted.reach.water
                && old.name == wanted.reach.name
                && old.half_width_dm == wanted.reach.half_width_dm
                && old.note == wanted.reach.note
                && old.closed_at.is_none()
        });
        let mut outcome = match old {
            None => Outcome::New,
            Some(_) if same => Outcome::Unchanged,
            Some(_) => Outcome::Changed,
        };
        let id = match old {
            Some(old) if same => old.id,
            Some(old) if self.dry_run => old.id,
            None if self.dry_run => return Ok(outcome),
            _ => wanted.reach.run(ctx, tx).await?,
        };
        for (level, [name, post, phone]) in wanted.chiefs {
            let standing = reach_chief::Entity::find()
                .filter(reach_chief::Column::CommunityId.eq(self.community.0))
                .filter(reach_chief::Column::ReachId.eq(id))
                .filter(reach_chief::Column::Level.eq(level.as_str()))
                .filter(reach_chief::Column::ValidTo.is_null())
                .one(tx.conn())
                .await?;
            if standing.is_some_and(|row| {
                (row.name, row.post, row.phone) == (name.clone(), post.clone(), phone.clone())
            }) {
                continue;
            }
            if outcome == Outcome::Unchanged {
                outcome = Outcome::Changed;
            }
            if !self.dry_run {
                let chief = SaveChief {
                    community: self.community,
                    reach: id,
                    level,
                    name,
                    post,
                    phone,
                };
                chief.run(ctx, tx).await?;
            }
        }
        Ok(outcome)
    }
}

fn chiefs(row: &Row) -> Result<Vec<(ChiefLevel, [String; 3])>, Refused> {
    let text = row.text("chiefs", 1_000)?;
    let all = text.split([';', '；']).map(str::trim);
    all.filter(|part| !part.is_empty())
        .map(|part| {
            let mut cells = part.split([':', '：']).map(str::trim);
            let level = cells.next().and_then(ChiefLevel::parse);
            let rest = [cells.next(), cells.next(), cells.next()];
            match (level, rest) {
                (Some(level), [Some(name), Some(post), Some(phone)]) => {
                    Ok((level, [name.to_owned(), post.to_owned(), phone.to_owned()]))
                }
                _ => Err(row.refuse("chiefs", "chief-unreadable").arg("text", part)),
            }
        })
        .collect()
}

/// What a command refused, as a line of the report; what is no fault of the row goes on.
fn refusal(row: &Row, problem: Problem) -> Result<Refused> {
    let code = match problem.fields().first().map(|field| field.code) {
        Some("reach-taken") => "reach-taken",
        Some("reach-width") => "cell-no-number",
        Some("chief-phone") => "chief-unreadable",
        _ => return Err(problem),
    };
    Ok(row
        .refuse("name", code)
        .arg("code", row.get("name"))
        .arg("text", row.get("chiefs")))
}

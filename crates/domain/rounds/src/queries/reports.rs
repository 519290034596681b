//! Residents' and passers-by's reports at the reaches: from the board of the reach's sign, or by any other way with a place at
//! the water. Counted where whoever asks may read cases; elsewhere there is no figure, and not a wrong nought.

use std::collections::HashMap;

use uuid::Uuid;
use youlin_cases::{OutsideReport, reported_outside};
use youlin_database::Database;
use youlin_kernel::{CommunityId, Micros, Result, Scope};
use youlin_places::rivers::{Reach, open_reaches};

/// A degree is longer everywhere in the country, also one of longitude in its north.
const DEGREE_M: f64 = 60_000.0;
/// Reaches and reports looked at.
const REACHES: u64 = 2_000;
const REPORTS: u64 = 20_000;

/// Filed by the board of a reach.
const BOARD: &str = "board:";

/// What the key of a report begins with that came in by the board of a reach.
#[must_use]
pub(crate) fn board_prefix(reach: Uuid) -> String {
    format!("{BOARD}{reach}:")
}

/// A report and the reach it is at.
#[derive(Clone, Debug)]
pub struct ReachReport {
    pub report: OutsideReport,
    pub reach: Uuid,
    pub reach_name: String,
    /// By the board on the sign.
    pub by_board: bool,
}

/// Reports since a moment by community; `cases` is the caller's scope of cases.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn reports_at_reaches(
    db: &Database,
    scope: &Scope,
    cases: &Scope,
    since: Micros,
) -> Result<HashMap<CommunityId, Vec<ReachReport>>> {
    let mut by: HashMap<CommunityId, Vec<Reach>> = HashMap::new();
    for reach in open_reaches(db, scope, REACHES).await? {
        by.entry(reach.community).or_default().push(reach);
    }
    let mut found: HashMap<CommunityId, Vec<ReachReport>> = HashMap::new();
    if by.is_empty() {
        return Ok(found);
    }
    for report in reported_outside(db, cases, since, BOARD, REPORTS).await? {
        let reaches = by.get(&report.community).map_or(&[][..], Vec::as_slice);
        if let Some((reach, by_board)) = at(reaches, &report) {
            let community = report.community;
            let one = ReachReport {
                reach: reach.id,
                reach_name: reach.full_name(),
                by_board,
                report,
            };
            found.entry(community).or_default().push(one);
        }
    }
    Ok(found)
}

/// The reach of a report, and whether its board says so.
fn at<'a>(reaches: &'a [Reach], report: &OutsideReport) -> Option<(&'a Reach, bool)> {
    let key = report.key.as_deref().unwrap_or_default();
    let by_board = reaches
        .iter()
        .find(|reach| key.starts_with(&board_prefix(reach.id)));
    if let Some(reach) = by_board {
        return Some((reach, true));
    }
    let position = report.position?;
    let near = reaches.iter().filter_map(|reach| {
        let most = reach.corridor_m();
        let metres = close(reach.line.bbox(), position, most)
            .then(|| reach.line.nearest(position).1)
            .filter(|metres| *metres <= most)?;
        Some((reach, metres))
    });
    let nearest = near.min_by(|a, b| a.1.total_cmp(&b.1));
    nearest.map(|(reach, _)| (reach, false))
}

/// Whether a place can be within so many metres of what lies in a box: most are nowhere near.
fn close([west, south, east, north]: [f64; 4], (lon, lat): (f64, f64), metres: f64) -> bool {
    let room = metres / DEGREE_M;
    (west - room..=east + room).contains(&lon) && (south - room..=north + room).contains(&lat)
}

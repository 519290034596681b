//! Verbs of premises, stalls and equipment.

mod check_equipment;
mod close_premises;
mod import_equipment;
mod import_premises;
mod import_stalls;
mod save_equipment;
mod save_premises;
mod save_stall;

pub use check_equipment::CheckEquipment;
pub use close_premises::ClosePremises;
pub(crate) use close_premises::end_equipment;
pub use import_equipment::{EQUIPMENT_COLUMNS, ImportEquipment};
pub use import_premises::{ImportPremises, PREMISES_COLUMNS};
pub use import_stalls::{ImportStalls, STALL_COLUMNS};
pub use save_equipment::{EquipmentInput, SaveEquipment};
pub use save_premises::{PremisesInput, SavePremises};
pub use save_stall::{EndStall, OpenStalls, SaveStall, StallInput};

use jiff::civil::Date;
use youlin_kernel::{Problem, ProblemKind, Result};

use crate::days;
use crate::import::{Refused, Row};

/// A day as typed (`2026-11-26`); nothing for an empty field.
fn day(field: &'static str, text: &str) -> Result<Option<i32>> {
    match text.trim() {
        "" => Ok(None),
        text => text
            .parse::<Date>()
            .map(|day| Some(days::number(day)))
            .map_err(|_no_day| Problem::invalid(field, "no-day")),
    }
}

/// A whole number within bounds; nothing for an empty field.
fn whole(
    field: &'static str,
    text: &str,
    range: std::ops::RangeInclusive<i32>,
) -> Result<Option<i32>> {
    match text.trim() {
        "" => Ok(None),
        text => match text.parse::<i32>() {
            Ok(number) if range.contains(&number) => Ok(Some(number)),
            _ => Err(Problem::invalid(field, "no-number")),
        },
    }
}

/// A command's refusal of one row as the report shows it; faults of the database end the import.
fn refused(row: &Row, problem: Problem) -> Result<Refused> {
    if problem.kind() != ProblemKind::Invalid {
        return Err(problem);
    }
    let fault = problem.fields().first();
    let mut refused = row.refuse(
        fault.map_or("", |fault| fault.field.as_str()),
        fault.map_or("row-invalid", |fault| fault.code),
    );
    for (name, value) in fault.map_or(&[][..], |fault| &fault.args) {
        refused = refused.arg(name, value);
    }
    Ok(refused)
}

//! Taking the register in from CSV: organisations, persons, memberships, accounts (the columns of `examples/nantong`).
//!
//! Rows are matched by their key, so a second run of the same file changes nothing. Sound rows are taken in, the others
//! are refused with their line and reason; `dry_run` decides everything and saves nothing. Each community's rows are
//! saved in transactions of their own, 200 at a time, so that an import does not hold up the desk.

mod accounts;
mod back;
mod identity;
mod keys;
mod memberships;
mod names;
mod organisations;
mod persons;
mod registers;
mod residents;

use std::collections::BTreeMap;

use youlin_database::Command;
use youlin_imports::{ImportReport, Incoming, Plan, Refused, Row};
use youlin_kernel::{CommunityId, Ctx, Micros, Permission, Problem, Result};

pub use accounts::accounts;
pub use back::InUse;
pub(crate) use back::{own, print, printed, used};
pub(crate) use identity::identity_number;
pub(crate) use keys::persons as persons_by_key;
pub use memberships::memberships;
pub(crate) use names::can_be_name;
pub use organisations::organisations;
pub use persons::{persons, staff_areas};
pub use registers::{
    AccountsRegister, MembershipsRegister, OrganisationsRegister, PersonsRegister,
};
pub(crate) use residents::not_by_sheet;
pub use residents::{RESIDENT_COLUMNS, ResidentsRegister};

/// Rows saved in one transaction.
const CHUNK: usize = 200;

/// Imports are for those who have the permission at all; each row is authorized again where it belongs.
pub(crate) fn allowed(ctx: &Ctx, permission: &'static Permission) -> Result<()> {
    ctx.scope(permission).map(|_scope| ())
}

/// A command's refusal of one row as the report shows it. Faults of the database are no refusals and end the import.
pub(crate) fn refused(row: &Row, problem: Problem) -> Result<Refused> {
    use youlin_kernel::ProblemKind;
    match problem.kind() {
        ProblemKind::Invalid => {
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
        ProblemKind::Forbidden | ProblemKind::NotFound | ProblemKind::SignInNeeded => {
            Ok(row.refuse("", "row-not-yours"))
        }
        _ => Err(problem),
    }
}

/// What was refused, and the rest by the community it is filed under, in the order of the file.
pub(crate) fn planned<T, C>(
    file: &Incoming,
    refused: Vec<Refused>,
    rows: Vec<(CommunityId, u32, T)>,
    command: impl Fn(Vec<T>) -> C + Copy,
) -> Plan
where
    C: Command<Output = ImportReport>,
{
    let mut groups: BTreeMap<CommunityId, Vec<(u32, T)>> = BTreeMap::new();
    for (community, line, row) in rows {
        groups.entry(community).or_default().push((line, row));
    }
    let mut plan = Plan {
        refused,
        ..Plan::default()
    };
    for (community, rows) in groups {
        plan.add(file, community, rows, CHUNK, command);
    }
    plan
}

/// The beginning of a day (`2024-03-01`) in local time.
pub(crate) fn midnight(day: &str) -> Option<Micros> {
    let day: jiff::civil::Date = day.parse().ok()?;
    // One time zone, without summer time (see the kernel's `Micros`).
    let zone = jiff::tz::TimeZone::fixed(jiff::tz::offset(8));
    Some(day.to_zoned(zone).ok()?.timestamp().into())
}

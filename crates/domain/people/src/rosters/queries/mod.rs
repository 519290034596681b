//! Reads of the rosters. Those on duty are named within the house; everybody else is masked.

mod duty;
mod seconded;
mod team;

use std::collections::HashMap;

use sea_orm::ConnectionTrait;
use uuid::Uuid;
use youlin_kernel::Result;

use crate::Vault;
use crate::queries::{open_name, persons_by_id};

pub use duty::{
    AbsenceView, RotaView, ShiftView, SwapView, absences, on_duty, rota, rotas, shifts, swaps_for,
};
pub(crate) use duty::{find_absence, find_shift, find_swap};
pub use seconded::{HoursView, SecondmentView, hours_of, secondments};
pub(crate) use seconded::{Unit, units};
pub use team::{TeamMember, team};
pub(crate) use team::{people_in_office, share_doors};

/// Names of people on duty, by person.
pub(crate) async fn names(
    db: &impl ConnectionTrait,
    vault: &Vault,
    persons: impl IntoIterator<Item = (i64, Uuid)>,
) -> Result<HashMap<Uuid, String>> {
    let ids: Vec<(i64, Uuid)> = persons.into_iter().collect();
    persons_by_id(db, &ids)
        .await?
        .into_iter()
        .map(|(id, row)| Ok((id, open_name(vault, &row)?)))
        .collect()
}

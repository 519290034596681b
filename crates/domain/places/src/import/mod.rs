//! This module's registers as files: how each becomes batches of one community (see `youlin_imports`), and the same at once
//! for callers that wait.

mod premises;
mod registers;
mod run;

pub use premises::{
    EquipmentRegister, PremisesRegister, StallsRegister, equipment, premises, stalls,
};
pub(crate) use registers::rows_by_community;
pub use registers::{
    AreasRegister, BoundariesRegister, BuildingsRegister, DwellingsRegister, EstatesRegister,
};
pub use run::{areas, boundaries, buildings, dwellings, estates};
pub use youlin_imports::{ImportReport, Outcome, Refused, Row, read_csv};

pub use crate::commands::{AREA_COLUMNS, BUILDING_COLUMNS, DWELLING_COLUMNS, ESTATE_COLUMNS};
pub use crate::commands::{EQUIPMENT_COLUMNS, PREMISES_COLUMNS, STALL_COLUMNS};

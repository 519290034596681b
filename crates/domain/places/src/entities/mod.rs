//! Rows as the database keeps them. Other crates see [`crate::Place`] and the views of [`crate::queries`].

pub(crate) mod area;
pub(crate) mod area_code;
pub(crate) mod area_succession;
pub(crate) mod boundary;
pub(crate) mod building;
pub(crate) mod building_past;
pub(crate) mod dwelling;
pub(crate) mod entrance;
pub(crate) mod equipment;
pub(crate) mod equipment_check;
pub(crate) mod estate;
pub(crate) mod outlet;
pub(crate) mod premises;
pub(crate) mod premises_past;
pub(crate) mod reach;
pub(crate) mod reach_chief;
pub(crate) mod stall;

use youlin_database::{AuditedTable, audited_table};

/// Every table the audit chain covers.
pub(crate) fn audited() -> Vec<AuditedTable> {
    vec![
        audited_table::<area::Entity>(),
        audited_table::<area_code::Entity>(),
        audited_table::<area_succession::Entity>(),
        audited_table::<boundary::Entity>(),
        audited_table::<estate::Entity>(),
        audited_table::<building::Entity>(),
        audited_table::<building_past::Entity>(),
        audited_table::<entrance::Entity>(),
        audited_table::<dwelling::Entity>(),
        audited_table::<reach::Entity>(),
        audited_table::<reach_chief::Entity>(),
        audited_table::<outlet::Entity>(),
        audited_table::<premises::Entity>(),
        audited_table::<premises_past::Entity>(),
        audited_table::<stall::Entity>(),
        audited_table::<equipment::Entity>(),
        audited_table::<equipment_check::Entity>(),
    ]
}

//! One verb per file. Imports are verbs too: the same rules whether a row comes from a file or a form.

mod area_draft;
mod boundary_plan;
mod close_area;
mod follow_ground;
mod import_areas;
mod import_boundaries;
mod import_buildings;
mod import_dwellings;
mod import_estates;
mod keep_past;
mod open_dwellings;
mod placing;
pub(crate) mod premises;
mod redraw_boundary;
mod resettle;
mod save_area;
mod save_building;
mod save_dwelling;
mod save_estate;
mod split_grid;
mod succession;

pub use close_area::CloseArea;
pub use follow_ground::{FOLLOW, FollowGrounds};
pub use import_areas::ImportAreas;
pub use import_boundaries::ImportBoundaries;
pub use import_buildings::ImportBuildings;
pub use import_dwellings::ImportDwellings;
pub use import_estates::ImportEstates;
pub use open_dwellings::OpenDwellings;
pub use premises::{
    CheckEquipment, ClosePremises, EndStall, EquipmentInput, ImportEquipment, ImportPremises,
    ImportStalls, OpenStalls, PremisesInput, SaveEquipment, SavePremises, SaveStall, StallInput,
};
pub use redraw_boundary::RedrawBoundary;
pub use save_area::SaveArea;
pub use save_building::SaveBuilding;
pub use save_dwelling::SaveDwelling;
pub use save_estate::SaveEstate;
pub use split_grid::SplitGrid;

pub(crate) use placing::Placer;

pub use area_draft::AREA_COLUMNS;
pub use import_buildings::BUILDING_COLUMNS;
pub use import_dwellings::DWELLING_COLUMNS;
pub(crate) use import_dwellings::USAGES;
pub use import_estates::ESTATE_COLUMNS;

pub use premises::{EQUIPMENT_COLUMNS, PREMISES_COLUMNS, STALL_COLUMNS};
pub(crate) use save_building::field;

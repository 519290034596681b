//! The tables as SeaORM sees them. Only this crate uses them.

pub(crate) mod calendar_year;
pub(crate) mod case_event;
pub(crate) mod case_file;
pub(crate) mod case_record;
pub(crate) mod case_task;
pub(crate) mod category_row;
pub(crate) mod phone_call;

use youlin_database::record;

record!(case_record::Entity, case_record::Model, "case_record");
record!(case_task::Entity, case_task::Model, "case_task");
record!(case_event::Entity, case_event::Model, "case_event");
record!(case_file::Entity, case_file::Model, "case_file");
record!(phone_call::Entity, phone_call::Model, "phone_call");
record!(category_row::Entity, category_row::Model, "category_row");
record!(calendar_year::Entity, calendar_year::Model, "calendar_year");

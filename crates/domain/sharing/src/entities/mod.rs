//! Rows of the tables of this module.

pub(crate) mod resource;
pub(crate) mod resource_loan;
pub(crate) mod resource_stock;
pub(crate) mod sharing_past;
pub(crate) mod support_entry;
pub(crate) mod support_offer;
pub(crate) mod support_request;

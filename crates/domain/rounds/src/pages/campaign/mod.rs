//! Pages of campaigns: the list of them, one with its figures, its form, its list of premises.

pub(super) mod form;
pub(super) mod list;
pub(super) mod premises;
pub(super) mod show;

//! Rows as the database keeps them.

pub(crate) mod report_answer;
pub(crate) mod report_blank;
pub(crate) mod report_fill;
pub(crate) mod report_form;
pub(crate) mod report_typed;
pub(crate) mod view;

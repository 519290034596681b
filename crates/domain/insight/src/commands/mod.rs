//! Changes: keeping a question, and dropping it.

mod drop_view;
mod save_view;

pub use drop_view::DropView;
pub use save_view::SaveView;

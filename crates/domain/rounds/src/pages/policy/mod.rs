//! Pages of policies: the list with how each stood, one policy's subjects, and its form.

mod form;
mod list;
mod read;
mod save;
mod standing;

pub(super) use list::{close, list};
pub(super) use save::{change, create, edit, fresh};
pub(super) use standing::show as standing;

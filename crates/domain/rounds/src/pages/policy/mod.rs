//! Pages of policies: the list with how each stood, one policy's subjects, and its form.

mod form;
mod list;
mod read;
mod save;
mod standing;
mod stop;

pub(super) use list::list;
pub(super) use save::{change, create, edit, fresh};
pub(super) use standing::show as standing;
pub(super) use stop::{ask as ask_stop, close, reopen};

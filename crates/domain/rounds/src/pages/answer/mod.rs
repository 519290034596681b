//! Any checklist as a page asks it: what was typed, which questions stand, what follows, and how it reads afterwards.

mod asked;
mod folded;
mod follow;
mod kept;
mod shown;
mod typed;

pub(super) use asked::{Part, group_title, parts};
pub(super) use folded::folded;
pub(super) use follow::{Proposed, proposed};
pub(crate) use kept::Kept;
pub(super) use kept::{keep, kept_file};
pub(super) use shown::{Shown, shown};
pub(super) use typed::{Typed, key};

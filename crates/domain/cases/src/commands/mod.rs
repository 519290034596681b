//! Every change of a case walks through here, whoever asks.

mod act;
mod attach_file;
mod calendar;
mod call;
mod categories;
mod follow;
mod hold;
mod merge;
mod report;
mod save;
pub(crate) use save::FAMILY;
mod sweep;

pub(crate) use act::standing;
pub use act::{Act, Acted, Via};
pub use attach_file::AttachFile;
pub use calendar::LoadCalendarYear;
pub use call::{AttachCaller, IncomingCall, TakeCall};
pub use categories::{CatalogueReport, ImportCategories, SaveCategory};
pub use follow::{CasesFollow, stand_with};
pub use hold::{Held, HoldsCases, SeenOnSpot};
pub(crate) use hold::{Holder, without_ends};
pub use merge::{Merge, Unmerge};
pub use report::{NewCase, Report, Reported, Reporter, prepare};
pub use sweep::{SWEEP, Sweep};

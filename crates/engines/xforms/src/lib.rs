//! Checklists in the forms other programs speak: XLSForm workbooks, XForms for ODK Collect, and what it submits.
//!
//! - [`read_xlsform`], [`write_xlsform`]: a checklist from and to a workbook (`survey`, `choices`, `settings`, and two sheets of our
//!   own that other programs skip: `findings` and `about`). What is not supported is refused by its name, never dropped;
//! - [`write_xform`]: the form as ODK Collect reads it; [`write_framed_xform`] with what a round asks before its checklist ([`Frame`]);
//! - [`Instance`]: the answers of a filled form, of this or an older version; [`write_submission`] the other way.
//!
//! Pure: bytes in, data out.

mod fault;
mod frame;
mod names;
mod read_sheets;
mod submission;
mod tree;
mod write_sheets;
mod xform;

pub use fault::{SheetFault, WrongSheet};
pub use frame::{Frame, Framed, Worded};
pub use names::Labels;
pub use read_sheets::read_xlsform;
pub use submission::{
    Instance, Meta, Submission, SubmissionFault, Unknown, write_framed_submission, write_submission,
};
pub use write_sheets::write_xlsform;
pub use xform::{write_framed_xform, write_xform};

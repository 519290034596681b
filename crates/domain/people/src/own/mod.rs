//! A resident's own file (story 6; domain §3.5 and §5): opened with a one-time code sent to a number that stands in the
//! register, shown whole and in plain words, corrected, and taken away.
//!
//! The session of a code is of its own kind: it reaches one file, has no role, and ends after half an hour. Inside it
//! the actor is a [`youlin_kernel::LinkActor`] with the purpose [`PURPOSE`], so that every audit entry says how it came
//! about. What other floors hold about the person is read through [`FileSection`].
//!
//! A code and its session are no records: they are filed under the system community, are worth nothing without the keys
//! of the installation, and are gone after two days ([`OWN_TIDY`]).

mod ask_code;
mod change;
mod code;
mod corrections;
mod enter_code;
mod file;
mod guardians;
pub(crate) mod pages;
mod section;
mod session;
mod tidy;

pub use ask_code::{AskCode, CODE_ASKED};
pub use change::{AskCorrection, ConfirmPhone, TakeFile, TakeOffPhone};
pub use code::{CodeToSend, code_to_send};
pub use corrections::{CorrectionFact, CorrectionState, CorrectionView, DecideCorrection};
pub(crate) use corrections::{ToDecide, to_decide, wish};
pub use enter_code::{ChoosePerson, EnterCode, Entered, LeaveFile};
pub use file::{OwnConsent, OwnFile, OwnHome, OwnLabel, OwnPhone, own_file};
pub use guardians::SetGuardian;
pub(crate) use guardians::{guardians_of, is_child};
pub use section::{FileSection, FileSections, SectionLine};
pub use tidy::{OWN_TIDY, TidyOwn};

/// The purpose of the actor inside an own file.
pub const PURPOSE: &str = "own-file";

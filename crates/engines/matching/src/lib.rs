//! Suggestions for the person who files a case and looks for neighbours to help.
//!
//! Four questions are answered here, each as a pure function over plain data:
//!
//! * which category a report may belong to ([`CategoryModel::suggest`]) and how urgent it sounds
//!   ([`suggest_urgency`]);
//! * which open cases look like the one being written ([`similar`]);
//! * which helpers may be asked, and why the others may not ([`rank_helpers`]).
//!
//! Nothing is decided here: a suggestion is shown, a person takes it or leaves it. Therefore every answer
//! carries typed reasons (enums with the words, metres or hours they rest on), never finished sentences;
//! the caller puts them in the reader's language. Rules for helpers come from `domain.md` §4 "Helpers";
//! that no ranking of persons is kept comes from §3.2: rankings are returned and nowhere stored.
//!
//! No clock, no input or output, no global state. The only thing that is slow to make is the
//! [`Segmenter`] (its dictionary takes a fifth of a second), so the caller makes one and shares it.

mod category;
mod helpers;
mod keywords;
mod past;
mod place;
mod related;
mod segment;
mod similar;
mod terms;
mod urgency;
mod words;

pub use category::{CategoryHint, CategoryModel, CategorySuggestion, Reason};
pub use helpers::{
    BE_ASKED, Excluded, Exclusion, HelpNeed, Helper, HelperRanking, HelperReason, Licence,
    RankedHelper, rank_helpers,
};
pub use past::MAX_PAST_PER_CATEGORY;
pub use place::{Position, Window, WindowError};
pub use segment::{MAX_CHARS, Segmenter, normalise};
pub use similar::{Candidate, CaseText, PlaceKeys, Similar, SimilarReason, similar};
pub use terms::{Term, index_terms};
pub use urgency::{Urgency, UrgencyKind, UrgencyReason, UrgencySuggestion, suggest_urgency};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}

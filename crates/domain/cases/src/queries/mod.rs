//! Reads. Each takes a scope, or a code or link that stands for one case.

mod brief;
mod called;
mod calls;
mod counts;
mod files;
mod footing;
mod helped;
mod list;
mod number;
mod one;
mod open311;
mod outside;
mod own;
pub(crate) mod parts;
mod provisional;
mod standing;
mod suggest;
mod tasks;
mod theirs;
mod track;
mod views;
mod withheld;

pub use brief::{Brief, BriefReporter, BriefTask, briefs};
pub(crate) use called::{Called, categories_called};
pub(crate) use calls::call_phone;
pub use calls::{CallView, call_view, recent_calls};
pub use counts::{CaseCounts, MonthCounts, counts, counts_by_area, months};
pub use files::{FileAt, WorkPhoto, file_of, report_files, work_photos};
pub use footing::{
    AskedExtension, CaseFooting, CasesThat, cases_among, count_among, footings, happenings,
    open_cases,
};
pub use helped::{Helped, helped};
pub use list::{CaseFilter, Sort, list};
pub use one::{case, case_by_number, past_of_person, visible};
pub(crate) use one::{contact, reported_by_caller, visible_whole};
pub use open311::{
    Open311Eyes, Open311Filter, Open311Row, Open311Update, open311_filed_by, open311_mark,
    open311_request, open311_requests, open311_step_of, open311_updates,
};
pub use outside::{OutsideReport, reported_outside, reported_under};
pub use own::{OwnCase, cases_of_dwelling, cases_of_person, reported_by};
pub use provisional::{loaded_years, provisional};
pub use standing::{CaseStanding, standings};
pub use suggest::{
    CategoryChoice, HelperChoice, SimilarCase, SuggestInput, Suggestions, helpers_for, suggest,
};
pub use tasks::{LinkedTask, TaskRow, link_token, open_link, tasks_of};
pub use theirs::cases_of_parties;
pub use track::{TrackEntry, TrackView, track, track_key};
pub(crate) use views::category_name;
pub use views::{CaseRow, CaseView, EventView, FileView, TaskView};

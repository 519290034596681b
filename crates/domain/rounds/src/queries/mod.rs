//! Reads, each with a scope; the public board by its sign.

mod board;
mod checklists;
mod due;
mod policies;
mod rounds;
mod subjects;

pub use board::{Board, BoardFinding, board};
pub use checklists::{
    ChecklistLine, ChecklistView, checklist, checklist_versions, checklists_for, checklists_of,
};
pub use due::{DueLine, due_now, standing_over};
pub use policies::{PolicyView, policies, policy_view};
pub use rounds::{
    FindingStep, FindingView, PhotoView, ReturnView, RoundFilter, RoundLine, RoundView,
    finding_round, findings_at, open_findings, photo, round_view, rounds_of,
};
pub use subjects::{SubjectView, subject_anywhere, subject_view, subjects_of};

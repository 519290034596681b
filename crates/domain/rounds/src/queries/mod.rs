//! Reads, each with a scope; the public board by its sign.

mod board;
mod campaigns;
mod campaigns_due;
mod checklists;
mod defence;
mod due;
mod findings;
mod hazards;
mod listed;
mod policies;
mod recheck;
mod registers;
mod remeasure;
mod reports;
mod rounds;
mod rule_changes;
mod rules;
mod sight;
mod subjects;
mod walkers;

use sea_orm::{ColumnTrait, Condition};
use uuid::Uuid;
use youlin_kernel::Micros;

pub use board::{Board, BoardFinding, board};
pub use campaigns::{
    CampaignFigures, CampaignPremises, CampaignView, campaign_figures, campaign_inspected,
    campaign_list, campaign_view, campaigns,
};
pub(crate) use campaigns::{campaign_of, listed_ids, view as campaign_row};
pub use checklists::{
    ChecklistLine, ChecklistView, checklist, checklist_versions, checklists_for, checklists_of,
    newest_published,
};
pub use defence::{Defence, DefenceLine, defence, is_again};
pub(crate) use due::asks_there;
pub use due::{
    DueLine, SubjectStanding, due_now, last_done, standing_of_policy, standing_of_subject,
    standing_over,
};
pub use findings::{
    FindingStep, FindingView, ReturnView, finding_of_case, finding_round, findings_at,
    open_findings,
};
pub(crate) use hazards::hazards_among;
pub use hazards::{
    HazardExtension, HazardFilter, HazardNote, HazardSeen, HazardView, HazardsOf, count_hazards,
    hazard_view, hazards, possible_steps,
};
pub use listed::{ListedHazard, listed_hazards};
pub(crate) use policies::held as policy_held;
pub use policies::{PolicyView, policies, policy_view};
pub use recheck::goes_back_to;
pub(crate) use recheck::{
    Looked, Return, Waits, looked_at_by, may_recheck, own_to_recheck, puts_right, returns,
};
pub(crate) use registers::{count_meant, kept, matching};
pub use remeasure::{Remeasurable, remeasurable};
pub(crate) use remeasure::{asked, first_measured};
pub(crate) use reports::board_prefix;
pub use reports::{ReachReport, reports_at_reaches};
pub use rounds::{
    ExtraOf, PhoneTimes, PhotoView, RoundFilter, RoundLine, RoundView, Withdrawn, count_rounds,
    photo, round_view, rounds_of,
};
pub(crate) use rounds::{photos_of, visible};
pub use rule_changes::{ChangedJudgement, Compared, changes_by, what_changes};
pub(crate) use rules::judged_again;
pub use rules::{
    EXAMPLE_FOR, JudgementView, RuleSetView, in_use, judgements_of, judging, rule_sets, rules_for,
    status_code,
};
pub use subjects::{SubjectView, subject_anywhere, subject_view, subjects_of};
pub use walkers::walks_by;
pub(crate) use walkers::{Walker, names_of};

/// What comes after a line of a list that begins with the latest; without its id, only what is of an earlier moment.
fn listed_after<C: ColumnTrait>(
    (moment, at): (C, Micros),
    (key, id): (C, Option<Uuid>),
) -> Condition {
    let same = |id: Uuid| Condition::all().add(moment.eq(at.0)).add(key.lt(id));
    Condition::any()
        .add(moment.lt(at.0))
        .add_option(id.map(same))
}

//! Rosters: who looks after what (domain S2), which dwellings and areas have nobody, who is on duty when, who stands in
//! for whom, and who was sent down to help a community (下沉).
//!
//! A team is a view of memberships; nothing is typed twice. What memberships cannot say is kept here: which buildings of
//! a neighbourhood are whose ([`TakeShare`]), duties and their shifts ([`SaveRota`], [`PlanDuty`]), absences with a
//! substitute who agreed ([`NoteAbsence`]), and hours given ([`NoteHours`]). Whoever asks the directory who is responsible
//! gets the substitute while somebody is away ([`Away`]).

mod api;
mod commands;
mod coverage;
mod covered;
pub mod datasets;
pub(crate) mod entities;
mod holes;
pub mod ical;
mod load;
mod migrations;
mod model;
mod pages;
mod planner;
mod posts;
mod queries;
mod stand_in;
mod substitutes;

use youlin_database::{AuditedTable, Event, audited_table};
use youlin_kernel::CommunityId;
use youlin_web::Routes;

pub use commands::{
    AnswerAbsence, AnswerSwap, AskSwap, CloseRota, DecideHours, EndSecondment, EndShare,
    NoteAbsence, NoteHours, PlanDuty, SaveRota, SaveSecondment, SetRosterPolicy, TakeShare,
    WithdrawAbsence,
};
pub use coverage::{Coverage, Door, Share, Worker, coverage, workers_of};
pub use covered::LookedAfterDataset;
pub use holes::{AreaLine, HoleLine, area_lines, hole_lines};
pub use load::{Ground, ground};
pub(crate) use migrations::ROSTERS;
pub use model::{Consent, DutyDays, DutyKind, Hole, HoursState, RosterPolicy, ShiftOrigin};
pub use pages::TOPBAR;
pub use planner::{Busy, Member, Pattern, Planned, Span, plan};
pub use posts::{Post, posts};
pub use queries::{
    AbsenceView, HoursView, RotaView, SecondmentView, ShiftView, SwapView, TeamMember, absences,
    hours_of, on_duty, rota, rotas, secondments, shifts, swaps_for, team,
};
pub(crate) use stand_in::stands_in;
pub use stand_in::stood_in_for;
pub(crate) use substitutes::{Away, micro_grid_worker_at};

pub(crate) fn audited() -> Vec<AuditedTable> {
    use entities::*;
    vec![
        audited_table::<roster_setting::Entity>(),
        audited_table::<roster_share::Entity>(),
        audited_table::<duty_rota::Entity>(),
        audited_table::<duty_member::Entity>(),
        audited_table::<duty_shift::Entity>(),
        audited_table::<duty_swap::Entity>(),
        audited_table::<absence::Entity>(),
        audited_table::<secondment::Entity>(),
        audited_table::<secondment_hours::Entity>(),
    ]
}

pub(crate) fn routes() -> Routes {
    pages::routes().merge(api::routes())
}

/// Something of the rosters changed. Of its own family, so that figures of persons are not counted anew for it.
pub const SAVED: &str = "rosters.saved";

fn saved(community: CommunityId, subject: uuid::Uuid) -> Event {
    crate::events::event(SAVED, community, subject)
}

/// As [`saved`], and somebody waits for it: `step` says for what (`substitute-asked`, `swap-asked`, `answered`).
fn told(community: CommunityId, subject: uuid::Uuid, step: &str, person: uuid::Uuid) -> Event {
    let parties = [crate::Party::person(person)];
    Event {
        payload: serde_json::json!({ "step": step, "parties": parties }),
        ..saved(community, subject)
    }
}

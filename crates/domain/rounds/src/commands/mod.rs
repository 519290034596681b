//! One verb per file.

mod attach_photo;
mod campaign;
pub(crate) mod clock;
mod follow;
mod hand_in;
mod hazard;
mod holder;
mod left_out;
pub(crate) mod new_round;
mod party;
mod return_visit;
mod rules;
mod save_checklist;
mod save_policy;
mod shown;
mod spot;
mod stop_policy;
mod turn_checklist;
mod withdraw_round;

pub use attach_photo::AttachPhoto;
pub use campaign::{
    CloseCampaign, ListPremises, ListedPremises, MarkStarted, Preview, SaveCampaign,
    apply as apply_list, preview as preview_list,
};
pub use clock::day_begun;
pub use follow::RoundsFollow;
pub(crate) use hand_in::short_of;
pub use hand_in::{FiledFinding, HandIn, HandedIn};
pub use hazard::{ActOnHazard, HazardActed, NewHazard, NewInspection, ToldHazard, told_hazards};
pub(crate) use hazard::{Remeasured, act, not_measurable, remeasured, same, stalls, understood};
pub(crate) use holder::RoundsHold;
pub use new_round::{KnownRound, NewFinding, NewRound, prepare, prepare_inspection, prepare_known};
pub use return_visit::{NoteReturn, ReturnVisit};
pub(crate) use rules::MOST_RULES;
pub use rules::{SaveRuleSet, UseRuleSet};
pub use save_checklist::{SaveChecklist, SavedChecklist};
pub use save_policy::{SavePolicy, check_policy};
pub use shown::short_words;
pub use stop_policy::{ClosePolicy, ReopenPolicy};
pub use turn_checklist::{DropChecklist, PublishChecklist, WithdrawChecklist};
pub use withdraw_round::{WithdrawRound, may_withdraw};

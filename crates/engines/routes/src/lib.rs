//! Whom to visit today, by whom, and in which order to walk.
//!
//! - [`plan`] chooses visits by need under a policy whose weights are data, hands them to workers who may go there and have
//!   room, keeps a building together, and puts each worker's stops in walking order;
//! - [`walking_order`] is that last step alone: an open way or a closed round over points, entrances of a building one after
//!   another.
//!
//! Every proposal carries the reasons that made it, as codes of the policy with their points. The points order a list;
//! they say nothing of a person and are not to be kept. The same input gives the same plan, whatever its order.
//!
//! Pure: no clock, no chance. Positions are metres on a plane ([`on_plane`] makes them of degrees).

mod assign;
mod gather;
mod need;
mod order;
mod plan;

pub use need::{Need, Policy, Reason, Weight};
pub use order::{Order, Point, Shape, Stop, walking_order};
pub use plan::{
    Candidate, Left, Plan, Proposal, Round, RoundStop, WhyLeft, Worker, on_plane, plan,
};

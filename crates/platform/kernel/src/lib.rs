//! The lowest floor of the platform: what every other crate speaks in.
//!
//! Ids, time, the caller's context ([`Ctx`]), what a caller may see ([`Scope`]), the one error that leaves a
//! command ([`Problem`]) and paging. Nothing here does I/O; clock and randomness come in through [`Ctx`] so that a
//! story test can replay a whole year in a second.

mod area;
mod ctx;
mod ids;
mod paging;
mod permission;
mod problem;
mod scope;
mod time;
mod words;

pub use area::{AreaLevel, AreaNode, AreaTree, Inhabited, Succession};
pub use ctx::{
    AccountActor, Actor, Ctx, Entropy, Grant, LinkActor, Locale, OsEntropy, SeededEntropy,
};
pub use ids::{AreaId, CommunityId};
pub use paging::{Page, PageRequest};
pub use permission::{Access, Permission, Role};
pub use problem::{FieldFault, Problem, ProblemKind, Result};
pub use scope::{Asker, Scope, ScopePart};
pub use time::{AheadClock, Clock, ManualClock, Micros, SystemClock};

//! What happens in a life, as events with history: a death ends the residence, roles and consents, and says so with tact;
//! noted by mistake it is withdrawn.

mod death;
mod dwelling;
mod migrations;
pub(crate) mod pages;
mod timeline;

pub use death::{NoteDeath, WithdrawDeath};
pub(crate) use death::{dead, death_spells, deaths_of, must_live};
pub(crate) use dwelling::dwelling_life;
pub(crate) use migrations::{EMPTIED, MOVED_AWAY};
pub use timeline::{LIFE_PAGE, LifeLine, LifeLines, LifeReader, LifeSource, lifeline};

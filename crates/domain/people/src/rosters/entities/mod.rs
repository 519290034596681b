//! Tables of rosters, one file each.

pub(crate) mod absence;
pub(crate) mod duty_member;
pub(crate) mod duty_rota;
pub(crate) mod duty_shift;
pub(crate) mod duty_swap;
pub(crate) mod roster_setting;
pub(crate) mod roster_share;
pub(crate) mod secondment;
pub(crate) mod secondment_hours;

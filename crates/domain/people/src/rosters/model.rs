//! Words of rosters: duties, their days, and how far an agreement between two people is.

use youlin_kernel::words;

use crate::MembershipRole;

words! {
    /// What a duty is for.
    DutyKind {
        /// 服务台值班
        Office = "office",
        /// 周末值班
        Weekend = "weekend",
        /// 节假日值班
        Holiday = "holiday",
        /// 夜间值守
        Night = "night",
        /// 防汛值守
        FloodSeason = "flood_season",
        Other = "other",
    }
}

words! {
    /// On which days a duty is due.
    DutyDays {
        /// Chosen days of the week.
        Weekdays = "weekdays",
        /// Working days of the legal calendar.
        WorkingDays = "working_days",
        /// Days off of the legal calendar, weekends among them.
        DaysOff = "days_off",
        EveryDay = "every_day",
    }
}

words! {
    /// How a shift came to its person.
    ShiftOrigin { Plan = "plan", Swap = "swap", Substitute = "substitute" }
}

words! {
    /// What somebody who was asked has said.
    Consent {
        /// Nobody was asked.
        None = "none",
        Asked = "asked",
        Accepted = "accepted",
        Declined = "declined",
    }
}

words! {
    /// Whether the community agrees that time was given.
    HoursState { Noted = "noted", Confirmed = "confirmed", Refused = "refused" }
}

words! {
    /// A hole in the rosters.
    Hole {
        /// Dwellings nobody looks after as micro-grid worker.
        NoWorker = "no_worker",
        /// Workers with more dwellings than the community wants.
        TooMany = "too_many",
        /// Areas without somebody they should have.
        NoRole = "no_role",
        /// Grids of more dwellings than the community wants.
        GridLarge = "grid_large",
    }
}

/// What a community asks of its rosters. *Local*; about 300–500 households a grid is customary (domain §4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RosterPolicy {
    /// Dwellings one micro-grid worker looks after at most.
    pub worker_most: usize,
    /// Dwellings of a grid at most.
    pub grid_most: usize,
    pub grid_roles: Vec<MembershipRole>,
    pub neighbourhood_roles: Vec<MembershipRole>,
}

impl Default for RosterPolicy {
    fn default() -> Self {
        Self {
            worker_most: 300,
            grid_most: 500,
            grid_roles: vec![MembershipRole::GridWorker],
            neighbourhood_roles: vec![MembershipRole::MicroGridWorker],
        }
    }
}

//! Who may walk rounds, read them, and say how often they are due.

use youlin_kernel::{AreaId, CommunityId, Ctx, Permission, Problem, Result, Role, Scope};

use crate::model::SubjectKind;
use Role::{
    Administrator, Auditor, CommunityDesk, CommunityLead, DistrictOperator, GridWorker,
    MicroGridWorker, Partner, SubdistrictSupervisor, Volunteer,
};

/// Rounds, findings and what is due, of one's area.
pub static ROUNDS_READ: Permission = Permission::new(
    "rounds.read",
    &[
        Volunteer,
        MicroGridWorker,
        GridWorker,
        CommunityDesk,
        CommunityLead,
        Partner,
        SubdistrictSupervisor,
        DistrictOperator,
        Auditor,
        Administrator,
    ],
);

/// All rounds of one's area but those to households, also what neither oneself nor one's organisation walked.
pub static ROUNDS_READ_ALL: Permission = Permission::new(
    "rounds.read-all",
    &[
        MicroGridWorker,
        GridWorker,
        CommunityDesk,
        CommunityLead,
        SubdistrictSupervisor,
        DistrictOperator,
        Auditor,
        Administrator,
    ],
);

/// Rounds to households: what was said at a door, who lives alone, who was not at home.
pub static HOUSEHOLDS_READ: Permission = Permission::new(
    "rounds.read-households",
    &[
        GridWorker,
        CommunityDesk,
        CommunityLead,
        SubdistrictSupervisor,
        DistrictOperator,
        Auditor,
        Administrator,
    ],
);

/// Hand rounds in and go back to see what was put right.
pub static ROUNDS_WALK: Permission = Permission::new(
    "rounds.walk",
    &[
        Volunteer,
        MicroGridWorker,
        GridWorker,
        CommunityDesk,
        CommunityLead,
        Partner,
        SubdistrictSupervisor,
        DistrictOperator,
    ],
);

/// Go from door to door: what is already known is seen masked, and what was missing is written down.
pub static VISITS_WALK: Permission =
    Permission::new("rounds.visit", &[GridWorker, CommunityDesk, CommunityLead]);

/// See a community's whole day of visits: who goes to which household.
pub static VISITS_TEAM: Permission =
    Permission::new("rounds.visits-team", &[CommunityDesk, CommunityLead]);

/// Say who goes where how often.
pub static ROUNDS_PLAN: Permission = Permission::new(
    "rounds.plan",
    &[
        CommunityDesk,
        CommunityLead,
        SubdistrictSupervisor,
        DistrictOperator,
    ],
);

/// Re-check hazards on the spot: not by whoever caused them or put them right.
pub static ROUNDS_RECHECK: Permission = Permission::new(
    "rounds.recheck",
    &[
        GridWorker,
        CommunityDesk,
        CommunityLead,
        Partner,
        SubdistrictSupervisor,
        DistrictOperator,
    ],
);

/// Look again at whatever was found in one's area, without being named for it.
pub static RECHECK_OWN: Permission = Permission::new(
    "rounds.recheck-own",
    &[
        GridWorker,
        CommunityDesk,
        CommunityLead,
        SubdistrictSupervisor,
        DistrictOperator,
    ],
);

/// Take in rule sets and put them to use: they hold for the whole house.
pub static ROUNDS_RULES: Permission =
    Permission::new("rounds.rules", &[DistrictOperator, Administrator]);

/// Keep the checklists of an area: write, publish, withdraw, bring in and take out.
pub static CHECKLISTS_KEEP: Permission = Permission::new(
    "rounds.checklists",
    &[
        CommunityLead,
        SubdistrictSupervisor,
        DistrictOperator,
        Administrator,
    ],
);

/// Whether the caller may walk here. A river runs through many grids: whoever looks after one of them may walk all of it,
/// but a building or a dwelling only where they look after it.
///
/// # Errors
/// 403 where they may not.
pub fn may_walk(ctx: &Ctx, community: CommunityId, areas: &[Option<AreaId>]) -> Result<Scope> {
    let scope = ctx.scope(&ROUNDS_WALK)?;
    let placed = areas.iter().any(Option::is_some);
    if scope.contains_community(community) && (!placed || scope.contains(community, areas)) {
        Ok(scope)
    } else {
        Err(Problem::forbidden())
    }
}

/// [`may_walk`] to a subject of this kind: to a household only whoever goes from door to door there.
///
/// # Errors
/// 403 where they may not.
pub fn may_walk_to(
    ctx: &Ctx,
    community: CommunityId,
    kind: SubjectKind,
    areas: &[Option<AreaId>],
) -> Result<Scope> {
    let scope = may_walk(ctx, community, areas)?;
    if kind == SubjectKind::Dwelling && !ctx.scope(&VISITS_WALK)?.contains(community, areas) {
        return Err(Problem::forbidden());
    }
    Ok(scope)
}

/// All of this module's permissions.
pub static ALL: &[&Permission] = &[
    &ROUNDS_READ,
    &ROUNDS_READ_ALL,
    &HOUSEHOLDS_READ,
    &ROUNDS_WALK,
    &VISITS_WALK,
    &VISITS_TEAM,
    &ROUNDS_PLAN,
    &ROUNDS_RECHECK,
    &RECHECK_OWN,
    &ROUNDS_RULES,
    &CHECKLISTS_KEEP,
];

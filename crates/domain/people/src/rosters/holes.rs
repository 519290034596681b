//! Holes in the rosters, by area: each figure with exactly the records behind it. Pure, over a loaded [`Ground`].

use std::collections::BTreeSet;

use uuid::Uuid;
use youlin_kernel::{AreaId, AreaLevel, AreaTree};

use super::{Ground, Hole};
use crate::MembershipRole;

/// One record behind a figure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HoleLine {
    Dwelling {
        dwelling: Uuid,
        area: AreaId,
    },
    Worker {
        membership: Uuid,
        person: Uuid,
        area: AreaId,
        dwellings: usize,
    },
    Role {
        area: AreaId,
        role: MembershipRole,
    },
    Grid {
        area: AreaId,
        dwellings: usize,
    },
}

impl HoleLine {
    /// Whose team can close it.
    #[must_use]
    pub fn area(&self) -> AreaId {
        match self {
            Self::Dwelling { area, .. }
            | Self::Worker { area, .. }
            | Self::Role { area, .. }
            | Self::Grid { area, .. } => *area,
        }
    }
}

/// The figures of one area.
#[derive(Clone, Debug)]
pub struct AreaLine {
    pub area: AreaId,
    pub dwellings: usize,
    pub workers: usize,
    pub no_worker: usize,
    pub too_many: usize,
    pub no_role: usize,
    pub grid_large: usize,
}

impl AreaLine {
    /// How it is drawn: somebody is missing, something is too much, or all is well.
    #[must_use]
    pub fn state(&self) -> &'static str {
        if self.no_worker > 0 || self.no_role > 0 {
            "late"
        } else if self.too_many > 0 || self.grid_large > 0 {
            "soon"
        } else {
            "ok"
        }
    }
}

/// The figures of these areas.
#[must_use]
pub fn area_lines(ground: &Ground, tree: &AreaTree, areas: &[AreaId]) -> Vec<AreaLine> {
    areas
        .iter()
        .map(|area| {
            let count = |hole| hole_lines(ground, tree, *area, hole).len();
            let workers = ground
                .office
                .iter()
                .filter(|one| one.role == MembershipRole::MicroGridWorker)
                .filter(|one| tree.is_within(AreaId(one.row.area_id), *area))
                .map(|one| one.row.person_id)
                .collect::<BTreeSet<_>>();
            AreaLine {
                area: *area,
                dwellings: doors_in(ground, *area).count(),
                workers: workers.len(),
                no_worker: count(Hole::NoWorker),
                too_many: count(Hole::TooMany),
                no_role: count(Hole::NoRole),
                grid_large: count(Hole::GridLarge),
            }
        })
        .collect()
}

fn doors_in(ground: &Ground, area: AreaId) -> impl Iterator<Item = &super::Door> {
    ground
        .doors
        .values()
        .filter(move |door| door.areas.contains(&area))
}

/// The records behind a figure of an area, in a lasting order.
#[must_use]
pub fn hole_lines(ground: &Ground, tree: &AreaTree, area: AreaId, hole: Hole) -> Vec<HoleLine> {
    match hole {
        Hole::NoWorker => {
            let mut bare: Vec<Uuid> = doors_in(ground, area)
                .filter(|door| ground.is_bare(door))
                .map(|door| door.dwelling)
                .collect();
            bare.sort_unstable();
            bare.into_iter()
                .filter_map(|dwelling| {
                    let area = *ground.doors.get(&dwelling)?.areas.first()?;
                    Some(HoleLine::Dwelling { dwelling, area })
                })
                .collect()
        }
        Hole::TooMany => ground
            .office
            .iter()
            .filter(|one| tree.is_within(AreaId(one.row.area_id), area))
            .filter_map(|one| {
                let load = *ground.coverage.load.get(&one.row.id)?;
                (load > ground.policy.worker_most).then_some(HoleLine::Worker {
                    membership: one.row.id,
                    person: one.row.person_id,
                    area: AreaId(one.row.area_id),
                    dwellings: load,
                })
            })
            .collect(),
        Hole::NoRole => missing_roles(ground, tree, area),
        Hole::GridLarge => at_level(tree, area, AreaLevel::Grid)
            .into_iter()
            .filter_map(|grid| {
                let dwellings = doors_in(ground, grid).count();
                (dwellings > ground.policy.grid_most).then_some(HoleLine::Grid {
                    area: grid,
                    dwellings,
                })
            })
            .collect(),
    }
}

/// Open areas of that level inside an area, itself among them.
fn at_level(tree: &AreaTree, area: AreaId, level: AreaLevel) -> Vec<AreaId> {
    tree.subtree(area)
        .into_iter()
        .filter(|id| {
            tree.get(*id)
                .is_some_and(|node| node.level == level && !node.closed)
        })
        .collect()
}

fn missing_roles(ground: &Ground, tree: &AreaTree, area: AreaId) -> Vec<HoleLine> {
    let mut lines = Vec::new();
    for (level, roles) in [
        (AreaLevel::Grid, &ground.policy.grid_roles),
        (AreaLevel::Neighbourhood, &ground.policy.neighbourhood_roles),
    ] {
        for one in at_level(tree, area, level) {
            for role in roles {
                // Somebody inside the area counts: a branch secretary of a neighbourhood is one of its grid.
                let there = ground.office.iter().any(|member| {
                    member.role == *role && tree.is_within(AreaId(member.row.area_id), one)
                });
                if !there {
                    lines.push(HoleLine::Role {
                        area: one,
                        role: *role,
                    });
                }
            }
        }
    }
    lines
}

//! The editor of grants: rows of role, area and (for partners) organisation.

use youlin_kernel::{AreaId, Ctx, Grant, Problem, Result, Role};
use youlin_web::{Choice, Shell};

use super::form::area_choices;
use crate::OrganisationView;

/// Empty rows offered beside the present ones.
const BLANK: usize = 2;

/// One row of the editor.
#[derive(Clone, Debug, Default)]
pub(super) struct GrantRow {
    pub(super) role: String,
    pub(super) area: String,
    pub(super) organisation: String,
}

/// What the editor is drawn from.
pub(super) struct GrantEditor {
    pub(super) rows: Vec<GrantRow>,
    pub(super) roles: Vec<Choice>,
    pub(super) areas: Vec<Choice>,
    pub(super) organisations: Vec<Choice>,
}

impl GrantEditor {
    pub(super) fn new(
        s: &Shell,
        mut rows: Vec<GrantRow>,
        organisations: &[OrganisationView],
    ) -> Self {
        rows.extend(std::iter::repeat_n(GrantRow::default(), BLANK));
        let roles = Role::ALL
            .iter()
            .map(|role| Choice {
                value: role.as_str().to_owned(),
                label: s.tt("role", role.as_str()),
            })
            .collect();
        let areas = area_choices(s);
        let organisations = organisations
            .iter()
            .map(|one| Choice {
                value: one.id.to_string(),
                label: one.name.clone(),
            })
            .collect();
        Self {
            rows,
            roles,
            areas,
            organisations,
        }
    }
}

pub(super) fn rows_of(grants: &[Grant]) -> Vec<GrantRow> {
    grants
        .iter()
        .map(|grant| GrantRow {
            role: grant.role.as_str().to_owned(),
            area: grant.area.to_string(),
            organisation: grant
                .organisation
                .map_or_else(String::new, |id| id.to_string()),
        })
        .collect()
}

/// Rows as they were sent; rows without a role are empty ones.
pub(super) fn rows_from(
    roles: &[String],
    areas: &[String],
    organisations: &[String],
) -> Vec<GrantRow> {
    roles
        .iter()
        .enumerate()
        .filter(|(_, role)| !role.is_empty())
        .map(|(at, role)| GrantRow {
            role: role.clone(),
            area: areas.get(at).cloned().unwrap_or_default(),
            organisation: organisations.get(at).cloned().unwrap_or_default(),
        })
        .collect()
}

/// The grants of those rows.
pub(super) fn grants_from(ctx: &Ctx, rows: &[GrantRow]) -> Result<Vec<Grant>> {
    rows.iter()
        .map(|row| {
            let role = Role::parse(&row.role)
                .ok_or_else(|| Problem::invalid("grants", "unknown-value"))?;
            let area = row.area.parse().map(AreaId).ok();
            let area = area
                .filter(|area| ctx.areas().get(*area).is_some())
                .ok_or_else(|| Problem::invalid("grants", "unknown-area"))?;
            // Only a partner acts for an organisation; elsewhere the choice is left over from another role.
            let organisation = match role {
                Role::Partner => row.organisation.parse().ok(),
                _ => None,
            };
            Ok(Grant {
                role,
                area,
                organisation,
            })
        })
        .collect()
}

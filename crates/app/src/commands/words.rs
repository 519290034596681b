//! Problems and grants as the command line writes and reads them.

use std::sync::Arc;

use anyhow::{Result, anyhow};
use uuid::Uuid;
use youlin_kernel::{AreaTree, Grant, Locale, Problem, ProblemKind, Role};
use youlin_people::{Directory, OrganisationView};
use youlin_web::I18n;

use crate::House;

/// The language of the console: Chinese where it says so, else English.
pub(crate) fn locale() -> Locale {
    let said = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    match said {
        Some(value) if value.starts_with("zh") => Locale::Zh,
        _ => Locale::En,
    }
}

/// A refusal as a sentence, with the fields at fault.
pub(crate) fn explain(i18n: &Arc<I18n>, problem: &Problem) -> anyhow::Error {
    let locale = locale();
    let mut text = i18n.problem(locale, problem);
    for fault in problem.fields() {
        text.push_str(&format!(
            "\n  {}: {}",
            fault.field,
            i18n.field(locale, fault)
        ));
    }
    // The page hides causes from strangers; whoever stands at the console runs the machine.
    if matches!(
        problem.kind(),
        ProblemKind::Internal | ProblemKind::Unavailable
    ) && let Some(cause) = problem.cause()
    {
        text.push_str(&format!("\n  {cause}"));
    }
    anyhow!(text)
}

/// Organisations by name or id, for grants that are held on behalf of one.
pub(crate) async fn organisations(house: &House) -> Result<Vec<OrganisationView>> {
    let ctx = house.ctx("cli");
    let scope = ctx.scope(&youlin_people::permissions::ORGANISATIONS_READ)?;
    Ok(Directory::organisations(house.db.read(), &scope, None).await?)
}

/// `role@area-code`, for partners `partner@area-code#organisation` (its name or id).
pub(crate) fn grant(
    text: &str,
    areas: &AreaTree,
    organisations: &[OrganisationView],
) -> Result<Grant> {
    let shape = || {
        anyhow!(
            "{text:?} is not a grant: expected role@area-code, such as grid_worker@YL-YL-G1, or \
             partner@area-code#organisation"
        )
    };
    let (role, rest) = text.split_once('@').ok_or_else(shape)?;
    let (code, organisation) = match rest.split_once('#') {
        Some((code, organisation)) => (code, Some(organisation)),
        None => (rest, None),
    };
    let role = Role::parse(role).ok_or_else(|| {
        let known: Vec<&str> = Role::ALL.iter().map(|role| role.as_str()).collect();
        anyhow!("{role:?} is not a role; there are {}", known.join(", "))
    })?;
    let area = areas
        .by_code(code)
        .ok_or_else(|| anyhow!("there is no area with the code {code:?}"))?
        .id;
    let organisation = organisation
        .map(|wanted| find_organisation(wanted, organisations))
        .transpose()?;
    if (role == Role::Partner) != organisation.is_some() {
        return Err(anyhow!(
            "{text:?}: a partner acts for an organisation (partner@area-code#organisation), nobody else does"
        ));
    }
    Ok(Grant {
        role,
        area,
        organisation,
    })
}

fn find_organisation(wanted: &str, organisations: &[OrganisationView]) -> Result<Uuid> {
    let id = wanted.parse::<Uuid>().ok();
    let mut found = organisations
        .iter()
        .filter(|one| Some(one.id) == id || one.name == wanted);
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one.id),
        (None, _) => Err(anyhow!("there is no organisation {wanted:?}")),
        (Some(_), Some(_)) => Err(anyhow!(
            "several organisations are called {wanted:?}: give the id of the one meant"
        )),
    }
}

/// The other way round.
pub(crate) fn grant_text(
    grant: &Grant,
    areas: &AreaTree,
    organisations: &[OrganisationView],
) -> String {
    let code = areas.get(grant.area).map_or("?", |area| area.code.as_str());
    let organisation = grant.organisation.map(|id| {
        organisations
            .iter()
            .find(|one| one.id == id)
            .map_or_else(|| format!("#{id}"), |one| format!("#{}", one.name))
    });
    format!(
        "{}@{code}{}",
        grant.role.as_str(),
        organisation.unwrap_or_default()
    )
}

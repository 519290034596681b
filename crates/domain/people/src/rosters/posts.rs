//! Who is there for each post of a role just now: whoever holds it, or the substitute who agreed while they are away.

use sea_orm::ConnectionTrait;
use uuid::Uuid;
use youlin_kernel::{AreaId, CommunityId, Micros, Result, Scope};

use super::load::in_office;
use super::queries::names;
use super::substitutes::Away;
use crate::{MembershipRole, Vault};

/// A post and who fills it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Post {
    pub membership: Uuid,
    pub area: AreaId,
    pub holder: Uuid,
    pub holder_name: String,
    /// Whoever is there: the holder, or who stands in; nobody when all are away.
    pub present: Option<(Uuid, String)>,
}

impl Post {
    /// Whether somebody else does the holder's work.
    #[must_use]
    pub fn is_stood_in(&self) -> bool {
        self.present
            .as_ref()
            .is_some_and(|(person, _)| *person != self.holder)
    }
}

/// The posts of a role on duty in a community, as far as the scope reaches, longest in office first.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn posts(
    db: &impl ConnectionTrait,
    vault: &Vault,
    scope: &Scope,
    now: Micros,
    (community, role): (CommunityId, MembershipRole),
) -> Result<Vec<Post>> {
    if !scope.contains_community(community) {
        return Ok(Vec::new());
    }
    let mut office = in_office(db, community).await?;
    office.retain(|one| one.role == role && role.on_duty());
    let away = Away::at(db, community, now).await?;
    let reached: Vec<Option<(i64, Uuid)>> = office
        .iter()
        .map(|one| away.reached(one.row.person_community, one.row.person_id))
        .collect();
    let everybody = office
        .iter()
        .map(|one| (one.row.person_community, one.row.person_id))
        .chain(reached.iter().flatten().copied());
    let names = names(db, vault, everybody).await?;
    let named = |person: Uuid| names.get(&person).cloned().unwrap_or_default();
    Ok(office
        .iter()
        .zip(reached)
        .map(|(one, reached)| Post {
            membership: one.row.id,
            area: AreaId(one.row.area_id),
            holder: one.row.person_id,
            holder_name: named(one.row.person_id),
            present: reached.map(|(_, person)| (person, named(person))),
        })
        .collect())
}

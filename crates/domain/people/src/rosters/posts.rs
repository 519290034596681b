//! Who is there for each post of a role just now: whoever holds it, and who stands in for them ([`StandIns`]), the substitute
//! who agreed while they are away or somebody who took their shift of the day.

use sea_orm::ConnectionTrait;
use uuid::Uuid;
use youlin_kernel::{AreaId, CommunityId, Micros, Result, Scope};

use super::load::{InOffice, in_office};
use super::queries::names;
use super::stand_in::StandIns;
use crate::{MembershipRole, Vault};

/// A post and who fills it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Post {
    pub membership: Uuid,
    pub area: AreaId,
    pub holder: Uuid,
    pub holder_name: String,
    /// When the holder, who is away, is back.
    pub away_until: Option<Micros>,
    /// Whoever does the holder's work as well, or instead.
    pub stand_ins: Vec<(Uuid, String)>,
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
    let all = StandIns::at(db, community, now).await?;
    let holder = |one: &InOffice| (one.row.person_community, one.row.person_id);
    let doers: Vec<Vec<(i64, Uuid)>> = office
        .iter()
        .map(|one| all.of(one.row.person_community, one.row.person_id))
        .collect();
    let everybody = office
        .iter()
        .map(holder)
        .chain(doers.iter().flatten().copied());
    let names = names(db, vault, everybody).await?;
    let named = |person: Uuid| names.get(&person).cloned().unwrap_or_default();
    Ok(office
        .iter()
        .zip(doers)
        .map(|(one, doers)| Post {
            membership: one.row.id,
            area: AreaId(one.row.area_id),
            holder: one.row.person_id,
            holder_name: named(one.row.person_id),
            away_until: all.away_until(one.row.person_id),
            stand_ins: doers
                .into_iter()
                .map(|(_, person)| (person, named(person)))
                .collect(),
        })
        .collect())
}

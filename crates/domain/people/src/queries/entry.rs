//! What the forms of the register start from.

use sea_orm::sea_query::{ExprTrait, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;
use youlin_database::sql::{col, name};
use youlin_kernel::{CommunityId, Micros, Problem, Result, Scope};

use super::Directory;
use super::cards::visible_cards;
use crate::entities::{person, person_consent, residence};
use crate::{PersonCard, Relation, Vault};

/// What a person's form shows: nothing that is hidden elsewhere.
#[derive(Clone, Debug)]
pub(crate) struct Basics {
    pub(crate) version: i32,
    pub(crate) sex: String,
    pub(crate) birth_year: String,
    pub(crate) language: String,
    pub(crate) has_note: bool,
    pub(crate) has_identity: bool,
    /// Where the person lives, and as what.
    pub(crate) home: Option<(Uuid, String)>,
}

impl Directory {
    /// The dwellings somebody lives at now, the main home first.
    pub(crate) async fn homes_of(
        db: &impl ConnectionTrait,
        community: CommunityId,
        id: Uuid,
    ) -> Result<Vec<Uuid>> {
        let mut homes = residence::present(community.0, id).all(db).await?;
        residence::main_first(&mut homes);
        Ok(homes.into_iter().map(|home| home.dwelling_id).collect())
    }

    pub(crate) async fn basics(
        db: &impl ConnectionTrait,
        community: CommunityId,
        id: Uuid,
    ) -> Result<Basics> {
        let row = person::Entity::find_by_id((community.0, id))
            .one(db)
            .await?
            .ok_or_else(Problem::not_found)?;
        let home = residence::present(community.0, id)
            .order_by_desc(residence::Column::ValidFrom)
            .one(db)
            .await?;
        Ok(Basics {
            version: row.version,
            sex: row.sex.unwrap_or_default(),
            birth_year: row
                .birth_year
                .map_or_else(String::new, |year| year.to_string()),
            language: row.language.unwrap_or_default(),
            has_note: row.note_sealed.is_some(),
            has_identity: row.identity_sealed.is_some(),
            home: home.map(|home| (home.dwelling_id, home.relation)),
        })
    }

    /// What somebody who is entered at this dwelling most likely is to it.
    pub(crate) async fn likely_relation(
        db: &impl ConnectionTrait,
        community: CommunityId,
        dwelling: Uuid,
    ) -> Result<Option<Relation>> {
        let mut find = Query::select();
        find.column(name("usage"))
            .from(name("dwelling"))
            .and_where(col("community_id").eq(community.0))
            .and_where(col("id").eq(dwelling));
        let row = db.query_one(&find).await?;
        let usage: Option<String> = row.map(|row| row.try_get("", "usage")).transpose()?;
        let held = residence::Entity::find()
            .filter(residence::Column::CommunityId.eq(community.0))
            .filter(residence::Column::DwellingId.eq(dwelling))
            .filter(residence::current())
            .all(db)
            .await?;
        let held: Vec<Relation> = held
            .iter()
            .filter_map(|home| Relation::parse(&home.relation))
            .collect();
        Ok(likely(usage.as_deref().unwrap_or_default(), &held))
    }

    /// Consents of a person that are in force.
    ///
    /// # Errors
    /// 503 when the database does not answer.
    pub async fn consents(
        db: &impl ConnectionTrait,
        community: CommunityId,
        id: Uuid,
    ) -> Result<Vec<String>> {
        let ledger = Self::consent_ledger(db, community, id).await?.into_iter();
        let in_force = ledger.filter(|(_, withdrawn)| withdrawn.is_none());
        Ok(in_force.map(|(consent, _)| consent).collect())
    }

    /// What a person ever agreed to, and since when it no longer holds.
    ///
    /// # Errors
    /// 503 when the database does not answer.
    pub(crate) async fn consent_ledger(
        db: &impl ConnectionTrait,
        community: CommunityId,
        id: Uuid,
    ) -> Result<Vec<(String, Option<Micros>)>> {
        let rows = person_consent::Entity::find()
            .filter(person_consent::Column::CommunityId.eq(community.0))
            .filter(person_consent::Column::PersonId.eq(id))
            .all(db)
            .await?;
        let rows = rows.into_iter();
        Ok(rows
            .map(|row| (row.consent, row.withdrawn_at.map(Micros)))
            .collect())
    }

    /// Who lives at a dwelling, as far as the scope reaches.
    ///
    /// # Errors
    /// 503 when the database does not answer.
    pub async fn residents(
        db: &impl ConnectionTrait,
        vault: &Vault,
        scope: &Scope,
        dwelling: Uuid,
    ) -> Result<Vec<PersonCard>> {
        let living: Vec<Uuid> = residence::Entity::find()
            .filter(residence::Column::CommunityId.is_in(scope.communities()))
            .filter(residence::Column::DwellingId.eq(dwelling))
            .filter(residence::current())
            .all(db)
            .await?
            .into_iter()
            .map(|row| row.person_id)
            .collect();
        if living.is_empty() {
            return Ok(Vec::new());
        }
        let rows = person::Entity::find()
            .filter(person::Column::CommunityId.is_in(scope.communities()))
            .filter(person::Column::Id.is_in(living))
            .order_by_asc(person::Column::Id)
            .all(db)
            .await?;
        visible_cards(db, vault, scope, rows).await
    }
}

/// Who lives there says more than what the dwelling is kept for: tenants only make it a let one; whoever comes to an owner
/// is family. Who the first at an owned dwelling is, is not guessed.
fn likely(usage: &str, held: &[Relation]) -> Option<Relation> {
    let tenants = !held.is_empty() && held.iter().all(|one| *one == Relation::Tenant);
    match usage {
        _ if tenants => Some(Relation::Tenant),
        _ if held.contains(&Relation::Owner) && usage != "let" => Some(Relation::Family),
        "let" => Some(Relation::Tenant),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::likely;
    use crate::Relation::{Family, Other, Owner, Tenant};

    #[test]
    fn the_relation_follows_the_dwelling_and_who_lives_there() {
        for (usage, held, relation) in [
            ("let", &[][..], Some(Tenant)),
            ("let", &[Owner][..], Some(Tenant)),
            ("owned", &[][..], None),
            ("owned", &[Owner, Family][..], Some(Family)),
            ("owned", &[Tenant][..], Some(Tenant)),
            ("owned", &[Other][..], None),
            ("other", &[Owner][..], Some(Family)),
            ("shop", &[][..], None),
        ] {
            assert_eq!(likely(usage, held), relation, "{usage} {held:?}");
        }
    }
}

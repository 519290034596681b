//! What the forms of the register start from.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;
use youlin_kernel::{CommunityId, Problem, Result, Scope};

use super::Directory;
use super::cards::visible_cards;
use crate::entities::{person, person_consent, residence};
use crate::{PersonCard, Vault};

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
    pub(crate) async fn basics(
        db: &impl ConnectionTrait,
        community: CommunityId,
        id: Uuid,
    ) -> Result<Basics> {
        let row = person::Entity::find_by_id((community.0, id))
            .one(db)
            .await?
            .ok_or_else(Problem::not_found)?;
        let home = residence::Entity::find()
            .filter(residence::Column::CommunityId.eq(community.0))
            .filter(residence::Column::PersonId.eq(id))
            .filter(residence::current())
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

    /// Consents of a person that are in force.
    ///
    /// # Errors
    /// 503 when the database does not answer.
    pub async fn consents(
        db: &impl ConnectionTrait,
        community: CommunityId,
        id: Uuid,
    ) -> Result<Vec<String>> {
        let rows = person_consent::Entity::find()
            .filter(person_consent::Column::CommunityId.eq(community.0))
            .filter(person_consent::Column::PersonId.eq(id))
            .filter(person_consent::Column::WithdrawnAt.is_null())
            .all(db)
            .await?;
        Ok(rows.into_iter().map(|row| row.consent).collect())
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

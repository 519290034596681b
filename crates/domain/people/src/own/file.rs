//! Everything this register holds about one person, in the clear: for that person, and for nobody else. Others of the
//! household appear masked and without their labels.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::Serialize;
use uuid::Uuid;
use youlin_crypto::{IdentityNumber, mask};
use youlin_kernel::{AreaId, CommunityId, Ctx, Micros, Problem, Result};

use super::corrections::{CorrectionView, of_person};
use crate::entities::{
    form_asked, form_question, membership, organisation, person, person_consent, person_label,
    processing, residence,
};
use crate::queries::{
    display_number, file_of, looks_of, open_label, open_name, open_phone, phones_of,
};
use crate::vault::FieldPlace;
use crate::{Contact, Look, MembershipRole, Vault};

/// A number of one's own.
#[derive(Clone, Debug, Serialize)]
pub struct OwnPhone {
    pub id: Uuid,
    pub number: String,
    pub since: Micros,
}

/// Where one lives or lived.
#[derive(Clone, Debug, Serialize)]
pub struct OwnHome {
    pub address: String,
    /// `owner`, `tenant` …
    pub relation: String,
    pub from: Micros,
    pub to: Option<Micros>,
}

/// A label, as it is stored.
#[derive(Clone, Debug, Serialize)]
pub struct OwnLabel {
    pub label: String,
    pub since: Micros,
}

/// What one agreed to, now or once.
#[derive(Clone, Debug, Serialize)]
pub struct OwnConsent {
    pub consent: String,
    pub given_at: Micros,
    pub withdrawn_at: Option<Micros>,
}

/// A role one has or had.
#[derive(Clone, Debug, Serialize)]
pub struct OwnRole {
    pub role: String,
    pub area: AreaId,
    pub organisation: Option<String>,
    pub duty_phone: Option<String>,
    pub from: Micros,
    pub to: Option<Micros>,
}

/// What somebody answered when a form asked for what nobody held.
#[derive(Clone, Debug, Serialize)]
pub struct OwnAnswer {
    pub question: String,
    pub answer: String,
    pub at: Option<Micros>,
}

/// See the module's text.
#[derive(Clone, Debug, Serialize)]
pub struct OwnFile {
    pub person: Uuid,
    pub community: CommunityId,
    /// Key in the system the entry came from.
    pub source_key: Option<String>,
    pub name: String,
    pub sex: Option<String>,
    /// The day, or the year where no more is known.
    pub birth: Option<String>,
    pub language: Option<String>,
    /// What was answered to questions of forms.
    pub answers: Vec<OwnAnswer>,
    /// When somebody of the house last saw the person.
    pub seen_at: Option<Micros>,
    /// What those who keep the register noted.
    pub note: Option<String>,
    pub identity: Option<String>,
    pub phones: Vec<OwnPhone>,
    pub homes: Vec<OwnHome>,
    /// Names of the others, masked.
    pub household: Vec<String>,
    #[serde(skip)]
    pub grid_worker: Option<Contact>,
    pub labels: Vec<OwnLabel>,
    pub consents: Vec<OwnConsent>,
    pub roles: Vec<OwnRole>,
    pub looks: Vec<Look>,
    pub corrections: Vec<CorrectionView>,
    /// When the file was taken away.
    pub taken: Vec<Micros>,
    pub entered_at: Micros,
    pub changed_at: Micros,
}

impl OwnFile {
    /// 3206**********1234
    #[must_use]
    pub fn identity_masked(&self) -> String {
        self.identity
            .as_deref()
            .map_or_else(String::new, mask::identity)
    }
}

/// The caller's own file.
///
/// # Errors
/// 404 when the caller is not that person.
pub async fn own_file(
    db: &impl ConnectionTrait,
    vault: &Vault,
    ctx: &Ctx,
    community: CommunityId,
    id: Uuid,
) -> Result<OwnFile> {
    if ctx.actor().person() != Some(id) {
        return Err(Problem::not_found());
    }
    let row = person::Entity::find_by_id((community.0, id))
        .one(db)
        .await?
        .ok_or_else(Problem::not_found)?;
    let sealed = |column, bytes: Option<&[u8]>| {
        let at = FieldPlace::new("person", column, row.community_id, row.id);
        bytes.map(|bytes| vault.open(at, bytes)).transpose()
    };
    let identity = sealed("identity", row.identity_sealed.as_deref())?
        .and_then(|text| IdentityNumber::parse(&text).ok())
        .map(|number| number.as_str().to_owned());
    let birth = sealed("birth", row.birth_sealed.as_deref())?;
    let cards = crate::queries::cards_of(db, vault, std::slice::from_ref(&row)).await?;
    let card = cards.into_iter().next().ok_or_else(Problem::not_found)?;
    let around = file_of(db, vault, card).await?;
    Ok(OwnFile {
        person: id,
        community,
        name: open_name(vault, &row)?,
        note: sealed("note", row.note_sealed.as_deref())?,
        identity,
        phones: phones(db, vault, community, id).await?,
        homes: homes(db, vault, community, id).await?,
        household: around
            .household
            .into_iter()
            .map(|card| card.name_masked)
            .collect(),
        grid_worker: around.grid_worker,
        labels: labels(db, vault, community, id).await?,
        consents: consents(db, community, id).await?,
        roles: roles(db, vault, id).await?,
        looks: looks_of(db, community.0, id).await?,
        answers: answers(db, vault, community, id).await?,
        seen_at: row.seen_at.map(Micros),
        corrections: of_person(db, vault, community, id).await?,
        taken: taken(db, community, id).await?,
        entered_at: Micros(row.created_at),
        changed_at: Micros(row.updated_at),
        source_key: row.ext_key,
        sex: row.sex,
        birth: birth.or(row.birth_year.map(|year| year.to_string())),
        language: row.language,
    })
}

async fn answers(
    db: &impl ConnectionTrait,
    vault: &Vault,
    community: CommunityId,
    id: Uuid,
) -> Result<Vec<OwnAnswer>> {
    let rows = form_asked::Entity::find()
        .filter(form_asked::Column::CommunityId.eq(community.0))
        .filter(form_asked::Column::PersonId.eq(id))
        .filter(form_asked::Column::AnsweredAt.is_not_null())
        .order_by_asc(form_asked::Column::Id)
        .all(db)
        .await?;
    let questions = form_question::Entity::find()
        .filter(form_question::Column::CommunityId.eq(community.0))
        .filter(form_question::Column::Id.is_in(rows.iter().map(|row| row.question_id)))
        .all(db)
        .await?;
    let mut answers = Vec::with_capacity(rows.len());
    for row in rows {
        let question = questions.iter().find(|one| one.id == row.question_id);
        let at = FieldPlace::new("form_asked", "answer", community.0, row.id);
        answers.push(OwnAnswer {
            question: question.map_or_else(String::new, |one| one.text.clone()),
            answer: vault.open(at, row.answer_sealed.as_deref().unwrap_or_default())?,
            at: row.answered_at.map(Micros),
        });
    }
    Ok(answers)
}

async fn phones(
    db: &impl ConnectionTrait,
    vault: &Vault,
    community: CommunityId,
    id: Uuid,
) -> Result<Vec<OwnPhone>> {
    let rows = phones_of(db, community, id).await?;
    rows.iter()
        .map(|row| {
            Ok(OwnPhone {
                id: row.id,
                number: display_number(vault, &open_phone(vault, row)?),
                since: Micros(row.created_at),
            })
        })
        .collect()
}

async fn homes(
    db: &impl ConnectionTrait,
    vault: &Vault,
    community: CommunityId,
    id: Uuid,
) -> Result<Vec<OwnHome>> {
    let rows = residence::Entity::find()
        .filter(residence::Column::CommunityId.eq(community.0))
        .filter(residence::Column::PersonId.eq(id))
        .order_by_desc(residence::Column::ValidFrom)
        .all(db)
        .await?;
    // What a merge ended was the same home under another entry.
    let taken = crate::merge::taken_over(db, community, &rows).await?;
    Ok(rows
        .into_iter()
        .filter(|row| !taken.contains(&row.id))
        .map(|row| OwnHome {
            address: vault
                .place(row.dwelling_id)
                .map_or_else(String::new, |place| place.address),
            relation: row.relation,
            from: Micros(row.valid_from),
            to: row.valid_to.map(Micros),
        })
        .collect())
}

async fn labels(
    db: &impl ConnectionTrait,
    vault: &Vault,
    community: CommunityId,
    id: Uuid,
) -> Result<Vec<OwnLabel>> {
    let rows = person_label::Entity::find()
        .filter(person_label::Column::CommunityId.eq(community.0))
        .filter(person_label::Column::PersonId.eq(id))
        .order_by_asc(person_label::Column::Id)
        .all(db)
        .await?;
    rows.iter()
        .map(|row| {
            Ok(OwnLabel {
                label: open_label(vault, row)?,
                since: Micros(row.created_at),
            })
        })
        .collect()
}

async fn consents(
    db: &impl ConnectionTrait,
    community: CommunityId,
    id: Uuid,
) -> Result<Vec<OwnConsent>> {
    let rows = person_consent::Entity::find()
        .filter(person_consent::Column::CommunityId.eq(community.0))
        .filter(person_consent::Column::PersonId.eq(id))
        .order_by_asc(person_consent::Column::Consent)
        .all(db)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| OwnConsent {
            consent: row.consent,
            given_at: Micros(row.given_at),
            withdrawn_at: row.withdrawn_at.map(Micros),
        })
        .collect())
}

/// Roles may lie in another community than the person.
async fn roles(db: &impl ConnectionTrait, vault: &Vault, id: Uuid) -> Result<Vec<OwnRole>> {
    let rows = membership::Entity::find()
        .filter(membership::Column::PersonId.eq(id))
        .order_by_asc(membership::Column::Id)
        .all(db)
        .await?;
    let mut rows = membership::whole(rows);
    rows.sort_by_key(|row| std::cmp::Reverse(row.begun()));
    let mut roles = Vec::with_capacity(rows.len());
    for row in rows {
        let organisation = match row.organisation_id {
            Some(id) => organisation::Entity::find()
                .filter(organisation::Column::Id.eq(id))
                .one(db)
                .await?
                .map(|found| found.name),
            None => None,
        };
        roles.push(OwnRole {
            duty_phone: crate::queries::duty_phone(vault, &row)?,
            role: MembershipRole::parse(&row.role)
                .map_or(row.role.clone(), |role| role.as_str().to_owned()),
            area: AreaId(row.area_id),
            organisation,
            from: Micros(row.begun()),
            to: row.valid_to.map(Micros),
        });
    }
    Ok(roles)
}

async fn taken(db: &impl ConnectionTrait, community: CommunityId, id: Uuid) -> Result<Vec<Micros>> {
    let rows = processing::Entity::find()
        .filter(processing::Column::CommunityId.eq(community.0))
        .filter(processing::Column::PersonId.eq(id))
        .filter(processing::Column::Kind.eq(crate::privacy::ProcessingKind::OwnCopy.as_str()))
        .order_by_desc(processing::Column::At)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| Micros(row.at)).collect())
}

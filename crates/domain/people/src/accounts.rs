//! What sessions and keys stand for: the [`AccountSource`] of the web floor, and the lists of the administration pages.

use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;
use youlin_database::Database;
use youlin_kernel::{AccountActor, Actor, AreaId, Grant, Micros, Problem, Result, Role};
use youlin_places::Locator;
use youlin_web::{AccountSource, SignedIn};

use crate::KeyKind;
use crate::commands::accounts::SYSTEM;
use crate::entities::{account, account_grant, api_key};
use crate::password::PasswordHash;
use crate::rosters::stands_in;

/// Settings of signing in.
#[derive(Clone, Copy, Debug, Default)]
pub struct AccountPolicy {
    /// Roles that see sensitive data must set up and use a second factor.
    pub require_second_factor: bool,
}

/// Reads accounts and keys. Given to the application at start, and put in as a service for the account pages.
#[derive(Clone, Debug)]
pub struct Accounts {
    db: Database,
    policy: AccountPolicy,
    /// Clock and tree, to know who stands in for whom today.
    locator: Option<Arc<Locator>>,
}

/// An account as the administration lists it.
#[derive(Clone, Debug)]
pub struct AccountView {
    pub id: Uuid,
    pub version: i32,
    pub login: String,
    pub display_name: String,
    pub person: Option<Uuid>,
    pub second_factor: bool,
    pub must_change: bool,
    pub closed_at: Option<Micros>,
    pub grants: Vec<Grant>,
}

/// A key as the administration lists it.
#[derive(Clone, Debug)]
pub struct KeyView {
    pub id: Uuid,
    pub name: String,
    pub kind: KeyKind,
    pub created_at: Micros,
    pub revoked_at: Option<Micros>,
    pub grants: Vec<Grant>,
}

impl Accounts {
    #[must_use]
    pub fn new(db: Database, policy: AccountPolicy) -> Self {
        Self {
            db,
            policy,
            locator: None,
        }
    }

    /// Whoever stands in for a worker who is away has that worker's rights in that worker's area, for exactly that time.
    #[must_use]
    pub fn with_places(mut self, locator: Arc<Locator>) -> Self {
        self.locator = Some(locator);
        self
    }

    #[must_use]
    pub fn policy(&self) -> AccountPolicy {
        self.policy
    }

    async fn find(&self, id: Uuid) -> Result<Option<SignedIn>> {
        let Some(row) = account::Entity::find_by_id((SYSTEM.0, id))
            .one(self.db.read())
            .await?
            .filter(|row| row.closed_at.is_none())
        else {
            return Ok(None);
        };
        // Whoever signed in with a password somebody else knows may do nothing but set one of their own.
        let mut grants = if row.must_change {
            Vec::new()
        } else {
            grants_of_account(self.db.read(), id).await?
        };
        let sensitive = grants.iter().any(|grant| grant.role.sees_sensitive_data());
        let second_factor_required =
            row.totp_confirmed || (self.policy.require_second_factor && sensitive);
        // The person's entry may have been merged into another since the account was made.
        let (person, former) = match row.person_community.zip(row.person_id) {
            Some((community, person)) => {
                let community = youlin_kernel::CommunityId(community);
                let mut ids = crate::merge::same_person(self.db.read(), community, person).await?;
                let kept = ids.remove(0);
                (Some(kept), ids)
            }
            None => (row.person_id, Vec::new()),
        };
        if let Some((locator, person)) = self.locator.as_ref().zip(person) {
            let stands_in = stands_in(self.db.read(), locator, person, &grants).await?;
            grants.extend(stands_in);
        }
        Ok(Some(SignedIn {
            actor: Actor::Account(AccountActor {
                id: row.id,
                person,
                former,
                display_name: row.display_name,
            }),
            grants: Arc::from(grants),
            locale: None,
            second_factor_required,
        }))
    }

    /// The owner of a key of that kind (`open311`: sent as `api_key`).
    ///
    /// # Errors
    /// 503 when the database does not answer.
    pub async fn key_of(&self, kind: KeyKind, sha256: [u8; 32]) -> Result<Option<SignedIn>> {
        let row = api_key::Entity::find()
            .filter(api_key::Column::CommunityId.eq(SYSTEM.0))
            .filter(api_key::Column::Sha256.eq(sha256.to_vec()))
            .filter(api_key::Column::Kind.eq(kind.as_str()))
            .filter(api_key::Column::RevokedAt.is_null())
            .one(self.db.read())
            .await?;
        row.map(|row| {
            Ok(SignedIn {
                grants: Arc::from(key_grants(&row)?),
                actor: Actor::Machine {
                    id: row.id,
                    name: row.name,
                },
                locale: None,
                second_factor_required: false,
            })
        })
        .transpose()
    }
}

/// When the password of an account was set last. Whatever was handed out before, sessions and addresses of telephones, is to
/// be worth nothing then: a lost telephone is shut out by a new password.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn password_set_at(db: &impl ConnectionTrait, id: Uuid) -> Result<Option<Micros>> {
    let row = account::Entity::find_by_id((SYSTEM.0, id)).one(db).await?;
    Ok(row.map(|row| Micros(row.password_at)))
}

impl AccountSource for Accounts {
    fn account(&self, id: Uuid) -> BoxFuture<'_, Result<Option<SignedIn>>> {
        self.find(id).boxed()
    }

    fn key(&self, sha256: [u8; 32]) -> BoxFuture<'_, Result<Option<SignedIn>>> {
        self.key_of(KeyKind::Rest, sha256).boxed()
    }
}

/// What the sign-in page needs of an account.
#[derive(Clone, Debug)]
pub(crate) struct Credentials {
    pub(crate) id: Uuid,
    pub(crate) login: String,
    pub(crate) display_name: String,
    pub(crate) person: Option<Uuid>,
    pub(crate) hash: PasswordHash,
    pub(crate) must_change: bool,
    pub(crate) second_factor: bool,
    pub(crate) recovery_left: usize,
}

impl From<account::Model> for Credentials {
    fn from(row: account::Model) -> Self {
        Self {
            id: row.id,
            hash: PasswordHash::stored(&row.password_hash),
            must_change: row.must_change,
            second_factor: row.totp_confirmed,
            recovery_left: serde_json::from_str::<Vec<String>>(&row.recovery_hashes)
                .map_or(0, |hashes| hashes.len()),
            login: row.login,
            display_name: row.display_name,
            person: row.person_id,
        }
    }
}

pub(crate) async fn by_login(
    db: &impl ConnectionTrait,
    login: &str,
) -> Result<Option<Credentials>> {
    let row = account::Entity::find()
        .filter(account::Column::CommunityId.eq(SYSTEM.0))
        .filter(account::Column::Login.eq(login.trim().to_lowercase()))
        .filter(account::Column::ClosedAt.is_null())
        .one(db)
        .await?;
    Ok(row.map(Credentials::from))
}

pub(crate) async fn by_id(db: &impl ConnectionTrait, id: Uuid) -> Result<Option<Credentials>> {
    let row = account::Entity::find_by_id((SYSTEM.0, id)).one(db).await?;
    Ok(row
        .filter(|row| row.closed_at.is_none())
        .map(Credentials::from))
}

pub(crate) fn grant_of(row: &account_grant::Model) -> Option<Grant> {
    Some(Grant {
        role: Role::parse(&row.role)?,
        area: AreaId(row.area_id),
        organisation: row.organisation_id,
    })
}

pub(crate) fn grants_of(rows: &[account_grant::Model]) -> Vec<Grant> {
    rows.iter().filter_map(grant_of).collect()
}

pub(crate) fn key_grants(row: &api_key::Model) -> Result<Vec<Grant>> {
    serde_json::from_str(&row.grants).map_err(Problem::internal)
}

async fn grants_of_account(db: &impl ConnectionTrait, id: Uuid) -> Result<Vec<Grant>> {
    let rows = account_grant::Entity::find()
        .filter(account_grant::Column::CommunityId.eq(SYSTEM.0))
        .filter(account_grant::Column::AccountId.eq(id))
        .order_by_asc(account_grant::Column::Id)
        .all(db)
        .await?;
    Ok(grants_of(&rows))
}

/// How an account is called, and which person's it is; nothing once it is closed.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn account_names(
    db: &impl ConnectionTrait,
    id: Uuid,
) -> Result<Option<(String, Option<Uuid>)>> {
    let row = account::Entity::find_by_id((SYSTEM.0, id)).one(db).await?;
    let open = row.filter(|row| row.closed_at.is_none());
    Ok(open.map(|row| (row.display_name, row.person_id)))
}

/// All accounts by login.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn account_list(db: &impl ConnectionTrait) -> Result<Vec<AccountView>> {
    let rows = account::Entity::find()
        .filter(account::Column::CommunityId.eq(SYSTEM.0))
        .order_by_asc(account::Column::Login)
        .all(db)
        .await?;
    let grants = account_grant::Entity::find()
        .filter(account_grant::Column::CommunityId.eq(SYSTEM.0))
        .order_by_asc(account_grant::Column::Id)
        .all(db)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| AccountView {
            grants: grants
                .iter()
                .filter(|grant| grant.account_id == row.id)
                .filter_map(grant_of)
                .collect(),
            id: row.id,
            version: row.version,
            login: row.login,
            display_name: row.display_name,
            person: row.person_id,
            second_factor: row.totp_confirmed,
            must_change: row.must_change,
            closed_at: row.closed_at.map(Micros),
        })
        .collect())
}

/// All keys, the newest first.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn key_list(db: &impl ConnectionTrait) -> Result<Vec<KeyView>> {
    let rows = api_key::Entity::find()
        .filter(api_key::Column::CommunityId.eq(SYSTEM.0))
        .order_by_desc(api_key::Column::Id)
        .all(db)
        .await?;
    rows.into_iter()
        .map(|row| {
            Ok(KeyView {
                grants: key_grants(&row)?,
                id: row.id,
                name: row.name,
                kind: KeyKind::parse(&row.kind).unwrap_or(KeyKind::Rest),
                created_at: Micros(row.created_at),
                revoked_at: row.revoked_at.map(Micros),
            })
        })
        .collect()
}

//! Who is asking, when, in what language, with which rights: carried explicitly through every command and query.

use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Access, AreaId, AreaTree, Asker, Clock, CommunityId, Micros, Permission, Problem, Role, Scope,
};

/// A role in an area, on behalf of an organisation where the role is [`Role::Partner`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    pub role: Role,
    pub area: AreaId,
    pub organisation: Option<Uuid>,
}

/// A signed-in account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountActor {
    pub id: Uuid,
    pub person: Option<Uuid>,
    /// Entries of the register that were merged into the person's since: what was addressed to them is theirs too.
    pub former: Vec<Uuid>,
    pub display_name: String,
}

/// Somebody who holds a signed link to one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkActor {
    pub purpose: &'static str,
    /// The record the link is about (a task, a case).
    pub subject: Uuid,
    pub community: CommunityId,
    pub person: Option<Uuid>,
}

/// Who acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    Visitor,
    Account(AccountActor),
    Link(LinkActor),
    /// Youlin itself: jobs, the example loader, the command line.
    Service(&'static str),
    /// A foreign system with a key.
    Machine {
        id: Uuid,
        name: String,
    },
}

impl Actor {
    /// Short name of the kind, as the audit log stores it.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Visitor => "visitor",
            Self::Account(_) => "account",
            Self::Link(_) => "link",
            Self::Service(_) => "service",
            Self::Machine { .. } => "machine",
        }
    }

    /// The id of the account, machine or link holder, if there is one.
    #[must_use]
    pub fn id(&self) -> Option<Uuid> {
        match self {
            Self::Account(account) => Some(account.id),
            Self::Link(link) => link.person.or(Some(link.subject)),
            Self::Machine { id, .. } => Some(*id),
            Self::Visitor | Self::Service(_) => None,
        }
    }

    /// A name to show in histories.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Visitor => "visitor",
            Self::Account(account) => &account.display_name,
            Self::Link(link) => link.purpose,
            Self::Service(name) => name,
            Self::Machine { name, .. } => name,
        }
    }

    #[must_use]
    pub fn person(&self) -> Option<Uuid> {
        match self {
            Self::Account(account) => account.person,
            Self::Link(link) => link.person,
            _ => None,
        }
    }

    /// Every id under which records may name the person who acts, the present one first.
    pub fn persons(&self) -> impl Iterator<Item = Uuid> {
        let former = match self {
            Self::Account(account) => account.former.as_slice(),
            _ => &[],
        };
        self.person().into_iter().chain(former.iter().copied())
    }
}

/// Languages of the interface. Chinese first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Locale {
    #[default]
    Zh,
    En,
}

impl Locale {
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::Zh => "zh-CN",
            Self::En => "en",
        }
    }

    /// The better of the two for an `Accept-Language` header or a `lang` value.
    #[must_use]
    pub fn negotiate(text: &str) -> Self {
        let zh = text.find("zh");
        let en = text.find("en");
        match (zh, en) {
            (None, Some(_)) => Self::En,
            (Some(z), Some(e)) if e < z => Self::En,
            _ => Self::Zh,
        }
    }
}

/// Where random bytes come from. Only [`Ctx`] holds one.
pub trait Entropy: Send + Sync + std::fmt::Debug {
    fn fill(&self, bytes: &mut [u8]);
}

/// The operating system's generator, by way of a thread-local one seeded from it.
#[derive(Debug, Default)]
pub struct OsEntropy;

impl Entropy for OsEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        rand::Rng::fill_bytes(&mut rand::rng(), bytes);
    }
}

/// Repeatable bytes for tests.
#[derive(Debug)]
pub struct SeededEntropy(Mutex<rand::rngs::StdRng>);

impl SeededEntropy {
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(rand::SeedableRng::seed_from_u64(seed)))
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        match self.0.lock() {
            Ok(mut rng) => rand::Rng::fill_bytes(&mut *rng, bytes),
            Err(poisoned) => rand::Rng::fill_bytes(&mut *poisoned.into_inner(), bytes),
        }
    }
}

/// The context of one request or job. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Ctx {
    actor: Arc<Actor>,
    grants: Arc<[Grant]>,
    areas: Arc<AreaTree>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    locale: Locale,
    request_id: Uuid,
    /// Ids made so far, so that those of one moment sort in the order of their making.
    made: Arc<AtomicU16>,
}

impl Ctx {
    #[must_use]
    pub fn new(
        actor: Actor,
        grants: Arc<[Grant]>,
        areas: Arc<AreaTree>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        locale: Locale,
        request_id: Uuid,
    ) -> Self {
        Self {
            actor: Arc::new(actor),
            grants,
            areas,
            clock,
            entropy,
            locale,
            request_id,
            made: Arc::default(),
        }
    }

    /// Youlin's own context: may do everything, is named in the audit log.
    #[must_use]
    pub fn service(
        name: &'static str,
        areas: Arc<AreaTree>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        let mut ctx = Self::new(
            Actor::Service(name),
            Arc::from([]),
            areas,
            clock,
            entropy,
            Locale::Zh,
            Uuid::nil(),
        );
        ctx.request_id = ctx.new_id();
        ctx
    }

    /// The same context for another actor (a verified link, a machine with a key).
    #[must_use]
    pub fn acting_as(&self, actor: Actor, grants: Arc<[Grant]>) -> Self {
        Self {
            actor: Arc::new(actor),
            grants,
            ..self.clone()
        }
    }

    /// The same context with a newer area tree.
    #[must_use]
    pub fn with_areas(&self, areas: Arc<AreaTree>) -> Self {
        Self {
            areas,
            ..self.clone()
        }
    }

    #[must_use]
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    #[must_use]
    pub fn grants(&self) -> &[Grant] {
        &self.grants
    }

    #[must_use]
    pub fn areas(&self) -> &AreaTree {
        &self.areas
    }

    #[must_use]
    pub fn locale(&self) -> Locale {
        self.locale
    }

    #[must_use]
    pub fn request_id(&self) -> Uuid {
        self.request_id
    }

    #[must_use]
    pub fn now(&self) -> Micros {
        self.clock.now()
    }

    #[must_use]
    pub fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.clock)
    }

    pub fn random(&self, bytes: &mut [u8]) {
        self.entropy.fill(bytes);
    }

    /// A new UUIDv7: time ordered, so that primary keys grow at their end; ids of one context made within the same
    /// millisecond sort in the order of their making (the first twelve of the 74 random bits count them).
    #[must_use]
    pub fn new_id(&self) -> Uuid {
        let mut tail = [0u8; 10];
        self.entropy.fill(&mut tail);
        let made = self.made.fetch_add(1, Ordering::Relaxed) & 0x0fff;
        tail[..2].copy_from_slice(&made.to_be_bytes());
        let millis = u64::try_from(self.now().0 / 1_000).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, &tail).into_uuid()
    }

    #[must_use]
    pub fn is_signed_in(&self) -> bool {
        matches!(*self.actor, Actor::Account(_))
    }

    #[must_use]
    pub fn is_service(&self) -> bool {
        matches!(*self.actor, Actor::Service(_))
    }

    #[must_use]
    pub fn roles(&self) -> Vec<Role> {
        let mut roles: Vec<Role> = self.grants.iter().map(|grant| grant.role).collect();
        roles.sort_unstable();
        roles.dedup();
        roles
    }

    /// Whether any of the caller's roles, in any area, has the permission: for showing or hiding a button.
    #[must_use]
    pub fn may(&self, permission: &'static Permission) -> bool {
        self.is_service() || Access::Needs(permission).admits(&self.roles(), self.is_signed_in())
    }

    /// Everything the caller may see under this permission.
    ///
    /// # Errors
    /// 401 for visitors, 403 for callers that have the permission nowhere.
    pub fn scope(&self, permission: &'static Permission) -> Result<Scope, Problem> {
        if self.is_service() {
            return Ok(self.given(Scope::everything(permission, &self.areas)));
        }
        let scope = self.given(Scope::from_grants(permission, &self.grants, &self.areas));
        if scope.is_empty() {
            Err(self.denied())
        } else {
            Ok(scope)
        }
    }

    /// The permission in this very area, or in one above it.
    ///
    /// # Errors
    /// 401 for visitors, 403 otherwise.
    pub fn authorize(
        &self,
        permission: &'static Permission,
        area: impl Into<AreaId>,
    ) -> Result<Scope, Problem> {
        let area = area.into();
        let community = self.areas.community_of(area);
        if self.is_service() {
            return Ok(self.given(community.map_or_else(
                || Scope::everything(permission, &self.areas),
                |community| Scope::community(permission, community),
            )));
        }
        self.require(permission, area)?;
        Ok(self.given(Scope::from_grants(permission, &self.grants, &self.areas)))
    }

    fn given(&self, scope: Scope) -> Scope {
        let (actor, grants) = (Arc::clone(&self.actor), Arc::clone(&self.grants));
        scope.given_to(Asker::new(actor, grants, Arc::clone(&self.areas)))
    }

    /// [`Ctx::authorize`] for a verb that reads nothing and so needs no scope.
    ///
    /// # Errors
    /// 401 for visitors, 403 otherwise.
    pub fn require(
        &self,
        permission: &'static Permission,
        area: impl Into<AreaId>,
    ) -> Result<(), Problem> {
        let area = area.into();
        let granted = self
            .grants
            .iter()
            .any(|grant| permission.held_by(grant.role) && self.areas.is_within(area, grant.area));
        if granted || self.is_service() {
            Ok(())
        } else {
            Err(self.denied())
        }
    }

    fn denied(&self) -> Problem {
        if self.is_signed_in() {
            Problem::forbidden()
        } else {
            Problem::new(crate::ProblemKind::SignInNeeded, "sign-in-needed")
        }
    }
}

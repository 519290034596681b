//! What is remembered between requests, so that a submission in a storm costs one question to the database.

use std::collections::HashMap;
use std::hash::Hash;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use governor::{DefaultKeyedRateLimiter, Quota};
use uuid::Uuid;
use youlin_kernel::{CommunityId, Locale, Micros, Problem, ProblemKind, Result};
use youlin_people::Vault;
use youlin_rounds::model::Subject;
use youlin_rounds::{PolicyView, Rounds, SubjectView};
use youlin_web::SignedIn;

use crate::forms::Ready;

/// How long what the database said is believed.
const BELIEVED: i64 = 5 * Micros::SECOND;
/// Entries of one memory.
const MOST: usize = 20_000;
/// Requests of one phone within a minute. A phone that comes back after a week sends hundreds, never thousands.
const PER_MINUTE: u32 = 1_200;
/// Notes of last use are this far apart.
const NOTED: i64 = Micros::MINUTE;

/// Whose address it is.
#[derive(Clone, Debug)]
pub(crate) struct Owner {
    pub(crate) token: Uuid,
    pub(crate) who: SignedIn,
    pub(crate) locale: Locale,
}

/// In the application as `Arc<OpenRosa>`.
#[derive(Debug)]
pub struct OpenRosa {
    pub(crate) rounds: Arc<Rounds>,
    pub(crate) vault: Arc<Vault>,
    /// By hash; `None` for what is no address, or an ended one.
    pub(crate) owners: Memory<[u8; 16], Option<Owner>>,
    pub(crate) subjects: Memory<Subject, SubjectView>,
    pub(crate) policies: Memory<CommunityId, Arc<Vec<PolicyView>>>,
    /// Forms made ready, by name and version: these never change.
    pub(crate) forms: RwLock<HashMap<String, Arc<Ready>>>,
    noted: Mutex<HashMap<Uuid, i64>>,
    limits: DefaultKeyedRateLimiter<Uuid>,
}

impl OpenRosa {
    #[must_use]
    pub fn new(rounds: Arc<Rounds>, vault: Arc<Vault>) -> Arc<Self> {
        let quota = Quota::per_minute(NonZeroU32::new(PER_MINUTE).unwrap_or(NonZeroU32::MIN));
        Arc::new(Self {
            rounds,
            vault,
            owners: Memory::default(),
            subjects: Memory::default(),
            policies: Memory::default(),
            forms: RwLock::default(),
            noted: Mutex::default(),
            limits: DefaultKeyedRateLimiter::keyed(quota),
        })
    }

    /// Counts a request of a phone.
    ///
    /// # Errors
    /// 429 when there were too many within a minute.
    pub(crate) fn count(&self, token: Uuid) -> Result<()> {
        self.limits
            .check_key(&token)
            .map_err(|_wait| Problem::new(ProblemKind::TooMany, "too-many"))
    }

    /// Whether its last use has to be noted again; says so once a minute.
    pub(crate) fn is_to_be_noted(&self, token: Uuid, now: Micros) -> bool {
        let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        if noted.len() >= MOST {
            noted.clear();
        }
        match noted.get(&token) {
            Some(at) if now.0 - at < NOTED && now.0 >= *at => false,
            _ => {
                noted.insert(token, now.0);
                true
            }
        }
    }
}

/// What was looked up a moment ago.
#[derive(Debug)]
pub(crate) struct Memory<K, V>(RwLock<HashMap<K, (i64, V)>>);

impl<K, V> Default for Memory<K, V> {
    fn default() -> Self {
        Self(RwLock::default())
    }
}

impl<K: Eq + Hash, V: Clone> Memory<K, V> {
    pub(crate) fn get(&self, key: &K, now: Micros) -> Option<V> {
        let map = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let (at, value) = map.get(key)?;
        (now.0 >= *at && now.0 - at < BELIEVED).then(|| value.clone())
    }

    pub(crate) fn put(&self, key: K, now: Micros, value: V) {
        let mut map = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if map.len() >= MOST {
            map.retain(|_, (at, _)| now.0 - *at < BELIEVED);
        }
        if map.len() < MOST {
            map.insert(key, (now.0, value));
        }
    }

    pub(crate) fn clear(&self) {
        let mut map = self.0.write().unwrap_or_else(PoisonError::into_inner);
        map.clear();
    }
}

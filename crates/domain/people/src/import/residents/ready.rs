//! What of a batch needs no transaction: people nobody may know yet, sealed and fingerprinted while the batch before is written.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use youlin_database::New;

use crate::entities::{person, person_label, person_phone};

/// A row's person where the register knows nobody of them.
pub(super) struct Newcomer {
    /// Other files are to call them by the row's key.
    pub(super) key: bool,
    pub(super) person: New<person::Entity>,
    /// What the person says ([`crate::import::print`]).
    pub(super) print: String,
    pub(super) belongings: Belongings,
}

/// Numbers and labels.
#[derive(Default)]
pub(super) struct Belongings {
    pub(super) phones: Vec<New<person_phone::Entity>>,
    pub(super) labels: Vec<New<person_label::Entity>>,
}

/// Newcomers by their lines. Each is taken once: a batch that is tried again works them out itself.
#[derive(Default)]
pub(super) struct Ready(Mutex<HashMap<u32, Newcomer>>);

impl Ready {
    pub(super) fn put(&self, all: HashMap<u32, Newcomer>) {
        *self.held() = all;
    }

    pub(super) fn take(&self, line: u32, key: bool) -> Option<Newcomer> {
        self.held().remove(&line).filter(|one| one.key == key)
    }

    fn held(&self) -> MutexGuard<'_, HashMap<u32, Newcomer>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

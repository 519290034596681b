//! What the module needs of the house.

use std::collections::HashMap;
use std::sync::{Arc, RwLock};

use youlin_cases::Cases;
use youlin_checklist::Form;
use youlin_people::Vault;

/// In the application as `Arc<Rounds>`.
#[derive(Clone, Debug)]
pub struct Rounds {
    pub(crate) cases: Arc<Cases>,
    pub(crate) vault: Arc<Vault>,
    /// Checklists of places that were published, made ready, by `id@version`: they never change.
    pub(crate) forms: Arc<RwLock<HashMap<String, Arc<Form>>>>,
}

impl Rounds {
    #[must_use]
    pub fn new(cases: Arc<Cases>, vault: Arc<Vault>) -> Arc<Self> {
        Arc::new(Self {
            cases,
            vault,
            forms: Arc::default(),
        })
    }
}

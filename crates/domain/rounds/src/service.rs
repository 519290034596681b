//! What the module needs of the house.

use std::sync::Arc;

use youlin_cases::Cases;
use youlin_people::Vault;

/// In the application as `Arc<Rounds>`.
#[derive(Clone, Debug)]
pub struct Rounds {
    pub(crate) cases: Arc<Cases>,
    pub(crate) vault: Arc<Vault>,
}

impl Rounds {
    #[must_use]
    pub fn new(cases: Arc<Cases>, vault: Arc<Vault>) -> Arc<Self> {
        Arc::new(Self { cases, vault })
    }
}

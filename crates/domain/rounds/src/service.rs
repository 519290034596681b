//! What the module needs of the house.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock, RwLock};

use youlin_cases::Cases;
use youlin_checklist::Form;
use youlin_datasets::Datasets;
use youlin_kernel::{Problem, Result};
use youlin_people::Vault;

use crate::commands::RoundsHold;

/// 其他事件: whatever no category of its own fits.
pub(crate) const OTHER: &str = "E-0699";

/// In the application as `Arc<Rounds>`.
#[derive(Clone, Debug)]
pub struct Rounds {
    pub(crate) cases: Arc<Cases>,
    pub(crate) vault: Arc<Vault>,
    /// Checklists of places that were published, made ready, by `id@version`: they never change.
    pub(crate) forms: Arc<RwLock<HashMap<String, Arc<Form>>>>,
    /// The registers that policies ask which subjects they mean.
    registers: Arc<OnceLock<Arc<Datasets>>>,
}

impl Rounds {
    #[must_use]
    pub fn new(cases: Arc<Cases>, vault: Arc<Vault>) -> Arc<Self> {
        // Where there are rounds, a case is not ended behind the back of what they found.
        cases.held_by(Arc::new(RoundsHold));
        Arc::new(Self {
            cases,
            vault,
            forms: Arc::default(),
            registers: Arc::default(),
        })
    }

    /// From here on policies may choose their subjects by a question to these registers. Said once, by the composition root.
    pub fn ask_registers(&self, registers: Arc<Datasets>) {
        // Said a second time the first ones stay: there is one set of registers in a house.
        drop(self.registers.set(registers));
    }

    /// A place keeps its own catalogue: what a checklist names and the catalogue has not is filed as 其他事件, where it has that.
    pub(crate) fn filed_under<'a>(&self, category: &'a str) -> &'a str {
        let catalogue = self.cases.catalogue();
        match catalogue.get(category).or_else(|| catalogue.get(OTHER)) {
            Some(found) if found.code != category => OTHER,
            _ => category,
        }
    }

    pub(crate) fn registers(&self) -> Result<&Datasets> {
        let registers = self.registers.get().map(AsRef::as_ref);
        registers.ok_or_else(|| Problem::internal("rounds were given no registers to ask"))
    }
}

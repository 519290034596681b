//! What the module keeps in memory: catalogue, calendar, suggestion model, and the keys for links.

use std::sync::{Arc, OnceLock};

use arc_swap::{ArcSwap, ArcSwapOption};
use sea_orm::sea_query::{ExprTrait, Order};
use sea_orm::{EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use youlin_crypto::LinkSigner;
use youlin_database::Database;
use youlin_database::sql::col;
use youlin_kernel::{CommunityId, Problem, Result};
use youlin_matching::{CategoryHint, CategoryModel, Segmenter};
use youlin_people::Vault;
use youlin_places::Locator;
use youlin_workday::{Calendar, DayHours, YearTable};

use crate::catalogue::Catalogue;
use crate::commands::{Holder, HoldsCases};
use crate::entities::{calendar_year, case_record};

/// Settings of the module.
#[derive(Clone, Debug)]
pub struct CasesSettings {
    /// Working hours of the place, *local*.
    pub hours: DayHours,
    /// Called number → code of the community that answers it.
    pub lines: Vec<(String, String)>,
    /// Secrets the telephone system may sign with (the old one stays valid while it is changed).
    pub telephony_secrets: Vec<String>,
    /// Days a helper's link lives.
    pub link_days: i64,
    pub public_url: String,
}

/// The module's service, in the application as `Arc<Cases>`.
pub struct Cases {
    pub(crate) db: Database,
    pub(crate) locator: Arc<Locator>,
    pub(crate) vault: Arc<Vault>,
    pub(crate) links: LinkSigner,
    pub(crate) settings: CasesSettings,
    catalogue: ArcSwap<Catalogue>,
    calendar: ArcSwap<Calendar>,
    segmenter: OnceLock<Segmenter>,
    model: ArcSwapOption<CategoryModel>,
    /// Whoever holds something of cases.
    pub(crate) holder: Holder,
}

impl std::fmt::Debug for Cases {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cases")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

impl Cases {
    /// Loads catalogue and calendar.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn load(
        db: Database,
        locator: Arc<Locator>,
        vault: Arc<Vault>,
        settings: CasesSettings,
    ) -> Result<Arc<Self>> {
        let links = vault.keyring().link_signer();
        let cases = Self {
            db,
            locator,
            vault,
            links,
            settings,
            catalogue: ArcSwap::default(),
            calendar: ArcSwap::from_pointee(Calendar::default()),
            segmenter: OnceLock::new(),
            model: ArcSwapOption::empty(),
            holder: Holder::default(),
        };
        cases.reload().await?;
        Ok(Arc::new(cases))
    }

    /// Reads catalogue and calendar anew, after an edit here or in another process.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn reload(&self) -> Result<()> {
        self.catalogue
            .store(Arc::new(Catalogue::load(self.db.read()).await?));
        self.model.store(None);
        let rows = calendar_year::Entity::find()
            .filter(col("community_id").eq(CommunityId::SYSTEM.0))
            .all(self.db.read())
            .await?;
        let shipped = Calendar::new(
            youlin_workday::shipped(),
            self.settings.hours.clone(),
            youlin_workday::CHINA,
        );
        let mut calendar = shipped.map_err(Problem::internal)?;
        for row in rows {
            let table = YearTable::from_json(&row.data).map_err(Problem::internal)?;
            calendar = calendar.with_table(table).map_err(Problem::internal)?;
        }
        self.calendar.store(Arc::new(calendar));
        Ok(())
    }

    /// From here on this floor is asked what it holds of a case, before a step ends one. Said once, when the house is put
    /// together.
    pub fn held_by(&self, holder: Arc<dyn HoldsCases>) {
        self.holder.put_in(holder);
    }

    #[must_use]
    pub fn catalogue(&self) -> Arc<Catalogue> {
        self.catalogue.load_full()
    }

    #[must_use]
    pub fn calendar(&self) -> Arc<Calendar> {
        self.calendar.load_full()
    }

    #[must_use]
    pub fn locator(&self) -> &Arc<Locator> {
        &self.locator
    }

    #[must_use]
    pub fn vault(&self) -> &Arc<Vault> {
        &self.vault
    }

    /// The word segmenter. Its dictionary takes a quarter of a second to read and thirty megabytes to keep: it is read
    /// when somebody first searches or asks for suggestions, so a server that only takes in reports goes without.
    pub(crate) fn segmenter(&self) -> &Segmenter {
        self.segmenter.get_or_init(Segmenter::new)
    }

    /// The suggestion model, built from the catalogue and the newest closed cases when first needed.
    pub(crate) async fn model(&self) -> Result<Arc<CategoryModel>> {
        if let Some(model) = self.model.load_full() {
            return Ok(model);
        }
        let past: Vec<(String, String)> = case_record::Entity::find()
            .select_only()
            .columns([case_record::Column::Text, case_record::Column::Category])
            .filter(col("status").eq("closed"))
            .order_by(case_record::Column::Id, Order::Desc)
            .limit(2_000)
            .into_tuple()
            .all(self.db.read())
            .await?;
        let hints: Vec<CategoryHint> = self
            .catalogue()
            .iter()
            .map(|category| CategoryHint {
                key: category.code.clone(),
                name: category.name.clone(),
                keywords: category.keywords.clone(),
                urgent_keywords: category.urgent_keywords.clone(),
            })
            .collect();
        let model = Arc::new(CategoryModel::build(
            self.segmenter(),
            &hints,
            past.into_iter(),
        ));
        self.model.store(Some(Arc::clone(&model)));
        Ok(model)
    }
}

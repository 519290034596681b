//! The catalogue of labels: what may be said of a person in a word, how sensitive it is, who must have said so, how long
//! it holds, what it is kept for and which consent it needs. What is shipped stands in `shipped.json`; an administrator
//! adds, changes and retires (table `label_kind`, which overrides by code). Forms, imports, figures and masks ask here.
//!
//! `talent:…` and `hometown:…` are families: a word an entry of the catalogue does not know belongs to its family.

mod expire;
pub(crate) mod pages;
mod save;
mod words;

use std::sync::{Arc, LazyLock};

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use youlin_kernel::{CommunityId, Locale, Result, words};

use crate::Vault;
use crate::entities::label_kind;
use crate::facts::How;

pub use expire::{EXPIRE_LABELS, ExpireLabels};
pub use pages::NAV;
pub use save::{RetireLabel, SaveLabel};

words! {
    /// Groups in which forms offer labels.
    LabelPart { Care = "care", Standing = "standing", Talent = "talent" }
}

words! {
    /// Who sees it.
    Sensitivity {
        /// Whoever sees the person's card.
        Open = "open",
        /// Whoever reads the register.
        Personal = "personal",
        /// Only who may show what is hidden, where the person lives; it is not counted for others.
        Sensitive = "sensitive",
    }
}

words! {
    /// What it is kept for; the rules of keeping go by it.
    LabelPurpose {
        Care = "care",
        Help = "help",
        Organise = "organise",
        Match = "match",
    }
}

/// One entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelKind {
    pub code: String,
    pub name_zh: String,
    pub name_en: String,
    pub part: LabelPart,
    pub sensitivity: Sensitivity,
    pub purpose: LabelPurpose,
    /// How it must have come to be known, words of [`How`] with commas; empty: in any way.
    #[serde(default)]
    pub source: String,
    /// After so many days it ends by itself.
    #[serde(default)]
    pub days: Option<i32>,
    /// The consent it needs, of [`crate::consent::ALL`].
    #[serde(default)]
    pub consent: Option<String>,
    /// No longer put on anybody; those who have it keep it.
    #[serde(default)]
    pub retired: bool,
    /// It was added or changed here.
    #[serde(skip)]
    pub own: bool,
}

impl LabelKind {
    #[must_use]
    pub fn name(&self, locale: Locale) -> &str {
        match locale {
            Locale::En if !self.name_en.is_empty() => &self.name_en,
            _ => &self.name_zh,
        }
    }

    /// Whether it may be said by this way.
    #[must_use]
    pub fn may_come_from(&self, how: How) -> bool {
        self.source.is_empty() || self.source.split(',').any(|one| one.trim() == how.as_str())
    }
}

static SHIPPED: LazyLock<Vec<LabelKind>> =
    LazyLock::new(|| serde_json::from_str(include_str!("shipped.json")).unwrap_or_default());

/// All entries, in the order forms offer them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelCatalogue {
    kinds: Vec<LabelKind>,
}

impl Default for LabelCatalogue {
    fn default() -> Self {
        Self {
            kinds: SHIPPED.clone(),
        }
    }
}

impl LabelCatalogue {
    /// As it is now; whoever only has the vault sees it from here on too.
    ///
    /// # Errors
    /// 503 when the database does not answer.
    pub async fn load(db: &impl ConnectionTrait, vault: &Vault) -> Result<Arc<Self>> {
        let rows = label_kind::Entity::find()
            .filter(label_kind::Column::CommunityId.eq(CommunityId::SYSTEM.0))
            .all(db)
            .await?;
        let known = vault.labels();
        let fresh = Self::default().with(rows);
        if *known == fresh {
            return Ok(known);
        }
        let fresh = Arc::new(fresh);
        vault.learn_labels(Arc::clone(&fresh));
        Ok(fresh)
    }

    fn with(mut self, mut rows: Vec<label_kind::Model>) -> Self {
        rows.sort_by_key(|row| (row.position, row.id));
        for row in rows {
            let kind = LabelKind {
                part: LabelPart::parse(&row.part).unwrap_or(LabelPart::Standing),
                // What cannot be read is rather hidden than shown.
                sensitivity: Sensitivity::parse(&row.sensitivity).unwrap_or(Sensitivity::Sensitive),
                purpose: LabelPurpose::parse(&row.purpose).unwrap_or(LabelPurpose::Care),
                code: row.code,
                name_zh: row.name_zh,
                name_en: row.name_en,
                source: row.source.unwrap_or_default(),
                days: row.days,
                consent: row.consent,
                retired: row.retired_at.is_some(),
                own: true,
            };
            match self.kinds.iter_mut().find(|one| one.code == kind.code) {
                Some(one) => *one = kind,
                None => self.kinds.push(kind),
            }
        }
        self
    }

    #[must_use]
    pub fn all(&self) -> &[LabelKind] {
        &self.kinds
    }

    /// The entry a label belongs to: its own, or that of its family.
    #[must_use]
    pub fn of(&self, label: &str) -> Option<&LabelKind> {
        let own = |code: &str| self.kinds.iter().find(|one| one.code == code);
        own(label).or_else(|| own(family(label)?))
    }

    #[must_use]
    pub fn sensitivity(&self, label: &str) -> Sensitivity {
        match (self.of(label), family(label)) {
            (Some(kind), _) => kind.sensitivity,
            (None, Some("talent")) => Sensitivity::Open,
            (None, _) => Sensitivity::Personal,
        }
    }

    #[must_use]
    pub fn is_sensitive(&self, label: &str) -> bool {
        self.sensitivity(label) == Sensitivity::Sensitive
    }

    /// Whether a text names a label that is sensitive, retired or not.
    #[must_use]
    pub fn tells(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        let said = |name: &str| !name.is_empty() && text.contains(&name.to_lowercase());
        let mut hidden = self
            .kinds
            .iter()
            .filter(|one| one.sensitivity == Sensitivity::Sensitive);
        hidden.any(|one| said(&one.name_zh) || said(&one.name_en) || Self::says_usual(&text, one))
    }

    /// Entries a form offers: no families, none that are retired; sensitive ones only to who may see them.
    pub fn offered(&self, sensitive: bool) -> impl Iterator<Item = &LabelKind> {
        self.kinds.iter().filter(move |one| {
            !one.retired
                && one.code != HOME_TOWN
                && (sensitive || one.sensitivity != Sensitivity::Sensitive)
        })
    }

    /// The label a word of a sheet means, by the names of the catalogue.
    #[must_use]
    pub fn called(&self, word: &str) -> Option<&LabelKind> {
        let word = word.trim();
        let same = |name: &str| name.eq_ignore_ascii_case(word);
        self.kinds
            .iter()
            .find(|one| !one.retired && (same(&one.name_zh) || same(&one.name_en)))
    }
}

/// The family of home towns, and what history says of one that was forgotten.
pub(crate) const HOME_TOWN: &str = "hometown";

/// `talent` of `talent:chess`.
pub(crate) fn family(label: &str) -> Option<&str> {
    label.split_once(':').map(|(family, _)| family)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::{LabelCatalogue, SHIPPED, Sensitivity};
    use crate::consent;
    use crate::facts::How;

    #[test]
    fn what_is_shipped_can_be_read() {
        assert!(SHIPPED.len() > 20);
        for kind in SHIPPED.iter() {
            assert!(
                !kind.name_zh.is_empty() && !kind.name_en.is_empty(),
                "{kind:?}"
            );
            assert!(
                kind.source
                    .split(',')
                    .all(|one| one.is_empty() || How::parse(one).is_some())
            );
            let consent = kind.consent.as_deref();
            assert!(
                consent.is_none_or(|one| consent::ALL.contains(&one)),
                "{kind:?}"
            );
        }
    }

    #[test]
    fn a_text_tells_what_is_sensitive() {
        let all = LabelCatalogue::default();
        for text in ["出院康复回访", "看看慢病老人", "Chronic Illness round"] {
            assert!(all.tells(text), "{text}");
        }
        for text in ["", "独居老人", "送米"] {
            assert!(!all.tells(text), "{text}");
        }
    }

    #[test]
    fn a_word_belongs_to_its_family() {
        let all = LabelCatalogue::default();
        assert_eq!(
            all.of("hometown:如皋").unwrap().consent.as_deref(),
            Some(consent::MATCH_HOME_TOWN)
        );
        assert_eq!(all.sensitivity("talent:knitting"), Sensitivity::Open);
        assert_eq!(all.sensitivity("disabled"), Sensitivity::Sensitive);
        assert_eq!(all.called("独居").unwrap().code, "living_alone");
        assert!(
            all.offered(false)
                .all(|one| one.code != "disabled" && one.code != "hometown")
        );
    }
}

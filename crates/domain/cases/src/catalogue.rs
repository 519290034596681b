//! The category catalogue as versioned data: part and event classes of urban management, neighbourly services; each
//! with keywords, questions, time limits, and an evidence rule that names its legal basis.

use std::collections::BTreeMap;
use std::sync::Arc;

use sea_orm::sea_query::ExprTrait;
use sea_orm::{ConnectionTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use youlin_database::sql::col;
use youlin_kernel::{CommunityId, Locale, Result};
use youlin_workday::Limit;

use crate::entities::category_row;
use crate::queries::Called;

/// The three families of categories.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// 部件: things that stand in the street.
    Part,
    /// 事件: what goes on there.
    Event,
    /// Neighbourly service.
    Service,
}

impl Class {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Part => "part",
            Self::Event => "event",
            Self::Service => "service",
        }
    }
}

/// Whether a photograph is asked of whoever handles it. Required only where a rule says so, with its basis.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    #[default]
    None,
    Optional,
    Required,
}

/// The data types of questions: the six of Open311.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum QuestionType {
    String,
    Number,
    Datetime,
    Text,
    SingleValueList,
    MultiValueList,
}

/// One choice of a list question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Choice {
    pub key: String,
    pub name: String,
}

/// A question asked with a category.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Question {
    pub code: String,
    pub label: String,
    #[serde(default)]
    pub label_en: String,
    #[serde(rename = "type")]
    pub kind: QuestionType,
    #[serde(default)]
    pub required: bool,
    #[serde(default)]
    pub values: Vec<Choice>,
    #[serde(default)]
    pub order: i32,
}

/// One category in one revision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Category {
    pub code: String,
    #[serde(default = "first")]
    pub revision: i32,
    pub class: Class,
    pub group: String,
    pub name: String,
    #[serde(default)]
    pub name_en: String,
    #[serde(default)]
    pub keywords: Vec<String>,
    #[serde(default)]
    pub urgent_keywords: Vec<String>,
    /// From report to handled.
    pub limit: Limit,
    /// From report to accepted or declined.
    pub accept_limit: Limit,
    #[serde(default)]
    pub evidence: Evidence,
    #[serde(default)]
    pub evidence_basis: Option<String>,
    #[serde(default)]
    pub questions: Vec<Question>,
    #[serde(default)]
    pub line_department: Option<String>,
    /// Days in which the reporter may reopen; *local*.
    #[serde(default = "fifteen")]
    pub reopen_days: u32,
    /// Health and the like: the text is shown to fewer eyes.
    #[serde(default)]
    pub sensitive: bool,
}

fn first() -> i32 {
    1
}

fn fifteen() -> u32 {
    15
}

/// What is wrong with a category of an import or an edit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CategoryFault {
    #[error("code must have 1 to 40 letters, digits or hyphens")]
    Code,
    #[error("name must have 1 to 80 characters")]
    Name,
    #[error("required evidence must name its legal basis")]
    EvidenceWithoutBasis,
    #[error("question {0}: a list needs choices")]
    NoChoices(String),
    #[error("question {0} stands twice")]
    QuestionTwice(String),
}

impl Category {
    /// The name in the reader's language.
    #[must_use]
    pub fn name_in(&self, locale: Locale) -> &str {
        if locale == Locale::En && !self.name_en.is_empty() {
            &self.name_en
        } else {
            &self.name
        }
    }

    /// # Errors
    /// The first fault found.
    pub fn check(&self) -> Result<(), CategoryFault> {
        let fits = |c: char| c.is_ascii_alphanumeric() || c == '-';
        if self.code.is_empty() || self.code.len() > 40 || !self.code.chars().all(fits) {
            return Err(CategoryFault::Code);
        }
        if self.name.trim().is_empty() || self.name.chars().count() > 80 {
            return Err(CategoryFault::Name);
        }
        let basis = self
            .evidence_basis
            .as_deref()
            .is_some_and(|basis| !basis.trim().is_empty());
        if self.evidence == Evidence::Required && !basis {
            return Err(CategoryFault::EvidenceWithoutBasis);
        }
        let mut seen = std::collections::BTreeSet::new();
        for question in &self.questions {
            let list = matches!(
                question.kind,
                QuestionType::SingleValueList | QuestionType::MultiValueList
            );
            if list && question.values.is_empty() {
                return Err(CategoryFault::NoChoices(question.code.clone()));
            }
            if !seen.insert(&question.code) {
                return Err(CategoryFault::QuestionTwice(question.code.clone()));
            }
        }
        Ok(())
    }
}

/// The categories in force, read on each report, replaced whole when edited.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    active: BTreeMap<String, Arc<Category>>,
    /// Names of categories that are no longer offered, for old cases.
    retired: BTreeMap<String, Arc<Category>>,
    /// What each of them is called, for the search.
    called: Vec<Called>,
}

impl Catalogue {
    /// Reads the newest revision of each category.
    ///
    /// # Errors
    /// When the database cannot be read or holds what is no category.
    pub async fn load(conn: &impl ConnectionTrait) -> Result<Self> {
        let rows = category_row::Entity::find()
            .filter(col("community_id").eq(CommunityId::SYSTEM.0))
            .all(conn)
            .await?;
        let mut newest: BTreeMap<String, category_row::Model> = BTreeMap::new();
        for row in rows {
            let kept = newest
                .entry(row.code.clone())
                .or_insert_with(|| row.clone());
            if kept.revision < row.revision {
                *kept = row;
            }
        }
        let mut catalogue = Self::default();
        for row in newest.into_values() {
            let mut category: Category =
                serde_json::from_str(&row.data).map_err(youlin_kernel::Problem::internal)?;
            category.revision = row.revision;
            let shelf = if row.active {
                &mut catalogue.active
            } else {
                &mut catalogue.retired
            };
            shelf.insert(row.code, Arc::new(category));
        }
        let all = catalogue.iter().chain(catalogue.retired());
        catalogue.called = all.map(|one| Called::new(one)).collect();
        Ok(catalogue)
    }

    /// A category that may be used for new cases.
    #[must_use]
    pub fn get(&self, code: &str) -> Option<&Arc<Category>> {
        self.active.get(code)
    }

    /// A category to show, retired or not.
    #[must_use]
    pub fn any(&self, code: &str) -> Option<&Arc<Category>> {
        self.active.get(code).or_else(|| self.retired.get(code))
    }

    pub fn iter(&self) -> impl Iterator<Item = &Arc<Category>> {
        self.active.values()
    }

    /// Categories that are no longer offered.
    pub fn retired(&self) -> impl Iterator<Item = &Arc<Category>> {
        self.retired.values()
    }

    pub(crate) fn called(&self) -> &[Called] {
        &self.called
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.active.is_empty()
    }
}

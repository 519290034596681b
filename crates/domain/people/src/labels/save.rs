//! An administrator adds a label to the catalogue, changes or retires one.

use std::sync::Arc;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use serde_json::json;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{CommunityId, Ctx, Problem, Result};

use super::{LabelCatalogue, LabelKind, LabelPart, LabelPurpose, Sensitivity, family};
use crate::Vault;
use crate::consent;
use crate::entities::label_kind;
use crate::events::{self, event};
use crate::facts::How;
use crate::fields::{Faults, optional, required};
use crate::permissions::LABELS_ADMIN;

/// Adds or changes the entry of that code. Permission `people.labels`, held anywhere: the catalogue holds everywhere.
#[derive(Debug)]
pub struct SaveLabel {
    pub vault: Arc<Vault>,
    /// It must not be there yet.
    pub fresh: bool,
    pub code: String,
    pub name_zh: String,
    pub name_en: String,
    pub part: String,
    pub sensitivity: String,
    pub purpose: String,
    /// Ways it may come to be known by; none: any.
    pub sources: Vec<String>,
    /// As typed; empty: it holds until somebody takes it off.
    pub days: String,
    /// Empty: none.
    pub consent: String,
}

impl Command for SaveLabel {
    type Output = ();
    const NAME: &'static str = "people.save-label";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        authorize(ctx)?;
        let catalogue = LabelCatalogue::load(tx.conn(), &self.vault).await?;
        let mut kind = self.read()?;
        let known = catalogue.all().iter().find(|one| one.code == kind.code);
        if self.fresh && known.is_some() {
            return Err(Problem::invalid("code", "label-known"));
        }
        if !self.fresh && known.is_none() {
            return Err(Problem::not_found());
        }
        kind.retired = known.is_some_and(|one| one.retired);
        let twin = catalogue.all().iter().find(|one| {
            one.code != kind.code && (one.name_zh == kind.name_zh || one.name_en == kind.name_en)
        });
        if let Some(twin) = twin {
            return Err(
                Problem::invalid("name_zh", "label-name-known").field_arg("code", &twin.code)
            );
        }
        store(ctx, tx, Self::NAME, &kind).await
    }
}

impl SaveLabel {
    fn read(&self) -> Result<LabelKind> {
        let mut faults = Faults::default();
        // What is no label at all is told with the field it was typed in.
        let code = crate::commands::set_label::checked(&self.code).unwrap_or_default();
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        let bare = code.strip_prefix("talent:").unwrap_or(&code);
        let known = LabelCatalogue::default()
            .of(&code)
            .is_some_and(|one| one.code == code);
        if !known && (bare.is_empty() || !bare.chars().all(plain) || family(bare).is_some()) {
            faults.take::<()>(Err(Problem::invalid("code", "label-code")));
        }
        let name_zh = faults.take(required("name_zh", &self.name_zh, 20));
        let name_en = faults.take(required("name_en", &self.name_en, 60));
        let unknown = |field| Problem::invalid(field, "unknown-value");
        let part = LabelPart::parse(&self.part).ok_or_else(|| unknown("part"));
        let sensitivity =
            Sensitivity::parse(&self.sensitivity).ok_or_else(|| unknown("sensitivity"));
        let purpose = LabelPurpose::parse(&self.purpose).ok_or_else(|| unknown("purpose"));
        if self.sources.iter().any(|one| How::parse(one).is_none()) {
            faults.take::<()>(Err(unknown("sources")));
        }
        let days = faults.take(self.days());
        let consent = faults.take(optional("consent", Some(&self.consent), 60));
        if consent
            .as_deref()
            .is_some_and(|one| !consent::ALL.contains(&one))
        {
            faults.take::<()>(Err(unknown("consent")));
        }
        faults.done()?;
        Ok(LabelKind {
            code,
            name_zh,
            name_en,
            part: part?,
            sensitivity: sensitivity?,
            purpose: purpose?,
            source: self.sources.join(","),
            days,
            consent,
            retired: false,
            own: true,
        })
    }

    fn days(&self) -> Result<Option<i32>> {
        let text = self.days.trim();
        if text.is_empty() {
            return Ok(None);
        }
        match text.parse() {
            Ok(days) if (1..=36_525).contains(&days) => Ok(Some(days)),
            _ => Err(Problem::invalid("days", "label-days")),
        }
    }
}

/// Retires a label or brings it back. Permission as for [`SaveLabel`].
#[derive(Debug)]
pub struct RetireLabel {
    pub vault: Arc<Vault>,
    pub code: String,
    pub retired: bool,
}

impl Command for RetireLabel {
    type Output = ();
    const NAME: &'static str = "people.retire-label";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        authorize(ctx)?;
        let catalogue = LabelCatalogue::load(tx.conn(), &self.vault).await?;
        let known = catalogue.all().iter().find(|one| one.code == self.code);
        let kind = known.cloned().ok_or_else(Problem::not_found)?;
        if kind.retired == self.retired {
            return Ok(());
        }
        let kind = LabelKind {
            retired: self.retired,
            ..kind
        };
        store(ctx, tx, Self::NAME, &kind).await
    }
}

/// Reference data is written by those who hold the permission anywhere, as with categories.
fn authorize(ctx: &Ctx) -> Result<()> {
    ctx.scope(&LABELS_ADMIN).map(|_scope| ())
}

async fn store(ctx: &Ctx, tx: &Tx<'_>, verb: &'static str, kind: &LabelKind) -> Result<()> {
    let community = CommunityId::SYSTEM;
    let known = row(tx.conn(), &kind.code).await?;
    let now = ctx.now().0;
    let base = known.clone().unwrap_or_else(|| label_kind::Model {
        community_id: community.0,
        id: ctx.new_id(),
        version: 1,
        code: kind.code.clone(),
        name_zh: String::new(),
        name_en: String::new(),
        part: String::new(),
        sensitivity: String::new(),
        source: None,
        days: None,
        purpose: String::new(),
        consent: None,
        position: 0,
        retired_at: None,
        changed_at: now,
    });
    let retired_at = kind.retired.then(|| base.retired_at.unwrap_or(now));
    let filled = label_kind::Model {
        name_zh: kind.name_zh.clone(),
        name_en: kind.name_en.clone(),
        part: kind.part.as_str().to_owned(),
        sensitivity: kind.sensitivity.as_str().to_owned(),
        source: Some(kind.source.clone()).filter(|text| !text.is_empty()),
        days: kind.days,
        purpose: kind.purpose.as_str().to_owned(),
        consent: kind.consent.clone(),
        retired_at,
        changed_at: now,
        ..base
    };
    let saved = match known {
        Some(_) => tx.update::<label_kind::Entity>(filled).await?,
        None => tx.insert::<label_kind::Entity>(filled).await?,
    };
    tx.audit(
        ctx,
        community,
        AuditEntry::new(verb, "label", saved.id).detail(
            json!({ "code": kind.code, "sensitivity": kind.sensitivity, "retired": kind.retired }),
        ),
    );
    tx.emit(ctx, event(events::LABELS_CHANGED, community, saved.id));
    Ok(())
}

async fn row(db: &impl ConnectionTrait, code: &str) -> Result<Option<label_kind::Model>> {
    Ok(label_kind::Entity::find()
        .filter(label_kind::Column::CommunityId.eq(CommunityId::SYSTEM.0))
        .filter(label_kind::Column::Code.eq(code))
        .one(db)
        .await?)
}

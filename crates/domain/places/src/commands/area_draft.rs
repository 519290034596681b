//! What an area should become, whoever says so, and the rules it must keep.
//!
//! The level never changes. Below the community the parent never changes either, because records name grid and
//! neighbourhood together with their community: such an area is closed and a new one opened. Communities and above may
//! move (subdistricts are merged now and then).

use youlin_kernel::{AreaLevel, Ctx, Result};

use crate::areas::AreaRows;
use crate::entities::{area, area_code};
use crate::import::{Outcome, Refused, Row};
use crate::permissions::PLACES_ADMIN;
use youlin_database::Tx;
use youlin_kernel::{AreaId, CommunityId};

/// Columns an area file must have.
pub const AREA_COLUMNS: &[&str] = &["code", "scheme", "level", "parent_code", "name"];

pub(crate) const NAME_MAX: usize = 60;
pub(crate) const CODE_MAX: usize = 40;

/// An area as it should be.
#[derive(Clone, Debug)]
pub(crate) struct AreaDraft {
    pub(crate) line: u32,
    pub(crate) code: String,
    pub(crate) scheme: String,
    pub(crate) scheme_version: String,
    pub(crate) level: AreaLevel,
    /// Code of the parent, empty at the root.
    pub(crate) parent_code: String,
    pub(crate) name: String,
    pub(crate) name_en: String,
    pub(crate) short_name: String,
}

impl AreaDraft {
    pub(crate) fn read(row: &Row) -> Result<Self, Refused> {
        let level = AreaLevel::parse(row.required("level", CODE_MAX)?).ok_or_else(|| {
            row.refuse("level", "level-unknown")
                .arg("value", row.get("level"))
        })?;
        Ok(Self {
            line: row.line,
            code: row.required("code", CODE_MAX)?.to_owned(),
            scheme: row.required("scheme", CODE_MAX)?.to_owned(),
            scheme_version: row.text("scheme_version", CODE_MAX)?.to_owned(),
            level,
            parent_code: row.text("parent_code", CODE_MAX)?.to_owned(),
            name: row.required("name", NAME_MAX)?.to_owned(),
            name_en: row.text("name_en", NAME_MAX * 2)?.to_owned(),
            short_name: row.text("short", NAME_MAX)?.to_owned(),
        })
    }

    fn refuse(&self, column: &str, code: &'static str) -> Refused {
        Refused::new(self.line, column, code).arg("code", &self.code)
    }

    /// The parent's row id, checked.
    fn parent(&self, rows: &AreaRows) -> Result<Option<i64>, Refused> {
        if self.parent_code.is_empty() {
            return match self.level {
                AreaLevel::Grid | AreaLevel::Neighbourhood | AreaLevel::Community => {
                    Err(self.refuse("parent_code", "parent-needed"))
                }
                _ => Ok(None),
            };
        }
        let parent = rows
            .find(&self.scheme, &self.parent_code)
            .or_else(|_other_scheme| rows.find("", &self.parent_code))
            .map_err(|_none| {
                self.refuse("parent_code", "parent-unknown")
                    .arg("parent", &self.parent_code)
            })?;
        if parent.level >= self.level as i32
            || (self.level > AreaLevel::Community && parent.level < AreaLevel::Community as i32)
        {
            return Err(self
                .refuse("parent_code", "parent-level")
                .arg("parent", &parent.name));
        }
        if parent.closed_at.is_some() {
            return Err(self
                .refuse("parent_code", "parent-closed")
                .arg("parent", &parent.name));
        }
        Ok(Some(parent.area_id))
    }

    /// Whether the caller may change what lies under that area: by the rights in its nearest area that exists already.
    /// New roots need the rights in all roots.
    fn authorize(&self, ctx: &Ctx, rows: &AreaRows, at: Option<i64>) -> Result<(), Refused> {
        let mut next = at;
        while let Some(row) = next.and_then(|id| rows.by_id.get(&id)) {
            if ctx.areas().get(AreaId(row.area_id)).is_some() {
                break;
            }
            next = row.parent_id;
        }
        let roots = ctx.areas().roots();
        let allowed = match next {
            _ if ctx.is_service() => true,
            Some(id) => ctx.require(&PLACES_ADMIN, AreaId(id)).is_ok(),
            None => {
                !roots.is_empty()
                    && roots
                        .iter()
                        .all(|root| ctx.require(&PLACES_ADMIN, *root).is_ok())
            }
        };
        if allowed {
            Ok(())
        } else {
            Err(self.refuse("code", "not-yours"))
        }
    }

    /// Makes the area so. `known` is the row it is about when a form said so; a file finds it by code.
    pub(crate) async fn apply(
        &self,
        ctx: &Ctx,
        tx: &Tx<'_>,
        rows: &mut AreaRows,
        known: Option<&area::Model>,
        dry_run: bool,
    ) -> Result<Result<Outcome, Refused>> {
        let decided = match self.decide(ctx, rows, known) {
            Ok(decided) => decided,
            Err(refused) => return Ok(Err(refused)),
        };
        let (outcome, mut model, former) = decided;
        if !dry_run {
            if let Some(former) = former {
                tx.insert::<area_code::Entity>(former).await?;
            }
            model = match outcome {
                Outcome::New => tx.insert::<area::Entity>(model).await?,
                Outcome::Changed => tx.update::<area::Entity>(model).await?,
                Outcome::Unchanged => model,
            };
        }
        rows.put(model);
        Ok(Ok(outcome))
    }

    /// Every code the decision needs to know of.
    pub(crate) fn codes(&self) -> impl Iterator<Item = &str> {
        [self.code.as_str(), self.parent_code.as_str()].into_iter()
    }

    pub(crate) fn decide(
        &self,
        ctx: &Ctx,
        rows: &AreaRows,
        known: Option<&area::Model>,
    ) -> Result<(Outcome, area::Model, Option<area_code::Model>), Refused> {
        let parent_id = self.parent(rows)?;
        let same_code = rows.find(&self.scheme, &self.code).ok();
        let Some(old) = known.or(same_code) else {
            self.authorize(ctx, rows, parent_id)?;
            return Ok((
                Outcome::New,
                self.model(ctx, rows.next_id(), parent_id),
                None,
            ));
        };
        if let Some(other) = same_code.filter(|other| other.area_id != old.area_id) {
            return Err(self.refuse("code", "code-taken").arg("area", &other.name));
        }
        if old.level != self.level as i32 {
            return Err(self.refuse("level", "level-fixed").arg("area", &old.name));
        }
        if old.parent_id != parent_id && self.level > AreaLevel::Community {
            return Err(self
                .refuse("parent_code", "parent-fixed")
                .arg("area", &old.name));
        }
        let model = area::Model {
            parent_id,
            code: self.code.clone(),
            scheme: self.scheme.clone(),
            scheme_version: self.scheme_version.clone(),
            name: self.name.clone(),
            name_en: self.name_en.clone(),
            short_name: self.short_name.clone(),
            ..old.clone()
        };
        if model == *old {
            return Ok((Outcome::Unchanged, model, None));
        }
        self.authorize(ctx, rows, Some(old.area_id))?;
        if old.parent_id != parent_id {
            self.authorize(ctx, rows, parent_id)?;
            if rows.is_within(parent_id, old.area_id) {
                return Err(self
                    .refuse("parent_code", "parent-level")
                    .arg("parent", &old.name));
            }
        }
        let recoded = (&old.code, &old.scheme, &old.scheme_version)
            != (&model.code, &model.scheme, &model.scheme_version);
        let former = recoded.then(|| area_code::Model {
            community_id: CommunityId::SYSTEM.0,
            id: ctx.new_id(),
            version: 1,
            area_id: old.area_id,
            scheme: old.scheme.clone(),
            scheme_version: old.scheme_version.clone(),
            code: old.code.clone(),
            replaced_at: ctx.now().0,
        });
        Ok((Outcome::Changed, model, former))
    }

    fn model(&self, ctx: &Ctx, area_id: i64, parent_id: Option<i64>) -> area::Model {
        area::Model {
            community_id: CommunityId::SYSTEM.0,
            id: ctx.new_id(),
            version: 1,
            area_id,
            parent_id,
            level: self.level as i32,
            code: self.code.clone(),
            scheme: self.scheme.clone(),
            scheme_version: self.scheme_version.clone(),
            name: self.name.clone(),
            name_en: self.name_en.clone(),
            short_name: self.short_name.clone(),
            closed_at: None,
            closed_reason: None,
        }
    }
}

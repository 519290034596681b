//! Campaigns: made, started with the list as the registers answer it then, refreshed after a look at what would change, ended.
//!
//! A campaign may hold for many communities; its list is written community by community, each in its own transaction, and a
//! step that was cut off is simply taken again: what is listed already stays as it is.

mod list;

pub use list::{ListPremises, ListedPremises, Preview, apply, preview};

use jiff::civil::Date;
use sea_orm::EntityTrait;
use serde_json::json;
use uuid::Uuid;
use youlin_checklist::SHIPPED;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_datasets::cube::Query;
use youlin_kernel::{AreaId, CommunityId, Ctx, Problem, ProblemKind, Result};
use youlin_people::Party;

use crate::entities::campaign;
use crate::events::{self, event};
use crate::permissions::ROUNDS_PLAN;
use crate::queries::{campaign_row, kept as question_kept};

const TITLE: usize = 80;
const BASIS: usize = 200;
/// Photographs a re-check may be asked for.
const PHOTOGRAPHS: i32 = 10;
/// Parties named for one thing.
const PARTIES: usize = 20;

/// Makes a campaign or changes it. Once it has started, its question and its checklist stay.
#[derive(Clone, Debug)]
pub struct SaveCampaign {
    /// The campaign to change and the version it was shown with.
    pub known: Option<(Uuid, i32)>,
    pub title: String,
    pub area: AreaId,
    pub first: Date,
    pub last: Date,
    /// Id of the checklist.
    pub checklist: String,
    /// To the dataset `premises`.
    pub question: Query,
    pub photographs: i32,
    pub basis: String,
    /// Parties that inspect in it; none: whoever looks after the grid.
    pub inspectors: Vec<Party>,
    /// Parties that look again besides those who always do.
    pub recheckers: Vec<Party>,
}

/// As they are kept.
fn kept(parties: &[Party]) -> Result<Option<String>> {
    let text = (!parties.is_empty()).then(|| serde_json::to_string(parties));
    text.transpose().map_err(Problem::internal)
}

impl Command for SaveCampaign {
    type Output = Uuid;
    const NAME: &'static str = "rounds.save-campaign";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<Uuid> {
        ctx.require(&ROUNDS_PLAN, self.area)?;
        self.checked()?;
        let old = match self.known {
            None => None,
            Some((id, _)) => Some(one(tx, ctx, id).await?),
        };
        let asked = match &old {
            None => None,
            Some(old) => Some(campaign_row(old.clone())?.question),
        };
        let same_area = old.as_ref().is_some_and(|old| old.area_id == self.area.0);
        let asked = asked.filter(|_| same_area);
        let question = question_kept(ctx, &self.question, asked.as_ref());
        if let Some(old) = old.as_ref().filter(|old| old.started_at.is_some()) {
            let same = asked.is_some_and(|asked| asked.same_as(&question))
                && old.checklist == self.checklist;
            if !same {
                return Err(Problem::invalid("question", "campaign-started"));
            }
        }
        let model = campaign::Model {
            community_id: CommunityId::SYSTEM.0,
            id: old.as_ref().map_or_else(|| ctx.new_id(), |old| old.id),
            version: self.known.map_or(1, |(_, version)| version),
            title: self.title.trim().to_owned(),
            area_id: self.area.0,
            first_day: self.first.to_string(),
            last_day: self.last.to_string(),
            checklist: self.checklist.clone(),
            question: serde_json::to_string(&question).map_err(Problem::internal)?,
            photographs: self.photographs,
            basis: self.basis.trim().to_owned(),
            started_at: old.as_ref().and_then(|old| old.started_at),
            closed_at: old.as_ref().and_then(|old| old.closed_at),
            inspectors: kept(&self.inspectors)?,
            recheckers: kept(&self.recheckers)?,
        };
        let saved = match old {
            None => tx.insert::<campaign::Entity>(model).await?,
            Some(_) => tx.update::<campaign::Entity>(model).await?,
        };
        let detail = json!({ "title": saved.title, "version": saved.version });
        told(ctx, tx, Self::NAME, saved.id, detail);
        Ok(saved.id)
    }
}

impl SaveCampaign {
    /// Every fault is named at once.
    fn checked(&self) -> Result<()> {
        let mut faults = Problem::new(ProblemKind::Invalid, "invalid");
        let title = self.title.trim();
        if title.is_empty() {
            faults = faults.and_field("title", "required");
        } else if title.chars().count() > TITLE {
            faults = faults
                .and_field("title", "too-long")
                .field_arg("max", TITLE);
        }
        if self.last < self.first {
            faults = faults.and_field("last", "campaign-ends-before");
        }
        if !SHIPPED.iter().any(|one| one.0 == self.checklist) {
            faults = faults
                .and_field("checklist", "checklist-unknown")
                .field_arg("name", &self.checklist);
        }
        if self.question.dataset != "premises" {
            faults = faults.and_field("question", "campaign-question");
        }
        if !(0..=PHOTOGRAPHS).contains(&self.photographs) {
            faults = faults
                .and_field("photographs", "campaign-photographs")
                .field_arg("max", PHOTOGRAPHS);
        }
        for (field, named) in [
            ("inspectors", &self.inspectors),
            ("recheckers", &self.recheckers),
        ] {
            if named.len() > PARTIES {
                faults = faults
                    .and_field(field, "campaign-parties")
                    .field_arg("max", PARTIES);
            }
        }
        let basis = self.basis.trim();
        if self.photographs > 0 && basis.is_empty() {
            faults = faults.and_field("basis", "campaign-basis");
        }
        if basis.chars().count() > BASIS {
            faults = faults
                .and_field("basis", "too-long")
                .field_arg("max", BASIS);
        }
        if faults.fields().is_empty() {
            Ok(())
        } else {
            Err(faults)
        }
    }
}

/// A campaign the caller may plan.
async fn one(tx: &Tx<'_>, ctx: &Ctx, id: Uuid) -> Result<campaign::Model> {
    let row = campaign::Entity::find_by_id((CommunityId::SYSTEM.0, id))
        .one(tx.conn())
        .await?
        .ok_or_else(Problem::not_found)?;
    ctx.require(&ROUNDS_PLAN, AreaId(row.area_id))?;
    Ok(row)
}

fn told(ctx: &Ctx, tx: &Tx<'_>, name: &'static str, id: Uuid, detail: serde_json::Value) {
    let entry = AuditEntry::new(name, "campaign", id).detail(detail);
    tx.audit(ctx, CommunityId::SYSTEM, entry);
    tx.emit(ctx, event(events::CAMPAIGN_SAVED, CommunityId::SYSTEM, id));
}

/// It has started: its list is frozen.
#[derive(Clone, Debug)]
pub struct MarkStarted {
    pub campaign: Uuid,
    pub version: i32,
}

impl Command for MarkStarted {
    type Output = ();
    const NAME: &'static str = "rounds.start-campaign";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let row = one(tx, ctx, self.campaign).await?;
        if row.started_at.is_some() {
            return Ok(());
        }
        if row.closed_at.is_some() {
            return Err(Problem::new(ProblemKind::Conflict, "campaign-closed"));
        }
        tx.update::<campaign::Entity>(campaign::Model {
            version: self.version,
            started_at: Some(ctx.now().0),
            ..row
        })
        .await?;
        told(ctx, tx, Self::NAME, self.campaign, json!({}));
        Ok(())
    }
}

/// Ends it: nothing new is found in it, its hazards go on until they are removed.
#[derive(Clone, Debug)]
pub struct CloseCampaign {
    pub campaign: Uuid,
    pub version: i32,
}

impl Command for CloseCampaign {
    type Output = ();
    const NAME: &'static str = "rounds.close-campaign";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let row = one(tx, ctx, self.campaign).await?;
        if row.closed_at.is_some() {
            return Ok(());
        }
        tx.update::<campaign::Entity>(campaign::Model {
            version: self.version,
            closed_at: Some(ctx.now().0),
            ..row
        })
        .await?;
        told(ctx, tx, Self::NAME, self.campaign, json!({}));
        Ok(())
    }
}

//! What an inspection of premises leaves, saved in the transaction of its round.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;
use youlin_database::Tx;
use youlin_kernel::{CommunityId, Ctx, Problem, Result};

use super::plan::{Plan, Planned};
use super::same::{Marks, listed_at, seen_again};
use crate::entities::{campaign_premises, hazard, hazard_note, judgement};
use crate::events::{self, event};
use crate::queries::SubjectView;

/// Where and when.
pub(crate) struct At<'a> {
    pub(crate) community: CommunityId,
    pub(crate) round: Uuid,
    pub(crate) subject: &'a SubjectView,
    /// By our clock.
    pub(crate) found_at: i64,
}

impl Plan {
    /// The hazard of a finding that became a case.
    pub(crate) async fn save_hazard(
        &self,
        ctx: &Ctx,
        tx: &Tx<'_>,
        at: &At<'_>,
        finding: Uuid,
        case: Uuid,
    ) -> Result<()> {
        let Some(planned) = self.hazards.get(&finding) else {
            return Ok(());
        };
        let Planned {
            of, spot, evidence, ..
        } = planned;
        tx.insert::<hazard::Entity>(hazard::Model {
            community_id: at.community.0,
            id: finding,
            version: 1,
            round_id: at.round,
            case_id: case,
            campaign_id: self.campaign,
            premises_id: at.subject.subject.id,
            grid_id: at.subject.grid.map(|area| area.0),
            neighbourhood_id: at.subject.neighbourhood.map(|area| area.0),
            section: of.section.clone(),
            stalls: serde_json::to_string(&of.stalls).map_err(Problem::internal)?,
            spot: spot.clone(),
            evidence: serde_json::to_string(evidence).map_err(Problem::internal)?,
            cause_kind: of.cause.map(|party| party.kind.as_str().to_owned()),
            cause_id: of.cause.map(|party| party.id),
            found_at: at.found_at,
            removed_at: None,
            withdrawn_at: None,
            rule: Some(of.rule.clone()).filter(|rule| !rule.is_empty()),
        })
        .await?;
        if !of.measures.is_empty() {
            note(ctx, tx, at.community, finding, "measure", &of.measures).await?;
        }
        Ok(())
    }

    /// Which of what was found is on the list already: the hazard, by finding.
    pub(crate) async fn seen_again(
        &self,
        tx: &Tx<'_>,
        at: &At<'_>,
        findings: impl Iterator<Item = Uuid>,
    ) -> Result<HashMap<Uuid, Uuid>> {
        if self.hazards.is_empty() {
            return Ok(HashMap::new());
        }
        // Two inspectors at one place at once: the second finds the list as the first leaves it.
        let premises = at.subject.subject.id;
        tx.in_turn(at.community, premises.as_bytes()).await?;
        let listed = listed_at(tx.conn(), at.community, premises).await?;
        let found = findings.filter_map(|id| Some((id, self.hazards.get(&id)?.marks())));
        let found: Vec<(Uuid, Marks)> = found.collect();
        Ok(seen_again(
            found.iter().map(|(id, one)| (*id, one)),
            &listed,
        ))
    }

    /// What is asked for meanwhile belongs to the hazard that was seen again.
    pub(crate) async fn met_again(
        &self,
        ctx: &Ctx,
        tx: &Tx<'_>,
        at: &At<'_>,
        (finding, hazard): (Uuid, Uuid),
    ) -> Result<()> {
        let planned = self.hazards.get(&finding);
        if let Some(asked) = planned.filter(|one| !one.of.measures.is_empty()) {
            let measures = &asked.of.measures;
            note(ctx, tx, at.community, hazard, "measure", measures).await?;
        }
        // Found before any campaign, it counts in the one that meets it.
        let row = hazard::Entity::find_by_id((at.community.0, hazard))
            .one(tx.conn())
            .await?;
        if let Some(row) = row.filter(|row| row.campaign_id.is_none() && self.campaign.is_some()) {
            let campaign_id = self.campaign;
            tx.update::<hazard::Entity>(hazard::Model { campaign_id, ..row })
                .await?;
        }
        tx.emit(ctx, event(events::HAZARD_CHANGED, at.community, hazard));
        Ok(())
    }

    /// Every judgement, and that the campaign's premises were inspected.
    pub(crate) async fn save_rest(&self, ctx: &Ctx, tx: &Tx<'_>, at: &At<'_>) -> Result<()> {
        for (place, one, finding) in &self.judgements {
            tx.insert::<judgement::Entity>(judgement::Model {
                community_id: at.community.0,
                id: ctx.new_id(),
                version: 1,
                round_id: at.round,
                finding_id: *finding,
                premises_id: at.subject.subject.id,
                grid_id: at.subject.grid.map(|area| area.0),
                neighbourhood_id: at.subject.neighbourhood.map(|area| area.0),
                rule_set: one.rule_set.clone(),
                edition: one.version.clone(),
                rule: one.rule.clone(),
                place: serde_json::to_string(place).map_err(Problem::internal)?,
                verdict: judgement::code(one.verdict).to_owned(),
                body: serde_json::to_string(one).map_err(Problem::internal)?,
                at: at.found_at,
                return_id: None,
            })
            .await?;
        }
        let Some(campaign) = self.campaign else {
            return Ok(());
        };
        let found_at = at.found_at;
        let listed = campaign_premises::Entity::find()
            .filter(campaign_premises::Column::CommunityId.eq(at.community.0))
            .filter(campaign_premises::Column::PremisesId.eq(at.subject.subject.id))
            .filter(campaign_premises::Column::CampaignId.eq(campaign))
            .one(tx.conn())
            .await?;
        // The last inspection counts, whichever came in last.
        let later = |at: i64| at < found_at;
        if let Some(listed) = listed.filter(|row| row.inspected_at.is_none_or(later)) {
            tx.update::<campaign_premises::Entity>(campaign_premises::Model {
                inspected_at: Some(found_at),
                ..listed
            })
            .await?;
        }
        Ok(())
    }
}

/// A line of a hazard's own story.
pub(super) async fn note(
    ctx: &Ctx,
    tx: &Tx<'_>,
    community: CommunityId,
    hazard: Uuid,
    kind: &'static str,
    text: &str,
) -> Result<()> {
    tx.insert::<hazard_note::Entity>(hazard_note::Model {
        community_id: community.0,
        id: ctx.new_id(),
        version: 1,
        hazard_id: hazard,
        kind: kind.to_owned(),
        text: text.trim().to_owned(),
        at: ctx.now().0,
        by_id: ctx.actor().id(),
        by_name: ctx.actor().name().to_owned(),
    })
    .await?;
    Ok(())
}

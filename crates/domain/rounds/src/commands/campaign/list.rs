//! The list of a campaign: what the registers answer now against what is listed, for somebody to look at; then taken over.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Database, Tx};
use youlin_datasets::Datasets;
use youlin_kernel::{AreaId, CommunityId, Ctx, Result};
use youlin_places::premises::{Premises, PremisesView};

use crate::entities::campaign_premises;
use crate::permissions::ROUNDS_PLAN;
use crate::queries::{CampaignView, listed_ids, matching};

/// What a refresh would do.
#[derive(Clone, Debug, Default)]
pub struct Preview {
    /// Listed and still matching.
    pub stay: usize,
    /// Matching and not listed yet.
    pub add: Vec<PremisesView>,
    /// Listed and no longer matching: taken off, their hazards stay.
    pub drop: Vec<PremisesView>,
}

/// The registers' answer now against the list.
///
/// # Errors
/// 422 where the question has faults; 403 where its records may not be seen.
pub async fn preview(
    datasets: &Datasets,
    db: &Database,
    ctx: &Ctx,
    campaign: &CampaignView,
) -> Result<Preview> {
    ctx.require(&ROUNDS_PLAN, campaign.area)?;
    let matching = matching(datasets, ctx, &campaign.question, campaign.area).await?;
    let listed: BTreeMap<Uuid, CommunityId> = listed_ids(db, campaign.id)
        .await?
        .into_iter()
        .flat_map(|(community, all)| {
            let on = all.into_iter().filter(|(_, on)| *on);
            on.map(move |(id, _)| (id, community)).collect::<Vec<_>>()
        })
        .collect();
    let new: Vec<Uuid> = missing(&matching, &listed);
    let gone: Vec<Uuid> = missing(&listed, &matching);
    let communities: BTreeSet<i64> = matching
        .values()
        .chain(listed.values())
        .map(|one| one.0)
        .collect();
    let communities: Vec<i64> = communities.into_iter().collect();
    Ok(Preview {
        stay: matching.len() - new.len(),
        add: named(db, &communities, &new).await?,
        drop: named(db, &communities, &gone).await?,
    })
}

fn missing(all: &BTreeMap<Uuid, CommunityId>, from: &BTreeMap<Uuid, CommunityId>) -> Vec<Uuid> {
    let ids = all.keys().filter(|id| !from.contains_key(id));
    ids.copied().collect()
}

async fn named(db: &Database, communities: &[i64], ids: &[Uuid]) -> Result<Vec<PremisesView>> {
    let found = Premises::named(db.read(), communities, ids).await?;
    let mut found: Vec<PremisesView> = found.into_values().collect();
    found.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
    Ok(found)
}

/// Takes a preview over, community by community.
///
/// # Errors
/// What [`ListPremises`] refuses.
pub async fn apply(
    db: &Database,
    ctx: &Ctx,
    campaign: &CampaignView,
    preview: Preview,
) -> Result<ListedPremises> {
    let mut by: HashMap<CommunityId, ListPremises> = HashMap::new();
    let mut entry = |community: CommunityId, one: PremisesView, add: bool| {
        let list = by.entry(community).or_insert_with(|| ListPremises {
            campaign: campaign.id,
            community,
            add: Vec::new(),
            drop: Vec::new(),
        });
        if add {
            list.add.push((one.id, one.grid, one.neighbourhood));
        } else {
            list.drop.push(one.id);
        }
    };
    for one in preview.add {
        entry(one.community, one, true);
    }
    for one in preview.drop {
        entry(one.community, one, false);
    }
    let mut done = ListedPremises::default();
    for list in by.into_values() {
        let part = db.execute(ctx, list).await?;
        done.added += part.added;
        done.dropped += part.dropped;
    }
    Ok(done)
}

/// Puts premises of one community on a campaign's list and takes others off.
#[derive(Clone, Debug)]
pub struct ListPremises {
    pub campaign: Uuid,
    pub community: CommunityId,
    /// With grid and neighbourhood.
    pub add: Vec<(Uuid, Option<AreaId>, Option<AreaId>)>,
    pub drop: Vec<Uuid>,
}

/// How many.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    serde::Serialize,
    serde::Deserialize,
    utoipa::ToSchema,
)]
pub struct ListedPremises {
    pub added: usize,
    pub dropped: usize,
}

impl Command for ListPremises {
    type Output = ListedPremises;
    const NAME: &'static str = "rounds.list-premises";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<ListedPremises> {
        let campaign = super::one(tx, ctx, self.campaign).await?;
        ctx.require(&ROUNDS_PLAN, self.community)?;
        if campaign.closed_at.is_some() {
            return Err(youlin_kernel::Problem::new(
                youlin_kernel::ProblemKind::Conflict,
                "campaign-closed",
            ));
        }
        let known = campaign_premises::Entity::find()
            .filter(campaign_premises::Column::CommunityId.eq(self.community.0))
            .filter(campaign_premises::Column::CampaignId.eq(self.campaign))
            .all(tx.conn())
            .await?;
        let mut known: HashMap<Uuid, campaign_premises::Model> = known
            .into_iter()
            .map(|row| (row.premises_id, row))
            .collect();
        let now = ctx.now().0;
        let mut done = ListedPremises::default();
        let mut fresh = Vec::new();
        for (id, grid, neighbourhood) in &self.add {
            match known.remove(id) {
                Some(row) if row.dropped_at.is_none() => {}
                Some(row) => {
                    tx.update::<campaign_premises::Entity>(campaign_premises::Model {
                        dropped_at: None,
                        ..row
                    })
                    .await?;
                    done.added += 1;
                }
                None => {
                    fresh.push(campaign_premises::Model {
                        community_id: self.community.0,
                        id: ctx.new_id(),
                        version: 1,
                        campaign_id: self.campaign,
                        premises_id: *id,
                        grid_id: grid.map(|area| area.0),
                        neighbourhood_id: neighbourhood.map(|area| area.0),
                        added_at: now,
                        dropped_at: None,
                        inspected_at: None,
                    });
                    done.added += 1;
                }
            }
        }
        if !fresh.is_empty() {
            tx.insert_all::<campaign_premises::Entity>(fresh).await?;
        }
        for id in &self.drop {
            if let Some(row) = known.remove(id).filter(|row| row.dropped_at.is_none()) {
                tx.update::<campaign_premises::Entity>(campaign_premises::Model {
                    dropped_at: Some(now),
                    ..row
                })
                .await?;
                done.dropped += 1;
            }
        }
        let entry = AuditEntry::new(Self::NAME, "campaign", self.campaign)
            .detail(json!({ "added": done.added, "dropped": done.dropped }));
        tx.audit(ctx, self.community, entry);
        Ok(done)
    }
}

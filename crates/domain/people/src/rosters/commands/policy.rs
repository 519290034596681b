//! What a community asks of its rosters.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{CommunityId, Ctx, Problem, Result};

use crate::MembershipRole;
use crate::permissions::ROSTERS_WRITE;
use crate::rosters::RosterPolicy;
use crate::rosters::entities::roster_setting;
use crate::rosters::load::{GRID_MOST, GRID_ROLES, HOOD_ROLES, WORKER_MOST};

/// Nobody looks after more dwellings than this.
const MOST: usize = 100_000;

/// See the module's text.
#[derive(Clone, Debug)]
pub struct SetRosterPolicy {
    pub community: CommunityId,
    pub policy: RosterPolicy,
}

impl Command for SetRosterPolicy {
    type Output = ();
    const NAME: &'static str = "people.set-roster-policy";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        ctx.authorize(&ROSTERS_WRITE, self.community)?;
        let policy = &self.policy;
        for (field, number) in [
            ("worker_most", policy.worker_most),
            ("grid_most", policy.grid_most),
        ] {
            if !(1..=MOST).contains(&number) {
                return Err(Problem::invalid(field, "roster-number"));
            }
        }
        let roles = |roles: &[MembershipRole]| {
            let words: Vec<&str> = roles.iter().map(|role| role.as_str()).collect();
            words.join(",")
        };
        let wanted = [
            (WORKER_MOST, policy.worker_most.to_string()),
            (GRID_MOST, policy.grid_most.to_string()),
            (GRID_ROLES, roles(&policy.grid_roles)),
            (HOOD_ROLES, roles(&policy.neighbourhood_roles)),
        ];
        let known = roster_setting::Entity::find()
            .filter(roster_setting::Column::CommunityId.eq(self.community.0))
            .all(tx.conn())
            .await?;
        let mut last = None;
        for (code, value) in wanted {
            let now = ctx.now().0;
            let row = match known.iter().find(|row| row.code == code) {
                Some(row) if row.value == value => continue,
                Some(row) => {
                    let row = roster_setting::Model {
                        value,
                        changed_at: now,
                        ..row.clone()
                    };
                    tx.update::<roster_setting::Entity>(row).await?
                }
                None => {
                    tx.insert::<roster_setting::Entity>(roster_setting::Model {
                        community_id: self.community.0,
                        id: ctx.new_id(),
                        version: 1,
                        code: code.to_owned(),
                        value,
                        changed_at: now,
                    })
                    .await?
                }
            };
            last = Some(row.id);
        }
        let Some(id) = last else {
            return Ok(());
        };
        tx.audit(
            ctx,
            self.community,
            AuditEntry::new(Self::NAME, "roster_setting", id).detail(json!({
                "worker_most": policy.worker_most, "grid_most": policy.grid_most,
            })),
        );
        tx.emit(ctx, crate::rosters::saved(self.community, id));
        Ok(())
    }
}

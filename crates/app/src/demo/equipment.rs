//! Looks at equipment in the example: grid workers looked at most of it in the last two months. Which, when and how it is due
//! next follows from where it is, so that every copy of the example is alike.

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::{Result, anyhow};
use jiff::ToSpan;
use jiff::civil::Date;
use youlin_kernel::{Locale, Role};
use youlin_places::commands::CheckEquipment;
use youlin_places::permissions::PLACES_READ;
use youlin_places::premises::{EquipmentFilter, Premises};
use youlin_web::SignedIn;

use super::doors::spread;
use crate::House;

/// More than there are.
const ALL: u64 = 10_000;
/// Days from one look to the next.
const NEXT: [i64; 4] = [15, 90, 180, 365];

/// Notes them, as the grid workers concerned.
pub(super) async fn looks(
    house: &House,
    staff: &HashMap<String, SignedIn>,
    today: Date,
) -> Result<()> {
    let mut workers: Vec<(&String, &SignedIn)> = staff
        .iter()
        .filter(|(_, who)| {
            who.grants
                .iter()
                .any(|grant| grant.role == Role::GridWorker)
        })
        .collect();
    workers.sort_by_key(|(login, _)| *login);
    for (_, who) in workers {
        let id = house.ctx("example").request_id();
        let (actor, grants) = (who.actor.clone(), Arc::clone(&who.grants));
        let ctx = house.app.ctx(actor, grants, Locale::Zh, id);
        let scope = ctx
            .scope(&PLACES_READ)
            .map_err(|problem| anyhow!("{problem}"))?;
        let filter = EquipmentFilter::default();
        let db = house.db.read();
        let all = Premises::equipment(db, &scope, &filter, ctx.now(), ALL).await;
        for one in all.map_err(|problem| anyhow!("{problem}"))? {
            let number = spread(&format!("{}{}{}", one.of, one.kind, one.spot));
            if number % 5 == 0 {
                continue;
            }
            let ago = 3 + i64::try_from(number / 8 % 50).unwrap_or_default();
            let next = NEXT[usize::try_from(number / 512 % 4).unwrap_or_default()];
            let checked = today.checked_sub(ago.days())?;
            let look = CheckEquipment {
                community: one.community,
                id: one.id,
                version: one.version,
                state: one.state.as_str().to_owned(),
                checked_on: checked.to_string(),
                due_on: checked.checked_add(next.days())?.to_string(),
                note: String::new(),
            };
            house
                .db
                .execute(&ctx, look)
                .await
                .map_err(|problem| anyhow!("{problem}"))?;
        }
    }
    Ok(())
}

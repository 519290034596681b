//! What happened at a dwelling: who moved in and out, who was at its door, and what floors above this one hold (cases). Names stand masked as everywhere; whoever the
//! reader may not see is somebody.

use std::collections::{BTreeSet, HashMap};

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;
use youlin_kernel::{CommunityId, Micros, Result, Scope};
use youlin_web::Shell;

use super::LifeLine;
use crate::Vault;
use crate::entities::{dwelling_visit, person, residence};
use crate::merge::{Told, taken_over, told};
use crate::own::FileSections;
use crate::queries::visible_cards;

/// Lines of the page, and of each kind that is read for it.
const LINES: usize = 40;

/// The newest first. The caller has checked that the reader may see the dwelling.
pub(crate) async fn dwelling_life(
    s: &Shell,
    vault: &Vault,
    scope: &Scope,
    community: CommunityId,
    dwelling: Uuid,
) -> Result<Vec<LifeLine>> {
    let db = s.app().db().read();
    let stays = residence::Entity::find()
        .filter(residence::Column::CommunityId.eq(community.0))
        .filter(residence::Column::DwellingId.eq(dwelling))
        .order_by_desc(residence::Column::ValidFrom)
        .limit(LINES as u64)
        .all(db)
        .await?;
    let persons: BTreeSet<Uuid> = stays.iter().map(|stay| stay.person_id).collect();
    let rows = person::Entity::find()
        .filter(person::Column::CommunityId.eq(community.0))
        .filter(person::Column::Id.is_in(persons))
        .all(db)
        .await?;
    let cards = visible_cards(db, vault, scope, rows).await?;
    let names: HashMap<Uuid, String> = cards
        .into_iter()
        .map(|card| (card.id, card.name_masked))
        .collect();
    let taken = taken_over(db, community, &stays).await?;
    let mut lines: Vec<LifeLine> = told(&stays, &taken)
        .iter()
        .flat_map(|told| moves(s, &names, told))
        .collect();
    let visits = dwelling_visit::Entity::find()
        .filter(dwelling_visit::Column::CommunityId.eq(community.0))
        .filter(dwelling_visit::Column::DwellingId.eq(dwelling))
        .order_by_desc(dwelling_visit::Column::At)
        .limit(LINES as u64)
        .all(db)
        .await?;
    lines.extend(visits.into_iter().map(|row| LifeLine {
        at: Micros(row.at),
        kind: "visit",
        text: s.tt("life-visit", &row.outcome),
        by: row.actor_name,
        href: None,
    }));
    if let Some(sections) = s.app().service::<FileSections>() {
        for section in &sections.0 {
            let told = section
                .lines_of_dwelling(s.ctx(), community, dwelling)
                .await?;
            lines.extend(told.into_iter().filter_map(|line| {
                Some(LifeLine {
                    at: line.at?,
                    kind: section.name(),
                    text: line.text,
                    by: String::new(),
                    href: line.href,
                })
            }));
        }
    }
    lines.sort_by(|one, other| (other.at, &one.text).cmp(&(one.at, &other.text)));
    lines.truncate(LINES);
    Ok(lines)
}

/// The day somebody came, and the day they went.
fn moves(s: &Shell, names: &HashMap<Uuid, String>, told: &Told<'_>) -> Vec<LifeLine> {
    let stay = told.stay;
    let name = names.get(&stay.person_id);
    let who = name.map_or_else(|| s.t("dwelling-life-somebody"), Clone::clone);
    let line = |at: i64, text: String| LifeLine {
        at: Micros(at),
        kind: "home",
        text,
        by: String::new(),
        href: name.map(|_seen| format!("/people/{}", stay.person_id)),
    };
    let key = match stay.also {
        Some(true) => "dwelling-life-also-in",
        _ => "dwelling-life-moved-in",
    };
    let relation = s.tt("relation", &stay.relation);
    let came = s.tn(key, &[("name", who.clone()), ("relation", relation)]);
    let mut lines = Vec::with_capacity(2);
    if told.came {
        lines.push(line(stay.valid_from, came));
    }
    if let Some(to) = stay.valid_to.filter(|_to| told.went) {
        lines.push(line(to, s.t1("dwelling-life-moved-out", "name", who)));
    }
    lines
}

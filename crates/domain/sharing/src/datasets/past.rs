//! Where resources and requests stood through time: the register says the present area alone, and a figure of last month must
//! not change with it.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;
use youlin_database::Database;
use youlin_kernel::{CommunityId, Result};

use crate::entities::sharing_past;

/// Until when something stood in an area, by its id, in order.
#[derive(Debug, Default)]
pub(super) struct Past(HashMap<Uuid, Vec<(i64, i64)>>);

impl Past {
    pub(super) async fn load(db: &Database, community: CommunityId) -> Result<Self> {
        let rows = sharing_past::Entity::find()
            .filter(sharing_past::Column::CommunityId.eq(community.0))
            .all(db.read())
            .await?;
        let mut all: HashMap<Uuid, Vec<(i64, i64)>> = HashMap::new();
        for row in rows {
            let of = all.entry(row.subject_id).or_default();
            of.push((row.valid_to, row.area_id));
        }
        for stays in all.values_mut() {
            stays.sort_by_key(|(to, _)| *to);
        }
        Ok(Self(all))
    }

    /// The areas it stood in from `from` until just before `to`, each with its own beginning and end. `now`: where it stands.
    pub(super) fn stays(&self, id: Uuid, now: i64, from: i64, to: i64) -> Vec<(i64, i64, i64)> {
        let past = self.0.get(&id).map_or(&[][..], Vec::as_slice);
        let mut all = Vec::with_capacity(past.len() + 1);
        let mut begin = i64::MIN;
        for (end, area) in past.iter().copied().chain([(i64::MAX, now)]) {
            let (first, last) = (Ord::max(begin, from), Ord::min(end, to));
            if first < last {
                all.push((first, last, area));
            }
            begin = end;
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stay_is_cut_where_it_was_moved() {
        let id = Uuid::from_u128(1);
        let past = Past(HashMap::from([(id, vec![(10, 2), (20, 5)])]));
        let whole = past.stays(id, 8, 3, i64::MAX);
        assert_eq!(whole, [(3, 10, 2), (10, 20, 5), (20, i64::MAX, 8)]);
        assert_eq!(past.stays(id, 8, 12, 15), [(12, 15, 5)]);
        assert_eq!(past.stays(Uuid::nil(), 8, 3, 4), [(3, 4, 8)]);
    }
}

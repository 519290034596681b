//! The newest visit of each dwelling, and the day that was named there and still stands.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};
use uuid::Uuid;
use youlin_database::Database;
use youlin_database::sql::parts;
use youlin_kernel::{CommunityId, Micros, Result};

use super::need::LastVisit;
use crate::entities::round;
use crate::model::{Outcome, RoundKind, SubjectKind};

/// How far back the newest visit of a dwelling is looked for; a try may name a day up to here ahead.
const LOOK_BACK: i64 = 120 * Micros::DAY;

/// Dwelling, outcome, when it began, when to try again, who went: person and account.
type VisitRow = (Uuid, String, i64, Option<i64>, Option<Uuid>, Option<Uuid>);

/// The newest visit of each of these dwellings, or of all of a community.
pub(super) async fn last_visits(
    db: &Database,
    community: CommunityId,
    dwellings: Option<&[Uuid]>,
    now: Micros,
) -> Result<HashMap<Uuid, LastVisit>> {
    use round::Column;
    let mut last: HashMap<Uuid, LastVisit> = HashMap::new();
    let mut named: HashMap<Uuid, Named> = HashMap::new();
    for some in parts(dwellings) {
        let rows: Vec<VisitRow> = round::Entity::find()
            .select_only()
            .columns([
                Column::SubjectId,
                Column::Outcome,
                Column::BeganAt,
                Column::TryAgainAt,
                Column::ByPerson,
                Column::ById,
            ])
            .filter(Column::CommunityId.eq(community.0))
            .filter(Column::BeganAt.gte(now.plus(-LOOK_BACK).0))
            .filter(Column::Kind.eq(RoundKind::Visit.as_str()))
            .filter(Column::SubjectKind.eq(SubjectKind::Dwelling.as_str()))
            .filter(Column::Outcome.ne(Outcome::Withdrawn.as_str()))
            .apply_if(some, |find, some| {
                find.filter(Column::SubjectId.is_in(some.iter().copied()))
            })
            .order_by_asc(Column::BeganAt)
            .into_tuple()
            .all(db.read())
            .await?;
        for (dwelling, outcome, at, again, by, account) in rows {
            let Some(outcome) = Outcome::parse(&outcome) else {
                continue;
            };
            let at = Micros(at);
            let named = named.entry(dwelling).or_default();
            let visit = LastVisit {
                outcome,
                at,
                again: named.after(outcome, at, (account, again.map(Micros))),
                by,
            };
            last.insert(dwelling, visit);
        }
    }
    Ok(last)
}

/// Days that were named at one door and still stand, by the account that named them: what one person agreed is not another one's to drop.
#[derive(Debug, Default)]
struct Named(Vec<(Option<Uuid>, Micros)>);

impl Named {
    /// After one more visit, in the order of time, the next day that stands: somebody who got in ends all of them, and so
    /// does one's own next try one's own; somebody else's stands until it has come.
    fn after(
        &mut self,
        outcome: Outcome,
        at: Micros,
        (by, again): (Option<Uuid>, Option<Micros>),
    ) -> Option<Micros> {
        match outcome {
            Outcome::Done => self.0.clear(),
            Outcome::Tried | Outcome::Skipped => {
                self.0.retain(|(who, day)| *who != by && *day > at);
            }
            // Taken back: it agreed nothing.
            Outcome::Withdrawn => return self.soonest(),
        }
        self.0.extend(again.map(|day| (by, day)));
        self.soonest()
    }

    fn soonest(&self) -> Option<Micros> {
        self.0.iter().map(|(_, day)| *day).min()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn who(number: u8) -> Option<Uuid> {
        Some(Uuid::from_u128(u128::from(number)))
    }

    #[test]
    fn what_one_named_another_does_not_drop() {
        let (ten, noon) = (Micros(10), Micros(12));
        let (evening, week) = (Micros(19), Micros(170));
        let mut named = Named::default();
        let tried = Outcome::Tried;
        assert_eq!(
            named.after(tried, ten, (who(1), Some(evening))),
            Some(evening)
        );
        // Another one leaves it out, and a third is told of another day.
        assert_eq!(
            named.after(Outcome::Skipped, noon, (who(2), None)),
            Some(evening)
        );
        assert_eq!(
            named.after(tried, noon, (who(3), Some(week))),
            Some(evening)
        );
        // It has come, and the first tried again.
        assert_eq!(named.after(tried, evening, (who(1), None)), Some(week));
        assert_eq!(named.after(Outcome::Done, Micros(20), (who(1), None)), None);
    }

    proptest! {
        /// Whatever others do short of getting in, a day that lies ahead stands.
        #[test]
        fn a_day_ahead_stands(others in prop::collection::vec((2..9_u8, 1..100_i64, prop::option::of(101..999_i64), any::<bool>()), 0..12)) {
            let mut named = Named::default();
            named.after(Outcome::Tried, Micros(0), (who(1), Some(Micros(500))));
            for (by, at, again, tried) in others {
                let outcome = if tried { Outcome::Tried } else { Outcome::Skipped };
                let next = named.after(outcome, Micros(at), (who(by), again.map(Micros)));
                prop_assert!(next.is_some_and(|day| day.0 <= 500));
            }
        }
    }
}

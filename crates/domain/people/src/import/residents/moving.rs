//! Where a row's person comes to live: the main home, those beside it, and the household they are of.

use uuid::Uuid;
use youlin_kernel::{Ctx, Result};

use super::decide::Change;
use super::known::Known;
use super::read::Draft;
use super::take::{Did, Import, Writing};
use crate::Relation;
use crate::entities::{household, residence};
use crate::import::printed;

impl Import {
    /// The main home, and those beside it; the head the row names comes into the household of those who live there.
    pub(super) fn move_in(
        &self,
        ctx: &Ctx,
        known: &Known,
        draft: &Draft,
        change: &Change,
        writing: &mut Writing,
        did: &mut Did,
    ) -> Result<()> {
        let lives = |dwelling, household, relation: Relation, also: bool| residence::Model {
            community_id: self.community.0,
            id: ctx.new_id(),
            version: 1,
            person_id: change.id,
            dwelling_id: dwelling,
            household_id: household,
            relation: relation.as_str().to_owned(),
            valid_from: ctx.now().0,
            valid_to: None,
            also: also.then_some(true),
        };
        let second = change.second.iter().filter_map(|at| draft.second.get(*at));
        let mut homes: Vec<residence::Model> = second
            .map(|(dwelling, relation)| lives(*dwelling, None, *relation, true))
            .collect();
        if let Some(dwelling) = draft.dwelling.filter(|_| change.home || change.beside) {
            let mut household = None;
            if let Some(key) = known.household_of(draft) {
                household = Some(self.household(ctx, known, &key, writing, did));
            }
            let before = did.ended.iter().find(|home| home.dwelling_id == dwelling);
            let relation = draft
                .relation
                .or_else(|| before.and_then(|home| Relation::parse(&home.relation)))
                .unwrap_or(Relation::Other);
            let household = household.or_else(|| before.and_then(|home| home.household_id));
            let also = change.beside || before.is_some_and(|home| !home.is_main());
            homes.push(lives(dwelling, household, relation, also));
        }
        for home in homes {
            let (home, print) = printed(home);
            did.homes.push(home.id());
            did.prints.insert(home.id(), print);
            writing.homes.push(home);
        }
        // Of one household are those who live in it.
        if change.head {
            self.bring_head(ctx, known, draft, writing, did)?;
        }
        Ok(())
    }

    /// The household of a key; made by the first row that names it.
    pub(super) fn household(
        &self,
        ctx: &Ctx,
        known: &Known,
        key: &str,
        writing: &mut Writing,
        did: &mut Did,
    ) -> Uuid {
        if let Some(id) = known.households.get(key) {
            return *id;
        }
        let mut made = writing.households.iter();
        if let Some(one) = made.find(|one| one.ext_key.as_deref() == Some(key)) {
            return one.id;
        }
        let id = ctx.new_id();
        writing.households.push(household::Model {
            community_id: self.community.0,
            id,
            version: 1,
            ext_key: Some(key.to_owned()),
            created_at: ctx.now().0,
        });
        did.households.push(id);
        id
    }
}

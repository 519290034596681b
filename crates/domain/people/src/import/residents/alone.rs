//! Who is said to live alone where the sheet or the register has others: somebody is asked, as at the door.

use std::collections::{BTreeSet, HashMap, HashSet};

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;
use youlin_imports::{Choice, Refused};
use youlin_kernel::{CommunityId, Result};

use super::KEYS;
use super::known::{Known, with_ids};
use super::read::Draft;
use crate::entities::residence;
use crate::fields::LIVES_ALONE;

/// So many of a dwelling are counted in the sheet: a hostel of thousands is no reason to read for hours.
const MOST: usize = 100;

/// Somebody the register has in a dwelling.
#[derive(Debug)]
pub(super) struct Lives {
    person: Uuid,
    name: Vec<u8>,
    household: Option<Uuid>,
}

/// The row puts the label on. A list of our own says what the register it comes from was asked about.
fn says_so(draft: &Draft) -> bool {
    let alone = draft.labels.iter().any(|(label, _)| label == LIVES_ALONE);
    alone && draft.key.is_none() && draft.dwelling.is_some()
}

/// Somebody else in a dwelling: by the index of their name, and the key of their household.
type Beside = (Vec<u8>, Option<String>);

/// Both are of a household, and not of the same.
fn apart<T: PartialEq>(one: Option<&T>, other: Option<&T>) -> bool {
    one.zip(other).is_some_and(|(one, other)| one != other)
}

/// Notes on every row that puts the label on whom else the sheet has there.
pub(super) fn noted(drafts: &mut [Draft]) {
    let asked = drafts.iter().filter(|one| says_so(one));
    let asked: HashSet<Uuid> = asked.filter_map(|one| one.dwelling).collect();
    if asked.is_empty() {
        return;
    }
    let mut here: HashMap<Uuid, Vec<Beside>> = HashMap::new();
    for draft in drafts.iter() {
        if let Some(dwelling) = draft.dwelling.filter(|one| asked.contains(one)) {
            let one = (draft.name_index.clone(), draft.household.clone());
            here.entry(dwelling).or_default().push(one);
        }
    }
    for draft in drafts.iter_mut().filter(|one| says_so(one)) {
        let all = draft.dwelling.and_then(|dwelling| here.get(&dwelling));
        let others = all.into_iter().flatten().filter(|(name, household)| {
            *name != draft.name_index && !apart(draft.household.as_ref(), household.as_ref())
        });
        draft.beside = others.take(MOST).map(|(name, _)| name.clone()).collect();
    }
}

impl Known {
    /// Whoever lives where a row puts the label on.
    pub(super) async fn lives_beside(
        &mut self,
        db: &impl ConnectionTrait,
        community: CommunityId,
        drafts: &[Draft],
    ) -> Result<()> {
        let open = drafts.iter().filter(|one| one.choice.is_none());
        let asked = open.filter(|one| says_so(one));
        let asked: BTreeSet<Uuid> = asked.filter_map(|one| one.dwelling).collect();
        let asked: Vec<Uuid> = asked.into_iter().collect();
        for some in asked.chunks(KEYS) {
            let homes = residence::Entity::find()
                .filter(residence::Column::CommunityId.eq(community.0))
                .filter(residence::Column::DwellingId.is_in(some.iter().copied()))
                .filter(residence::current())
                .all(db)
                .await?;
            let persons: BTreeSet<Uuid> = homes.iter().map(|home| home.person_id).collect();
            let persons: Vec<Uuid> = persons.into_iter().collect();
            let mut names: HashMap<Uuid, Vec<u8>> = HashMap::new();
            for some in persons.chunks(KEYS) {
                let rows = with_ids(db, community, some).await?.into_iter();
                names.extend(rows.map(|row| (row.id, row.name_index)));
            }
            for home in homes {
                let Some(name) = names.get(&home.person_id).cloned() else {
                    continue;
                };
                let one = Lives {
                    person: home.person_id,
                    name,
                    household: home.household_id,
                };
                self.beside.entry(home.dwelling_id).or_default().push(one);
            }
        }
        Ok(())
    }

    /// What somebody should say before a row puts the label on `id`, or somebody new, beside others. Whom the sheet and the
    /// register have under one name is one.
    pub(super) fn alone_doubt(&self, draft: &Draft, id: Option<Uuid>) -> Option<Refused> {
        let dwelling = draft.dwelling.filter(|_| says_so(draft))?;
        let alone = draft.labels.iter().find(|(label, _)| label == LIVES_ALONE);
        let (_, index) = alone?;
        let held = id.and_then(|id| self.labels.get(&id));
        if held.is_some_and(|all| all.iter().any(|one| one.label_index == *index)) {
            return None;
        }
        let key = self.household_of(draft);
        // A household nobody is of yet is another than any of the register.
        let own = key.map(|key| self.households.get(&key).copied().unwrap_or_default());
        let registered = self.beside.get(&dwelling).into_iter().flatten();
        let registered = registered
            .filter(|one| Some(one.person) != id && one.name != draft.name_index)
            .filter(|one| !apart(own.as_ref(), one.household.as_ref()));
        let others: HashSet<&Vec<u8>> = registered
            .map(|one| &one.name)
            .chain(&draft.beside)
            .collect();
        let count = others.len();
        (count > 0).then(|| {
            Refused::new(draft.line, "", "sheet-alone-with")
                .arg("count", count)
                .or(&[Choice::Take])
        })
    }
}

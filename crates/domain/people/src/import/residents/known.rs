//! Whom the register knows of the people in a batch, read in few statements.

use std::collections::{BTreeSet, HashMap, HashSet};

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Select};
use uuid::Uuid;
use youlin_kernel::{CommunityId, Result};

use super::alone::Lives;
use super::read::Draft;
use super::{KEYS, persons_of};
use crate::entities::{household, person, person_label, person_phone, residence};

/// People with what belongs to them.
#[derive(Debug, Default)]
pub(super) struct Known {
    pub(super) persons: HashMap<Uuid, person::Model>,
    by_identity: HashMap<Vec<u8>, Uuid>,
    by_key: HashMap<String, Uuid>,
    by_name: HashMap<Vec<u8>, Vec<Uuid>>,
    pub(super) phones: HashMap<Uuid, Vec<person_phone::Model>>,
    pub(super) labels: HashMap<Uuid, Vec<person_label::Model>>,
    /// Present ones, or all of them: see [`Known::belongings`].
    pub(super) homes: HashMap<Uuid, Vec<residence::Model>>,
    /// By their keys, and by their ids as lists of our own say them.
    pub(super) households: HashMap<String, Uuid>,
    /// By dwelling; see [`Known::lives_beside`].
    pub(super) beside: HashMap<Uuid, Vec<Lives>>,
}

/// Whom a row means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meant {
    Nobody,
    /// By the number, or by name with dwelling or telephone number.
    Surely(Uuid),
    /// By name and year of birth only.
    Perhaps(Uuid),
    /// Several of the same name fit.
    Several,
}

impl Known {
    pub(super) async fn of(
        db: &impl ConnectionTrait,
        community: CommunityId,
        drafts: &[Draft],
    ) -> Result<Self> {
        let mut known = Self::default();
        let outside = || drafts.iter().filter(|one| one.head_outside);
        let numbers: Vec<Vec<u8>> = drafts
            .iter()
            .filter_map(|one| one.identity_index.clone())
            .chain(outside().filter_map(|one| one.head_identity.clone()))
            .collect();
        for some in numbers.chunks(KEYS) {
            let rows = having(community, person::Column::IdentityIndex, some);
            known.add(rows.all(db).await?);
        }
        known.keyed(db, community, drafts).await?;
        // Of two numbers nothing else is asked: whoever has another one than the row is somebody else.
        let by_identity = &known.by_identity;
        let of_rows = |numbered: bool| {
            let open = drafts.iter().filter(move |one| {
                let number = one.identity_index.as_ref();
                let is_held = number.is_some_and(|number| by_identity.contains_key(number));
                number.is_some() == numbered && !is_held
            });
            open.map(|one| one.name_index.clone())
        };
        let numbered: BTreeSet<Vec<u8>> = of_rows(true).collect();
        let heads = outside().filter_map(|one| one.head.clone());
        let others: BTreeSet<Vec<u8>> = of_rows(false).chain(heads).collect();
        let numbered: Vec<Vec<u8>> = numbered.difference(&others).cloned().collect();
        let others: Vec<Vec<u8>> = others.into_iter().collect();
        let unnumbered = person::Column::IdentityIndex.is_null();
        for some in numbered.chunks(KEYS) {
            let rows = having(community, person::Column::NameIndex, some)
                .filter(unnumbered.clone())
                .all(db);
            known.add(rows.await?);
        }
        for some in others.chunks(KEYS) {
            known.add(
                having(community, person::Column::NameIndex, some)
                    .all(db)
                    .await?,
            );
        }
        known.belongings(db, community, true).await?;
        known.lives_beside(db, community, drafts).await?;
        let keys: BTreeSet<&String> = drafts
            .iter()
            .filter_map(|one| one.household.as_ref())
            .collect();
        let keys: Vec<&String> = keys.into_iter().collect();
        for some in keys.chunks(KEYS) {
            known.living_together(db, community, some).await?;
        }
        // Of heads the register knows it is the household they are of.
        let held = outside().filter_map(|one| known.household_of(one));
        let held: BTreeSet<String> = held.collect();
        let held: Vec<&String> = held.iter().collect();
        for some in held.chunks(KEYS) {
            known.living_together(db, community, some).await?;
        }
        Ok(known)
    }

    /// Whom the rows call by a key that is known here.
    async fn keyed(
        &mut self,
        db: &impl ConnectionTrait,
        community: CommunityId,
        drafts: &[Draft],
    ) -> Result<()> {
        let keys = drafts.iter().filter_map(|one| one.key.as_deref());
        let here = persons_of(db, Some(&[community.0]), keys).await?;
        self.by_key = here.into_iter().map(|(key, (_, id))| (key, id)).collect();
        let ids: Vec<Uuid> = self.by_key.values().copied().collect();
        for some in ids.chunks(KEYS) {
            self.add(with_ids(db, community, some).await?);
        }
        Ok(())
    }

    async fn living_together(
        &mut self,
        db: &impl ConnectionTrait,
        community: CommunityId,
        keys: &[&String],
    ) -> Result<()> {
        let all = household::Entity::find().filter(household::Column::CommunityId.eq(community.0));
        let ids = keys.iter().filter_map(|key| key.parse::<Uuid>().ok());
        let named = all
            .clone()
            .filter(household::Column::ExtKey.is_in(keys.iter().map(|key| (*key).clone())));
        for row in all.filter(household::Column::Id.is_in(ids)).all(db).await? {
            self.households.insert(row.id.to_string(), row.id);
        }
        for row in named.all(db).await? {
            self.households.extend(row.ext_key.map(|key| (key, row.id)));
        }
        Ok(())
    }

    /// People by their ids, with all residences they ever had.
    pub(super) async fn by_id(
        db: &impl ConnectionTrait,
        community: CommunityId,
        ids: &[Uuid],
    ) -> Result<Self> {
        let mut known = Self::default();
        for some in ids.chunks(KEYS) {
            known.add(with_ids(db, community, some).await?);
        }
        known.belongings(db, community, false).await?;
        Ok(known)
    }

    fn add(&mut self, rows: Vec<person::Model>) {
        for row in rows {
            if self.persons.contains_key(&row.id) {
                continue;
            }
            if let Some(number) = &row.identity_index {
                self.by_identity.insert(number.clone(), row.id);
            }
            self.by_name
                .entry(row.name_index.clone())
                .or_default()
                .push(row.id);
            self.persons.insert(row.id, row);
        }
    }

    async fn belongings(
        &mut self,
        db: &impl ConnectionTrait,
        community: CommunityId,
        present: bool,
    ) -> Result<()> {
        let ids: Vec<Uuid> = self.persons.keys().copied().collect();
        for some in ids.chunks(KEYS) {
            let some = || some.iter().copied();
            let phones = person_phone::Entity::find()
                .filter(person_phone::Column::CommunityId.eq(community.0))
                .filter(person_phone::Column::PersonId.is_in(some()));
            for row in phones.all(db).await? {
                self.phones.entry(row.person_id).or_default().push(row);
            }
            let labels = person_label::Entity::find()
                .filter(person_label::Column::CommunityId.eq(community.0))
                .filter(person_label::Column::PersonId.is_in(some()));
            for row in labels.all(db).await? {
                self.labels.entry(row.person_id).or_default().push(row);
            }
            let mut homes = residence::Entity::find()
                .filter(residence::Column::CommunityId.eq(community.0))
                .filter(residence::Column::PersonId.is_in(some()));
            if present {
                homes = homes.filter(residence::current());
            }
            for row in homes.all(db).await? {
                self.homes.entry(row.person_id).or_default().push(row);
            }
        }
        for homes in self.homes.values_mut() {
            residence::main_first(homes);
        }
        Ok(())
    }

    pub(super) fn numbered(&self, number: &[u8]) -> Option<Uuid> {
        self.by_identity.get(number).copied()
    }

    pub(super) fn named(&self, name: &[u8]) -> &[Uuid] {
        self.by_name.get(name).map_or(&[], Vec::as_slice)
    }

    /// Whom a row means.
    pub(super) fn meant(&self, draft: &Draft) -> Meant {
        let number = draft.identity_index.as_ref();
        if let Some(id) = number.and_then(|number| self.by_identity.get(number)) {
            return Meant::Surely(*id);
        }
        // A key comes next, unless the numbers say that it stands for somebody else by now.
        let keyed = draft.key.as_ref().and_then(|key| self.by_key.get(key));
        if let Some(row) = keyed.and_then(|id| self.persons.get(id))
            && (number.is_none() || row.identity_index.is_none())
        {
            return Meant::Surely(row.id);
        }
        let alike: Vec<&person::Model> = self
            .by_name
            .get(&draft.name_index)
            .into_iter()
            .flatten()
            .filter_map(|id| self.persons.get(id))
            // Two different numbers are two people.
            .filter(|row| number.is_none() || row.identity_index.is_none())
            .filter(|row| fits(row, draft))
            .collect();
        let same: Vec<Uuid> = alike
            .iter()
            .filter(|row| self.lives_at(row.id, draft.dwelling) || self.shares_phone(row.id, draft))
            .map(|row| row.id)
            .collect();
        match same.as_slice() {
            [one] => return Meant::Surely(*one),
            [_, ..] => return Meant::Several,
            [] => {}
        }
        let year = draft.birth.map(|birth| i32::from(birth.year));
        let born: Vec<Uuid> = alike
            .iter()
            .filter(|row| year.is_some() && row.birth_year == year)
            .map(|row| row.id)
            .collect();
        match born.as_slice() {
            [] => Meant::Nobody,
            [one] => Meant::Perhaps(*one),
            _ => Meant::Several,
        }
    }

    /// The row's own number or key says that it is this person.
    pub(super) fn is_numbered(&self, draft: &Draft, id: Uuid) -> bool {
        let number = draft.identity_index.as_ref();
        let key = draft.key.as_ref();
        number.and_then(|number| self.by_identity.get(number)) == Some(&id)
            || key.and_then(|key| self.by_key.get(key)) == Some(&id)
    }

    /// The key of a row that this person, or a new one, is to be known by from now on: nobody is called by it yet, and the
    /// person has none.
    pub(super) fn key_for<'a>(
        &self,
        draft: &'a Draft,
        person: Option<&person::Model>,
    ) -> Option<&'a String> {
        let key = draft.key.as_ref()?;
        let free = !self.by_key.contains_key(key);
        (free && person.is_none_or(|row| row.ext_key.is_none())).then_some(key)
    }

    /// Without a dwelling: lives nowhere in the community.
    pub(super) fn lives_at(&self, person: Uuid, dwelling: Option<Uuid>) -> bool {
        let homes = self.homes.get(&person).map_or(&[][..], Vec::as_slice);
        let mut present = homes.iter().filter(|home| home.valid_to.is_none());
        match dwelling {
            Some(dwelling) => present.any(|home| home.dwelling_id == dwelling),
            None => present.next().is_none(),
        }
    }

    fn shares_phone(&self, person: Uuid, draft: &Draft) -> bool {
        let held: HashSet<&Vec<u8>> = self
            .phones
            .get(&person)
            .into_iter()
            .flatten()
            .map(|phone| &phone.number_index)
            .collect();
        draft.phones.iter().any(|(_, index)| held.contains(index))
    }
}

/// Nothing known contradicts.
fn fits(row: &person::Model, draft: &Draft) -> bool {
    let year = draft.birth.map(|birth| i32::from(birth.year));
    let sex = draft.sex.map(crate::Sex::as_str);
    let agree = |one: bool, other: bool, same: bool| !(one && other) || same;
    agree(
        year.is_some(),
        row.birth_year.is_some(),
        year == row.birth_year,
    ) && agree(sex.is_some(), row.sex.is_some(), sex == row.sex.as_deref())
}

pub(super) async fn with_ids(
    db: &impl ConnectionTrait,
    community: CommunityId,
    ids: &[Uuid],
) -> Result<Vec<person::Model>> {
    let find = person::Entity::find()
        .filter(person::Column::CommunityId.eq(community.0))
        .filter(person::Column::Id.is_in(ids.iter().copied()));
    Ok(find.all(db).await?)
}

/// People of a community whom no merge took over, by one of their columns.
fn having(
    community: CommunityId,
    column: person::Column,
    keys: &[Vec<u8>],
) -> Select<person::Entity> {
    person::Entity::find()
        .filter(person::Column::MergedInto.is_null())
        .filter(person::Column::CommunityId.eq(community.0))
        .filter(column.is_in(keys.iter().cloned()))
}

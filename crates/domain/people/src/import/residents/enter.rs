//! A row as what is written of it: a new person, or what differs of a known one.

use uuid::Uuid;
use youlin_database::New;
use youlin_imports::Step;
use youlin_imports::tabular::Birth;
use youlin_kernel::{Ctx, Problem, Result};

use super::decide::Change;
use super::known::Known;
use super::read::Draft;
use super::ready::{Belongings, Newcomer};
use super::take::{Did, Import, Writing};
use crate::Vault;
use crate::commands::save_person::blank;
use crate::entities::{person, person_label, person_phone, residence};
use crate::facts::{self, Fact, How};
use crate::import::{print, printed};
use crate::vault::FieldPlace;

impl Import {
    /// A new person with everything the row says.
    pub(super) fn enter(
        &self,
        ctx: &Ctx,
        known: &Known,
        draft: &Draft,
        writing: &mut Writing,
    ) -> Result<()> {
        let key = known.key_for(draft, None).is_some();
        let new = match self.ready.take(draft.line, key) {
            Some(ready) => ready,
            None => self.newcomer(ctx, draft, key)?,
        };
        let change = Change {
            head: known.head_to_bring(draft).is_some(),
            ..everything(draft, new.person.id(), key)
        };
        let mut did = Did {
            new: true,
            version: 1,
            ..Did::default()
        };
        did.prints.insert(change.id, new.print);
        writing.persons.insert(change.id);
        writing.new.push(new.person);
        bring(new.belongings, writing, &mut did);
        self.move_in(ctx, known, draft, &change, writing, &mut did)?;
        self.note(draft, change.id, &did, writing)
    }

    /// What is written of a row's person where the register knows nobody of them. `key`: nobody is called by the row's key.
    pub(super) fn newcomer(&self, ctx: &Ctx, draft: &Draft, key: bool) -> Result<Newcomer> {
        let row = blank(self.community, ctx.new_id(), ctx.now().0);
        let change = everything(draft, row.id, key);
        let row = self.filled(ctx, draft, &change, row)?;
        let (person, print) = printed(row);
        Ok(Newcomer {
            key,
            person,
            print,
            belongings: self.belongings(ctx, 0, draft, &change)?,
        })
    }

    pub(super) fn change(
        &self,
        ctx: &Ctx,
        known: &Known,
        draft: &Draft,
        change: Change,
        writing: &mut Writing,
    ) -> Result<()> {
        let row = known
            .persons
            .get(&change.id)
            .ok_or_else(Problem::not_found)?;
        let mut did = Did {
            version: row.version,
            ..Did::default()
        };
        if !change.is_of_head_only() {
            writing.persons.insert(change.id);
        }
        if change.of_person() {
            did.before = Some(row.clone());
            did.version += 1;
            let row = person::Model {
                updated_at: ctx.now().0,
                ..row.clone()
            };
            let row = self.filled(ctx, draft, &change, row)?;
            did.prints.insert(row.id, print(&row));
            writing.changed.push(row);
        } else {
            did.prints.insert(row.id, print(row));
        }
        if change.home {
            // A second home stays one, unless it is what the row is about.
            let homes = known.homes.get(&change.id).into_iter().flatten();
            for home in
                homes.filter(|home| home.is_main() || Some(home.dwelling_id) == draft.dwelling)
            {
                did.ended.push(home.clone());
                writing.ended.push(residence::Model {
                    valid_to: Some(ctx.now().0),
                    ..home.clone()
                });
            }
        }
        let held = known.phones.get(&change.id).map_or(0, Vec::len);
        let belongings = self.belongings(ctx, held, draft, &change)?;
        bring(belongings, writing, &mut did);
        self.move_in(ctx, known, draft, &change, writing, &mut did)?;
        self.note(draft, change.id, &did, writing)
    }

    fn filled(
        &self,
        ctx: &Ctx,
        draft: &Draft,
        change: &Change,
        mut row: person::Model,
    ) -> Result<person::Model> {
        let vault = &self.vault;
        let (community, id) = (row.community_id, row.id);
        let at = |column| FieldPlace::new("person", column, community, id);
        if change.key {
            row.ext_key.clone_from(&draft.key);
        }
        if change.name {
            row.name_sealed = vault.seal(ctx, at("name"), &draft.name)?;
            row.name_index.clone_from(&draft.name_index);
            row.surname_index = vault.surname_index(&crate::vault::surname(&draft.name));
        }
        if change.sex {
            row.sex = draft.sex.map(|sex| sex.as_str().to_owned());
        }
        if let Some(birth) = draft.birth.filter(|_| change.birth) {
            keep_birth(vault, ctx, &mut row, &birth)?;
        }
        if let Some(number) = draft.identity.as_ref().filter(|_| change.identity) {
            row.identity_sealed = Some(vault.seal(ctx, at("identity"), number.as_str())?);
            row.identity_index.clone_from(&draft.identity_index);
        }
        if change.language {
            row.language.clone_from(&draft.language);
        }
        if let Some(note) = &change.note {
            row.note_sealed = Some(vault.seal(ctx, at("note"), note)?);
        }
        let said = [
            (Fact::Name, change.name),
            (Fact::Sex, change.sex && draft.sex.is_some()),
            (Fact::Birth, change.birth && draft.birth.is_some()),
            (Fact::Identity, change.identity && draft.identity.is_some()),
            (Fact::Language, change.language && draft.language.is_some()),
            (Fact::Note, change.note.is_some()),
            (Fact::Phone, !change.phones.is_empty()),
            (Fact::Labels, !change.labels.is_empty()),
            (
                Fact::Home,
                change.home || change.beside || !change.second.is_empty(),
            ),
        ];
        let said = said.into_iter().filter(|(_, said)| *said);
        facts::say(ctx, &mut row, How::Import, said.map(|(fact, _)| fact));
        Ok(row)
    }

    /// Numbers and labels. `held`: how many numbers the person has.
    fn belongings(
        &self,
        ctx: &Ctx,
        held: usize,
        draft: &Draft,
        change: &Change,
    ) -> Result<Belongings> {
        let (vault, community, now) = (&self.vault, self.community.0, ctx.now().0);
        let mut belongings = Belongings::default();
        for (position, (phone, index)) in
            (held..).zip(change.phones.iter().filter_map(|at| draft.phones.get(*at)))
        {
            let id = ctx.new_id();
            let at = FieldPlace::new("person_phone", "number", community, id);
            belongings.phones.push(New::of(person_phone::Model {
                community_id: community,
                id,
                version: 1,
                person_id: change.id,
                position: i32::try_from(position).unwrap_or(i32::MAX),
                number_sealed: vault.seal(ctx, at, phone.as_str())?,
                number_index: index.clone(),
                created_at: now,
            }));
        }
        for (label, index) in change.labels.iter().filter_map(|at| draft.labels.get(*at)) {
            let id = ctx.new_id();
            let at = FieldPlace::new("person_label", "label", community, id);
            belongings.labels.push(New::of(person_label::Model {
                community_id: community,
                id,
                version: 1,
                person_id: change.id,
                label_sealed: vault.seal(ctx, at, label)?,
                label_index: index.clone(),
                created_at: now,
                expires_at: crate::commands::set_label::expiry(
                    vault.labels().of(label),
                    youlin_kernel::Micros(now),
                ),
                source: Some(How::Import.as_str().to_owned()),
            }));
        }
        Ok(belongings)
    }

    fn note(&self, draft: &Draft, id: Uuid, did: &Did, writing: &mut Writing) -> Result<()> {
        if self.import.is_some() {
            let detail = serde_json::to_string(did).map_err(Problem::internal)?;
            writing.steps.push(Step::new(draft.line, id, detail));
        }
        Ok(())
    }
}

/// All that a row says of somebody nobody knows.
fn everything(draft: &Draft, id: Uuid, key: bool) -> Change {
    Change {
        id,
        key,
        name: true,
        sex: true,
        birth: true,
        identity: true,
        language: true,
        note: draft.note.clone(),
        phones: (0..draft.phones.len()).collect(),
        labels: (0..draft.labels.len()).collect(),
        home: draft.dwelling.is_some(),
        head: false,
        beside: false,
        second: (0..draft.second.len()).collect(),
        moved: false,
    }
}

fn bring(belongings: Belongings, writing: &mut Writing, did: &mut Did) {
    did.phones.extend(belongings.phones.iter().map(New::id));
    did.labels.extend(belongings.labels.iter().map(New::id));
    writing.phones.extend(belongings.phones);
    writing.labels.extend(belongings.labels);
}

/// Keeps a birthday; a year alone leaves a day of that year as it is.
fn keep_birth(vault: &Vault, ctx: &Ctx, row: &mut person::Model, birth: &Birth) -> Result<()> {
    let year = i32::from(birth.year);
    if let Some(day) = birth.day {
        let at = FieldPlace::new("person", "birth", row.community_id, row.id);
        row.birth_sealed = Some(vault.seal(ctx, at, &day.to_string())?);
    } else if row.birth_year != Some(year) {
        row.birth_sealed = None;
    }
    row.birth_year = Some(year);
    Ok(())
}

/// Whether [`keep_birth`] would change nothing.
pub(super) fn has_birth(vault: &Vault, row: &person::Model, birth: &Birth) -> Result<bool> {
    if row.birth_year != Some(i32::from(birth.year)) {
        return Ok(false);
    }
    let (Some(day), Some(sealed)) = (birth.day, row.birth_sealed.as_deref()) else {
        return Ok(birth.day.is_none());
    };
    let at = FieldPlace::new("person", "birth", row.community_id, row.id);
    Ok(vault.open(at, sealed)? == day.to_string())
}

//! What becomes of a row: whom it means, and what of that person differs.

use std::collections::HashMap;

use uuid::Uuid;
use youlin_crypto::mask;
use youlin_imports::{Choice, Refused};
use youlin_kernel::{Problem, Result};

use super::enter::has_birth;
use super::known::{Known, Meant};
use super::read::{Draft, NOTE};
use super::take::Import;
use crate::entities::{person, residence};
use crate::fields::without_month;
use crate::vault::FieldPlace;
use crate::{Relation, Sex};

/// What becomes of a row.
pub(super) enum Decided {
    New,
    Change(Change),
    Same,
    Doubts(Vec<Refused>),
    Refused(Refused),
}

/// What of a known person differs.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) id: Uuid,
    /// Other files call the person so from now on.
    pub(super) key: bool,
    pub(super) name: bool,
    pub(super) sex: bool,
    pub(super) birth: bool,
    pub(super) identity: bool,
    pub(super) language: bool,
    /// The note from now on.
    pub(super) note: Option<String>,
    /// Places in the draft's lists.
    pub(super) phones: Vec<usize>,
    pub(super) labels: Vec<usize>,
    pub(super) home: bool,
    /// The head the row names lives there, and is of no household yet.
    pub(super) head: bool,
    /// The home of the row is one beside the main one.
    pub(super) beside: bool,
    /// Homes beside the main one, by their places in the draft's list.
    pub(super) second: Vec<usize>,
    /// Lives elsewhere as far as the register knows.
    pub(super) moved: bool,
}

impl Change {
    fn is_nothing(&self) -> bool {
        *self
            == Self {
                id: self.id,
                ..Self::default()
            }
    }

    /// The fields that differ, as the columns are called.
    pub(super) fn fields(&self) -> Vec<&'static str> {
        let all = [
            ("key", self.key),
            ("name", self.name),
            ("sex", self.sex),
            ("birth", self.birth),
            ("identity", self.identity),
            ("language", self.language),
            ("note", self.note.is_some()),
            ("phone", !self.phones.is_empty()),
            ("labels", !self.labels.is_empty()),
            ("address", self.home),
            ("head", self.head),
            ("second_home", self.beside || !self.second.is_empty()),
        ];
        let differ = all.into_iter().filter(|(_, differs)| *differs);
        differ.map(|(field, _)| field).collect()
    }

    /// Nothing is written of the person: only of the head the row names.
    pub(super) fn is_of_head_only(&self) -> bool {
        self.fields() == ["head"]
    }

    pub(super) fn of_person(&self) -> bool {
        let said = self.name || self.sex || self.birth || self.identity;
        said || self.key || self.language || self.note.is_some()
    }
}

impl Import {
    pub(super) fn decide(
        &self,
        known: &Known,
        draft: &Draft,
        taken: &mut HashMap<Uuid, u32>,
    ) -> Result<Decided> {
        let mut doubts = draft.doubts.clone();
        doubts.extend(self.head_doubt(known, draft));
        let meant = match (known.meant(draft), draft.choice) {
            (Meant::Perhaps(_) | Meant::Several, Some(Choice::New)) => Meant::Nobody,
            // Said to be another than the row of the same name before it, which the register knows by now.
            (Meant::Surely(id), Some(Choice::New))
                if draft.alike && !known.is_numbered(draft, id) =>
            {
                Meant::Nobody
            }
            (Meant::Perhaps(id), Some(Choice::Take | Choice::Both)) => Meant::Surely(id),
            (meant, _) => meant,
        };
        let doubt = |code| Refused::new(draft.line, "", code);
        let id = match meant {
            Meant::Surely(id) => id,
            Meant::Nobody => {
                doubts.extend(known.alone_doubt(draft, None));
                return Ok(match draft.choice {
                    None if !doubts.is_empty() => Decided::Doubts(doubts),
                    _ => Decided::New,
                });
            }
            Meant::Perhaps(id) => {
                let place = self.place_of(known, id);
                let perhaps = match place.is_empty() {
                    true => doubt("sheet-perhaps-known").or(&[Choice::Take, Choice::New]),
                    false => doubt("sheet-perhaps-known-at").arg("place", place).or(&[
                        Choice::Take,
                        Choice::Both,
                        Choice::New,
                    ]),
                };
                doubts.push(perhaps);
                doubts.extend(known.alone_doubt(draft, Some(id)));
                return Ok(Decided::Doubts(doubts));
            }
            Meant::Several => {
                doubts.push(doubt("sheet-several-known").or(&[Choice::New]));
                doubts.extend(known.alone_doubt(draft, None));
                return Ok(Decided::Doubts(doubts));
            }
        };
        if !self.may_write(known, id) {
            return Ok(Decided::Refused(doubt("row-not-yours")));
        }
        let mut change = self.compare(known, draft, id)?;
        let note = change.note.as_deref().unwrap_or_default();
        if note.chars().count() > NOTE {
            let full = doubt("sheet-note-full").arg("max", NOTE);
            return Ok(Decided::Refused(full));
        }
        if change.moved && draft.choice == Some(Choice::Both) {
            (change.home, change.moved, change.beside) = (false, false, true);
        }
        if change.is_nothing() {
            taken.entry(id).or_insert(draft.line);
            return Ok(Decided::Same);
        }
        doubts.extend(known.alone_doubt(draft, Some(id)));
        if let Some(first) = taken.get(&id) {
            return Ok(repeated(draft, doubts, *first));
        }
        taken.insert(id, draft.line);
        if change.name {
            let held = known
                .persons
                .get(&id)
                .map(|row| self.name_of(row))
                .transpose()?;
            let held = mask::name(&held.unwrap_or_default());
            doubts.push(
                doubt("sheet-name-differs")
                    .arg("name", held)
                    .or(&[Choice::Take]),
            );
        }
        if change.moved {
            let place = self.place_of(known, id);
            let both = [Choice::Take, Choice::Both];
            doubts.push(doubt("sheet-moved").arg("place", place).or(&both));
        }
        Ok(match draft.choice {
            None if !doubts.is_empty() => Decided::Doubts(doubts),
            _ => Decided::Change(change),
        })
    }

    /// The caller may write where the person is known to live.
    fn may_write(&self, known: &Known, id: Uuid) -> bool {
        let home = known.homes.get(&id).and_then(|homes| homes.first());
        let place = home.and_then(|home| self.vault.place(home.dwelling_id));
        match place {
            Some(place) => self
                .scope
                .contains(self.community, &[place.grid, place.neighbourhood]),
            None => self.scope.contains(self.community, &[]),
        }
    }

    fn place_of(&self, known: &Known, id: Uuid) -> String {
        let home = known.homes.get(&id).and_then(|homes| homes.first());
        let place = home.and_then(|home| self.vault.place(home.dwelling_id));
        place.map_or_else(String::new, |place| place.address)
    }

    fn name_of(&self, row: &person::Model) -> Result<String> {
        let at = FieldPlace::new("person", "name", row.community_id, row.id);
        self.vault.open(at, &row.name_sealed)
    }

    /// The note of a person with what a row adds to it; none where it says that already. What an
    /// earlier row or somebody at the desk noted (an allergy) is not lost to what a later one notes.
    fn note_with(&self, row: &person::Model, note: &str) -> Result<Option<String>> {
        let Some(sealed) = &row.note_sealed else {
            return Ok(Some(note.to_owned()));
        };
        let at = FieldPlace::new("person", "note", row.community_id, row.id);
        let held = self.vault.open(at, sealed)?;
        Ok(both_notes(&held, note))
    }

    fn compare(&self, known: &Known, draft: &Draft, id: Uuid) -> Result<Change> {
        let row = known.persons.get(&id).ok_or_else(Problem::not_found)?;
        // The day that is known says the month, too.
        let year = draft.birth.map(|birth| i32::from(birth.year));
        let to_the_day = row.birth_sealed.is_some() && row.birth_year == year;
        let said = match &draft.note {
            Some(note) if to_the_day => Some(without_month(note)).filter(|note| !note.is_empty()),
            note => note.clone(),
        };
        let note = match said {
            None => None,
            Some(note) => self.note_with(row, &note)?,
        };
        let phones = known.phones.get(&id).map_or(&[][..], Vec::as_slice);
        let labels = known.labels.get(&id).map_or(&[][..], Vec::as_slice);
        let homes = known.homes.get(&id).map_or(&[][..], Vec::as_slice);
        let here = homes
            .iter()
            .find(|home| Some(home.dwelling_id) == draft.dwelling);
        let household = known.household_of(draft);
        let together = |home: &residence::Model| {
            household.as_ref().is_none_or(|key| {
                let known = known.households.get(key);
                known.is_some() && home.household_id.as_ref() == known
            })
        };
        let relation = draft.relation.map(Relation::as_str);
        Ok(Change {
            id,
            key: known.key_for(draft, Some(row)).is_some(),
            name: row.name_index != draft.name_index,
            sex: draft.sex.is_some() && row.sex.as_deref() != draft.sex.map(Sex::as_str),
            birth: match draft.birth {
                Some(birth) => !has_birth(&self.vault, row, &birth)?,
                None => false,
            },
            identity: draft.identity_index.is_some() && row.identity_index != draft.identity_index,
            language: draft.language.is_some() && row.language != draft.language,
            note,
            phones: missing(&draft.phones, |index| {
                phones.iter().any(|one| one.number_index == *index)
            }),
            labels: missing(&draft.labels, |index| {
                labels.iter().any(|one| one.label_index == *index)
            }),
            home: draft.dwelling.is_some()
                && here.is_none_or(|home| {
                    relation.is_some_and(|relation| relation != home.relation) || !together(home)
                }),
            second: (0..draft.second.len())
                .filter(|at| {
                    let said = draft.second.get(*at).map(|(dwelling, _)| *dwelling);
                    !homes.iter().any(|home| Some(home.dwelling_id) == said)
                })
                .collect(),
            head: known
                .head_to_bring(draft)
                .is_some_and(|(head, _)| head.id != id),
            beside: false,
            moved: draft.dwelling.is_some() && here.is_none() && !homes.is_empty(),
        })
    }
}

/// A row before it in the batch means the same person of the register: it waits, unless it was to be taken in that turn.
fn repeated(draft: &Draft, mut doubts: Vec<Refused>, first: u32) -> Decided {
    let twice = Refused::new(draft.line, "", "sheet-twice").arg("first", first);
    if draft.choice.is_some() {
        return Decided::Refused(twice);
    }
    if !doubts.iter().any(|one| one.code.starts_with("sheet-twice")) {
        doubts.push(twice.or(&[Choice::Take]));
    }
    Decided::Doubts(doubts)
}

/// Both notes as one; none where the first holds all of the second.
fn both_notes(held: &str, note: &str) -> Option<String> {
    // A list of our own that went away and came back with more says all that is held, too.
    if note.contains(held) && note != held {
        return Some(note.to_owned());
    }
    let more = note.split('；').filter(|part| !held.contains(part.trim()));
    let all: Vec<&str> = std::iter::once(held).chain(more).collect();
    (all.len() > 1).then(|| all.join("；"))
}

fn missing<T>(said: &[(T, Vec<u8>)], held: impl Fn(&Vec<u8>) -> bool) -> Vec<usize> {
    let said = said.iter().enumerate();
    said.filter(|(_, (_, index))| !held(index))
        .map(|(at, _)| at)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::both_notes;

    #[test]
    fn a_note_is_added_to_what_is_held() {
        for (held, note, both) in [
            ("对青霉素过敏", "换了手机", Some("对青霉素过敏；换了手机")),
            ("对青霉素过敏；换了手机", "换了手机", None),
            ("对青霉素过敏；换了手机", "对青霉素过敏", None),
            ("常年在外", "常年在外，春节回来", Some("常年在外，春节回来")),
            ("甲；乙；丙", "丙；丁；甲", Some("甲；乙；丙；丁")),
            ("甲；乙；丙", "丙；甲", None),
        ] {
            assert_eq!(both_notes(held, note).as_deref(), both, "{held} + {note}");
        }
    }
}

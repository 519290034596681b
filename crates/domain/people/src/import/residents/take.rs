//! A batch of rows is compared with the register and saved, in one transaction and few statements.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;
use youlin_crypto::mask;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_imports::tabular::Birth;
use youlin_imports::{Choice, ImportReport, Outcome, Refused, Step, journal};
use youlin_kernel::{CommunityId, Ctx, Problem, Result, Scope};

use super::known::{Known, Meant};
use super::read::Draft;
use crate::commands::save_person::blank;
use crate::entities::{household, person, person_label, person_phone, residence};
use crate::events;
use crate::facts::{self, Fact, How};
use crate::vault::FieldPlace;
use crate::{Relation, Sex, Vault};

/// Rows of one community.
pub(super) struct Import {
    pub(super) vault: Arc<Vault>,
    /// Where the caller may write people.
    pub(super) scope: Scope,
    pub(super) community: CommunityId,
    pub(super) rows: Vec<Draft>,
    pub(super) import: Option<Uuid>,
    pub(super) dry_run: bool,
}

/// What a row did to a person, as the journal keeps it.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Did {
    pub(super) new: bool,
    /// The person as it was, if the row of the person itself was changed.
    pub(super) before: Option<person::Model>,
    /// The person's version afterwards.
    pub(super) version: i32,
    pub(super) phones: Vec<Uuid>,
    pub(super) labels: Vec<Uuid>,
    pub(super) homes: Vec<Uuid>,
    /// Residences that were ended, as they were.
    pub(super) ended: Vec<residence::Model>,
    /// Households it made; journals of earlier versions say nothing of them.
    #[serde(default)]
    pub(super) households: Vec<Uuid>,
}

/// What is to be written.
#[derive(Default)]
pub(super) struct Writing {
    new: Vec<person::Model>,
    changed: Vec<person::Model>,
    phones: Vec<person_phone::Model>,
    labels: Vec<person_label::Model>,
    pub(super) homes: Vec<residence::Model>,
    ended: Vec<residence::Model>,
    pub(super) households: Vec<household::Model>,
    steps: Vec<Step>,
}

impl Writing {
    /// Everybody something was written of.
    fn persons(&self) -> Vec<Uuid> {
        let rows = self.new.iter().chain(&self.changed).map(|row| row.id);
        let phones = self.phones.iter().map(|row| row.person_id);
        let labels = self.labels.iter().map(|row| row.person_id);
        let homes = self.homes.iter().map(|row| row.person_id);
        let all: BTreeSet<Uuid> = rows.chain(phones).chain(labels).chain(homes).collect();
        all.into_iter().collect()
    }
}

impl Command for Import {
    type Output = ImportReport;
    const NAME: &'static str = "people.import-residents";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<ImportReport> {
        let known = Known::of(tx.conn(), self.community, &self.rows).await?;
        let mut report = ImportReport::default();
        let mut writing = Writing::default();
        let mut taken: HashMap<Uuid, u32> = HashMap::new();
        for draft in &self.rows {
            match self.decide(&known, draft, &mut taken)? {
                Decided::New => {
                    self.enter(ctx, &known, draft, &mut writing)?;
                    report.count(Outcome::New);
                }
                Decided::Change(change) => {
                    self.change(ctx, &known, draft, change, &mut writing)?;
                    report.count(Outcome::Changed);
                }
                Decided::Same => report.count(Outcome::Unchanged),
                Decided::Doubts(doubts) => report.doubtful.extend(doubts),
                Decided::Refused(refused) => report.refused.push(refused),
            }
        }
        if !self.dry_run {
            self.save(ctx, tx, writing, &report).await?;
        }
        Ok(report)
    }
}

/// What becomes of a row.
enum Decided {
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
    name: bool,
    sex: bool,
    birth: bool,
    identity: bool,
    language: bool,
    note: bool,
    /// Places in the draft's lists.
    phones: Vec<usize>,
    labels: Vec<usize>,
    pub(super) home: bool,
    /// Homes beside the main one, by their places in the draft's list.
    pub(super) second: Vec<usize>,
    /// Lives elsewhere as far as the register knows.
    moved: bool,
}

impl Change {
    fn is_nothing(&self) -> bool {
        *self
            == Self {
                id: self.id,
                ..Self::default()
            }
    }

    fn of_person(&self) -> bool {
        self.name || self.sex || self.birth || self.identity || self.language || self.note
    }
}

impl Import {
    fn decide(
        &self,
        known: &Known,
        draft: &Draft,
        taken: &mut HashMap<Uuid, u32>,
    ) -> Result<Decided> {
        let mut doubts = draft.doubts.clone();
        let meant = match (known.meant(draft), draft.choice) {
            (Meant::Perhaps(_) | Meant::Several, Some(Choice::New)) => Meant::Nobody,
            (Meant::Perhaps(id), Some(Choice::Take)) => Meant::Surely(id),
            (meant, _) => meant,
        };
        let doubt = |code| Refused::new(draft.line, "", code);
        let id = match meant {
            Meant::Surely(id) => id,
            Meant::Nobody => {
                return Ok(match draft.choice {
                    None if !doubts.is_empty() => Decided::Doubts(doubts),
                    _ => Decided::New,
                });
            }
            Meant::Perhaps(id) => {
                let place = self.place_of(known, id);
                let both = [Choice::Take, Choice::New];
                let perhaps = match place.is_empty() {
                    true => doubt("sheet-perhaps-known"),
                    false => doubt("sheet-perhaps-known-at").arg("place", place),
                };
                doubts.push(perhaps.or(&both));
                return Ok(Decided::Doubts(doubts));
            }
            Meant::Several => {
                doubts.push(doubt("sheet-several-known").or(&[Choice::New]));
                return Ok(Decided::Doubts(doubts));
            }
        };
        if let Some(first) = taken.get(&id) {
            return Ok(Decided::Refused(doubt("sheet-twice").arg("first", first)));
        }
        taken.insert(id, draft.line);
        if !self.may_write(known, id) {
            return Ok(Decided::Refused(doubt("row-not-yours")));
        }
        let change = self.compare(known, draft, id)?;
        if change.is_nothing() {
            return Ok(Decided::Same);
        }
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
            doubts.push(doubt("sheet-moved").arg("place", place).or(&[Choice::Take]));
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

    fn compare(&self, known: &Known, draft: &Draft, id: Uuid) -> Result<Change> {
        let row = known.persons.get(&id).ok_or_else(Problem::not_found)?;
        let note = match (&draft.note, &row.note_sealed) {
            (None, _) => false,
            (Some(_), None) => true,
            (Some(note), Some(sealed)) => {
                let at = FieldPlace::new("person", "note", row.community_id, row.id);
                self.vault.open(at, sealed)? != *note
            }
        };
        let phones = known.phones.get(&id).map_or(&[][..], Vec::as_slice);
        let labels = known.labels.get(&id).map_or(&[][..], Vec::as_slice);
        let homes = known.homes.get(&id).map_or(&[][..], Vec::as_slice);
        let here = homes
            .iter()
            .find(|home| Some(home.dwelling_id) == draft.dwelling);
        let household = draft.household.as_ref();
        let together = |home: &residence::Model| {
            household.is_none_or(|key| {
                let known = known.households.get(key);
                known.is_some() && home.household_id.as_ref() == known
            })
        };
        let relation = draft.relation.map(Relation::as_str);
        Ok(Change {
            id,
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
            moved: draft.dwelling.is_some() && here.is_none() && !homes.is_empty(),
        })
    }

    /// A new person with everything the row says.
    fn enter(&self, ctx: &Ctx, known: &Known, draft: &Draft, writing: &mut Writing) -> Result<()> {
        let row = blank(self.community, ctx.new_id(), ctx.now().0);
        let everything = Change {
            id: row.id,
            name: true,
            sex: true,
            birth: true,
            identity: true,
            language: true,
            note: true,
            phones: (0..draft.phones.len()).collect(),
            labels: (0..draft.labels.len()).collect(),
            home: draft.dwelling.is_some(),
            second: (0..draft.second.len()).collect(),
            moved: false,
        };
        let mut did = Did {
            new: true,
            version: 1,
            ..Did::default()
        };
        let row = self.filled(ctx, draft, &everything, row)?;
        self.add(ctx, known, draft, &everything, writing, &mut did)?;
        writing.new.push(row);
        self.note(draft, everything.id, &did, writing)
    }

    fn change(
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
        if change.of_person() {
            did.before = Some(row.clone());
            did.version += 1;
            let row = person::Model {
                updated_at: ctx.now().0,
                ..row.clone()
            };
            writing.changed.push(self.filled(ctx, draft, &change, row)?);
        }
        if change.home {
            // A second home stays one, unless it is what the row is about.
            let homes = known.homes.get(&change.id).into_iter().flatten();
            for home in homes
                .filter(|home| home.also != Some(true) || Some(home.dwelling_id) == draft.dwelling)
            {
                did.ended.push(home.clone());
                writing.ended.push(residence::Model {
                    valid_to: Some(ctx.now().0),
                    ..home.clone()
                });
            }
        }
        self.add(ctx, known, draft, &change, writing, &mut did)?;
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
        if let Some(note) = draft.note.as_ref().filter(|_| change.note) {
            row.note_sealed = Some(vault.seal(ctx, at("note"), note)?);
        }
        let said = [
            (Fact::Name, change.name),
            (Fact::Sex, change.sex && draft.sex.is_some()),
            (Fact::Birth, change.birth && draft.birth.is_some()),
            (Fact::Identity, change.identity && draft.identity.is_some()),
            (Fact::Language, change.language && draft.language.is_some()),
            (Fact::Phone, !change.phones.is_empty()),
            (Fact::Labels, !change.labels.is_empty()),
            (Fact::Home, change.home || !change.second.is_empty()),
        ];
        let said = said.into_iter().filter(|(_, said)| *said);
        facts::say(ctx, &mut row, How::Import, said.map(|(fact, _)| fact));
        Ok(row)
    }

    /// Numbers, labels and the residence.
    fn add(
        &self,
        ctx: &Ctx,
        known: &Known,
        draft: &Draft,
        change: &Change,
        writing: &mut Writing,
        did: &mut Did,
    ) -> Result<()> {
        let (vault, community, now) = (&self.vault, self.community.0, ctx.now().0);
        let held = known.phones.get(&change.id).map_or(0, Vec::len);
        for (position, (phone, index)) in
            (held..).zip(change.phones.iter().filter_map(|at| draft.phones.get(*at)))
        {
            let id = ctx.new_id();
            let at = FieldPlace::new("person_phone", "number", community, id);
            did.phones.push(id);
            writing.phones.push(person_phone::Model {
                community_id: community,
                id,
                version: 1,
                person_id: change.id,
                position: i32::try_from(position).unwrap_or(i32::MAX),
                number_sealed: vault.seal(ctx, at, phone.as_str())?,
                number_index: index.clone(),
                created_at: now,
            });
        }
        for (label, index) in change.labels.iter().filter_map(|at| draft.labels.get(*at)) {
            let id = ctx.new_id();
            let at = FieldPlace::new("person_label", "label", community, id);
            did.labels.push(id);
            writing.labels.push(person_label::Model {
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
            });
        }
        self.move_in(ctx, known, draft, change, writing, did);
        Ok(())
    }

    fn note(&self, draft: &Draft, id: Uuid, did: &Did, writing: &mut Writing) -> Result<()> {
        if self.import.is_some() {
            let detail = serde_json::to_string(did).map_err(Problem::internal)?;
            writing.steps.push(Step::new(draft.line, id, detail));
        }
        Ok(())
    }

    async fn save(
        &self,
        ctx: &Ctx,
        tx: &Tx<'_>,
        writing: Writing,
        report: &ImportReport,
    ) -> Result<()> {
        if report.new + report.changed == 0 {
            return Ok(());
        }
        let persons = writing.persons();
        tx.insert_all::<person::Entity>(writing.new).await?;
        for row in writing.changed {
            tx.update::<person::Entity>(row).await?;
        }
        for row in writing.ended {
            tx.update::<residence::Entity>(row).await?;
        }
        tx.insert_all::<person_phone::Entity>(writing.phones)
            .await?;
        tx.insert_all::<person_label::Entity>(writing.labels)
            .await?;
        tx.insert_all::<household::Entity>(writing.households)
            .await?;
        tx.insert_all::<residence::Entity>(writing.homes).await?;
        let subject = self.import.unwrap_or_default();
        if let Some(import) = self.import {
            let vault: &Vault = &self.vault;
            journal(ctx, tx, vault, self.community, import, writing.steps).await?;
        }
        let entry = AuditEntry::new(Self::NAME, "import", subject)
            .detail(json!({"new": report.new, "changed": report.changed}));
        tx.audit(ctx, self.community, entry);
        tx.emit(
            ctx,
            events::residents_imported(self.community, subject, &persons),
        );
        Ok(())
    }
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
fn has_birth(vault: &Vault, row: &person::Model, birth: &Birth) -> Result<bool> {
    if row.birth_year != Some(i32::from(birth.year)) {
        return Ok(false);
    }
    let (Some(day), Some(sealed)) = (birth.day, row.birth_sealed.as_deref()) else {
        return Ok(birth.day.is_none());
    };
    let at = FieldPlace::new("person", "birth", row.community_id, row.id);
    Ok(vault.open(at, sealed)? == day.to_string())
}

fn missing<T>(said: &[(T, Vec<u8>)], held: impl Fn(&Vec<u8>) -> bool) -> Vec<usize> {
    let said = said.iter().enumerate();
    said.filter(|(_, (_, index))| !held(index))
        .map(|(at, _)| at)
        .collect()
}

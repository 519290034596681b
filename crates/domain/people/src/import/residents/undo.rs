//! Takes back what rows of an import did to people. Whoever was changed since stays as they are, and is named.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use serde_json::json;
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_imports::{ImportReport, Outcome, Refused, Step, strike};
use youlin_kernel::{CommunityId, Ctx, Problem, Result, Scope};

use super::known::Known;
use super::take::Did;
use crate::Vault;
use crate::entities::{household, person, person_label, person_phone, residence};
use crate::events;
use crate::import::{InUse, own, print, used};
use crate::permissions::PEOPLE_WRITE;

/// Steps of one community.
pub(super) struct TakeBack {
    pub(super) vault: Arc<Vault>,
    pub(super) in_use: Vec<Arc<dyn InUse>>,
    pub(super) community: CommunityId,
    pub(super) steps: Vec<Step>,
}

/// What goes and what is restored.
#[derive(Default)]
struct Back {
    persons: Vec<person::Model>,
    phones: Vec<person_phone::Model>,
    labels: Vec<person_label::Model>,
    homes: Vec<residence::Model>,
    restored: Vec<person::Model>,
    reopened: Vec<residence::Model>,
    /// Made by the import; they go when nobody lives in them any more.
    households: Vec<Uuid>,
    done: Vec<Uuid>,
}

impl Command for TakeBack {
    type Output = ImportReport;
    const NAME: &'static str = "people.take-residents-back";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<ImportReport> {
        let scope = ctx.scope(&PEOPLE_WRITE)?;
        let mut report = ImportReport::default();
        for turn in self.turns()? {
            self.turn(ctx, tx, &scope, turn, &mut report).await?;
        }
        Ok(report)
    }
}

/// Steps that are taken back together: each of another person.
type Turn<'a> = Vec<(&'a Step, Did)>;

impl TakeBack {
    /// Several rows may have meant one person: what the later ones added goes before the first one's person does.
    fn turns(&self) -> Result<Vec<Turn<'_>>> {
        let mut steps: Turn<'_> = Vec::with_capacity(self.steps.len());
        for step in &self.steps {
            let did = serde_json::from_str(&step.detail).map_err(Problem::internal)?;
            steps.push((step, did));
        }
        steps.sort_by_key(|(_, did)| did.new);
        let mut turns: Vec<Turn<'_>> = Vec::new();
        let mut seen: HashMap<Uuid, usize> = HashMap::new();
        for (step, did) in steps {
            let turn = seen.entry(step.subject).or_default();
            if turns.len() == *turn {
                turns.push(Vec::new());
            }
            if let Some(steps) = turns.get_mut(*turn) {
                steps.push((step, did));
            }
            *turn += 1;
        }
        Ok(turns)
    }

    async fn turn(
        &self,
        ctx: &Ctx,
        tx: &Tx<'_>,
        scope: &Scope,
        steps: Turn<'_>,
        report: &mut ImportReport,
    ) -> Result<()> {
        let ids: Vec<Uuid> = steps.iter().map(|(step, _)| step.subject).collect();
        let known = Known::by_id(tx.conn(), self.community, &ids).await?;
        let used = used(tx, scope, self.community, &ids, &self.in_use).await?;
        let mut back = Back::default();
        for (step, did) in steps {
            let refused = |code| Refused::new(step.line, "", code);
            let place = known
                .homes
                .get(&step.subject)
                .and_then(|homes| homes.first());
            let place = place.and_then(|home| self.vault.place(home.dwelling_id));
            let areas = place.map_or([None, None], |place| [place.grid, place.neighbourhood]);
            if !scope.contains(self.community, &areas) {
                report.refused.push(refused("row-not-yours"));
            } else if did.new && used.contains(&step.subject) {
                report.refused.push(refused("sheet-undo-used"));
            } else if back.take(&known, step.subject, did) {
                back.done.push(step.id);
                report.count(Outcome::Changed);
            } else {
                report.refused.push(refused("sheet-undo-changed"));
            }
        }
        self.save(ctx, tx, back).await
    }
}

impl Back {
    /// Everybody something was taken back of.
    fn touched(&self) -> Vec<Uuid> {
        let rows = self.persons.iter().chain(&self.restored).map(|row| row.id);
        let phones = self.phones.iter().map(|row| row.person_id);
        let labels = self.labels.iter().map(|row| row.person_id);
        let homes = self.homes.iter().chain(&self.reopened);
        let homes = homes.map(|row| row.person_id);
        let all: BTreeSet<Uuid> = rows.chain(phones).chain(labels).chain(homes).collect();
        all.into_iter().collect()
    }

    /// Notes what takes one person back; `false` when something of it was changed since. A later row of the import is no
    /// such change once it was taken back: what it left is compared by what it says, not by its version.
    fn take(&mut self, known: &Known, id: Uuid, did: Did) -> bool {
        let Some(row) = known.persons.get(&id) else {
            return false;
        };
        let phones = known.phones.get(&id).map_or(&[][..], Vec::as_slice);
        let labels = known.labels.get(&id).map_or(&[][..], Vec::as_slice);
        let homes = known.homes.get(&id).map_or(&[][..], Vec::as_slice);
        let own_phones = own::<person_phone::Entity>(phones, &did.phones, |_| false);
        let own_labels = own::<person_label::Entity>(labels, &did.labels, |_| false);
        let own_homes = own::<residence::Entity>(homes, &did.homes, |home| {
            did.prints.get(&home.id) == Some(&print(home))
        });
        let whole = own_phones.len() == did.phones.len()
            && own_labels.len() == did.labels.len()
            && own_homes.len() == did.homes.len();
        let alone = !did.new
            || (phones.len() == own_phones.len()
                && labels.len() == own_labels.len()
                && homes.len() == own_homes.len());
        let ended: Vec<&residence::Model> = did
            .ended
            .iter()
            .filter_map(|before| {
                let now = homes.iter().find(|home| home.id == before.id)?;
                (now.version == before.version + 1).then_some(now)
            })
            .collect();
        let same = row.version == did.version || did.prints.get(&id) == Some(&print(row));
        if !same || !whole || !alone || ended.len() != did.ended.len() {
            return false;
        }
        for now in ended {
            self.reopened.push(residence::Model {
                valid_to: None,
                ..now.clone()
            });
        }
        if did.new {
            self.persons.push(row.clone());
        } else if let Some(before) = did.before {
            self.restored.push(person::Model {
                version: row.version,
                ..before
            });
        }
        self.phones.extend(own_phones);
        self.labels.extend(own_labels);
        self.homes.extend(own_homes);
        self.households.extend(did.households);
        true
    }
}

impl TakeBack {
    /// Removes those of the households that nobody ever lived in any more.
    async fn end_empty(&self, tx: &Tx<'_>, households: &[Uuid]) -> Result<()> {
        if households.is_empty() {
            return Ok(());
        }
        let lived: HashSet<Option<Uuid>> = residence::Entity::find()
            .select_only()
            .column(residence::Column::HouseholdId)
            .filter(residence::Column::CommunityId.eq(self.community.0))
            .filter(residence::Column::HouseholdId.is_in(households.iter().copied()))
            .into_tuple()
            .all(tx.conn())
            .await?
            .into_iter()
            .collect();
        let empty = households.iter().filter(|id| !lived.contains(&Some(**id)));
        let rows = household::Entity::find()
            .filter(household::Column::CommunityId.eq(self.community.0))
            .filter(household::Column::Id.is_in(empty.copied()))
            .all(tx.conn())
            .await?;
        tx.delete_all::<household::Entity>(&rows).await
    }

    async fn save(&self, ctx: &Ctx, tx: &Tx<'_>, back: Back) -> Result<()> {
        if back.done.is_empty() {
            return Ok(());
        }
        let persons = back.touched();
        tx.delete_all::<person_phone::Entity>(&back.phones).await?;
        tx.delete_all::<person_label::Entity>(&back.labels).await?;
        tx.delete_all::<residence::Entity>(&back.homes).await?;
        tx.delete_all::<person::Entity>(&back.persons).await?;
        for row in back.restored {
            tx.update::<person::Entity>(row).await?;
        }
        for row in back.reopened {
            tx.update::<residence::Entity>(row).await?;
        }
        self.end_empty(tx, &back.households).await?;
        strike(tx, self.community, &back.done).await?;
        let entry = AuditEntry::new(Self::NAME, "import", Uuid::nil())
            .detail(json!({"taken_back": back.done.len()}));
        tx.audit(ctx, self.community, entry);
        tx.emit(
            ctx,
            events::residents_imported(self.community, Uuid::nil(), &persons),
        );
        Ok(())
    }
}

//! A row of a file or a sheet is saved: decided about as a whole, in the transaction of its batch.

use std::collections::HashMap;
use std::sync::Arc;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;
use youlin_database::keys::{key_of, meant};
use youlin_database::{Command, Tx};
use youlin_imports::{Choice, ImportReport, Outcome, Refused, Row, Step, journal};
use youlin_kernel::{CommunityId, Ctx, Problem, Result};

use super::did::{Decided, Did, Moves};
use super::handover::present;
use super::persons::Named;
use crate::Vault;
use crate::entities::{merchant, merchant_person, merchant_place};
use crate::import::refused;
use crate::merchants::MerchantRelation;
use crate::merchants::commands::places::{self, Where};
use crate::merchants::commands::save::{MerchantInput, blank, filled, not_doubled};
use crate::merchants::commands::{merchant_for, present_places, since};
use crate::permissions::PEOPLE_WRITE;

/// A row, read.
pub(super) struct Draft {
    /// Of the file; of a sheet, what the merchant it means is called. Empty: one nobody knows.
    pub(super) key: String,
    pub(super) input: MerchantInput,
    /// The first is where it is found.
    pub(super) at: Vec<Where>,
    pub(super) persons: Vec<Person>,
    /// Persons a sheet names in words.
    pub(super) named: Vec<Named>,
    /// What somebody decided about a doubt of its persons.
    pub(super) choice: Option<Choice>,
    /// Something else of the row was asked, and decided.
    pub(super) asked: bool,
    /// From a desk's own list: it knows less than the register, so what it leaves empty clears nothing, and its row has no key
    /// of its own.
    pub(super) by_sheet: bool,
}

/// Somebody who belongs to a merchant.
#[derive(Clone)]
pub(super) struct Person {
    pub(super) relation: MerchantRelation,
    pub(super) home: CommunityId,
    pub(super) id: Uuid,
    pub(super) since: String,
}

pub(super) struct Import {
    pub(super) vault: Arc<Vault>,
    pub(super) rows: Vec<(Row, CommunityId, Draft)>,
    /// Whose steps are journaled.
    pub(super) import: Option<Uuid>,
    pub(super) dry_run: bool,
    /// What the columns of a sheet are called, by what they hold.
    pub(super) headings: Arc<HashMap<&'static str, String>>,
}

/// A row that goes in.
struct Done {
    outcome: Outcome,
    /// The fields that change.
    what: Vec<&'static str>,
    /// What was written; nothing when it is only judged.
    did: Option<(Uuid, Did)>,
    /// The persons who were left out of it.
    left: Vec<Refused>,
}

/// What becomes of a row.
enum Taken {
    Doubts(Vec<Refused>),
    As(Box<Done>),
}

impl Command for Import {
    type Output = ImportReport;
    const NAME: &'static str = "people.import-merchants";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<ImportReport> {
        let mut report = ImportReport::default();
        let Some(community) = self.rows.first().map(|(_, community, _)| *community) else {
            return Ok(report);
        };
        let keys = self.rows.iter().map(|(_, _, draft)| draft.key.clone());
        let keys = keys.filter(|key| !key.is_empty());
        let held: HashMap<String, merchant::Model> = merchant::Entity::find()
            .filter(merchant::Column::CommunityId.eq(community.0))
            .filter(meant(
                (merchant::Column::ExtKey, merchant::Column::Id),
                keys,
            ))
            .all(tx.conn())
            .await?
            .into_iter()
            .map(|row| (key_of(row.ext_key.as_deref(), row.id), row))
            .collect();
        let mut steps = Vec::new();
        for (row, _, draft) in &self.rows {
            match self
                .take(ctx, tx, community, draft, held.get(&draft.key))
                .await
            {
                Ok(Taken::Doubts(doubts)) => {
                    let doubts = doubts.into_iter();
                    report
                        .doubtful
                        .extend(doubts.map(|one| self.told(row, one, draft)));
                }
                Ok(Taken::As(done)) => {
                    report.touch(row.line, done.outcome, &done.what);
                    // The row is in: what it lacks is no refusal of it.
                    let left = done.left.into_iter();
                    report
                        .noted
                        .extend(left.map(|one| self.told(row, one, draft)));
                    if let Some((id, did)) = done.did {
                        let detail = serde_json::to_string(&did).map_err(Problem::internal)?;
                        steps.push(Step::new(row.line, id, detail));
                    }
                }
                Err(problem) => report
                    .refused
                    .push(self.named(refused(row, problem)?, draft)),
            }
        }
        if let Some(import) = self.import.filter(|_| !steps.is_empty()) {
            journal(ctx, tx, &*self.vault, community, import, steps).await?;
        }
        Ok(report)
    }
}

impl Import {
    /// A refusal names the column as the sheet does.
    fn named(&self, mut refused: Refused, draft: &Draft) -> Refused {
        if draft.by_sheet {
            let heading = self.headings.get(refused.column.as_str());
            refused.column = heading.cloned().unwrap_or_default();
        }
        refused
    }

    fn told(&self, row: &Row, why: Refused, draft: &Draft) -> Refused {
        let line = row.line;
        self.named(Refused { line, ..why }, draft)
    }

    /// Decides about one row before anything of it is saved: what is refused leaves nothing behind.
    async fn take(
        &self,
        ctx: &Ctx,
        tx: &Tx<'_>,
        community: CommunityId,
        draft: &Draft,
        old: Option<&merchant::Model>,
    ) -> Result<Taken> {
        if old.is_some_and(|old| old.closed_at.is_some()) {
            return Ok(Taken::As(Box::new(Done {
                outcome: Outcome::Unchanged,
                what: Vec::new(),
                did: None,
                left: Vec::new(),
            })));
        }
        let mut read = draft.input.read(ctx, &self.vault)?;
        if let Some(old) = old.filter(|_| draft.by_sheet) {
            read.keep(old);
        }
        if draft.at.is_empty() {
            ctx.authorize(&PEOPLE_WRITE, community)?;
        }
        for place in &draft.at {
            let premises = places::checked(tx, community, place).await?;
            ctx.authorize(&PEOPLE_WRITE, premises.area())?;
        }
        let own = old.map(|old| old.id);
        not_doubled(tx, community, own, read.credit_code.as_deref()).await?;
        let id = own.unwrap_or_else(|| ctx.new_id());
        let moves = self.moves(ctx, tx, community, draft, own).await?;
        let mut persons = self.persons(ctx, tx, community, draft, own).await?;
        let present = present(tx, community, own).await?;
        let known = draft.persons.iter().chain(&persons.known);
        let joining = joining(&present, known);
        let parting = self
            .parting(tx, draft, &present, &joining, &mut persons)
            .await?;
        if !persons.doubts.is_empty() {
            return Ok(Taken::Doubts(persons.doubts));
        }
        let base = old
            .cloned()
            .unwrap_or_else(|| blank(community, id, ctx.now().0));
        let row = merchant::Model {
            ext_key: match old {
                Some(old) => old.ext_key.clone(),
                None => Some(draft.key.clone()).filter(|key| !key.is_empty()),
            },
            ..filled(ctx, &self.vault, base, read, draft.input.how)?
        };
        let decided = Decided {
            old,
            row,
            moves,
            parting,
            joining,
            entering: persons.new,
        };
        let what = decided.fields();
        let outcome = match (old, what.is_empty()) {
            (None, _) => Outcome::New,
            (Some(_), false) => Outcome::Changed,
            (Some(_), true) => Outcome::Unchanged,
        };
        let did = match outcome {
            Outcome::Unchanged => None,
            _ if self.dry_run => None,
            _ => Some(decided.save(ctx, tx, &self.vault).await?),
        };
        Ok(Taken::As(Box::new(Done {
            outcome,
            what,
            did,
            left: persons.left,
        })))
    }

    /// Which places end and which begin. What settling would refuse is refused here, before anything is saved.
    async fn moves<'a>(
        &self,
        ctx: &Ctx,
        tx: &Tx<'_>,
        community: CommunityId,
        draft: &'a Draft,
        own: Option<Uuid>,
    ) -> Result<Moves<'a>> {
        let mut there = Vec::new();
        if let Some(id) = own {
            merchant_for(ctx, tx, &PEOPLE_WRITE, community, id).await?;
            there = present_places(tx.conn(), community, id).await?;
        }
        let is = |row: &merchant_place::Model, place: &Where| {
            row.premises_id == place.premises && row.stall_id == place.stall
        };
        let held = there.iter().map(|row| row.premises_id).collect();
        let first = draft.at.first();
        let settled = first.is_none_or(|place| there.iter().any(|row| is(row, place)));
        let mut enters = Vec::new();
        for place in &draft.at {
            since(ctx, "since", &place.since)?;
            if there.iter().any(|row| is(row, place)) {
                continue;
            }
            if place.stall.is_some() {
                // A stall has one tenant.
                if let Some(name) = places::tenant(tx, community, place).await? {
                    let taken = Problem::invalid("stall_key", "stall-occupied");
                    return Err(taken.field_arg("name", name));
                }
            }
            enters.push(place);
        }
        // Only who stands elsewhere in the file has moved.
        there.retain(|row| !settled && !draft.at.iter().any(|place| is(row, place)));
        Ok(Moves {
            leaves: there,
            enters,
            held,
        })
    }
}

/// Persons of the row who do not belong to the merchant yet.
fn joining<'a>(
    present: &[merchant_person::Model],
    persons: impl Iterator<Item = &'a Person>,
) -> Vec<Person> {
    let held = |person: &Person| {
        present
            .iter()
            .any(|row| row.person_id == person.id && row.relation == person.relation.as_str())
    };
    persons.filter(|one| !held(one)).cloned().collect()
}

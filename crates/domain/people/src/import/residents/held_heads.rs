//! Heads of household whom a sheet names and the register knows: a list of new tenants, or of one family's children, often
//! leaves out who is entered already. Whoever is found at the row's dwelling takes the row into their household.

use uuid::Uuid;
use youlin_imports::{Choice, Refused, Step};
use youlin_kernel::{Ctx, Problem, Result};

use super::known::Known;
use super::read::Draft;
use super::take::{Did, Import, Writing};
use crate::entities::{person, residence};
use crate::import::{print, printed};

/// Whom the register knows as the head a row names.
pub(super) enum Held<'a> {
    /// Nobody, or the sheet itself says who it is.
    Nobody,
    /// Lives in the row's dwelling.
    Here(&'a person::Model, &'a residence::Model),
    /// By the number somebody who lives elsewhere.
    Elsewhere,
    /// So many of that name live there.
    Several(usize),
}

impl Known {
    /// The number says who is meant; without one, or where nobody has it, the name within the dwelling does.
    pub(super) fn head_of(&self, draft: &Draft) -> Held<'_> {
        let Some(dwelling) = draft.dwelling.filter(|_| draft.head_outside) else {
            return Held::Nobody;
        };
        let here = |person: Uuid| {
            let homes = self.homes.get(&person).map_or(&[][..], Vec::as_slice);
            homes.iter().find(|home| home.dwelling_id == dwelling)
        };
        let with = |row: &Uuid| {
            let row = self.persons.get(row)?;
            Some((row, here(row.id)?))
        };
        let number = draft.head_identity.as_ref();
        if let Some(id) = number.and_then(|number| self.numbered(number)) {
            return match with(&id) {
                Some((row, home)) => Held::Here(row, home),
                None => Held::Elsewhere,
            };
        }
        let named = draft.head.as_ref().map_or(&[][..], |name| self.named(name));
        let found: Vec<_> = named.iter().filter_map(with).collect();
        // Two different numbers are two people.
        let fits = |row: &person::Model| number.is_none() || row.identity_index.is_none();
        let found: Vec<_> = found.into_iter().filter(|(row, _)| fits(row)).collect();
        match found.as_slice() {
            [] => Held::Nobody,
            [(row, home)] => Held::Here(row, home),
            several => Held::Several(several.len()),
        }
    }

    /// The household a row is of: the one of its head, where the register knows who that is.
    pub(super) fn household_of(&self, draft: &Draft) -> Option<String> {
        match self.head_of(draft) {
            Held::Here(_, home) => home
                .household_id
                .map(|id| id.to_string())
                .or_else(|| draft.household.clone())
                // Named by the number alone, and of no household yet: the two make one.
                .or_else(|| super::heads::household(home.dwelling_id, home.person_id.as_bytes())),
            _ => draft.household.clone(),
        }
    }

    /// The head lives there and is of no household yet.
    pub(super) fn head_to_bring(
        &self,
        draft: &Draft,
    ) -> Option<(&person::Model, &residence::Model)> {
        match self.head_of(draft) {
            Held::Here(row, home) if home.household_id.is_none() => Some((row, home)),
            _ => None,
        }
    }
}

impl Import {
    /// What somebody should say about the head of a row before it is taken in.
    pub(super) fn head_doubt(&self, known: &Known, draft: &Draft) -> Option<Refused> {
        let doubt = |code| Refused::new(draft.line, draft.head_column.clone(), code);
        let doubt = match known.head_of(draft) {
            Held::Nobody | Held::Here(..) => return None,
            Held::Elsewhere => doubt("sheet-head-held-elsewhere"),
            Held::Several(count) => doubt("sheet-head-held-several").arg("count", count),
        };
        Some(doubt.or(&[Choice::Take]))
    }

    /// Brings the head into the household of a row that names them: a residence of its own, as with everybody whose household
    /// changes, and a step of its own, so that it is taken back with the file.
    pub(super) fn bring_head(
        &self,
        ctx: &Ctx,
        known: &Known,
        draft: &Draft,
        writing: &mut Writing,
        did: &mut Did,
    ) -> Result<()> {
        let Some((row, home)) = known.head_to_bring(draft) else {
            return Ok(());
        };
        if writing.ended.iter().any(|one| one.id == home.id) {
            return Ok(());
        }
        let key = known.household_of(draft).ok_or_else(Problem::not_found)?;
        let household = self.household(ctx, known, &key, writing, did);
        let now = ctx.now().0;
        writing.ended.push(residence::Model {
            valid_to: Some(now),
            ..home.clone()
        });
        let fresh = residence::Model {
            id: ctx.new_id(),
            version: 1,
            household_id: Some(household),
            valid_from: now,
            ..home.clone()
        };
        let (fresh, print_of_home) = printed(fresh);
        let mut own = Did {
            version: row.version,
            homes: vec![fresh.id()],
            ended: vec![home.clone()],
            ..Did::default()
        };
        own.prints.insert(row.id, print(row));
        own.prints.insert(fresh.id(), print_of_home);
        writing.persons.insert(row.id);
        writing.homes.push(fresh);
        if self.import.is_some() {
            let detail = serde_json::to_string(&own).map_err(Problem::internal)?;
            writing.steps.push(Step::new(draft.line, row.id, detail));
        }
        Ok(())
    }
}

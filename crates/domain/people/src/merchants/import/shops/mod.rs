//! Merchants from a spreadsheet as a desk or a market keeps it: no keys, one row for each merchant, the place in words.
//!
//! [`columns`] names what stands in such sheets, [`places`] finds the premises and stalls, [`known`] the merchant, [`read`] puts
//! a row together; it is saved as a row of a file is ([`super::take`]). What the sheet leaves empty clears nothing. [`persons`]
//! reads whom it names (who runs it, who answers for safety); who they are is found out where the row is saved, and whom
//! nobody knows is entered.

mod columns;
mod known;
mod persons;
mod places;
mod read;

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use youlin_database::Database;
use youlin_imports::{Batch, Choice, Incoming, Plan, Refused, Register, Row, Step, Table, tabular};
use youlin_kernel::{CommunityId, Ctx, Permission, Result};

use super::take::Import;
use super::undo;
use crate::Vault;
use crate::import::{InUse, planned};
use crate::permissions::PEOPLE_WRITE;
use read::{Reader, Unread};

/// Spreadsheets of merchants.
#[derive(Clone)]
pub struct ShopSheets {
    pub vault: Arc<Vault>,
    /// Floors that may know the persons entered with the merchants.
    pub in_use: Vec<Arc<dyn InUse>>,
}

impl std::fmt::Debug for ShopSheets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ShopSheets(…)")
    }
}

impl Register for ShopSheets {
    fn kind(&self) -> &'static str {
        "shops"
    }

    fn permission(&self) -> &'static Permission {
        &PEOPLE_WRITE
    }

    fn columns(&self) -> &'static [tabular::Spec] {
        columns::SPECS
    }

    fn called(&self, table: &Table, line: &tabular::Line) -> String {
        let shop = table.cells(line, "shop").find(|cell| !cell.is_empty());
        shop.map_or_else(String::new, tabular::Cell::shown)
    }

    fn needed(&self) -> &'static [&'static str] {
        &["shop"]
    }

    fn blank(&self) -> Vec<&'static str> {
        columns::BLANK.to_vec()
    }

    fn undoes(&self) -> bool {
        true
    }

    fn undo(&self, community: CommunityId, steps: Vec<Step>) -> Option<Batch> {
        Some(undo::batch(self.in_use.clone(), community, steps))
    }

    fn plan<'a>(
        &'a self,
        db: &'a Database,
        ctx: &'a Ctx,
        file: &'a Incoming,
        dry_run: bool,
    ) -> BoxFuture<'a, Result<Plan>> {
        self.planned(db, ctx, file, dry_run).boxed()
    }
}

impl ShopSheets {
    async fn planned(
        &self,
        db: &Database,
        ctx: &Ctx,
        file: &Incoming,
        dry_run: bool,
    ) -> Result<Plan> {
        let scope = ctx.scope(&PEOPLE_WRITE)?;
        let table = file.rows()?;
        let reader = Reader {
            places: places::Places::of(db, &scope).await?,
            known: known::Known::of(db, &scope).await?,
            community: places::only_community(&scope),
            table: &table,
            today: ctx.now().local().date(),
        };
        let headings = Arc::new(headings(&table));
        let (mut refused, mut doubtful, mut drafts) = (Vec::new(), Vec::new(), Vec::new());
        let mut seen = BTreeMap::new();
        let mut asked = Vec::new();
        let twice = |number: u32, first: u32| {
            let twice = Refused::new(number, "", "shop-twice");
            twice.arg("line", first)
        };
        for line in table.rows() {
            let number = line.number;
            match reader.draft(line, file.choices.get(&number).copied()) {
                Ok((community, draft)) => match seen.entry(read::meaning(community, &draft)) {
                    Entry::Occupied(first) => refused.push(twice(number, *first.get())),
                    Entry::Vacant(room) => {
                        room.insert(number);
                        let row = Row::new(number, &[]);
                        drafts.push((community, number, (row, community, draft)));
                    }
                },
                Err(Unread::Refused(one)) => refused.push(one),
                Err(Unread::Doubtful(one)) => asked.push((line, one)),
            }
        }
        // No answer would make some of them rows that can go in: that is said before anybody is asked.
        for (line, doubt) in asked {
            if let Some(mut why) = self.faulty(ctx, &reader, line)? {
                let heading = headings.get(why.column.as_str());
                why.column = heading.cloned().unwrap_or_default();
                refused.push(why);
                continue;
            }
            let answered = match doubt.choices.contains(&Choice::New) {
                true => None,
                false => reader.draft(line, Some(Choice::Take)).ok(),
            };
            let meaning = answered.map(|(community, draft)| read::meaning(community, &draft));
            match meaning.map(|meaning| seen.entry(meaning)) {
                Some(Entry::Occupied(first)) => refused.push(twice(line.number, *first.get())),
                Some(Entry::Vacant(room)) => {
                    room.insert(line.number);
                    doubtful.push(doubt);
                }
                None => doubtful.push(doubt),
            }
        }
        refused.sort_by_key(|one| one.line);
        let plan = planned(file, refused, drafts, |rows| Import {
            vault: Arc::clone(&self.vault),
            rows,
            import: file.import,
            dry_run,
            headings: Arc::clone(&headings),
        });
        Ok(Plan { doubtful, ..plan })
    }

    /// What is wrong with the values of a row, whatever is answered about it.
    fn faulty(
        &self,
        ctx: &Ctx,
        reader: &Reader<'_>,
        line: &tabular::Line,
    ) -> Result<Option<Refused>> {
        match reader.values(line).read(ctx, &self.vault) {
            Ok(_read) => Ok(None),
            Err(problem) => Ok(Some(crate::import::refused(
                &Row::new(line.number, &[]),
                problem,
            )?)),
        }
    }
}

/// The names of the columns by what is wrong with them: a refused row names them as the sheet does.
fn headings(table: &Table) -> HashMap<&'static str, String> {
    let own = |field: &'static str| match field {
        "shop" => "name",
        "shop_kind" => "kind",
        field => field,
    };
    let all = columns::SPECS.iter();
    let mut named: HashMap<&'static str, String> = all
        .map(|spec| (own(spec.field), table.name_of(spec.field).to_owned()))
        .collect();
    let stall = table.name_of("stall").to_owned();
    named.insert("stall_key", stall);
    named
}

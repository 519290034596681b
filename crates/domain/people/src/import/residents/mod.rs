//! Residents from a spreadsheet as a desk keeps it: no keys, one row for each person, the address in words.
//!
//! The way of a row: [`read`] reads its cells and notes what is wrong or doubtful; [`place`] finds the dwelling its address
//! names, which says the community it is filed under; [`twice`] finds rows that may mean the same person; [`take`] compares it
//! with whom the register knows ([`decide`]), in the transaction that saves it ([`enter`]); [`undo`] takes a saved row back.
//!
//! Who is whom: the identity number decides. Without one on either side, the same name with the same dwelling or telephone
//! number, and nothing that contradicts, is the same person; the same name and year of birth alone is a question for a
//! person to answer. What the sheet leaves empty clears nothing: it knows less than the register, not more.

mod alone;
mod birth;
mod columns;
mod decide;
mod enter;
mod given;
mod heads;
mod held_heads;
mod home;
mod known;
mod look;
mod masked;
mod moving;
mod place;
mod read;
mod ready;
mod rows;
mod take;
mod twice;
mod undo;

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{ExprTrait, Query};
use uuid::Uuid;
use youlin_database::Database;
use youlin_database::sql::{col, name};
use youlin_imports::{
    Asked, AskedOf, Batch, Choice, Incoming, Plan, Refused, Register, Step, Table, tabular,
};
use youlin_kernel::{CommunityId, Ctx, Permission, Problem, Result, Scope};
use youlin_places::Locator;

use super::back::InUse;
use super::keys::{Keys, persons_of};
use crate::Vault;
use crate::permissions::PEOPLE_WRITE;
use read::Draft;

pub(crate) use read::not_by_sheet;

pub use columns::SPECS as RESIDENT_COLUMNS;

/// Rows saved in one transaction.
const CHUNK: usize = 500;
/// Keys looked up with one statement.
const KEYS: usize = 500;

/// Spreadsheets of residents.
#[derive(Clone)]
pub struct ResidentsRegister {
    pub vault: Arc<Vault>,
    pub locator: Arc<Locator>,
    pub in_use: Vec<Arc<dyn InUse>>,
}

impl std::fmt::Debug for ResidentsRegister {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ResidentsRegister(…)")
    }
}

impl Register for ResidentsRegister {
    fn kind(&self) -> &'static str {
        "residents"
    }

    fn permission(&self) -> &'static Permission {
        &PEOPLE_WRITE
    }

    fn columns(&self) -> &'static [tabular::Spec] {
        columns::SPECS
    }

    fn called(&self, table: &Table, line: &tabular::Line) -> String {
        read::called(table, line)
    }

    fn look(&self, table: &Table, found: &mut [tabular::Found]) {
        look::again(&self.vault.labels(), table, found);
    }

    fn asks(&self, ctx: &Ctx, of: Option<AskedOf<'_>>) -> Vec<Asked> {
        match ctx.scope(&PEOPLE_WRITE) {
            Ok(scope) => given::asks(&self.locator, &scope, of),
            Err(_) => Vec::new(),
        }
    }

    fn needed(&self) -> &'static [&'static str] {
        &["name"]
    }

    fn blank(&self) -> Vec<&'static str> {
        vec![
            "name", "sex", "identity", "birth", "phone", "estate", "building", "entrance", "room",
            "relation", "labels", "note",
        ]
    }

    fn undoes(&self) -> bool {
        true
    }

    fn undo(&self, community: CommunityId, steps: Vec<Step>) -> Option<Batch> {
        let lines = steps.iter().map(|step| step.line).collect();
        let vault = Arc::clone(&self.vault);
        let command = undo::TakeBack {
            vault,
            in_use: self.in_use.clone(),
            community,
            steps,
        };
        Some(Batch::new(community, lines, command))
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

impl ResidentsRegister {
    async fn planned(
        &self,
        db: &Database,
        ctx: &Ctx,
        file: &Incoming,
        dry_run: bool,
    ) -> Result<Plan> {
        let scope = ctx.scope(&PEOPLE_WRITE)?;
        let table = file.rows()?;
        let choices = file.choices.clone();
        let (mut refused, drafts) = self.drafts(ctx, &scope, table, choices).await?;
        let mut drafts = elsewhere(db, &scope, drafts, &mut refused).await?;
        refused.sort_by_key(|one| one.line);
        let mut plan = Plan {
            refused,
            ..Plan::default()
        };
        // Taken from the end, what is left let go at once: a large sheet is never held twice.
        let group = |draft: &Draft| (draft.turn, draft.community);
        drafts.sort_by_cached_key(|draft| Reverse((group(draft), draft.line)));
        while let Some(first) = drafts.last() {
            let (own, community) = (group(first), first.community);
            let from = drafts.partition_point(|draft| group(draft) > own);
            let rows = drafts.drain(from..).rev();
            let rows = rows.map(|draft| (draft.line, draft)).collect();
            drafts.shrink_to_fit();
            let (vault, scope, import) = (&self.vault, &scope, file.import);
            plan.add(file, community, rows, CHUNK, |rows| take::Import {
                vault: Arc::clone(vault),
                scope: scope.clone(),
                community,
                rows,
                import,
                dry_run,
                ready: ready::Ready::default(),
            });
        }
        Ok(plan)
    }

    /// Reads all rows, aside from the tasks that answer requests: a large sheet takes a second or two.
    async fn drafts(
        &self,
        ctx: &Ctx,
        scope: &Scope,
        table: Arc<Table>,
        choices: BTreeMap<u32, Choice>,
    ) -> Result<(Vec<Refused>, Vec<Draft>)> {
        let (vault, locator) = (Arc::clone(&self.vault), Arc::clone(&self.locator));
        let (scope, today, locale) = (scope.clone(), ctx.now().local().date(), ctx.locale());
        let reading = tokio::task::spawn_blocking(move || {
            let said: Option<Uuid> = table.given("estate").and_then(|id| id.parse().ok());
            let tabs = given::of_tabs(&locator, &scope, &table);
            let estate_of = |part: usize| tabs.get(part).copied().flatten().or(said);
            let all = tabs.iter().copied().flatten().chain(said);
            let dwellings = place::Dwellings::of(&locator, &scope, all);
            let reader = read::Reader::new(&vault, &table, today, locale);
            let (refused, mut drafts) = rows::read(&reader, &dwellings, estate_of);
            for draft in &mut drafts {
                draft.choice = choices.get(&draft.line).copied();
            }
            heads::noted(&mut drafts);
            twice::noted(&mut drafts);
            alone::noted(&mut drafts);
            (refused, drafts)
        });
        reading.await.map_err(Problem::internal)
    }
}

/// Refuses people who are filed under another community of the scope: moving between communities is no import's affair.
/// Most are known where they live, or nowhere: only those not found there are looked for everywhere.
async fn elsewhere(
    db: &Database,
    scope: &Scope,
    mut drafts: Vec<Draft>,
    refused: &mut Vec<Refused>,
) -> Result<Vec<Draft>> {
    let communities = scope.communities();
    if communities.len() < 2 {
        return Ok(drafts);
    }
    let mut at_home: BTreeMap<i64, Vec<&Vec<u8>>> = BTreeMap::new();
    for draft in &drafts {
        if let Some(index) = &draft.identity_index {
            at_home.entry(draft.community.0).or_default().push(index);
        }
    }
    let mut elsewhere: HashSet<Vec<u8>> = HashSet::new();
    for (community, numbers) in at_home {
        let here = filed(db, &[community], numbers.iter().copied()).await?;
        let missing = numbers.into_iter().filter(|index| !here.contains(*index));
        elsewhere.extend(filed(db, &communities, missing).await?);
    }
    let called = called_elsewhere(db, &communities, &drafts).await?;
    drafts.retain(|draft| {
        let number = draft.identity_index.as_ref();
        let key = draft.key.as_ref();
        let is_elsewhere = number.is_some_and(|index| elsewhere.contains(index))
            || key.is_some_and(|key| called.contains_key(key));
        if is_elsewhere {
            refused.push(Refused::new(draft.line, "", "filed-elsewhere"));
        }
        !is_elsewhere
    });
    Ok(drafts)
}

/// Keys of rows that somebody of another of these communities is called by, and nobody where the row is filed.
async fn called_elsewhere(db: &Database, communities: &[i64], drafts: &[Draft]) -> Result<Keys> {
    let mut at_home: BTreeMap<i64, Vec<&str>> = BTreeMap::new();
    for draft in drafts {
        if let Some(key) = &draft.key {
            at_home.entry(draft.community.0).or_default().push(key);
        }
    }
    let mut elsewhere = Keys::new();
    for (community, keys) in at_home {
        let here = persons_of(db.read(), Some(&[community]), keys.iter().copied()).await?;
        let missing = keys.into_iter().filter(|key| !here.contains_key(*key));
        elsewhere.extend(persons_of(db.read(), Some(communities), missing).await?);
    }
    Ok(elsewhere)
}

/// Those of the numbers that somebody of these communities has.
async fn filed<'a>(
    db: &Database,
    communities: &[i64],
    numbers: impl Iterator<Item = &'a Vec<u8>>,
) -> Result<HashSet<Vec<u8>>> {
    let mut found = HashSet::new();
    let numbers: Vec<&Vec<u8>> = numbers.collect();
    for some in numbers.chunks(KEYS) {
        let mut find = Query::select();
        find.column(name("identity_index"))
            .from(name("person"))
            .and_where(col("community_id").is_in(communities.iter().copied()))
            .and_where(col("identity_index").is_in(some.iter().map(|index| (*index).clone())));
        for row in db.read().query_all(&find).await? {
            found.insert(row.try_get("", "identity_index")?);
        }
    }
    Ok(found)
}

//! Residents from a spreadsheet as a desk keeps it: no keys, one row for each person, the address in words.
//!
//! The way of a row: [`read`] reads its cells and notes what is wrong or doubtful; [`place`] finds the dwelling its address
//! names, which says the community it is filed under; [`twice`] finds rows that mean the same person; [`take`] compares it
//! with whom the register knows, in the transaction that saves it; [`undo`] takes a saved row back.
//!
//! Who is whom: the identity number decides. Without one on either side, the same name with the same dwelling or telephone
//! number, and nothing that contradicts, is the same person; the same name and year of birth alone is a question for a
//! person to answer. What the sheet leaves empty clears nothing: it knows less than the register, not more.

mod columns;
mod known;
mod place;
mod read;
mod take;
mod twice;
mod undo;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{ExprTrait, Query};
use youlin_database::Database;
use youlin_database::sql::{col, name};
use youlin_imports::{Batch, Incoming, Plan, Refused, Register, Step, Table, tabular};
use youlin_kernel::{CommunityId, Ctx, Permission, Problem, Result, Scope};
use youlin_places::Locator;

use crate::Vault;
use crate::permissions::PEOPLE_WRITE;
use read::Draft;

/// Rows saved in one transaction.
const CHUNK: usize = 500;
/// Keys looked up with one statement.
const KEYS: usize = 500;

/// Spreadsheets of residents.
#[derive(Clone, Debug)]
pub struct ResidentsRegister {
    pub vault: Arc<Vault>,
    pub locator: Arc<Locator>,
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

    fn needed(&self) -> &'static [&'static str] {
        &["name"]
    }

    fn undoes(&self) -> bool {
        true
    }

    fn undo(&self, community: CommunityId, steps: Vec<Step>) -> Option<Batch> {
        let lines = steps.iter().map(|step| step.line).collect();
        let vault = Arc::clone(&self.vault);
        let command = undo::TakeBack {
            vault,
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

    fn taken<'a>(
        &'a self,
        _db: &'a Database,
        _community: CommunityId,
    ) -> BoxFuture<'a, Result<()>> {
        async { Ok(()) }.boxed()
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
        let table = file
            .table
            .clone()
            .ok_or_else(|| Problem::internal("a spreadsheet without its rows"))?;
        let (mut refused, drafts) = self.drafts(ctx, &scope, table).await?;
        let drafts = elsewhere(db, &scope, drafts, &mut refused).await?;
        let mut groups: BTreeMap<CommunityId, Vec<(u32, Draft)>> = BTreeMap::new();
        for mut draft in drafts {
            draft.choice = file.choices.get(&draft.line).copied();
            let group = groups.entry(draft.community).or_default();
            group.push((draft.line, draft));
        }
        refused.sort_by_key(|one| one.line);
        let mut plan = Plan {
            refused,
            ..Plan::default()
        };
        for (community, rows) in groups {
            let (vault, scope, import) = (&self.vault, &scope, file.import);
            plan.add(file, community, rows, CHUNK, |rows| take::Import {
                vault: Arc::clone(vault),
                scope: scope.clone(),
                community,
                rows,
                import,
                dry_run,
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
    ) -> Result<(Vec<Refused>, Vec<Draft>)> {
        let (vault, locator) = (Arc::clone(&self.vault), Arc::clone(&self.locator));
        let (scope, today) = (scope.clone(), ctx.now().local().date());
        let reading = tokio::task::spawn_blocking(move || {
            let mut homes = place::Homes::of(&locator, &scope);
            let reader = read::Reader::new(&vault, &table, today);
            let (mut refused, mut drafts) = (Vec::new(), Vec::new());
            for line in table.rows() {
                match reader.draft(line, &mut homes) {
                    Ok(draft) => drafts.push(draft),
                    Err(one) => refused.push(one),
                }
            }
            let drafts = twice::parted(drafts, &mut refused);
            (refused, drafts)
        });
        reading.await.map_err(Problem::internal)
    }
}

/// Refuses people who are filed under another community of the scope: moving between communities is no import's affair.
async fn elsewhere(
    db: &Database,
    scope: &Scope,
    drafts: Vec<Draft>,
    refused: &mut Vec<Refused>,
) -> Result<Vec<Draft>> {
    let communities = scope.communities();
    if communities.len() < 2 {
        return Ok(drafts);
    }
    let numbers: Vec<&Vec<u8>> = drafts
        .iter()
        .filter_map(|one| one.identity_index.as_ref())
        .collect();
    let mut filed: HashMap<Vec<u8>, i64> = HashMap::new();
    for some in numbers.chunks(KEYS) {
        let mut find = Query::select();
        find.columns(["community_id", "identity_index"].map(name))
            .from(name("person"))
            .and_where(col("community_id").is_in(communities.iter().copied()))
            .and_where(col("identity_index").is_in(some.iter().map(|index| (*index).clone())));
        for row in db.read().query_all(&find).await? {
            filed.insert(
                row.try_get("", "identity_index")?,
                row.try_get("", "community_id")?,
            );
        }
    }
    let mut here = Vec::with_capacity(drafts.len());
    for draft in drafts {
        let filed = draft
            .identity_index
            .as_ref()
            .and_then(|index| filed.get(index));
        if filed.is_some_and(|community| *community != draft.community.0) {
            refused.push(Refused::new(draft.line, "", "filed-elsewhere"));
        } else {
            here.push(draft);
        }
    }
    Ok(here)
}

//! `merchants.csv`: key, premises_key, name; if there are columns stall_key, kind, credit_code, trade, goods, employees,
//! floor_area (m²), load (kW), hours, opened_on, phone, since, owner_key, operator_key, safety_key (persons by key), they
//! are read too. Matched by key, so a second run changes nothing. A merchant that gave up stays so; one that stands at
//! another stall in the file moves there.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use sea_orm::sea_query::{ExprTrait, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;
use youlin_database::sql::{col, name};
use youlin_database::{AuditEntry, Command, Database, Tx};
use youlin_imports::{ImportReport, Incoming, Outcome, Plan, Refused, Register, Row, read_csv};
use youlin_kernel::{CommunityId, Ctx, Permission, Problem, Result};

use super::MerchantRelation;
use super::commands::persons::{RelatePerson, relate};
use super::commands::places::{self, Where, settle};
use super::commands::save::{MerchantInput, blank, change, filled, not_doubled};
use super::commands::{merchant_for, present_places};
use crate::Vault;
use crate::entities::merchant;
use crate::events::{MERCHANT_SAVED, event};
use crate::facts::How;
use crate::import::{allowed, persons_by_key, planned, refused};
use crate::permissions::PEOPLE_WRITE;

/// Columns a file of merchants must have.
pub const MERCHANT_COLUMNS: &[&str] = &["key", "premises_key", "name"];

/// CSV: merchants, each in the community of its premises.
#[derive(Clone, Debug)]
pub struct MerchantsRegister(pub Arc<Vault>);

impl Register for MerchantsRegister {
    fn kind(&self) -> &'static str {
        "merchants"
    }

    fn permission(&self) -> &'static Permission {
        &PEOPLE_WRITE
    }

    fn plan<'a>(
        &'a self,
        db: &'a Database,
        ctx: &'a Ctx,
        file: &'a Incoming,
        dry_run: bool,
    ) -> BoxFuture<'a, Result<Plan>> {
        plan(db, ctx, &self.0, file, dry_run).boxed()
    }

    fn taken<'a>(
        &'a self,
        _db: &'a Database,
        _community: CommunityId,
    ) -> BoxFuture<'a, Result<()>> {
        async { Ok(()) }.boxed()
    }
}

/// Takes merchants in at once, for callers that wait.
///
/// # Errors
/// 422 for a file that cannot be read, 403 without the permission.
pub async fn merchants(
    db: &Database,
    ctx: &Ctx,
    vault: &Arc<Vault>,
    text: &str,
    dry_run: bool,
) -> Result<ImportReport> {
    let file = Incoming {
        text: text.to_owned(),
        ..Incoming::default()
    };
    let plan = plan(db, ctx, vault, &file, dry_run).await?;
    Ok(plan.run(db, ctx).await?.0)
}

/// Keys of a table of places with their community and id.
type Keys = HashMap<String, (CommunityId, Uuid)>;

async fn keys_of(db: &Database, table: &'static str, rows: &[Row], column: &str) -> Result<Keys> {
    let keys: HashSet<&str> = rows.iter().map(|row| row.get(column)).collect();
    let keys: Vec<&str> = keys.into_iter().filter(|key| !key.is_empty()).collect();
    let mut found = Keys::new();
    for some in keys.chunks(500) {
        let mut find = Query::select();
        find.columns(["community_id", "id", "external_key"].map(name))
            .from(name(table))
            .and_where(col("external_key").is_in(some.iter().copied()));
        for row in db.read().query_all(&find).await? {
            let at = (
                CommunityId(row.try_get("", "community_id")?),
                row.try_get("", "id")?,
            );
            found.insert(row.try_get("", "external_key")?, at);
        }
    }
    Ok(found)
}

async fn plan(
    db: &Database,
    ctx: &Ctx,
    vault: &Arc<Vault>,
    file: &Incoming,
    dry_run: bool,
) -> Result<Plan> {
    allowed(ctx, &PEOPLE_WRITE)?;
    let rows = read_csv(&file.text, MERCHANT_COLUMNS)?;
    let premises = keys_of(db, "premises", &rows, "premises_key").await?;
    let stalls = keys_of(db, "stall", &rows, "stall_key").await?;
    let people = ["owner_key", "operator_key", "safety_key"];
    let keys = rows
        .iter()
        .flat_map(|row| people.map(|column| row.get(column)));
    let persons = persons_by_key(db.read(), keys).await?;
    let (mut left, mut drafts) = (Vec::new(), Vec::new());
    let mut seen = HashSet::new();
    for row in rows {
        if !seen.insert(row.get("key").to_owned()) {
            left.push(row.refuse("key", "key-twice"));
            continue;
        }
        match draft(&row, &premises, &stalls, &persons) {
            Ok((community, draft)) => drafts.push((community, row.line, (row, community, draft))),
            Err(refusal) => left.push(refusal),
        }
    }
    Ok(planned(file, left, drafts, |rows| Import {
        vault: Arc::clone(vault),
        rows,
        dry_run,
    }))
}

struct Draft {
    key: String,
    input: MerchantInput,
    at: Where,
    persons: Vec<(MerchantRelation, CommunityId, Uuid)>,
}

fn draft(
    row: &Row,
    premises: &Keys,
    stalls: &Keys,
    persons: &Keys,
) -> std::result::Result<(CommunityId, Draft), Refused> {
    let key = row.required("key", 80)?.to_owned();
    let named = row.required("premises_key", 80)?;
    let (community, premises) = *premises.get(named).ok_or_else(|| {
        row.refuse("premises_key", "premises-unknown")
            .arg("key", named)
    })?;
    let stall = match row.get("stall_key") {
        "" => None,
        key => match stalls.get(key) {
            Some((home, id)) if *home == community => Some(*id),
            _ => return Err(row.refuse("stall_key", "stall-unknown").arg("key", key)),
        },
    };
    let mut related = Vec::new();
    for (column, relation) in [
        ("owner_key", MerchantRelation::Owner),
        ("operator_key", MerchantRelation::Operator),
        ("safety_key", MerchantRelation::SafetyOfficer),
    ] {
        let key = row.get(column);
        if key.is_empty() {
            continue;
        }
        let (home, id) = *persons
            .get(key)
            .ok_or_else(|| row.refuse(column, "person-unknown").arg("value", key))?;
        related.push((relation, home, id));
    }
    let text = |column: &str| row.get(column).to_owned();
    let or = |column: &str, usual: &str| match row.get(column) {
        "" => usual.to_owned(),
        text => text.to_owned(),
    };
    let input = MerchantInput {
        name: text("name"),
        kind: or("kind", "unknown"),
        credit_code: text("credit_code"),
        trade: or("trade", "other"),
        goods: text("goods"),
        employees: text("employees"),
        floor_area: text("floor_area"),
        load: text("load"),
        hours: text("hours"),
        opened_on: text("opened_on"),
        phone: row.has("phone").then(|| text("phone")),
        how: How::Import,
    };
    let at = Where {
        premises,
        stall,
        since: text("since"),
        take_over: false,
    };
    let draft = Draft {
        key,
        input,
        at,
        persons: related,
    };
    Ok((community, draft))
}

struct Import {
    vault: Arc<Vault>,
    rows: Vec<(Row, CommunityId, Draft)>,
    dry_run: bool,
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
        let held: HashMap<String, merchant::Model> = merchant::Entity::find()
            .filter(merchant::Column::CommunityId.eq(community.0))
            .filter(merchant::Column::ExtKey.is_in(keys))
            .all(tx.conn())
            .await?
            .into_iter()
            .filter_map(|row| Some((row.ext_key.clone()?, row)))
            .collect();
        for (row, _, draft) in &self.rows {
            match self
                .take(ctx, tx, community, draft, held.get(&draft.key))
                .await
            {
                Ok(outcome) => report.count(outcome),
                Err(problem) => report.refused.push(refused(row, problem)?),
            }
        }
        Ok(report)
    }
}

impl Import {
    /// Decides about one row before anything of it is saved: what is refused leaves nothing behind.
    async fn take(
        &self,
        ctx: &Ctx,
        tx: &Tx<'_>,
        community: CommunityId,
        draft: &Draft,
        old: Option<&merchant::Model>,
    ) -> Result<Outcome> {
        if old.is_some_and(|old| old.closed_at.is_some()) {
            return Ok(Outcome::Unchanged);
        }
        let read = draft.input.read(ctx, &self.vault)?;
        let premises = places::checked(tx, community, &draft.at).await?;
        ctx.authorize(&PEOPLE_WRITE, premises.area())?;
        let own = old.map(|old| old.id);
        not_doubled(tx, community, own, read.credit_code.as_deref()).await?;
        let id = own.unwrap_or_else(|| ctx.new_id());
        let there = match own {
            None => Vec::new(),
            Some(id) => {
                merchant_for(ctx, tx, &PEOPLE_WRITE, community, id).await?;
                present_places(tx.conn(), community, id).await?
            }
        };
        let settled = there
            .iter()
            .any(|one| one.premises_id == draft.at.premises && one.stall_id == draft.at.stall);
        self.check_place(ctx, tx, community, draft, settled).await?;
        let base = old
            .cloned()
            .unwrap_or_else(|| blank(community, id, ctx.now().0));
        let row = merchant::Model {
            ext_key: Some(draft.key.clone()),
            ..filled(ctx, &self.vault, base, read, draft.input.how)?
        };
        let mut changed = old.is_none_or(|old| *old != row) || !settled;
        if self.dry_run {
            // Persons are added, never taken away; whether one is new is only known when it is saved.
            return Ok(outcome(old, changed));
        }
        match old {
            None => {
                tx.insert::<merchant::Entity>(row).await?;
            }
            Some(old) if *old != row => change(ctx, tx, old, row).await?,
            Some(_) => {}
        }
        if !settled {
            for place in there {
                places::end(ctx, tx, place, ctx.now().0).await?;
            }
            settle(ctx, tx, community, id, &draft.at).await?;
        }
        for (relation, home, person) in &draft.persons {
            let new = RelatePerson {
                community,
                merchant: id,
                person_community: *home,
                person: *person,
                relation: *relation,
                since: draft.at.since.clone(),
                take_over: false,
            };
            changed |= relate(ctx, tx, &new).await?;
        }
        if changed {
            let entry = AuditEntry::new(Self::NAME, "merchant", id);
            tx.audit(ctx, community, entry);
            tx.emit(ctx, event(MERCHANT_SAVED, community, id));
        }
        Ok(outcome(old, changed))
    }

    /// What settling would refuse, asked before anything is saved.
    async fn check_place(
        &self,
        ctx: &Ctx,
        tx: &Tx<'_>,
        community: CommunityId,
        draft: &Draft,
        settled: bool,
    ) -> Result<()> {
        super::commands::since(ctx, "since", &draft.at.since)?;
        if settled || draft.at.stall.is_none() {
            return Ok(());
        }
        match places::tenant(tx, community, &draft.at).await? {
            None => Ok(()),
            Some(name) => {
                Err(Problem::invalid("stall_key", "stall-occupied").field_arg("name", name))
            }
        }
    }
}

fn outcome(old: Option<&merchant::Model>, changed: bool) -> Outcome {
    match (old, changed) {
        (None, _) => Outcome::New,
        (Some(_), true) => Outcome::Changed,
        (Some(_), false) => Outcome::Unchanged,
    }
}

//! `merchants.csv`: key, premises_key, name; if there are columns stall_key, kind, credit_code, trade, goods, employees,
//! floor_area (m²), load (kW), hours, opened_on, phone, since, owner_key, operator_key, safety_key, contact_key,
//! employee_key (persons by key), more_places (beside the first), they are read too; a cell may name several ([`super::cells`]).
//! Who does business nowhere at present is filed under `community_code`. Matched by key, so a second run changes nothing. A
//! merchant that gave up stays so; one that stands at another stall in the file moves there.
//!
//! [`super::export`] writes such a file. At home it changes nothing, an empty house that has the same premises and persons
//! holds the same merchants afterwards, to the day.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Database, Tx};
use youlin_imports::{ImportReport, Incoming, Outcome, Plan, Refused, Register, Row, read_csv};
use youlin_kernel::{AreaLevel, CommunityId, Ctx, Permission, Problem, Result};

use super::MerchantRelation;
use super::cells::{self, Named};
use super::commands::persons::{RelatePerson, relate};
use super::commands::places::{self, Where, settle};
use super::commands::save::{MerchantInput, blank, change, filled, not_doubled};
use super::commands::{merchant_for, present_places, since};
use crate::Vault;
use crate::entities::{merchant, merchant_person, merchant_place};
use crate::events::{MERCHANT_SAVED, event};
use crate::facts::How;
use crate::import::{allowed, persons_by_key, planned, refused};
use crate::permissions::PEOPLE_WRITE;
use youlin_database::keys::{key_of, known, meant};

/// Columns a file of merchants must have.
pub const MERCHANT_COLUMNS: &[&str] = &["key", "premises_key", "name"];

/// Columns of a file that leaves, in their order; `phone` beside them where numbers may leave.
pub(super) const MERCHANT_FILE: [&str; 21] = [
    "key",
    "community_code",
    "premises_key",
    "stall_key",
    "since",
    "more_places",
    "name",
    "kind",
    "credit_code",
    "trade",
    "goods",
    "employees",
    "floor_area",
    "load",
    "hours",
    "opened_on",
    "owner_key",
    "operator_key",
    "safety_key",
    "contact_key",
    "employee_key",
];

/// Columns of persons.
const PERSONS: [(&str, MerchantRelation); 5] = [
    ("owner_key", MerchantRelation::Owner),
    ("operator_key", MerchantRelation::Operator),
    ("safety_key", MerchantRelation::SafetyOfficer),
    ("contact_key", MerchantRelation::Contact),
    ("employee_key", MerchantRelation::Employee),
];

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

/// Keys of premises and of stalls that the rows name.
fn places_named(rows: &[Row]) -> (HashSet<String>, HashSet<String>) {
    let (mut premises, mut stalls) = (HashSet::new(), HashSet::new());
    for row in rows {
        premises.insert(row.get("premises_key").to_owned());
        stalls.insert(row.get("stall_key").to_owned());
        for one in cells::places(row.get("more_places")) {
            premises.insert(one.key);
            stalls.extend(one.stall);
        }
    }
    (premises, stalls)
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
    let (premises, stalls) = places_named(&rows);
    let named: Vec<Named> = rows
        .iter()
        .flat_map(|row| PERSONS.map(|(column, _)| cells::keys(row.get(column))))
        .flatten()
        .collect();
    let persons = persons_by_key(db.read(), named.iter().map(|one| one.key.as_str())).await?;
    let placed = async |table, keys: &HashSet<String>| {
        let keys = keys.iter().map(String::as_str);
        known::<Keys>(db.read(), (table, "external_key"), keys).await
    };
    let known = Known {
        ctx,
        premises: placed("premises", &premises).await?,
        stalls: placed("stall", &stalls).await?,
        persons,
    };
    let (mut left, mut drafts) = (Vec::new(), Vec::new());
    let mut seen = HashSet::new();
    for row in rows {
        if !seen.insert(row.get("key").to_owned()) {
            left.push(row.refuse("key", "key-twice"));
            continue;
        }
        match known.draft(&row) {
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
    /// The first is where it is found.
    at: Vec<Where>,
    persons: Vec<Person>,
}

/// Somebody who belongs to a merchant.
struct Person {
    relation: MerchantRelation,
    home: CommunityId,
    id: Uuid,
    since: String,
}

/// What keys of the file stand for.
struct Known<'a> {
    ctx: &'a Ctx,
    premises: Keys,
    stalls: Keys,
    persons: Keys,
}

type Sorted<T> = std::result::Result<T, Refused>;

impl Known<'_> {
    fn draft(&self, row: &Row) -> Sorted<(CommunityId, Draft)> {
        let key = row.required("key", 80)?.to_owned();
        let (community, at) = self.places(row)?;
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
        let draft = Draft {
            key,
            input,
            at,
            persons: self.persons(row)?,
        };
        Ok((community, draft))
    }

    fn places(&self, row: &Row) -> Sorted<(CommunityId, Vec<Where>)> {
        let since = Some(row.get("since").to_owned());
        let first = match (row.get("premises_key"), row.get("community_code")) {
            ("", "") => return Err(row.refuse("premises_key", "cell-empty")),
            ("", code) => {
                let node = self.ctx.areas().by_code(code);
                let node = node.filter(|node| node.level == AreaLevel::Community);
                let node = node.ok_or_else(|| {
                    let refused = row.refuse("community_code", "area-unknown");
                    refused.arg("code", code)
                })?;
                return Ok((CommunityId(node.id.0), Vec::new()));
            }
            (premises, _) => Named {
                key: premises.to_owned(),
                stall: Some(row.get("stall_key").to_owned()).filter(|key| !key.is_empty()),
                since,
            },
        };
        let (community, first) = self.place(row, ("premises_key", "stall_key"), first)?;
        let mut all = vec![first];
        for one in cells::places(row.get("more_places")) {
            let (home, place) = self.place(row, ("more_places", "more_places"), one)?;
            if home != community {
                return Err(row.refuse("more_places", "filed-elsewhere"));
            }
            all.push(place);
        }
        Ok((community, all))
    }

    fn place(
        &self,
        row: &Row,
        (column, of_stall): (&'static str, &'static str),
        named: Named,
    ) -> Sorted<(CommunityId, Where)> {
        let premises = self.premises.get(&named.key);
        let (community, premises) = *premises.ok_or_else(|| {
            let refused = row.refuse(column, "premises-unknown");
            refused.arg("key", &named.key)
        })?;
        let stall = match named.stall {
            None => None,
            Some(key) => match self.stalls.get(&key) {
                Some((home, id)) if *home == community => Some(*id),
                _ => return Err(row.refuse(of_stall, "stall-unknown").arg("key", key)),
            },
        };
        let at = Where {
            premises,
            stall,
            since: named.since.unwrap_or_default(),
            take_over: false,
        };
        Ok((community, at))
    }

    fn persons(&self, row: &Row) -> Sorted<Vec<Person>> {
        let mut related = Vec::new();
        for (column, relation) in PERSONS {
            for named in cells::keys(row.get(column)) {
                let (home, id) = *self.persons.get(&named.key).ok_or_else(|| {
                    let refused = row.refuse(column, "person-unknown");
                    refused.arg("value", &named.key)
                })?;
                related.push(Person {
                    relation,
                    home,
                    id,
                    since: named.since.unwrap_or_else(|| row.get("since").to_owned()),
                });
            }
        }
        Ok(related)
    }
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
            .filter(meant(
                (merchant::Column::ExtKey, merchant::Column::Id),
                keys,
            ))
            .all(tx.conn())
            .await?
            .into_iter()
            .map(|row| (key_of(row.ext_key.as_deref(), row.id), row))
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
        let joining = joining(tx, community, draft, own).await?;
        let base = old
            .cloned()
            .unwrap_or_else(|| blank(community, id, ctx.now().0));
        let row = merchant::Model {
            ext_key: old.map_or_else(|| Some(draft.key.clone()), |old| old.ext_key.clone()),
            ..filled(ctx, &self.vault, base, read, draft.input.how)?
        };
        let same = old.is_some_and(|old| *old == row);
        let changed = !same || !moves.is_none() || !joining.is_empty();
        if self.dry_run {
            return Ok(outcome(old, changed));
        }
        match old {
            None => {
                tx.insert::<merchant::Entity>(row).await?;
            }
            Some(old) if *old != row => change(ctx, tx, old, row).await?,
            Some(_) => {}
        }
        for place in moves.leaves {
            places::end(ctx, tx, place, ctx.now().0).await?;
        }
        for place in moves.enters {
            settle(ctx, tx, community, id, place).await?;
        }
        for person in joining {
            let new = RelatePerson {
                community,
                merchant: id,
                person_community: person.home,
                person: person.id,
                relation: person.relation,
                since: person.since.clone(),
                take_over: false,
            };
            relate(ctx, tx, &new).await?;
        }
        if changed {
            let entry = AuditEntry::new(Self::NAME, "merchant", id);
            tx.audit(ctx, community, entry);
            tx.emit(ctx, event(MERCHANT_SAVED, community, id));
        }
        Ok(outcome(old, changed))
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
        })
    }
}

/// Places a merchant leaves and enters.
struct Moves<'a> {
    leaves: Vec<merchant_place::Model>,
    enters: Vec<&'a Where>,
}

impl Moves<'_> {
    fn is_none(&self) -> bool {
        self.leaves.is_empty() && self.enters.is_empty()
    }
}

/// Persons of the row who do not belong to the merchant yet. Nobody is taken away by a file.
async fn joining<'a>(
    tx: &Tx<'_>,
    community: CommunityId,
    draft: &'a Draft,
    own: Option<Uuid>,
) -> Result<Vec<&'a Person>> {
    let present = match own {
        None => Vec::new(),
        Some(id) => {
            merchant_person::Entity::find()
                .filter(merchant_person::Column::CommunityId.eq(community.0))
                .filter(merchant_person::Column::MerchantId.eq(id))
                .filter(merchant_person::Column::ValidTo.is_null())
                .all(tx.conn())
                .await?
        }
    };
    let held = |person: &&Person| {
        present
            .iter()
            .any(|row| row.person_id == person.id && row.relation == person.relation.as_str())
    };
    Ok(draft.persons.iter().filter(|one| !held(one)).collect())
}

fn outcome(old: Option<&merchant::Model>, changed: bool) -> Outcome {
    match (old, changed) {
        (None, _) => Outcome::New,
        (Some(_), true) => Outcome::Changed,
        (Some(_), false) => Outcome::Unchanged,
    }
}

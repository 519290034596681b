//! The rows of `merchants.csv`: what their keys stand for.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use uuid::Uuid;
use youlin_database::Database;
use youlin_database::keys::known;
use youlin_imports::{Incoming, Plan, Refused, Row, read_csv};
use youlin_kernel::{AreaLevel, CommunityId, Ctx, Result};

use super::MERCHANT_COLUMNS;
use super::take::{Draft, Import, Person};
use crate::Vault;
use crate::facts::How;
use crate::import::{allowed, persons_by_key, planned};
use crate::merchants::MerchantRelation;
use crate::merchants::cells::{self, Named};
use crate::merchants::commands::places::Where;
use crate::merchants::commands::save::MerchantInput;
use crate::permissions::PEOPLE_WRITE;

/// Columns of persons.
const PERSONS: [(&str, MerchantRelation); 5] = [
    ("owner_key", MerchantRelation::Owner),
    ("operator_key", MerchantRelation::Operator),
    ("safety_key", MerchantRelation::SafetyOfficer),
    ("contact_key", MerchantRelation::Contact),
    ("employee_key", MerchantRelation::Employee),
];

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

/// Reads the file.
pub(super) async fn plan(
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
        import: file.import,
        dry_run,
        headings: Arc::default(),
    }))
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
            named: Vec::new(),
            choice: None,
            asked: false,
            by_sheet: false,
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

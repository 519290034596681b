//! `persons.csv`: key, name, sex, birth_year, phones, dwelling_key, relation, household_key, labels, language, note; if
//! there is a column `identity` or `area_code`, it is read too. Several phones and labels are separated by `;`.
//!
//! A person without a dwelling is filed under the community of `area_code`, else of the role or right found in the other
//! files ([`staff_areas`]). Numbers and labels are added; taking one away is done by hand.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use youlin_database::{Command, Database, Tx};
use youlin_imports::{ImportReport, Incoming, Outcome, Plan, Refused, Row, read_csv};
use youlin_kernel::{CommunityId, Ctx, Problem, Result};

use super::keys::{self, Keys};
use super::{allowed, planned, refused};
use crate::entities::{person, person_label, person_phone, residence};
use crate::facts::How;
use crate::fields::clean;
use crate::permissions::PEOPLE_WRITE;
use crate::vault::FieldPlace;
use crate::{Home, PersonInput, Relation, SavePerson, Sex, Vault};

/// Where people without a dwelling belong, by person key: the area code of their first membership, else of their first
/// right to sign in.
///
/// # Errors
/// 422 for a file that cannot be read.
pub fn staff_areas(memberships: &str, accounts: &str) -> Result<HashMap<String, String>> {
    let mut areas = HashMap::new();
    for row in read_csv(memberships, &["person_key", "area_code"])? {
        areas
            .entry(row.get("person_key").to_owned())
            .or_insert_with(|| row.get("area_code").to_owned());
    }
    for row in read_csv(accounts, &["person_key", "grants"])? {
        let first = row.get("grants").split(';').next().unwrap_or_default();
        let area = first.split_once('@').map_or("", |(_, rest)| rest);
        let area = area.split('#').next().unwrap_or_default().to_owned();
        if !area.is_empty() {
            areas
                .entry(row.get("person_key").to_owned())
                .or_insert(area);
        }
    }
    areas.remove("");
    Ok(areas)
}

/// Takes persons in.
///
/// # Errors
/// 422 for a file that cannot be read, 403 without the permission.
pub async fn persons(
    db: &Database,
    ctx: &Ctx,
    vault: &Arc<Vault>,
    text: &str,
    staff_areas: &HashMap<String, String>,
    dry_run: bool,
) -> Result<ImportReport> {
    let file = Incoming::of_text(text);
    let plan = plan(db, ctx, vault, &file, staff_areas, dry_run).await?;
    Ok(plan.run(db, ctx).await?.0)
}

pub(super) async fn plan(
    db: &Database,
    ctx: &Ctx,
    vault: &Arc<Vault>,
    file: &Incoming,
    staff_areas: &HashMap<String, String>,
    dry_run: bool,
) -> Result<Plan> {
    allowed(ctx, &PEOPLE_WRITE)?;
    let rows = read_csv(&file.text, &["key", "name"])?;
    let known = keys::persons(db.read(), rows.iter().map(|row| row.get("key"))).await?;
    let dwellings =
        keys::dwellings(db.read(), rows.iter().map(|row| row.get("dwelling_key"))).await?;
    let reader = Reader {
        ctx,
        vault,
        known,
        dwellings,
        staff_areas,
    };
    let (mut refused, mut drafts) = (Vec::new(), Vec::new());
    let mut seen = HashSet::new();
    for row in rows {
        if !seen.insert(row.get("key").to_owned()) {
            refused.push(row.refuse("key", "key-twice"));
            continue;
        }
        let line = row.line;
        match reader.draft(row) {
            Ok(draft) => drafts.push((draft.save.community, line, draft)),
            Err(refusal) => refused.push(refusal),
        }
    }
    Ok(planned(file, refused, drafts, |rows| Import {
        rows,
        dry_run,
    }))
}

#[derive(Debug)]
struct Draft {
    row: Row,
    save: SavePerson,
}

struct Reader<'a> {
    ctx: &'a Ctx,
    vault: &'a Arc<Vault>,
    known: Keys,
    dwellings: Keys,
    staff_areas: &'a HashMap<String, String>,
}

impl Reader<'_> {
    fn draft(&self, row: Row) -> Result<Draft, Refused> {
        let key = row.required("key", 100)?.to_owned();
        let (community, home) = self.home(&row, &key)?;
        let id = match self.known.get(&key) {
            Some((filed, _)) if *filed != community => {
                return Err(row.refuse("key", "filed-elsewhere"));
            }
            known => known.map(|(_, id)| *id),
        };
        let filled =
            |column: &str| Some(row.get(column).to_owned()).filter(|text| !text.is_empty());
        let input = PersonInput {
            name: row.get("name").to_owned(),
            sex: filled("sex")
                .map(|text| {
                    Sex::parse(&text)
                        .ok_or_else(|| row.refuse("sex", "person-value").arg("value", &text))
                })
                .transpose()?,
            birth_year: row.number("birth_year")?,
            language: filled("language"),
            note: filled("note"),
            identity: filled("identity"),
            phones: several(row.get("phones")),
            labels: several(row.get("labels")),
            consents: several(row.get("consents")),
            home,
            how: How::Import,
            ..PersonInput::default()
        };
        let save = SavePerson {
            vault: Arc::clone(self.vault),
            community,
            id,
            version: None,
            ext_key: Some(key),
            input,
        };
        Ok(Draft { row, save })
    }

    fn home(&self, row: &Row, key: &str) -> Result<(CommunityId, Option<Home>), Refused> {
        let dwelling = row.get("dwelling_key");
        if !dwelling.is_empty() {
            let (community, dwelling) = self.dwellings.get(dwelling).copied().ok_or_else(|| {
                row.refuse("dwelling_key", "dwelling-unknown")
                    .arg("value", dwelling)
            })?;
            let relation = match row.get("relation") {
                "" => Relation::Other,
                text => Relation::parse(text)
                    .ok_or_else(|| row.refuse("relation", "person-value").arg("value", text))?,
            };
            let household_key =
                Some(row.get("household_key").to_owned()).filter(|key| !key.is_empty());
            let home = Home {
                dwelling,
                relation,
                household_key,
            };
            return Ok((community, Some(home)));
        }
        let code = match row.get("area_code") {
            "" => self.staff_areas.get(key).map_or("", String::as_str),
            code => code,
        };
        if code.is_empty() {
            return Err(row.refuse("dwelling_key", "person-nowhere"));
        }
        let area = super::organisations::area(self.ctx, row, code)?;
        let community = self.ctx.areas().community_of(area);
        Ok((community.unwrap_or(CommunityId::SYSTEM), None))
    }
}

fn several(cell: &str) -> Vec<String> {
    cell.split(';')
        .map(str::trim)
        .filter(|text| !text.is_empty())
        .map(str::to_owned)
        .collect()
}

struct Import {
    rows: Vec<Draft>,
    dry_run: bool,
}

impl Command for Import {
    type Output = ImportReport;
    const NAME: &'static str = "people.import-persons";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<ImportReport> {
        let mut report = ImportReport::default();
        for draft in &self.rows {
            match draft.take_in(ctx, tx, self.dry_run).await {
                Ok(outcome) => report.count(outcome),
                Err(problem) => report.refused.push(refused(&draft.row, problem)?),
            }
        }
        Ok(report)
    }
}

impl Draft {
    async fn take_in(&self, ctx: &Ctx, tx: &Tx<'_>, dry_run: bool) -> Result<Outcome> {
        // Everything that can be refused is looked at before anything is saved: a refused row leaves no half behind.
        for phone in &self.save.input.phones {
            self.save.vault.phone("phones", phone)?;
        }
        self.save.check(ctx)?;
        let outcome = self.outcome(tx).await?;
        if dry_run || outcome == Outcome::Unchanged {
            return Ok(outcome);
        }
        self.save.run(ctx, tx).await?;
        Ok(outcome)
    }

    async fn outcome(&self, tx: &Tx<'_>) -> Result<Outcome> {
        let Some(id) = self.save.id else {
            return Ok(Outcome::New);
        };
        let row = person::Entity::find_by_id((self.save.community.0, id))
            .one(tx.conn())
            .await?
            .ok_or_else(Problem::not_found)?;
        let same = self.same_person(&row)?
            && self.same_home(tx, &row).await?
            && self.has_phones(tx, &row).await?
            && self.has_labels(tx, &row).await?;
        Ok(if same {
            Outcome::Unchanged
        } else {
            Outcome::Changed
        })
    }

    fn same_person(&self, row: &person::Model) -> Result<bool> {
        let (vault, input) = (&self.save.vault, &self.save.input);
        let open = |column, sealed: Option<&[u8]>| {
            let at = FieldPlace::new("person", column, row.community_id, row.id);
            sealed.map(|bytes| vault.open(at, bytes)).transpose()
        };
        let tidy =
            |text: &Option<String>| text.as_deref().map(clean).filter(|text| !text.is_empty());
        let identity = match input.identity.as_deref() {
            None => true,
            Some(text) => {
                let number = youlin_crypto::IdentityNumber::parse(text).ok();
                number.map(|number| vault.identity_index(&number)) == row.identity_index
            }
        };
        Ok(identity
            && open("name", Some(&row.name_sealed))?.as_deref() == Some(&clean(&input.name))
            && open("note", row.note_sealed.as_deref())? == tidy(&input.note)
            && row.sex.as_deref() == input.sex.map(Sex::as_str)
            && row.birth_year == input.birth_year
            && row.language == tidy(&input.language))
    }

    async fn same_home(&self, tx: &Tx<'_>, row: &person::Model) -> Result<bool> {
        let Some(home) = &self.save.input.home else {
            return Ok(true);
        };
        let present = residence::present(row.community_id, row.id)
            .all(tx.conn())
            .await?;
        Ok(present
            .iter()
            .any(|one| one.dwelling_id == home.dwelling && one.relation == home.relation.as_str()))
    }

    async fn has_phones(&self, tx: &Tx<'_>, row: &person::Model) -> Result<bool> {
        let vault = &self.save.vault;
        let known: HashSet<Vec<u8>> = person_phone::Entity::find()
            .filter(person_phone::Column::CommunityId.eq(row.community_id))
            .filter(person_phone::Column::PersonId.eq(row.id))
            .all(tx.conn())
            .await?
            .into_iter()
            .map(|phone| phone.number_index)
            .collect();
        for phone in &self.save.input.phones {
            if !known.contains(&vault.phone_index(&vault.phone("phones", phone)?)) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    async fn has_labels(&self, tx: &Tx<'_>, row: &person::Model) -> Result<bool> {
        let known: HashSet<Vec<u8>> = person_label::Entity::find()
            .filter(person_label::Column::CommunityId.eq(row.community_id))
            .filter(person_label::Column::PersonId.eq(row.id))
            .all(tx.conn())
            .await?
            .into_iter()
            .map(|label| label.label_index)
            .collect();
        let labels = &self.save.input.labels;
        Ok(labels
            .iter()
            .all(|label| known.contains(&self.save.vault.label_index(&clean(label)))))
    }
}

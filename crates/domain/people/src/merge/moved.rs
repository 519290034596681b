//! Which rows belong to a person, and how they go from one entry to another.

use std::collections::HashSet;

use futures::FutureExt;
use futures::future::BoxFuture;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, ModelTrait, QueryFilter, Value};
use serde::Serialize;
use uuid::Uuid;
use youlin_database::sql::name;
use youlin_database::{Record, Tx};
use youlin_kernel::{CommunityId, Problem, Result};

use crate::entities::*;
use crate::rosters::entities::{absence, duty_member, duty_shift, duty_swap, secondment};
use crate::talents::entities::{talent, talent_named};

/// The part that is the homes.
pub(super) const HOMES: &str = "residence.person_id";

/// What became of one row.
#[derive(Clone, Debug)]
pub(super) struct Done {
    pub(super) part: &'static str,
    pub(super) community: i64,
    pub(super) row: Uuid,
    pub(super) version: i32,
    pub(super) moved: bool,
    pub(super) before: Option<String>,
}

/// From which entry to which, of one community.
#[derive(Clone, Copy, Debug)]
pub(super) struct Way {
    pub(super) community: CommunityId,
    pub(super) from: Uuid,
    pub(super) to: Uuid,
}

type Go = for<'a> fn(&'a Moved, &'a Tx<'a>, Way) -> BoxFuture<'a, Result<Vec<Done>>>;
type Back = for<'a> fn(
    &'a Moved,
    &'a Tx<'a>,
    i64,
    &'a person_merge_row::Model,
    Uuid,
) -> BoxFuture<'a, Result<bool>>;

/// A column that names a person.
pub(super) struct Moved {
    /// `table.column`, as the journal names it.
    pub(super) part: &'static str,
    column: &'static str,
    /// With these the person may stand once only: a row the kept entry has already stays at the signpost.
    once: &'static [&'static str],
    /// A log or a list: what happened to the row since goes back with it. Else a row that was changed since the merge
    /// cannot be told apart.
    pub(super) follows: bool,
    /// Rows of other communities may name the person: the column that says where the person is filed.
    filed: Option<&'static str>,
    go: Go,
    back: Back,
}

impl std::fmt::Debug for Moved {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.part)
    }
}

const fn of<E>(part: &'static str, column: &'static str, once: &'static [&'static str]) -> Moved
where
    E: Record,
    E::Model: Serialize + Clone + IntoActiveModel<E::ActiveModel> + Sync + sea_orm::FromQueryResult,
    E::Model: ModelTrait<Entity = E>,
    E::ActiveModel: Send,
{
    Moved {
        part,
        column,
        once,
        follows: false,
        filed: None,
        go: |one, tx, way| go::<E>(one, tx, way).boxed(),
        back: |one, tx, community, row, to| back::<E>(one, tx, community, row, to).boxed(),
    }
}

impl Moved {
    const fn follows(mut self) -> Self {
        self.follows = true;
        self
    }

    const fn elsewhere(self) -> Self {
        self.filed("person_community")
    }

    const fn filed(mut self, column: &'static str) -> Self {
        self.filed = Some(column);
        self
    }

    pub(super) async fn go(&self, tx: &Tx<'_>, way: Way) -> Result<Vec<Done>> {
        (self.go)(self, tx, way).await
    }

    /// Puts one row back where it was; `false` when it was changed since and does not follow.
    pub(super) async fn back(
        &self,
        tx: &Tx<'_>,
        row: &person_merge_row::Model,
        to: Uuid,
    ) -> Result<bool> {
        (self.back)(self, tx, row.row_community, row, to).await
    }
}

/// Every column that names a person of the register, but for logs that nobody may change (`who_looked`, `processing`:
/// they are read for both entries), accounts and sessions (they are led by the signpost). Residences and consents are
/// decided in `merge_persons` before the rest of them goes.
pub(super) const MOVED: &[Moved] = &[
    of::<membership::Entity>("membership.person_id", "person_id", &[]).elsewhere(),
    of::<person_phone::Entity>("person_phone.person_id", "person_id", &["number_index"]),
    of::<person_label::Entity>("person_label.person_id", "person_id", &["label_index"]),
    of::<person_label_past::Entity>("person_label_past.person_id", "person_id", &[]),
    of::<person_consent::Entity>("person_consent.person_id", "person_id", &["consent"]),
    of::<residence::Entity>(HOMES, "person_id", &[]),
    of::<move_out::Entity>("move_out.person_id", "person_id", &[]).follows(),
    of::<guardianship::Entity>("guardianship.child_id", "child_id", &[]),
    of::<guardianship::Entity>("guardianship.guardian_id", "guardian_id", &[]),
    of::<sighting::Entity>("sighting.person_id", "person_id", &[]).follows(),
    of::<visiting_entry::Entity>("visiting_entry.person_id", "person_id", &["list_id"]).follows(),
    of::<form_asked::Entity>("form_asked.person_id", "person_id", &["question_id"]).follows(),
    of::<correction::Entity>("correction.person_id", "person_id", &[]).follows(),
    of::<merchant_person::Entity>("merchant_person.person_id", "person_id", &[]).elsewhere(),
    of::<duty_member::Entity>("duty_member.person_id", "person_id", &["rota_id"]).elsewhere(),
    of::<duty_shift::Entity>("duty_shift.person_id", "person_id", &[])
        .elsewhere()
        .follows(),
    of::<duty_swap::Entity>("duty_swap.from_person", "from_person", &[]).follows(),
    of::<duty_swap::Entity>("duty_swap.to_person", "to_person", &[]).follows(),
    of::<absence::Entity>("absence.person_id", "person_id", &[])
        .elsewhere()
        .follows(),
    of::<absence::Entity>("absence.substitute_id", "substitute_id", &[])
        .filed("substitute_community")
        .follows(),
    of::<secondment::Entity>("secondment.person_id", "person_id", &[]).elsewhere(),
    of::<talent_named::Entity>("talent_named.person_id", "person_id", &[]).follows(),
    of::<talent::Entity>("talent.person_id", "person_id", &[]).follows(),
];

pub(super) fn named(part: &str) -> Option<&'static Moved> {
    MOVED.iter().find(|one| one.part == part)
}

fn column<E: EntityTrait>(text: &str) -> Result<E::Column> {
    text.parse()
        .map_err(|_no_column| Problem::internal(format!("no column {text}")))
}

fn key<M: ModelTrait>(model: &M, columns: &[<M::Entity as EntityTrait>::Column]) -> String {
    let values = columns
        .iter()
        .map(|column| format!("{:?}", model.get(*column)));
    values.collect::<Vec<_>>().join("|")
}

async fn go<E>(one: &Moved, tx: &Tx<'_>, way: Way) -> Result<Vec<Done>>
where
    E: Record,
    E::Model: Serialize + Clone + IntoActiveModel<E::ActiveModel> + Sync + sea_orm::FromQueryResult,
    E::Model: ModelTrait<Entity = E>,
    E::ActiveModel: Send,
{
    let person = column::<E>(one.column)?;
    let once: Vec<E::Column> = one
        .once
        .iter()
        .map(|text| column::<E>(text))
        .collect::<Result<_>>()?;
    let rows = async |id: Uuid| -> Result<Vec<E::Model>> {
        let mut find = E::find().filter(person.eq(id));
        let filed = name(one.filed.unwrap_or("community_id"));
        find = find.filter(Expr::col(filed).eq(way.community.0));
        Ok(find.all(tx.conn()).await?)
    };
    let held: HashSet<String> = match once.is_empty() {
        true => HashSet::new(),
        false => rows(way.to)
            .await?
            .iter()
            .map(|row| key(row, &once))
            .collect(),
    };
    let mut done = Vec::new();
    for mut row in rows(way.from).await? {
        if !once.is_empty() && held.contains(&key(&row, &once)) {
            continue;
        }
        row.set(person, Value::from(way.to));
        let row = tx.update::<E>(row).await?;
        done.push(Done {
            part: one.part,
            community: E::community(&row),
            row: E::id(&row),
            version: E::version(&row),
            moved: true,
            before: None,
        });
    }
    Ok(done)
}

async fn back<E>(
    one: &Moved,
    tx: &Tx<'_>,
    community: i64,
    noted: &person_merge_row::Model,
    to: Uuid,
) -> Result<bool>
where
    E: Record,
    E::Model: Serialize + Clone + IntoActiveModel<E::ActiveModel> + Sync + sea_orm::FromQueryResult,
    E::Model: ModelTrait<Entity = E>,
    E::ActiveModel: Send,
{
    let found = E::find()
        .filter(Expr::col(name("community_id")).eq(community))
        .filter(Expr::col(name("id")).eq(noted.row_id))
        .one(tx.conn())
        .await?;
    let Some(mut row) = found else {
        // What a rule of keeping or a correction took away since does not come back.
        return Ok(one.follows);
    };
    if E::version(&row) != noted.row_version && !one.follows {
        return Ok(false);
    }
    if noted.moved {
        row.set(column::<E>(one.column)?, Value::from(to));
    }
    if let Some(before) = &noted.before {
        let before: serde_json::Map<String, serde_json::Value> =
            serde_json::from_str(before).map_err(Problem::internal)?;
        for (text, value) in before {
            let value = match text.as_str() {
                "also" => Value::Bool(value.as_bool()),
                _ => Value::BigInt(value.as_i64()),
            };
            row.set(column::<E>(&text)?, value);
        }
    }
    let row = tx.update::<E>(row).await?;
    let before = noted.row_version - i32::from(noted.moved) - i32::from(noted.before.is_some());
    carry_on(tx, noted, before, E::version(&row)).await?;
    Ok(true)
}

/// An earlier merge that had moved the row too finds it as it had left it. An ended label has the id of the label it was,
/// so the table counts too; a row may stand in two parts of it.
async fn carry_on(
    tx: &Tx<'_>,
    noted: &person_merge_row::Model,
    before: i32,
    now: i32,
) -> Result<()> {
    let table = noted.part.split('.').next().unwrap_or_default();
    let earlier = person_merge_row::Entity::find()
        .filter(person_merge_row::Column::CommunityId.eq(noted.community_id))
        .filter(person_merge_row::Column::Part.starts_with(format!("{table}.")))
        .filter(person_merge_row::Column::RowId.eq(noted.row_id))
        .filter(person_merge_row::Column::MergeId.ne(noted.merge_id))
        .filter(person_merge_row::Column::RowVersion.eq(before))
        .all(tx.conn())
        .await?;
    for one in earlier {
        tx.update::<person_merge_row::Entity>(person_merge_row::Model {
            row_version: now,
            ..one
        })
        .await?;
    }
    Ok(())
}

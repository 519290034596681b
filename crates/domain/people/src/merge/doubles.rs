//! Who is likely to stand in the register twice: the same identity number; the same name together with the same
//! telephone number, or with the same dwelling and year of birth. Never by the name alone: 张伟 lives in every estate.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder,
    QuerySelect,
};
use serde_json::json;
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{CommunityId, Ctx, Problem, Result, Scope};

use crate::commands::person_for;
use crate::entities::{person, person_apart, person_phone, residence};
use crate::permissions::PEOPLE_WRITE;
use crate::queries::visible_cards;
use crate::{PersonCard, Vault};

/// What two entries share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    Identity,
    /// Only asked of somebody who is being entered.
    Birthday,
    Dwelling,
    Phone,
}

impl Why {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Birthday => "birthday",
            Self::Dwelling => "dwelling",
            Self::Phone => "phone",
        }
    }
}

/// Two entries that look like one person.
#[derive(Clone, Debug)]
pub struct Likely {
    pub community: CommunityId,
    /// The older entry.
    pub one: PersonCard,
    pub other: PersonCard,
    pub why: Vec<Why>,
}

/// A page of them.
#[derive(Clone, Debug, Default)]
pub struct Doubles {
    pub pairs: Vec<Likely>,
    /// There are more than are shown.
    pub more: bool,
}

/// Pairs on a page.
const SHOWN: usize = 100;

#[derive(FromQueryResult)]
struct Alike {
    id: Uuid,
    name_index: Vec<u8>,
    birth_year: Option<i32>,
    identity_index: Option<Vec<u8>>,
}

/// Likely doubles of the scope's communities, certain ones first.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn doubles(db: &impl ConnectionTrait, vault: &Vault, scope: &Scope) -> Result<Doubles> {
    let mut found = Doubles::default();
    for community in scope.communities() {
        let community = CommunityId(community);
        let mut pairs: Vec<_> = pairs(db, community).await?.into_iter().collect();
        pairs.sort_by(|one, other| (&one.1, one.0).cmp(&(&other.1, other.0)));
        for ((one, other), why) in pairs {
            if found.pairs.len() == SHOWN {
                found.more = true;
                return Ok(found);
            }
            let rows = person::Entity::find()
                .filter(person::Column::CommunityId.eq(community.0))
                .filter(person::Column::Id.is_in([one, other]))
                .order_by_asc(person::Column::Id)
                .all(db)
                .await?;
            let cards = visible_cards(db, vault, scope, rows).await?;
            if let Ok([one, other]) = <[PersonCard; 2]>::try_from(cards) {
                found.pairs.push(Likely {
                    community,
                    one,
                    other,
                    why: why.into_iter().collect(),
                });
            }
        }
    }
    Ok(found)
}

/// Pairs by what they share; those found to be two people are left out.
async fn pairs(
    db: &impl ConnectionTrait,
    community: CommunityId,
) -> Result<BTreeMap<(Uuid, Uuid), BTreeSet<Why>>> {
    let mut pairs: BTreeMap<(Uuid, Uuid), BTreeSet<Why>> = BTreeMap::new();
    let same_number = alike(db, community, &[person::Column::IdentityIndex]).await?;
    let by_number = grouped(&same_number, |one| one.identity_index.clone());
    for ids in by_number.values() {
        for pair in every_two(ids) {
            pairs.entry(pair).or_default().insert(Why::Identity);
        }
    }
    let same_name = alike(db, community, &[person::Column::NameIndex]).await?;
    let ids: Vec<Uuid> = same_name.iter().map(|one| one.id).collect();
    let (homes, phones) = sharing(db, community, &ids).await?;
    // Whoever has a name and a number in common may have had their birthday written down wrongly once.
    let mut together: BTreeMap<_, Vec<Uuid>> = BTreeMap::new();
    for one in &same_name {
        let held = |of: &Held<Vec<u8>>| of.get(&one.id).cloned().unwrap_or_default();
        for home in held(&homes) {
            let key = (&one.name_index, Why::Dwelling, home, one.birth_year);
            if one.birth_year.is_some() {
                together.entry(key).or_default().push(one.id);
            }
        }
        for phone in held(&phones) {
            let key = (&one.name_index, Why::Phone, phone, None);
            together.entry(key).or_default().push(one.id);
        }
    }
    for ((_, why, ..), ids) in &together {
        for pair in every_two(ids) {
            pairs.entry(pair).or_default().insert(*why);
        }
    }
    let apart = person_apart::Entity::find()
        .filter(person_apart::Column::CommunityId.eq(community.0))
        .all(db)
        .await?;
    for two in apart {
        pairs.remove(&(two.one_id, two.other_id));
    }
    Ok(pairs)
}

/// Entries that share these columns with another.
async fn alike(
    db: &impl ConnectionTrait,
    community: CommunityId,
    columns: &[person::Column],
) -> Result<Vec<Alike>> {
    let shared = || {
        let mut find = person::Entity::find()
            .filter(person::Column::CommunityId.eq(community.0))
            .filter(person::Column::MergedInto.is_null());
        for column in columns {
            find = find.filter(column.is_not_null());
        }
        find
    };
    let mut groups = shared().select_only().column(columns[0]);
    for column in columns {
        groups = groups.group_by(*column);
    }
    let groups = groups.having(sea_orm::sea_query::Expr::cust("COUNT(*) > 1"));
    Ok(shared()
        .select_only()
        .columns([
            person::Column::Id,
            person::Column::NameIndex,
            person::Column::BirthYear,
            person::Column::IdentityIndex,
        ])
        .filter(columns[0].in_subquery(sea_orm::QueryTrait::into_query(groups)))
        .into_model::<Alike>()
        .all(db)
        .await?)
}

fn grouped<K: Ord>(rows: &[Alike], key: impl Fn(&Alike) -> Option<K>) -> BTreeMap<K, Vec<Uuid>> {
    let mut groups: BTreeMap<K, Vec<Uuid>> = BTreeMap::new();
    for row in rows {
        if let Some(key) = key(row) {
            groups.entry(key).or_default().push(row.id);
        }
    }
    groups
}

fn every_two(ids: &[Uuid]) -> Vec<(Uuid, Uuid)> {
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    let mut all = Vec::new();
    for (at, one) in ids.iter().enumerate() {
        all.extend(ids[at + 1..].iter().map(|other| (*one, *other)));
    }
    all
}

type Held<T> = HashMap<Uuid, Vec<T>>;

/// Dwellings and numbers of these entries.
async fn sharing(
    db: &impl ConnectionTrait,
    community: CommunityId,
    ids: &[Uuid],
) -> Result<(Held<Vec<u8>>, Held<Vec<u8>>)> {
    let (mut homes, mut phones): (Held<Vec<u8>>, Held<Vec<u8>>) = Default::default();
    for some in ids.chunks(500) {
        let rows = residence::Entity::find()
            .filter(residence::Column::CommunityId.eq(community.0))
            .filter(residence::Column::PersonId.is_in(some.iter().copied()))
            .filter(residence::current())
            .all(db)
            .await?;
        for row in rows {
            homes
                .entry(row.person_id)
                .or_default()
                .push(row.dwelling_id.as_bytes().to_vec());
        }
        let rows = person_phone::Entity::find()
            .filter(person_phone::Column::CommunityId.eq(community.0))
            .filter(person_phone::Column::PersonId.is_in(some.iter().copied()))
            .all(db)
            .await?;
        for row in rows {
            phones
                .entry(row.person_id)
                .or_default()
                .push(row.number_index);
        }
    }
    Ok((homes, phones))
}

/// Notes that two entries that look alike are two people; they are not proposed again. Permission `people.write` where
/// either lives.
#[derive(Debug)]
pub struct KeepApart {
    pub vault: Arc<Vault>,
    pub community: CommunityId,
    pub one: Uuid,
    pub other: Uuid,
}

impl Command for KeepApart {
    type Output = ();
    const NAME: &'static str = "people.keep-apart";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let (one, other) = (self.one.min(self.other), self.one.max(self.other));
        if one == other {
            return Err(Problem::invalid("other", "merge-itself"));
        }
        for id in [one, other] {
            person_for(ctx, tx, &self.vault, &PEOPLE_WRITE, self.community, id).await?;
        }
        let known = person_apart::Entity::find()
            .filter(person_apart::Column::CommunityId.eq(self.community.0))
            .filter(person_apart::Column::OneId.eq(one))
            .filter(person_apart::Column::OtherId.eq(other))
            .one(tx.conn())
            .await?;
        if known.is_some() {
            return Ok(());
        }
        tx.insert::<person_apart::Entity>(person_apart::Model {
            community_id: self.community.0,
            id: ctx.new_id(),
            version: 1,
            one_id: one,
            other_id: other,
            by_name: ctx.actor().name().to_owned(),
            at: ctx.now().0,
        })
        .await?;
        tx.audit(
            ctx,
            self.community,
            AuditEntry::new(Self::NAME, "person", one).detail(json!({ "other": other })),
        );
        Ok(())
    }
}

//! A list of persons as somebody sees it on the page of the register, and takes it out: cut down by words that are searched
//! for, a label, an age, a dwelling. One value for the page, for the request a second person reads, and for the file.

use std::collections::HashSet;

use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use youlin_kernel::{AreaId, CommunityId, Ctx, Problem, Result, Scope};
use youlin_web::Shell;

use crate::age::age_said;
use crate::entities::{person, person_label};
use crate::pages::label_words;
use crate::permissions::PEOPLE_SENSITIVE;
use crate::{Directory, Vault};

/// Years nobody is older than.
const OLDEST: i32 = 150;

/// See the module's text. Everything that is empty cuts nothing away.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ListFilter {
    /// As [`Directory::search`] takes it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub q: String,
    /// The code of a label.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub label: String,
    /// Whole years and over. By the year of birth alone it counts from the year in which it is reached, as in the figures.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub age: Option<i32>,
    /// Who lives there now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dwelling: Option<Uuid>,
}

impl ListFilter {
    /// Without blanks around what was typed.
    #[must_use]
    pub fn trimmed(self) -> Self {
        Self {
            q: self.q.trim().to_owned(),
            label: self.label.trim().to_owned(),
            ..self
        }
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether the label of the list is one that not everybody who reads the register may see.
    pub(crate) fn is_sensitive(&self, vault: &Vault) -> bool {
        !self.label.is_empty() && vault.labels().is_sensitive(&self.label)
    }

    /// # Errors
    /// 422 naming what no list can be cut down by; 403 for a label the caller may not see in that area.
    pub(crate) fn checked(&self, ctx: &Ctx, vault: &Vault, area: AreaId) -> Result<()> {
        if self.age.is_some_and(|age| !(0..=OLDEST).contains(&age)) {
            return Err(Problem::invalid("age", "list-age").field_arg("max", OLDEST));
        }
        if !self.label.is_empty() && vault.labels().of(&self.label).is_none() {
            return Err(
                Problem::invalid("label", "label-unknown").field_arg("label", self.label.as_str())
            );
        }
        if self.is_sensitive(vault) {
            ctx.authorize(&PEOPLE_SENSITIVE, area)?;
        }
        Ok(())
    }

    /// `q=王&age=80`, with the area where one was chosen.
    #[must_use]
    pub fn address(&self, area: Option<AreaId>) -> String {
        let area = area.map(|area| format!("area={area}"));
        let own = serde_html_form::to_string(self).unwrap_or_default();
        let parts = [area.unwrap_or_default(), own];
        let parts = parts.iter().filter(|part| !part.is_empty());
        parts.map(String::as_str).collect::<Vec<_>>().join("&")
    }

    /// 查找“王”，独居，80 岁以上
    #[must_use]
    pub fn words(&self, s: &Shell) -> String {
        let mut said = Vec::new();
        if !self.q.is_empty() {
            said.push(s.t1("list-searched", "q", &self.q));
        }
        if !self.label.is_empty() {
            said.push(s.t1("list-labelled", "label", label_words(s, &self.label)));
        }
        if let Some(age) = self.age {
            said.push(s.t1("list-aged", "age", age));
        }
        if let Some(dwelling) = self.dwelling {
            let vault = s.app().service::<Vault>();
            let place = vault.and_then(|vault| vault.place(dwelling));
            let address = place.map_or_else(|| s.t("none"), |place| place.address);
            said.push(s.t1("list-living", "address", address));
        }
        said.join(&s.t("list-and"))
    }

    /// Those of some persons of a community who are on the list, in their order. The scope says whom a search may find.
    pub(crate) async fn keep(
        &self,
        db: &impl ConnectionTrait,
        vault: &Vault,
        (ctx, scope): (&Ctx, &Scope),
        community: CommunityId,
        mut persons: Vec<Uuid>,
    ) -> Result<Vec<Uuid>> {
        if let Some(dwelling) = self.dwelling {
            let here = Directory::living_in(db, community, dwelling).await?;
            persons.retain(|id| here.contains(id));
        }
        if !self.label.is_empty() {
            let wear = labelled(db, vault, (ctx, community), &self.label).await?;
            persons.retain(|id| wear.contains(id));
        }
        if let Some(age) = self.age {
            let old = aged(db, vault, (ctx, community), age).await?;
            persons.retain(|id| old.contains(id));
        }
        if !self.q.is_empty() {
            let among: HashSet<Uuid> = persons.iter().copied().collect();
            let cards =
                Directory::search_among(db, vault, scope, &self.q, Some(&among), among.len())
                    .await?;
            let found: HashSet<Uuid> = cards.into_iter().map(|card| card.id).collect();
            persons.retain(|id| found.contains(id));
        }
        Ok(persons)
    }
}

async fn labelled(
    db: &impl ConnectionTrait,
    vault: &Vault,
    (ctx, community): (&Ctx, CommunityId),
    label: &str,
) -> Result<HashSet<Uuid>> {
    use person_label::Column::{CommunityId as In, ExpiresAt, LabelIndex, PersonId};
    let holds = Condition::any()
        .add(ExpiresAt.is_null())
        .add(ExpiresAt.gt(ctx.now().0));
    let wear: Vec<Uuid> = person_label::Entity::find()
        .select_only()
        .column(PersonId)
        .filter(In.eq(community.0))
        .filter(LabelIndex.eq(vault.label_index(label)))
        .filter(holds)
        .into_tuple()
        .all(db)
        .await?;
    Ok(wear.into_iter().collect())
}

type Born = (Uuid, Option<Vec<u8>>, Option<i32>);

async fn aged(
    db: &impl ConnectionTrait,
    vault: &Vault,
    (ctx, community): (&Ctx, CommunityId),
    age: i32,
) -> Result<HashSet<Uuid>> {
    let now = ctx.now();
    // Whoever was born later in no case; of the others the day decides.
    let latest = i32::from(now.local().date().year()) - age;
    let rows: Vec<Born> = person::Entity::find()
        .select_only()
        .columns([
            person::Column::Id,
            person::Column::BirthSealed,
            person::Column::BirthYear,
        ])
        .filter(person::Column::CommunityId.eq(community.0))
        .filter(person::Column::BirthYear.lte(latest))
        .into_tuple()
        .all(db)
        .await?;
    let mut old = HashSet::new();
    for (id, sealed, year) in rows {
        let known = age_said(vault, (community.0, id), (sealed.as_deref(), year), now)?;
        if known.is_some_and(|known| known.years >= age) {
            old.insert(id);
        }
    }
    Ok(old)
}

#[cfg(test)]
mod tests {
    use youlin_kernel::AreaId;

    use super::ListFilter;

    #[test]
    fn an_address_says_what_cuts_and_nothing_else() {
        let filter = ListFilter {
            q: " 王 ".to_owned(),
            age: Some(80),
            ..ListFilter::default()
        };
        let address = filter.trimmed().address(Some(AreaId(10)));
        assert_eq!(address, "area=10&q=%E7%8E%8B&age=80");
        assert_eq!(ListFilter::default().address(None), "");
    }
}

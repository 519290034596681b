//! The lines of a list of persons: who they are, and with the register's own contents all that another house needs to hold
//! the same register ([`crate::import::ResidentsRegister`] reads them). What goes along is what a desk may enter by a sheet;
//! what holds by a person's consent is named and stays, for consent is given to one house.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;
use youlin_crypto::mask;
use youlin_database::Tx;
use youlin_database::keys::key_of;
use youlin_kernel::{AreaId, CommunityId, Ctx, Result};

use super::export::ExportContents;
use crate::entities::{
    household, person, person_consent, person_label, person_phone, residence, who_looked,
};
use crate::own::is_child;
use crate::permissions::PEOPLE_SENSITIVE;
use crate::queries::{display_number, open_name, open_phone, said_last_first};
use crate::vault::FieldPlace;
use crate::{Relation, Sex, Vault};

/// Persons read with one statement.
const CHUNK: usize = 500;

/// One line of a list.
#[derive(Clone, Debug)]
pub struct ExportLine {
    pub name: String,
    pub phones: Vec<String>,
    pub address: String,
    /// Beyond contacts.
    pub whole: Option<WholeLine>,
}

/// What the register holds of a person beside name, numbers and address.
#[derive(Clone, Debug, Default)]
pub struct WholeLine {
    /// What other files of this house call the person.
    pub key: String,
    /// Covered, unless the list is one with numbers.
    pub identity: Option<String>,
    /// A day, or a year alone: as precisely as it is known.
    pub birth: Option<String>,
    pub sex: Option<Sex>,
    pub relation: Option<Relation>,
    /// The key of those who live together.
    pub household: Option<String>,
    /// Homes beside the main one.
    pub second: Vec<(String, Relation)>,
    /// Codes of labels a sheet may bring.
    pub labels: Vec<String>,
    /// Codes of those it may not.
    pub agreed: Vec<String>,
    /// What the person agreed to. Consent is given to one house: elsewhere it is asked for anew.
    pub consents: Vec<String>,
    pub language: Option<String>,
    pub note: Option<String>,
    /// Of the community it is filed under.
    pub community: String,
}

/// What lines are made from.
pub(super) struct Lines<'a> {
    pub(super) ctx: &'a Ctx,
    pub(super) tx: &'a Tx<'a>,
    pub(super) vault: &'a Vault,
    pub(super) community: CommunityId,
    pub(super) contents: ExportContents,
    pub(super) purpose: &'a str,
}

/// What some persons have, by person.
#[derive(Default)]
struct Belongings {
    phones: HashMap<Uuid, Vec<person_phone::Model>>,
    labels: HashMap<Uuid, Vec<person_label::Model>>,
    /// The main home first.
    homes: HashMap<Uuid, Vec<residence::Model>>,
    households: HashMap<Uuid, String>,
    consents: HashMap<Uuid, Vec<String>>,
}

impl Lines<'_> {
    pub(super) async fn of(&self, persons: &[Uuid]) -> Result<Vec<ExportLine>> {
        let mut lines = Vec::with_capacity(persons.len());
        for some in persons.chunks(CHUNK) {
            let rows = person::Entity::find()
                .filter(person::Column::CommunityId.eq(self.community.0))
                .filter(person::Column::Id.is_in(some.iter().copied()))
                .order_by_asc(person::Column::Id)
                .all(self.tx.conn())
                .await?;
            let has = self.belongings(some).await?;
            for row in rows {
                lines.push(self.line(&row, &has)?);
                self.look(&row).await?;
            }
        }
        Ok(lines)
    }

    fn is_whole(&self) -> bool {
        self.contents != ExportContents::Contacts
    }

    async fn belongings(&self, some: &[Uuid]) -> Result<Belongings> {
        let (conn, community) = (self.tx.conn(), self.community.0);
        let some = || some.iter().copied();
        let mut has = Belongings::default();
        let phones = person_phone::Entity::find()
            .filter(person_phone::Column::CommunityId.eq(community))
            .filter(person_phone::Column::PersonId.is_in(some()));
        for row in said_last_first(phones).all(conn).await? {
            has.phones.entry(row.person_id).or_default().push(row);
        }
        let homes = residence::Entity::find()
            .filter(residence::Column::CommunityId.eq(community))
            .filter(residence::Column::PersonId.is_in(some()))
            .filter(residence::current())
            .order_by_asc(residence::Column::Id);
        for row in homes.all(conn).await? {
            has.homes.entry(row.person_id).or_default().push(row);
        }
        for homes in has.homes.values_mut() {
            residence::main_first(homes);
        }
        if !self.is_whole() {
            return Ok(has);
        }
        let labels = person_label::Entity::find()
            .filter(person_label::Column::CommunityId.eq(community))
            .filter(person_label::Column::PersonId.is_in(some()))
            .order_by_asc(person_label::Column::Id);
        for row in labels.all(conn).await? {
            has.labels.entry(row.person_id).or_default().push(row);
        }
        let consents = person_consent::Entity::find()
            .filter(person_consent::Column::CommunityId.eq(community))
            .filter(person_consent::Column::PersonId.is_in(some()))
            .filter(person_consent::Column::WithdrawnAt.is_null())
            .order_by_asc(person_consent::Column::Consent);
        for row in consents.all(conn).await? {
            let given = has.consents.entry(row.person_id).or_default();
            given.push(row.consent);
        }
        let together = has.homes.values().flatten();
        let together = together.filter_map(|home| home.household_id);
        let households = household::Entity::find()
            .filter(household::Column::CommunityId.eq(community))
            .filter(household::Column::Id.is_in(together));
        for row in households.all(conn).await? {
            let key = key_of(row.ext_key.as_deref(), row.id);
            has.households.insert(row.id, key);
        }
        Ok(has)
    }

    fn line(&self, row: &person::Model, has: &Belongings) -> Result<ExportLine> {
        let vault = self.vault;
        let phones = has.phones.get(&row.id).into_iter().flatten();
        let phones = phones
            .map(|phone| Ok(display_number(vault, &open_phone(vault, phone)?)))
            .collect::<Result<Vec<String>>>()?;
        let homes = has.homes.get(&row.id).map_or(&[][..], Vec::as_slice);
        let whole = match self.is_whole() {
            true => Some(self.whole(row, has, homes)?),
            false => None,
        };
        Ok(ExportLine {
            name: open_name(vault, row)?,
            phones,
            address: homes
                .first()
                .map_or_else(String::new, |home| self.address(home)),
            whole,
        })
    }

    fn address(&self, home: &residence::Model) -> String {
        let place = self.vault.place(home.dwelling_id);
        place.map_or_else(String::new, |place| place.address)
    }

    fn whole(
        &self,
        row: &person::Model,
        has: &Belongings,
        homes: &[residence::Model],
    ) -> Result<WholeLine> {
        let open = |column, sealed: Option<&[u8]>| {
            let at = FieldPlace::new("person", column, row.community_id, row.id);
            sealed.map(|bytes| self.vault.open(at, bytes)).transpose()
        };
        let identity = open("identity", row.identity_sealed.as_deref())?;
        let identity = identity.map(|number| match self.contents {
            ExportContents::Numbers => number,
            _ => mask::identity(&number),
        });
        let year = || row.birth_year.map(|year| year.to_string());
        let relation = |home: &residence::Model| Relation::parse(&home.relation);
        let main = homes.first();
        let second = homes.iter().skip(1);
        let (labels, agreed) = self.labels(has.labels.get(&row.id))?;
        let areas = self.ctx.areas();
        Ok(WholeLine {
            key: key_of(row.ext_key.as_deref(), row.id),
            identity,
            birth: open("birth", row.birth_sealed.as_deref())?.or_else(year),
            sex: row.sex.as_deref().and_then(Sex::parse),
            relation: main.and_then(relation),
            household: main
                .and_then(|home| home.household_id)
                .and_then(|id| has.households.get(&id).cloned()),
            second: second
                .map(|home| {
                    (
                        self.address(home),
                        relation(home).unwrap_or(Relation::Other),
                    )
                })
                .collect(),
            labels,
            agreed,
            consents: has.consents.get(&row.id).cloned().unwrap_or_default(),
            language: row.language.clone(),
            note: open("note", row.note_sealed.as_deref())?,
            community: areas
                .get(self.community.into())
                .map_or_else(String::new, |area| area.code.clone()),
        })
    }

    /// Codes of labels a sheet may bring, and of those it may not. Sensitive ones only for who may see them.
    fn labels(
        &self,
        rows: Option<&Vec<person_label::Model>>,
    ) -> Result<(Vec<String>, Vec<String>)> {
        let catalogue = self.vault.labels();
        let sensitive = self
            .ctx
            .authorize(&PEOPLE_SENSITIVE, AreaId::from(self.community))
            .is_ok();
        let (mut by_sheet, mut agreed) = (Vec::new(), Vec::new());
        for row in rows.into_iter().flatten() {
            let at = FieldPlace::new("person_label", "label", row.community_id, row.id);
            let label = self.vault.open(at, &row.label_sealed)?;
            if !sensitive && catalogue.is_sensitive(&label) {
                continue;
            }
            match crate::import::not_by_sheet(&catalogue, &label) {
                Some(_reason) => agreed.push(label),
                None => by_sheet.push(label),
            }
        }
        Ok((by_sheet, agreed))
    }

    /// The fields of a line, as the log of looks calls them.
    fn fields(&self) -> &'static str {
        match self.contents {
            ExportContents::Contacts | ExportContents::Merchants => "name,phone,address,export",
            ExportContents::Register => "name,phone,address,birth,labels,note,export",
            ExportContents::Numbers => "name,phone,address,birth,labels,note,identity,export",
        }
    }

    /// The person concerned sees it like any other look.
    async fn look(&self, row: &person::Model) -> Result<()> {
        let (ctx, of_child) = (self.ctx, is_child(self.vault, row, self.ctx.now())?);
        let look = who_looked::Model {
            community_id: row.community_id,
            id: ctx.new_id(),
            version: 1,
            person_id: row.id,
            actor_kind: ctx.actor().kind().to_owned(),
            actor_id: ctx.actor().id(),
            actor_name: ctx.actor().name().to_owned(),
            fields: self.fields().to_owned(),
            purpose: self.purpose.to_owned(),
            case_id: None,
            at: ctx.now().0,
            of_child: of_child.then_some(true),
        };
        let saved = self.tx.insert::<who_looked::Entity>(look).await;
        saved.map(|_look| ())
    }
}

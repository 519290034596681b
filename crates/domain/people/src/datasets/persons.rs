//! Persons as they can be counted.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;
use youlin_database::Database;
use youlin_datasets::cube::{Dim, Kind, Measure, Schema, Table};
use youlin_datasets::{
    AskedRelease, Dataset, Field, HandOver, NamedMeasure, Question, RecordLine, Release,
    Unanswered, Wanted,
};
use youlin_kernel::{AreaTree, CommunityId, Ctx, Locale, Permission, Problem, Result, Scope};
use youlin_web::I18n;

use super::{field_names, fields, let_out, load, questions};
use crate::commands::withdraw_questions;
use crate::entities::person;
use crate::permissions::{PEOPLE_READ, PEOPLE_SENSITIVE};
use crate::privacy::release;
use crate::queries::visible_cards;
use crate::{AskNextTime, PersonCard, Relation, StartVisitingList, Vault};

/// `age` is whole years; where only the year of birth is known, an age counts through the year in which it is reached.
pub(super) const SCHEMA: Schema = Schema {
    code: "persons",
    dims: &[
        Dim::new("area", Kind::Area),
        Dim::new("age", Kind::Age),
        Dim::new("sex", Kind::Choice),
        Dim::new("labels", Kind::Labels).sensitive(),
        Dim::new("care", Kind::Labels).sensitive(),
        Dim::new("roles", Kind::Labels),
        Dim::new("relation", Kind::Choice),
        Dim::new("housed", Kind::Choice),
        Dim::new("usage", Kind::Choice),
        Dim::new("estate", Kind::Choice),
        Dim::new("language", Kind::Choice),
        Dim::new("seen", Kind::Since),
        Dim::new("entered", Kind::Day),
        Dim::new("building", Kind::Key),
        Dim::new("dwelling", Kind::Key),
        Dim::new("household", Kind::Key),
        Dim::new("person", Kind::Key),
    ],
};

/// See the module's text.
#[derive(Debug)]
pub struct PersonsDataset(pub Arc<Vault>);

impl Dataset for PersonsDataset {
    fn schema(&self) -> Schema {
        SCHEMA
    }

    fn permission(&self) -> &'static Permission {
        &PEOPLE_READ
    }

    fn measures(&self) -> Vec<NamedMeasure> {
        let distinct = |code, dim: &str| NamedMeasure {
            code,
            measure: Measure::Distinct(dim.to_owned()),
        };
        vec![
            distinct("dwellings", "dwelling"),
            distinct("households", "household"),
            distinct("buildings", "building"),
        ]
    }

    /// Sensitive labels are counted only for who may see them.
    fn dim_permission(&self, dim: &str) -> Option<&'static Permission> {
        (dim == "care").then_some(&PEOPLE_SENSITIVE)
    }

    fn time(&self) -> Option<&'static str> {
        Some("entered")
    }

    fn stale_by(&self, topic: &str) -> bool {
        topic.starts_with("places.")
            || (topic.starts_with("people.") && topic != crate::events::REVEALED)
    }

    fn load<'a>(
        &'a self,
        db: &'a Database,
        tree: &'a AreaTree,
        community: CommunityId,
    ) -> BoxFuture<'a, Result<Table>> {
        load::load(db, &self.0, tree, community).boxed()
    }

    fn describe<'a>(
        &'a self,
        db: &'a Database,
        ctx: &'a Ctx,
        scope: &'a Scope,
        i18n: &'a I18n,
        records: &'a [(CommunityId, Uuid)],
    ) -> BoxFuture<'a, Result<HashMap<Uuid, RecordLine>>> {
        describe(db, &self.0, (ctx, i18n), scope, records).boxed()
    }

    fn hand_over_label(&self) -> Option<&'static str> {
        Some("round-make-list")
    }

    /// A visiting list; it belongs to one community.
    fn hand_over<'a>(
        &'a self,
        db: &'a Database,
        ctx: &'a Ctx,
        what: &'a HandOver<'a>,
    ) -> BoxFuture<'a, Result<String>> {
        async move {
            let records = what.records;
            let community = records.first().map(|(community, _)| *community);
            let community = community.ok_or_else(Problem::not_found)?;
            if records.iter().any(|(other, _)| *other != community) {
                return Err(Problem::invalid("title", "visiting-several"));
            }
            let list = StartVisitingList {
                vault: Arc::clone(&self.0),
                community,
                title: what.title.to_owned(),
                reason: String::new(),
                persons: records.iter().map(|(_, id)| *id).collect(),
                sensitive: what.sensitive,
            };
            let id = db.execute(ctx, list).await?;
            Ok(format!("/people/visits/{id}"))
        }
        .boxed()
    }

    fn fields(&self, i18n: &I18n, locale: Locale) -> Vec<Field> {
        field_names::fields(&self.0.labels(), i18n, locale)
    }

    fn hand_out<'a>(
        &'a self,
        db: &'a Database,
        ctx: &'a Ctx,
        i18n: &'a I18n,
        wanted: &'a Wanted,
    ) -> BoxFuture<'a, Result<HashMap<Uuid, Vec<String>>>> {
        fields::hand_out(db, &self.0, ctx, i18n, wanted).boxed()
    }

    fn release<'a>(
        &'a self,
        db: &'a Database,
        ctx: &'a Ctx,
        form: Uuid,
        records: usize,
        _fields: &'a [String],
    ) -> BoxFuture<'a, Result<Release>> {
        release(db, ctx, form, records).boxed()
    }

    fn ask_release<'a>(
        &'a self,
        db: &'a Database,
        ctx: &'a Ctx,
        asked: &'a AskedRelease,
    ) -> BoxFuture<'a, Result<()>> {
        let_out::ask(db, ctx, asked).boxed()
    }

    fn ask_next_time<'a>(
        &'a self,
        db: &'a Database,
        ctx: &'a Ctx,
        form: Uuid,
        questions: &'a [Question],
        records: &'a [(CommunityId, Uuid)],
    ) -> BoxFuture<'a, Result<usize>> {
        async move {
            let mut open = 0;
            let communities: BTreeSet<i64> = records.iter().map(|one| one.0.0).collect();
            for community in communities {
                let persons = records.iter().filter(|one| one.0.0 == community);
                let questions = questions.iter();
                let ask = AskNextTime {
                    community: CommunityId(community),
                    form,
                    questions: questions
                        .map(|one| (one.key.clone(), one.text.clone()))
                        .collect(),
                    persons: persons.map(|one| one.1).collect(),
                };
                open += db.execute(ctx, ask).await?;
            }
            Ok(open)
        }
        .boxed()
    }

    fn open_questions<'a>(
        &'a self,
        db: &'a Database,
        ctx: &'a Ctx,
        form: Uuid,
    ) -> BoxFuture<'a, Result<usize>> {
        withdraw_questions::open_questions(db, ctx, form).boxed()
    }

    fn count_unanswered<'a>(
        &'a self,
        db: &'a Database,
        ctx: &'a Ctx,
        forms: &'a [Uuid],
    ) -> BoxFuture<'a, Result<HashMap<Uuid, usize>>> {
        questions::counts(db, ctx, forms).boxed()
    }

    fn unanswered<'a>(
        &'a self,
        db: &'a Database,
        ctx: &'a Ctx,
        forms: &'a [Uuid],
    ) -> BoxFuture<'a, Result<Vec<Unanswered>>> {
        questions::list(db, ctx, forms).boxed()
    }

    fn withdraw_questions<'a>(
        &'a self,
        db: &'a Database,
        ctx: &'a Ctx,
        form: Uuid,
    ) -> BoxFuture<'a, Result<usize>> {
        withdraw_questions::withdraw(db, ctx, form).boxed()
    }

    /// The labels of the catalogue; those that are sensitive under their own dimension.
    fn values(&self, dim: &str) -> Vec<String> {
        let words = |words: &[&str]| words.iter().map(|one| (*one).to_owned()).collect();
        let catalogue = self.0.labels();
        let sensitive = match dim {
            "labels" => false,
            "care" => true,
            "sex" => return words(&["female", "male"]),
            "relation" => {
                return Relation::ALL
                    .iter()
                    .map(|one| one.as_str().to_owned())
                    .collect();
            }
            _ => return Vec::new(),
        };
        catalogue
            .offered(true)
            .filter(|kind| catalogue.is_sensitive(&kind.code) == sensitive)
            .map(|kind| kind.code.clone())
            .collect()
    }

    fn value_name(&self, i18n: &I18n, locale: Locale, dim: &str, value: &str) -> String {
        let known = |key: String| i18n.find(locale, &key, &[]);
        let found = match (dim, value.split_once(':')) {
            ("labels" | "care", _) => {
                Some(fields::label_name(&self.0.labels(), i18n, locale, value))
            }
            ("roles", _) => known(format!("member-{value}")),
            ("relation", _) => known(format!("relation-{value}")),
            ("sex", _) => known(format!("sex-{value}")),
            ("usage", _) => known(format!("dwelling-use-{value}")),
            ("housed", _) => known(format!("data-{value}")),
            _ => None,
        };
        found.unwrap_or_else(|| value.to_owned())
    }
}

async fn describe(
    db: &Database,
    vault: &Vault,
    (ctx, i18n): (&Ctx, &I18n),
    scope: &Scope,
    records: &[(CommunityId, Uuid)],
) -> Result<HashMap<Uuid, RecordLine>> {
    let communities = records.iter().map(|(community, _)| community.0);
    let rows = person::Entity::find()
        .filter(person::Column::CommunityId.is_in(communities))
        .filter(person::Column::Id.is_in(records.iter().map(|(_, id)| *id)))
        .all(db.read())
        .await?;
    // Sex and age tell two people of one masked name apart.
    let mut told: HashMap<Uuid, Vec<String>> = HashMap::new();
    for row in &rows {
        told.insert(row.id, sex_and_age(vault, ctx, i18n, row)?);
    }
    let cards = visible_cards(db.read(), vault, scope, rows).await?;
    let line = |card: PersonCard| {
        let told = told.remove(&card.id).unwrap_or_default();
        (card.id, line(card, told))
    };
    Ok(cards.into_iter().map(line).collect())
}

fn sex_and_age(vault: &Vault, ctx: &Ctx, i18n: &I18n, row: &person::Model) -> Result<Vec<String>> {
    let sex = row.sex.as_deref().map(|sex| {
        let key = format!("sex-{sex}");
        i18n.text(ctx.locale(), &key, &[])
    });
    let age = crate::age::age_of(vault, row, ctx.now())?.map(|age| {
        let key = match age.about {
            true => "round-about-years",
            false => "round-years",
        };
        i18n.text(ctx.locale(), key, &[("age", age.years.to_string())])
    });
    Ok(sex.into_iter().chain(age).collect())
}

fn line(card: PersonCard, told: Vec<String>) -> RecordLine {
    let area = card
        .place
        .map_or(card.community.into(), |place| place.area());
    RecordLine {
        href: format!("/people/{}", card.id),
        title: card.name_masked,
        facts: told.into_iter().chain(card.phone_masked).collect(),
        area: Some(area),
    }
}

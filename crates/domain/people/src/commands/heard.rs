//! What was asked of somebody because the register did not know it, and somebody else wrote down meanwhile: nothing is turned
//! over unseen; whoever comes second is told what is held, by whom and since when.

use jiff::civil::Date;
use sea_orm::{ConnectionTrait, EntityTrait};
use uuid::Uuid;
use youlin_crypto::mask;
use youlin_database::Tx;
use youlin_kernel::{CommunityId, Ctx, Micros, Problem, ProblemKind, Result};

use super::learn_facts::answer_field;
use super::person_for;
use crate::entities::{form_asked, person};
use crate::facts::{Fact, Facts};
use crate::permissions::PEOPLE_WRITE;
use crate::queries::{masked_phone, open_name, open_phone, phones_of};
use crate::vault::FieldPlace;
use crate::{Sex, Vault};

/// What was heard of a person of whom it was not known.
#[derive(Clone, Copy, Debug)]
pub struct Heard<'a> {
    pub community: CommunityId,
    pub person: Uuid,
    pub phone: &'a str,
    /// As it was said; see [`crate::fields::born`].
    pub birth: &'a str,
    pub sex: Option<Sex>,
    /// By the id under which each was asked.
    pub answers: &'a [(Uuid, String)],
}

/// Something else is held by now.
struct Held {
    field: String,
    code: &'static str,
    value: String,
    by: String,
    at: Option<Micros>,
}

impl Heard<'_> {
    /// # Errors
    /// 409 `facts-meanwhile` with each field of which something else is held by now; 404 for a person who is not there, 403 for
    /// one the caller does not look after.
    pub async fn still_unknown(&self, ctx: &Ctx, tx: &Tx<'_>, vault: &Vault) -> Result<()> {
        let row = person_for(ctx, tx, vault, &PEOPLE_WRITE, self.community, self.person).await?;
        let mut all = Vec::new();
        let facts = Facts::read(row.facts.as_deref());
        let mut held = |fact: Fact, code: &'static str, value: String| {
            let said = facts.get(fact);
            all.push(Held {
                field: fact.as_str().to_owned(),
                code,
                value,
                by: said.map_or_else(String::new, |said| said.by.clone()),
                at: said.map(|said| said.at),
            });
        };
        if let Some(number) = self.other_number(tx.conn(), vault).await? {
            held(Fact::Phone, "held-phone", number);
        }
        if let Some(year) = self.other_birth(ctx, vault, &row)? {
            held(Fact::Birth, "held-birth", year.to_string());
        }
        let sex = row.sex.as_deref().and_then(Sex::parse);
        if let (Some(heard), Some(known)) = (self.sex, sex)
            && heard != known
        {
            held(Fact::Sex, "held-sex", known.as_str().to_owned());
        }
        for (asked, answer) in self.answers {
            all.extend(self.other_answer(tx.conn(), vault, *asked, answer).await?);
        }
        if all.is_empty() {
            return Ok(());
        }
        let name = mask::name(&open_name(vault, &row)?);
        let none = Problem::new(ProblemKind::Conflict, "facts-meanwhile");
        Err(all.into_iter().fold(none, |problem, one| {
            let when = one
                .at
                .map(|at| at.local().strftime("%m-%d %H:%M").to_string());
            problem
                .and_field(one.field, one.code)
                .field_arg("name", &name)
                .field_arg("by", one.by)
                .field_arg("when", when.unwrap_or_default())
                .field_arg("held", one.value)
        }))
    }

    /// Masked, as everywhere.
    async fn other_number(
        &self,
        db: &impl ConnectionTrait,
        vault: &Vault,
    ) -> Result<Option<String>> {
        // What cannot be read is refused by whoever takes it in.
        let Ok(heard) = vault.phone("phone", self.phone.trim()) else {
            return Ok(None);
        };
        let known = phones_of(db, self.community, self.person).await?;
        let index = vault.phone_index(&heard);
        match known.first() {
            Some(last) if known.iter().all(|one| one.number_index != index) => {
                Ok(Some(masked_phone(vault, &open_phone(vault, last)?)))
            }
            _ => Ok(None),
        }
    }

    /// The year that is held, where the day or the year that was heard is another one or says less.
    fn other_birth(&self, ctx: &Ctx, vault: &Vault, row: &person::Model) -> Result<Option<i32>> {
        let today = ctx.now().local().date();
        let Ok((day, year)) = crate::fields::born(self.birth, today) else {
            return Ok(None);
        };
        let (Some(heard), Some(held)) = (year, row.birth_year) else {
            return Ok(None);
        };
        let at = FieldPlace::new("person", "birth", row.community_id, row.id);
        let sealed = row.birth_sealed.as_deref();
        let known = sealed.map(|sealed| vault.open(at, sealed)).transpose()?;
        let known: Option<Date> = known.and_then(|text| text.parse().ok());
        let same = heard == held && (known.is_none() || known == day);
        Ok((!same).then_some(held))
    }

    async fn other_answer(
        &self,
        db: &impl ConnectionTrait,
        vault: &Vault,
        asked: Uuid,
        answer: &str,
    ) -> Result<Option<Held>> {
        let answer = answer.trim();
        if answer.is_empty() {
            return Ok(None);
        }
        let row = form_asked::Entity::find_by_id((self.community.0, asked))
            .one(db)
            .await?;
        let Some(row) = row else {
            return Ok(None);
        };
        let at = FieldPlace::new("form_asked", "answer", row.community_id, row.id);
        let known = row.answer_sealed.as_deref();
        let known = known.map(|sealed| vault.open(at, sealed)).transpose()?;
        Ok(known.filter(|known| known != answer).map(|value| Held {
            field: answer_field(asked),
            code: "held-answer",
            value,
            by: row.by_name.unwrap_or_default(),
            at: row.answered_at.map(Micros),
        }))
    }
}

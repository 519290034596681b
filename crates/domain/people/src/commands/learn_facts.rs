//! What was missing or wrong of a person, heard at the door or on the telephone: only what is given is changed. Answers
//! whether anything was.

use std::sync::Arc;

use jiff::civil::Date;
use sea_orm::EntityTrait;
use serde_json::json;
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{CommunityId, Ctx, Problem, Result};

use super::{attach_phone, person_for, see, set_label};
use crate::entities::{form_asked, person};
use crate::events::{self, event};
use crate::facts::{self, Fact, How};
use crate::fields::{Faults, optional};
use crate::permissions::PEOPLE_WRITE;
use crate::vault::FieldPlace;
use crate::{Sex, Vault};

const ANSWER: usize = 500;

/// See the module's text. Nothing given changes nothing.
#[derive(Debug)]
pub struct LearnFacts {
    pub vault: Arc<Vault>,
    pub community: CommunityId,
    pub person: Uuid,
    pub how: How,
    pub phone: Option<String>,
    /// The number the new one takes the place of; `None` keeps all that are known.
    pub instead_of: Option<Uuid>,
    /// As it was said; see [`crate::fields::born`].
    pub birth: String,
    pub sex: Option<Sex>,
    /// Put on.
    pub labels: Vec<String>,
    /// Taken off: they no longer hold.
    pub labels_off: Vec<String>,
    /// Answers to questions of forms, by the id under which each was asked.
    pub answers: Vec<(Uuid, String)>,
    /// The person was seen.
    pub seen: bool,
}

impl Command for LearnFacts {
    type Output = bool;
    const NAME: &'static str = "people.learn-facts";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<bool> {
        let vault = &self.vault;
        let mut row =
            person_for(ctx, tx, vault, &PEOPLE_WRITE, self.community, self.person).await?;
        let mut learnt = Vec::new();
        // Whoever stands at a door mends everything at once: nothing is saved while anything is wrong.
        let mut faults = Faults::default();
        if faults.mend(self.called(ctx, tx, &row).await)? {
            learnt.push(Fact::Phone);
        }
        if faults.mend(self.born(ctx, &mut row))? {
            learnt.push(Fact::Birth);
        }
        if let Some(sex) = self.sex {
            row.sex = Some(sex.as_str().to_owned());
            learnt.push(Fact::Sex);
        }
        let on = self.labels.iter().map(|label| (label, true));
        let off = self.labels_off.iter().map(|label| (label, false));
        for (label, on) in on.chain(off) {
            if faults.mend(set_label::set(ctx, tx, vault, &row, label, self.how, on).await)? {
                learnt.push(Fact::Labels);
            }
        }
        let mut answered = 0;
        for (asked, answer) in &self.answers {
            answered += faults.mend(self.answer(ctx, tx, *asked, answer).await)?;
        }
        faults.done()?;
        if learnt.is_empty() && answered == 0 && !self.seen {
            return Ok(false);
        }
        facts::say(ctx, &mut row, self.how, learnt.iter().copied());
        row.updated_at = ctx.now().0;
        if self.seen {
            see(ctx, tx, &mut row, self.how).await?;
        }
        tx.update::<person::Entity>(row).await?;
        let names: Vec<&str> = learnt.iter().map(|fact| fact.as_str()).collect();
        tx.audit(
            ctx,
            self.community,
            AuditEntry::new(Self::NAME, "person", self.person).detail(
                json!({ "facts": names, "how": self.how, "answers": answered, "seen": self.seen }),
            ),
        );
        tx.emit(
            ctx,
            event(events::PERSON_SAVED, self.community, self.person),
        );
        Ok(true)
    }
}

impl LearnFacts {
    /// Whether a number was said.
    async fn called(&self, ctx: &Ctx, tx: &Tx<'_>, row: &person::Model) -> Result<bool> {
        let Some(phone) = self.phone.as_deref().filter(|text| !text.trim().is_empty()) else {
            return Ok(false);
        };
        let (new, _) = attach_phone::say(ctx, tx, &self.vault, row, phone).await?;
        if let Some(old) = self.instead_of {
            attach_phone::replace(tx, row, new, old).await?;
        }
        Ok(true)
    }

    /// Keeps an answer that was given, and counts it; what is left empty is asked again.
    async fn answer(&self, ctx: &Ctx, tx: &Tx<'_>, asked: Uuid, answer: &str) -> Result<usize> {
        let long =
            |_problem| Problem::invalid(answer_field(asked), "too-long").field_arg("max", ANSWER);
        let Some(answer) = optional("answer", Some(answer), ANSWER).map_err(long)? else {
            return Ok(0);
        };
        let row = form_asked::Entity::find_by_id((self.community.0, asked))
            .one(tx.conn())
            .await?
            .filter(|row| row.person_id == self.person)
            .ok_or_else(Problem::not_found)?;
        let at = FieldPlace::new("form_asked", "answer", row.community_id, row.id);
        tx.update::<form_asked::Entity>(form_asked::Model {
            answer_sealed: Some(self.vault.seal(ctx, at, &answer)?),
            answered_at: Some(ctx.now().0),
            by_name: Some(ctx.actor().name().to_owned()),
            ..row
        })
        .await?;
        Ok(1)
    }

    /// Whether a day, a month, a year or an age was said.
    fn born(&self, ctx: &Ctx, row: &mut person::Model) -> Result<bool> {
        let today = ctx.now().local().date();
        let (day, year) = crate::fields::born(&self.birth, today)?;
        if day.is_none() && year.is_none() {
            return Ok(false);
        }
        let year = super::save_person::birth_year(day, year, today)?;
        row.birth_sealed = day
            .map(|day: Date| {
                let at = FieldPlace::new("person", "birth", row.community_id, row.id);
                self.vault.seal(ctx, at, &day.to_string())
            })
            .transpose()?;
        row.birth_year = year;
        if let Some((_, month)) = crate::fields::month(&self.birth) {
            super::save_person::note_month(ctx, &self.vault, row, month)?;
        }
        Ok(true)
    }
}

/// What the field of an answer is called: one of several on a form.
pub(crate) fn answer_field(asked: Uuid) -> String {
    format!("answer-{asked}")
}

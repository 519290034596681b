//! What a form asks for and nobody holds is asked the next time somebody sees the person, once.

use std::collections::{BTreeSet, HashMap};

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{CommunityId, Ctx, Result};

use crate::entities::{form_asked, form_question};
use crate::events::{self, event};
use crate::fields::required;
use crate::permissions::PEOPLE_WRITE;

const TEXT: usize = 200;

/// Questions of one form to persons of one community; those already asked stay. Answers how many are open.
#[derive(Debug)]
pub struct AskNextTime {
    pub community: CommunityId,
    pub form: Uuid,
    /// Key within the form, and the question itself.
    pub questions: Vec<(String, String)>,
    pub persons: Vec<Uuid>,
}

impl Command for AskNextTime {
    type Output = usize;
    const NAME: &'static str = "people.ask-next-time";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<usize> {
        ctx.authorize(&PEOPLE_WRITE, self.community)?;
        let mut questions = Vec::new();
        for (key, text) in &self.questions {
            questions.push(self.question(ctx, tx, key, text).await?);
        }
        let asked = form_asked::Entity::find()
            .filter(form_asked::Column::CommunityId.eq(self.community.0))
            .filter(form_asked::Column::QuestionId.is_in(questions.iter().copied()))
            .all(tx.conn())
            .await?;
        let known: HashMap<(Uuid, Uuid), bool> = asked
            .into_iter()
            .map(|row| {
                (
                    (row.question_id, row.person_id),
                    row.answer_sealed.is_some(),
                )
            })
            .collect();
        let mut open = 0;
        let mut fresh = Vec::new();
        let persons: BTreeSet<Uuid> = self.persons.iter().copied().collect();
        for question in questions {
            for person in &persons {
                match known.get(&(question, *person)) {
                    Some(answered) => open += usize::from(!answered),
                    None => {
                        open += 1;
                        fresh.push(self.asked(ctx, question, *person));
                    }
                }
            }
        }
        let count = fresh.len();
        tx.insert_all::<form_asked::Entity>(fresh).await?;
        tx.audit(
            ctx,
            self.community,
            AuditEntry::new(Self::NAME, "form", self.form).detail(json!({ "asked": count })),
        );
        tx.emit(
            ctx,
            event(events::QUESTIONS_ASKED, self.community, self.form),
        );
        Ok(open)
    }
}

impl AskNextTime {
    async fn question(&self, ctx: &Ctx, tx: &Tx<'_>, key: &str, text: &str) -> Result<Uuid> {
        let text = required("text", text, TEXT)?;
        let known = form_question::Entity::find()
            .filter(form_question::Column::CommunityId.eq(self.community.0))
            .filter(form_question::Column::FormId.eq(self.form))
            .filter(form_question::Column::Key.eq(key))
            .one(tx.conn())
            .await?;
        if let Some(known) = known {
            return Ok(known.id);
        }
        let question = form_question::Model {
            community_id: self.community.0,
            id: ctx.new_id(),
            version: 1,
            form_id: self.form,
            key: key.to_owned(),
            text,
            by_name: ctx.actor().name().to_owned(),
            created_at: ctx.now().0,
        };
        Ok(tx.insert::<form_question::Entity>(question).await?.id)
    }

    fn asked(&self, ctx: &Ctx, question: Uuid, person: Uuid) -> form_asked::Model {
        form_asked::Model {
            community_id: self.community.0,
            id: ctx.new_id(),
            version: 1,
            question_id: question,
            person_id: person,
            answer_sealed: None,
            answered_at: None,
            by_name: None,
            created_at: ctx.now().0,
        }
    }
}

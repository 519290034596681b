//! A form's questions are taken back: asked by mistake, or no longer wanted. What somebody answered stays answered.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::json;
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Database, Tx};
use youlin_kernel::{CommunityId, Ctx, Result};

use crate::entities::{form_asked, form_question};
use crate::events::{self, event};
use crate::permissions::PEOPLE_WRITE;

/// Takes back the unanswered questions of one form in one community. Answers how many there were.
#[derive(Debug)]
pub struct WithdrawQuestions {
    pub community: CommunityId,
    pub form: Uuid,
}

impl Command for WithdrawQuestions {
    type Output = usize;
    const NAME: &'static str = "people.withdraw-questions";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<usize> {
        ctx.authorize(&PEOPLE_WRITE, self.community)?;
        let questions = questions(tx.conn(), &[self.community.0], self.form).await?;
        let open = form_asked::Entity::find()
            .filter(form_asked::Column::CommunityId.eq(self.community.0))
            .filter(form_asked::Column::QuestionId.is_in(questions.iter().map(|row| row.id)))
            .filter(form_asked::Column::AnsweredAt.is_null())
            .all(tx.conn())
            .await?;
        let count = open.len();
        if count == 0 {
            return Ok(0);
        }
        tx.delete_all::<form_asked::Entity>(&open).await?;
        tx.audit(
            ctx,
            self.community,
            AuditEntry::new(Self::NAME, "form", self.form).detail(json!({ "withdrawn": count })),
        );
        tx.emit(
            ctx,
            event(events::QUESTIONS_ASKED, self.community, self.form),
        );
        Ok(count)
    }
}

async fn questions(
    conn: &impl ConnectionTrait,
    communities: &[i64],
    form: Uuid,
) -> Result<Vec<form_question::Model>> {
    Ok(form_question::Entity::find()
        .filter(form_question::Column::CommunityId.is_in(communities.iter().copied()))
        .filter(form_question::Column::FormId.eq(form))
        .all(conn)
        .await?)
}

/// Where the caller may take questions of the form back: the communities that were asked.
async fn asked_in(db: &Database, ctx: &Ctx, form: Uuid) -> Result<Vec<form_question::Model>> {
    let Ok(scope) = ctx.scope(&PEOPLE_WRITE) else {
        return Ok(Vec::new());
    };
    let mut rows = questions(db.read(), &scope.communities(), form).await?;
    rows.retain(|row| scope.contains_community(CommunityId(row.community_id)));
    Ok(rows)
}

/// How many of the form's questions are open, as far as the caller may take them back.
pub(crate) async fn open_questions(db: &Database, ctx: &Ctx, form: Uuid) -> Result<usize> {
    let rows = asked_in(db, ctx, form).await?;
    if rows.is_empty() {
        return Ok(0);
    }
    let count = form_asked::Entity::find()
        .filter(form_asked::Column::CommunityId.is_in(rows.iter().map(|row| row.community_id)))
        .filter(form_asked::Column::QuestionId.is_in(rows.iter().map(|row| row.id)))
        .filter(form_asked::Column::AnsweredAt.is_null())
        .count(db.read())
        .await?;
    Ok(usize::try_from(count).unwrap_or(usize::MAX))
}

/// Takes all of them back, community by community.
pub(crate) async fn withdraw(db: &Database, ctx: &Ctx, form: Uuid) -> Result<usize> {
    let mut communities: Vec<i64> = asked_in(db, ctx, form)
        .await?
        .iter()
        .map(|row| row.community_id)
        .collect();
    communities.sort_unstable();
    communities.dedup();
    let mut count = 0;
    for community in communities {
        let command = WithdrawQuestions {
            community: CommunityId(community),
            form,
        };
        count += db.execute(ctx, command).await?;
    }
    Ok(count)
}

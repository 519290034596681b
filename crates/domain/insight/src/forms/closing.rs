//! A form nobody asks for any more is closed, and may be opened again; what was asked at the door because of it by mistake
//! no longer counts as asked.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{CommunityId, Ctx, Result};

use super::commands::any_form_for;
use crate::entities::{report_fill, report_form};

/// Closes a form, or opens it again. Doing it twice changes nothing.
#[derive(Debug)]
pub struct CloseForm {
    pub community: CommunityId,
    pub form: Uuid,
    pub closed: bool,
}

impl Command for CloseForm {
    type Output = ();
    const NAME: &'static str = "insight.close-form";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let form = any_form_for(ctx, tx, self.community, self.form).await?;
        if form.closed_at.is_some() == self.closed {
            return Ok(());
        }
        let closed_at = self.closed.then_some(ctx.now().0);
        tx.update::<report_form::Entity>(report_form::Model { closed_at, ..form })
            .await?;
        tx.audit(
            ctx,
            self.community,
            AuditEntry::new(Self::NAME, "form", self.form).detail(json!({ "closed": self.closed })),
        );
        Ok(())
    }
}

/// That so many questions of a form were taken back: the notes of asking them stand for what is left.
#[derive(Debug)]
pub struct NoteWithdrawn {
    pub community: CommunityId,
    pub form: Uuid,
    pub questions: usize,
}

impl Command for NoteWithdrawn {
    type Output = ();
    const NAME: &'static str = "insight.withdraw-questions";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        any_form_for(ctx, tx, self.community, self.form).await?;
        let notes = report_fill::Entity::find()
            .filter(report_fill::Column::CommunityId.eq(self.community.0))
            .filter(report_fill::Column::FormId.eq(self.form))
            .filter(report_fill::Column::Lines.eq(0))
            .filter(report_fill::Column::Asked.gt(0))
            .all(tx.conn())
            .await?;
        let back = i32::try_from(self.questions).unwrap_or(i32::MAX);
        let (gone, left): (Vec<_>, Vec<_>) = notes.into_iter().partition(|note| note.asked <= back);
        tx.delete_all::<report_fill::Entity>(&gone).await?;
        for note in left {
            let asked = note.asked - back;
            tx.update::<report_fill::Entity>(report_fill::Model { asked, ..note })
                .await?;
        }
        tx.audit(
            ctx,
            self.community,
            AuditEntry::new(Self::NAME, "form", self.form)
                .detail(json!({ "withdrawn": self.questions })),
        );
        Ok(())
    }
}

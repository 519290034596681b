//! Many people's facts in the clear at once, for a form: each of them can see who had them, and why.

use sea_orm::EntityTrait;
use serde_json::json;
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{CommunityId, Ctx, Result};

use super::reveal;
use crate::entities::who_looked;
use crate::privacy::{NewProcessing, ProcessingKind, note_processing};

/// Stands first among the fields of a look that was a form's.
pub(crate) const OF_FORM: &str = "form";
/// Stands last among the fields of a look that was a list's.
pub(crate) const OF_LIST: &str = "export";

/// Notes with every person that these fields were handed out. Who may is decided where they are read.
#[derive(Debug)]
pub(crate) struct NoteHandOut {
    pub(crate) community: CommunityId,
    /// With whether each is a child.
    pub(crate) persons: Vec<(Uuid, bool)>,
    /// As `who_looked` lists them.
    pub(crate) fields: Vec<&'static str>,
    pub(crate) purpose: String,
    pub(crate) form: Uuid,
}

impl Command for NoteHandOut {
    type Output = ();
    const NAME: &'static str = "people.hand-out";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let purpose = reveal::purpose(&self.purpose)?;
        // One filling is one act, however many people are in it: its looks say so, and are of one moment.
        let fields = [&[OF_FORM][..], &self.fields].concat().join(",");
        let at = ctx.now().0;
        let looks: Vec<<who_looked::Entity as EntityTrait>::Model> = self
            .persons
            .iter()
            .map(|(person, child)| who_looked::Model {
                community_id: self.community.0,
                id: ctx.new_id(),
                version: 1,
                person_id: *person,
                actor_kind: ctx.actor().kind().to_owned(),
                actor_id: ctx.actor().id(),
                actor_name: ctx.actor().name().to_owned(),
                fields: fields.clone(),
                purpose: purpose.clone(),
                of_child: child.then_some(true),
                case_id: None,
                at,
            })
            .collect();
        tx.insert_all::<who_looked::Entity>(looks).await?;
        let processed = NewProcessing {
            kind: ProcessingKind::Export,
            purpose,
            person: None,
            persons: i64::try_from(self.persons.len()).unwrap_or(i64::MAX),
            subject: self.form.to_string(),
        };
        note_processing(ctx, tx, self.community, processed).await?;
        tx.audit(
            ctx,
            self.community,
            AuditEntry::new(Self::NAME, "form", self.form)
                .detail(json!({ "persons": self.persons.len(), "fields": self.fields })),
        );
        Ok(())
    }
}

//! Many people's facts in the clear at once, for a form: each of them can see who had them, and why.

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
        let seen = self.persons.iter();
        let seen = seen.map(|(person, child)| (*person, child.then_some(true), &self.fields[..]));
        note_looks(ctx, tx, (self.community, self.form), &purpose, seen).await?;
        tx.audit(
            ctx,
            self.community,
            AuditEntry::new(Self::NAME, "form", self.form)
                .detail(json!({ "persons": self.persons.len(), "fields": self.fields })),
        );
        Ok(())
    }
}

/// Notes the looks of one filling: persons of a community, with the fields of them that were handed out. One filling is one act,
/// however many people are in it: its looks say so, and are of one moment.
pub(crate) async fn note_looks<'a>(
    ctx: &Ctx,
    tx: &Tx<'_>,
    (community, form): (CommunityId, Uuid),
    purpose: &str,
    seen: impl Iterator<Item = (Uuid, Option<bool>, &'a [&'static str])>,
) -> Result<()> {
    let at = ctx.now().0;
    let looks: Vec<who_looked::Model> = seen
        .map(|(person_id, of_child, fields)| who_looked::Model {
            community_id: community.0,
            id: ctx.new_id(),
            version: 1,
            person_id,
            actor_kind: ctx.actor().kind().to_owned(),
            actor_id: ctx.actor().id(),
            actor_name: ctx.actor().name().to_owned(),
            fields: [&[OF_FORM], fields].concat().join(","),
            purpose: purpose.to_owned(),
            of_child,
            case_id: None,
            at,
        })
        .collect();
    let processed = NewProcessing {
        kind: ProcessingKind::Export,
        purpose: purpose.to_owned(),
        person: None,
        persons: i64::try_from(looks.len()).unwrap_or(i64::MAX),
        subject: form.to_string(),
    };
    tx.insert_all::<who_looked::Entity>(looks).await?;
    note_processing(ctx, tx, community, processed).await
}

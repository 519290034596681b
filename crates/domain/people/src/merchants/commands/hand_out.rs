//! Many merchants' numbers and names of their persons at once, for a form: whoever answers for one of them, and whoever is
//! named, can see who had them, and why.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{CommunityId, Ctx, Result};

use super::reveal::responsible;
use crate::commands::hand_out::OF_FORM;
use crate::commands::reveal::purpose;
use crate::entities::who_looked;
use crate::privacy::{NewProcessing, ProcessingKind, note_processing};

/// See the module's text. Who may is decided where they are read.
#[derive(Debug)]
pub(crate) struct NoteMerchants {
    pub(crate) community: CommunityId,
    /// Merchants whose number was handed out.
    pub(crate) numbers: Vec<Uuid>,
    /// Persons of this community who were named.
    pub(crate) named: BTreeSet<Uuid>,
    pub(crate) purpose: String,
    pub(crate) form: Uuid,
}

impl Command for NoteMerchants {
    type Output = ();
    const NAME: &'static str = "people.hand-out-merchants";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let purpose = purpose(&self.purpose)?;
        let mut seen: BTreeMap<Uuid, Vec<&str>> = BTreeMap::new();
        for person in &self.named {
            seen.entry(*person).or_default().push("name");
        }
        for person in responsible(tx, self.community, &self.numbers).await? {
            seen.entry(person).or_default().push("merchant-phone");
        }
        let at = ctx.now().0;
        let persons = seen.len();
        let looks = seen.into_iter().map(|(person, fields)| who_looked::Model {
            community_id: self.community.0,
            id: ctx.new_id(),
            version: 1,
            person_id: person,
            actor_kind: ctx.actor().kind().to_owned(),
            actor_id: ctx.actor().id(),
            actor_name: ctx.actor().name().to_owned(),
            fields: [&[OF_FORM][..], &fields].concat().join(","),
            purpose: purpose.clone(),
            of_child: None,
            case_id: None,
            at,
        });
        tx.insert_all::<who_looked::Entity>(looks.collect()).await?;
        let processed = NewProcessing {
            kind: ProcessingKind::Export,
            purpose,
            person: None,
            persons: i64::try_from(persons).unwrap_or(i64::MAX),
            subject: self.form.to_string(),
        };
        note_processing(ctx, tx, self.community, processed).await?;
        let detail = json!({ "numbers": self.numbers.len(), "named": self.named.len() });
        tx.audit(
            ctx,
            self.community,
            AuditEntry::new(Self::NAME, "form", self.form).detail(detail),
        );
        Ok(())
    }
}

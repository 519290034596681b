//! What somebody may change in their own file: their numbers (a new one is proven by a code, for whoever has the number
//! can open the file), and ask for everything else to be put right. Consents are [`crate::SetConsent`].

use std::sync::Arc;

use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::json;
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{CommunityId, Ctx, Problem, ProblemKind, Result};

use super::corrections::{CorrectionFact, CorrectionState, wish_place};
use super::enter_code::{Entered, Proven, prove};
use crate::Vault;
use crate::commands::attach_phone;
use crate::entities::{correction, person, person_phone};
use crate::events::{self, event};
use crate::fields::required;
use crate::privacy::{NewProcessing, ProcessingKind, note_processing};

/// Open requests of one person at a time: enough for a file full of errors, too few for a flood.
const OPEN_AT_ONCE: u64 = 10;

/// The caller's own row.
async fn own_row(
    ctx: &Ctx,
    tx: &Tx<'_>,
    community: CommunityId,
    id: Uuid,
) -> Result<person::Model> {
    if ctx.actor().person() != Some(id) {
        return Err(Problem::not_found());
    }
    person::Entity::find_by_id((community.0, id))
        .one(tx.conn())
        .await?
        .ok_or_else(Problem::not_found)
}

/// Adds the number a code was sent to.
#[derive(Debug)]
pub struct ConfirmPhone {
    pub vault: Arc<Vault>,
    pub community: CommunityId,
    pub person: Uuid,
    /// The code's id.
    pub id: Uuid,
    pub typed: String,
}

impl Command for ConfirmPhone {
    type Output = Entered;
    const NAME: &'static str = "people.confirm-own-phone";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<Entered> {
        let vault = &self.vault;
        let row = own_row(ctx, tx, self.community, self.person).await?;
        let own = Some((self.community, self.person));
        let proven = match prove(ctx, tx, vault, self.id, &self.typed, own).await? {
            Proven::Right(proven) => proven,
            Proven::Wrong(left) => return Ok(Entered::Wrong(left)),
            Proven::Over => return Ok(Entered::Over),
        };
        let number = proven.number(vault, self.id)?;
        let (phone, heard) = attach_phone::say(ctx, tx, vault, &row, &number).await?;
        if heard {
            tx.audit(
                ctx,
                self.community,
                AuditEntry::new(Self::NAME, "person", self.person)
                    .detail(json!({ "phone": phone })),
            );
            tx.emit(
                ctx,
                event(events::PERSON_SAVED, self.community, self.person),
            );
        }
        Ok(Entered::Right(String::new()))
    }
}

/// Takes one of one's own numbers off.
#[derive(Debug)]
pub struct TakeOffPhone {
    pub community: CommunityId,
    pub person: Uuid,
    pub phone: Uuid,
}

impl Command for TakeOffPhone {
    type Output = ();
    const NAME: &'static str = "people.take-off-own-phone";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        own_row(ctx, tx, self.community, self.person).await?;
        let known = person_phone::Entity::find_by_id((self.community.0, self.phone))
            .one(tx.conn())
            .await?
            .filter(|row| row.person_id == self.person);
        let Some(row) = known else {
            return Ok(());
        };
        tx.delete::<person_phone::Entity>(&row).await?;
        tx.audit(
            ctx,
            self.community,
            AuditEntry::new(Self::NAME, "person", self.person)
                .detail(json!({ "phone": self.phone })),
        );
        tx.emit(
            ctx,
            event(events::PERSON_SAVED, self.community, self.person),
        );
        Ok(())
    }
}

/// Asks for a fact to be put right; the desk accepts or declines with a reason.
#[derive(Debug)]
pub struct AskCorrection {
    pub vault: Arc<Vault>,
    pub community: CommunityId,
    pub person: Uuid,
    /// One of [`CorrectionFact`], as its word.
    pub fact: String,
    /// How it should read.
    pub wish: String,
}

impl Command for AskCorrection {
    type Output = Uuid;
    const NAME: &'static str = "people.ask-correction";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<Uuid> {
        own_row(ctx, tx, self.community, self.person).await?;
        let fact = CorrectionFact::parse(&self.fact)
            .ok_or_else(|| Problem::invalid("fact", "unknown-value"))?;
        let wish = required("wish", &self.wish, 500)?;
        fact.check(&wish, ctx.now().date())?;
        let open = correction::Entity::find()
            .filter(correction::Column::CommunityId.eq(self.community.0))
            .filter(correction::Column::PersonId.eq(self.person))
            .filter(correction::Column::State.eq(CorrectionState::Open.as_str()))
            .count(tx.conn())
            .await?;
        if open >= OPEN_AT_ONCE {
            return Err(Problem::new(ProblemKind::TooMany, "corrections-open"));
        }
        let id = ctx.new_id();
        tx.insert::<correction::Entity>(correction::Model {
            community_id: self.community.0,
            id,
            version: 1,
            person_id: self.person,
            fact: fact.as_str().to_owned(),
            wish_sealed: self
                .vault
                .seal(ctx, wish_place(self.community.0, id), &wish)?,
            state: CorrectionState::Open.as_str().to_owned(),
            asked_at: ctx.now().0,
            decided_at: None,
            decided_by: None,
            answer_sealed: None,
        })
        .await?;
        tx.audit(
            ctx,
            self.community,
            AuditEntry::new(Self::NAME, "person", self.person)
                .detail(json!({ "correction": id, "fact": fact.as_str() })),
        );
        tx.emit(
            ctx,
            event(events::CORRECTION_ASKED, self.community, self.person),
        );
        Ok(id)
    }
}

/// Notes that the file was taken away, as what.
#[derive(Debug)]
pub struct TakeFile {
    pub community: CommunityId,
    pub person: Uuid,
    /// `print` or `json`.
    pub form: &'static str,
}

impl Command for TakeFile {
    type Output = ();
    const NAME: &'static str = "people.take-own-file";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        own_row(ctx, tx, self.community, self.person).await?;
        let record = NewProcessing {
            kind: ProcessingKind::OwnCopy,
            purpose: self.form.to_owned(),
            person: Some(self.person),
            persons: 1,
            subject: String::new(),
        };
        note_processing(ctx, tx, self.community, record).await?;
        tx.audit(
            ctx,
            self.community,
            AuditEntry::new(Self::NAME, "person", self.person).detail(json!({ "form": self.form })),
        );
        Ok(())
    }
}

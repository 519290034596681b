//! Book a resource for a time, or ask for it where one may not lend.

use std::sync::Arc;

use serde_json::json;
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{AreaId, CommunityId, Ctx, Micros, Problem, Result};
use youlin_people::permissions::PEOPLE_READ;
use youlin_people::{Directory, Party, PartyKind};

use super::stock::{Scene, is_open, opening};
use crate::entities::resource_loan;
use crate::events::{self, event};
use crate::model::{LoanState, book};
use crate::permissions::{SHARING_ASK, SHARING_LEND};
use crate::service::Sharing;
use crate::text::optional;

/// For whom it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Borrower {
    Party(Party),
    /// A case itself: a pump for a flooded cellar.
    Case(Uuid),
}

impl Borrower {
    /// `person`, `organisation`, `case`.
    pub(crate) fn kind(self) -> &'static str {
        match self {
            Self::Party(party) => party.kind.as_str(),
            Self::Case(_) => "case",
        }
    }

    pub(crate) fn id(self) -> Uuid {
        match self {
            Self::Party(party) => party.id,
            Self::Case(id) => id,
        }
    }

    /// The borrower of two columns.
    pub(crate) fn of(kind: &str, id: Uuid) -> Self {
        crate::service::party(kind, id).map_or(Self::Case(id), Self::Party)
    }
}

/// Who is to have it and why.
#[derive(Clone, Debug)]
pub struct Asker {
    pub borrower: Borrower,
    /// The case it is for, besides a person or organisation.
    pub case: Option<Uuid>,
    /// Sealed: it may say of somebody what is private.
    pub note: String,
}

/// See the module's text. Answers the loan's id.
#[derive(Clone, Debug)]
pub struct BookLoan {
    pub sharing: Arc<Sharing>,
    pub community: CommunityId,
    pub resource: Uuid,
    pub count: u32,
    pub from: Micros,
    pub to: Micros,
    pub asker: Asker,
}

impl Command for BookLoan {
    type Output = Uuid;
    const NAME: &'static str = "sharing.book-loan";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<Uuid> {
        let (sharing, now) = (&self.sharing, ctx.now().0);
        let key = (self.community.0, self.resource);
        let scene = Scene::load(sharing, tx, key, None, now).await?;
        let area = AreaId(scene.resource.area_id);
        may_ask(ctx, self.community)?;
        let may_lend = ctx.authorize(&SHARING_LEND, area).is_ok();
        let case = self.case(ctx).await?;
        let window = (self.from.0, self.to.0);
        let hours = opening(&scene.resource);
        let open = is_open(sharing, (&scene.resource.kind, &hours), window);
        let loan = book(
            self.count,
            window,
            may_lend,
            &scene.around(sharing, open),
            now,
        )?;
        let id = ctx.new_id();
        let note = optional("note", &self.asker.note, 1_000)?;
        let row = resource_loan::Model {
            community_id: self.community.0,
            id,
            version: 1,
            resource_id: self.resource,
            state: loan.state.as_str().to_owned(),
            state_before: None,
            amount: i32::try_from(loan.count).unwrap_or(i32::MAX),
            from_at: loan.from,
            to_at: loan.to,
            borrower_kind: self.asker.borrower.kind().to_owned(),
            borrower_id: self.asker.borrower.id(),
            case_id: case,
            note_sealed: sharing.seal(ctx, "resource_loan", "note", (self.community, id), &note)?,
            reason_sealed: None,
            by_id: ctx.actor().id(),
            by_name: ctx.actor().name().to_owned(),
            created_at: now,
            changed_at: now,
            out_at: None,
            back_at: None,
            late_told_at: None,
            damage_case: None,
        };
        tx.insert::<resource_loan::Entity>(row).await?;
        if loan.state == LoanState::Booked {
            scene.save(tx, &loan).await?;
        }
        let detail = json!({ "resource": self.resource, "state": loan.state, "count": loan.count });
        tx.audit(
            ctx,
            self.community,
            AuditEntry::new(Self::NAME, "resource_loan", id).detail(detail),
        );
        let step = json!({ "step": loan.state, "resource": self.resource, "case": case });
        tx.emit(ctx, event(events::LOAN_SAVED, self.community, id, step));
        Ok(id)
    }
}

/// What a community has serves all of it: whoever works in one of its grids may ask.
pub(super) fn may_ask(ctx: &Ctx, community: CommunityId) -> Result<()> {
    if ctx.scope(&SHARING_ASK)?.contains_community(community) {
        Ok(())
    } else {
        Err(Problem::not_found())
    }
}

impl BookLoan {
    /// The case concerned; borrower and case are ones the caller may see, in the resource's community.
    async fn case(&self, ctx: &Ctx) -> Result<Option<Uuid>> {
        let db = &self.sharing.db;
        let case = match self.asker.borrower {
            Borrower::Case(id) => Some(id),
            Borrower::Party(party) => {
                self.party(ctx, party).await?;
                self.asker.case
            }
        };
        if let Some(id) = case {
            let (community, _) = youlin_cases::visible(db, ctx, id)
                .await
                .map_err(|_unseen| Problem::invalid("case", "unknown-value"))?;
            if community != self.community {
                return Err(Problem::invalid("case", "sharing-other-community"));
            }
        }
        Ok(case)
    }

    async fn party(&self, ctx: &Ctx, party: Party) -> Result<()> {
        let db = self.sharing.db.read();
        let unknown = || Problem::invalid("borrower", "unknown-value");
        match party.kind {
            PartyKind::Organisation => {
                Directory::organisation(db, self.community, party.id)
                    .await?
                    .ok_or_else(unknown)?;
            }
            PartyKind::Person => {
                let scope = ctx.scope(&PEOPLE_READ)?;
                Directory::card(db, self.sharing.vault(), &scope, party.id)
                    .await
                    .map_err(|_unseen| unknown())?;
            }
        }
        Ok(())
    }
}

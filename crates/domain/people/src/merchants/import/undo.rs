//! Takes back what rows of a file or a sheet did to merchants. Whoever was changed since stays as they are, and is named.

use std::sync::Arc;

use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::json;
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_imports::{Batch, ImportReport, Outcome, Refused, Step, strike};
use youlin_kernel::{CommunityId, Ctx, Problem, ProblemKind, Result, Scope};

use super::did::Did;
use crate::entities::{
    merchant, merchant_past, merchant_person, merchant_place, person, person_label, person_phone,
    residence,
};
use crate::events::{self, MERCHANT_SAVED, event};
use crate::import::{InUse, own, used};
use crate::merchants::commands::merchant_for;
use crate::merchants::commands::places::{self, Where};
use crate::merchants::commands::save::not_doubled;
use crate::permissions::PEOPLE_WRITE;

/// Steps of one community, the latest first: who came to a stall goes before who had it comes back.
struct TakeBack {
    in_use: Vec<Arc<dyn InUse>>,
    community: CommunityId,
    steps: Vec<Step>,
}

/// `in_use`: floors that may know the persons who were entered with the merchants.
pub(super) fn batch(
    in_use: Vec<Arc<dyn InUse>>,
    community: CommunityId,
    steps: Vec<Step>,
) -> Batch {
    let lines = steps.iter().map(|step| step.line).collect();
    let command = TakeBack {
        in_use,
        community,
        steps,
    };
    Batch::new(community, lines, command)
}

impl Command for TakeBack {
    type Output = ImportReport;
    const NAME: &'static str = "people.take-merchants-back";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<ImportReport> {
        let mut report = ImportReport::default();
        let scope = ctx.scope(&PEOPLE_WRITE)?;
        let (mut done, mut gone) = (Vec::new(), Vec::new());
        for step in &self.steps {
            let did: Did = serde_json::from_str(&step.detail).map_err(Problem::internal)?;
            let entered = did.persons.iter();
            let entered: Vec<(Uuid, Vec<Uuid>)> =
                entered.map(|one| (one.id, one.phones.clone())).collect();
            match self.back(ctx, tx, step.subject, did).await? {
                Ok(()) => {
                    done.push(step.id);
                    report.count(Outcome::Changed);
                    for (id, phones) in entered {
                        if self.forget(tx, &scope, id, &phones).await? {
                            gone.push(id);
                        } else {
                            report
                                .refused
                                .push(Refused::new(step.line, "", "shop-undo-person"));
                        }
                    }
                    tx.emit(ctx, event(MERCHANT_SAVED, self.community, step.subject));
                }
                Err(why) => report.refused.push(Refused {
                    line: step.line,
                    ..why
                }),
            }
        }
        if done.is_empty() {
            return Ok(report);
        }
        strike(tx, self.community, &done).await?;
        let entry = AuditEntry::new(Self::NAME, "import", Uuid::nil())
            .detail(json!({"taken_back": done.len()}));
        tx.audit(ctx, self.community, entry);
        if !gone.is_empty() {
            let event = events::residents_imported(self.community, Uuid::nil(), &gone);
            tx.emit(ctx, event);
        }
        Ok(report)
    }
}

/// Why a merchant stays as it is; the line is filled in by who knows it.
type Kept = std::result::Result<(), Refused>;

fn kept(code: &'static str) -> Refused {
    Refused::new(0, "", code)
}

/// What there is of a merchant now.
struct Now {
    row: merchant::Model,
    places: Vec<merchant_place::Model>,
    persons: Vec<merchant_person::Model>,
}

/// What goes and what comes back.
struct Back {
    places: Vec<merchant_place::Model>,
    persons: Vec<merchant_person::Model>,
    reopened: Vec<merchant_place::Model>,
    /// Persons who are again what they were.
    again: Vec<merchant_person::Model>,
}

impl Now {
    /// What takes the step back; none when something of it was changed since.
    fn back(&self, did: &Did) -> Option<Back> {
        // Nothing of them but their end is ever written: one that holds is as it was made, also where a later row of the
        // file ended it and was taken back.
        let places = own::<merchant_place::Entity>(&self.places, &did.entered, |place| {
            place.valid_to.is_none()
        });
        let persons = own::<merchant_person::Entity>(&self.persons, &did.joined, |person| {
            person.valid_to.is_none()
        });
        let whole = places.len() == did.entered.len() && persons.len() == did.joined.len();
        // Nothing else hangs on one that goes.
        let alone =
            !did.new || (places.len() == self.places.len() && persons.len() == self.persons.len());
        let reopened: Vec<merchant_place::Model> = did
            .left
            .iter()
            .filter_map(|before| {
                let now = self.places.iter().find(|place| place.id == before.id)?;
                (now.version == before.version + 1).then(|| merchant_place::Model {
                    version: now.version,
                    ..before.clone()
                })
            })
            .collect();
        let rejoined: Vec<merchant_person::Model> = did
            .parted
            .iter()
            .filter_map(|before| {
                let now = self.persons.iter().find(|row| row.id == before.id)?;
                (now.version == before.version + 1).then(|| merchant_person::Model {
                    version: now.version,
                    ..before.clone()
                })
            })
            .collect();
        // Somebody may have made them that again by hand.
        let twice = rejoined.iter().any(|before| {
            let there = |one: &merchant_person::Model| {
                one.valid_to.is_none()
                    && (one.person_id, &one.relation) == (before.person_id, &before.relation)
            };
            self.persons.iter().any(there)
        });
        // It may have gone back there by itself.
        let again = reopened.iter().any(|place| {
            let there = |one: &merchant_place::Model| {
                one.valid_to.is_none()
                    && !did.entered.contains(&one.id)
                    && (one.premises_id, one.stall_id) == (place.premises_id, place.stall_id)
            };
            self.places.iter().any(there)
        });
        let same = self.row.version == did.version
            || did.after.as_ref().is_some_and(|after| {
                let version = self.row.version;
                self.row
                    == merchant::Model {
                        version,
                        ..after.clone()
                    }
            });
        let restored = reopened.len() == did.left.len() && rejoined.len() == did.parted.len();
        let sound = same && whole && alone && !again && !twice && restored;
        sound.then_some(Back {
            places,
            persons,
            reopened,
            again: rejoined,
        })
    }
}

impl TakeBack {
    /// Takes one step back. Everything that speaks against it is found before anything is written.
    async fn back(&self, ctx: &Ctx, tx: &Tx<'_>, id: Uuid, did: Did) -> Result<Kept> {
        let row = match merchant_for(ctx, tx, &PEOPLE_WRITE, self.community, id).await {
            Ok(row) => row,
            Err(problem) => return refusal(problem, "shop-undo-changed"),
        };
        let now = self.now(tx, row).await?;
        let Some(back) = now.back(&did) else {
            return Ok(Err(kept("shop-undo-changed")));
        };
        for place in &back.reopened {
            if let Err(why) = self.free(ctx, tx, place).await? {
                return Ok(Err(why));
            }
        }
        let code = did
            .before
            .as_ref()
            .and_then(|row| row.credit_code.as_deref());
        if let Err(problem) = not_doubled(tx, self.community, Some(id), code).await {
            return refusal(problem, "shop-undo-code");
        }
        tx.delete_all::<merchant_person::Entity>(&back.persons)
            .await?;
        tx.delete_all::<merchant_place::Entity>(&back.places)
            .await?;
        if let Some(past) = did.past {
            let past = merchant_past::Entity::find_by_id((self.community.0, past));
            if let Some(past) = past.one(tx.conn()).await? {
                tx.delete::<merchant_past::Entity>(&past).await?;
            }
        }
        for place in back.reopened {
            tx.update::<merchant_place::Entity>(place).await?;
        }
        for person in back.again {
            tx.update::<merchant_person::Entity>(person).await?;
        }
        match did.before {
            _ if did.new => tx.delete::<merchant::Entity>(&now.row).await?,
            Some(before) => {
                tx.update::<merchant::Entity>(merchant::Model {
                    version: now.row.version,
                    // A number nobody touched may have been sealed by a newer key since.
                    phone_sealed: match did.phone {
                        true => before.phone_sealed.clone(),
                        false => now.row.phone_sealed,
                    },
                    ..before
                })
                .await?;
            }
            None => {}
        }
        Ok(Ok(()))
    }

    /// Removes a person who was entered with a merchant; `false` when somebody went on with them since.
    async fn forget(&self, tx: &Tx<'_>, scope: &Scope, id: Uuid, entered: &[Uuid]) -> Result<bool> {
        let community = self.community;
        let row = person::Entity::find_by_id((community.0, id))
            .one(tx.conn())
            .await?;
        let Some(row) = row.filter(|row| row.version == 1) else {
            return Ok(false);
        };
        let phones = person_phone::Entity::find()
            .filter(person_phone::Column::CommunityId.eq(community.0))
            .filter(person_phone::Column::PersonId.eq(id))
            .all(tx.conn())
            .await?;
        let labels = person_label::Entity::find()
            .filter(person_label::Column::CommunityId.eq(community.0))
            .filter(person_label::Column::PersonId.eq(id))
            .count(tx.conn())
            .await?;
        let homes = residence::Entity::find()
            .filter(residence::Column::CommunityId.eq(community.0))
            .filter(residence::Column::PersonId.eq(id))
            .count(tx.conn())
            .await?;
        let own = own::<person_phone::Entity>(&phones, entered, |_| false);
        let same = own.len() == entered.len() && phones.len() == own.len();
        if !same || labels + homes > 0 {
            return Ok(false);
        }
        if !used(tx, scope, community, &[id], &self.in_use)
            .await?
            .is_empty()
        {
            return Ok(false);
        }
        tx.delete_all::<person_phone::Entity>(&own).await?;
        tx.delete::<person::Entity>(&row).await?;
        Ok(true)
    }

    async fn now(&self, tx: &Tx<'_>, row: merchant::Model) -> Result<Now> {
        let places = merchant_place::Entity::find()
            .filter(merchant_place::Column::CommunityId.eq(self.community.0))
            .filter(merchant_place::Column::MerchantId.eq(row.id))
            .all(tx.conn())
            .await?;
        let persons = merchant_person::Entity::find()
            .filter(merchant_person::Column::CommunityId.eq(self.community.0))
            .filter(merchant_person::Column::MerchantId.eq(row.id))
            .all(tx.conn())
            .await?;
        Ok(Now {
            row,
            places,
            persons,
        })
    }

    /// Whether a place that was left can be come back to: it is still there, the caller may write in it, and nobody else has
    /// the stall by now.
    async fn free(&self, ctx: &Ctx, tx: &Tx<'_>, place: &merchant_place::Model) -> Result<Kept> {
        let at = Where {
            premises: place.premises_id,
            stall: place.stall_id,
            ..Where::default()
        };
        let premises = match places::checked(tx, self.community, &at).await {
            Ok(premises) => premises,
            Err(problem) => return refusal(problem, "shop-undo-place"),
        };
        if let Err(problem) = ctx.authorize(&PEOPLE_WRITE, premises.area()) {
            return refusal(problem, "shop-undo-place");
        }
        let tenant = match at.stall {
            Some(_) => places::tenant(tx, self.community, &at).await?,
            None => None,
        };
        Ok(match tenant {
            Some(name) => Err(kept("shop-undo-taken").arg("name", name)),
            None => Ok(()),
        })
    }
}

/// What a command says against it, as the report tells it. Faults of the database are none, and end the batch.
fn refusal(problem: Problem, code: &'static str) -> Result<Kept> {
    match problem.kind() {
        ProblemKind::Forbidden | ProblemKind::SignInNeeded => Ok(Err(kept("row-not-yours"))),
        ProblemKind::Invalid | ProblemKind::NotFound => Ok(Err(kept(code))),
        _ => Err(problem),
    }
}

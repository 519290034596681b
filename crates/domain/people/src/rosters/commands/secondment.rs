//! Staff of the subdistrict or district who give time to a community (下沉).

use sea_orm::EntityTrait;
use serde_json::json;
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{CommunityId, Ctx, Problem, Result};

use super::{day, person_there};
use crate::fields::required;
use crate::permissions::ROSTERS_WRITE;
use crate::rosters::entities::secondment;

/// Enters that somebody is sent. Answers its id.
#[derive(Clone, Debug)]
pub struct SaveSecondment {
    pub community: CommunityId,
    pub person: (CommunityId, Uuid),
    /// Whose staff they are.
    pub unit: String,
    pub purpose: String,
    /// Monday is 1, Tuesday 2 …
    pub weekdays: i32,
    /// To be given in a week.
    pub week_minutes: i32,
    pub from: String,
    /// Empty: until further notice.
    pub to: String,
}

impl Command for SaveSecondment {
    type Output = Uuid;
    const NAME: &'static str = "people.save-secondment";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<Uuid> {
        ctx.authorize(&ROSTERS_WRITE, self.community)?;
        let (home, person) = self.person;
        person_there(tx, "person", home, person).await?;
        let from = day("from", &self.from)?;
        let to = match self.to.trim() {
            "" => None,
            text => Some(day("to", text)?),
        };
        if to.is_some_and(|to| to < from) {
            return Err(Problem::invalid("to", "before-beginning"));
        }
        if !(0..128).contains(&self.weekdays) {
            return Err(Problem::invalid("weekday", "duty-weekdays"));
        }
        if !(1..=7 * 24 * 60).contains(&self.week_minutes) {
            return Err(Problem::invalid("hours", "hours-number"));
        }
        let row = tx
            .insert::<secondment::Entity>(secondment::Model {
                community_id: self.community.0,
                id: ctx.new_id(),
                version: 1,
                person_community: home.0,
                person_id: person,
                unit: required("unit", &self.unit, 80)?,
                purpose: required("purpose", &self.purpose, 200)?,
                weekdays: self.weekdays,
                week_minutes: self.week_minutes,
                valid_from: from.to_string(),
                valid_to: to.map(|day| day.to_string()),
                noted_at: ctx.now().0,
                noted_by: ctx.actor().name().to_owned(),
            })
            .await?;
        tx.audit(
            ctx,
            self.community,
            AuditEntry::new(Self::NAME, "secondment", row.id).detail(json!({ "person": person })),
        );
        tx.emit(ctx, crate::rosters::saved(self.community, row.id));
        Ok(row.id)
    }
}

/// Ends a secondment with today; the hours stay.
#[derive(Clone, Debug)]
pub struct EndSecondment {
    pub community: CommunityId,
    pub id: Uuid,
}

impl Command for EndSecondment {
    type Output = ();
    const NAME: &'static str = "people.end-secondment";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        ctx.authorize(&ROSTERS_WRITE, self.community)?;
        let row = secondment::Entity::find_by_id((self.community.0, self.id))
            .one(tx.conn())
            .await?
            .ok_or_else(Problem::not_found)?;
        let today = ctx.now().local().date().to_string();
        if row.valid_to.as_ref().is_some_and(|to| *to <= today) {
            return Ok(());
        }
        tx.update::<secondment::Entity>(secondment::Model {
            valid_to: Some(today),
            ..row
        })
        .await?;
        tx.audit(
            ctx,
            self.community,
            AuditEntry::new(Self::NAME, "secondment", self.id),
        );
        tx.emit(ctx, crate::rosters::saved(self.community, self.id));
        Ok(())
    }
}

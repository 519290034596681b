//! Rosters, leaders and talents of the example, through the same commands a desk uses: duties and their shifts, somebody
//! away with a substitute, somebody sent by the subdistrict, neighbours named and asked.

use std::collections::HashMap;

use anyhow::{Context, Result};
use jiff::ToSpan;
use jiff::civil::Date;
use serde::Deserialize;
use uuid::Uuid;
use youlin_kernel::{AreaId, CommunityId, Ctx, Micros};
use youlin_people::Directory;
use youlin_people::permissions::PEOPLE_READ;
use youlin_people::privacy::WorkingDays;
use youlin_people::rosters::{
    AnswerAbsence, DecideHours, DutyDays, DutyKind, NoteAbsence, NoteHours, Pattern, PlanDuty,
    SaveRota, SaveSecondment,
};
use youlin_people::talents::{AnswerTalent, AskTalent, DecideNaming, NameNeighbour, TalentKind};

use super::keys::Keys;
use super::replay::plain;
use crate::House;

/// The file as it is.
#[derive(Debug, Deserialize)]
struct File {
    rotas: Vec<Rota>,
    absences: Vec<Absence>,
    seconded: Vec<Seconded>,
    named: Vec<Named>,
    talents: Vec<Talent>,
}

#[derive(Debug, Deserialize)]
struct Rota {
    name: String,
    kind: DutyKind,
    area: String,
    days: DutyDays,
    from: i32,
    to: i32,
    turn_weeks: i32,
    members: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Absence {
    person: String,
    from_days: i64,
    to_days: i64,
    substitute: String,
}

#[derive(Debug, Deserialize)]
struct Seconded {
    person: String,
    unit: String,
    purpose: String,
    weekdays: i32,
    week_minutes: i32,
    days_before: i64,
    hours: Vec<Hours>,
}

#[derive(Debug, Deserialize)]
struct Hours {
    days_before: i64,
    minutes: i32,
    what: String,
    confirmed: bool,
}

#[derive(Debug, Deserialize)]
struct Named {
    area: String,
    name: String,
    place: String,
    why: String,
    /// Who is meant, where that was found out.
    person: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Talent {
    person: String,
    kind: TalentKind,
    field: String,
    agreed: bool,
}

struct Filler<'a> {
    house: &'a House,
    ctx: &'a Ctx,
    persons: HashMap<String, (CommunityId, Uuid)>,
    keys: Keys,
    today: Date,
}

/// Fills in the file as the desk (`ctx`) of its community would.
pub(super) async fn fill(house: &House, ctx: &Ctx, text: &str) -> Result<()> {
    let file: File = serde_json::from_str(text).context("rosters.json")?;
    let mut filler = Filler {
        house,
        ctx,
        persons: HashMap::new(),
        keys: Keys::read(house.db.read()).await?,
        today: ctx.now().local().date(),
    };
    filler.rotas(&file.rotas).await?;
    filler.absences(&file.absences).await?;
    filler.seconded(&file.seconded).await?;
    filler.named(&file.named).await?;
    filler.talents(&file.talents).await
}

impl Filler<'_> {
    async fn person(&mut self, key: &str) -> Result<(CommunityId, Uuid)> {
        if let Some(found) = self.persons.get(key) {
            return Ok(*found);
        }
        let id = self.keys.persons.get(key).copied();
        let id = id.with_context(|| format!("there is no person {key}"))?;
        let scope = self
            .house
            .ctx(super::SAYS)
            .scope(&PEOPLE_READ)
            .map_err(plain)?;
        let (db, vault) = (self.house.db.read(), &self.house.services.vault);
        let card = Directory::card(db, vault, &scope, id)
            .await
            .map_err(plain)?;
        self.persons.insert(key.to_owned(), (card.community, id));
        Ok((card.community, id))
    }

    fn area(&self, code: &str) -> Result<(CommunityId, AreaId)> {
        let areas = self.house.app.areas();
        let area = areas
            .by_code(code)
            .with_context(|| format!("there is no area {code}"))?
            .id;
        let community = areas.community_of(area);
        Ok((community.with_context(|| code.to_owned())?, area))
    }

    async fn rotas(&mut self, rotas: &[Rota]) -> Result<()> {
        let working = self.house.app.service::<WorkingDays>().unwrap_or_default();
        for one in rotas {
            let (community, area) = self.area(&one.area)?;
            let mut members = Vec::new();
            for key in &one.members {
                members.push(self.person(key).await?);
            }
            let rota = SaveRota {
                community,
                id: None,
                area,
                kind: one.kind,
                name: one.name.clone(),
                pattern: Pattern {
                    days: one.days,
                    weekdays: 0,
                    turn_weeks: one.turn_weeks,
                    from_minute: one.from,
                    to_minute: one.to,
                    heads: 1,
                    starts_on: self.today,
                    ends_on: None,
                },
                members,
            };
            let rota = self.house.db.execute(self.ctx, rota).await.map_err(plain)?;
            let plan = PlanDuty {
                community,
                rota,
                to: self.today.saturating_add(42.days()),
                working: std::sync::Arc::clone(&working),
            };
            self.house.db.execute(self.ctx, plan).await.map_err(plain)?;
        }
        Ok(())
    }

    async fn absences(&mut self, absences: &[Absence]) -> Result<()> {
        for one in absences {
            let (community, person) = self.person(&one.person).await?;
            let start = Micros(self.ctx.now().0 - self.ctx.now().0 % Micros::HOUR);
            let note = NoteAbsence {
                community,
                person: (community, person),
                from: start.plus(one.from_days * Micros::DAY),
                to: start.plus(one.to_days * Micros::DAY),
                substitute: Some(self.person(&one.substitute).await?),
            };
            let id = self.house.db.execute(self.ctx, note).await.map_err(plain)?;
            let answer = AnswerAbsence {
                community,
                id,
                yes: true,
            };
            self.house
                .db
                .execute(self.ctx, answer)
                .await
                .map_err(plain)?;
        }
        Ok(())
    }

    fn day(&self, days_before: i64) -> String {
        self.today.saturating_sub(days_before.days()).to_string()
    }

    async fn seconded(&mut self, seconded: &[Seconded]) -> Result<()> {
        for one in seconded {
            let person = self.person(&one.person).await?;
            let (community, _) = self.area("320613005018")?;
            let save = SaveSecondment {
                community,
                person,
                unit: one.unit.clone(),
                purpose: one.purpose.clone(),
                weekdays: one.weekdays,
                week_minutes: one.week_minutes,
                from: self.day(one.days_before),
                to: String::new(),
            };
            let secondment = self.house.db.execute(self.ctx, save).await.map_err(plain)?;
            for hours in &one.hours {
                let note = NoteHours {
                    community,
                    secondment,
                    day: self.day(hours.days_before),
                    minutes: hours.minutes,
                    what: hours.what.clone(),
                };
                let id = self.house.db.execute(self.ctx, note).await.map_err(plain)?;
                if hours.confirmed {
                    let decide = DecideHours {
                        community,
                        id,
                        confirm: true,
                        answer: String::new(),
                    };
                    self.house
                        .db
                        .execute(self.ctx, decide)
                        .await
                        .map_err(plain)?;
                }
            }
        }
        Ok(())
    }

    async fn named(&mut self, named: &[Named]) -> Result<()> {
        for one in named {
            let (community, area) = self.area(&one.area)?;
            let vault = || std::sync::Arc::clone(&self.house.services.vault);
            let name = NameNeighbour {
                vault: vault(),
                area,
                name: one.name.clone(),
                place: one.place.clone(),
                why: one.why.clone(),
            };
            let id = self.house.db.execute(self.ctx, name).await.map_err(plain)?;
            if let Some(key) = &one.person {
                let decide = DecideNaming {
                    vault: vault(),
                    community,
                    id,
                    person: Some(self.person(key).await?.1),
                };
                self.house
                    .db
                    .execute(self.ctx, decide)
                    .await
                    .map_err(plain)?;
            }
        }
        Ok(())
    }

    async fn talents(&mut self, talents: &[Talent]) -> Result<()> {
        for one in talents {
            let (community, person) = self.person(&one.person).await?;
            let vault = std::sync::Arc::clone(&self.house.services.vault);
            let ask = AskTalent {
                vault: std::sync::Arc::clone(&vault),
                community,
                person,
                kind: one.kind,
                field: one.field.clone(),
            };
            let id = self.house.db.execute(self.ctx, ask).await.map_err(plain)?;
            if one.agreed {
                let answer = AnswerTalent {
                    vault,
                    community,
                    id,
                    yes: true,
                };
                self.house
                    .db
                    .execute(self.ctx, answer)
                    .await
                    .map_err(plain)?;
            }
        }
        Ok(())
    }
}

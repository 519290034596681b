//! `sharing.json`: what can be borrowed, who borrowed it, which specialists were asked; by the same commands as the pages.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use anyhow::{Context, Result, anyhow};
use jiff::ToSpan;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use serde::Deserialize;
use uuid::Uuid;
use youlin_kernel::{AreaId, CommunityId, Ctx, Micros};
use youlin_people::{MembershipRole, Party};
use youlin_sharing::model::{
    Helped, LoanVerb, Opening, ResourceKind, SupportField, SupportVerb, read_spans,
};
use youlin_sharing::{
    AskSupport, Asker, BookLoan, Borrower, Contact, ResourceInput, SaveResource, StepLoan,
    StepSupport,
};

use super::keys::Keys;
use crate::House;
use crate::assets::example;

#[derive(Clone, Debug, Deserialize)]
struct Script {
    resources: Vec<Thing>,
    loans: Vec<Lent>,
    support: Vec<Asked>,
}

#[derive(Clone, Debug, Deserialize)]
struct Thing {
    key: String,
    kind: ResourceKind,
    name: String,
    #[serde(default)]
    description: String,
    area: String,
    building: Option<String>,
    #[serde(default)]
    address: String,
    amount: u32,
    seats: Option<u32>,
    contact: String,
    key_keeper: Option<String>,
    #[serde(default)]
    hours: BTreeMap<u8, String>,
    #[serde(default)]
    holidays: bool,
}

#[derive(Clone, Debug, Deserialize)]
struct Lent {
    key: String,
    resource: String,
    by: String,
    day: i64,
    time: Time,
    hours: i64,
    count: u32,
    borrower: String,
    case: Option<String>,
    note: String,
    steps: Vec<Step>,
}

#[derive(Clone, Debug, Deserialize)]
struct Asked {
    key: String,
    field: SupportField,
    #[serde(default)]
    urgent: bool,
    by: String,
    day: i64,
    time: Time,
    case: Option<String>,
    area: Option<String>,
    question: String,
    steps: Vec<Step>,
}

#[derive(Clone, Debug, Deserialize)]
struct Step {
    after_min: i64,
    #[serde(rename = "do")]
    verb: String,
    by: String,
    #[serde(default)]
    text: String,
    #[serde(default)]
    offer: Vec<String>,
    #[serde(default)]
    days: i64,
}

enum What {
    Thing(Thing),
    Lend(Lent),
    StepLoan(String, Step),
    Ask(Asked),
    StepSupport(String, Step),
}

/// One moment of the script.
pub(super) struct Moment {
    pub(super) at: Micros,
    /// Login; empty: Youlin itself.
    pub(super) by: String,
    what: What,
}

/// Everything in the order of time.
pub(super) fn moments(loaded_on: Date, start: Micros) -> Result<Vec<Moment>> {
    let text = example("sharing.json").map_err(anyhow::Error::msg)?;
    let script: Script = serde_json::from_str(&text).context("sharing.json")?;
    let mut all = Vec::new();
    let mut put = |at, by: &str, what| {
        let by = by.to_owned();
        all.push(Moment { at, by, what });
    };
    for thing in script.resources {
        put(start, "", What::Thing(thing));
    }
    for lent in script.loans {
        let at = moment(loaded_on, lent.day, lent.time)?;
        for step in &lent.steps {
            let what = What::StepLoan(lent.key.clone(), step.clone());
            put(after(at, step), &step.by, what);
        }
        put(at, &lent.by.clone(), What::Lend(lent));
    }
    for asked in script.support {
        let at = moment(loaded_on, asked.day, asked.time)?;
        for step in &asked.steps {
            let what = What::StepSupport(asked.key.clone(), step.clone());
            put(after(at, step), &step.by, what);
        }
        put(at, &asked.by.clone(), What::Ask(asked));
    }
    all.sort_by_key(|one| one.at);
    Ok(all)
}

fn after(at: Micros, step: &Step) -> Micros {
    at.plus(step.after_min.saturating_mul(Micros::MINUTE))
}

fn moment(loaded_on: Date, day: i64, time: Time) -> Result<Micros> {
    let zone = TimeZone::fixed(jiff::tz::offset(8));
    let day = loaded_on.checked_add(day.days())?;
    let at = day.to_datetime(time).to_zoned(zone)?;
    Ok(at.timestamp().into())
}

/// What was made so far, by key.
#[derive(Default)]
pub(super) struct Made(HashMap<String, (CommunityId, Uuid)>);

/// Cases by key, as the player knows them.
pub(super) type CaseOf<'a> = &'a dyn Fn(&str) -> Result<Uuid>;

impl Made {
    /// Does what happened at that moment.
    pub(super) async fn play(
        &mut self,
        house: &House,
        ctx: &Ctx,
        keys: &Keys,
        case: CaseOf<'_>,
        one: Moment,
    ) -> Result<()> {
        let plain = |problem: youlin_kernel::Problem| anyhow!("{problem}");
        let sharing = || Arc::clone(&house.services.sharing);
        let db = &house.db;
        match one.what {
            What::Thing(thing) => {
                let area = area(house, &thing.area)?;
                let command = SaveResource {
                    sharing: sharing(),
                    id: None,
                    version: None,
                    ext_key: Some(thing.key.clone()),
                    input: input(&thing, area, keys)?,
                };
                let id = db.execute(ctx, command).await.map_err(plain)?;
                let areas = house.app.areas();
                let community = areas.community_of(area).context("a community")?;
                self.0.insert(thing.key, (community, id));
            }
            What::Lend(lent) => {
                let (community, resource) = self.made(&lent.resource)?;
                let case = lent.case.as_deref().map(case).transpose()?;
                let borrower = match case {
                    Some(id) if lent.borrower == "case" => Borrower::Case(id),
                    _ => Borrower::Party(party(keys, &lent.borrower)?),
                };
                let command = BookLoan {
                    sharing: sharing(),
                    community,
                    resource,
                    count: lent.count,
                    from: one.at,
                    to: one.at.plus(lent.hours * Micros::HOUR),
                    asker: Asker {
                        borrower,
                        case,
                        note: lent.note,
                    },
                };
                let id = db.execute(ctx, command).await.map_err(plain)?;
                self.0.insert(lent.key, (community, id));
            }
            What::StepLoan(key, step) => {
                let (community, loan) = self.made(&key)?;
                let command = StepLoan {
                    sharing: sharing(),
                    community,
                    loan,
                    version: None,
                    verb: match step.verb.as_str() {
                        "hand_out" => LoanVerb::HandOut,
                        "return" => LoanVerb::Return,
                        other => return Err(anyhow!("{other} is no step of a loan")),
                    },
                    damage: None,
                };
                db.execute(ctx, command).await.map_err(plain)?;
            }
            What::Ask(asked) => {
                let command = AskSupport {
                    sharing: sharing(),
                    field: asked.field,
                    urgent: asked.urgent,
                    area: asked
                        .area
                        .as_deref()
                        .map(|code| area(house, code))
                        .transpose()?,
                    case: asked.case.as_deref().map(case).transpose()?,
                    dwelling: None,
                    question: asked.question,
                };
                let at = command.area;
                let id = db.execute(ctx, command).await.map_err(plain)?;
                let areas = house.app.areas();
                let community = at
                    .and_then(|area| areas.community_of(area))
                    .or_else(|| {
                        ctx.grants()
                            .first()
                            .and_then(|g| areas.community_of(g.area))
                    })
                    .context("a community")?;
                self.0.insert(asked.key, (community, id));
            }
            What::StepSupport(key, step) => {
                let (community, request) = self.made(&key)?;
                let command = StepSupport {
                    sharing: sharing(),
                    community,
                    request,
                    version: None,
                    verb: verb(keys, &step, one.at)?,
                };
                db.execute(ctx, command).await.map_err(plain)?;
            }
        }
        Ok(())
    }

    fn made(&self, key: &str) -> Result<(CommunityId, Uuid)> {
        let found = self.0.get(key).copied();
        found.with_context(|| format!("{key} was not made"))
    }
}

fn area(house: &House, code: &str) -> Result<AreaId> {
    let areas = house.app.areas();
    let node = areas.by_code(code);
    node.map(|node| node.id)
        .with_context(|| format!("there is no area {code}"))
}

fn party(keys: &Keys, key: &str) -> Result<Party> {
    if let Some(id) = keys.organisations.get(key) {
        return Ok(Party::organisation(*id));
    }
    let id = keys.persons.get(key);
    id.map(|id| Party::person(*id))
        .with_context(|| format!("{key} is not in the registers"))
}

fn contact(keys: &Keys, text: &str) -> Result<Contact> {
    match text.split_once(':') {
        Some(("organisation", key)) => Ok(Contact::Organisation(party(keys, key)?.id)),
        Some(("role", role)) => {
            let role = MembershipRole::parse(role);
            role.map(Contact::Role).context("a role on duty")
        }
        _ => Err(anyhow!("{text} is no contact")),
    }
}

fn input(thing: &Thing, area: AreaId, keys: &Keys) -> Result<ResourceInput> {
    let mut weekly = BTreeMap::new();
    for (day, text) in &thing.hours {
        weekly.insert(*day, read_spans(text).context("hours")?);
    }
    let building = thing
        .building
        .as_ref()
        .and_then(|key| keys.buildings.get(key));
    Ok(ResourceInput {
        kind: thing.kind,
        name: thing.name.clone(),
        description: thing.description.clone(),
        area,
        building: building.copied(),
        address: thing.address.clone(),
        amount: thing.amount,
        seats: thing.seats,
        contact: contact(keys, &thing.contact)?,
        key_keeper: thing
            .key_keeper
            .as_deref()
            .map(|text| contact(keys, text))
            .transpose()?,
        opening: Opening {
            weekly,
            exceptions: Vec::new(),
            closed_on_holidays: thing.holidays,
        },
    })
}

fn verb(keys: &Keys, step: &Step, at: Micros) -> Result<SupportVerb> {
    let text = step.text.clone();
    Ok(match step.verb.as_str() {
        "offer" => SupportVerb::Offer {
            parties: step
                .offer
                .iter()
                .map(|key| party(keys, key))
                .collect::<Result<_>>()?,
        },
        "accept" => SupportVerb::Accept,
        "answer" => SupportVerb::Answer { text },
        "follow" => SupportVerb::Follow {
            what: text,
            by: at.plus(step.days * Micros::DAY),
        },
        "confirm" => SupportVerb::Confirm {
            helped: Helped::Yes,
            done: text,
        },
        other => return Err(anyhow!("{other} is no step of a request")),
    })
}

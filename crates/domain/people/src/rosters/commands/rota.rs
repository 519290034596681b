//! Duties: their pattern and members, and the shifts planned from them.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use jiff::ToSpan;
use jiff::civil::Date;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::json;
use uuid::Uuid;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{AreaId, CommunityId, Ctx, Micros, Problem, Result};

use super::{busy, person_there};
use crate::fields::required;
use crate::permissions::ROSTERS_WRITE;
use crate::privacy::WorkingDays;
use crate::rosters::entities::{duty_member, duty_rota, duty_shift};
use crate::rosters::planner::{Member, Pattern, Planned, Span, midnight, plan};
use crate::rosters::{DutyDays, DutyKind, ShiftOrigin};

/// Days planned at once: a quarter.
const DAYS: i32 = 92;
/// People in one rota.
const MEMBERS: usize = 100;
const HEADS: i32 = 10;

/// The pattern of a stored rota.
pub(crate) fn pattern_of(row: &duty_rota::Model) -> Pattern {
    let day = |text: &str| text.parse().ok();
    Pattern {
        days: DutyDays::parse(&row.days).unwrap_or(DutyDays::EveryDay),
        weekdays: row.weekdays,
        turn_weeks: row.turn_weeks,
        from_minute: row.from_minute,
        to_minute: row.to_minute,
        heads: row.heads,
        starts_on: day(&row.starts_on).unwrap_or(Date::constant(2000, 1, 1)),
        ends_on: row.ends_on.as_deref().and_then(day),
    }
}

async fn find(tx: &Tx<'_>, community: CommunityId, id: Uuid) -> Result<duty_rota::Model> {
    duty_rota::Entity::find_by_id((community.0, id))
        .one(tx.conn())
        .await?
        .filter(|row| row.closed_at.is_none())
        .ok_or_else(Problem::not_found)
}

/// Enters a duty, or changes it. Answers its id. Shifts change with the next planning.
#[derive(Clone, Debug)]
pub struct SaveRota {
    pub community: CommunityId,
    pub id: Option<Uuid>,
    pub area: AreaId,
    pub kind: DutyKind,
    pub name: String,
    pub pattern: Pattern,
    /// In the order of turns: where each is filed, and who.
    pub members: Vec<(CommunityId, Uuid)>,
}

impl SaveRota {
    fn check(&self) -> Result<String> {
        let pattern = &self.pattern;
        let day = |minute: i32| (0..24 * 60).contains(&minute);
        if pattern.days == DutyDays::Weekdays && !(1..128).contains(&pattern.weekdays) {
            return Err(Problem::invalid("weekday", "duty-weekdays"));
        }
        if !day(pattern.from_minute) || !day(pattern.to_minute) {
            return Err(Problem::invalid("from", "duty-time"));
        }
        if !(1..=HEADS).contains(&pattern.heads) {
            return Err(Problem::invalid("heads", "duty-heads").field_arg("max", HEADS));
        }
        if !(0..=26).contains(&pattern.turn_weeks) {
            return Err(Problem::invalid("turn_weeks", "duty-turn"));
        }
        if pattern.ends_on.is_some_and(|end| end < pattern.starts_on) {
            return Err(Problem::invalid("ends_on", "before-beginning"));
        }
        let persons: BTreeSet<Uuid> = self.members.iter().map(|(_, id)| *id).collect();
        if persons.is_empty() || persons.len() != self.members.len() || persons.len() > MEMBERS {
            return Err(Problem::invalid("member", "duty-members"));
        }
        required("name", &self.name, 60)
    }

    async fn members(&self, ctx: &Ctx, tx: &Tx<'_>, rota: Uuid) -> Result<()> {
        let known = duty_member::Entity::find()
            .filter(duty_member::Column::CommunityId.eq(self.community.0))
            .filter(duty_member::Column::RotaId.eq(rota))
            .all(tx.conn())
            .await?;
        for (at, (home, person)) in self.members.iter().enumerate() {
            person_there(tx, "member", *home, *person).await?;
            let position = i32::try_from(at).unwrap_or(i32::MAX);
            match known.iter().find(|row| row.person_id == *person) {
                Some(row) if row.position == position && row.ended_at.is_none() => {}
                Some(row) => {
                    tx.update::<duty_member::Entity>(duty_member::Model {
                        position,
                        ended_at: None,
                        ..row.clone()
                    })
                    .await?;
                }
                None => {
                    tx.insert::<duty_member::Entity>(duty_member::Model {
                        community_id: self.community.0,
                        id: ctx.new_id(),
                        version: 1,
                        rota_id: rota,
                        person_community: home.0,
                        person_id: *person,
                        position,
                        ended_at: None,
                    })
                    .await?;
                }
            }
        }
        for row in known {
            let stays = self.members.iter().any(|(_, id)| *id == row.person_id);
            if !stays && row.ended_at.is_none() {
                tx.update::<duty_member::Entity>(duty_member::Model {
                    ended_at: Some(ctx.now().0),
                    ..row
                })
                .await?;
            }
        }
        Ok(())
    }
}

impl Command for SaveRota {
    type Output = Uuid;
    const NAME: &'static str = "people.save-rota";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<Uuid> {
        if ctx.areas().community_of(self.area) != Some(self.community) {
            return Err(Problem::invalid("area", "unknown-area"));
        }
        ctx.authorize(&ROSTERS_WRITE, self.area)?;
        let name = self.check()?;
        let pattern = &self.pattern;
        let known = match self.id {
            Some(id) => Some(find(tx, self.community, id).await?),
            None => None,
        };
        if let Some(row) = &known {
            ctx.authorize(&ROSTERS_WRITE, AreaId(row.area_id))?;
        }
        let row = duty_rota::Model {
            community_id: self.community.0,
            id: known.as_ref().map_or_else(|| ctx.new_id(), |row| row.id),
            version: known.as_ref().map_or(1, |row| row.version),
            area_id: self.area.0,
            kind: self.kind.as_str().to_owned(),
            name,
            days: pattern.days.as_str().to_owned(),
            weekdays: pattern.weekdays,
            turn_weeks: pattern.turn_weeks,
            from_minute: pattern.from_minute,
            to_minute: pattern.to_minute,
            heads: pattern.heads,
            starts_on: pattern.starts_on.to_string(),
            ends_on: pattern.ends_on.map(|day| day.to_string()),
            planned_to: known.as_ref().and_then(|row| row.planned_to.clone()),
            changed_at: ctx.now().0,
            closed_at: None,
        };
        let row = match known {
            Some(_) => tx.update::<duty_rota::Entity>(row).await?,
            None => tx.insert::<duty_rota::Entity>(row).await?,
        };
        self.members(ctx, tx, row.id).await?;
        tx.audit(
            ctx,
            self.community,
            AuditEntry::new(Self::NAME, "duty_rota", row.id).detail(json!({
                "kind": row.kind, "members": self.members.len(),
            })),
        );
        tx.emit(ctx, crate::rosters::saved(self.community, row.id));
        Ok(row.id)
    }
}

/// Plans the shifts of a duty up to a day: what has begun and what people agreed stays. The same question gives the same
/// plan. Answers how many places nobody was free for.
#[derive(Debug)]
pub struct PlanDuty {
    pub community: CommunityId,
    pub rota: Uuid,
    pub to: Date,
    pub working: Arc<WorkingDays>,
}

struct Present {
    members: Vec<duty_member::Model>,
    shifts: Vec<duty_shift::Model>,
}

impl PlanDuty {
    async fn present(&self, tx: &Tx<'_>) -> Result<Present> {
        let members = duty_member::Entity::find()
            .filter(duty_member::Column::CommunityId.eq(self.community.0))
            .filter(duty_member::Column::RotaId.eq(self.rota))
            .filter(duty_member::Column::EndedAt.is_null())
            .order_by_asc(duty_member::Column::Position)
            .order_by_asc(duty_member::Column::Id)
            .all(tx.conn())
            .await?;
        let shifts = duty_shift::Entity::find()
            .filter(duty_shift::Column::CommunityId.eq(self.community.0))
            .filter(duty_shift::Column::RotaId.eq(self.rota))
            .order_by_asc(duty_shift::Column::StartsAt)
            .order_by_asc(duty_shift::Column::Place)
            .all(tx.conn())
            .await?;
        Ok(Present { members, shifts })
    }

    async fn save(
        &self,
        ctx: &Ctx,
        tx: &Tx<'_>,
        rota: &duty_rota::Model,
        (present, planned, from): (&Present, &[Planned], Date),
    ) -> Result<()> {
        let homes: HashMap<Uuid, i64> = present
            .members
            .iter()
            .map(|one| (one.person_id, one.person_community))
            .collect();
        let first = from.to_string();
        let stale = |row: &&duty_shift::Model| {
            row.day >= first
                && is_open(row, ctx.now())
                && !planned
                    .iter()
                    .any(|one| one.day.to_string() == row.day && one.place == row.place)
        };
        for row in present.shifts.iter().filter(stale) {
            tx.delete::<duty_shift::Entity>(row).await?;
        }
        for one in planned {
            let day = one.day.to_string();
            let there = present
                .shifts
                .iter()
                .find(|row| row.day == day && row.place == one.place);
            let wanted = duty_shift::Model {
                community_id: self.community.0,
                id: there.map_or_else(|| ctx.new_id(), |row| row.id),
                version: there.map_or(1, |row| row.version),
                rota_id: rota.id,
                area_id: rota.area_id,
                day,
                place: one.place,
                starts_at: one.span.from.0,
                ends_at: one.span.to.0,
                person_community: one.person.and_then(|id| homes.get(&id).copied()),
                person_id: one.person,
                origin: ShiftOrigin::Plan.as_str().to_owned(),
            };
            match there {
                Some(row) if !is_open(row, ctx.now()) || *row == wanted => {}
                Some(_) => {
                    tx.update::<duty_shift::Entity>(wanted).await?;
                }
                None => {
                    tx.insert::<duty_shift::Entity>(wanted).await?;
                }
            }
        }
        Ok(())
    }
}

/// Whether planning may change a shift.
fn is_open(row: &duty_shift::Model, now: Micros) -> bool {
    row.origin == ShiftOrigin::Plan.as_str() && row.starts_at > now.0
}

fn planned_of(row: &duty_shift::Model) -> Option<Planned> {
    Some(Planned {
        day: row.day.parse().ok()?,
        place: row.place,
        span: Span {
            from: Micros(row.starts_at),
            to: Micros(row.ends_at),
        },
        person: row.person_id,
    })
}

/// Minutes each had in this duty before; who is new begins with the least of the others.
fn loads(present: &Present, before: Micros) -> Vec<Member> {
    let since = before.plus(-i64::from(DAYS) * Micros::DAY);
    let mut had: HashMap<Uuid, i64> = HashMap::new();
    for row in &present.shifts {
        let Some(person) = row.person_id else {
            continue;
        };
        if row.starts_at < before.0 && row.starts_at >= since.0 {
            *had.entry(person).or_default() += (row.ends_at - row.starts_at) / Micros::MINUTE;
        }
    }
    let of = |one: &duty_member::Model| had.get(&one.person_id).copied();
    let least = present.members.iter().filter_map(of).min().unwrap_or(0);
    present
        .members
        .iter()
        .map(|one| Member {
            person: one.person_id,
            minutes: of(one).unwrap_or(least),
        })
        .collect()
}

impl Command for PlanDuty {
    type Output = usize;
    const NAME: &'static str = "people.plan-duty";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<usize> {
        let rota = find(tx, self.community, self.rota).await?;
        ctx.authorize(&ROSTERS_WRITE, AreaId(rota.area_id))?;
        let pattern = pattern_of(&rota);
        let from = ctx.now().local().date();
        let last = from.saturating_add(DAYS.days());
        if self.to < from || self.to > last {
            return Err(Problem::invalid("to", "duty-plan-to").field_arg("days", DAYS));
        }
        let present = self.present(tx).await?;
        let days = pattern.days(from, self.to, &|day| (self.working.0)(day));
        // What begins today and has begun stays; what was agreed stays.
        let kept: Vec<Planned> = present
            .shifts
            .iter()
            .filter(|row| !is_open(row, ctx.now()))
            .filter_map(planned_of)
            .filter(|one| one.day >= from)
            .collect();
        let days: Vec<Date> = days
            .into_iter()
            .filter(|day| {
                pattern.span(*day).from > ctx.now() || kept.iter().any(|one| one.day == *day)
            })
            .collect();
        let members = loads(&present, midnight(from));
        let persons: Vec<Uuid> = members.iter().map(|one| one.person).collect();
        let span = Span {
            from: midnight(from),
            to: midnight(self.to).plus(2 * Micros::DAY),
        };
        let own: BTreeSet<Uuid> = present.shifts.iter().map(|row| row.id).collect();
        let busy: Vec<_> = busy(tx, self.community, &persons, span)
            .await?
            .into_iter()
            .filter(|(shift, _)| shift.is_none_or(|id| !own.contains(&id)))
            .map(|(_, busy)| busy)
            .collect();
        let planned = plan(&pattern, &members, &days, &busy, &kept);
        self.save(ctx, tx, &rota, (&present, &planned, from))
            .await?;
        let open = planned.iter().filter(|one| one.person.is_none()).count();
        let id = rota.id;
        tx.update::<duty_rota::Entity>(duty_rota::Model {
            planned_to: Some(self.to.to_string()),
            ..rota
        })
        .await?;
        tx.audit(
            ctx,
            self.community,
            AuditEntry::new(Self::NAME, "duty_rota", id).detail(json!({
                "to": self.to.to_string(), "shifts": planned.len(), "open": open,
            })),
        );
        tx.emit(ctx, crate::rosters::saved(self.community, id));
        Ok(open)
    }
}

/// Ends a duty: its coming shifts go, those that were stay.
#[derive(Clone, Debug)]
pub struct CloseRota {
    pub community: CommunityId,
    pub rota: Uuid,
}

impl Command for CloseRota {
    type Output = ();
    const NAME: &'static str = "people.close-rota";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let rota = find(tx, self.community, self.rota).await?;
        ctx.authorize(&ROSTERS_WRITE, AreaId(rota.area_id))?;
        let coming = duty_shift::Entity::find()
            .filter(duty_shift::Column::CommunityId.eq(self.community.0))
            .filter(duty_shift::Column::RotaId.eq(self.rota))
            .filter(duty_shift::Column::StartsAt.gt(ctx.now().0))
            .all(tx.conn())
            .await?;
        for row in &coming {
            tx.delete::<duty_shift::Entity>(row).await?;
        }
        tx.update::<duty_rota::Entity>(duty_rota::Model {
            closed_at: Some(ctx.now().0),
            ..rota
        })
        .await?;
        tx.audit(
            ctx,
            self.community,
            AuditEntry::new(Self::NAME, "duty_rota", self.rota)
                .detail(json!({ "shifts": coming.len() })),
        );
        tx.emit(ctx, crate::rosters::saved(self.community, self.rota));
        Ok(())
    }
}

//! `/rounds/calendar/{community}/{who}/{id}/{token}.ics`: the rounds that are due for one person or team, for calendars that
//! cannot sign in (RFC 5545). The token is derived from the keys of the installation and stored nowhere. No household is
//! named: a calendar says how many are due, and the list says which.

use std::collections::BTreeSet;

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use jiff::ToSpan;
use jiff::civil::Date;
use subtle::ConstantTimeEq;
use uuid::Uuid;
use youlin_kernel::{CommunityId, Ctx, Problem, Result};
use youlin_people::permissions::{ORGANISATIONS_READ, PEOPLE_READ};
use youlin_people::rosters::ical::Calendar;
use youlin_people::{Directory, Party, Vault, account_names};
use youlin_web::{App, Caller, Prefs, WebResult};

use super::shell;
use crate::model::{Due, Every, Policy, SubjectKind, Walkers, Window, windows};
use crate::permissions::ROUNDS_READ;
use crate::queries::{PolicyView, names_of, policies, standing_over};
use crate::service::Rounds;
use crate::visits::{door_counts, visitors};

/// How far ahead a calendar looks.
const AHEAD: i32 = 35;

/// Whose calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Whose {
    /// A grid worker, or who stands in.
    Person(Uuid),
    /// A team, company or department.
    Team(Uuid),
    /// Whoever is chief of a reach, by their account: a sign names people as they are called, and the account says how.
    Chief(Uuid),
}

impl Whose {
    fn read(who: &str, id: &str) -> Option<Self> {
        let id = id.parse().ok()?;
        match who {
            "person" => Some(Self::Person(id)),
            "team" => Some(Self::Team(id)),
            "chief" => Some(Self::Chief(id)),
            _ => None,
        }
    }

    fn parts(self) -> (&'static str, Uuid) {
        match self {
            Self::Person(id) => ("person", id),
            Self::Team(id) => ("team", id),
            Self::Chief(id) => ("chief", id),
        }
    }

    fn walks(self, policy: &PolicyView) -> bool {
        match (self, policy.policy.walkers) {
            (Self::Person(_), Walkers::GridWorker) | (Self::Chief(_), Walkers::Chief { .. }) => {
                true
            }
            (Self::Team(id), Walkers::Party { party }) => party.id == id,
            _ => false,
        }
    }
}

fn token(vault: &Vault, community: CommunityId, whose: Whose) -> String {
    let (who, id) = whose.parts();
    let text = format!("{}:{who}:{id}", community.0);
    hex::encode(vault.index().blind("round calendar", &text))
}

/// The address to subscribe to.
pub(crate) fn address(app: &App, vault: &Vault, community: CommunityId, whose: Whose) -> String {
    let (who, id) = whose.parts();
    let token = token(vault, community, whose);
    let site = &app.config().public_url;
    format!(
        "{site}/rounds/calendar/{}/{who}/{id}/{token}.ics",
        community.0
    )
}

/// See the module's text.
pub(super) async fn calendar(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    Path((community, who, id, sent)): Path<(i64, String, String, String)>,
) -> WebResult<Response> {
    let rounds = app.need::<Rounds>()?;
    let community = CommunityId(community);
    let whose = Whose::read(&who, &id).ok_or_else(Problem::not_found)?;
    let sent = sent.strip_suffix(".ics").unwrap_or(&sent);
    let known = token(&rounds.vault, community, whose);
    if !bool::from(known.as_bytes().ct_eq(sent.as_bytes())) {
        return Err(Problem::not_found().into());
    }
    // The token stands for the right to read what is due for this one.
    let service = app.service_ctx("round-calendar");
    let s = shell(&app, &ctx, prefs);
    let name = match whose {
        Whose::Person(_) | Whose::Chief(_) => s.t("visit-calendar-mine"),
        Whose::Team(id) => {
            let name = team_name(&app, &service, community, id).await?;
            s.t1("visit-calendar-team", "name", name)
        }
    };
    let mut calendar = Calendar::new("rounds", &name, ctx.now());
    for one in due(&app, &service, &rounds, community, whose).await? {
        let what = match one.where_to {
            Some(place) => format!("{} {place}", one.title),
            None => s.t2(
                "visit-calendar-due",
                &("title", &one.title),
                &("count", one.left),
            ),
        };
        calendar.days(&one.uid, one.days, &what, "");
    }
    let kind = [(header::CONTENT_TYPE, "text/calendar; charset=utf-8")];
    Ok((kind, calendar.finish()).into_response())
}

async fn team_name(app: &App, ctx: &Ctx, community: CommunityId, id: Uuid) -> Result<String> {
    let scope = ctx.authorize(&ORGANISATIONS_READ, community)?;
    let all = Directory::organisations(app.db().read(), &scope, None).await?;
    let found = all.into_iter().find(|one| one.id == id);
    found.map(|one| one.name).ok_or_else(Problem::not_found)
}

/// A period with something left to do.
struct Entry {
    uid: String,
    days: (Date, Date),
    title: String,
    /// Of a reach or building; households are only counted.
    where_to: Option<String>,
    left: usize,
}

async fn due(
    app: &App,
    ctx: &Ctx,
    rounds: &Rounds,
    community: CommunityId,
    whose: Whose,
) -> Result<Vec<Entry>> {
    let (db, today) = (app.db(), ctx.now().date());
    let scope = ctx.authorize(&ROUNDS_READ, community)?;
    let mut all = policies(db, &scope).await?;
    all.retain(|one| one.runs_on(today) && whose.walks(one));
    let called = match whose {
        Whose::Chief(account) => Some(called(app, rounds, community, account).await?),
        Whose::Person(_) | Whose::Team(_) => None,
    };
    let until = today.saturating_add(AHEAD.days());
    let mut entries = Vec::new();
    let standing = standing_over(rounds, db, ctx, &scope, (today, until));
    for line in standing.await? {
        let Some(policy) = line.policy else {
            continue;
        };
        let Some(view) = all.iter().find(|one| one.id == policy) else {
            continue;
        };
        if !matches!(line.due, Due::Open { .. } | Due::Coming) {
            continue;
        }
        let theirs = |names: &BTreeSet<String>| {
            let chief = line.chief.as_deref();
            chief.is_some_and(|name| names.contains(name.trim()))
        };
        if called.as_ref().is_some_and(|names| !theirs(names)) {
            continue;
        }
        for (day, days) in spans(&view.policy, line.window, today) {
            entries.push(Entry {
                uid: format!("{policy}-{}-{day}", line.subject.id),
                days,
                title: line.policy_title.clone(),
                where_to: Some(line.subject_name.clone()),
                left: 1,
            });
        }
    }
    if let Whose::Person(person) = whose {
        entries.extend(households(app, ctx, rounds, (community, person), &all).await?);
    }
    Ok(entries)
}

/// How a chief may be called on a sign. An account that was closed has no calendar.
async fn called(
    app: &App,
    rounds: &Rounds,
    community: CommunityId,
    account: Uuid,
) -> Result<BTreeSet<String>> {
    let db = app.db().read();
    let (shown, person) = account_names(db, account)
        .await?
        .ok_or_else(Problem::not_found)?;
    let person = person.map(|id| (community, Party::person(id)));
    names_of(rounds, db, &shown, person.as_slice()).await
}

/// The days a period stands at in a calendar, each with the day it is known by: the agreed weekdays of a weekly policy that are
/// still to come, else the period; once they have gone by, what is left of it.
fn spans(policy: &Policy, window: Window, today: Date) -> Vec<(Date, (Date, Date))> {
    let (first, last) = (window.first, window.last);
    if policy.every != Every::Week || policy.weekdays == 0 {
        return vec![(first, (first, last))];
    }
    let days = first.series(1.day()).take_while(|day| *day <= last);
    let agreed = days.filter(|day| *day >= today && policy.holds(*day) && policy.named(*day));
    let agreed: Vec<_> = agreed.map(|day| (day, (day, day))).collect();
    match agreed.is_empty() {
        true => vec![(first, (today.clamp(first, last), last))],
        false => agreed,
    }
}

/// What is left of this period's visits in the person's areas, by policy.
async fn households(
    app: &App,
    ctx: &Ctx,
    rounds: &Rounds,
    (community, person): (CommunityId, Uuid),
    all: &[PolicyView],
) -> Result<Vec<Entry>> {
    let (db, today) = (app.db(), ctx.now().date());
    let team = visitors(rounds, db, ctx, community).await?;
    let Some(me) = team
        .there
        .into_iter()
        .find(|one| one.person == Some(person))
    else {
        return Ok(Vec::new());
    };
    let people = ctx.authorize(&PEOPLE_READ, community)?;
    let mut entries = Vec::new();
    for area in me.widest(ctx.areas()) {
        let scope = people.narrowed(ctx.areas(), area);
        let counts = door_counts(ctx, db, rounds, &scope, (today, today), all).await?;
        for policy in all
            .iter()
            .filter(|one| one.policy.subjects == SubjectKind::Dwelling)
        {
            let left = counts.get(&policy.id).map_or(0, |one| one.open);
            let Some(window) = windows(&policy.policy, today, today).first().copied() else {
                continue;
            };
            if left == 0 {
                continue;
            }
            for (day, days) in spans(&policy.policy, window, today) {
                entries.push(Entry {
                    uid: format!("{}-{}-{day}", policy.id, area.0),
                    days,
                    title: policy.title.clone(),
                    where_to: None,
                    left,
                });
            }
        }
    }
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use uuid::Uuid;
    use youlin_people::Party;

    use super::spans;
    use crate::model::{
        DoorQuestion, Every, Minimum, Policy, RoundKind, SubjectKind, Walkers, windows,
    };

    fn weekly(weekdays: u8) -> Policy {
        Policy {
            kind: RoundKind::Patrol,
            subjects: SubjectKind::Reach,
            walkers: Walkers::Party {
                party: Party::organisation(Uuid::nil()),
            },
            every: Every::Week,
            count: 1,
            weekdays,
            season: None,
            from: date(2026, 11, 1),
            to: None,
            minimum: Minimum::default(),
            photographs: 0,
            track: false,
            basis: String::new(),
            doors: DoorQuestion::default(),
            question: None,
            recheckers: Vec::new(),
            stand_ins: Vec::new(),
            pauses: Vec::new(),
        }
    }

    #[test]
    fn a_weekly_round_stands_on_its_agreed_day() {
        let monday = date(2026, 11, 23);
        let saturday = date(2026, 11, 28);
        let sunday = date(2026, 11, 29);
        let days = |policy: &Policy, today| {
            let window = windows(policy, monday, monday)[0];
            let spans = spans(policy, window, today).into_iter();
            spans.map(|(_, days)| days).collect::<Vec<_>>()
        };
        let agreed = weekly(0b010_0000);
        assert_eq!(days(&agreed, monday), [(saturday, saturday)]);
        assert_eq!(days(&agreed, saturday), [(saturday, saturday)]);
        // It has gone by, and the week has not.
        assert_eq!(days(&agreed, sunday), [(sunday, sunday)]);
        let two = days(&weekly(0b010_0010), monday);
        let tuesday = date(2026, 11, 24);
        assert_eq!(two, [(tuesday, tuesday), (saturday, saturday)]);
        assert_eq!(days(&weekly(0), monday), [(monday, sunday)]);
    }
}

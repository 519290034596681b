//! `/rounds/calendar/{community}/{who}/{id}/{token}.ics`: the rounds that are due for one person or team, for calendars that
//! cannot sign in (RFC 5545). The token is derived from the keys of the installation and stored nowhere. No household is
//! named: a calendar says how many are due, and the list says which.

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
use youlin_people::{Directory, Vault};
use youlin_web::{App, Caller, Prefs, WebResult};

use super::shell;
use crate::model::{Due, SubjectKind, Walkers, windows};
use crate::permissions::ROUNDS_READ;
use crate::queries::{PolicyView, policies, standing_over};
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
}

impl Whose {
    fn read(who: &str, id: &str) -> Option<Self> {
        let id = id.parse().ok()?;
        match who {
            "person" => Some(Self::Person(id)),
            "team" => Some(Self::Team(id)),
            _ => None,
        }
    }

    fn parts(self) -> (&'static str, Uuid) {
        match self {
            Self::Person(id) => ("person", id),
            Self::Team(id) => ("team", id),
        }
    }

    fn walks(self, policy: &PolicyView) -> bool {
        match (self, policy.policy.walkers) {
            (Self::Person(_), Walkers::GridWorker) => true,
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
        Whose::Person(_) => s.t("visit-calendar-mine"),
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
    let until = today.saturating_add(AHEAD.days());
    let mut entries = Vec::new();
    let standing = standing_over(rounds, db, ctx, &scope, (today, until));
    for line in standing.await? {
        let Some(policy) = line.policy else {
            continue;
        };
        let own = all.iter().any(|one| one.id == policy);
        if !own || !matches!(line.due, Due::Open { .. } | Due::Coming) {
            continue;
        }
        entries.push(Entry {
            uid: format!("{policy}-{}-{}", line.subject.id, line.window.first),
            days: (line.window.first, line.window.last),
            title: line.policy_title,
            where_to: Some(line.subject_name),
            left: 1,
        });
    }
    if let Whose::Person(person) = whose {
        entries.extend(households(app, ctx, rounds, (community, person), &all).await?);
    }
    Ok(entries)
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
    let Some(me) = team.into_iter().find(|one| one.person == Some(person)) else {
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
            if left > 0 {
                entries.push(Entry {
                    uid: format!("{}-{}-{}", policy.id, area.0, window.first),
                    days: (window.first, window.last),
                    title: policy.title.clone(),
                    where_to: None,
                    left,
                });
            }
        }
    }
    Ok(entries)
}

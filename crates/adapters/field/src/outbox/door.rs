//! A visit to a door of today as the telephone says it.

use std::collections::BTreeSet;

use serde::Deserialize;
use uuid::Uuid;
use youlin_kernel::{CommunityId, Ctx, Micros, Result};
use youlin_people::Sex;
use youlin_rounds::model::{Channel, Outcome, Severity};
use youlin_rounds::visits::{Gone, Learnt, NewVisit, prepare_visit};
use youlin_rounds::{NewFinding, Rounds};
use youlin_web::App;

use super::Item;
use super::body::read_as;
use super::deliver::Act;

/// A visit to a door of today's proposals, as the page asks it.
#[derive(Debug, Deserialize)]
pub(super) struct DoorBody {
    pub(super) dwelling: Uuid,
    outcome: Outcome,
    began_at: Micros,
    ended_at: Micros,
    #[serde(default)]
    policy: Option<Uuid>,
    #[serde(default)]
    text: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    try_again_at: Option<Micros>,
    /// As the pack said.
    #[serde(default)]
    lived: Option<BTreeSet<Uuid>>,
    #[serde(default)]
    learnt: Vec<LearntBody>,
    /// Who of them lives there no more.
    #[serde(default)]
    gone: Vec<Gone>,
    #[serde(default)]
    problem: Option<ProblemBody>,
    /// How many follow it.
    #[serde(default)]
    photographs: u32,
}

#[derive(Debug, Deserialize)]
struct LearntBody {
    person: Uuid,
    #[serde(default)]
    phone: String,
    #[serde(default)]
    birth: String,
    #[serde(default)]
    sex: Option<Sex>,
    #[serde(default)]
    answers: Vec<(Uuid, String)>,
    /// What somebody else said meanwhile was shown, and this holds.
    #[serde(default)]
    despite: bool,
}

/// What was heard at the door and needs putting right.
#[derive(Debug, Deserialize)]
struct ProblemBody {
    /// Made by the client, once.
    id: Uuid,
    text: String,
    category: String,
    #[serde(default)]
    urgent: bool,
    /// Who of the household spoke of it; nobody: without a name.
    #[serde(default)]
    reporter: Option<Uuid>,
}

/// Id, channel and clock are the item's, as of every round.
pub(super) async fn door(app: &App, ctx: &Ctx, item: &Item) -> Result<(CommunityId, Act)> {
    let body: DoorBody = read_as(&item.body)?;
    let reporter = body.problem.as_ref().and_then(|one| one.reporter);
    let problem = body.problem.map(|one| NewFinding {
        id: one.id,
        category: one.category,
        severity: if one.urgent {
            Severity::High
        } else {
            Severity::Medium
        },
        text: one.text,
        on_spot: false,
        noted: None,
        lon: None,
        lat: None,
        bank: None,
    });
    let learnt = body.learnt.into_iter().map(|one| Learnt {
        person: one.person,
        phone: one.phone,
        birth: one.birth,
        sex: one.sex,
        answers: one.answers,
        despite: one.despite,
    });
    let new = NewVisit {
        id: item.id,
        dwelling: body.dwelling,
        outcome: body.outcome,
        channel: Channel::Field,
        policy: body.policy,
        began_at: body.began_at,
        ended_at: body.ended_at,
        sent_at: item.sent_at,
        text: body.text,
        reason: body.reason,
        try_again_at: body.try_again_at,
        lived: body.lived,
        // It was made whatever somebody else wrote down meanwhile: both stay.
        shown: None,
        learnt: learnt.collect(),
        gone: body.gone,
        problem,
        reporter,
        photographs: body.photographs,
    };
    let rounds = app.need::<Rounds>()?;
    let command = prepare_visit(&rounds, app.db(), ctx, new).await?;
    Ok((command.community(), Act::Door(Box::new(command))))
}

//! A visit is written down: the round, a case for what was heard of, what was learnt of people, and that somebody got in,
//! in one transaction. Sent again, it is the same visit.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::civil::Date;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;
use youlin_database::{Command, Database, Tx};
use youlin_kernel::{CommunityId, Ctx, Micros, Problem, ProblemKind, Result};
use youlin_people::facts::How;
use youlin_people::permissions::PEOPLE_READ;
use youlin_people::{Directory, Heard, LearnFacts, MoveOut, Sex, VisitDwelling, VisitOutcome};
use youlin_places::queries::dwelling_closed;

use crate::commands::clock::Clock;
use crate::model::{Channel, Outcome, RoundKind, Subject, SubjectKind};
use crate::permissions::VISITS_WALK;
use crate::service::Rounds;
use crate::visits::queries::meanwhile;
use crate::{HandIn, HandedIn, NewFinding, NewRound, prepare};

/// What was heard of one person; nothing given changes nothing.
#[derive(Clone, Debug, Default)]
pub struct Learnt {
    pub person: Uuid,
    pub phone: String,
    pub birth: String,
    pub sex: Option<Sex>,
    /// Answers to questions of forms, by the id under which each was asked.
    pub answers: Vec<(Uuid, String)>,
    /// Whoever sends it saw what somebody else said meanwhile, and knows better.
    pub despite: bool,
}

impl Learnt {
    fn says_something(&self) -> bool {
        self.sex.is_some()
            || !self.phone.trim().is_empty()
            || !self.birth.trim().is_empty()
            || self.answers.iter().any(|(_, text)| !text.trim().is_empty())
    }
}

/// Somebody who is registered there and lives there no more.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Gone {
    pub person: Uuid,
    /// The day they left, by the sender's calendar; `None` is today.
    #[serde(default)]
    pub on: Option<Date>,
}

/// A visit as it was typed.
#[derive(Clone, Debug)]
pub struct NewVisit {
    /// Made by the sender: sent again, the visit is not doubled.
    pub id: Uuid,
    pub dwelling: Uuid,
    pub outcome: Outcome,
    pub channel: Channel,
    pub policy: Option<Uuid>,
    pub began_at: Micros,
    pub ended_at: Micros,
    /// The sender's clock at the moment of sending, of a telephone that was without signal.
    pub sent_at: Option<Micros>,
    pub text: String,
    pub reason: String,
    pub try_again_at: Option<Micros>,
    /// Who was shown to live there; others by now are told, nothing is confirmed of them unseen.
    pub lived: Option<BTreeSet<Uuid>>,
    /// Visits of today that were shown; of another one by somebody else is told before anything is written.
    pub shown: Option<BTreeSet<Uuid>>,
    pub learnt: Vec<Learnt>,
    pub gone: Vec<Gone>,
    pub problem: Option<NewFinding>,
    /// Who of the household spoke of it; nobody: without a name.
    pub reporter: Option<Uuid>,
    pub photographs: u32,
}

/// A checked visit: see [`prepare_visit`].
#[derive(Debug)]
pub struct RecordVisit {
    rounds: Arc<Rounds>,
    hand_in: HandIn,
    community: CommunityId,
    dwelling: Uuid,
    outcome: Outcome,
    lived: Option<BTreeSet<Uuid>>,
    shown: Option<BTreeSet<Uuid>>,
    learnt: Vec<Learnt>,
    gone: Vec<Gone>,
    reporter: Option<Uuid>,
    /// Written on a telephone, which was told in the morning what is missing.
    away: bool,
}

/// Checks a visit before anything is written.
///
/// # Errors
/// 409 `visit-dwelling-closed` for a dwelling that is in the register no longer; 404 for one that never was; 422 with all
/// fields that must be mended.
pub async fn prepare_visit(
    rounds: &Arc<Rounds>,
    db: &Database,
    ctx: &Ctx,
    new: NewVisit,
) -> Result<RecordVisit> {
    let Some(place) = rounds.cases.locator().dwelling(new.dwelling) else {
        return Err(closed(db, ctx, new.dwelling).await?);
    };
    ctx.authorize(&VISITS_WALK, place.area())?;
    if new.outcome == Outcome::Tried && new.try_again_at.is_some_and(|at| at < new.began_at) {
        return Err(Problem::invalid("again", "visit-again-past"));
    }
    let round = NewRound {
        id: new.id,
        kind: RoundKind::Visit,
        community: place.community,
        subject: Subject {
            kind: SubjectKind::Dwelling,
            id: new.dwelling,
        },
        policy: new.policy,
        outcome: new.outcome,
        channel: new.channel,
        began_at: new.began_at,
        ended_at: new.ended_at,
        sent_at: new.sent_at,
        text: new.text,
        checklist: None,
        answers: std::collections::BTreeMap::new(),
        findings: new.problem.into_iter().collect(),
        reason: new.reason,
        try_again_at: new.try_again_at,
        photographs: new.photographs,
        told_by: None,
        on_behalf: false,
        talk: None,
        track: None,
    };
    let clock = Clock::of(ctx, &round);
    let gone = new.gone.into_iter().map(|one| Gone {
        on: one.on.map(|day| clock.day(day)),
        ..one
    });
    let hand_in = prepare(rounds, db, ctx, round).await?;
    Ok(RecordVisit {
        hand_in: match new.reporter {
            Some(person) => hand_in.reported_by(person),
            None => hand_in,
        },
        reporter: new.reporter,
        rounds: Arc::clone(rounds),
        community: place.community,
        dwelling: new.dwelling,
        outcome: new.outcome,
        lived: new.lived,
        shown: new.shown,
        learnt: new.learnt,
        gone: gone.collect(),
        away: new.channel == Channel::Field,
    })
}

/// Why a dwelling cannot be visited: it is closed, or never was.
pub(in crate::visits) async fn closed(db: &Database, ctx: &Ctx, id: Uuid) -> Result<Problem> {
    let scope = ctx.scope(&PEOPLE_READ)?;
    Ok(match dwelling_closed(db, &scope, id).await? {
        Some(at) => Problem::new(ProblemKind::Conflict, "visit-dwelling-closed")
            .arg("day", at.date())
            .with_data(json!({ "closed_at": at })),
        None => Problem::not_found(),
    })
}

impl Command for RecordVisit {
    type Output = HandedIn;
    const NAME: &'static str = "rounds.record-visit";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<HandedIn> {
        let done = self.hand_in.run(ctx, tx).await?;
        if done.again {
            return Ok(done);
        }
        self.check_meanwhile(ctx, tx).await?;
        let mut living = Directory::living_in(tx.conn(), self.community, self.dwelling).await?;
        self.check_residents(&living)?;
        if self.reporter.is_some_and(|one| !living.contains(&one)) {
            return Err(Problem::invalid("reporter", "visit-reporter-gone"));
        }
        for one in self.learnt.iter().filter(|one| one.says_something()) {
            self.learn(ctx, tx, one).await?;
        }
        // After what was heard of them: it is theirs wherever they live now.
        for one in &self.gone {
            // Somebody else may have said so before.
            if living.remove(&one.person) {
                self.move_out(ctx, tx, one).await?;
            }
        }
        let outcome = match self.outcome {
            Outcome::Done if living.is_empty() => VisitOutcome::Empty,
            Outcome::Done => VisitOutcome::Confirmed,
            Outcome::Tried => VisitOutcome::NobodyHome,
            Outcome::Skipped | Outcome::Withdrawn => return Ok(done),
        };
        let visit = VisitDwelling {
            vault: Arc::clone(&self.rounds.vault),
            dwelling: self.dwelling,
            outcome,
        };
        visit.run(ctx, tx).await?;
        Ok(done)
    }
}

impl RecordVisit {
    /// The dwelling's.
    #[must_use]
    pub fn community(&self) -> CommunityId {
        self.community
    }

    /// Somebody else wrote down a visit while this one was typed: it is said, and both stay once it is sent again.
    async fn check_meanwhile(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let Some(shown) = &self.shown else {
            return Ok(());
        };
        let here = (self.community, self.dwelling);
        match meanwhile(tx.conn(), ctx, here, shown).await? {
            None => Ok(()),
            Some(other) => Err(Problem::new(ProblemKind::Conflict, "visit-meanwhile")
                .arg("by", other.by)
                .arg("when", other.at.local().strftime("%H:%M"))
                .arg("outcome", other.outcome)
                .with_data(json!({ "round": other.id }))),
        }
    }

    /// Whoever was shown and is gone, or came meanwhile: the page is shown anew before anything is confirmed.
    fn check_residents(&self, living: &BTreeSet<Uuid>) -> Result<()> {
        let Some(shown) = &self.lived else {
            return Ok(());
        };
        if self.outcome != Outcome::Done || shown == living {
            return Ok(());
        }
        let gone = shown.difference(living).count();
        let come = living.difference(shown).count();
        Err(
            Problem::new(ProblemKind::Conflict, "visit-residents-changed")
                .arg("gone", gone)
                .arg("come", come),
        )
    }

    async fn move_out(&self, ctx: &Ctx, tx: &Tx<'_>, one: &Gone) -> Result<()> {
        let out = MoveOut {
            vault: Arc::clone(&self.rounds.vault),
            community: self.community,
            person: one.person,
            dwelling: Some(self.dwelling),
            on: one.on,
            whereto: None,
        };
        let noted = out.run(ctx, tx).await;
        noted
            .map(|_note| ())
            .map_err(|problem| of_person(&problem, one.person))
    }

    async fn learn(&self, ctx: &Ctx, tx: &Tx<'_>, one: &Learnt) -> Result<()> {
        let named = |problem: Problem| of_person(&problem, one.person);
        let heard = Heard {
            community: self.community,
            person: one.person,
            phone: &one.phone,
            birth: &one.birth,
            sex: one.sex,
            answers: &one.answers,
        };
        if self.away && !one.despite {
            let unknown = heard.still_unknown(ctx, tx, &self.rounds.vault).await;
            unknown.map_err(named)?;
        }
        let learn = LearnFacts {
            vault: Arc::clone(&self.rounds.vault),
            community: self.community,
            person: one.person,
            how: How::Visit,
            phone: Some(one.phone.clone()),
            instead_of: None,
            birth: one.birth.clone(),
            sex: one.sex,
            labels: Vec::new(),
            labels_off: Vec::new(),
            answers: one.answers.clone(),
            // Confirming the dwelling notes who was seen, once.
            seen: false,
        };
        learn.run(ctx, tx).await.map(|_changed| ()).map_err(named)
    }
}

/// A fault of one person's field, under the name the page gives that field.
fn of_person(problem: &Problem, person: Uuid) -> Problem {
    if problem.fields().is_empty() {
        return problem.clone();
    }
    Problem::new(problem.kind(), problem.code())
        .and_fields_of(problem, |field| format!("{field}_{person}"))
}

//! Plays the scenes in the order in which they happened, each step as the person who took it.

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::{Context, Result, anyhow};
use futures::stream;
use jiff::civil::Date;
use uuid::Uuid;
use youlin_cases::model::{Assignment, EscalateTo, Source, Status, Verb, VerifyMethod};
use youlin_cases::{Act, AttachFile, Merge, NewCase, Report, Via, prepare};
use youlin_files::{FileStore, StoredFile};
use youlin_kernel::{Actor, CommunityId, Ctx, Locale, ManualClock, Micros, Problem};
use youlin_people::permissions::PEOPLE_READ;
use youlin_people::{Directory, Party, VisitDwelling, VisitOutcome, account_list};
use youlin_places::PlaceInput;
use youlin_web::SignedIn;

use super::doors::{Knock, knocks};
use super::keys::Keys;
use super::picture::picture;
use super::script::{Deed, Scene, Step, Verdict};
use super::sharing::{self, Made, Moment};
use crate::{House, out};

/// A case that has been reported.
struct Known {
    community: CommunityId,
    id: Uuid,
    status: Status,
    lead: Option<Party>,
}

pub(crate) struct Player<'a> {
    house: &'a House,
    clock: &'a ManualClock,
    keys: Keys,
    staff: HashMap<String, SignedIn>,
    files: Arc<FileStore>,
    known: HashMap<String, Known>,
    pictures: u64,
    shared: Made,
}

/// What became of the scenes.
#[derive(Debug, Default)]
pub(crate) struct Played {
    pub(crate) cases: usize,
    pub(crate) steps: usize,
    /// Scenes that stopped at a step the rules refused, with the reason.
    pub(crate) stopped: Vec<String>,
}

impl<'a> Player<'a> {
    pub(crate) async fn new(house: &'a House, clock: &'a ManualClock) -> Result<Self> {
        let mut staff = HashMap::new();
        for account in account_list(house.db.read()).await? {
            if let Some(who) = house.app.accounts().account(account.id).await? {
                staff.insert(account.login, who);
            }
        }
        Ok(Self {
            house,
            clock,
            keys: Keys::read(house.db.read()).await?,
            staff,
            files: house.app.need::<FileStore>()?,
            known: HashMap::new(),
            pictures: 0,
            shared: Made::default(),
        })
    }

    /// Everything in the order of time; a scene whose step is refused stops there.
    pub(crate) async fn play(&mut self, scenes: &[Scene], loaded_on: Date) -> Result<Played> {
        // (when, which scene, which step; no step: the report itself)
        let mut moments: Vec<(Micros, usize, Option<usize>)> = Vec::new();
        for (at, scene) in scenes.iter().enumerate() {
            let reported = scene.reported_at(loaded_on)?;
            moments.push((reported, at, None));
            for (number, step) in scene.steps.iter().enumerate() {
                moments.push((step.at(reported), at, Some(number)));
            }
        }
        moments.sort_unstable_by_key(|(when, scene, step)| {
            (*when, *scene, step.map_or(0, |step| step + 1))
        });
        let mut played = Played::default();
        let mut knocks = knocks(self.house, &self.keys, &self.staff, loaded_on)
            .into_iter()
            .peekable();
        let start = moments.first().map_or(Micros(0), |first| first.0);
        let mut shares = sharing::moments(loaded_on, start)?.into_iter().peekable();
        let mut stopped = vec![false; scenes.len()];
        let all = moments.len();
        for (count, (when, at, number)) in moments.into_iter().enumerate() {
            if count % 500 == 0 {
                out::note(format!("  cases: {count} of {all} steps"));
            }
            if stopped[at] {
                continue;
            }
            while let Some(knock) = knocks.next_if(|knock| knock.at <= when) {
                self.knock(knock).await?;
            }
            while let Some(share) = shares.next_if(|share| share.at <= when) {
                self.share(share, &mut played).await?;
            }
            let scene = &scenes[at];
            self.clock.set(when);
            let done = match number {
                None => self.report(scene).await,
                Some(number) => self.step(scene, &scene.steps[number]).await,
            };
            match done {
                Ok(()) if number.is_none() => played.cases += 1,
                Ok(()) => played.steps += 1,
                Err(error) => {
                    stopped[at] = true;
                    let what = number.map_or("report".to_owned(), |number| {
                        format!("{:?}", scene.steps[number].deed)
                    });
                    played
                        .stopped
                        .push(format!("{}: {error:#} at {what}", scene.key));
                }
            }
        }
        for share in shares {
            self.share(share, &mut played).await?;
        }
        Ok(played)
    }

    async fn share(&mut self, one: Moment, played: &mut Played) -> Result<()> {
        self.clock.set(one.at);
        let ctx = match one.by.as_str() {
            "" => self.house.ctx(super::SAYS),
            login => self.ctx(login)?,
        };
        let mut made = std::mem::take(&mut self.shared);
        let case = |key: &str| self.case(key).map(|known| known.id);
        let done = made.play(self.house, &ctx, &self.keys, &case, one).await;
        self.shared = made;
        if let Err(error) = done {
            played.stopped.push(format!("sharing: {error:#}"));
        }
        Ok(())
    }

    async fn knock(&self, knock: Knock) -> Result<()> {
        self.clock.set(knock.at);
        let ctx = self.ctx(&knock.by)?;
        let mut visit = VisitDwelling {
            vault: Arc::clone(&self.house.services.vault),
            dwelling: knock.dwelling,
            outcome: knock.outcome,
        };
        let scope = ctx.scope(&PEOPLE_READ).map_err(plain)?;
        let (db, vault) = (self.house.db.read(), &self.house.services.vault);
        let living = Directory::residents(db, vault, &scope, knock.dwelling);
        if living.await.map_err(plain)?.is_empty() && visit.outcome == VisitOutcome::Confirmed {
            visit.outcome = VisitOutcome::Empty;
        }
        self.house.db.execute(&ctx, visit).await.map_err(plain)?;
        Ok(())
    }

    async fn report(&mut self, scene: &Scene) -> Result<()> {
        let id = |keys: &HashMap<String, Uuid>, key: &Option<String>| {
            key.as_ref().and_then(|key| keys.get(key).copied())
        };
        let new = NewCase {
            source: scene.source,
            text: scene.text.clone(),
            category: scene.category.clone(),
            urgency: scene.urgency,
            place: PlaceInput {
                dwelling: id(&self.keys.dwellings, &scene.place.dwelling),
                building: id(&self.keys.buildings, &scene.place.building),
                lon: scene.place.lon,
                lat: scene.place.lat,
                text: scene.place.text.clone(),
                ..PlaceInput::default()
            },
            reporter: id(&self.keys.persons, &scene.reporter),
            contact: None,
            answers: Default::default(),
            external_key: None,
            call: None,
        };
        let ctx = self.house.ctx(super::SAYS);
        let report: Report = prepare(&self.house.services.cases, new).map_err(plain)?;
        let reported = self.house.db.execute(&ctx, report).await.map_err(plain)?;
        let known = Known {
            community: reported.community,
            id: reported.id,
            status: reported.status,
            lead: None,
        };
        self.known.insert(scene.key.clone(), known);
        Ok(())
    }

    async fn step(&mut self, scene: &Scene, step: &Step) -> Result<()> {
        let ctx = self.ctx(&step.by)?;
        match &step.deed {
            Deed::Rework {} => return Ok(()),
            Deed::Merge { into } => {
                let (this, other) = (self.case(&scene.key)?, self.case(into)?);
                let merge = Merge {
                    cases: Arc::clone(&self.house.services.cases),
                    community: this.community,
                    duplicate: this.id,
                    into: other.id,
                    version: None,
                };
                self.house.db.execute(&ctx, merge).await.map_err(plain)?;
                return Ok(());
            }
            Deed::Handled { evidence, .. } => {
                self.goes_on(scene).await?;
                for _ in 0..*evidence {
                    self.attach(scene, &ctx).await?;
                }
            }
            _ => {}
        }
        let mut verb = self.verb(step)?;
        self.asked_or_seen(scene, &mut verb);
        if let Verb::Dispatch { lead, .. } | Verb::Reassign { lead, .. } = &verb
            && let Some(known) = self.known.get_mut(&scene.key)
        {
            known.lead = Some(lead.party);
        }
        self.act(scene, &ctx, verb).await
    }

    /// Where nobody can be called back somebody goes and looks.
    fn asked_or_seen(&self, scene: &Scene, verb: &mut Verb) {
        let found = matches!(
            scene.source,
            Source::Patrol | Source::Visit | Source::Inspection
        );
        let known = |key: &String| self.keys.persons.contains_key(key);
        let asked = !found && scene.reporter.as_ref().is_some_and(known);
        if let Verb::Verify { method, .. } = verb
            && !asked
        {
            *method = VerifyMethod::OnTheSpot;
        }
    }

    /// In the example the lead of an escalated case goes on working; in the house somebody says so.
    async fn goes_on(&mut self, scene: &Scene) -> Result<()> {
        let known = self.case(&scene.key)?;
        let verb = match (known.status, known.lead) {
            (Status::Escalated, Some(party)) => Verb::Dispatch {
                lead: Assignment {
                    party,
                    text: String::new(),
                },
                supporting: Vec::new(),
            },
            (Status::Deferred, _) => Verb::Resume,
            _ => return Ok(()),
        };
        let desk = self.ctx("desk")?;
        self.act(scene, &desk, verb).await
    }

    async fn act(&mut self, scene: &Scene, ctx: &Ctx, verb: Verb) -> Result<()> {
        let known = self.case(&scene.key)?;
        let act = Act {
            cases: Arc::clone(&self.house.services.cases),
            community: known.community,
            case: known.id,
            version: None,
            verb,
            via: Via::Account,
        };
        let acted = self.house.db.execute(ctx, act).await.map_err(plain)?;
        if let Some(known) = self.known.get_mut(&scene.key) {
            known.status = acted.status;
        }
        Ok(())
    }

    fn verb(&self, step: &Step) -> Result<Verb> {
        Ok(match step.deed.clone() {
            Deed::Accept => Verb::Accept,
            Deed::Start => Verb::Start,
            Deed::Decline { reason } => Verb::Decline { reason },
            Deed::Return { reason } => Verb::Return { reason },
            Deed::Cancel { reason } => Verb::Cancel { reason },
            Deed::Dispatch {
                lead,
                supporting,
                text,
            } => Verb::Dispatch {
                lead: self.assignment(&lead, &text)?,
                supporting: supporting
                    .iter()
                    .map(|who| self.assignment(who, ""))
                    .collect::<Result<_>>()?,
            },
            Deed::Reassign { lead, reason } => Verb::Reassign {
                lead: self.assignment(&lead, "")?,
                reason,
            },
            Deed::Note { text } => Verb::Note {
                text,
                public: false,
            },
            Deed::Handled { text, .. } => Verb::Handled { text },
            Deed::AskExtension { days, text } => Verb::AskExtension { days, reason: text },
            Deed::ApproveExtension { text } => Verb::DecideExtension {
                approve: true,
                reason: text,
            },
            Deed::Defer {
                reason,
                review_after_days,
            } => Verb::Defer {
                until: self
                    .now()
                    .plus(review_after_days.saturating_mul(Micros::DAY)),
                reason,
            },
            Deed::Escalate { reason } => Verb::Escalate {
                to: EscalateTo::ParentArea,
                reason,
            },
            Deed::Verify {
                result,
                responded,
                solved,
                satisfied,
                text,
            } => Verb::Verify {
                method: VerifyMethod::CallBack,
                passed: result == Verdict::Passed,
                responded,
                solved,
                satisfied,
                text,
                thanks: None,
            },
            Deed::Rework {} | Deed::Merge { .. } => return Err(anyhow!("no step of its own")),
        })
    }

    /// A login, or a key of an organisation (`o-…`) or person (`p-…`).
    fn assignment(&self, who: &str, text: &str) -> Result<Assignment> {
        let missing = || anyhow!("{who} is not in the registers");
        let party = if let Some(id) = self.keys.organisations.get(who) {
            Party::organisation(*id)
        } else if let Some(id) = self.keys.persons.get(who) {
            Party::person(*id)
        } else {
            let account = self.staff.get(who).ok_or_else(missing)?;
            Party::person(account.actor.person().ok_or_else(missing)?)
        };
        Ok(Assignment {
            party,
            text: text.to_owned(),
        })
    }

    async fn attach(&mut self, scene: &Scene, ctx: &Ctx) -> Result<()> {
        self.pictures += 1;
        let bytes = picture(self.pictures.wrapping_mul(0x9e37_79b9_7f4a_7c15))?;
        let body = stream::iter([Ok::<_, std::io::Error>(bytes::Bytes::from(bytes))]);
        let file: StoredFile = self.files.put_stream(body, Some("现场.png")).await?;
        let known = self.case(&scene.key)?;
        let attach = AttachFile {
            community: known.community,
            case: known.id,
            file,
            stage: "handling",
            locate: false,
        };
        self.house.db.execute(ctx, attach).await.map_err(plain)?;
        Ok(())
    }

    fn case(&self, key: &str) -> Result<&Known> {
        self.known
            .get(key)
            .with_context(|| format!("{key} was not reported"))
    }

    fn now(&self) -> Micros {
        youlin_kernel::Clock::now(self.clock)
    }

    /// As the person with that login; `system` is Youlin itself.
    pub(super) fn ctx(&self, login: &str) -> Result<Ctx> {
        let service = self.house.ctx(super::SAYS);
        let who = self
            .staff
            .get(login)
            .ok_or_else(|| anyhow!("there is no account {login}"))?;
        let actor: Actor = who.actor.clone();
        Ok(self.house.app.ctx(
            actor,
            Arc::clone(&who.grants),
            Locale::Zh,
            service.request_id(),
        ))
    }
}

/// Steps of the example are refused by rules, not by faults of the machine: the code says which.
pub(super) fn plain(problem: Problem) -> anyhow::Error {
    anyhow!("{problem}")
}

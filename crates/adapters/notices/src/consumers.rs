//! From events to what is to be told: case events become notices and messages by the policy, and calls to the systems
//! that subscribed. Both are idempotent: the rows carry the event's id under a unique key.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::{Value, json};
use uuid::Uuid;
use youlin_crypto::PhoneKind;
use youlin_database::{Consumer, Event};
use youlin_kernel::{AreaId, CommunityId, Ctx, Locale, Micros, ProblemKind, Result};
use youlin_people::{Directory, Party};

use crate::commands::{Enqueue, NewDelivery, NewNotice};
use crate::members::{Member, Scene, members};
use crate::policy::{Channel, Rule, rules_of};
use crate::queries::topics_of;
use crate::roster::Roster;
use crate::service::Notices;
use crate::source::{CaseBrief, ReporterBrief};
use crate::words::Facts;
use crate::{FAMILIES, events};

/// Older events are history (an import, the example being loaded), not news: nobody is written to about them.
pub(crate) const NEWS: i64 = 3 * Micros::DAY;

/// The moment of an event: its id is a UUIDv7.
pub(crate) fn moment(ctx: &Ctx, id: Uuid) -> Micros {
    id.get_timestamp()
        .and_then(|stamp| {
            let (seconds, nanos) = stamp.to_unix();
            let whole = i64::try_from(seconds).ok()?.checked_mul(Micros::SECOND)?;
            Some(Micros(whole.saturating_add(i64::from(nanos / 1_000))))
        })
        .unwrap_or_else(|| ctx.now())
}

/// Tells people of cases.
#[derive(Debug)]
pub struct CaseNotices(pub Arc<Notices>);

impl Consumer for CaseNotices {
    fn name(&self) -> &'static str {
        "notices.cases"
    }

    fn wants(&self, topic: &str) -> bool {
        let kind = topic.strip_prefix("cases.");
        kind.is_some_and(|kind| rules_of(kind).next().is_some())
            || topic == youlin_people::events::ACCOUNT_CHANGED
    }

    fn foresee<'a>(
        &'a self,
        ctx: &'a Ctx,
        events: &'a [(Uuid, &'a Event)],
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let news: Vec<(Uuid, &Event)> = events
                .iter()
                .filter(|(_, event)| event.topic.starts_with("cases."))
                .filter(|(id, _)| moment(ctx, *id).plus(NEWS) >= ctx.now())
                .copied()
                .collect();
            self.0.foresee(&news).await
        })
    }

    fn handle<'a>(&'a self, ctx: &'a Ctx, id: Uuid, event: &'a Event) -> BoxFuture<'a, Result<()>> {
        self.tell(ctx, id, event).boxed()
    }
}

impl CaseNotices {
    async fn tell(&self, ctx: &Ctx, id: Uuid, event: &Event) -> Result<()> {
        let notices = &self.0;
        let Some(kind) = event.topic.strip_prefix("cases.") else {
            notices.forget_accounts();
            return Ok(());
        };
        let at = moment(ctx, id);
        if at.plus(NEWS) < ctx.now() {
            return Ok(());
        }
        let Some(brief) = notices.brief(id, event).await? else {
            return Ok(());
        };
        let roster = notices.roster().await?;
        let scene = Scene {
            community: event.community,
            areas: ctx.areas(),
            roster: &roster,
            brief: &brief,
            data: &event.payload["data"],
        };
        let mut letters = Letters {
            notices,
            event,
            brief: &brief,
            kind,
            lines: BTreeMap::new(),
            deliveries: Vec::new(),
        };
        for rule in rules_of(kind) {
            for member in members(rule, scene) {
                letters.write(rule, &member, scene).await?;
            }
        }
        let mut orders = letters.sorted(ctx, &roster);
        // Messages go with the case; one transaction never spans two communities.
        let own = orders.entry(event.community).or_default();
        own.1 = letters.deliveries;
        for (community, (lines, deliveries)) in orders {
            if lines.is_empty() && deliveries.is_empty() {
                continue;
            }
            let order = Enqueue {
                vault: Arc::clone(&notices.vault),
                community,
                event: id,
                case: Some(event.subject),
                at,
                notices: lines,
                deliveries,
            };
            notices.enqueue(ctx, order).await?;
        }
        Ok(())
    }
}

/// What is saved under one community.
type Order = (Vec<NewNotice>, Vec<NewDelivery>);

/// What one event causes, being written.
struct Letters<'a> {
    notices: &'a Notices,
    event: &'a Event,
    brief: &'a CaseBrief,
    kind: &'a str,
    /// By account: somebody who is meant twice (desk and lead) is told once, by the first line.
    lines: BTreeMap<Uuid, NewNotice>,
    deliveries: Vec<NewDelivery>,
}

impl Letters<'_> {
    /// The lines by the community they are filed under.
    fn sorted(&mut self, ctx: &Ctx, roster: &Roster) -> BTreeMap<CommunityId, Order> {
        let mut orders: BTreeMap<CommunityId, Order> = BTreeMap::new();
        for (account, line) in std::mem::take(&mut self.lines) {
            let home = roster.home(ctx.areas(), account, self.event.community);
            orders.entry(home).or_default().0.push(line);
        }
        orders
    }

    async fn write(&mut self, rule: &Rule, member: &Member<'_>, scene: Scene<'_>) -> Result<()> {
        let template = format!("{}-{}", rule.audience.word(), self.kind);
        let facts = self.facts(member);
        if rule.channels.contains(&Channel::Page) {
            let accounts = match member {
                Member::Account(id) => vec![*id],
                Member::Party(party, _) => scene.roster.of_party(*party),
                Member::Reporter(reporter) => reporter
                    .person
                    .map_or_else(Vec::new, |person| scene.roster.of_person(person)),
            };
            for account in accounts {
                self.line(account, &template, &facts);
            }
        }
        let phone = if self.may(rule, Channel::Sms) {
            self.mobile(member).await?
        } else {
            None
        };
        let email = if self.may(rule, Channel::Mail) {
            self.mailbox(member).await?
        } else {
            None
        }
        .filter(|_| phone.is_none() || member.is_organisation());
        if phone.is_none() && email.is_none() {
            return Ok(());
        }
        let facts = self.outside(facts, member).await?;
        let ways = [(Channel::Sms, phone), (Channel::Mail, email)];
        for (channel, target) in ways {
            if let Some(target) = target {
                self.deliveries.push(NewDelivery {
                    member: member.key(),
                    channel,
                    template: template.clone(),
                    target,
                    args: serde_json::to_string(&facts).unwrap_or_default(),
                });
            }
        }
        Ok(())
    }

    fn may(&self, rule: &Rule, channel: Channel) -> bool {
        rule.channels.contains(&channel) && self.notices.has(channel)
    }

    fn facts(&self, member: &Member<'_>) -> Facts {
        let data = &self.event.payload["data"];
        let text = |key: &str| data[key].as_str().unwrap_or_default().to_owned();
        let at = serde_json::from_value::<Option<Micros>>(data["at"].clone());
        let mut facts = Facts {
            number: self.brief.number.clone(),
            category: self.brief.category_name.clone(),
            category_en: self.brief.category_name_en.clone(),
            role: text("role"),
            at: at.ok().flatten().map(|at| at.0),
            into: if self.kind == "merged" {
                text("number")
            } else {
                String::new()
            },
            path: self.notices.source.case_path(self.event.subject),
            ..Facts::default()
        };
        match member {
            Member::Party(_, Some(task)) => {
                facts.path = self.notices.source.task_path(task.id);
                facts.role = task.role.clone();
                facts.at = facts.at.or(task.planned_at.map(|at| at.0));
            }
            Member::Reporter(reporter) => {
                facts.number = reporter.number.clone();
                facts.path = self.site_path(&reporter.tracking_code);
            }
            Member::Party(_, None) | Member::Account(_) => {}
        }
        facts
    }

    /// The tracking page within the site.
    fn site_path(&self, code: &str) -> String {
        let whole = self.notices.source.tracking_url(code);
        match whole
            .split_once("://")
            .and_then(|(_, rest)| rest.find('/').map(|at| &rest[at..]))
        {
            Some(path) => path.to_owned(),
            None => whole,
        }
    }

    /// With what is needed outside the house, where nobody is signed in.
    async fn outside(&self, mut facts: Facts, member: &Member<'_>) -> Result<Facts> {
        let source = &self.notices.source;
        match member {
            Member::Party(_, Some(task)) if task.open => {
                let link = source.task_url(self.event.community, task.id).await?;
                facts.link = link.unwrap_or_default();
            }
            Member::Reporter(reporter) => {
                facts.link = source.tracking_url(&reporter.tracking_code);
                facts.code = source.shown_code(&reporter.tracking_code);
            }
            Member::Party(..) | Member::Account(_) => {}
        }
        Ok(facts)
    }

    fn line(&mut self, account: Uuid, template: &str, facts: &Facts) {
        let i18n = &self.notices.i18n;
        let say = |locale| facts.say(i18n, locale, "notice", template);
        self.lines.entry(account).or_insert_with(|| NewNotice {
            account,
            kind: template.to_owned(),
            data: serde_json::to_string(facts).unwrap_or_default(),
            live: json!({
                "text": {
                    Locale::Zh.tag(): say(Locale::Zh),
                    Locale::En.tag(): say(Locale::En),
                },
                "url": facts.path,
            }),
        });
    }

    /// A mobile number: nobody reads an SMS sent to an office telephone.
    async fn mobile(&self, member: &Member<'_>) -> Result<Option<String>> {
        let number = match member {
            Member::Party(party, _) => self.registered(*party).await?,
            Member::Reporter(reporter) => self.left_by(reporter).await?,
            Member::Account(_) => None,
        };
        Ok(number
            .and_then(|number| self.notices.vault.phone("phone", &number).ok())
            .filter(|phone| phone.kind() == PhoneKind::Mobile)
            .map(|phone| phone.line().to_owned()))
    }

    /// An organisation's address stands in the register; a reporter left one or not.
    async fn mailbox(&self, member: &Member<'_>) -> Result<Option<String>> {
        let party = match member {
            Member::Party(party, _) => *party,
            Member::Reporter(reporter) => return Ok(reporter.email.clone()),
            Member::Account(_) => return Ok(None),
        };
        let Notices { db, vault, .. } = self.notices;
        match Directory::party_email(db.read(), vault, self.event.community, party).await {
            Err(problem) if problem.kind() == ProblemKind::NotFound => Ok(None),
            outcome => outcome,
        }
    }

    async fn left_by(&self, reporter: &ReporterBrief) -> Result<Option<String>> {
        let registered = match reporter.person {
            Some(person) => self.registered(Party::person(person)).await?,
            None => None,
        };
        Ok(registered.or_else(|| reporter.phone.clone()))
    }

    async fn registered(&self, party: Party) -> Result<Option<String>> {
        let Notices { db, vault, .. } = self.notices;
        match Directory::party_phone(db.read(), vault, self.event.community, party).await {
            Err(problem) if problem.kind() == ProblemKind::NotFound => Ok(None),
            outcome => outcome,
        }
    }
}

/// Tells other systems.
#[derive(Debug)]
pub struct WebhookFeed(pub Arc<Notices>);

impl Consumer for WebhookFeed {
    fn name(&self) -> &'static str {
        "notices.webhooks"
    }

    fn wants(&self, topic: &str) -> bool {
        topic == events::WEBHOOK_CHANGED || FAMILIES.iter().any(|family| topic.starts_with(family))
    }

    fn handle<'a>(&'a self, ctx: &'a Ctx, id: Uuid, event: &'a Event) -> BoxFuture<'a, Result<()>> {
        self.tell(ctx, id, event).boxed()
    }
}

impl WebhookFeed {
    async fn tell(&self, ctx: &Ctx, id: Uuid, event: &Event) -> Result<()> {
        let notices = &self.0;
        if event.topic == events::WEBHOOK_CHANGED {
            notices.forget_webhooks();
            return Ok(());
        }
        let at = moment(ctx, id);
        let all = notices.webhooks().await?;
        let wanted: Vec<Uuid> = all
            .iter()
            // A subscription hears of what happens after it was made.
            .filter(|one| one.created_at / 1_000 <= at.0 / 1_000)
            .filter(|one| covers(ctx, AreaId(one.area_id), event.community))
            .filter(|one| topics_of(one).iter().any(|topic| fits(topic, &event.topic)))
            .map(|one| one.id)
            .collect();
        if wanted.is_empty() {
            return Ok(());
        }
        let brief = notices.brief(id, event).await?;
        let body = body(ctx, id, at, event, brief.map(|brief| brief.number)).to_string();
        let deliveries = wanted
            .into_iter()
            .map(|webhook| NewDelivery {
                member: format!("webhook:{webhook}"),
                channel: Channel::Webhook,
                template: event.topic.clone(),
                target: webhook.to_string(),
                args: body.clone(),
            })
            .collect();
        let order = Enqueue {
            vault: Arc::clone(&notices.vault),
            community: event.community,
            event: id,
            case: Some(event.subject),
            at,
            notices: Vec::new(),
            deliveries,
        };
        notices.enqueue(ctx, order).await
    }
}

fn covers(ctx: &Ctx, area: AreaId, community: CommunityId) -> bool {
    ctx.areas().is_within(community.into(), area)
}

/// `cases.*` means all of the family.
fn fits(wanted: &str, topic: &str) -> bool {
    match wanted.strip_suffix('*') {
        Some(family) => topic.starts_with(family),
        None => wanted == topic,
    }
}

/// What the receiver gets. Ids and codes only; who needs more asks the REST interface with rights of its own.
fn body(ctx: &Ctx, id: Uuid, at: Micros, event: &Event, number: Option<String>) -> Value {
    let code = ctx.areas().get(event.community.into());
    json!({
        "id": id,
        "topic": event.topic,
        "community_code": code.map(|node| node.code.as_str()),
        "case": event.subject,
        "case_number": number,
        "at": at,
        "data": event.payload,
    })
}

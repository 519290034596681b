//! What lenders, specialists and those on duty are told: events of loans, of professional support and of rosters become
//! lines in the lists of accounts. Nothing leaves the house, and no line holds more than where to look.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::{Value, json};
use uuid::Uuid;
use youlin_database::{Consumer, Event};
use youlin_kernel::{CommunityId, Ctx, Locale, Micros, Result};
use youlin_people::Party;
use youlin_people::events::{CORRECTION_ASKED, EXPORT_ASKED, EXPORT_DECIDED};
use youlin_people::permissions::PEOPLE_EXPORT_APPROVE;

use crate::commands::{Enqueue, NewNotice};
use crate::consumers::{NEWS, moment};
use crate::roster::Roster;
use crate::service::Notices;
use crate::words::Facts;

/// The words of these lines, `notice-<word>` in the catalogue.
pub const SHARING_WORDS: &[&str] = &[
    "desk-loan-late",
    "desk-loan-asked",
    "party-support-offer",
    "party-support-more",
    "party-support-late",
    "asker-support-answer",
    "asker-support-step",
    "asker-support-late",
    "party-substitute-asked",
    "party-swap-asked",
    "party-duty-answered",
    "desk-correction-asked",
    "decider-export-asked",
    "asker-export-approved",
    "asker-export-declined",
];

/// See the module's text.
#[derive(Debug)]
pub struct SharingNotices(pub Arc<Notices>);

impl Consumer for SharingNotices {
    fn name(&self) -> &'static str {
        "notices.sharing"
    }

    fn wants(&self, topic: &str) -> bool {
        matches!(
            topic,
            "sharing.loan-late"
                | "sharing.loan-saved"
                | "sharing.support-saved"
                | "sharing.support-late"
                | youlin_people::rosters::SAVED
                | CORRECTION_ASKED
                | EXPORT_ASKED
                | EXPORT_DECIDED
        )
    }

    fn handle<'a>(&'a self, ctx: &'a Ctx, id: Uuid, event: &'a Event) -> BoxFuture<'a, Result<()>> {
        self.tell(ctx, id, event).boxed()
    }
}

/// Accounts and the word each is told.
type Told = Vec<(Uuid, &'static str)>;

impl SharingNotices {
    async fn tell(&self, ctx: &Ctx, id: Uuid, event: &Event) -> Result<()> {
        let at = moment(ctx, id);
        if at.plus(NEWS) < ctx.now() {
            return Ok(());
        }
        let roster = self.0.roster().await?;
        let (told, path) = told(ctx, &roster, event);
        let mut lines: BTreeMap<CommunityId, BTreeMap<Uuid, NewNotice>> = BTreeMap::new();
        for (account, word) in told {
            let home = roster.home(ctx.areas(), account, event.community);
            let of_home = lines.entry(home).or_default();
            of_home
                .entry(account)
                .or_insert_with(|| self.line(account, word, &path));
        }
        for (community, lines) in lines {
            self.enqueue(ctx, (id, at), community, lines).await?;
        }
        Ok(())
    }

    async fn enqueue(
        &self,
        ctx: &Ctx,
        (event, at): (Uuid, Micros),
        community: CommunityId,
        lines: BTreeMap<Uuid, NewNotice>,
    ) -> Result<()> {
        let order = Enqueue {
            vault: Arc::clone(&self.0.vault),
            community,
            event,
            case: None,
            at,
            notices: lines.into_values().collect(),
            deliveries: Vec::new(),
        };
        self.0.enqueue(ctx, order).await
    }

    fn line(&self, account: Uuid, word: &str, path: &str) -> NewNotice {
        let facts = Facts {
            path: path.to_owned(),
            ..Facts::default()
        };
        let say = |locale| facts.say(&self.0.i18n, locale, "notice", word);
        NewNotice {
            account,
            kind: word.to_owned(),
            data: serde_json::to_string(&facts).unwrap_or_default(),
            live: json!({
                "text": {
                    Locale::Zh.tag(): say(Locale::Zh),
                    Locale::En.tag(): say(Locale::En),
                },
                "url": facts.path,
            }),
        }
    }
}

fn told(ctx: &Ctx, roster: &Roster, event: &Event) -> (Told, String) {
    let desk = |word| -> Told {
        let accounts = roster.desk(ctx.areas(), event.community);
        accounts
            .into_iter()
            .map(|account| (account, word))
            .collect()
    };
    let loan = format!("/loans/{}", event.subject);
    let request = format!("/support/{}", event.subject);
    let step = event.payload["step"].as_str().unwrap_or_default();
    let party = |word| parties(roster, &event.payload, word);
    let asker = |word| asker(&event.payload, word);
    match (event.topic.as_str(), step) {
        ("sharing.loan-late", _) => (desk("desk-loan-late"), loan),
        ("sharing.loan-saved", "asked") => (desk("desk-loan-asked"), loan),
        ("sharing.support-late", _) => {
            let all = [party("party-support-late"), asker("asker-support-late")];
            (all.concat(), request)
        }
        ("sharing.support-saved", "offer") => (party("party-support-offer"), request),
        ("sharing.support-saved", "answer") => (asker("asker-support-answer"), request),
        ("sharing.support-saved", "accept" | "decline") => (asker("asker-support-step"), request),
        ("sharing.support-saved", _) => (party("party-support-more"), request),
        (CORRECTION_ASKED, _) => (
            desk("desk-correction-asked"),
            "/people/corrections".to_owned(),
        ),
        (EXPORT_ASKED, _) => {
            let own = asker("");
            let mut told = roster.may(ctx.areas(), &PEOPLE_EXPORT_APPROVE, event.community);
            // Nobody says yes to their own.
            told.retain(|account| own.iter().all(|(asker, _)| asker != account));
            let told = told.into_iter();
            (
                told.map(|account| (account, "decider-export-asked"))
                    .collect(),
                "/people/exports/approve".to_owned(),
            )
        }
        (EXPORT_DECIDED, _) => {
            let word = match event.payload["approved"].as_bool() {
                Some(true) => "asker-export-approved",
                _ => "asker-export-declined",
            };
            let page = event.payload["page"].as_str().unwrap_or("/people/exports");
            (asker(word), page.to_owned())
        }
        (youlin_people::rosters::SAVED, step) => {
            let word = match step {
                "substitute-asked" => "party-substitute-asked",
                "swap-asked" => "party-swap-asked",
                "answered" => "party-duty-answered",
                _ => return (Vec::new(), String::new()),
            };
            (party(word), "/duty".to_owned())
        }
        _ => (Vec::new(), String::new()),
    }
}

fn parties(roster: &Roster, payload: &Value, word: &'static str) -> Told {
    let parties: Vec<Party> =
        serde_json::from_value(payload["parties"].clone()).unwrap_or_default();
    parties
        .into_iter()
        .flat_map(|party| roster.of_party(party))
        .map(|account| (account, word))
        .collect()
}

fn asker(payload: &Value, word: &'static str) -> Told {
    let account = payload["asker"].as_str().and_then(|id| id.parse().ok());
    account.into_iter().map(|account| (account, word)).collect()
}

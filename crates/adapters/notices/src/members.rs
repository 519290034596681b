//! From a line of the policy to the people it means. Pure: what happened, the case, the roster in; members out.

use serde_json::Value;
use uuid::Uuid;
use youlin_kernel::{AreaTree, CommunityId};
use youlin_people::{Party, PartyKind};

use crate::policy::{Audience, Rule};
use crate::roster::Roster;
use crate::source::{CaseBrief, ReporterBrief, TaskBrief};

/// One who is to hear of it.
#[derive(Clone, Debug)]
pub(crate) enum Member<'a> {
    Account(Uuid),
    Party(Party, Option<&'a TaskBrief>),
    Reporter(&'a ReporterBrief),
}

impl Member<'_> {
    /// The name under which it is told once, whatever happens in between.
    pub(crate) fn key(&self) -> String {
        match self {
            Self::Account(id) => format!("account:{id}"),
            Self::Party(party, _) => format!("{}:{}", party.kind.as_str(), party.id),
            Self::Reporter(reporter) => match reporter.person {
                Some(person) => format!("person:{person}"),
                None => format!("contact:{}", reporter.case),
            },
        }
    }

    pub(crate) fn is_organisation(&self) -> bool {
        matches!(self, Self::Party(party, _) if party.kind == PartyKind::Organisation)
    }
}

/// What happened where.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scene<'a> {
    pub(crate) community: CommunityId,
    pub(crate) areas: &'a AreaTree,
    pub(crate) roster: &'a Roster,
    pub(crate) brief: &'a CaseBrief,
    /// `payload.data` of the event.
    pub(crate) data: &'a Value,
}

/// Everybody the rule means, each once.
pub(crate) fn members<'a>(rule: &Rule, scene: Scene<'a>) -> Vec<Member<'a>> {
    let tasks = &scene.brief.tasks;
    let found: Vec<Member<'a>> = match rule.audience {
        Audience::Desk => accounts(scene.roster.desk(scene.areas, scene.community)),
        Audience::Supervisors => escalated(scene),
        Audience::TaskParty => task_party(scene).into_iter().collect(),
        Audience::Lead => tasks
            .iter()
            .filter(|task| task.open && task.role == "lead")
            .map(|task| Member::Party(task.party, Some(task)))
            .collect(),
        Audience::Helpers => tasks
            .iter()
            .filter(|task| task.open && task.role != "lead")
            .map(|task| Member::Party(task.party, Some(task)))
            .collect(),
        Audience::Reporters => reporters(&scene.brief.reporters),
    };
    once(found)
}

fn accounts<'a>(ids: Vec<Uuid>) -> Vec<Member<'a>> {
    ids.into_iter().map(Member::Account).collect()
}

/// A case is escalated to the area above, or to a line department.
fn escalated(scene: Scene<'_>) -> Vec<Member<'_>> {
    let to = &scene.data["to"];
    let department = [&to["organisation"], &to["department"]["organisation"]]
        .into_iter()
        .find_map(|id| id.as_str()?.parse().ok());
    match department {
        Some(id) => vec![Member::Party(Party::organisation(id), None)],
        None => accounts(scene.roster.above(scene.areas, scene.community)),
    }
}

/// The party of the task the event names; the event says it itself, or the case knows it.
fn task_party(scene: Scene<'_>) -> Option<Member<'_>> {
    let id: Option<Uuid> = scene.data["task"].as_str().and_then(|id| id.parse().ok());
    let task = id.and_then(|id| scene.brief.tasks.iter().find(|task| task.id == id));
    let named: Option<Party> = serde_json::from_value(scene.data["party"].clone()).ok();
    let party = named.or(task.map(|task| task.party))?;
    Some(Member::Party(party, task))
}

/// Two reports of one person, or from one number, are answered once.
fn reporters(all: &[ReporterBrief]) -> Vec<Member<'_>> {
    let mut phones: Vec<&str> = Vec::new();
    let mut found = Vec::new();
    for reporter in all {
        if let Some(phone) = reporter.phone.as_deref() {
            if phones.contains(&phone) {
                continue;
            }
            phones.push(phone);
        }
        found.push(Member::Reporter(reporter));
    }
    found
}

fn once(members: Vec<Member<'_>>) -> Vec<Member<'_>> {
    let mut keys: Vec<String> = Vec::with_capacity(members.len());
    let mut kept = Vec::with_capacity(members.len());
    for member in members {
        let key = member.key();
        if !keys.contains(&key) {
            keys.push(key);
            kept.push(member);
        }
    }
    kept
}

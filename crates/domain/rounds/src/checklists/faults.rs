//! What keeps a checklist from being published, each with the question it is about: what the engine finds, and what only
//! rounds know (categories, subjects, labels).

use std::collections::BTreeSet;

use serde::Serialize;
use utoipa::ToSchema;
use youlin_checklist::{Checklist, Form, FormFault, Item, WrongForm};

use crate::model::{RoundKind, SubjectKind};
use crate::service::Rounds;

/// Questions and groups of a checklist somebody is to answer on foot.
pub(crate) const MOST_QUESTIONS: usize = 1_000;
/// The content as JSON, in bytes.
const LONGEST: usize = 1024 * 1024;

/// A fault, and where: the name of a question, group, list or finding; empty when it is the checklist itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ChecklistFault {
    pub name: String,
    /// Key of the sentence, after `checklist-fault-`.
    pub code: &'static str,
    /// What the sentence names.
    pub what: String,
    /// The expression it stands in: `relevant`, `constraint` …
    pub place: &'static str,
}

impl ChecklistFault {
    fn new(name: &str, code: &'static str, what: impl Into<String>) -> Self {
        Self {
            name: name.to_owned(),
            code,
            what: what.into(),
            place: "",
        }
    }
}

/// Everything that is wrong.
#[must_use]
pub fn checklist_faults(rounds: &Rounds, checklist: &Checklist) -> Vec<ChecklistFault> {
    let mut faults = size_faults(checklist);
    if !faults.is_empty() {
        return faults;
    }
    if let Err(found) = Form::build(checklist.clone()) {
        faults.extend(found.into_iter().map(of_form));
    }
    let first = checklist.languages.first().cloned().unwrap_or_default();
    if checklist
        .title
        .get(&first)
        .is_none_or(|text| text.trim().is_empty())
    {
        faults.push(ChecklistFault::new("", "no-title", ""));
    }
    labels(&checklist.items, &first, &mut faults);
    // A talk is written down in a few fields of its own.
    if RoundKind::parse(&checklist.kind).is_none_or(|kind| kind == RoundKind::Talk) {
        faults.push(ChecklistFault::new("", "no-kind", &checklist.kind));
    }
    if checklist.subjects.is_empty() {
        faults.push(ChecklistFault::new("", "no-subject", ""));
    }
    for subject in &checklist.subjects {
        if SubjectKind::parse(subject).is_none() {
            faults.push(ChecklistFault::new("", "no-subject", subject));
        }
    }
    // Places are scored, never the people somebody visits.
    if RoundKind::parse(&checklist.kind) == Some(RoundKind::Visit) && scored(&checklist.items) {
        faults.push(ChecklistFault::new("", "scored-visit", ""));
    }
    let catalogue = rounds.cases.catalogue();
    for rule in &checklist.findings {
        if catalogue.get(&rule.category).is_none() {
            let fault = ChecklistFault::new(&rule.code, "no-category", &rule.category);
            faults.push(fault);
        }
    }
    // A name missing in both languages of a label, or twice in one condition, is one thing to mend.
    let mut seen = BTreeSet::new();
    faults.retain(|one| seen.insert((one.name.clone(), one.code, one.what.clone(), one.place)));
    faults
}

/// Too large to be kept at all.
#[must_use]
pub(crate) fn size_faults(checklist: &Checklist) -> Vec<ChecklistFault> {
    let nodes = count(&checklist.items);
    let bytes = serde_json::to_vec(checklist).map_or(usize::MAX, |bytes| bytes.len());
    let mut faults = Vec::new();
    if nodes > MOST_QUESTIONS {
        faults.push(ChecklistFault::new("", "too-many", nodes.to_string()));
    } else if bytes > LONGEST {
        faults.push(ChecklistFault::new("", "too-large", bytes.to_string()));
    }
    faults
}

fn count(items: &[Item]) -> usize {
    let of = |item: &Item| match item {
        Item::Question(_) => 1,
        Item::Group(group) => 1 + count(&group.items),
    };
    items.iter().map(of).sum()
}

fn scored(items: &[Item]) -> bool {
    items.iter().any(|item| match item {
        Item::Question(one) => !one.points.is_empty(),
        Item::Group(group) => scored(&group.items),
    })
}

fn labels(items: &[Item], language: &str, faults: &mut Vec<ChecklistFault>) {
    for item in items {
        let (name, label, needs) = match item {
            Item::Question(one) => (
                &one.name,
                &one.label,
                one.kind != youlin_checklist::Kind::Calculate,
            ),
            Item::Group(group) => (&group.name, &group.label, true),
        };
        if needs
            && label
                .get(language)
                .is_none_or(|text| text.trim().is_empty())
        {
            faults.push(ChecklistFault::new(name, "no-label", ""));
        }
        if let Item::Group(group) = item {
            labels(&group.items, language, faults);
        }
    }
}

fn of_form(fault: FormFault) -> ChecklistFault {
    let code = fault.what.code();
    let (place, what) = match &fault.what {
        WrongForm::Expression { place, fault } => (*place, named(fault)),
        WrongForm::UnknownName { place, unknown } => (*place, unknown.clone()),
        WrongForm::Meaning { place, fault } => (*place, meant(fault)),
        WrongForm::Cycle(names) => ("", names.join(" → ")),
        WrongForm::NoList(name)
        | WrongForm::NoRepeat(name)
        | WrongForm::NotJudged(name)
        | WrongForm::NotScored(name) => ("", name.clone()),
        WrongForm::TooMany { most } | WrongForm::TooDeep { most } => ("", most.to_string()),
        _ => ("", String::new()),
    };
    let code = match &fault.what {
        WrongForm::Expression { fault, .. } => expression(fault),
        _ => code,
    };
    ChecklistFault {
        name: fault.name,
        code,
        what,
        place,
    }
}

/// What an expression that cannot be read stumbles over, as it was written.
fn named(fault: &youlin_checklist::ParseFault) -> String {
    use youlin_checklist::ParseFault as P;
    match fault {
        P::Unexpected { found, .. } => found.clone(),
        P::UnknownFunction(name) | P::Path(name) => name.clone(),
        P::Arguments { name, .. } => (*name).to_owned(),
        P::Ends | P::OpenText { .. } | P::TooDeep => String::new(),
    }
}

/// What has no meaning where it stands.
fn meant(fault: &youlin_checklist::TypeFault) -> String {
    use youlin_checklist::TypeFault as T;
    match fault {
        T::UnknownChoice { question, choice } => format!("{question} = '{choice}'"),
        T::ManyTimes(name)
        | T::GroupAsValue(name)
        | T::NoNumber(name)
        | T::NoChoice(name)
        | T::Pattern(name) => name.clone(),
        T::NoCurrent => ".".to_owned(),
        T::NoInstance => "position(..)".to_owned(),
        T::Indexed => "indexed-repeat".to_owned(),
    }
}

/// The sentence for an expression that cannot be read.
fn expression(fault: &youlin_checklist::ParseFault) -> &'static str {
    use youlin_checklist::ParseFault as P;
    match fault {
        P::UnknownFunction(_) => "unknown-function",
        P::Arguments { .. } => "arguments",
        P::Path(_) => "path",
        P::Ends | P::OpenText { .. } => "ends",
        P::Unexpected { .. } => "unexpected",
        P::TooDeep => "expression-too-deep",
    }
}

//! What an inspection of premises says of each finding besides its words: where on the plan, who puts it right by when, who
//! caused it, what is done meanwhile. Clause, measured value and verdict are not typed: they follow from the answers.

use std::collections::HashMap;

use uuid::Uuid;
use youlin_kernel::{Ctx, Result};
use youlin_people::{Directory, Party};
use youlin_places::premises::{Premises, StallView};
use youlin_web::{App, Choice, FormFaults, Shell};

use super::found::finding_id;
use super::{Asking, RoundForm};
use crate::commands::same::{Marks, listed_at, seen_again};
use crate::commands::{NewHazard, ToldHazard, understood};
use crate::model::{Outcome, RoundKind, SubjectKind};
use crate::pages::answer::Proposed;
use crate::pages::hazard::words;
use crate::permissions::{ROUNDS_READ, ROUNDS_WALK};
use crate::queries::{SubjectView, judging, rule_sets, status_code};

/// As typed in a row.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::pages) struct HazardForm {
    pub(in crate::pages) section: String,
    pub(in crate::pages) stalls: String,
    pub(in crate::pages) fixer: String,
    pub(in crate::pages) cause: String,
    pub(in crate::pages) days: String,
    pub(in crate::pages) measures: String,
}

impl HazardForm {
    pub(super) fn read(part: &dyn Fn(&str) -> String) -> Self {
        Self {
            section: part("section"),
            stalls: part("stalls"),
            fixer: part("fixer"),
            cause: part("cause"),
            days: part("days"),
            measures: part("measures"),
        }
    }
}

/// What the page offers for it.
#[derive(Clone, Debug, Default)]
pub(super) struct Offered {
    pub(super) parties: Vec<Choice>,
    pub(super) sections: Vec<String>,
    pub(super) stalls: Vec<String>,
    /// The rule set that judges it and what it is worth.
    pub(super) rules: String,
}

/// The stalls of premises; of anything else there are none.
pub(super) async fn stalls_of(
    app: &App,
    ctx: &Ctx,
    subject: &SubjectView,
) -> Result<Vec<StallView>> {
    if subject.subject.kind != SubjectKind::Premises {
        return Ok(Vec::new());
    }
    let scope = ctx.scope(&ROUNDS_READ)?;
    let db = app.db().read();
    let premises = Premises::one(db, &scope, subject.subject.id).await?;
    Premises::stalls(db, &premises, false).await
}

pub(super) async fn offered(s: &Shell, app: &App, asking: &Asking) -> Result<Offered> {
    if asking.subject.subject.kind != SubjectKind::Premises {
        return Ok(Offered::default());
    }
    let mut sections: Vec<String> = asking
        .stalls
        .iter()
        .map(|one| one.section.clone())
        .collect();
    sections.dedup();
    sections.retain(|one| !one.is_empty());
    let db = app.db().read();
    let mut parties = vec![Choice::new("", s.t("hazard-nobody-yet"))];
    let scope = s.ctx().scope(&ROUNDS_WALK)?;
    for one in Directory::organisations(db, &scope, None).await? {
        parties.push(Choice::new(one.id.to_string(), one.name));
    }
    let mut rules = String::new();
    if let Some(form) = asking.form() {
        let sets = rule_sets(db).await?;
        if let Some(one) = judging(&sets, form, asking.day) {
            let status = s.tt("rules-status", status_code(&one.on(asking.day).status));
            rules = s.t2(
                "hazard-by-rules",
                &("set", words::called(s, &one.set)),
                &("status", status),
            );
        }
    }
    Ok(Offered {
        parties,
        sections,
        stalls: asking.stalls.iter().map(StallView::label).collect(),
        rules,
    })
}

/// Rows that are a hazard of the list, met again, with that hazard: nothing new is made of them.
pub(super) async fn listed_again(
    app: &App,
    asking: &Asking,
    f: &RoundForm,
    follows: &[Proposed],
) -> Result<HashMap<usize, Uuid>> {
    let subject = &asking.subject;
    if !asking.of_premises() || follows.is_empty() {
        return Ok(HashMap::new());
    }
    let listed = listed_at(app.db().read(), subject.community, subject.subject.id).await?;
    let marks = hazard_rows(f).into_iter().filter_map(|index| {
        let row = &f.found[index];
        let rule = follows.iter().find(|one| one.key == row.key)?;
        let section = row.hazard.section.clone();
        let marks = Marks {
            section,
            ..rule.marks.clone()
        };
        // By the id it will have.
        Some((finding_id(Uuid::nil(), index), index, marks))
    });
    let marks: Vec<(Uuid, usize, Marks)> = marks.collect();
    let again = seen_again(marks.iter().map(|(id, _, one)| (*id, one)), &listed);
    Ok(marks
        .into_iter()
        .filter_map(|(id, index, _)| Some((index, *again.get(&id)?)))
        .collect())
}

/// Rows that are findings of the round, in their order.
pub(super) fn finding_rows(f: &RoundForm) -> Vec<usize> {
    let rows = f.found.iter().enumerate();
    let rows = rows.filter(|(_, row)| !row.is_empty());
    rows.map(|(index, _)| index).collect()
}

/// Of them, those that become hazards.
fn hazard_rows(f: &RoundForm) -> Vec<usize> {
    let mut rows = finding_rows(f);
    rows.retain(|at| !f.found[*at].on_spot && f.found[*at].noted.trim().is_empty());
    rows
}

/// What was said of the hazards of this round; nothing unless it is an inspection of premises.
pub(super) fn hazards(
    asking: &Asking,
    f: &RoundForm,
    (round, kind, outcome): (Uuid, RoundKind, Outcome),
    follows: &[Proposed],
) -> Result<Vec<NewHazard>> {
    let premises = asking.subject.subject.kind == SubjectKind::Premises;
    if !premises || kind != RoundKind::Inspection || outcome != Outcome::Done {
        return Ok(Vec::new());
    }
    let told = hazard_rows(f).into_iter().map(|index| {
        let row = &f.found[index];
        let typed = &row.hazard;
        let rule = follows.iter().find(|one| one.key == row.key);
        let days = typed.days.trim();
        ToldHazard {
            of: NewHazard {
                finding: finding_id(round, index),
                rule: rule.map_or_else(String::new, |one| one.rule.clone()),
                place: rule.map_or_else(Vec::new, |one| one.place.clone()),
                section: typed.section.clone(),
                stalls: Vec::new(),
                cause: typed.cause.parse().ok().map(Party::organisation),
                fixer: typed.fixer.parse().ok().map(Party::organisation),
                days: (!days.is_empty()).then(|| days.parse().unwrap_or(0)),
                measures: typed.measures.clone(),
            },
            named: typed.stalls.clone(),
        }
    });
    understood(told.collect(), &asking.stalls)
}

/// Faults of findings and hazards stand beside the rows they were typed in.
pub(super) fn at_rows(e: &mut FormFaults, f: &RoundForm) {
    let (findings, hazards) = (finding_rows(f), hazard_rows(f));
    for (field, _) in &mut e.fields {
        let of = |prefix: &str, rows: &[usize]| {
            let (number, name) = field.strip_prefix(prefix)?.split_once('.')?;
            Some((*rows.get(number.parse::<usize>().ok()?)?, name.to_owned()))
        };
        let found = of("findings.", &findings).or_else(|| of("hazards.", &hazards));
        if let Some((row, name)) = found {
            const OWN: [&str; 9] = [
                "category", "severity", "noted", "section", "stalls", "fixer", "cause", "days",
                "measures",
            ];
            let name = OWN.iter().find(|own| **own == name).unwrap_or(&"found");
            *field = format!("{name}_{row}");
        }
    }
}

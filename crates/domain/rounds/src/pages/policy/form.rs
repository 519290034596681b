//! The form of a policy: what is typed, and the page around it. What it asks depends on what the policy is about.

use askama::Template;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use youlin_kernel::{AreaId, CommunityId, Result, Scope};
use youlin_people::labels::LabelPart;
use youlin_people::permissions::PEOPLE_SENSITIVE;
use youlin_people::{Directory, Vault};
use youlin_places::premises::PremisesKind;
use youlin_places::rivers::ChiefLevel;
use youlin_web::{Choice, Clash, FormFaults, Shell};

use super::read::kinds_of;
use crate::model::{Every, SubjectKind, register_of};
use crate::pages::checklists;
use crate::pages::question::Asked;
use crate::permissions::ROUNDS_PLAN;
use crate::queries::{PolicyView, checklists_for, subjects_of};

/// The form as typed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(in crate::pages) struct PolicyForm {
    #[serde(skip_serializing)]
    pub(super) idempotency_key: String,
    pub(super) version: String,
    /// Its number.
    pub(super) community: i64,
    pub(super) title: String,
    /// A word of [`crate::model::RoundKind`].
    pub(super) round_kind: String,
    /// `chief:village`, `party:<id>` or `grid_worker`.
    pub(super) walkers: String,
    pub(super) every: String,
    pub(super) count: String,
    pub(super) weekdays: Vec<String>,
    pub(super) season_from: String,
    pub(super) season_to: String,
    pub(super) from: String,
    pub(super) to: String,
    /// What it is about: a word of [`SubjectKind`].
    pub(super) about: String,
    pub(super) minutes: String,
    pub(super) gap: String,
    pub(super) track: String,
    pub(super) coverage: String,
    pub(super) metres: String,
    pub(super) photographs: String,
    pub(super) basis: String,
    /// Of dwellings: which.
    pub(super) doors_label: String,
    pub(super) doors_age: String,
    pub(super) doors_alone: String,
    /// Of premises and buildings: which.
    pub(super) kind: String,
    pub(super) built_before: String,
    pub(super) floor_area: String,
    pub(super) stalls: String,
    pub(super) storeys: String,
    pub(super) dwellings: String,
    pub(super) subjects: Vec<String>,
    pub(super) fixer: String,
    pub(super) checklist: String,
    /// Who looks again besides those who always do.
    pub(super) rechecker: String,
    /// Who may go instead.
    pub(super) stand_in: String,
}

impl PolicyForm {
    pub(super) fn about(&self) -> SubjectKind {
        SubjectKind::parse(&self.about).unwrap_or(SubjectKind::Reach)
    }

    pub(super) fn asked(&self) -> Asked {
        Asked {
            kind: self.kind.clone(),
            built_before: self.built_before.clone(),
            floor_area: self.floor_area.clone(),
            stalls: self.stalls.clone(),
            storeys: self.storeys.clone(),
            dwellings: self.dwellings.clone(),
        }
    }
}

/// What the page shows of a policy that is there already.
#[derive(Default)]
pub(super) struct Held {
    pub(super) id: Option<Uuid>,
    /// How many subjects its question means now.
    pub(super) meant: Option<usize>,
    /// A question, or names, that came over the interface and that this form cannot show: it stays.
    pub(super) kept: String,
}

#[derive(Template)]
#[template(path = "round_policy_form.html")]
pub(super) struct FormPage {
    pub(super) s: Shell,
    pub(super) e: FormFaults,
    pub(super) f: PolicyForm,
    pub(super) held: Held,
    pub(super) about: SubjectKind,
    pub(super) community: AreaId,
    pub(super) kinds: Vec<Choice>,
    pub(super) walkers: Vec<Choice>,
    pub(super) every: Vec<Choice>,
    pub(super) weekdays: Vec<Choice>,
    pub(super) subjects: Vec<Choice>,
    pub(super) labels: Vec<Choice>,
    pub(super) premises_kinds: Vec<Choice>,
    pub(super) fixers: Vec<Choice>,
    pub(super) recheckers: Vec<Choice>,
    pub(super) stand_ins: Vec<Choice>,
    pub(super) checklists: Vec<Choice>,
    pub(super) clash: Option<Clash>,
    pub(super) key: String,
}

/// What a new policy is called in the browser while it is written.
pub(super) fn new_draft(community: AreaId, about: SubjectKind) -> String {
    format!("new:{community}:{about}")
}

impl FormPage {
    fn draft(&self) -> String {
        self.held.id.map_or_else(
            || new_draft(self.community, self.about),
            |id| id.to_string(),
        )
    }

    fn has_day(&self, value: &str) -> bool {
        self.f.weekdays.iter().any(|one| one == value)
    }

    fn has_subject(&self, value: &str) -> bool {
        self.f.subjects.iter().any(|one| one == value)
    }

    fn abouts(&self) -> &'static [SubjectKind] {
        let _shape_of_templates = self;
        SubjectKind::ALL
    }

    fn of(&self, kind: &str) -> bool {
        self.about.as_str() == kind
    }
}

/// Labels a policy may ask for: those whoever plans may see.
fn labels(s: &Shell) -> Vec<Choice> {
    let mut all = vec![Choice::new("", s.t("policy-doors-any"))];
    let Some(vault) = s.app().service::<Vault>() else {
        return all;
    };
    let sensitive = s.ctx().may(&PEOPLE_SENSITIVE);
    let locale = s.ctx().locale();
    let offered = vault.labels();
    let of_care = offered
        .offered(sensitive)
        .filter(|one| one.part == LabelPart::Care);
    all.extend(of_care.map(|one| Choice::new(&one.code, one.name(locale))));
    all
}

/// Who may go to such subjects: chiefs only along a reach.
async fn walkers(
    s: &Shell,
    scope: &Scope,
    about: SubjectKind,
) -> Result<(Vec<Choice>, Vec<Choice>)> {
    let mut walkers = Vec::new();
    if about == SubjectKind::Reach {
        let chiefs = ChiefLevel::ALL.iter();
        walkers.extend(
            chiefs.map(|level| Choice::new(format!("chief:{level}"), s.tt("chief-level", level))),
        );
    }
    walkers.push(Choice::new("grid_worker", s.t("policy-grid-worker")));
    let mut fixers = vec![Choice::new("", s.t("policy-fixer-none"))];
    for one in Directory::organisations(s.app().db().read(), scope, None).await? {
        walkers.push(Choice::new(format!("party:{}", one.id), &one.name));
        fixers.push(Choice::new(one.id.to_string(), &one.name));
    }
    Ok((walkers, fixers))
}

/// Reaches are few enough to be named one by one.
async fn reaches(s: &Shell, scope: &Scope, here: CommunityId) -> Result<Vec<Choice>> {
    let all = subjects_of(s.app().db(), scope, SubjectKind::Reach).await?;
    let here = all.into_iter().filter(|one| one.community == here);
    Ok(here
        .map(|one| Choice::new(one.subject.id.to_string(), one.name))
        .collect())
}

pub(super) async fn form_page(
    s: Shell,
    held: Held,
    f: PolicyForm,
    e: FormFaults,
) -> Result<FormPage> {
    let community = CommunityId(f.community);
    let about = f.about();
    let scope = s.ctx().authorize(&ROUNDS_PLAN, community)?;
    let (walkers, fixers) = walkers(&s, &scope, about).await?;
    let subjects = match about {
        SubjectKind::Reach => reaches(&s, &scope, community).await?,
        _ => Vec::new(),
    };
    let checklists = checklist_choices(&s, &scope, (community, about), &f.checklist).await?;
    let every = Every::ALL
        .iter()
        .map(|every| Choice::new(every.as_str(), s.tt("patrol-every", every)));
    let weekdays =
        (0..7).map(|bit| Choice::new(bit.to_string(), s.t(&format!("patrol-weekday-{bit}"))));
    let mut premises_kinds = vec![Choice::new("", s.t("campaign-any-kind"))];
    premises_kinds.extend(
        PremisesKind::ALL
            .iter()
            .map(|kind| Choice::new(kind.as_str(), s.tt("premises-kind", kind.as_str()))),
    );
    Ok(FormPage {
        labels: match about {
            SubjectKind::Dwelling => labels(&s),
            _ => Vec::new(),
        },
        kinds: kinds_of(about)
            .iter()
            .map(|kind| Choice::new(kind.as_str(), s.tt("patrol-kind", kind)))
            .collect(),
        every: every.collect(),
        weekdays: weekdays.collect(),
        community: community.into(),
        key: s.ctx().new_id().to_string(),
        clash: None,
        premises_kinds,
        about,
        subjects,
        walkers,
        recheckers: parties(&s, "policy-rechecker-usual", &fixers),
        stand_ins: parties(&s, "policy-stand-in-none", &fixers),
        fixers,
        checklists,
        held,
        f,
        e,
        s,
    })
}

/// The published checklists that fit, and the one it has already.
async fn checklist_choices(
    s: &Shell,
    scope: &Scope,
    (community, about): (CommunityId, SubjectKind),
    held: &str,
) -> Result<Vec<Choice>> {
    let app = s.app();
    let mut choices = vec![Choice::new("", s.t("policy-checklist-none"))];
    for line in checklists_for(app.db(), &app.areas(), scope, community, about).await? {
        let label = checklists::choice_words(s, &line);
        choices.push(Choice::new(line.name, label));
    }
    if !held.is_empty() && !choices.iter().any(|one| one.value == held) {
        choices.push(Choice::new(held, held));
    }
    Ok(choices)
}

/// What of a policy this form cannot show.
pub(super) fn kept(s: &Shell, view: &PolicyView) -> String {
    match &view.policy.question {
        Some(question) if Asked::of(question).is_none() => {
            crate::pages::question::words(s, question)
        }
        None if register_of(view.policy.subjects).is_some() && !view.subjects.is_empty() => {
            s.t1("policy-named", "count", view.subjects.len())
        }
        _ => String::new(),
    }
}

/// The same organisations; what it means to choose none.
fn parties(s: &Shell, none: &str, fixers: &[Choice]) -> Vec<Choice> {
    let mut all = vec![Choice::new("", s.t(none))];
    all.extend(fixers.iter().skip(1).cloned());
    all
}

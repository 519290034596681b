//! The form of a person shown again: somebody changed the file meanwhile, or whoever is being entered may be in the register
//! already.

use uuid::Uuid;
use youlin_kernel::{Ctx, Problem, Result};
use youlin_web::{App, Clash, ClashLine, Shell};

use super::person_form::PersonForm;
use crate::permissions::PEOPLE_READ;
use crate::{Directory, PersonCard, Vault};

/// Somebody of the register whom the form may mean.
pub(super) struct Alike {
    pub(super) card: PersonCard,
    /// What both share, in words.
    pub(super) why: Vec<String>,
}

/// Whom a refusal names, as far as the caller may read them.
pub(super) async fn alike(
    app: &App,
    ctx: &Ctx,
    s: &Shell,
    problem: &Problem,
) -> Result<Vec<Alike>> {
    let data = match (problem.code(), problem.data()) {
        ("person-known" | "person-alike", Some(data)) => data,
        _ => return Ok(Vec::new()),
    };
    let id_of = |value: &serde_json::Value| value.as_str()?.parse::<Uuid>().ok();
    let mut named: Vec<(Uuid, Vec<String>)> = Vec::new();
    if let Some(id) = id_of(&data["person"]) {
        named.push((id, vec![s.tt("alike-why", "identity")]));
    }
    for one in data["candidates"].as_array().into_iter().flatten() {
        if let Some(id) = id_of(&one["person"]["id"]) {
            let why = one["why"].as_array().into_iter().flatten();
            let words = why.filter_map(|why| Some(s.tt("alike-why", why.as_str()?)));
            named.push((id, words.collect()));
        }
    }
    let vault = app.need::<Vault>()?;
    let scope = ctx.scope(&PEOPLE_READ)?;
    let mut found = Vec::with_capacity(named.len());
    for (id, why) in named {
        let card = Directory::card(app.db().read(), &vault, &scope, id).await?;
        found.push(Alike { card, why });
    }
    Ok(found)
}

/// What was typed of a new person, over what the file has: nothing is lost, and nothing is saved yet.
pub(super) fn proposed(held: PersonForm, typed: PersonForm) -> PersonForm {
    let or = |typed: String, held: String| if typed.trim().is_empty() { held } else { typed };
    let (address, dwelling, relation) = if typed.address.trim().is_empty() {
        (held.address, held.dwelling, held.relation)
    } else {
        (typed.address, typed.dwelling, typed.relation)
    };
    PersonForm {
        version: held.version,
        sex: or(typed.sex, held.sex),
        birth: or(typed.birth, held.birth),
        language: or(typed.language, held.language),
        address,
        dwelling,
        relation,
        same_person: String::new(),
        proposed: "1".to_owned(),
        idempotency_key: String::new(),
        ..typed
    }
}

/// What is hidden is not compared: a form that left it empty keeps what was saved.
pub(super) fn differences(s: &Shell, id: Uuid, theirs: &PersonForm, f: &PersonForm) -> Clash {
    let word = |family: &str, code: &str| {
        if code.is_empty() {
            String::new()
        } else {
            s.tt(family, code)
        }
    };
    let line = |field, label: &str, theirs: String, value: &str, yours: String| ClashLine {
        field,
        label: s.t(label),
        theirs,
        value: value.to_owned(),
        yours,
    };
    let lines = vec![
        line(
            "sex",
            "people-sex",
            word("sex", &theirs.sex),
            &theirs.sex,
            word("sex", &f.sex),
        ),
        line(
            "birth",
            "people-birth",
            theirs.birth.clone(),
            &theirs.birth,
            f.birth.trim().to_owned(),
        ),
        line(
            "language",
            "people-speaks",
            word("speaks", &theirs.language),
            &theirs.language,
            word("speaks", &f.language),
        ),
        line(
            "address",
            "people-field-address",
            theirs.address.clone(),
            &theirs.address,
            f.address.trim().to_owned(),
        ),
        line(
            "relation",
            "people-relation",
            word("relation", &theirs.relation),
            &theirs.relation,
            word("relation", &f.relation),
        ),
    ];
    Clash::of(format!("/people/{id}"), lines)
}

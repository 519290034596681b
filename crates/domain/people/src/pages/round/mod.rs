//! From door to door: buildings with how fresh they are, a dwelling with what is missing, visiting lists, and the three
//! figures of a register.

pub(super) mod buildings;
pub(super) mod dwelling;
pub(super) mod household;
pub(super) mod quality;
pub(super) mod visiting;

use std::sync::Arc;

use youlin_kernel::{Ctx, Result};
use youlin_web::{App, NavPlace, Prefs, Shell};

use crate::facts::{Fact, RegisterPolicy};
use crate::permissions::PEOPLE_READ;
use crate::{Age, Directory, PersonCard, Resident, Vault};

fn shell(app: &App, ctx: &Ctx, prefs: Prefs) -> Shell {
    Shell::new(app, ctx, prefs, NavPlace::Know, "/people")
}

/// What this installation asks for; the usual, where nothing was set.
pub(super) fn policy(app: &App) -> Arc<RegisterPolicy> {
    app.service::<RegisterPolicy>().unwrap_or_default()
}

/// What is missing of somebody who lives at a dwelling, in words; empty when nothing is.
pub(super) async fn missing_of(
    app: &App,
    ctx: &Ctx,
    s: &Shell,
    card: &PersonCard,
) -> Result<String> {
    let Some(dwelling) = card.place.as_ref().and_then(|place| place.dwelling) else {
        return Ok(String::new());
    };
    let (vault, scope) = (app.need::<Vault>()?, ctx.scope(&PEOPLE_READ)?);
    let (db, policy, asked) = (app.db().read(), policy(app), [dwelling]);
    let asked = (card.community, asked.as_slice());
    let files = Directory::dwelling_files(db, &vault, &scope, &policy, ctx.now(), asked).await?;
    let mut residents = files.iter().flat_map(|file| &file.residents);
    let own = residents.find(|one| one.card.id == card.id);
    let words = |fact: &Fact| s.tt("fact", fact.as_str());
    let missing = own.map_or(&[][..], |one| one.missing.as_slice());
    Ok(missing.iter().map(words).collect::<Vec<_>>().join("、"))
}

/// 女, 84 岁: what tells two people of one masked name apart, as far as it is known.
fn sex_and_age(s: &Shell, one: &Resident) -> Vec<String> {
    let sex = one.sex.map(|sex| s.tt("sex", sex.as_str()));
    let age = one.age.map(|age| age_words(s, age));
    sex.into_iter().chain(age).collect()
}

/// 84 岁, or 约 84 岁 where only the year of birth is known.
pub(crate) fn age_words(s: &Shell, age: Age) -> String {
    let key = if age.about {
        "round-about-years"
    } else {
        "round-years"
    };
    s.t1(key, "age", age.years)
}

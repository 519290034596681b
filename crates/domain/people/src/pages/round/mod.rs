//! From door to door: buildings with how fresh they are, a dwelling with what is missing, visiting lists, and the three
//! figures of a register.

pub(super) mod buildings;
pub(super) mod dwelling;
pub(super) mod household;
pub(super) mod quality;
pub(super) mod visiting;

use std::sync::Arc;

use youlin_kernel::Ctx;
use youlin_web::{App, NavPlace, Prefs, Shell};

use crate::Resident;
use crate::facts::RegisterPolicy;

fn shell(app: &App, ctx: &Ctx, prefs: Prefs) -> Shell {
    Shell::new(app, ctx, prefs, NavPlace::Know, "/people")
}

/// What this installation asks for; the usual, where nothing was set.
fn policy(app: &App) -> Arc<RegisterPolicy> {
    app.service::<RegisterPolicy>().unwrap_or_default()
}

/// 女, 84 岁: what tells two people of one masked name apart, as far as it is known.
fn sex_and_age(s: &Shell, one: &Resident) -> Vec<String> {
    let sex = one.sex.map(|sex| s.tt("sex", sex.as_str()));
    let age = one.age.map(|age| {
        let key = if age.about {
            "round-about-years"
        } else {
            "round-years"
        };
        s.t1(key, "age", age.years)
    });
    sex.into_iter().chain(age).collect()
}

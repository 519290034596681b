//! `/people/households/{id}`: a household's file (一户一档): who belongs to it now and did earlier, what is missing, where it
//! lives and lived, and what happened at its door.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use youlin_kernel::Micros;
use youlin_web::{App, Caller, PathId, Prefs, Shell, WebResult, page};

use super::{policy, shell};
use crate::facts::Fact;
use crate::life::{LifeLine, dwelling_life};
use crate::permissions::PEOPLE_READ;
use crate::queries::{HouseholdFile, Resident};
use crate::{Directory, Vault};

/// A dwelling of the household.
struct Home {
    href: String,
    address: String,
    from: Micros,
    to: Option<Micros>,
}

#[derive(Template)]
#[template(path = "people/round/household.html")]
struct HouseholdPage {
    s: Shell,
    address: String,
    file: HouseholdFile,
    homes: Vec<Home>,
    /// What happened where it lived while it lived there, the newest first.
    life: Vec<LifeLine>,
}

impl HouseholdPage {
    fn missing(&self, one: &Resident) -> String {
        let words = |fact: &Fact| self.s.tt("fact", fact.as_str());
        one.missing.iter().map(words).collect::<Vec<_>>().join("、")
    }

    /// 2024年3月1日 起
    fn since(&self, from: &Micros) -> String {
        self.s.t1("household-since", "day", self.s.day(from))
    }

    /// 2024年3月1日 至 1月2日
    fn span(&self, from: &Micros, to: &Option<Micros>) -> String {
        match to {
            None => self.since(from),
            Some(to) => self.s.tn(
                "household-span",
                &[("from", self.s.day(from)), ("to", self.s.day(to))],
            ),
        }
    }
}

/// `GET /people/households/{id}`.
pub(in crate::pages) async fn show(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    let scope = ctx.scope(&PEOPLE_READ)?;
    let vault = app.need::<Vault>()?;
    let (db, policy) = (app.db().read(), policy(&app));
    let file = Directory::household(db, &vault, &scope, &policy, ctx.now(), id).await?;
    let (mut homes, mut life) = (Vec::new(), Vec::new());
    for (dwelling, from, to) in &file.dwellings {
        let Some(place) = vault.place(*dwelling) else {
            continue;
        };
        let lines = dwelling_life(&s, &vault, &scope, file.community, *dwelling).await?;
        let there = |at: Micros| at >= *from && to.is_none_or(|to| at <= to);
        life.extend(lines.into_iter().filter(|line| there(line.at)));
        homes.push(Home {
            href: format!("/people/dwellings/{dwelling}"),
            address: place.address,
            from: *from,
            to: *to,
        });
    }
    life.sort_by_key(|line| std::cmp::Reverse(line.at));
    page(&HouseholdPage {
        address: homes
            .first()
            .map(|home| home.address.clone())
            .unwrap_or_default(),
        file,
        homes,
        life,
        s,
    })
}

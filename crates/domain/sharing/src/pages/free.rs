//! `/resources/free?case=`: what is free when it is needed, the nearest to the case first.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use uuid::Uuid;
use youlin_cases::{CaseRow, Cases, case};
use youlin_kernel::{CommunityId, Micros, Problem, Result};
use youlin_people::permissions::PEOPLE_READ;
use youlin_people::{Directory, HelperView};
use youlin_web::{
    ApiQuery, App, Caller, FormFaults, Prefs, Shell, WebResult, mendable, page, refused_with,
};

use super::form::{moment, next_hour, typed};
use super::{LISTS, shell, words};
use crate::model::ResourceKind;
use crate::permissions::SHARING_ASK;
use crate::queries::{FreeWanted, ResourceRow, free_resources};
use crate::service::Sharing;

/// What is looked for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    case: String,
    q: String,
    kind: String,
    count: String,
    from: String,
    to: String,
}

#[derive(Template)]
#[template(path = "sharing/free.html")]
struct FreePage<'a> {
    s: &'a Shell,
    f: Wanted,
    e: FormFaults,
    case: Option<CaseRow>,
    rows: Vec<ResourceRow>,
    people: Vec<HelperView>,
    kinds: &'static [ResourceKind],
}

impl FreePage<'_> {
    fn skills(&self, all: &[String]) -> String {
        words::skills(self.s, all)
    }

    fn metres(&self, one: &HelperView) -> String {
        one.distance_m.map_or_else(String::new, |metres| {
            self.s.t1("sharing-metres", "n", metres.round() as u32)
        })
    }

    fn book(&self, row: &ResourceRow) -> String {
        format!(
            "/resources/{}/book?case={}&count={}&from={}&to={}",
            row.id, self.f.case, self.f.count, self.f.from, self.f.to
        )
    }
}

/// `GET /resources/free?case=&q=&kind=&count=&from=&to=`.
pub(super) async fn free(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(mut f): ApiQuery<Wanted>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs, LISTS);
    let now = ctx.now();
    if f.from.is_empty() {
        f.from = typed(next_hour(now));
    }
    if f.to.is_empty() {
        f.to = typed(next_hour(now).plus(4 * Micros::HOUR));
    }
    if f.count.is_empty() {
        f.count = "1".to_owned();
    }
    let case = match f.case.parse::<Uuid>() {
        Ok(id) => {
            let cases = app.need::<Cases>()?;
            Some(case(app.db(), &cases, &ctx, id).await?.row)
        }
        Err(_none) => None,
    };
    let found = look(&s, &f, case.as_ref()).await;
    let (rows, people, e, problem) = match found {
        Ok((rows, people)) => (rows, people, FormFaults::none(), None),
        Err(problem) => {
            let problem = mendable(problem)?;
            let e = FormFaults::of(&s, &problem);
            (Vec::new(), Vec::new(), e, Some(problem))
        }
    };
    let answer = page(&FreePage {
        kinds: ResourceKind::ALL,
        s: &s,
        f,
        e,
        case,
        rows,
        people,
    })?;
    Ok(match problem {
        Some(problem) => refused_with(&problem, answer),
        None => answer,
    })
}

async fn look(
    s: &Shell,
    f: &Wanted,
    case: Option<&CaseRow>,
) -> Result<(Vec<ResourceRow>, Vec<HelperView>)> {
    let ctx = s.ctx();
    let sharing = s.app().need::<Sharing>()?;
    let scope = ctx.scope(&SHARING_ASK)?;
    let communities: Vec<CommunityId> = match case {
        Some(row) => vec![row.community],
        None => scope
            .parts()
            .iter()
            .take(3)
            .map(|part| part.community)
            .collect(),
    };
    let (from, to) = (moment("from", &f.from)?, moment("to", &f.to)?);
    if from >= to {
        return Err(Problem::invalid("to", "sharing-empty-window"));
    }
    let position = case.and_then(|row| row.position);
    let mut rows = Vec::new();
    let mut people = Vec::new();
    for community in communities {
        let wanted = FreeWanted {
            community,
            position,
            from: from.0,
            to: to.0,
            count: f.count.trim().parse().unwrap_or(1),
            q: f.q.clone(),
            kind: ResourceKind::parse(&f.kind),
        };
        rows.extend(free_resources(&sharing, ctx, &scope, &wanted).await?);
        if let Ok(seen) = ctx.scope(&PEOPLE_READ)
            && f.kind.is_empty()
        {
            let db = s.app().db().read();
            let vault = sharing.vault();
            let found = Directory::skilled(db, vault, &seen, community, position).await?;
            let q = f.q.trim().to_lowercase();
            people.extend(found.into_iter().filter(|one| {
                let said = words::skills(s, &one.skills).to_lowercase();
                !one.skills.is_empty() && said.contains(&q)
            }));
        }
    }
    people.truncate(20);
    Ok((rows, people))
}

//! What a phone may fetch: the list of forms, each form, and the lists one chooses from in them: only what the owner may walk.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use quick_xml::escape::escape;
use uuid::Uuid;
use youlin_kernel::{Problem, Result, Scope};
use youlin_places::{Locator, Place};
use youlin_rounds::model::{RoundKind, SubjectKind};
use youlin_rounds::permissions::{ROUNDS_WALK, VISITS_WALK, may_walk};
use youlin_rounds::{policies, subjects_of};

use crate::call::{Call, encoded};
use crate::forms::{POLICIES, SUBJECTS, hash};
use crate::refusal::Refusal;
use crate::{published, xml};

/// Dwellings of one list; whoever looks after more chooses the building.
const MOST_DWELLINGS: usize = 20_000;

/// `GET formList`. `formID` asks about one form only.
pub(crate) async fn forms(call: Call) -> Response {
    match form_list(&call).await {
        Ok(body) => xml::answer(StatusCode::OK, body),
        Err(problem) => call.refused(problem).into_response(),
    }
}

async fn form_list(call: &Call) -> Result<String> {
    let wanted = call.query("formID").or_else(|| call.query("formId"));
    let mut body = String::from("<xforms xmlns=\"http://openrosa.org/xforms/xformsList\">");
    // Who may walk nothing is told so, instead of an empty list nobody understands.
    let offered = published::offered(call).await?;
    let kinds = kinds(call).await?;
    for ready in offered {
        if wanted.as_deref().is_some_and(|wanted| wanted != ready.id()) {
            continue;
        }
        // What could never be sent is not offered: there would be nothing to choose in it.
        if !ready.asked_of().any(|kind| kinds.contains(&kind)) {
            continue;
        }
        let at = format!("forms/{}/{}", encoded(ready.id()), encoded(ready.version()));
        let _ok = write!(
            body,
            "<xform><formID>{}</formID><name>{}</name><version>{}</version><hash>{}</hash><downloadUrl>{}</downloadUrl>\
             <manifestUrl>{}</manifestUrl></xform>",
            escape(ready.id()),
            escape(ready.title()),
            escape(ready.version()),
            ready.hash,
            escape(call.address(&at)),
            escape(call.address("manifest")),
        );
    }
    body.push_str("</xforms>");
    Ok(body)
}

/// The kinds of places the owner has any to choose of, as the lists have them.
async fn kinds(call: &Call) -> Result<BTreeSet<SubjectKind>> {
    let scope = call.ctx.scope(&ROUNDS_WALK)?;
    let lines = subjects(call, &scope).await?;
    Ok(lines.iter().map(|line| line.kind).collect())
}

/// `GET forms/{id}/{version}`.
pub(crate) async fn form(call: Call) -> Response {
    let name = format!("{}@{}", call.part(1), call.part(2));
    match published::fetched(&call, &name).await {
        Ok(Some(ready)) => {
            let kind = [(header::CONTENT_TYPE, "text/xml; charset=utf-8")];
            xml::with_headers((kind, ready.xml.clone()).into_response())
        }
        Ok(None) => call.refused(Problem::not_found()).into_response(),
        Err(problem) => call.refused(problem).into_response(),
    }
}

/// `GET manifest`: the same lists for every form, so that a phone keeps them once.
pub(crate) async fn manifest(call: Call) -> Response {
    match files(&call).await {
        Ok(body) => xml::answer(StatusCode::OK, body),
        Err(problem) => call.refused(problem).into_response(),
    }
}

async fn files(call: &Call) -> Result<String> {
    let mut body = String::from("<manifest xmlns=\"http://openrosa.org/xforms/xformsManifest\">");
    for name in [SUBJECTS, POLICIES] {
        let file = format!("{name}.csv");
        let _ok = write!(
            body,
            "<mediaFile type=\"entityList\"><filename>{file}</filename><hash>{}</hash><downloadUrl>{}</downloadUrl></mediaFile>",
            hash(list(call, name).await?.as_bytes()),
            escape(call.address(&format!("media/{file}"))),
        );
    }
    body.push_str("</manifest>");
    Ok(body)
}

/// `GET media/{file}`.
pub(crate) async fn media(call: Call) -> Response {
    let file = call.part(1);
    let known = [SUBJECTS, POLICIES]
        .into_iter()
        .find(|name| file.strip_suffix(".csv") == Some(name));
    let text = match known {
        Some(name) => list(&call, name).await,
        None => Err(Problem::not_found()),
    };
    match text {
        Ok(text) => {
            let kind = [(header::CONTENT_TYPE, "text/csv; charset=utf-8")];
            xml::with_headers((kind, text).into_response())
        }
        Err(problem) => Refusal::into_response(call.refused(problem)),
    }
}

/// A row one may choose.
struct Line {
    id: Uuid,
    label: String,
    kind: SubjectKind,
}

async fn list(call: &Call, name: &str) -> Result<String> {
    let scope = call.ctx.scope(&ROUNDS_WALK)?;
    let lines = match name {
        SUBJECTS => subjects(call, &scope).await?,
        _ => asked(call, &scope).await?,
    };
    // As entity lists of ODK have it: an id, what is shown, a version that never changes because nothing is written back.
    let mut csv = csv::Writer::from_writer(Vec::new());
    let mut row = |cells: [&str; 4]| csv.write_record(cells).map_err(Problem::internal);
    row(["name", "label", "__version", "kind"])?;
    for line in lines {
        row([&line.id.to_string(), &line.label, "1", line.kind.as_str()])?;
    }
    let bytes = csv.into_inner().map_err(Problem::internal)?;
    String::from_utf8(bytes).map_err(Problem::internal)
}

async fn subjects(call: &Call, scope: &Scope) -> Result<Vec<Line>> {
    let mut lines = Vec::new();
    for kind in [SubjectKind::Reach, SubjectKind::Premises] {
        for one in subjects_of(call.app.db(), scope, kind).await? {
            let areas = [one.grid, one.neighbourhood];
            if may_walk(&call.ctx, one.community, &areas).is_ok() {
                lines.push(Line {
                    id: one.subject.id,
                    label: one.name,
                    kind,
                });
            }
        }
    }
    let locator = call.app.need::<Locator>()?;
    let (mut buildings, mut dwellings) = (BTreeMap::new(), Vec::new());
    // Households only to whoever goes from door to door there.
    let visits = call.ctx.scope(&VISITS_WALK).ok();
    locator.each_dwelling(scope, |place: Place| {
        if let Some(building) = place.building
            && !buildings.contains_key(&building)
        {
            let whole = locator.building(building);
            buildings.insert(building, whole.map_or_else(String::new, |one| one.address));
        }
        let areas = [place.grid, place.neighbourhood];
        if let Some(id) = place.dwelling
            && dwellings.len() <= MOST_DWELLINGS
            && visits
                .as_ref()
                .is_some_and(|visits| visits.contains(place.community, &areas))
        {
            let kind = SubjectKind::Dwelling;
            let label = place.address;
            dwellings.push(Line { id, label, kind });
        }
    });
    let mut buildings: Vec<Line> = buildings
        .into_iter()
        .map(|(id, label)| Line {
            id,
            label,
            kind: SubjectKind::Building,
        })
        .collect();
    if dwellings.len() > MOST_DWELLINGS {
        dwellings.clear();
    }
    for some in [&mut buildings, &mut dwellings] {
        some.sort_by(|a, b| a.label.cmp(&b.label).then(a.id.cmp(&b.id)));
        lines.append(some);
    }
    Ok(lines)
}

/// What asks for rounds today.
async fn asked(call: &Call, scope: &Scope) -> Result<Vec<Line>> {
    let all = policies(call.app.db(), scope).await?;
    let today = call.ctx.now().date();
    // What a talk asks (how many it reached) no form of a walk asks.
    let open = all.into_iter().filter(|one| {
        one.policy.kind != RoundKind::Talk
            && one.runs_on(today)
            && may_walk(&call.ctx, one.community, &[]).is_ok()
    });
    Ok(open
        .map(|one| Line {
            id: one.id,
            label: one.title,
            kind: one.policy.subjects,
        })
        .collect())
}

//! `/places/rivers/{id}/outlets/{outlet}`: an outlet is put right, and closed when it is no more.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use uuid::Uuid;
use youlin_kernel::{Problem, Result};
use youlin_web::{
    ApiForm, App, Caller, Choice, Clash, FormFaults, Prefs, Shell, WebResult, mendable, page,
    refused_with,
};

use super::parts::writable;
use super::show::{choices, shell};
use crate::pages::forms::plain;
use crate::rivers::{Bank, Outlet, OutletKind, Reach, SaveOutlet};

/// An outlet as typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct OutletForm {
    /// The version it was shown with.
    pub(super) version: String,
    pub(super) outlet_name: String,
    pub(super) kind: String,
    pub(super) bank: String,
    pub(super) lon: String,
    pub(super) lat: String,
    pub(super) permit: String,
    pub(super) dry_flow: String,
    pub(super) outlet_note: String,
    pub(super) closed: String,
}

impl OutletForm {
    fn of(outlet: &Outlet) -> Self {
        let ticked = |yes: bool| if yes { "1" } else { "" }.to_owned();
        Self {
            version: outlet.version.to_string(),
            outlet_name: outlet.name.clone(),
            kind: outlet.kind.as_str().to_owned(),
            bank: outlet.bank.as_str().to_owned(),
            lon: outlet.lon.to_string(),
            lat: outlet.lat.to_string(),
            permit: outlet.permit.clone(),
            dry_flow: ticked(outlet.dry_flow),
            outlet_note: outlet.note.clone(),
            closed: ticked(outlet.closed),
        }
    }

    fn position(&self) -> Result<(f64, f64)> {
        let number = |field: &'static str, text: &str| {
            text.trim()
                .parse::<f64>()
                .map_err(|_no_number| Problem::invalid(field, "no-number"))
        };
        Ok((number("lon", &self.lon)?, number("lat", &self.lat)?))
    }

    /// A new outlet, or the one that is changed.
    pub(super) fn command(&self, reach: &Reach, known: Option<Uuid>) -> Result<SaveOutlet> {
        Ok(SaveOutlet {
            community: reach.community,
            reach: reach.id,
            known: known.map(|id| (id, self.version.parse().unwrap_or(0))),
            name: self.outlet_name.clone(),
            kind: OutletKind::parse(&self.kind).unwrap_or(OutletKind::Unknown),
            bank: Bank::parse(&self.bank).ok_or_else(|| Problem::invalid("bank", "required"))?,
            position: self.position()?,
            permit: self.permit.clone(),
            dry_flow: !self.dry_flow.is_empty(),
            note: self.outlet_note.clone(),
            closed: known.is_some() && !self.closed.is_empty(),
        })
    }
}

/// What the command calls a name and a note has names of its own in the form, which stands beside others.
pub(super) fn renamed(e: &mut FormFaults) {
    for (field, _) in &mut e.fields {
        match field.as_str() {
            "name" => "outlet_name".clone_into(field),
            "note" => "outlet_note".clone_into(field),
            _ => {}
        }
    }
}

#[derive(Template)]
#[template(path = "places_outlet_form.html")]
struct FormPage {
    s: Shell,
    e: FormFaults,
    reach: Reach,
    id: Uuid,
    outlet: OutletForm,
    kinds: Vec<Choice>,
    banks: Vec<Choice>,
    clash: Option<Clash>,
}

fn form_page(s: Shell, reach: Reach, id: Uuid, outlet: OutletForm) -> FormPage {
    FormPage {
        kinds: choices(&s, "outlet-kind", OutletKind::ALL, |one| one.as_str()),
        banks: choices(&s, "bank", Bank::ALL, |one| one.as_str()),
        e: FormFaults::none(),
        clash: None,
        reach,
        id,
        outlet,
        s,
    }
}

fn held(reach: &Reach, id: Uuid) -> Result<OutletForm> {
    let mut outlets = reach.outlets.iter();
    let found = outlets.find(|one| one.id == id);
    found.map(OutletForm::of).ok_or_else(Problem::not_found)
}

/// `GET /places/rivers/{id}/outlets/{outlet}`.
pub(super) async fn edit(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    Path((reach, id)): Path<(Uuid, Uuid)>,
) -> WebResult<Response> {
    let reach = writable(&app, &ctx, reach).await?;
    let outlet = held(&reach, id)?;
    let s = shell(&app, &ctx, prefs);
    page(&form_page(s, reach, id, outlet))
}

/// `POST /places/rivers/{id}/outlets/{outlet}`.
pub(super) async fn change(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    Path((reach, id)): Path<(Uuid, Uuid)>,
    ApiForm(mut f): ApiForm<OutletForm>,
) -> WebResult<Response> {
    let reach = writable(&app, &ctx, reach).await?;
    let theirs = held(&reach, id)?;
    let saved = async {
        let command = f.command(&reach, Some(id))?;
        app.db().execute(&ctx, command).await
    };
    match saved.await {
        Ok(_) => {
            let to = format!("/places/rivers/{}?saved=1#outlets", reach.id);
            Ok(Redirect::to(&to).into_response())
        }
        Err(problem) => {
            let problem = mendable(problem)?;
            let s = shell(&app, &ctx, prefs);
            let stale = problem.code() == "stale";
            let clash = stale.then(|| differences(&s, &reach, &theirs, &f));
            let mut e = FormFaults::none();
            if stale {
                f.version = theirs.version;
            } else {
                e = FormFaults::of(&s, &problem);
                renamed(&mut e);
            }
            let body = FormPage {
                clash,
                e,
                ..form_page(s, reach, id, f)
            };
            Ok(refused_with(&problem, page(&body)?))
        }
    }
}

fn differences(s: &Shell, reach: &Reach, theirs: &OutletForm, f: &OutletForm) -> Clash {
    let mut lines = vec![
        plain(
            s,
            "outlet_name",
            "outlet-name",
            &theirs.outlet_name,
            &f.outlet_name,
        ),
        plain(s, "lon", "places-lon", &theirs.lon, &f.lon),
        plain(s, "lat", "places-lat", &theirs.lat, &f.lat),
        plain(s, "permit", "outlet-permit", &theirs.permit, &f.permit),
        plain(
            s,
            "outlet_note",
            "reach-note",
            &theirs.outlet_note,
            &f.outlet_note,
        ),
    ];
    let chosen = [
        ("kind", "outlet-kind", &theirs.kind, &f.kind),
        ("bank", "bank", &theirs.bank, &f.bank),
    ];
    for (field, family, theirs, yours) in chosen {
        let mut line = plain(s, field, &format!("outlet-{field}"), theirs, yours);
        line.theirs = s.tt(family, theirs);
        line.yours = s.tt(family, yours);
        lines.push(line);
    }
    Clash::of(format!("/places/rivers/{}#outlets", reach.id), lines)
}

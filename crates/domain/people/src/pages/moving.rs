//! Somebody moved away, and that it was a mistake.

use axum::extract::State;
use axum::response::Response;
use jiff::civil::Date;
use serde::Deserialize;
use youlin_kernel::{CommunityId, Problem, Result};
use youlin_web::{ApiForm, App, Caller, PathId, Prefs, WebResult};

use super::form::to;
use super::person::{Typed, again, shell};
use super::seen;
use crate::{MoveOut, UndoMoveOut, Vault};

/// As typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct MoveForm {
    /// The day, empty for today.
    pub(super) on: String,
    pub(super) whereto: String,
    /// Which home, where there are several; empty: all of them.
    pub(super) dwelling: String,
}

impl MoveForm {
    /// The day that was typed.
    pub(super) fn day(&self) -> Result<Option<Date>> {
        match crate::fields::birth(&self.on) {
            Ok((None, None)) => Ok(None),
            Ok((Some(day), _)) => Ok(Some(day)),
            _ => Err(Problem::invalid("on", "move-out-day")),
        }
    }
}

/// `POST /people/{id}/move-out`: back to the dwelling, for whoever lives nowhere is no longer a grid worker's to read.
pub(super) async fn move_out(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiForm(form): ApiForm<MoveForm>,
) -> WebResult<Response> {
    let vault = app.need::<Vault>()?;
    let card = seen(&app, &ctx, id).await?;
    let noted = match form.day() {
        Ok(on) => {
            let command = MoveOut {
                vault,
                community: card.community,
                person: id,
                dwelling: form.dwelling.parse().ok(),
                on,
                whereto: Some(form.whereto.clone()),
            };
            app.db().execute(&ctx, command).await
        }
        Err(problem) => Err(problem),
    };
    if let Err(problem) = noted {
        let typed = Typed::moving(form);
        return again(&app, &ctx, shell(&app, &ctx, prefs), id, problem, typed).await;
    }
    let left = card.place.and_then(|place| place.dwelling);
    let only = form.dwelling.parse().ok();
    Ok(to(&match only.or(left) {
        Some(dwelling) => format!("/people/dwellings/{dwelling}?saved=moved"),
        None => format!("/people/{id}?saved=changed"),
    }))
}

#[derive(Debug, Deserialize)]
pub(super) struct UndoForm {
    #[serde(default)]
    community: String,
}

/// `POST /people/move-outs/{id}/undo`.
pub(super) async fn undo(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(note): PathId,
    ApiForm(form): ApiForm<UndoForm>,
) -> WebResult<Response> {
    let community = form.community.parse().map(CommunityId);
    let command = UndoMoveOut {
        vault: app.need::<Vault>()?,
        community: community.map_err(|_none| Problem::not_found())?,
        note,
    };
    let (person, dwelling) = app.db().execute(&ctx, command).await?;
    Ok(to(&match dwelling {
        Some(dwelling) => {
            format!("/people/dwellings/{dwelling}?saved=unmoved&of={person}#p-{person}")
        }
        None => format!("/people/{person}?saved=changed"),
    }))
}

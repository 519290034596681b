//! The form of a piece of equipment.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use youlin_kernel::{CommunityId, Ctx, Problem, Result};
use youlin_web::{
    ApiForm, ApiQuery, App, Caller, Choice, Clash, ClashLine, FormFaults, IdempotencyHeader,
    PathId, Prefs, Shell, WebResult, idempotency, mendable, page, refused_with,
};

use super::super::forms::{plain, sent_key, ticked};
use super::equipment::to;
use super::{choices, shell};
use crate::commands::{EquipmentInput, SaveEquipment};
use crate::permissions::PLACES_CHECK;
use crate::premises::{EquipmentKind, EquipmentState, EquipmentView, Maintainers, Premises};
use crate::queries;

/// The form as typed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct EquipmentForm {
    #[serde(skip_serializing)]
    idempotency_key: String,
    version: String,
    building: String,
    premises: String,
    kind: String,
    name: String,
    spot: String,
    count: String,
    state: String,
    maintainer_id: String,
    maintainer: String,
    checked_on: String,
    due_on: String,
    note: String,
    ended: String,
}

#[derive(Template)]
#[template(path = "premises/equipment_form.html")]
struct FormPage {
    s: Shell,
    e: FormFaults,
    f: EquipmentForm,
    id: Option<Uuid>,
    /// What it belongs to.
    of: String,
    back: String,
    kinds: Vec<Choice>,
    states: Vec<Choice>,
    /// Organisations of the register that may look after it.
    maintainers: Vec<Choice>,
    clash: Option<Clash>,
    key: String,
}

/// What something new belongs to: community, name and page.
async fn belongs(app: &App, ctx: &Ctx, f: &EquipmentForm) -> Result<(CommunityId, String, String)> {
    let scope = ctx.scope(&PLACES_CHECK)?;
    if let Ok(id) = f.building.parse::<Uuid>() {
        let one = queries::building_detail(app.db(), &scope, id).await?;
        let name = format!("{}{}", one.estate, one.name);
        return Ok((one.community, name, format!("/places/buildings/{id}")));
    }
    let id: Uuid = f.premises.parse().map_err(|_none| Problem::not_found())?;
    let one = Premises::one(app.db().read(), &scope, id).await?;
    Ok((one.community, one.name, format!("/places/premises/{id}")))
}

pub(super) fn maintainers(app: &App) -> Maintainers {
    app.service::<Maintainers>()
        .map_or_else(Default::default, |all| (*all).clone())
}

/// What the form offers, nobody first: then the words beside it say who it is. The one that is held stays, whether it is still
/// offered or not.
async fn offered(
    app: &App,
    s: &Shell,
    community: CommunityId,
    held: Option<&EquipmentView>,
) -> Result<Vec<Choice>> {
    let mut all = vec![Choice::new("", s.t("equipment-maintainer-words"))];
    all.extend(
        maintainers(app)
            .choices(app.db(), s.ctx(), community)
            .await?,
    );
    if let Some((one, id)) = held.and_then(|one| Some((one, one.maintainer_id?.to_string())))
        && !all.iter().any(|choice| choice.value == id)
    {
        all.push(Choice::new(id, one.maintainer.clone()));
    }
    Ok(all)
}

fn form_page(
    s: Shell,
    maintainers: Vec<Choice>,
    id: Option<Uuid>,
    (of, back): (String, String),
    f: EquipmentForm,
    e: FormFaults,
) -> FormPage {
    let kinds = EquipmentKind::ALL.iter().map(|one| one.as_str());
    let states = EquipmentState::ALL.iter().map(|one| one.as_str());
    FormPage {
        kinds: choices(&s, "equipment-kind", kinds),
        states: choices(&s, "equipment-state", states),
        key: s.ctx().new_id().to_string(),
        maintainers,
        clash: None,
        id,
        of,
        back,
        f,
        e,
        s,
    }
}

/// `GET /places/equipment/new?building=` or `?premises=`.
pub(super) async fn fresh(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(f): ApiQuery<EquipmentForm>,
) -> WebResult<Response> {
    let (community, of, back) = belongs(&app, &ctx, &f).await?;
    let s = shell(&app, &ctx, prefs);
    let all = offered(&app, &s, community, None).await?;
    let f = EquipmentForm {
        count: "1".to_owned(),
        ..f
    };
    page(&form_page(s, all, None, (of, back), f, FormFaults::none()))
}

async fn held(app: &App, ctx: &Ctx, id: Uuid) -> Result<(EquipmentView, EquipmentForm)> {
    let scope = ctx.scope(&PLACES_CHECK)?;
    let (one, _) = Premises::equipment_one(app.db().read(), &scope, id, ctx.now()).await?;
    let f = EquipmentForm {
        version: one.version.to_string(),
        kind: one.kind.as_str().to_owned(),
        name: one.name.clone(),
        spot: one.spot.clone(),
        count: one.count.to_string(),
        maintainer_id: one
            .maintainer_id
            .map_or_else(String::new, |id| id.to_string()),
        // Of an organisation its name would stand twice.
        maintainer: match one.maintainer_id {
            None => one.maintainer.clone(),
            Some(_named) => String::new(),
        },
        due_on: one.due_on.clone().unwrap_or_default(),
        note: one.note.clone(),
        ended: one.ended_at.map_or_else(String::new, |_| "1".to_owned()),
        ..EquipmentForm::default()
    };
    Ok((one, f))
}

/// `GET /places/equipment/{id}/edit`.
pub(super) async fn edit(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
) -> WebResult<Response> {
    let (one, f) = held(&app, &ctx, id).await?;
    let s = shell(&app, &ctx, prefs);
    let all = offered(&app, &s, one.community, Some(&one)).await?;
    let of = (one.of, format!("/places/equipment/{id}"));
    page(&form_page(s, all, Some(id), of, f, FormFaults::none()))
}

fn command(
    app: &App,
    f: &EquipmentForm,
    community: CommunityId,
    known: Option<(&EquipmentView, Uuid)>,
) -> SaveEquipment {
    SaveEquipment {
        community,
        known: known.map(|(_, id)| (id, f.version.parse().unwrap_or(0))),
        building: f.building.parse().ok(),
        premises: f.premises.parse().ok(),
        input: EquipmentInput {
            kind: f.kind.clone(),
            name: f.name.clone(),
            spot: f.spot.clone(),
            count: f.count.clone(),
            state: f.state.clone(),
            maintainer_id: f.maintainer_id.parse().ok(),
            maintainer: f.maintainer.clone(),
            checked_on: f.checked_on.clone(),
            due_on: f.due_on.clone(),
            note: f.note.clone(),
        },
        maintainers: maintainers(app),
        ended: known.is_some() && !f.ended.is_empty(),
    }
}

/// `POST /places/equipment`.
pub(super) async fn create(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    header: IdempotencyHeader,
    ApiForm(f): ApiForm<EquipmentForm>,
) -> WebResult<Response> {
    let (community, of, back) = belongs(&app, &ctx, &f).await?;
    let saved = async {
        let sent = sent_key(header, &f.idempotency_key);
        let key = idempotency(sent.as_deref(), community, "/places/equipment", &f)?;
        app.db()
            .execute_once(&ctx, key, command(&app, &f, community, None))
            .await
    };
    match saved.await {
        Ok(id) => Ok(to(id, "new")),
        Err(problem) => {
            let problem = mendable(problem)?;
            let s = shell(&app, &ctx, prefs);
            let e = FormFaults::of(&s, &problem);
            let all = offered(&app, &s, community, None).await?;
            let body = form_page(s, all, None, (of, back), f, e);
            Ok(refused_with(&problem, page(&body)?))
        }
    }
}

/// `POST /places/equipment/{id}`.
pub(super) async fn change(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiForm(mut f): ApiForm<EquipmentForm>,
) -> WebResult<Response> {
    let (one, theirs) = held(&app, &ctx, id).await?;
    let command = command(&app, &f, one.community, Some((&one, id)));
    match app.db().execute(&ctx, command).await {
        Ok(id) => Ok(to(id, "changed")),
        Err(problem) => {
            let problem = mendable(problem)?;
            let s = shell(&app, &ctx, prefs);
            let stale = problem.code() == "stale";
            let all = offered(&app, &s, one.community, Some(&one)).await?;
            let clash = stale.then(|| differences(&s, id, &all, &theirs, &f));
            let e = if stale {
                f.version = theirs.version;
                FormFaults::none()
            } else {
                FormFaults::of(&s, &problem)
            };
            let of = (one.of, format!("/places/equipment/{id}"));
            let body = FormPage {
                clash,
                ..form_page(s, all, Some(id), of, f, e)
            };
            Ok(refused_with(&problem, page(&body)?))
        }
    }
}

fn differences(
    s: &Shell,
    id: Uuid,
    maintainers: &[Choice],
    theirs: &EquipmentForm,
    f: &EquipmentForm,
) -> Clash {
    let named = |id: &str| {
        let one = maintainers.iter().find(|one| one.value == id);
        one.map_or_else(String::new, |one| one.label.clone())
    };
    let kind = |code: &str| s.tt("equipment-kind", code);
    let lines = vec![
        ClashLine {
            theirs: kind(&theirs.kind),
            yours: kind(&f.kind),
            ..plain(s, "kind", "equipment-kind", &theirs.kind, &f.kind)
        },
        plain(s, "name", "equipment-name", &theirs.name, &f.name),
        plain(s, "spot", "equipment-spot", &theirs.spot, &f.spot),
        plain(s, "count", "equipment-count", &theirs.count, &f.count),
        ClashLine {
            theirs: named(&theirs.maintainer_id),
            yours: named(&f.maintainer_id),
            ..plain(
                s,
                "maintainer_id",
                "equipment-maintainer-registered",
                &theirs.maintainer_id,
                &f.maintainer_id,
            )
        },
        plain(
            s,
            "maintainer",
            "equipment-maintainer",
            &theirs.maintainer,
            &f.maintainer,
        ),
        plain(s, "due_on", "equipment-due", &theirs.due_on, &f.due_on),
        plain(s, "note", "premises-note", &theirs.note, &f.note),
        ticked(s, "ended", "equipment-ended", &theirs.ended, &f.ended),
    ];
    Clash::of(format!("/places/equipment/{id}"), lines)
}

//! Entering a resource and changing it.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use youlin_kernel::{AreaId, CommunityId, Problem, Result};
use youlin_web::{
    ApiForm, App, Caller, Choice, FormFaults, IdempotencyHeader, PathId, Prefs, Shell, WebResult,
    idempotency, mendable, page, refused_with,
};

use super::form::{areas, said};
use super::{LISTS, shell, words};
use crate::commands::{Contact, ResourceInput, SaveResource};
use crate::model::{Exception, Opening, ResourceKind, read_spans};
use crate::permissions::{SHARING_READ, SHARING_WRITE};
use crate::queries::resource;
use crate::service::Sharing;

/// The form as typed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct ResourceForm {
    #[serde(skip_serializing)]
    idempotency_key: String,
    version: String,
    kind: String,
    name: String,
    description: String,
    area: String,
    address: String,
    amount: String,
    seats: String,
    contact: String,
    key_keeper: String,
    /// Monday to Sunday.
    d1: String,
    d2: String,
    d3: String,
    d4: String,
    d5: String,
    d6: String,
    d7: String,
    /// A day and its hours in each line; a day alone is closed.
    exceptions: String,
    holidays: String,
}

impl ResourceForm {
    fn hours(&self) -> [(u8, &str); 7] {
        [
            (1, &self.d1),
            (2, &self.d2),
            (3, &self.d3),
            (4, &self.d4),
            (5, &self.d5),
            (6, &self.d6),
            (7, &self.d7),
        ]
    }

    fn opening(&self) -> Result<Opening> {
        let mut weekly = BTreeMap::new();
        for (day, text) in self.hours() {
            let spans = read_spans(text)
                .ok_or_else(|| Problem::invalid(format!("d{day}"), "sharing-hours"))?;
            if !spans.is_empty() {
                weekly.insert(day, spans);
            }
        }
        let mut exceptions = Vec::new();
        let wrong = || Problem::invalid("exceptions", "sharing-exceptions");
        for line in self.exceptions.lines().map(str::trim) {
            if line.is_empty() {
                continue;
            }
            let (day, hours) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
            exceptions.push(Exception {
                day: day.parse().map_err(|_no_day| wrong())?,
                spans: read_spans(hours).ok_or_else(wrong)?,
            });
        }
        Ok(Opening {
            weekly,
            exceptions,
            closed_on_holidays: !self.holidays.is_empty(),
        })
    }

    fn set_opening(&mut self, opening: &Opening) {
        let text = |day: u8| {
            let spans = opening.weekly.get(&day).map_or(&[][..], Vec::as_slice);
            let texts: Vec<String> = spans.iter().map(|span| span.text()).collect();
            texts.join(" ")
        };
        self.d1 = text(1);
        self.d2 = text(2);
        self.d3 = text(3);
        self.d4 = text(4);
        self.d5 = text(5);
        self.d6 = text(6);
        self.d7 = text(7);
        let lines: Vec<String> = opening
            .exceptions
            .iter()
            .map(|one| {
                let spans: Vec<String> = one.spans.iter().map(|span| span.text()).collect();
                format!("{} {}", one.day, spans.join(" ")).trim().to_owned()
            })
            .collect();
        self.exceptions = lines.join("\n");
        self.holidays = if opening.closed_on_holidays { "1" } else { "" }.to_owned();
    }
}

#[derive(Template)]
#[template(path = "sharing/resource_form.html")]
struct FormPage<'a> {
    s: &'a Shell,
    e: FormFaults,
    f: ResourceForm,
    /// `None`: a new one.
    id: Option<Uuid>,
    kinds: Vec<Choice>,
    areas: Vec<Choice>,
    contacts: Vec<Choice>,
    keepers: Vec<Choice>,
    key: String,
}

async fn form_page<'a>(
    s: &'a Shell,
    id: Option<Uuid>,
    f: ResourceForm,
    e: FormFaults,
) -> Result<FormPage<'a>> {
    let sharing = s.app().need::<Sharing>()?;
    let scope = s.ctx().scope(&SHARING_READ)?;
    let contacts = words::contacts(s, &sharing, &scope).await?;
    let mut keepers = vec![Choice::new("", s.t("sharing-no-key"))];
    keepers.extend(contacts.iter().cloned());
    Ok(FormPage {
        kinds: ResourceKind::ALL
            .iter()
            .map(|kind| Choice::new(kind.as_str(), s.tt("resource-kind", kind)))
            .collect(),
        areas: areas(s, &SHARING_WRITE, true),
        key: s.ctx().new_id().to_string(),
        contacts,
        keepers,
        id,
        f,
        e,
        s,
    })
}

/// `GET /resources/new`.
pub(super) async fn fresh(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs, LISTS);
    let f = ResourceForm {
        kind: ResourceKind::Equipment.as_str().to_owned(),
        amount: "1".to_owned(),
        ..ResourceForm::default()
    };
    page(&form_page(&s, None, f, FormFaults::none()).await?)
}

async fn held(
    app: &App,
    ctx: &youlin_kernel::Ctx,
    id: Uuid,
) -> Result<(CommunityId, ResourceForm)> {
    let sharing = app.need::<Sharing>()?;
    let row = resource(&sharing, ctx, &ctx.scope(&SHARING_WRITE)?, id).await?;
    ctx.authorize(&SHARING_WRITE, row.area)?;
    let contact = |one: Option<Contact>| one.map(Contact::text).unwrap_or_default();
    let mut form = ResourceForm {
        version: row.version.to_string(),
        kind: row.kind.as_str().to_owned(),
        name: row.name,
        description: row.description,
        area: row.area.to_string(),
        address: row.address,
        amount: row.amount.to_string(),
        seats: row.seats.map(|seats| seats.to_string()).unwrap_or_default(),
        contact: contact(row.contact),
        key_keeper: contact(row.key_keeper),
        ..ResourceForm::default()
    };
    form.set_opening(&row.opening);
    Ok((row.community, form))
}

/// `GET /resources/{id}/edit`.
pub(super) async fn edit(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
) -> WebResult<Response> {
    let (_, f) = held(&app, &ctx, id).await?;
    let s = shell(&app, &ctx, prefs, LISTS);
    page(&form_page(&s, Some(id), f, FormFaults::none()).await?)
}

fn command(app: &App, f: &ResourceForm, id: Option<(CommunityId, Uuid)>) -> Result<SaveResource> {
    let number = |field: &'static str, text: &str| {
        let wrong = || Problem::invalid(field, "sharing-number").field_arg("max", 10_000);
        text.trim().parse::<u32>().map_err(|_no_number| wrong())
    };
    let area = f.area.parse().map(AreaId);
    Ok(SaveResource {
        sharing: app.need::<Sharing>()?,
        id,
        version: id.and_then(|_| f.version.parse().ok()),
        ext_key: None,
        input: ResourceInput {
            kind: ResourceKind::parse(&f.kind)
                .ok_or_else(|| Problem::invalid("kind", "unknown-value"))?,
            name: f.name.clone(),
            description: f.description.clone(),
            area: area.map_err(|_no_area| Problem::invalid("area", "required"))?,
            building: None,
            address: f.address.clone(),
            amount: number("amount", &f.amount)?,
            seats: said(&f.seats)
                .map(|text| number("seats", text))
                .transpose()?,
            contact: Contact::parse(&f.contact)
                .ok_or_else(|| Problem::invalid("contact", "required"))?,
            key_keeper: Contact::parse(&f.key_keeper),
            opening: f.opening()?,
        },
    })
}

/// `POST /resources`.
pub(super) async fn create(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    IdempotencyHeader(sent): IdempotencyHeader,
    ApiForm(f): ApiForm<ResourceForm>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs, LISTS);
    let saved = async {
        let sent = sent.or_else(|| said(&f.idempotency_key).map(str::to_owned));
        let area = f.area.parse().map(AreaId).ok();
        let filed = area.and_then(|area| ctx.areas().community_of(area));
        let filed = filed.unwrap_or(CommunityId::SYSTEM);
        let key = idempotency(sent.as_deref(), filed, "/resources", &f)?;
        app.db()
            .execute_once(&ctx, key, command(&app, &f, None)?)
            .await
    };
    match saved.await {
        Ok(id) => Ok(Redirect::to(&format!("/resources/{id}?saved=new")).into_response()),
        Err(problem) => again(&s, None, f, problem).await,
    }
}

/// `POST /resources/{id}`.
pub(super) async fn change(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiForm(f): ApiForm<ResourceForm>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs, LISTS);
    let (community, _) = held(&app, &ctx, id).await?;
    let saved = async {
        let mut command = command(&app, &f, Some((community, id)))?;
        // The form knows no building; what an import said of it stays.
        let sharing = app.need::<Sharing>()?;
        let row = resource(&sharing, &ctx, &ctx.scope(&SHARING_WRITE)?, id).await?;
        command.input.building = row.building;
        app.db().execute(&ctx, command).await
    };
    match saved.await {
        Ok(_id) => Ok(Redirect::to(&format!("/resources/{id}?saved=changed")).into_response()),
        Err(problem) => again(&s, Some(id), f, problem).await,
    }
}

/// The form again, with what was typed and why it was refused.
async fn again(
    s: &Shell,
    id: Option<Uuid>,
    mut f: ResourceForm,
    problem: Problem,
) -> WebResult<Response> {
    let problem = mendable(problem)?;
    if problem.code() == "stale"
        && let Some(id) = id
    {
        // Saved again, what was typed goes on top, knowingly: the sentence says that somebody was faster.
        let (_, theirs) = held(s.app(), s.ctx(), id).await?;
        f.version = theirs.version;
    }
    let e = FormFaults::of(s, &problem);
    Ok(refused_with(
        &problem,
        page(&form_page(s, id, f, e).await?)?,
    ))
}

//! A person's file, and showing what is hidden, for a purpose.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use sea_orm::ConnectionTrait;
use serde::Deserialize;
use uuid::Uuid;
use youlin_kernel::{AreaId, Ctx, Problem, Result};
use youlin_web::{
    ApiForm, ApiQuery, App, Caller, Choice, NavPlace, Paged, PathId, Prefs, Shell, WebResult, page,
};

use super::form::{Errors, shown, to, with_status};
use super::known::{Known, known};
use super::label_choices;
use super::moving::MoveForm;
use super::organisations::Saved;
use crate::facts::How;
use crate::life::LifeLines;
use crate::merchants::{MerchantPerson, MerchantView, Merchants};
use crate::merge::MergeView;
use crate::permissions::{
    PEOPLE_LOOKS, PEOPLE_READ, PEOPLE_REVEAL, PEOPLE_SENSITIVE, PEOPLE_WRITE,
};
use crate::queries::{MovedAway, moved_away, sensitive_of};
use crate::{
    AttachPhone, DetachPhone, Directory, Look, MembershipView, PersonFile, Reveal, RevealField,
    SetConsent, SetLabel, Vault, consent, who_looked,
};

pub(super) fn shell(app: &App, ctx: &Ctx, prefs: Prefs) -> Shell {
    Shell::new(app, ctx, prefs, NavPlace::Know, "/people")
}

/// A field that can be ticked on the reveal form.
struct Tick {
    value: String,
    label: String,
    on: bool,
}

/// A field in the clear, on the one page that answers the form.
struct Shown {
    label: String,
    value: String,
    /// Of a telephone number: what the telephone dials.
    dial: Option<String>,
}

/// Something a person can agree to.
struct Consent {
    value: &'static str,
    label: String,
    given: bool,
}

#[derive(Template)]
#[template(path = "people/person.html")]
struct PersonPage {
    s: Shell,
    e: Errors,
    community: AreaId,
    file: PersonFile,
    /// What the register asks for and does not know yet.
    missing: String,
    known: Known,
    /// The household's file, or the dwelling's where no household is named.
    home: Option<String>,
    memberships: Vec<MembershipView>,
    /// Merchants the person belongs to or belonged to.
    merchants: Vec<(MerchantView, MerchantPerson)>,
    /// The newest of the whole life.
    life: LifeLines,
    merges: Vec<MergeView>,
    died: bool,
    looks: Vec<Look>,
    may_write: bool,
    /// Labels offered by name.
    labels: Vec<Choice>,
    consents: Vec<Consent>,
    saved: String,
    may_look: bool,
    may_reveal: bool,
    ticks: Vec<Tick>,
    /// What was typed, after a refusal.
    purpose: String,
    phone: String,
    typed_label: String,
    moving: MoveForm,
    /// Every home, where there are several: dwelling and address.
    homes: Vec<Choice>,
    /// Lives nowhere any more, by this note.
    away: Option<MovedAway>,
    today: String,
    shown: Vec<Shown>,
}

/// What was typed or shown, beside the file itself.
#[derive(Default)]
pub(super) struct Typed {
    e: Errors,
    purpose: String,
    /// What was ticked to be shown, before the purpose was refused.
    fields: Vec<String>,
    phone: String,
    label: String,
    moving: MoveForm,
    shown: Vec<Shown>,
    saved: String,
}

impl Typed {
    pub(super) fn moving(moving: MoveForm) -> Self {
        Self {
            moving,
            ..Self::default()
        }
    }
}

impl PersonPage {
    fn has(&self, label: &str) -> bool {
        self.file.card.labels.iter().any(|one| one == label)
    }

    /// Drafts that are saved once this page says so.
    fn drafts(&self) -> String {
        format!("person:new person:{} membership:new:", self.file.card.id)
    }
}

/// The homes of somebody who has several, the main one first.
async fn homes_of(
    db: &impl ConnectionTrait,
    vault: &Vault,
    file: &PersonFile,
) -> Result<Vec<Choice>> {
    let homes = Directory::homes_of(db, file.card.community, file.card.id).await?;
    let named = |home: Uuid| Some(Choice::new(home.to_string(), vault.place(home)?.address));
    Ok(match homes.len() {
        0 | 1 => Vec::new(),
        _ => homes.into_iter().filter_map(named).collect(),
    })
}

/// Where the household's file is.
async fn home_of(db: &impl ConnectionTrait, file: &PersonFile) -> Result<Option<String>> {
    let card = &file.card;
    let household = Directory::household_id(db, card.community, card.id).await?;
    let dwelling = card.place.as_ref().and_then(|place| place.dwelling);
    Ok(match (household, dwelling) {
        (Some(household), _) => Some(format!("/people/households/{household}")),
        (None, Some(dwelling)) => Some(format!("/people/dwellings/{dwelling}")),
        (None, None) => None,
    })
}

async fn person_page(
    app: &App,
    ctx: &Ctx,
    s: Shell,
    id: Uuid,
    typed: Typed,
) -> WebResult<Response> {
    let scope = ctx.scope(&PEOPLE_READ)?;
    let vault = app.need::<Vault>()?;
    let db = app.db().read();
    let mut file = Directory::person(db, &vault, &scope, id).await?;
    if file.card.id != id {
        // A signpost leads to the person's one file.
        return Ok(to(&format!("/people/{}", file.card.id)));
    }
    let community = file.card.community;
    if let Ok(scope) = ctx.scope(&PEOPLE_SENSITIVE) {
        let more = sensitive_of(db, &vault, &scope, &file.card).await?;
        file.card.labels.extend(more);
    }
    let away = async {
        match file.card.place {
            Some(_) => Ok(None),
            None => moved_away(db, ctx, community, id).await,
        }
    };
    let looks = async {
        Ok::<_, Problem>(match ctx.scope(&PEOPLE_LOOKS) {
            Ok(scope) => who_looked(db, &vault, &scope, id).await.unwrap_or_default(),
            Err(_not_allowed) => Vec::new(),
        })
    };
    let one = &[id];
    // Some fifty questions: none of these waits for another's answer.
    let (
        life,
        merges,
        deaths,
        memberships,
        known,
        home,
        away,
        looks,
        given,
        merchants,
        missing,
        homes,
    ) = futures::try_join!(
        crate::life::pages::for_desk(app, ctx, community, id, Paged::default()),
        crate::merge::merges_of(db, community, id),
        crate::life::deaths_of(db, community, one),
        Directory::memberships(db, &scope, id),
        known(&s, &vault, &file.card),
        home_of(db, &file),
        away,
        looks,
        Directory::consents(db, community, id),
        Merchants::of_person(db, &vault, &scope, id),
        super::round::missing_of(app, ctx, &s, &file.card),
        homes_of(db, &vault, &file),
    )?;
    let died = !deaths.is_empty();
    let may_look = ctx.may(&PEOPLE_LOOKS);
    let mut ticks: Vec<Tick> = ["name", "identity", "address", "note"]
        .into_iter()
        .map(|field| Tick {
            value: field.to_owned(),
            label: s.tt("people-field", field),
            on: typed.fields.iter().any(|one| one == field),
        })
        .collect();
    ticks.extend(file.phones.iter().map(|(id, masked)| Tick {
        value: id.to_string(),
        label: s.t1("people-field-number", "number", masked),
        on: typed.fields.contains(&id.to_string()),
    }));
    let consents = consent::ALL
        .into_iter()
        .map(|value| Consent {
            value,
            label: s.tt("consent", value.replace('.', "-")),
            given: given.iter().any(|one| one == value),
        })
        .collect();
    page(&PersonPage {
        labels: label_choices(&s),
        consents,
        saved: typed.saved,
        e: typed.e,
        community: file.card.community.into(),
        missing,
        known,
        file,
        home,
        life,
        merges,
        died,
        memberships,
        merchants,
        looks,
        may_write: ctx.may(&PEOPLE_WRITE),
        may_look,
        may_reveal: ctx.may(&PEOPLE_REVEAL),
        ticks,
        purpose: typed.purpose,
        phone: typed.phone,
        typed_label: typed.label,
        moving: typed.moving,
        homes,
        away,
        today: ctx.now().local().date().to_string(),
        shown: typed.shown,
        s,
    })
}

/// `GET /people/{id}`.
pub(super) async fn show(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiQuery(done): ApiQuery<Saved>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    let typed = Typed {
        saved: done.words(&s),
        ..Typed::default()
    };
    person_page(&app, &ctx, s, id, typed).await
}

#[derive(Debug, Deserialize)]
pub(super) struct RevealForm {
    #[serde(default)]
    field: Vec<String>,
    #[serde(default)]
    purpose: String,
    case: Option<String>,
}

fn field_of(text: &str) -> Option<RevealField> {
    Some(match text {
        "name" => RevealField::Name,
        "identity" => RevealField::Identity,
        "address" => RevealField::Address,
        "note" => RevealField::Note,
        id => RevealField::Phone(id.parse().ok()?),
    })
}

/// `POST /people/{id}/reveal`: what is shown stands on this one answer only; a reload asks again.
pub(super) async fn reveal(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiForm(form): ApiForm<RevealForm>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    let vault = app.need::<Vault>()?;
    let card = Directory::card(app.db().read(), &vault, &ctx.scope(&PEOPLE_READ)?, id).await?;
    let command = Reveal {
        vault,
        community: card.community,
        person: id,
        fields: form
            .field
            .iter()
            .filter_map(|text| field_of(text))
            .collect(),
        purpose: form.purpose.clone(),
        case: form.case.as_deref().and_then(|text| text.parse().ok()),
    };
    match app.db().execute(&ctx, command).await {
        Ok(revealed) => {
            let shown = revealed
                .fields
                .into_iter()
                .map(|one| Shown {
                    label: s.tt("people-field", one.field.as_str()),
                    dial: match one.field {
                        RevealField::Phone(_) => one.value.as_deref().map(super::dial),
                        _ => None,
                    },
                    value: one.value.unwrap_or_else(|| s.t("none")),
                })
                .collect();
            let typed = Typed {
                shown,
                ..Typed::default()
            };
            person_page(&app, &ctx, s, id, typed).await
        }
        Err(problem) => {
            let typed = Typed {
                purpose: form.purpose,
                fields: form.field,
                ..Typed::default()
            };
            again(&app, &ctx, s, id, problem, typed).await
        }
    }
}

pub(super) async fn again(
    app: &App,
    ctx: &Ctx,
    s: Shell,
    id: Uuid,
    problem: Problem,
    typed: Typed,
) -> WebResult<Response> {
    let problem = shown(problem)?;
    let e = Errors::of(&s, &problem);
    let page = person_page(app, ctx, s, id, Typed { e, ..typed }).await?;
    Ok(with_status(&problem, page))
}

#[derive(Debug, Deserialize)]
pub(super) struct PhoneForm {
    #[serde(default)]
    phone: String,
}

/// `POST /people/{id}/phones`.
pub(super) async fn attach_phone(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiForm(form): ApiForm<PhoneForm>,
) -> WebResult<Response> {
    let vault = app.need::<Vault>()?;
    let card = Directory::card(app.db().read(), &vault, &ctx.scope(&PEOPLE_READ)?, id).await?;
    let command = AttachPhone {
        vault,
        community: card.community,
        person: id,
        phone: form.phone.clone(),
        how: How::Desk,
    };
    match app.db().execute(&ctx, command).await {
        Ok(_phone) => Ok(to(&format!("/people/{id}"))),
        Err(problem) => {
            let typed = Typed {
                phone: form.phone,
                ..Typed::default()
            };
            again(&app, &ctx, shell(&app, &ctx, prefs), id, problem, typed).await
        }
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct LabelForm {
    #[serde(default)]
    label: String,
    /// `off` takes the label away.
    #[serde(default)]
    set: String,
}

/// `POST /people/{id}/labels`.
pub(super) async fn set_label(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiForm(form): ApiForm<LabelForm>,
) -> WebResult<Response> {
    let vault = app.need::<Vault>()?;
    let card = Directory::card(app.db().read(), &vault, &ctx.scope(&PEOPLE_READ)?, id).await?;
    let command = SetLabel {
        vault,
        community: card.community,
        person: id,
        label: form.label.clone(),
        how: How::Desk,
        on: form.set != "off",
    };
    match app.db().execute(&ctx, command).await {
        Ok(()) => Ok(to(&format!("/people/{id}"))),
        Err(problem) => {
            let typed = Typed {
                label: form.label,
                ..Typed::default()
            };
            again(&app, &ctx, shell(&app, &ctx, prefs), id, problem, typed).await
        }
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct PhoneOff {
    #[serde(default)]
    id: String,
}

/// `POST /people/{id}/phones/off`.
pub(super) async fn detach_phone(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(id): PathId,
    ApiForm(form): ApiForm<PhoneOff>,
) -> WebResult<Response> {
    let vault = app.need::<Vault>()?;
    let card = Directory::card(app.db().read(), &vault, &ctx.scope(&PEOPLE_READ)?, id).await?;
    let command = DetachPhone {
        vault,
        community: card.community,
        person: id,
        phone: form.id.parse().map_err(|_no_id| Problem::not_found())?,
    };
    app.db().execute(&ctx, command).await?;
    Ok(to(&format!("/people/{id}?saved=changed")))
}

#[derive(Debug, Deserialize)]
pub(super) struct ConsentForm {
    #[serde(default)]
    consent: String,
    /// `off` withdraws it.
    #[serde(default)]
    set: String,
}

/// `POST /people/{id}/consents`.
pub(super) async fn set_consent(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(id): PathId,
    ApiForm(form): ApiForm<ConsentForm>,
) -> WebResult<Response> {
    let vault = app.need::<Vault>()?;
    let card = Directory::card(app.db().read(), &vault, &ctx.scope(&PEOPLE_READ)?, id).await?;
    let command = SetConsent {
        vault,
        community: card.community,
        person: id,
        consent: form.consent,
        given: form.set != "off",
    };
    app.db().execute(&ctx, command).await?;
    Ok(to(&format!("/people/{id}?saved=changed")))
}

/// `GET /people/{id}/reveal`: the answer of the form was reloaded; what was shown is hidden again.
pub(super) async fn reloaded(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(id): PathId,
) -> WebResult<Response> {
    let vault = app.need::<Vault>()?;
    Directory::card(app.db().read(), &vault, &ctx.scope(&PEOPLE_READ)?, id).await?;
    Ok(to(&format!("/people/{id}#reveal")))
}

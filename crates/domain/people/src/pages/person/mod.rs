//! A person's file; what is done in it stands beside this.

pub(super) mod consents;
pub(super) mod labels;
pub(super) mod phones;
pub(super) mod reveal;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use sea_orm::ConnectionTrait;
use serde::Deserialize;
use uuid::Uuid;
use youlin_kernel::{AreaId, Ctx, Problem, Result};
use youlin_web::{
    ApiQuery, App, Caller, Choice, NavPlace, Paged, PathId, Prefs, Shell, WebResult, page,
};

use self::consents::{Consent, of_child, offered};
use self::reveal::{Shown, Tick, ticks};
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
use crate::{Directory, Look, MembershipView, PersonFile, Vault, who_looked};

pub(super) fn shell(app: &App, ctx: &Ctx, prefs: Prefs) -> Shell {
    Shell::new(app, ctx, prefs, NavPlace::Know, "/people")
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
    /// The dwelling whose page led to the form that was saved.
    from: Option<Uuid>,
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
    /// Somebody wants to call: the number is ticked.
    reach: bool,
    phone: String,
    label: String,
    moving: MoveForm,
    shown: Vec<Shown>,
    saved: String,
    from: Option<Uuid>,
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
        let of = self.file.card.id;
        let from = self
            .from
            .map_or_else(String::new, |from| format!("person:new:{from} "));
        format!("{from}person:new person:{of} membership:new:")
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
        child,
    ) = futures::try_join!(
        crate::life::pages::for_desk(app, ctx, community, id, Paged::default()),
        crate::merge::merges_of(db, community, id),
        crate::life::deaths_of(db, community, one),
        Directory::memberships(db, &scope, id),
        known(&s, &vault, &file.card),
        home_of(db, &file),
        away,
        looks,
        Directory::consent_ledger(db, community, id),
        Merchants::of_person(db, &vault, &scope, id),
        super::round::missing_of(app, ctx, &s, &file.card),
        homes_of(db, &vault, &file),
        of_child(db, &vault, community, id, ctx.now()),
    )?;
    let died = !deaths.is_empty();
    let may_look = ctx.may(&PEOPLE_LOOKS);
    let mut fields = typed.fields;
    if let Some((first, _)) = file.phones.first().filter(|_| typed.reach) {
        fields.push(first.to_string());
    }
    let ticks = ticks(&s, &file, (&known.held, away.as_ref()), &fields);
    page(&PersonPage {
        labels: label_choices(&s, How::Desk),
        consents: offered(&s, &given, (child, died)),
        saved: typed.saved,
        from: typed.from,
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

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::pages) struct Reach {
    /// Not empty: to call, so the number is ticked to be shown.
    reach: String,
    /// The dwelling whose page led to the form that was saved.
    from: Option<Uuid>,
}

/// `GET /people/{id}`.
pub(super) async fn show(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiQuery(done): ApiQuery<Saved>,
    ApiQuery(reach): ApiQuery<Reach>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    let typed = Typed {
        saved: done.words(&s),
        from: reach.from,
        reach: !reach.reach.is_empty(),
        ..Typed::default()
    };
    person_page(&app, &ctx, s, id, typed).await
}

/// Where a step leads once it is done; refused, to the file again, with what was typed.
pub(super) async fn stepped<T>(
    app: &App,
    ctx: &Ctx,
    prefs: Prefs,
    id: Uuid,
    outcome: Result<T>,
    then: &str,
    typed: Typed,
) -> WebResult<Response> {
    match outcome {
        Ok(_done) => Ok(to(then)),
        Err(problem) => again(app, ctx, shell(app, ctx, prefs), id, problem, typed).await,
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

//! Entering a person and changing one. The form shows nothing that is hidden: what is left empty on a change stays.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use youlin_kernel::{AreaId, CommunityId, Ctx, Problem, Result, Scope};
use youlin_places::{AddressCandidate, Locator};
use youlin_web::{
    ApiForm, ApiQuery, App, Caller, Choice, Clash, IdempotencyHeader, PathId, Prefs, Shell,
    WebResult, idempotency, page,
};

use super::form::{Errors, shown, to, with_status};
use super::label_choices;
use super::organisations::shell;
use super::person_again::{Alike, alike, differences, proposed};
use super::unlikely::{alone, very_old};
use crate::facts::How;
use crate::fields::Faults;
use crate::permissions::{PEOPLE_READ, PEOPLE_WRITE};
use crate::{
    Directory, Home, OtherHome, PersonCard, PersonInput, Relation, SamePerson, SavePerson, Sex,
    Vault, consent,
};

/// Numbers that can be entered at once.
const PHONES: usize = 3;
/// Addresses offered for one text.
const OFFERED: usize = 8;
/// A text is taken for one dwelling when the best candidate reaches this score …
const CLEAR: f32 = 0.8;
/// … and the next has at most this share of it.
const LEAD: f32 = 0.9;

/// The form as typed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct PersonForm {
    #[serde(skip_serializing)]
    pub(super) idempotency_key: String,
    pub(super) version: String,
    pub(super) community: String,
    pub(super) name: String,
    pub(super) sex: String,
    pub(super) birth: String,
    pub(super) language: String,
    pub(super) identity: String,
    pub(super) note: String,
    /// On a change: take the note away.
    pub(super) clear_note: String,
    pub(super) phone: String,
    pub(super) phone2: String,
    pub(super) phone3: String,
    pub(super) address: String,
    /// Chosen among the candidates of the address.
    pub(super) dwelling: String,
    pub(super) relation: String,
    /// The dwelling at whose door it is entered.
    pub(super) door: String,
    /// The dwelling whose page led here; the address may say another by now.
    pub(super) from: String,
    pub(super) label: Vec<String>,
    pub(super) other_labels: String,
    pub(super) consent: Vec<String>,
    /// What becomes of the home the person has already, once that was asked.
    pub(super) other_home: String,
    /// Of a new person, once that was asked: whom in the register it is, or `other`.
    pub(super) same_person: String,
    /// Ticked where it was asked: lives alone though others are registered; as old as that.
    pub(super) alone: String,
    pub(super) old: String,
    /// Of a change: it was typed as a new person, and is proposed for this file.
    pub(super) proposed: String,
}

impl PersonForm {
    /// What the page that follows is told, so that it drops the draft of the dwelling that led here.
    fn led_from(&self) -> String {
        let from = self.from.parse::<Uuid>();
        from.map_or_else(|_none| String::new(), |from| format!("&from={from}"))
    }
}

#[derive(Template)]
#[template(path = "people/person_form.html")]
struct FormPage {
    s: Shell,
    e: Errors,
    f: PersonForm,
    /// `None`: a new person.
    card: Option<PersonCard>,
    has_note: bool,
    has_identity: bool,
    communities: Vec<Choice>,
    sexes: Vec<Choice>,
    languages: Vec<Choice>,
    relations: Vec<Choice>,
    labels: Vec<Choice>,
    consents: Vec<Choice>,
    /// What the address may mean, when it means several.
    candidates: Vec<AddressCandidate>,
    /// Whom of the register a new person may be.
    alike: Vec<Alike>,
    clash: Option<Clash>,
    /// The relation was chosen by what the register knows of the dwelling.
    preset: bool,
    /// It comes back from the server with what was sent.
    served: bool,
    key: String,
}

impl FormPage {
    /// One draft for each dwelling: what was typed at one door must not stand in the form of the next.
    fn draft(&self) -> String {
        match (&self.card, self.f.from.as_str()) {
            (Some(card), _) => card.id.to_string(),
            (None, "") => "new".to_owned(),
            (None, from) => format!("new:{from}"),
        }
    }

    fn phones(&self) -> [(&'static str, usize, &str); PHONES] {
        [
            ("phone", 1, &self.f.phone),
            ("phone2", 2, &self.f.phone2),
            ("phone3", 3, &self.f.phone3),
        ]
    }

    /// The area of a candidate, which tells two houses of one number apart.
    fn lies_in(&self, one: &AddressCandidate) -> String {
        self.s.area(&one.place.area())
    }

    /// What was typed for a new person stands in the form of somebody known, labels and consents too.
    fn whole(&self) -> bool {
        self.card.is_none() || !self.f.proposed.is_empty()
    }

    /// Somebody else is possible, unless the identity number says otherwise.
    fn may_be_other(&self) -> bool {
        self.e.on("identity").is_empty()
    }

    fn ticked(&self, list: &[String], value: &str) -> bool {
        let _shape_of_templates = self;
        list.iter().any(|one| one == value)
    }
}

fn form_page(s: Shell, f: PersonForm, e: Errors) -> FormPage {
    let communities = match s.ctx().scope(&PEOPLE_WRITE) {
        Ok(scope) => scope
            .parts()
            .iter()
            .map(|part| {
                let id = AreaId::from(part.community);
                Choice::new(id.to_string(), s.area(&id))
            })
            .collect(),
        Err(_not_allowed) => Vec::new(),
    };
    let unsaid = |s: &Shell| Choice::new("", s.t("people-unsaid"));
    let mut sexes = vec![unsaid(&s)];
    sexes.extend(
        Sex::ALL
            .iter()
            .map(|sex| Choice::new(sex.as_str(), s.tt("sex", sex.as_str()))),
    );
    let mut languages = vec![unsaid(&s)];
    languages.extend(["zh", "en"].map(|one| Choice::new(one, s.tt("speaks", one))));
    FormPage {
        sexes,
        languages,
        relations: [unsaid(&s)]
            .into_iter()
            .chain(
                Relation::ALL
                    .iter()
                    .map(|one| Choice::new(one.as_str(), s.tt("relation", one.as_str()))),
            )
            .collect(),
        labels: label_choices(
            &s,
            if f.door.is_empty() {
                How::Desk
            } else {
                How::Visit
            },
        ),
        consents: consent::ALL
            .map(|one| Choice::new(one, s.tt("consent", one.replace('.', "-"))))
            .to_vec(),
        card: None,
        has_note: false,
        has_identity: false,
        candidates: Vec::new(),
        alike: Vec::new(),
        clash: None,
        preset: false,
        served: false,
        key: s.ctx().new_id().to_string(),
        communities,
        f,
        e,
        s,
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Start {
    dwelling: Option<Uuid>,
    name: String,
    /// Set where the page of the dwelling asked: somebody stands at its door.
    door: String,
}

/// `GET /people/new?dwelling=`.
pub(super) async fn fresh(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(start): ApiQuery<Start>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    let mut f = PersonForm {
        name: start.name,
        ..PersonForm::default()
    };
    let mut preset = false;
    if let Some(place) = start
        .dwelling
        .and_then(|id| app.need::<Vault>().ok()?.place(id))
    {
        f.community = AreaId::from(place.community).to_string();
        f.dwelling = start.dwelling.map_or_else(String::new, |id| id.to_string());
        f.address = place.address;
        f.from.clone_from(&f.dwelling);
        if !start.door.is_empty() {
            f.door.clone_from(&f.dwelling);
        }
        if let Some(dwelling) = start.dwelling {
            let db = app.db().read();
            let likely = Directory::likely_relation(db, place.community, dwelling).await?;
            preset = likely.is_some();
            f.relation = likely.map_or_else(String::new, |one| one.as_str().to_owned());
        }
    }
    page(&FormPage {
        preset,
        ..form_page(s, f, Errors::none())
    })
}

/// The dwelling the address means; `Err` with what it may mean.
fn dwelling_of(
    locator: &Locator,
    scope: &Scope,
    f: &PersonForm,
) -> std::result::Result<Option<Uuid>, (Problem, Vec<AddressCandidate>)> {
    let typed = f.address.trim();
    if typed.is_empty() {
        return Ok(None);
    }
    let chosen: Option<Uuid> = f.dwelling.parse().ok();
    if let Some(place) = chosen.and_then(|id| locator.dwelling(id))
        && place.address == typed
    {
        return Ok(chosen);
    }
    let mut found = locator.candidates(typed, Some(scope), OFFERED);
    found.retain(|one| one.place.dwelling.is_some());
    if chosen.is_some() && found.iter().any(|one| one.place.dwelling == chosen) {
        return Ok(chosen);
    }
    match found.as_slice() {
        [] => Err((Problem::invalid("address", "unknown-dwelling"), found)),
        [best, rest @ ..]
            if best.score >= CLEAR
                && rest
                    .first()
                    .is_none_or(|next| next.score <= best.score * LEAD) =>
        {
            Ok(best.place.dwelling)
        }
        _ => Err((Problem::invalid("address", "choose-address"), found)),
    }
}

/// What the page that follows is told where an age was typed, so that it says which year stands for it.
pub(super) fn aged(birth: &str) -> String {
    crate::fields::age(birth).map_or_else(String::new, |age| format!("&aged={age}"))
}

/// What was typed, as the command takes it; what cannot be read is kept with the faults.
fn input(
    ctx: &Ctx,
    f: &PersonForm,
    dwelling: Option<Uuid>,
    (keep_hidden, faults): (bool, &mut Faults),
) -> PersonInput {
    let filled = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let (birth, birth_year) = faults.take(crate::fields::born(&f.birth, ctx.now().local().date()));
    let relation = Relation::parse(&f.relation);
    if relation.is_none() && filled(&f.address).is_some() {
        faults.take::<()>(Err(Problem::invalid("relation", "required")));
    }
    let relation = relation.unwrap_or(Relation::Other);
    let mut labels = f.label.clone();
    labels.extend(
        f.other_labels
            .split([';', '；', ',', '，', '、'])
            .filter_map(filled),
    );
    let note = if f.clear_note.is_empty() {
        filled(&f.note)
    } else {
        Some(String::new())
    };
    PersonInput {
        name: f.name.clone(),
        sex: Sex::parse(&f.sex),
        birth,
        birth_year,
        birth_month: crate::fields::month(&f.birth).map(|(_, month)| month),
        how: if f.door.is_empty() {
            How::Desk
        } else {
            How::Visit
        },
        language: filled(&f.language),
        note,
        identity: filled(&f.identity),
        phones: vec![f.phone.clone(), f.phone2.clone(), f.phone3.clone()],
        labels,
        consents: f.consent.clone(),
        home: dwelling.map(|dwelling| Home {
            dwelling,
            relation,
            household_key: None,
        }),
        keep_hidden,
        other_home: OtherHome::parse(&f.other_home).unwrap_or(OtherHome::Ask),
        same_person: match f.same_person.as_str() {
            "other" => SamePerson::Different,
            _ => SamePerson::Ask,
        },
    }
}

/// `POST /people`.
pub(super) async fn create(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    IdempotencyHeader(sent): IdempotencyHeader,
    ApiForm(f): ApiForm<PersonForm>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    if let Ok(known) = f.same_person.parse::<Uuid>() {
        return proposal(&app, &ctx, s, known, f).await;
    }
    let locator = app.need::<Locator>()?;
    let scope = ctx.scope(&PEOPLE_WRITE)?;
    let mut candidates = Vec::new();
    let saved = async {
        // All that must be mended is named at once, each at its field.
        let mut faults = Faults::default();
        let dwelling = faults.take(dwelling_of(&locator, &scope, &f).map_err(
            |(problem, found)| {
                candidates = found;
                problem
            },
        ));
        let place = dwelling.and_then(|id| locator.dwelling(id));
        let community = match place {
            Some(place) => place.community,
            None => {
                let said = f.community.parse().map(|id| Some(CommunityId(id)));
                let none = |_unsaid| Problem::invalid("community", "required");
                faults
                    .take(said.map_err(none))
                    .unwrap_or(CommunityId::SYSTEM)
            }
        };
        let input = input(&ctx, &f, dwelling, (false, &mut faults));
        let labels = (input.labels.as_slice(), !f.alone.is_empty());
        faults.mend(alone(&app, &s, (community, None), dwelling, labels).await)?;
        faults.take(very_old(&s, &f.birth, !f.old.is_empty()));
        let command = SavePerson::new(app.need::<Vault>()?, community, input);
        faults.take(command.mistyped(&ctx));
        faults.done()?;
        let sent = sent.or_else(|| Some(f.idempotency_key.clone()).filter(|key| !key.is_empty()));
        let key = idempotency(sent.as_deref(), community, "/people", &f)?;
        app.db().execute_once(&ctx, key, command).await
    }
    .await;
    let aged = aged(&f.birth);
    match saved {
        Ok(id) => Ok(to(&match f.door.parse::<Uuid>() {
            Ok(dwelling) => format!("/people/dwellings/{dwelling}?saved=new{aged}#p-{id}"),
            Err(_at_the_desk) => format!("/people/{id}?saved=new{aged}{}", f.led_from()),
        })),
        Err(problem) => {
            let problem = shown(out_of_reach(problem))?;
            let e = Errors::of(&s, &problem);
            let body = FormPage {
                candidates,
                served: true,
                alike: alike(&app, &ctx, &s, &problem).await?,
                ..form_page(s, f, e)
            };
            Ok(with_status(&problem, page(&body)?))
        }
    }
}

/// It is somebody known: their file's form with what was typed, to be looked at and saved there.
async fn proposal(
    app: &App,
    ctx: &Ctx,
    s: Shell,
    id: Uuid,
    typed: PersonForm,
) -> WebResult<Response> {
    let (card, theirs, (has_note, has_identity)) = held(app, ctx, id).await?;
    page(&FormPage {
        card: Some(card),
        has_note,
        has_identity,
        served: true,
        ..form_page(s, proposed(theirs, typed), Errors::none())
    })
}

/// Who may write in one grid only must say where in it somebody lives.
fn out_of_reach(problem: Problem) -> Problem {
    if problem.kind() == youlin_kernel::ProblemKind::Forbidden {
        Problem::invalid("address", "address-yours")
    } else {
        problem
    }
}

async fn held(app: &App, ctx: &Ctx, id: Uuid) -> Result<(PersonCard, PersonForm, (bool, bool))> {
    let (db, vault) = (app.db().read(), app.need::<Vault>()?);
    let card = Directory::card(db, &vault, &ctx.scope(&PEOPLE_READ)?, id).await?;
    let basics = Directory::basics(db, card.community, id).await?;
    let (dwelling, relation) = basics.home.unzip();
    let f = PersonForm {
        version: basics.version.to_string(),
        sex: basics.sex,
        birth: basics.birth_year,
        language: basics.language,
        address: dwelling
            .and_then(|id| vault.place(id))
            .map_or_else(String::new, |place| place.address),
        dwelling: dwelling.map_or_else(String::new, |id| id.to_string()),
        relation: relation.unwrap_or_default(),
        ..PersonForm::default()
    };
    Ok((card, f, (basics.has_note, basics.has_identity)))
}

/// `GET /people/{id}/edit`.
pub(super) async fn edit(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
) -> WebResult<Response> {
    let (card, f, (has_note, has_identity)) = held(&app, &ctx, id).await?;
    let s = shell(&app, &ctx, prefs);
    page(&FormPage {
        card: Some(card),
        has_note,
        has_identity,
        ..form_page(s, f, Errors::none())
    })
}

/// `POST /people/{id}`.
pub(super) async fn change(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiForm(mut f): ApiForm<PersonForm>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    let locator = app.need::<Locator>()?;
    let (card, theirs, (has_note, has_identity)) = held(&app, &ctx, id).await?;
    let scope = ctx.scope(&PEOPLE_WRITE)?;
    let mut candidates = Vec::new();
    let saved = async {
        let mut faults = Faults::default();
        let dwelling = faults.take(dwelling_of(&locator, &scope, &f).map_err(
            |(problem, found)| {
                candidates = found;
                problem
            },
        ));
        let command = SavePerson {
            vault: app.need::<Vault>()?,
            community: card.community,
            id: Some(id),
            version: f.version.parse().ok(),
            ext_key: None,
            input: input(&ctx, &f, dwelling, (true, &mut faults)),
        };
        let labels = (command.input.labels.as_slice(), !f.alone.is_empty());
        faults.mend(alone(&app, &s, (card.community, Some(id)), dwelling, labels).await)?;
        if f.birth.trim() != theirs.birth {
            faults.take(very_old(&s, &f.birth, !f.old.is_empty()));
        }
        faults.take(command.mistyped(&ctx));
        faults.done()?;
        app.db().execute(&ctx, command).await
    }
    .await;
    let aged = aged(&f.birth);
    match saved {
        Ok(_id) => Ok(to(&match f.door.parse::<Uuid>() {
            Ok(dwelling) => {
                format!("/people/dwellings/{dwelling}?saved=known&of={id}{aged}#p-{id}")
            }
            Err(_at_the_desk) => format!("/people/{id}?saved=changed{aged}{}", f.led_from()),
        })),
        Err(problem) => {
            let problem = shown(problem)?;
            let stale = problem.code() == "stale";
            let clash = stale.then(|| differences(&s, id, &theirs, &f));
            if stale {
                f.version = theirs.version;
            }
            let e = if stale {
                Errors::none()
            } else {
                Errors::of(&s, &problem)
            };
            let alike = alike(&app, &ctx, &s, &problem).await?;
            let body = FormPage {
                card: Some(card),
                has_note,
                has_identity,
                served: true,
                candidates,
                alike,
                clash,
                ..form_page(s, f, e)
            };
            Ok(with_status(&problem, page(&body)?))
        }
    }
}

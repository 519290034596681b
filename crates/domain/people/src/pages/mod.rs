//! Pages: signing in, one's account, the register, organisations, administration, and who is my grid worker.

mod account;
mod admin_accounts;
mod admin_keys;
mod counted;
mod finders;
pub(crate) mod form;
mod grants;
mod known;
mod memberships;
mod moving;
mod my_grid_worker;
mod organisation_form;
mod organisations;
mod person;
mod person_again;
mod person_form;
mod round;
mod search;
mod second_factor;
mod sign_in;
mod unlikely;
mod waits;

pub use finders::{OrganisationFinder, PersonFinder};
pub use waits::{CorrectionsToday, VisitingToday};

pub(crate) use round::age_words;

use uuid::Uuid;
use youlin_kernel::{Access, Ctx, Grant, Result};
use youlin_web::{App, Choice, NavItem, NavPlace, Routes, Shell};

use crate::facts::How;
use crate::labels::LabelPart;
use crate::permissions::{
    ACCOUNTS_ADMIN, ORGANISATIONS_READ, ORGANISATIONS_WRITE, PEOPLE_READ, PEOPLE_REVEAL,
    PEOPLE_SENSITIVE, PEOPLE_WRITE,
};
use crate::{Directory, PersonCard, Vault};

/// Doors of the navigation to this module's pages.
pub const NAV: &[NavItem] = &[
    NavItem {
        place: NavPlace::Know,
        href: "/people",
        label: "nav-people",
        icon: "people",
        access: Access::Needs(&PEOPLE_READ),
        phone: true,
    },
    NavItem {
        place: NavPlace::Settings,
        href: "/people/organisations",
        label: "nav-organisations",
        icon: "people",
        access: Access::Needs(&ORGANISATIONS_WRITE),
        phone: false,
    },
    NavItem {
        place: NavPlace::Settings,
        href: "/admin/accounts",
        label: "nav-accounts",
        icon: "lock",
        access: Access::Needs(&ACCOUNTS_ADMIN),
        phone: false,
    },
];

pub(crate) fn routes() -> Routes {
    signing_in()
        .merge(register())
        .merge(door_to_door())
        .merge(administration())
}

fn signing_in() -> Routes {
    Routes::new()
        .get("/sign-in", Access::Public, sign_in::show)
        .post("/sign-in", Access::Public, sign_in::submit)
        .get(
            "/sign-in/second-factor",
            Access::SignedIn,
            sign_in::show_factor,
        )
        .post(
            "/sign-in/second-factor",
            Access::SignedIn,
            sign_in::submit_factor,
        )
        .post("/sign-out", Access::Public, sign_in::sign_out)
        .post("/lang", Access::Public, sign_in::language)
        .get("/account", Access::SignedIn, account::show)
        .post("/account/password", Access::SignedIn, account::password)
        .get(
            "/account/second-factor",
            Access::SignedIn,
            second_factor::show,
        )
        .post(
            "/account/second-factor",
            Access::SignedIn,
            second_factor::enrol,
        )
        .post(
            "/account/second-factor/confirm",
            Access::SignedIn,
            second_factor::confirm,
        )
        .post(
            "/account/second-factor/off",
            Access::SignedIn,
            second_factor::off,
        )
}

fn register() -> Routes {
    use person::{consents, labels, phones, reveal};
    let (read, write) = (Access::Needs(&PEOPLE_READ), Access::Needs(&PEOPLE_WRITE));
    let see = Access::Needs(&ORGANISATIONS_READ);
    let keep = Access::Needs(&ORGANISATIONS_WRITE);
    Routes::new()
        .get("/people", read, search::search)
        .get("/people/organisations", see, organisations::list)
        .get("/people/organisations/new", keep, organisation_form::fresh)
        .post("/people/organisations", keep, organisation_form::create)
        .get("/people/organisations/{id}", see, organisations::show)
        .get(
            "/people/organisations/{id}/edit",
            keep,
            organisation_form::edit,
        )
        .post(
            "/people/organisations/{id}",
            keep,
            organisation_form::change,
        )
        .get("/people/memberships/new", write, memberships::fresh)
        .post("/people/memberships", write, memberships::create)
        .get("/people/memberships/{id}/end", write, memberships::ask_end)
        .post("/people/memberships/{id}/end", write, memberships::end)
        .get("/people/new", write, person_form::fresh)
        .post("/people", write, person_form::create)
        .get("/people/{id}", read, person::show)
        .get("/people/{id}/edit", write, person_form::edit)
        .post("/people/{id}", write, person_form::change)
        .post("/people/{id}/phones/off", write, phones::detach)
        .post("/people/{id}/consents", write, consents::set)
        .post("/people/{id}/move-out", write, moving::move_out)
        .post("/people/move-outs/{id}/undo", write, moving::undo)
        .post(
            "/people/{id}/reveal",
            Access::Needs(&PEOPLE_REVEAL),
            reveal::show,
        )
        // A page that answered a form, reloaded.
        .get("/people/{id}/reveal", read, reveal::reloaded)
        .post("/people/{id}/phones", write, phones::attach)
        .post("/people/{id}/labels", write, labels::set)
        .get("/my-grid-worker", Access::Public, my_grid_worker::show)
}

fn door_to_door() -> Routes {
    use round::{buildings, dwelling, household, quality, visiting};
    let (read, write) = (Access::Needs(&PEOPLE_READ), Access::Needs(&PEOPLE_WRITE));
    Routes::new()
        .get("/people/buildings", read, buildings::list)
        .get("/people/buildings/{id}", read, buildings::stack)
        .post("/people/buildings/{id}/empty", write, buildings::empty)
        .post("/people/buildings/{id}/refill", write, buildings::refill)
        .get("/people/dwellings/{id}", read, dwelling::show)
        .get("/people/households/{id}", read, household::show)
        .post("/people/dwellings/{id}/visit", write, dwelling::visit)
        .post("/people/{id}/facts", write, dwelling::facts)
        .get("/people/{id}/facts", read, dwelling::reloaded)
        .get("/people/visits", read, visiting::lists)
        .post("/people/visits", write, visiting::start)
        .get("/people/visits/{id}", read, visiting::show)
        .post("/people/visits/{id}/mark", write, visiting::mark)
        .get("/people/quality", read, quality::show)
}

fn administration() -> Routes {
    let admin = Access::Needs(&ACCOUNTS_ADMIN);
    Routes::new()
        .get("/admin/accounts", admin, admin_accounts::list)
        .post("/admin/accounts", admin, admin_accounts::create)
        .get("/admin/accounts/{id}", admin, admin_accounts::show)
        .post(
            "/admin/accounts/{id}/grants",
            admin,
            admin_accounts::set_grants,
        )
        .post(
            "/admin/accounts/{id}/password",
            admin,
            admin_accounts::reset_password,
        )
        .post(
            "/admin/accounts/{id}/second-factor-off",
            admin,
            admin_accounts::factor_off,
        )
        .post("/admin/accounts/{id}/close", admin, admin_accounts::close)
        .get("/admin/keys", admin, admin_keys::list)
        .post("/admin/keys", admin, admin_keys::create)
        .post("/admin/keys/{id}/revoke", admin, admin_keys::revoke)
}

/// Labels a form offers to this caller, needs first; everything else is typed.
/// Those that may be noted in that way: what is always refused is not offered.
pub(super) fn label_choices(s: &Shell, how: How) -> Vec<Choice> {
    let Some(vault) = s.app().service::<Vault>() else {
        return Vec::new();
    };
    let sensitive = s.ctx().may(&PEOPLE_SENSITIVE);
    vault
        .labels()
        .offered(sensitive)
        .filter(|kind| kind.may_come_from(how))
        .map(|kind| Choice::new(kind.code.clone(), kind.name(s.ctx().locale()).to_owned()))
        .collect()
}

/// Labels of one kind, under its name.
pub(super) struct LabelGroup {
    pub(super) name: String,
    pub(super) labels: Vec<Choice>,
}

/// The same by kind, needs first.
pub(super) fn label_groups(s: &Shell, how: How) -> Vec<LabelGroup> {
    let Some(vault) = s.app().service::<Vault>() else {
        return Vec::new();
    };
    let catalogue = vault.labels();
    let sensitive = s.ctx().may(&PEOPLE_SENSITIVE);
    let group = |part: &LabelPart| {
        let of = catalogue
            .offered(sensitive)
            .filter(|kind| kind.part == *part && kind.may_come_from(how));
        let locale = s.ctx().locale();
        LabelGroup {
            name: s.tt("label-part", part.as_str()),
            labels: of
                .map(|kind| Choice::new(kind.code.clone(), kind.name(locale).to_owned()))
                .collect(),
        }
    };
    let groups = LabelPart::ALL.iter().map(group);
    groups.filter(|group| !group.labels.is_empty()).collect()
}

/// A label in words: those of the catalogue by their name, a talent or a home town as it was entered.
pub(crate) fn label_words(s: &Shell, label: &str) -> String {
    let catalogue = s.app().service::<Vault>().map(|vault| vault.labels());
    let kind = catalogue.as_ref().and_then(|all| all.of(label));
    match (kind, label.split_once(':')) {
        (_, Some(("hometown", town))) => s.t1("people-home-town", "town", town),
        (Some(kind), _) if kind.code == label => kind.name(s.ctx().locale()).to_owned(),
        (_, Some(("talent", talent))) => talent.to_owned(),
        _ => label.to_owned(),
    }
}

/// A grant in words: 网格员 · 悦美网格.
pub(crate) fn grant_words(s: &Shell, grant: &Grant) -> String {
    format!(
        "{} · {}",
        s.tt("role", grant.role.as_str()),
        s.area(&grant.area)
    )
}

/// The mark of a dwelling's state.
pub(crate) fn round_mark(freshness: &crate::Freshness) -> &'static str {
    round::buildings::mark(*freshness)
}

/// Somebody as the caller sees them; whom they do not see does not exist.
pub(crate) async fn seen(app: &App, ctx: &Ctx, id: Uuid) -> Result<PersonCard> {
    let vault = app.need::<Vault>()?;
    Directory::card(app.db().read(), &vault, &ctx.scope(&PEOPLE_READ)?, id).await
}

/// A number for a `tel:` link.
pub(crate) fn dial(phone: &str) -> String {
    phone
        .chars()
        .filter(|c| c.is_ascii_digit() || *c == '+')
        .collect()
}

//! `/talents/suggested`: who might be asked, with the reasons as sentences; asking is noted here.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use uuid::Uuid;
use youlin_kernel::{AreaId, CommunityId, Ctx};
use youlin_web::{ApiForm, ApiQuery, App, Caller, Choice, Prefs, Shell, WebResult, page};

use super::{community, shell};
use crate::pages::form::{Errors, shown, to, with_status};
use crate::pages::label_words;
use crate::permissions::{TALENTS_READ, TALENTS_WRITE};
use crate::talents::{AskTalent, ReasonSources, Sentences, Suggestion, TalentKind, suggestions};
use crate::{MembershipRole, Vault};

/// The sentences of a page.
struct Words<'a>(&'a Shell);

impl Sentences for Words<'_> {
    fn named(&self, why: &str) -> String {
        self.0.t1("reason-named", "why", why)
    }

    fn skill(&self, label: &str) -> String {
        self.0
            .t1("reason-skill", "skill", label_words(self.0, label))
    }

    fn joined(&self) -> String {
        self.0.t("reason-joined")
    }

    fn office(&self, role: MembershipRole, area: AreaId) -> String {
        let role = self.0.tt("member", role);
        let area = self.0.area(&area);
        self.0.t2("reason-office", &("role", role), &("area", area))
    }
}

#[derive(Template)]
#[template(path = "talents/suggested.html")]
struct SuggestedPage {
    s: Shell,
    e: Errors,
    community: CommunityId,
    by_name: bool,
    rows: Vec<Suggestion>,
    kinds: Vec<Choice>,
    may_write: bool,
    /// Whose form was refused, and what was typed.
    refused: Option<(Uuid, String)>,
}

impl SuggestedPage {
    fn typed(&self, person: &Uuid) -> &str {
        match &self.refused {
            Some((id, text)) if id == person => text,
            _ => "",
        }
    }

    fn is_refused(&self, person: &Uuid) -> bool {
        self.refused.as_ref().is_some_and(|(id, _)| id == person)
    }

    fn area(&self) -> AreaId {
        self.community.into()
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Which {
    area: Option<i64>,
    /// `name`: by name; else by the newest reason.
    order: String,
}

async fn suggested_page(
    app: &App,
    ctx: &Ctx,
    s: Shell,
    which: Which,
    e: Errors,
    refused: Option<(Uuid, String)>,
) -> WebResult<SuggestedPage> {
    let vault = app.need::<Vault>()?;
    let scope = ctx.scope(&TALENTS_READ)?;
    let community = community(ctx, which.area)?;
    let sources = app.service::<ReasonSources>();
    let words = Words(&s);
    let asked = (community, &words as &dyn Sentences, sources.as_deref());
    let mut rows = suggestions(app.db(), &vault, ctx, &scope, asked).await?;
    let by_name = which.order == "name";
    if by_name {
        rows.sort_by(|a, b| a.card.name_masked.cmp(&b.card.name_masked));
    }
    Ok(SuggestedPage {
        kinds: TalentKind::ALL
            .iter()
            .map(|kind| Choice::new(kind.as_str(), s.tt("talent-kind", kind)))
            .collect(),
        may_write: ctx.may(&TALENTS_WRITE),
        community,
        by_name,
        rows,
        refused,
        e,
        s,
    })
}

/// `GET /talents/suggested?area=&order=`.
pub(super) async fn list(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(which): ApiQuery<Which>,
) -> WebResult<Response> {
    let s = shell(&app, &ctx, prefs);
    page(&suggested_page(&app, &ctx, s, which, Errors::none(), None).await?)
}

#[derive(Debug, Deserialize)]
pub(super) struct AskForm {
    community: CommunityId,
    person: Uuid,
    kind: TalentKind,
    #[serde(default)]
    field: String,
}

/// `POST /talents/ask`.
pub(super) async fn ask(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiForm(form): ApiForm<AskForm>,
) -> WebResult<Response> {
    let command = AskTalent {
        vault: app.need::<Vault>()?,
        community: form.community,
        person: form.person,
        kind: form.kind,
        field: form.field.clone(),
    };
    match app.db().execute(&ctx, command).await {
        Ok(_id) => Ok(to("/talents?saved=asked")),
        Err(problem) => {
            let problem = shown(problem)?;
            let s = shell(&app, &ctx, prefs);
            let e = Errors::of(&s, &problem);
            let which = Which {
                area: Some(form.community.0),
                order: String::new(),
            };
            let refused = Some((form.person, form.field));
            let body = suggested_page(&app, &ctx, s, which, e, refused).await?;
            Ok(with_status(&problem, page(&body)?))
        }
    }
}

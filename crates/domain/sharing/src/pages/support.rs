//! `/support`: requests for professional support, for those who ask and for the specialists who are asked.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use youlin_kernel::{Problem, Result};
use youlin_people::permissions::{ORGANISATIONS_READ, PEOPLE_READ};
use youlin_people::{Directory, Party};
use youlin_web::{
    ApiForm, ApiQuery, App, Caller, Choice, FormFaults, PathId, Prefs, Shell, WebResult, mendable,
    page, refused_with,
};

use super::form::{moment, party_value, read_party};
use super::{SUPPORT, shell, words};
use crate::commands::StepSupport;
use crate::model::{Helped, OfferState, SupportField, SupportVerb};
use crate::permissions::{SUPPORT_ASK, SUPPORT_READ};
use crate::queries::{SupportFilter, SupportRow, SupportView, support, supports};
use crate::service::Sharing;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Which {
    /// `mine`, `ended`, or all that is open.
    show: String,
    field: String,
}

#[derive(Template)]
#[template(path = "sharing/supports.html")]
struct ListPage<'a> {
    s: &'a Shell,
    rows: Vec<SupportRow>,
    show: &'static str,
    field: String,
    fields: &'static [SupportField],
    may_ask: bool,
    may_read: bool,
}

impl ListPage<'_> {
    fn badge(&self, row: &SupportRow) -> &'static str {
        words::support_badge(row.state, row.late)
    }

    fn parties(&self, row: &SupportRow) -> String {
        let names: Vec<String> = row
            .parties
            .iter()
            .filter(|party| party.state != OfferState::Declined)
            .map(|party| party.name.clone())
            .collect();
        names.join(&self.s.t("list-comma"))
    }
}

/// `GET /support?show=&field=`.
pub(super) async fn list(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    ApiQuery(which): ApiQuery<Which>,
) -> WebResult<Response> {
    let sharing = app.need::<Sharing>()?;
    let show = match which.show.as_str() {
        "mine" => "mine",
        "ended" => "ended",
        _ => "",
    };
    let filter = SupportFilter {
        field: SupportField::parse(&which.field),
        ended: show == "ended",
        mine: show == "mine",
        ..SupportFilter::default()
    };
    let s = shell(&app, &ctx, prefs, SUPPORT);
    page(&ListPage {
        rows: supports(&sharing, &ctx, &filter).await?,
        field: which.field,
        fields: SupportField::ALL,
        may_ask: ctx.may(&SUPPORT_ASK),
        may_read: ctx.may(&SUPPORT_READ),
        show,
        s: &s,
    })
}

#[derive(Template)]
#[template(path = "sharing/support.html")]
struct RequestPage<'a> {
    s: &'a Shell,
    v: SupportView,
    e: FormFaults,
    f: Step,
    /// Specialists it may be offered to, qualified ones first.
    specialists: Vec<Choice>,
    case_number: String,
    dwelling: String,
    helped: &'static [Helped],
    done: &'static str,
}

impl RequestPage<'_> {
    fn badge(&self) -> &'static str {
        words::support_badge(self.v.row.state, self.v.row.late)
    }

    fn may(&self, verb: &str) -> bool {
        self.v.possible.contains(&verb)
    }

    fn pending(&self, state: &OfferState) -> bool {
        matches!(state, OfferState::Offered | OfferState::Accepted)
    }

    fn value(&self, party: &Party) -> String {
        party_value(party)
    }

    fn typed(&self, verb: &str) -> &str {
        if self.f.verb == verb {
            &self.f.text
        } else {
            ""
        }
    }

    fn faults(&self, verb: &str) -> bool {
        self.e.any() && self.f.verb == verb
    }
}

/// A step as it is sent.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Step {
    version: Option<i32>,
    verb: String,
    text: String,
    by: String,
    helped: String,
    party: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Done {
    done: String,
}

/// Steps after which the page says what happened.
const STEPS: [&str; 10] = [
    "asked",
    "offer",
    "withdraw",
    "accept",
    "decline",
    "answer",
    "ask_again",
    "follow",
    "confirm",
    "cancel",
];

async fn request_page<'a>(
    s: &'a Shell,
    v: SupportView,
    f: Step,
    e: FormFaults,
    done: &str,
) -> Result<RequestPage<'a>> {
    let sharing = s.app().need::<Sharing>()?;
    let offering = v.possible.contains(&"offer");
    let mut case_number = String::new();
    if let Some(case) = v.row.case {
        let wanted = [(v.row.community, case)];
        let briefs = youlin_cases::briefs(s.app().db(), &sharing.cases, &wanted).await?;
        case_number = briefs
            .into_values()
            .next()
            .map(|brief| brief.number)
            .unwrap_or_default();
    }
    let place = v.row.dwelling.and_then(|id| sharing.vault().place(id));
    Ok(RequestPage {
        specialists: if offering {
            specialists(s, &sharing, &v).await?
        } else {
            Vec::new()
        },
        dwelling: place.map(|place| place.address).unwrap_or_default(),
        helped: Helped::ALL,
        done: STEPS
            .iter()
            .copied()
            .find(|step| *step == done)
            .unwrap_or(""),
        case_number,
        v,
        e,
        f,
        s,
    })
}

/// Neighbours whose skills qualify them and who agreed to be asked, organisations, then other skilled neighbours.
async fn specialists(s: &Shell, sharing: &Sharing, v: &SupportView) -> Result<Vec<Choice>> {
    let ctx = s.ctx();
    let asked = |party: &Party| {
        v.offers
            .iter()
            .any(|(one, _, state)| one == party && *state == OfferState::Offered)
    };
    let mut first = Vec::new();
    let mut others = Vec::new();
    if let Ok(scope) = ctx.scope(&PEOPLE_READ) {
        for one in crate::queries::skilled(sharing, &scope, v.row.community).await? {
            let party = Party::person(one.person);
            if one.skills.is_empty() || asked(&party) {
                continue;
            }
            let words = format!("{} · {}", one.name_masked, words::skills(s, &one.skills));
            let choice = Choice::new(party_value(&party), words);
            let qualified = |skill: &String| v.row.field.skills().contains(&skill.as_str());
            if one.skills.iter().any(qualified) {
                first.push(choice);
            } else {
                others.push(choice);
            }
        }
    }
    if let Ok(scope) = ctx.scope(&ORGANISATIONS_READ) {
        let scope = scope.narrowed(ctx.areas(), v.row.community.into());
        let found = Directory::organisations(sharing.db.read(), &scope, None).await?;
        for one in found {
            let party = Party::organisation(one.id);
            if !asked(&party) {
                let words = format!("{} · {}", one.name, s.tt("organisation", one.kind.as_str()));
                first.push(Choice::new(party_value(&party), words));
            }
        }
    }
    first.extend(others);
    Ok(first)
}

/// `GET /support/{id}`.
pub(super) async fn show(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiQuery(done): ApiQuery<Done>,
) -> WebResult<Response> {
    let sharing = app.need::<Sharing>()?;
    let view = support(&sharing, &ctx, id).await?;
    let s = shell(&app, &ctx, prefs, SUPPORT);
    let shown = request_page(&s, view, Step::default(), FormFaults::none(), &done.done).await?;
    page(&shown)
}

fn verb(f: &Step) -> Result<SupportVerb> {
    let text = f.text.clone();
    let party = |text: &String| {
        read_party(text).ok_or_else(|| Problem::invalid("parties", "unknown-value"))
    };
    Ok(match f.verb.as_str() {
        "offer" => SupportVerb::Offer {
            parties: f.party.iter().map(party).collect::<Result<_>>()?,
        },
        "withdraw" => SupportVerb::Withdraw {
            party: f
                .party
                .first()
                .map(party)
                .ok_or_else(|| Problem::invalid("parties", "required"))??,
        },
        "accept" => SupportVerb::Accept,
        "decline" => SupportVerb::Decline { reason: text },
        "answer" => SupportVerb::Answer { text },
        "ask_again" => SupportVerb::AskAgain { reason: text },
        "follow" => SupportVerb::Follow {
            what: text,
            by: moment("by", &f.by)?,
        },
        "confirm" => SupportVerb::Confirm {
            helped: Helped::parse(&f.helped)
                .ok_or_else(|| Problem::invalid("helped", "required"))?,
            done: text,
        },
        "cancel" => SupportVerb::Cancel { reason: text },
        _ => return Err(Problem::invalid("verb", "unknown-value")),
    })
}

/// `POST /support/{id}/act`.
pub(super) async fn act(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiForm(f): ApiForm<Step>,
) -> WebResult<Response> {
    let sharing = app.need::<Sharing>()?;
    let view = support(&sharing, &ctx, id).await?;
    let acted = async {
        let command = StepSupport {
            sharing: std::sync::Arc::clone(&sharing),
            community: view.row.community,
            request: id,
            version: f.version,
            verb: verb(&f)?,
        };
        app.db().execute(&ctx, command).await
    };
    match acted.await {
        Ok(()) => {
            // Whoever declined no longer sees it.
            let seen = support(&sharing, &ctx, id).await.is_ok();
            let to = if seen {
                format!("/support/{id}?done={}", f.verb)
            } else {
                SUPPORT.to_owned()
            };
            Ok(Redirect::to(&to).into_response())
        }
        Err(problem) => {
            let problem = mendable(problem)?;
            let s = shell(&app, &ctx, prefs, SUPPORT);
            let view = support(&sharing, &ctx, id).await?;
            let e = FormFaults::of(&s, &problem);
            let shown = request_page(&s, view, f, e, "").await?;
            Ok(refused_with(&problem, page(&shown)?))
        }
    }
}

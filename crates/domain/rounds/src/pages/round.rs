//! `/rounds/{id}`: a round with what was found, and going back to a finding.

use std::collections::HashMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use uuid::Uuid;
use youlin_cases::hand_out;
use youlin_cases::model::Status;
use youlin_checklist::Form;
use youlin_kernel::{AreaId, Ctx, Micros, Result};
use youlin_people::Directory;
use youlin_places::rivers::chainage;
use youlin_web::{
    ApiForm, ApiQuery, App, Caller, FormFaults, PathId, Prefs, Shell, WebResult, mendable, page,
    refused_with,
};

use super::answer::{Shown, shown};
use super::form::warning;
use super::go_back::TypedReturn;
use super::hazard::words;
use super::pairs::{Pair, pairs};
use super::{shell, ways};
use crate::checklists;
use crate::commands::short_words;
use crate::model::SubjectKind;
use crate::permissions::{ROUNDS_READ, may_walk};
use crate::queries::{
    ExtraOf, FindingStep, FindingView, JudgementView, Looked, PhoneTimes, PhotoView, Return,
    ReturnView, RoundView, hazards_among, judgements_of, photo as one_photo, returns, round_view,
};
use crate::service::Rounds;
use crate::tracks::pages::{TrackPart, track_part};
use crate::water::pages::{RoundReading, round_readings};
use crate::{WithdrawRound, may_withdraw};

#[derive(Template)]
#[template(path = "round.html")]
pub(crate) struct RoundPage {
    pub(crate) s: Shell,
    pub(crate) e: FormFaults,
    round: RoundView,
    /// The checklist it was answered by.
    form: Option<Arc<Form>>,
    /// The answers by the checklist, and its title.
    answers: Shown,
    checklist: String,
    /// What the place got, and its sections.
    score: String,
    sections: Vec<(String, String)>,
    /// Withdrawn meanwhile, or read by another version.
    warning: String,
    community: AreaId,
    saved: String,
    may_walk: bool,
    /// Whether the caller may take it back, and what was typed of that.
    may_withdraw: bool,
    why: String,
    /// What is offered of each finding that somebody has to look at again.
    returns: HashMap<Uuid, Return>,
    sees_cases: bool,
    /// Findings that are hazards: they have pages of their own.
    hazards: Vec<Uuid>,
    judgements: Vec<JudgementView>,
    pub(super) typed: Option<TypedReturn>,
    /// Who gave a talk, when that was not whoever handed it in.
    given_by: String,
    track: TrackPart,
    water: Vec<RoundReading>,
    pairs: Vec<Pair>,
}

impl RoundPage {
    /// What was typed for this round lies in the browser no longer than until it is here.
    fn drafts(&self) -> String {
        let line = &self.round.line;
        let of = format!("{}:{}", line.subject.kind, line.subject.id);
        let checklist = self.round.checklist.as_deref().unwrap_or_default();
        let mut keys = vec![
            format!("round:{of}:{checklist}"),
            format!("talk:{of}"),
            format!("track:{}", line.id),
            format!("sheet:{}", line.id),
        ];
        keys.extend(
            self.round
                .findings
                .iter()
                .map(|one| format!("return:{}", one.id)),
        );
        keys.join(" ")
    }

    /// What was there and what is there now.
    fn pair(&self, finding: &FindingView) -> Option<&Pair> {
        self.pairs.iter().find(|pair| pair.finding == finding.id)
    }

    fn of_reach(&self) -> bool {
        self.round.line.subject.kind == SubjectKind::Reach
    }

    fn of_building(&self) -> bool {
        self.round.line.subject.kind == SubjectKind::Building
    }

    fn of_premises(&self) -> bool {
        self.round.line.subject.kind == SubjectKind::Premises
    }

    fn is_hazard(&self, finding: &FindingView) -> bool {
        self.hazards.contains(&finding.id) && finding.step != FindingStep::Withdrawn
    }

    /// Cases of its findings that are not ended.
    fn open_cases(&self) -> usize {
        let open = |one: &&FindingView| {
            let case = one.case.as_ref();
            case.is_some_and(|case| !case.status.is_ended())
        };
        self.round.findings.iter().filter(open).count()
    }

    fn judged(&self, one: &JudgementView) -> [String; 4] {
        let (s, one) = (&self.s, &one.judgement);
        let form = self.form.as_deref();
        [
            words::measured(s, form, one),
            words::required(s, form, one),
            words::verdict(s, one),
            one.clause.clone(),
        ]
    }

    fn place(&self, finding: &FindingView) -> String {
        place(&self.s, finding)
    }

    /// Its position is too far from the reach to say where along it that is.
    fn is_off_reach(&self, finding: &FindingView) -> bool {
        self.of_reach() && finding.position.is_some() && finding.chainage_m.is_none()
    }

    /// Photographs of the round as a whole.
    fn loose(&self) -> Vec<&PhotoView> {
        let of_found = |photo: &PhotoView| {
            let mut found = self.round.findings.iter();
            found.any(|one| photo.finding == Some(one.id))
        };
        let photos = self.round.photos.iter();
        photos.filter(|photo| !of_found(photo)).collect()
    }

    /// Photographs of a finding as it was found that do not stand beside what came after.
    fn own(&self, finding: &FindingView) -> Vec<&PhotoView> {
        let pair = self.pair(finding);
        let shown = |photo: &PhotoView| {
            pair.is_some_and(|pair| {
                let mut shots = pair.before.iter().chain(&pair.after);
                shots.any(|shot| shot.photo == photo.id)
            })
        };
        let photos = self.round.photos.iter();
        photos
            .filter(|photo| photo.finding == Some(finding.id) && !shown(photo))
            .collect()
    }

    /// When a photograph was taken; where nobody knows, that was on the round.
    fn taken(&self, photo: &PhotoView) -> String {
        let at = photo.taken.unwrap_or(self.round.line.began_at);
        self.s.when(&at)
    }

    fn category(&self, finding: &FindingView) -> String {
        category(&self.s, &finding.category)
    }

    fn state(&self, finding: &FindingView) -> &'static str {
        state(finding)
    }

    fn step(&self, finding: &FindingView) -> String {
        step_words(&self.s, finding)
    }

    fn to_revisit(&self, finding: &FindingView) -> bool {
        self.waits(finding, Return::Form)
    }

    /// Their own work: others look, and the page says so instead of showing a form that would be refused.
    fn own_work(&self, finding: &FindingView) -> bool {
        self.waits(finding, Return::OwnWork)
    }

    fn waits(&self, finding: &FindingView, offer: Return) -> bool {
        let offered = self.returns.get(&finding.id) == Some(&offer);
        offered && finding.step == FindingStep::ToRevisit && !self.is_hazard(finding)
    }

    fn minutes(&self) -> i64 {
        (self.round.line.ended_at.0 - self.round.line.began_at.0) / Micros::MINUTE
    }

    pub(super) fn finding(&self, id: Uuid) -> Option<&FindingView> {
        self.round.findings.iter().find(|one| one.id == id)
    }

    /// What was measured on a return visit; empty where nothing was.
    fn remeasured(&self, back: &ReturnView) -> String {
        let made = back.judgement.as_ref();
        made.map_or_else(String::new, |made| {
            words::looked_again(&self.s, self.form.as_deref(), made)
        })
    }

    /// What was typed of it, when it was refused.
    fn typed(&self, finding: &FindingView) -> Option<&TypedReturn> {
        let typed = self.typed.as_ref();
        typed.filter(|typed| typed.finding == finding.id)
    }

    fn text(&self, finding: &FindingView) -> &str {
        self.typed(finding).map_or("", |typed| &typed.text)
    }

    fn is_passed(&self, finding: &FindingView, answer: &str) -> bool {
        self.typed(finding)
            .is_some_and(|typed| typed.passed == answer)
    }

    /// The form stands there as long as somebody waits for it, and while it holds something that is not saved.
    fn has_form(&self, finding: &FindingView) -> bool {
        let typed = self.typed(finding);
        self.to_revisit(finding) || typed.is_some()
    }

    fn is_late(&self, finding: &FindingView) -> bool {
        self.typed(finding).is_some_and(|typed| typed.late)
    }

    fn is_for_others(&self, finding: &FindingView) -> bool {
        self.typed(finding).is_some_and(|typed| typed.others)
    }

    fn fault(&self, name: &str, finding: &FindingView) -> &str {
        self.e.on(&format!("{name}-{}", finding.id))
    }

    /// It counts for no policy as long as its way is not long enough.
    fn is_short(&self) -> bool {
        self.round.short_walk == Some(true) && self.round.line.policy.is_some()
    }

    /// How wrong a clock was, in words that fit.
    fn clock_off(&self, seconds: &i64) -> String {
        ways::clock_off(&self.s, *seconds)
    }

    /// Why it stands beside the policy it was handed in by.
    fn extra(&self, of: &ExtraOf) -> String {
        let Some(short) = &of.short else {
            return self.s.t1("round-extra", "title", of.title.as_str());
        };
        let why = short_words(self.s.app().i18n(), self.s.ctx().locale(), short);
        let title = of.title.as_str();
        self.s
            .t2("round-extra-short", &("title", title), &("why", why))
    }

    /// When it was by the telephone, with its year: that is what is wrong.
    fn phone_times(&self, times: &PhoneTimes) -> String {
        let at = |at: Micros| at.local().strftime("%Y-%m-%d %H:%M").to_string();
        let (began, ended) = (at(times.began_at), at(times.ended_at));
        self.s
            .t2("round-phone-times", &("began", began), &("ended", ended))
    }
}

/// The name of the party that gave a talk.
async fn given_by(app: &App, rounds: &Rounds, round: &RoundView) -> Result<String> {
    let Some(party) = round.talk.as_ref().and_then(|talk| talk.by) else {
        return Ok(String::new());
    };
    let wanted = [(round.line.community, party)];
    let names = Directory::party_names(app.db().read(), &rounds.vault, &wanted);
    Ok(names.await?.remove(&party).unwrap_or_default())
}

/// `K0+350 左岸`.
pub(super) fn place(s: &Shell, finding: &FindingView) -> String {
    let mut parts = Vec::new();
    if let Some(metres) = finding.chainage_m {
        parts.push(chainage(metres));
    }
    if let Some(bank) = finding.bank {
        parts.push(s.tt("bank", bank));
    }
    parts.join(" ")
}

/// The catalogue's name of a category.
pub(super) fn category(s: &Shell, code: &str) -> String {
    let Ok(rounds) = s.app().need::<Rounds>() else {
        return code.to_owned();
    };
    let catalogue = rounds.cases.catalogue();
    catalogue.any(code).map_or_else(
        || code.to_owned(),
        |found| found.name_in(s.ctx().locale()).to_owned(),
    )
}

/// How far a finding is. What nobody accepted or handed out yet is not being put right, and says so.
pub(super) fn step_words(s: &Shell, finding: &FindingView) -> String {
    match finding.step {
        FindingStep::Open => open_words(s, finding.case.as_ref().map(|case| case.status)),
        step => s.tt("finding-step", step),
    }
}

/// The same of what is not put right, by its case.
pub(super) fn open_words(s: &Shell, status: Option<Status>) -> String {
    match status {
        Some(
            status @ (Status::Reported | Status::Accepted | Status::Deferred | Status::Escalated),
        ) => s.tt("status", status),
        Some(Status::Handled) => s.tt("finding-step", FindingStep::ToRevisit),
        _ => s.tt("finding-step", FindingStep::Open),
    }
}

/// The badge's state.
pub(super) fn state(finding: &FindingView) -> &'static str {
    match finding.step {
        FindingStep::OnSpot | FindingStep::Verified => "ok",
        FindingStep::ToRevisit => "soon",
        FindingStep::Open if finding.case.as_ref().is_some_and(|case| case.overdue) => "late",
        FindingStep::Open => "wait",
        FindingStep::Seen => "wait",
        FindingStep::Noted | FindingStep::Ended | FindingStep::Withdrawn => "done",
    }
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Done {
    #[serde(default)]
    saved: String,
    /// A sheet that was entered before.
    #[serde(default)]
    known: String,
}

pub(crate) async fn round_page(
    app: &App,
    ctx: &Ctx,
    prefs: Prefs,
    id: Uuid,
    saved: bool,
) -> Result<RoundPage> {
    let scope = ctx.scope(&ROUNDS_READ)?;
    let rounds = app.need::<Rounds>()?;
    let round = round_view(&rounds, app.db(), &scope, id).await?;
    let s = shell(app, ctx, prefs);
    let community = round.line.community;
    let found: Vec<Uuid> = round.findings.iter().map(|one| one.id).collect();
    let sees_cases = ctx
        .authorize(&youlin_cases::permissions::CASES_READ, community)
        .is_ok();
    let answered = (round.checklist.as_deref(), round.read_by.as_deref());
    let known = checklists::answered_by(&rounds, app.db().read(), answered).await?;
    let answers = known.as_ref().map_or_else(Shown::default, |known| {
        shown(&s, &known.form, &round.answers)
    });
    let checklist = match (&known, &round.checklist) {
        (Some(known), Some(name)) => super::checklists::titled(&s, name, &known.form),
        (None, Some(name)) => name.clone(),
        _ => String::new(),
    };
    let looked = Looked {
        community,
        round: id,
        areas: round.areas,
    };
    let form = known.as_ref().map(|known| known.form.as_ref());
    let score = round.score.as_ref();
    Ok(RoundPage {
        score: score.map_or_else(String::new, |one| checklists::sentence(&s, form, one)),
        sections: score.map_or_else(Vec::new, |one| checklists::sections(&s, form, one)),
        hazards: hazards_among(app.db(), community, &found).await?,
        judgements: judgements_of(app.db(), &scope, id).await?,
        warning: warning(&s, known.as_ref()),
        form: known.as_ref().map(|known| Arc::clone(&known.form)),
        answers,
        checklist,
        saved: if saved {
            s.t("patrol-saved")
        } else {
            String::new()
        },
        may_walk: may_walk(ctx, community, &[]).is_ok(),
        may_withdraw: round.withdrawn.is_none()
            && may_withdraw(ctx, community, round.by_id, round.received_at),
        why: String::new(),
        returns: returns(app.db().read(), ctx, &round.findings, looked).await?,
        sees_cases,
        e: FormFaults::none(),
        given_by: given_by(app, &rounds, &round).await?,
        track: track_part(app, &s, &round).await?,
        water: round_readings(app, &s, id).await?,
        pairs: pairs(app, &s, &round, |_| sees_cases).await?,
        typed: None,
        community: community.into(),
        round,
        s,
    })
}

/// `GET /rounds/{id}`.
pub(super) async fn show(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiQuery(done): ApiQuery<Done>,
) -> WebResult<Response> {
    let mut shown = round_page(&app, &ctx, prefs, id, !done.saved.is_empty()).await?;
    match done.saved.as_str() {
        "back" => shown.saved = shown.s.t("return-saved"),
        "noted" => shown.saved = shown.s.t("return-noted"),
        _ => {}
    }
    if !done.known.is_empty() {
        shown.saved = shown.s.t("sheet-known");
    }
    page(&shown)
}

/// Why it is taken back.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct WithdrawForm {
    reason: String,
    take_along: String,
}

/// `POST /rounds/{id}/withdraw`.
pub(super) async fn withdraw(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiForm(f): ApiForm<WithdrawForm>,
) -> WebResult<Response> {
    let scope = ctx.scope(&ROUNDS_READ)?;
    let rounds = app.need::<Rounds>()?;
    let seen = round_view(&rounds, app.db(), &scope, id).await?;
    let command = WithdrawRound {
        rounds,
        community: seen.line.community,
        round: id,
        reason: f.reason.clone(),
        take_along: !f.take_along.is_empty(),
    };
    match app.db().execute(&ctx, command).await {
        Ok(()) => Ok(Redirect::to(&format!("/rounds/{id}")).into_response()),
        Err(problem) => {
            let problem = mendable(problem)?;
            let mut shown = round_page(&app, &ctx, prefs, id, false).await?;
            shown.e = FormFaults::of(&shown.s, &problem);
            shown.why = f.reason;
            Ok(refused_with(&problem, page(&shown)?))
        }
    }
}

/// `?thumb=1`: the small form.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Size {
    #[serde(default)]
    thumb: String,
}

/// `GET /rounds/{id}/photos/{photo}`.
pub(super) async fn photo(
    State(app): State<App>,
    Caller(ctx): Caller,
    Path((round, photo)): Path<(Uuid, Uuid)>,
    ApiQuery(size): ApiQuery<Size>,
) -> WebResult<Response> {
    let scope = ctx.scope(&ROUNDS_READ)?;
    let found = one_photo(app.db(), &scope, round, photo).await?;
    let small = (!size.thumb.is_empty())
        .then_some(found.thumbnail)
        .flatten();
    hand_out(&app, &small.unwrap_or(found.sha256), &found.name).await
}

//! The track on the page of its round.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use uuid::Uuid;
use youlin_kernel::{Ctx, Micros, Problem, ProblemKind, Result};
use youlin_places::rivers::{self, chainage};
use youlin_web::{
    ApiForm, App, Caller, FormFaults, HandedIn, PathId, Prefs, Shell, Uploaded, WebResult,
    mendable, page, read_handed_in, refused_with, save_as,
};

use super::super::judge::{engine_reach, open_stretches};
use super::super::picture::{self, Words};
use super::super::{
    Demand, GpxFault, Intake, LiveView, ReleaseTrack, RemoveTrack, TrackAccess, TrackFlag,
    TrackSource, TrackSummary, TrackView, live_fixes, live_of, own_fixes, prepare_shift,
    prepare_track, read_gpx, track_of, write_gpx,
};
use super::MEGABYTES;
use crate::model::{Minimum, Policy, SubjectKind};
use crate::pages::round_page;
use crate::permissions::ROUNDS_READ;
use crate::queries::{RoundView, policy_view, round_view};
use crate::service::Rounds;

/// A figure with its words.
pub(crate) struct Figure {
    pub(crate) value: String,
    pub(crate) label: String,
}

/// Something odd, what it means, and how bad it looks.
pub(crate) struct Odd {
    pub(crate) title: String,
    pub(crate) more: String,
}

/// The track as it is shown.
pub(crate) struct Seen {
    pub(crate) lead: String,
    pub(crate) figures: Vec<Figure>,
    /// What the policy asks, and whether it is there.
    pub(crate) demands: Vec<(String, bool)>,
    pub(crate) odd: Vec<Odd>,
    pub(crate) svg: String,
    /// What was not walked, bank by bank.
    pub(crate) open: Vec<String>,
    pub(crate) words: String,
    pub(crate) passed_on: String,
    pub(crate) kept: String,
    pub(crate) may_say: bool,
    pub(crate) may_remove: bool,
    pub(crate) may_shift: bool,
    pub(crate) may_copy: bool,
    /// The round it looks copied from.
    pub(crate) alike: Option<Uuid>,
}

/// Everything of a round's page that is about its track.
#[derive(Default)]
pub(crate) struct TrackPart {
    /// The policy asks for one, or there is one.
    pub(crate) there: bool,
    /// There is one, whoever sees it.
    pub(crate) has: bool,
    pub(crate) basis: String,
    /// None yet, and the caller walked the round.
    pub(crate) upload: bool,
    pub(crate) live: Vec<(Uuid, String)>,
    /// Why nothing is shown.
    pub(crate) hidden: String,
    pub(crate) seen: Option<Seen>,
}

/// Reads what the caller may see.
pub(crate) async fn track_part(app: &App, s: &Shell, round: &RoundView) -> Result<TrackPart> {
    if round.line.subject.kind != SubjectKind::Reach {
        return Ok(TrackPart::default());
    }
    let ctx = s.ctx();
    let rounds = app.need::<Rounds>()?;
    let (access, mine) = track_of(&rounds, app.db(), ctx, round.line.id).await?;
    let scope = ctx.scope(&ROUNDS_READ)?;
    let policy = match round.line.policy {
        None => None,
        Some(id) => Some(policy_view(app.db(), &scope, id).await?.policy),
    };
    let asked = policy.as_ref().is_some_and(|policy| policy.track);
    let mut part = TrackPart {
        there: asked || !matches!(access, TrackAccess::None),
        has: !matches!(access, TrackAccess::None),
        basis: policy
            .as_ref()
            .map_or_else(String::new, |policy| policy.basis.clone()),
        ..TrackPart::default()
    };
    match access {
        TrackAccess::None => {
            part.upload = asked && mine;
            if part.upload {
                part.live = fitting(s, round, live_of(app.db(), ctx).await?);
            } else {
                part.hidden = s.t("track-none");
            }
        }
        TrackAccess::First(until) => part.hidden = s.t1("track-first", "when", s.when(&until)),
        TrackAccess::NotYours => part.hidden = s.t("track-not-yours"),
        TrackAccess::Seen(view) => {
            part.seen = Some(seen(app, s, round, &view, policy.as_ref(), mine).await?);
        }
    }
    Ok(part)
}

/// One's live tracks of the round's time.
fn fitting(s: &Shell, round: &RoundView, all: Vec<LiveView>) -> Vec<(Uuid, String)> {
    let (began, ended) = (round.line.began_at.0, round.line.ended_at.0);
    let fits = |one: &LiveView| {
        one.reach == round.line.subject.id
            && one.points > 0
            && one.began_at.0 <= ended + Micros::HOUR
            && one.ends_at.0 >= began - Micros::HOUR
    };
    let named = |one: LiveView| {
        let words = s.t2(
            "track-live-one",
            &("when", s.when(&one.began_at)),
            &("count", one.points),
        );
        (one.id, words)
    };
    all.into_iter().filter(fits).map(named).collect()
}

async fn seen(
    app: &App,
    s: &Shell,
    round: &RoundView,
    view: &TrackView,
    policy: Option<&Policy>,
    mine: bool,
) -> Result<Seen> {
    let scope = s.ctx().scope(&ROUNDS_READ)?;
    let reach = rivers::reach(app.db(), &scope, round.line.subject.id).await?;
    let line = engine_reach(&reach).map_err(Problem::internal)?;
    let coverage = &view.summary.coverage;
    let words = Words {
        title: s.t1("track-picture", "reach", reach.full_name()),
        left: s.t("bank-left"),
        right: s.t("bank-right"),
    };
    let minimum = policy.map_or_else(Minimum::default, |policy| policy.minimum);
    let flags = view.summary.flags();
    let still_first = view.released_at.is_none() && s.ctx().now() < view.passes_on_at;
    Ok(Seen {
        lead: lead(s, view, mine),
        figures: figures(s, &view.summary),
        demands: view
            .summary
            .demands(&minimum)
            .iter()
            .map(|demand| (demanded(s, demand), demand.met))
            .collect(),
        odd: flags
            .iter()
            .map(|flag| odd(s, *flag, &view.summary))
            .collect(),
        svg: picture::draw(
            &line,
            &words,
            &coverage.left.stretches,
            &coverage.right.stretches,
        ),
        open: [
            ("bank-left", &coverage.left),
            ("bank-right", &coverage.right),
        ]
        .into_iter()
        .map(|(bank, one)| {
            let walked = (one.stretches.as_slice(), one.percent);
            not_walked(s, bank, walked, coverage.length_m)
        })
        .collect(),
        words: view.words.clone(),
        passed_on: passed_on(s, view),
        kept: if view.kept {
            s.t1("track-kept", "when", s.when(&view.keep_until))
        } else {
            s.t("track-gone")
        },
        may_say: mine,
        may_remove: mine && still_first,
        may_shift: mine && view.kept && flags.contains(&TrackFlag::Shifted),
        may_copy: mine && view.kept,
        alike: view.summary.alike.map(|alike| alike.round),
    })
}

fn lead(s: &Shell, view: &TrackView, mine: bool) -> String {
    let source = s.tt("track-source", view.source);
    if mine {
        s.t1("track-lead-mine", "source", source)
    } else {
        s.t1("track-lead", "source", source)
    }
}

fn passed_on(s: &Shell, view: &TrackView) -> String {
    match view.released_at {
        Some(at) => s.t1("track-released", "when", s.when(&at)),
        None => s.t1("track-passes-on", "when", s.when(&view.passes_on_at)),
    }
}

/// Per cent with one place, never rounded up: 99.96 is not all of it.
pub(super) fn per_cent(value: f64) -> String {
    format!("{:.1}%", (value * 10.0).floor() / 10.0)
}

fn figures(s: &Shell, summary: &TrackSummary) -> Vec<Figure> {
    let coverage = &summary.coverage;
    let figure = |value: String, label: &str| Figure {
        value,
        label: s.t(label),
    };
    vec![
        figure(per_cent(coverage.reach.percent), "track-covered"),
        figure(per_cent(coverage.left.percent), "track-covered-left"),
        figure(per_cent(coverage.right.percent), "track-covered-right"),
        figure(
            format!("{:.0} m", coverage.reach.covered_m.floor()),
            "track-metres",
        ),
        figure(summary.minutes().to_string(), "track-minutes"),
    ]
}

fn demanded(s: &Shell, demand: &Demand) -> String {
    let number = |value: f64| format!("{}", (value * 10.0).floor() / 10.0);
    s.tn(
        &format!("track-demand-{}", demand.what),
        &[("asked", number(demand.asked)), ("has", number(demand.has))],
    )
}

/// What is odd, in words, with its counts.
fn odd(s: &Shell, flag: TrackFlag, summary: &TrackSummary) -> Odd {
    let quality = &summary.coverage.quality;
    let longest = quality.gaps.first().map_or(0, |gap| gap.seconds / 60);
    let metres = summary
        .datum
        .map_or(0.0, |doubt| doubt.east_m.hypot(doubt.north_m));
    let alike = summary.alike.map_or(0.0, |alike| alike.same_path * 100.0);
    let count = match flag {
        TrackFlag::OtherDay | TrackFlag::OtherTime => summary.other_time,
        TrackFlag::Mocked => quality.mocked,
        TrackFlag::Gaps => quality.gap_count,
        TrackFlag::Fast => quality.too_fast,
        TrackFlag::Inaccurate => quality.inaccurate,
        TrackFlag::Backwards => quality.backwards,
        TrackFlag::NullIsland => quality.null_island,
        TrackFlag::Unreadable => summary.unreadable + summary.untimed,
        TrackFlag::Elsewhere | TrackFlag::Shifted | TrackFlag::ReachShifted | TrackFlag::Copied => {
            0
        }
    };
    let radius = quality.accuracy_median_m.unwrap_or(0.0);
    let args = [
        ("count", count.to_string()),
        ("of", summary.points.to_string()),
        ("minutes", longest.to_string()),
        ("metres", format!("{metres:.0}")),
        ("percent", format!("{alike:.0}")),
        ("radius", format!("{radius:.0}")),
    ];
    Odd {
        title: s.tt("track-flag", flag),
        more: s.tn(&format!("track-flag-{flag}-more"), &args),
    }
}

/// `左岸没走到：K0+120–K0+300`.
pub(super) fn not_walked(
    s: &Shell,
    bank: &str,
    (walked, percent): (&[(f64, f64)], f64),
    length: f64,
) -> String {
    let bank = s.t(bank);
    let open = open_stretches(walked, length);
    if open.is_empty() {
        return s.t1(all_or_nearly(percent), "bank", bank);
    }
    if walked.is_empty() {
        return s.t1("track-bank-none", "bank", bank);
    }
    let named: Vec<String> = open
        .iter()
        .map(|(from, to)| format!("{}–{}", chainage(*from), chainage(*to)))
        .collect();
    let stretches = named.join(&s.t("list-comma"));
    s.t2(
        "track-bank-open",
        &("bank", bank),
        &("stretches", stretches),
    )
}

/// Beside 99.1 % nobody says that it was all.
fn all_or_nearly(percent: f64) -> &'static str {
    if per_cent(percent) == per_cent(100.0) {
        "track-bank-all"
    } else {
        "track-bank-nearly"
    }
}

/// The same page again with what was wrong.
async fn refused(
    app: &App,
    ctx: &Ctx,
    prefs: Prefs,
    id: Uuid,
    problem: Problem,
) -> WebResult<Response> {
    let problem = match problem.kind() {
        ProblemKind::Malformed => problem,
        _ => mendable(problem)?,
    };
    let mut shown = round_page(app, ctx, prefs, id, false).await?;
    shown.e = FormFaults::of(&shown.s, &problem);
    Ok(refused_with(&problem, page(&shown)?))
}

fn back(id: Uuid) -> Response {
    Redirect::to(&format!("/rounds/{id}?saved=1#track")).into_response()
}

/// A file as a track.
fn of_file(form: &HandedIn) -> Result<Intake> {
    if form.file.is_empty() {
        return Err(Problem::invalid("track", "track-no-file"));
    }
    let gpx = read_gpx(&form.file).map_err(|fault| {
        let code = match fault {
            GpxFault::Unreadable => "track-unreadable",
            GpxFault::NotGpx => "track-no-gpx",
            GpxFault::Empty => "track-empty",
            GpxFault::NoTimes => "track-no-times",
            GpxFault::TooMany => "track-too-many",
        };
        Problem::invalid("track", code).field_arg("max", super::super::MOST_FIXES)
    })?;
    Ok(Intake {
        source: TrackSource::Gpx,
        untimed: gpx.untimed,
        unreadable: gpx.unreadable,
        fixes: gpx.segments.into_iter().flatten().collect(),
    })
}

/// `POST /rounds/{id}/track`: a GPX file.
pub(super) async fn upload(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    upload: Uploaded,
) -> WebResult<Response> {
    let taken = async {
        let mut form = HandedIn::default();
        read_handed_in(upload, MEGABYTES, &mut form).await?;
        let rounds = app.need::<Rounds>()?;
        let command = prepare_track(&rounds, app.db(), &ctx, id, of_file(&form)?).await?;
        app.db().execute(&ctx, command).await
    };
    match taken.await {
        Ok(_track) => Ok(back(id)),
        Err(problem) => refused(&app, &ctx, prefs, id, problem).await,
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct LiveForm {
    live: Uuid,
}

/// `POST /rounds/{id}/track/live`: the positions one sent while walking.
pub(super) async fn from_live(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiForm(f): ApiForm<LiveForm>,
) -> WebResult<Response> {
    let taken = async {
        let rounds = app.need::<Rounds>()?;
        let fixes = live_fixes(&rounds, app.db(), &ctx, f.live).await?;
        let intake = Intake::new(TrackSource::Live, fixes);
        let command = prepare_track(&rounds, app.db(), &ctx, id, intake)
            .await?
            .of_live(f.live);
        app.db().execute(&ctx, command).await
    };
    match taken.await {
        Ok(_track) => Ok(back(id)),
        Err(problem) => refused(&app, &ctx, prefs, id, problem).await,
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct WordsForm {
    #[serde(default)]
    words: String,
}

/// The community of a round of one's scope.
async fn community(app: &App, ctx: &Ctx, id: Uuid) -> Result<youlin_kernel::CommunityId> {
    let scope = ctx.scope(&ROUNDS_READ)?;
    let rounds = app.need::<Rounds>()?;
    Ok(round_view(&rounds, app.db(), &scope, id)
        .await?
        .line
        .community)
}

/// `POST /rounds/{id}/track/release`.
pub(super) async fn release(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
    ApiForm(f): ApiForm<WordsForm>,
) -> WebResult<Response> {
    let said = async {
        let command = ReleaseTrack {
            rounds: app.need::<Rounds>()?,
            community: community(&app, &ctx, id).await?,
            round: id,
            text: f.words,
        };
        app.db().execute(&ctx, command).await
    };
    match said.await {
        Ok(()) => Ok(back(id)),
        Err(problem) => refused(&app, &ctx, prefs, id, problem).await,
    }
}

/// `POST /rounds/{id}/track/shift`.
pub(super) async fn shift(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
) -> WebResult<Response> {
    let shifted = async {
        let rounds = app.need::<Rounds>()?;
        let command = prepare_shift(&rounds, app.db(), &ctx, id).await?;
        app.db().execute(&ctx, command).await
    };
    match shifted.await {
        Ok(()) => Ok(back(id)),
        Err(problem) => refused(&app, &ctx, prefs, id, problem).await,
    }
}

/// `POST /rounds/{id}/track/remove`.
pub(super) async fn remove(
    State(app): State<App>,
    Caller(ctx): Caller,
    prefs: Prefs,
    PathId(id): PathId,
) -> WebResult<Response> {
    let removed = async {
        let command = RemoveTrack {
            community: community(&app, &ctx, id).await?,
            round: id,
        };
        app.db().execute(&ctx, command).await
    };
    match removed.await {
        Ok(()) => Ok(back(id)),
        Err(problem) => refused(&app, &ctx, prefs, id, problem).await,
    }
}

/// `GET /rounds/{id}/track.gpx`: one's own positions, to take away.
pub(super) async fn own_copy(
    State(app): State<App>,
    Caller(ctx): Caller,
    PathId(id): PathId,
) -> WebResult<Response> {
    let rounds = app.need::<Rounds>()?;
    let fixes = own_fixes(&rounds, app.db(), &ctx, id).await?;
    let name = format!("{id}.gpx");
    Ok(save_as(&name, "application/gpx+xml", write_gpx(&[fixes])))
}

#[cfg(test)]
mod tests {
    use super::all_or_nearly;

    #[test]
    fn all_is_said_only_beside_a_hundred_per_cent() {
        assert_eq!(all_or_nearly(100.0), "track-bank-all");
        assert_eq!(all_or_nearly(99.96), "track-bank-nearly");
        assert_eq!(all_or_nearly(99.1), "track-bank-nearly");
    }
}

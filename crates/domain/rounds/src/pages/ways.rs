//! Where a subject is looked at over time, where a round to it is written down, and how it stands by its policies.

use jiff::civil::Date;
use youlin_kernel::{Ctx, Micros, Result};
use youlin_web::{App, Shell};

use crate::model::{Due, RoundKind, Subject, SubjectKind};
use crate::permissions::ROUNDS_PLAN;
use crate::queries::{DueLine, SubjectView, last_done, standing_of_subject};
use crate::service::Rounds;

/// The subject over time; of a dwelling its visit.
pub(super) fn subject_href(subject: Subject) -> String {
    let id = subject.id;
    match subject.kind {
        SubjectKind::Reach => format!("/rounds/reaches/{id}"),
        SubjectKind::Premises => format!("/rounds/premises/{id}"),
        SubjectKind::Building => format!("/rounds/buildings/{id}"),
        SubjectKind::Dwelling => format!("/rounds/visits/{id}"),
    }
}

/// Where a round that is due is written down.
pub(super) fn note_href(line: &DueLine) -> String {
    let subject = line.subject;
    let policy = line
        .policy
        .map_or_else(String::new, |id| format!("&policy={id}"));
    match (line.kind, subject.kind) {
        (RoundKind::Talk, kind) => {
            format!("/rounds/talks/new?subject={kind}:{}{policy}", subject.id)
        }
        (_, SubjectKind::Reach) => format!("/rounds/new?reach={}{policy}", subject.id),
        (_, SubjectKind::Dwelling) => format!("/rounds/visits/{}", subject.id),
        (_, kind) => format!("/rounds/new?subject={kind}:{}{policy}", subject.id),
    }
}

/// What writing down a round of such a kind is called: 记一次检查.
pub(crate) fn note_words(s: &Shell, kind: RoundKind) -> String {
    s.t(match kind {
        RoundKind::Patrol => "patrol-note",
        RoundKind::Inspection => "inspect-note",
        RoundKind::Visit => "visit-note",
        RoundKind::Talk => "talk-note",
    })
}

/// Until which day.
pub(super) fn until(s: &Shell, line: &DueLine) -> String {
    s.t1("patrol-due-until", "day", s.date(&line.window.last))
}

/// The days of a time; one day once.
pub(crate) fn days(s: &Shell, first: Date, last: Date) -> String {
    if first == last {
        s.date(&first)
    } else {
        format!("{} – {}", s.date(&first), s.date(&last))
    }
}

/// How a period stands, in words, and the state that colours it.
pub(super) fn standing_words(s: &Shell, line: &DueLine) -> (String, &'static str) {
    match line.due {
        Due::Done => (s.t("policy-done"), "ok"),
        Due::Open { left } if line.short > 0 => (
            s.t2(
                "policy-left-short",
                &("count", left),
                &("short", line.short),
            ),
            "soon",
        ),
        Due::Short { .. } => (s.t("policy-short"), "late"),
        Due::Open { left } => (s.t1("patrol-left", "count", left), "soon"),
        Due::Missed { left } => (s.t1("policy-left-missed", "count", left), "late"),
        Due::Coming => (s.t("policy-coming"), "wait"),
    }
}

/// How wrong a telephone's clock was: beyond two days nobody counts minutes, beyond two years nobody counts days.
pub(super) fn clock_off(s: &Shell, seconds: i64) -> String {
    let minutes = seconds.abs() / 60;
    let (key, count) = match minutes {
        ..=2_880 => ("patrol-clock-off", minutes),
        2_881..=1_051_000 => ("patrol-clock-off-days", minutes / 1_440),
        _ => ("patrol-clock-off-years", (minutes + 262_800) / 525_600),
    };
    s.t1(key, "count", count)
}

/// A policy that is about the subject of a page.
pub(super) struct AskedOf {
    pub(super) title: String,
    pub(super) until: String,
    pub(super) words: String,
    pub(super) state: &'static str,
    /// When somebody was last there by it.
    pub(super) last: Option<Micros>,
    /// Where it is written down, while something is left to do.
    pub(super) note: Option<String>,
    pub(super) note_words: String,
}

/// What policies ask of a subject now, and when it was last done.
pub(super) async fn asked_of(
    s: &Shell,
    app: &App,
    ctx: &Ctx,
    scope: &youlin_kernel::Scope,
    subject: &SubjectView,
) -> Result<Vec<AskedOf>> {
    let rounds = app.need::<Rounds>()?;
    let today = ctx.now().date();
    let standing = standing_of_subject(&rounds, app.db(), ctx, scope, subject, today).await?;
    asked_now(s, app, subject, standing.now).await
}

/// The same where it is known how the subject stands.
pub(super) async fn asked_now(
    s: &Shell,
    app: &App,
    subject: &SubjectView,
    lines: Vec<DueLine>,
) -> Result<Vec<AskedOf>> {
    let last = last_done(app.db(), subject.community, subject.subject).await?;
    let row = |line: DueLine| {
        let (words, state) = standing_words(s, &line);
        AskedOf {
            until: until(s, &line),
            last: line.policy.and_then(|id| last.get(&id).copied()),
            note: (matches!(line.due, Due::Open { .. })
                && (line.yours || s.ctx().may(&ROUNDS_PLAN)))
            .then(|| note_href(&line)),
            note_words: note_words(s, line.kind),
            title: line.policy_title,
            words,
            state,
        }
    };
    Ok(lines.into_iter().map(row).collect())
}

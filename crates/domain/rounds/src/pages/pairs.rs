//! The same spot before and after: what was photographed when a finding was made, and when somebody went back.

use std::collections::HashMap;

use askama::Template;
use futures::FutureExt;
use futures::future::BoxFuture;
use uuid::Uuid;
use youlin_cases::{CaseSection, CaseView, work_photos};
use youlin_kernel::{CommunityId, Problem, Result};
use youlin_web::{App, Shell};

use super::hazard::words;
use super::round::place;
use crate::checklists;
use crate::permissions::ROUNDS_READ;
use crate::queries::{
    FindingView, PhotoView, RoundView, finding_of_case, hazards_among, judgements_of, round_view,
};
use crate::service::Rounds;
use crate::water::photos_of;

/// A photograph and its time.
pub(super) struct Shot {
    pub(super) photo: Uuid,
    /// As it was found, put right at once or later, or seen by whoever came back.
    pub(super) label: String,
    pub(super) href: String,
    pub(super) when: String,
}

/// Both sides of one finding.
pub(super) struct Pair {
    pub(super) finding: Uuid,
    /// As it was found: the first photograph that is not said to be of after.
    pub(super) before: Option<Shot>,
    /// Put right at once, and each return visit.
    pub(super) after: Vec<Shot>,
}

/// What a photograph of a hazard shows: who looked again saw it, put right or not.
fn stage_of_hazard(stage: &str) -> &'static str {
    match stage {
        "after" => "hazard-photo-after",
        "under_way" => "hazard-photo-under-way",
        _ => "hazard-photo-rectified",
    }
}

/// The pairs of a round's findings; those that have nothing of after are no pairs. `sees`: whether the caller may look into this
/// case, where the photographs of whoever put it right lie.
pub(super) async fn pairs(
    app: &App,
    s: &Shell,
    round: &RoundView,
    sees: impl Fn(Uuid) -> bool,
) -> Result<Vec<Pair>> {
    let findings: Vec<Uuid> = round.findings.iter().map(|one| one.id).collect();
    let back = photos_of(app.db(), round.line.community, &findings).await?;
    let hazards = hazards_among(app.db(), round.line.community, &findings).await?;
    let hazards = &hazards;
    // What was taken for the pair comes before other evidence.
    let mut photos: Vec<&PhotoView> = round.photos.iter().collect();
    photos.sort_by_key(|photo| photo.stage != "before");
    let photos = &photos;
    let of_round = |finding: Uuid, after: bool| {
        let own = photos.iter().filter(move |photo| {
            let of_after = matches!(photo.stage.as_str(), "after" | "rectified" | "under_way");
            photo.finding == Some(finding) && of_after == after
        });
        // Of a hazard what shows it put right came later than the round.
        let later = after && hazards.contains(&finding);
        own.map(move |photo| Shot {
            photo: photo.id,
            label: s.t(match (after, later) {
                (false, _) => "water-before",
                (true, false) => "water-at-once",
                (true, true) => stage_of_hazard(&photo.stage),
            }),
            href: format!("/rounds/{}/photos/{}", round.line.id, photo.id),
            when: s.when(&photo.taken.unwrap_or(if later {
                photo.at
            } else {
                round.line.began_at
            })),
        })
    };
    let cases: HashMap<Uuid, Uuid> = round
        .findings
        .iter()
        .filter_map(|one| Some((one.id, one.case.as_ref()?.id)))
        .filter(|(_, case)| sees(*case))
        .collect();
    let all: Vec<Uuid> = cases.values().copied().collect();
    let work = work_photos(app.db(), round.line.community, &all).await?;
    // Of a hazard they belong to the finding too, and are shown as that.
    let known = |sha256: &str| round.photos.iter().any(|photo| photo.sha256 == sha256);
    let of_work = |finding: Uuid| {
        let case = cases.get(&finding);
        let own = work.iter().filter(move |one| Some(&one.case) == case);
        own.filter(|one| !known(&one.file.sha256)).map(|one| Shot {
            photo: one.file.id,
            label: s.t("water-by-fixer"),
            href: format!("/cases/{}/files/{}", one.case, one.file.id),
            when: s.when(&one.at),
        })
    };
    let pair = |finding: Uuid| {
        let mut after: Vec<Shot> = of_round(finding, true).collect();
        after.extend(of_work(finding));
        after.extend(
            back.iter()
                .filter(|photo| photo.spot == finding)
                .map(|photo| Shot {
                    photo: photo.id,
                    label: s.t("water-after"),
                    href: format!("/rounds/spots/{}", photo.id),
                    when: s.when(&photo.taken_at),
                }),
        );
        Pair {
            finding,
            before: of_round(finding, false).next(),
            after,
        }
    };
    let all = findings.into_iter().map(pair);
    Ok(all.filter(|pair| !pair.after.is_empty()).collect())
}

#[derive(Template)]
#[template(path = "case_round.html")]
struct Section<'a> {
    s: &'a Shell,
    round: &'a RoundView,
    finding: &'a FindingView,
    /// A hazard has a page of its own.
    hazard: bool,
    place: String,
    judged: Vec<(String, String)>,
    pair: Option<Pair>,
}

/// The round a case was found on, with where and what was measured, and the spot before and after, on the case's own page.
#[derive(Debug)]
pub struct PairInCase(pub std::sync::Arc<Rounds>);

impl CaseSection for PairInCase {
    fn draw<'a>(&'a self, s: &'a Shell, case: &'a CaseView) -> BoxFuture<'a, Result<String>> {
        async move {
            let Ok(scope) = s.ctx().scope(&ROUNDS_READ) else {
                return Ok(String::new());
            };
            let db = s.app().db();
            let community: CommunityId = case.row.community;
            let found = finding_of_case(db, &scope, community, case.row.id).await?;
            let Some((finding, round)) = found else {
                return Ok(String::new());
            };
            let round = round_view(&self.0, db, &scope, round).await?;
            let Some(found) = round.findings.iter().find(|one| one.id == finding) else {
                return Ok(String::new());
            };
            let all = pairs(s.app(), s, &round, |one| one == case.row.id).await?;
            let answered = (round.checklist.as_deref(), round.read_by.as_deref());
            let known = checklists::answered_by(&self.0, db.read(), answered).await?;
            let form = known.as_ref().map(|known| known.form.as_ref());
            let judgements = judgements_of(db, &scope, round.line.id).await?;
            let judged = judgements
                .iter()
                .filter(|one| one.finding == Some(finding))
                .map(|one| {
                    let one = &one.judgement;
                    let was = words::measured(s, form, one);
                    (was, words::required(s, form, one))
                });
            let section = Section {
                s,
                hazard: !hazards_among(db, community, &[finding]).await?.is_empty(),
                place: place(s, found),
                judged: judged.collect(),
                pair: all.into_iter().find(|pair| pair.finding == finding),
                finding: found,
                round: &round,
            };
            section.render().map_err(Problem::internal)
        }
        .boxed()
    }
}

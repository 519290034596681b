//! What the items say, read tolerantly and turned into verbs.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use uuid::Uuid;
use youlin_cases::model::{Source, Urgency};
use youlin_cases::permissions::CASES_REPORT;
use youlin_cases::{AttachFile, Cases, NewCase};
use youlin_files::{StoredFile, TakenAt};
use youlin_kernel::{CommunityId, Ctx, Micros, Problem, ProblemKind, Result, words};
use youlin_people::facts::How;
use youlin_people::permissions::PEOPLE_READ;
use youlin_people::{
    CorrectResident, Directory, MarkVisit, Relation, SeenBefore, Vault, VisitState, VisitingEntry,
};
use youlin_places::PlaceInput;
use youlin_rounds::permissions::ROUNDS_WALK;
use youlin_rounds::{AttachPhoto, ReturnVisit, Rounds, round_view};
use youlin_web::App;

use super::deliver::Act;
use super::door::{DoorBody, door};
use super::round::round;
use super::{Item, known};
use crate::uploads::Uploads;

words! {
    /// What an item is.
    Kind {
        Round = "round",
        Case = "case",
        ReturnVisit = "return_visit",
        VisitMark = "visit_mark",
        DoorVisit = "door_visit",
        Correction = "correction",
        Photo = "photo_claim",
    }
}

impl Kind {
    /// Its turn in a batch.
    pub(super) fn turn(self) -> u8 {
        match self {
            // What was corrected at the door was written before the visit was ticked off.
            Self::Round | Self::Case | Self::Correction => 0,
            Self::VisitMark | Self::DoorVisit => 1,
            // A return visit ends the case; a photograph of before should be there then.
            Self::Photo => 2,
            Self::ReturnVisit => 3,
        }
    }

    /// Whether it may come before what it leans on.
    pub(super) fn leans(self) -> bool {
        matches!(self, Self::ReturnVisit | Self::Photo)
    }
}

/// A clock further off than that is wrong.
const CLOCK: i64 = 5 * Micros::MINUTE;

/// 记一笔.
#[derive(Debug, Deserialize)]
struct CaseBody {
    text: String,
    category: String,
    #[serde(default)]
    urgent: bool,
    place: PlaceInput,
    /// Who spoke of it, on a visit.
    #[serde(default)]
    reporter: Option<Uuid>,
}

/// A photograph of a round, of one of its findings, or of a case noted by an item.
#[derive(Debug, Deserialize)]
struct PhotoBody {
    #[serde(flatten)]
    photograph: UploadBody,
    #[serde(default)]
    community: Option<CommunityId>,
    #[serde(default)]
    round: Option<Uuid>,
    #[serde(default)]
    finding: Option<Uuid>,
    /// The item a case came by.
    #[serde(default)]
    case_item: Option<Uuid>,
    #[serde(default)]
    stage: String,
}

#[derive(Debug, Deserialize)]
struct ReturnBody {
    community: CommunityId,
    finding: Uuid,
    /// The round it was found on, to show how it stands.
    #[serde(default)]
    round: Option<Uuid>,
    passed: bool,
    text: String,
    /// What was measured again, as typed; not from an older client.
    #[serde(default)]
    measured: Option<String>,
    /// Taken in together with the visit, or not at all: a re-check may not count without them.
    #[serde(default)]
    photographs: Vec<UploadBody>,
}

/// A photograph that came in pieces before.
#[derive(Debug, Deserialize)]
struct UploadBody {
    upload: Uuid,
    /// Where it was taken, when the file itself no longer says: degrees, WGS-84.
    #[serde(default)]
    lon: Option<f64>,
    #[serde(default)]
    lat: Option<f64>,
    /// When, by the telephone's clock.
    #[serde(default)]
    taken_at: Option<Micros>,
}

/// What the pack said of an entry when it was marked.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct VisitBase {
    pub(super) at: Option<Micros>,
}

#[derive(Debug, Deserialize)]
struct VisitBody {
    community: CommunityId,
    list: Uuid,
    entry: Uuid,
    state: VisitState,
    #[serde(default)]
    note: String,
    #[serde(default)]
    base: VisitBase,
}

/// What the register says of a resident and is not so.
#[derive(Debug, Deserialize)]
struct CorrectionBody {
    community: CommunityId,
    person: Uuid,
    /// As the pack said.
    #[serde(default)]
    base: SeenBefore,
    #[serde(default)]
    phone: Option<String>,
    #[serde(default)]
    phone_gone: bool,
    #[serde(default)]
    relation: Option<Relation>,
}

pub(super) fn read_as<T: DeserializeOwned>(body: &Value) -> Result<T> {
    T::deserialize(body)
        .map_err(|error| Problem::invalid("body", "field-body").field_arg("reason", error))
}

/// The verb of an item and its community; `None` while what it leans on has not come.
pub(super) async fn read(
    app: &App,
    ctx: &Ctx,
    kind: Kind,
    item: &Item,
) -> Result<Option<(CommunityId, Act)>> {
    match kind {
        Kind::Round => round(app, ctx, item).await.map(Some),
        Kind::Case => case(app, ctx, item).await.map(Some),
        Kind::Photo => photo(app, ctx, item).await,
        Kind::Correction => {
            let body: CorrectionBody = read_as(&item.body)?;
            let command = CorrectResident {
                vault: app.need::<Vault>()?,
                community: body.community,
                person: body.person,
                seen: body.base,
                phone: body.phone,
                phone_gone: body.phone_gone,
                relation: body.relation,
                how: How::Visit,
            };
            Ok(Some((body.community, Act::Correction(command))))
        }
        Kind::ReturnVisit => {
            let body: ReturnBody = read_as(&item.body)?;
            let mut photographs = Vec::new();
            for one in &body.photographs {
                let Some(file) = photograph(app, ctx, one, item.sent_at).await? else {
                    return Ok(None);
                };
                photographs.push(file);
            }
            let command = ReturnVisit {
                rounds: app.need::<Rounds>()?,
                community: body.community,
                finding: body.finding,
                passed: body.passed,
                text: body.text,
                measured: body.measured,
                photographs,
            };
            Ok(Some((body.community, Act::Return(command))))
        }
        Kind::DoorVisit => door(app, ctx, item).await.map(Some),
        Kind::VisitMark => {
            let body: VisitBody = read_as(&item.body)?;
            let vault = app.need::<Vault>()?;
            let command = MarkVisit {
                vault: std::sync::Arc::clone(&vault),
                community: body.community,
                list: body.list,
                entry: body.entry,
                state: body.state,
                note: body.note,
            };
            Ok(Some((
                body.community,
                Act::Visit(command, body.base, vault),
            )))
        }
    }
}

async fn case(app: &App, ctx: &Ctx, item: &Item) -> Result<(CommunityId, Act)> {
    let body: CaseBody = read_as(&item.body)?;
    if let Some(person) = body.reporter {
        still_visited(app, ctx, person).await?;
    }
    let new = NewCase {
        source: Source::Worker,
        text: body.text,
        category: body.category,
        urgency: if body.urgent {
            Urgency::Urgent
        } else {
            Urgency::Normal
        },
        place: body.place,
        reporter: body.reporter,
        contact: None,
        answers: std::collections::BTreeMap::new(),
        external_key: Some(format!("field:{}", item.id)),
        call: None,
    };
    let cases = app.need::<Cases>()?;
    let report = youlin_cases::prepare(&cases, new)?;
    let community = report.community();
    let place = report.place();
    let area = place.neighbourhood.or(place.grid);
    let area = area.unwrap_or(community.into());
    if let Err(problem) = ctx.require(&CASES_REPORT, area) {
        // A position picked on the way: where it lies is said, so that it can be mended, or told there.
        let own = ctx.scope(&ROUNDS_WALK)?.contains_community(community);
        let name = crate::pack::name_of(ctx, if own { area } else { community.into() });
        return Err(match problem.kind() {
            ProblemKind::Forbidden => {
                Problem::invalid("place", "place-elsewhere").field_arg("where", name)
            }
            _ => problem,
        });
    }
    Ok((community, Act::Case(Box::new(report))))
}

/// Nobody is made the reporter of a case whom the caller does not look after.
async fn still_visited(app: &App, ctx: &Ctx, person: Uuid) -> Result<()> {
    let scope = ctx.scope(&PEOPLE_READ)?;
    let vault = app.need::<Vault>()?;
    match Directory::card(app.db().read(), &vault, &scope, person).await {
        Ok(_) => Ok(()),
        Err(problem) if problem.kind() == ProblemKind::NotFound => {
            Err(Problem::invalid("reporter", "visit-reporter-gone"))
        }
        Err(problem) => Err(problem),
    }
}

/// The file of an upload of the caller's; `None` while it is not whole.
/// `sent`: what time it was by the telephone's clock when it was sent.
async fn photograph(
    app: &App,
    ctx: &Ctx,
    one: &UploadBody,
    sent: Option<Micros>,
) -> Result<Option<StoredFile>> {
    let account = ctx.actor().id().ok_or_else(Problem::forbidden)?;
    let uploads = app.need::<Uploads>()?;
    let file = uploads.finished(account, one.upload).await?;
    Ok(file.map(|file| StoredFile {
        position: file.position.or(one.lon.zip(one.lat)),
        taken_at: file
            .taken_at
            .or(one.taken_at.map(|at| taken(at, sent, ctx.now()))),
        ..file
    }))
}

/// A clock that is wrong while it sends was as wrong when the photograph was taken.
fn taken(at: Micros, sent: Option<Micros>, now: Micros) -> TakenAt {
    let off = sent.map_or(0, |sent| sent.0 - now.0);
    let off = if off.abs() > CLOCK { off } else { 0 };
    let at = Micros(at.0 - off).local();
    TakenAt {
        local: at.datetime(),
        offset_minutes: i16::try_from(at.offset().seconds() / 60).ok(),
    }
}

async fn photo(app: &App, ctx: &Ctx, item: &Item) -> Result<Option<(CommunityId, Act)>> {
    let body: PhotoBody = read_as(&item.body)?;
    let account = ctx.actor().id().ok_or_else(Problem::forbidden)?;
    let Some(file) = photograph(app, ctx, &body.photograph, item.sent_at).await? else {
        return Ok(None);
    };
    if let (Some(community), Some(round)) = (body.community, body.round) {
        let stage = match body.stage.as_str() {
            "before" => "before",
            "after" => "after",
            _ => "",
        };
        let command = AttachPhoto {
            community,
            round,
            finding: body.finding,
            stage,
            file,
        };
        return Ok(Some((community, Act::Photo(command))));
    }
    let Some(case_item) = body.case_item else {
        return Err(Problem::invalid("round", "required"));
    };
    let came = known(app, ctx, case_item).await?;
    let Some(row) = came.filter(|row| row.account_id == account) else {
        return Ok(None);
    };
    let ids: Value = serde_json::from_str(&row.answer).map_err(Problem::internal)?;
    let case: Uuid = read_as(&ids["case"])?;
    let community = CommunityId(row.community_id);
    let command = AttachFile {
        community,
        case,
        file,
        stage: "report",
        locate: true,
    };
    Ok(Some((community, Act::CasePhoto(command))))
}

/// How an entry of a visiting list stands, for whoever comes second.
pub(super) fn visit_held(entry: &VisitingEntry) -> Value {
    json!({
        "state": entry.state,
        "note": entry.note,
        "by": entry.by,
        "at": entry.at,
    })
}

/// What is there instead, where the problem itself does not say.
pub(super) async fn held(app: &App, ctx: &Ctx, kind: Kind, item: &Item) -> Option<Value> {
    let db = app.db();
    let rounds = app.need::<Rounds>().ok()?;
    let scope = ctx.scope(&ROUNDS_WALK).ok()?;
    match kind {
        Kind::Round => {
            let view = round_view(&rounds, db, &scope, item.id).await.ok()?;
            serde_json::to_value(view).ok()
        }
        Kind::ReturnVisit => {
            let body: ReturnBody = read_as(&item.body).ok()?;
            let view = round_view(&rounds, db, &scope, body.round?).await.ok()?;
            let found = view
                .findings
                .into_iter()
                .find(|one| one.id == body.finding)?;
            serde_json::to_value(found).ok()
        }
        Kind::DoorVisit => {
            let body: DoorBody = read_as(&item.body).ok()?;
            let behind = crate::doors::behind(app, ctx, body.dwelling).await.ok()?;
            serde_json::to_value(behind).ok()
        }
        Kind::Case | Kind::VisitMark | Kind::Correction | Kind::Photo => None,
    }
}

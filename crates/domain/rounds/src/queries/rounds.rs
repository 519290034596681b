//! Rounds that were handed in, with their photographs.

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    Select,
};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;
use youlin_checklist::Score;
use youlin_database::Database;
use youlin_database::sql::in_scope;
use youlin_kernel::{AreaId, CommunityId, Micros, Problem, Result, Scope};
use youlin_people::FieldPlace;

use super::findings::{FindingView, findings_of, views};
use super::listed_after;
use super::sight::Sight;
use crate::commands::short_of;
use crate::entities::{finding, round, round_file, round_policy};
use crate::model::{Channel, Outcome, RoundKind, Short, Subject, SubjectKind, Talk};
use crate::service::Rounds;

/// Lines of a list.
const LINES: u64 = 100;

/// A round in a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RoundLine {
    pub id: Uuid,
    pub community: CommunityId,
    pub kind: RoundKind,
    pub subject: Subject,
    pub subject_name: String,
    pub outcome: Outcome,
    pub channel: Channel,
    pub policy: Option<Uuid>,
    pub began_at: Micros,
    pub ended_at: Micros,
    /// Whoever handed it in: of a call or a sheet of paper not who went.
    pub by_name: String,
    pub findings: usize,
    /// It was handed in by a policy and counts nothing for it: too short, too close to the last, or beside what was asked.
    pub uncounted: bool,
    /// People a talk reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reached: Option<i32>,
}

impl RoundLine {
    /// Whoever handed it in was not there.
    #[must_use]
    pub fn is_second_hand(&self) -> bool {
        matches!(self.channel, Channel::Phone | Channel::Paper)
    }
}

/// Which rounds.
#[derive(Clone, Copy, Debug, Default)]
pub struct RoundFilter {
    pub subject: Option<Subject>,
    pub kind: Option<RoundKind>,
    pub policy: Option<Uuid>,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// So many of the latest, where fewer than a hundred are wanted.
    pub most: Option<u64>,
    /// Only those that began since.
    pub since: Option<Micros>,
    /// Only those that began before.
    pub before: Option<Micros>,
    /// Of those that began at the same moment, only those after this one in the list.
    pub before_id: Option<Uuid>,
}

impl RoundFilter {
    fn rows(&self, sight: &Sight<'_>) -> Select<round::Entity> {
        use round::Column;
        let before = |at| listed_after((Column::BeganAt, at), (Column::Id, self.before_id));
        let wanted = sight
            .rounds()
            .add_option(self.subject.map(|one| {
                Condition::all()
                    .add(Column::SubjectKind.eq(one.kind.as_str()))
                    .add(Column::SubjectId.eq(one.id))
            }))
            .add_option(self.kind.map(|kind| Column::Kind.eq(kind.as_str())))
            .add_option(self.policy.map(|policy| Column::PolicyId.eq(policy)))
            .add_option(self.outcome.map(|one| Column::Outcome.eq(one.as_str())))
            .add_option(self.since.map(|at| Column::BeganAt.gte(at.0)))
            .add_option(self.before.map(before));
        round::Entity::find().filter(wanted)
    }
}

/// How many rounds there are, whatever a page shows of them.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn count_rounds(db: &Database, scope: &Scope, filter: RoundFilter) -> Result<u64> {
    let sight = Sight::of(db.read(), scope).await?;
    Ok(filter.rows(&sight).count(db.read()).await?)
}

/// The newest rounds of the scope, at most a hundred; `before` and `before_id` lead on.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn rounds_of(
    db: &Database,
    scope: &Scope,
    filter: RoundFilter,
) -> Result<Vec<RoundLine>> {
    use round::Column;
    let sight = Sight::of(db.read(), scope).await?;
    let rows = filter
        .rows(&sight)
        .order_by_desc(Column::BeganAt)
        .order_by_desc(Column::Id)
        .limit(filter.most.map_or(LINES, |most| most.min(LINES)))
        .all(db.read())
        .await?;
    let found = findings_of(db, scope, rows.iter().map(|row| row.id).collect()).await?;
    let mut counts: HashMap<Uuid, usize> = HashMap::new();
    for one in found {
        *counts.entry(one.round_id).or_default() += 1;
    }
    let line = |row: round::Model| {
        let findings = counts.get(&row.id).copied().unwrap_or(0);
        line(row, findings)
    };
    Ok(rows.into_iter().filter_map(line).collect())
}

/// Rows of the scope: those of a whole community, and of a part what lies in its areas or in no single grid.
pub(crate) fn visible<C: ColumnTrait>(
    scope: &Scope,
    community: C,
    grid: C,
    neighbourhood: C,
) -> Condition {
    let inside = in_scope(scope, (community, grid, neighbourhood));
    Condition::all()
        .add(Condition::any().add(grid.is_null()).add(inside))
        .add(community.is_in(scope.communities()))
}

pub(super) fn line(row: round::Model, findings: usize) -> Option<RoundLine> {
    Some(RoundLine {
        id: row.id,
        community: CommunityId(row.community_id),
        kind: RoundKind::parse(&row.kind)?,
        subject: Subject {
            kind: SubjectKind::parse(&row.subject_kind)?,
            id: row.subject_id,
        },
        subject_name: row.subject_name,
        outcome: Outcome::parse(&row.outcome)?,
        channel: Channel::parse(&row.channel)?,
        policy: row.policy_id,
        began_at: Micros(row.began_at),
        ended_at: Micros(row.ended_at),
        by_name: row.by_name,
        findings,
        uncounted: row.extra_of.is_some()
            || (row.short_walk == Some(true) && row.policy_id.is_some()),
        reached: row.reached,
    })
}

/// A photograph.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PhotoView {
    pub id: Uuid,
    pub finding: Option<Uuid>,
    pub stage: String,
    pub name: String,
    /// When it came.
    #[serde(skip)]
    pub at: Micros,
    /// When it was taken, where that is known.
    #[serde(skip)]
    pub taken: Option<Micros>,
    #[serde(skip)]
    pub sha256: String,
    #[serde(skip)]
    pub thumbnail: Option<String>,
    #[serde(skip)]
    pub content_type: String,
}

/// The policy a round stands beside: it asks others to go, or for more than the round shows.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ExtraOf {
    pub policy: Uuid,
    pub title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub short: Option<Short>,
}

/// When it was by a telephone's clock.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct PhoneTimes {
    pub began_at: Micros,
    pub ended_at: Micros,
}

/// That a round was taken back (撤回), when, why and by whom.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = RoundWithdrawn)]
pub struct Withdrawn {
    pub at: Micros,
    pub reason: String,
    pub by_name: String,
    /// How it had ended.
    pub was: Option<Outcome>,
}

/// A round with all there is to say about it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RoundView {
    pub line: RoundLine,
    /// In the walker's words.
    pub text: String,
    /// `id@version` of the checklist that was answered.
    pub checklist: Option<String>,
    /// `id@version` by which the answers are read, where nobody here knew that one when they came.
    pub read_by: Option<String>,
    /// Answers to the checklist, by question.
    #[schema(value_type = Object)]
    pub answers: serde_json::Map<String, Value>,
    /// What the place got by a checklist with points: `got`, `most`, `open`, `passed`, `sections`.
    #[schema(value_type = Option<Object>)]
    pub score: Option<Score>,
    /// Who told it on the telephone or wrote the sheet: who was there.
    pub told_by: String,
    pub reason: String,
    pub try_again_at: Option<Micros>,
    /// Of a talk.
    pub talk: Option<Talk>,
    /// Photographs its sender announced.
    pub photographs: usize,
    pub received_at: Micros,
    /// Seconds the sender's clock was ahead; its times were put right by it.
    pub clock_off: Option<i64>,
    /// What the telephone wrote, where that cannot be: the round's times are those of its receipt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone_times: Option<PhoneTimes>,
    pub findings: Vec<FindingView>,
    pub photos: Vec<PhotoView>,
    /// Whether the way fell short of what its policy asks: it counts nothing for that then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub short_walk: Option<bool>,
    /// The policy it was handed in by and counts nothing for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extra_of: Option<ExtraOf>,
    /// That it was taken back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<Withdrawn>,
    /// Who handed it in.
    #[serde(skip)]
    pub by_id: Option<Uuid>,
    /// Where it is, when it is within one grid.
    #[serde(skip)]
    pub areas: [Option<AreaId>; 2],
}

impl RoundView {
    /// Who went: of a call, a sheet, or what another system sends for somebody, whoever was named.
    #[must_use]
    pub fn went(&self) -> &str {
        let told = self.line.is_second_hand() || self.line.channel == Channel::Api;
        match self.told_by.as_str() {
            name if told && !name.is_empty() => name,
            _ => &self.line.by_name,
        }
    }

    /// Whoever wrote it down for them.
    #[must_use]
    pub fn written_by(&self) -> Option<&str> {
        let by = self.line.by_name.as_str();
        Some(by).filter(|by| *by != self.went())
    }
}

/// One round of the scope.
///
/// # Errors
/// 404 outside the scope.
pub async fn round_view(
    rounds: &Rounds,
    db: &Database,
    scope: &Scope,
    id: Uuid,
) -> Result<RoundView> {
    use round::Column;
    let row = round::Entity::find()
        .filter(Sight::of(db.read(), scope).await?.rounds())
        .filter(Column::Id.eq(id))
        .one(db.read())
        .await?
        .ok_or_else(Problem::not_found)?;
    let community = row.community_id;
    let open = |column: &'static str, sealed: &Option<Vec<u8>>| -> Result<String> {
        let at = FieldPlace::new("round", column, community, id);
        sealed
            .as_ref()
            .map_or(Ok(String::new()), |sealed| rounds.vault.open(at, sealed))
    };
    let text = open("text", &row.text_sealed)?;
    let answers = open("answers", &row.answers_sealed)?;
    let score = row.score.as_deref().map(serde_json::from_str::<Score>);
    let told_by = open("told_by", &row.told_by_sealed)?;
    let findings = views(db, findings_of(db, scope, vec![id]).await?).await?;
    let photos = round_file::Entity::find()
        .filter(round_file::Column::CommunityId.eq(community))
        .filter(round_file::Column::RoundId.eq(id))
        .order_by_asc(round_file::Column::Id)
        .all(db.read())
        .await?;
    let short = short_of(row.extra_short.as_deref())?;
    let phone_times = row.phone_began_at.zip(row.phone_ended_at);
    let extra_of = match row.extra_of {
        None => None,
        Some(policy) => round_policy::Entity::find_by_id((community, policy))
            .one(db.read())
            .await?
            .map(|row| ExtraOf {
                policy,
                title: row.title,
                short,
            }),
    };
    Ok(RoundView {
        withdrawn: row.withdrawn_at.map(|at| Withdrawn {
            at: Micros(at),
            reason: row.withdrawn_reason.clone().unwrap_or_default(),
            by_name: row.withdrawn_by.clone().unwrap_or_default(),
            was: row.withdrawn_outcome.as_deref().and_then(Outcome::parse),
        }),
        by_id: row.by_id,
        extra_of,
        short_walk: row.short_walk,
        phone_times: phone_times.map(|(began, ended)| PhoneTimes {
            began_at: Micros(began),
            ended_at: Micros(ended),
        }),
        talk: talk_of(&row)?,
        areas: [row.grid_id, row.neighbourhood_id].map(|id| id.map(AreaId)),
        text,
        score: score.transpose().map_err(Problem::internal)?,
        told_by,
        answers: serde_json::from_str(&answers).unwrap_or_default(),
        checklist: row.checklist.clone(),
        read_by: row.read_by.clone(),
        reason: row.reason.clone(),
        try_again_at: row.try_again_at.map(Micros),
        photographs: row
            .photographs
            .and_then(|count| usize::try_from(count).ok())
            .unwrap_or(0),
        received_at: Micros(row.received_at),
        clock_off: row.clock_off,
        photos: photos.into_iter().map(photo_of).collect(),
        line: line(row, findings.len()).ok_or_else(|| Problem::internal("a round's words"))?,
        findings,
    })
}

fn talk_of(row: &round::Model) -> Result<Option<Talk>> {
    let Some((reached, topic)) = row.reached.zip(row.topic.clone()) else {
        return Ok(None);
    };
    let by = row.given_by.as_deref().map(serde_json::from_str);
    Ok(Some(Talk {
        reached: u32::try_from(reached).unwrap_or(0),
        topic,
        handed_out: row.handed_out.clone().unwrap_or_default(),
        by: by.transpose().map_err(Problem::internal)?,
    }))
}

fn photo_of(row: round_file::Model) -> PhotoView {
    PhotoView {
        id: row.id,
        finding: row.finding_id,
        stage: row.stage,
        at: Micros(row.created_at),
        taken: row.taken_at.map(Micros),
        name: row.name,
        sha256: row.sha256,
        thumbnail: row.thumbnail,
        content_type: row.content_type,
    }
}

/// A photograph of a round of the scope.
///
/// # Errors
/// 404 outside the scope.
pub async fn photo(db: &Database, scope: &Scope, round: Uuid, photo: Uuid) -> Result<PhotoView> {
    use round::Column;
    round::Entity::find()
        .filter(Sight::of(db.read(), scope).await?.rounds())
        .filter(Column::Id.eq(round))
        .one(db.read())
        .await?
        .ok_or_else(Problem::not_found)?;
    round_file::Entity::find()
        .filter(round_file::Column::CommunityId.is_in(scope.communities()))
        .filter(round_file::Column::RoundId.eq(round))
        .filter(round_file::Column::Id.eq(photo))
        .one(db.read())
        .await?
        .map(photo_of)
        .ok_or_else(Problem::not_found)
}

/// The checklists that were answered on these rounds, and by which ones they are read.
pub(super) async fn checklists_of(
    db: &Database,
    communities: &[i64],
    rounds: Vec<Uuid>,
) -> Result<HashMap<Uuid, (Option<String>, Option<String>)>> {
    let rows: Vec<(Uuid, Option<String>, Option<String>)> = round::Entity::find()
        .select_only()
        .columns([
            round::Column::Id,
            round::Column::Checklist,
            round::Column::ReadBy,
        ])
        .filter(round::Column::CommunityId.is_in(communities.iter().copied()))
        .filter(round::Column::Id.is_in(rounds))
        .into_tuple()
        .all(db.read())
        .await?;
    let answered = rows.into_iter();
    Ok(answered
        .map(|(id, name, read_by)| (id, (name, read_by)))
        .collect())
}

/// Photographs of a finding the caller has seen already.
///
/// # Errors
/// 503 when the database does not answer.
pub(crate) async fn photos_of(
    db: &Database,
    community: CommunityId,
    finding: Uuid,
) -> Result<Vec<PhotoView>> {
    let row = finding::Entity::find_by_id((community.0, finding))
        .one(db.read())
        .await?
        .ok_or_else(Problem::not_found)?;
    let rows = round_file::Entity::find()
        .filter(round_file::Column::CommunityId.eq(community.0))
        .filter(round_file::Column::RoundId.eq(row.round_id))
        .filter(round_file::Column::FindingId.eq(finding))
        .order_by_asc(round_file::Column::Id)
        .all(db.read())
        .await?;
    Ok(rows.into_iter().map(photo_of).collect())
}

//! A photograph joins a round. Its content is already in the file store, rewritten and under its hash.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;
use youlin_cases::AttachFile;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_files::StoredFile;
use youlin_kernel::{AreaId, CommunityId, Ctx, Micros, Problem, Result};

use crate::entities::{finding, round, round_file};
use crate::model::SubjectKind;
use crate::permissions::{may_walk, may_walk_to};

/// Photographs of one round.
const MOST: usize = 200;

/// See the module's text. One of a finding that is a case belongs to the case too.
#[derive(Clone, Debug)]
pub struct AttachPhoto {
    pub community: CommunityId,
    pub round: Uuid,
    pub finding: Option<Uuid>,
    /// `before`, `after` or empty.
    pub stage: &'static str,
    pub file: StoredFile,
}

/// When it was taken, by a camera that shows the local time; one whose clock is ahead or was never set says nothing.
pub(super) fn taken(file: &StoredFile, now: Micros) -> Option<i64> {
    let taken = file.taken_at?;
    let day = Micros::start_of(taken.local.date());
    let time = taken
        .local
        .time()
        .duration_since(jiff::civil::Time::midnight());
    let written = day.0 + i64::try_from(time.as_micros()).ok()?;
    let at = match taken.offset_minutes {
        Some(east) => written + (8 * 60 - i64::from(east)) * Micros::MINUTE,
        None => written,
    };
    let believed = now.0 - 366 * Micros::DAY..=now.0 + 5 * Micros::MINUTE;
    believed.contains(&at).then_some(at)
}

impl Command for AttachPhoto {
    type Output = Uuid;
    const NAME: &'static str = "rounds.attach-photo";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<Uuid> {
        may_walk(ctx, self.community, &[])?;
        let row = round::Entity::find_by_id((self.community.0, self.round))
            .one(tx.conn())
            .await?
            .ok_or_else(Problem::not_found)?;
        let areas = [row.grid_id, row.neighbourhood_id].map(|id| id.map(AreaId));
        let kind = SubjectKind::parse(&row.subject_kind).unwrap_or(SubjectKind::Dwelling);
        may_walk_to(ctx, self.community, kind, &areas)?;
        let held = round_file::Entity::find()
            .filter(round_file::Column::CommunityId.eq(self.community.0))
            .filter(round_file::Column::RoundId.eq(self.round))
            .all(tx.conn())
            .await?;
        let same = held
            .iter()
            .find(|row| row.sha256 == self.file.sha256 && row.finding_id == self.finding);
        if let Some(known) = same {
            return Ok(known.id);
        }
        if held.len() >= MOST {
            return Err(Problem::invalid("file", "round-photographs").field_arg("max", MOST));
        }
        let id = ctx.new_id();
        tx.insert::<round_file::Entity>(round_file::Model {
            community_id: self.community.0,
            id,
            version: 1,
            round_id: self.round,
            finding_id: self.finding,
            sha256: self.file.sha256.clone(),
            thumbnail: self.file.thumbnail_sha256.clone(),
            content_type: self.file.content_type.mime().to_owned(),
            bytes: i64::try_from(self.file.bytes).unwrap_or(i64::MAX),
            name: self.file.name.clone().unwrap_or_default(),
            lon: self.file.position.map(|position| position.0),
            lat: self.file.position.map(|position| position.1),
            stage: self.stage.to_owned(),
            created_at: ctx.now().0,
            taken_at: taken(&self.file, ctx.now()),
        })
        .await?;
        if let Some(finding) = self.finding {
            let found = finding::Entity::find_by_id((self.community.0, finding))
                .one(tx.conn())
                .await?
                .filter(|row| row.round_id == self.round)
                .ok_or_else(Problem::not_found)?;
            if let Some(case) = found.case_id {
                let attach = AttachFile {
                    community: self.community,
                    case,
                    file: self.file.clone(),
                    stage: "report",
                    locate: true,
                };
                attach.run(ctx, tx).await?;
            }
        }
        tx.audit(
            ctx,
            self.community,
            AuditEntry::new(Self::NAME, "round", self.round),
        );
        Ok(id)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use youlin_files::{ContentType, TakenAt};

    use super::*;

    #[test]
    fn a_photograph_says_when_it_was_taken_as_far_as_its_clock_can_be_believed() {
        let now = Micros::start_of(date(2026, 11, 28)).plus(9 * Micros::HOUR);
        let at = |local, offset_minutes| {
            let file = StoredFile {
                sha256: String::new(),
                content_type: ContentType::Jpeg,
                bytes: 1,
                name: None,
                width: None,
                height: None,
                position: None,
                taken_at: Some(TakenAt {
                    local,
                    offset_minutes,
                }),
                thumbnail_sha256: None,
            };
            taken(&file, now).map(|at| Micros(at).local_minute())
        };
        let morning = date(2026, 11, 28).at(8, 30, 0, 0);
        assert_eq!(at(morning, None).as_deref(), Some("2026-11-28 08:30"));
        assert_eq!(at(morning, Some(480)), at(morning, None));
        let elsewhere = date(2026, 11, 28).at(0, 30, 0, 0);
        assert_eq!(at(elsewhere, Some(0)), at(morning, None));
        assert_eq!(
            at(date(2026, 11, 28).at(10, 0, 0, 0), None),
            None,
            "not yet"
        );
        assert_eq!(at(date(2002, 1, 1).at(0, 0, 0, 0), None), None, "never set");
    }
}

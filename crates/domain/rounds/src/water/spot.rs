//! Photographs of one spot over time: of a point of water with each reading, of a finding when somebody went back, and of an
//! outlet. What was there first and what is there now stand side by side.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;
use youlin_cases::AttachFile;
use youlin_database::{AuditEntry, Command, Database, Tx};
use youlin_files::StoredFile;
use youlin_kernel::{CommunityId, Ctx, Micros, Problem, Result, Scope, words};
use youlin_places::rivers::has_outlet;

use crate::entities::{return_visit, spot_file, water_reading};
use crate::permissions::may_walk;
use crate::queries::finding_round;

/// Photographs of one reading or return visit.
pub(crate) const MOST: usize = 8;
/// Photographs of one outlet, over all its years.
const MOST_OF_OUTLET: usize = 60;

words! {
    /// What a photograph is of.
    SpotKind {
        Reading = "reading",
        Return = "return",
        Outlet = "outlet",
    }
}

/// A photograph joins a reading, a return visit or an outlet. One of a return visit belongs to the case too.
#[derive(Clone, Debug)]
pub struct AttachSpotPhoto {
    pub community: CommunityId,
    pub kind: SpotKind,
    pub of: Uuid,
    pub file: StoredFile,
}

impl Command for AttachSpotPhoto {
    type Output = Uuid;
    const NAME: &'static str = "rounds.attach-spot-photo";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<Uuid> {
        may_walk(ctx, self.community, &[])?;
        let (spot, at, case) = self.spot(ctx, tx).await?;
        let held = spot_file::Entity::find()
            .filter(spot_file::Column::CommunityId.eq(self.community.0))
            .filter(spot_file::Column::OfId.eq(self.of))
            .all(tx.conn())
            .await?;
        if let Some(known) = held.iter().find(|row| row.sha256 == self.file.sha256) {
            return Ok(known.id);
        }
        let most = match self.kind {
            SpotKind::Reading | SpotKind::Return => MOST,
            SpotKind::Outlet => MOST_OF_OUTLET,
        };
        if held.len() >= most {
            return Err(Problem::invalid("photo", "round-photographs").field_arg("max", most));
        }
        let id = ctx.new_id();
        tx.insert::<spot_file::Entity>(spot_file::Model {
            community_id: self.community.0,
            id,
            version: 1,
            of_kind: self.kind.as_str().to_owned(),
            of_id: self.of,
            spot_id: spot,
            sha256: self.file.sha256.clone(),
            thumbnail: self.file.thumbnail_sha256.clone(),
            content_type: self.file.content_type.mime().to_owned(),
            bytes: i64::try_from(self.file.bytes).unwrap_or(i64::MAX),
            name: self.file.name.clone().unwrap_or_default(),
            taken_at: at,
            created_at: ctx.now().0,
        })
        .await?;
        if let Some(case) = case {
            let attach = AttachFile {
                community: self.community,
                case,
                file: self.file.clone(),
                stage: "verification",
                locate: false,
            };
            attach.run(ctx, tx).await?;
        }
        let entry = AuditEntry::new(Self::NAME, "spot_file", id);
        tx.audit(ctx, self.community, entry);
        Ok(id)
    }
}

impl AttachSpotPhoto {
    /// The spot, the time of what it is of, and its case.
    async fn spot(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<(Uuid, i64, Option<Uuid>)> {
        let key = (self.community.0, self.of);
        match self.kind {
            SpotKind::Reading => {
                let row = water_reading::Entity::find_by_id(key)
                    .one(tx.conn())
                    .await?;
                let row = row.ok_or_else(Problem::not_found)?;
                Ok((row.point_id, row.at, None))
            }
            SpotKind::Return => {
                let row = return_visit::Entity::find_by_id(key).one(tx.conn()).await?;
                let row = row.ok_or_else(Problem::not_found)?;
                Ok((row.finding_id, row.at, Some(row.case_id)))
            }
            SpotKind::Outlet => {
                if !has_outlet(tx.conn(), self.community, self.of).await? {
                    return Err(Problem::not_found());
                }
                Ok((self.of, ctx.now().0, None))
            }
        }
    }
}

/// A photograph of a spot.
#[derive(Clone, Debug)]
pub struct SpotPhoto {
    pub id: Uuid,
    /// The reading, the return visit or the outlet.
    pub of: Uuid,
    pub spot: Uuid,
    pub taken_at: Micros,
    pub name: String,
    pub sha256: String,
    pub thumbnail: Option<String>,
}

fn photo(row: spot_file::Model) -> SpotPhoto {
    SpotPhoto {
        id: row.id,
        of: row.of_id,
        spot: row.spot_id,
        taken_at: Micros(row.taken_at),
        name: row.name,
        sha256: row.sha256,
        thumbnail: row.thumbnail,
    }
}

/// Photographs of these spots, the oldest first.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn photos_of(
    db: &Database,
    community: CommunityId,
    spots: &[Uuid],
) -> Result<Vec<SpotPhoto>> {
    if spots.is_empty() {
        return Ok(Vec::new());
    }
    let rows = spot_file::Entity::find()
        .filter(spot_file::Column::CommunityId.eq(community.0))
        .filter(spot_file::Column::SpotId.is_in(spots.iter().copied()))
        .order_by_asc(spot_file::Column::TakenAt)
        .order_by_asc(spot_file::Column::Id)
        .all(db.read())
        .await?;
    Ok(rows.into_iter().map(photo).collect())
}

/// One photograph of the scope.
///
/// # Errors
/// 404 outside the scope.
pub async fn spot_photo(db: &Database, scope: &Scope, id: Uuid) -> Result<SpotPhoto> {
    let row = spot_file::Entity::find()
        .filter(spot_file::Column::CommunityId.is_in(scope.communities()))
        .filter(spot_file::Column::Id.eq(id))
        .one(db.read())
        .await?
        .ok_or_else(Problem::not_found)?;
    // Of a return visit only who sees what was found.
    if row.of_kind == SpotKind::Return.as_str() {
        finding_round(db, scope, row.spot_id).await?;
    }
    Ok(photo(row))
}

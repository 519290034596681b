//! A photograph or document joins a case. The content is already in the file store, rewritten and under its hash.

use sea_orm::sea_query::ExprTrait;
use sea_orm::{EntityTrait, QueryFilter};
use uuid::Uuid;
use youlin_database::sql::col;
use youlin_database::{AuditEntry, Command, Tx};
use youlin_files::StoredFile;
use youlin_kernel::{CommunityId, Ctx, Micros, Result};

use super::{act, save};
use crate::entities::{case_file, case_record};
use crate::model::Happened;

/// Says that a stored file belongs to a case.
#[derive(Clone, Debug)]
pub struct AttachFile {
    pub community: CommunityId,
    pub case: Uuid,
    pub file: StoredFile,
    /// `report`, `handling` or `verification`.
    pub stage: &'static str,
    /// Whether the photograph's own position becomes the case's when the report named none.
    pub locate: bool,
}

impl Command for AttachFile {
    type Output = Uuid;
    const NAME: &'static str = "cases.attach-file";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<Uuid> {
        let state = act::load(tx, self.community, self.case).await?;
        if let Some(known) = self.already_there(tx).await? {
            return Ok(known);
        }
        let id = ctx.new_id();
        let row = case_file::Model {
            community_id: self.community.0,
            id,
            version: 1,
            case_id: self.case,
            sha256: self.file.sha256.clone(),
            thumbnail: self.file.thumbnail_sha256.clone(),
            content_type: self.file.content_type.mime().to_owned(),
            bytes: i64::try_from(self.file.bytes).unwrap_or(i64::MAX),
            name: self.file.name.clone().unwrap_or_default(),
            lon: self.file.position.map(|position| position.0),
            lat: self.file.position.map(|position| position.1),
            taken_at: self
                .file
                .taken_at
                .as_ref()
                .map(|taken| taken.local.to_string()),
            stage: self.stage.to_owned(),
            created_at: Micros::from(ctx.now().timestamp()).0,
        };
        tx.insert::<case_file::Entity>(row).await?;
        let happened = [Happened::new("file_added")
            .data(serde_json::json!({ "file": id, "stage": self.stage }))];
        let mut case = state.case;
        if self.locate && case.lon.is_none() {
            (case.lon, case.lat) = (
                self.file.position.map(|p| p.0),
                self.file.position.map(|p| p.1),
            );
            case = tx.update::<case_record::Entity>(case).await?;
        }
        save::history(ctx, tx, &case, &happened).await?;
        tx.audit(
            ctx,
            self.community,
            AuditEntry::new("cases.attach-file", "case", self.case),
        );
        save::announce(ctx, tx, &case, &happened);
        Ok(id)
    }
}

impl AttachFile {
    /// A form that is sent again after a lost answer brings the same photographs again.
    async fn already_there(&self, tx: &Tx<'_>) -> Result<Option<Uuid>> {
        let known = case_file::Entity::find()
            .filter(col("community_id").eq(self.community.0))
            .filter(col("case_id").eq(self.case))
            .filter(col("sha256").eq(self.file.sha256.clone()))
            .filter(col("stage").eq(self.stage))
            .one(tx.conn())
            .await?;
        Ok(known.map(|row| row.id))
    }
}

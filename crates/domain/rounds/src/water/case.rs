//! A reading beyond a limit becomes a case, because somebody says so.

use std::collections::BTreeMap;
use std::sync::Arc;

use sea_orm::EntityTrait;
use uuid::Uuid;
use youlin_cases::model::{Source, Urgency};
use youlin_cases::{NewCase, Report};
use youlin_database::{AuditEntry, Command, Tx};
use youlin_kernel::{CommunityId, Ctx, Problem, Result};
use youlin_places::PlaceInput;

use crate::entities::water_reading;
use crate::permissions::may_walk;
use crate::service::Rounds;

/// 疑似排污、水色异常.
const CATEGORY: &str = "E-0106";

/// Files a reading's case, once.
#[derive(Clone, Debug)]
pub struct FileReading {
    community: CommunityId,
    reading: Uuid,
    report: Arc<Report>,
}

impl FileReading {
    /// Checks the case: `text` says what is beyond which limit, `address` where.
    ///
    /// # Errors
    /// 422 where the case cannot be filed.
    pub fn prepare(
        rounds: &Rounds,
        community: CommunityId,
        reading: Uuid,
        text: String,
        address: String,
    ) -> Result<Self> {
        let case = NewCase {
            source: Source::Patrol,
            text,
            category: CATEGORY.to_owned(),
            urgency: Urgency::Normal,
            place: PlaceInput {
                area: Some(community.into()),
                text: Some(address),
                ..PlaceInput::default()
            },
            reporter: None,
            contact: None,
            answers: BTreeMap::new(),
            external_key: Some(format!("water:{reading}")),
            call: None,
        };
        let report = youlin_cases::prepare(&rounds.cases, case)?.by_rule();
        Ok(Self {
            community,
            reading,
            report: Arc::new(report),
        })
    }
}

impl Command for FileReading {
    /// The case.
    type Output = Uuid;
    const NAME: &'static str = "rounds.file-reading";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<Uuid> {
        may_walk(ctx, self.community, &[])?;
        let row = water_reading::Entity::find_by_id((self.community.0, self.reading))
            .one(tx.conn())
            .await?
            .ok_or_else(Problem::not_found)?;
        if let Some(case) = row.case_id {
            return Ok(case);
        }
        let reported = self.report.run(ctx, tx).await?;
        tx.update::<water_reading::Entity>(water_reading::Model {
            case_id: Some(reported.id),
            ..row
        })
        .await?;
        let entry = AuditEntry::new(Self::NAME, "water_reading", self.reading);
        tx.audit(ctx, self.community, entry);
        Ok(reported.id)
    }
}

//! What the module needs of others, in the application as `Arc<Sharing>`.

use std::sync::Arc;

use jiff::civil::Date;
use uuid::Uuid;
use youlin_cases::Cases;
use youlin_database::Database;
use youlin_kernel::{AreaId, CommunityId, Ctx, Problem, Result};
use youlin_people::{FieldPlace, Party, PartyKind, Vault};
use youlin_workday::DayKind;

use crate::model::LoanPolicy;

/// See the module's text.
#[derive(Clone, Debug)]
pub struct Sharing {
    pub(crate) db: Database,
    pub(crate) cases: Arc<Cases>,
    pub(crate) policy: LoanPolicy,
}

impl Sharing {
    #[must_use]
    pub fn new(db: Database, cases: Arc<Cases>) -> Arc<Self> {
        Arc::new(Self {
            db,
            cases,
            policy: LoanPolicy::default(),
        })
    }

    #[must_use]
    pub fn vault(&self) -> &Arc<Vault> {
        self.cases.vault()
    }

    /// Whether the legal calendar has a Monday to Friday off.
    pub(crate) fn is_holiday(&self, day: Date) -> bool {
        let weekday = day.weekday().to_monday_one_offset() <= 5;
        weekday && matches!(self.cases.calendar().is_working_day(day), DayKind::Off)
    }

    pub(crate) fn seal(
        &self,
        ctx: &Ctx,
        table: &'static str,
        column: &'static str,
        (community, row): (CommunityId, Uuid),
        text: &str,
    ) -> Result<Option<Vec<u8>>> {
        if text.is_empty() {
            return Ok(None);
        }
        let at = FieldPlace::new(table, column, community.0, row);
        self.vault().seal(ctx, at, text).map(Some)
    }

    pub(crate) fn open(
        &self,
        table: &'static str,
        column: &'static str,
        (community, row): (CommunityId, Uuid),
        sealed: Option<&[u8]>,
    ) -> Result<String> {
        sealed.map_or_else(
            || Ok(String::new()),
            |sealed| {
                let at = FieldPlace::new(table, column, community.0, row);
                self.vault().open(at, sealed)
            },
        )
    }
}

/// A party from its two columns.
pub(crate) fn party(kind: &str, id: Uuid) -> Option<Party> {
    Some(match PartyKind::parse(kind)? {
        PartyKind::Person => Party::person(id),
        PartyKind::Organisation => Party::organisation(id),
    })
}

/// The community an area belongs to; above communities nothing is filed.
pub(crate) fn community_of(ctx: &Ctx, area: AreaId) -> Result<CommunityId> {
    ctx.areas()
        .community_of(area)
        .ok_or_else(|| Problem::invalid("area", "sharing-area"))
}

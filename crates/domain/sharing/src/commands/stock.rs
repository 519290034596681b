//! The loans around one, and the row that lets only one step of a resource's loans happen at a time.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;
use youlin_database::Tx;
use youlin_kernel::{Micros, Problem, Result};

use crate::entities::{resource, resource_loan, resource_stock};
use crate::model::{
    Around, Hold, Loan, LoanPolicy, LoanState, Opening, ResourceKind, ResourceState,
};
use crate::service::Sharing;

pub(crate) fn state(row: &resource_loan::Model) -> LoanState {
    LoanState::parse(&row.state).unwrap_or(LoanState::Cancelled)
}

/// The model's loan of a row.
pub(crate) fn loan(row: &resource_loan::Model) -> Loan {
    Loan {
        state: state(row),
        count: u32::try_from(row.amount).unwrap_or(0),
        from: row.from_at,
        to: row.to_at,
        out_at: row.out_at,
        back_at: row.back_at,
        before: row.state_before.as_deref().and_then(LoanState::parse),
    }
}

/// Loans of a resource that keep something from others, but one.
pub(crate) async fn loans(
    db: &impl ConnectionTrait,
    community: i64,
    resource: Uuid,
    but: Option<Uuid>,
) -> Result<Vec<resource_loan::Model>> {
    let holding = [LoanState::Booked.as_str(), LoanState::Out.as_str()];
    let mut found = resource_loan::Entity::find()
        .filter(resource_loan::Column::CommunityId.eq(community))
        .filter(resource_loan::Column::ResourceId.eq(resource))
        .filter(resource_loan::Column::State.is_in(holding))
        .all(db)
        .await?;
    found.retain(|row| Some(row.id) != but);
    Ok(found)
}

pub(crate) fn holds(loans: &[resource_loan::Model], now: i64, policy: &LoanPolicy) -> Vec<Hold> {
    loans
        .iter()
        .filter_map(|row| loan(row).hold(now, policy))
        .collect()
}

pub(crate) fn handed_out(loans: &[resource_loan::Model]) -> u32 {
    loans
        .iter()
        .map(loan)
        .filter(|loan| loan.state == LoanState::Out)
        .fold(0, |sum, loan| sum.saturating_add(loan.count))
}

pub(crate) fn opening(row: &resource::Model) -> Opening {
    serde_json::from_str(&row.opening).unwrap_or_default()
}

/// Whether the hours admit that time: a room all of it, other things its begin and its end.
pub(crate) fn is_open(
    sharing: &Sharing,
    (kind, opening): (&str, &Opening),
    (since, until): (i64, i64),
) -> bool {
    let (from, to) = (
        Micros(since).local().datetime(),
        Micros(until).local().datetime(),
    );
    if kind == ResourceKind::Room.as_str() {
        if until.saturating_sub(since) > sharing.policy.farthest {
            // Nobody books for so long; every day of it would have to be looked at.
            return false;
        }
        return opening.holds(from, to, &|day| sharing.is_holiday(day));
    }
    [from, to]
        .into_iter()
        .all(|at| opening.admits(at, sharing.is_holiday(at.date())))
}

/// Takes the turn of a resource: whoever steps at the same time is told so. Before its loans are read.
pub(super) async fn turn(tx: &Tx<'_>, community: i64, resource: Uuid) -> Result<()> {
    let stock = resource_stock::Entity::find_by_id((community, resource))
        .one(tx.conn())
        .await?
        .ok_or_else(Problem::not_found)?;
    tx.update::<resource_stock::Entity>(stock).await?;
    Ok(())
}

/// A resource in a transaction, with what surrounds one of its loans.
pub(super) struct Scene {
    pub(super) resource: resource::Model,
    stock: resource_stock::Model,
    holds: Vec<Hold>,
    out: u32,
}

impl Scene {
    pub(super) async fn load(
        sharing: &Sharing,
        tx: &Tx<'_>,
        (community, resource): (i64, Uuid),
        but: Option<Uuid>,
        now: i64,
    ) -> Result<Self> {
        // The stock row first: whoever saved it since loses the race at the end.
        let stock = resource_stock::Entity::find_by_id((community, resource))
            .one(tx.conn())
            .await?
            .ok_or_else(Problem::not_found)?;
        let row = resource::Entity::find_by_id((community, resource))
            .one(tx.conn())
            .await?
            .ok_or_else(Problem::not_found)?;
        let others = loans(tx.conn(), community, resource, but).await?;
        Ok(Self {
            resource: row,
            stock,
            holds: holds(&others, now, &sharing.policy),
            out: handed_out(&others),
        })
    }

    pub(super) fn around(&self, sharing: &Sharing, open: bool) -> Around<'_> {
        Around {
            total: u32::try_from(self.resource.amount).unwrap_or(0),
            in_service: self.resource.state == ResourceState::InService.as_str(),
            holds: &self.holds,
            out: self.out,
            open,
            policy: sharing.policy,
        }
    }

    /// Saves how many are handed out with this loan as it is now: refused when another step came between.
    pub(super) async fn save(self, tx: &Tx<'_>, loan: &Loan) -> Result<()> {
        let own = if loan.state == LoanState::Out {
            loan.count
        } else {
            0
        };
        let handed_out = i32::try_from(self.out.saturating_add(own)).unwrap_or(i32::MAX);
        let stock = resource_stock::Model {
            handed_out,
            ..self.stock
        };
        tx.update::<resource_stock::Entity>(stock).await?;
        Ok(())
    }
}

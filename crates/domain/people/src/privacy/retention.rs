//! How long what is kept (domain §5: retention by purpose). The rules are data: what, how many days after which event, and
//! whether it is deleted or made anonymous; an installation may choose other days. Nothing goes by itself: somebody looks
//! at the list, names the rule, and a job ends exactly what that list counted, batch by batch.

use sea_orm::sea_query::{Expr, ExprTrait, Order, Query, SelectStatement};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use serde_json::json;
use uuid::Uuid;
use youlin_database::sql::{col, name};
use youlin_database::{AuditEntry, Command, NewJob, Tx};
use youlin_kernel::{AreaId, CommunityId, Ctx, Micros, Problem, ProblemKind, Result, Scope, words};

use crate::entities::*;
use crate::permissions::PEOPLE_RETENTION;

words! {
    /// What a rule is about.
    RetentionSubject {
        /// People who moved away and have no role or account; made anonymous.
        MovedOut = "moved_out",
        /// Consents that were withdrawn.
        Consents = "consents",
        /// Corrections that were answered.
        Corrections = "corrections",
        /// Who looked.
        Looks = "looks",
        /// The record of processing.
        Record = "record",
    }
}

impl RetentionSubject {
    /// Days that are shipped: the register needs three years for questions about what was done for somebody; the record
    /// of processing is kept longer than the three years the law asks for such records (PIPL art. 56). Other places
    /// choose others.
    #[must_use]
    pub fn shipped_days(self) -> i32 {
        match self {
            Self::MovedOut | Self::Looks => 1_096,
            Self::Consents | Self::Corrections => 366,
            Self::Record => 1_827,
        }
    }

    /// Fewer days than these are a slip of the hand, or against the law.
    #[must_use]
    pub fn fewest_days(self) -> i32 {
        match self {
            Self::MovedOut | Self::Consents | Self::Corrections => 30,
            Self::Looks => 183,
            Self::Record => 1_096,
        }
    }

    /// The person stays as an entry without a name; everything else is deleted.
    #[must_use]
    pub fn is_made_anonymous(self) -> bool {
        self == Self::MovedOut
    }
}

/// What stands where a name was taken away.
pub(super) const NO_NAME: &str = "—";
/// The index of a name that was taken away: no hash is all zeros.
pub(crate) const NO_INDEX: [u8; 16] = [0; 16];
/// Rows of a batch.
pub(super) const BATCH: u64 = 100;
/// The job's kind.
pub const RETENTION_KIND: &str = "people.retention";

/// A rule in force.
#[derive(Clone, Copy, Debug)]
pub struct RetentionRule {
    pub subject: RetentionSubject,
    pub days: i32,
    /// Other days than those that are shipped were chosen.
    pub chosen: bool,
}

impl RetentionRule {
    /// What ended before this moment goes.
    #[must_use]
    pub fn before(&self, now: Micros) -> Micros {
        now.plus(-i64::from(self.days) * Micros::DAY)
    }
}

/// All rules.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn retention_rules(db: &impl ConnectionTrait) -> Result<Vec<RetentionRule>> {
    let chosen = retention_rule::Entity::find()
        .filter(retention_rule::Column::CommunityId.eq(CommunityId::SYSTEM.0))
        .all(db)
        .await?;
    Ok(RetentionSubject::ALL
        .iter()
        .map(|subject| {
            let own = chosen.iter().find(|row| row.subject == subject.as_str());
            RetentionRule {
                subject: *subject,
                days: own.map_or_else(|| subject.shipped_days(), |row| row.days),
                chosen: own.is_some(),
            }
        })
        .collect())
}

/// The rows a rule is about, without their columns.
fn due(subject: RetentionSubject, communities: &[i64], before: Micros) -> SelectStatement {
    let within = || col("community_id").is_in(communities.iter().copied());
    let mut query = Query::select();
    match subject {
        RetentionSubject::Looks => query
            .from(name("who_looked"))
            .and_where(col("at").lt(before.0)),
        RetentionSubject::Record => query
            .from(name("processing"))
            .and_where(col("at").lt(before.0)),
        RetentionSubject::Consents => query
            .from(name("person_consent"))
            .and_where(col("withdrawn_at").lt(before.0)),
        RetentionSubject::Corrections => query
            .from(name("correction"))
            .and_where(col("state").ne("open"))
            .and_where(col("decided_at").lt(before.0)),
        RetentionSubject::MovedOut => {
            let homes = |condition| {
                Query::select()
                    .column(name("person_id"))
                    .from(name("residence"))
                    .and_where(within())
                    .and_where(condition)
                    .to_owned()
            };
            let of = |table| {
                Query::select()
                    .column(name("person_id"))
                    .from(name(table))
                    .and_where(col("person_id").is_not_null())
                    .to_owned()
            };
            let mut roles = of("membership");
            roles.and_where(col("valid_to").is_null());
            let mut accounts = of("account");
            accounts.and_where(col("closed_at").is_null());
            query
                .from(name("person"))
                .and_where(col("id").in_subquery(homes(col("valid_to").lt(before.0))))
                .and_where(col("id").not_in_subquery(homes(
                    col("valid_to").is_null().or(col("valid_to").gte(before.0)),
                )))
                .and_where(col("id").not_in_subquery(roles))
                .and_where(col("id").not_in_subquery(accounts))
                .and_where(col("name_index").ne(NO_INDEX.to_vec()))
        }
    };
    query.and_where(within());
    query
}

/// How many rows of each community a rule would end.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn retention_counts(
    db: &impl ConnectionTrait,
    scope: &Scope,
    subject: RetentionSubject,
    before: Micros,
) -> Result<Vec<(CommunityId, u64)>> {
    let mut query = due(subject, &communities(scope, subject), before);
    query
        .column(name("community_id"))
        .expr_as(Expr::cust("COUNT(*)"), name("due"))
        .add_group_by([Expr::col(name("community_id"))])
        .order_by(name("community_id"), Order::Asc);
    db.query_all(&query)
        .await?
        .iter()
        .map(|row| {
            let due: i64 = row.try_get("", "due")?;
            let community = CommunityId(row.try_get("", "community_id")?);
            Ok((community, u64::try_from(due).unwrap_or(0)))
        })
        .collect()
}

/// What concerns the whole installation is filed under the system community.
fn communities(scope: &Scope, subject: RetentionSubject) -> Vec<i64> {
    let mut communities = scope.communities();
    if subject == RetentionSubject::Record {
        communities.push(CommunityId::SYSTEM.0);
    }
    communities
}

/// Community and id of rows a rule would end, at most so many.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn retention_list(
    db: &impl ConnectionTrait,
    scope: &Scope,
    subject: RetentionSubject,
    before: Micros,
    limit: u64,
) -> Result<Vec<(CommunityId, Uuid)>> {
    listed(db, &communities(scope, subject), subject, before, limit).await
}

pub(super) async fn listed(
    db: &impl ConnectionTrait,
    communities: &[i64],
    subject: RetentionSubject,
    before: Micros,
    limit: u64,
) -> Result<Vec<(CommunityId, Uuid)>> {
    let mut query = due(subject, communities, before);
    query
        .columns([name("community_id"), name("id")])
        .order_by(name("id"), Order::Asc)
        .limit(limit);
    db.query_all(&query)
        .await?
        .iter()
        .map(|row| {
            Ok((
                CommunityId(row.try_get("", "community_id")?),
                row.try_get("", "id")?,
            ))
        })
        .collect()
}

/// A rule holds everywhere: whoever chooses its days holds `people.retention` in every community there is.
#[must_use]
pub fn may_set_retention(ctx: &Ctx) -> bool {
    let communities = ctx.areas().communities_with_records();
    let mut all = communities.into_iter().map(AreaId::from).peekable();
    // Where there are no communities yet, the tree stands for them.
    let roots = match all.peek() {
        None => ctx.areas().roots(),
        Some(_) => &[],
    };
    all.chain(roots.iter().copied())
        .all(|area| ctx.authorize(&PEOPLE_RETENTION, area).is_ok())
}

/// Chooses other days for a rule. Permission `people.retention` in every community ([`may_set_retention`]).
#[derive(Debug)]
pub struct SetRetention {
    pub subject: RetentionSubject,
    pub days: i32,
}

impl Command for SetRetention {
    type Output = ();
    const NAME: &'static str = "people.set-retention";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        if !may_set_retention(ctx) {
            return Err(Problem::forbidden());
        }
        if !(self.subject.fewest_days()..=36_525).contains(&self.days) {
            return Err(Problem::invalid("days", "retention-days")
                .field_arg("min", self.subject.fewest_days()));
        }
        let known = retention_rule::Entity::find()
            .filter(retention_rule::Column::CommunityId.eq(CommunityId::SYSTEM.0))
            .filter(retention_rule::Column::Subject.eq(self.subject.as_str()))
            .one(tx.conn())
            .await?;
        let row = match known {
            Some(known) => {
                tx.update::<retention_rule::Entity>(retention_rule::Model {
                    days: self.days,
                    changed_at: ctx.now().0,
                    ..known
                })
                .await?
            }
            None => {
                tx.insert::<retention_rule::Entity>(retention_rule::Model {
                    community_id: CommunityId::SYSTEM.0,
                    id: ctx.new_id(),
                    version: 1,
                    subject: self.subject.as_str().to_owned(),
                    days: self.days,
                    changed_at: ctx.now().0,
                })
                .await?
            }
        };
        tx.audit(
            ctx,
            CommunityId::SYSTEM,
            AuditEntry::new(Self::NAME, "retention", row.id)
                .detail(json!({ "subject": self.subject.as_str(), "days": self.days })),
        );
        Ok(())
    }
}

/// Confirms a list: the job ends what it counted, and nothing that became due since. Permission `people.retention`.
#[derive(Debug)]
pub struct RunRetention {
    pub subject: RetentionSubject,
    /// The moment the list was made for.
    pub before: Micros,
}

impl Command for RunRetention {
    type Output = ();
    const NAME: &'static str = "people.run-retention";

    async fn run(&self, ctx: &Ctx, tx: &Tx<'_>) -> Result<()> {
        let scope = ctx.scope(&PEOPLE_RETENTION)?;
        let rules = retention_rules(tx.conn()).await?;
        let rule = rules
            .iter()
            .find(|rule| rule.subject == self.subject)
            .ok_or_else(Problem::not_found)?;
        // A form that was changed, or that stood open while the days were: the list must be looked at again.
        if self.before > rule.before(ctx.now()) {
            return Err(Problem::new(ProblemKind::Conflict, "retention-changed"));
        }
        let counts = retention_counts(tx.conn(), &scope, self.subject, self.before).await?;
        let communities: Vec<i64> = counts.iter().map(|(community, _)| community.0).collect();
        tx.schedule(
            ctx,
            NewJob {
                community: CommunityId::SYSTEM,
                kind: RETENTION_KIND,
                key: self.subject.as_str().to_owned(),
                run_at: ctx.now(),
                payload: json!({
                    "before": self.before.0,
                    "communities": communities,
                    "account": ctx.actor().id(),
                    "by": ctx.actor().name(),
                }),
            },
        );
        tx.audit(
            ctx,
            CommunityId::SYSTEM,
            AuditEntry::new(Self::NAME, "retention", Uuid::nil())
                .detail(json!({ "subject": self.subject.as_str(), "before": self.before.0 })),
        );
        Ok(())
    }
}

//! `youlin audit verify`: proves that the trail is unbroken, or names the place where it is not.

use anyhow::{Result, anyhow, bail};
use clap::{Args, Subcommand};
use uuid::Uuid;
use youlin_database::Database;
use youlin_database::audit::{AuditFault, AuditReport, verify};
use youlin_kernel::{AreaId, AreaTree, CommunityId};

use super::{Outcome, open};
use crate::config::Raw;
use crate::{House, house, out};

/// The append-only audit log
#[derive(Debug, Subcommand)]
pub(crate) enum Audit {
    Verify(Verify),
}

/// Verify the hash chains and the rows they attest; exit code 1 when something was changed
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  youlin audit verify\n  youlin audit verify --community 320613005018 --json"
)]
pub(crate) struct Verify {
    /// Only this community, by its code
    #[arg(long, value_name = "CODE")]
    community: Option<String>,
    /// Only the rows of this case, by its number or id (its community's chain is walked whole)
    #[arg(long, value_name = "NUMBER")]
    case: Option<String>,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
}

impl Audit {
    pub(crate) async fn run(self, raw: Raw) -> Result<Outcome> {
        let Self::Verify(command) = self;
        let house = open(raw).await?;
        let outcome = command.run(&house).await;
        house.close().await;
        outcome
    }
}

impl Verify {
    async fn run(&self, house: &House) -> Result<Outcome> {
        let (communities, subject) = self.what(house).await?;
        let report = check(&house.db, &communities, subject).await?;
        if self.json {
            out::say(serde_json::to_string_pretty(&report)?);
        } else {
            for line in lines(&report, &house.app.areas()) {
                out::say(line);
            }
        }
        Ok(if report.faults.is_empty() {
            Outcome::Good
        } else {
            Outcome::Faults
        })
    }

    async fn what(&self, house: &House) -> Result<(Vec<CommunityId>, Option<Uuid>)> {
        let areas = house.app.areas();
        let communities = match &self.community {
            Some(code) => vec![community(&areas, code)?],
            None => all_communities(&areas),
        };
        match &self.case {
            None => Ok((communities, None)),
            Some(case) => {
                let ctx = house.ctx("cli");
                let scope = ctx.scope(&youlin_cases::permissions::CASES_READ)?;
                let (community, id) = youlin_cases::case_by_number(&house.db, &scope, case)
                    .await
                    .map_err(|_not_there| {
                        anyhow!("--case {case}: there is no case of that number or id")
                    })?;
                Ok((vec![community], Some(id)))
            }
        }
    }
}

/// Verifies; `restore` ends with it too.
pub(crate) async fn check(
    db: &Database,
    communities: &[CommunityId],
    subject: Option<Uuid>,
) -> Result<AuditReport> {
    let tables: Vec<_> = house::modules()
        .into_iter()
        .flat_map(|module| module.audited)
        .collect();
    Ok(verify(db.read(), &tables, communities, subject).await?)
}

/// Every chain there is: the communities' and that of records of no community.
pub(crate) fn all_communities(areas: &AreaTree) -> Vec<CommunityId> {
    std::iter::once(CommunityId::SYSTEM)
        .chain(areas.communities_with_records())
        .collect()
}

fn community(areas: &AreaTree, code: &str) -> Result<CommunityId> {
    match areas
        .by_code(code)
        .and_then(|area| areas.community_of(area.id))
    {
        Some(community) => Ok(community),
        None => bail!("--community {code}: there is no community of that code"),
    }
}

/// The report in words.
pub(crate) fn lines(report: &AuditReport, areas: &AreaTree) -> Vec<String> {
    let mut lines: Vec<String> = report
        .faults
        .iter()
        .map(|fault| sentence(fault, areas))
        .collect();
    lines.push(format!(
        "{}: {} chains, {} entries, {} rows compared, {} faults",
        if report.faults.is_empty() {
            "unbroken"
        } else {
            "BROKEN"
        },
        report.communities,
        report.entries,
        report.rows,
        report.faults.len()
    ));
    lines
}

fn sentence(fault: &AuditFault, areas: &AreaTree) -> String {
    let chain = |community: i64| match areas.get(AreaId(community)) {
        Some(area) => format!("{} ({})", area.name, area.code),
        None => "the records of no community".to_owned(),
    };
    match fault {
        AuditFault::Gap {
            community,
            expected_seq,
            found_seq,
        } => format!(
            "{}: entry {expected_seq} is missing; the next one found is {found_seq}",
            chain(*community)
        ),
        AuditFault::BrokenLink { community, seq } => format!(
            "{}: entry {seq} does not follow from the entry before it",
            chain(*community)
        ),
        AuditFault::Altered {
            community,
            seq,
            at,
            action,
            subject,
        } => format!(
            "{}: entry {seq} ({action} of {subject}, {at}) was changed after it was written",
            chain(*community)
        ),
        AuditFault::HeadMismatch {
            community,
            last_seq,
            head_seq,
        } => format!(
            "{}: the log ends at entry {last_seq}, but its head attests {head_seq}: entries at the end were removed or changed",
            chain(*community)
        ),
        AuditFault::RowAltered {
            community,
            seq,
            table,
            id,
        } => format!(
            "{}: row {id} of table {table} differs from what entry {seq} attests",
            chain(*community)
        ),
        AuditFault::RowMissing {
            community,
            seq,
            table,
            id,
        } => format!(
            "{}: row {id} of table {table}, attested by entry {seq}, is gone",
            chain(*community)
        ),
    }
}

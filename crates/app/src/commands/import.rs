//! `youlin import`.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::{Args, ValueEnum};
use youlin_places::Datum;

use super::words::{explain, locale};
use super::{Outcome, open};
use crate::config::Raw;
use crate::registers::{Intake, Register, Taken, new_passwords, take_in};
use crate::{House, out};

#[derive(Clone, Copy, Debug, ValueEnum)]
enum DatumArg {
    /// Satellite receivers, GeoJSON
    Wgs84,
    /// Chinese map services
    Gcj02,
}

/// Take a register in from a file; a second run of the same file changes nothing
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  youlin import areas areas.csv --dry-run\n  youlin import boundaries boundaries.geojson\n  \
                  youlin import persons persons.csv --memberships memberships.csv --accounts accounts.csv\n  \
                  youlin import calendar 2027.json\n\nThe files in examples/nantong show the columns."
)]
pub(crate) struct Import {
    /// What the file holds
    register: Register,
    file: PathBuf,
    /// Only say what would be done
    #[arg(long)]
    dry_run: bool,
    /// What the positions of a boundary file are measured against
    #[arg(long, value_enum, default_value = "wgs84")]
    datum: DatumArg,
    /// For persons: files staff without a dwelling in the area of their membership
    #[arg(long, value_name = "FILE")]
    memberships: Option<PathBuf>,
    /// For persons: files those without a membership in the area of their account
    #[arg(long, value_name = "FILE")]
    accounts: Option<PathBuf>,
}

impl Import {
    pub(crate) async fn run(self, raw: Raw) -> Result<Outcome> {
        let text = read(&self.file)?;
        let house = open(raw).await?;
        let taken = self.take_in(&house, &text).await;
        house.close().await;
        let taken = taken?;
        for line in &taken.refused {
            out::say(format!("{}:{line}", self.file.display()));
        }
        out::say(format!(
            "{}{} new, {} changed, {} unchanged, {} refused",
            if self.dry_run { "dry run: " } else { "" },
            taken.new,
            taken.changed,
            taken.unchanged,
            taken.refused.len()
        ));
        Ok(if taken.refused.is_empty() {
            Outcome::Good
        } else {
            Outcome::Faults
        })
    }

    async fn take_in(&self, house: &House, text: &str) -> Result<Taken> {
        let ctx = house.ctx("import");
        let told = |problem| explain(house.app.i18n(), &problem);
        let made = if self.register == Register::Accounts && !self.dry_run {
            new_passwords(house, &ctx, text).await.map_err(told)?
        } else {
            Vec::new()
        };
        let passwords: HashMap<_, _> = made
            .iter()
            .map(|(login, _, hash)| (login.clone(), hash.clone()))
            .collect();
        let (memberships, accounts) = (
            other(self.memberships.as_deref())?,
            other(self.accounts.as_deref())?,
        );
        let mut file = Intake::new(text, &passwords);
        file.dry_run = self.dry_run;
        file.locale = locale();
        file.datum = match self.datum {
            DatumArg::Wgs84 => Datum::Wgs84,
            DatumArg::Gcj02 => Datum::Gcj02,
        };
        file.staff.0 = memberships.as_deref().unwrap_or(file.staff.0);
        file.staff.1 = accounts.as_deref().unwrap_or(file.staff.1);
        let taken = take_in(house, &ctx, self.register, &file)
            .await
            .map_err(told)?;
        if !made.is_empty() {
            out::say("one-time passwords of the new accounts, to be changed at the first sign-in:");
            for (login, password, _) in &made {
                out::say(format!("  {login}\t{password}"));
            }
        }
        Ok(taken)
    }
}

fn other(path: Option<&Path>) -> Result<Option<String>> {
    path.map(read).transpose()
}

/// Spreadsheet programs in China write GB 18030; saying so is more use than a wrong name in the register.
fn read(path: &Path) -> Result<String> {
    let bytes =
        std::fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
    String::from_utf8(bytes)
        .with_context(|| format!("{} is not UTF-8: save it as \"CSV UTF-8\"", path.display()))
}

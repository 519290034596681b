//! Taking registers in, for `youlin import` and for the example alike: the same commands, whoever calls.

use std::collections::{HashMap, HashSet};

use clap::ValueEnum;
use youlin_cases::{ImportCategories, LoadCalendarYear};
use youlin_kernel::{Ctx, Locale, Result};
use youlin_people::{PasswordHash, account_list, hash_password, one_time_password};
use youlin_places::Datum;
use youlin_places::import::{ImportReport, read_csv};
use youlin_web::I18n;

use crate::House;

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Register {
    /// CSV: the area tree, parents before children
    Areas,
    /// GeoJSON: boundaries of areas; all or nothing
    Boundaries,
    /// CSV: estates of a community
    Estates,
    /// CSV: buildings of an estate
    Buildings,
    /// CSV: dwellings of a building
    Dwellings,
    /// CSV: reaches of rivers with their chiefs
    Reaches,
    /// CSV: premises of a community
    Premises,
    /// CSV: stalls of premises
    Stalls,
    /// CSV: equipment of buildings and premises
    Equipment,
    /// CSV: merchants in premises and stalls
    Merchants,
    /// CSV: persons with telephones and households
    Persons,
    /// CSV: organisations
    Organisations,
    /// CSV: who is what where
    Memberships,
    /// CSV: accounts with grants; one-time passwords are printed
    Accounts,
    /// JSON: the category catalogue
    Categories,
    /// JSON: a year of the legal calendar
    Calendar,
}

/// What became of a file.
#[derive(Debug, Default)]
pub(crate) struct Taken {
    pub(crate) new: usize,
    pub(crate) changed: usize,
    pub(crate) unchanged: usize,
    /// One sentence for each row that was refused.
    pub(crate) refused: Vec<String>,
}

/// A file to take in.
#[derive(Debug)]
pub(crate) struct Intake<'a> {
    pub(crate) text: &'a str,
    pub(crate) dry_run: bool,
    pub(crate) datum: Datum,
    /// Where staff without a dwelling are filed: `(memberships.csv, accounts.csv)`.
    pub(crate) staff: (&'a str, &'a str),
    /// Passwords of new accounts.
    pub(crate) passwords: &'a HashMap<String, PasswordHash>,
    /// Whether new accounts must choose another password at their first sign-in.
    pub(crate) must_change: bool,
    pub(crate) locale: Locale,
}

const NO_STAFF: (&str, &str) = ("person_key,area_code\n", "login,person_key,grants\n");

impl<'a> Intake<'a> {
    pub(crate) fn new(text: &'a str, passwords: &'a HashMap<String, PasswordHash>) -> Self {
        Self {
            text,
            dry_run: false,
            datum: Datum::Wgs84,
            staff: NO_STAFF,
            passwords,
            must_change: true,
            locale: Locale::Zh,
        }
    }
}

/// Takes a file in, or with `dry_run` says what would become of it.
///
/// # Errors
/// A file that cannot be read at all; refused rows are in the answer.
pub(crate) async fn take_in(
    house: &House,
    ctx: &Ctx,
    register: Register,
    file: &Intake<'_>,
) -> Result<Taken> {
    use youlin_people::import as people;
    use youlin_places::import as places;
    let (db, text, dry) = (&house.db, file.text, file.dry_run);
    let (locator, vault) = (&*house.services.locator, &house.services.vault);
    let report = match register {
        Register::Areas => {
            places::areas(db, ctx, locator, read_csv(text, places::AREA_COLUMNS)?, dry).await?
        }
        Register::Boundaries => {
            places::boundaries(db, ctx, locator, text.to_owned(), file.datum, dry).await?
        }
        Register::Estates => {
            places::estates(
                db,
                ctx,
                locator,
                read_csv(text, places::ESTATE_COLUMNS)?,
                dry,
            )
            .await?
        }
        Register::Buildings => {
            places::buildings(
                db,
                ctx,
                locator,
                read_csv(text, places::BUILDING_COLUMNS)?,
                dry,
            )
            .await?
        }
        Register::Dwellings => {
            places::dwellings(
                db,
                ctx,
                locator,
                read_csv(text, places::DWELLING_COLUMNS)?,
                dry,
            )
            .await?
        }
        Register::Reaches => {
            youlin_places::rivers::import_reaches(db, ctx, locator, text, file.datum, dry).await?
        }
        Register::Premises => {
            let rows = read_csv(text, places::PREMISES_COLUMNS)?;
            places::premises(db, ctx, locator, rows, dry).await?
        }
        Register::Stalls => {
            let rows = read_csv(text, places::STALL_COLUMNS)?;
            places::stalls(db, ctx, locator, rows, dry).await?
        }
        Register::Equipment => {
            let rows = read_csv(text, places::EQUIPMENT_COLUMNS)?;
            places::equipment(db, ctx, locator, rows, dry).await?
        }
        Register::Merchants => {
            youlin_people::merchants::merchants(db, ctx, vault, text, dry).await?
        }
        Register::Persons => {
            let staff = people::staff_areas(file.staff.0, file.staff.1)?;
            people::persons(db, ctx, vault, text, &staff, dry).await?
        }
        Register::Organisations => people::organisations(db, ctx, vault, text, dry).await?,
        Register::Memberships => people::memberships(db, ctx, vault, text, dry).await?,
        Register::Accounts => {
            let password = |login: &str| file.passwords.get(login).cloned();
            people::accounts(db, ctx, text, &password, file.must_change, dry).await?
        }
        Register::Categories => return categories(house, ctx, file).await,
        Register::Calendar => return calendar(house, ctx, file).await,
    };
    Ok(words(&report, house.app.i18n(), file.locale))
}

fn words(report: &ImportReport, i18n: &I18n, locale: Locale) -> Taken {
    let refused = report.refused.iter().map(|refused| {
        let column = if refused.column.is_empty() {
            String::new()
        } else {
            format!(", {}", refused.column)
        };
        format!(
            "{}{column}: {}",
            refused.line,
            refused.sentence(i18n, locale)
        )
    });
    Taken {
        new: report.new as usize,
        changed: report.changed as usize,
        unchanged: report.unchanged as usize,
        refused: refused.collect(),
    }
}

async fn categories(house: &House, ctx: &Ctx, file: &Intake<'_>) -> Result<Taken> {
    let import = ImportCategories {
        text: file.text.to_owned(),
        dry_run: file.dry_run,
    };
    let report = house.db.execute(ctx, import).await?;
    house.services.cases.reload().await?;
    Ok(Taken {
        new: report.new,
        changed: report.changed,
        unchanged: report.unchanged,
        refused: report
            .refused
            .into_iter()
            .map(|(code, why)| format!("{code}: {why}"))
            .collect(),
    })
}

async fn calendar(house: &House, ctx: &Ctx, file: &Intake<'_>) -> Result<Taken> {
    if file.dry_run {
        let read = youlin_workday::YearTable::from_json(file.text);
        return Ok(match read {
            Ok(_) => Taken {
                new: 1,
                ..Taken::default()
            },
            Err(fault) => Taken {
                refused: vec![fault.to_string()],
                ..Taken::default()
            },
        });
    }
    let load = LoadCalendarYear {
        text: file.text.to_owned(),
    };
    house.db.execute(ctx, load).await?;
    house.services.cases.reload().await?;
    Ok(Taken {
        new: 1,
        ..Taken::default()
    })
}

/// One-time passwords for the accounts of a file that are not there yet.
pub(crate) async fn new_passwords(
    house: &House,
    ctx: &Ctx,
    accounts: &str,
) -> Result<Vec<(String, String, PasswordHash)>> {
    let known: HashSet<String> = account_list(house.db.read())
        .await?
        .into_iter()
        .map(|account| account.login)
        .collect();
    let mut made = Vec::new();
    for row in read_csv(accounts, &["login"])? {
        let login = row.get("login").to_lowercase();
        if !login.is_empty() && !known.contains(&login) {
            let password = one_time_password(ctx);
            let hash = hash_password(ctx, &login, &password).await?;
            made.push((login, password, hash));
        }
    }
    Ok(made)
}

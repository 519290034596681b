//! Configuration by file and environment; the environment wins. A wrong or unknown setting stops the start with its
//! name and what is expected there.

mod notices;
mod read;
mod settings;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use youlin_database::DatabaseConfig;
use youlin_kernel::Micros;
use youlin_open311::{Jurisdiction, Open311Settings};
use youlin_people::facts::{Fact, RegisterPolicy};
use youlin_web::{CookiePolicy, WebConfig};
use youlin_workday::DayHours;

pub use read::{ConfigFault, Origin, Raw};
pub use settings::{NOT_SETTINGS, SETTINGS, Setting};

/// Example or earnest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Demo,
    Production,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    Text,
    Json,
}

/// All settings, read and checked.
#[derive(Clone, Debug)]
pub struct Config {
    pub mode: Mode,
    pub listen: SocketAddr,
    pub data_dir: PathBuf,
    pub database: DatabaseConfig,
    /// Without a slash at the end.
    pub public_url: String,
    /// Where the source of the running version is published; empty: not said.
    pub source_url: String,
    pub allow_public_demo: bool,
    /// Days by which the demo's clock is ahead of the machine's.
    pub demo_days_ahead: i64,
    pub tile_url: Option<String>,
    pub session_idle: i64,
    pub session_max: i64,
    pub require_second_factor: bool,
    /// Bytes.
    pub max_upload: usize,
    /// Bytes that tables of records for figures may take between questions.
    pub figures_memory: usize,
    pub public_writes_per_minute: u32,
    pub public_reads_per_minute: u32,
    pub sign_ins_per_minute: u32,
    /// Of landline numbers written without one.
    pub area_code: Option<String>,
    pub working_hours: DayHours,
    /// Days a helper's link lives.
    pub link_days: i64,
    /// What the register of people wants to know, and how long an answer holds.
    pub register: RegisterPolicy,
    pub telephony_secrets: Vec<String>,
    /// Called number → code of the community whose desk rings.
    pub telephony_lines: Vec<(String, String)>,
    pub open311: Open311Settings,
    pub log_format: LogFormat,
    pub log_level: String,
    /// E-mail, SMS, webhooks.
    pub notices: youlin_notices::NoticesSettings,
}

impl Config {
    /// Checks raw values and those that must fit together.
    ///
    /// # Errors
    /// [`ConfigFault`] with the name of the first setting that is wrong.
    pub fn from_raw(raw: &Raw) -> Result<Self, ConfigFault> {
        let data_dir = PathBuf::from(raw.text("data_dir"));
        let listen: SocketAddr = raw.parse("listen")?;
        let database = DatabaseConfig {
            url: database_url(raw, &data_dir)?,
            connections: raw.number("database_connections", 1, 200)?,
        };
        let mode = raw.choice(
            "mode",
            &[("demo", Mode::Demo), ("production", Mode::Production)],
        )?;
        let config = Self {
            mode,
            public_url: public_url(raw, listen)?,
            listen,
            database,
            source_url: source_url(raw)?,
            allow_public_demo: raw.yes_no("allow_public_demo")?,
            demo_days_ahead: i64::from(raw.number("demo_days_ahead", 0, 3650)?),
            tile_url: tile_url(raw)?,
            session_idle: i64::from(raw.number("session_idle_minutes", 1, 43_200)?)
                * Micros::MINUTE,
            session_max: i64::from(raw.number("session_max_hours", 1, 8_760)?) * Micros::HOUR,
            require_second_factor: raw.yes_no("require_second_factor")?,
            max_upload: raw.number("max_upload_mb", 1, 500)? as usize * 1024 * 1024,
            figures_memory: raw.number("figures_memory_mb", 16, 65_536)? as usize * 1024 * 1024,
            public_writes_per_minute: raw.number("public_writes_per_minute", 1, 100_000)?,
            public_reads_per_minute: raw.number("public_reads_per_minute", 1, 100_000)?,
            sign_ins_per_minute: raw.number("sign_ins_per_minute", 1, 100_000)?,
            area_code: area_code(raw)?,
            working_hours: raw.parse("working_hours")?,
            link_days: i64::from(raw.number("link_days", 1, 365)?),
            register: register_policy(raw)?,
            telephony_secrets: telephony_secrets(raw)?,
            telephony_lines: telephony_lines(raw)?,
            open311: open311(raw)?,
            notices: notices::settings(raw, mode)?,
            log_format: raw.choice(
                "log_format",
                &[("text", LogFormat::Text), ("json", LogFormat::Json)],
            )?,
            log_level: log_level(raw)?,
            data_dir,
        };
        config.check_mode(raw)?;
        Ok(config)
    }

    /// What must hold between the mode and the addresses.
    fn check_mode(&self, raw: &Raw) -> Result<(), ConfigFault> {
        let loopback = self.listen.ip().is_loopback();
        if self.mode == Mode::Demo && !loopback && !self.allow_public_demo {
            return Err(raw.conflict(
                "listen",
                "the demo shows its sign-ins to everybody, so it listens on loopback only (127.0.0.1); to show it to \
                 others on purpose use --allow-public-demo or YOULIN_ALLOW_PUBLIC_DEMO=yes",
            ));
        }
        if self.mode == Mode::Production && self.demo_days_ahead != 0 {
            return Err(raw.conflict(
                "demo_days_ahead",
                "only the example may be shown at another time than now: expected 0 in production",
            ));
        }
        if self.mode == Mode::Production && !self.secure() && !is_local(&self.public_url) {
            return Err(raw.conflict(
                "public_url",
                "passwords and personal data must not travel in the clear: expected an https:// address (the proxy in \
                 front of Youlin holds the certificate)",
            ));
        }
        Ok(())
    }

    /// People reach Youlin over https.
    #[must_use]
    pub fn secure(&self) -> bool {
        self.public_url.starts_with("https://")
    }

    /// The key file of this installation.
    #[must_use]
    pub fn key_file(&self) -> PathBuf {
        self.data_dir.join("keys")
    }

    /// The folder of attached files.
    #[must_use]
    pub fn files_folder(&self) -> PathBuf {
        self.data_dir.join("files")
    }

    /// The database file, when the database is SQLite.
    #[must_use]
    pub fn sqlite_file(&self) -> Option<PathBuf> {
        self.database
            .url
            .strip_prefix("sqlite:")
            .map(|path| PathBuf::from(path.trim_start_matches("//")))
    }

    /// What the web floor needs of it.
    #[must_use]
    pub fn web(&self) -> WebConfig {
        WebConfig {
            public_url: self.public_url.clone(),
            demo: self.mode == Mode::Demo,
            cookies: CookiePolicy {
                secure: self.secure(),
                idle: self.session_idle,
                absolute: self.session_max,
            },
            tile_url: self.tile_url.clone(),
            max_upload: self.max_upload,
        }
    }
}

/// Only what is asked at a door can be wanted of everybody.
fn register_policy(raw: &Raw) -> Result<RegisterPolicy, ConfigFault> {
    const ASKED: [Fact; 3] = [Fact::Phone, Fact::Birth, Fact::Sex];
    let mut required = Vec::new();
    for word in raw.text("register_required").split_whitespace() {
        let fact = ASKED.into_iter().find(|fact| fact.as_str() == word);
        let fact = fact.ok_or_else(|| raw.wrong("register_required"))?;
        if !required.contains(&fact) {
            required.push(fact);
        }
    }
    Ok(RegisterPolicy {
        fresh_days: i64::from(raw.number("register_fresh_days", 7, 3_650)?),
        required,
        ..RegisterPolicy::default()
    })
}

fn database_url(raw: &Raw, data_dir: &Path) -> Result<String, ConfigFault> {
    let url = raw.text("database_url");
    if url.is_empty() {
        return Ok(format!("sqlite:{}", data_dir.join("youlin.db").display()));
    }
    let known = ["sqlite:", "postgres://", "postgresql://"];
    if known.iter().any(|scheme| url.starts_with(scheme)) {
        Ok(url.to_owned())
    } else {
        Err(raw.wrong("database_url"))
    }
}

fn public_url(raw: &Raw, listen: SocketAddr) -> Result<String, ConfigFault> {
    let url = raw.text("public_url").trim_end_matches('/');
    if url.is_empty() {
        return Ok(format!("http://{listen}"));
    }
    let host = ["http://", "https://"]
        .iter()
        .find_map(|scheme| url.strip_prefix(scheme))
        .ok_or_else(|| raw.wrong("public_url"))?;
    let odd = |c: char| c.is_whitespace() || matches!(c, '/' | '?' | '#' | '@');
    if host.is_empty() || host.contains(odd) {
        return Err(raw.wrong("public_url"));
    }
    Ok(url.to_owned())
}

fn source_url(raw: &Raw) -> Result<String, ConfigFault> {
    let url = raw.text("source_url");
    let known = url.starts_with("https://") || url.starts_with("http://");
    if url.is_empty() || (known && !url.contains(char::is_whitespace)) {
        Ok(url.to_owned())
    } else {
        Err(raw.wrong("source_url"))
    }
}

fn tile_url(raw: &Raw) -> Result<Option<String>, ConfigFault> {
    let url = raw.text("tile_url");
    if url.is_empty() {
        return Ok(None);
    }
    let complete = ["{z}", "{x}", "{y}"].iter().all(|part| url.contains(part));
    // The origin goes into the content security policy: nothing that could end the directive may be in it.
    let clean = !url.contains(|c: char| c.is_whitespace() || matches!(c, ';' | ',' | '\'' | '"'));
    let scheme = url.starts_with("https://") || url.starts_with("http://");
    if complete && clean && scheme {
        Ok(Some(url.to_owned()))
    } else {
        Err(raw.wrong("tile_url"))
    }
}

fn area_code(raw: &Raw) -> Result<Option<String>, ConfigFault> {
    let code = raw.text("area_code");
    let digits = code.starts_with('0') && code.bytes().all(|byte| byte.is_ascii_digit());
    match code.len() {
        0 => Ok(None),
        3 | 4 if digits => Ok(Some(code.to_owned())),
        _ => Err(raw.wrong("area_code")),
    }
}

fn telephony_secrets(raw: &Raw) -> Result<Vec<String>, ConfigFault> {
    let secrets: Vec<String> = raw
        .text("telephony_secret")
        .split_whitespace()
        .map(str::to_owned)
        .collect();
    if secrets.len() > 2 || secrets.iter().any(|secret| secret.chars().count() < 16) {
        return Err(raw.wrong("telephony_secret"));
    }
    Ok(secrets)
}

fn telephony_lines(raw: &Raw) -> Result<Vec<(String, String)>, ConfigFault> {
    pairs(raw, "telephony_lines")
}

/// `a=b c=d`
fn pairs(raw: &Raw, name: &str) -> Result<Vec<(String, String)>, ConfigFault> {
    raw.text(name)
        .split_whitespace()
        .map(|pair| match pair.split_once('=') {
            Some((left, right)) if !left.is_empty() && !right.is_empty() => {
                Ok((left.to_owned(), right.to_owned()))
            }
            _ => Err(raw.wrong(name)),
        })
        .collect()
}

fn open311(raw: &Raw) -> Result<Open311Settings, ConfigFault> {
    let jurisdictions = pairs(raw, "open311_jurisdictions")?
        .into_iter()
        .map(|(id, area_code)| Jurisdiction { id, area_code })
        .collect();
    Ok(Open311Settings {
        jurisdictions,
        contact: raw.text("open311_contact").to_owned(),
        key_service: raw.text("open311_key_service").to_owned(),
    })
}

fn log_level(raw: &Raw) -> Result<String, ConfigFault> {
    let text = raw.text("log_level");
    match tracing_subscriber::EnvFilter::try_new(text) {
        Ok(_) if !text.is_empty() => Ok(text.to_owned()),
        _ => Err(raw.wrong("log_level")),
    }
}

/// This very machine, by name or number.
fn is_local(url: &str) -> bool {
    let host = url.split_once("://").map_or(url, |(_, host)| host);
    let name = match host.strip_prefix('[') {
        Some(six) => six.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    name == "localhost"
        || name
            .parse::<std::net::IpAddr>()
            .is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests;

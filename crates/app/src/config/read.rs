//! Where values come from: the defaults, then the file, then the environment, then switches of the command line.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use super::settings::{NOT_SETTINGS, SETTINGS, Setting, find, nearest};

/// Where a value was said, for the sentence that names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    Default,
    File(PathBuf),
    Environment,
    /// The command itself (`youlin demo`) or one of its switches.
    Switch,
}

/// Why the start stopped. Read by the administrator.
#[derive(Debug, thiserror::Error)]
pub enum ConfigFault {
    #[error("{place} is not a setting of Youlin.{hint} All settings: docs/configuration.md")]
    Unknown { place: String, hint: String },
    #[error("{place} is {value}: expected {expects}")]
    Wrong {
        place: String,
        value: String,
        expects: &'static str,
    },
    #[error("{place}: {why}")]
    Conflict { place: String, why: &'static str },
    #[error("the settings file {path} cannot be read: {why}")]
    File { path: PathBuf, why: String },
}

/// Values as text with their origin.
#[derive(Clone, Debug, Default)]
pub struct Raw {
    values: BTreeMap<&'static str, (String, Origin)>,
}

impl Raw {
    /// Reads the file (the one named, else `youlin.toml` in the data folder when it is there) and the environment.
    ///
    /// # Errors
    /// [`ConfigFault`] for unknown names and a file that cannot be read.
    pub fn gather(
        file: Option<&Path>,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigFault> {
        let environment: Vec<(String, String)> = environment
            .into_iter()
            .filter(|(name, _)| name.starts_with("YOULIN_"))
            .collect();
        let named = file.map(Path::to_path_buf).or_else(|| {
            let named = environment.iter().find(|(name, _)| name == "YOULIN_CONFIG");
            named.map(|(_, path)| PathBuf::from(path))
        });
        let mut from_environment = Self::default();
        for (name, value) in &environment {
            from_environment.take_environment(name, value)?;
        }
        let mut raw = Self::default();
        match named {
            Some(path) => raw.take_file(&path)?,
            None => {
                let usual = PathBuf::from(from_environment.text("data_dir")).join("youlin.toml");
                if usual.exists() {
                    raw.take_file(&usual)?;
                }
            }
        }
        raw.values.extend(from_environment.values);
        Ok(raw)
    }

    /// A value said by the command itself; it wins over everything.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.values.insert(name, (value.into(), Origin::Switch));
        self
    }

    /// Whether somebody said it, rather than the defaults.
    #[must_use]
    pub fn is_said(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    fn take_environment(&mut self, name: &str, value: &str) -> Result<(), ConfigFault> {
        let foreign =
            |known: &&str| name == *known || (known.ends_with('_') && name.starts_with(*known));
        if NOT_SETTINGS.iter().any(foreign) {
            return Ok(());
        }
        let short = name.trim_start_matches("YOULIN_").to_lowercase();
        let setting = find(&short).ok_or_else(|| ConfigFault::Unknown {
            place: name.to_owned(),
            hint: nearest(&short)
                .map_or_else(String::new, |near| format!(" Did you mean {}?", near.env())),
        })?;
        self.values
            .insert(setting.name, (value.trim().to_owned(), Origin::Environment));
        Ok(())
    }

    fn take_file(&mut self, path: &Path) -> Result<(), ConfigFault> {
        let fault = |why: String| ConfigFault::File {
            path: path.to_path_buf(),
            why,
        };
        let text = std::fs::read_to_string(path).map_err(|error| fault(error.to_string()))?;
        let table: toml::Table = text
            .parse()
            .map_err(|error: toml::de::Error| fault(error.to_string()))?;
        for (name, value) in table {
            let setting = find(&name).ok_or_else(|| ConfigFault::Unknown {
                place: format!("{name} in {}", path.display()),
                hint: nearest(&name)
                    .map_or_else(String::new, |near| format!(" Did you mean {}?", near.name)),
            })?;
            let value = as_text(&value).ok_or_else(|| ConfigFault::Wrong {
                place: format!("{name} in {}", path.display()),
                value: format!("a {}", value.type_str()),
                expects: setting.expects,
            })?;
            self.values
                .insert(setting.name, (value, Origin::File(path.to_path_buf())));
        }
        Ok(())
    }

    /// The value as text; the default when nobody said anything.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        match self.values.get(name) {
            Some((value, _)) => value,
            None => find(name).map_or("", |setting| setting.default),
        }
    }

    fn said(&self, name: &str) -> (&'static Setting, String) {
        let setting = find(name).unwrap_or(&SETTINGS[0]);
        let place = match self.values.get(name) {
            Some((_, Origin::File(path))) => format!("{} in {}", setting.name, path.display()),
            _ => setting.env(),
        };
        (setting, place)
    }

    pub(super) fn wrong(&self, name: &str) -> ConfigFault {
        let (setting, place) = self.said(name);
        ConfigFault::Wrong {
            place,
            value: if setting.secret {
                "not usable".to_owned()
            } else {
                format!("{:?}", self.text(name))
            },
            expects: setting.expects,
        }
    }

    pub(super) fn conflict(&self, name: &str, why: &'static str) -> ConfigFault {
        ConfigFault::Conflict {
            place: self.said(name).1,
            why,
        }
    }

    pub(super) fn parse<T: FromStr>(&self, name: &str) -> Result<T, ConfigFault> {
        self.text(name)
            .parse()
            .map_err(|_unreadable| self.wrong(name))
    }

    pub(super) fn number(&self, name: &str, least: u32, most: u32) -> Result<u32, ConfigFault> {
        let number: u32 = self.parse(name)?;
        if (least..=most).contains(&number) {
            Ok(number)
        } else {
            Err(self.wrong(name))
        }
    }

    pub(super) fn choice<T: Copy>(
        &self,
        name: &str,
        known: &[(&str, T)],
    ) -> Result<T, ConfigFault> {
        let text = self.text(name).to_lowercase();
        known
            .iter()
            .find(|(value, _)| *value == text)
            .map(|(_, meaning)| *meaning)
            .ok_or_else(|| self.wrong(name))
    }

    pub(super) fn yes_no(&self, name: &str) -> Result<bool, ConfigFault> {
        self.choice(
            name,
            &[
                ("yes", true),
                ("no", false),
                ("true", true),
                ("false", false),
            ],
        )
    }
}

/// Scalars as they would be written in the environment; lists and tables are no settings.
fn as_text(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.trim().to_owned()),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Boolean(true) => Some("yes".to_owned()),
        toml::Value::Boolean(false) => Some("no".to_owned()),
        _ => None,
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Environment => f.write_str("environment"),
            Self::Switch => f.write_str("command line"),
        }
    }
}

//! How messages leave the house. All ways are off until somebody fills them in; a wrong setting is named at the start.

use std::collections::BTreeMap;
use std::path::PathBuf;

use lettre::transport::smtp::client::Certificate;
use serde::Deserialize;
use youlin_kernel::Locale;

/// A text that must not stand in a log: `Debug` shows only that there is one.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Hidden(pub String);

impl std::fmt::Debug for Hidden {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hidden(…)")
    }
}

/// What the composition root fills in. The default sends nothing outside and refuses webhooks into the own network.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NoticesSettings {
    /// `zh-CN` or `en`: the language of SMS and e-mail, whose readers have not chosen one. Empty: Chinese.
    pub language: String,
    pub smtp: Option<SmtpSettings>,
    pub sms: Option<SmsSettings>,
    /// Webhooks may go to loopback, link-local and private addresses: for the demo, and where the other system stands
    /// in the same machine room.
    pub private_webhooks: bool,
}

impl NoticesSettings {
    /// The language of SMS and e-mail.
    #[must_use]
    pub fn locale(&self) -> Locale {
        Locale::negotiate(&self.language)
    }

    /// Whether everything that is filled in can be used.
    ///
    /// # Errors
    /// The first setting that cannot.
    pub fn check(&self) -> Result<(), SettingsFault> {
        if let Some(sms) = &self.sms {
            sms.check()?;
        }
        if let Some(smtp) = &self.smtp {
            smtp.check()?;
        }
        Ok(())
    }
}

/// How the connection to the mail server is protected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SmtpSecurity {
    /// Plain first, then encrypted; refused when the server cannot (port 587).
    #[default]
    Starttls,
    /// Encrypted from the first byte (port 465).
    Tls,
    /// In the clear: for a server on this machine only.
    None,
}

/// What each certificate in a PEM file begins with.
const MARK: &[u8] = b"-----BEGIN CERTIFICATE-----";

/// The mail server.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmtpSettings {
    pub host: String,
    /// 587, 465 or 25 by the kind of protection when nothing is said.
    pub port: Option<u16>,
    #[serde(default)]
    pub security: SmtpSecurity,
    pub user: Option<String>,
    pub password: Option<Hidden>,
    /// `友邻 <noreply@community.example>`.
    pub from: String,
    /// PEM: authorities whose certificates are believed beside the public ones, for a mail server with one of the own
    /// house.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
}

impl SmtpSettings {
    fn check(&self) -> Result<(), SettingsFault> {
        if self.host.trim().is_empty() {
            return Err(SettingsFault::SmtpHost);
        }
        if self.user.is_some() != self.password.is_some() {
            return Err(SettingsFault::SmtpLogin);
        }
        self.authorities()?;
        self.from
            .parse::<lettre::message::Mailbox>()
            .map(|_readable| ())
            .map_err(|_unreadable| SettingsFault::SmtpFrom)
    }

    /// The certificates in the file.
    pub(crate) fn authorities(&self) -> Result<Option<Certificate>, SettingsFault> {
        let Some(file) = &self.ca_file else {
            return Ok(None);
        };
        let fault = |why: String| SettingsFault::SmtpCa(file.display().to_string(), why);
        let pem = std::fs::read(file).map_err(|error| fault(error.to_string()))?;
        if !pem.windows(MARK.len()).any(|part| part == MARK) {
            return Err(fault("it holds no certificate in PEM form".to_owned()));
        }
        Certificate::from_pem(&pem)
            .map(Some)
            .map_err(|error| fault(error.to_string()))
    }
}

/// A gateway that takes a text message by HTTP. In `url` and `body` the marks `{phone}` and `{text}` are replaced:
/// percent-encoded in the address and in form bodies, escaped as JSON in JSON bodies, as they are otherwise.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmsSettings {
    pub url: String,
    /// `POST` unless said.
    #[serde(default)]
    pub method: String,
    /// Names and values; `Content-Type` decides how the body is escaped (JSON unless said).
    #[serde(default)]
    pub headers: BTreeMap<String, Hidden>,
    /// `{"to":"{phone}","content":"【友邻】{text}"}`. Empty: no body.
    #[serde(default)]
    pub body: String,
    /// The status that means "taken"; any 2xx when nothing is said.
    pub success_status: Option<u16>,
    /// A piece of text the answer must hold as well: many gateways answer 200 whatever happened.
    pub success_text: Option<String>,
}

impl SmsSettings {
    fn check(&self) -> Result<(), SettingsFault> {
        let address =
            reqwest::Url::parse(&self.url).map_err(|_unreadable| SettingsFault::SmsUrl)?;
        if !matches!(address.scheme(), "http" | "https") {
            return Err(SettingsFault::SmsUrl);
        }
        if !self.method.is_empty() && !matches!(self.method.as_str(), "GET" | "POST" | "PUT") {
            return Err(SettingsFault::SmsMethod);
        }
        let both = format!("{} {}", self.url, self.body);
        if !both.contains("{phone}") || !both.contains("{text}") {
            return Err(SettingsFault::SmsMarks);
        }
        for (name, value) in &self.headers {
            let fine = reqwest::header::HeaderName::from_bytes(name.as_bytes()).is_ok()
                && reqwest::header::HeaderValue::from_str(&value.0).is_ok();
            if !fine {
                return Err(SettingsFault::SmsHeader(name.clone()));
            }
        }
        Ok(())
    }
}

/// What is wrong with a setting. Seen by whoever starts the server.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsFault {
    #[error("the mail server (smtp host) is empty")]
    SmtpHost,
    #[error("smtp user and password must be given both or not at all")]
    SmtpLogin,
    #[error(
        "the sender (smtp from) must be an e-mail address such as 友邻 <noreply@community.example>"
    )]
    SmtpFrom,
    #[error("the certificates (smtp ca file) in {0} cannot be used: {1}")]
    SmtpCa(String, String),
    #[error("the address of the SMS gateway must begin with http:// or https://")]
    SmsUrl,
    #[error("the method of the SMS gateway must be GET, POST or PUT")]
    SmsMethod,
    #[error("address or body of the SMS gateway must hold the marks {{phone}} and {{text}}")]
    SmsMarks,
    #[error("the header {0:?} of the SMS gateway cannot be sent")]
    SmsHeader(String),
    #[error("no HTTP client can be made: {0}")]
    Client(String),
    #[error("the mail connection cannot be prepared: {0}")]
    Mail(String),
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn sms() -> SmsSettings {
        SmsSettings {
            url: "https://sms.example/send".into(),
            method: String::new(),
            headers: BTreeMap::new(),
            body: r#"{"to":"{phone}","text":"{text}"}"#.into(),
            success_status: None,
            success_text: None,
        }
    }

    #[test]
    fn nothing_is_on_by_default_and_secrets_are_not_printed() {
        let settings = NoticesSettings::default();
        assert!(settings.smtp.is_none() && settings.sms.is_none() && !settings.private_webhooks);
        assert_eq!(settings.locale(), Locale::Zh);
        settings.check().unwrap();
        let hidden = format!("{:?}", Hidden("swordfish".into()));
        assert!(!hidden.contains("swordfish"));
    }

    #[test]
    fn each_wrong_setting_is_named() {
        sms().check().unwrap();
        let cases = [
            (
                SmsSettings {
                    url: "ftp://x".into(),
                    ..sms()
                },
                SettingsFault::SmsUrl,
            ),
            (
                SmsSettings {
                    method: "TRACE".into(),
                    ..sms()
                },
                SettingsFault::SmsMethod,
            ),
            (
                SmsSettings {
                    body: "{phone}".into(),
                    ..sms()
                },
                SettingsFault::SmsMarks,
            ),
            (
                SmsSettings {
                    headers: BTreeMap::from([("a b".into(), Hidden::default())]),
                    ..sms()
                },
                SettingsFault::SmsHeader("a b".into()),
            ),
        ];
        for (settings, fault) in cases {
            assert_eq!(settings.check(), Err(fault));
        }
        let mail = SmtpSettings {
            host: "mail.example".into(),
            port: None,
            security: SmtpSecurity::Tls,
            user: None,
            password: None,
            from: "友邻 <noreply@community.example>".into(),
            ca_file: None,
        };
        mail.check().unwrap();
        let nowhere = SmtpSettings {
            ca_file: Some("/nowhere/ca.pem".into()),
            ..mail.clone()
        };
        assert!(matches!(nowhere.check(), Err(SettingsFault::SmtpCa(..))));
        let no_certificate = SmtpSettings {
            ca_file: Some(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml").into()),
            ..mail.clone()
        };
        let said = no_certificate.check().unwrap_err().to_string();
        assert!(said.contains("no certificate"), "{said}");
        let nobody = SmtpSettings {
            from: "nobody".into(),
            ..mail.clone()
        };
        assert_eq!(nobody.check(), Err(SettingsFault::SmtpFrom));
        let half = SmtpSettings {
            user: Some("u".into()),
            ..mail.clone()
        };
        assert_eq!(half.check(), Err(SettingsFault::SmtpLogin));
        let empty = SmtpSettings {
            host: " ".into(),
            ..mail
        };
        assert_eq!(empty.check(), Err(SettingsFault::SmtpHost));
    }
}

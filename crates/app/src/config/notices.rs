//! Settings of the ways messages leave the house. Each way is off until its first setting is filled in.

use std::collections::BTreeMap;

use youlin_notices::{
    Hidden, NoticesSettings, SettingsFault, SmsSettings, SmtpSecurity, SmtpSettings,
};

use super::{ConfigFault, Mode, Raw};

pub(super) fn settings(raw: &Raw, mode: Mode) -> Result<NoticesSettings, ConfigFault> {
    let settings = NoticesSettings {
        language: raw
            .choice("notices_language", &[("zh-cn", "zh-CN"), ("en", "en")])?
            .to_owned(),
        smtp: smtp(raw)?,
        sms: sms(raw)?,
        // The example's receivers stand on the same machine.
        private_webhooks: raw.yes_no("webhooks_private")? || mode == Mode::Demo,
    };
    settings
        .check()
        .map_err(|fault| raw.wrong(at_fault(&fault)))?;
    Ok(settings)
}

fn said(raw: &Raw, name: &str) -> Option<String> {
    Some(raw.text(name).to_owned()).filter(|text| !text.is_empty())
}

/// The setting that does not fit the others.
fn at_fault(fault: &SettingsFault) -> &'static str {
    match fault {
        SettingsFault::SmtpLogin => "smtp_password",
        SettingsFault::SmtpFrom => "smtp_from",
        SettingsFault::SmtpCa(..) => "smtp_ca_file",
        SettingsFault::SmsUrl => "sms_url",
        SettingsFault::SmsMethod => "sms_method",
        SettingsFault::SmsMarks => "sms_body",
        SettingsFault::SmsHeader(_) => "sms_headers",
        SettingsFault::SmtpHost | SettingsFault::Client(_) | SettingsFault::Mail(_) => "smtp_host",
    }
}

/// Each setting is checked even while the way is off: a wrong one must not wait for the day it is switched on.
fn smtp(raw: &Raw) -> Result<Option<SmtpSettings>, ConfigFault> {
    let security = [
        ("starttls", SmtpSecurity::Starttls),
        ("tls", SmtpSecurity::Tls),
        ("none", SmtpSecurity::None),
    ];
    let security = raw.choice("smtp_security", &security)?;
    let port = number(raw, "smtp_port", 1, 65_535)?;
    Ok(said(raw, "smtp_host").map(|host| SmtpSettings {
        host,
        port,
        security,
        user: said(raw, "smtp_user"),
        password: said(raw, "smtp_password").map(Hidden),
        from: raw.text("smtp_from").to_owned(),
        ca_file: said(raw, "smtp_ca_file").map(Into::into),
    }))
}

fn sms(raw: &Raw) -> Result<Option<SmsSettings>, ConfigFault> {
    let method = raw.choice(
        "sms_method",
        &[("get", "GET"), ("post", "POST"), ("put", "PUT")],
    )?;
    let success_status = number(raw, "sms_success_status", 100, 599)?;
    let headers = headers(raw)?;
    Ok(said(raw, "sms_url").map(|url| SmsSettings {
        url,
        method: method.to_owned(),
        headers,
        body: raw.text("sms_body").to_owned(),
        success_status,
        success_text: said(raw, "sms_success_text"),
    }))
}

fn number(raw: &Raw, name: &str, least: u32, most: u32) -> Result<Option<u16>, ConfigFault> {
    if raw.text(name).is_empty() {
        return Ok(None);
    }
    let number = raw.number(name, least, most)?;
    Ok(u16::try_from(number).ok())
}

/// `Name: value; Name: value`.
fn headers(raw: &Raw) -> Result<BTreeMap<String, Hidden>, ConfigFault> {
    raw.text("sms_headers")
        .split(';')
        .filter(|one| !one.trim().is_empty())
        .map(|one| {
            let (name, value) = one
                .split_once(':')
                .ok_or_else(|| raw.wrong("sms_headers"))?;
            Ok((name.trim().to_owned(), Hidden(value.trim().to_owned())))
        })
        .collect()
}

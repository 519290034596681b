//! SMS by a gateway that speaks HTTP. Its address, body and what it answers when it has taken a message are settings.

use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, StatusCode};

use super::http_code;
use crate::commands::Outcome;
use crate::entities::delivery;
use crate::service::Notices;
use crate::settings::SmsSettings;
use crate::words::Facts;

/// As much of an answer as is looked at.
const ANSWER: usize = 64 * 1024;

pub(super) async fn send(
    notices: &Notices,
    row: &delivery::Model,
    phone: &str,
    args: &str,
) -> Outcome {
    let Some(settings) = &notices.settings.sms else {
        return Outcome::Refused("channel-off".to_owned());
    };
    let facts: Facts = serde_json::from_str(args).unwrap_or_default();
    let text = facts.say(
        &notices.i18n,
        notices.settings.locale(),
        "sms",
        &row.template,
    );
    let request = notices
        .gateway
        .request(
            method(settings),
            fill(&settings.url, Form::Percent, phone, &text),
        )
        .headers(headers(settings))
        .body(fill(&settings.body, form(settings), phone, &text));
    match request.send().await {
        Ok(answer) => judge(settings, answer).await,
        Err(error) => Outcome::Later(http_code(&error)),
    }
}

async fn judge(settings: &SmsSettings, mut answer: reqwest::Response) -> Outcome {
    let status = answer.status();
    let taken = match settings.success_status {
        Some(wanted) => status.as_u16() == wanted,
        None => status.is_success(),
    };
    if !taken {
        let code = format!("http-{}", status.as_u16());
        let passing = status.is_server_error()
            || status.is_success()
            || matches!(
                status,
                StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS
            );
        return if passing {
            Outcome::Later(code)
        } else {
            Outcome::Refused(code)
        };
    }
    let Some(wanted) = &settings.success_text else {
        return Outcome::Sent;
    };
    let mut said: Vec<u8> = Vec::new();
    while let Ok(Some(piece)) = answer.chunk().await {
        said.extend_from_slice(&piece);
        if said.len() > ANSWER {
            break;
        }
    }
    if String::from_utf8_lossy(&said).contains(wanted.as_str()) {
        Outcome::Sent
    } else {
        Outcome::Later("answer".to_owned())
    }
}

fn method(settings: &SmsSettings) -> Method {
    match settings.method.as_str() {
        "GET" => Method::GET,
        "PUT" => Method::PUT,
        _ => Method::POST,
    }
}

fn headers(settings: &SmsSettings) -> HeaderMap {
    let mut map = HeaderMap::new();
    if !settings.body.is_empty() {
        map.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    for (name, value) in &settings.headers {
        let pair = (
            HeaderName::from_bytes(name.as_bytes()),
            HeaderValue::from_str(&value.0),
        );
        if let (Ok(name), Ok(mut value)) = pair {
            value.set_sensitive(true);
            map.insert(name, value);
        }
    }
    map
}

/// How a value is written into its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Json,
    Percent,
    Plain,
}

fn form(settings: &SmsSettings) -> Form {
    let kind = settings
        .headers
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("content-type"))
        .map_or("application/json", |(_, value)| value.0.as_str())
        .to_ascii_lowercase();
    if kind.contains("json") {
        Form::Json
    } else if kind.contains("x-www-form-urlencoded") {
        Form::Percent
    } else {
        Form::Plain
    }
}

/// Replaces the marks in one pass: a text that holds `{phone}` stays as it is.
fn fill(template: &str, form: Form, phone: &str, text: &str) -> String {
    let mut filled = String::with_capacity(template.len() + text.len());
    let mut rest = template;
    loop {
        let next = [("{phone}", phone), ("{text}", text)]
            .into_iter()
            .filter_map(|(mark, value)| Some((rest.find(mark)?, mark, value)))
            .min_by_key(|(at, ..)| *at);
        let Some((at, mark, value)) = next else {
            filled.push_str(rest);
            return filled;
        };
        filled.push_str(&rest[..at]);
        filled.push_str(&written(form, value));
        rest = &rest[at + mark.len()..];
    }
}

fn written(form: Form, value: &str) -> String {
    match form {
        Form::Plain => value.to_owned(),
        Form::Json => {
            let quoted = serde_json::Value::from(value).to_string();
            quoted[1..quoted.len() - 1].to_owned()
        }
        Form::Percent => value
            .bytes()
            .map(|byte| match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                    char::from(byte).to_string()
                }
                other => format!("%{other:02X}"),
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Whatever the words are, the body stays the JSON that was meant.
        #[test]
        fn json_bodies_cannot_be_broken_open(phone in "\\PC*", text in "(?s).*") {
            let body = fill(r#"{"to":"{phone}","text":"{text}"}"#, Form::Json, &phone, &text);
            let read: serde_json::Value = serde_json::from_str(&body).unwrap();
            prop_assert_eq!(read["to"].as_str(), Some(phone.as_str()));
            prop_assert_eq!(read["text"].as_str(), Some(text.as_str()));
        }

        /// Nor can a form or an address.
        #[test]
        fn forms_cannot_be_broken_open(text in "(?s).*") {
            let body = fill("to={phone}&text={text}", Form::Percent, "1", &text);
            prop_assert_eq!(body.matches(['&', '=']).count(), 3);
            let url = format!("http://sms.example/?{body}");
            let url = reqwest::Url::parse(&url).unwrap();
            let said = url.query_pairs().find(|(name, _)| name == "text").unwrap().1.into_owned();
            prop_assert_eq!(said, text);
        }
    }

    #[test]
    fn a_text_that_holds_a_mark_stays_as_it_is() {
        assert_eq!(
            fill("{text}/{phone}", Form::Plain, "1", "{phone}"),
            "{phone}/1"
        );
    }
}

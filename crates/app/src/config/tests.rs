#![allow(clippy::unwrap_used, reason = "tests")]
use super::*;

fn read(environment: &[(&str, &str)]) -> Result<Config, ConfigFault> {
    let environment = environment
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Config::from_raw(&Raw::gather(None, environment)?)
}

fn fault(environment: &[(&str, &str)]) -> String {
    read(environment).unwrap_err().to_string()
}

#[test]
fn the_defaults_are_right_by_themselves() {
    let config = read(&[("YOULIN_DATA_DIR", "/nowhere")]).unwrap();
    assert_eq!(config.public_url, "http://127.0.0.1:8080");
    assert_eq!(config.database.url, "sqlite:/nowhere/youlin.db");
    assert_eq!(config.max_upload, 20 * 1024 * 1024);
    assert_eq!(config.mode, Mode::Production);
    assert!(!config.web().cookies.secure);
}

#[test]
fn every_wrong_value_is_named_with_what_is_expected() {
    for (name, value) in [
        ("YOULIN_MODE", "live"),
        ("YOULIN_LISTEN", "8080"),
        ("YOULIN_LISTEN", "localhost"),
        ("YOULIN_DATABASE_URL", "mysql://h/x"),
        ("YOULIN_DATABASE_CONNECTIONS", "0"),
        ("YOULIN_PUBLIC_URL", "youlin.example"),
        ("YOULIN_PUBLIC_URL", "https://user@youlin.example"),
        ("YOULIN_PUBLIC_URL", "https://youlin.example/path"),
        ("YOULIN_SOURCE_URL", "git@code.example:youlin"),
        ("YOULIN_ALLOW_PUBLIC_DEMO", "maybe"),
        ("YOULIN_DEMO_DAYS_AHEAD", "-1"),
        ("YOULIN_DEMO_DAYS_AHEAD", "1"),
        ("YOULIN_TILE_URL", "https://tiles.example/0/0/0.png"),
        (
            "YOULIN_TILE_URL",
            "https://t.example; script-src *//{z}/{x}/{y}",
        ),
        ("YOULIN_SESSION_IDLE_MINUTES", "-5"),
        ("YOULIN_SESSION_MAX_HOURS", "99999"),
        ("YOULIN_REQUIRE_SECOND_FACTOR", "2"),
        ("YOULIN_MAX_UPLOAD_MB", "20MB"),
        ("YOULIN_PUBLIC_WRITES_PER_MINUTE", "0"),
        ("YOULIN_PUBLIC_READS_PER_MINUTE", ""),
        ("YOULIN_SIGN_INS_PER_MINUTE", "many"),
        ("YOULIN_AREA_CODE", "513"),
        ("YOULIN_WORKING_HOURS", "8-12"),
        ("YOULIN_LINK_DAYS", "0"),
        ("YOULIN_REGISTER_FRESH_DAYS", "3"),
        ("YOULIN_REGISTER_REQUIRED", "phone identity"),
        ("YOULIN_TELEPHONY_SECRET", "short"),
        ("YOULIN_TELEPHONY_LINES", "0513"),
        ("YOULIN_NOTICES_LANGUAGE", "fr"),
        ("YOULIN_SMTP_PORT", "0"),
        ("YOULIN_SMTP_SECURITY", "ssl3"),
        ("YOULIN_SMS_METHOD", "SEND"),
        ("YOULIN_SMS_HEADERS", "Authorization"),
        ("YOULIN_SMS_SUCCESS_STATUS", "ok"),
        ("YOULIN_SMS_URL", "gateway.example"),
        ("YOULIN_WEBHOOKS_PRIVATE", "some"),
        ("YOULIN_OPEN311_JURISDICTIONS", "chongchuan"),
        ("YOULIN_LOG_FORMAT", "xml"),
        ("YOULIN_LOG_LEVEL", "youlin=loud=er"),
    ] {
        let said = fault(&[(name, value)]);
        assert!(said.starts_with(name), "{said}");
        assert!(said.contains("expected "), "{said}");
    }
}

#[test]
fn what_the_register_wants_is_a_setting() {
    let config = read(&[
        ("YOULIN_REGISTER_FRESH_DAYS", "180"),
        ("YOULIN_REGISTER_REQUIRED", "birth  phone birth"),
    ]);
    let policy = config.unwrap().register;
    assert_eq!(policy.fresh_days, 180);
    assert_eq!(policy.required, [Fact::Birth, Fact::Phone]);
    assert!(
        read(&[("YOULIN_REGISTER_REQUIRED", "")])
            .unwrap()
            .register
            .required
            .is_empty()
    );
}

#[test]
fn the_ways_of_messages_fit_together_or_the_setting_at_fault_is_named() {
    let mail = [
        ("YOULIN_SMTP_HOST", "mail.example"),
        ("YOULIN_SMTP_FROM", "友邻 <noreply@youlin.example>"),
    ];
    assert!(read(&mail).unwrap().notices.smtp.is_some());
    assert!(fault(&mail[..1]).starts_with("YOULIN_SMTP_FROM"));
    assert!(
        fault(&[mail[0], mail[1], ("YOULIN_SMTP_USER", "youlin")])
            .starts_with("YOULIN_SMTP_PASSWORD")
    );
    let sms = [
        ("YOULIN_SMS_URL", "https://sms.example/send"),
        (
            "YOULIN_SMS_BODY",
            "{\"to\":\"{phone}\",\"text\":\"{text}\"}",
        ),
        (
            "YOULIN_SMS_HEADERS",
            "Authorization: Bearer x; X-App: youlin",
        ),
    ];
    assert_eq!(read(&sms).unwrap().notices.sms.unwrap().headers.len(), 2);
    assert!(fault(&sms[..1]).starts_with("YOULIN_SMS_BODY"));
}

#[test]
fn a_secret_is_never_printed() {
    for (name, value) in [
        ("YOULIN_TELEPHONY_SECRET", "hunter2"),
        ("YOULIN_DATABASE_URL", "mysql://youlin:hunter2@db/x"),
    ] {
        let said = fault(&[(name, value)]);
        assert!(
            said.starts_with(name) && !said.contains("hunter2"),
            "{said}"
        );
    }
}

#[test]
fn an_unknown_name_stops_the_start_and_its_neighbour_is_offered() {
    let said = fault(&[("YOULIN_LISTEM", "127.0.0.1:1")]);
    assert!(
        said.contains("YOULIN_LISTEM") && said.contains("YOULIN_LISTEN?"),
        "{said}"
    );
    assert!(read(&[("YOULIN_TEST_POSTGRES_URL", "x"), ("YOULIN_BIN", "y")]).is_ok());
}

#[test]
fn a_demo_stays_at_home_unless_told_otherwise() {
    let public = [("YOULIN_MODE", "demo"), ("YOULIN_LISTEN", "0.0.0.0:8080")];
    assert!(fault(&public).starts_with("YOULIN_LISTEN: "));
    let mut allowed = public.to_vec();
    allowed.push(("YOULIN_ALLOW_PUBLIC_DEMO", "yes"));
    assert!(read(&allowed).is_ok());
}

#[test]
fn production_is_reached_over_https_or_from_this_machine() {
    assert!(
        fault(&[("YOULIN_PUBLIC_URL", "http://youlin.example")]).starts_with("YOULIN_PUBLIC_URL: ")
    );
    assert!(fault(&[("YOULIN_LISTEN", "0.0.0.0:80")]).starts_with("YOULIN_PUBLIC_URL: "));
    for fine in [
        "https://youlin.example/",
        "http://localhost:80",
        "http://[::1]:8080",
    ] {
        assert!(read(&[("YOULIN_PUBLIC_URL", fine)]).is_ok(), "{fine}");
    }
    let secure = read(&[("YOULIN_PUBLIC_URL", "https://youlin.example")]).unwrap();
    assert!(secure.web().cookies.secure);
}

#[test]
fn the_file_is_read_and_the_environment_wins() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("youlin.toml");
    std::fs::write(
        &file,
        "listen = \"127.0.0.1:9000\"\nmax_upload_mb = 5\nrequire_second_factor = true\n",
    )
    .unwrap();
    let data = folder.path().display().to_string();
    let config = read(&[("YOULIN_DATA_DIR", &data), ("YOULIN_MAX_UPLOAD_MB", "7")]).unwrap();
    assert_eq!(config.listen.port(), 9000);
    assert!(config.require_second_factor);
    assert_eq!(config.max_upload, 7 * 1024 * 1024);

    for (text, wanted) in [
        ("listen = [1]", "listen in "),
        ("max_upload_mb = 1.5", "max_upload_mb in "),
        ("lisen = \"x\"", "lisen in "),
        ("listen = \"nowhere\"", "listen in "),
        ("listen = ", "cannot be read"),
    ] {
        std::fs::write(&file, text).unwrap();
        let said = fault(&[("YOULIN_DATA_DIR", &data)]);
        assert!(said.contains(wanted), "{text}: {said}");
    }
    let missing = Raw::gather(Some(&folder.path().join("none.toml")), []).unwrap_err();
    assert!(missing.to_string().contains("none.toml"));
}

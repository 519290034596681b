//! The list of settings. `docs/configuration.md` describes the same list; a test compares the two.

/// One setting: `name` in the file, `YOULIN_NAME` in the environment.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    pub name: &'static str,
    /// As one would write it; empty: nothing, or computed from other settings (the page says how).
    pub default: &'static str,
    /// What a right value looks like, for the sentence that stops the start.
    pub expects: &'static str,
    /// Its value is never printed.
    pub secret: bool,
}

impl Setting {
    const fn new(name: &'static str, default: &'static str, expects: &'static str) -> Self {
        Self {
            name,
            default,
            expects,
            secret: false,
        }
    }

    const fn secret(name: &'static str, expects: &'static str) -> Self {
        Self {
            name,
            default: "",
            expects,
            secret: true,
        }
    }

    /// The name in the environment.
    #[must_use]
    pub fn env(&self) -> String {
        format!("YOULIN_{}", self.name.to_uppercase())
    }
}

const YES_NO: &str = "yes or no";

/// Every setting, in the order of the page.
pub const SETTINGS: &[Setting] = &[
    Setting::new("mode", "production", "demo or production"),
    Setting::new(
        "listen",
        "127.0.0.1:8080",
        "an address with a port, such as 127.0.0.1:8080 or [::1]:8080",
    ),
    Setting::new("data_dir", "./var", "a folder, made when it is missing"),
    // It may hold a password.
    Setting::secret(
        "database_url",
        "sqlite:FILE or postgres://user:password@host/database",
    ),
    Setting::new("database_connections", "8", "a whole number from 1 to 200"),
    Setting::new(
        "public_url",
        "",
        "the http(s) address people reach Youlin at, without a path, such as https://youlin.example",
    ),
    Setting::new(
        "source_url",
        "",
        "the http(s) address where the source of the running version is published",
    ),
    Setting::new("allow_public_demo", "no", YES_NO),
    Setting::new(
        "demo_days_ahead",
        "0",
        "a whole number of days from 0 to 3650, in the demo only",
    ),
    Setting::new(
        "tile_url",
        "",
        "an https address with {z}, {x} and {y}, such as https://tiles.example/{z}/{x}/{y}.png",
    ),
    Setting::new(
        "session_idle_minutes",
        "720",
        "a whole number of minutes from 1 to 43200",
    ),
    Setting::new(
        "session_max_hours",
        "168",
        "a whole number of hours from 1 to 8760",
    ),
    Setting::new("require_second_factor", "no", YES_NO),
    Setting::new(
        "max_upload_mb",
        "20",
        "a whole number of megabytes from 1 to 500",
    ),
    Setting::new(
        "figures_memory_mb",
        "512",
        "a whole number of megabytes from 16 to 65536",
    ),
    Setting::new(
        "public_writes_per_minute",
        "30",
        "a whole number from 1 to 100000",
    ),
    Setting::new(
        "public_reads_per_minute",
        "600",
        "a whole number from 1 to 100000",
    ),
    Setting::new(
        "sign_ins_per_minute",
        "10",
        "a whole number from 1 to 100000",
    ),
    Setting::new(
        "area_code",
        "",
        "a telephone area code of 3 or 4 digits beginning with 0, such as 0513",
    ),
    Setting::new(
        "working_hours",
        "08:30-12:00 14:00-18:00",
        "intervals of a working day in order, such as 08:30-12:00 14:00-18:00",
    ),
    Setting::new("link_days", "14", "a whole number of days from 1 to 365"),
    Setting::new(
        "register_fresh_days",
        "365",
        "a whole number of days from 7 to 3650",
    ),
    Setting::new(
        "register_required",
        "phone birth sex",
        "any of phone, birth and sex, with spaces between",
    ),
    Setting::secret(
        "telephony_secret",
        "one secret of 16 characters or more, or two (the new one and the old) with a space between",
    ),
    Setting::new(
        "telephony_lines",
        "",
        "called numbers with the code of the community that answers, such as 051300001000=320613005018, with spaces \
         between",
    ),
    Setting::new(
        "open311_jurisdictions",
        "",
        "names with the code of an area, such as chongchuan.example.cn=320613, with spaces between",
    ),
    Setting::new("open311_contact", "", "how developers reach somebody"),
    Setting::new("open311_key_service", "", "how one gets a key"),
    Setting::new("notices_language", "zh-CN", "zh-CN or en"),
    Setting::new("webhooks_private", "no", YES_NO),
    Setting::new("smtp_host", "", "the name of a mail server"),
    Setting::new("smtp_port", "", "a port from 1 to 65535"),
    Setting::new("smtp_security", "starttls", "starttls, tls or none"),
    Setting::new(
        "smtp_user",
        "",
        "the name to sign in to the mail server with",
    ),
    Setting::secret("smtp_password", "the password that goes with smtp_user"),
    Setting::new(
        "smtp_from",
        "",
        "an e-mail address such as 友邻 <noreply@community.example>",
    ),
    Setting::new(
        "smtp_ca_file",
        "",
        "a readable file with certificates in PEM form",
    ),
    // Gateways often want a key in the address or in a header.
    Setting::secret(
        "sms_url",
        "an http(s) address; {phone} and {text} are filled in",
    ),
    Setting::new("sms_method", "POST", "GET, POST or PUT"),
    Setting::secret("sms_headers", "Name: value pairs with ; between"),
    Setting::new("sms_body", "", "the body; {phone} and {text} are filled in"),
    Setting::new("sms_success_status", "", "an HTTP status such as 200"),
    Setting::new("sms_success_text", "", "text the answer must hold"),
    Setting::new("log_format", "text", "text or json"),
    Setting::new(
        "log_level",
        "info",
        "a level (error, warn, info, debug) or a tracing filter such as warn,youlin=info",
    ),
];

/// Names in the environment that begin like settings but belong to the tests and measurements of the project.
pub const NOT_SETTINGS: &[&str] = &[
    "YOULIN_CONFIG",
    "YOULIN_BIN",
    "YOULIN_TEST_",
    "YOULIN_E2E_",
    "YOULIN_BENCH_",
];

/// The setting of that name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.name == name)
}

/// The name most like a mistyped one, when one is near.
#[must_use]
pub fn nearest(name: &str) -> Option<&'static Setting> {
    SETTINGS
        .iter()
        .map(|setting| (distance(setting.name, name), setting))
        .min_by_key(|(distance, _)| *distance)
        .filter(|(distance, setting)| *distance <= setting.name.len() / 3)
        .map(|(_, setting)| setting)
}

/// Levenshtein's distance over bytes: names are ASCII.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut corner = i;
        row[0] = i + 1;
        for (j, y) in b.bytes().enumerate() {
            let change = corner + usize::from(x != y);
            corner = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(corner + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistyped_name_finds_its_neighbour_and_a_foreign_one_none() {
        assert_eq!(nearest("listn").map(|setting| setting.name), Some("listen"));
        assert_eq!(
            nearest("require_2nd_factor").map(|setting| setting.name),
            Some("require_second_factor")
        );
        assert!(nearest("kubernetes").is_none());
        assert_eq!(distance("kitten", "sitting"), 3);
    }

    #[test]
    fn names_are_unique_and_each_says_what_it_expects() {
        for (at, setting) in SETTINGS.iter().enumerate() {
            assert!(!setting.expects.is_empty(), "{}", setting.name);
            assert!(
                !SETTINGS[at + 1..]
                    .iter()
                    .any(|other| other.name == setting.name)
            );
        }
    }
}

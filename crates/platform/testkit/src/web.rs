//! For tests that speak HTTP in process: catalogues, settings, keys that stand for callers, an application around a
//! [`World`].

use std::path::PathBuf;
use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use sha2::{Digest, Sha256};
use uuid::Uuid;
use youlin_kernel::{AccountActor, Actor, Grant, Locale, ManualClock, Micros, Result};
use youlin_web::{AccountSource, AppBuilder, CookiePolicy, I18n, RateLimits, SignedIn, WebConfig};

use crate::World;

/// The catalogues as they are shipped, of every module.
#[must_use]
pub fn catalogues() -> Arc<I18n> {
    catalogues_of(|_| true)
}

/// Those of the catalogues whose file name is wanted.
#[must_use]
pub fn catalogues_of(wanted: impl Fn(&str) -> bool) -> Arc<I18n> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../locales");
    let mut files = Vec::new();
    for locale in [Locale::Zh, Locale::En] {
        let folder = std::fs::read_dir(root.join(locale.tag())).expect("a folder of catalogues");
        let mut paths: Vec<PathBuf> = folder
            .map(|entry| entry.expect("a catalogue").path())
            .collect();
        paths.sort_unstable();
        for path in paths {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if wanted(&name) {
                let text = std::fs::read_to_string(&path).expect("a readable catalogue");
                files.push((locale, name.into_owned(), text));
            }
        }
    }
    let files = files
        .iter()
        .map(|(locale, name, text)| (*locale, name.as_str(), text.clone()));
    Arc::new(I18n::load(files).expect("catalogues without faults"))
}

/// A house on this machine, without https.
#[must_use]
pub fn web_config() -> WebConfig {
    WebConfig {
        public_url: "http://localhost".to_owned(),
        demo: false,
        cookies: CookiePolicy {
            secure: false,
            idle: 2 * Micros::HOUR,
            absolute: 12 * Micros::HOUR,
        },
        tile_url: None,
        max_upload: 1 << 20,
    }
}

/// Limits nobody meets.
#[must_use]
pub fn wide_limits() -> RateLimits {
    RateLimits::per_minute(100_000, 100_000, 1_000)
}

/// Keys and whom they stand for, where a module's tests have no accounts.
#[derive(Debug)]
pub struct Keys(pub Vec<(String, SignedIn)>);

/// The key `name`, which stands for the account of that number and name.
#[must_use]
pub fn account(number: u128, name: &str, grant: Grant) -> (String, SignedIn) {
    let actor = AccountActor {
        id: Uuid::from_u128(number),
        person: None,
        former: Vec::new(),
        display_name: name.into(),
    };
    let who = SignedIn {
        actor: Actor::Account(actor),
        grants: Arc::from([grant]),
        locale: None,
        second_factor_required: false,
    };
    (name.to_owned(), who)
}

impl AccountSource for Keys {
    fn account(&self, _id: Uuid) -> BoxFuture<'_, Result<Option<SignedIn>>> {
        async { Ok(None) }.boxed()
    }

    fn key(&self, sha256: [u8; 32]) -> BoxFuture<'_, Result<Option<SignedIn>>> {
        let found = self.0.iter().find(|(key, _)| {
            let hash: [u8; 32] = Sha256::digest(key.as_bytes()).into();
            hash == sha256
        });
        let found = found.map(|(_, who)| who.clone());
        async move { Ok(found) }.boxed()
    }
}

impl World {
    /// An application on this world's database and clock.
    #[must_use]
    pub fn app(
        &self,
        i18n: Arc<I18n>,
        config: WebConfig,
        accounts: Arc<dyn AccountSource>,
        limits: RateLimits,
    ) -> AppBuilder {
        AppBuilder::new(
            self.db().clone(),
            Arc::clone(&self.areas),
            Arc::<ManualClock>::clone(&self.clock),
            Arc::clone(&self.entropy),
            i18n,
            config,
            accounts,
            limits,
        )
    }
}

/// `application/x-www-form-urlencoded`.
#[must_use]
pub fn form(fields: &[(&str, &str)]) -> String {
    let encode = |text: &str| -> String {
        text.bytes()
            .map(|byte| match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => {
                    char::from(byte).to_string()
                }
                b' ' => "+".into(),
                byte => format!("%{byte:02X}"),
            })
            .collect()
    };
    let pairs: Vec<String> = fields
        .iter()
        .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
        .collect();
    pairs.join("&")
}

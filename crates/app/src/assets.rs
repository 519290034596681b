//! The files that travel in the binary: message catalogues, bundles of the web client, the example. A debug build reads
//! them from the working copy, so that a changed sentence shows without compiling.

use bytes::Bytes;
use rust_embed::{EmbeddedFile, RustEmbed};
use youlin_kernel::Locale;
use youlin_web::{AssetSource, I18n};

#[derive(RustEmbed)]
#[folder = "../../locales"]
#[include = "*.ftl"]
struct Locales;

/// `cargo build` must work without Node: a missing `web/dist` is said when the server starts.
#[derive(RustEmbed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
struct Dist;

#[derive(RustEmbed)]
#[folder = "../../examples/nantong"]
#[include = "*.csv"]
#[include = "*.json"]
#[include = "*.jsonl"]
#[include = "*.geojson"]
struct Example;

#[derive(RustEmbed)]
#[folder = "../../data"]
#[include = "*.json"]
struct Data;

/// Both catalogues.
///
/// # Errors
/// A sentence naming the file that cannot be read.
pub fn catalogues() -> Result<I18n, String> {
    let mut files = Vec::new();
    let mut names: Vec<String> = Locales::iter().map(|name| name.to_string()).collect();
    names.sort_unstable();
    for name in &names {
        let locale = match name.split('/').next() {
            Some("zh-CN") => Locale::Zh,
            Some("en") => Locale::En,
            _ => continue,
        };
        let file = Locales::get(name).ok_or_else(|| format!("locales/{name} is gone"))?;
        files.push((locale, name.as_str(), utf8(&file, name)?));
    }
    I18n::load(files)
}

/// A file of the Nantong example, as text.
///
/// # Errors
/// When this build does not carry it.
pub fn example(name: &str) -> Result<String, String> {
    let file = Example::get(name)
        .ok_or_else(|| format!("examples/nantong/{name} is not in this build"))?;
    utf8(&file, name)
}

/// A file of `data/`, as text.
///
/// # Errors
/// When this build does not carry it.
pub fn data(name: &str) -> Result<String, String> {
    let file = Data::get(name).ok_or_else(|| format!("data/{name} is not in this build"))?;
    utf8(&file, name)
}

fn utf8(file: &EmbeddedFile, name: &str) -> Result<String, String> {
    String::from_utf8(file.data.to_vec()).map_err(|error| format!("{name}: {error}"))
}

/// Whether the bundles of the web client are there.
#[must_use]
pub fn bundles_built() -> bool {
    Dist::get("app.css").is_some() && Dist::get("app.js").is_some()
}

/// `/assets/…`.
#[derive(Debug)]
pub struct Bundles;

/// Shown on top of every page that has no style sheet, so that nobody has to guess.
const HINT: &str = "body::before{content:\"页面样式尚未构建，请运行 make web。The style sheets were not built: run `make web`.\";\
    display:block;padding:1rem;background:#fff3c4;color:#3d2b00;font:1rem sans-serif}";

impl AssetSource for Bundles {
    fn get(&self, path: &str) -> Option<(Bytes, String, String)> {
        match Dist::get(path) {
            Some(file) => {
                let kind = media_type(path, file.metadata.mimetype());
                let tag = hex::encode(&file.metadata.sha256_hash()[..12]);
                let bytes = match file.data {
                    std::borrow::Cow::Borrowed(bytes) => Bytes::from_static(bytes),
                    std::borrow::Cow::Owned(bytes) => bytes.into(),
                };
                Some((bytes, kind, tag))
            }
            None if path == "app.css" => Some((
                Bytes::from_static(HINT.as_bytes()),
                "text/css; charset=utf-8".to_owned(),
                "hint".to_owned(),
            )),
            None => None,
        }
    }
}

/// Text is UTF-8 here, and says so.
fn media_type(path: &str, guessed: &str) -> String {
    if path.ends_with(".webmanifest") {
        return "application/manifest+json".to_owned();
    }
    if guessed.starts_with("text/") {
        return format!("{guessed}; charset=utf-8");
    }
    guessed.to_owned()
}

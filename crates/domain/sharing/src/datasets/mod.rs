//! Resources, loans and requests for support as they can be counted.

mod loans;
mod past;
mod resources;
mod support;

pub use loans::LoansDataset;
pub use resources::ResourcesDataset;
pub use support::SupportDataset;

use youlin_kernel::Locale;
use youlin_web::I18n;

/// A word of one of this module's families, else what every dataset says.
fn word(i18n: &I18n, locale: Locale, family: &str, value: &str) -> String {
    i18n.find(locale, &format!("{family}-{value}"), &[])
        .or_else(|| i18n.find(locale, &format!("data-{value}"), &[]))
        .unwrap_or_else(|| value.to_owned())
}

//! The facts of a record that forms may ask for, as modules declare them.

use youlin_kernel::Locale;
use youlin_web::I18n;

/// What a field holds, and so what kind of cell it becomes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FieldKind {
    #[default]
    Text,
    /// Counted or measured: a sum over the column is one.
    Number,
    /// A day, or less of one (a year) as text.
    Day,
}

/// A fact of a record that a form may ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// `name`, `label:living_alone`.
    pub code: String,
    pub kind: FieldKind,
    /// What it is called, first as we call it, then as forms do.
    pub names: Vec<String>,
}

/// A field as it stands in the source: code, kind, what forms call it.
pub type Declared = (&'static str, FieldKind, &'static [&'static str]);

impl Field {
    /// Fields of a dataset; the catalogue calls each `form-field-<dataset>-<code>`, or `form-field-<code>` where it is the same
    /// everywhere.
    #[must_use]
    pub fn all(i18n: &I18n, locale: Locale, dataset: &str, declared: &[Declared]) -> Vec<Self> {
        let one = |(code, kind, names): &Declared| {
            // A key has no colon.
            let key = code.replace(':', "-");
            let own = format!("form-field-{dataset}-{key}");
            let shared = format!("form-field-{key}");
            let called = i18n
                .find(locale, &own, &[])
                .or_else(|| i18n.find(locale, &shared, &[]));
            let names = names.iter().map(|name| (*name).to_owned());
            Self {
                code: (*code).to_owned(),
                kind: *kind,
                names: called.into_iter().chain(names).collect(),
            }
        };
        declared.iter().map(one).collect()
    }
}

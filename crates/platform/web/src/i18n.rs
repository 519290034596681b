//! The message catalogues (Fluent). No sentence for people stands in code or templates; a test finds missing keys.

use std::collections::{BTreeSet, HashMap};

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use youlin_kernel::{Locale, Problem};

/// A count has fewer digits, and a number of the catalogues' arithmetic holds them all.
const LONGEST_COUNT: i64 = 1_000_000_000_000_000;

/// Both languages, loaded once at start.
pub struct I18n {
    bundles: HashMap<Locale, FluentBundle<FluentResource>>,
    keys: HashMap<Locale, BTreeSet<String>>,
}

impl std::fmt::Debug for I18n {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("I18n")
            .field(
                "keys",
                &self.keys.values().map(BTreeSet::len).collect::<Vec<_>>(),
            )
            .finish()
    }
}

impl I18n {
    /// Builds the catalogues from `(language, file name, text)`.
    ///
    /// # Errors
    /// A sentence naming the file and what cannot be read in it, or the key that stands twice.
    pub fn load<'a>(
        files: impl IntoIterator<Item = (Locale, &'a str, String)>,
    ) -> Result<Self, String> {
        let mut bundles = HashMap::new();
        let mut keys: HashMap<Locale, BTreeSet<String>> = HashMap::new();
        for locale in [Locale::Zh, Locale::En] {
            let lang = locale
                .tag()
                .parse()
                .map_err(|error| format!("{}: {error}", locale.tag()))?;
            let mut bundle = FluentBundle::new_concurrent(vec![lang]);
            // Isolation marks would show up in attributes and exports; Chinese and English need none.
            bundle.set_use_isolating(false);
            bundles.insert(locale, bundle);
        }
        for (locale, file, text) in files {
            let resource = FluentResource::try_new(text)
                .map_err(|(_, errors)| format!("{file}: {errors:?}"))?;
            for entry in resource.entries() {
                if let fluent_syntax::ast::Entry::Message(message) = entry {
                    keys.entry(locale)
                        .or_default()
                        .insert(message.id.name.to_owned());
                }
            }
            if let Some(bundle) = bundles.get_mut(&locale) {
                bundle
                    .add_resource(resource)
                    .map_err(|errors| format!("{file}: {errors:?}"))?;
            }
        }
        Ok(Self { bundles, keys })
    }

    /// The message, or its key when the catalogue lacks it (a page is better than no page).
    #[must_use]
    pub fn text(&self, locale: Locale, key: &str, args: &[(&str, String)]) -> String {
        self.find(locale, key, args)
            .unwrap_or_else(|| key.to_owned())
    }

    #[must_use]
    pub fn find(&self, locale: Locale, key: &str, args: &[(&str, String)]) -> Option<String> {
        let bundle = self.bundles.get(&locale)?;
        let pattern = bundle.get_message(key)?.value()?;
        let mut fluent = FluentArgs::with_capacity(args.len());
        for (name, value) in args {
            // Numbers stay numbers, so that plural forms work.
            let value = match value.parse::<i64>() {
                // Longer ones are names of something, and would lose their last digits.
                Ok(number) if number.to_string() == *value && number.abs() < LONGEST_COUNT => {
                    FluentValue::from(number)
                }
                _ => FluentValue::from(value.as_str()),
            };
            fluent.set((*name).to_owned(), value);
        }
        let mut errors = Vec::new();
        Some(
            bundle
                .format_pattern(pattern, Some(&fluent), &mut errors)
                .into_owned(),
        )
    }

    /// Keys of one language, for the test that compares the two.
    #[must_use]
    pub fn keys(&self, locale: Locale) -> BTreeSet<String> {
        self.keys.get(&locale).cloned().unwrap_or_default()
    }

    /// The sentence of a problem, with states and steps in words instead of codes.
    #[must_use]
    pub fn problem(&self, locale: Locale, problem: &Problem) -> String {
        let args: Vec<(&str, String)> = problem
            .args()
            .iter()
            .map(|(name, value)| (*name, self.in_words(locale, name, value)))
            .collect();
        self.text(locale, &format!("problem-{}", problem.code()), &args)
    }

    /// Steps and states have families in the catalogue; `possible` lists steps of a case. What a catalogue does not know stays.
    fn in_words(&self, locale: Locale, name: &str, value: &str) -> String {
        let family = match name {
            "status" => "status",
            "step" => "hazard-step",
            "outcome" => "visit-outcome",
            "verb" | "possible" => "verb",
            _ => return value.to_owned(),
        };
        let word = |code: &str| {
            self.find(locale, &format!("{family}-{code}"), &[])
                .unwrap_or_else(|| code.to_owned())
        };
        if name != "possible" {
            return word(value);
        }
        let words: Vec<String> = value.split(", ").map(word).collect();
        let comma = self.find(locale, "list-comma", &[]);
        words.join(comma.as_deref().unwrap_or(", "))
    }

    /// The sentence of one field's fault.
    #[must_use]
    pub fn field(&self, locale: Locale, fault: &youlin_kernel::FieldFault) -> String {
        self.text(locale, &format!("field-{}", fault.code), &fault.args)
    }
}

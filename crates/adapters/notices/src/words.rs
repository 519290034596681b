//! The sentences, in the reader's language, from a template and its arguments.

use serde::{Deserialize, Serialize};
use youlin_kernel::{Locale, Micros};
use youlin_web::I18n;

/// Arguments of a sentence. Numbers, codes and links; nobody's name, address or telephone number.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Facts {
    pub(crate) number: String,
    pub(crate) category: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) category_en: String,
    /// `lead`, `supporting`, `follow_up`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) role: String,
    /// The appointed time, microseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) at: Option<i64>,
    /// Number of the case it was merged into.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) into: String,
    /// Where to look, within the site.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) path: String,
    /// The whole address, for SMS and e-mail only.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) link: String,
    /// The tracking code as people read it, for SMS and e-mail only.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) code: String,
}

impl Facts {
    fn args(&self, locale: Locale) -> Vec<(&'static str, String)> {
        let category = match locale {
            Locale::En if !self.category_en.is_empty() => &self.category_en,
            _ => &self.category,
        };
        let at = self
            .at
            .map_or_else(String::new, |at| moment(locale, Micros(at)));
        vec![
            ("number", self.number.clone()),
            ("category", category.clone()),
            ("role", self.role.clone()),
            ("at", at),
            ("into", self.into.clone()),
            ("link", self.link.clone()),
            ("code", self.code.clone()),
        ]
    }

    /// The sentence of `<family>-<template>`.
    pub(crate) fn say(&self, i18n: &I18n, locale: Locale, family: &str, template: &str) -> String {
        i18n.text(locale, &format!("{family}-{template}"), &self.args(locale))
    }
}

/// 11月14日 16:00, or 14 Nov 16:00.
fn moment(locale: Locale, at: Micros) -> String {
    let form = match locale {
        Locale::Zh => "%-m月%-d日 %H:%M",
        Locale::En => "%-d %b %H:%M",
    };
    at.local().strftime(form).to_string()
}

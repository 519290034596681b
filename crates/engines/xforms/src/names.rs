//! Languages, and the types of XLSForm.

use std::collections::BTreeMap;

use youlin_checklist::{Checklist, Group, Item, Kind, Question, Words};

/// Words the caller brings, because none stand in code: names of languages, and yes and no.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Labels {
    /// Name of each language by its code, in that language.
    pub languages: BTreeMap<String, String>,
    pub yes: Words,
    pub no: Words,
}

/// The list a yes or no is asked with.
pub(crate) const YES_NO: &str = "yes_no";

impl Labels {
    /// `中文 (zh-CN)`, as ODK shows and stores languages.
    pub(crate) fn language(&self, code: &str) -> String {
        let name = self.languages.get(code).map_or(code, String::as_str);
        format!("{name} ({code})")
    }
}

/// The code of a language: what stands in brackets, else the name.
pub(crate) fn language_code(name: &str) -> String {
    let inner = name
        .rsplit_once('(')
        .and_then(|(_, rest)| rest.split_once(')'));
    inner.map_or(name, |(code, _)| code).trim().to_owned()
}

/// The type as XLSForm writes it.
pub(crate) fn type_text(kind: &Kind) -> String {
    match kind {
        Kind::Text => "text".into(),
        Kind::Integer => "integer".into(),
        Kind::Decimal => "decimal".into(),
        Kind::YesNo => format!("select_one {YES_NO}"),
        Kind::One { list } => format!("select_one {list}"),
        Kind::Many { list } => format!("select_multiple {list}"),
        Kind::Date => "date".into(),
        Kind::Time => "time".into(),
        Kind::DateTime => "dateTime".into(),
        Kind::Photo | Kind::Signature => "image".into(),
        Kind::Position => "geopoint".into(),
        Kind::Track => "geotrace".into(),
        Kind::Barcode => "barcode".into(),
        Kind::Note => "note".into(),
        Kind::Calculate => "calculate".into(),
    }
}

/// A type of XLSForm as a kind of question; a list called `yes_no` with just these choices is a yes or no.
pub(crate) fn kind_of(text: &str, appearance: &str, is_yes_no: bool) -> Option<Kind> {
    let mut parts = text.split_whitespace();
    let kind = match (parts.next()?, parts.next(), parts.next()) {
        ("text" | "string", None, _) => Kind::Text,
        ("integer" | "int", None, _) => Kind::Integer,
        ("decimal", None, _) => Kind::Decimal,
        ("select_one", Some(YES_NO), None) if is_yes_no => Kind::YesNo,
        ("select_one", Some(list), None) => Kind::One {
            list: list.to_owned(),
        },
        ("select_multiple", Some(list), None) => Kind::Many {
            list: list.to_owned(),
        },
        ("date", None, _) => Kind::Date,
        ("time", None, _) => Kind::Time,
        ("dateTime" | "datetime", None, _) => Kind::DateTime,
        ("image" | "photo", None, _) if appearance == "signature" => Kind::Signature,
        ("image" | "photo", None, _) => Kind::Photo,
        ("geopoint", None, _) => Kind::Position,
        ("geotrace", None, _) => Kind::Track,
        ("barcode", None, _) => Kind::Barcode,
        ("note", None, _) => Kind::Note,
        ("calculate", None, _) => Kind::Calculate,
        _ => return None,
    };
    Some(kind)
}

/// Calls `see` with every question and group, in order.
pub(crate) fn each<'a>(items: &'a [Item], see: &mut dyn FnMut(Result<&'a Question, &'a Group>)) {
    for item in items {
        match item {
            Item::Question(question) => see(Ok(question)),
            Item::Group(group) => {
                see(Err(group));
                each(&group.items, see);
            }
        }
    }
}

pub(crate) fn asks_yes_no(checklist: &Checklist) -> bool {
    let mut any = false;
    each(&checklist.items, &mut |one| {
        any |= one.is_ok_and(|question| question.kind == Kind::YesNo);
    });
    any
}

//! Reasons and residents as sentences.

use youlin_people::{DwellingFile, Resident};
use youlin_web::Shell;

use crate::visits::Why;
use crate::visits::rule::UNSEEN;

/// One reason as a sentence.
pub(super) fn why(s: &Shell, why: &Why) -> String {
    if !why.by.is_empty() {
        let lists = why.what.iter().zip(&why.by);
        let named = lists.map(|(title, by)| s.t2("visit-list-by", &("title", title), &("by", by)));
        let named: Vec<String> = named.collect();
        let key = format!("visit-why-{}", why.code);
        return s.t1(&key, "what", named.join(&s.t("visit-list-comma")));
    }
    let key = match (why.code, why.at) {
        (UNSEEN, None) => "visit-why-never".to_owned(),
        (code, _) => format!("visit-why-{code}"),
    };
    s.tn(
        &key,
        &[
            ("count", why.amount.to_string()),
            ("day", why.at.map_or_else(String::new, |at| s.day(&at))),
            ("what", why.what.join(&s.t("visit-list-comma"))),
        ],
    )
}

/// All reasons, the weightiest first.
#[must_use]
pub fn whys(s: &Shell, all: &[Why]) -> Vec<String> {
    all.iter().map(|one| why(s, one)).collect()
}

/// 张** 84岁、李**
pub(super) fn who(s: &Shell, file: &DwellingFile) -> String {
    let one = |one: &Resident| match age(one) {
        Some(age) => s.t2(
            "visit-who-age",
            &("name", &one.card.name_masked),
            &("age", age),
        ),
        None => one.card.name_masked.clone(),
    };
    let shown: Vec<String> = file.residents.iter().take(2).map(one).collect();
    let names = shown.join(&s.t("visit-list-comma"));
    match file.residents.len() {
        0 => s.t("visit-nobody-lives"),
        1 | 2 => names,
        all => s.t2("visit-who-more", &("names", names), &("count", all)),
    }
}

/// Whole years, as every page says them.
pub(super) fn age(one: &Resident) -> Option<i32> {
    one.age.map(|age| age.years)
}

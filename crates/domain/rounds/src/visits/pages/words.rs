//! Reasons and residents as sentences.

use youlin_people::{DwellingFile, Resident};
use youlin_web::Shell;

use crate::visits::rule::{NEWCOMER, UNSEEN};
use crate::visits::{OnLeave, Why};

/// One reason as a sentence.
pub(super) fn why(s: &Shell, why: &Why) -> String {
    if !why.by.is_empty() {
        let lists = why.what.iter().zip(&why.by);
        let named = lists.map(|(title, by)| match title.is_empty() {
            true => s.t1("visit-list-withheld-by", "by", by),
            false => s.t2("visit-list-by", &("title", title), &("by", by)),
        });
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

/// All reasons, the weightiest first. Of somebody new whom nobody has met it is not said besides for how long nobody was seen
/// there: that was of whoever lived there before.
#[must_use]
pub fn whys(s: &Shell, all: &[Why]) -> Vec<String> {
    said(all).map(|one| why(s, one)).collect()
}

fn said(all: &[Why]) -> impl Iterator<Item = &Why> {
    let new = all.iter().any(|one| one.code == NEWCOMER);
    all.iter().filter(move |one| !(new && one.code == UNSEEN))
}

/// 施晓请假到11月30日，由顾青替。
pub(super) fn leave(s: &Shell, one: &OnLeave) -> String {
    on_leave(s, one, "visit-on-leave")
}

/// The same to whoever is away.
#[must_use]
pub fn my_leave(s: &Shell, one: &OnLeave) -> String {
    on_leave(s, one, "visit-my-leave")
}

fn on_leave(s: &Shell, one: &OnLeave, key: &str) -> String {
    let key = match one.stand_ins.is_empty() {
        true => format!("{key}-nobody"),
        false => key.to_owned(),
    };
    s.tn(
        &key,
        &[
            ("name", one.name.clone()),
            ("day", s.day(&one.until.plus(-1))),
            ("names", one.stand_ins.join(&s.t("visit-list-comma"))),
        ],
    )
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

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(all: &[&'static str]) -> Vec<&'static str> {
        let why = |code: &&'static str| Why {
            code,
            amount: 91,
            at: None,
            what: Vec::new(),
            by: Vec::new(),
        };
        let all: Vec<Why> = all.iter().map(why).collect();
        said(&all).map(|one| one.code).collect()
    }

    #[test]
    fn of_somebody_new_it_is_not_said_for_how_long_nobody_was_seen() {
        assert_eq!(codes(&[UNSEEN, NEWCOMER]), [NEWCOMER]);
        assert_eq!(codes(&[UNSEEN, "due"]), [UNSEEN, "due"]);
    }
}

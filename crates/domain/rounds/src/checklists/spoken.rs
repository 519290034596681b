//! An expression in words, for who reads or writes a checklist: `${floating} != 'none'` is 「河面垃圾」不是「没有」. What
//! cannot be said briefly stays the expression it is.

use youlin_checklist::{Checklist, Expr, Function, Item, Kind, Op, Question, parse, word};

use super::{Words, language};

/// Says the expressions of one checklist.
pub(crate) struct Spoken<'a> {
    words: Words<'a>,
    checklist: &'a Checklist,
}

impl<'a> Spoken<'a> {
    pub(crate) fn new(words: Words<'a>, checklist: &'a Checklist) -> Self {
        Self { words, checklist }
    }

    /// The expression in words; nothing where it cannot be read or has no short words.
    pub(crate) fn say(&self, text: &str) -> Option<String> {
        self.truth(&parse(text).ok()?)
    }

    /// The same of a calculation, which is a value and not true or false.
    pub(crate) fn say_value(&self, text: &str) -> Option<String> {
        self.value(&parse(text).ok()?)
    }

    /// A question or section as it is asked; its name where there is none.
    pub(crate) fn called(&self, name: &str) -> String {
        let label = find(&self.checklist.items, name).map(|item| match item {
            Item::Question(one) => &one.label,
            Item::Group(group) => &group.label,
        });
        let label = label.map_or("", |label| word(label, language(self.words.locale)));
        self.quoted(if label.is_empty() { name } else { label })
    }

    /// What one may answer, `code` and words; nothing where the answer is free.
    pub(crate) fn options(&self, kind: &Kind) -> Vec<(String, String)> {
        let language = language(self.words.locale);
        let list = kind
            .list()
            .and_then(|list| self.checklist.choices.get(list));
        let list = list.into_iter().flatten();
        list.map(|one| (one.name.clone(), word(&one.label, language).to_owned()))
            .collect()
    }

    fn quoted(&self, text: &str) -> String {
        self.words
            .say("checklist-say-quoted", &[("text", text.to_owned())])
    }

    fn two(&self, key: &str, a: String, b: String) -> Option<String> {
        Some(self.words.say(key, &[("a", a), ("b", b)]))
    }

    fn truth(&self, expr: &Expr) -> Option<String> {
        match expr {
            Expr::Binary(op @ (Op::And | Op::Or), left, right) => {
                let key = match op {
                    Op::And => "checklist-say-and",
                    _ => "checklist-say-or",
                };
                let (left, right) = (self.joined(*op, left)?, self.joined(*op, right)?);
                self.two(key, left, right)
            }
            Expr::Binary(op, left, right) => self.compared(*op, left, right),
            Expr::Call(Function::Not, args) => {
                let [inner] = args.as_slice() else {
                    return None;
                };
                let inner = self.truth(inner)?;
                Some(self.words.say("checklist-say-not", &[("a", inner)]))
            }
            Expr::Call(Function::Selected, args) => {
                let [asked, chosen] = args.as_slice() else {
                    return None;
                };
                let chosen = self.answer(asked, chosen)?;
                self.two("checklist-say-selected", self.value(asked)?, chosen)
            }
            Expr::Call(Function::StartsWith, args) => {
                let [asked, Expr::Text(start)] = args.as_slice() else {
                    return None;
                };
                let all: Vec<String> = self
                    .options(&self.question(asked)?.kind)
                    .into_iter()
                    .filter(|(code, _)| code.starts_with(start.as_str()))
                    .map(|(_, label)| self.quoted(&label))
                    .collect();
                if all.is_empty() {
                    return None;
                }
                let any = all.join(&self.words.t("checklist-say-either"));
                self.two("checklist-say-is", self.value(asked)?, any)
            }
            Expr::Call(Function::True, _) => Some(self.words.t("checklist-say-always")),
            Expr::Call(Function::False, _) => Some(self.words.t("checklist-say-never")),
            _ => None,
        }
    }

    /// A part of a longer condition: in brackets where the other word joins it.
    fn joined(&self, of: Op, expr: &Expr) -> Option<String> {
        let said = self.truth(expr)?;
        match expr {
            Expr::Binary(op @ (Op::And | Op::Or), ..) if *op != of => {
                Some(self.words.say("checklist-say-bracket", &[("a", said)]))
            }
            _ => Some(said),
        }
    }

    fn compared(&self, op: Op, left: &Expr, right: &Expr) -> Option<String> {
        let asked = |key: &str| {
            let asked = self.value(left)?;
            Some(self.words.say(key, &[("a", asked)]))
        };
        let key = match (op, right) {
            (Op::Equal, Expr::Text(text)) if text.is_empty() => {
                return asked("checklist-say-empty");
            }
            (Op::Unequal, Expr::Text(text)) if text.is_empty() => {
                return asked("checklist-say-filled");
            }
            (Op::More, Expr::Number(0.0)) => {
                if let Expr::Call(Function::CountSelected, args) = left {
                    let one = self.value(args.first()?)?;
                    return Some(self.words.say("checklist-say-any", &[("a", one)]));
                }
                "checklist-say-more"
            }
            (Op::Equal, _) => "checklist-say-is",
            (Op::Unequal, _) => "checklist-say-is-not",
            (Op::Less, _) => "checklist-say-less",
            (Op::LessOrEqual, _) => "checklist-say-at-most",
            (Op::More, _) => "checklist-say-more",
            (Op::MoreOrEqual, _) => "checklist-say-at-least",
            _ => return None,
        };
        self.two(key, self.value(left)?, self.answer(left, right)?)
    }

    /// What a question is compared with: an option by its words.
    fn answer(&self, asked: &Expr, compared: &Expr) -> Option<String> {
        let Expr::Text(code) = compared else {
            return self.value(compared);
        };
        let kind = self.question(asked).map(|question| &question.kind);
        let label = match (kind, code.as_str()) {
            (Some(Kind::YesNo), "yes" | "no") => self.words.t(code),
            (Some(kind), _) => {
                let all = self.options(kind);
                let found = all.into_iter().find(|(name, _)| name == code);
                found.map_or_else(|| code.clone(), |(_, label)| label)
            }
            (None, _) => code.clone(),
        };
        Some(self.quoted(&label))
    }

    fn question(&self, expr: &Expr) -> Option<&'a Question> {
        let Expr::Ref { name, .. } = expr else {
            return None;
        };
        match find(&self.checklist.items, name)? {
            Item::Question(one) => Some(one),
            Item::Group(_) => None,
        }
    }

    fn value(&self, expr: &Expr) -> Option<String> {
        match expr {
            Expr::Number(number) => Some(number.to_string()),
            Expr::Text(text) => Some(self.quoted(text)),
            Expr::Ref { name, .. } => Some(self.called(name)),
            Expr::Current => Some(self.words.t("checklist-say-answer")),
            Expr::Call(Function::Today, _) => Some(self.words.t("checklist-say-today")),
            Expr::Call(Function::Now, _) => Some(self.words.t("checklist-say-now")),
            Expr::Call(Function::CountSelected, args) => {
                let one = self.value(args.first()?)?;
                Some(
                    self.words
                        .say("checklist-say-count-selected", &[("a", one)]),
                )
            }
            Expr::Call(Function::Count, args) => {
                let one = self.value(args.first()?)?;
                Some(self.words.say("checklist-say-count", &[("a", one)]))
            }
            Expr::Call(Function::Sum, args) => {
                let one = self.value(args.first()?)?;
                Some(self.words.say("checklist-say-sum", &[("a", one)]))
            }
            Expr::Minus(inner) => Some(format!("−{}", self.value(inner)?)),
            Expr::Binary(op, left, right) => {
                let sign = match op {
                    Op::Plus => "+",
                    Op::Minus => "−",
                    Op::Times => "×",
                    Op::Div => "÷",
                    _ => return None,
                };
                let part = |one: &Expr| {
                    let said = self.value(one)?;
                    let whole = !matches!(one, Expr::Binary(..));
                    Some(if whole {
                        said
                    } else {
                        self.words.say("checklist-say-bracket", &[("a", said)])
                    })
                };
                Some(format!("{} {sign} {}", part(left)?, part(right)?))
            }
            Expr::Call(..) => None,
        }
    }
}

fn find<'a>(items: &'a [Item], name: &str) -> Option<&'a Item> {
    items.iter().find_map(|item| match item {
        Item::Question(one) => (one.name == name).then_some(item),
        Item::Group(group) if group.name == name => Some(item),
        Item::Group(group) => find(&group.items, name),
    })
}

#[cfg(test)]
mod tests {
    use youlin_checklist::{SHIPPED, Trigger, shipped};
    use youlin_kernel::Locale;
    use youlin_web::I18n;

    use super::*;

    fn said(i18n: &I18n, checklist: &str, locale: Locale, text: &str) -> Option<String> {
        let checklist = shipped(checklist).expect("shipped");
        let words = Words { i18n, locale };
        Spoken::new(words, &checklist).say(text)
    }

    #[test]
    fn a_condition_is_said_with_the_words_of_questions_and_options() {
        let i18n = youlin_testkit::web::catalogues();
        let i18n = i18n.as_ref();
        let of = |text: &str| said(i18n, "river-patrol", Locale::Zh, text).expect("words");
        assert_eq!(
            of("${floating} != '' and ${floating} != 'none' and not(${floating_removed} = 'yes')"),
            "填了「河面有没有漂浮垃圾」，并且「河面有没有漂浮垃圾」不是「没有」，并且不符合「当场捞起来了吗」是「是」"
        );
        assert_eq!(
            of("${outlets} = 'dry' or ${outlets} = 'found'"),
            of("${outlets}='dry' or ${outlets}='found'"),
            "however it is written"
        );
        assert!(
            of("(${colour} != '' and ${colour} != 'normal') or ${smell} = 'yes'").contains('（')
        );
        let english = said(i18n, "river-patrol", Locale::En, ". >= 0 and . <= 50").expect("words");
        assert_eq!(
            english,
            "the answer is at least 0, and the answer is at most 50"
        );
        assert_eq!(
            said(i18n, "river-patrol", Locale::Zh, "regex(., '[a-z]')"),
            None
        );
        assert_eq!(said(i18n, "river-patrol", Locale::Zh, "${"), None);
    }

    #[test]
    fn every_finding_of_a_shipped_checklist_can_be_said() {
        let i18n = youlin_testkit::web::catalogues();
        for (id, _) in SHIPPED {
            let checklist = shipped(id).expect("shipped");
            for rule in &checklist.findings {
                if let Trigger::When(text) = &rule.trigger {
                    for locale in [Locale::Zh, Locale::En] {
                        let words = said(i18n.as_ref(), id, locale, text);
                        assert!(words.is_some(), "{id}: {text}");
                        assert!(!words.is_some_and(|one| one.contains('$')), "{id}: {text}");
                    }
                }
            }
        }
    }
}

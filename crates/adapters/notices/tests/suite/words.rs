//! Policy and catalogues agree: every sentence is there, in both languages, and says what it must.

use std::collections::BTreeSet;

use youlin_kernel::Locale;
use youlin_notices::{Channel, RULES, topics};

use crate::ground::catalogue;

const LOCALES: [Locale; 2] = [Locale::Zh, Locale::En];

/// Every key the policy asks for.
fn wanted() -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    for rule in RULES {
        let end = format!("{}-{}", rule.audience.word(), rule.kind);
        keys.insert(format!("notice-{end}"));
        if rule.channels.contains(&Channel::Sms) {
            keys.insert(format!("sms-{end}"));
        }
        if rule.channels.contains(&Channel::Mail) {
            keys.insert(format!("mail-{end}"));
            keys.insert(format!("sms-{end}"));
        }
    }
    keys
}

#[test]
fn every_template_is_there_in_both_languages_and_none_too_many() {
    let i18n = catalogue();
    for locale in LOCALES {
        let keys: BTreeSet<String> = i18n.keys(locale);
        let families = ["notice-", "sms-", "mail-"];
        let there: BTreeSet<String> = keys
            .into_iter()
            .filter(|key| families.iter().any(|family| key.starts_with(family)))
            // Those of no policy: the foot of letters, and the code somebody asked for.
            .filter(|key| !matches!(key.as_str(), "mail-foot" | "sms-own-code"))
            .filter(|key| {
                let word = key.strip_prefix("notice-").unwrap_or_default();
                !youlin_notices::SHARING_WORDS.contains(&word)
            })
            .collect();
        assert_eq!(there, wanted(), "{locale:?}");
    }
    assert_eq!(i18n.keys(Locale::Zh), i18n.keys(Locale::En));
}

#[test]
fn every_template_renders_whole() {
    let i18n = catalogue();
    let roles = ["lead", "supporting", "follow_up", ""];
    for locale in LOCALES {
        for key in wanted() {
            for role in roles {
                let args = [
                    ("number", "20261111-0007".to_owned()),
                    ("category", "XCATX".to_owned()),
                    ("role", role.to_owned()),
                    ("at", "XATX".to_owned()),
                    ("into", "20261111-0001".to_owned()),
                    ("link", "https://l.example/x".to_owned()),
                    ("code", "ABCDE-12345".to_owned()),
                ];
                let text = i18n.find(locale, &key, &args).unwrap();
                assert!(!text.contains('{') && !text.contains("??"), "{key}: {text}");
                if !key.contains("follow_up") && key != "sms-party-task_given" {
                    assert!(text.contains("20261111-0007"), "{key}: {text}");
                }
                let goes_out = key.starts_with("sms-") && key != "sms-party-task_cancelled";
                assert_eq!(
                    text.contains("https://l.example/x"),
                    goes_out,
                    "{key}: {text}"
                );
                if key.contains("follow_up") {
                    assert!(text.contains("XATX"), "{key}: {text}");
                }
            }
        }
    }
    for locale in LOCALES {
        let code = [("code", "ABCDE-12345".to_owned())];
        let text = i18n.text(locale, "sms-reporter-reported", &code);
        assert!(text.contains("ABCDE-12345"), "{text}");
    }
}

#[test]
fn a_lead_a_helper_and_a_visitor_are_asked_in_words_of_their_own() {
    let i18n = catalogue();
    for locale in LOCALES {
        for key in [
            "notice-party-task_given",
            "sms-party-task_given",
            "mail-party-task_given",
        ] {
            let texts: BTreeSet<String> = ["lead", "supporting", "follow_up"]
                .iter()
                .map(|role| i18n.text(locale, key, &[("role", (*role).to_owned())]))
                .collect();
            assert_eq!(texts.len(), 3, "{key}");
        }
    }
}

#[test]
fn every_topic_has_a_word() {
    let i18n = catalogue();
    for locale in LOCALES {
        for topic in topics() {
            let key = match topic {
                "cases.*" => "topic-all".to_owned(),
                other => format!("topic-{}", other.replace('.', "-")),
            };
            assert!(i18n.find(locale, &key, &[]).is_some(), "{key}");
        }
    }
}

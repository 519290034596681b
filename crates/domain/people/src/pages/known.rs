//! What a person's file says beside the card: sex, age, what they are to the dwelling, and of each thing who said it.

use youlin_kernel::Result;
use youlin_web::Shell;

use super::round::{age_words, policy};
use crate::facts::Fact;
use crate::{Directory, KnownFact, PersonCard, Vault};

/// In words, as the page shows it.
#[derive(Default)]
pub(super) struct Known {
    /// 女 · 约 84 岁 · 业主; empty where none of it is known.
    pub(super) who: String,
    /// The day the person moved in.
    pub(super) since: String,
    pub(super) lines: Vec<KnownLine>,
    /// What a name, a number or a note is held of, whoever said it.
    pub(super) held: Vec<Fact>,
}

pub(super) struct KnownLine {
    pub(super) fact: String,
    /// 11月27日 小施，上门
    pub(super) said: String,
    pub(super) stale: bool,
}

/// Of a person whose card the caller was given.
pub(super) async fn known(s: &Shell, vault: &Vault, card: &PersonCard) -> Result<Known> {
    let (app, now) = (s.app(), s.ctx().now());
    let known = Directory::known_of(app.db().read(), vault, &policy(app), now, card).await?;
    let sex = known.sex.map(|sex| s.tt("sex", sex.as_str()));
    let age = known.age.map(|age| age_words(s, age));
    let relation = known.home.map(|(one, _)| s.tt("relation", one.as_str()));
    let who: Vec<String> = sex.into_iter().chain(age).chain(relation).collect();
    let since = known.home.map(|(_, from)| s.day(&from));
    // A file always has a name; who said it first says nothing of how fresh it is, a change of it does.
    let lines = known.facts.iter();
    let lines = lines.filter(|one| one.fact != Fact::Name || one.said.is_some());
    let held = known.facts.iter().map(|one| one.fact);
    Ok(Known {
        held: held
            .filter(|fact| *fact != Fact::Name || known.named)
            .collect(),
        who: who.join(" · "),
        since: since.unwrap_or_default(),
        lines: lines.map(|one| line(s, one)).collect(),
    })
}

fn line(s: &Shell, one: &KnownFact) -> KnownLine {
    let when = s.when(&one.at);
    KnownLine {
        fact: s.tt("fact", one.fact.as_str()),
        said: match &one.said {
            Some(said) => s.tn(
                "round-said",
                &[
                    ("when", when),
                    ("by", said.by.clone()),
                    ("how", s.tt("how", said.how.as_str())),
                ],
            ),
            None => s.t1("people-said-entered", "when", when),
        },
        stale: one.stale,
    }
}

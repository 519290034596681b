//! What is known of one person, thing by thing: who said it, when and by what, and whether that is too long ago.

use sea_orm::{ConnectionTrait, QueryFilter};
use youlin_kernel::{Micros, Problem, Result};

use super::Directory;
use super::lists::find_person_row;
use crate::commands::main_home;
use crate::entities::{person, residence};
use crate::facts::{Fact, Facts, RegisterPolicy, Said};
use crate::privacy::NO_INDEX;
use crate::{Age, PersonCard, Relation, Sex, Vault};

/// One thing that is held of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownFact {
    pub fact: Fact,
    /// Nobody's word where the entry is older than the keeping of it: then it was said when the entry was made.
    pub said: Option<Said>,
    pub at: Micros,
    /// Said too long ago to rely on.
    pub stale: bool,
}

/// What a file says of its person beside the card.
#[derive(Clone, Debug)]
pub struct KnownOf {
    /// Nobody's any more once the rules of keeping took it away.
    pub named: bool,
    pub sex: Option<Sex>,
    pub age: Option<Age>,
    /// What the person is to the dwelling they live in, and since when.
    pub home: Option<(Relation, Micros)>,
    /// Everything that is held, in the order a form asks for it.
    pub facts: Vec<KnownFact>,
}

impl Directory {
    /// Of a person whose card the caller was given, so within the scope.
    ///
    /// # Errors
    /// 404 when there is no such entry.
    pub async fn known_of(
        db: &impl ConnectionTrait,
        vault: &Vault,
        policy: &RegisterPolicy,
        now: Micros,
        card: &PersonCard,
    ) -> Result<KnownOf> {
        let row = find_person_row(db, card.community, card.id)
            .await?
            .ok_or_else(Problem::not_found)?;
        let home = residence::present(card.community.0, card.id)
            .filter(main_home())
            .one(db)
            .await?;
        let said = Facts::read(row.facts.as_deref());
        let facts = Fact::ALL
            .iter()
            .copied()
            .filter(|fact| held(*fact, card, &row))
            .map(|fact| {
                let said = said.get(fact).cloned();
                let at = said.as_ref().map_or(Micros(row.created_at), |said| said.at);
                KnownFact {
                    stale: !policy.holds(at, now),
                    fact,
                    said,
                    at,
                }
            });
        Ok(KnownOf {
            named: row.name_index != NO_INDEX,
            facts: facts.collect(),
            sex: row.sex.as_deref().and_then(Sex::parse),
            age: crate::age::age_of(vault, &row, now)?,
            home: home.map(|home| {
                let relation = Relation::parse(&home.relation).unwrap_or(Relation::Other);
                (relation, Micros(home.valid_from))
            }),
        })
    }
}

/// Whether the entry says anything of it.
pub(super) fn held(fact: Fact, card: &PersonCard, row: &person::Model) -> bool {
    match fact {
        Fact::Phone => card.phone_masked.is_some(),
        Fact::Birth => row.birth_year.is_some(),
        Fact::Sex => row.sex.is_some(),
        Fact::Identity => row.identity_sealed.is_some(),
        Fact::Labels => !card.labels.is_empty(),
        Fact::Language => row.language.is_some(),
        Fact::Note => row.note_sealed.is_some(),
        Fact::Home => card.place.is_some(),
        Fact::Name => true,
    }
}

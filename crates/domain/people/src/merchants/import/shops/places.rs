//! From the place a row names to premises and stalls of the register.

use std::collections::HashMap;

use uuid::Uuid;
use youlin_database::Database;
use youlin_imports::tabular::fold;
use youlin_kernel::{CommunityId, Result, Scope};
use youlin_places::premises::{Premises, PremisesFilter, PremisesView, StallView};

/// Premises of a scope that a list may name.
const MOST: u64 = 20_000;

/// What a row's place was found to mean.
pub(super) enum Found<'a> {
    Sure {
        premises: &'a PremisesView,
        stalls: Vec<Uuid>,
    },
    /// Nothing is said of a place.
    Nowhere,
    /// No premises of that name.
    Unknown,
    /// Several of them.
    Several,
    /// The premises have no such stall.
    NoStall {
        premises: &'a PremisesView,
        stall: String,
    },
    /// A stall, and nothing says of which premises.
    StallOfNothing,
}

/// Premises and stalls the caller may write merchants into.
pub(super) struct Places {
    premises: Vec<(String, PremisesView)>,
    /// `None`: several are written alike.
    stalls: HashMap<Uuid, HashMap<String, Option<Uuid>>>,
}

impl Places {
    pub(super) async fn of(db: &Database, scope: &Scope) -> Result<Self> {
        let all = Premises::list(db.read(), scope, &PremisesFilter::default(), MOST).await?;
        let with: Vec<&PremisesView> = all.iter().filter(|one| one.stalls > 0).collect();
        let mut stalls = HashMap::new();
        for some in with.chunks(500) {
            for (premises, there) in Premises::stalls_of(db.read(), some).await? {
                stalls.insert(premises, written(&there));
            }
        }
        let mut premises: Vec<(String, PremisesView)> = all
            .into_iter()
            .map(|one| (plain(&one.name), one))
            .filter(|(name, _)| !name.is_empty())
            .collect();
        // The longest name an address holds is the one it means.
        premises.sort_by_key(|(name, _)| std::cmp::Reverse(name.chars().count()));
        Ok(Self { premises, stalls })
    }

    pub(super) fn named(&self, id: Uuid) -> Option<&PremisesView> {
        let mut all = self.premises.iter();
        all.find(|(_, one)| one.id == id).map(|(_, one)| one)
    }

    pub(super) fn find(&self, place: &str, stall: &str) -> Found<'_> {
        let text = plain(place);
        let (premises, rest) = match (text.as_str(), stall) {
            ("", "") => return Found::Nowhere,
            ("", _) => match self.only_market() {
                Some(market) => (market, String::new()),
                None => return Found::StallOfNothing,
            },
            (text, _) => match self.meant(text) {
                Ok(found) => found,
                Err(found) => return found,
            },
        };
        // 中原综合批发市场 C-12 in one cell.
        let stall = match stall {
            "" if self.stalls.contains_key(&premises.id) => rest.as_str(),
            stall => stall,
        };
        let mut stalls = Vec::new();
        for one in stall.split([';', '、', ',', '/', ' ']) {
            if one.is_empty() {
                continue;
            }
            let there = self.stalls.get(&premises.id);
            match there.and_then(|all| all.get(&number(one))).copied() {
                Some(Some(id)) if stalls.contains(&id) => {}
                Some(Some(id)) => stalls.push(id),
                _ => {
                    let stall = one.to_owned();
                    return Found::NoStall { premises, stall };
                }
            }
        }
        Found::Sure { premises, stalls }
    }

    /// The premises a text names, and what it says besides.
    fn meant(&self, text: &str) -> std::result::Result<(&PremisesView, String), Found<'_>> {
        let same = |held: &str| held == text;
        let exact = self.premises.iter().filter(|(name, _)| same(name));
        let mut found: Vec<&(String, PremisesView)> = exact.collect();
        if found.is_empty() {
            let held = self.premises.iter().find(|(name, _)| text.contains(name));
            let name = held.map(|(name, _)| name.as_str()).unwrap_or_default();
            let alike = self
                .premises
                .iter()
                .filter(|(other, _)| !name.is_empty() && other == name);
            found = alike.collect();
        }
        if found.is_empty() {
            let there = |one: &PremisesView| plain(&one.street_address) == text;
            let at = self.premises.iter().filter(|(_, one)| there(one));
            found = at.collect();
        }
        match found[..] {
            [] => Err(Found::Unknown),
            [(name, one)] => Ok((one, text.replacen(name, "", 1))),
            _ => Err(Found::Several),
        }
    }

    fn only_market(&self) -> Option<&PremisesView> {
        let mut with = self
            .premises
            .iter()
            .filter(|(_, one)| self.stalls.contains_key(&one.id));
        match (with.next(), with.next()) {
            (Some((_, one)), None) => Some(one),
            _ => None,
        }
    }
}

/// The community a list is filed under where it names no place: the caller's own, if that is one.
pub(super) fn only_community(scope: &Scope) -> Option<CommunityId> {
    match scope.communities()[..] {
        [one] => Some(CommunityId(one)).filter(|one| scope.contains(*one, &[])),
        _ => None,
    }
}

fn written(stalls: &[StallView]) -> HashMap<String, Option<Uuid>> {
    let mut all: HashMap<String, Option<Uuid>> = HashMap::new();
    for stall in stalls {
        let mut ways = vec![number(&stall.label()), number(&stall.number)];
        ways.dedup();
        for way in ways {
            all.entry(way)
                .and_modify(|held| *held = None)
                .or_insert(Some(stall.id));
        }
    }
    all
}

/// One spelling of a name: without blanks and case.
pub(super) fn plain(text: &str) -> String {
    let mut text = fold(text).to_lowercase();
    text.retain(|c| c != ' ');
    text
}

/// One spelling of a stall's number: C-012号, C区12 and c12 are one.
fn number(text: &str) -> String {
    let text = plain(text);
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '-' | '#' | '号' | '摊' | '位' | '铺' | '区' | '(' | ')' => {}
            '0' if !out.ends_with(|c: char| c.is_ascii_digit()) => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn a_stall_is_written_in_many_ways() {
        for text in ["C-12", "c12", "Ｃ－012号", "C区12", " C 12 ", "C12摊位"] {
            assert_eq!(number(text), "c12", "{text}");
        }
        assert_ne!(number("C-12"), number("C-120"));
        assert_ne!(number("A-1"), number("A-10"));
    }
}

//! What persons are found by in a search box: a piece of the name, its pinyin or initials, the end of a number. All of it is
//! blind (a keyed hash), because the names and numbers themselves are sealed.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use futures::future::BoxFuture;
use pinyin::ToPinyinMulti;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;
use youlin_database::text::{TextDoc, TextSource, TextTerm};
use youlin_database::{Database, Event};
use youlin_kernel::{CommunityId, Result};

use crate::Vault;
use crate::entities::{person, person_phone};
use crate::events::{PERSON_SAVED, RESIDENTS_IMPORTED, persons_of};
use crate::queries::open_name;
use crate::vault::FieldPlace;

/// The kind of record in the index.
pub(crate) const KIND: &str = "person";
/// A number is found by so many last digits or more.
const TAIL: usize = 4;
/// Longest piece of a name, characters; longest pinyin, letters.
const PIECE: usize = 6;
const LETTERS: usize = 24;
/// Readings of a name: 单 is read in three ways, and three such characters would be 27 names.
const READINGS: usize = 6;

/// Persons for the text index.
#[derive(Clone, Debug)]
pub struct PersonTexts(pub Arc<Vault>);

impl TextSource for PersonTexts {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn wants(&self, topic: &str) -> bool {
        topic == PERSON_SAVED || topic == RESIDENTS_IMPORTED
    }

    fn subjects(&self, event: &Event) -> Vec<Uuid> {
        persons_of(event)
    }

    fn texts<'a>(
        &'a self,
        db: &'a Database,
        records: &'a [(CommunityId, Uuid)],
    ) -> BoxFuture<'a, Result<Vec<TextDoc>>> {
        Box::pin(async move {
            let communities: BTreeSet<i64> = records.iter().map(|one| one.0.0).collect();
            let ids: Vec<Uuid> = records.iter().map(|one| one.1).collect();
            let persons = person::Entity::find()
                .filter(person::Column::CommunityId.is_in(communities.clone()))
                .filter(person::Column::Id.is_in(ids.clone()))
                .all(db.read())
                .await?;
            let phones = person_phone::Entity::find()
                .filter(person_phone::Column::CommunityId.is_in(communities))
                .filter(person_phone::Column::PersonId.is_in(ids))
                .all(db.read())
                .await?;
            let mut numbers: HashMap<Uuid, Vec<person_phone::Model>> = HashMap::new();
            for phone in phones {
                numbers.entry(phone.person_id).or_default().push(phone);
            }
            persons
                .into_iter()
                .map(|row| {
                    let phones = numbers.remove(&row.id).unwrap_or_default();
                    self.doc(&row, &phones)
                })
                .collect()
        })
    }

    fn after<'a>(
        &'a self,
        db: &'a Database,
        after: Uuid,
        limit: u64,
    ) -> BoxFuture<'a, Result<Vec<(CommunityId, Uuid)>>> {
        Box::pin(async move {
            let rows: Vec<(i64, Uuid)> = person::Entity::find()
                .select_only()
                .columns([person::Column::CommunityId, person::Column::Id])
                .filter(person::Column::Id.gt(after))
                .order_by_asc(person::Column::Id)
                .limit(limit)
                .into_tuple()
                .all(db.read())
                .await?;
            let rows = rows.into_iter();
            Ok(rows.map(|(home, id)| (CommunityId(home), id)).collect())
        })
    }
}

impl PersonTexts {
    fn doc(&self, row: &person::Model, phones: &[person_phone::Model]) -> Result<TextDoc> {
        if row.merged_into.is_some() {
            // A signpost is not found: the entry it leads to is.
            return Ok(TextDoc {
                community: CommunityId(row.community_id),
                record: row.id,
                terms: Vec::new(),
            });
        }
        let mut pieces = name_pieces(&open_name(&self.0, row)?);
        for phone in phones {
            let at = FieldPlace::new("person_phone", "number", phone.community_id, phone.id);
            let number = self.0.open(at, &phone.number_sealed)?;
            pieces.extend(tails(&number));
        }
        Ok(TextDoc {
            community: CommunityId(row.community_id),
            record: row.id,
            terms: pieces.iter().map(|piece| self.0.find_term(piece)).collect(),
        })
    }
}

/// What somebody typed, as the index is asked; none when the text is nothing a person is found by.
pub(crate) fn question(vault: &Vault, text: &str) -> Option<Vec<TextTerm>> {
    let words: Option<Vec<String>> = text.split_whitespace().map(asked).collect();
    let words = words.filter(|words| !words.is_empty())?;
    let terms = words.iter().map(|word| TextTerm {
        text: vault.find_term(word),
        prefix: false,
    });
    Some(terms.collect())
}

fn asked(word: &str) -> Option<String> {
    let word: String = word.to_lowercase();
    let count = word.chars().count();
    let digits = word.chars().all(|c| c.is_ascii_digit());
    let fits = match (digits, word.is_ascii()) {
        (true, _) => count >= TAIL,
        (false, true) => count <= LETTERS && word.chars().all(|c| c.is_ascii_alphabetic()),
        (false, false) => count <= PIECE && word.chars().all(char::is_alphabetic),
    };
    fits.then_some(word)
}

/// Pieces of a name as they may be typed: any run of Chinese characters, the beginning of the pinyin from each character
/// on, initials; the beginning of each word in Latin letters.
fn name_pieces(name: &str) -> BTreeSet<String> {
    let mut pieces = BTreeSet::new();
    for word in name.to_lowercase().split(|c: char| !c.is_alphabetic()) {
        if word.is_ascii() {
            pieces.extend(beginnings(word));
            continue;
        }
        let chars: Vec<char> = word.chars().collect();
        for from in 0..chars.len() {
            for to in from + 1..=chars.len().min(from + PIECE) {
                pieces.insert(chars[from..to].iter().collect());
            }
            for reading in readings(&chars[from..]) {
                pieces.extend(beginnings(&reading.concat()));
                let initials: String = reading
                    .iter()
                    .filter_map(|one| one.chars().next())
                    .collect();
                pieces.extend(beginnings(&initials));
            }
        }
    }
    pieces
}

/// How a name of something sounds, as it may be typed: its initials from each character on, its pinyin from the first.
pub(crate) fn sounds(name: &str) -> BTreeSet<String> {
    let mut pieces = BTreeSet::new();
    for word in name.split(|c: char| !c.is_alphabetic() || c.is_ascii()) {
        let chars: Vec<char> = word.chars().collect();
        for from in 0..chars.len() {
            for reading in readings(&chars[from..]) {
                let initials: String = reading
                    .iter()
                    .filter_map(|one| one.chars().next())
                    .collect();
                pieces.extend(beginnings(&initials));
                if from == 0 {
                    pieces.extend(beginnings(&reading.concat()));
                }
            }
        }
    }
    pieces
}

/// `zh`, `zha`, `zhao` …; a single letter would find everybody.
fn beginnings(word: &str) -> impl Iterator<Item = String> + '_ {
    (2..=word.len().min(LETTERS)).filter_map(|to| word.get(..to).map(str::to_owned))
}

/// The ways some characters are read, without tones; ü is typed v.
fn readings(chars: &[char]) -> Vec<Vec<String>> {
    let mut all: Vec<Vec<String>> = vec![Vec::new()];
    for c in chars {
        let sounds: BTreeSet<String> = match c.to_pinyin_multi() {
            Some(many) => many
                .into_iter()
                .map(|one| one.plain().replace('ü', "v"))
                .collect(),
            None => continue,
        };
        let longer = all.iter().flat_map(|before| {
            sounds.iter().map(|sound| {
                let mut reading = before.clone();
                reading.push(sound.clone());
                reading
            })
        });
        all = longer.take(READINGS).collect();
    }
    all.retain(|reading| !reading.is_empty());
    all
}

fn tails(number: &str) -> Vec<String> {
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let from = digits.len().saturating_sub(11);
    (from..(digits.len() + 1).saturating_sub(TAIL))
        .filter_map(|at| digits.get(at..).map(str::to_owned))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{asked, name_pieces, tails};

    #[test]
    fn a_name_is_found_by_what_people_type() {
        let pieces = name_pieces("单建国");
        for typed in [
            "单",
            "建国",
            "单建国",
            "shanjianguo",
            "danjian",
            "sjg",
            "jg",
            "jianguo",
            "shan",
        ] {
            assert!(pieces.contains(typed), "{typed} in {pieces:?}");
        }
        assert!(!pieces.contains("单国") && !pieces.contains("s"));
        let pieces = name_pieces("Maria López");
        assert!(pieces.contains("mar") && pieces.contains("lópez"));
    }

    #[test]
    fn a_number_is_found_by_its_end() {
        let tails = tails("+8613812345678");
        assert!(tails.contains(&"5678".to_owned()) && tails.contains(&"13812345678".to_owned()));
        assert!(!tails.contains(&"678".to_owned()));
    }

    #[test]
    fn what_finds_nobody_is_not_asked() {
        for odd in ["123", "12号楼", "a1", "张三李四王五赵六"] {
            assert_eq!(asked(odd), None, "{odd}");
        }
        assert_eq!(asked("ZJG").as_deref(), Some("zjg"));
    }
}

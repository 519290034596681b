//! What merges did, read back: who a row belonged to when, and what an entry said then. Figures asked as of a day before a
//! merge count two persons, as they did on that day; between a merge and its undo they count one.

use std::collections::{BTreeSet, HashMap};

use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Map, Value};
use uuid::Uuid;
use youlin_kernel::{CommunityId, Micros, Result};

use super::row;
use super::said::Said;
use super::signpost::ids_of;
use crate::Vault;
use crate::entities::{person_merge, person_merge_row};
use crate::vault::FieldPlace;

/// What one merge did to one row.
#[derive(Clone, Debug)]
struct Turn {
    at: i64,
    undone: i64,
    from: Uuid,
    to: Uuid,
    moved: bool,
    before: Map<String, Value>,
}

/// A time in which a row belonged to one entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) from: i64,
    pub(crate) to: i64,
    pub(crate) owner: Uuid,
    /// It had been ended by the merge, which was taken back since.
    pub(crate) ended: bool,
    /// Whether it was a second home then; `None`: as the row says.
    pub(crate) also: Option<bool>,
}

/// From when on an entry said something else, and what it had said.
#[derive(Clone, Debug)]
struct Change {
    at: i64,
    prior: Said,
}

/// All merges of a community.
#[derive(Clone, Debug, Default)]
pub(crate) struct History {
    rows: HashMap<Uuid, Vec<Turn>>,
    gone: HashMap<Uuid, Vec<(i64, i64)>>,
    said: HashMap<Uuid, Vec<Change>>,
}

impl History {
    pub(crate) async fn load(
        db: &impl ConnectionTrait,
        vault: &Vault,
        community: CommunityId,
    ) -> Result<Self> {
        let merges = person_merge::Entity::find()
            .filter(person_merge::Column::CommunityId.eq(community.0))
            .order_by_asc(person_merge::Column::MergedAt)
            .order_by_asc(person_merge::Column::Id)
            .all(db)
            .await?;
        let mut history = Self::default();
        if merges.is_empty() {
            return Ok(history);
        }
        let rows = person_merge_row::Entity::find()
            .filter(person_merge_row::Column::CommunityId.eq(community.0))
            .all(db)
            .await?;
        let mut of_merge: HashMap<Uuid, Vec<person_merge_row::Model>> = HashMap::new();
        for row in rows {
            of_merge.entry(row.merge_id).or_default().push(row);
        }
        for merge in merges {
            let rows = of_merge.remove(&merge.id).unwrap_or_default();
            history.add(vault, &merge, rows)?;
        }
        for changes in history.said.values_mut() {
            changes.sort_by_key(|change| change.at);
        }
        Ok(history)
    }

    fn add(
        &mut self,
        vault: &Vault,
        merge: &person_merge::Model,
        rows: Vec<person_merge_row::Model>,
    ) -> Result<()> {
        let undone = merge.undone_at.unwrap_or(i64::MAX);
        for row in rows {
            let before = row
                .before
                .as_deref()
                .and_then(|text| serde_json::from_str(text).ok());
            self.rows.entry(row.row_id).or_default().push(Turn {
                at: merge.merged_at,
                undone,
                from: merge.gone_id,
                to: merge.kept_id,
                moved: row.moved,
                before: before.unwrap_or_default(),
            });
        }
        let gone = self.gone.entry(merge.gone_id).or_default();
        gone.push((merge.merged_at, undone));
        let at = |column| FieldPlace::new("person_merge", column, merge.community_id, merge.id);
        let said = self.said.entry(merge.kept_id).or_default();
        said.push(Change {
            at: merge.merged_at,
            prior: row::read(vault, at("before"), &merge.before_sealed)?,
        });
        if let Some(undone) = merge.undone_at {
            said.push(Change {
                at: undone,
                prior: row::read(vault, at("after"), &merge.after_sealed)?,
            });
        }
        Ok(())
    }

    /// To whom a row belonged, from when to when; `owner` is who has it now.
    pub(crate) fn pieces(&self, row: Uuid, owner: Uuid) -> Vec<Piece> {
        let Some(turns) = self.rows.get(&row) else {
            return vec![Piece {
                from: i64::MIN,
                to: i64::MAX,
                owner,
                ended: false,
                also: None,
            }];
        };
        let mut cuts: BTreeSet<i64> = turns
            .iter()
            .flat_map(|turn| [turn.at, turn.undone])
            .collect();
        cuts.insert(i64::MIN);
        cuts.remove(&i64::MAX);
        let cuts: Vec<i64> = cuts.into_iter().collect();
        let ends = cuts.iter().skip(1).copied().chain([i64::MAX]);
        cuts.iter()
            .copied()
            .zip(ends)
            .map(|(from, to)| piece(turns, owner, from, to))
            .collect()
    }

    /// When an entry was a signpost.
    pub(crate) fn absent(&self, person: Uuid) -> &[(i64, i64)] {
        self.gone.get(&person).map_or(&[], Vec::as_slice)
    }

    /// Entries that were one.
    pub(crate) fn signposts(&self) -> impl Iterator<Item = Uuid> {
        self.gone.keys().copied()
    }

    /// Moments at which merges changed what an entry says.
    pub(crate) fn changes(&self, person: Uuid) -> impl Iterator<Item = i64> {
        let said = self.said.get(&person).into_iter().flatten();
        said.map(|change| change.at)
    }

    /// What an entry said then, where that was something else than now.
    pub(crate) fn said_at(&self, person: Uuid, at: i64) -> Option<&Said> {
        let said = self.said.get(&person)?;
        said.iter()
            .find(|change| change.at > at)
            .map(|change| &change.prior)
    }
}

/// Whom an id meant from when to when: for records of other floors that keep the id they were made with.
#[derive(Clone, Debug, Default)]
pub struct Meant(HashMap<Uuid, Vec<(i64, i64, Uuid)>>);

impl Meant {
    /// All merges of a community.
    ///
    /// # Errors
    /// 503 when the database does not answer.
    pub async fn load(db: &impl ConnectionTrait, community: CommunityId) -> Result<Self> {
        let merges = person_merge::Entity::find()
            .filter(person_merge::Column::CommunityId.eq(community.0))
            .order_by_asc(person_merge::Column::MergedAt)
            .all(db)
            .await?;
        let mut led: HashMap<Uuid, Vec<(i64, i64, Uuid)>> = HashMap::new();
        for merge in merges {
            let undone = merge.undone_at.unwrap_or(i64::MAX);
            let spans = led.entry(merge.gone_id).or_default();
            spans.push((merge.merged_at, undone, merge.kept_id));
        }
        Ok(Self(led))
    }

    /// From, to (microseconds) and the person it meant then, beginning with itself.
    #[must_use]
    pub fn of(&self, id: Uuid) -> Vec<(i64, i64, Uuid)> {
        let mut all = Vec::new();
        self.follow(id, (i64::MIN, i64::MAX), &mut all, 0);
        all
    }

    fn follow(&self, id: Uuid, (from, to): (i64, i64), all: &mut Vec<(i64, i64, Uuid)>, hops: u8) {
        let mut at = from;
        let led = self.0.get(&id).into_iter().flatten();
        for (start, end, next) in led.filter(|_| hops < 16) {
            let (start, end) = ((*start).max(at), (*end).min(to));
            if start >= end {
                continue;
            }
            if at < start {
                all.push((at, start, id));
            }
            self.follow(*next, (start, end), all, hops + 1);
            at = end;
        }
        if at < to {
            all.push((at, to, id));
        }
    }
}

fn piece(turns: &[Turn], owner: Uuid, from: i64, to: i64) -> Piece {
    let first = turns.iter().find(|turn| turn.moved);
    let mut piece = Piece {
        from,
        to,
        owner: first.map_or(owner, |turn| turn.from),
        ended: false,
        also: None,
    };
    for turn in turns {
        let holds = turn.at <= from && from < turn.undone;
        // A row changes hands by merges only: without one that holds it is with whom it began.
        if turn.moved && holds {
            piece.owner = turn.to;
        }
        if let Some(also) = turn.before.get("also") {
            if from < turn.at && piece.also.is_none() {
                piece.also = Some(also.as_bool().unwrap_or(false));
            } else if holds && turn.undone < i64::MAX {
                piece.also = Some(true);
            }
        }
        if turn.before.contains_key("valid_to") && holds && turn.undone < i64::MAX {
            piece.ended = true;
        }
    }
    piece
}

/// A merge as the person's page shows it.
#[derive(Clone, Debug)]
pub struct MergeView {
    pub id: Uuid,
    pub kept: Uuid,
    pub gone: Uuid,
    pub at: Micros,
    pub by: String,
    pub undone_at: Option<Micros>,
    pub undone_by: Option<String>,
}

/// Merges this entry took part in, the newest first.
pub(crate) async fn merges_of(
    db: &impl ConnectionTrait,
    community: CommunityId,
    person: Uuid,
) -> Result<Vec<MergeView>> {
    let either = Condition::any()
        .add(person_merge::Column::KeptId.eq(person))
        .add(person_merge::Column::GoneId.eq(person));
    let rows = person_merge::Entity::find()
        .filter(person_merge::Column::CommunityId.eq(community.0))
        .filter(either)
        .order_by_desc(person_merge::Column::MergedAt)
        .all(db)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| MergeView {
            id: row.id,
            kept: row.kept_id,
            gone: row.gone_id,
            at: Micros(row.merged_at),
            by: row.by_name,
            undone_at: row.undone_at.map(Micros),
            undone_by: row.undone_by,
        })
        .collect())
}

/// Under which ids this person was looked at, from when to when: those that lead here, and the entry this one had been
/// merged into while that held, for its looks were at both.
pub(crate) async fn looked_at(
    db: &impl ConnectionTrait,
    community: CommunityId,
    person: Uuid,
) -> Result<Vec<(Uuid, i64, i64)>> {
    let mut spans: Vec<(Uuid, i64, i64)> = ids_of(db, community, person)
        .await?
        .into_iter()
        .map(|id| (id, i64::MIN, i64::MAX))
        .collect();
    for merge in merges_of(db, community, person).await? {
        if let (true, Some(undone)) = (merge.gone == person, merge.undone_at) {
            spans.push((merge.kept, merge.at.0, undone.0));
        }
    }
    Ok(spans)
}

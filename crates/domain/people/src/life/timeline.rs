//! The whole life of a person with the community in one line: moves, labels, roles, visits and sightings, what they agreed
//! to, merges of their file, and what floors above this one hold (cases; activities later), put in by
//! [`crate::own::FileSection`], which the own file shows too.

use std::sync::Arc;

use jiff::civil::Date;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use serde::Serialize;
use uuid::Uuid;
use youlin_kernel::{AreaId, AreaTree, CommunityId, Ctx, Locale, Micros, Result};
use youlin_web::{I18n, Paged, Pages, day_words};

use crate::entities::*;
use crate::labels::LabelCatalogue;
use crate::own::{FileSection, FileSections};
use crate::queries::open_label;
use crate::vault::FieldPlace;
use crate::{Vault, merge};

/// Lines of a page.
pub const LIFE_PAGE: usize = 30;

/// One thing that happened.
#[derive(Clone, Debug, Serialize)]
pub struct LifeLine {
    pub at: Micros,
    /// `home`, `label`, `role`, `seen`, `visit`, `consent`, `file`, `death`, or the name of a section of another floor.
    pub kind: &'static str,
    /// In the reader's language.
    pub text: String,
    /// Who noted it.
    pub by: String,
    #[serde(skip)]
    pub href: Option<String>,
}

/// A page of them, the newest first.
#[derive(Clone, Debug, Default, Serialize)]
pub struct LifeLines {
    pub lines: Vec<LifeLine>,
    #[serde(flatten)]
    pub at: Pages,
    pub total: usize,
}

/// Who reads it: the person, or somebody who keeps the register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LifeReader {
    /// Sees everything, with addresses.
    Person,
    /// Sees what the page of the person shows; sensitive labels only where that is allowed.
    Desk { sensitive: bool },
}

/// What a timeline is written with.
pub struct LifeSource<'a> {
    pub vault: &'a Vault,
    pub i18n: &'a I18n,
    pub ctx: &'a Ctx,
    pub sections: Option<Arc<FileSections>>,
    pub reader: LifeReader,
}

impl std::fmt::Debug for LifeSource<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LifeSource")
            .field("reader", &self.reader)
            .finish_non_exhaustive()
    }
}

/// One page of a person's life, the newest first; the first page is 1. The caller has checked that the reader may see
/// the person.
///
/// # Errors
/// 503 when the database does not answer.
pub async fn lifeline(
    db: &impl ConnectionTrait,
    source: &LifeSource<'_>,
    community: CommunityId,
    person: Uuid,
    page: Paged,
) -> Result<LifeLines> {
    let mut all = Teller {
        source,
        lines: Vec::new(),
    };
    all.homes(db, community, person).await?;
    all.labels(db, community, person).await?;
    all.roles(db, person).await?;
    all.met(db, community, person).await?;
    all.consents(db, community, person).await?;
    all.file(db, community, person).await?;
    all.elsewhere(community, person).await?;
    let mut lines = all.lines;
    lines.sort_by(|one, other| (other.at, &one.text).cmp(&(one.at, &other.text)));
    let total = lines.len();
    let (lines, at) = page.cut(lines, LIFE_PAGE);
    Ok(LifeLines { lines, at, total })
}

struct Teller<'a> {
    source: &'a LifeSource<'a>,
    lines: Vec<LifeLine>,
}

impl Teller<'_> {
    fn locale(&self) -> Locale {
        self.source.ctx.locale()
    }

    fn tree(&self) -> &AreaTree {
        self.source.ctx.areas()
    }

    fn words(&self, key: &str, args: &[(&'static str, String)]) -> String {
        self.source.i18n.text(self.locale(), key, args)
    }

    /// A day within a sentence. The line's own time is written by the page.
    fn day(&self, day: &Date) -> String {
        day_words(self.locale(), day, true)
    }

    fn say(&mut self, at: i64, kind: &'static str, text: String, by: &str) {
        self.lines.push(LifeLine {
            at: Micros(at),
            kind,
            text,
            by: by.to_owned(),
            href: None,
        });
    }

    fn area(&self, area: i64) -> String {
        let node = self.tree().get(AreaId(area));
        node.map_or_else(String::new, |node| node.name.clone())
    }

    async fn homes(
        &mut self,
        db: &impl ConnectionTrait,
        community: CommunityId,
        person: Uuid,
    ) -> Result<()> {
        let rows = residence::Entity::find()
            .filter(residence::Column::CommunityId.eq(community.0))
            .filter(residence::Column::PersonId.eq(person))
            .all(db)
            .await?;
        let taken = merge::taken_over(db, community, &rows).await?;
        for merge::Told {
            stay: row,
            came,
            went,
        } in merge::told(&rows, &taken)
        {
            let place = self.source.vault.place(row.dwelling_id);
            let address = place.map_or_else(String::new, |place| place.address);
            let key = if !row.is_main() {
                "life-also-in"
            } else {
                "life-moved-in"
            };
            let relation = self.words(&format!("relation-{}", row.relation), &[]);
            let text = self.words(key, &[("place", address.clone()), ("relation", relation)]);
            if came {
                self.say(row.valid_from, "home", text, "");
            }
            if let Some(to) = row.valid_to.filter(|_to| went) {
                let text = self.words("life-moved-out", &[("place", address)]);
                self.say(to, "home", text, "");
            }
        }
        Ok(())
    }

    async fn labels(
        &mut self,
        db: &impl ConnectionTrait,
        community: CommunityId,
        person: Uuid,
    ) -> Result<()> {
        let vault = self.source.vault;
        let catalogue = LabelCatalogue::load(db, vault).await?;
        let shown = |label: &str| match self.source.reader {
            LifeReader::Person => true,
            LifeReader::Desk { sensitive } => sensitive || !catalogue.is_sensitive(label),
        };
        let mut told = Vec::new();
        let held = person_label::Entity::find()
            .filter(person_label::Column::CommunityId.eq(community.0))
            .filter(person_label::Column::PersonId.eq(person))
            .all(db)
            .await?;
        for row in held {
            told.push((open_label(vault, &row)?, row.created_at, None));
        }
        let past = person_label_past::Entity::find()
            .filter(person_label_past::Column::CommunityId.eq(community.0))
            .filter(person_label_past::Column::PersonId.eq(person))
            .all(db)
            .await?;
        for row in past {
            let at = FieldPlace::new("person_label_past", "label", row.community_id, row.id);
            told.push((
                vault.open(at, &row.label_sealed)?,
                row.valid_from,
                Some(row.valid_to),
            ));
        }
        told.retain(|(label, _, _)| shown(label));
        for (label, from, to) in told {
            let (i18n, locale) = (self.source.i18n, self.locale());
            let name = crate::datasets::label_name(&catalogue, i18n, locale, &label);
            let text = self.words("life-label-on", &[("label", name.clone())]);
            self.say(from, "label", text, "");
            if let Some(to) = to {
                let text = self.words("life-label-off", &[("label", name)]);
                self.say(to, "label", text, "");
            }
        }
        Ok(())
    }

    /// Roles may lie in another community than the person.
    async fn roles(&mut self, db: &impl ConnectionTrait, person: Uuid) -> Result<()> {
        let mut rows = membership::Entity::find()
            .filter(membership::Column::PersonId.eq(person))
            .all(db)
            .await?;
        let went_on = membership::went_on(&mut rows);
        for row in rows {
            let role = self.words(&format!("member-{}", row.role), &[]);
            let args = [("role", role), ("area", self.area(row.area_id))];
            let key = if row.continues.is_some() {
                "life-role-split"
            } else {
                "life-role-on"
            };
            let text = self.words(key, &args);
            self.say(row.valid_from, "role", text, "");
            if let Some(to) = row.valid_to.filter(|_to| !went_on.contains(&row.id)) {
                let text = self.words("life-role-off", &args);
                self.say(to, "role", text, "");
            }
        }
        Ok(())
    }

    /// Sightings, and visits to where the person lived then.
    async fn met(
        &mut self,
        db: &impl ConnectionTrait,
        community: CommunityId,
        person: Uuid,
    ) -> Result<()> {
        let seen = sighting::Entity::find()
            .filter(sighting::Column::CommunityId.eq(community.0))
            .filter(sighting::Column::PersonId.eq(person))
            .all(db)
            .await?;
        for row in &seen {
            let how = self.words(&format!("how-{}", row.how), &[]);
            let text = self.words("life-seen", &[("how", how)]);
            self.say(row.at, "seen", text, &row.actor_name);
        }
        let homes = residence::Entity::find()
            .filter(residence::Column::CommunityId.eq(community.0))
            .filter(residence::Column::PersonId.eq(person))
            .all(db)
            .await?;
        let visits = dwelling_visit::Entity::find()
            .filter(dwelling_visit::Column::CommunityId.eq(community.0))
            .filter(
                dwelling_visit::Column::DwellingId.is_in(homes.iter().map(|home| home.dwelling_id)),
            )
            .all(db)
            .await?;
        for visit in visits {
            let there = homes.iter().any(|home| {
                home.dwelling_id == visit.dwelling_id
                    && home.valid_from <= visit.at
                    && home.valid_to.is_none_or(|to| visit.at < to)
            });
            // A visit that met the person is told by the sighting.
            let told = seen
                .iter()
                .any(|row| (row.at - visit.at).abs() < Micros::MINUTE);
            if there && !told {
                let text = self.words(&format!("life-visit-{}", visit.outcome), &[]);
                self.say(visit.at, "visit", text, &visit.actor_name);
            }
        }
        Ok(())
    }

    async fn consents(
        &mut self,
        db: &impl ConnectionTrait,
        community: CommunityId,
        person: Uuid,
    ) -> Result<()> {
        let rows = person_consent::Entity::find()
            .filter(person_consent::Column::CommunityId.eq(community.0))
            .filter(person_consent::Column::PersonId.eq(person))
            .all(db)
            .await?;
        for row in rows {
            let consent = self.words(&format!("consent-{}", row.consent.replace('.', "-")), &[]);
            let text = self.words("life-consent-on", &[("consent", consent.clone())]);
            self.say(row.given_at, "consent", text, "");
            if let Some(at) = row.withdrawn_at {
                let text = self.words("life-consent-off", &[("consent", consent)]);
                self.say(at, "consent", text, "");
            }
        }
        Ok(())
    }

    /// Entered, merged, and the end.
    async fn file(
        &mut self,
        db: &impl ConnectionTrait,
        community: CommunityId,
        person: Uuid,
    ) -> Result<()> {
        let row = person::Entity::find_by_id((community.0, person))
            .one(db)
            .await?;
        if let Some(row) = row {
            let text = self.words("life-entered", &[]);
            self.say(row.created_at, "file", text, "");
        }
        for merged in merge::merges_of(db, community, person).await? {
            let text = self.words("life-merged", &[]);
            self.say(merged.at.0, "file", text, &merged.by);
            if let (Some(at), Some(by)) = (merged.undone_at, merged.undone_by) {
                let text = self.words("life-merge-undone", &[]);
                self.say(at.0, "file", text, &by);
            }
        }
        let moved = move_out::Entity::find()
            .filter(move_out::Column::CommunityId.eq(community.0))
            .filter(move_out::Column::PersonId.eq(person))
            .all(db)
            .await?;
        for note in moved {
            let day = self.day(&Micros(note.left_at).date());
            let text = self.words("life-move-noted", &[("day", day.clone())]);
            self.say(note.noted_at, "home", text, &note.by_name);
            if let (Some(at), Some(by)) = (note.undone_at, note.undone_by) {
                let text = self.words("life-move-undone", &[("day", day)]);
                self.say(at, "home", text, &by);
            }
        }
        let deaths = person_death::Entity::find()
            .filter(person_death::Column::CommunityId.eq(community.0))
            .filter(person_death::Column::PersonId.eq(person))
            .all(db)
            .await?;
        for death in deaths {
            let day = match &death.day_sealed {
                Some(sealed) => {
                    let at = FieldPlace::new("person_death", "day", community.0, death.id);
                    let held = self.source.vault.open(at, sealed)?;
                    held.parse().map_or(held, |day| self.day(&day))
                }
                None => String::new(),
            };
            let key = if day.is_empty() {
                "life-died"
            } else {
                "life-died-on"
            };
            let text = self.words(key, &[("day", day)]);
            self.say(death.noted_at, "death", text, &death.by_name);
            if let Some(at) = death.withdrawn_at {
                let text = self.words("life-death-withdrawn", &[]);
                self.say(at, "death", text, "");
            }
        }
        Ok(())
    }

    async fn elsewhere(&mut self, community: CommunityId, person: Uuid) -> Result<()> {
        let Some(sections) = &self.source.sections else {
            return Ok(());
        };
        for one in &sections.0 {
            let lines = match self.source.reader {
                LifeReader::Person => one.lines(self.source.ctx, community, person).await?,
                LifeReader::Desk { .. } => {
                    one.lines_for_desk(self.source.ctx, community, person)
                        .await?
                }
            };
            self.take(one.as_ref(), lines);
        }
        Ok(())
    }

    fn take(&mut self, section: &dyn FileSection, lines: Vec<crate::own::SectionLine>) {
        let lines = lines.into_iter().filter_map(|line| {
            Some(LifeLine {
                at: line.at?,
                kind: section.name(),
                text: line.text,
                by: String::new(),
                href: line.href,
            })
        });
        self.lines.extend(lines);
    }
}

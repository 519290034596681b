//! A policy (巡查制度): who goes where how often, and what has to be shown for it. *Local*: a district that asks for
//! something else changes rows, not code.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use youlin_datasets::cube::Query;
use youlin_people::Party;
use youlin_places::rivers::ChiefLevel;

use super::{DoorQuestion, Every, RoundKind, SubjectKind};

/// Most rounds of one subject in one period.
const COUNT_MAX: u32 = 31;

/// Who is to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "who")]
pub enum Walkers {
    /// The chief of the reach at this level.
    Chief { level: ChiefLevel },
    /// A team, company or department.
    Party { party: Party },
    /// Whoever looks after the grid.
    GridWorker,
}

/// The months of a year in which it holds: month × 100 + day, both included. Over the turn of the year when `from` is
/// the later one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Season {
    pub from: i16,
    pub to: i16,
}

impl Season {
    /// Whether a day lies in it.
    #[must_use]
    pub fn holds(self, day: Date) -> bool {
        let number = i16::from(day.month()) * 100 + i16::from(day.day());
        if self.from <= self.to {
            (self.from..=self.to).contains(&number)
        } else {
            number >= self.from || number <= self.to
        }
    }
}

/// What a round must have to count, when it is asked at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Minimum {
    pub minutes: Option<u32>,
    /// Per cent of the reach on either bank; only where a track is asked.
    pub coverage: Option<u32>,
    /// Days between two rounds to one subject: one that comes sooner does not count for the policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gap_days: Option<u32>,
    /// Metres of the reach on either bank; only where a track is asked.
    #[serde(default)]
    pub metres: Option<u32>,
}

impl Minimum {
    /// Whether it asks how far one went, which only a track shows.
    #[must_use]
    pub fn asks_way(&self) -> bool {
        self.coverage.is_some() || self.metres.is_some()
    }
}

/// See the module's text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = RoundPolicy)]
pub struct Policy {
    pub kind: RoundKind,
    pub subjects: SubjectKind,
    pub walkers: Walkers,
    pub every: Every,
    /// Rounds in each period.
    pub count: u32,
    /// Monday is bit 0. Of a daily policy: the days it holds; of a weekly one: the day that is meant. 0: any.
    pub weekdays: u8,
    pub season: Option<Season>,
    /// First day.
    #[schema(value_type = String, format = Date)]
    pub from: Date,
    /// Last day.
    #[schema(value_type = Option<String>, format = Date)]
    pub to: Option<Date>,
    pub minimum: Minimum,
    /// Photographs a round needs.
    pub photographs: u32,
    /// Whether the way is recorded. Where not, no track is taken in.
    pub track: bool,
    /// The rule that photographs or tracks rest on; without one, none is asked.
    pub basis: String,
    /// Which dwellings of the register it is about, where it is about dwellings.
    #[serde(default, skip_serializing_if = "DoorQuestion::is_any")]
    pub doors: DoorQuestion,
    /// Which premises or buildings it is about: a question to the dataset of that name, asked anew each time, so that what
    /// is opened tomorrow is meant tomorrow. None: all of the community, or those named one by one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub question: Option<Query>,
    /// Parties that look again (谁复查) besides those who always do: whoever inspected, the community, the fire station.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recheckers: Vec<Party>,
    /// Parties that may go instead of whoever is to go (谁可以代): their rounds count like those of the walkers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stand_ins: Vec<Party>,
    /// When it was stopped (停用) and taken up again: kept by the commands for that, and never by a change of the policy.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pauses: Vec<Pause>,
}

/// Days on which a policy was stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = RoundPolicyPause)]
pub struct Pause {
    /// The first day on which nothing is asked.
    #[schema(value_type = String, format = Date)]
    pub from: Date,
    /// The first day on which it holds again.
    #[schema(value_type = Option<String>, format = Date)]
    pub until: Option<Date>,
}

impl Pause {
    fn covers(self, day: Date) -> bool {
        self.from <= day && self.until.is_none_or(|until| day < until)
    }
}

/// The dataset that can be asked which subjects of a kind are meant.
#[must_use]
pub fn register_of(kind: SubjectKind) -> Option<&'static str> {
    match kind {
        SubjectKind::Premises => Some("premises"),
        SubjectKind::Building => Some("buildings"),
        SubjectKind::Reach | SubjectKind::Dwelling => None,
    }
}

/// Why a policy cannot stand: the field and the code of the sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PolicyFault(pub &'static str, pub &'static str);

impl Policy {
    /// Everything that is wrong with it.
    #[must_use]
    pub fn faults(&self) -> Vec<PolicyFault> {
        let mut faults = Vec::new();
        if !(1..=COUNT_MAX).contains(&self.count) {
            faults.push(PolicyFault("count", "policy-count"));
        }
        if self.every == Every::Day && self.count > 3 {
            faults.push(PolicyFault("count", "policy-count-day"));
        }
        if self.to.is_some_and(|to| to < self.from) {
            faults.push(PolicyFault("to", "policy-ends-before"));
        }
        if self.season.is_some_and(|season| !day_of_year(season.from)) {
            faults.push(PolicyFault("season_from", "policy-season"));
        }
        if self.season.is_some_and(|season| !day_of_year(season.to)) {
            faults.push(PolicyFault("season_to", "policy-season"));
        }
        let asks = self.photographs > 0 || self.track || self.minimum.coverage.is_some();
        if self.minimum.metres.is_some() && !self.track {
            faults.push(PolicyFault("metres", "policy-coverage"));
        }
        if asks && self.basis.trim().is_empty() {
            faults.push(PolicyFault("basis", "policy-basis"));
        }
        if self.minimum.coverage.is_some() && !self.track {
            faults.push(PolicyFault("coverage", "policy-coverage"));
        }
        if self.minimum.coverage.is_some_and(|per_cent| per_cent > 100) {
            faults.push(PolicyFault("coverage", "per-cent"));
        }
        if self.minimum.gap_days.is_some_and(|days| days > 366) {
            faults.push(PolicyFault("gap", "policy-gap"));
        }
        if self.subjects == SubjectKind::Dwelling && self.every == Every::Day {
            faults.push(PolicyFault("every", "policy-dwelling-day"));
        }
        if !self.doors.is_any() && self.subjects != SubjectKind::Dwelling {
            faults.push(PolicyFault("doors_label", "policy-doors"));
        }
        let asked = self.question.as_ref().map(|one| one.dataset.as_str());
        if asked.is_some() && asked != register_of(self.subjects) {
            faults.push(PolicyFault("question", "policy-question"));
        }
        if self.track && self.subjects != SubjectKind::Reach {
            faults.push(PolicyFault("track", "policy-track-reach"));
        }
        let chief = matches!(self.walkers, Walkers::Chief { .. });
        if chief && self.subjects != SubjectKind::Reach {
            faults.push(PolicyFault("walkers", "policy-chief"));
        }
        faults
    }

    /// Whether it holds on that day at all.
    #[must_use]
    pub fn holds(&self, day: Date) -> bool {
        self.is_meant(day) && !self.is_stopped(day)
    }

    /// Whether it was stopped on that day.
    #[must_use]
    pub fn is_stopped(&self, day: Date) -> bool {
        self.pauses.iter().any(|pause| pause.covers(day))
    }

    /// Whether it would hold on that day if it was never stopped.
    #[must_use]
    pub fn is_meant(&self, day: Date) -> bool {
        self.from <= day
            && self.to.is_none_or(|to| day <= to)
            && self.season.is_none_or(|season| season.holds(day))
            && (self.every != Every::Day || self.named(day))
    }

    /// Whether its weekdays name that day; none named: every day.
    #[must_use]
    pub fn named(&self, day: Date) -> bool {
        let bit = day.weekday().to_monday_zero_offset();
        self.weekdays == 0 || self.weekdays & (1 << bit) != 0
    }
}

fn day_of_year(number: i16) -> bool {
    let (month, day) = (number / 100, number % 100);
    // A leap year: the twenty-ninth of February is a day too.
    i8::try_from(month)
        .ok()
        .zip(i8::try_from(day).ok())
        .is_some_and(|(month, day)| Date::new(2024, month, day).is_ok())
}

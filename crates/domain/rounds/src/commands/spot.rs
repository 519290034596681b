//! Where a finding lies, and the case it becomes.

use std::collections::BTreeMap;

use youlin_cases::NewCase;
use youlin_cases::model::{Source, Urgency};
use youlin_places::PlaceInput;
use youlin_places::rivers::Bank;

use super::new_round::{NewFinding, NewRound};
use crate::model::{RoundKind, Severity, SubjectKind};
use crate::queries::SubjectView;

/// Where a finding lies: along the reach, when it is one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Spot {
    pub(crate) chainage_m: Option<f64>,
    pub(crate) address: String,
}

impl Spot {
    /// The position among the words, where the case may not have it: whoever puts it right has to get there.
    pub(super) fn in_words(&self, finding: &NewFinding) -> Self {
        let Some((lon, lat)) = finding.lon.zip(finding.lat) else {
            return self.clone();
        };
        Self {
            address: format!("{}（北纬 {lat:.5}，东经 {lon:.5}）", self.address),
            chainage_m: self.chainage_m,
        }
    }
}

pub(super) fn spot(subject: &SubjectView, finding: &NewFinding) -> Spot {
    let position = finding.lon.zip(finding.lat);
    // What lies far from the water has no chainage: the nearest point of the reach would name a place nobody was at.
    let chainage_m = position.and_then(|position| subject.chainage(position));
    let mut address = subject.name.clone();
    if let Some(metres) = chainage_m {
        address.push(' ');
        address.push_str(&youlin_places::rivers::chainage(metres));
    }
    match finding.bank {
        Some(Bank::Left) => address.push_str(" 左岸"),
        Some(Bank::Right) => address.push_str(" 右岸"),
        None => {}
    }
    Spot {
        chainage_m,
        address,
    }
}

pub(super) fn without_position(finding: &NewFinding) -> NewFinding {
    NewFinding {
        lon: None,
        lat: None,
        ..finding.clone()
    }
}

/// A dwelling or building says itself where it is; elsewhere the position does, else the area with the address in words.
fn place_of(subject: &SubjectView, position: Option<(f64, f64)>, spot: &Spot) -> PlaceInput {
    let named = |kind| (subject.subject.kind == kind).then_some(subject.subject.id);
    let (dwelling, building) = (named(SubjectKind::Dwelling), named(SubjectKind::Building));
    let known = dwelling.or(building).is_some();
    PlaceInput {
        dwelling,
        building,
        area: (position.is_none() && !known).then(|| subject.smallest()),
        lon: position.map(|(lon, _)| lon),
        lat: position.map(|(_, lat)| lat),
        text: (!known).then(|| spot.address.clone()),
        ..PlaceInput::default()
    }
}

pub(super) fn case_of(
    new: &NewRound,
    subject: &SubjectView,
    finding: &NewFinding,
    spot: &Spot,
) -> NewCase {
    let position = finding.lon.zip(finding.lat);
    NewCase {
        source: match new.kind {
            RoundKind::Inspection => Source::Inspection,
            RoundKind::Visit => Source::Visit,
            RoundKind::Patrol | RoundKind::Talk => Source::Patrol,
        },
        text: finding.text.clone(),
        category: finding.category.clone(),
        urgency: match finding.severity {
            Severity::Low | Severity::Medium => Urgency::Normal,
            Severity::High => Urgency::Urgent,
            Severity::Immediate => Urgency::Emergency,
        },
        place: place_of(subject, position, spot),
        reporter: None,
        contact: None,
        answers: BTreeMap::new(),
        external_key: Some(format!("finding:{}", finding.id)),
        call: None,
    }
}

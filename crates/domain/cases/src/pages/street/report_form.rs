//! The report as residents and workers write it: one form, read once, checked by the same command as any other report.
//!
//! Where it is: a typed address that is clear, else the device's position, else the photograph's own. Photographs that
//! came with a refused form are not asked for again: the page carries a signed note of each.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;
use youlin_crypto::Purpose;
use youlin_files::{ContentType, StoredFile};
use youlin_kernel::{AreaId, Ctx, Micros, Problem, Result};
use youlin_places::{AddressCandidate, Datum, Locator, PlaceInput};

use super::upload::{MAX_FILES, Upload};
use crate::catalogue::{Category, QuestionType};
use crate::model::{Source, Urgency};
use crate::service::Cases;
use crate::{NewCase, Reporter};

const KEPT: Purpose = Purpose::new("report-file");

/// What was typed.
#[derive(Clone, Debug, Default)]
pub(in crate::pages) struct ReportForm {
    pub(in crate::pages) text: String,
    pub(in crate::pages) place: String,
    /// `d:…`, `b:…`, `a:…`: the candidate chosen for [`ReportForm::picked_for`].
    pub(in crate::pages) pick: String,
    pub(in crate::pages) picked_for: String,
    pub(in crate::pages) lat: String,
    pub(in crate::pages) lon: String,
    pub(in crate::pages) datum: String,
    pub(in crate::pages) category: String,
    pub(in crate::pages) name: String,
    pub(in crate::pages) phone: String,
    pub(in crate::pages) urgent: bool,
    pub(in crate::pages) answers: BTreeMap<String, Vec<String>>,
    pub(in crate::pages) key: String,
}

/// By what the place was found, to say so afterwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::pages) enum FoundBy {
    Address,
    Device,
    Photo,
}

impl FoundBy {
    pub(in crate::pages) fn as_str(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::Device => "device",
            Self::Photo => "photo",
        }
    }
}

impl ReportForm {
    pub(in crate::pages) fn of(upload: &Upload) -> Self {
        let text = |name: &str| upload.text(name).to_owned();
        Self {
            text: text("text"),
            place: text("place"),
            pick: text("pick"),
            picked_for: text("picked_for"),
            lat: text("lat"),
            lon: text("lon"),
            datum: text("datum"),
            category: Some(text("category_all"))
                .filter(|code| !code.is_empty())
                .unwrap_or_else(|| text("category")),
            name: text("name"),
            phone: text("phone"),
            urgent: !upload.text("urgent").is_empty(),
            answers: upload.starting_with("a."),
            key: text("idempotency_key"),
        }
    }

    /// The report for the command, and what its place was found by.
    ///
    /// # Errors
    /// 422 for a place that cannot be found by any of the three ways.
    pub(in crate::pages) fn new_case(
        &self,
        source: Source,
        category: &Category,
        locator: &Locator,
        files: &[StoredFile],
    ) -> (NewCase, Result<FoundBy>) {
        let found = self.find_place(locator, files);
        let (place, by) = match found {
            Ok((place, by)) => (place, Ok(by)),
            Err((place, problem)) => (place, Err(problem)),
        };
        let contact = Reporter {
            name: self.name.clone(),
            phone: self.phone.clone(),
            email: String::new(),
        };
        let new = NewCase {
            source,
            text: self.text.clone(),
            category: category.code.clone(),
            urgency: if self.urgent {
                Urgency::Urgent
            } else {
                Urgency::Normal
            },
            place,
            reporter: None,
            contact: (contact != Reporter::default()).then_some(contact),
            answers: self.answers_for(category),
            external_key: None,
            call: None,
        };
        (new, by)
    }

    /// Answers to other categories' questions stay behind.
    fn answers_for(&self, category: &Category) -> BTreeMap<String, Value> {
        let known = category.questions.iter().filter_map(|question| {
            let given = self.answers.get(&question.code)?;
            let value = match question.kind {
                QuestionType::MultiValueList => Value::from(given.clone()),
                _ => Value::from(given.first().cloned().unwrap_or_default()),
            };
            Some((question.code.clone(), value))
        });
        known.collect()
    }

    fn find_place(
        &self,
        locator: &Locator,
        files: &[StoredFile],
    ) -> std::result::Result<(PlaceInput, FoundBy), (PlaceInput, Problem)> {
        let words = Some(self.place.clone()).filter(|text| !text.is_empty());
        if let Some(picked) = self.picked() {
            return Ok((
                PlaceInput {
                    text: words,
                    ..picked
                },
                FoundBy::Address,
            ));
        }
        let mut refused = None;
        if words.is_some() {
            let typed = PlaceInput {
                text: words.clone(),
                ..PlaceInput::default()
            };
            match locator.resolve(&typed) {
                Ok(_) => return Ok((typed, FoundBy::Address)),
                Err(problem) => refused = Some((typed, problem)),
            }
        }
        for (input, by) in self.positions(files) {
            let input = PlaceInput {
                text: words.clone(),
                ..input
            };
            match locator.resolve(&input) {
                Ok(_) => return Ok((input, by)),
                // A position that is refused says more than an address that was not understood.
                Err(problem) => refused = Some((input, problem)),
            }
        }
        Err(refused.unwrap_or_else(|| {
            (
                PlaceInput::default(),
                Problem::invalid("place", "place-needed"),
            )
        }))
    }

    /// The device's position, then those of the photographs.
    fn positions(&self, files: &[StoredFile]) -> Vec<(PlaceInput, FoundBy)> {
        let mut all = Vec::new();
        let number = |text: &str| text.parse::<f64>().ok();
        if !self.lat.is_empty() || !self.lon.is_empty() {
            let datum = if self.datum.eq_ignore_ascii_case("gcj02") {
                Datum::Gcj02
            } else {
                Datum::Wgs84
            };
            let (lon, lat) = (number(&self.lon), number(&self.lat));
            all.push((
                PlaceInput {
                    lon,
                    lat,
                    datum: Some(datum),
                    ..PlaceInput::default()
                },
                FoundBy::Device,
            ));
        }
        for (lon, lat) in files.iter().filter_map(|file| file.position) {
            let input = PlaceInput {
                lon: Some(lon),
                lat: Some(lat),
                ..PlaceInput::default()
            };
            all.push((input, FoundBy::Photo));
        }
        all
    }

    /// The candidate that was chosen, unless the words were changed since.
    fn picked(&self) -> Option<PlaceInput> {
        if self.picked_for != self.place {
            return None;
        }
        let (kind, id) = self.pick.split_once(':')?;
        let mut input = PlaceInput::default();
        match kind {
            "d" => input.dwelling = Some(Uuid::parse_str(id).ok()?),
            "b" => input.building = Some(Uuid::parse_str(id).ok()?),
            "a" => input.area = Some(AreaId(id.parse().ok()?)),
            _ => return None,
        }
        Some(input)
    }
}

/// A candidate as a radio button of the form.
#[derive(Clone, Debug)]
pub(in crate::pages) struct PlaceChoice {
    pub(in crate::pages) value: String,
    pub(in crate::pages) label: String,
}

/// What an address may mean, for choosing.
pub(in crate::pages) fn choices(locator: &Locator, text: &str) -> Vec<PlaceChoice> {
    if text.is_empty() {
        return Vec::new();
    }
    locator
        .candidates(text, None, 6)
        .into_iter()
        .map(choice)
        .collect()
}

fn choice(candidate: AddressCandidate) -> PlaceChoice {
    let place = &candidate.place;
    let value = match (place.dwelling, place.building) {
        (Some(id), _) => format!("d:{id}"),
        (None, Some(id)) => format!("b:{id}"),
        (None, None) => format!("a:{}", place.area().0),
    };
    PlaceChoice {
        value,
        label: candidate.label,
    }
}

/// A stored photograph as the page carries it from one try to the next.
#[derive(Clone, Debug)]
pub(in crate::pages) struct KeptFile {
    pub(in crate::pages) token: String,
    pub(in crate::pages) name: String,
}

#[derive(Serialize, Deserialize)]
struct KeptNote {
    s: String,
    t: Option<String>,
    m: String,
    b: u64,
    n: Option<String>,
    p: Option<(f64, f64)>,
    d: Option<jiff::civil::DateTime>,
    o: Option<i16>,
}

/// Signed notes of the files, valid for a day.
pub(in crate::pages) fn keep(cases: &Cases, ctx: &Ctx, files: &[StoredFile]) -> Vec<KeptFile> {
    let notes = files.iter().filter_map(|file| {
        let name: Option<String> = file
            .name
            .as_deref()
            .map(|name| name.chars().take(40).collect());
        let note = KeptNote {
            s: file.sha256.clone(),
            t: file.thumbnail_sha256.clone(),
            m: file.content_type.mime().to_owned(),
            b: file.bytes,
            n: name.clone(),
            p: file.position,
            d: file.taken_at.map(|taken| taken.local),
            o: file.taken_at.and_then(|taken| taken.offset_minutes),
        };
        let subject = serde_json::to_vec(&note).ok()?;
        let mut random = [0u8; 8];
        ctx.random(&mut random);
        let token = cases
            .links
            .issue(KEPT, &subject, ctx.now().plus(Micros::DAY).0, random);
        Some(KeptFile {
            token,
            name: name.unwrap_or_default(),
        })
    });
    notes.collect()
}

/// The files of an earlier try and those of this one, each once. A note that is not ours or too old is left out.
pub(in crate::pages) fn all_files(
    cases: &Cases,
    ctx: &Ctx,
    upload: &mut Upload,
) -> Vec<StoredFile> {
    let mut files: Vec<StoredFile> = Vec::new();
    let kept: Vec<StoredFile> = upload
        .all("kept")
        .iter()
        .filter_map(|token| restore(cases, ctx, token))
        .collect();
    for file in kept.into_iter().chain(std::mem::take(&mut upload.files)) {
        if files.len() < MAX_FILES && files.iter().all(|known| known.sha256 != file.sha256) {
            files.push(file);
        }
    }
    files
}

fn restore(cases: &Cases, ctx: &Ctx, token: &str) -> Option<StoredFile> {
    let claims = cases.links.verify(KEPT, token, ctx.now().0).ok()?;
    let note: KeptNote = serde_json::from_slice(&claims.subject).ok()?;
    Some(StoredFile {
        content_type: ContentType::ALL
            .into_iter()
            .find(|kind| kind.mime() == note.m)?,
        sha256: note.s,
        bytes: note.b,
        name: note.n,
        width: None,
        height: None,
        position: note.p,
        taken_at: note.d.map(|local| youlin_files::TakenAt {
            local,
            offset_minutes: note.o,
        }),
        thumbnail_sha256: note.t,
    })
}

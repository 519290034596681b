//! What of a case stands in an answer (ADR 0006): everything for a key that may read it or filed it, little for the
//! public, and nothing that leads to a person.

use uuid::Uuid;
use youlin_cases::catalogue::Class;
use youlin_cases::model::{Source, Status};
use youlin_cases::{Cases, Open311Row};
use youlin_crypto::mask;
use youlin_kernel::{AreaId, Ctx};

use crate::item::Item;
use crate::refusal::Words;

/// The two states of the specification. Open until verified: "handled" is still open.
pub(crate) fn state(status: Status) -> &'static str {
    if status.is_ended() { "closed" } else { "open" }
}

/// How exactly the place is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Precision {
    Exact,
    /// To the building, or about eleven metres.
    Building,
    /// The name of the community only.
    Community,
}

impl Precision {
    fn of(row: &Open311Row, cases: &Cases) -> Self {
        if row.whole {
            return Self::Exact;
        }
        // A neighbourly service happens to somebody, and a dwelling is somebody's.
        let service = cases
            .catalogue()
            .any(&row.category)
            .is_none_or(|one| one.class == Class::Service);
        if service || row.dwelling.is_some() {
            Self::Community
        } else {
            Self::Building
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Building => "building",
            Self::Community => "community",
        }
    }
}

struct Spot {
    address: String,
    address_id: Option<Uuid>,
    position: Option<(f64, f64)>,
}

fn spot(row: &Open311Row, precision: Precision, cases: &Cases, ctx: &Ctx) -> Spot {
    let community = AreaId::from(row.community);
    match precision {
        Precision::Exact => Spot {
            address: row.address.clone(),
            address_id: row.dwelling.or(row.building),
            position: row.position,
        },
        Precision::Building => {
            // Never the reporter's own words: they may name a door or a person.
            let building = row.building.and_then(|id| cases.locator().building(id));
            let area = row.neighbourhood.or(row.grid).unwrap_or(community);
            let address =
                building.map_or_else(|| ctx.areas().short_path(area), |place| place.address);
            let rounded = |degrees: f64| (degrees * 10_000.0).round() / 10_000.0;
            Spot {
                address,
                address_id: row.building,
                position: row.position.map(|(lon, lat)| (rounded(lon), rounded(lat))),
            }
        }
        Precision::Community => Spot {
            address: ctx.areas().short_path(community),
            address_id: None,
            position: None,
        },
    }
}

/// One service request.
pub(crate) fn request(
    row: &Open311Row,
    cases: &Cases,
    ctx: &Ctx,
    words: Words<'_>,
    extensions: bool,
    base: &str,
) -> Item {
    let precision = Precision::of(row, cases);
    let Spot {
        address,
        address_id,
        position,
    } = spot(row, precision, cases, ctx);
    let catalogue = cases.catalogue();
    let service = catalogue
        .any(&row.category)
        .map(|category| category.name_in(ctx.locale()).to_owned());
    let agency = ctx
        .areas()
        .get(row.community.into())
        .map(|node| node.name.clone());
    let number = |of: fn((f64, f64)) -> f64| position.map_or(Item::Null, |at| Item::Number(of(at)));
    let media = row
        .photograph
        .map(|file| format!("{base}/open311/v2/media/{}/{file}", row.id));
    let mut fields = vec![
        ("service_request_id", Item::text(row.id.to_string())),
        ("status", Item::text(state(row.status))),
        ("status_notes", Item::Text(notes(row, words))),
        ("service_name", Item::maybe(service)),
        ("service_code", Item::text(&row.category)),
        ("description", Item::maybe(description(row, precision))),
        ("agency_responsible", Item::maybe(agency)),
        ("service_notice", Item::Null),
        ("requested_datetime", Item::time(row.reported_at)),
        ("updated_datetime", Item::time(row.updated_at)),
        ("expected_datetime", Item::time(row.due_at)),
        ("address", Item::Text(address)),
        (
            "address_id",
            Item::maybe(address_id.map(|id| id.to_string())),
        ),
        ("zipcode", Item::Null),
        ("lat", number(|at| at.1)),
        ("long", number(|at| at.0)),
        ("media_url", Item::maybe(media)),
    ];
    if extensions {
        fields.push(("extended_attributes", extended(row, precision)));
    }
    Item::Record(fields)
}

fn extended(row: &Open311Row, precision: Precision) -> Item {
    Item::Record(vec![
        ("number", Item::text(&row.number)),
        ("detailed_status", Item::text(row.status.as_str())),
        ("light", Item::text(row.light)),
        (
            "due_provisional",
            row.due_provisional
                .map_or(Item::Null, |year| Item::Whole(i64::from(year))),
        ),
        ("source", Item::text(row.source.as_str())),
        ("place_precision", Item::text(precision.as_str())),
        (
            "merged_into",
            Item::maybe(row.merged_into.map(|id| id.to_string())),
        ),
    ])
}

fn notes(row: &Open311Row, words: Words<'_>) -> String {
    let status = words.say(&format!("status-{}", row.status.as_str()), &[]);
    match &row.last_words {
        Some(text) => format!("{status} {text}"),
        None => status,
    }
}

/// The report in its reporter's words: whole for those who may, without numbers and addresses of the net for the public,
/// and for the public only where it was sent over this interface, whose senders know that it is read in public.
fn description(row: &Open311Row, precision: Precision) -> Option<String> {
    match precision {
        Precision::Exact => Some(row.text.clone()),
        Precision::Building if row.source == Source::Open311 => Some(mask::free_text(&row.text)),
        _ => None,
    }
}
